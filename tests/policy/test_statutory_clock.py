"""The law's clock: law.md section 3, one test or more for each rule."""

from datetime import date

import pytest

from returns.policy.clocks import End, consumer_zones, statutory_end
from returns.policy.facts import OrderFacts
from returns.policy.law import LAW
from returns.policy.law.calendar import zones_of
from tests.policy.making import at, day, delivered, line, order, parcel


def last_day(facts: OrderFacts) -> date | None:
    end = statutory_end(facts, LAW)
    return end.day if end else None


@pytest.mark.parametrize(
    ("country", "held", "last"),
    [
        ("DE", "2026-11-02", "2026-11-16"),
        ("DE", "2026-10-31", "2026-11-16"),
        ("GB", "2026-10-31", "2026-11-14"),
        ("DE", "2026-12-10", "2026-12-24"),
        ("DE", "2026-12-11", "2026-12-28"),
        ("CN", "2026-11-02", "2026-11-09"),
        ("JP", "2026-11-02", "2026-11-09"),
    ],
)
def test_C1_C6_the_examples_of_section_3(country: str, held: str, last: str) -> None:
    assert last_day(delivered(held, country)) == day(last)


def test_C1_day_zero_is_the_day_of_possession_and_fourteen_days_follow() -> None:
    assert last_day(delivered("2026-11-03")) == day("2026-11-17")


def test_C2_the_last_good_of_an_order_starts_the_clock_for_all_of_it() -> None:
    facts = order(line(parcel("2026-11-02"), id="1"), line(parcel("2026-11-20"), id="2"))
    assert last_day(facts) == day("2026-12-04")


def test_C2_the_last_lot_of_one_line_starts_the_clock() -> None:
    assert last_day(order(line(parcel("2026-11-20", 1), parcel("2026-11-02", 2)))) == day("2026-12-04")


def test_C2_a_regular_delivery_is_counted_from_its_first_good() -> None:
    facts = order(line(parcel("2026-11-02", 1), parcel("2026-11-20", 1)), recurring=True)
    assert last_day(facts) == day("2026-11-16")


def test_C2_services_and_digital_content_are_counted_from_the_contract() -> None:
    assert statutory_end(order(line(intangible=True)), LAW) == End(day("2026-11-03"), "Europe/Berlin")


def test_C2_what_is_no_thing_does_not_hold_up_the_clock_of_the_goods() -> None:
    facts = order(line(parcel("2026-11-02"), id="1"), line(id="2", intangible=True))
    assert last_day(facts) == day("2026-11-16")


def test_C3_the_clock_has_not_started_while_a_unit_is_undelivered() -> None:
    assert last_day(order(line(parcel("2026-11-02", 2)))) is None


def test_C3_a_cancelled_unit_does_not_hold_up_the_clock() -> None:
    assert last_day(order(line(parcel("2026-11-02", 2), cancelled=1))) == day("2026-11-16")
    assert last_day(order(line(parcel("2026-11-02")), line(id="2", cancelled=3))) == day("2026-11-16")


def test_C3_with_nothing_left_to_deliver_the_days_are_counted_from_the_contract() -> None:
    assert statutory_end(order(line(cancelled=3)), LAW) == End(day("2026-11-03"), "Europe/Berlin")


def test_C3_a_parcel_that_was_never_sent_or_is_empty_does_not_count() -> None:
    facts = order(line(parcel("2026-11-02"), parcel(None, 2, sent=None), parcel("2026-11-20", 0)))
    assert last_day(facts) == day("2026-11-16")


def test_C5_a_parcel_on_its_way_is_not_in_possession() -> None:
    end = statutory_end(order(line(parcel(None, sent="2026-10-21"))), LAW)
    assert end == End(day("2026-11-18"), "Europe/Berlin", estimated=True)


def test_C6_the_hour_of_the_event_does_not_matter() -> None:
    for hour in ("00:00", "23:59"):
        held = parcel(f"2026-11-02 {hour}")
        assert last_day(order(line(held))) == day("2026-11-16")


def test_C6_the_period_ends_with_the_last_hour_of_the_last_day() -> None:
    end = statutory_end(delivered("2026-11-02"), LAW)
    assert end is not None
    assert not end.passed(at("2026-11-16 23:59"))
    assert end.passed(at("2026-11-17 00:00"))


@pytest.mark.parametrize(
    ("held", "last"),
    [("2026-10-30", "2026-11-13"), ("2026-10-31", "2026-11-16"), ("2026-11-01", "2026-11-16")],
    ids=["Friday stays", "Saturday moves", "Sunday moves"],
)
def test_C6_only_a_last_day_on_a_weekend_moves(held: str, last: str) -> None:
    assert last_day(delivered(held)) == day(last)


def test_C6_a_holiday_within_the_period_changes_nothing() -> None:
    assert last_day(delivered("2026-12-17")) == day("2026-12-31")


