"""Which rule of law.md keeps the right to withdraw open at a moment: for who asks what beat a promise."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from returns.policy.clocks import statutory_end
from returns.policy.facts import LineFacts, OrderFacts
from returns.policy.law import Law


def ground(order: OrderFacts, line: LineFacts, law: Law, at: datetime, transit_days: int = 14) -> str:
    """The rule without which the right to this line would be over by then: the law is told again, rule by rule.

    C-4 where the line itself has not been sent, C-3 where another one has not; C-11 where all is over by a guess alone.
    """
    for rule, facts, told in _told_again(order, line, law):
        end = statutory_end(facts, told, transit_days)
        if end is None:
            return "C-4" if rule == "C-1" else "C-3"
        if not end.passed(at):
            return rule
    return "C-11"


def _told_again(order: OrderFacts, line: LineFacts, law: Law) -> Iterator[tuple[str, OrderFacts, Law]]:
    """(the rule that is added, the order, the law as known so far), from the bare days to the whole."""
    told_in_time = replace(order, notice_given_at=order.placed_at)
    closed_days_stay = replace(
        law, regimes={name: replace(regime, closed_days_move=False) for name, regime in law.regimes.items()}
    )
    yield "C-1", replace(told_in_time, lines=(line,)), closed_days_stay
    yield "C-2", told_in_time, closed_days_stay
    yield "C-6", replace(told_in_time, shop_country=order.country), law
    yield "C-7", told_in_time, law
    yield "C-9", order, law
