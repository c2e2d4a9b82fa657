"""The verdict: one answer for each thing asked, with every reason at once. Total: well-formed facts always get one."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from returns.policy.clocks import liable_until, policy_end
from returns.policy.facts import Answer, Ask, LegalPath, LineFacts, OrderFacts, OutboundShipping, Terms, refuse_naive
from returns.policy.law import LAW, Law
from returns.policy.precedence import choose, in_force
from returns.policy.reasons import Finding, Impossible, Reason
from returns.policy.rights import Contract
from returns.policy.rules import FACTS, GOODS, REQUEST, Case, Rule

__all__ = ["Impossible", "Reason", "Verdict", "judge"]

_HARDNESS = {answer: hardness for hardness, answer in enumerate(Answer)}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer for one ask. `policy` is (id, version) of the terms that were applied.

    `policy_until` is None when the promise has no end, none that is known, or does not cover such goods;
    `statutory_until` when there is no right or its clock has not started. `open_ended` says that one of the clocks
    runs without an end. `estimated` says that an end rests on a guessed delivery, which a person may correct (C-11).
    `by_right` says that the consumer withdraws and may: no fee can be taken (law.md M-6). It is set even when the
    answer is to refer, because the goods have not been sent: then a person cancels instead (W-11). `in_doubt` says
    that the consumer withdraws and perhaps may, for a fact is missing. `outbound_shipping` is what the terms say of the
    outbound delivery when a part of the order comes back.
    """

    line: str
    units: int
    answer: Answer
    reasons: tuple[Reason, ...] = ()
    policy_until: date | None = None
    statutory_until: date | None = None
    policy: tuple[str, int] | None = None
    open_ended: bool = False
    estimated: bool = False
    by_right: bool = False
    in_doubt: bool = False
    outbound_shipping: OutboundShipping = OutboundShipping.PROPORTIONAL

    @property
    def spares_fees(self) -> bool:
        """Whether nothing may be kept without a person's look: by right, nor on a guess (law.md M-6, C-11)."""
        return self.by_right or self.in_doubt

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
            "estimated": self.estimated,
            "by_right": self.by_right,
            "in_doubt": self.in_doubt,
            "outbound_shipping": self.outbound_shipping.value,
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
            estimated=data["estimated"],
            by_right=data["by_right"],
            in_doubt=data.get("in_doubt", False),  # verdicts of the first days did not say, nor of the delivery
            outbound_shipping=OutboundShipping(data.get("outbound_shipping", OutboundShipping.PROPORTIONAL)),
        )


def judge(
    order: OrderFacts, asks: Sequence[Ask], policies: Iterable[Terms], at: datetime, law: Law | None = LAW
) -> tuple[Verdict, ...]:
    """One verdict for each ask, in the order of the asks; `law` None looks at the shop's own promise alone.

    Raises Impossible when an ask does not fit the order's lines and quantities, ValueError when `at` has no time zone,
    and nothing else.
    """
    refuse_naive("judge.at", at)
    lines = {line.id: line for line in order.lines}
    asked = _asked_units(lines, asks)
    terms_in_force = in_force(policies, order.placed_at)
    contract = Contract.of(order, law, transit_days(terms_in_force), at)

    def case(ask: Ask) -> Case:
        line = lines[ask.line]
        terms = choose(terms_in_force, line.kind, order.country)
        return Case(
            order=order,
            line=line,
            ask=ask,
            units=asked[ask.line],
            terms=terms,
            policy_end=policy_end(order, line, asked[ask.line], terms) if terms else None,
            right=contract.right_to(line, ask, terms),
            liable_until=liable_until(order, line, law) if law and ask.legal_path is LegalPath.CONFORMITY else None,
            at=at,
        )

    return tuple(_verdict(case(ask)) for ask in asks)


def transit_days(policies: Iterable[Terms]) -> int:
    """What stands in for an unknown delivery in the statutory clock: the longest that a policy allows (law.md C-11)."""
    return max((terms.transit_days for terms in policies), default=14)


def _asked_units(lines: Mapping[str, LineFacts], asks: Sequence[Ask]) -> Counter[str]:
    """The units asked of each line, all of them there to be asked for."""
    asked: Counter[str] = Counter()
    for ask in asks:
        if ask.line not in lines:
            raise Impossible("line_unknown", line=ask.line)
        if ask.units < 1:
            raise Impossible("quantity_invalid", line=ask.line, units=ask.units)
        asked[ask.line] += ask.units
    for line, units in asked.items():
        if units > lines[line].returnable:
            raise Impossible("quantity_too_many", line=line, units=units, returnable=lines[line].returnable)
    return asked


def _verdict(case: Case) -> Verdict:
    facts, goods, request = (_objections(rules, case) for rules in (FACTS, GOODS, REQUEST))
    promised = hardest(goods) is not Answer.REFUSE
    answer, added = _weigh(facts, (*goods, *request), case)
    reasons = [finding.reason for finding in (*facts, *goods, *request)]
    given = {reason.code for reason in reasons}
    return Verdict(
        line=case.line.id,
        units=case.ask.units,
        answer=answer,
        reasons=(*reasons, *(reason for reason in added if reason.code not in given)),
        policy_until=case.policy_end.day if case.policy_end and promised else None,
        statutory_until=case.right.end.day if case.right.end else None,
        policy=(case.terms.id, case.terms.version) if case.terms else None,
        open_ended=(case.endless and promised) or (case.right.open and case.right.end is None),
        estimated=any(end is not None and end.estimated for end in (case.policy_end, case.right.end)),
        by_right=_carried(case),
        in_doubt=case.right.doubt is not None and case.ask.legal_path is LegalPath.WITHDRAWAL,
        outbound_shipping=case.terms.outbound_shipping if case.terms else OutboundShipping.PROPORTIONAL,
    )


def _objections(rules: Sequence[Rule], case: Case) -> list[Finding]:
    return [finding for rule in rules if (finding := rule(case)) is not None]


def _weigh(facts: Sequence[Finding], promise: Sequence[Finding], case: Case) -> tuple[Answer, tuple[Reason, ...]]:
    """The answer, and what the law adds to the reasons.

    The open right answers every objection of the promise; a right in doubt turns its refusals over to a person. So do
    facts that object: the promise has nothing to say yet of goods that were never sent, whatever it will say of them.
    """
    answer = hardest((*facts, *promise))
    if answer is not Answer.ACCEPT and _carried(case):
        end = case.right.end
        return hardest(facts), (Reason("statutory_right", {"statutory_until": end.day.isoformat() if end else ""}),)
    if answer is Answer.REFUSE and case.right.doubt is not None:
        return Answer.REFER, (case.right.doubt,)
    if facts:
        return hardest(facts), ()
    return answer, ()


def _carried(case: Case) -> bool:
    """The consumer withdraws, and may: no approval, no fee."""
    return case.right.open and case.ask.legal_path is LegalPath.WITHDRAWAL


def hardest(findings: Iterable[Finding]) -> Answer:
    """Refuse beats refer beats accept."""
    return max((finding.answer for finding in findings), key=_HARDNESS.__getitem__, default=Answer.ACCEPT)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
