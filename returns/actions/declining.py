"""A decision that waits ends without anybody having agreed: somebody said no, or its room is gone."""

from collections.abc import Callable
from datetime import datetime

from returns.actions.record import record
from returns.actions.refunds import give_up, told
from returns.models import Actor, Event, Originator, Refund
from returns.models.people import SYSTEM
from returns.models.refunds import RefundQuerySet


def make_room(unsent: RefundQuerySet, missing: Callable[[], int], *, at: datetime) -> list[Refund]:
    """What was never sent gives way, the newest first, for as long as minor units of room are missing; what did.

    Returns stay where they are: what they are owed waits for another way.
    """
    gone = list[Refund]()
    for refund in unsent.locked().select_related("rma", "order", "payment").order_by("-pk"):
        if not missing():
            break
        if events := lose_room(refund, at=at):
            record(*events)
            gone.append(refund)
    return gone


def lose_room(refund: Refund, *, at: datetime) -> list[Event]:
    """What was never sent has no room at its payment any more. The events are not written yet.

    It is owed all the same, for a person to find another way. Goodwill that was only proposed is not: nobody has
    granted it, and the shopper has not heard of it, so all of that proposal ends; of what ended with another part of
    its proposal, nothing is left to tell.
    """
    if not Refund.objects.unsent().filter(pk=refund.pk).exists():
        return []
    if not Refund.objects.proposed().filter(pk=refund.pk).exists():
        return [give_up(refund, "no_room", at=at)]
    waiting = Refund.objects.proposed().decided_with(refund).select_related("order", "rma").locked()
    return [declined(one, "no_room", by=SYSTEM, at=at) for one in waiting]


def declined(refund: Refund, reason: str, *, note: str = "", by: Actor, at: datetime) -> Event:
    """A refund that waits ends; goodwill is owed no longer. The event is not written yet."""
    refund.decline()
    refund.failure_reason = reason
    refund.updated_at = at
    refund.save()
    lines = refund.lines.all() if refund.originator == Originator.GOODWILL else []
    parts = {line.kind: -line.amount for line in lines}
    return told("refund.declined", refund, parts=parts, note=note, by=by, at=at)
