"""The shopper's bank disputes a charge: no refund of it leaves by itself, and what the bank takes counts as refunded.

money.md, "Disputes", rules (a) to (e).
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from returns.actions.breaks import open_break, tell_once
from returns.actions.declining import make_room
from returns.actions.other_ways import owe_again
from returns.actions.parts import divide, parts_of
from returns.actions.record import noted, record
from returns.actions.refunds import give_up, inherit, place, told
from returns.actions.rooms import beyond_what_was_paid, rooms, without_room
from returns.actions.settling import record_and_settle
from returns.gateways.gateway import Gateway, PutOff, RemoteDispute
from returns.models import RMA, Dispute, Event, Order, Originator, OtherWay, Payment, Refund, RefundState
from returns.models.people import SYSTEM
from returns.models.refunds import RefundQuerySet

Sight = tuple[Any, ...]
_SAID = ("status", "reason", "amount", "currency", "withdrawn", "refundable")
_TRIES, _LATER = 3, timedelta(minutes=1)
_CLOSED = (*Dispute.OVER, "lost")
_WAY = "chargeback"
_PART = "partly_charged_back"
_STILL_OURS = [RefundState.DUE, RefundState.AWAITING_APPROVAL, RefundState.FAILED, RefundState.CANCELED]


def look(gateway: Gateway, dispute_id: str, *, at: datetime) -> None:
    """Ask for it and keep what it says; anew where our row changed meanwhile, for another asked later or earlier.

    Raises PutOff where that happens again and again.
    """
    for _time in range(_TRIES):
        seen = sight(dispute_id)
        if keep(gateway.dispute(dispute_id), seen=seen, at=at):
            return
    raise PutOff("dispute_changes", _LATER)


def look_at_listed(gateway: Gateway, remote: RemoteDispute, *, at: datetime) -> None:
    """A list may be older than what is known by now: it only says of what to ask."""
    if not _agrees(remote) and Payment.objects.named(remote.payment, remote.charge).exists():
        look(gateway, remote.id, at=at)


def sight(dispute_id: str) -> Sight | None:
    """What our row says of it, to know it again by."""
    return Dispute.objects.filter(gateway_id=dispute_id).values_list(*_SAID).first()


@transaction.atomic
def keep(remote: RemoteDispute, *, seen: Sight | None, at: datetime) -> bool:
    """Make our row say what the provider's dispute says, tell of each change, and settle what it pays for.

    False where our row is not what was `seen` before it was asked for: nobody knows which is the newer one. A dispute
    of a payment that is not ours, or not yet, is left alone (`reconciling.look_at_disputes`).
    """
    payment = Payment.objects.named(remote.payment, remote.charge).first()
    if payment is None:
        return True
    if remote.currency != payment.currency:
        remote = _uncounted(payment, remote, at=at)
    if _agrees(remote):
        return True
    order = Order.objects.locked().get(pk=payment.order_id)
    list(RMA.objects.locked().filter(order=order).order_by("pk"))  # before payments and refunds: one order everywhere
    Payment.objects.select_for_update(no_key=True).get(pk=payment.pk)
    if sight(remote.id) != seen:
        return False
    known = Dispute.objects.filter(gateway_id=remote.id).first()
    dispute = known or Dispute(gateway_id=remote.id, payment=payment, status="", opened_at=remote.opened_at)
    events = _changes(dispute, remote, order, at=at)
    dispute.status, dispute.reason = remote.status, remote.reason
    dispute.amount, dispute.currency = remote.amount, remote.currency
    dispute.withdrawn, dispute.refundable, dispute.updated_at = remote.withdrawn, remote.refundable, at
    dispute.save()
    record(*events)
    if dispute.status not in Dispute.OVER:
        _tell(dispute, order, at=at)
    if dispute.status == "lost":
        _settle_by_chargeback(dispute, at=at)
    _owe_what_was_given_back(dispute, at=at)
    return True


def _uncounted(payment: Payment, remote: RemoteDispute, *, at: datetime) -> RemoteDispute:
    """What the bank takes in another currency cannot be set against what was paid, so a person must."""
    values: dict[str, Any] = {"amount": remote.amount, "currency": remote.currency, "dispute": remote.id}
    values |= {"order": payment.order.number, "paid_in": payment.currency}
    tell_once("dispute_in_another_currency", remote.id, at=at, payment=payment, **values)
    return replace(remote, withdrawn=0)


def _agrees(remote: RemoteDispute) -> bool:
    """Whether our row says all of it already; lost, what it has still to settle is looked for by itself."""
    return sight(remote.id) == tuple(getattr(remote, name) for name in _SAID)


def _changes(dispute: Dispute, remote: RemoteDispute, order: Order, *, at: datetime) -> list[Event]:
    """The events that lead from our row to the provider's object.

    Each names what was `sent` before we knew of it: clocks differ, the order of the log does not.
    """
    taken = remote.withdrawn - dispute.withdrawn
    changes: list[tuple[str, int]] = []
    if not dispute.status:
        changes.append(("dispute.opened", remote.amount))
    if dispute.status in _CLOSED and remote.status not in _CLOSED:
        changes.append(("dispute.reopened", remote.amount))
    if taken > 0:
        changes.append(("dispute.withdrawn", taken))
    if taken < 0:
        changes.append(("dispute.reinstated", -taken))
    if remote.status in _CLOSED and remote.status != dispute.status:
        changes.append(("dispute.closed", remote.amount))
    if not changes:
        return []
    about: dict[str, Any] = {"dispute": remote.id, "status": remote.status, "currency": remote.currency}
    about["sent"] = list(dispute.payment.refunds.sent().values_list("public_id", flat=True))
    return [noted(kind, by=SYSTEM, at=at, order=order, amount=amount, **about) for kind, amount in changes]


def _tell(dispute: Dispute, order: Order, *, at: datetime) -> None:
    values: dict[str, Any] = {"amount": dispute.amount, "currency": dispute.currency, "order": order.number}
    open_break("disputed", dispute.gateway_id, at=at, payment=dispute.payment, **values)


def _settle_by_chargeback(dispute: Dispute, *, at: datetime) -> None:
    """The bank has paid what we owed: as far as its money goes, refunds of this charge are paid by it (rule d).

    So are those of its order that found no payment with room: the dispute has taken it. Where a person has noted
    another way, it stays with people: both may have been paid.
    """
    left = Dispute.objects.with_unspent().get(pk=dispute.pk).unspent
    of_it = Q(payment=dispute.payment) | Q(payment=None, order=dispute.payment.order_id)
    waiting = Refund.objects.filter(of_it, pk__in=_settleable()).order_by(F("payment").asc(nulls_last=True), "pk")
    for refund in _with_returns(waiting):
        if left <= 0:
            break
        if refund.amount <= left:
            left -= refund.amount
            _pay_by_chargeback(refund, dispute, at=at)
        elif refund.originator != Originator.EXTERNAL:  # what others made at the provider is not ours to divide
            _pay_in_part(refund, left, dispute, at=at)
            left = 0
        record_and_settle(refund.rma, by=SYSTEM, at=at)
    _give_up_without_room(dispute.payment, at=at)
    _give_up_beyond_what_was_paid(dispute.payment.order, at=at)


def _settleable() -> RefundQuerySet:
    return Refund.objects.open().agreed().filter(state__in=_STILL_OURS, other_way=None)


def _pay_by_chargeback(refund: Refund, dispute: Dispute, *, at: datetime) -> None:
    was = refund.state
    refund.charge_back()
    refund.credit, refund.bonus = None, 0  # they have it as money
    refund.updated_at = at
    refund.save()
    OtherWay.objects.create(refund=refund, way=_WAY, evidence=dispute.gateway_id, prepared_at=at, confirmed_at=at)
    record(told("refund.paid_otherwise", refund, way=_WAY, was=was, by=SYSTEM, at=at))


def _with_returns(refunds: RefundQuerySet) -> list[Refund]:
    """These, locked. Those of one return share its object, so that each event tells of the return as it is by then."""
    found = list(refunds.locked().select_related("order", "payment"))
    returns = RMA.objects.locked().select_related("order").in_bulk({refund.rma_id for refund in found if refund.rma_id})
    for refund in found:
        refund.rma = returns[refund.rma_id] if refund.rma_id else None
    return found


# --- where it has paid a part ---------------------------------------------------------------------


def _pay_in_part(refund: Refund, amount: int, dispute: Dispute, *, at: datetime) -> None:
    """The bank has paid this much of it. The rest is owed in its place as it was: that is no new decision.

    What was due goes to the payments that have room, what waits for others still does, and what had failed stays
    with a person.
    """
    was, credit, bonus = refund.state, refund.credit, refund.bonus * (refund.amount - amount) // refund.amount
    theirs, rest = divide(parts_of(refund), amount)
    ended = [_divided(refund, at=at)] if was in (RefundState.DUE, RefundState.AWAITING_APPROVAL) else []
    about: dict[str, Any] = {name: getattr(refund, name) for name in ("order", "rma", "receipt", "goodwill")}
    about |= {"originator": refund.originator, "by": SYSTEM, "at": at}
    ((paid, _slices),) = place(theirs, [(dispute.payment, amount)], **about)
    inherit(refund, [paid])
    record(*ended, told("refund.retried", paid, replaces=refund.public_id, by=SYSTEM, at=at))
    _pay_by_chargeback(paid, dispute, at=at)
    owed = [one for one, _slices in place(rest, rooms(refund.order, at), credit=credit, bonus=bonus, **about)]
    inherit(refund, owed)
    refund.replaced_by = owed[0]
    refund.updated_at = at
    refund.save()
    record(*[told("refund.retried", one, replaces=refund.public_id, by=SYSTEM, at=at) for one in owed])
    record(*[event for one in owed for event in _as_it_was(one, was, needed=refund.approvals_needed, at=at)])


def _divided(refund: Refund, *, at: datetime) -> Event:
    """Nothing failed for the shopper, so that no letter says it did."""
    give_up(refund, _PART, at=at)
    return told("refund.divided", refund, by=SYSTEM, at=at)


def _as_it_was(rest: Refund, was: str, *, needed: int, at: datetime) -> list[Event]:
    if was == RefundState.AWAITING_APPROVAL:
        rest.hold()
        rest.save()
        return [told("refund.held", rest, needed=needed, by=SYSTEM, at=at)]
    if was != RefundState.DUE:  # the shopper knows that it failed
        give_up(rest, rest.obstacle or _PART, at=at)
        return [told("refund.divided", rest, by=SYSTEM, at=at)]
    return [give_up(rest, rest.obstacle, at=at)] if rest.obstacle else []


def _give_up_without_room(payment: Payment, *, at: datetime) -> None:
    """What was never sent fails, the newest first, where the bank took its room and paid for something else (I1)."""
    make_room(payment.refunds.unsent(), lambda: without_room(payment), at=at)


def _give_up_beyond_what_was_paid(order: Order, *, at: datetime) -> None:
    """So does what other payments of the order were to give, where a person had paid what the bank has taken."""
    make_room(order.refunds.unsent().filter(payment__isnull=False), lambda: beyond_what_was_paid(order), at=at)


# --- where it was won after all -------------------------------------------------------------------


def _owe_what_was_given_back(dispute: Dispute, *, at: datetime) -> None:
    """What a lost dispute had settled and the bank took back from the shopper is owed again, the newest first."""
    settled = Refund.objects.filter(other_way__way=_WAY, other_way__evidence=dispute.gateway_id)
    refunds = _with_returns(settled.order_by("-pk"))
    above = sum(refund.amount for refund in refunds) - dispute.withdrawn
    for refund in refunds:
        if above > 0:
            above -= refund.amount
            owe_again(refund, "reinstated", at=at, dispute=dispute.gateway_id)


# --- every ten minutes ----------------------------------------------------------------------------


def settle_by_chargebacks(*, at: datetime) -> None:
    """Refunds that failed, or were decided, after their charge's dispute was lost are settled by it all the same."""
    lost = Dispute.objects.filter(status="lost")
    if not lost.exists():
        return
    of_it = Q(payment=OuterRef("payment")) | Q(payment=None, order=OuterRef("payment__order"))
    payable = Q(Exists(_settleable().filter(of_it)), unspent__gt=0)
    unsent = Exists(Refund.objects.unsent().filter(payment=OuterRef("payment")))
    without_room = Q(unsent, payment__in=Payment.objects.overdrawn().values("pk"))
    for dispute in lost.with_unspent().filter(payable | without_room).select_related("payment"):
        _settle_again(dispute, at=at)


@transaction.atomic
def _settle_again(dispute: Dispute, *, at: datetime) -> None:
    order_id = dispute.payment.order_id
    Order.objects.locked().get(pk=order_id)
    list(RMA.objects.locked().filter(order_id=order_id).order_by("pk"))
    _settle_by_chargeback(dispute, at=at)
