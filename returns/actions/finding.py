"""Refunds found at the provider, ours or not: what a person refunded there counts in the cap and stands in the journal.

Found by a webhook, by reconciliation, or where a refund of ours was refused for want of room.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from returns.actions.applying import NEWS, NOTHING_MOVED, apply, tell_of_both
from returns.actions.breaks import open_break, tell_once
from returns.actions.declining import make_room
from returns.actions.record import record
from returns.actions.refunds import told
from returns.actions.refusals import Refused
from returns.actions.rooms import beyond_what_was_paid, overdrawn, paid_and_back, without_room
from returns.gateways.gateway import Remote, Unreadable
from returns.models import RMA, Order, Originator, Payment, Refund, RefundLine, RefundState
from returns.models.people import SYSTEM

_IN_DOUBT = [RefundState.SENDING, RefundState.UNCERTAIN]


def take_in(remote: Remote, *, at: datetime) -> None:
    """Make our books say what the provider has, whoever made it. Nothing changes where they do already.

    Raises Refused where it contradicts ours (`applying.apply`), `unknown_status` where nobody knows what it means, and
    `room_in_doubt` where it takes up the room of a refund of ours that may or may not be there: that becomes clear
    soon, and then it is taken in.
    """
    if refund := ours(remote):
        _take_in_ours(refund, remote, at=at)
    elif remote.status in NOTHING_MOVED:
        return
    elif payments := list(Payment.objects.named(remote.payment, remote.charge).select_related("order")):
        if payment := next((one for one in payments if one.currency == remote.currency), None):
            _refuse_unknown_status(payment, remote, at=at)
            _book(payment, remote, at=at)
        else:
            _tell_of_another_currency(payments[0], remote, at=at)
    elif made_here(remote):
        open_break("unknown_refund", remote.id, at=at, **_values(remote), paid_by=[remote.payment, remote.charge])


def _take_in_ours(refund: Refund, remote: Remote, *, at: datetime) -> None:
    """Ours says what it is. What the shopper has besides is booked, too, and a person is told of both."""
    if refund.payment and _is_a_second(refund, refund.payment, remote):
        with transaction.atomic():  # once it is booked, no news of it comes here again
            _book(refund.payment, remote, at=at)
            tell_of_both(refund, at=at)
        return
    apply(refund, remote, at=at)
    past_the_provider = refund.state == RefundState.PAID_OTHERWISE and refund.gateway_id is None
    if refund.payment and past_the_provider and remote.status not in NOTHING_MOVED:
        _book(refund.payment, remote, at=at)


def _is_a_second(refund: Refund, payment: Payment, remote: Remote) -> bool:
    """Whether the provider has another object of what is ours already: an earlier key had its effect late."""
    moved = remote.status in NEWS and remote.status not in NOTHING_MOVED
    same = payment.reference in (remote.payment, remote.charge) and payment.currency == remote.currency
    return moved and same and refund.gateway_id not in (None, remote.id)


def _tell_of_another_currency(payment: Payment, remote: Remote, *, at: datetime) -> None:
    """It cannot be counted against what was paid, so a person must."""
    values = {**_values(remote), "order": payment.order.number, "paid_in": payment.currency}
    tell_once("another_currency", remote.id, at=at, payment=payment, **values)


def _refuse_unknown_status(payment: Payment, remote: Remote, *, at: datetime) -> None:
    """Nobody knows whether it takes room. Told before the booking, whose transaction would undo that."""
    if remote.status not in NEWS:
        values: dict[str, Any] = {"remote": remote.id, "status": remote.status}
        open_break("unknown_status", remote.id, at=at, payment=payment, **values)
        raise Refused("unknown_status", **values)


def tell_of_unreadable(row: Unreadable, *, at: datetime) -> None:
    """Of a row of the provider's lists: what of ours it is about waits until a manager has looked.

    What names payments, and none of ours, is as little ours as it would be if one could read it.
    """
    refund = Refund.objects.filter(public_id=row.refund_id).first() if row.refund_id else None
    payment = Payment.objects.named(row.payment, row.charge).first()
    if refund or payment or not (row.payment or row.charge):
        name = row.id or row.refund_id or row.payment or row.charge
        tell_once("unreadable", name, at=at, refund=refund, payment=payment, remote=name, why=row.why)


def ours(remote: Remote) -> Refund | None:
    """The row that it is about: by the provider's id, else by our own in its metadata."""
    known = Refund.objects.select_related("payment")
    if by_their_id := known.filter(gateway_id=remote.id).first():
        return by_their_id
    return known.filter(public_id=remote.refund_id).first() if remote.refund_id else None


