"""What is counted of a past, and what differs between two policies."""

import json

from returns.analytics.backtest import backtest
from returns.analytics.trying import History
from returns.policy.facts import Ask, LegalPath
from tests.analytics.pasts import days, history, past_return
from tests.policy.making import line, order, parcel

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
        "rules": {"statutory_right": 2},
        "refund": {"EUR": 3333, "CZK": 400},
        "changes": [
            {
                "order": "A-1",
                "return": "R-2",
                "at": "2026-11-11T12:00:00+01:00",
                "currency": "EUR",
                "rules": ["statutory_right"],
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
        ("refuse", "refer", ("right_unknown",))
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
    assert {key: told[key] for key in ("policy_only", "orders", "returns", "lines")} == {
        "policy_only": False,
        "orders": 2,
        "returns": 3,
        "lines": 4,
    }
