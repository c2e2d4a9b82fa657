"""An agent decides an exception: approves, refuses, with goodwill or without; or looks once more."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from returns.actions.goodwill import grant
from returns.actions.owing import owe_arrived
from returns.actions.record import noted, record
from returns.actions.refusals import Refused
from returns.actions.requests import ANSWER_WITHIN
from returns.actions.settling import settle
from returns.actions.shipping import book_label
from returns.models import (
    RMA,
    Actor,
    Event,
    GoodwillReason,
    ItemState,
    Order,
    ReturnParcel,
    RMAItem,
    RMAState,
    Valuation,
)
from returns.policy.amounts import share


@transaction.atomic(savepoint=False)
def refuse_if_changed(rma: RMA, *, since: int) -> None:
    """Hold the decider to what was on the screen: nothing may have happened to the order since.

    `since` is `Event.objects.version` at that time. Called in the transaction of the decision, so that the
    lock lasts until its end. Raises Refused `changed_meanwhile`.
    """
    Order.objects.locked().get(pk=rma.order_id)
    if Event.objects.version(rma.order_id) != since:
        raise Refused("changed_meanwhile")


@transaction.atomic
def approve(rma: RMA, *, by: Actor, at: datetime, note: str = "", lines: Sequence[str] = ()) -> RMA:
    """Accept the waiting items, or those of these line ids; the label follows at once.

    Accepting what policy refused or referred is an override: the note says why, and the event keeps it.
    Raises Refused: `nothing_waits`, `line_unknown`, `note_missing`.
    """
    rma, waiting = _taken_up(rma, lines)
    if not note.strip():
        raise Refused("note_missing", field="note")
    _decide(rma, waiting, "accept")
    rma.approved_at = at  # the time for sending counts from the last yes
    events = _approved(rma, waiting, note, by=by, at=at)
    events += owe_arrived(rma, by=by, at=at)
    record(*events, *settle(rma, by=by, at=at))
    _stamp(rma, at)
    return rma


def _approved(rma: RMA, items: Sequence[RMAItem], note: str, *, by: Actor, at: datetime) -> list[Event]:
    """The moves of an approval. A return of which something is sent already has its label."""
    if rma.state == RMAState.IN_REVIEW:
        rma.approve()
    approved = _noted(rma, "rma.approved", items, note, by=by, at=at)
    if rma.state != RMAState.APPROVED or all(item.stays for item in items):
        return [approved]
    parcel, label = book_label(rma, by=by, at=at)
    ReturnParcel.objects.book(parcel)
    return [approved, label]


@transaction.atomic
def deduct(rma: RMA, *, fees: Mapping[str, int], note: str, by: Actor, at: datetime) -> RMA:
    """Keep a part of what waiting items are worth, by line id in minor units; comes before their approval.

    The shopper is told how much and why, in a letter of its own (law.md M-8: amount, reason, a way to object).
    Raises Refused: `nothing_waits`, `line_unknown`, `note_missing`, `fee_forbidden`, `fee_above_share`.
    """
    rma = _locked(rma)
    _waiting, items = _chosen(rma, list(fees))
    if not note.strip():
        raise Refused("note_missing", field="fee_note")
    valued = Valuation.objects.of(rma).by_item()
    for item in items:
        _set_fee(item, fees[item.line.line_id], lost=valued.get(item.pk, (0, 0))[1])
    kept = [{"line": item.line.line_id, "amount": item.fee, "of": item.share} for item in items]
    told: dict[str, Any] = {"fees": kept, "currency": rma.order.currency, "note": note.strip()}
    record(noted("rma.fee_set", by=by, at=at, order=rma.order, rma=rma, **told))
    _stamp(rma, at)
    return rma


def _set_fee(item: RMAItem, fee: int, *, lost: int) -> None:
    """What handling has cost of its value is kept already."""
    line = item.line.line_id
    if item.free_of_fees:
        raise Refused("fee_forbidden", field=line, line=line)
    if type(fee) is not int or not 0 <= fee <= item.share - lost:
        raise Refused("fee_above_share", field=line, line=line)
    item.fee = fee
    item.save()


@transaction.atomic
def approve_with_goodwill(
    rma: RMA,
    *,
    amount: int,
    note: str,
    by: Actor,
    at: datetime,
    reason: str = GoodwillReason.OUTSIDE_POLICY,
    lines: Sequence[str] = (),
) -> RMA:
    """As `approve`, and grant money on top, which is sent at once (see `goodwill.grant`)."""
    rma = approve(rma, by=by, at=at, note=note, lines=lines)
    grant(rma.order, rma=rma, amount=amount, reason=reason, note=note, by=by, at=at)
    return rma


@transaction.atomic
def reject(rma: RMA, *, by: Actor, at: datetime, note: str, lines: Sequence[str] = ()) -> RMA:
    """Refuse the waiting items, or those of these line ids, and say why in words for the shopper.

    Raises Refused: `nothing_waits`, `line_unknown`, `note_missing`.
    """
    rma, waiting = _taken_up(rma, lines)
    if not note.strip():
        raise Refused("note_missing", field="note")
    _decide(rma, waiting, "refuse")
    if rma.state == RMAState.IN_REVIEW and not rma.items.exclude(state=ItemState.REFUSED).exists():
        rma.reject()
    events = [_noted(rma, "rma.rejected", waiting, note, by=by, at=at)]
    if rma.state in RMAState.sendable():  # where nothing else is to be sent the rest may be kept
        events += owe_arrived(rma, by=by, at=at)
    record(*events, *settle(rma, by=by, at=at))
    _stamp(rma, at)
    return rma


@transaction.atomic
def reopen(rma: RMA, *, by: Actor, at: datetime, note: str = "") -> RMA:
    """Look once more at a rejected or expired return; its units and shares must still be free.

    Raises Refused: `not_reopenable`, `quantity_too_many`.
    """
    rma = _locked(rma)
    if rma.state not in (RMAState.REJECTED, RMAState.EXPIRED):
        raise Refused("not_reopenable", state=rma.state)
    items = list(rma.items.select_related("line"))
    _allot_again(rma, items)
    for item in items:
        if item.state != ItemState.REFERRED:
            item.refer()
        item.save()
    rma.reopen()
    rma.answer_by = at + ANSWER_WITHIN
    record(_noted(rma, "rma.reopened", items, note, by=by, at=at))
    _stamp(rma, at)
    return rma


@transaction.atomic
def cancel(rma: RMA, *, by: Actor, at: datetime) -> RMA:
    """Call a return off before anything arrived; its units are free again. Raises Refused `not_cancellable`."""
    rma = _locked(rma)
    if rma.state not in RMAState.before_receipt():
        raise Refused("not_cancellable", state=rma.state)
    rma.cancel()
    _stamp(rma, at)
    record(noted("rma.cancelled", by=by, at=at, order=rma.order, rma=rma))
    return rma


def _locked(rma: RMA) -> RMA:
    """The order first, then the RMA: the one order in which everything locks them."""
    Order.objects.locked().get(pk=rma.order_id)
    return RMA.objects.locked().select_related("order").get(pk=rma.pk)


def _allot_again(rma: RMA, items: Sequence[RMAItem]) -> None:
    """A dead return gave its units and shares back; they are allotted anew of what is left now."""
    taken = RMAItem.objects.filter(rma__order=rma.order).taken()
    for item in items:
        units, given = taken.get(item.line_id, (0, 0))
        if units + item.quantity > item.line.quantity:
            raise Refused("quantity_too_many", field=item.line.line_id, returnable=max(0, item.line.quantity - units))
        before = item.share
        item.share = share(item.line.paid, item.line.quantity, given, units, item.quantity)
        item.fee = item.fee * item.share // before if before else 0
        item.credit_bonus = item.credit_bonus * item.share // before if before else 0


def _stamp(rma: RMA, at: datetime) -> None:
    rma.updated_at = at
    rma.save()


def _noted(rma: RMA, kind: str, items: Sequence[RMAItem], note: str, *, by: Actor, at: datetime) -> Event:
    lines = [item.line.line_id for item in items]
    return noted(kind, by=by, at=at, order=rma.order, rma=rma, lines=lines, note=note.strip())


def _taken_up(rma: RMA, lines: Sequence[str]) -> tuple[RMA, list[RMAItem]]:
    """The locked RMA and the waiting items that are decided now."""
    rma = _locked(rma)
    _waiting, chosen = _chosen(rma, lines)
    return rma, chosen


def _decide(rma: RMA, items: Sequence[RMAItem], verb: str) -> None:
    """With the last that waited for an agent the promise to answer is kept."""
    for item in items:
        getattr(item, verb)()
        item.save()
    if RMA.objects.with_nothing_to_decide().contains(rma):
        rma.answer_by = None


def _chosen(rma: RMA, lines: Sequence[str]) -> tuple[list[RMAItem], list[RMAItem]]:
    """All items that wait, and those of these line ids; without line ids all of them twice."""
    waiting = list(rma.items.filter(state=ItemState.REFERRED).select_related("line", "reason"))
    if not waiting or rma.state in RMAState.dead():
        raise Refused("nothing_waits", state=rma.state)
    unknown = set(lines) - {item.line.line_id for item in waiting}
    if unknown:
        raise Refused("line_unknown", field="lines", line=min(unknown))
    return waiting, [item for item in waiting if item.line.line_id in lines] if lines else waiting
