"""The open right against the promise."""

import pytest

from returns.policy.facts import Ask, OrderFacts, Terms
from returns.policy.reasons import Reason
from returns.policy.verdict import Verdict, judge
from tests.policy.making import (
    ACCEPT,
    AFTER,
    BETWEEN,
    COURTESY,
    REFER,
    REFUSE,
    WINDOW_10,
    WINDOW_30,
    WITHIN,
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


@pytest.mark.parametrize("country", ["", "UK", "EL", "XX"])
def test_P2_an_unknown_country_turns_a_refusal_over_to_a_person(country: str) -> None:
    facts = order(line(parcel("2026-11-02")), country=country)
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


def test_Japan_shown_terms_win_and_silence_gives_eight_days() -> None:
    facts = delivered("2026-11-02", "JP")
    last, after = at("2026-11-09 23:59", "Asia/Tokyo"), at("2026-11-10 00:00", "Asia/Tokyo")
    assert summary(verdict(facts, last)) == (ACCEPT, ["no_policy", "statutory_right"])
    assert summary(verdict(facts, after)) == (REFER, ["no_policy"])
    three_days = Terms("p", 1, 3)
    assert summary(verdict(facts, last, three_days)) == (REFUSE, ["window_passed"])


@pytest.mark.parametrize(
    "facts",
    [
        order(line(parcel(None, sent="2026-09-20")), placed_at=at("2026-09-19")),
        order(line(parcel("2026-11-02")), country=""),
        order(line(parcel("2026-11-02"), exception="e")),
        order(line(parcel("2026-11-02"), exception="m")),
    ],
)
def test_C11_nothing_is_kept_while_the_right_is_in_doubt(facts: OrderFacts) -> None:
    """An accepted return too: a fee taken on a guess would deny a part of the right."""
    answered = verdict(facts, WITHIN, Terms("all", 1, None, exceptions_returnable=frozenset("em")))
    assert (answered.answer, answered.by_right, answered.in_doubt, answered.spares_fees) == (ACCEPT, False, True, True)
    gift = verdict(facts, WITHIN, Terms("all", 1, None, exceptions_returnable=frozenset("em")), path=COURTESY)
    assert (gift.in_doubt, gift.spares_fees) == (False, False)


def test_C12_a_statement_of_the_last_second_is_in_time() -> None:
    facts = delivered("2026-11-02")
    assert verdict(facts, at("2026-11-16 23:59:59"), WINDOW_10).by_right
    assert not verdict(facts, at("2026-11-17 00:00"), WINDOW_10).by_right


def test_C13_a_late_statement_gets_an_answer_with_its_reason_not_an_error() -> None:
    assert summary(verdict(delivered("2026-11-02"), AFTER, WINDOW_10)) == (REFUSE, ["window_passed"])


def test_X5_of_a_mixed_order_what_is_not_excepted_can_be_withdrawn() -> None:
    held = parcel("2026-11-02")
    facts = order(line(held, id="1", exception="c"), line(held, id="2"))
    answers = judge(facts, [Ask("1", 1), Ask("2", 1)], [], WITHIN)
    assert [(one.answer, one.by_right) for one in answers] == [(REFUSE, False), (ACCEPT, True)]


def test_W4_a_withdrawal_needs_neither_photo_nor_reason_nor_approval() -> None:
    strict = Terms("strict", 1, 30, faulty_photos=3, person_decides=True)
    assert verdict(delivered("2026-11-02"), WITHIN, strict).answer is ACCEPT


def test_W11_what_is_not_sent_is_cancelled_by_a_person_and_keeps_its_right() -> None:
    answered = verdict(order(line()), WITHIN, WINDOW_30)
    assert (summary(answered), answered.by_right) == ((REFER, ["not_delivered", "statutory_right"]), True)
