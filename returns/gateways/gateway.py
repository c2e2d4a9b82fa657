"""What a payment provider can do for us, and the three ways in which it may not."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from returns.models import Attempt, Refund


@dataclass(frozen=True, slots=True)
class Remote:
    """A refund as the provider has it. `amount` in minor units, `currency` in upper case.

    `refund_id` is our own id from its metadata, "" where another program made it.
    """

    id: str
    status: str  # pending, requires_action, succeeded, failed, canceled
    amount: int
    currency: str
    refund_id: str
    failure_reason: str = ""


class Unanswered(Exception):
    """No definite answer: money may or may not have moved.

    `key_spent`: the provider has stored a server error under the key, so that only another key can
    get another answer.
    """

    def __init__(self, code: str, *, key_spent: bool = False) -> None:
        super().__init__(code)
        self.key_spent = key_spent


class PutOff(Exception):
    """A definite answer that nothing was done yet: the same again, with the same key, after `wait`."""

    def __init__(self, code: str, wait: timedelta) -> None:
        super().__init__(code)
        self.wait = wait


class Rejected(Exception):
    """A definite no. `code` is the provider's."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code


class Gateway(Protocol):
    """Every call may raise Unanswered, PutOff or Rejected; none may stand inside a transaction."""

    def refund(self, refund: Refund, attempt: Attempt) -> Remote:
        """Ask for the refund under the attempt's key."""

    def find(self, refund: Refund) -> Remote | None:
        """Look among the payment's refunds for the one that carries our id."""

    def fetch(self, gateway_id: str) -> Remote:
        """The refund as it is now."""
