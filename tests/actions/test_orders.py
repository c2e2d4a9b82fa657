"""Orders in: created, updated or left alone, never against what was already returned."""

from dataclasses import replace
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returns.actions import decisions, goodwill, orders, receiving, sending
from returns.actions.breaks import open_break
from returns.actions.orders import Loaded
from returns.actions.receiving import Count
from returns.actions.refusals import Refused
from returns.actions.requests import Wish
from returns.analytics import audit
from returns.gateways.gateway import Rejected
from returns.importing.data import LineData, OrderData, ParcelData, PaymentData
from returns.models import (
    RMA,
    SHOPPER,
    SYSTEM,
    Actor,
    Event,
    GoodwillReason,
    Order,
    OrderLine,
    ParcelLine,
    Payment,
    RefundLine,
    RMAState,
)
from tests.actions.approving import agree
from tests.actions.refunding import confirm, disputed, keep, prepare
from tests.gateways.scripted import Scripted
from tests.people import MUG, NOW, SHIRT, asked, bought, jana_order, promised

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)
BENCH = Actor("user", "1", "Wanda")


def load(*data: OrderData) -> Loaded:
    return orders.load(data, by=SYSTEM, at=LATER)


def paid(data: OrderData) -> list[int]:
    return [line.paid for line in bought(data).lines.all()]


# --- creating and leaving alone ---


def test_the_same_order_again_changes_nothing() -> None:
    bought()
    before = list(Order.objects.values()), list(OrderLine.objects.values()), list(ParcelLine.objects.values())
    assert load(jana_order()) == Loaded(unchanged=1)
    assert (list(Order.objects.values()), list(OrderLine.objects.values()), list(ParcelLine.objects.values())) == before
    assert [event.kind for event in Event.objects.all()] == ["order.created"]


def test_new_changed_and_known_orders_come_in_one_go() -> None:
    bought(jana_order("A-1"))
    bought(jana_order("A-2"))
    assert load(jana_order("A-1"), jana_order("A-2", city="Brno"), jana_order("A-3")) == Loaded(1, 1, 1)
    assert dict(Order.objects.values_list("number", "city")) == {"A-1": "Praha", "A-2": "Brno", "A-3": "Praha"}


@pytest.mark.parametrize(
    "change",
    [
        {"placed_at": NOW},
        {"customer_name": "Jana Svobodová"},
        {"shipping_paid": 0},
        {"discounts": ()},
        {"notice_known": False, "notice_given_at": None},
        {"lines": (SHIRT,)},
        {"lines": (replace(SHIRT, names={}), MUG)},
        {"parcels": ()},
        {"payments": ()},
    ],
)
def test_whatever_differs_makes_an_update(change: dict[str, Any]) -> None:
    bought()
    assert load(jana_order(**change)) == Loaded(updated=1)
    assert load(jana_order(**change)) == Loaded(unchanged=1)


# --- what was paid for a line ---


def test_an_orders_discount_is_spread_over_its_lines_and_adds_up() -> None:
    thirds = tuple(LineData(f"{number}", "Cup", 1, 1_000) for number in range(3))
    assert paid(jana_order(lines=thirds, discounts=((1_000, "TEN"),))) == [666, 667, 667]


def test_a_lines_own_discount_comes_before_the_orders() -> None:
    lines = (LineData("1", "Cup", 2, 1_000, discount=500), LineData("2", "Plate", 1, 500))
    assert paid(jana_order(lines=lines, discounts=((200, "A"), (200, "B")))) == [1_200, 400]


def test_a_line_without_a_price_was_paid_with_nothing() -> None:
    lines = (LineData("1", "Cup", 1, 1_000), LineData("2", "Gift", 3, 0))
    assert paid(jana_order(lines=lines, discounts=((100, "A"),))) == [900, 0]


def test_an_order_of_free_lines_alone_is_no_fault() -> None:
    assert paid(jana_order(lines=(LineData("1", "Gift", 3, 0),), discounts=())) == [0]


def test_a_discount_above_the_goods_leaves_no_line_below_zero() -> None:
    assert paid(jana_order(discounts=((40_000, "VOUCHER"),), payments=())) == [0, 0]


