"""Money beyond policy, on an order, with or without a return."""

from datetime import datetime
from typing import Any

from django.db import transaction

from returns.actions.parts import Part
from returns.actions.proposals import held_role
from returns.actions.record import noted, record
from returns.actions.refunds import decide
from returns.actions.refusals import Refused
from returns.actions.rooms import free_for_goodwill
from returns.models import RMA, Actor, Event, Goodwill, GoodwillReason, Order, Originator, RefundLine


@transaction.atomic
def grant(
    order: Order, *, amount: int, reason: str, note: str, by: Actor, at: datetime, rma: RMA | None = None
) -> Goodwill:
    """Grant `amount` minor units of the order's currency; the refund is due at once.

    Above the limit of who grants it, it is proposed: the refund waits for others, and the shopper hears nothing yet.
    Raises Refused: `amount_invalid` below 1, `note_missing`, `reason_unknown`, `above_paid` where the
    payments have less left than this and what live returns may still claim.
    """
    order = Order.objects.locked().get(pk=order.pk)
    if type(amount) is not int or amount < 1:
        raise Refused("amount_invalid", field="amount")
    if not note.strip():
        raise Refused("note_missing", field="note")
    if amount > free_for_goodwill(order, at=at):
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
        giver_id=by.staff_id,
        giver_role=held_role(by) or "",
        alone=True,
        granted_at=at,
    )
    part = Part(kind=RefundLine.Kind.GOODWILL, amount=amount)
    decided = decide(order, [part], originator=Originator.GOODWILL, rma=rma, goodwill=goodwill, by=by, at=at)
    if any(event.kind == "refund.held" for event in decided):
        goodwill.alone = False
        goodwill.save()
    record(_told("goodwill.granted" if goodwill.alone else "goodwill.proposed", goodwill, by=by, at=at), *decided)
    return goodwill


def granted(goodwill: Goodwill, *, by: Actor, at: datetime) -> Event:
    """That goodwill which waited for others is granted now; the shopper hears of it. Not written yet."""
    return _told("goodwill.granted", goodwill, by=by, at=at)


def _told(kind: str, goodwill: Goodwill, *, by: Actor, at: datetime) -> Event:
    told: dict[str, Any] = {
        "goodwill": goodwill.pk,
        "amount": goodwill.amount,
        "currency": goodwill.currency,
        "reason": goodwill.reason,
        "note": goodwill.note,
    }
    return noted(kind, by=by, at=at, order=goodwill.order, rma=goodwill.rma, **told)
