"""Where a return stands with its money: it is moved to where its receipts and its refunds say it is."""

from datetime import datetime

from django.db.models import Exists, OuterRef
from django_fsm import can_proceed

from returns.actions.record import noted, record
from returns.models import RMA, Actor, Event, ItemState, Originator, ReceiptLine, RefundState, Valuation


def record_and_settle(rma: RMA | None, *events: Event, by: Actor, at: datetime) -> None:
    """Record these events of a locked RMA's refunds, and where they move it; nothing else of the RMA may be unsaved."""
    moved = settle(rma, by=by, at=at) if rma is not None else []
    record(*events, *moved)
    if rma is not None and moved:
        rma.save()


def settle(rma: RMA, *, by: Actor, at: datetime) -> list[Event]:
    """Move a locked RMA to where its receipts and refunds say it is.

    Call it after each of them changes, then save the RMA and record the event, if there is one.
    """
    owed = rma.refunds.open().filter(originator=Originator.RMA).exists()
    if owed:
        return owe_refund(rma, by=by, at=at)
    if not rma.refunds.filter(originator=Originator.RMA).exists():
        return []
    if _all_accounted(rma):
        return _move(rma, "settle", "rma.refunded", by=by, at=at)
    return _move(rma, "await_rest", "rma.partly_refunded", by=by, at=at)


def is_open(event: Event) -> bool:
    """Whether what was just decided is still owed: store credit is given in the same moment."""
    return event.refund is not None and event.refund.state in RefundState.open()


def owe_refund(rma: RMA, *, by: Actor, at: datetime) -> list[Event]:
    """As `settle`, where a refund was just decided."""
    return _move(rma, "owe_refund", "rma.refund_owed", by=by, at=at)


def _move(rma: RMA, verb: str, kind: str, *, by: Actor, at: datetime) -> list[Event]:
    move = getattr(rma, verb)
    if not can_proceed(move):
        return []
    move()
    rma.updated_at = at
    return [noted(kind, by=by, at=at, order=rma.order, rma=rma)]


def _all_accounted(rma: RMA) -> bool:
    """Whether every accepted unit has been counted in some way or may be kept, and nothing waits for an agent.

    What was counted as missing, and came damaged after all, is accounted for already and may wait for its value.
    """
    unvalued = Exists(Valuation.objects.open().filter(counted__item=OuterRef("pk")))
    counted = ReceiptLine.objects.filter(receipt__rma=rma).counted()
    items = rma.items.exclude(state=ItemState.REFUSED)
    return all(
        item.state == ItemState.ACCEPTED
        and not item.unvalued
        and (item.stays or counted.get(item.pk, (0, 0))[1] >= item.quantity)
        for item in items.annotate(unvalued=unvalued)  # type: ignore[no-redef]  # declared on RMAItem
    )