def test_included_tax_is_in_the_price_and_added_tax_comes_on_top() -> None:
    lines = (
        LineData("1", "Cup", 3, 1_000, tax_rate="0.21"),
        LineData("2", "Plate", 3, 1_000, tax_rate="0.21", tax_included=False),
        LineData("3", "Book", 1, 1_000, tax_rate="0", tax_included=False),
    )
    assert paid(jana_order(lines=lines, discounts=())) == [3_000, 3_630, 1_000]


def test_added_tax_is_rounded_once_a_line_and_half_up() -> None:
    lines = (LineData("1", "Cup", 3, 50, tax_rate="0.09", tax_included=False),)  # 150 and 13.5
    assert paid(jana_order(lines=lines, discounts=())) == [164]


def taxed(*lines: tuple[int, int], rate: str = "0.19") -> tuple[LineData, ...]:
    """Lines with tax on top, as (units, price of one)."""
    return tuple(
        LineData(str(at), "Pin", units, price, tax_rate=rate, tax_included=False)
        for at, (units, price) in enumerate(lines, 1)
    )


@pytest.mark.parametrize(
    ("lines", "captured", "expected"),
    [
        (taxed(*[(1, 35)] * 4), 167, [42, 42, 42, 41]),  # once: 166.6; by the line 168
        (taxed((4, 35)), 168, [168]),  # by the piece; by the line 167
        (taxed((4, 34)), 160, [160]),  # by the piece; by the line 162
        (taxed((1, 50), rate="0.09"), 54, [54]),  # 54.5, cut off
        ((LineData("0", "Cup", 1, 500), *taxed((1, 35), (1, 35))), 583, [500, 42, 41]),  # 83.3
        ((LineData("0", "Cup", 1, 500), *taxed((1, 35))), 540, [500, 42]),  # two units are no rounding of one piece
        ((LineData("0", "Cup", 1, 500),), 499, [500]),  # nothing was rounded
        (taxed((1, 0), (1, 35)), 41, [0, 41]),  # nothing is paid for what is free
    ],
)
def test_added_tax_is_rounded_as_what_was_captured_says(lines, captured, expected) -> None:
    payments = (PaymentData("ch_1", captured + 495, "EUR"),)
    assert paid(jana_order(lines=lines, discounts=(), payments=payments)) == expected


@given(
    pieces=st.lists(st.tuples(st.integers(1, 9), st.integers(0, 5_000)), min_size=1, max_size=6),
    rate=st.sampled_from(["0.08", "0.19", "0.21", "0.255"]),
    by=st.sampled_from(["piece", "line", "order"]),
)
def test_whichever_way_a_shop_rounds_its_lines_add_up_to_what_was_captured(pieces, rate, by) -> None:
    def half_up(amount: Decimal) -> int:
        return int(amount.quantize(Decimal(1), ROUND_HALF_UP))

    factor = 1 + Decimal(rate)
    captured = {
        "piece": sum(units * half_up(price * factor) for units, price in pieces),
        "line": sum(half_up(units * price * factor) for units, price in pieces),
        "order": half_up(sum(units * price for units, price in pieces) * factor),
    }[by]
    payments = (PaymentData("ch_1", captured + 495, "EUR"),)
    found = orders.paid_by_line(jana_order(lines=taxed(*pieces, rate=rate), discounts=(), payments=payments))
    assert sum(found) == captured
    for amount, (units, price) in zip(found, pieces, strict=True):
        assert abs(amount - units * price * factor) <= sum(units for units, _price in pieces)


# --- updating ---


def test_a_payment_that_is_told_after_a_return_has_begun_changes_no_rounding() -> None:
    promised()
    told = jana_order(lines=taxed(*[(1, 35)] * 4), discounts=(), payments=())
    order = bought(told)
    asked(order, Wish("4", 1))
    load(replace(told, payments=(PaymentData("ch_1", 167 + 495, "EUR"),)))
    assert [line.paid for line in order.lines.all()] == [42, 42, 42, 42]
    assert order.payments.get().captured == 662


