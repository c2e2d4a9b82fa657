"""What a refund is for: its parts, what they are worth, and how they are laid over the rooms of payments."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from returns.actions.rooms import Rooms
from returns.models import Payment, Refund, RMAItem


@dataclass(frozen=True, slots=True)
class Part:
    """What a refund is for; `amount` in minor units of the order's currency, below zero for a fee."""

    kind: str
    amount: int
    item: RMAItem | None = None


def worth(parts: Iterable[Part]) -> int:
    """Minor units, less what is taken off."""
    return sum(part.amount for part in parts)


def parts_of(refund: Refund) -> list[Part]:
    """What it is for, to be owed once more in its place."""
    lines = refund.lines.select_related("item__line")
    return [Part(line.kind, line.amount, line.item) for line in lines]


def divide(parts: Sequence[Part], amount: int) -> tuple[list[Part], list[Part]]:
    """(what adds up to `amount`, above zero, or all where they come to less; the rest)."""
    return _fill(amount, _fees_first(parts))


def laid_over(free: Rooms, parts: Sequence[Part]) -> Iterator[tuple[Payment | None, list[Part]]]:
    """The parts laid over the payments from the first with room on; a part that does not fit is split.

    What is taken off comes first, so that it lowers the first payment's refund and none is below zero.
    """
    waiting = _fees_first(parts)
    for payment, amount in free:
        if not amount:
            continue
        slices, waiting = _fill(amount, waiting)
        if slices:
            yield payment, slices
    if waiting:
        yield None, waiting


def _fees_first(parts: Sequence[Part]) -> list[Part]:
    return sorted(parts, key=lambda part: part.amount > 0)


def _fill(room: int, parts: Sequence[Part]) -> tuple[list[Part], list[Part]]:
    """(what fits into `room`, the rest)."""
    slices, rest = [], []
    for part in parts:
        fits = min(room, part.amount)
        room -= fits
        if fits:
            slices.append(replace(part, amount=fits))
        if fits < part.amount:
            rest.append(replace(part, amount=part.amount - fits))
    return slices, rest


def by_kind(parts: Sequence[Part]) -> dict[str, int]:
    """Minor units by kind, for the journal."""
    totals: Counter[str] = Counter()
    for part in parts:
        totals[part.kind] += part.amount
    return dict(totals)
