"""Random sequences of returns, a few hundred of the million that `make bench` runs; and that they would notice."""

from collections.abc import Callable
from typing import Any

import pytest

from returns.actions import parts
from tests.benchmarks import sequences

FEW = 150


def test_the_parts_of_any_sequence_add_up_to_the_whole() -> None:
    done, faults = sequences.many(1, FEW)
    assert faults == []
    assert done["orders"] == FEW
    assert min(done["returns"], done["valuations"], done["steps"]) > FEW // 4


def too_much(paid: int, quantity: int, given: int, taken: int, units: int) -> int:
    """By the line's own price and rounded up: what Solidus and others have paid."""
    return -(-paid * units // quantity)


def too_little(paid: int, quantity: int, given: int, taken: int, units: int) -> int:
    return paid * units // quantity


def all_of_it(share: int, fee: int, units: int, arrived: int, last: int) -> int:
    return share


def undivided(data: Any) -> list[int]:
    return [line.unit_price * line.quantity for line in data.lines]


def each_time(paid: int, standard: int, lines: object) -> int:
    return paid


def never_negative(rooms: Any, parts: Any) -> Any:
    return ((payment, [part for part in slices if part.amount > 0]) for payment, slices in OVER(rooms, parts))


OVER = parts.laid_over


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("share", too_much),
        ("share", too_little),
        ("worth_of_last", all_of_it),
        ("paid_by_line", undivided),
        ("delivery_owed", each_time),
        ("laid_over", never_negative),
    ],
)
def test_a_wrong_amount_is_caught(monkeypatch: pytest.MonkeyPatch, name: str, wrong: Callable[..., Any]) -> None:
    monkeypatch.setattr(sequences, name, wrong)
    _done, faults = sequences.many(1, FEW)
    assert faults