def test_C6_a_last_day_at_easter_moves_past_good_friday_and_easter_monday() -> None:
    assert last_day(delivered("2026-03-20", placed_at=at("2026-03-01"))) == day("2026-04-07")


def test_C7_the_later_of_the_consumers_and_the_traders_calendar_counts() -> None:
    """28 September is a holiday in Czechia and not in Germany."""
    at_home = delivered("2026-09-14", "DE", placed_at=at("2026-09-01"), shop_country="DE")
    from_prague = delivered("2026-09-14", "DE", placed_at=at("2026-09-01"), shop_country="CZ")
    to_prague = delivered("2026-09-14", "CZ", placed_at=at("2026-09-01"), shop_country="DE")
    assert [last_day(facts) for facts in (at_home, from_prague, to_prague)] == [
        day("2026-09-28"),
        day("2026-09-29"),
        day("2026-09-29"),
    ]


def test_C7_the_two_calendars_are_not_chained() -> None:
    """17 November is closed in Czechia only, the 18th in Croatia only."""
    facts = delivered("2026-11-03", "CZ", shop_country="HR")
    assert last_day(facts) == day("2026-11-18")


def test_C7_the_eves_that_swedish_law_treats_like_sundays_move_the_end() -> None:
    assert last_day(delivered("2026-12-10", "SE")) == day("2026-12-28")
    assert last_day(delivered("2026-12-17", "SE")) == day("2027-01-04")
    assert last_day(delivered("2026-06-05", "SE", placed_at=at("2026-06-01"))) == day("2026-06-22")


def test_C7_the_traders_own_eves_count_and_an_unknown_trader_has_weekends_only() -> None:
    assert last_day(delivered("2026-12-10", "DE", shop_country="SE")) == day("2026-12-28")
    assert last_day(delivered("2026-12-10", "DE", shop_country="ZZ")) == day("2026-12-24")


def test_C7_a_trader_of_whose_law_nothing_is_known_closes_on_its_public_holidays() -> None:
    """7 September is Brazil's national day; the tables have no row for Brazil."""
    assert last_day(delivered("2026-08-24", placed_at=at("2026-08-20"), shop_country="BR")) == day("2026-09-08")


def test_C8_the_day_is_the_consumers_not_the_shops() -> None:
    held = parcel("2026-11-02 23:30", zone="Europe/London")
    facts = order(line(held), country="GB", shop_zone="Europe/Berlin")
    assert statutory_end(facts, LAW) == End(day("2026-11-16"), "Europe/London")


def test_C8_an_unknown_zone_ends_as_late_as_any_zone_of_the_country() -> None:
    """Noon in Madrid is the same day on the Canaries, where the day ends an hour later."""
    facts = order(line(parcel("2026-11-02", zone="Europe/Madrid")), country="ES", zone="")
    end = statutory_end(facts, LAW)
    assert end == End(day("2026-11-16"), "Atlantic/Canary")
    assert end is not None
    assert not end.passed(at("2026-11-17 00:30", "Europe/Madrid"))
    assert end.passed(at("2026-11-17 01:00", "Europe/Madrid"))


def test_C8_an_unknown_zone_takes_a_later_day_zero_where_there_is_one() -> None:
    """Half past eleven at night on the Canaries is already the third in Madrid, so Madrid ends a day later."""
    facts = order(line(parcel("2026-11-02 23:30", zone="Atlantic/Canary")), country="ES", zone="Nowhere/Else")
    end = statutory_end(facts, LAW)
    assert end is not None
    assert (end.day, end.zone) == (day("2026-11-17"), "Europe/Madrid")


def test_C8_with_the_country_unknown_too_the_zone_is_the_shops() -> None:
    assert consumer_zones(order(line(), country="", shop_zone="Asia/Tokyo")) == ("Asia/Tokyo",)


def test_C8_most_countries_have_a_zone() -> None:
    assert zones_of("DE")[0] == "Europe/Berlin"
    assert zones_of("") == ()
    assert [row.country for row in LAW.countries if not zones_of(row.country)] == []


def test_C9_a_buyer_who_was_not_told_has_twelve_months_more() -> None:
    assert last_day(delivered("2026-11-02", notice_given_at=None)) == day("2027-11-16")


def test_C9_the_long_end_also_moves_off_a_weekend() -> None:
    """First end Friday 13 November 2026; a year later it is a Saturday."""
    assert last_day(delivered("2026-10-30", notice_given_at=None)) == day("2027-11-15")


def test_C9_told_late_the_days_run_from_that_day() -> None:
    assert last_day(delivered("2026-11-02", notice_given_at=at("2027-02-01"))) == day("2027-02-15")


