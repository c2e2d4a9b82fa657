"""The bench counts what arrived: every count is a new receipt and makes its own refund."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from returns.actions.owing import Arrived, owe
from returns.actions.record import noted, record, remember
from returns.actions.refusals import Refused
from returns.actions.requests import ANSWER_WITHIN
from returns.actions.settling import is_open, owe_refund, settle
from returns.models import (
    RMA,
    Actor,
    Event,
    Grade,
    ItemState,
    Order,
    OrderLine,
    Receipt,
    ReceiptLine,
    RefundLine,
    RMAItem,
    RMAState,
    Valuation,
)
from returns.policy.amounts import worth_of_last

MOST = 1_000_000_000  # units of one kind in one count: far above any line, and within a column


@dataclass(frozen=True, slots=True)
class Count:
    """What was found of one order line, in units."""

    line: str
    fine: int = 0
    damaged: int = 0
    missing: int = 0
    wrong: int = 0
    extra: int = 0
    grade: str = ""
    disposition: str = ""
    note: str = ""

    @property
    def units(self) -> tuple[int, ...]:
        return (self.fine, self.damaged, self.missing, self.wrong, self.extra)


@transaction.atomic
def receive(rma: RMA, counts: Sequence[Count], *, by: Actor, at: datetime, note: str = "") -> Receipt:
    """Record a parcel as counted; what arrived of accepted items is refunded in proportion, less its fees.

    What arrived of an item that waits for an agent is owed once it is accepted (`owe_arrived`), and what has lost in
    value by handling once an agent has valued it (`valuing.py`, law.md M-8).
    Units above what the return still expects are recorded as `extra`, and a line that was not
    announced is extra altogether: extra is never refunded by itself. Raises Refused:
    `rma_not_receivable`, `nothing_counted`, `line_twice`, `line_unknown`, `quantity_invalid`.
    """
    Order.objects.locked().get(pk=rma.order_id)
    rma = RMA.objects.locked().select_related("order").get(pk=rma.pk)
    if rma.state not in RMAState.receivable():
        raise Refused("rma_not_receivable", state=rma.state)
    _refuse_nonsense(counts)
    items = {item.line_id: item for item in rma.items.exclude(state=ItemState.REFUSED).select_related("line", "reason")}
    first = rma.state in RMAState.sendable()  # a receipt would have moved it on
    before = {} if first else ReceiptLine.objects.filter(receipt__rma=rma).counted()
    receipt = _receipt(rma, 1 if first else rma.receipts.count() + 1, note, by=by, at=at)
    lines = _count_lines(receipt, counts, _lines(rma.order, counts, items.values()), items, before)
    ReceiptLine.objects.bulk_create(lines)
    set_aside = _set_aside(rma, lines, before, at=at)
    events = [_move(rma, receipt, lines, by=by, at=at)]
    valued = Valuation.objects.of(rma).by_item() if set_aside or not first else {}
    arrived = _arrived(lines, items.values(), before, valued)
    already = {} if first else RefundLine.objects.filter(refund__rma=rma).owed()
    owed = owe(rma, arrived, already, receipt=receipt, by=by, at=at)
    moved = owe_refund(rma, by=by, at=at) if any(map(is_open, owed)) else settle(rma, by=by, at=at)
    record(*events, *owed, *moved)
    rma.save()
    remember(receipt, lines=lines)
    return receipt


def _refuse_nonsense(counts: Sequence[Count]) -> None:
    seen: set[str] = set()
    for count in counts:
        if count.line in seen:
            raise Refused("line_twice", field=count.line, line=count.line)
        seen.add(count.line)
        if any(type(units) is not int or not 0 <= units <= MOST for units in count.units):
            raise Refused("quantity_invalid", field=count.line, line=count.line)
    if not any(sum(count.units) for count in counts):
        raise Refused("nothing_counted")


def _lines(order: Order, counts: Sequence[Count], items: Iterable[RMAItem]) -> dict[str, OrderLine]:
    """The lines that were counted; only those that were not announced need to be looked up."""
    lines = {item.line.line_id: item.line for item in items}
    if others := [count.line for count in counts if count.line not in lines]:
        lines |= {line.line_id: line for line in order.lines.filter(line_id__in=others)}
    for count in counts:
        if count.line not in lines:
            raise Refused("line_unknown", field=count.line, line=count.line)
    return lines


def _receipt(rma: RMA, number: int, note: str, *, by: Actor, at: datetime) -> Receipt:
    return Receipt.objects.create(
        rma=rma,
        number=number,
        received_at=at,
        actor_kind=by.kind,
        actor_id=by.id,
        actor_label=by.label,
        note=note,
    )


def _count_lines(
    receipt: Receipt,
    counts: Sequence[Count],
    lines: dict[str, OrderLine],
    items: dict[int, RMAItem],
    before: dict[int, tuple[int, int]],
) -> list[ReceiptLine]:
    return [
        _count_line(receipt, count, lines[count.line], items.get(lines[count.line].pk), before)
        for count in counts
        if sum(count.units)
    ]


def _count_line(
    receipt: Receipt,
    count: Count,
    line: OrderLine,
    item: RMAItem | None,
    before: dict[int, tuple[int, int]],
) -> ReceiptLine:
    """Fine units first, then damaged ones, fill what is still expected; the rest is extra."""
    arrived, _accounted = before.get(item.pk, (0, 0)) if item else (0, 0)
    expected = item.quantity - arrived if item else 0
    fine = min(count.fine, expected)
    damaged = min(count.damaged, expected - fine)
    missing = min(count.missing, expected - fine - damaged)
    wrong = min(count.wrong, expected - fine - damaged - missing)
    return ReceiptLine(
        receipt=receipt,
        line=line,
        item=item,
        fine=fine,
        damaged=damaged,
        missing=missing,
        wrong=wrong,
        extra=sum(count.units) - count.missing - fine - damaged - wrong,
        grade=count.grade,
        disposition=count.disposition,
        note=count.note,
    )


def _move(rma: RMA, receipt: Receipt, lines: Sequence[ReceiptLine], *, by: Actor, at: datetime) -> Event:
    rma.receive()
    rma.updated_at = at
    counted = [
        {
            "line": line.line.line_id,
            "fine": line.fine,
            "damaged": line.damaged,
            "missing": line.missing,
            "wrong": line.wrong,
            "extra": line.extra,
        }
        for line in lines
    ]
    told: dict[str, Any] = {"receipt": receipt.number, "lines": counted}
    return noted("receipt.recorded", by=by, at=at, order=rma.order, rma=rma, **told)


def _set_aside(
    rma: RMA, lines: Sequence[ReceiptLine], before: Mapping[int, tuple[int, int]], *, at: datetime
) -> list[Valuation]:
    """Let an agent value what handling has harmed, where the law lets a loss be kept (law.md M-8)."""
    harmed = [line for line in lines if line.item and line.grade in Grade.harmed() and line.item.may_lose_value]
    worth = [(line, _worth(line, line.item, before)) for line in harmed if line.item and line.damaged]
    if not any(amount > 1 for _line, amount in worth):  # of a single coin no part can be kept
        return []
    last = _value_by(rma, at)
    rma.answer_by = min(rma.answer_by or last, at + ANSWER_WITHIN)
    return Valuation.objects.bulk_create(
        Valuation(counted=line, worth=amount, value_by=last) for line, amount in worth if amount > 1
    )


def _worth(line: ReceiptLine, item: RMAItem, before: Mapping[int, tuple[int, int]]) -> int:
    arrived = before.get(item.pk, (0, 0))[0] + line.fine + line.damaged
    return worth_of_last(item.share, item.fee, item.quantity, arrived, line.damaged)


def _value_by(rma: RMA, at: datetime) -> datetime:
    """The shop's own days, within the law's (law.md M-3), but always time enough for an agent's answer."""
    last_day = timezone.make_aware(datetime.combine(rma.refund_by, time.min))
    return max(at + ANSWER_WITHIN, min(at + timedelta(days=settings.VALUE_WITHIN_DAYS), last_day))


def _arrived(
    lines: Sequence[ReceiptLine],
    items: Iterable[RMAItem],
    before: dict[int, tuple[int, int]],
    valued: Mapping[int, tuple[int, int]],
) -> list[Arrived]:
    """Per accepted item: what has arrived with this receipt and those before it."""
    now = {line.line_id: line.fine + line.damaged for line in lines if line.item is not None}
    return [
        Arrived.of(item, before.get(item.pk, (0, 0))[0] + now.get(item.line_id, 0), valued)
        for item in items
        if item.state == ItemState.ACCEPTED
    ]
