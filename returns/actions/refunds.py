"""Money back: decide, claim, call, apply. money.md, "The way of a refund".

`decide` owes it; a worker `send`s it: claim in one transaction, call with none open, apply in
another. Whatever gives no definite answer is uncertain, never failed, and is looked for at the
provider before it is sent again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Sum
from django_fsm import can_proceed

from returns.actions.record import noted, record
from returns.actions.refusals import Refused
from returns.gateways.gateway import Gateway, PutOff, Rejected, Remote, Unanswered
from returns.models import (
    RMA,
    Actor,
    Attempt,
    Event,
    GatewayEvent,
    Goodwill,
    ItemState,
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

LEASE = timedelta(seconds=180)  # longer than the whole call may take
LOOK_AGAIN = timedelta(minutes=5)
ABSENCE_AGE = timedelta(minutes=15)  # younger absences may still be a call under way
KEY_LIFE = timedelta(hours=23)  # the provider forgets keys after 24 hours


@dataclass(frozen=True, slots=True)
class Part:
    """What a refund is for; `amount` in minor units of the order's currency, below zero for a fee."""

    kind: str
    amount: int
    item: RMAItem | None = None


# --- decide -------------------------------------------------------------------------------------


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
) -> list[Event]:
    """Owe these parts, over the order's payments in their order: one refund row a charge.

    The order is locked by the caller, who also records the events. What no payment has room for is owed
    all the same: it becomes a failed refund without a payment, for a person to find another way.
    """
    refunds = []
    for payment, slices in _over(_rooms(order), parts):
        refund = Refund.objects.create(
            order=order,
            payment=payment,
            rma=rma,
            receipt=receipt,
            goodwill=goodwill,
            originator=originator,
            amount=sum(part.amount for part in slices),
            currency=order.currency,
            decided_at=at,
            updated_at=at,
            next_try_at=at,
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
        refunds.append(refund)
    events = [_told("refund.decided", refund, by=by, at=at) for refund in refunds]
    for refund in refunds:
        if refund.payment is None:
            refund.fail()
            refund.failure_reason = "no_payment"
            refund.save()
            events.append(_told("refund.failed", refund, by=SYSTEM, at=at))
    return events


def free_for_goodwill(order: Order) -> int:
    """Minor units that may be granted beyond policy: what was captured, less what is refunded or may be."""
    return max(0, sum(room for _payment, room in _rooms(order)) - claimable(order))


def _rooms(order: Order) -> list[tuple[Payment, int]]:
    """The payments of a locked order in its currency, each with what may still be paid back of it.

    Room is taken under the order's lock alone; what gives room back meanwhile, a refund that fails, does no harm.
    """
    payments = order.payments.filter(currency=order.currency).with_room().order_by("pk")
    return [(payment, payment.captured - payment.active) for payment in payments]


def claimable(order: Order) -> int:
    """What live returns of this order may still claim: their shares, less what refunds already cover."""
    shares = RMAItem.objects.live().filter(rma__order=order).aggregate(total=Sum("share"))["total"] or 0
    covered = RefundLine.objects.filter(
        refund__order=order, refund__state__in=RefundState.active(), kind=RefundLine.Kind.GOODS
    )
    return shares - (covered.aggregate(total=Sum("amount"))["total"] or 0)


def _over(rooms: Sequence[tuple[Payment, int]], parts: Sequence[Part]) -> Iterator[tuple[Payment | None, list[Part]]]:
    """The parts laid over the payments from the first with room on; a part that does not fit is split.

    What is taken off comes first, so that it lowers the first payment's refund and none is below zero.
    """
    waiting = sorted(parts, key=lambda part: part.amount > 0)
    for payment, room in rooms:
        if not room:
            continue
        slices, waiting = _fill(room, waiting)
        if slices:
            yield payment, slices
    if waiting:
        yield None, waiting


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


# --- send: claim, call, apply -------------------------------------------------------------------


@dataclass(slots=True)
class Claim:
    """A refund that this worker may send now. `sent_before`: it may be at the provider already."""

    refund: Refund
    attempt: Attempt
    sent_before: bool


def send_next(gateway: Gateway, *, at: datetime) -> bool:
    """Claim the refund that has waited longest and bring it one step on. False when none waits."""
    claim = _claim(at)
    if claim is None:
        return False
    try:
        apply(claim.refund, _call(gateway, claim, at=at), at=at)
    except Unanswered as doubt:
        _doubt(claim, str(doubt), at=at, key_spent=doubt.key_spent)
    except Refused as difference:
        _doubt(claim, str(difference), at=at)
    except PutOff as delay:
        _put_off(claim, delay, at=at)
    except Rejected as rejection:
        _fail(claim, rejection, at=at)
    return True


@transaction.atomic
def _claim(at: datetime) -> Claim | None:
    """Take one refund with a lease and write the attempt down, before anything is sent."""
    waiting = Refund.objects.sendable(at).select_for_update(skip_locked=True, of=("self",), no_key=True)
    refund = waiting.select_related("payment", "rma", "order").first()
    if refund is None:
        return None
    nothing_sent = refund.state == RefundState.DUE  # or the provider did nothing, and said so
    if refund.state == RefundState.SENDING:  # its worker died: nobody knows how far it came
        refund.doubt()
    refund.claim()
    refund.lease_until = at + LEASE
    refund.updated_at = at
    refund.save()
    last = refund.attempts.last()
    if last is None:
        return Claim(refund, _attempt(refund, 1, at), sent_before=False)
    if nothing_sent:  # the key's life and the age of an absence count from what is sent now
        last.first_sent_at = last.last_sent_at = at
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
    try:
        return gateway.refund(claim.refund, claim.attempt)
    except Rejected:
        # "Already refunded" is neither success nor failure: it may be our own (money.md).
        if remote := gateway.find(claim.refund):
            return remote
        raise


def _look(gateway: Gateway, claim: Claim) -> Remote | None:
    """What became of a refund that was sent.

    A refusal to look proves nothing, since another account has no such payment; and no look spends a key.
    """
    try:
        return gateway.find(claim.refund)
    except (Rejected, Unanswered) as doubt:
        raise Unanswered(str(doubt)) from doubt


@transaction.atomic
def _prove_absent(claim: Claim, *, at: datetime) -> None:
    """Store the proof that the last attempt left nothing behind, and choose the key to send with.

    A key is replaced when its stored answer is a server error or it nears the provider's memory.
    """
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
        _wait(refund, LOOK_AGAIN, at)
        _note(claim.attempt, Attempt.Outcome.UNANSWERED, error)


@transaction.atomic
def _put_off(claim: Claim, delay: PutOff, *, at: datetime) -> None:
    """The provider did nothing and says so: again later, with the same key."""
    if refund := _still_ours(claim):
        if claim.sent_before:
            refund.doubt()
        else:
            refund.put_back()
            _note(claim.attempt, Attempt.Outcome.PUT_OFF, str(delay))
        _wait(refund, delay.wait, at)


@transaction.atomic
def _fail(claim: Claim, rejection: Rejected, *, at: datetime) -> None:
    """The provider will not do it: nothing was paid, and a person must find another way."""
    if refund := _still_ours(claim):
        refund.fail()
        refund.failure_reason = rejection.code[:100]
        _note(claim.attempt, Attempt.Outcome.ANSWERED, str(rejection))
        _end(refund, "refund.failed", at=at)


def _still_ours(claim: Claim) -> Refund | None:
    """The locked row, unless a webhook or another worker has moved it on: they know better."""
    refund = Refund.objects.locked().select_related("rma", "order").get(pk=claim.refund.pk)
    return refund if (refund.state, refund.lease_until) == (RefundState.SENDING, claim.refund.lease_until) else None


def _wait(refund: Refund, wait: timedelta, at: datetime) -> None:
    refund.next_try_at = at + wait
    refund.lease_until = None
    refund.updated_at = at
    refund.save()


def _note(attempt: Attempt, outcome: str, error: str) -> None:
    attempt.outcome, attempt.error = outcome, error[:200]
    attempt.save()


def _end(refund: Refund, kind: str, *, at: datetime) -> None:
    refund.lease_until = None
    refund.updated_at = at
    refund.save()
    record(_told(kind, refund, by=SYSTEM, at=at))


_NEWS = {
    "pending": ("await_provider", "refund.pending"),
    "requires_action": ("await_shopper", "refund.needs_details"),
    "succeeded": ("succeed", "refund.succeeded"),
    "failed": ("fail", "refund.failed"),
    "canceled": ("cancel", "refund.canceled"),
}


@transaction.atomic
def apply(refund: Refund, remote: Remote, *, at: datetime) -> None:
    """Make our row say what the provider's object says; news that is no news changes nothing.

    The one way in for the API's answer, a webhook and reconciliation. Raises Refused
    `remote_differs` when amount, currency or id are not ours, or its status is none that we know;
    nothing is written then.
    """
    rma = RMA.objects.locked().select_related("order").get(pk=refund.rma_id) if refund.rma_id else None
    refund = Refund.objects.locked().select_related("rma", "order").get(pk=refund.pk)
    _refuse_difference(refund, remote)
    verb, kind = _NEWS[remote.status]
    move = getattr(refund, verb)
    if not can_proceed(move):  # no news, or old news that a later message has overtaken
        return
    move()
    refund.gateway_id = remote.id
    refund.failure_reason = remote.failure_reason
    _end(refund, kind, at=at)
    if rma is not None:
        record(*settle(rma, by=SYSTEM, at=at))
        rma.save()


def _refuse_difference(refund: Refund, remote: Remote) -> None:
    ours = (refund.amount, refund.currency, refund.gateway_id or remote.id)
    if ours != (remote.amount, remote.currency, remote.id) or remote.status not in _NEWS:
        raise Refused(
            "remote_differs", refund=refund.public_id, remote=remote.id, amount=remote.amount, status=remote.status
        )


def _told(kind: str, refund: Refund, *, by: Actor, at: datetime) -> Event:
    told = {"amount": refund.amount, "currency": refund.currency}
    return noted(kind, by=by, at=at, order=refund.order, rma=refund.rma, refund=refund, **told)


# --- what the provider tells by itself ----------------------------------------------------------

_AGAIN = timedelta(minutes=1)


def work_next_event(gateway: Gateway, *, at: datetime) -> bool:
    """Work the provider's event that has waited longest: fetch the refund it names, apply it.

    The event's own payload is not believed (money.md). False when none waits.
    """
    event = GatewayEvent.objects.unworked(at).first()
    if event is None:
        return False
    try:
        if event.kind.startswith(("refund.", "charge.refund.")):
            _work(gateway.fetch(event.object_id), at=at)
    except (Unanswered, PutOff, Rejected, Refused) as error:
        _try_event_again(event, str(error), at=at)
        return True
    event.worked_at = at
    event.save()
    return True


def _work(remote: Remote, *, at: datetime) -> None:
    if refund := Refund.objects.filter(public_id=remote.refund_id).first():
        apply(refund, remote, at=at)


def _try_event_again(event: GatewayEvent, error: str, *, at: datetime) -> None:
    event.tries += 1
    event.error = error[:200]
    event.next_try_at = at + _AGAIN * event.tries
    event.save()


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
    """Whether every accepted unit has been counted in some way, and no item waits for an agent."""
    counted = ReceiptLine.objects.filter(receipt__rma=rma).counted()
    return all(
        item.state == ItemState.ACCEPTED and counted.get(item.pk, (0, 0))[1] >= item.quantity
        for item in rma.items.exclude(state=ItemState.REFUSED)
    )
