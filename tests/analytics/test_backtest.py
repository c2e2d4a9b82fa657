"""What is counted of a past, and what differs between two policies."""

import json
from dataclasses import replace
from datetime import date

import pytest

from returns.analytics.backtest import Days, backtest
from returns.analytics.earlier import Earlier
from returns.analytics.trying import Candidate, History, PastReturn
from returns.policy.facts import Ask, LegalPath, OrderFacts
from returns.policy.law import LAW, Law
from tests.analytics.pasts import SHIRTS, days, history, past_return
from tests.policy.making import at, day, delivered, line, order, parcel

FAULTY = LegalPath.CONFORMITY


def three_returns() -> list[History]:
    """On the 3rd, the 11th and, of two lines of which one is on sale, the 4th."""
    shirts, sale = line(parcel("2026-11-02"), id="1"), line(parcel("2026-11-02"), id="2", final_sale=True)
    return [
        history(past_return("2026-11-03"), past_return("2026-11-11", reference="R-2"), order="A-1"),
        history(
            past_return("2026-11-04", Ask("1", 3), Ask("2", 2), reference="R-3"),
            facts=order(shirts, sale),
            paid={"1": 300, "2": 600},
            order="A-2",
            currency="CZK",
        ),
    ]


def test_returns_lines_units_and_goods_are_counted_by_answer_and_currency() -> None:
    report = backtest(three_returns(), [days(7)], None)
    [trial] = report.as_json()["policies"]
    assert (report.orders, report.returns, report.lines) == (2, 3, 4)
    assert trial == {
        "policy": "7 days",
        "terms": [{"id": "p", "version": 1}],
        "accepted": {"returns": 1, "lines": 2, "units": 4, "goods": {"EUR": 3333, "CZK": 300}},
        "referred": {"returns": 1, "lines": 0, "units": 0, "goods": {}},
        "refused": {"returns": 1, "lines": 2, "units": 3, "goods": {"EUR": 3333, "CZK": 400}},
        "impossible": {"returns": 0, "lines": 0, "units": 0, "goods": {}},
        "fees": {"EUR": 0, "CZK": 0},
        "refund": {"EUR": 3333, "CZK": 300},
        "refusals_the_law_forbids": None,
        "changed_by_law": None,
    }


def test_fees_are_taken_off_the_refund() -> None:
    report = backtest(three_returns(), [days(7, restocking_percent=10)], None)
    assert (report.trials[0].fees, report.trials[0].refund) == ({"EUR": 333, "CZK": 30}, {"EUR": 3000, "CZK": 270})


def test_refusals_that_the_law_forbids_are_counted_line_by_line() -> None:
    [trial] = backtest(three_returns(), [days(7)]).as_json()["policies"]
    assert trial["refusals_the_law_forbids"] == {
        "returns": 2,
        "lines": 2,
        "units": 3,
        "goods": {"EUR": 3333, "CZK": 400},
    }
    assert trial["refused"] == {"returns": 0, "lines": 0, "units": 0, "goods": {}}


def test_what_the_law_changes_is_told_with_its_rule() -> None:
    [trial] = backtest(three_returns(), [days(7)]).as_json()["policies"]
    by_law = trial["changed_by_law"]
    window_passed = {"code": "window_passed", "values": {"policy_until": "2026-11-09", "days": 7, "units_open": 0}}
    statutory = {"code": "statutory_right", "values": {"statutory_until": "2026-11-16"}}
    assert by_law | {"changes": by_law["changes"][:1]} == {
        "before": "7 days alone",
        "after": "7 days",
        "returns": 2,
        "lines": 2,
        "rules": {"C-1": 2, "X-4": 1},
        "refund": {"EUR": 3333, "CZK": 400},
        "changes": [
            {
                "order": "A-1",
                "return": "R-2",
                "at": "2026-11-11T12:00:00+01:00",
                "currency": "EUR",
                "rules": ["C-1"],
                "before": {"answer": "refuse", "refund": 0},
                "after": {"answer": "accept", "refund": 3333},
                "lines": [
                    {
                        "line": "1",
                        "units": 1,
                        "before": {"answer": "refuse", "goods": 3333, "reasons": [window_passed]},
                        "after": {"answer": "accept", "goods": 3333, "reasons": [window_passed, statutory]},
                    }
                ],
            }
        ],
        "not_listed": 0,
    }


def test_the_law_changes_nothing_of_a_promise_that_is_longer() -> None:
    [trial] = backtest([history(past_return("2026-11-11"))], [days(30)]).as_json()["policies"]
    assert trial["refusals_the_law_forbids"]["lines"] == 0
    assert trial["changed_by_law"]["changes"] == []


