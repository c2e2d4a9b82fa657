"""The kill switch: while a halt is open no refund leaves (`RefundQuerySet.sendable`). security.md, "Roles"."""

from datetime import datetime, timedelta

from django.db import transaction

from returns.actions.refusals import Refused
from returns.gateways.gateway import Gateway, PutOff, Rejected, Unanswered
from returns.models import Actor, Halt, User
from returns.models.people import SYSTEM

TRUSTED_AFTER = timedelta(hours=1)  # that sending has gone on without the key being refused


def start(cause: str, *, why: str, by: Actor, at: datetime) -> None:
    """Stop all sending; where it is stopped for that cause already, nothing changes."""
    halt = Halt(cause=cause, why=why[:500], started_by=by.label or by.kind, started_at=at)
    Halt.objects.bulk_create([halt], ignore_conflicts=True)


@transaction.atomic
def stop_all(*, why: str, by: User, at: datetime) -> None:
    """Any manager stops all sending, and says why. Where it is stopped already, nobody has asked to end that.

    Raises Refused: `managers_only`, `note_missing`.
    """
    _refuse_others(by)
    if not why.strip():
        raise Refused("note_missing", field="why")
    halt = Halt.objects.open().filter(cause=Halt.Cause.MANUAL).select_for_update().first()
    if halt is None:
        start(Halt.Cause.MANUAL, why=why.strip(), by=by.actor, at=at)
    elif halt.end_asked_by:
        halt.end_asked_by = halt.end_asked_label = ""
        halt.why = f"{why.strip()} {halt.why}"[:500]
        halt.save()


@transaction.atomic
def resume(halt: Halt, *, by: User, at: datetime) -> Halt:
    """Of two managers the first asks for it, the second ends the halt.

    Who asked and is a manager no longer counts no longer: the next one asks in their place. A halt that the
    system began may be ended so, too, where it does not end by itself. Raises Refused: `managers_only`,
    `halt_ended`, `halt_needs_another`.
    """
    _refuse_others(by)
    halt = Halt.objects.select_for_update().get(pk=halt.pk)
    if halt.ended_at is not None:
        raise Refused("halt_ended")
    if not _is_manager(halt.end_asked_by):
        halt.end_asked_by, halt.end_asked_label = by.actor.id, by.actor.label
    elif halt.end_asked_by == by.actor.id:
        raise Refused("halt_needs_another")
    else:
        halt.ended_by, halt.ended_label, halt.ended_at = by.actor.id, by.actor.label, at
    halt.save()
    return halt


def end(cause: str, *, at: datetime) -> None:
    """What the system began has ended by itself."""
    Halt.objects.open().filter(cause=cause).update(ended_by=SYSTEM.kind, ended_label=SYSTEM.kind, ended_at=at)


def probe(gateway: Gateway, *, at: datetime) -> bool:
    """Whether the provider takes our key again, where it did not; if so, sending goes on. False: nothing waits.

    A probe only reads, and there are keys that may read and not refund. So where sending went on and the key was
    refused again within the hour, a probe proves nothing any more, and the halt waits for two managers.
    """
    halt = Halt.objects.open().filter(cause=Halt.Cause.KEY_REFUSED).first()
    if halt and not _refused_again(halt) and _answers(gateway, at):
        end(Halt.Cause.KEY_REFUSED, at=at)
    return False


def _refused_again(halt: Halt) -> bool:
    return Halt.objects.filter(cause=halt.cause, ended_at__gt=halt.started_at - TRUSTED_AFTER).exists()


def _answers(gateway: Gateway, at: datetime) -> bool:
    try:
        next(iter(gateway.refunds_since(at)), None)
    except (PutOff, Unanswered, Rejected):
        return False
    return True


def _refuse_others(by: User) -> None:
    if not _is_manager(by.actor.id):
        raise Refused("managers_only")


def _is_manager(person: str) -> bool:
    """Whether this is one now; "" is nobody."""
    return bool(person) and User.objects.managers().filter(pk=person).exists()
