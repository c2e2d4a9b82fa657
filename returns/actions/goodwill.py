"""Money beyond policy, on an order, with or without a return."""

from datetime import datetime
from typing import Any

from django.db import transaction

from returns.actions.record import noted, record
from returns.actions.refunds import Part, decide, free_for_goodwill
from returns.actions.refusals import Refused
from returns.models import RMA, Actor, Goodwill, GoodwillReason, Order, Originator, RefundLine


@transaction.atomic
def grant(
    order: Order, *, amount: int, reason: str, note: str, by: Actor, at: datetime, rma: RMA | None = None
) -> Goodwill:
    """Grant `amount` minor units of the order's currency; the refund is due at once.

    Raises Refused: `amount_invalid` below 1, `note_missing`, `reason_unknown`, `above_paid` where the
    payments have less left than this and what live returns may still claim.
    """
    order = Order.objects.locked().get(pk=order.pk)
    if type(amount) is not int or amount < 1:
        raise Refused("amount_invalid", field="amount")
    if not note.strip():
        raise Refused("note_missing", field="note")
    if amount > free_for_goodwill(order):
        raise Refused("above_paid", field="amount", amount=amount, currency=order.currency)
    if reason not in GoodwillReason.values:
        raise Refused("reason_unknown", field="reason", reason=reason)
    goodwill = Goodwill.objects.create(
        order=order,
        rma=rma,
        amount=amount,
        currency=order.currency,
        reason=reason,
        note=note.strip(),
        granted_by=by.label,
        granted_at=at,
    )
    told: dict[str, Any] = {"amount": amount, "currency": order.currency, "reason": reason, "note": note.strip()}
    granted = noted("goodwill.granted", by=by, at=at, order=order, rma=rma, **told)
    part = Part(kind=RefundLine.Kind.GOODWILL, amount=amount)
    record(granted, *decide(order, [part], originator=Originator.GOODWILL, rma=rma, goodwill=goodwill, by=by, at=at))
    return goodwill
