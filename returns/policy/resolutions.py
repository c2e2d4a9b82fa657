"""What a shopper may choose for each item of a return: money back always, the rest where the promise offers it.

Answers per item, because each has terms of its own; whether goods may be kept is a question about the whole return.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from returns.policy.facts import Answer, Ask, LegalPath, Resolution, Terms


@dataclass(frozen=True, slots=True)
class Answered:
    """One ask with its answer; `terms` are those that the verdict applied, if any, `share` is in minor units."""

    terms: Terms | None
    ask: Ask
    answer: Answer
    share: int


def offered(items: Sequence[Answered], currency: str, kept: int = 0) -> list[tuple[Resolution, ...]]:
    """What may be chosen for each item, money back first (law.md M-5), in `currency`, the order's.

    `kept` is the worth of what the shopper keeps of the same order already: asked for in parts, an order leaves no
    more than at once. What was free need not be asked for. What is faulty is never offered less than what is not
    (law.md section 7).
    """
    worth = kept + sum(item.share for item in items)
    keeping = worth > kept and all(_may_stay(item, worth, currency) for item in items)
    return [(Resolution.REFUND, *_beside_money(item.terms, keeping=keeping)) for item in items]


def _beside_money(terms: Terms | None, *, keeping: bool) -> list[Resolution]:
    promised = terms.resolutions if terms is not None else frozenset()
    may_be = (Resolution.CREDIT, Resolution.KEEP) if keeping else (Resolution.CREDIT,)
    return [resolution for resolution in may_be if resolution in promised]


def _may_stay(item: Answered, worth: int, currency: str) -> bool:
    """A fault may need a person to look at it; whether its goods may be kept hangs on their worth alone."""
    terms = item.terms
    if terms is None or terms.keep_up_to is None or Resolution.KEEP not in terms.resolutions:
        return False
    welcome = item.answer is Answer.ACCEPT or item.ask.legal_path is LegalPath.CONFORMITY
    return welcome and terms.counts_in(currency) and worth <= terms.keep_up_to