def test_every_policy_is_compared_with_the_first() -> None:
    report = backtest(three_returns(), [days(7), days(30), days(0)], None)
    assert [(one.before, one.after, one.returns, one.lines, dict(one.refund)) for one in report.differences] == [
        ("7 days", "30 days", 1, 1, {"EUR": 3333}),
        ("7 days", "0 days", 2, 2, {"EUR": -3333, "CZK": -300}),
    ]


def test_a_difference_names_the_rule_with_its_values() -> None:
    [change] = backtest(three_returns(), [days(7), days(30)], None).differences[0].changes
    [(before, after)] = change.lines
    assert (change.asked.reference, change.rules, after.reasons) == ("R-2", ("window_passed",), ())
    assert [dict(reason.values) for reason in before.reasons] == [
        {"policy_until": "2026-11-09", "days": 7, "units_open": 0}
    ]


def test_the_same_answer_for_another_fee_is_a_difference_of_fees() -> None:
    report = backtest(three_returns(), [days(7), days(7, restocking_percent=10)], None)
    [difference] = report.differences
    assert (difference.returns, difference.lines, dict(difference.rules)) == (2, 0, {"fees": 2})
    assert dict(difference.refund) == {"EUR": -333, "CZK": -30}


def test_the_same_answer_in_other_words_is_no_difference() -> None:
    report = backtest([history(past_return("2026-12-24"))], [days(7), days(10)], None)
    assert (report.differences[0].returns, report.differences[0].changes) == (0, [])


def test_what_an_earlier_return_has_left_is_a_rule_of_its_own() -> None:
    """One more shirt held by the first return: two of the two that are left are worth a cent more than two of three."""
    past = history(past_return("2026-11-20"), past_return("2026-12-24", Ask("1", 2, FAULTY), reference="R-2"))
    [first, second] = backtest([past], [days(10), days(30)], None).differences[0].changes
    assert (first.asked.reference, first.rules) == ("R-1", ("window_passed",))
    assert (second.asked.reference, second.rules) == ("R-2", ("earlier_return",))
    assert [(before.goods, after.goods) for before, after in second.lines] == [(6666, 6667)]


def test_a_doubt_of_the_law_is_a_rule_even_where_its_reason_was_given_already() -> None:
    """Nobody asked about the seal: the promise refers for it and refuses for the day, the law refers for both."""
    sealed = order(line(parcel("2026-11-02"), exception="e"))
    by_law = backtest([history(past_return("2026-11-11"), facts=sealed)], [days(7)]).trials[0].by_law
    assert by_law is not None
    assert [(str(one.before.answer), str(one.after.answer), one.rules) for one in by_law.changes] == [
        ("refuse", "refer", ("X-1",))
    ]


def test_all_changes_are_counted_and_the_first_are_listed() -> None:
    past = [history(past_return("2026-11-20"), order=f"A-{number}") for number in range(5)]
    difference = backtest(past, [days(10), days(30)], None, listed=2).differences[0]
    assert (difference.returns, [change.order for change in difference.changes]) == (5, ["A-0", "A-1"])
    assert difference.as_json()["not_listed"] == 3


def test_the_past_is_read_once_for_all_policies() -> None:
    report = backtest(iter(three_returns()), [days(7), days(30)])
    assert [sum(count.lines for count in trial.counts.values()) for trial in report.trials] == [4, 4]


def test_a_report_is_json() -> None:
    told = backtest(three_returns(), [days(7), days(30)]).as_json()
    assert json.loads(json.dumps(told)) == told
    assert {key: told[key] for key in ("policy_only", "days", "orders", "returns", "lines")} == {
        "policy_only": False,
        "days": {"from": None, "until": None},
        "orders": 2,
        "returns": 3,
        "lines": 4,
    }


# --- the days that count ---


def counted(**days_told: date) -> list[tuple[int, int]]:
    """Returns and lines of those days, and of what a comparison finds there."""
    report = backtest(three_returns(), [days(7), days(30)], None, days=Days(**days_told))
    return [(report.returns, report.lines), (report.differences[0].returns, report.orders)]


def test_only_returns_of_the_days_told_are_counted_both_ends_included() -> None:
    assert counted() == [(3, 4), (1, 2)]
    assert counted(first=day("2026-11-04"), last=day("2026-11-11")) == [(2, 3), (1, 2)]
    assert counted(first=day("2026-11-05"), last=day("2026-11-10")) == [(0, 0), (0, 0)]
    assert counted(last=day("2026-11-03")) == [(1, 1), (0, 1)]


