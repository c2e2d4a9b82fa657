"""What a policy would break: of the law, as errors and warnings with the rule's number in law.md, and of sense ("own").

An error is a promise that the shop may not make; `judge` still gives consumers their right, but the text would be
wrong. A warning is lawful and probably not meant. Codes and values only; sentences are made elsewhere.

Two wrongs have no check, for no setting can cause them:

* Credit only (M-5). `Terms.resolutions` names what stands beside money back; `resolutions.offered` begins with it.
* A reason demanded for a withdrawal (W-4). To give none is the first choice of the shopper's form and "" in the API;
  it is no row of the shop's reasons, so that nobody can retire it, and it is judged as a withdrawal.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import combinations, pairwise
from types import MappingProxyType

from returns.policy.facts import CountedFrom, LegalPath, OutboundShipping, Resolution, Terms
from returns.policy.law import LAW, Law, Regime
from returns.policy.precedence import in_force, strength

LINT_CODES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "window_shorter_than_law": ("days", "law_days", "countries"),
        "window_counted_early": ("days", "law_days", "countries"),
        "restocking_fee_on_withdrawal": ("percent", "countries"),
        "outbound_shipping_kept": ("countries",),
        "return_cost_not_told": ("fee", "countries"),
        "sale_goods_excluded": ("countries",),
        "approval_before_withdrawal": ("countries",),
        "fees_to_disclose": ("countries",),
        "percent_out_of_range": ("percent",),
        "bonus_without_credit": ("percent",),
        "keeping_half_offered": (),
        "never_in_force": ("valid_from", "valid_until"),
        "season_reversed": ("ordered_from", "ordered_until"),
        "seasons_overlap": ("ordered_from", "ordered_until"),
        "goods_without_policy": (),
        "decided_by_name": ("first", "second"),
        "reason_claims_no_right": (),
        "statutory_label_changed": ("language", "shown", "label"),
    }
)
"""Code -> the names of its values; `countries` are ISO codes with spaces between."""


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing to mend or to know; `rule` is the number in law.md, or "own"."""

    severity: Severity
    rule: str
    code: str
    values: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Reach:
    """A policy version with the rights that bind it, by country; a right that shown terms replace does not.

    A country whose law changes while the version lasts has several.
    """

    terms: Terms
    regimes: Mapping[str, Collection[Regime]]

    def where(self, test: Callable[[Regime], bool] = lambda _: True) -> str:
        """The countries where a law passes the test."""
        return " ".join(sorted(country for country, regimes in self.regimes.items() if any(map(test, regimes))))

    def longest(self, test: Callable[[Regime], bool]) -> int:
        """The longest statutory period among them."""
        return max(regime.days for regimes in self.regimes.values() for regime in regimes if test(regime))


type Check = Callable[[Reach], Issue | None]


def lint(terms: Terms, first: date, last: date = date.max, law: Law = LAW) -> tuple[Issue, ...]:
    """All issues of one version, were it to bind orders placed from the first day to the last one.

    Each once, with all countries that it touches on any of these days: what is lawful today may not stay so.
    """
    days = {first, *(row.effective_from for row in law.countries if first < row.effective_from <= last)}
    countries = terms.countries or {row.country for row in law.countries}
    binding = {country: [*_binding(law, country, days)] for country in countries}
    reach = Reach(terms, {country: found for country, found in binding.items() if found})
    return tuple(issue for check in CHECKS if (issue := check(reach)) is not None)


def _binding(law: Law, country: str, days: Iterable[date]) -> Iterator[Regime]:
    """The rights of a country on these days that no shown terms replace."""
    for day in days:
        regime = law.regime(country, day)
        if regime is not None and not regime.only_without_terms:
            yield regime


def lint_together(policies: Sequence[Terms], at: datetime) -> tuple[Issue, ...]:
    """What the policies in force for an order placed then leave open between them."""
    return tuple(_together(in_force(policies, at)))


def lint_reason(path: LegalPath) -> tuple[Issue, ...]:
    """What a reason offered to shoppers would break: a courtesy is judged without the right to withdraw (P-3).

    A warning, because whoever gives it may be no party to the contract, as the recipient of a gift is not.
    """
    return (_warning("P-3", "reason_claims_no_right"),) if path is LegalPath.COURTESY else ()


def lint_labels(shown: Mapping[str, tuple[str, str]], law: Law = LAW) -> tuple[Issue, ...]:
    """Where the texts of the withdrawal function are not those of the law: language -> (function, confirmation).

    A warning, because an unambiguous equivalent is lawful (W-2, W-5). A language without a text of the law has none
    to differ from. No page has the function yet; the one that will takes `LAW.labels`, never the catalogues.
    """
    return tuple(
        _warning(rule, "statutory_label_changed", language=language, shown=text, label=label)
        for language, texts in shown.items()
        if (row := law.labels.get(language)) is not None
        for rule, text, label in zip(("W-2", "W-5"), texts, (row.function, row.confirmation), strict=True)
        if text != label
    )


def window_shorter_than_law(reach: Reach) -> Issue | None:
    days = reach.terms.window_days
    if days is None:
        return None
    return _about_days("window_shorter_than_law", Severity.ERROR, reach, lambda regime: days < regime.days)


def window_counted_early(reach: Reach) -> Issue | None:
    """Long enough on paper, but counted from a day before the goods are there."""
    days, transit = reach.terms.window_days, reach.terms.transit_days
    if days is None or reach.terms.counted_from is CountedFrom.POSSESSION:
        return None
    return _about_days(
        "window_counted_early", Severity.WARNING, reach, lambda regime: regime.days <= days < regime.days + transit
    )


