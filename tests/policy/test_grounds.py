"""Which rule keeps the right open: the examples of law.md section 3, asked the other way round."""

from dataclasses import replace

import pytest

from returns.policy.facts import OrderFacts
from returns.policy.grounds import ground
from returns.policy.law import LAW
from tests.policy.making import at, delivered, line, order, parcel


def by(facts: OrderFacts, when: str, zone: str = "Europe/Berlin") -> str:
    return ground(facts, facts.lines[0], LAW, at(when, zone))


SATURDAY = delivered("2026-10-31")  # nominal Saturday, 14 November; in the end Monday, the 16th


@pytest.mark.parametrize(("when", "rule"), [("2026-11-14 23:59", "C-1"), ("2026-11-15", "C-6"), ("2026-11-16", "C-6")])
def test_C6_the_bare_days_first_then_the_closed_ones(when: str, rule: str) -> None:
    assert by(SATURDAY, when) == rule


def test_C7_the_traders_calendar_comes_after_the_consumers() -> None:
    """6 January 2027 is a holiday in Italy and none in Germany."""
    consumer = delivered("2026-12-23", "DE", shop_country="IT")
    trader = delivered("2026-12-23", "IT", shop_country="DE")
    assert by(consumer, "2027-01-07") == "C-7"
    assert by(trader, "2027-01-07", "Europe/Rome") == "C-6"


def test_C2_the_last_good_of_the_order_comes_before_closed_days() -> None:
    first, last = line(parcel("2026-11-02"), id="1"), line(parcel("2026-11-20"), id="2")
    facts = order(first, last)
    assert [by(facts, when) for when in ("2026-11-16", "2026-11-17", "2026-12-04")] == ["C-1", "C-2", "C-2"]


def test_C3_and_C4_what_is_not_sent_has_no_end() -> None:
    sent, unsent = line(parcel("2026-11-02"), id="1"), line(id="2")
    assert by(order(unsent, sent), "2026-12-24") == "C-4"
    assert by(order(sent, unsent), "2026-12-24") == "C-3"
    assert by(order(sent, unsent), "2026-11-10") == "C-1"


def test_C9_who_was_not_told_has_twelve_months_more() -> None:
    untold = replace(delivered("2026-11-02"), notice_given_at=None)
    unsaid = replace(untold, notice_known=False, notice_presumed=False)
    for facts in (untold, unsaid):
        assert [by(facts, when) for when in ("2026-11-16", "2026-11-17", "2027-11-16")] == ["C-1", "C-9", "C-9"]


def test_C11_what_only_a_guess_has_ended() -> None:
    guessed = order(line(parcel(None, sent="2026-10-21")))
    assert [by(guessed, when) for when in ("2026-11-18", "2026-11-19")] == ["C-1", "C-11"]


def test_the_days_on_the_way_are_those_of_the_promise() -> None:
    facts = order(line(parcel(None, sent="2026-10-21")))
    assert ground(facts, facts.lines[0], LAW, at("2026-12-24"), transit_days=60) == "C-1"
