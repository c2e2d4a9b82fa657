"""Verdicts: the rules one by one, together, and against the statutory right."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from returns.policy.exceptions import hangs_on_seal
from returns.policy.facts import Answer, Ask, CountedFrom, LegalPath, OutboundShipping, Terms
from returns.policy.law import EXCEPTIONS
from returns.policy.reasons import CODES, FAULTS, Impossible, Reason
from returns.policy.verdict import Verdict, judge
from tests.policy.making import (
    PLACED,
    WINDOW_10,
    WINDOW_30,
    at,
    codes,
    day,
    delivered,
    line,
    order,
    parcel,
    summary,
    verdict,
)

ACCEPT, REFER, REFUSE = Answer.ACCEPT, Answer.REFER, Answer.REFUSE
WITHDRAWAL, CONFORMITY, COURTESY = LegalPath.WITHDRAWAL, LegalPath.CONFORMITY, LegalPath.COURTESY
WITHIN, BETWEEN, AFTER = at("2026-11-10"), at("2026-11-25"), at("2026-12-24")
"""Goods held on 2 November: within the 14 days, between them and the shop's 30, and after both."""


# --- the shop's promise alone ---


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


def test_a_refused_quantity_says_how_many_units_may_still_come() -> None:
    """Two units came on 2 November, one on the 20th."""
    facts = order(line(parcel("2026-11-02", 2), parcel("2026-11-20", 1)))
    refused = verdict(facts, at("2026-12-10"), WINDOW_30, units=2, law=None)
    assert refused.reasons == (Reason("window_passed", {"policy_until": "2026-12-02", "days": 30, "units_open": 1}),)
    assert verdict(facts, at("2026-12-10"), WINDOW_30, units=1, law=None).answer is ACCEPT


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
    facts = order(line(parcel("2026-11-02", 2), final_sale=True, exception="c"))
    strict = Terms("p", 1, 30, person_decides=True, person_above_units=2)
    assert summary(verdict(facts, AFTER, strict, units=3, law=None)) == (
        REFUSE,
        ["not_delivered", "final_sale", "exception_c", "window_passed", "person_decides", "many_units"],
    )


def test_verdicts_come_in_the_order_of_the_asks() -> None:
    facts = order(line(parcel("2026-11-02"), id="a"), line(parcel("2026-11-02"), id="b"))
    asks = [Ask("b", 1), Ask("a", 2)]
    assert [(v.line, v.units) for v in judge(facts, asks, [WINDOW_30], WITHIN)] == [("b", 1), ("a", 2)]


def test_nothing_asked_gives_no_verdict() -> None:
    assert judge(delivered("2026-11-02"), [], [WINDOW_30], WITHIN) == ()


# --- exceptions of section 4 ---


@pytest.mark.parametrize("letter", list("bcdghjkl"))
def test_goods_typed_as_an_exception_are_refused_with_their_letter(letter: str) -> None:
    facts = order(line(parcel("2026-11-02"), exception=letter))
    answered = verdict(facts, WITHIN, WINDOW_30)
    assert summary(answered) == (REFUSE, [f"exception_{letter}"])
    assert answered.until is None


def test_X1_a_seal_is_asked_about_once() -> None:
    for letter in "ei":
        facts = order(line(parcel("2026-11-02"), exception=letter))
        unknown, sealed, broken = (
            verdict(facts, WITHIN, WINDOW_30, seal_broken=broken) for broken in (None, False, True)
        )
        assert unknown.reasons == (Reason("seal_unknown", {"exception": letter}),)
        assert unknown.answer is REFER
        assert summary(sealed) == (ACCEPT, [])
        assert summary(broken) == (REFER, [f"exception_{letter}"])


def test_X1_only_goods_with_a_seal_are_asked_about_it() -> None:
    assert "".join(letter for letter in EXCEPTIONS if hangs_on_seal(letter)) == "ei"
    assert [hangs_on_seal(exception) for exception in (None, "", "z")] == [False, False, False]


