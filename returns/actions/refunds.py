"""What is owed: deciding on a refund, and where a return stands with its money. money.md, "The way of a refund".

Sending is `sending.py`, what the provider says `applying.py`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Sum
from django_fsm import can_proceed

from returns.actions.delivery import delivery
from returns.actions.proposals import others_needed
from returns.actions.record import noted
from returns.models import (
    RMA,
    Actor,
    Approval,
    CreditAccount,
    Dispute,
    Event,
    Goodwill,
    ItemState,
    Limits,
    Order,
    Originator,
    Payment,
    Receipt,
    ReceiptLine,
    Refund,
    RefundLine,
    RefundState,
    RMAItem,
)
from returns.models.people import SYSTEM
from returns.policy.amounts import due_so_far


@dataclass(frozen=True, slots=True)
class Part:
    """What a refund is for; `amount` in minor units of the order's currency, below zero for a fee."""

    kind: str
    amount: int
    item: RMAItem | None = None


def worth(parts: Iterable[Part]) -> int:
    """Minor units, less what is taken off."""
    return sum(part.amount for part in parts)


@transaction.atomic(savepoint=False)
def decide(
    order: Order,
    parts: Sequence[Part],
    *,
    originator: str,
    by: Actor,
    at: datetime,
    rma: RMA | None = None,
    receipt: Receipt | None = None,
    goodwill: Goodwill | None = None,
    credit: CreditAccount | None = None,
    bonus: int = 0,
) -> list[Event]:
    """Owe these parts, over the order's payments in their order: one refund row a charge (`lay_over`).

    `bonus` comes on top of store credit, in minor units: the limits count it as well.

    The order is locked by the caller, who also records the events. What is above the limit of who decides waits
    until others have agreed (`policy/limits.py`). What no payment has room for, or none can give back, is owed all
    the same: nobody being asked, it becomes a failed refund, for a person to find another way.
    """
    about: dict[str, Any] = {"rma": rma, "receipt": receipt, "goodwill": goodwill, "credit": credit}
    made = lay_over(rooms(order, at), parts, order=order, originator=originator, by=by, at=at, bonus=bonus, **about)
    events = [told("refund.decided", refund, parts=_by_kind(slices), by=by, at=at) for refund, slices in made]
    return events + go_on([refund for refund, _slices in made], by=by, at=at)


def lay_over(
    rooms: Sequence[tuple[Payment, int]],
    parts: Sequence[Part],
    *,
    credit: CreditAccount | None = None,
    bonus: int = 0,
    **about: Any,
) -> list[tuple[Refund, list[Part]]]:
    """The refunds that these parts make: first those that a bank has paid already, whichever payment it took.

    They are of that payment and due, and `disputes.settle_by_chargebacks` says so; as store credit they would be
    given twice.
    """
    taken = charged_back(rooms)
    if not taken:
        return place(parts, rooms, credit=credit, bonus=bonus, **about)
    theirs, ours = divide(parts, sum(amount for _payment, amount in taken))
    bonus = due_so_far(bonus, worth(parts), worth(ours))
    return place(theirs, taken, **about) + place(ours, rooms, credit=credit, bonus=bonus, **about)


def charged_back(rooms: Sequence[tuple[Payment, int]]) -> list[tuple[Payment, int]]:
    """What the shopper has of these payments through lost disputes, and no refund has used up or will."""
    return [
        (payment, payment.charged_back - payment.agreed)
        for payment, _room in rooms
        if payment.charged_back > payment.agreed
    ]


def place(
    parts: Sequence[Part],
    rooms: Sequence[tuple[Payment, int]],
    *,
    order: Order,
    by: Actor,
    at: datetime,
    bonus: int = 0,
    **about: Any,
) -> list[tuple[Refund, list[Part]]]:
    """The refunds, each with its parts, that these parts make over these rooms; `about`: columns of the refunds.

    The first brings the bonus, unless no payment has room for it: then it is no store credit.
    """
    made: list[tuple[Refund, list[Part]]] = []
    for payment, slices in _over(rooms, parts):
        refund = Refund.objects.create(
            order=order,
            payment=payment,
            amount=worth(slices),
            bonus=bonus if payment and not made else 0,
            currency=order.currency,
            proposed_by=by.staff_id,
            decided_at=at,
            updated_at=at,
            next_try_at=at,
            **about,
        )
        RefundLine.objects.bulk_create(
            RefundLine(
                refund=refund,
                kind=part.kind,
                item=part.item,
                line_id=part.item.line_id if part.item else None,
                amount=part.amount,
            )
            for part in slices
        )
        made.append((refund, slices))
    return made


