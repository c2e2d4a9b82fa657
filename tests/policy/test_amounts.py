"""Money shared out exactly."""

from dataclasses import replace
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returns.policy.amounts import (
    credit_bonus,
    due_so_far,
    free_of_fees,
    may_lose_value,
    restocking_fee,
    return_cost,
    share,
    spread,
    worth_of_last,
)
from returns.policy.facts import Ask, LegalPath, Terms

WITHDRAWAL, CONFORMITY = LegalPath.WITHDRAWAL, LegalPath.CONFORMITY

paid_amounts = st.integers(0, 10**12)


@st.composite
def portions(draw: st.DrawFn, most: int = 80_000) -> list[int]:
    """Positive numbers of units that make up a line, in any order."""
    quantity = draw(st.integers(1, most))
    cuts = draw(st.sets(st.integers(1, quantity), max_size=12)) | {quantity}
    ends = sorted(cuts)
    return draw(st.permutations([end - start for start, end in zip([0, *ends], ends, strict=False)]))


# --- a line's money by units ---


def test_three_units_for_ten_euros_less_a_cent_leave_the_rest_to_the_last() -> None:
    """3 x 100.00 less 10.00 (Solidus: 96.666…)."""
    first = share(29000, 3, 0, 0, 1)
    second = share(29000, 3, first, 1, 1)
    third = share(29000, 3, first + second, 2, 1)
    assert [first, second, third] == [9666, 9667, 9667]


@given(paid=paid_amounts, taken=portions())
def test_any_quantities_in_any_order_add_up_to_what_was_paid(paid: int, taken: list[int]) -> None:
    quantity, allotted, units_so_far = sum(taken), 0, 0
    for units in taken:
        allotted += share(paid, quantity, allotted, units_so_far, units)
        units_so_far += units
    assert allotted == paid


@given(paid=paid_amounts, taken=portions(), given_back=st.data())
def test_a_cancelled_item_gives_its_share_back_and_the_rest_still_adds_up(
    paid: int, taken: list[int], given_back: st.DataObject
) -> None:
    quantity = sum(taken)
    live: list[tuple[int, int]] = []
    for units in taken:
        live.append((units, share(paid, quantity, sum(s for _, s in live), sum(u for u, _ in live), units)))
    live.pop(given_back.draw(st.integers(0, len(live) - 1)))
    left = quantity - sum(units for units, _ in live)
    rest = share(paid, quantity, sum(s for _, s in live), sum(u for u, _ in live), left)
    assert sum(s for _, s in live) + rest == paid


@given(paid=paid_amounts, quantity=st.integers(1, 80_000), data=st.data())
def test_a_share_is_never_more_than_is_left(paid: int, quantity: int, data: st.DataObject) -> None:
    units = data.draw(st.integers(1, quantity))
    assert 0 <= share(paid, quantity, 0, 0, units) <= paid