def test_X1_a_broken_seal_loses_no_right_before_a_person_has_looked() -> None:
    """The shop's ten days are over, the law's fourteen are not."""
    facts = order(line(parcel("2026-11-02"), exception="e"))
    when = at("2026-11-14")
    assert summary(verdict(facts, when, WINDOW_10, seal_broken=True)) == (REFER, ["exception_e", "window_passed"])
    assert summary(verdict(facts, when, WINDOW_10, seal_broken=False)) == (ACCEPT, ["window_passed", "statutory_right"])
    assert summary(verdict(facts, when, WINDOW_10, law=None)) == (REFUSE, ["seal_unknown", "window_passed"])


@pytest.mark.parametrize(
    ("proven", "expected"),
    [(None, (REFER, ["exception_unproven"])), (False, (ACCEPT, [])), (True, (REFUSE, ["exception_m"]))],
)
def test_X6_digital_content_is_excepted_only_with_its_proofs(proven, expected) -> None:
    facts = order(line(intangible=True, exception="m", exception_proven=proven))
    assert summary(verdict(facts, at("2026-10-21"), WINDOW_30)) == expected


def test_X6_a_missing_proof_is_named_with_its_letter() -> None:
    facts = order(line(intangible=True, exception="m"))
    answered = verdict(facts, at("2026-10-21"), WINDOW_30)
    assert answered.reasons == (Reason("exception_unproven", {"exception": "m"}),)


def test_X4_a_sale_price_is_no_exception_to_the_right() -> None:
    sale = order(line(parcel("2026-11-02"), final_sale=True))
    within = verdict(sale, WITHIN, WINDOW_30)
    assert summary(within) == (ACCEPT, ["final_sale", "statutory_right"])
    assert within.until == day("2026-11-16")
    assert summary(verdict(sale, BETWEEN, WINDOW_30)) == (REFUSE, ["final_sale"])
    assert summary(verdict(sale, WITHIN, WINDOW_30, path=COURTESY)) == (REFUSE, ["final_sale"])


def test_a_shop_may_take_back_what_the_law_excepts() -> None:
    facts = order(line(parcel("2026-11-02"), exception="c"))
    answered = verdict(facts, WITHIN, Terms("p", 1, 30, exceptions_returnable=frozenset({"c"})))
    assert (answered.answer, answered.by_right, answered.until) == (ACCEPT, False, day("2026-12-02"))


def test_an_exception_that_the_country_does_not_know_takes_no_right() -> None:
    """China's law has nothing on auctions."""
    facts = order(line(parcel("2026-11-02", zone="Asia/Shanghai"), exception="k"), country="CN")
    assert summary(verdict(facts, at("2026-11-05"), WINDOW_30)) == (ACCEPT, ["exception_k", "statutory_right"])


def test_a_letter_that_nobody_knows_is_for_a_person_where_no_right_decides() -> None:
    facts = order(line(parcel("2026-11-02"), exception="z"))
    unknown = Reason("exception_unknown", {"exception": "z"})
    assert verdict(facts, BETWEEN, WINDOW_30).reasons == (unknown,)
    assert verdict(facts, BETWEEN, WINDOW_30).answer is REFER
    assert summary(verdict(facts, WITHIN, WINDOW_30)) == (ACCEPT, ["exception_unknown", "statutory_right"])


# --- the statutory right ---


def test_P3_the_shopper_gets_the_later_of_both_ends() -> None:
    longer = verdict(delivered("2026-11-02"), BETWEEN, WINDOW_30)
    assert (longer.answer, longer.until, longer.by_right) == (ACCEPT, day("2026-12-02"), False)
    shorter = verdict(delivered("2026-11-02"), at("2026-11-16"), WINDOW_10)
    assert (shorter.answer, shorter.until, shorter.by_right) == (ACCEPT, day("2026-11-16"), True)
    assert verdict(delivered("2026-11-02"), at("2026-11-17"), WINDOW_10).answer is REFUSE


