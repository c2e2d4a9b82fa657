"""What is left: the room of each payment of an order, and what of the order may still be claimed, granted, paid."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, Sum

from returns.actions.delivery import delivery
from returns.models import Dispute, Limits, Order, Payment, Refund, RefundLine, RefundState, RMAItem

Rooms = Sequence[tuple[Payment, int]]  # with the minor units that may still be paid back of each


def rooms(order: Order, at: datetime) -> list[tuple[Payment, int]]:
    """The payments of a locked order in its currency, each with what may still be paid back of it.

    In all no more than is left of what was paid, where a person has paid past them or one of them gave too much. What a
    lost dispute took is no room, and the refunds that it will pay for take none. Room is taken under the
    order's lock alone; what gives room back meanwhile, a refund that fails, does no harm. The limits in force come in
    the same statement, so that where the shop has none nothing more is asked.
    """
    begun = Limits.objects.begun(at)
    told = {
        "limits": begun.of(order.currency).values("pk")[:1],
        "limited": Exists(begun),
        "passed": Exists(Refund.objects.past_the_provider().filter(order=OuterRef("order"))),
    }
    payments = order.payments.filter(currency=order.currency).with_room().with_chargebacks().annotate(**told)
    found = list(payments.order_by("pk"))
    free = [(payment, max(0, room(payment))) for payment in found]
    return _of_what_is_left(order, free) if any(one.passed or room(one) < 0 for one in found) else free


def _of_what_is_left(order: Order, free: Rooms) -> list[tuple[Payment, int]]:
    """Nobody has back more than was paid for the order, whichever way it went."""
    paid, back = paid_and_back(order)
    open_ = Dispute.objects.blocking().filter(payment__order=order).exclude(status="lost")  # may give all of it back
    back -= sum(_paid_by_the_bank(payment) for payment, _amount in free)
    left = max(0, paid - back + sum(open_.values_list("withdrawn", flat=True)))
    given = []
    for payment, amount in free:
        given.append((payment, min(amount, left)))
        left -= given[-1][1]
    return given


def room(payment: Payment) -> int:
    """Minor units; below zero where refunds and disputes have taken more than was captured."""
    return payment.captured - payment.active + _paid_by_the_bank(payment)


def overdrawn(payment: Payment) -> int:
    """Minor units that refunds and disputes have taken of it above what was captured, as its rows are now; else 0."""
    return max(0, -room(_now(payment)))


def without_room(payment: Payment) -> int:
    """Minor units of what was never sent that the payment, as its rows are now, has no room for, nor the bank paid."""
    now = _now(payment)
    return max(0, min(-room(now), now.unsent - now.charged_back))


def _now(payment: Payment) -> Payment:
    return Payment.objects.with_room().with_chargebacks().get(pk=payment.pk)


def _paid_by_the_bank(payment: Payment) -> int:
    """What a lost dispute took and refunds wait for: it stands on both sides."""
    return min(payment.charged_back, payment.unsent)


def charged_back(free: Rooms) -> list[tuple[Payment, int]]:
    """What the shopper has of these payments through lost disputes, and no refund has used up or will."""
    return [
        (payment, payment.charged_back - payment.agreed)
        for payment, _amount in free
        if payment.charged_back > payment.agreed
    ]


def free_for_goodwill(order: Order, *, at: datetime) -> int:
    """Minor units that may be granted beyond policy: what was captured, less what is refunded or may be.

    What was granted and did not reach the shopper is owed all the same.
    """
    in_room = order.refunds.active().values("pk")
    owed = order.refunds.of_goodwill().open().exclude(pk__in=in_room).total()
    return max(0, sum(amount for _payment, amount in rooms(order, at)) - claimable(order) - owed)


def claimable(order: Order) -> int:
    """What live returns of this order may still claim: shares and delivery, less what refunds already cover.

    What failed is claimed still; of the delivery it was given all the same (`Delivery.given`).
    """
    shares = RMAItem.objects.live().filter(rma__order=order).aggregate(total=Sum("share"))["total"] or 0
    covering = Q(refund__in=order.refunds.active()) | Q(refund__state=RefundState.PAID_OTHERWISE)
    shipping = Q(kind=RefundLine.Kind.SHIPPING)
    lines = RefundLine.objects.filter(shipping | Q(kind=RefundLine.Kind.GOODS), refund__order=order)
    told = lines.filter(refund__replaced_by=None).aggregate(
        covered=Sum("amount", filter=covering, default=0), shipping=Sum("amount", filter=shipping, default=0)
    )
    return shares + told["shipping"] + delivery(order).claimable - told["covered"]


def left_of(order: Order) -> int:
    """Minor units of what was paid for a locked order that nobody has given back, in whatever way, or is about to."""
    paid, back = paid_and_back(order)
    return max(0, paid - back)


def beyond_what_was_paid(order: Order) -> int:
    """Minor units that are given back, or about to be, above what was paid for a locked order.

    Asked where a person has paid past the provider: else each payment's own room tells.
    """
    if not order.refunds.past_the_provider().exists():
        return 0
    paid, back = paid_and_back(order)
    return max(0, back - paid - _awaited_of_banks(order))


def paid_and_back(order: Order) -> tuple[int, int]:
    """Minor units: what was paid for a locked order; what was given back, in whatever way, or is about to be."""
    goods = order.lines.aggregate(total=Sum("paid"))["total"] or 0
    payments = list(order.payments.filter(currency=order.currency).with_room())
    past = order.refunds.past_the_provider().total()
    paid = max(goods + order.shipping_paid, sum(payment.captured for payment in payments))
    return paid, sum(payment.active for payment in payments) + past


def _awaited_of_banks(order: Order) -> int:
    """What lost disputes took and refunds of the order wait for: it stands on both sides."""
    return sum(_paid_by_the_bank(payment) for payment in order.payments.with_chargebacks())
