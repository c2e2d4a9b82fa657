"""What a payment provider can do for us, and the ways in which it may not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from returns.models import Attempt, Refund


@dataclass(frozen=True, slots=True)
class Remote:
    """A refund as the provider has it. `amount` in minor units, `currency` in upper case.

    `refund_id` is our own id from its metadata, "" where another program or a person made it; `installation` the
    portal that wrote it there, `rma` the return. `payment` and `charge` are the names under which a payment may be
    known to us.
    """

    id: str
    status: str  # pending, requires_action, succeeded, failed, canceled
    amount: int
    currency: str
    refund_id: str
    failure_reason: str = ""
    pending_reason: str = ""
    payment: str = ""
    charge: str = ""
    installation: str = ""
    rma: str = ""

    @property
    def waits_for_money(self) -> bool:
        """Whether it is sent once the merchant has topped up the balance."""
        return self.status == "pending" and self.pending_reason == "insufficient_funds"


@dataclass(frozen=True, slots=True)
class RemoteDispute:
    """A dispute as the provider has it; `withdrawn` is what the bank holds of it now. Both amounts in minor units."""

    id: str
    status: str
    reason: str
    amount: int
    currency: str
    withdrawn: int
    refundable: bool
    payment: str
    charge: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Movement:
    """A line of a payout: minor units that `source` (a refund, a charge, a dispute) moved the merchant's balance by."""

    id: str
    kind: str  # charge, refund, payment_refund, refund_failure, adjustment, payout, …
    amount: int
    net: int  # less the provider's fee
    currency: str  # of the balance, perhaps not of the payment
    source: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row of the account's lists whose shape we do not know, and why; with what it is about, "" where it hides that.

    One of them must not hide the rows beside it.
    """

    id: str
    why: str
    refund_id: str = ""
    payment: str = ""
    charge: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """What happened to which object, without its words: those are not believed."""

    id: str
    kind: str
    object_id: str
    livemode: bool


class Unanswered(Exception):
    """No definite answer: money may or may not have moved.

    `key_spent`: the provider has stored a server error under the key, so that only another key can
    get another answer.
    """

    def __init__(self, code: str, *, key_spent: bool = False) -> None:
        super().__init__(code)
        self.key_spent = key_spent


class Unknown(Unanswered):
    """An answer in the provider's own words that we do not know: neither yes nor no, and a person has to read it."""


class PutOff(Exception):
    """A definite answer that nothing was done yet: the same again, with the same key, after `wait`."""

    def __init__(self, code: str, wait: timedelta) -> None:
        super().__init__(code)
        self.wait = wait


class KeyRefused(PutOff):
    """The provider knows our API key no longer, or lets it do less: no call will do better before a person acts."""


class KeyReused(Exception):
    """The idempotency key was used with other parameters: a fault of ours, which no repetition mends."""


class Rejected(Exception):
    """A definite no. `code` is the provider's, or `amount_too_large` where it has none for that."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code


class Gateway(Protocol):
    """Every call may raise Unanswered (Unknown among it), PutOff or Rejected; none may stand inside a transaction.

    A `payment` is named as the shop names it to us: by its intent, or by its charge.
    """

    def refund(self, refund: Refund, attempt: Attempt) -> Remote:
        """Ask for the refund under the attempt's key. Raises KeyReused besides."""

    def find(self, refund: Refund) -> Remote | None:
        """Look among the payment's refunds for the one that carries our id."""

    def fetch(self, gateway_id: str) -> Remote:
        """The refund as it is now."""

    def refunds_of(self, payment: str) -> list[Remote]:
        """All refunds of a payment, whoever made them."""

    def refunds_since(self, moment: datetime) -> Iterator[Remote | Unreadable]:
        """All refunds of the account made since then, newest first."""

    def events_since(self, moment: datetime) -> Iterator[News | Unreadable]:
        """What the webhook should have told since then, newest first."""

    def dispute(self, dispute_id: str) -> RemoteDispute:
        """The dispute as it is now."""

    def disputes_of(self, payment: str) -> list[RemoteDispute]:
        """All disputes of a payment."""

    def disputes_since(self, moment: datetime) -> Iterator[RemoteDispute | Unreadable]:
        """All disputes of the account opened since then, newest first."""

    def movements(self, payout_id: str) -> list[Movement]:
        """Every line of an automatic payout, its own among them, so that their `net` adds up to nothing."""

    def payouts_since(self, moment: datetime) -> list[str]:
        """The ids of the automatic payouts since then whose lines are complete."""