def test_P3_the_open_right_answers_a_policy_refusal_and_keeps_it_as_information() -> None:
    assert verdict(delivered("2026-11-02"), at("2026-11-14"), WINDOW_10) == Verdict(
        line="1",
        units=1,
        answer=ACCEPT,
        reasons=(
            Reason("window_passed", {"policy_until": "2026-11-12", "days": 10, "units_open": 0}),
            Reason("statutory_right", {"statutory_until": "2026-11-16"}),
        ),
        policy_until=day("2026-11-12"),
        statutory_until=day("2026-11-16"),
        policy=("short", 1),
        by_right=True,
    )


def test_P3_the_open_right_needs_no_policy_and_no_persons_approval() -> None:
    facts = delivered("2026-11-02")
    assert summary(verdict(facts, WITHIN)) == (ACCEPT, ["no_policy", "statutory_right"])
    slow = Terms("p", 1, 30, person_decides=True)
    assert summary(verdict(facts, WITHIN, slow)) == (ACCEPT, ["person_decides", "statutory_right"])
    assert summary(verdict(facts, BETWEEN, slow)) == (REFER, ["person_decides"])


def test_P1_a_business_buyer_has_the_promise_only() -> None:
    answered = verdict(delivered("2026-11-02", business=True), at("2026-11-14"), WINDOW_10)
    assert summary(answered) == (REFUSE, ["window_passed"])
    assert (answered.statutory_until, answered.by_right) == (None, False)


def test_P2_an_unknown_country_turns_a_refusal_over_to_a_person() -> None:
    facts = order(line(parcel("2026-11-02")), country="")
    assert summary(verdict(facts, AFTER, WINDOW_30)) == (REFER, ["window_passed", "country_unknown"])
    assert summary(verdict(facts, WITHIN, WINDOW_30)) == (ACCEPT, [])


def test_C3_an_undelivered_line_keeps_the_right_open_for_all_of_the_order() -> None:
    facts = order(line(parcel("2026-11-02"), id="1"), line(id="2"))
    answered = verdict(facts, AFTER, WINDOW_10)
    assert answered.reasons[-1] == Reason("statutory_right", {"statutory_until": ""})
    assert (answered.answer, answered.statutory_until, answered.open_ended) == (ACCEPT, None, True)
    assert answered.until is None


def test_C4_before_delivery_the_right_is_there_and_a_person_stops_the_parcel() -> None:
    answered = verdict(order(line()), WITHIN, WINDOW_30)
    assert summary(answered) == (REFER, ["not_delivered", "statutory_right"])
    assert answered.by_right is True


def test_C11_no_right_is_denied_on_an_estimate_alone() -> None:
    """Sent on 21 October, perhaps held on 4 November: the law's estimate ends on the 18th, the shop's on the 14th."""
    unknown = order(line(parcel(None, sent="2026-10-21")))
    assert summary(verdict(unknown, at("2026-11-18"), WINDOW_10)) == (ACCEPT, ["delivery_unknown", "statutory_right"])
    sale = order(line(parcel(None, sent="2026-10-21"), final_sale=True))
    late = verdict(sale, at("2026-11-19"), WINDOW_30)
    assert summary(late) == (REFER, ["final_sale", "delivery_unknown"])
    assert late.reasons[-1].values == {"estimated_until": "2026-11-18"}


def test_C11_the_laws_estimate_takes_the_longest_transit_of_the_policies_and_else_fourteen_days() -> None:
    """Sent on 21 October; 14 days after the fourth of November is the 18th, after the ninth the 23rd."""
    unknown = order(line(parcel(None, sent="2026-10-21")))
    slow, quick = Terms("slow", 1, 30, transit_days=19), Terms("quick", 1, 30, transit_days=3)
    ends = [verdict(unknown, WITHIN, *policies).statutory_until for policies in ((), (slow, quick), (quick, slow))]
    assert ends == [day("2026-11-18"), day("2026-11-23"), day("2026-11-23")]


