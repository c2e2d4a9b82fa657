"""What is owed: a refund is decided, held for others or given up. money.md, "The way of a refund".

Sending is `sending.py`, what the provider says `applying.py`.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from returns.actions.parts import Part, by_kind, divide, laid_over, worth
from returns.actions.proposals import others_needed
from returns.actions.record import noted
from returns.actions.rooms import Rooms, charged_back, rooms
from returns.models import (
    RMA,
    Actor,
    Approval,
    CreditAccount,
    Event,
    Goodwill,
    Order,
    Receipt,
    Refund,
    RefundLine,
    RefundState,
)
from returns.models.people import SYSTEM
from returns.policy.amounts import due_so_far


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
    events = [told("refund.decided", refund, parts=by_kind(slices), by=by, at=at) for refund, slices in made]
    return events + go_on([refund for refund, _slices in made], by=by, at=at)


def lay_over(
    free: Rooms,
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
    taken = charged_back(free)
    if not taken:
        return place(parts, free, credit=credit, bonus=bonus, **about)
    theirs, ours = divide(parts, sum(amount for _payment, amount in taken))
    bonus = due_so_far(bonus, worth(parts), worth(ours))
    return place(theirs, taken, **about) + place(ours, free, credit=credit, bonus=bonus, **about)


def place(
    parts: Sequence[Part],
    free: Rooms,
    *,
    order: Order,
    by: Actor,
    at: datetime,
    bonus: int = 0,
    **about: Any,
) -> list[tuple[Refund, list[Part]]]:
    """The refunds, each with its parts, that these parts make over these rooms; `about`: columns of the refunds.

    The first brings the bonus, unless no payment has room for it: what cannot be credited is owed as money.
    """
    made: list[tuple[Refund, list[Part]]] = []
    for payment, slices in laid_over(free, parts):
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
