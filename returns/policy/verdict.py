"""The verdict: one answer for each thing asked, with every reason at once. Total: well-formed facts always get one."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from returns.policy.clocks import policy_end
from returns.policy.facts import Answer, Ask, LineFacts, OrderFacts, Terms
from returns.policy.precedence import choose, in_force
from returns.policy.reasons import Impossible, Reason
from returns.policy.rules import FACTS, PROMISE, Case, Finding

_HARDNESS = {answer: hardness for hardness, answer in enumerate(Answer)}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer for one ask. `policy` is (id, version) of the terms that were applied.

    An end is None when there is none or none is known; `open_ended` says that a clock runs without an end: an
    unlimited policy, or a statutory clock that has not started. `by_right` says that the law carries the return,
    so that no fee may be taken for it (law.md M-6).
    """

    line: str
    units: int
    answer: Answer
    reasons: tuple[Reason, ...] = ()
    policy_until: date | None = None
    statutory_until: date | None = None
    policy: tuple[str, int] | None = None
    open_ended: bool = False
    by_right: bool = False

    @property
    def until(self) -> date | None:
        """The later of the two ends (law.md P-3)."""
        if self.open_ended:
            return None
        return max((day for day in (self.policy_until, self.statutory_until) if day is not None), default=None)

    def as_json(self) -> dict[str, Any]:
        return {
            "line": self.line,
            "units": self.units,
            "answer": self.answer.value,
            "reasons": [reason.as_json() for reason in self.reasons],
            "policy_until": _iso(self.policy_until),
            "statutory_until": _iso(self.statutory_until),
            "policy": self.policy and {"id": self.policy[0], "version": self.policy[1]},
            "open_ended": self.open_ended,
            "by_right": self.by_right,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        policy = data["policy"]
        return cls(
            line=data["line"],
            units=data["units"],
            answer=Answer(data["answer"]),
            reasons=tuple(Reason(reason["code"], reason["values"]) for reason in data["reasons"]),
            policy_until=_day(data["policy_until"]),
            statutory_until=_day(data["statutory_until"]),
            policy=policy and (policy["id"], policy["version"]),
            open_ended=data["open_ended"],
            by_right=data["by_right"],
        )


def judge(
    order: OrderFacts, asks: Sequence[Ask], policies: Sequence[Terms], at: datetime, law: None = None
) -> tuple[Verdict, ...]:
    """One verdict for each ask, in the order of the asks.

    Raises Impossible when an ask does not fit the order's lines and quantities, and nothing else.
    """
    lines = {line.id: line for line in order.lines}
    asked = _asked_units(lines, asks)
    terms_in_force = in_force(policies, order.placed_at)
    return tuple(_verdict(_case(order, lines[ask.line], ask, asked[ask.line], terms_in_force, at)) for ask in asks)


def _asked_units(lines: Mapping[str, LineFacts], asks: Sequence[Ask]) -> Counter[str]:
    """The units asked of each line, all of them there to be asked for."""
    asked: Counter[str] = Counter()
    for ask in asks:
        if ask.line not in lines:
            raise Impossible("line_unknown", line=ask.line)
        if not isinstance(ask.units, int) or ask.units < 1:
            raise Impossible("quantity_invalid", line=ask.line, units=ask.units)
        asked[ask.line] += ask.units
    for line, units in asked.items():
        if units > lines[line].returnable:
            raise Impossible("quantity_too_many", line=line, units=units, returnable=lines[line].returnable)
    return asked


def _case(
    order: OrderFacts, line: LineFacts, ask: Ask, units: int, terms_in_force: Sequence[Terms], at: datetime
) -> Case:
    terms = choose(terms_in_force, line.kind, order.country)
    end = policy_end(order, line, units, terms) if terms else None
    return Case(order=order, line=line, ask=ask, units=units, terms=terms, policy_end=end, at=at)


def _verdict(case: Case) -> Verdict:
    findings = [finding for rule in (*FACTS, *PROMISE) if (finding := rule(case)) is not None]
    return Verdict(
        line=case.line.id,
        units=case.ask.units,
        answer=hardest(findings),
        reasons=tuple(finding.reason for finding in findings),
        policy_until=case.policy_end.day if case.policy_end else None,
        policy=(case.terms.id, case.terms.version) if case.terms else None,
        open_ended=case.terms is not None and case.terms.window_days is None,
    )


def hardest(findings: Sequence[Finding]) -> Answer:
    """Refuse beats refer beats accept."""
    return max((finding.answer for finding in findings), key=_HARDNESS.__getitem__, default=Answer.ACCEPT)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
