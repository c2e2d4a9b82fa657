"""What holds of every verdict, whatever the facts."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from returns.policy.clocks import local_day, order_day, policy_end, statutory_end
from returns.policy.facts import Answer, Ask, CountedFrom, Delivery, LegalPath, LineFacts, OrderFacts, Season, Terms
from returns.policy.grounds import ground
from returns.policy.law import LAW
from returns.policy.reasons import CODES, Impossible
from returns.policy.verdict import Verdict, judge

unhurried = settings(deadline=None, max_examples=60)
"""The first look at a country's holidays loads them, which takes longer than a deadline allows."""

ZONES = ("", "Europe/Berlin", "Atlantic/Canary", "Pacific/Kiritimati", "Pacific/Niue", "Mars/Olympus")
UNKNOWN_COUNTRIES = ("", "UK", "EL", "XX", "ZZ", "de")
COUNTRIES = ("DE", "SE", "ES", "IT", "GB", "CN", "JP", "CH", "US", *UNKNOWN_COUNTRIES)
KINDS = ("apparel", "shoes")

days = st.dates(min_value=date(2026, 1, 1), max_value=date(2028, 12, 31))
moments = st.builds(datetime.combine, days, st.times(timezones=st.just(UTC)))
ENDS = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
zones_of_clocks = st.sampled_from([UTC, *(timezone(timedelta(hours=hours)) for hours in (-12, 14))])
any_moments = (
    st.datetimes(timezones=zones_of_clocks)
    | st.sampled_from(ENDS)
    | st.builds(lambda end, zone: end.replace(tzinfo=zone), st.sampled_from(ENDS), zones_of_clocks)
)
any_days = st.dates() | st.sampled_from([date.min, date.max])
any_zones = st.sampled_from([*ZONES, "Europe", "../UTC", "UTC\0"]) | st.text(max_size=4)
any_countries = st.sampled_from([*COUNTRIES, "HolidayBase", "registry", "DEU"]) | st.text(max_size=3)
any_numbers = st.integers(0, 10**12) | st.sampled_from([0, 10**9, 10**12, 10**30])
counts = st.integers(0, 5)


def deliveries_of(when: st.SearchStrategy[datetime]) -> st.SearchStrategy[Delivery]:
    return st.builds(Delivery, units=counts, dispatched_at=st.none() | when, possession_at=st.none() | when)


def orders_at(
    when: st.SearchStrategy[datetime],
    zones: st.SearchStrategy[str] = st.sampled_from(ZONES),  # noqa: B008  a strategy is never changed
    countries: st.SearchStrategy[str] = st.sampled_from(COUNTRIES),  # noqa: B008
) -> st.SearchStrategy[OrderFacts]:
    lines = st.builds(
        LineFacts,
        id=st.sampled_from("abc"),
        kind=st.sampled_from(KINDS),
        quantity=st.integers(0, 12),
        taken=counts,
        deliveries=st.lists(deliveries_of(when), max_size=3).map(tuple),
        exception=st.none() | st.sampled_from("acemz"),
        final_sale=st.booleans(),
        cancelled=st.integers(0, 2),
        exception_proven=st.none() | st.booleans(),
        intangible=st.booleans(),
    )
    return st.builds(
        OrderFacts,
        placed_at=when,
        country=countries,
        zone=zones,
        shop_zone=zones,
        shop_country=countries,
        lines=st.lists(lines, max_size=3, unique_by=lambda line: line.id).map(tuple),
        business=st.booleans(),
        notice_given_at=st.none() | when,
        notice_known=st.booleans(),
        notice_presumed=st.booleans(),
        off_premises=st.booleans(),
        recurring=st.booleans(),
    )


def policies_of(
    when: st.SearchStrategy[datetime],
    days: st.SearchStrategy[date],
    window: st.SearchStrategy[int],
    transit: st.SearchStrategy[int],
) -> st.SearchStrategy[Terms]:
    seasons = st.builds(Season, ordered_from=days, ordered_until=days, last_day=days)
    return st.builds(
        Terms,
        id=st.sampled_from("pqr"),
        version=st.integers(1, 3),
        window_days=st.none() | window,
        counted_from=st.sampled_from(CountedFrom),
        kinds=st.frozensets(st.sampled_from(KINDS)),
        countries=st.frozensets(st.sampled_from(COUNTRIES)),
        valid_from=st.none() | when,
        valid_until=st.none() | when,
        final_sale_returnable=st.booleans(),
        transit_days=transit,
        seasons=st.lists(seasons, max_size=2).map(tuple),
        exceptions_returnable=st.frozensets(st.sampled_from("acem")),
        faulty_photos=st.integers(0, 2),
        person_decides=st.booleans(),
        person_above_units=st.none() | counts,
        person_above_amount=st.none() | counts,
        person_after_returns=st.none() | counts,
    )


