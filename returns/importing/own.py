"""Orders from CSV in the portal's own form (api.md, "Orders as CSV"): one row per order line.

`discount` is the line's own, over all its pieces. An empty `delivered_at` means not delivered, an empty
`notice_given_at` that nobody said. The columns that tell of the order are the same in all its rows.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import IO, Any

from returns.importing import cells
from returns.importing.data import LineData, OrderData, ParcelData, PaymentData
from returns.importing.faults import RowFault, Unfit
from returns.importing.rows import Row, rows

REQUIRED = (
    *("order_number", "placed_at", "delivered_at", "email", "customer_name", "country", "currency", "shipping"),
    *("line_id", "sku", "product_name", "quantity", "unit_price"),
)
OPTIONAL = (
    *("postcode", "city", "locale", "kind", "discount"),
    *("notice_given_at", "payment_gateway", "payment_reference", "captured"),
)
OF_A_LINE = {"line_id", "sku", "product_name", "quantity", "unit_price", "kind", "discount"}


@dataclass(frozen=True, slots=True)
class ReadOrder:
    """An order and the row where it starts."""

    row: int
    data: OrderData


class OrdersFile:
    """The orders of a seekable stream: iterate for each good order or fault, in the file's order.

    The stream is read twice. The first time finds orders whose rows do not follow one another, and
    those beside a row that cannot be read and may be theirs: an order that may lack a line is no
    good order. Memory holds the numbers of the orders and the rows of one of them.

    Of orders that are not `wanted` the faults are told all the same; the good ones are left out, since making them
    of their rows takes longer than looking at these.
    """

    def __init__(self, stream: IO[bytes], wanted: Container[str] | None = None) -> None:
        self._stream = stream
        self._wanted = wanted
        found = self._rows()
        self._header, self._header_fault = _header(next(found, None))
        self._survey = _Survey()
        if self._header_fault is None:
            self._survey.take(found, self._header)

    def __len__(self) -> int:
        """How many orders the file seems to hold."""
        return len(self._survey.seen)

    def __iter__(self) -> Iterator[ReadOrder | RowFault]:
        if self._header_fault:
            yield self._header_fault
            return
        found = self._rows()
        next(found)
        told: set[str] = set()
        for number, run in groupby(found, lambda row: _number(row, self._header)):
            if not number:
                yield from (_unreadable(row, self._header) for row in run)
            elif fault := self._survey.kept_out.get(number):
                if number not in told:
                    yield fault
                told.add(number)
            else:
                wanted = self._wanted is None or number in self._wanted
                yield from _Reading(number, self._header).read(run, wanted=wanted)

    def _rows(self) -> Iterator[Row]:
        self._stream.seek(0)
        return rows(self._stream)


def _header(row: Row | None) -> tuple[list[str], RowFault | None]:
    """The names of the columns in their order, and what is wrong with them."""
    names = [cell.strip().lower() for cell in row.cells] if row and not row.trouble else []
    number = row.number if row else 1
    if len(names) == 1 and (";" in names[0] or "\t" in names[0]):
        return names, RowFault(number, "not_commas")
    for code, wrong in (
        ("columns_missing", [name for name in REQUIRED if name not in names]),
        ("columns_unknown", [name for name in names if name not in REQUIRED + OPTIONAL]),
        ("columns_twice", sorted({name for name in names if names.count(name) > 1})),
    ):
        if wrong:
            return names, RowFault(number, code, values={"columns": ", ".join(wrong)[:200]})
    return names, None


def _number(row: Row, header: Sequence[str]) -> str:
    """The order that a row belongs to, "" where that cannot be told: then it may be either neighbour's."""
    place = header.index("order_number")
    whole = not row.trouble and (len(row.cells) == len(header) or not row.several_lines)
    if place >= len(row.cells) or not (whole or (place == 0 and not row.several_lines)):
        return ""
    return row.cells[place].strip()


def _unreadable(row: Row, header: Sequence[str]) -> RowFault:
    try:
        _named(row, header)
    except Unfit as unfit:
        return RowFault(row.number, unfit.code, values=unfit.values)
    return RowFault(row.number, "missing", values={"column": "order_number"})


def _named(row: Row, header: Sequence[str]) -> dict[str, str]:
    _refuse_broken(row, header)
    return _cleaned(header, row.cells)


def _refuse_broken(row: Row, header: Sequence[str]) -> None:
    if row.trouble:
        raise Unfit(row.trouble)
    if len(row.cells) != len(header):
        raise Unfit("cells_miscounted", found=len(row.cells), expected=len(header))


def _cleaned(columns: Sequence[str], texts: Sequence[str]) -> dict[str, str]:
    """Each cell as `cells.cleaned` has it; what is printable, as nearly all is, takes one look instead of many."""
    if "".join(texts).isprintable():
        return dict(zip(columns, map(str.strip, texts), strict=True))
    return {column: cells.cleaned(column, text) for column, text in zip(columns, texts, strict=True)}


@dataclass(slots=True)
class _Survey:
    """What only the whole file can tell of an order: whether all its rows stand together."""

    seen: set[str] = field(default_factory=set)
    kept_out: dict[str, RowFault] = field(default_factory=dict)

    def take(self, found: Iterable[Row], header: Sequence[str]) -> None:
        last, last_row, unreadable = "", 0, 0
        for row in found:
            number = _number(row, header)
            if not number:
                unreadable = row.number
                self._keep_out(last, last_row, unreadable)
                continue
            if number != last:
                if number in self.seen:
                    self.kept_out[number] = RowFault(row.number, "order_scattered", number)
                self.seen.add(number)
                if unreadable:
                    self._keep_out(number, row.number, unreadable)
            last, last_row, unreadable = number, row.number, 0

    def _keep_out(self, number: str, row: int, unreadable: int) -> None:
        if number:
            fault = RowFault(row, "beside_unreadable", number, {"unreadable": unreadable})
            self.kept_out.setdefault(number, fault)


