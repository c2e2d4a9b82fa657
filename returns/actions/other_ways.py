"""A refund did not go through: a person tries again, or pays past the provider with evidence and a second person."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django_fsm import can_proceed

from returns.actions.breaks import open_break
from returns.actions.parts import divide, parts_of
from returns.actions.record import record
from returns.actions.refunds import give_up, go_on, inherit, lay_over, place, take_up, told
from returns.actions.refusals import Refused
from returns.actions.rooms import charged_back, left_of, rooms
from returns.actions.settling import record_and_settle
from returns.models import (
    Actor,
    Attempt,
    Dispute,
    Event,
    Order,
    Originator,
    OtherWay,
    Refund,
    RefundState,
    Role,
    User,
)
from returns.models.people import SYSTEM
from returns.models.refunds import RefundQuerySet

SET_OFF = "set_off"  # moves nothing: what was paid before is all that the shopper had paid
WAYS = ("transfer", "cash", "voucher", SET_OFF)  # a chargeback is the bank's, not a person's


@transaction.atomic
def try_again(refund: Refund, *, seen: int, by: Actor, at: datetime) -> list[Refund]:
    """Owe what failed once more, over the payments that have room, in its place: its lines count no longer.

    A new decision of a manager's, which the limits are asked about. Raises Refused: `changed_meanwhile`,
    `refund_under_way`, `refund_ended`, `refund_not_ours`, `other_way_prepared`, `not_a_manager`, `no_room`.
    """
    refund = _failed(refund, seen)
    refuse_but_managers(by)
    room = rooms(refund.order, at)
    if not charged_back(room) and not any(free for _payment, free in room):
        raise Refused("no_room")
    made = lay_over(
        room,
        parts_of(refund),
        order=refund.order,
        rma=refund.rma,
        receipt=refund.receipt,
        goodwill=refund.goodwill,
        originator=refund.originator,
        by=by,
        at=at,
    )
    again = [one for one, _slices in made]
    refund.replaced_by = again[0]
    refund.updated_at = at
    refund.save()
    events = [told("refund.retried", one, replaces=refund.public_id, by=by, at=at) for one in again]
    record(*events, *go_on(again, by=by, at=at))
    return again


@transaction.atomic
def prepare(refund: Refund, *, way: str, evidence: str, seen: int, by: Actor, at: datetime) -> OtherWay:
    """Say how a failed refund was paid past the provider, with its evidence; another person confirms it.

    Where only a part of it may go this way it is divided, and the rest stays owed: no more is paid than is left of what
    was paid for the order, no more set off than is left no longer. Raises Refused: `changed_meanwhile`,
    `refund_under_way`, `refund_ended`, `other_way_prepared`, `way_unknown`, `evidence_missing`, `not_an_agent`,
    `above_paid` where nothing is left, `still_left` where nothing needs to be set off, `not_final` while what holds it
    may still come back, `refund_not_ours` where nobody owes it.
    """
    refund = _failed(refund, seen)
    if User.objects.role_of(by) not in (Role.AGENT, Role.MANAGER):
        raise Refused("not_an_agent")
    if way not in WAYS:
        raise Refused("way_unknown", field="way", way=way)
    if not evidence.strip():
        raise Refused("evidence_missing", field="evidence")
    if (part := _payable(refund, way)) < refund.amount:
        refund = _divide(refund, part, by=by, at=at)
    other = OtherWay.objects.create(
        refund=refund,
        way=way,
        evidence=evidence.strip(),
        prepared_by=by.id,
        prepared_label=by.label,
        prepared_at=at,
    )
    record(told("refund.other_way_prepared", refund, way=way, by=by, at=at))
    return other


@transaction.atomic
def confirm(refund: Refund, *, seen: int, by: Actor, at: datetime) -> None:
    """A manager who did not prepare it has seen that the money arrived: the refund is paid, and never sent again.

    What needs the yes of others needs as many here: who approved it before counts, and managers who prepare or confirm.
    Raises Refused: `changed_meanwhile`, `nothing_prepared`, `refund_ended`, `own_proposal`, `not_a_manager`,
    `managers_missing`, and as `prepare` does where the order has less left, or more, than when it was prepared.
    """
    refund = take_up(refund)
    other = _prepared(refund, seen)
    if not can_proceed(refund.pay_otherwise):  # it is at the provider after all
        raise Refused("refund_ended", state=refund.state)
    refuse_but_managers(by)
    if other.prepared_by == by.id:
        raise Refused("own_proposal")
    if len(_agreeing(refund, other, by)) < refund.approvals_needed:
        raise Refused("managers_missing", needed=refund.approvals_needed)
    if _payable(refund, other.way) < refund.amount:
        raise Refused("changed_meanwhile")
    other.confirmed_by, other.confirmed_label, other.confirmed_at = by.id, by.label, at
    other.save()
    pay_otherwise(refund, other, by=by, at=at)


def pay_otherwise(refund: Refund, other: OtherWay, *, by: Actor, at: datetime) -> None:
    """A refund that `take_up` locked reached the shopper past the provider; its return settles."""
    refund.pay_otherwise()
    refund.updated_at = at
    refund.save()
    paid = told("refund.paid_otherwise", refund, way=other.way, by=by, at=at)
    record_and_settle(refund.rma, paid, by=by, at=at)


def owe_again(refund: Refund, reason: str, *, at: datetime, **values: Any) -> None:
    """What settled a locked refund has come undone. Its return is owed again; a break of that kind says why.

    It is failed before a person's eyes, for nothing that was settled once is paid by itself.
    """
    other = OtherWay.objects.get(refund=refund)
    other.delete()
    refund.owe_again()
    refund.failure_reason = reason
    refund.updated_at = at
    refund.save()
    undone = told("refund.failed", refund, was=RefundState.PAID_OTHERWISE, way=other.way, by=SYSTEM, at=at)
    record_and_settle(refund.rma, undone, by=SYSTEM, at=at)
    values |= {"amount": refund.amount, "currency": refund.currency, "order": refund.order.number}
    open_break(reason, refund.public_id, at=at, refund=refund, payment=refund.payment, **values)


@transaction.atomic
def discard(refund: Refund, *, seen: int, by: Actor, at: datetime) -> None:
    """What was prepared is not so: the refund waits for another way again. Whoever prepared it may, or a manager.

    Raises Refused: `changed_meanwhile`, `nothing_prepared`, `not_a_manager`.
    """
    refund = take_up(refund)
    other = _prepared(refund, seen)
    if other.prepared_by != by.id:
        refuse_but_managers(by)
    said = told("refund.other_way_discarded", refund, way=other.way, evidence=other.evidence, by=by, at=at)
    other.delete()
    record(said)


# --- every ten minutes: what a debt was set off against is gone ------------------------------------


def undo_set_offs(*, at: datetime) -> None:
    """Owe again what was set off against a refund that came to nothing and that nobody owes, the newest first.

    What else we refunded, and what a dispute had settled, is owed again by itself when it comes back.
    """
    if not _set_off().exists():
        return
    nobodys = Refund.objects.filter(state__in=RefundState.unpaid()).exclude(pk__in=Refund.objects.open().values("pk"))
    for order in Order.objects.filter(pk__in=_set_off().values("order")).filter(pk__in=nobodys.values("order")):
        _undo_set_offs_of(order, at=at)


@transaction.atomic
def _undo_set_offs_of(order: Order, *, at: datetime) -> None:
    Order.objects.locked().get(pk=order.pk)
    above = left_of(order) - order.refunds.open().filter(state__in=RefundState.unpaid()).total()
    for refund in _set_off().filter(order=order).order_by("-pk"):
        if above > 0:
            above -= refund.amount
            owe_again(take_up(refund), "set_off_undone", at=at)


def _set_off() -> RefundQuerySet:
    return Refund.objects.filter(state=RefundState.PAID_OTHERWISE, other_way__way=SET_OFF)


# --- parts ------------------------------------------------------------------------------------------


def _failed(refund: Refund, seen: int) -> Refund:
    """The locked refund, of which it is certain that the provider does not have it and nobody else looks for a way."""
    refund = take_up(refund)
    if refund.futile:
        raise Refused("refund_not_ours", state=refund.state)
    if refund.state not in RefundState.unpaid():
        ended = refund.state in (RefundState.SUCCEEDED, RefundState.PAID_OTHERWISE)
        raise Refused("refund_ended" if ended else "refund_under_way", state=refund.state)
    if not Refund.objects.open().filter(pk=refund.pk).exists():  # another took its place, or it was declined
        raise Refused("refund_ended", state=refund.state)
    last = refund.attempts.last()
    if last and not refund.gateway_id and last.outcome not in Attempt.Outcome.definite():
        raise Refused("refund_under_way", state=refund.state)
    _refuse_old_sight(refund, seen)
    if OtherWay.objects.filter(refund=refund).exists():
        raise Refused("other_way_prepared")
    return refund


def _payable(refund: Refund, way: str) -> int:
    """The minor units of it that may go this way; nobody gets back more than was paid for the order (I1)."""
    left = left_of(refund.order)
    if way != SET_OFF:
        left = max(0, left - _noted_besides(refund))
        if not left:
            raise Refused("above_paid", field="way", amount=left, currency=refund.currency)
        return min(left, refund.amount)
    if not _is_final(refund.order):
        raise Refused("not_final", field="way")
    payable = max(0, left - _owed_besides(refund))
    if payable >= refund.amount:
        raise Refused("still_left", field="way", amount=left, currency=refund.currency)
    return refund.amount - payable


def _noted_besides(refund: Refund) -> int:
    """What else of the order is said to be paid past the provider, and waits for a second person."""
    noted = OtherWay.objects.unconfirmed().filter(refund__order=refund.order, way__in=OtherWay.OF_MONEY)
    return Refund.objects.filter(other_way__in=noted).exclude(pk=refund.pk).total()


def _owed_besides(refund: Refund) -> int:
    """What else of the order failed and is still owed; goodwill comes after what a return is worth."""
    others = Refund.objects.open().filter(order=refund.order, state__in=RefundState.unpaid()).exclude(pk=refund.pk)
    if refund.originator != Originator.GOODWILL:
        others = others.exclude(originator=Originator.GOODWILL)
    return others.total()


def _is_final(order: Order) -> bool:
    """Whether what else was given stays given: no dispute, no refund of others and no goodwill is on its way."""
    held = Dispute.objects.blocking().filter(payment__order=order, withdrawn__gt=0)
    theirs = order.refunds.active().filter(originator=Originator.EXTERNAL).exclude(state=RefundState.SUCCEEDED)
    return not (held.exists() or theirs.exists() or order.refunds.unsent().of_goodwill().exists())


def _divide(refund: Refund, amount: int, *, by: Actor, at: datetime) -> Refund:
    """What adds up to `amount`, in a refund of its own; the rest in another. Both stay as they were, with people."""
    about: dict[str, Any] = {name: getattr(refund, name) for name in ("order", "rma", "receipt", "goodwill")}
    about |= {"originator": refund.originator, "by": by, "at": at}
    made = [one for parts in divide(parts_of(refund), amount) for one, _slices in place(parts, [], **about)]
    inherit(refund, made)
    refund.replaced_by = made[0]
    refund.updated_at = at
    refund.save()
    record(*[told("refund.retried", one, replaces=refund.public_id, by=by, at=at) for one in made])
    for one in made:
        give_up(one, one.obstacle, at=at)
    record(*[told("refund.divided", one, by=by, at=at) for one in made])
    return made[0]


def _agreeing(refund: Refund, other: OtherWay, by: Actor) -> set[str]:
    """Who has approved it, and the managers who prepare and confirm the other way; never who proposed it.

    A yes counts while its giver may log in and is what they were.
    """
    managers = {other.prepared_by, by.id} & set(User.objects.managing())
    return {*refund.approvals.standing().values_list("actor_id", flat=True), *managers} - {refund.proposed_by}


def _prepared(refund: Refund, seen: int) -> OtherWay:
    other = OtherWay.objects.unconfirmed().filter(refund=refund).first()
    if other is None:
        raise Refused("nothing_prepared")
    _refuse_old_sight(refund, seen)
    return other


def refuse_but_managers(by: Actor) -> None:
    """Raises Refused `not_a_manager`."""
    if User.objects.role_of(by) != Role.MANAGER:
        raise Refused("not_a_manager")


def _refuse_old_sight(refund: Refund, seen: int) -> None:
    if Event.objects.version(refund.order_id) != seen:
        raise Refused("changed_meanwhile")