policies = policies_of(moments, days, window=st.integers(0, 400), transit=st.integers(0, 30))
policy_lists = st.lists(policies, max_size=4)
laws = st.sampled_from([LAW, None])
waits = st.timedeltas(min_value=timedelta(microseconds=1), max_value=timedelta(days=900))
country_rows = st.builds(
    replace,
    st.sampled_from(LAW.countries),
    country=st.sampled_from(COUNTRIES),
    regime=st.none() | st.sampled_from(sorted(LAW.regimes)),
    liable_years=st.integers(1, 9),
)
orders = orders_at(moments)


@contextmanager
def on_a_machine_in(zone: str) -> Iterator[None]:
    """The process's own zone for a while, and no day remembered from before."""
    with pytest.MonkeyPatch.context() as machine:
        machine.setenv("TZ", zone)
        time.tzset()
        local_day.cache_clear()
        yield
    time.tzset()


@st.composite
def asks_of(draw: st.DrawFn, order: OrderFacts) -> list[Ask]:
    """One possible ask for each line that has something left, as most lines of these orders have."""
    return [
        Ask(
            line.id,
            draw(st.integers(1, line.returnable)),
            draw(st.sampled_from(LegalPath)),
            draw(st.none() | st.booleans()),
            draw(st.integers(0, 2)),
            asks_photo=draw(st.booleans()),
        )
        for line in order.lines
        if line.returnable
    ]


@settings(deadline=None, max_examples=200)
@given(
    order=orders_at(any_moments, any_zones, any_countries),
    policies=st.lists(policies_of(any_moments, any_days, window=any_numbers, transit=any_numbers), max_size=3),
    at=any_moments,
    law=laws,
    data=st.data(),
)
def test_a_verdict_is_total(order, policies, at, law, data) -> None:
    """Any facts get an answer, with reasons as declared, that survives JSON.

    From the calendar's first moment to its last, in countries and zones that there are not, for windows and transits of
    whatever length.
    """
    for verdict in judge(order, data.draw(asks_of(order)), policies, at, law):
        assert verdict.answer is Answer.ACCEPT or verdict.reasons
        assert all(tuple(reason.values) == CODES[reason.code] for reason in verdict.reasons)
        assert Verdict.from_json(verdict.as_json()) == verdict


@unhurried
@given(order=orders, at=moments, line=st.sampled_from("abcd"), units=st.integers(-1, 9))
def test_a_quantity_is_judged_when_so_many_are_left_and_is_else_impossible(order, at, line, units) -> None:
    left = {facts.id: facts.returnable for facts in order.lines}.get(line, 0)
    if 1 <= units <= left:
        (verdict,) = judge(order, [Ask(line, units)], [], at)
        assert (verdict.line, verdict.units) == (line, units)
    else:
        with pytest.raises(Impossible):
            judge(order, [Ask(line, units)], [], at)


@unhurried
@given(order=orders, policies=policy_lists, at=moments, law=laws)
def test_so_many_units_as_a_refused_quantity_leaves_open_may_come(order, policies, at, law) -> None:
    """One withdrawal for all units of each line: a late one tells how many fewer the window would still take."""
    asks = [Ask(line.id, line.returnable) for line in order.lines if line.returnable]
    for ask, verdict in zip(asks, judge(order, asks, policies, at, law), strict=True):
        for reason in verdict.reasons:
            if reason.code == "window_passed" and (left := int(reason.values["units_open"])):
                assert left < ask.units
                (fewer,) = judge(order, [replace(ask, units=left)], policies, at, law)
                assert "window_passed" not in [one.code for one in fewer.reasons]
                (more,) = judge(order, [replace(ask, units=left + 1)], policies, at, law)
                assert "window_passed" in [one.code for one in more.reasons]


@unhurried
@given(order=orders, policies=policy_lists, at=moments, law=laws, more=st.integers(0, 400), data=st.data())
def test_more_days_never_turn_an_accept_into_anything_else(order, policies, at, law, more, data) -> None:
    asks = data.draw(asks_of(order))
    longer = [
        replace(terms, window_days=None if terms.window_days is None else terms.window_days + more)
        for terms in policies
    ]
    for shorter_verdict, longer_verdict in zip(
        judge(order, asks, policies, at, law), judge(order, asks, longer, at, law), strict=True
    ):
        assert shorter_verdict.answer is not Answer.ACCEPT or longer_verdict.answer is Answer.ACCEPT