def test_a_price_that_is_told_otherwise_after_a_return_has_begun_is_refused() -> None:
    promised()
    order = bought(jana_order(lines=taxed((1, 100)), discounts=(), payments=()))
    asked(order, Wish("1", 1))
    with pytest.raises(Refused, match="order_contradicts"):
        load(jana_order(lines=taxed((1, 101)), discounts=(), payments=()))


def test_a_line_keeps_its_row_through_an_update() -> None:
    before = {line.line_id: line.pk for line in bought().lines.all()}
    load(jana_order(lines=(MUG, replace(SHIRT, name="Shirt"), LineData("3", "Cup", 1, 100))))
    after = {line.line_id: line for line in OrderLine.objects.all()}
    assert {line_id: after[line_id].pk for line_id in before} == before
    assert [line.name for line in OrderLine.objects.all()] == ["Mug", "Shirt", "Cup"]


def test_a_line_that_is_no_longer_told_goes() -> None:
    order = bought()
    load(jana_order(lines=(MUG,), discounts=()))
    assert [line.line_id for line in order.lines.all()] == ["2"]


def test_a_delivery_that_is_told_later_is_known_afterwards() -> None:
    order = bought(jana_order(delivered=None))
    load(jana_order(delivered=NOW))
    told = ParcelLine.objects.filter(parcel__order=order).values_list(
        "line__line_id", "quantity", "parcel__possession_at"
    )
    assert sorted(told) == [("1", 3, NOW), ("2", 1, NOW)]


def test_payments_are_replaced_by_those_that_are_told() -> None:
    order = bought(jana_order(payments=(PaymentData("pi_1", 10_000, "EUR"), PaymentData("pi_2", 20_000, "EUR"))))
    load(jana_order(payments=(PaymentData("pi_2", 25_000, "EUR"), PaymentData("pi_3", 5_000, "EUR", "paypal"))))
    told = order.payments.values_list("gateway", "reference", "captured")
    assert sorted(told) == [("paypal", "pi_3", 5_000), ("stripe", "pi_2", 25_000)]


# --- 409: contradictions ---


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"lines": (MUG,)}, "lines"),
        ({"lines": (replace(SHIRT, quantity=2), MUG)}, "lines"),
        ({"lines": (replace(SHIRT, unit_price=9_000), MUG)}, "lines"),
        ({"discounts": ()}, "lines"),
        ({"currency": "CZK"}, "currency"),
    ],
)
def test_a_change_that_contradicts_a_live_return_is_refused(change: dict[str, Any], field: str) -> None:
    promised()
    asked(bought())
    before = list(OrderLine.objects.values()), list(Order.objects.values())
    with pytest.raises(Refused) as refused:
        load(jana_order(**change))
    assert (refused.value.code, refused.value.field) == ("order_contradicts", field)
    assert (list(OrderLine.objects.values()), list(Order.objects.values())) == before


def test_what_leaves_units_and_money_alone_may_change_beside_a_return() -> None:
    promised()
    asked(bought())
    assert load(jana_order(email="jana@new.example", lines=(replace(SHIRT, name="Shirt"), MUG))) == Loaded(updated=1)


def test_a_cancelled_return_binds_no_price_but_its_line_stays() -> None:
    promised()
    decisions.cancel(asked(bought()), by=SHOPPER, at=NOW)
    assert load(jana_order(lines=(replace(SHIRT, unit_price=9_000), MUG))) == Loaded(updated=1)
    with pytest.raises(Refused) as refused:
        load(jana_order(lines=(MUG,)))
    assert (refused.value.code, refused.value.values) == ("order_contradicts", {"line": "1"})


def test_a_line_that_was_counted_at_the_bench_stays() -> None:
    promised()
    rma = asked(bought())
    receiving.receive(rma, [Count("1", fine=1), Count("2", extra=1)], by=BENCH, at=NOW)
    with pytest.raises(Refused) as refused:
        load(jana_order(lines=(SHIRT, replace(MUG, id="3"))))
    assert (refused.value.code, refused.value.values) == ("order_contradicts", {"line": "2"})


