"""What of the outbound delivery is given back with the goods: once an order, whatever the order of its returns."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from returns.policy.facts import OutboundShipping


@dataclass(frozen=True, slots=True)
class Back:
    """One line of an order: what was paid for its units, and how many of them are back by right or as faulty.

    `rule` is what its promise says of a partial return; where no promise covers it, the law's usual answer.
    """

    paid: int
    quantity: int
    units: int = 0
    rule: OutboundShipping = OutboundShipping.PROPORTIONAL

    @property
    def whole(self) -> bool:
        return self.units == self.quantity


def delivery_owed(paid: int, standard: int, lines: Sequence[Back]) -> int:
    """What is owed by now of a delivery that cost `paid`, where the cheapest one offered would have cost `standard`.

    In minor units, over all returns of the order together: a further return brings the difference of two calls. Of the
    standard delivery alone (law.md M-1, M-2): all of it once every unit is back (M-11), before that what the lines'
    promises say (M-10), a part being that of the goods' worth, rounded down.
    """
    base = min(paid, standard)
    if all(line.whole for line in lines):
        return base if lines else 0
    if any(line.units and line.rule is OutboundShipping.FULL for line in lines):
        return base
    return floor(base * _part(lines))


def kindest(rules: Iterable[OutboundShipping]) -> OutboundShipping:
    """Of several promises for the same goods the one that gives back most."""
    return max(rules, key=[*OutboundShipping].index)


def _part(lines: Sequence[Back]) -> Fraction:
    """The part of the goods that is back and counts, by what was paid for them; by units where all were free."""
    free = not any(line.paid for line in lines)
    back = whole = Fraction()
    for line in lines:
        worth = line.quantity if free else line.paid
        whole += worth
        if line.rule is OutboundShipping.PROPORTIONAL:
            back += Fraction(worth * line.units, line.quantity)
    return back / whole