def test_a_free_line_has_shares_of_nothing() -> None:
    assert share(0, 3, 0, 0, 1) == 0


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ((100, 3, 0, 0, 0), "units: 0 is not between 1 and the 3 that are left"),
        ((100, 3, 0, 2, 2), "units: 2 is not between 1 and the 1 that are left"),
        ((100, 3, 0, 3, 1), "units: 1 is not between 1 and the 0 that are left"),
        ((100, 3, 101, 1, 1), "given: 101 is more than the 100 paid"),
        ((-1, 3, 0, 0, 1), "paid: -1 is negative"),
        ((100, 3, -1, 0, 1), "given: -1 is negative"),
        ((100, 3, 0, -1, 1), "taken: -1 is negative"),
        ((1.5, 3, 0, 0, 1), "paid: 1.5 is not a whole number"),
    ],
)
def test_a_share_of_what_cannot_be_is_refused(numbers: tuple[int, int, int, int, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        share(*numbers)


# --- an item's money by receipts ---


@given(worth=paid_amounts, arrivals=portions(most=5_000))
def test_receipts_in_any_portions_add_up_to_the_share(worth: int, arrivals: list[int]) -> None:
    units = sum(arrivals)
    due = [due_so_far(worth, units, arrived) for arrived in accumulate(arrivals, initial=0)]
    assert due == sorted(due)
    assert (due[0], due[-1]) == (0, worth)


def test_surplus_units_owe_nothing() -> None:
    assert due_so_far(1000, 3, 5) == 1000


def test_part_of_an_item_owes_its_part_rounded_down() -> None:
    assert [due_so_far(1000, 3, arrived) for arrived in (0, 1, 2, 3)] == [0, 333, 666, 1000]


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ((-1, 3, 1), "share: -1 is negative"),
        ((10, 0, 0), "units: 0 is less than 1"),
        ((10, 3, -1), "arrived: -1 is negative"),
    ],
)
def test_an_impossible_receipt_is_refused(numbers: tuple[int, int, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        due_so_far(*numbers)


# --- what has lost in value ---


@pytest.mark.parametrize(
    ("path", "told", "may"), [(WITHDRAWAL, True, True), (WITHDRAWAL, False, False), (CONFORMITY, True, False)]
)
def test_M8_a_loss_is_kept_of_what_was_told_and_is_no_fault(path: LegalPath, told: bool, may: bool) -> None:
    assert may_lose_value(path, told=told) is may


def test_the_last_units_are_worth_what_they_bring_less_their_fee() -> None:
    assert worth_of_last(share=1000, fee=100, units=3, arrived=3, last=1) == 1000 - 666 - (100 - 66)
    assert worth_of_last(share=1000, fee=0, units=3, arrived=2, last=2) == 666
    assert worth_of_last(share=1000, fee=100, units=3, arrived=1, last=0) == 0


@given(worth=paid_amounts, arrivals=portions(most=5_000), data=st.data())
def test_units_that_lost_in_value_are_together_worth_no_more_than_is_left(
    worth: int, arrivals: list[int], data: st.DataObject
) -> None:
    """Each count is valued for itself, in whatever portions it arrives."""
    units, fee = sum(arrivals), data.draw(st.integers(0, worth))
    counts = accumulate(arrivals)
    harmed = [worth_of_last(worth, fee, units, arrived, last) for arrived, last in zip(counts, arrivals, strict=True)]
    assert sum(harmed) == worth - fee


# --- store credit ---


def test_a_bonus_is_added_to_the_share_rounded_down() -> None:
    assert credit_bonus(Terms("p", 1, 30, credit_bonus_percent=10), 999) == 99
    assert credit_bonus(Terms("p", 1, 30), 999) == 0
    with pytest.raises(ValueError, match="share: -1 is negative"):
        credit_bonus(Terms("p", 1, 30), -1)


# --- an order's money by lines ---


def test_M12_rounding_is_by_largest_remainder() -> None:
    assert spread(1000, [1, 1, 1]) == [334, 333, 333]
    assert spread(100, [5, 3, 1]) == [56, 33, 11]
    assert spread(10, [5, 2]) == [7, 3]
    assert spread(-10, [5, 2]) == [-7, -3]
    assert spread(100, [1, 2, 3]) == [17, 33, 50]
    assert spread(10, [0, 1, 0]) == [0, 10, 0]


def test_weights_of_nothing_count_as_equal() -> None:
    assert spread(5, [0, 0, 0]) == [2, 2, 1]
    assert spread(0, []) == []


@given(total=st.integers(-(10**12), 10**12), weights=st.lists(st.integers(0, 10**9), min_size=1, max_size=40))
def test_what_is_spread_adds_up_and_no_part_is_a_unit_off(total: int, weights: list[int]) -> None:
    parts, whole = spread(total, weights), sum(weights)
    assert sum(parts) == total
    if whole:
        assert all(abs(part * whole - total * weight) < whole for part, weight in zip(parts, weights, strict=True))


@pytest.mark.parametrize(
    ("total", "weights", "message"),
    [(5, [], "total: nothing to spread 5 over"), (5, [1, -1], "weight: -1 is negative")],
)
def test_what_cannot_be_spread_is_refused(total: int, weights: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        spread(total, weights)


# --- fees ---

TEN_PERCENT = Terms("p", 1, 30, restocking_percent=10, return_fee=495)
WITHDRAWN, FAULTY = Ask("1", 1), Ask("2", 1, CONFORMITY)
LATE = {reason: Ask("1", 1, reason=reason) for reason in ("arrived_late", "colour", "")}


def test_M6_no_restocking_fee_on_a_withdrawal_by_right_or_a_fault() -> None:
    assert restocking_fee(TEN_PERCENT, WITHDRAWN, by_right=False, share=9999) == 999
    assert restocking_fee(TEN_PERCENT, WITHDRAWN, by_right=True, share=9999) == 0
    assert restocking_fee(TEN_PERCENT, FAULTY, by_right=False, share=9999) == 0


def test_no_restocking_fee_for_a_reason_for_which_the_shop_charges_nothing() -> None:
    kind = replace(TEN_PERCENT, free_reasons=frozenset({"arrived_late"}))
    fees = {reason: restocking_fee(kind, LATE[reason], 9999, by_right=False) for reason in LATE}
    assert fees == {"arrived_late": 0, "colour": 999, "": 999}


@pytest.mark.parametrize(
    ("path", "by_right", "free"),
    [
        (WITHDRAWAL, True, True),
        (WITHDRAWAL, False, False),
        (CONFORMITY, False, True),
        (LegalPath.COURTESY, False, False),
    ],
)
def test_M6_what_spares_fees_is_the_right_or_a_fault(path: LegalPath, by_right: bool, free: bool) -> None:
    assert free_of_fees(path, by_right=by_right) is free


def test_no_fee_is_more_than_the_share() -> None:
    assert restocking_fee(Terms("p", 1, 30, restocking_percent=250), WITHDRAWN, by_right=False, share=100) == 100


def test_a_fee_of_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="share: -1 is negative"):
        restocking_fee(TEN_PERCENT, WITHDRAWN, -1, by_right=False)


def test_a_parcel_back_costs_its_highest_fee_once() -> None:
    cheaper = Terms("c", 1, 30, return_fee=295)
    assert return_cost([(TEN_PERCENT, WITHDRAWN, True), (cheaper, WITHDRAWN, False)], "EUR") == 495
    assert return_cost([], "EUR") == 0


def test_a_parcel_with_a_faulty_item_travels_free() -> None:
    assert return_cost([(TEN_PERCENT, WITHDRAWN, True), (TEN_PERCENT, FAULTY, False)], "EUR") == 0


def test_M7_a_cost_that_was_not_told_is_the_shops_when_a_consumer_withdraws() -> None:
    untold = Terms("p", 1, 30, return_fee=495, return_cost_told=False)
    assert return_cost([(untold, WITHDRAWN, True)], "EUR") == 0
    assert return_cost([(untold, WITHDRAWN, False)], "EUR") == 495


def test_a_parcel_with_an_item_whose_reason_the_shop_pays_for_travels_free() -> None:
    kind = Terms("p", 1, 30, return_fee=495, free_reasons=frozenset({"arrived_late"}))
    late, other = Ask("1", 1, reason="arrived_late"), Ask("2", 1, reason="colour")
    assert return_cost([(kind, other, False)], "EUR") == 495
    assert return_cost([(kind, other, False), (kind, late, False)], "EUR") == 0


def test_a_cost_is_taken_of_orders_paid_in_its_currency_alone() -> None:
    crowns = Terms("p", 1, 30, return_fee=9_900, currency="CZK")
    assert return_cost([(crowns, WITHDRAWN, False)], "CZK") == 9_900
    assert return_cost([(crowns, WITHDRAWN, False)], "EUR") == 0
