"""Looking an order up, and what the database itself refuses of it."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from returns.models import Order, OrderLine, ParcelLine, Payment
from tests.people import JANA_EMAIL, KAREL_EMAIL, bought

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("proof", [JANA_EMAIL, " JANA@Example.COM ", "110 00", "11000", " 1 1 0 0 0 "])
def test_the_number_and_the_address_or_the_postcode_open_an_order(proof):
    order = bought()
    assert Order.objects.look_up(" A-1001 ", proof) == order


@pytest.mark.parametrize("proof", ["", " ", "-", KAREL_EMAIL, "jana", "1100", "110 01", "ＪＡＮＡ@example.com", "\x00"])
def test_nothing_else_opens_it(proof):
    bought()
    assert Order.objects.look_up("A-1001", proof) is None


@pytest.mark.parametrize("proof", ["", "-", " "])
def test_an_order_without_a_postcode_is_not_opened_by_an_empty_one(proof):
    bought()
    Order.objects.update(postcode="", email="")
    assert Order.objects.look_up("A-1001", proof) is None


def test_an_unknown_order_and_a_wrong_proof_take_the_same_statements():
    bought()
    asked = []
    for number, proof in [("A-1001", KAREL_EMAIL), ("A-9999", KAREL_EMAIL), ("A-1001", JANA_EMAIL)]:
        with CaptureQueriesContext(connection) as statements:
            Order.objects.look_up(number, proof)
        asked.append(len(statements))
    assert asked == [1, 1, 1]


def test_of_a_name_only_its_initial_is_shown():
    assert [Order(customer_name=name).initial for name in ["Jana Nováková", " Žofie", ""]] == ["J.", "Ž.", ""]


BROKEN = {
    "order_shipping_not_negative": lambda: Order.objects.update(shipping_paid=-1),
    "line_quantity_positive": lambda: OrderLine.objects.update(quantity=0),
    "line_money_not_negative": lambda: OrderLine.objects.update(paid=-1),
    "parcel_line_positive": lambda: ParcelLine.objects.update(quantity=0),
    "payment_not_negative": lambda: Payment.objects.update(captured=-1),
    "line_id": lambda: OrderLine.objects.update(line_id="1"),
    "parcel_id": lambda: _twice(ParcelLine.objects.first()),
    "reference": lambda: _twice(Payment.objects.get()),
    "number": lambda: _twice(Order.objects.get()),
}


def _twice(row) -> None:
    row.pk = None
    row.save(force_insert=True)


@pytest.mark.parametrize("rule", BROKEN)
def test_the_database_refuses_what_cannot_be(rule):
    """SQLite names a check by its name, and a uniqueness by its columns."""
    bought()
    with pytest.raises(IntegrityError, match=rule if connection.vendor == "sqlite" else None), transaction.atomic():
        BROKEN[rule]()


def test_a_time_keeps_its_zone():
    assert bought().placed_at == datetime(2026, 11, 4, 12, tzinfo=UTC)
