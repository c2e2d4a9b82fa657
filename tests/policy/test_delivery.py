"""What of the outbound delivery comes back with the goods: once, and whatever the order of the returns."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returns.policy.delivery import Back, delivery_owed, kindest
from returns.policy.facts import OutboundShipping

NONE, PROPORTIONAL, FULL = OutboundShipping
SHIRTS, MUG = Back(30_000, 3), Back(10_000, 1)  # three quarters and one quarter of what was paid


def owed(*lines: Back, paid: int = 495, standard: int = 495) -> int:
    return delivery_owed(paid, standard, lines)


def back(line: Back, units: int, rule: OutboundShipping = PROPORTIONAL) -> Back:
    return replace(line, units=units, rule=rule)


# --- what is owed ---


def test_nothing_is_owed_before_something_is_back() -> None:
    assert owed(SHIRTS, MUG) == 0
    assert owed(back(SHIRTS, 0, FULL), MUG) == 0


def test_M11_all_of_it_is_owed_once_everything_is_back_whatever_was_promised() -> None:
    for rule in OutboundShipping:
        assert owed(back(SHIRTS, 3, rule), back(MUG, 1, rule)) == 495


def test_M2_the_dearer_delivery_that_was_chosen_is_not_given_back() -> None:
    assert owed(back(MUG, 1), paid=1_500, standard=495) == 495
    assert owed(back(MUG, 1), paid=1_500, standard=0) == 0


def test_M2_nothing_is_given_back_that_was_not_paid() -> None:
    assert owed(back(MUG, 1), paid=0, standard=495) == 0
    assert owed(back(MUG, 1), paid=300, standard=495) == 300


def test_M10_a_part_of_the_goods_brings_its_part_of_the_delivery_rounded_down() -> None:
    assert owed(back(SHIRTS, 1), MUG) == 123  # a quarter: 123.75
    assert owed(back(SHIRTS, 2), MUG) == 247  # a half: 247.5
    assert owed(back(SHIRTS, 3), MUG) == 371
    assert owed(SHIRTS, back(MUG, 1)) == 123


def test_M10_a_promise_may_give_nothing_or_all_for_a_part() -> None:
    assert owed(back(SHIRTS, 2, NONE), MUG) == 0
    assert owed(back(SHIRTS, 1, FULL), MUG) == 495


def test_each_line_counts_by_its_own_promise() -> None:
    assert owed(back(SHIRTS, 2, NONE), back(MUG, 1), Back(0, 1)) == 123
    assert owed(back(SHIRTS, 2, NONE), back(MUG, 1, FULL), Back(0, 1)) == 495


def test_free_goods_count_for_nothing_beside_paid_ones_and_by_units_alone() -> None:
    assert owed(SHIRTS, back(Back(0, 1), 1)) == 0
    assert owed(back(Back(0, 3), 1), Back(0, 1)) == 123


def test_parts_of_a_coin_are_not_lost_before_the_end() -> None:
    """Three lines of one coin, a third of a unit's worth each: rounded once, not line by line."""
    assert owed(*[back(Back(1, 3), 1)] * 3, paid=3, standard=3) == 1


def test_an_order_without_lines_is_owed_nothing() -> None:
    assert owed() == 0


@pytest.mark.parametrize(
    ("rules", "kind"), [((NONE, FULL, PROPORTIONAL), FULL), ((NONE, PROPORTIONAL), PROPORTIONAL), ((NONE,), NONE)]
)
def test_of_several_promises_the_kindest_counts(rules: tuple[OutboundShipping, ...], kind: OutboundShipping) -> None:
    assert kindest(rules) is kind


# --- over whole orders ---


@st.composite
def orders(
    draw: st.DrawFn, rules: Sequence[OutboundShipping] = (NONE, PROPORTIONAL, FULL)
) -> tuple[int, int, list[Back], list[int]]:
    """(paid, standard, lines of an order, the lines of which one unit each comes back, one after the other)."""
    quantities = draw(st.lists(st.integers(1, 6), min_size=1, max_size=6))
    lines = [Back(draw(st.integers(0, 10**6)), units, 0, draw(st.sampled_from(rules))) for units in quantities]
    units = [number for number, quantity in enumerate(quantities) for _unit in range(quantity)]
    return draw(st.integers(0, 10**5)), draw(st.integers(0, 10**5)), lines, draw(st.permutations(units))


def so_far(lines: list[Back], came: list[int]) -> list[Back]:
    return [replace(line, units=came.count(number)) for number, line in enumerate(lines)]


@given(orders())
def test_what_is_owed_only_grows_and_ends_at_the_whole_of_it(order: tuple[int, int, list[Back], list[int]]) -> None:
    paid, standard, lines, units = order
    steps = [delivery_owed(paid, standard, so_far(lines, units[:came])) for came in range(len(units) + 1)]
    assert (steps[0], steps[-1]) == (0, min(paid, standard))
    assert all(before <= after for before, after in pairwise(steps))


@given(orders(), st.data())
def test_the_order_of_returns_does_not_matter(
    order: tuple[int, int, list[Back], list[int]], data: st.DataObject
) -> None:
    paid, standard, lines, units = order
    some = units[: data.draw(st.integers(0, len(units)))]
    parts = sorted(data.draw(st.sets(st.integers(0, len(some)), max_size=3)) | {0, len(some)})
    brought = 0
    for cut in parts:  # each return brings what is owed by then, less what was owed before
        brought += delivery_owed(paid, standard, so_far(lines, some[:cut])) - brought
    assert brought == delivery_owed(paid, standard, so_far(lines, data.draw(st.permutations(some))))


@given(orders(rules=(NONE, PROPORTIONAL)), st.data())
def test_what_is_told_of_a_return_is_never_more_than_it_brings_later(
    order: tuple[int, int, list[Back], list[int]], data: st.DataObject
) -> None:
    """Told while nothing else is back; others may come first. Where a part brings it all, the first one does."""
    paid, standard, lines, units = order
    cut = data.draw(st.integers(0, len(units)))
    mine, others = units[:cut], units[cut:]
    told = delivery_owed(paid, standard, so_far(lines, mine))
    before = delivery_owed(paid, standard, so_far(lines, others))
    assert delivery_owed(paid, standard, so_far(lines, units)) - before >= told