def go_on(made: Sequence[Refund], *, by: Actor, at: datetime) -> list[Event]:
    """The refunds of one decision, just made, are held where others must agree; else what cannot be sent fails.

    Held are those, too, that cannot be sent: money that a person pays past the provider is above the limit as well.
    """
    if made and (needed := others_needed(made, by=by, at=at)):
        return [_hold(refund, needed, by=by, at=at) for refund in made]
    return fail_unsendable(made, at=at)


def fail_unsendable(refunds: Iterable[Refund], *, at: datetime) -> list[Event]:
    """Of refunds that are due and that nobody is asked about: what cannot be sent waits for another way."""
    return [give_up(refund, refund.obstacle, at=at) for refund in refunds if refund.obstacle]


def _hold(refund: Refund, needed: int, *, by: Actor, at: datetime) -> Event:
    refund.hold()
    refund.approvals_needed = needed
    refund.save()
    return told("refund.held", refund, needed=needed, by=by, at=at)


def _by_kind(parts: Sequence[Part]) -> dict[str, int]:
    """Minor units by kind, for the journal."""
    totals: Counter[str] = Counter()
    for part in parts:
        totals[part.kind] += part.amount
    return dict(totals)


def give_up(refund: Refund, reason: str, *, at: datetime, by: Actor = SYSTEM, **more: Any) -> Event:
    """What was never sent fails, for a person to find another way; told, not written yet."""
    was = refund.state
    if was == RefundState.AWAITING_APPROVAL:
        refund.release()
    refund.fail()
    refund.failure_reason = reason
    refund.credit, refund.bonus = None, 0  # what cannot be credited is owed as money
    refund.updated_at = at
    refund.save()
    return told("refund.failed", refund, was=was, by=by, at=at, **more)


def free_for_goodwill(order: Order, *, at: datetime) -> int:
    """Minor units that may be granted beyond policy: what was captured, less what is refunded or may be.

    What was granted and did not reach the shopper is owed all the same.
    """
    in_room = order.refunds.active().values("pk")
    owed = order.refunds.of_goodwill().open().exclude(pk__in=in_room).total()
    return max(0, sum(free for _payment, free in rooms(order, at)) - claimable(order) - owed)


def left_of(order: Order) -> int:
    """Minor units of what was paid for a locked order that nobody has given back, in whatever way, or is about to."""
    paid, back = paid_and_back(order)
    return max(0, paid - back)


def paid_and_back(order: Order) -> tuple[int, int]:
    """Minor units: what was paid for a locked order; what was given back, in whatever way, or is about to be."""
    goods = order.lines.aggregate(total=Sum("paid"))["total"] or 0
    payments = list(order.payments.filter(currency=order.currency).with_room())
    past = order.refunds.past_the_provider().total()
    paid = max(goods + order.shipping_paid, sum(payment.captured for payment in payments))
    return paid, sum(payment.active for payment in payments) + past


def beyond_what_was_paid(order: Order) -> int:
    """Minor units that are given back, or about to be, above what was paid for a locked order.

    Asked where a person has paid past the provider: else each payment's own room tells.
    """
    if not order.refunds.past_the_provider().exists():
        return 0
    paid, back = paid_and_back(order)
    return max(0, back - paid - awaited_of_banks(order))


def awaited_of_banks(order: Order) -> int:
    """What lost disputes took and refunds of the order wait for: it stands on both sides."""
    return sum(_paid_by_the_bank(payment) for payment in order.payments.with_chargebacks())


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


def _of_what_is_left(order: Order, rooms: Sequence[tuple[Payment, int]]) -> list[tuple[Payment, int]]:
    """Nobody has back more than was paid for the order, whichever way it went."""
    paid, back = paid_and_back(order)
    open_ = Dispute.objects.blocking().filter(payment__order=order).exclude(status="lost")  # may give all of it back
    back -= sum(_paid_by_the_bank(payment) for payment, _free in rooms)
    left = max(0, paid - back + sum(open_.values_list("withdrawn", flat=True)))
    given = []
    for payment, free in rooms:
        given.append((payment, min(free, left)))
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


def _over(rooms: Sequence[tuple[Payment, int]], parts: Sequence[Part]) -> Iterator[tuple[Payment | None, list[Part]]]:
    """The parts laid over the payments from the first with room on; a part that does not fit is split.

    What is taken off comes first, so that it lowers the first payment's refund and none is below zero.
    """
    waiting = _fees_first(parts)
    for payment, free in rooms:
        if not free:
            continue
        slices, waiting = _fill(free, waiting)
        if slices:
            yield payment, slices
    if waiting:
        yield None, waiting


