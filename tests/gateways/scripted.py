"""A payment provider that answers as it is told, and keeps its books as one would."""

from collections import deque
from dataclasses import dataclass, replace

from returns.gateways.gateway import Rejected, Remote, Unanswered
from returns.models import Attempt, Refund


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

    def settle(self, gateway_id: str, status: str, failure_reason: str = "") -> Remote:
        """What the bank says in the end."""
        self.books[gateway_id] = replace(self.books[gateway_id], status=status, failure_reason=failure_reason)
        return self.books[gateway_id]

    def _make(self, refund: Refund, key: str, status: str) -> Remote:
        if key in self._by_key:
            return self.books[self._by_key[key].id]
        made = Remote(
            id=f"re_{len(self.books) + 1}",
            status=status,
            amount=refund.amount,
            currency=refund.currency,
            refund_id=refund.public_id,
        )
        self.books[made.id] = self._by_key[key] = made
        return made