@pytest.mark.parametrize(
    ("payments", "code"),
    [
        ((), "payment_needed"),
        ((PaymentData("pi_other", 29_990, "EUR"),), "payment_needed"),
        ((PaymentData("pi_A-1001", 9_000, "EUR"),), "payment_too_low"),
        ((PaymentData("pi_A-1001", 29_990, "CZK"),), "payment_needed"),
        ((PaymentData("pi_A-1001", 29_990, "EUR", "paypal"),), "payment_needed"),
    ],
)
@pytest.mark.parametrize("gone", ["refunded", "disputed"])
def test_a_payment_that_was_refunded_or_disputed_stays(payments: tuple[PaymentData, ...], code: str, gone: str) -> None:
    promised()
    rma = asked(bought())
    if gone == "refunded":
        receiving.receive(rma, [Count("1", fine=1)], by=BENCH, at=NOW)
    else:
        keep(disputed())
    before = list(Payment.objects.values()), list(Order.objects.values())
    with pytest.raises(Refused) as refused:
        load(jana_order(payments=payments))
    assert (refused.value.code, refused.value.field) == (code, "payments")
    assert (list(Payment.objects.values()), list(Order.objects.values())) == before


def test_a_payment_that_a_person_looks_into_stays() -> None:
    order = bought()
    open_break("phantom", "re_1", at=NOW, payment=order.payments.get())
    with pytest.raises(Refused, match="payment_needed"):
        load(jana_order(payments=()))


def test_of_a_payment_of_which_more_is_gone_than_was_paid_all_else_may_change() -> None:
    """Paid back, and then taken by the bank as well."""
    promised()
    receiving.receive(asked(bought()), [Count("1", fine=1)], by=BENCH, at=NOW)
    keep(disputed())
    assert load(jana_order(city="Brno")) == Loaded(updated=1)
    with pytest.raises(Refused, match="payment_too_low"):
        load(jana_order(payments=(PaymentData("pi_A-1001", 29_989, "EUR"),)))


def test_what_a_person_has_paid_past_the_provider_stays_paid(mona, otto) -> None:
    order = bought()
    goodwill.grant(order, amount=5_000, reason=GoodwillReason.LATE_DELIVERY, note="sorry", by=mona.actor, at=NOW)
    agree(order.refunds.get(), otto)
    sending.send_next(Scripted(Rejected("charge_expired_for_refund")), at=LATER)
    prepare(order.refunds.get(), mona)
    confirm(order.refunds.get(), otto)
    before = list(Payment.objects.values()), list(OrderLine.objects.values())
    with pytest.raises(Refused) as refused:
        load(jana_order(lines=(MUG,), discounts=(), payments=(PaymentData("pi_A-1001", 990, "EUR"),)))
    assert (refused.value.code, refused.value.values) == ("payment_too_low", {"payment": "pi_A-1001"})
    assert (list(Payment.objects.values()), list(OrderLine.objects.values())) == before
    assert load(jana_order(city="Brno")) == Loaded(updated=1)


def test_delivery_that_was_paid_back_stays_paid() -> None:
    promised()
    rma = asked(bought(jana_order(shipping_standard=495)), Wish("1", 3, "too_small"), Wish("2", 1))
    receiving.receive(rma, [Count("1", fine=3), Count("2", fine=1)], by=BENCH, at=NOW)
    with pytest.raises(Refused) as refused:
        load(jana_order(shipping_paid=494, shipping_standard=494))
    assert (refused.value.code, refused.value.field) == ("delivery_too_low", "shipping")
    assert load(jana_order(shipping_paid=495, shipping_standard=0)) == Loaded(updated=1)


def test_delivery_that_is_told_when_all_is_back_is_owed() -> None:
    promised()
    rma = asked(bought(jana_order(shipping_paid=0, shipping_standard=0)), Wish("1", 3, "too_small"), Wish("2", 1))
    receiving.receive(rma, [Count("1", fine=3), Count("2", fine=1)], by=BENCH, at=NOW)
    goods = rma.refunds.total()
    sending.send_next(Scripted(), at=NOW)
    load(jana_order(shipping_paid=495, shipping_standard=495))
    load(jana_order(shipping_paid=495, shipping_standard=495, city="Brno"))
    assert (rma.refunds.total(), RMA.objects.get().state) == (goods + 495, RMAState.REFUND_DUE)
    assert list(audit.asked(at=LATER)) == []


