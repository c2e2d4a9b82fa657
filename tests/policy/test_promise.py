"""The shop's promise: its rules one by one, and together."""

from datetime import timedelta
from typing import Any

import pytest

from returns.policy.facts import Ask, CountedFrom, LegalPath, Terms
from returns.policy.reasons import Reason
from returns.policy.verdict import Verdict, judge
from tests.policy.making import (
    ACCEPT,
    AFTER,
    BETWEEN,
    CONFORMITY,
    COURTESY,
    PLACED,
    REFER,
    REFUSE,
    WINDOW_30,
    WITHIN,
    at,
    day,
    delivered,
    line,
    order,
    parcel,
    summary,
    verdict,
)


def test_within_the_window_the_answer_is_accept_without_a_reason() -> None:
    assert verdict(delivered("2026-11-02"), BETWEEN, WINDOW_30, law=None) == Verdict(
        line="1", units=1, answer=ACCEPT, policy_until=day("2026-12-02"), policy=("standard", 1)
    )


def test_past_the_window_the_answer_is_refuse_with_its_last_day() -> None:
    assert verdict(delivered("2026-11-02"), AFTER, WINDOW_30, law=None) == Verdict(
        line="1",
        units=1,
        answer=REFUSE,
        reasons=(Reason("window_passed", {"policy_until": "2026-12-02", "days": 30, "units_open": 0}),),
        policy_until=day("2026-12-02"),
        policy=("standard", 1),
    )


def test_a_window_without_days_is_unlimited() -> None:
    answered = verdict(delivered("2026-11-02"), at("2046-11-02"), Terms("ever", 1, None), law=None)
    assert (answered.answer, answered.until, answered.open_ended) == (ACCEPT, None, True)


def test_regions_have_windows_of_their_own() -> None:
    longer = Terms("north", 1, 60, countries=frozenset({"SE"}))
    shorter = Terms("south", 1, 5, countries=frozenset({"IT"}))
    answers = [
        verdict(delivered("2026-11-02", country), AFTER - timedelta(days=offset), WINDOW_30, longer, shorter, law=None)
        for country, offset in (("SE", 0), ("DE", 0), ("DE", 30), ("IT", 30))
    ]
    assert [answered.answer for answered in answers] == [ACCEPT, REFUSE, ACCEPT, REFUSE]


def test_goods_have_windows_of_their_own() -> None:
    apparel = Terms("apparel", 1, 60, kinds=frozenset({"apparel"}))
    shirts = order(line(parcel("2026-11-02")))
    lamps = order(line(parcel("2026-11-02"), kind="lamp"))
    assert [verdict(facts, AFTER, WINDOW_30, apparel, law=None).policy for facts in (shirts, lamps)] == [
        ("apparel", 1),
        ("standard", 1),
    ]


def test_an_order_is_judged_by_the_version_in_force_when_it_was_placed() -> None:
    shorter = Terms("standard", 2, 5, valid_from=PLACED + timedelta(days=1))
    answered = verdict(delivered("2026-11-02"), BETWEEN, WINDOW_30, shorter, law=None)
    assert (answered.answer, answered.policy) == (ACCEPT, ("standard", 1))


def test_units_that_were_not_sent_are_for_a_person() -> None:
    answered = verdict(order(line(parcel("2026-11-02", 1))), WITHIN, WINDOW_30, units=2, law=None)
    assert answered.answer is REFER
    assert answered.reasons == (Reason("not_delivered", {"units": 2, "delivered": 1}),)


@pytest.mark.parametrize("counted_from", list(CountedFrom))
def test_an_order_of_which_nothing_was_sent_is_for_a_person(counted_from: CountedFrom) -> None:
    answered = verdict(order(line()), WITHIN, Terms("p", 1, 30, counted_from), law=None)
    assert summary(answered) == (REFER, ["not_delivered"])


@pytest.mark.parametrize("path", list(LegalPath))
@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"final_sale": False}, ["window_passed"]),
        ({"final_sale": True}, ["final_sale", "window_passed"]),
        ({"exception": "c"}, ["exception_c", "window_passed"]),
    ],
    ids=["past the window", "sale goods", "made to measure"],
)
@pytest.mark.parametrize("sent", [0, 1])
def test_units_that_were_not_sent_are_never_refused_whatever_the_promise_says(
    sent: int, facts: dict[str, Any], said: list[str], path: LegalPath
) -> None:
    """Days from the order pass before anything is sent; of goods that never came a person has to look."""
    unsent = order(line(parcel("2026-11-02", sent), **facts))
    answered = verdict(unsent, AFTER, Terms("p", 1, 30, CountedFrom.ORDER), units=2, law=None, path=path)
    objections = said if path is not CONFORMITY else ["faulty_goods"]
    assert summary(answered) == (REFER, ["not_delivered", *objections])


