"""Small pasts: a German order of three shirts, held on Monday, 2 November 2026, for 100.00 in all."""

from collections.abc import Mapping

from returns.analytics.earlier import NOBODY, Earlier
from returns.analytics.trying import Candidate, History, PastReturn, candidate
from returns.policy.facts import Ask, OrderFacts, Terms
from tests.policy.making import at, delivered

SHIRTS = delivered("2026-11-02")


def past_return(day: str, *asks: Ask, reference: str = "R-1") -> PastReturn:
    """One shirt, unless told otherwise."""
    return PastReturn(reference, at(day), asks or (Ask("1", 1),))


def history(
    *returns: PastReturn,
    facts: OrderFacts = SHIRTS,
    paid: Mapping[str, int] | None = None,
    order: str = "A-1",
    currency: str = "EUR",
    email: str = "",
    earlier: Earlier = NOBODY,
) -> History:
    return History(order, currency, facts, paid or {"1": 10_000}, returns, email, earlier)


def days(window: int, **terms: object) -> Candidate:
    return candidate(f"{window} days", Terms("p", 1, window, **terms))  # type: ignore[arg-type]
