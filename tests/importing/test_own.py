"""The portal's own CSV: good orders come out whole, everything else with its row and reason."""

from collections.abc import Iterable
from datetime import UTC, datetime
from io import BytesIO

import pytest

from returns.importing.data import LineData, OrderData, ParcelData, PaymentData
from returns.importing.faults import SENTENCES, RowFault, of_fault
from returns.importing.own import OPTIONAL, REQUIRED, OrdersFile, ReadOrder
from returns.models import Order, OrderLine, Payment

HEADER = ",".join(REQUIRED)
PLACED = datetime(2026, 10, 28, 8, 12, tzinfo=UTC)
DELIVERED = datetime(2026, 10, 31, 13, 0, tzinfo=UTC)
GOOD = {
    "order_number": "A-1",
    "placed_at": "2026-10-28T09:12:00+01:00",
    "delivered_at": "2026-10-31T14:00:00+01:00",
    "email": "jana@example.com",
    "customer_name": "Jana Nováková",
    "country": "CZ",
    "currency": "EUR",
    "shipping": "4.95",
    "line_id": "1",
    "sku": "TS",
    "product_name": "T-shirt",
    "quantity": "3",
    "unit_price": "100.00",
}


def row(**changes: str) -> str:
    return ",".join({**GOOD, **changes}.values())


