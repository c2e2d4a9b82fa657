"""Trying policies on the past: what each would have made of the returns that were asked for, and what that costs.

Where the past comes from is the caller's business: `stored.py` reads the database, `manage.py backtest` also files.
Each policy lives its own past, once by its promise alone and once beside the law.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from itertools import compress
from typing import Any

from returns.analytics import by_law
from returns.analytics.trying import (
    EARLIER_RETURN,
    FEES,
    Candidate,
    History,
    Judged,
    JudgedReturn,
    Outcome,
    PastReturn,
    judged,
)
from returns.policy.clocks import local_day, order_day
from returns.policy.facts import Answer
from returns.policy.law import LAW, Law

LISTED = 1000  # changed returns that a difference names, so that a report of any past fits in memory

WORDS: Mapping[Outcome, str] = {
    Answer.ACCEPT: "accepted",
    Answer.REFER: "referred",
    Answer.REFUSE: "refused",
    "impossible": "impossible",
}


@dataclass(frozen=True, slots=True)
class Days:
    """On which the returns were asked for, both included, by the shop's clock."""

    first: date = date.min
    last: date = date.max

    def of(self, history: History) -> list[bool]:
        """Of each return, whether it is of these days."""
        zone = history.facts.shop_zone
        return [self.first <= local_day(asked.at, zone) <= self.last for asked in history.returns]

    def as_json(self) -> dict[str, str | None]:
        return {
            "from": None if self.first == date.min else self.first.isoformat(),
            "until": None if self.last == date.max else self.last.isoformat(),
        }


ALWAYS = Days()


@dataclass(slots=True)
class Count:
    """`returns` are those of which every line is so; `lines`, `units` and `goods` count line by line."""

    returns: int = 0
    lines: int = 0
    units: int = 0
    goods: Counter[str] = field(default_factory=Counter)  # currency -> minor units

    def as_json(self) -> dict[str, Any]:
        return {"returns": self.returns, "lines": self.lines, "units": self.units, "goods": dict(self.goods)}


@dataclass(slots=True)
class Change:
    """A return that two tries answer differently; `lines` are those that changed, before and after."""

    order: str
    currency: str
    asked: PastReturn
    before: JudgedReturn
    after: JudgedReturn
    lines: tuple[tuple[Judged, Judged], ...]
    rules: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "order": self.order,
            "return": self.asked.reference,
            "at": self.asked.at.isoformat(),
            "currency": self.currency,
            "rules": list(self.rules),
            "before": {"answer": str(self.before.answer), "refund": self.before.refund},
            "after": {"answer": str(self.after.answer), "refund": self.after.refund},
            "lines": [
                {
                    "line": before.ask.line,
                    "units": before.ask.units,
                    "before": before.as_json(),
                    "after": after.as_json(),
                }
                for before, after in self.lines
            ],
        }


@dataclass(slots=True)
class Difference:
    """What changes from one try to another: all of it counted, the first `listed` returns named.

    `rules` counts the changed returns by what changed them, as `explain` tells of a line; `fee_rules` where all lines
    are the same and the fees are not.
    """

    before: str
    after: str
    listed: int
    explain: Callable[[History, PastReturn, Judged, Judged], Iterable[str]]
    fee_rules: Sequence[str] = (FEES,)
    returns: int = 0
    lines: int = 0
    rules: Counter[str] = field(default_factory=Counter)
    refund: Counter[str] = field(default_factory=Counter)  # currency -> minor units more (or less) than before
    changes: list[Change] = field(default_factory=list)

    def add(self, history: History, before: Sequence[JudgedReturn], after: Sequence[JudgedReturn]) -> None:
        for asked, was, now in zip(history.returns, before, after, strict=True):
            if was != now and (change := self._change(history, asked, was, now)):
                self._count(change)

    def _change(self, history: History, asked: PastReturn, before: JudgedReturn, after: JudgedReturn) -> Change | None:
        """None where the answers and the money are the same, whatever else was said about them."""
        pairs = zip(before.lines, after.lines, strict=True)
        lines = tuple((was, now) for was, now in pairs if (was.answer, was.goods) != (now.answer, now.goods))
        if not lines and before.fees == after.fees:
            return None
        told = (rule for was, now in lines for rule in self.explain(history, asked, was, now))
        rules = tuple(dict.fromkeys(told if lines else self.fee_rules))
        return Change(history.order, history.currency, asked, before, after, lines, rules)

    def _count(self, change: Change) -> None:
        self.returns += 1
        self.lines += len(change.lines)
        self.rules.update(change.rules)
        self.refund[change.currency] += change.after.refund - change.before.refund
        if len(self.changes) < self.listed:
            self.changes.append(change)

    def as_json(self) -> dict[str, Any]:
        return {
            "before": self.before,
            "after": self.after,
            "returns": self.returns,
            "lines": self.lines,
            "rules": dict(self.rules.most_common()),
            "refund": dict(self.refund),
            "changes": [change.as_json() for change in self.changes],
            "not_listed": self.returns - len(self.changes),
        }


def _codes(_history: History, _asked: PastReturn, before: Judged, after: Judged) -> list[str]:
    """The codes of reasons that one side alone gives; none, where the same reasons weigh otherwise."""
    if before.answer == after.answer:
        return [EARLIER_RETURN]
    was, now = ([reason.code for reason in side.reasons] for side in (before, after))
    return [code for code in (*was, *now) if code not in was or code not in now]


