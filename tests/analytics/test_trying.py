"""What one policy makes of one order's past."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returns.analytics.trying import JudgedReturn, candidate, judged, window
from returns.policy.facts import Ask, LegalPath, Terms
from returns.policy.law import LAW
from tests.analytics.pasts import days, history, past_return
from tests.policy.making import line, order, parcel

FAULTY = Ask("1", 2, LegalPath.CONFORMITY)


def answers(outcomes: list[JudgedReturn]) -> list[tuple[str, int]]:
    return [(str(outcome.answer), sum(line.goods for line in outcome.lines)) for outcome in outcomes]


def test_units_of_a_line_are_worth_what_was_paid_for_them_to_the_last_cent() -> None:
    past = history(*(past_return(f"2026-11-0{day}") for day in (3, 4, 5)))
    assert answers(judged(past, days(30), None)) == [("accept", 3333), ("accept", 3333), ("accept", 3334)]


def test_each_return_is_judged_at_its_own_time() -> None:
    past = history(past_return("2026-11-12"), past_return("2026-11-13"))
    assert answers(judged(past, days(10), None)) == [("accept", 3333), ("refuse", 3333)]


def test_refused_units_are_free_for_the_next_return() -> None:
    past = history(past_return("2026-11-20", Ask("1", 3)), past_return("2026-11-21", FAULTY))
    assert answers(judged(past, days(10), None)) == [("refuse", 10_000), ("refer", 6666)]


@pytest.mark.parametrize(("day", "first"), [("2026-11-03", "accept"), ("2026-11-20", "refer")])
def test_units_that_an_earlier_return_holds_cannot_be_asked_for_again(day: str, first: str) -> None:
    past = history(past_return(day, FAULTY), past_return("2026-11-21", Ask("1", 2)))
    assert answers(judged(past, days(10), None)) == [(first, 6666), ("impossible", 0)]


def test_what_cannot_be_judged_says_why() -> None:
    [outcome] = judged(history(past_return("2026-11-03", Ask("9", 1))), days(30), None)
    assert [(line.answer, [reason.as_json() for reason in line.reasons]) for line in outcome.lines] == [
        ("impossible", [{"code": "line_unknown", "values": {"line": "9"}}])
    ]


def test_a_return_of_which_a_part_is_refused_needs_a_person() -> None:
    shirts = line(parcel("2026-11-02"), id="1")
    sale = line(parcel("2026-11-02"), id="2", final_sale=True)
    asks = past_return("2026-11-03", Ask("1", 1), Ask("2", 1))
    [outcome] = judged(history(asks, facts=order(shirts, sale), paid={"1": 300, "2": 600}), days(30), None)
    assert [(str(line.answer), line.goods) for line in outcome.lines] == [("accept", 100), ("refuse", 200)]
    assert (outcome.answer, outcome.refund) == ("refer", 100)


def test_the_law_stands_beside_the_promise_where_it_is_asked_for() -> None:
    past = history(past_return("2026-11-13"))
    assert answers(judged(past, days(10), None)) == [("refuse", 3333)]
    assert answers(judged(past, days(10), LAW)) == [("accept", 3333)]


def test_a_fee_is_kept_of_each_accepted_line_and_the_way_back_once() -> None:
    dear = days(30, restocking_percent=10, return_fee=500)
    [outcome] = judged(history(past_return("2026-11-03", Ask("1", 1), Ask("1", 1))), dear, None)
    assert [line.goods for line in outcome.lines] == [3333, 3333]
    assert (outcome.fees, outcome.refund) == (333 + 333 + 500, 6666 - 1166)


def test_who_withdraws_by_right_pays_the_way_back_alone() -> None:
    """law.md M-6, M-7."""
    dear = days(30, restocking_percent=10, return_fee=500)
    [outcome] = judged(history(past_return("2026-11-03")), dear, LAW)
    assert (outcome.fees, outcome.refund) == (500, 2833)


def test_no_fee_is_kept_of_a_return_without_terms_that_name_it() -> None:
    shoes_only = candidate("shoes", Terms("shoes", 1, 30, kinds=frozenset({"shoes"}), return_fee=500))
    [outcome] = judged(history(past_return("2026-11-03")), shoes_only, LAW)
    assert (outcome.answer, outcome.fees, outcome.refund) == ("accept", 0, 3333)


def test_a_fee_takes_no_more_than_the_goods_are_worth() -> None:
    [outcome] = judged(history(past_return("2026-11-03")), days(30, return_fee=5000), None)
    assert (outcome.fees, outcome.refund) == (3333, 0)


def test_no_fee_is_kept_of_what_is_refused() -> None:
    [outcome] = judged(history(past_return("2026-12-24")), days(30, restocking_percent=10, return_fee=500), None)
    assert (outcome.answer, outcome.fees, outcome.refund) == ("refuse", 0, 0)


def test_a_policy_is_tried_as_though_it_had_always_been_in_force() -> None:
    future = Terms(
        "p", 2, 30, valid_from=datetime(2030, 1, 1, tzinfo=UTC), valid_until=datetime(2031, 1, 1, tzinfo=UTC)
    )
    assert answers(judged(history(past_return("2026-11-03")), candidate("p:2", future), None)) == [("accept", 3333)]


def test_several_policies_count_together_the_more_specific_first() -> None:
    together = candidate("both", Terms("all", 1, 30), Terms("apparel", 1, 5, kinds=frozenset({"apparel"})))
    assert answers(judged(history(past_return("2026-11-10")), together, None)) == [("refuse", 3333)]


def test_a_window_is_a_policy_for_all_goods_from_delivery() -> None:
    past = history(past_return("2026-11-16"), past_return("2026-11-17"))
    assert answers(judged(past, window(14), None)) == [("accept", 3333), ("refuse", 3333)]


@given(st.lists(st.integers(1, 3), min_size=1, max_size=5), st.integers(0, 10**6))
def test_no_sequence_of_returns_gives_more_than_was_paid_and_all_units_give_all_of_it(
    units: list[int], paid: int
) -> None:
    returns = [past_return("2026-11-03", Ask("1", count)) for count in units]
    outcomes = judged(history(*returns, paid={"1": paid}), days(30), None)
    accepted = [(line.ask.units, line.goods) for one in outcomes for line in one.lines if line.answer == "accept"]
    taken, given_back = sum(count for count, _ in accepted), sum(goods for _, goods in accepted)
    assert given_back == paid if taken == 3 else given_back <= paid