class _Reading:
    """The rows of one order on their way to being it."""

    def __init__(self, number: str, header: Sequence[str]) -> None:
        self._order_number = number
        self._header = header
        self._of_order = itemgetter(*(place for place, column in enumerate(header) if column not in OF_A_LINE))
        self._of_line = itemgetter(*(place for place, column in enumerate(header) if column in OF_A_LINE))
        self._line_columns = self._of_line(header)
        self._seen: Sequence[str] = ()  # the order's cells as they stand in the row before
        self._order: dict[str, Any] = {}
        self._told: Mapping[str, str] = {}  # the same as the file writes it
        self._lines: dict[str, dict[str, Any]] = {}

    def read(self, run: Iterable[Row], *, wanted: bool) -> Iterator[ReadOrder | RowFault]:
        first, faulty = 0, False
        for row in run:
            first = first or row.number
            try:
                self._take(row)
            except Unfit as unfit:
                faulty = True
                yield RowFault(row.number, unfit.code, self._order_number, unfit.values)
        if wanted and not faulty:
            lines = tuple(LineData(**line) for line in self._lines.values())
            yield ReadOrder(first, _order_data(self._order, lines))

    def _take(self, row: Row) -> None:
        """Of a row that tells the same of its order as the one before, only the line is new."""
        _refuse_broken(row, self._header)
        raw = self._of_order(row.cells)
        if raw != self._seen:
            named = _cleaned(self._header, row.cells)
            self._seen = raw
            self._compare(_order(named), named)
        if self._order:
            line = _line(_cleaned(self._line_columns, self._of_line(row.cells)), self._order["currency"])
            if line["id"] in self._lines:
                raise Unfit("line_twice", value=line["id"])
            self._lines[line["id"]] = line

    def _compare(self, order: dict[str, Any], named: Mapping[str, str]) -> None:
        """The first row tells of the order; the others must tell the same, however they write it."""
        if not self._order:
            self._order, self._told = order, named
        for column, value in order.items():
            if value != self._order[column]:
                here, first = (told[column][: cells.SHOWN] for told in (named, self._told))
                raise Unfit("order_differs", column=column, value=here, first=first)


def _order(named: Mapping[str, str]) -> dict[str, Any]:
    """The columns that tell of the order, each as its value."""
    currency = cells.currency(named, "currency")
    order = {
        "order_number": cells.given(named, "order_number", 64),
        "placed_at": cells.moment(named, "placed_at"),
        "delivered_at": cells.moment_or_none(named, "delivered_at"),
        "email": cells.email(named, "email"),
        "customer_name": cells.optional(named, "customer_name", 200),
        "country": cells.country(named, "country"),
        "currency": currency,
        "shipping": cells.amount(named, "shipping", currency),
        "postcode": cells.optional(named, "postcode", 20),
        "city": cells.optional(named, "city", 100),
        "locale": cells.locale(named, "locale"),
        "notice_given_at": cells.moment_or_none(named, "notice_given_at"),
        "payment_gateway": cells.optional(named, "payment_gateway", 20).lower(),
        "payment_reference": cells.optional(named, "payment_reference", 100),
        "captured": cells.amount_or_none(named, "captured", currency),
    }
    if bool(order["payment_reference"]) != (order["captured"] is not None):
        raise Unfit("payment_incomplete")
    return order


def _line(named: Mapping[str, str], currency: str) -> dict[str, Any]:
    """The fields of its `LineData`, each as its value."""
    line: dict[str, Any] = {
        "id": cells.given(named, "line_id", 64),
        "name": cells.given(named, "product_name", 300),
        "quantity": cells.quantity(named, "quantity"),
        "unit_price": cells.amount(named, "unit_price", currency),
        "sku": cells.optional(named, "sku", 100),
        "discount": cells.amount_or_none(named, "discount", currency) or 0,
        "kind": cells.optional(named, "kind", 50),
    }
    costs = line["unit_price"] * line["quantity"]
    if costs > cells.MOST:
        raise Unfit("too_large", column="unit_price × quantity", value=f"{costs}"[: cells.SHOWN])
    if line["discount"] > costs:
        raise Unfit("discount_above_price", column="discount", value=named["discount"])
    return line


def _order_data(order: Mapping[str, Any], lines: tuple[LineData, ...]) -> OrderData:
    delivered, notice, reference = order["delivered_at"], order["notice_given_at"], order["payment_reference"]
    whole = ParcelData(lines=tuple((line.id, line.quantity) for line in lines), possession_at=delivered)
    gateway = order["payment_gateway"] or "stripe"
    payment = PaymentData(reference, order["captured"], order["currency"], gateway) if reference else None
    return OrderData(
        number=order["order_number"],
        placed_at=order["placed_at"],
        currency=order["currency"],
        email=order["email"],
        lines=lines,
        customer_name=order["customer_name"],
        locale=order["locale"],
        city=order["city"],
        postcode=order["postcode"],
        country=order["country"],
        shipping_paid=order["shipping"],
        parcels=(whole,) if delivered else (),
        payments=(payment,) if payment else (),
        notice_given_at=notice,
        notice_known=notice is not None,
    )
