"""Which policy counts."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from returns.policy.facts import Terms
from returns.policy.precedence import choose, covered, in_force
from tests.policy.making import PLACED


def chosen(*policies: Terms, kind: str = "apparel", country: str = "DE") -> str | None:
    """The name and version of the policy that wins, the same in whatever order they are given."""
    winners = {choose(in_force(order, PLACED), kind, country) for order in permutations(policies)}
    assert len(winners) == 1
    terms = winners.pop()
    return f"{terms.id} {terms.version}" if terms else None


def policy(name: str, version: int = 1, **facts: Any) -> Terms:
    return Terms(name, version, 30, **facts)


ALL = policy("all")
GERMANY = policy("germany", countries=frozenset({"DE", "AT"}))
APPAREL = policy("apparel", kinds=frozenset({"apparel"}))
GERMAN_APPAREL = policy("german-apparel", kinds=frozenset({"apparel"}), countries=frozenset({"DE"}))


def test_the_most_specific_policy_wins_goods_before_country() -> None:
    assert chosen(ALL, GERMANY, APPAREL, GERMAN_APPAREL) == "german-apparel 1"
    assert chosen(ALL, GERMANY, APPAREL) == "apparel 1"
    assert chosen(ALL, GERMANY) == "germany 1"
    assert chosen(ALL) == "all 1"


def test_a_policy_for_other_goods_or_countries_does_not_count() -> None:
    assert chosen(ALL, GERMANY, APPAREL, kind="shoes", country="FR") == "all 1"
    assert chosen(GERMANY, APPAREL, kind="shoes", country="FR") is None
    assert chosen(GERMANY, country="") is None


def test_the_newest_version_of_a_policy_replaces_the_older_ones() -> None:
    assert chosen(policy("all", 1), policy("all", 2), policy("all", 10)) == "all 10"


def test_a_newer_version_that_covers_less_leaves_nothing_of_the_older() -> None:
    assert chosen(policy("all", 1), policy("all", 2, kinds=frozenset({"shoes"}))) is None


def test_an_order_keeps_the_version_that_was_in_force_when_it_was_placed() -> None:
    old = policy("all", 1, valid_until=PLACED + timedelta(days=1))
    new = policy("all", 2, valid_from=PLACED + timedelta(days=1))
    assert chosen(old, new) == "all 1"


def test_a_version_binds_from_its_first_moment_and_not_at_its_last() -> None:
    assert chosen(policy("all", valid_from=PLACED)) == "all 1"
    assert chosen(policy("all", valid_from=PLACED + timedelta(microseconds=1))) is None
    assert chosen(policy("all", valid_until=PLACED)) is None
    assert chosen(policy("all", valid_until=PLACED + timedelta(microseconds=1))) == "all 1"


def test_of_equally_specific_policies_the_one_that_came_into_force_last_wins() -> None:
    spring = policy("a-spring", 7, valid_from=PLACED - timedelta(days=200))
    autumn = policy("b-autumn", 1, valid_from=PLACED - timedelta(days=20))
    assert chosen(spring, autumn, policy("0-ever", 9)) == "b-autumn 1"


def test_what_came_into_force_later_on_the_same_day_came_last() -> None:
    morning = policy("a-morning", valid_from=PLACED - timedelta(hours=2))
    noon = policy("b-noon", valid_from=PLACED - timedelta(hours=1))
    assert chosen(morning, noon) == "b-noon 1"


def test_of_policies_alike_in_all_that_the_first_by_name_wins() -> None:
    assert chosen(policy("b"), policy("a"), policy("c", 2)) == "a 1"


def told(*policies: Terms, country: str = "DE") -> list[tuple[str, list[str]]]:
    return [(terms.id, sorted(kinds)) for terms, kinds in covered(in_force(policies, PLACED), country)]


def test_what_each_policy_covers_is_told_after_the_stronger_ones() -> None:
    shoes = policy("shoes", kinds=frozenset({"shoes", "apparel"}))
    assert told(ALL, GERMANY, APPAREL, shoes) == [("apparel", ["apparel"]), ("shoes", ["shoes"]), ("germany", [])]
    assert told(ALL, GERMANY, APPAREL, shoes, country="FR")[-1] == ("all", [])


def test_a_policy_that_covers_nothing_more_is_not_told() -> None:
    assert told(APPAREL, policy("apparel-2", kinds=APPAREL.kinds), ALL) == [("apparel", ["apparel"]), ("all", [])]
    assert told(GERMANY, country="FR") == []


def test_goods_are_told_once_however_many_policies_name_them() -> None:
    policies = [policy(str(number), kinds=frozenset(kinds)) for number, kinds in enumerate(["a", "b", "ac"])]
    assert told(*policies) == [("0", ["a"]), ("1", ["b"]), ("2", ["c"])]


@pytest.mark.parametrize("country", ["DE", "FR", ""])
@pytest.mark.parametrize("kind", ["apparel", "shoes", "lamp", ""])
def test_what_is_told_is_what_is_chosen(kind: str, country: str) -> None:
    policies = (ALL, GERMANY, APPAREL, policy("shoes", kinds=frozenset({"shoes", "apparel"}), countries=frozenset()))
    strongest_first = in_force(policies, PLACED)
    by_text = next((terms for terms, kinds in covered(strongest_first, country) if kind in kinds or not kinds), None)
    assert by_text == choose(strongest_first, kind, country)
