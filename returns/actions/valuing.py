"""An agent says what damaged goods have lost in value by handling beyond a look at them, and may take it back.

Until then nothing is owed for them; afterwards what remains (law.md M-8). The loss lowers what is paid, never the
share.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from returns.actions import photos
from returns.actions.owing import owe_arrived
from returns.actions.photos import Stored
from returns.actions.record import noted, record
from returns.actions.refusals import Refused
from returns.actions.settling import settle
from returns.models import RMA, SYSTEM, Actor, Event, Order, Photo, ReceiptLine, Valuation


@transaction.atomic
def show(counted: ReceiptLine, pictures: Sequence[Stored], *, by: Actor, at: datetime) -> None:
    """Keep photos of what arrived, as proof of its grade. Raises Refused as `photos.refuse_too_many` does."""
    rma = _locked(counted.receipt.rma)
    _keep(counted, rma, pictures, at=at)
    told: dict[str, Any] = {"line": counted.line.line_id, "photos": len(pictures)}
    record(noted("item.photographed", by=by, at=at, order=rma.order, rma=rma, **told))


@transaction.atomic
def value(
    valuation: Valuation, *, loss: int, reason: str, by: Actor, at: datetime, pictures: Sequence[Stored] = ()
) -> RMA:
    """Say how many minor units these units have lost, 0 for none; the rest is owed at once.

    A loss needs a reason, which the shopper reads, and a photo of what arrived. Raises Refused: `valued_already`,
    `loss_above_worth`, `note_missing`, `photo_missing`, and as `photos.refuse_too_many` does.
    """
    rma = _locked(valuation.counted.receipt.rma)
    valuation = _open(valuation)
    if pictures:
        _keep(valuation.counted, rma, pictures, at=at)
    _refuse_unfounded(valuation, loss, reason)
    return _valued(rma, valuation, loss, reason.strip(), by=by, at=at)


@transaction.atomic
def forgive(valuation: Valuation, *, by: Actor, at: datetime) -> RMA:
    """Take a loss back, after an objection: what was kept is owed, once. Raises Refused `nothing_kept`."""
    rma = _locked(valuation.counted.receipt.rma)
    valuation = _again(valuation)
    if not valuation.forgivable:
        raise Refused("nothing_kept")
    loss = valuation.kept
    valuation.forgiven_at = at
    valuation.save()
    return _owed_anew(rma, _noted("item.forgiven", rma, valuation, loss, by=by, at=at), by=by, at=at)


def lapse_next(*, at: datetime) -> bool:
    """Let one valuation that nobody made in time count as no loss. False when none is left."""
    valuation = Valuation.objects.overdue(at).select_related("counted__receipt__rma").first()
    if valuation is None:
        return False
    _lapse(valuation, at=at)
    return True


@transaction.atomic
def _lapse(valuation: Valuation, *, at: datetime) -> None:
    rma = _locked(valuation.counted.receipt.rma)
    valuation = _again(valuation)
    if valuation.valued_at is None:  # else an agent was just quicker
        _valued(rma, valuation, 0, "", by=SYSTEM, at=at)


def _locked(rma: RMA) -> RMA:
    Order.objects.locked().get(pk=rma.order_id)
    return RMA.objects.locked().select_related("order").get(pk=rma.pk)


def _again(valuation: Valuation) -> Valuation:
    """As it is now, under the lock of its return."""
    return Valuation.objects.select_related("counted__line", "counted__receipt").get(pk=valuation.pk)


def _open(valuation: Valuation) -> Valuation:
    valuation = _again(valuation)
    if valuation.valued_at is not None:
        raise Refused("valued_already")
    return valuation


def _refuse_unfounded(valuation: Valuation, loss: int, reason: str) -> None:
    if type(loss) is not int or not 0 <= loss < max(1, _most(valuation)):
        raise Refused("loss_above_worth", field="loss")
    if loss and not reason.strip():
        raise Refused("note_missing", field="reason")
    if loss and not valuation.counted.photos.exists():
        raise Refused("photo_missing", field="photos")


def _most(valuation: Valuation) -> int:
    """What the units are worth; less what has been kept of the item since they were counted, as a fee or a loss."""
    item = valuation.counted.item
    assert item is not None
    _unvalued, lost = Valuation.objects.of(item.rma).by_item()[item.pk]
    return min(valuation.worth, item.share - item.fee - lost)


def _keep(counted: ReceiptLine, rma: RMA, pictures: Sequence[Stored], *, at: datetime) -> None:
    photos.refuse_too_many([*counted.photos.all(), *pictures])
    Photo.objects.bulk_create(photos.bound(pictures, rma, at=at, counted=counted))


def _valued(rma: RMA, valuation: Valuation, loss: int, reason: str, *, by: Actor, at: datetime) -> RMA:
    valuation.loss = loss
    valuation.reason = reason
    valuation.valued_at = at
    valuation.actor_kind, valuation.actor_id, valuation.actor_label = by.kind, by.id, by.label
    valuation.save()
    kind = "item.valued" if loss else "item.spared"
    event = _noted(kind, rma, valuation, loss, by=by, at=at)
    if RMA.objects.with_nothing_to_decide().contains(rma):
        rma.answer_by = None
    return _owed_anew(rma, event, by=by, at=at)


def _owed_anew(rma: RMA, event: Event, *, by: Actor, at: datetime) -> RMA:
    """Owe what a new valuation makes of what arrived."""
    owed = owe_arrived(rma, by=by, at=at)
    record(event, *owed, *settle(rma, by=by, at=at))
    rma.updated_at = at
    rma.save()
    return rma


def _noted(kind: str, rma: RMA, valuation: Valuation, loss: int, *, by: Actor, at: datetime) -> Event:
    """The reason stays with the valuation: what was written can be erased, an event cannot."""
    told: dict[str, Any] = {
        "valuation": valuation.pk,
        "line": valuation.counted.line.line_id,
        "units": valuation.counted.damaged,
        "grade": str(valuation.counted.grade),
        "of": valuation.worth,
        "amount": loss,
        "currency": rma.order.currency,
    }
    return noted(kind, by=by, at=at, order=rma.order, rma=rma, **told)
