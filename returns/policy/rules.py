"""The rules: one function each, in tables that read like the law. None is no objection.

FACTS stand above every promise and every right: nobody can send back what was never sent. Where they object theirs is
the answer, and what the promise says stays as information.
GOODS are what the promise does not cover, on whatever day; REQUEST is what it asks of the day and of the request.
Where the statutory right is open, both yield to it (law.md P-3).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from returns.policy.clocks import End, policy_ends
from returns.policy.exceptions import exception_holds
from returns.policy.facts import Ask, LegalPath, LineFacts, OrderFacts, Terms
from returns.policy.reasons import Finding, refer, refuse
from returns.policy.rights import Right


@dataclass(frozen=True, slots=True)
class Case:
    """One ask with all that its rules may look at. `units` are all units asked of the line, `ask.units` its own."""

    order: OrderFacts
    line: LineFacts
    ask: Ask
    units: int
    terms: Terms | None
    policy_end: End | None
    right: Right
    liable_until: date | None
    at: datetime

    @property
    def faulty(self) -> bool:
        return self.ask.legal_path is LegalPath.CONFORMITY

    @property
    def endless(self) -> bool:
        """The shop's promise has no last day."""
        return self.terms is not None and self.terms.window_days is None


type Rule = Callable[[Case], Finding | None]


def not_delivered(case: Case) -> Finding | None:
    """Goods that have not been sent may be cancelled, lost, or here after all: a person looks (law.md W-11)."""
    delivered = max(0, case.line.sent - case.line.taken)
    if case.units <= delivered:
        return None
    return refer("not_delivered", units=case.units, delivered=delivered)


def no_policy(case: Case) -> Finding | None:
    """Silence of the shop is not a no."""
    if case.terms is not None or case.faulty:
        return None
    return refer("no_policy", kind=case.line.kind, country=case.order.country)


def final_sale(case: Case) -> Finding | None:
    """Sale goods may be outside the promise; they are never outside the law (law.md X-4)."""
    if not case.line.final_sale or case.faulty or (case.terms is not None and case.terms.final_sale_returnable):
        return None
    return refuse("final_sale")


def excepted_goods(case: Case) -> Finding | None:
    """What the law takes out, the promise does too, unless the shop says otherwise (law.md section 4)."""
    if case.faulty or (case.terms is not None and case.line.exception in case.terms.exceptions_returnable):
        return None
    return exception_holds(case.line, case.ask)


def window_passed(case: Case) -> Finding | None:
    """After the last day the promise is over; after a guessed last day only a person may say so (law.md C-11)."""
    end, terms = case.policy_end, case.terms
    if case.faulty or end is None or terms is None or terms.window_days is None or not end.passed(case.at):
        return None
    if end.estimated:
        return refer("delivery_unknown", estimated_until=end.day.isoformat())
    return refuse(
        "window_passed", policy_until=end.day.isoformat(), days=terms.window_days, units_open=_units_open(case, terms)
    )


def faulty_goods(case: Case) -> Finding | None:
    """A fault outlives every window: the calendar never refuses it, a person looks (law.md section 7)."""
    if not case.faulty or case.right.open or case.endless:
        return None
    if case.terms is not None and (case.policy_end is None or not case.policy_end.passed(case.at)):
        return None
    return refer("faulty_goods", liable_until=case.liable_until.isoformat() if case.liable_until else "")


def photo_needed(case: Case) -> Finding | None:
    """A fault may have to be shown, by the promise or for its reason; a change of mind never (law.md W-4)."""
    needed = max(case.terms.faulty_photos if case.terms else 0, int(case.ask.asks_photo))
    if not case.faulty or case.ask.photos >= needed:
        return None
    return refer("photo_needed", needed=needed, photos=case.ask.photos)


def person_decides(case: Case) -> Finding | None:
    return refer("person_decides") if case.terms is not None and case.terms.person_decides else None


def many_units(case: Case) -> Finding | None:
    limit = case.terms.person_above_units if case.terms is not None else None
    return refer("many_units", units=case.units, limit=limit) if limit is not None and case.units > limit else None


def high_value(case: Case) -> Finding | None:
    """What was paid for the asked units; a limit in another currency says nothing of this order."""
    terms, line = case.terms, case.line
    if terms is None or terms.person_above_amount is None or not terms.counts_in(case.order.currency):
        return None
    amount = line.paid * case.units // line.quantity
    if amount <= terms.person_above_amount:
        return None
    return refer("high_value", amount=amount, limit=terms.person_above_amount, currency=case.order.currency)


def many_returns(case: Case) -> Finding | None:
    """A pattern may bring a case to a person, never refuse it (law.md G-4)."""
    limit = case.terms.person_after_returns if case.terms is not None else None
    if limit is None or case.order.earlier_returns < limit:
        return None
    return refer("many_returns", returns=case.order.earlier_returns, limit=limit)


FACTS: tuple[Rule, ...] = (not_delivered,)
GOODS: tuple[Rule, ...] = (no_policy, final_sale, excepted_goods)
REQUEST: tuple[Rule, ...] = (
    window_passed,
    faulty_goods,
    photo_needed,
    person_decides,
    many_units,
    high_value,
    many_returns,
)


def _units_open(case: Case, terms: Terms) -> int:
    """How many units of the line could still come back by the window, were fewer asked.

    Always fewer than were asked, and so than may be asked: the asked ones are presumed to be of the latest parcels.
    """
    ends = policy_ends(case.order, case.line, terms)
    return sum(units for end, units in ends if not end.passed(case.at))