def test_units_taken_count_as_delivered_before_the_asked_ones() -> None:
    taken = order(line(parcel("2026-11-02", 2), taken=1))
    assert summary(verdict(taken, WITHIN, WINDOW_30, law=None)) == (ACCEPT, [])
    assert summary(verdict(taken, WITHIN, WINDOW_30, units=2, law=None)) == (REFER, ["not_delivered"])


def test_services_need_no_parcel() -> None:
    assert summary(verdict(order(line(intangible=True)), WITHIN, WINDOW_30, law=None)) == (ACCEPT, [])


def test_C11_an_estimated_window_accepts_and_never_refuses() -> None:
    unknown = order(line(parcel(None, sent="2026-10-21")))
    early = verdict(unknown, at("2026-12-04"), WINDOW_30, law=None)
    late = verdict(unknown, at("2026-12-05"), WINDOW_30, law=None)
    assert (early.answer, early.reasons, early.estimated) == (ACCEPT, (), True)
    assert (late.answer, late.estimated) == (REFER, True)
    assert late.reasons == (Reason("delivery_unknown", {"estimated_until": "2026-12-04"}),)


@pytest.mark.parametrize("order_of_parcels", [1, -1])
def test_of_two_parcels_that_end_on_one_day_the_guessed_one_counts_as_the_later(order_of_parcels: int) -> None:
    """One came on 4 November, one was sent on 21 October and came perhaps then: the asked unit may be that one."""
    parcels = [parcel("2026-11-04", 1), parcel(None, 1, sent="2026-10-21")][::order_of_parcels]
    facts = order(line(*parcels, quantity=2))
    answers = [summary(verdict(facts, at("2026-12-05"), WINDOW_30, units=units, law=None)) for units in (1, 2)]
    assert answers == [(REFER, ["delivery_unknown"]), (REFUSE, ["window_passed"])]


def test_a_refused_quantity_says_how_many_units_may_still_come() -> None:
    """Two units came on 2 November, one on the 20th."""
    facts = order(line(parcel("2026-11-02", 2), parcel("2026-11-20", 1)))
    refused = verdict(facts, at("2026-12-10"), WINDOW_30, units=2, law=None)
    assert refused.reasons == (Reason("window_passed", {"policy_until": "2026-12-02", "days": 30, "units_open": 1}),)
    assert verdict(facts, at("2026-12-10"), WINDOW_30, units=1, law=None).answer is ACCEPT


def test_a_line_in_two_parcels_may_come_back_parcel_by_parcel() -> None:
    """The first is here on 2 November and sent back; the second comes on the 20th, with thirty days of its own."""
    first, second = parcel("2026-11-02", 2), parcel("2026-11-20", 1)
    half = order(line(first))
    assert summary(verdict(half, WITHIN, WINDOW_30, units=2, law=None)) == (ACCEPT, [])
    assert summary(verdict(half, WITHIN, WINDOW_30, units=3, law=None)) == (REFER, ["not_delivered"])
    rest = verdict(order(line(first, second, taken=2)), at("2026-12-20"), WINDOW_30, law=None)
    assert (rest.answer, rest.policy_until) == (ACCEPT, day("2026-12-20"))


def test_two_asks_of_one_line_share_its_earliest_end() -> None:
    facts = order(line(parcel("2026-11-02", 2), parcel("2026-11-20", 1)))
    asks = [Ask("1", 1), Ask("1", 1, COURTESY)]
    answers = judge(facts, asks, [WINDOW_30], at("2026-12-10"), None)
    assert [answered.answer for answered in answers] == [REFUSE, REFUSE]


def test_sale_goods_are_refused_unless_the_policy_takes_them() -> None:
    sale = order(line(parcel("2026-11-02"), final_sale=True))
    assert summary(verdict(sale, WITHIN, WINDOW_30, law=None)) == (REFUSE, ["final_sale"])
    generous = Terms("p", 1, 30, final_sale_returnable=True)
    assert summary(verdict(sale, WITHIN, generous, law=None)) == (ACCEPT, [])


def test_a_refusal_for_the_goods_promises_no_day() -> None:
    sale = order(line(parcel("2026-11-02"), final_sale=True))
    assert verdict(sale, WITHIN, WINDOW_30, law=None).until is None
    ever = verdict(sale, WITHIN, Terms("ever", 1, None), law=None)
    assert (ever.until, ever.open_ended) == (None, False)