def divide(parts: Sequence[Part], amount: int) -> tuple[list[Part], list[Part]]:
    """(what adds up to `amount`, above zero and no more than all of them do; the rest)."""
    return _fill(amount, _fees_first(parts))


def _fees_first(parts: Sequence[Part]) -> list[Part]:
    return sorted(parts, key=lambda part: part.amount > 0)


def _fill(room: int, parts: Sequence[Part]) -> tuple[list[Part], list[Part]]:
    """(what fits into `room`, the rest)."""
    slices, rest = [], []
    for part in parts:
        fits = min(room, part.amount)
        room -= fits
        if fits:
            slices.append(replace(part, amount=fits))
        if fits < part.amount:
            rest.append(replace(part, amount=part.amount - fits))
    return slices, rest


def parts_of(refund: Refund) -> list[Part]:
    """What it is for, to be owed once more in its place."""
    lines = refund.lines.select_related("item__line")
    return [Part(line.kind, line.amount, line.item) for line in lines]


def inherit(refund: Refund, made: Sequence[Refund]) -> None:
    """Who decided on it, when, and who agreed has decided on each part of it."""
    for one in made:
        one.proposed_by, one.approvals_needed = refund.proposed_by, refund.approvals_needed
        one.decided_at = refund.decided_at
        one.save()
    Approval.objects.bulk_create(
        Approval(
            refund=one,
            proposer_id=given.proposer_id,
            actor_id=given.actor_id,
            actor_label=given.actor_label,
            role=given.role,
            approved_at=given.approved_at,
        )
        for one in made
        for given in refund.approvals.all()
    )


def take_up(refund: Refund) -> Refund:
    """The refund as it is now, locked after its order and its return, which come with it."""
    order = Order.objects.locked().get(pk=refund.order_id)
    rma = RMA.objects.locked().get(pk=refund.rma_id) if refund.rma_id else None
    refund = Refund.objects.locked().select_related("payment", "receipt", "goodwill").get(pk=refund.pk)
    refund.order, refund.rma = order, rma
    if rma is not None:
        rma.order = order
    return refund


def told(kind: str, refund: Refund, *, by: Actor, at: datetime, **more: Any) -> Event:
    """An event of a refund, with its amount; not written yet. `was`: the state before, where it matters."""
    data = {"amount": refund.amount, "currency": refund.currency, **more}
    return noted(kind, by=by, at=at, order=refund.order, rma=refund.rma, refund=refund, **data)


# --- settle -------------------------------------------------------------------------------------


def settle(rma: RMA, *, by: Actor, at: datetime) -> list[Event]:
    """Move a locked RMA to where its receipts and refunds say it is.

    Call it after each of them changes, then save the RMA and record the event, if there is one.
    """
    owed = rma.refunds.open().filter(originator=Originator.RMA).exists()
    if owed:
        return owe_refund(rma, by=by, at=at)
    if not rma.refunds.filter(originator=Originator.RMA).exists():
        return []
    if _all_accounted(rma):
        return _move(rma, "settle", "rma.refunded", by=by, at=at)
    return _move(rma, "await_rest", "rma.partly_refunded", by=by, at=at)


def is_open(event: Event) -> bool:
    """Whether what was just decided is still owed: store credit is given in the same moment."""
    return event.refund is not None and event.refund.state in RefundState.open()


def owe_refund(rma: RMA, *, by: Actor, at: datetime) -> list[Event]:
    """As `settle`, where a refund was just decided."""
    return _move(rma, "owe_refund", "rma.refund_owed", by=by, at=at)


def _move(rma: RMA, verb: str, kind: str, *, by: Actor, at: datetime) -> list[Event]:
    move = getattr(rma, verb)
    if not can_proceed(move):
        return []
    move()
    rma.updated_at = at
    return [noted(kind, by=by, at=at, order=rma.order, rma=rma)]


def _all_accounted(rma: RMA) -> bool:
    """Whether every accepted unit has been counted in some way or may be kept, and no item waits for an agent."""
    counted = ReceiptLine.objects.filter(receipt__rma=rma).counted()
    return all(
        item.state == ItemState.ACCEPTED and (item.stays or counted.get(item.pk, (0, 0))[1] >= item.quantity)
        for item in rma.items.exclude(state=ItemState.REFUSED)
    )