def csv(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def read(content: bytes) -> list[ReadOrder | RowFault]:
    return list(OrdersFile(BytesIO(content)))


def orders(found: Iterable[ReadOrder | RowFault]) -> list[str]:
    return [one.data.number for one in found if isinstance(one, ReadOrder)]


def faults(found: Iterable[ReadOrder | RowFault]) -> list[tuple[int, str, str]]:
    return [(one.row, one.code, one.order) for one in found if isinstance(one, RowFault)]


def test_an_order_is_read_with_all_it_tells() -> None:
    content = csv(
        row() + ",110 00,Praha,cs,apparel,10.00,2026-10-28T08:12:00Z,,pi_1,299.95",
        row(line_id="2", sku="", product_name='"Mug, ""big"""', quantity="1", unit_price="4.95")
        + ",110 00,Praha,cs,homeware,,2026-10-28T08:12:00Z,,pi_1,299.95",
        header=",".join(REQUIRED + OPTIONAL),
    )
    assert read(content) == [
        ReadOrder(
            2,
            OrderData(
                number="A-1",
                placed_at=PLACED,
                currency="EUR",
                email="jana@example.com",
                lines=(
                    LineData("1", "T-shirt", 3, 10_000, sku="TS", discount=1_000, kind="apparel"),
                    LineData("2", 'Mug, "big"', 1, 495, kind="homeware"),
                ),
                customer_name="Jana Nováková",
                locale="cs",
                city="Praha",
                postcode="110 00",
                country="CZ",
                shipping_paid=495,
                parcels=(ParcelData((("1", 3), ("2", 1)), possession_at=DELIVERED),),
                payments=(PaymentData("pi_1", 29_995, "EUR", "stripe"),),
                notice_given_at=PLACED,
                notice_known=True,
            ),
        )
    ]


def test_an_order_without_the_optional_columns_leaves_them_open() -> None:
    (found,) = read(csv(row(delivered_at="")))
    assert isinstance(found, ReadOrder)
    assert (found.data.parcels, found.data.payments, found.data.notice_known) == ((), (), False)


def test_a_gateway_is_known_however_it_is_written() -> None:
    (found,) = read(csv(row() + ",,,,,,,Stripe,pi_1,299.95", header=",".join(REQUIRED + OPTIONAL)))
    assert isinstance(found, ReadOrder)
    assert [payment.gateway for payment in found.data.payments] == ["stripe"]


def test_the_same_sku_may_stand_twice_in_an_order() -> None:
    (found,) = read(csv(row(), row(line_id="2")))
    assert isinstance(found, ReadOrder)
    assert [line.id for line in found.data.lines] == ["1", "2"]


@pytest.mark.parametrize(
    ("currency", "price", "minor"),
    [("JPY", "1000", 1000), ("KWD", "1.234", 1234), ("EUR", "0.29", 29), ("eur", "7", 700)],
)
def test_prices_are_in_the_currencys_own_form(currency: str, price: str, minor: int) -> None:
    (found,) = read(csv(row(currency=currency, unit_price=price, shipping="0")))
    assert isinstance(found, ReadOrder)
    assert (found.data.currency, found.data.lines[0].unit_price) == (currency.upper(), minor)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"placed_at": ""}, "missing"),
        ({"placed_at": "yesterday"}, "datetime_invalid"),
        ({"placed_at": "2026-02-30T10:00:00Z"}, "datetime_invalid"),
        ({"placed_at": "0001-01-01T00:00:00+14:00"}, "datetime_invalid"),
        ({"placed_at": "2026-10-28T09:12:00"}, "datetime_naive"),
        ({"placed_at": "2026-10-28"}, "datetime_naive"),
        ({"delivered_at": "31.10.2026"}, "datetime_invalid"),
        ({"delivered_at": "2026-10-31T14:00:00"}, "datetime_naive"),
        ({"email": ""}, "missing"),
        ({"email": "jana"}, "email_invalid"),
        ({"email": "jana@example.com bcc@example.com"}, "email_invalid"),
        ({"country": "CZE"}, "country_invalid"),
        ({"country": "UK"}, "country_invalid"),
        ({"country": "EL"}, "country_invalid"),
        ({"country": "XX"}, "country_invalid"),
        ({"currency": ""}, "missing"),
        ({"currency": "EURO"}, "currency_unknown"),
        ({"shipping": ""}, "missing"),
        ({"shipping": "-1.00"}, "amount_negative"),
        ({"line_id": ""}, "missing"),
        ({"product_name": ""}, "missing"),
        ({"product_name": "x" * 301}, "too_long"),
        ({"product_name": "x" * 140_000}, "cell_too_long"),
        ({"product_name": "x" * 9_000_000}, "cell_too_long"),
        ({"product_name": "a\0b"}, "control_character"),
        ({"quantity": ""}, "missing"),
        ({"quantity": "0"}, "quantity_invalid"),
        ({"quantity": "-1"}, "quantity_invalid"),
        ({"quantity": "1.5"}, "quantity_invalid"),
        ({"quantity": "²"}, "quantity_invalid"),
        ({"quantity": "1" + "0" * 16}, "too_large"),
        ({"quantity": "1" + "0" * 14}, "too_large"),
        ({"unit_price": "-0.01"}, "amount_negative"),
        ({"unit_price": "free"}, "amount_invalid"),
        ({"unit_price": "1e3"}, "amount_invalid"),
        ({"unit_price": "1.005"}, "amount_too_fine"),
        ({"unit_price": "1" + "0" * 16}, "too_large"),
        ({"currency": "JPY", "shipping": "0", "unit_price": "9.99"}, "amount_too_fine"),
        ({"order_number": "A" * 65}, "too_long"),
    ],
)
def test_a_bad_cell_keeps_its_order_out_and_no_other(changes: dict[str, str], code: str) -> None:
    bad = row(**{"order_number": "A-2", **changes})
    found = read(csv(row(), bad, row(order_number="A-3")))
    assert orders(found) == ["A-1", "A-3"]
    assert faults(found) == [(3, code, changes.get("order_number", "A-2"))]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (",,,,,400.00,,,,", "discount_above_price"),
        (",,,,,-1,,,,", "amount_negative"),
        (",,,,,,,,pi_1,", "payment_incomplete"),
        (",,,,,,,,,10.00", "payment_incomplete"),
        (",,,Czech language,,,,,,", "too_long"),
        (",,,č,,,,,,", "locale_invalid"),
        (",,,,,,tomorrow,,,", "datetime_invalid"),
    ],
)
def test_a_bad_optional_cell_keeps_its_order_out(more: str, code: str) -> None:
    found = read(csv(row() + more, header=",".join(REQUIRED + OPTIONAL)))
    assert [(one.row, one.code) for one in found if isinstance(one, RowFault)] == [(2, code)]
    assert orders(found) == []


def test_one_bad_row_keeps_out_all_rows_of_its_order() -> None:
    found = read(csv(row(), row(line_id="2", quantity="0"), row(line_id="3"), row(order_number="A-2")))
    assert orders(found) == ["A-2"]
    assert faults(found) == [(3, "quantity_invalid", "A-1")]


def test_every_bad_row_of_an_order_is_reported() -> None:
    found = read(csv(row(quantity="0"), row(line_id="2"), row(line_id="3", unit_price="x")))
    assert faults(found) == [(2, "quantity_invalid", "A-1"), (4, "amount_invalid", "A-1")]


