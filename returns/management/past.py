"""The past out of two files: orders as `import_orders` takes them, and what came back of them when.

It stands here because here alone both sides are known: `importing` parses, `analytics` counts, and neither knows the
other. A row of the returns file is one line of a return: reference, requested_at, order_number, line_id, quantity.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import IO

from django.conf import settings

from returns.analytics.earlier import Earlier
from returns.analytics.trying import History, PastReturn
from returns.importing import cells
from returns.importing.data import OrderData
from returns.importing.faults import RowFault, Unfit, of_fault
from returns.importing.rows import Row, rows
from returns.policy.facts import Ask, Delivery, LineFacts, OrderFacts

COLUMNS = ("reference", "requested_at", "order_number", "line_id", "quantity")


class Faulty(ValueError):
    """The returns file cannot be read; nothing is counted from half of it."""

    def __init__(self, row: int, why: str) -> None:
        super().__init__(f"row {row}: {why}")


class FiledPast:
    """The orders that have returns, one in memory at a time; then `missing` holds the returns of unknown orders.

    `again` reads the orders once more, for a policy that asks how often a shopper has sent something back.
    """

    def __init__(
        self,
        orders: Iterable[OrderData],
        returns: Mapping[str, Sequence[PastReturn]],
        again: Callable[[], Iterable[OrderData]],
    ) -> None:
        self._orders = orders
        self.missing = dict(returns)
        self._earlier = Earlier(
            lambda: ((data.email, one.at) for data in again() for one in returns.get(data.number, ()))
        )

    def __iter__(self) -> Iterator[History]:
        for data in self._orders:
            if returns := self.missing.pop(data.number, None):
                yield History(data.number, data.currency, facts(data), paid(data), returns, data.email, self._earlier)


def facts(data: OrderData) -> OrderFacts:
    """What a verdict may know of an order as the shop tells it: the same as `Order.facts` once it is loaded."""
    return OrderFacts(
        placed_at=data.placed_at,
        country=data.country,
        zone="",  # the policy knows the zones of a country (law.md C-8)
        shop_zone=settings.TIME_ZONE,
        shop_country=settings.SHOP_COUNTRY,
        business=data.business,
        notice_given_at=data.notice_given_at,
        notice_known=data.notice_known,
        notice_presumed=settings.NOTICE_ASSUMED,
        lines=_lines(data),
        currency=data.currency,
    )


def _lines(data: OrderData) -> tuple[LineFacts, ...]:
    deliveries: dict[str, list[Delivery]] = defaultdict(list)
    for parcel in data.parcels:
        for line, units in parcel.lines:
            deliveries[line].append(Delivery(units, parcel.shipped_at, parcel.possession_at))
    paid_for = paid(data)
    return tuple(
        LineFacts(
            id=line.id,
            kind=line.kind,
            quantity=line.quantity,
            deliveries=tuple(deliveries[line.id]),
            exception=line.exception,
            final_sale=line.final_sale,
            paid=paid_for[line.id],
        )
        for line in data.lines
    )


def paid(data: OrderData) -> dict[str, int]:
    """What was paid for each line, in minor units; the own format knows no tax on top and no discount of an order."""
    return {line.id: line.unit_price * line.quantity - line.discount for line in data.lines}


def read_returns(stream: IO[bytes]) -> dict[str, list[PastReturn]]:
    """The returns by their order's number, in order of time. Raises Faulty."""
    read: dict[str, tuple[str, PastReturn]] = {}
    found = list(rows(stream))
    header = _header(found)
    for row in found[1:]:
        _take(row, header, read)
    by_order: dict[str, list[PastReturn]] = defaultdict(list)
    for order, one in sorted(read.values(), key=lambda pair: pair[1].at):
        by_order[order].append(one)
    return by_order


def _header(found: Sequence[Row]) -> list[str]:
    header = [cell.strip().lower() for cell in found[0].cells] if found else []
    if missing := ", ".join(column for column in COLUMNS if column not in header):
        raise Faulty(1, of_fault(RowFault(1, "columns_missing", values={"columns": missing})))
    return header


def _take(row: Row, header: Sequence[str], read: dict[str, tuple[str, PastReturn]]) -> None:
    """Adds the row to its return in `read`: reference -> (order, what is read of it so far)."""
    try:
        order, one = _read(row, header)
    except Unfit as unfit:
        raise Faulty(row.number, of_fault(RowFault(row.number, unfit.code, values=unfit.values))) from unfit
    first_order, first = read.get(one.reference, (order, PastReturn(one.reference, one.at, ())))
    if (first_order, first.at) != (order, one.at):
        raise Faulty(row.number, f"{one.reference} is of another order or time in a row before.")
    read[one.reference] = order, PastReturn(one.reference, one.at, first.asks + one.asks)


def _read(row: Row, header: Sequence[str]) -> tuple[str, PastReturn]:
    if row.trouble:
        raise Unfit(row.trouble)
    if len(row.cells) != len(header):
        raise Unfit("cells_miscounted", found=len(row.cells), expected=len(header))
    named = {column: cells.cleaned(column, text) for column, text in zip(header, row.cells, strict=True)}
    ask = Ask(cells.given(named, "line_id", 64), cells.quantity(named, "quantity"))
    one = PastReturn(cells.given(named, "reference", 100), cells.moment(named, "requested_at"), (ask,))
    return cells.given(named, "order_number", 64), one