def test_all_of_the_delivery_is_owed_when_what_did_not_come_back_is_no_longer_told() -> None:
    """The mug was called off by telephone, and the shop system takes it out of the order."""
    promised()
    rma = asked(bought(jana_order(shipping_standard=495, discounts=())), Wish("1", 3, "too_small"))
    receiving.receive(rma, [Count("1", fine=3)], by=BENCH, at=NOW)
    load(jana_order(shipping_standard=495, discounts=(), lines=(SHIRT,)))
    delivery = RefundLine.objects.filter(kind="shipping").values_list("amount", flat=True)
    assert (len(delivery), sum(delivery)) == (2, 495)


def test_a_payment_may_shrink_to_what_was_refunded() -> None:
    promised()
    receiving.receive(asked(bought(), Wish("1", 3, "too_small")), [Count("1", fine=3)], by=BENCH, at=NOW)
    owed = Order.objects.get().refunds.total()
    assert load(jana_order(payments=(PaymentData("pi_A-1001", owed, "EUR"),))) == Loaded(updated=1)


def test_a_payment_pays_for_one_order() -> None:
    bought(jana_order("A-1"))
    taken = (PaymentData("pi_A-1", 29_990, "EUR"),)
    for data in (jana_order("A-2", payments=taken), replace(jana_order("A-2"), payments=taken, customer_name="Karel")):
        with pytest.raises(Refused) as refused:
            load(data)
        assert (refused.value.code, refused.value.values) == ("payment_taken", {"payment": "pi_A-1"})
    same = (PaymentData("pi_A-1", 100, "EUR", "paypal"),)
    assert load(jana_order("A-3", payments=same)) == Loaded(created=1)


def test_two_new_orders_do_not_share_a_payment() -> None:
    shared = (PaymentData("pi_1", 29_990, "EUR"),)
    with pytest.raises(Refused):
        load(jana_order("A-1", payments=shared), jana_order("A-2", payments=shared))
    assert Order.objects.count() == 0


def test_one_refused_order_takes_its_batch_back() -> None:
    promised()
    asked(bought(jana_order("A-1")))
    with pytest.raises(Refused):
        load(jana_order("A-2"), jana_order("A-1", lines=(MUG,)))
    assert set(Order.objects.values_list("number", flat=True)) == {"A-1"}


def test_the_good_orders_of_a_batch_can_be_kept() -> None:
    promised()
    asked(bought(jana_order("A-1")))
    bought(known := jana_order("A-4"))
    bought(jana_order("A-5"))
    moved, wrong = jana_order("A-5", city="Brno"), jana_order("A-1", lines=(MUG,))
    told = [jana_order("A-2"), wrong, jana_order("A-3"), known, moved]
    loaded, refused = orders.load_good(told, by=SYSTEM, at=LATER)
    assert loaded == Loaded(created=2, updated=1, unchanged=1)
    assert {number: why.code for number, why in refused.items()} == {"A-1": "order_contradicts"}


def test_loading_many_orders_takes_as_many_statements_as_loading_one(django_assert_num_queries) -> None:
    with django_assert_num_queries(11):
        load(jana_order("A-1"))
    with django_assert_num_queries(11):
        load(*(jana_order(f"B-{number}") for number in range(20)))


def test_an_order_in_several_parcels_knows_the_units_of_each() -> None:
    parcels = (
        ParcelData((("1", 2),), shipped_at=NOW - timedelta(days=4), possession_at=NOW - timedelta(days=3)),
        ParcelData((("1", 1), ("2", 1)), shipped_at=NOW - timedelta(days=2)),
    )
    order = bought(jana_order(parcels=parcels))
    told = ParcelLine.objects.filter(parcel__order=order).values_list("parcel_id", "line__line_id", "quantity")
    first, second = order.parcels.order_by("pk")
    assert sorted(told) == [(first.pk, "1", 2), (second.pk, "1", 1), (second.pk, "2", 1)]
