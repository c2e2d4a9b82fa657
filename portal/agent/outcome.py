"""What a decision does to the money, before it is made: the same verbs, carried out and taken back at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from returns.models import RMA, ItemState, Valuation


@dataclass(frozen=True, slots=True)
class Row:
    """Minor units of the order's currency."""

    label: str
    before: int
    after: int


def of(rma: RMA, decide: Callable[[], object]) -> list[Row]:
    """The return's money now, and as it would be after `decide`, which is taken back.

    Raises Refused as `decide` does.
    """
    with transaction.atomic():
        before = _sums(rma.pk)
        decide()
        after = _sums(rma.pk)
        transaction.set_rollback(True)
    pairs = zip(before, after, strict=True)
    rows = [Row(label, old, new) for (label, old), (_label, new) in pairs]
    return [row for row in rows if row.before or row.after]


def _sums(pk: int) -> Sequence[tuple[str, int]]:
    """What is accepted, what is kept of it, and what is granted on top."""
    rma = RMA.objects.with_contents().prefetch_related("goodwill").get(pk=pk)
    accepted = [item for item in rma.items.all() if item.state == ItemState.ACCEPTED]
    goods = sum(item.share + item.credit_bonus for item in accepted)
    fees = -sum(item.fee for item in accepted) - (rma.return_cost if accepted else 0)
    losses = -sum(valuation.kept for valuation in Valuation.objects.of(rma))
    goodwill = sum(granted.amount for granted in rma.goodwill.all())
    payments = list(rma.order.payments.with_room())
    return [
        (_("What is accepted"), goods),
        (_("Fees"), fees),
        (_("Loss of value"), losses),
        (_("Goodwill on top"), goodwill),
        (_("The shopper gets"), max(0, goods + fees + losses) + goodwill),
        (_("Refunds ordered so far"), sum(payment.active for payment in payments)),
        (_("Left of what was paid"), sum(payment.captured - payment.active for payment in payments)),
    ]