@unhurried
@given(order=orders, policies=policy_lists, at=moments, data=st.data())
def test_the_law_never_makes_an_answer_harder(order, policies, at, data) -> None:
    kindness = [Answer.REFUSE, Answer.REFER, Answer.ACCEPT]
    asks = data.draw(asks_of(order))
    for alone, with_law in zip(judge(order, asks, policies, at, None), judge(order, asks, policies, at), strict=True):
        assert kindness.index(with_law.answer) >= kindness.index(alone.answer)


@unhurried
@given(order=orders, policies=policy_lists, at=moments, data=st.data())
def test_the_statutory_end_is_never_after_the_effective_end(order, policies, at, data) -> None:
    for verdict in judge(order, data.draw(asks_of(order)), policies, at):
        if verdict.statutory_until is not None and not verdict.open_ended:
            assert verdict.until is not None
            assert verdict.until >= verdict.statutory_until


@unhurried
@given(order=orders, policies=policy_lists, at=moments, data=st.data())
def test_a_consumer_who_may_withdraw_is_refused_nothing_that_was_sent(order, policies, at, data) -> None:
    for verdict in judge(order, data.draw(asks_of(order)), policies, at):
        if verdict.by_right:
            undelivered = [reason for reason in verdict.reasons if reason.code == "not_delivered"]
            assert verdict.answer is (Answer.REFER if undelivered else Answer.ACCEPT)


@unhurried
@given(order=orders, country=st.sampled_from(UNKNOWN_COUNTRIES), policies=policy_lists, at=moments, data=st.data())
def test_a_consumer_whose_country_nobody_knows_is_refused_nothing_but_a_courtesy(
    order, country, policies, at, data
) -> None:
    somewhere = replace(order, country=country, business=False)
    asks = data.draw(asks_of(somewhere))
    for ask, verdict in zip(asks, judge(somewhere, asks, policies, at), strict=True):
        assert verdict.answer is not Answer.REFUSE or ask.legal_path is LegalPath.COURTESY


@unhurried
@given(order=orders, policies=policy_lists, at=moments, data=st.data())
def test_a_consumer_whose_goods_nobody_saw_arrive_is_refused_nothing_that_can_be_withdrawn(
    order, policies, at, data
) -> None:
    """Only goods that the law excepts from withdrawal may be refused on the shop's own clock."""
    unseen = [replace(delivery, possession_at=None) for line in order.lines for delivery in line.deliveries]
    lines = tuple(replace(line, exception=None, intangible=False, deliveries=tuple(unseen)) for line in order.lines)
    somewhere = replace(order, country="DE", business=False, lines=lines)
    asks = data.draw(asks_of(somewhere))
    if not any(line.quantity > line.cancelled for line in lines):
        return  # nothing is to come any more, so that the days run from the contract
    for ask, verdict in zip(asks, judge(somewhere, asks, policies, at), strict=True):
        assert verdict.answer is not Answer.REFUSE or ask.legal_path is LegalPath.COURTESY


@unhurried
@given(order=orders, policies=policy_lists, at=moments, law=laws, data=st.data())
def test_units_that_were_not_sent_are_for_a_person_whatever_else_is_said(order, policies, at, law, data) -> None:
    for verdict in judge(order, data.draw(asks_of(order)), policies, at, law):
        if any(reason.code == "not_delivered" for reason in verdict.reasons):
            assert verdict.answer is Answer.REFER


@unhurried
@given(order=orders, policies=policy_lists, at=moments, law=laws, data=st.data())
def test_a_right_is_either_sure_or_in_doubt_and_only_of_who_withdraws(order, policies, at, law, data) -> None:
    asks = data.draw(asks_of(order))
    for ask, verdict in zip(asks, judge(order, asks, policies, at, law), strict=True):
        assert not (verdict.by_right and verdict.in_doubt)
        assert verdict.spares_fees is (verdict.by_right or verdict.in_doubt)
        assert not verdict.spares_fees or (law is LAW and ask.legal_path is LegalPath.WITHDRAWAL)


