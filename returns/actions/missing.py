"""The rest of a return will not come: it is counted as missing, so that the return can settle."""

from datetime import datetime
from typing import Any

from django.db import transaction

from returns.actions.record import noted, record
from returns.actions.refusals import Refused
from returns.actions.settling import settle
from returns.models import RMA, Actor, Order, Receipt, ReceiptLine, RMAItem, RMAState, Valuation
from returns.policy.facts import Resolution


@transaction.atomic
def expect_no_more(rma: RMA, *, note: str, by: Actor, at: datetime) -> RMA:
    """Count as missing what is still expected of a return of which a part has arrived.

    The shopper is told, and what arrives later is counted and paid all the same. Before anything arrived a return
    is cancelled or expires instead. Raises Refused: `rest_not_expected`, `note_missing`.
    """
    order = Order.objects.locked().get(pk=rma.order_id)
    rma = RMA.objects.locked().get(pk=rma.pk)
    rma.order = order
    missing = expected(rma)
    if not missing:
        raise Refused("rest_not_expected", state=rma.state)
    if not note.strip():
        raise Refused("note_missing", field="note")
    _count(rma, missing, note.strip(), by=by, at=at)
    told: dict[str, Any] = {
        "lines": [{"line": item.line.line_id, "missing": units} for item, units in missing],
        "note": note.strip(),
    }
    record(noted("receipt.closed", by=by, at=at, order=order, rma=rma, **told), *settle(rma, by=by, at=at))
    rma.updated_at = at
    rma.save()
    return rma


def expected(rma: RMA) -> list[tuple[RMAItem, int]]:
    """Where a part has arrived: the accepted items of which units were counted in no way yet, and their number."""
    if rma.state not in (RMAState.RECEIVED, RMAState.REFUND_DUE):
        return []
    counted = ReceiptLine.objects.filter(receipt__rma=rma).counted()
    valued = Valuation.objects.of(rma).by_item()  # what waits for its value has come
    items = rma.items.accepted().exclude(resolution=Resolution.KEEP).select_related("line")
    open_units = (
        (item, item.quantity - counted.get(item.pk, (0, 0))[1] - valued.get(item.pk, (0, 0))[0]) for item in items
    )
    return [(item, units) for item, units in open_units if units > 0]


def _count(rma: RMA, missing: list[tuple[RMAItem, int]], note: str, *, by: Actor, at: datetime) -> None:
    receipt = Receipt.objects.create(
        rma=rma,
        number=rma.receipts.count() + 1,
        received_at=at,
        actor_kind=by.kind,
        actor_id=by.id,
        actor_label=by.label,
        note=note,
    )
    ReceiptLine.objects.bulk_create(
        ReceiptLine(receipt=receipt, line=item.line, item=item, missing=units) for item, units in missing
    )
