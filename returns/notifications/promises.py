"""The days that letters name: by when to send, by when an answer comes, by when the money is there."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from returns.models import RMA, ParcelStatus
from returns.policy.clocks import refund_due
from returns.policy.law import LAW


def send_by(rma: RMA) -> date | None:
    """The last day before an unsent return expires; None before it is approved."""
    approved = rma.approved_at
    return timezone.localdate(approved) + timedelta(days=settings.SEND_WITHIN_DAYS) if approved else None


def answer_by(rma: RMA) -> date | None:
    return timezone.localdate(rma.answer_by) if rma.answer_by else None


def refund_by(rma: RMA, at: datetime) -> date | None:
    """The last day for the money (law.md M-1, M-3, M-4); None once it has passed, for a past day is no promise.

    The parcel counts as sent on the day of asking where nobody knows better. Where no law speaks, or
    one that waits for an arrival not known yet, the shop keeps to the Union's law.
    """
    asked = timezone.localdate(rma.created_at)
    received = min((timezone.localdate(receipt.received_at) for receipt in rma.receipts.all()), default=None)
    sent = min(
        (timezone.localdate(parcel.status_at) for parcel in rma.parcels.exclude(status=ParcelStatus.LABELLED)),
        default=received or asked,
    )
    own = LAW.regime(rma.order.country, timezone.localdate(rma.order.placed_at))
    days = (
        refund_due(regime, asked, sent_on=sent, received_on=received)
        for regime in (own, LAW.regimes["EU"])
        if regime is not None
    )
    day = next((day for day in days if day is not None), None)
    return day if day and day >= timezone.localdate(at) else None
