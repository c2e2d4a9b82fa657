"""The shop's own clock, and the calendar's ends."""

from datetime import UTC, date, datetime, timedelta

import pytest

from returns.policy.clocks import End, add_days, add_months, policy_end, statutory_end
from returns.policy.facts import CountedFrom, Delivery, OrderFacts, Season, Terms
from returns.policy.law import LAW
from tests.policy.making import ACCEPT, WINDOW_30, at, day, delivered, line, order, parcel, verdict

# --- the shop's own clock ---


def window_end(facts: OrderFacts, terms: Terms = WINDOW_30, units: int = 1) -> End | None:
    return policy_end(facts, facts.lines[0], units, terms)


def test_day_n_is_the_last_day_of_the_window_and_no_weekend_moves_it() -> None:
    """30 days after Friday 13 November is Sunday 13 December."""
    end = window_end(delivered("2026-11-13"))
    assert end == End(day("2026-12-13"), "Europe/Berlin")
    assert end is not None
    assert not end.passed(at("2026-12-13 23:59"))
    assert end.passed(at("2026-12-14 00:00"))


def test_the_window_counts_days_of_the_shops_zone() -> None:
    """Late on the first in London is the second in Berlin."""
    facts = order(line(parcel("2026-11-01 23:30", zone="Europe/London")), country="GB")
    assert window_end(facts) == End(day("2026-12-02"), "Europe/Berlin")


@pytest.mark.parametrize(
    ("counted_from", "last"),
    [
        (CountedFrom.ORDER, "2026-11-19"),
        (CountedFrom.DISPATCH, "2026-11-20"),
        (CountedFrom.POSSESSION, "2026-12-02"),
    ],
)
def test_the_window_is_counted_from_the_event_of_the_policy(counted_from: CountedFrom, last: str) -> None:
    assert window_end(delivered("2026-11-02"), Terms("p", 1, 30, counted_from)) == End(day(last), "Europe/Berlin")


def test_an_unknown_dispatch_is_counted_from_possession() -> None:
    facts = order(line(parcel("2026-11-02", sent=None)))
    assert window_end(facts, Terms("p", 1, 30, CountedFrom.DISPATCH)) == End(day("2026-12-02"), "Europe/Berlin")


def test_C11_the_window_of_an_unknown_delivery_is_estimated() -> None:
    end = window_end(order(line(parcel(None, sent="2026-10-21"))), Terms("p", 1, 30, transit_days=5))
    assert end == End(day("2026-11-25"), "Europe/Berlin", estimated=True)


def test_no_window_and_no_parcel_have_no_end() -> None:
    assert window_end(delivered("2026-11-02"), Terms("p", 1, None)) is None
    assert window_end(order(line())) is None
    assert window_end(order(line(parcel(None, sent=None)))) is None


def test_the_asked_units_are_presumed_to_be_of_the_latest_parcels() -> None:
    facts = order(line(parcel("2026-11-20", 1), parcel("2026-11-02", 1), parcel("2026-11-10", 1)))
    assert [window_end(facts, units=units) for units in (1, 2, 3)] == [
        End(day("2026-12-20"), "Europe/Berlin"),
        End(day("2026-12-10"), "Europe/Berlin"),
        End(day("2026-12-02"), "Europe/Berlin"),
    ]


def test_an_empty_parcel_has_no_end_of_its_own() -> None:
    facts = order(line(parcel("2026-11-02", 3), parcel("2026-11-20", 0)))
    assert window_end(facts) == End(day("2026-12-02"), "Europe/Berlin")


def test_an_order_of_the_season_may_come_back_at_least_to_its_last_day() -> None:
    christmas = Season(day("2026-10-20"), day("2026-12-24"), day("2027-01-31"))
    terms = Terms("p", 1, 30, seasons=(christmas,))
    assert window_end(delivered("2026-11-02"), terms) == End(day("2027-01-31"), "Europe/Berlin")
    assert window_end(delivered("2027-01-20"), terms) == End(day("2027-02-19"), "Europe/Berlin")
    on_its_last_day = delivered("2026-12-26", placed_at=at("2026-12-24 23:59"))
    assert window_end(on_its_last_day, terms) == End(day("2027-01-31"), "Europe/Berlin")
    for outside in (at("2026-10-19 23:59"), at("2026-12-25 00:00")):
        short = Terms("p", 1, 5, CountedFrom.ORDER, seasons=(christmas,))
        end = window_end(delivered("2026-12-26", placed_at=outside), short)
        assert end == End(outside.date() + timedelta(days=5), "Europe/Berlin")


def test_of_two_seasons_the_longer_counts() -> None:
    weeks = [Season(day("2026-10-01"), day("2026-10-31"), day(last)) for last in ("2027-01-31", "2027-01-15")]
    for seasons in (tuple(weeks), tuple(weeks[::-1])):
        end = window_end(delivered("2026-11-02"), Terms("p", 1, 30, seasons=seasons))
        assert end == End(day("2027-01-31"), "Europe/Berlin")


def test_an_unknown_shop_zone_is_utc() -> None:
    assert window_end(delivered("2026-11-02", shop_zone="Mars/Olympus")) == End(day("2026-12-02"), "UTC")


# --- the calendar's own ends ---


def test_months_end_where_the_month_does() -> None:
    assert add_months(day("2028-02-29"), 12) == day("2029-02-28")
    assert add_months(day("2026-01-31"), 1) == day("2026-02-28")
    assert add_months(day("2026-12-15"), 1) == day("2027-01-15")
    assert add_months(day("9998-06-01"), 12) == day("9999-06-01")
    assert add_months(day("9999-06-01"), 12) == date.max


def test_a_window_beyond_the_calendar_is_merely_very_long() -> None:
    assert add_days(day("2026-11-02"), 10**9) == date.max
    assert add_days(date.max, 1) == date.max
    assert add_days(day("2026-11-02"), -(10**9)) == date.min
    end = window_end(delivered("2026-11-02"), Terms("p", 1, 10**12))
    assert end is not None
    assert not end.passed(datetime.max.replace(tzinfo=UTC))


def test_a_transit_beyond_the_calendar_ends_with_it_and_stays_an_estimate() -> None:
    facts = order(line(Delivery(3, datetime.max.replace(tzinfo=UTC), None)))
    assert statutory_end(facts, LAW) == End(date.max, "Europe/Berlin", estimated=True)
    sent = order(line(parcel(None, sent="2026-10-21")))
    for days in (10**7, 10**9, 10**30):
        assert statutory_end(sent, LAW, transit_days=days) == End(date.max, "Europe/Berlin", estimated=True)
        terms = Terms("p", 1, 30, transit_days=days)
        assert window_end(sent, terms) == End(date.max, "Europe/Berlin", estimated=True)
        assert verdict(sent, at("2030-01-01"), terms).answer is ACCEPT