def test_a_line_id_stands_once_in_an_order() -> None:
    found = read(csv(row(), row(product_name="Other")))
    assert (orders(found), faults(found)) == ([], [(3, "line_twice", "A-1")])


def test_the_rows_of_an_order_tell_the_same_of_it() -> None:
    found = read(csv(row(), row(line_id="2", email="karel@example.com"), row(order_number="A-2")))
    assert (orders(found), faults(found)) == (["A-2"], [(3, "order_differs", "A-1")])
    assert isinstance(found[0], RowFault)
    assert of_fault(found[0]) == 'email is "karel@example.com" here but "jana@example.com" in the order\'s first row.'


def test_the_same_written_otherwise_is_the_same() -> None:
    found = read(csv(row(), row(line_id="2", shipping="4.950", placed_at="2026-10-28T08:12:00Z", country="cz")))
    assert orders(found) == ["A-1"]


def test_an_order_that_comes_back_later_is_kept_out_altogether() -> None:
    found = read(csv(row(), row(order_number="A-2"), row(line_id="2"), row(order_number="A-3")))
    assert (orders(found), faults(found)) == (["A-2", "A-3"], [(4, "order_scattered", "A-1")])


def test_a_row_without_a_number_may_be_its_neighbours() -> None:
    rows = [row(order_number=number) for number in ("A-1", "A-2", "", "A-3", "A-4")]
    found = read(csv(*rows))
    assert orders(found) == ["A-1", "A-4"]
    assert sorted(faults(found)) == [
        (3, "beside_unreadable", "A-2"),
        (4, "missing", ""),
        (5, "beside_unreadable", "A-3"),
    ]


def test_an_unclosed_quotation_mark_keeps_out_the_orders_on_both_sides() -> None:
    """The quoted cell swallows the rows up to the next quotation mark, nobody knows whose."""
    rows = [
        row(),
        row(order_number="A-2"),
        row(order_number="A-2", line_id="2", product_name='"T-shirt'),
        row(order_number="A-3"),
        row(order_number="A-4", product_name='"T-shirt"'),
        row(order_number="A-4", line_id="2"),
        row(order_number="A-5"),
    ]
    found = read(csv(*rows))
    assert orders(found) == ["A-1", "A-5"]
    assert [code for _row, code, _order in faults(found)] == ["beside_unreadable", "unreadable", "beside_unreadable"]


def test_a_quotation_mark_that_is_never_closed_ends_with_the_file() -> None:
    found = read(csv(row(), row(order_number="A-2", product_name='"T-shirt'), row(order_number="A-3")))
    assert orders(found) == []
    assert sorted(faults(found)) == [(2, "beside_unreadable", "A-1"), (3, "unreadable", "")]


def test_a_row_of_endless_lines_is_given_up() -> None:
    endless = row(order_number="A-2", product_name='"' + "x\n" * 3_000 + '"')
    found = read(csv(row(), endless))
    assert orders(found) == []
    assert ("unreadable", "") in {(code, order) for _row, code, order in faults(found)}


def test_a_row_with_too_few_or_too_many_cells_keeps_its_order_out() -> None:
    found = read(csv(row(), "A-2,2026", row(order_number="A-3"), row(order_number="A-4") + ",extra"))
    assert orders(found) == ["A-1", "A-3"]
    assert faults(found) == [(3, "cells_miscounted", "A-2"), (5, "cells_miscounted", "A-4")]


def test_a_cell_that_is_not_utf_8_keeps_its_order_out() -> None:
    latin = row(order_number="A-2").encode("iso8859-2")
    content = csv(row()) + latin + b"\n" + row(order_number="A-3").encode()
    found = read(content)
    assert (orders(found), faults(found)) == (["A-1", "A-3"], [(3, "not_utf8", "A-2")])


def test_a_byte_order_mark_and_windows_line_ends_are_no_fault() -> None:
    content = b"\xef\xbb\xbf" + csv(row(), row(line_id="2")).replace(b"\n", b"\r\n")
    assert orders(read(content)) == ["A-1"]


def test_a_row_counts_as_a_spreadsheet_shows_it() -> None:
    """Line breaks in a cell make no new row; a blank line does."""
    found = read(csv(row(product_name='"T-shirt\nred"'), "", row(order_number="A-2", quantity="0")))
    assert faults(found) == [(4, "quantity_invalid", "A-2")]
    assert isinstance(found[0], ReadOrder)
    assert found[0].data.lines[0].name == "T-shirt red"