def test_the_day_is_that_of_the_shops_clock() -> None:
    """Half past eleven in the evening in London is the next day in Berlin."""
    past = [history(past_return("2026-11-03"), facts=replace(SHIRTS, shop_zone="Asia/Tokyo"))]
    late = [history(PastReturn("R-1", at("2026-11-03 23:30", "Europe/London"), (Ask("1", 1),)))]
    assert backtest(late, [days(7)], None, days=Days(last=day("2026-11-03"))).returns == 0
    assert backtest(late, [days(7)], None, days=Days(first=day("2026-11-04"))).returns == 1
    assert backtest(past, [days(7)], None, days=Days(last=day("2026-11-03"))).returns == 1


def test_what_was_returned_before_the_days_holds_its_units() -> None:
    before = past_return("2026-11-03", Ask("1", 2))
    past = [history(before, past_return("2026-11-05", Ask("1", 2), reference="R-2"))]
    [trial] = backtest(past, [days(7)], None, days=Days(first=day("2026-11-04"))).trials
    assert {str(outcome): count.returns for outcome, count in trial.counts.items() if count.returns} == {
        "impossible": 1
    }
    assert trial.refund == {}


def test_a_report_names_its_days() -> None:
    told = backtest([], [days(7)], days=Days(day("2026-11-01"), day("2026-11-30"))).as_json()
    assert told["days"] == {"from": "2026-11-01", "until": "2026-11-30"}


# --- the law ---


def changed_by(past: History, promise: Candidate, law: Law = LAW) -> list[tuple[str, ...]]:
    by_law = backtest([past], [promise], law).trials[0].by_law
    assert by_law is not None
    return [change.rules for change in by_law.changes]


def test_the_law_of_a_later_day_is_that_of_a_plan() -> None:
    """In 2011 no such law was in force in Germany's table; next year's promise meets the one of today."""
    old = delivered("2011-03-07", placed_at=at("2011-03-04"))
    past = history(past_return("2011-03-21"), facts=old)
    assert changed_by(past, days(7)) == []
    assert changed_by(past, days(7), LAW.of(day("2026-11-01"))) == [("C-1",)]
    assert changed_by(past, days(7), LAW.of(day("2011-03-01"))) == []


@pytest.mark.parametrize(
    ("when", "promise", "rules"),
    [
        ("2026-11-16", days(7), ("C-1",)),
        ("2026-11-03", days(30, person_decides=True), ("W-4", "C-1")),
        ("2026-11-03", days(30, person_above_units=0, person_above_amount=0), ("W-4", "C-1")),
        ("2026-11-03", days(30, restocking_percent=10), ("M-6",)),
        ("2026-11-03", days(30, return_fee=100, return_cost_told=False), ("M-7",)),
        ("2026-11-03", days(30, restocking_percent=10, return_fee=100, return_cost_told=False), ("M-6", "M-7")),
    ],
)
def test_the_rule_is_the_one_of_the_law(when: str, promise: Candidate, rules: tuple[str, ...]) -> None:
    assert changed_by(history(past_return(when)), promise) == [rules]


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        (order(line(parcel("2026-11-02")), country="", zone="Europe/Berlin"), "P-2"),
        (order(line(parcel(None, sent="2026-09-01"))), "C-11"),
        (order(line(parcel("2026-11-02"), exception="f")), "X-6"),
    ],
)
def test_a_right_in_doubt_names_what_is_not_known(facts: OrderFacts, rule: str) -> None:
    final = replace(facts, lines=tuple(replace(one, final_sale=True) for one in facts.lines))
    assert changed_by(history(past_return("2026-11-11"), facts=final), days(7)) == [(rule,)]


def test_what_an_earlier_return_has_left_is_no_rule_of_law() -> None:
    """By right the first two shirts are held, so that the third is worth another cent."""
    first = past_return("2026-11-12")
    past = history(first, past_return("2026-12-24", Ask("1", 2, FAULTY), reference="R-2"))
    assert changed_by(past, days(5)) == [("C-1",), ("earlier_return",)]


# --- a shopper's earlier returns ---


def test_a_policy_that_counts_returns_counts_those_of_other_orders() -> None:
    asked = [("Jana@example.com", at("2026-11-03")), ("jana@example.com", at("2025-11-10"))]
    earlier = Earlier(lambda: asked)
    past = history(past_return("2026-11-05"), email="jana@example.com", earlier=earlier)

    def answer(limit: int) -> str:
        [trial] = backtest([past], [days(30, person_after_returns=limit)], None).trials
        return next(str(outcome) for outcome, count in trial.counts.items() if count.returns)

    assert [answer(limit) for limit in (1, 2, 3)] == ["refer", "refer", "accept"]
