"""What the provider says of a refund becomes what our row says: one way in for answer, webhook, reconciliation."""

from datetime import datetime
from itertools import pairwise
from typing import Any

from django.db import transaction
from django_fsm import can_proceed

from returns.actions.breaks import open_break
from returns.actions.refunds import told
from returns.actions.refusals import Refused
from returns.actions.settling import record_and_settle
from returns.gateways.gateway import Remote
from returns.models import RMA, Attempt, Event, Originator, OtherWay, Refund, RefundLine, RefundState
from returns.models.people import SYSTEM

NEWS = {  # by the provider's status: our move, and the event of it
    "pending": ("await_provider", "refund.pending"),
    "requires_action": ("await_shopper", "refund.needs_details"),
    "succeeded": ("succeed", "refund.succeeded"),
    "failed": ("fail", "refund.failed"),
    "canceled": ("cancel", "refund.canceled"),
}
_SENT = (RefundState.SENDING, RefundState.UNCERTAIN)
_NOT_ON_ITS_WAY = (RefundState.DUE, RefundState.AWAITING_APPROVAL, RefundState.FAILED, RefundState.CANCELED)
_NOT_PAID = (RefundState.FAILED, RefundState.CANCELED, RefundState.PAID_OTHERWISE)
NOTHING_MOVED = ("failed", "canceled")


def apply(refund: Refund, remote: Remote, *, at: datetime) -> None:
    """Make our row say what the provider's object says; news that is no news changes nothing.

    The one way in for the API's answer, a webhook and reconciliation. Raises Refused `remote_differs` when amount,
    currency, payment or id are not ours, `unknown_status` when its status is none that we know; then a person is
    told, and nothing else is written.
    """
    if not agrees(refund, remote):  # most news is none: the provider tells of one change in several events
        try:
            _apply(refund, remote, at=at)
        except Refused as difference:
            open_break(difference.code, remote.id, at=at, refund=refund, payment=refund.payment, **difference.values)
            raise
    if remote.waits_for_money:
        values: dict[str, Any] = {"amount": refund.amount, "currency": refund.currency}
        open_break("insufficient_funds", refund.public_id, at=at, refund=refund, **values)


def agrees(refund: Refund, remote: Remote) -> bool:
    """Whether the row says all that the object says. What moved no money is one to us, however it ended."""
    paid_by = refund.payment.reference if refund.payment else None
    ours, theirs = (refund.amount, refund.currency, refund.gateway_id), (remote.amount, remote.currency, remote.id)
    return ours == theirs and paid_by in (remote.payment, remote.charge) and same_state(refund, remote)


def same_state(refund: Refund, remote: Remote) -> bool:
    return refund.state == remote.status or (refund.state in _NOT_PAID and remote.status in NOTHING_MOVED)


@transaction.atomic
def _apply(refund: Refund, remote: Remote, *, at: datetime) -> None:
    rma = RMA.objects.locked().select_related("order").get(pk=refund.rma_id) if refund.rma_id else None
    refund = Refund.objects.locked().select_related("rma", "order", "payment").get(pk=refund.pk)
    _refuse_difference(refund, remote)
    _catch_up(refund)
    if events := _moved(refund, remote, at=at):
        record_and_settle(rma, *events, by=SYSTEM, at=at)


def _moved(refund: Refund, remote: Remote, *, at: datetime) -> list[Event]:
    """Make the move and tell people of what needs them; no event of what is no news, or was overtaken by later news."""
    verb, kind = NEWS[remote.status]
    move = getattr(refund, verb)
    if not can_proceed(move):
        if refund.state == RefundState.PAID_OTHERWISE and remote.status not in NOTHING_MOVED:
            tell_of_both(refund, at=at)
        return []
    was = refund.state
    move()
    refund.gateway_id = remote.id
    refund.failure_reason = remote.failure_reason
    event = finish(refund, kind, was=was, at=at, **_owed_anew(refund, was))
    if was in _SENT:
        _answered(refund)
    if refund.futile:
        _tell_of_futility(refund, at=at)
    if was in (RefundState.FAILED, RefundState.CANCELED):
        return [event, *_take_its_place_back(refund, at=at)]
    if refund.state in RefundState.unpaid():
        _leave_it_to_who_is_paid(refund)
    return [event]


def _owed_anew(refund: Refund, was: str) -> dict[str, Any]:
    """For the journal: what was owed only because somebody had begun it at the provider; goodwill once declined."""
    if refund.futile:
        return {"parts": {RefundLine.Kind.EXTERNAL: -refund.amount}}
    if was == RefundState.CANCELED and refund.originator == Originator.GOODWILL:
        return {"parts": {line.kind: line.amount for line in refund.lines.all()}}
    return {}


