"""How often a shopper has sent something back before."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from returns.analytics.earlier import NOBODY, Earlier
from tests.policy.making import at

JANA = "jana@example.com"
ASKED = [(JANA, at("2026-11-03")), ("karel@example.com", at("2026-11-03")), ("JANA@example.com", at("2026-01-01"))]


@pytest.mark.parametrize(
    ("when", "count"),
    [
        ("2026-11-03", 1),
        ("2026-11-03 12:01", 2),
        ("2027-01-01", 2),
        ("2027-01-01 12:01", 1),
        ("2026-01-01", 0),
        ("2030-01-01", 0),
    ],
)
def test_the_returns_of_the_year_before_count(when: str, count: int) -> None:
    assert Earlier(lambda: ASKED).before("Jana@Example.com", at(when)) == count


def test_they_are_read_once_and_only_when_asked_for() -> None:
    reads = []

    def read() -> Iterator[tuple[str, datetime]]:
        reads.append(1)
        yield from ASKED

    earlier = Earlier(read)
    assert reads == []
    assert [earlier.before(JANA, at("2026-12-01")) for _ in range(3)] == [2, 2, 2]
    assert reads == [1]


def test_of_nobody_nothing_is_known() -> None:
    assert NOBODY.before(JANA, at("2026-12-01")) == 0
