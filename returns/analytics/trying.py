"""What a policy would have made of one order's past: every return judged at its own time, its money allotted.

Plain Python over `judge`. Units that earlier returns of the order hold, accepted or referred, are taken; those of
refused ones are free again, as in an RMA.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from returns.analytics.earlier import NOBODY, Earlier
from returns.policy.amounts import restocking_fee, return_cost, share
from returns.policy.facts import Answer, Ask, OrderFacts, Terms
from returns.policy.law import Law
from returns.policy.reasons import Impossible, Reason
from returns.policy.verdict import Verdict, judge, transit_days

type Outcome = Answer | Literal["impossible"]

# What changes a return beside the reasons of its verdicts, whose codes are the other rules.
FEES = "fees"
EARLIER_RETURN = "earlier_return"  # it left more or less of the line


@dataclass(frozen=True, slots=True)
class PastReturn:
    """What was asked, once: one RMA, or one reference of a file."""

    reference: str
    at: datetime
    asks: tuple[Ask, ...]


@dataclass(frozen=True, slots=True)
class History:
    """One order with its returns in order of time. `facts` have nothing taken; `paid` are minor units by line id.

    `email` is the shopper's, whose returns of other orders are found in `earlier`.
    """

    order: str
    currency: str
    facts: OrderFacts
    paid: Mapping[str, int]
    returns: Sequence[PastReturn]
    email: str = ""
    earlier: Earlier = NOBODY


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is tried: one policy, or several that count together by `precedence`."""

    name: str
    terms: tuple[Terms, ...]

    @property
    def counts_returns(self) -> bool:
        return any(one.person_after_returns is not None for one in self.terms)

    @property
    def transit_days(self) -> int:
        return transit_days(self.terms)


def candidate(name: str, *terms: Terms) -> Candidate:
    """These terms as though they had always been in force."""
    return Candidate(name, tuple(replace(one, valid_from=None, valid_until=None) for one in terms))


def window(days: int) -> Candidate:
    """The plainest promise: so many days from delivery, for all goods and countries."""
    return candidate(f"window-{days}", Terms(f"window-{days}", 1, days))


@dataclass(frozen=True, slots=True)
class Judged:
    """The answer to one ask. `goods` is its share of what was paid for the line, whatever the answer."""

    ask: Ask
    answer: Outcome
    reasons: tuple[Reason, ...]
    goods: int = 0
    by_right: bool = False
    spares_fees: bool = False

    def as_json(self) -> dict[str, Any]:
        reasons = [reason.as_json() for reason in self.reasons]
        return {"answer": str(self.answer), "goods": self.goods, "reasons": reasons}


@dataclass(frozen=True, slots=True)
class JudgedReturn:
    """`fees` is what the shop may keep of the accepted goods' money."""

    lines: tuple[Judged, ...]
    fees: int = 0

    @property
    def answer(self) -> Outcome:
        """What all its lines are; a return of which a part is accepted or refused needs a person for the rest."""
        answers = {line.answer for line in self.lines}
        return answers.pop() if len(answers) == 1 else Answer.REFER

    @property
    def refund(self) -> int:
        return sum(line.goods for line in self.lines if line.answer is Answer.ACCEPT) - self.fees


def judged(history: History, tried: Candidate, law: Law | None) -> list[JudgedReturn]:
    """Each return of the order as this policy would have answered it; `law` None is the promise alone."""
    held: dict[str, tuple[int, int]] = {}
    return [_judged(history, asked, tried, law, held) for asked in history.returns]


def _judged(
    history: History, asked: PastReturn, tried: Candidate, law: Law | None, held: dict[str, tuple[int, int]]
) -> JudgedReturn:
    """Writes what the return holds of its lines into `held`: (units, minor units) by line id."""
    try:
        facts = _with_taken(_with_earlier(history, asked, tried), held)
        verdicts = judge(facts, asked.asks, tried.terms, asked.at, law)
    except Impossible as fault:
        reason = Reason(fault.code, fault.values)
        return JudgedReturn(tuple(Judged(ask, "impossible", (reason,)) for ask in asked.asks))
    goods = [_allot(history, verdict, held) for verdict in verdicts]
    lines = tuple(
        Judged(ask, verdict.answer, verdict.reasons, worth, verdict.by_right, verdict.spares_fees)
        for ask, verdict, worth in zip(asked.asks, verdicts, goods, strict=True)
    )
    return JudgedReturn(lines, _fees(lines, verdicts, tried, history.currency))


def _with_earlier(history: History, asked: PastReturn, tried: Candidate) -> OrderFacts:
    if not tried.counts_returns:
        return history.facts
    return replace(history.facts, earlier_returns=history.earlier.before(history.email, asked.at))


def _with_taken(facts: OrderFacts, held: Mapping[str, tuple[int, int]]) -> OrderFacts:
    if not held:
        return facts
    return replace(
        facts,
        lines=tuple(replace(line, taken=held[line.id][0]) if line.id in held else line for line in facts.lines),
    )


def _allot(history: History, verdict: Verdict, held: dict[str, tuple[int, int]]) -> int:
    """The share of the line, allotted in sequence as an RMA's is; a refused one is given back at once."""
    quantity = next(line.quantity for line in history.facts.lines if line.id == verdict.line)
    taken, given = held.get(verdict.line, (0, 0))
    worth = share(history.paid[verdict.line], quantity, given, taken, verdict.units)
    if verdict.answer is not Answer.REFUSE:
        held[verdict.line] = (taken + verdict.units, given + worth)
    return worth


def _fees(lines: Sequence[Judged], verdicts: Sequence[Verdict], tried: Candidate, currency: str) -> int:
    """Restocking of each accepted line and the way back once; never more than the goods are worth.

    Nothing for the way back where a line travels on the law alone, without terms that could name a price.
    """
    terms = {(one.id, one.version): one for one in tried.terms}
    accepted = [
        (line, terms.get(verdict.policy) if verdict.policy else None)
        for line, verdict in zip(lines, verdicts, strict=True)
        if line.answer is Answer.ACCEPT
    ]
    bound = [(line, one) for line, one in accepted if one is not None]
    kept = sum(restocking_fee(one, line.ask, line.goods, by_right=line.spares_fees) for line, one in bound)
    if len(bound) == len(accepted):
        kept += return_cost(((one, line.ask, line.spares_fees) for line, one in bound), currency)
    return min(kept, sum(line.goods for line, _terms in accepted))
