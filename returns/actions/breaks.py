"""Breaks: what does not agree is told to a person, once, and closed by a person or by its own disappearance.

money.md, "Reconciliation". Each kind has a sentence in sentences/breaks.py.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import CharField, Model, Q, QuerySet
from django.db.models.functions import Cast

from returns.actions.refusals import Refused
from returns.actions.rooms import beyond_what_was_paid, paid_and_back
from returns.models import (
    Attempt,
    Break,
    Dispute,
    GatewayEvent,
    Halt,
    Letter,
    LetterState,
    Payment,
    Reconciled,
    Refund,
    RefundState,
    Role,
    User,
)
from returns.models.people import SYSTEM

STUCK_AFTER = timedelta(hours=1)  # I7
LEAVES_WITHIN = timedelta(days=1)  # L1
_IN_DOUBT = [RefundState.SENDING, RefundState.UNCERTAIN]


def open_break(
    kind: str,
    subject: str,
    *,
    at: datetime,
    refund: Refund | None = None,
    payment: Payment | None = None,
    **values: object,
) -> None:
    """Tell a person of a difference; one that is already open stays as it is. One statement."""
    told = Break(kind=kind, subject=subject, values=values, refund=refund, payment=payment, opened_at=at)
    Break.objects.bulk_create([told], ignore_conflicts=True)


def tell_once(kind: str, subject: str, **told: Any) -> None:
    """As `open_break`, but of what a person has closed nobody is told again."""
    if not Break.objects.filter(kind=kind, subject=subject).exists():
        open_break(kind, subject, **told)


@transaction.atomic
def take(number: int, *, by: User) -> Break:
    """Somebody says that it is theirs to clear up. Raises Refused `break_not_open`."""
    found = _locked(number)
    found.owner = by
    found.save()
    return found


@transaction.atomic
def close(number: int, *, note: str, by: User, at: datetime) -> Break:
    """A person has cleared it up, and says how. What waited for it goes on.

    Where money waited for it, only a manager may (security.md, "Roles and rights"). Raises Refused: `note_missing`,
    `break_not_open`, `managers_only`.
    """
    if not note.strip():
        raise Refused("note_missing", field="note")
    found = _locked(number)
    if found.stops_money and User.objects.role_of(by.actor) != Role.MANAGER:
        raise Refused("managers_only")
    found.closed_at, found.closed_by, found.note = at, str(by), note.strip()
    found.save()
    return found


def _locked(number: int) -> Break:
    found = Break.objects.select_for_update(of=("self",)).filter(pk=number).first()
    if found is None or found.closed_at is not None:
        raise Refused("break_not_open")
    return found


def gone(kinds: Q, *, at: datetime) -> int:
    """Close these open breaks, for the difference is no more."""
    return Break.objects.open().filter(kinds).update(closed_at=at, closed_by=SYSTEM.kind)


# --- what the rows alone can tell ---------------------------------------------------------------


def look_around(*, at: datetime) -> bool:
    """Open a break for all of ours that stands still, close those whose reason is gone. False: nothing waits."""
    _tell_of_the_stuck(at)
    _tell_of_what_is_put_off(at)
    _tell_of_dead_events(at)
    _tell_of_dead_letters(at)
    _tell_of_silence(at)
    _tell_of_the_paid_twice(at)
    _tell_of_what_banks_keep(at)
    for kind in Break.objects.open().filter(kind__in=_STANDS).values_list("kind", flat=True).distinct().order_by():
        gone(Q(kind=kind) & ~_STANDS[kind](at), at=at)
    return False


def _tell_of_the_stuck(at: datetime) -> None:
    """Since when a refund is in doubt is written on its attempts: each look moves the row's own time on."""
    long_ago = Attempt.objects.filter(first_sent_at__lt=at - STUCK_AFTER).exclude(outcome=Attempt.Outcome.PUT_OFF)
    stuck = Refund.objects.filter(state__in=_IN_DOUBT, pk__in=long_ago.values("refund"))
    for refund in _untold(stuck, "stuck", "public_id"):
        values: dict[str, Any] = {"amount": refund.amount, "currency": refund.currency}
        open_break("stuck", refund.public_id, at=at, refund=refund, **values)


def _tell_of_what_is_put_off(at: datetime) -> None:
    """Of what a dispute or a halt holds up a person knows already."""
    if Halt.objects.open().exists():
        return
    due = Refund.objects.filter(state=RefundState.DUE, updated_at__lt=at - LEAVES_WITHIN).undisputed()
    put_off = due.filter(attempts__outcome=Attempt.Outcome.PUT_OFF).distinct()
    for refund in _untold(put_off, "put_off", "public_id"):
        values: dict[str, Any] = {"amount": refund.amount, "currency": refund.currency}
        open_break("put_off", refund.public_id, at=at, refund=refund, **values)