def _tell_of_futility(refund: Refund, *, at: datetime) -> None:
    """Somebody meant the shopper to have it: a person finds out whether that still holds."""
    values: dict[str, Any] = {
        "remote": refund.gateway_id,
        "amount": refund.amount,
        "currency": refund.currency,
        "order": refund.order.number,
    }
    open_break("external_failed", str(refund.gateway_id), at=at, refund=refund, payment=refund.payment, **values)


def _answered(refund: Refund) -> None:
    """The provider has spoken of what was sent last, in whatever way we came to hear it."""
    last = refund.attempts.order_by("-number").values("pk")[:1]
    Attempt.objects.filter(pk__in=last).update(outcome=Attempt.Outcome.ANSWERED, error="")


# --- what we had given up is there after all ---------------------------------------------------------


def _take_its_place_back(refund: Refund, *, at: datetime) -> list[Event]:
    """What was to be paid in its place gives way; where that may be on its way already, a person is told of both.

    So is a person where it was tried again over several payments. Parts that it was divided into give way in a row.
    """
    before, last = _in_its_place(refund)
    after = [*before, *last]
    noted = OtherWay.objects.filter(refund__in=[refund, *after]).exists()
    several = len(last) > 1 and any(one.payment_id for one in last)
    moved = any(one.state not in _NOT_ON_ITS_WAY for one in after) or any(one.replaced_by_id for one in last)
    if noted or several or moved:
        tell_of_both(refund, at=at)
        return []
    return [_give_way(one, to, at=at) for to, one in pairwise([refund, *after])]


def _in_its_place(refund: Refund) -> tuple[list[Refund], list[Refund]]:
    """(what was tried in its place and failed as well, one after the other; what was tried last)."""
    locked = Refund.objects.locked().select_related("order", "rma")
    before, last = list[Refund](), list(locked.in_place_of(refund))
    while len(last) == 1 and last[0].replaced_by_id:
        before += last
        last = list(locked.in_place_of(last[0]))
    return before, last


def _leave_it_to_who_is_paid(refund: Refund) -> None:
    """Of two that were both sent this one came back: nobody owes it, for what it had taken the place of is paid."""
    before = Refund.objects.locked().filter(replaced_by=refund)
    paid = before.filter(state=RefundState.SUCCEEDED, amount=refund.amount).first()
    if paid is not None:
        paid.replaced_by = None
        paid.save()
        refund.replaced_by = paid
        refund.save()


def _give_way(refund: Refund, to: Refund, *, at: datetime) -> Event:
    was = refund.state
    if was == RefundState.AWAITING_APPROVAL:
        refund.release()
    if refund.state == RefundState.DUE:
        refund.fail()
    if to.replaced_by_id == refund.pk:
        to.replaced_by = None
        to.save()
    refund.replaced_by = to
    refund.failure_reason = "paid_after_all"
    return finish(refund, "refund.given_way", was=was, at=at)


def tell_of_both(refund: Refund, *, at: datetime) -> None:
    """The shopper may have it twice: nothing of its order is sent until a manager has looked."""
    values: dict[str, Any] = {"amount": refund.amount, "currency": refund.currency, "order": refund.order.number}
    open_break("late_success", refund.public_id, at=at, refund=refund, payment=refund.payment, **values)


# --- parts ---------------------------------------------------------------------------------------------


def _refuse_difference(refund: Refund, remote: Remote) -> None:
    ours = (refund.amount, refund.currency, refund.gateway_id or remote.id)
    paid_by = refund.payment.reference if refund.payment else None
    if ours != (remote.amount, remote.currency, remote.id) or paid_by not in (remote.payment, remote.charge):
        raise Refused(
            "remote_differs",
            remote=remote.id,
            amount=refund.amount,
            currency=refund.currency,
            remote_amount=remote.amount,
            remote_currency=remote.currency,
        )
    if remote.status not in NEWS:
        raise Refused("unknown_status", remote=remote.id, status=remote.status)


def _catch_up(refund: Refund) -> None:
    """What the provider has was sent, whatever our row remembers: the database is an older one."""
    if refund.state == RefundState.AWAITING_APPROVAL:
        refund.release()
    if refund.state == RefundState.DUE:
        refund.claim()


def finish(refund: Refund, kind: str, *, was: str, at: datetime, **more: Any) -> Event:
    """Save a refund whose call is over; the event that tells of it. `was` is the state that it had before."""
    refund.lease_until = None
    refund.updated_at = at
    refund.save()
    return told(kind, refund, was=was, by=SYSTEM, at=at, **more)