def made_here(remote: Remote) -> bool:
    """Whether this portal made it; where no row of ours knows it, our database is older than it."""
    return bool(remote.refund_id) and remote.installation == settings.BASE_URL


@transaction.atomic
def _book(payment: Payment, remote: Remote, *, at: datetime) -> None:
    order = Order.objects.locked().get(pk=payment.order_id)
    rmas = {rma.number: rma for rma in RMA.objects.locked().filter(order=order).order_by("pk")}
    payment = Payment.objects.select_for_update(no_key=True).get(pk=payment.pk)
    if Refund.objects.filter(gateway_id=remote.id).exists():  # another worker was first
        return
    refund = Refund.objects.create(
        order=order,
        payment=payment,
        rma=rmas.get(remote.rma),
        originator=Originator.EXTERNAL,
        state=RefundState.UNCERTAIN,  # until its state is applied, below
        amount=remote.amount,
        currency=remote.currency,
        gateway_id=remote.id,
        decided_at=at,
        updated_at=at,
        next_try_at=at,
    )
    RefundLine.objects.create(refund=refund, kind=RefundLine.Kind.EXTERNAL, amount=remote.amount)
    record(told("refund.found", refund, parts={RefundLine.Kind.EXTERNAL: remote.amount}, by=SYSTEM, at=at))
    apply(refund, remote, at=at)
    _make_room(payment, order, remote, at=at)
    _tell_of_too_much(payment, order, at=at)
    forgotten = made_here(remote) and not Refund.objects.filter(public_id=remote.refund_id).exists()
    kind = "forgotten_refund" if forgotten else "external_refund"
    open_break(kind, remote.id, at=at, refund=refund, payment=payment, **_values(remote), order=order.number)


def _make_room(payment: Payment, order: Order, remote: Remote, *, at: datetime) -> None:
    """What was never sent gives way: its room is gone at the provider, too, or all that was paid for the order (I1)."""
    gone = make_room(payment.refunds.unsent(), lambda: without_room(payment), at=at)
    if overdrawn(payment) and payment.refunds.filter(state__in=_IN_DOUBT).exists():
        raise Refused("room_in_doubt")
    of_order = order.refunds.unsent().filter(payment__isnull=False)
    gone += make_room(of_order, lambda: beyond_what_was_paid(order), at=at)
    for refund in gone:
        tell_of_taken_room(refund, [remote], at=at)


def _tell_of_too_much(payment: Payment, order: Order, *, at: datetime) -> None:
    """Of the payment; or of the whole order, where a person has paid past the provider, too."""
    paid, _back = paid_and_back(order)
    for captured, above in ((payment.captured, overdrawn(payment)), (paid, beyond_what_was_paid(order))):
        if above:
            values: dict[str, Any] = {"captured": captured, "above": above, "currency": payment.currency}
            open_break("above_captured", payment.reference, at=at, payment=payment, **values)


def tell_of_taken_room(refund: Refund, others: Sequence[Remote], *, at: datetime) -> None:
    """Somebody refunded past us what this one would have: a person decides what is still owed."""
    assert refund.payment is not None
    values: dict[str, Any] = {
        "amount": refund.amount,
        "captured": refund.payment.captured,
        "elsewhere": sum(other.amount for other in others if other.status not in NOTHING_MOVED),
        "currency": refund.currency,
    }
    open_break("room_taken", refund.public_id, at=at, refund=refund, payment=refund.payment, **values)


def _values(remote: Remote) -> dict[str, Any]:
    return {"remote": remote.id, "amount": remote.amount, "currency": remote.currency}
