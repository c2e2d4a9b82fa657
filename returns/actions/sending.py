"""A worker sends a refund: claim, call, apply. money.md, "The way of a refund".

Claim in one transaction, call with none open, apply in another. Whatever gives no definite answer is
uncertain, never failed, and is looked for at the provider before it is sent again.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from returns.actions import halts
from returns.actions.applying import apply, finish
from returns.actions.breaks import open_break
from returns.actions.disputes import look_at_listed
from returns.actions.finding import take_in, tell_of_taken_room
from returns.actions.record import record
from returns.actions.refusals import Refused
from returns.gateways.gateway import Gateway, KeyRefused, KeyReused, PutOff, Rejected, Remote, Unanswered, Unknown
from returns.models import Attempt, Halt, Refund, RefundState
from returns.models.people import SYSTEM

LEASE = timedelta(seconds=180)  # longer than the whole call may take
ABSENCE_AGE = timedelta(minutes=15)  # younger absences may still be a call under way
LOOKS = (timedelta(minutes=1), timedelta(minutes=5), ABSENCE_AGE)  # after it was sent, and then ever so long again
KEY_LIFE = timedelta(hours=23)  # the provider forgets keys after 24 hours
NO_ROOM = ("charge_already_refunded", "amount_too_large")
DISPUTED = ("charge_disputed", "refund_disputed_payment")


@dataclass(slots=True)
class Claim:
    """A refund that this worker may send now. `sent_before`: it may be at the provider already.

    `others`: what else was refunded of its payment, where the provider refused and was asked.
    """

    refund: Refund
    attempt: Attempt
    sent_before: bool
    others: Sequence[Remote] = ()


def send_next(gateway: Gateway, *, at: datetime) -> bool:
    """Claim the refund that has waited longest and bring it one step on. False when none waits."""
    claim = _claim(at)
    if claim is None:
        return False
    try:
        apply(claim.refund, _call(gateway, claim, at=at), at=at)
    except Unknown as answer:
        _stop(claim, "unknown_answer", at=at, answer=str(answer))
    except Unanswered as doubt:
        _doubt(claim, str(doubt), at=at, key_spent=doubt.key_spent)
    except Refused as difference:
        _doubt(claim, difference.code, at=at)
    except KeyReused:
        _stop(claim, "idempotency_error", at=at, key_spent=True, key=claim.attempt.key)
    except PutOff as delay:
        if isinstance(delay, KeyRefused):
            halts.start(Halt.Cause.KEY_REFUSED, why=str(delay), by=SYSTEM, at=at)
        _put_off(claim, delay, at=at)
    except Rejected as rejection:
        _fail(claim, rejection, at=at)
        _take_in_others(claim, at=at)
    return True


def _claim(at: datetime) -> Claim | None:
    """Take one refund with a lease and write the attempt down, before anything is sent."""
    if not Refund.objects.waiting(at).exists():  # asked several times a second: the whole question is a dear one
        return None
    try:
        return _taken(at)
    except IntegrityError as rivalry:  # another worker took another refund of the same payment in the same moment
        if "refund_one_in_flight" not in str(rivalry):
            raise
        return None


@transaction.atomic
def _taken(at: datetime) -> Claim | None:
    waiting = Refund.objects.sendable(at).select_for_update(skip_locked=True, of=("self",), no_key=True)
    refund = waiting.select_related("payment", "rma", "order").first()
    if refund is None:
        return None
    nothing_sent = refund.state == RefundState.DUE  # or the provider did nothing, and said so
    if refund.state == RefundState.SENDING:  # its worker died: nobody knows how far it came
        refund.doubt()
    refund.claim()
    refund.lease_until = at + LEASE
    refund.save()
    last = refund.attempts.last()
    if last is None:
        return Claim(refund, _attempt(refund, 1, at), sent_before=False)
    if nothing_sent:  # the key's life and the age of an absence count from what is sent now
        last.first_sent_at = last.last_sent_at = at
        last.outcome = last.error = ""  # a put-off says nothing of the call that now begins
        last.save()
    return Claim(refund, last, sent_before=not nothing_sent)


def _attempt(refund: Refund, number: int, at: datetime) -> Attempt:
    return Attempt.objects.create(
        refund=refund,
        number=number,
        key=f"r-{refund.public_id}-{number}",
        first_sent_at=at,
        last_sent_at=at,
    )


def _call(gateway: Gateway, claim: Claim, *, at: datetime) -> Remote:
    """The provider's object. Unanswered also when it was sent before, is not there, and may still appear."""
    if claim.sent_before:
        if remote := _look(gateway, claim):
            return remote
        if at - claim.attempt.last_sent_at < ABSENCE_AGE:
            raise Unanswered("not_found_yet")
        _prove_absent(claim, at=at)
        _refuse_disputed(claim)
    try:
        return gateway.refund(claim.refund, claim.attempt)
    except Rejected as rejection:
        return _explained(gateway, claim, rejection, at=at)


def _look(gateway: Gateway, claim: Claim) -> Remote | None:
    """What became of a refund that was sent.

    A refusal to look proves nothing, since another account has no such payment; and no look spends a key.
    """
    try:
        return gateway.find(claim.refund)
    except (Rejected, Unanswered) as doubt:
        raise Unanswered(str(doubt)) from doubt