@dataclass(slots=True)
class Trial:
    """What one policy makes of the past. With the law: what the law changed, and the refusals that it forbids."""

    tried: Candidate
    by_law: Difference | None
    counts: dict[Outcome, Count] = field(default_factory=lambda: {outcome: Count() for outcome in WORDS})
    fees: Counter[str] = field(default_factory=Counter)  # currency -> minor units
    refund: Counter[str] = field(default_factory=Counter)
    forbidden: Count = field(default_factory=Count)

    def add(self, history: History, outcomes: Iterable[JudgedReturn]) -> None:
        for outcome in outcomes:
            self.counts[outcome.answer].returns += 1
            for line in outcome.lines:
                _add(self.counts[line.answer], history, line)
            if any(line.answer is Answer.ACCEPT for line in outcome.lines):
                self.fees[history.currency] += outcome.fees
                self.refund[history.currency] += outcome.refund

    def weigh(self, history: History, alone: Sequence[JudgedReturn], lawful: Sequence[JudgedReturn]) -> None:
        """Compare the promise alone with what stands beside the law."""
        assert self.by_law is not None
        self.by_law.add(history, alone, lawful)
        for was, now in zip(alone, lawful, strict=True):
            pairs = zip(was.lines, now.lines, strict=True)
            wrong = [line for line, right in pairs if line.answer is Answer.REFUSE and right.by_right]
            self.forbidden.returns += bool(wrong)
            for line in wrong:
                _add(self.forbidden, history, line)

    def as_json(self) -> dict[str, Any]:
        return {
            "policy": self.tried.name,
            "terms": [{"id": terms.id, "version": terms.version} for terms in self.tried.terms],
            **{WORDS[outcome]: count.as_json() for outcome, count in self.counts.items()},
            "fees": dict(self.fees),
            "refund": dict(self.refund),
            "refusals_the_law_forbids": self.forbidden.as_json() if self.by_law else None,
            "changed_by_law": self.by_law.as_json() if self.by_law else None,
        }


def _add(count: Count, history: History, line: Judged) -> None:
    count.lines += 1
    count.units += line.ask.units
    count.goods[history.currency] += line.goods


@dataclass(slots=True)
class Report:
    """What was asked, what each policy makes of it, and how each differs from the first."""

    trials: tuple[Trial, ...]
    differences: tuple[Difference, ...]
    policy_only: bool
    days: Days = ALWAYS
    orders: int = 0
    before_law: int = 0  # orders that are older than all that is known of their country's law
    returns: int = 0
    lines: int = 0

    def add(self, history: History, law: Law | None) -> None:
        self.orders += 1
        country = history.facts.country
        self.before_law += bool(law and country and law.begins_after(country, order_day(history.facts)))
        self.returns += len(history.returns)
        self.lines += sum(len(asked.asks) for asked in history.returns)

    @property
    def too_old_for_law(self) -> bool:
        """Whether the law changes nothing, and perhaps only because orders are older than what is known of it."""
        return self.before_law > 0 and not any(trial.by_law and trial.by_law.returns for trial in self.trials)

    def as_json(self) -> dict[str, Any]:
        return {
            "policy_only": self.policy_only,
            "days": self.days.as_json(),
            "orders": self.orders,
            "returns": self.returns,
            "lines": self.lines,
            "policies": [trial.as_json() for trial in self.trials],
            "differences": [difference.as_json() for difference in self.differences],
        }


def backtest(
    past: Iterable[History],
    candidates: Sequence[Candidate],
    law: Law | None = LAW,
    listed: int = LISTED,
    days: Days = ALWAYS,
) -> Report:
    """Try each candidate on the past, which is read once. `law` None judges by the promises alone.

    Only the returns of `days` are counted; what was returned before holds its units all the same.
    """
    first, *others = candidates
    report = Report(
        trials=tuple(Trial(tried, _by_law(tried, law, listed) if law else None) for tried in candidates),
        differences=tuple(Difference(first.name, other.name, listed, _codes) for other in others),
        policy_only=law is None,
        days=days,
    )
    for history in past:
        _try_all(report, history, law)
    return report


def _by_law(tried: Candidate, law: Law, listed: int) -> Difference:
    explain = partial(by_law.rules, law, tried)
    return Difference(f"{tried.name} alone", tried.name, listed, explain, by_law.fee_rules(tried))


def _try_all(report: Report, history: History, law: Law | None) -> None:
    counted = report.days.of(history)
    if not any(counted):
        return

    def tried(candidate: Candidate, law: Law | None) -> list[JudgedReturn]:
        return list(compress(judged(history, candidate, law), counted))

    outcomes = [tried(trial.tried, law) for trial in report.trials]
    alone = [tried(trial.tried, None) for trial in report.trials] if law else []
    shown = replace(history, returns=list(compress(history.returns, counted)))
    report.add(shown, law)
    for trial, lawful in zip(report.trials, outcomes, strict=True):
        trial.add(shown, lawful)
    for trial, promised, lawful in zip(report.trials, alone, outcomes, strict=False):
        trial.weigh(shown, promised, lawful)
    for difference, other in zip(report.differences, outcomes[1:], strict=True):
        difference.add(shown, outcomes[0], other)