def test_a_doubt_that_a_rule_has_voiced_is_not_said_twice() -> None:
    sale = order(line(parcel(None, sent="2026-10-21"), final_sale=True))
    assert codes(verdict(sale, at("2026-12-24"), WINDOW_10)) == ["final_sale", "delivery_unknown"]


def test_a_courtesy_claims_no_right() -> None:
    answered = verdict(delivered("2026-11-02"), at("2026-11-14"), WINDOW_10, path=COURTESY)
    assert summary(answered) == (REFUSE, ["window_passed"])
    assert answered.statutory_until is None


def test_in_japan_shown_terms_win_and_silence_gives_eight_days() -> None:
    facts = delivered("2026-11-02", "JP")
    last, after = at("2026-11-09 23:59", "Asia/Tokyo"), at("2026-11-10 00:00", "Asia/Tokyo")
    assert summary(verdict(facts, last)) == (ACCEPT, ["no_policy", "statutory_right"])
    assert summary(verdict(facts, after)) == (REFER, ["no_policy"])
    three_days = Terms("p", 1, 3)
    assert summary(verdict(facts, last, three_days)) == (REFUSE, ["window_passed"])


# --- faulty goods ---


def test_a_fault_within_either_window_is_accepted() -> None:
    assert summary(verdict(delivered("2026-11-02"), BETWEEN, WINDOW_30, path=CONFORMITY)) == (ACCEPT, [])
    by_law = verdict(delivered("2026-11-02"), at("2026-11-16"), WINDOW_10, path=CONFORMITY)
    assert summary(by_law) == (ACCEPT, [])
    ever = Terms("ever", 1, None)
    assert summary(verdict(delivered("2026-11-02"), AFTER, ever, path=CONFORMITY)) == (ACCEPT, [])


def test_a_fault_outside_the_windows_goes_to_a_person_with_the_end_of_liability() -> None:
    answered = verdict(delivered("2026-11-02"), AFTER, WINDOW_30, path=CONFORMITY)
    assert (answered.answer, answered.reasons) == (REFER, (Reason("faulty_goods", {"liable_until": "2028-11-02"}),))
    alone = verdict(delivered("2026-11-02"), AFTER, WINDOW_30, path=CONFORMITY, law=None)
    assert (alone.answer, alone.reasons) == (REFER, (Reason("faulty_goods", {"liable_until": ""}),))


def test_a_fault_without_a_policy_goes_to_a_person() -> None:
    assert summary(verdict(delivered("2026-11-02", "US"), WITHIN, path=CONFORMITY)) == (REFER, ["faulty_goods"])


def test_a_fault_of_undelivered_goods_is_a_matter_of_the_delivery() -> None:
    assert codes(verdict(order(line(), country="US"), WITHIN, WINDOW_30, path=CONFORMITY)) == ["not_delivered"]


def test_neither_sale_nor_exception_nor_calendar_refuses_a_fault() -> None:
    facts = order(line(parcel("2026-11-02"), final_sale=True, exception="c"))
    assert summary(verdict(facts, WITHIN, WINDOW_30, path=CONFORMITY)) == (ACCEPT, [])
    assert summary(verdict(facts, AFTER, WINDOW_30, path=CONFORMITY)) == (REFER, ["faulty_goods"])


def test_a_fault_may_need_a_photo_and_a_change_of_mind_never_does() -> None:
    terms = Terms("p", 1, 30, faulty_photos=2)
    one = verdict(delivered("2026-11-02"), BETWEEN, terms, path=CONFORMITY, photos=1)
    assert (one.answer, one.reasons) == (REFER, (Reason("photo_needed", {"needed": 2, "photos": 1}),))
    assert summary(verdict(delivered("2026-11-02"), BETWEEN, terms, path=CONFORMITY, photos=2)) == (ACCEPT, [])
    assert summary(verdict(delivered("2026-11-02"), BETWEEN, terms, path=WITHDRAWAL)) == (ACCEPT, [])


# --- quantities ---


