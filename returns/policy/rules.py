"""The rules: one function each, in one table that reads like the law. An objection is a Finding, None is no objection.

A rule sees one Case and nothing else. Facts object first: no promise and no right can send back what was never sent.
The shop's own terms object next.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from returns.policy.clocks import End, policy_ends, sent_units
from returns.policy.facts import Answer, Ask, LegalPath, LineFacts, OrderFacts, Terms
from returns.policy.reasons import Reason


@dataclass(frozen=True, slots=True)
class Case:
    """One ask with all that its rules may look at. `units` are all units asked of the line, `ask.units` its own."""

    order: OrderFacts
    line: LineFacts
    ask: Ask
    units: int
    terms: Terms | None
    policy_end: End | None
    at: datetime

    @property
    def faulty(self) -> bool:
        return self.ask.legal_path is LegalPath.CONFORMITY


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule objects, and how hard."""

    answer: Answer
    reason: Reason


type Rule = Callable[[Case], Finding | None]


def refuse(code: str, **values: str | int) -> Finding:
    return Finding(Answer.REFUSE, Reason(code, values))


def refer(code: str, **values: str | int) -> Finding:
    return Finding(Answer.REFER, Reason(code, values))


def not_delivered(case: Case) -> Finding | None:
    """A person looks at goods that have not been sent: they may be cancelled, lost, or here after all."""
    delivered = max(0, sent_units(case.line) - case.line.taken)
    if case.units <= delivered:
        return None
    return refer("not_delivered", units=case.units, delivered=delivered)


def no_policy(case: Case) -> Finding | None:
    """Silence of the shop is not a no."""
    if case.terms is not None or case.faulty:
        return None
    return refer("no_policy", kind=case.line.kind, country=case.order.country)


def window_passed(case: Case) -> Finding | None:
    """After the last day the promise is over; after a guessed last day only a person may say so (law.md C-11)."""
    end, terms = case.policy_end, case.terms
    if end is None or terms is None or terms.window_days is None or case.faulty or not end.passed(case.at):
        return None
    if end.estimated:
        return refer("delivery_unknown", estimated_until=_iso(end.day))
    return refuse("window_passed", policy_until=_iso(end.day), days=terms.window_days, units_open=_units_open(case))


def final_sale(case: Case) -> Finding | None:
    """Sale goods are outside the promise, never outside the law (law.md X-4)."""
    if not case.line.final_sale or case.faulty or (case.terms is not None and case.terms.final_sale_returnable):
        return None
    return refuse("final_sale")


def faulty_goods(case: Case) -> Finding | None:
    """A fault outlives every window: never refused by the calendar, a person checks the liability (law.md section 7)."""
    if not case.faulty or (case.policy_end is not None and not case.policy_end.passed(case.at)) or _endless(case):
        return None
    return refer("faulty_goods", liable_until="")


FACTS: tuple[Rule, ...] = (not_delivered,)
PROMISE: tuple[Rule, ...] = (no_policy, window_passed, final_sale, faulty_goods)


def _endless(case: Case) -> bool:
    return case.terms is not None and case.terms.window_days is None


def _units_open(case: Case) -> int:
    """How many units of the line could still come back by the window, were fewer asked."""
    assert case.terms is not None
    ends = policy_ends(case.order, case.line, case.terms)
    return min(case.line.returnable, sum(units for end, units in ends if not end.passed(case.at)))


def _iso(day: date | None) -> str:
    return "" if day is None else day.isoformat()