def test_goods_that_no_policy_covers_are_for_a_person() -> None:
    shoes = Terms("shoes", 1, 30, kinds=frozenset({"shoes"}))
    answered = verdict(delivered("2026-11-02", "US"), WITHIN, shoes)
    silence = Reason("no_policy", {"kind": "apparel", "country": "US"})
    assert answered == Verdict(line="1", units=1, answer=REFER, reasons=(silence,))
    assert (answered.policy, answered.policy_until, answered.until) == (None, None, None)


def test_a_policy_may_want_a_person_for_everything_or_for_many_units() -> None:
    facts = delivered("2026-11-02")
    always = Terms("p", 1, 30, person_decides=True)
    assert summary(verdict(facts, WITHIN, always, law=None)) == (REFER, ["person_decides"])
    above_one = Terms("p", 1, 30, person_above_units=1)
    assert summary(verdict(facts, WITHIN, above_one, units=1, law=None)) == (ACCEPT, [])
    many = verdict(facts, WITHIN, above_one, units=2, law=None)
    assert (many.answer, many.reasons) == (REFER, (Reason("many_units", {"units": 2, "limit": 1}),))


def test_a_policy_may_want_a_person_for_what_cost_more_than_a_limit() -> None:
    facts = order(line(parcel("2026-11-02"), paid=30_000), currency="EUR")
    terms = Terms("p", 1, 30, person_above_amount=10_000, currency="EUR")
    assert summary(verdict(facts, WITHIN, terms, units=1, law=None)) == (ACCEPT, [])
    dear = verdict(facts, WITHIN, terms, units=2, law=None)
    said = Reason("high_value", {"amount": 20_000, "limit": 10_000, "currency": "EUR"})
    assert (dear.answer, dear.reasons) == (REFER, (said,))


def test_the_price_of_some_units_is_rounded_down_before_it_meets_the_limit() -> None:
    """Two of three for 100.00 cost 66.66."""
    facts = order(line(parcel("2026-11-02"), paid=10_000), currency="EUR")
    at_the_limit, below = (Terms("p", 1, 30, person_above_amount=limit) for limit in (6_666, 6_665))
    assert verdict(facts, WITHIN, at_the_limit, units=2, law=None).answer is ACCEPT
    said = Reason("high_value", {"amount": 6_666, "limit": 6_665, "currency": "EUR"})
    assert verdict(facts, WITHIN, below, units=2, law=None).reasons == (said,)


def test_a_limit_in_another_currency_says_nothing_of_an_order() -> None:
    facts = order(line(parcel("2026-11-02"), paid=30_000), currency="CZK")
    limits = [Terms("p", 1, 30, person_above_amount=1, currency=currency) for currency in ("EUR", "")]
    assert [verdict(facts, WITHIN, terms, law=None).answer for terms in limits] == [ACCEPT, REFER]


def test_G4_many_returns_in_a_year_bring_a_case_to_a_person_and_never_refuse_it() -> None:
    terms = Terms("p", 1, 30, person_after_returns=5)
    answered = [verdict(delivered("2026-11-02", earlier_returns=n), WITHIN, terms, law=None) for n in (4, 5)]
    assert [found.answer for found in answered] == [ACCEPT, REFER]
    assert answered[1].reasons == (Reason("many_returns", {"returns": 5, "limit": 5}),)
    assert verdict(delivered("2026-11-02", earlier_returns=9), WITHIN, terms).answer == ACCEPT


def test_all_failing_reasons_are_reported_together_and_the_hardest_decides() -> None:
    facts = order(line(parcel("2026-11-02"), final_sale=True, exception="c"))
    strict = Terms("p", 1, 30, person_decides=True, person_above_units=2)
    assert summary(verdict(facts, AFTER, strict, units=3, law=None)) == (
        REFUSE,
        ["final_sale", "exception_c", "window_passed", "person_decides", "many_units"],
    )


def test_verdicts_come_in_the_order_of_the_asks() -> None:
    facts = order(line(parcel("2026-11-02"), id="a"), line(parcel("2026-11-02"), id="b"))
    asks = [Ask("b", 1), Ask("a", 2)]
    assert [(v.line, v.units) for v in judge(facts, asks, [WINDOW_30], WITHIN)] == [("b", 1), ("a", 2)]


def test_nothing_asked_gives_no_verdict() -> None:
    assert judge(delivered("2026-11-02"), [], [WINDOW_30], WITHIN) == ()