@pytest.mark.parametrize(
    ("ask", "code", "values"),
    [
        (Ask("2", 1), "line_unknown", {"line": "2"}),
        (Ask("1", 0), "quantity_invalid", {"line": "1", "units": 0}),
        (Ask("1", -1), "quantity_invalid", {"line": "1", "units": -1}),
        (Ask("1", 3), "quantity_too_many", {"line": "1", "units": 3, "returnable": 2}),
    ],
)
def test_an_ask_that_does_not_fit_the_order_is_impossible(ask: Ask, code: str, values: dict[str, str | int]) -> None:
    facts = order(line(parcel("2026-11-02"), taken=1))
    with pytest.raises(Impossible) as fault:
        judge(facts, [ask], [WINDOW_30], WITHIN)
    assert (fault.value.code, fault.value.values) == (code, values)
    assert tuple(values) == FAULTS[code]


def test_asks_of_one_line_are_counted_together() -> None:
    facts = delivered("2026-11-02")
    with pytest.raises(Impossible, match=r"quantity_too_many: line=1, units=4, returnable=3"):
        judge(facts, [Ask("1", 2), Ask("1", 2, CONFORMITY)], [WINDOW_30], WITHIN)


def test_cancelled_units_cannot_come_back() -> None:
    with pytest.raises(Impossible, match="returnable=2"):
        verdict(order(line(parcel("2026-11-02"), cancelled=1)), WITHIN, WINDOW_30, units=3)


def test_a_fully_taken_line_has_nothing_to_ask_for() -> None:
    assert line(taken=3).returnable == 0
    assert line(taken=2, cancelled=2).returnable == 0


# --- the shape ---


def test_a_verdict_survives_json() -> None:
    facts = order(line(parcel("2026-11-02"), exception="e"))
    for answered in (
        verdict(facts, at("2026-11-14"), WINDOW_10),
        verdict(order(line()), WITHIN),
        verdict(delivered("2026-11-02"), AFTER, Terms("ever", 3, None)),
        verdict(order(line(parcel(None, sent="2026-10-21"))), WITHIN, WINDOW_30),
    ):
        assert Verdict.from_json(answered.as_json()) == answered


def test_the_json_is_that_of_the_api() -> None:
    assert verdict(delivered("2026-11-02"), at("2026-11-14"), WINDOW_10).as_json() == {
        "line": "1",
        "units": 1,
        "answer": "accept",
        "reasons": [
            {"code": "window_passed", "values": {"policy_until": "2026-11-12", "days": 10, "units_open": 0}},
            {"code": "statutory_right", "values": {"statutory_until": "2026-11-16"}},
        ],
        "policy_until": "2026-11-12",
        "statutory_until": "2026-11-16",
        "policy": {"id": "short", "version": 1},
        "open_ended": False,
        "estimated": False,
        "by_right": True,
        "in_doubt": False,
        "outbound_shipping": "proportional",
    }


def test_M10_it_keeps_what_the_terms_say_of_the_delivery() -> None:
    none = replace(WINDOW_30, outbound_shipping=OutboundShipping.NONE)
    answered = verdict(delivered("2026-11-02"), WITHIN, none)
    assert answered.outbound_shipping is OutboundShipping.NONE
    assert Verdict.from_json(answered.as_json()) == answered
    assert verdict(delivered("2026-11-02"), WITHIN).outbound_shipping is OutboundShipping.PROPORTIONAL


def test_verdicts_of_the_first_days_are_read_as_they_were_meant() -> None:
    old = verdict(delivered("2026-11-02"), WITHIN, WINDOW_30).as_json()
    del old["in_doubt"], old["outbound_shipping"]
    assert Verdict.from_json(old) == verdict(delivered("2026-11-02"), WITHIN, WINDOW_30)


def test_every_letter_of_the_law_has_a_reason_and_no_other() -> None:
    letters = [code for code in CODES if re.fullmatch(r"exception_[a-zA-Z]", code)]
    assert letters == [f"exception_{letter}" for letter in EXCEPTIONS]


def test_every_code_names_its_values_once() -> None:
    assert all(len(set(names)) == len(names) for names in CODES.values())
