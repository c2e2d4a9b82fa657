"""Amounts from the import to the refund, as other systems learnt them the hard way."""

from dataclasses import replace
from typing import Any

import pytest

from returns import representations
from returns.actions import goodwill
from returns.actions.receiving import Count
from returns.actions.refusals import Refused
from returns.actions.requests import Wish
from returns.importing.data import PaymentData
from returns.models import Event, Goodwill, Letter, Order, Refund, RefundLine
from tests.people import BOB, NOW, SHIRT, arrived, asked, bought, jana_order, promised

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _thirty_days() -> None:
    promised()


def goods_of(order: Order, units: int = 1) -> int:
    arrived(asked(order, Wish("1", units, "too_small")))
    return sum(RefundLine.objects.filter(refund__order=order, kind="goods").values_list("amount", flat=True))


def grant(order: Order, amount: int) -> Goodwill:
    return goodwill.grant(order, amount=amount, reason="other", note="Sorry.", by=BOB, at=NOW)


def test_what_shipping_cost_or_was_let_off_does_not_change_what_an_item_brings() -> None:
    dear = bought(jana_order("A-1", shipping_paid=495, shipping_standard=495))
    free = bought(jana_order("A-2", shipping_paid=0, shipping_standard=495))
    assert goods_of(dear) == goods_of(free) == 9_672


@pytest.mark.parametrize(
    ("tax", "paid", "one"),
    [
        ({"tax_rate": "0.21", "tax_included": True}, 30_000, 10_000),
        ({"tax_rate": "0.21", "tax_included": False}, 36_300, 12_100),
        ({"tax_rate": "0", "tax_included": False}, 30_000, 10_000),
    ],
)
def test_added_tax_and_included_tax_come_back_in_proportion(tax: dict[str, Any], paid: int, one: int) -> None:
    payment = PaymentData("pi_1", 40_000, "EUR")
    order = bought(jana_order(lines=(replace(SHIRT, **tax),), discounts=(), payments=(payment,)))
    assert order.lines.get().paid == paid
    assert goods_of(order) == one
    assert goods_of(order, units=2) == paid


def test_a_tax_rate_of_nothing_is_a_tax_rate() -> None:
    line = bought(jana_order(lines=(replace(SHIRT, tax_rate="0"),))).lines.get()
    assert representations.order_line(line, currency="EUR")["tax"] == {"rate": "0", "included": True}


def test_a_free_order_is_received_and_nothing_is_refunded() -> None:
    free = replace(SHIRT, unit_price=0)
    order = bought(jana_order(lines=(free,), discounts=(), shipping_paid=0, payments=()))
    assert goods_of(order, units=3) == 0
    with pytest.raises(Refused, match="above_paid"):
        grant(order, 1)
    assert not Refund.objects.exists()


def test_what_was_never_captured_is_not_refunded() -> None:
    order = bought(jana_order(payments=(PaymentData("pi_1", 0, "EUR"),)))
    with pytest.raises(Refused, match="above_paid"):
        grant(order, 1)
    arrived(asked(order), Count("1", fine=1))
    refund = Refund.objects.get()
    assert (refund.payment, refund.state) == (None, "failed")


def test_what_is_refused_for_want_of_room_reserves_nothing_and_tells_nobody() -> None:
    order = bought()
    letters, events = Letter.objects.count(), Event.objects.count()
    for amount in (29_991, 0, -1):
        with pytest.raises(Refused):
            grant(order, amount)
    assert (Letter.objects.count(), Event.objects.count()) == (letters, events)
    assert not Refund.objects.exists()
    assert not Goodwill.objects.exists()


def test_the_sum_of_two_refunds_is_at_most_what_was_captured() -> None:
    order = bought()
    grant(order, 20_000)
    with pytest.raises(Refused, match="above_paid"):
        grant(order, 9_991)
    grant(order, 9_990)
    assert Refund.objects.active().total() == 29_990
