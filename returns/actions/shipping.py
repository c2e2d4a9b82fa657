"""The way back: labels booked, and the news that carriers send."""

from datetime import datetime
from typing import Any

from django.db import transaction

from returns.actions.record import noted, record
from returns.actions.refusals import Refused
from returns.carriers import OwnLabel
from returns.models import RMA, Actor, Event, ParcelStatus, ReturnParcel, RMAState


def book_label(rma: RMA, *, by: Actor, at: datetime) -> tuple[ReturnParcel, Event]:
    """A label for the way back of an RMA that was just approved: moves it, and writes nothing.

    The caller saves the RMA, then `ReturnParcel.objects.book`s the parcel and records the event.
    """
    booking = OwnLabel().book(rma.number)
    rma.ready_label()
    parcel = ReturnParcel(
        rma=rma,
        carrier=booking.carrier,
        tracking_number=booking.tracking_number,
        status=ParcelStatus.LABELLED,
        status_at=at,
    )
    return parcel, noted("label.created", by=by, at=at, order=rma.order, rma=rma, carrier=booking.carrier)


@transaction.atomic
def carrier_news(
    rma: RMA, *, carrier: str, tracking_number: str, status: str, told_at: datetime, by: Actor, at: datetime
) -> ReturnParcel:
    """A carrier, or the shopper's tracking number, says where a parcel is; old news changes nothing.

    `told_at` is when the carrier saw it. Raises Refused `rma_not_sendable` before approval and after
    the end, `tracking_number_missing`.
    """
    rma = RMA.objects.locked().select_related("order").get(pk=rma.pk)
    if not tracking_number.strip():
        raise Refused("tracking_number_missing", field="tracking_number")
    if rma.state not in RMAState.receivable():
        raise Refused("rma_not_sendable", state=rma.state)
    parcel, new = ReturnParcel.objects.get_or_create(
        rma=rma,
        carrier=carrier,
        tracking_number=tracking_number.strip(),
        defaults={"status": status, "status_at": told_at},
    )
    if not new and (parcel.status == status or told_at < parcel.status_at):
        return parcel
    parcel.status, parcel.status_at = status, told_at
    parcel.save()
    _tell(rma, parcel, by=by, at=at)
    return parcel


def _tell(rma: RMA, parcel: ReturnParcel, *, by: Actor, at: datetime) -> None:
    kind = "parcel.updated"
    if rma.state in (RMAState.APPROVED, RMAState.LABEL_READY):
        rma.depart()
        kind = "parcel.dispatched"
    rma.updated_at = at
    rma.save()
    news: dict[str, Any] = {
        "carrier": parcel.carrier,
        "tracking_number": parcel.tracking_number,
        "status": parcel.status,
    }
    record(noted(kind, by=by, at=at, order=rma.order, rma=rma, **news))
