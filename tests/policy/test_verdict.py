"""Verdicts as a whole: which asks fit, and what is written down."""

import re
from dataclasses import replace

import pytest

from returns.policy.facts import Ask, OutboundShipping, Terms
from returns.policy.law import EXCEPTIONS
from returns.policy.reasons import CODES, FAULTS, Impossible
from returns.policy.verdict import Verdict, judge
from tests.policy.making import (
    AFTER,
    CONFORMITY,
    WINDOW_10,
    WINDOW_30,
    WITHIN,
    at,
    delivered,
    line,
    order,
    parcel,
    verdict,
)

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


@pytest.mark.parametrize("asks", [[], [Ask("1", 1)]])
def test_a_moment_without_a_time_zone_gets_no_verdict(asks: list[Ask]) -> None:
    """It would be another moment on another machine."""
    with pytest.raises(ValueError, match="has no time zone") as refused:
        judge(delivered("2026-11-02"), asks, [WINDOW_30], WITHIN.replace(tzinfo=None))
    assert str(refused.value) == "judge.at: the datetime 2026-11-10 12:00:00 has no time zone"


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