@pytest.mark.parametrize(
    ("content", "code", "columns"),
    [
        (b"", "columns_missing", ", ".join(REQUIRED)),
        (csv(row(), header=HEADER.replace("quantity,", "")), "columns_missing", "quantity"),
        (csv(row(), header=HEADER + ",dicsount"), "columns_unknown", "dicsount"),
        (csv(row(), header=HEADER + ",sku"), "columns_twice", "sku"),
        (csv(row(), header=HEADER.replace(",", ";")), "not_commas", None),
        (csv(row()).decode().encode("utf-16"), "columns_missing", ", ".join(REQUIRED)),
    ],
)
def test_a_header_that_does_not_fit_is_the_one_fault(content: bytes, code: str, columns: str | None) -> None:
    (fault,) = read(content)
    assert isinstance(fault, RowFault)
    assert (fault.row, fault.code, fault.values.get("columns")) == (1, code, columns)


def test_the_columns_may_stand_in_any_order() -> None:
    shuffled = dict(reversed(GOOD.items()))
    content = csv(",".join(shuffled.values()), header=",".join(shuffled))
    assert read(content) == read(csv(row()))


def test_a_file_with_a_header_alone_has_no_orders() -> None:
    assert read(csv()) == []


def test_the_orders_are_counted_before_they_are_read() -> None:
    assert len(OrdersFile(BytesIO(csv(row(), row(line_id="2"), row(order_number="A-2"))))) == 2


def test_of_orders_that_nobody_wants_the_faults_alone_are_told() -> None:
    content = csv(row(), row(order_number="A-2"), row(order_number="A-3", quantity="0"), row(order_number="A-4"))
    everything, wanted = OrdersFile(BytesIO(content)), OrdersFile(BytesIO(content), {"A-2", "A-3"})
    assert (orders(everything), orders(wanted)) == (["A-1", "A-2", "A-4"], ["A-2"])
    assert faults(wanted) == faults(everything) == [(4, "quantity_invalid", "A-3")]


def test_what_fits_the_file_fits_the_books() -> None:
    """The longest that each column may be, as the tables have it."""
    longest = {
        "order_number": Order._meta.get_field("number"),
        "customer_name": Order._meta.get_field("customer_name"),
        "email": Order._meta.get_field("email"),
        "postcode": Order._meta.get_field("postcode"),
        "city": Order._meta.get_field("city"),
        "locale": Order._meta.get_field("locale"),
        "line_id": OrderLine._meta.get_field("line_id"),
        "sku": OrderLine._meta.get_field("sku"),
        "product_name": OrderLine._meta.get_field("name"),
        "kind": OrderLine._meta.get_field("kind"),
        "payment_gateway": Payment._meta.get_field("gateway"),
        "payment_reference": Payment._meta.get_field("reference"),
    }
    base = {**GOOD, **dict.fromkeys(OPTIONAL, ""), "payment_reference": "pi_1", "captured": "1"}
    for column, field in longest.items():
        assert field.max_length
        shape = {"email": f"a@{'b' * 400}", "locale": "en-" + "-".join(["abcdefgh"] * 60)}.get(column, "x" * 400)
        header = ",".join(base)
        (whole,) = read(csv(",".join({**base, column: shape[: field.max_length]}.values()), header=header))
        (fault,) = read(csv(",".join({**base, column: shape[: field.max_length + 1]}.values()), header=header))
        assert isinstance(whole, ReadOrder), column
        assert isinstance(fault, RowFault), column
        assert fault.code == "too_long"


def test_a_country_that_is_none_is_named_with_what_is_meant() -> None:
    (fault,) = read(csv(row(country="UK")))
    assert isinstance(fault, RowFault)
    assert of_fault(fault) == 'country is "UK", which is not a country of ISO 3166 such as CZ, GB or GR.'


def test_every_fault_has_a_sentence() -> None:
    values = dict.fromkeys(
        ("columns", "column", "value", "first", "found", "expected", "most", "currency", "unreadable"), "x"
    )
    for code in SENTENCES:
        sentence = of_fault(RowFault(1, code, values=values))
        assert sentence.endswith(".")
        assert "%(" not in sentence


def test_reading_twice_gives_the_same() -> None:
    file = OrdersFile(BytesIO(csv(row(), row(order_number="A-2", quantity="0"))))
    assert list(file) == list(file)
