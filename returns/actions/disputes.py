"""The shopper's bank disputes a charge: no refund of it leaves by itself, and what the bank takes counts as refunded.

money.md, "Disputes", rules (a) to (e).
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Sum

from returns.actions.breaks import open_break
from returns.actions.record import noted, record
from returns.actions.refunds import settle, told
from returns.gateways.gateway import RemoteDispute
from returns.models import RMA, Dispute, Event, Order, OtherWay, Payment, Refund, RefundState
from returns.models.people import SYSTEM
from returns.models.refunds import RefundQuerySet

_CLOSED = (*Dispute.OVER, "lost")
_WAY = "chargeback"
_STILL_OURS = [RefundState.DUE, RefundState.AWAITING_APPROVAL, RefundState.FAILED, RefundState.CANCELED]


@transaction.atomic
def keep(remote: RemoteDispute, *, at: datetime) -> None:
    """Make our row say what the provider's dispute says, tell of each change, and settle what it pays for.

    A dispute of a payment that is not ours is left alone.
    """
    payment = Payment.objects.named(remote.payment, remote.charge).first()
    if payment is None:
        return
    order = Order.objects.locked().get(pk=payment.order_id)
    list(RMA.objects.locked().filter(order=order).order_by("pk"))  # before payments and refunds: one order everywhere
    Payment.objects.select_for_update(no_key=True).get(pk=payment.pk)
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


def _changes(dispute: Dispute, remote: RemoteDispute, order: Order, *, at: datetime) -> list[Event]:
    """The events that lead from our row to the provider's object.

    The first names what was `sent` before we knew of the dispute: clocks differ, the order of the log does not.
    """
    taken = remote.withdrawn - dispute.withdrawn
    changes: list[tuple[str, int, dict[str, Any]]] = []
    if not dispute.status:
        sent = dispute.payment.refunds.sent().values_list("public_id", flat=True)
        changes.append(("dispute.opened", remote.amount, {"sent": list(sent)}))
    if taken > 0:
        changes.append(("dispute.withdrawn", taken, {}))
    if taken < 0:
        changes.append(("dispute.reinstated", -taken, {}))
    if remote.status in _CLOSED and remote.status != dispute.status:
        changes.append(("dispute.closed", remote.amount, {}))
    about: dict[str, Any] = {"dispute": remote.id, "status": remote.status, "currency": remote.currency}
    return [
        noted(kind, by=SYSTEM, at=at, order=order, amount=amount, **about, **more) for kind, amount, more in changes
    ]


def _tell(dispute: Dispute, order: Order, *, at: datetime) -> None:
    values: dict[str, Any] = {"amount": dispute.amount, "currency": dispute.currency, "order": order.number}
    open_break("disputed", dispute.gateway_id, at=at, payment=dispute.payment, **values)


def _settle_by_chargeback(dispute: Dispute, *, at: datetime) -> None:
    """The bank has paid what we owed: as far as its money goes, refunds of this charge are paid by it (rule d).

    So are those of its order that found no payment with room: the dispute has taken it. Where a person has noted
    another way, it stays with people: both may have been paid.
    """
    left = dispute.withdrawn - _spent(dispute)
    of_it = Q(payment=dispute.payment) | Q(payment=None, order=dispute.payment.order_id)
    waiting = Refund.objects.locked().filter(of_it, pk__in=_settleable())
    for refund in waiting.select_related("order", "rma"):
        if refund.amount <= left:
            left -= refund.amount
            _pay_by_chargeback(refund, dispute, at=at)


def _settleable() -> RefundQuerySet:
    return Refund.objects.open().filter(state__in=_STILL_OURS, credit=None, other_way=None)


def _spent(dispute: Dispute) -> int:
    """Minor units of this dispute that have settled refunds before."""
    settled = Refund.objects.filter(other_way__way=_WAY, other_way__evidence=dispute.gateway_id)
    return settled.aggregate(total=Sum("amount"))["total"] or 0


def _pay_by_chargeback(refund: Refund, dispute: Dispute, *, at: datetime) -> None:
    was = refund.state
    refund.charge_back()
    refund.updated_at = at
    refund.save()
    OtherWay.objects.create(refund=refund, way=_WAY, evidence=dispute.gateway_id, prepared_at=at, confirmed_at=at)
    record(told("refund.paid_otherwise", refund, way=_WAY, was=was, by=SYSTEM, at=at))
    if refund.rma_id:
        rma = RMA.objects.locked().select_related("order").get(pk=refund.rma_id)
        record(*settle(rma, by=SYSTEM, at=at))
        rma.save()


def settle_by_chargebacks(*, at: datetime) -> None:
    """Refunds that failed, or were decided, after their charge's dispute was lost are settled by it all the same."""
    lost = Dispute.objects.filter(status="lost")
    if not lost.exists():
        return
    of_it = Q(payment=OuterRef("payment")) | Q(payment=None, order=OuterRef("payment__order"))
    for dispute in lost.filter(Exists(_settleable().filter(of_it))).select_related("payment"):
        _settle_again(dispute, at=at)


@transaction.atomic
def _settle_again(dispute: Dispute, *, at: datetime) -> None:
    order_id = dispute.payment.order_id
    Order.objects.locked().get(pk=order_id)
    list(RMA.objects.locked().filter(order_id=order_id).order_by("pk"))
    _settle_by_chargeback(dispute, at=at)