def test_C9_told_within_the_first_days_the_days_run_from_then() -> None:
    assert last_day(delivered("2026-11-02", notice_given_at=at("2026-11-05"))) == day("2026-11-19")


def test_C9_told_before_the_goods_came_nothing_changes() -> None:
    assert last_day(delivered("2026-11-02", notice_given_at=at("2026-10-25"))) == day("2026-11-16")


def test_C9_told_too_late_never_makes_the_long_end_longer() -> None:
    assert last_day(delivered("2026-11-02", notice_given_at=at("2027-11-10"))) == day("2027-11-16")
    assert last_day(delivered("2026-11-02", notice_given_at=at("2028-11-10"))) == day("2027-11-16")


@pytest.mark.parametrize(("presumed", "last"), [(True, "2026-11-16"), (False, "2027-11-16")])
def test_C9_what_nobody_said_about_the_notice_the_setting_answers(presumed, last) -> None:
    facts = delivered("2026-11-02", notice_given_at=None, notice_known=False, notice_presumed=presumed)
    assert last_day(facts) == day(last)


def test_C9_China_knows_no_longer_period() -> None:
    assert last_day(delivered("2026-11-02", "CN", notice_given_at=None)) == day("2026-11-09")


def test_C10_thirty_days_at_the_door_where_the_state_chose_so() -> None:
    assert last_day(delivered("2026-11-02", "IT", off_premises=True)) == day("2026-12-02")
    assert last_day(delivered("2026-11-02", "DE", off_premises=True)) == day("2026-11-16")


def test_C11_an_unknown_delivery_is_estimated_by_the_days_in_transit() -> None:
    facts = order(line(parcel(None, sent="2026-10-21")))
    assert statutory_end(facts, LAW, transit_days=5) == End(day("2026-11-09"), "Europe/Berlin", estimated=True)


def test_C11_one_estimated_parcel_makes_the_end_of_the_order_an_estimate() -> None:
    facts = order(line(parcel("2026-12-01", 1), parcel(None, 2, sent="2026-10-21")))
    assert statutory_end(facts, LAW) == End(day("2026-12-15"), "Europe/Berlin", estimated=True)


def test_P2_the_law_is_that_of_the_country_of_delivery() -> None:
    assert last_day(delivered("2026-10-31", "GB", shop_country="DE")) == day("2026-11-14")
    assert last_day(delivered("2026-10-31", "DE", shop_country="GB")) == day("2026-11-16")


def test_P4_switzerland_and_the_states_give_no_right() -> None:
    assert last_day(delivered("2026-11-02", "CH")) is None
    assert last_day(delivered("2026-11-02", "US")) is None


# --- other places, law.md section 8 ---


def test_UK_the_last_item_counts_and_an_untold_buyer_has_twelve_months_more() -> None:
    two = order(line(parcel("2026-11-02"), id="1"), line(parcel("2026-11-20"), id="2"), country="GB")
    assert last_day(two) == day("2026-12-04")
    assert last_day(delivered("2026-10-31", "GB", notice_given_at=None)) == day("2027-11-14")


def test_China_the_days_follow_the_day_of_signing_and_move_off_a_holiday() -> None:
    """Seven days after 24 September 2026 is National Day, which lasts with its weekend to the seventh of October."""
    signed = delivered("2026-09-24", "CN", placed_at=at("2026-09-01"))
    assert last_day(signed) == day("2026-10-08")


def test_Japan_the_day_of_delivery_is_one_of_the_eight() -> None:
    assert last_day(delivered("2026-11-02", "JP")) == day("2026-11-09")


def test_USA_no_federal_law_gives_a_right() -> None:
    assert last_day(delivered("2026-11-02", "US")) is None


def test_CZ_the_last_piece_counts_and_late_notice_brings_fourteen_days() -> None:
    two = order(line(parcel("2026-11-02"), id="1"), line(parcel("2026-11-20"), id="2"), country="CZ")
    assert last_day(two) == day("2026-12-04")
    assert last_day(delivered("2026-11-02", "CZ", notice_given_at=at("2027-02-01"))) == day("2027-02-15")
    assert last_day(delivered("2026-11-02", "CZ", notice_given_at=None)) == day("2027-11-16")


def test_PL_the_end_moves_off_a_saturday_a_sunday_and_a_holiday() -> None:
    """The days from 28 October 2026 end on the eleventh of November, when Poland celebrates."""
    ends = [last_day(delivered(held, "PL")) for held in ("2026-10-31", "2026-11-01", "2026-10-28")]
    assert ends == [day("2026-11-16"), day("2026-11-16"), day("2026-11-12")]


def test_a_contract_older_than_the_law_has_no_right_by_it() -> None:
    assert last_day(delivered("2014-06-20", placed_at=at("2014-06-12"))) is None
    assert last_day(delivered("2014-06-20", placed_at=at("2014-06-13"))) == day("2014-07-04")
