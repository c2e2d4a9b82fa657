"""Verdicts per second for orders of 3, 30 and 300 lines, with the law: `python -m tests.benchmarks.verdicts`."""

from datetime import UTC, datetime, timedelta
from math import inf
from time import process_time

from returns.policy.facts import Ask, CountedFrom, Delivery, LineFacts, OrderFacts, Terms
from returns.policy.verdict import judge

PLACED = datetime(2026, 10, 28, 8, 0, tzinfo=UTC)
SENT, HELD, NOW = (PLACED + timedelta(days=days) for days in (1, 3, 20))
KINDS = ("apparel", "shoes", "books", "toys")
POLICIES = [
    Terms("standard", 1, 30, CountedFrom.POSSESSION),
    Terms("short", 1, 10, CountedFrom.POSSESSION, kinds=frozenset({"shoes"})),
    Terms("north", 1, 100, CountedFrom.DISPATCH, countries=frozenset({"SE", "EE"})),
]
REPEATS = 50


def order_of(lines: int) -> OrderFacts:
    """Each line came in two parcels; every third is sale goods, every fifth is sealed."""
    return OrderFacts(
        placed_at=PLACED,
        country="DE",
        zone="Europe/Berlin",
        shop_zone="Europe/Prague",
        shop_country="CZ",
        lines=tuple(
            LineFacts(
                id=str(number),
                kind=KINDS[number % len(KINDS)],
                quantity=5,
                taken=1,
                deliveries=(Delivery(3, SENT, HELD), Delivery(2, SENT, HELD + timedelta(days=2))),
                exception="e" if number % 5 == 0 else None,
                final_sale=number % 3 == 0,
            )
            for number in range(lines)
        ),
        notice_given_at=PLACED,
        notice_known=True,
    )


def milliseconds(lines: int) -> float:
    """Processor time for one order, the best of many, after one order to warm up: neighbours do not count."""
    order, asks = order_of(lines), [Ask(str(number), 2) for number in range(lines)]
    judge(order, asks, POLICIES, NOW)
    rounds = max(1, 300 // lines)
    best = inf
    for _ in range(REPEATS):
        start = process_time()
        for _ in range(rounds):
            judge(order, asks, POLICIES, NOW)
        best = min(best, (process_time() - start) / rounds)
    return best * 1000


if __name__ == "__main__":
    print("lines   ms per order   verdicts per second")
    for lines in (3, 30, 300):
        each = milliseconds(lines)
        print(f"{lines:5}   {each:12.2f}   {lines / each * 1000:19,.0f}")
