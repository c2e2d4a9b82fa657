"""Orders, policies and moments for the tests of decisions: German unless told otherwise, one line of three shirts."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from returns.policy.facts import Answer, Ask, CountedFrom, Delivery, LegalPath, LineFacts, OrderFacts, Terms
from returns.policy.law import LAW, Law
from returns.policy.reasons import CODES
from returns.policy.verdict import Verdict, judge

ACCEPT, REFER, REFUSE = Answer.ACCEPT, Answer.REFER, Answer.REFUSE
WITHDRAWAL, CONFORMITY, COURTESY = LegalPath.WITHDRAWAL, LegalPath.CONFORMITY, LegalPath.COURTESY
BERLIN = ZoneInfo("Europe/Berlin")
ZONES = {
    "DE": "Europe/Berlin",
    "SE": "Europe/Stockholm",
    "GB": "Europe/London",
    "CN": "Asia/Shanghai",
    "JP": "Asia/Tokyo",
    "US": "America/New_York",
    "IT": "Europe/Rome",
    "CZ": "Europe/Prague",
    "PL": "Europe/Warsaw",
    "CH": "Europe/Zurich",
    "HR": "Europe/Zagreb",
}
PLACED = datetime(2026, 10, 20, 9, 0, tzinfo=BERLIN)
WINDOW_30 = Terms("standard", 1, 30, CountedFrom.POSSESSION)
WINDOW_10 = Terms("short", 1, 10, CountedFrom.POSSESSION)


def at(text: str, zone: str = "Europe/Berlin") -> datetime:
    """A moment as read off a clock on the wall: "2026-11-02 14:00"; without a time, noon."""
    moment = datetime.fromisoformat(text)
    if " " not in text:
        moment = datetime.combine(moment.date(), time(12))
    return moment.replace(tzinfo=ZoneInfo(zone))


def parcel(day: str | None, units: int = 3, sent: str | None = "2026-10-21", zone: str = "Europe/Berlin") -> Delivery:
    return Delivery(units, at(sent) if sent else None, at(day, zone) if day else None)


def line(*deliveries: Delivery, **facts: Any) -> LineFacts:
    return LineFacts(**{"id": "1", "kind": "apparel", "quantity": 3, "deliveries": deliveries, **facts})


def order(*lines: LineFacts, country: str = "DE", **facts: Any) -> OrderFacts:
    known: dict[str, Any] = {
        "placed_at": PLACED,
        "country": country,
        "zone": ZONES.get(country, ""),
        "shop_zone": "Europe/Berlin",
        "shop_country": country,
        "lines": lines,
        "notice_given_at": facts.get("placed_at", PLACED),
        "notice_known": True,
    }
    return OrderFacts(**{**known, **facts})


def delivered(day: str, country: str = "DE", **facts: Any) -> OrderFacts:
    """One line, one parcel, held at noon of the day where the consumer is."""
    return order(line(parcel(day, zone=ZONES[country])), country=country, **facts)


def verdict(
    facts: OrderFacts,
    when: datetime,
    *policies: Terms,
    units: int = 1,
    law: Law | None = LAW,
    path: LegalPath = LegalPath.WITHDRAWAL,
    **asked: Any,
) -> Verdict:
    """The verdict for one ask of the first line, whose reasons carry the values that are declared."""
    ask = Ask(facts.lines[0].id, units, path, **asked)
    (answered,) = judge(facts, [ask], policies, when, law)
    assert [tuple(reason.values) for reason in answered.reasons] == [CODES[code] for code in codes(answered)]
    return answered


def codes(answered: Verdict) -> list[str]:
    return [reason.code for reason in answered.reasons]


def summary(answered: Verdict) -> tuple[Answer, list[str]]:
    return answered.answer, codes(answered)


def day(text: str) -> date:
    return date.fromisoformat(text)


WITHIN, BETWEEN, AFTER = at("2026-11-10"), at("2026-11-25"), at("2026-12-24")
"""Goods held on 2 November: within the 14 days, between them and the shop's 30, and after both."""