def _tell_of_dead_events(at: datetime) -> None:
    for event in _untold(GatewayEvent.objects.dead(), "dead_event", "id"):
        open_break("dead_event", event.pk, at=at, event=event.kind, object=event.object_id, error=event.error)


def _tell_of_dead_letters(at: datetime) -> None:
    dead = Letter.objects.filter(state=LetterState.DEAD).annotate(name=Cast("pk", CharField()))
    for letter in _untold(dead, "dead_letter", "name"):
        open_break("dead_letter", str(letter.pk), at=at, letter=letter.kind, error=letter.error)


def _tell_of_silence(at: datetime) -> None:
    """While the provider's events cannot be read, nothing is sent (`RefundQuerySet.sendable`)."""
    for level in Reconciled.objects.stale(at):
        open_break("behind", level.pk, at=at, since=level.through.isoformat())
    for level in Reconciled.objects.neglected(at):
        open_break("not_compared", level.pk, at=at, since=level.through.isoformat())


def _tell_of_the_paid_twice(at: datetime) -> None:
    """The bank took what was refunded as well: only a person can get it back, so only a person closes it."""
    if not Dispute.objects.filter(status="lost").exists():
        return
    for dispute in _untold(Dispute.objects.paid_twice().select_related("payment__order"), "paid_twice", "gateway_id"):
        _tell_of_twice(dispute, dispute.payment.captured, dispute.above, at)
    past = Refund.objects.past_the_provider().values("order")  # of which the payments tell nothing
    lost = Dispute.objects.filter(status="lost", payment__order__in=past).select_related("payment__order")
    for dispute in _untold(lost, "paid_twice", "gateway_id"):
        if above := beyond_what_was_paid(dispute.payment.order):
            paid, _back = paid_and_back(dispute.payment.order)
            _tell_of_twice(dispute, paid, above, at)


def _tell_of_twice(dispute: Dispute, paid: int, above: int, at: datetime) -> None:
    payment = dispute.payment
    values: dict[str, Any] = {"above": above, "captured": paid, "currency": payment.currency}
    values |= {"dispute": dispute.gateway_id, "order": payment.order.number}
    open_break("paid_twice", dispute.gateway_id, at=at, payment=payment, **values)


def _tell_of_what_banks_keep(at: datetime) -> None:
    """What they keep of it is no room, so that refunds may wait for it: only a person can ask for it."""
    over = Dispute.objects.not_given_back(at).select_related("payment__order")
    for dispute in _untold(over, "not_given_back", "gateway_id"):
        values: dict[str, Any] = {"amount": dispute.withdrawn, "currency": dispute.currency}
        values |= {"dispute": dispute.gateway_id, "order": dispute.payment.order.number}
        open_break("not_given_back", dispute.gateway_id, at=at, payment=dispute.payment, **values)


def _untold[Row: Model](rows: QuerySet[Row], kind: str, name: str) -> QuerySet[Row]:
    """Those of which nobody was told; what a person has closed is not told again."""
    told = Break.objects.filter(kind=kind).exclude(closed_by=SYSTEM.kind)
    return rows.exclude(**{f"{name}__in": told.values("subject")})


_STANDS: dict[str, Callable[[datetime], Q]] = {
    "stuck": lambda _at: Q(refund__state__in=_IN_DOUBT),
    "put_off": lambda _at: Q(refund__state__in=[RefundState.DUE, RefundState.SENDING]),
    "unknown_answer": lambda _at: Q(refund__state__in=_IN_DOUBT),
    "insufficient_funds": lambda _at: Q(refund__state=RefundState.PENDING),
    "room_taken": lambda _at: Q(refund__state__in=[RefundState.FAILED, RefundState.CANCELED], refund__replaced_by=None),
    "reinstated": lambda _at: Q(refund__state=RefundState.FAILED, refund__replaced_by=None),
    "set_off_undone": lambda _at: Q(refund__state=RefundState.FAILED, refund__replaced_by=None),
    "dead_event": lambda _at: Q(subject__in=GatewayEvent.objects.dead().values("id")),
    "behind": lambda at: Q(subject__in=Reconciled.objects.stale(at).values("level")),
    "not_compared": lambda at: Q(subject__in=Reconciled.objects.neglected(at).values("level")),
    "not_given_back": lambda at: Q(subject__in=Dispute.objects.not_given_back(at).values("gateway_id")),
    "disputed": lambda _at: Q(subject__in=Dispute.objects.unsettled().values("gateway_id")),
}
"""Kind -> what is so as long as it is about something; the others are closed by who compares, or by a person."""