def _explained(gateway: Gateway, claim: Claim, rejection: Rejected, *, at: datetime) -> Remote:
    """Our own refund, where it is the reason of the refusal; for "already refunded" is no failure then (money.md).

    Where a dispute is the reason, the refund waits for its end, under a new key: the refusal is stored under this one.
    """
    assert claim.refund.payment is not None
    paid_by = claim.refund.payment.reference
    claim.others = gateway.refunds_of(paid_by)
    for remote in claim.others:
        if remote.refund_id == claim.refund.public_id:
            return remote
    if rejection.code in DISPUTED:
        for dispute in gateway.disputes_of(paid_by):
            look_at_listed(gateway, dispute, at=at)
        if _disputed(claim.refund):
            raise Unanswered(rejection.code, key_spent=True) from rejection
    raise rejection


def _refuse_disputed(claim: Claim) -> None:
    """What is proven absent is due again, and what is due waits for the end of a dispute."""
    if _disputed(claim.refund):
        claim.sent_before = False
        raise PutOff("disputed", ABSENCE_AGE)


def _disputed(refund: Refund) -> bool:
    return Refund.objects.disputed().filter(pk=refund.pk).exists()


@transaction.atomic
def _prove_absent(claim: Claim, *, at: datetime) -> None:
    """Store the proof that the last attempt left nothing behind, and choose the key to send with.

    A key is replaced when its stored answer is a server error or it nears the provider's memory. Raises
    Unanswered where another worker has taken over: two would write down different keys for one refund.
    """
    if _still_ours(claim) is None:
        raise Unanswered("taken_over")
    attempt = claim.attempt
    attempt.absent_at = at
    spent = attempt.key_spent or at - attempt.first_sent_at > KEY_LIFE
    if not spent:
        attempt.last_sent_at = at
    attempt.save()
    if spent:
        claim.attempt = _attempt(claim.refund, attempt.number + 1, at)


@transaction.atomic
def _doubt(claim: Claim, error: str, *, at: datetime, key_spent: bool = False) -> None:
    if refund := _still_ours(claim):
        claim.attempt.key_spent |= key_spent
        refund.doubt()
        refund.updated_at = at
        _wait(refund, _next_look(claim.attempt, at))
        _note(claim.attempt, Attempt.Outcome.UNANSWERED, error)


def _next_look(attempt: Attempt, at: datetime) -> datetime:
    """One, five, fifteen minutes after it was sent, and then every fifteen."""
    looks = (attempt.last_sent_at + after for after in LOOKS)
    return next((look for look in looks if look > at), at + ABSENCE_AGE)


@transaction.atomic
def _stop(claim: Claim, kind: str, *, at: datetime, key_spent: bool = False, **told: object) -> None:
    """What no repetition mends waits for a person, who reads it; then it is looked for before it goes on."""
    _doubt(claim, kind, at=at, key_spent=key_spent)
    values: dict[str, Any] = {"amount": claim.refund.amount, "currency": claim.refund.currency, **told}
    open_break(kind, claim.refund.public_id, at=at, refund=claim.refund, **values)


@transaction.atomic
def _put_off(claim: Claim, delay: PutOff, *, at: datetime) -> None:
    """The provider did nothing and says so: again later, with the same key."""
    if refund := _still_ours(claim):
        if claim.sent_before:
            refund.doubt()
        else:
            refund.put_back()
            _note(claim.attempt, Attempt.Outcome.PUT_OFF, str(delay))
            refund.attempts.update(outcome=Attempt.Outcome.PUT_OFF)  # what was sent before is proven absent
        _wait(refund, at + delay.wait)  # no change: since when it is due is known still


@transaction.atomic
def _fail(claim: Claim, rejection: Rejected, *, at: datetime) -> None:
    """The provider will not do it: nothing was paid, and a person must find another way."""
    if refund := _still_ours(claim):
        was = refund.state
        refund.fail()
        refund.failure_reason = rejection.code[:100]
        _note(claim.attempt, Attempt.Outcome.ANSWERED, str(rejection))
        record(finish(refund, "refund.failed", was=was, at=at))
        if rejection.code in NO_ROOM:
            tell_of_taken_room(refund, claim.others, at=at)


def _take_in_others(claim: Claim, *, at: datetime) -> None:
    """What took our room is booked; what cannot be, now, is met again by its event or by night."""
    for remote in claim.others:
        with suppress(Refused):
            take_in(remote, at=at)


def _still_ours(claim: Claim) -> Refund | None:
    """The locked row, unless a webhook or another worker has moved it on: they know better."""
    refund = Refund.objects.locked().select_related("rma", "order", "payment").get(pk=claim.refund.pk)
    return refund if (refund.state, refund.lease_until) == (RefundState.SENDING, claim.refund.lease_until) else None


def _wait(refund: Refund, until: datetime) -> None:
    refund.next_try_at = until
    refund.lease_until = None
    refund.save()


def _note(attempt: Attempt, outcome: str, error: str) -> None:
    attempt.outcome, attempt.error = outcome, error[:200]
    attempt.save()
