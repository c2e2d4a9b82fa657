"""The worker seals what was written, in batches, so that a later change shows. money.md, I31."""

from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from django.db import IntegrityError, models, transaction

from returns.models import Event, Seal, Transfer

YOUNG = timedelta(hours=1)  # what is younger may have neighbours in transactions that have not ended yet
BATCH = 10_000


def seal_next(*, at: datetime) -> bool:
    """Seal the next events and transfers that are older than an hour. False when there are none."""
    return _seal(Seal.objects.last(), at=at)


def _seal(last: Seal | None, *, at: datetime) -> bool:
    """A seal's number follows from the one before, so of two workers that make the same one only one can."""
    sealed = (last.through_event, last.through_transfer) if last else (0, 0)
    through = (_old_enough(Event.objects.all(), sealed[0], at), _old_enough(Transfer.objects.all(), sealed[1], at))
    if through == sealed:
        return False
    seal = Seal(pk=last.pk + 1 if last else 1, through_event=through[0], through_transfer=through[1], sealed_at=at)
    seal.digest = seal.over(last)
    try:
        with transaction.atomic():
            seal.save(force_insert=True)
    except IntegrityError:  # another worker was quicker
        return False
    return True


def _old_enough(rows: "models.QuerySet[Any]", after: int, at: datetime) -> int:
    """The last row of the next batch, all rows before which are old enough too; `after` itself if there is none."""
    batch = rows.filter(pk__gt=after).order_by("pk").values_list("pk", "at")[:BATCH]
    old = [pk for pk, _at in takewhile(lambda row: row[1] <= at - YOUNG, batch)]
    return old[-1] if old else after
