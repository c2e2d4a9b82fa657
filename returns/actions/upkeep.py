"""What time itself does: returns that nobody sent expire, those long refunded close."""

from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from returns.actions.once import MONEY
from returns.actions.record import noted, record
from returns.models import RMA, Answered
from returns.models.people import SYSTEM

ANSWERS_KEPT = timedelta(hours=72)  # api.md


@transaction.atomic
def expire_next(*, at: datetime) -> bool:
    """Let one return expire whose last day for sending is over and that was not sent. False when none is left."""
    first_day_in_time = timezone.localdate(at) - timedelta(days=settings.SEND_WITHIN_DAYS)
    overdue = RMA.objects.unsent_since(timezone.make_aware(datetime.combine(first_day_in_time, time.min)))
    rma = overdue.select_related("order").select_for_update(skip_locked=True, of=("self",), no_key=True).first()
    if rma is None:
        return False
    rma.expire()
    rma.updated_at = at
    rma.save()
    record(noted("rma.expired", by=SYSTEM, at=at, order=rma.order, rma=rma))
    return True


@transaction.atomic
def close_next(*, at: datetime) -> bool:
    """Close one return that has been over for long (`finished_before`). False when none is left."""
    done = RMA.objects.finished_before(at - timedelta(days=settings.CLOSE_AFTER_DAYS))
    rma = done.select_related("order").select_for_update(skip_locked=True, of=("self",), no_key=True).first()
    if rma is None:
        return False
    rma.close()
    rma.updated_at = at
    rma.save()
    record(noted("rma.closed", by=SYSTEM, at=at, order=rma.order, rma=rma))
    return True


def forget_answers(*, at: datetime) -> bool:
    """Answers to repeated requests are kept 72 hours, and for ever where they moved money."""
    Answered.objects.filter(created_at__lt=at - ANSWERS_KEPT).exclude(scope__startswith=MONEY).delete()
    return False
