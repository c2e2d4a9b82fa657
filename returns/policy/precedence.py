"""Which policy counts, by a rule that a page can say in four sentences.

Of each policy the newest version in force when the order was placed counts. Of those that cover the goods and the
country the most specific wins: goods and country, then goods, then country, then neither. Of equally specific ones
the one that came into force last wins. If even that is the same, the first one by name (its id) wins.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from returns.policy.facts import Terms

_ALWAYS = datetime.min.replace(tzinfo=UTC)


def in_force(policies: Iterable[Terms], placed_at: datetime) -> tuple[Terms, ...]:
    """The newest version of each policy that binds an order placed then, the strongest first."""
    newest: dict[str, Terms] = {}
    for terms in policies:
        if _binds(terms, placed_at) and (terms.id not in newest or newest[terms.id].version < terms.version):
            newest[terms.id] = terms
    by_name = sorted(newest.values(), key=lambda terms: terms.id)
    return tuple(sorted(by_name, key=strength, reverse=True))


def choose(strongest_first: Sequence[Terms], kind: str, country: str) -> Terms | None:
    """The policy for these goods in this country, out of `in_force`; None when none covers them."""
    return next((terms for terms in strongest_first if _covers(terms, kind, country)), None)


def covered(strongest_first: Sequence[Terms], country: str) -> tuple[tuple[Terms, frozenset[str]], ...]:
    """What each policy covers in the country after the stronger ones: (terms, kinds); no kinds means all the rest.

    `choose` for each kind of goods, told the other way round; policies that cover nothing more are left out.
    """
    found: list[tuple[Terms, frozenset[str]]] = []
    taken: frozenset[str] = frozenset()
    for terms in strongest_first:
        if terms.countries and country not in terms.countries:
            continue
        if not terms.kinds:
            return (*found, (terms, frozenset()))
        if left := terms.kinds - taken:
            found.append((terms, left))
            taken |= left
    return tuple(found)


def _binds(terms: Terms, placed_at: datetime) -> bool:
    if terms.valid_from is not None and placed_at < terms.valid_from:
        return False
    return terms.valid_until is None or placed_at < terms.valid_until


def strength(terms: Terms) -> tuple[bool, bool, datetime]:
    """What two policies are compared by before their names are."""
    return bool(terms.kinds), bool(terms.countries), terms.valid_from or _ALWAYS


def _covers(terms: Terms, kind: str, country: str) -> bool:
    return (not terms.kinds or kind in terms.kinds) and (not terms.countries or country in terms.countries)