def _about_days(code: str, severity: Severity, reach: Reach, test: Callable[[Regime], bool]) -> Issue | None:
    if not (where := reach.where(test)):
        return None
    days = reach.terms.window_days or 0
    return Issue(severity, "C-1", code, {"days": days, "law_days": reach.longest(test), "countries": where})


def restocking_fee_on_withdrawal(reach: Reach) -> Issue | None:
    """Lawful, for `amounts.restocking_fee` takes nothing of a withdrawal by right and the conditions say so."""
    if not reach.terms.restocking_percent or not (where := reach.where()):
        return None
    return _warning("M-6", "restocking_fee_on_withdrawal", percent=reach.terms.restocking_percent, countries=where)


def outbound_shipping_kept(reach: Reach) -> Issue | None:
    """Nobody has settled what a partial withdrawal gives back; to give nothing is the side that may lose."""
    if reach.terms.outbound_shipping is not OutboundShipping.NONE or not (where := reach.where()):
        return None
    return _warning("M-10", "outbound_shipping_kept", countries=where)


def return_cost_not_told(reach: Reach) -> Issue | None:
    if not reach.terms.return_fee or reach.terms.return_cost_told or not (where := reach.where()):
        return None
    return _error("M-7", "return_cost_not_told", fee=reach.terms.return_fee, countries=where)


def sale_goods_excluded(reach: Reach) -> Issue | None:
    if reach.terms.final_sale_returnable or not (where := reach.where()):
        return None
    return _warning("X-4", "sale_goods_excluded", countries=where)


def approval_before_withdrawal(reach: Reach) -> Issue | None:
    terms = reach.terms
    limits = (terms.person_above_units, terms.person_above_amount, terms.person_after_returns)
    asks_a_person = terms.person_decides or any(limit is not None for limit in limits)
    if not asks_a_person or not (where := reach.where()):
        return None
    return _warning("W-4", "approval_before_withdrawal", countries=where)


def fees_to_disclose(reach: Reach) -> Issue | None:
    """New York wants each fee shown before billing data are asked for; a breach opens 30 days (GBL 218-a)."""
    covered = not reach.terms.countries or "US" in reach.terms.countries
    if not covered or not (reach.terms.restocking_percent or reach.terms.return_fee):
        return None
    return _warning("8", "fees_to_disclose", countries="US")


def percent_out_of_range(reach: Reach) -> Issue | None:
    for percent in (reach.terms.restocking_percent, reach.terms.credit_bonus_percent):
        if not 0 <= percent <= 100:
            return _error("own", "percent_out_of_range", percent=percent)
    return None


def bonus_without_credit(reach: Reach) -> Issue | None:
    if not reach.terms.credit_bonus_percent or Resolution.CREDIT in reach.terms.resolutions:
        return None
    return _error("own", "bonus_without_credit", percent=reach.terms.credit_bonus_percent)


def keeping_half_offered(reach: Reach) -> Issue | None:
    """Without the word or without a value nobody is ever told that the goods may be kept."""
    if (Resolution.KEEP in reach.terms.resolutions) is (reach.terms.keep_up_to is not None):
        return None
    return _warning("own", "keeping_half_offered")


def never_in_force(reach: Reach) -> Issue | None:
    start, end = reach.terms.valid_from, reach.terms.valid_until
    if start is None or end is None or start < end:
        return None
    return _error("own", "never_in_force", valid_from=start.isoformat(), valid_until=end.isoformat())


def season_reversed(reach: Reach) -> Issue | None:
    for season in reach.terms.seasons:
        if not season.ordered_from <= season.ordered_until <= season.last_day:
            days = {"ordered_from": season.ordered_from.isoformat(), "ordered_until": season.ordered_until.isoformat()}
            return _error("own", "season_reversed", **days)
    return None


def seasons_overlap(reach: Reach) -> Issue | None:
    """Two last days for one order: `judge` gives the later, the text would give both."""
    in_order = sorted(reach.terms.seasons, key=lambda season: season.ordered_from)
    for earlier, later in pairwise(in_order):
        if later.ordered_from <= earlier.ordered_until:
            days = {"ordered_from": later.ordered_from.isoformat(), "ordered_until": earlier.ordered_until.isoformat()}
            return _error("own", "seasons_overlap", **days)
    return None


CHECKS: tuple[Check, ...] = (
    window_shorter_than_law,
    window_counted_early,
    restocking_fee_on_withdrawal,
    outbound_shipping_kept,
    return_cost_not_told,
    sale_goods_excluded,
    approval_before_withdrawal,
    fees_to_disclose,
    percent_out_of_range,
    bonus_without_credit,
    keeping_half_offered,
    never_in_force,
    season_reversed,
    seasons_overlap,
)


def _together(strongest_first: Sequence[Terms]) -> Iterator[Issue]:
    if not any(not terms.kinds and not terms.countries for terms in strongest_first):
        yield _warning("own", "goods_without_policy")
    for first, second in combinations(strongest_first, 2):
        if strength(first) == strength(second) and _overlap(first, second):
            yield _warning("own", "decided_by_name", first=first.id, second=second.id)


def _overlap(one: Terms, other: Terms) -> bool:
    return _meet(one.kinds, other.kinds) and _meet(one.countries, other.countries)


def _meet(one: frozenset[str], other: frozenset[str]) -> bool:
    """Of policies that are equally strong both name some or none does."""
    return not one or not one.isdisjoint(other)


def _error(rule: str, code: str, **values: str | int) -> Issue:
    return Issue(Severity.ERROR, rule, code, values)


def _warning(rule: str, code: str, **values: str | int) -> Issue:
    return Issue(Severity.WARNING, rule, code, values)
