"""Which rule of law.md changed what the promise alone would have answered."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from returns.analytics.trying import EARLIER_RETURN, FEES, Candidate, History, Judged, PastReturn
from returns.policy.grounds import ground
from returns.policy.law import Law

BEATEN: Mapping[str, str] = MappingProxyType(
    {
        "final_sale": "X-4",
        **dict.fromkeys(("person_decides", "many_units", "high_value", "many_returns"), "W-4"),
    }
)
"""Objections of a promise that the open right beats by a rule of their own, whatever the day."""

IN_DOUBT: Mapping[str, str] = MappingProxyType(
    {
        "country_unknown": "P-2",
        "delivery_unknown": "C-11",
        **dict.fromkeys(("seal_unknown", "exception_e", "exception_i"), "X-1"),
        "exception_unproven": "X-6",
    }
)
"""What is not known, where the promise refuses and the law asks a person."""


def rules(law: Law, tried: Candidate, history: History, asked: PastReturn, alone: Judged, lawful: Judged) -> list[str]:
    """The rules that changed one line's answer; EARLIER_RETURN where only what is left of the line is another."""
    if alone.answer == lawful.answer or "impossible" in (alone.answer, lawful.answer):
        return [EARLIER_RETURN]
    if not lawful.by_right:
        return _named(IN_DOUBT, lawful)
    line = next(line for line in history.facts.lines if line.id == lawful.ask.line)
    return [*_named(BEATEN, alone), ground(history.facts, line, law, asked.at, tried.transit_days)]


def _named(words: Mapping[str, str], judged: Judged) -> list[str]:
    return list(dict.fromkeys(words[reason.code] for reason in judged.reasons if reason.code in words))


def fee_rules(tried: Candidate) -> Sequence[str]:
    """The rules by which the law lowers the fees of this policy."""
    found = []
    if any(terms.restocking_percent for terms in tried.terms):
        found.append("M-6")
    if any(terms.return_fee and not terms.return_cost_told for terms in tried.terms):
        found.append("M-7")
    return found or [FEES]
