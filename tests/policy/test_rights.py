"""Whether the statutory right stands, and what is still known of it when it does not."""

import pytest

from returns.policy.clocks import End
from returns.policy.facts import Ask, OrderFacts, Terms
from returns.policy.law import LAW
from returns.policy.reasons import Reason
from returns.policy.rights import NO_RIGHT, Contract, Right, Standing
from tests.policy.making import WINDOW_30, at, day, delivered, line, order, parcel

LAST = End(day("2026-11-16"), "Europe/Berlin")
GUESSED = End(day("2026-11-18"), "Europe/Berlin", estimated=True)
UNSEEN = parcel(None, sent="2026-10-21")


def right(facts: OrderFacts, when: str, terms: Terms | None = None) -> Right:
    """The right to one unit of the first line, on that day."""
    return Contract.of(facts, LAW, 14, at(when)).right_to(facts.lines[0], Ask("1", 1), terms)


def test_the_right_is_open_to_its_last_day_and_has_then_passed() -> None:
    assert right(delivered("2026-11-02"), "2026-11-16") == Right(Standing.OPEN, LAST)
    assert right(delivered("2026-11-02"), "2026-11-17") == Right(Standing.PASSED, LAST)


def test_C4_the_right_is_open_without_an_end_before_the_goods_are_sent() -> None:
    assert right(order(line()), "2027-11-17") == Right(Standing.OPEN)


def test_C11_past_a_guessed_end_the_right_is_in_doubt() -> None:
    doubt = Reason("delivery_unknown", {"estimated_until": "2026-11-18"})
    assert right(order(line(UNSEEN)), "2026-11-18") == Right(Standing.OPEN, GUESSED)
    assert right(order(line(UNSEEN)), "2026-11-19") == Right(Standing.UNKNOWN, GUESSED, doubt)


@pytest.mark.parametrize("country", ["", "UK", "EL", "XX", "de"])
def test_P2_the_right_is_in_doubt_while_the_country_is_unknown_or_none(country: str) -> None:
    facts = order(line(parcel("2026-11-02")), country=country)
    assert right(facts, "2026-11-10") == Right(Standing.UNKNOWN, None, Reason("country_unknown", {}))


def test_X1_a_doubt_about_the_goods_keeps_the_end_of_the_right() -> None:
    facts = order(line(parcel("2026-11-02"), exception="e"))
    assert right(facts, "2026-11-10") == Right(Standing.UNKNOWN, LAST, Reason("seal_unknown", {"exception": "e"}))


def test_X1_a_doubt_about_the_goods_brings_no_passed_right_back() -> None:
    facts = order(line(parcel("2026-11-02"), exception="e"))
    assert right(facts, "2026-11-17") == Right(Standing.PASSED, LAST)


def test_no_right_is_no_doubt() -> None:
    assert Right(Standing.NONE, None, None) == NO_RIGHT


def test_there_is_no_right_for_businesses_in_countries_without_one_and_to_excepted_goods() -> None:
    assert right(delivered("2026-11-02", business=True), "2026-11-10") == NO_RIGHT
    assert right(delivered("2026-11-02", "CH"), "2026-11-10") == NO_RIGHT
    assert right(order(line(parcel("2026-11-02"), exception="c")), "2026-11-10") == NO_RIGHT


def test_Japan_shown_terms_take_the_place_of_the_right() -> None:
    facts = delivered("2026-11-02", "JP")
    assert right(facts, "2026-11-09") == Right(Standing.OPEN, End(day("2026-11-09"), "Asia/Tokyo"))
    assert right(facts, "2026-11-09", WINDOW_30) == NO_RIGHT