@unhurried
@given(order=orders, at=moments, line=st.sampled_from("abc"))
def test_a_rule_keeps_the_right_open_as_long_as_it_is(order, at, line) -> None:
    """What beats a promise is asked of the same clock as the verdict."""
    sold = next((one for one in order.lines if one.id == line), None)
    if sold is None or LAW.regime(order.country, order_day(order)) is None:
        return
    end = statutory_end(order, LAW)
    rule = ground(order, sold, LAW, at)
    assert rule in {"C-1", "C-2", "C-3", "C-4", "C-6", "C-7", "C-9", "C-11"}
    if end is not None and not end.passed(at):
        assert rule != "C-11"


@unhurried
@given(order=orders, policies=policy_lists, at=moments, law=laws, data=st.data())
def test_the_order_of_items_parcels_lines_and_policies_does_not_matter(order, policies, at, law, data) -> None:
    asks = data.draw(asks_of(order))
    lines = tuple(replace(line, deliveries=line.deliveries[::-1]) for line in order.lines[::-1])
    distinct = list({(terms.id, terms.version): terms for terms in policies}.values())
    straight = judge(order, asks, distinct, at, law)
    reversed_ = judge(replace(order, lines=lines), asks[::-1], distinct[::-1], at, law)
    assert reversed_ == straight[::-1]


@unhurried
@given(order=orders, policies=policy_lists, at=moments, law=laws, data=st.data())
def test_the_same_moment_in_another_zone_gets_the_same_verdict(order, policies, at, law, data) -> None:
    asks = data.draw(asks_of(order))
    elsewhere = at.astimezone(tz=None)
    assert judge(order, asks, policies, elsewhere, law) == judge(order, asks, policies, at, law)


@unhurried
@given(order=orders, policies=policy_lists, at=moments, law=laws, days=st.integers(0, 900), data=st.data())
def test_time_never_turns_another_answer_into_an_accept(order, policies, at, law, days, data) -> None:
    asks = data.draw(asks_of(order))
    then = at + timedelta(days=days)
    for sooner, later in zip(
        judge(order, asks, policies, at, law), judge(order, asks, policies, then, law), strict=True
    ):
        assert sooner.answer is Answer.ACCEPT or later.answer is not Answer.ACCEPT


@unhurried
@given(order=orders, policies=policy_lists, later=policy_lists, wait=waits, at=moments, law=laws, data=st.data())
def test_a_policy_that_begins_after_the_order_changes_nothing(order, policies, later, wait, at, law, data) -> None:
    asks = data.draw(asks_of(order))
    begun = order.placed_at + wait
    coming = [replace(terms, version=terms.version + 3, valid_from=begun) for terms in later]
    assert judge(order, asks, [*policies, *coming], at, law) == judge(order, asks, policies, at, law)


@unhurried
@given(order=orders, policies=policy_lists, at=moments, rows=st.lists(country_rows, max_size=4), data=st.data())
def test_a_law_that_begins_after_the_order_changes_nothing(order, policies, at, rows, data) -> None:
    """Neither the consumer's nor the trader's; the day of the contract is that of where the consumer is."""
    asks = data.draw(asks_of(order))
    coming = tuple(replace(row, effective_from=order_day(order) + timedelta(days=1)) for row in rows)
    law = replace(LAW, countries=(*coming, *LAW.countries))
    assert judge(order, asks, policies, at, law) == judge(order, asks, policies, at)


@unhurried
@given(order=orders, policies=policy_lists, at=moments, law=laws, data=st.data())
def test_the_zone_of_the_machine_changes_nothing(order, policies, at, law, data) -> None:
    asks = data.draw(asks_of(order))
    verdicts = []
    for zone in ("UTC", "Pacific/Kiritimati", "America/Los_Angeles"):
        with on_a_machine_in(zone):
            verdicts.append(judge(order, asks, policies, at, law))
    assert verdicts[1:] == verdicts[:1] * 2


@unhurried
@given(order=orders, terms=policies, data=st.data())
def test_fewer_units_never_end_sooner(order, terms, data) -> None:
    for line in order.lines:
        ends = [end for units in range(1, 6) if (end := policy_end(order, line, units, terms))]
        assert [end.day for end in ends] == sorted((end.day for end in ends), reverse=True)


@unhurried
@given(order=orders)
def test_a_missing_notice_never_ends_the_right_sooner(order) -> None:
    told = statutory_end(replace(order, notice_known=True, notice_given_at=order.placed_at), LAW)
    untold = statutory_end(replace(order, notice_known=True, notice_given_at=None), LAW)
    assert (told is None) == (untold is None)
    assert told is None or untold is None or told.lateness <= untold.lateness
