"""A payment provider that answers as it is told, and keeps its books as one would."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings

from returns.gateways.gateway import Movement, News, Rejected, Remote, RemoteDispute, Unanswered
from returns.models import Attempt, Payment, Refund


@dataclass(frozen=True, slots=True)
class Lost:
    """The refund is made, and nobody hears of it."""

    status: str = "succeeded"


Step = str | Lost | Exception  # a status to answer with; a refund whose answer is lost; a call that does nothing


class Scripted:
    """Takes one step of its script a call; `succeeded` when there is none left. Keys are repeated as Stripe does."""

    def __init__(self, *steps: Step) -> None:
        self.steps = deque(steps)
        self.looks: deque[Exception | None] = deque()  # what the next calls of `find` raise; None finds nothing
        self.keys: list[str] = []
        self.books: dict[str, Remote] = {}  # by the provider's id
        self.disputes: dict[str, RemoteDispute] = {}
        self.asked_for_disputes = 0
        self.payouts: dict[str, list[Movement]] = {}
        self.news: list[News] = []
        self.silence: Exception | None = None  # what every list raises
        self._by_key: dict[str, Remote] = {}

    def refund(self, refund: Refund, attempt: Attempt) -> Remote:
        self.keys.append(attempt.key)
        step = self.steps.popleft() if self.steps else "succeeded"
        if isinstance(step, Exception):
            raise step
        if isinstance(step, Lost):
            self._make(refund, attempt.key, step.status)
            raise Unanswered("connection lost")
        return self._make(refund, attempt.key, step)

    def find(self, refund: Refund) -> Remote | None:
        if self.looks:
            if (look := self.looks.popleft()) is not None:
                raise look
            return None
        return next((made for made in self.books.values() if made.refund_id == refund.public_id), None)

    def fetch(self, gateway_id: str) -> Remote:
        if gateway_id not in self.books:
            raise Rejected("resource_missing")
        return self.books[gateway_id]

    def refunds_of(self, payment: str) -> list[Remote]:
        return [made for made in self.books.values() if payment in (made.payment, made.charge)]

    def refunds_since(self, moment: datetime) -> Iterator[Remote]:
        if self.silence:
            raise self.silence
        return reversed(self.books.values())

    def events_since(self, moment: datetime) -> Iterator[News]:
        return reversed(self.news)

    def dispute(self, dispute_id: str) -> RemoteDispute:
        return self.disputes[dispute_id]

    def disputes_of(self, payment: str) -> list[RemoteDispute]:
        return [dispute for dispute in self.disputes.values() if dispute.payment == payment]

    def disputes_since(self, moment: datetime) -> Iterator[RemoteDispute]:
        self.asked_for_disputes += 1
        return (dispute for dispute in reversed(self.disputes.values()) if dispute.opened_at >= moment)

    def movements(self, payout_id: str) -> list[Movement]:
        return self.payouts[payout_id]

    def payouts_since(self, moment: datetime) -> list[str]:
        return list(self.payouts)

    # --- what others do there ---

    def settle(self, gateway_id: str, status: str, failure_reason: str = "") -> Remote:
        """What the bank says in the end."""
        self.books[gateway_id] = replace(self.books[gateway_id], status=status, failure_reason=failure_reason)
        return self.books[gateway_id]

    def refund_by_hand(self, payment: Payment | None, amount: int, status: str = "succeeded") -> Remote:
        """Somebody refunds in the provider's own pages."""
        assert payment is not None
        return self._keep(
            Remote(
                id=f"re_{len(self.books) + 1}",
                status=status,
                amount=amount,
                currency=payment.currency,
                refund_id="",
                payment=payment.reference,
            )
        )

    def _make(self, refund: Refund, key: str, status: str) -> Remote:
        if key in self._by_key:
            return self.books[self._by_key[key].id]
        assert refund.payment is not None
        self._by_key[key] = self._keep(
            Remote(
                id=f"re_{len(self.books) + 1}",
                status=status,
                amount=refund.amount,
                currency=refund.currency,
                refund_id=refund.public_id,
                payment=refund.payment.reference,
                installation=settings.BASE_URL,
                rma=refund.rma.number if refund.rma else "",
            )
        )
        return self._by_key[key]

    def _keep(self, remote: Remote) -> Remote:
        self.books[remote.id] = remote
        return remote
