"""Random orders and random sequences of returns through the product's own amounts; what must hold is looked at always.

    .venv/bin/python -m tests.benchmarks.sequences [--count 20000] [--first 1]

One seed is one order with its returns; the seed of a failure is printed. No database: the import's allotment,
`policy/amounts.py`, `policy/delivery.py`, the parts that are owed and how they are laid over payments are the
product's own functions, the bookkeeping around them is done here.
"""

import argparse
import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from itertools import count
from random import Random
from types import SimpleNamespace
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
if __name__ in {"__main__", "__mp_main__"}:
    django.setup()  # the models want it before they are imported

from returns.actions.orders import paid_by_line
from returns.actions.owing import Arrived, _parts
from returns.actions.parts import Part, laid_over
from returns.importing.data import LineData, OrderData
from returns.policy.amounts import restocking_fee, return_cost, share, worth_of_last
from returns.policy.delivery import Back, delivery_owed
from returns.policy.facts import Ask, LegalPath, OutboundShipping, Terms

PROCESSES = 2
CHUNK = 5_000
DEAREST = {"JPY": 60_000, "EUR": 300_000, "KWD": 900_000}  # minor units of a piece; of 0, 2 and 3 decimals
RATES = ("", "0.08", "0.19", "0.21", "0.255")
LIVE, DEAD = "live", "dead"
GOODS, FEE, LOSS, SHIPPING = "goods", "fee", "value_loss", "shipping"


def hold(what: str, found: object, **values: Any) -> None:
    if not found:
        raise AssertionError(f"{what}: {values}")


# --- what is sold -------------------------------------------------------------------------------


def sold(random: Random) -> OrderData:
    currency = random.choice(list(DEAREST))
    lines = tuple(line(random, str(number), DEAREST[currency]) for number in range(random.choice((1, 1, 2, 3, 4, 7))))
    goods = sum(one.unit_price * one.quantity - one.discount for one in lines)
    discounts = tuple(
        (random.randint(0, max(1, goods * tenths // 10)), "")
        for tenths in random.sample((1, 2, 12), random.choice((0, 0, 1, 2)))
    )
    paid = random.choice((0, 495, random.randint(0, 2_000)))
    return OrderData(
        number="1",
        placed_at=None,  # type: ignore[arg-type]  # no clock here
        currency=currency,
        email="",
        lines=lines,
        discounts=discounts,
        shipping_paid=paid,
        shipping_standard=random.choice((paid, paid, random.randint(0, 1_000))),
    )


def line(random: Random, id: str, dearest: int) -> LineData:
    price = random.choice((0, 1, 5, random.randint(1, 100), random.randint(1, dearest)))
    quantity = random.choice((1, 1, 2, 3, random.randint(1, 12), random.randint(1, 5_000)))
    return LineData(
        id,
        "",
        quantity,
        price,
        discount=random.choice((0, 0, random.randint(0, price * quantity))),
        tax_rate=random.choice(RATES),
        tax_included=random.random() < 0.6,
    )


# --- what comes back ----------------------------------------------------------------------------


class Item(SimpleNamespace):
    """As much of an RMAItem as amounts ask for, and what has become of it."""

    refused = False
    arrived = unvalued = losses = 0


class Return(SimpleNamespace):
    """Its `items`, its `state`, and the `cost` of the way back."""


class Shop:
    """One order, its returns, and the lines of its refunds as the database would hold them."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.order = sold(random)
        self.paid = paid_by_line(self.order)
        self.captured = sum(self.paid) + self.order.shipping_paid
        cut = random.randint(0, self.captured)
        self.rooms = {"first": cut, "second": self.captured - cut}
        self.returns: list[Return] = []
        self.owed: Counter[tuple[int, str, int | None]] = Counter()  # by return, kind, item
        self.valuations: list[SimpleNamespace] = []
        self.numbers = count(1)
        self.rule = random.choice(list(OutboundShipping))
        self.look_at_the_import()

    def look_at_the_import(self) -> None:
        nets = [one.unit_price * one.quantity - one.discount for one in self.order.lines]
        discount = min(sum(amount for amount, _label in self.order.discounts), sum(nets))
        untaxed = [one.tax_included or not one.tax_rate for one in self.order.lines]
        if all(untaxed):
            hold("discounts add up", sum(self.paid) == sum(nets) - discount, paid=self.paid, nets=nets)
        for paid, net, plain, one in zip(self.paid, nets, untaxed, self.order.lines, strict=True):
            most = net if plain else net * (1_000 + round(1_000 * float(one.tax_rate))) // 1_000 + 1
            hold("a line costs from nothing to its price", 0 <= paid <= most, paid=paid, most=most)

    def look(self) -> None:
        for number, paid in enumerate(self.paid):
            live = [item for item in self.items if item.line == number and self.is_live(item)]
            units, given = sum(item.quantity for item in live), sum(item.share for item in live)
            quantity = self.order.lines[number].quantity
            hold("no unit twice", units <= quantity, line=number)
            hold("no line above paid", 0 <= given <= paid, line=number, given=given)
            hold("all units are all of the money", units < quantity or given == paid, line=number, given=given)
        for item in self.items:
            goods = self.owed[id(item.rma), GOODS, item.pk]
            hold("no item above its share", 0 <= goods <= item.share, goods=goods, share=item.share)
            hold("no fee above its own", -item.fee <= self.owed[id(item.rma), FEE, item.pk] <= 0, item=item.pk)
            hold("losses within the worth", item.losses <= max(0, item.share - item.fee), losses=item.losses)
            hold("losses within goods", 0 <= -self.owed[id(item.rma), LOSS, item.pk] <= goods, item=item.pk)
        delivery = sum(amount for (_rma, kind, _item), amount in self.owed.items() if kind == SHIPPING)
        hold(
            "delivery once",
            0 <= delivery <= min(self.order.shipping_paid, (self.order.shipping_standard or 0)),
            delivery=delivery,
        )
        hold("within what was paid", sum(self.owed.values()) <= self.captured, owed=sum(self.owed.values()))
        hold("payments bear it", all(room >= 0 for room in self.rooms.values()), rooms=self.rooms)

    @property
    def items(self) -> list[Item]:
        return [item for rma in self.returns for item in rma.items]

    def is_live(self, item: Item) -> bool:
        return item.rma.state != DEAD and not item.refused

    def taken(self, number: int) -> tuple[int, int]:
        live = [item for item in self.items if item.line == number and self.is_live(item)]
        return sum(item.quantity for item in live), sum(item.share for item in live)

    def ask(self, *, all_of_it: bool = False) -> None:
        terms = Terms(
            "p", 1, 30, restocking_percent=self.random.choice((0, 0, 10, 100)), return_fee=self.random.choice((0, 395))
        )
        rma = Return(items=[], state=LIVE, cost=0)
        told = []
        for number, one in enumerate(self.order.lines):
            units, given = self.taken(number)
            left = one.quantity - units
            if not left or (not all_of_it and self.random.random() < 0.4):
                continue
            asked = left if all_of_it else self.random.randint(1, left)
            path = self.random.choice((LegalPath.WITHDRAWAL, LegalPath.WITHDRAWAL, LegalPath.CONFORMITY))
            by_right = self.random.random() < 0.5
            worth = share(self.paid[number], one.quantity, given, units, asked)
            wanted = Ask(one.id, asked, path)
            fee = restocking_fee(terms, wanted, worth, by_right=by_right)
            rma.items.append(
                self.item(rma, number, asked, worth, fee, by_right=by_right or path is LegalPath.CONFORMITY)
            )
            told.append((terms, wanted, by_right))
        if rma.items:
            leaves = sum(item.share - item.fee for item in rma.items)
            rma.cost = min(return_cost(told, self.order.currency), leaves)
            self.returns.append(rma)

    def item(self, rma: Return, number: int, units: int, worth: int, fee: int, *, by_right: bool) -> Item:
        return Item(
            pk=next(self.numbers),
            line=number,
            quantity=units,
            share=worth,
            fee=fee,
            rma=rma,
            accepted=self.random.random() < 0.8,
            by_right=by_right,
        )

    def cancel(self) -> None:
        if idle := [rma for rma in self.returns if rma.state == LIVE and not any(item.arrived for item in rma.items)]:
            self.random.choice(idle).state = DEAD

    def reopen(self) -> None:
        """Its shares are allotted anew of what is left now, if its units still are."""
        dead = [rma for rma in self.returns if rma.state == DEAD]
        if not dead:
            return
        rma = self.random.choice(dead)
        for item in rma.items:
            units, _given = self.taken(item.line)
            if units + item.quantity > self.order.lines[item.line].quantity:
                return
        for item in rma.items:
            item.refused, item.accepted = False, self.random.random() < 0.5
            units, given = self.taken(item.line)
            item.share = share(self.paid[item.line], self.order.lines[item.line].quantity, given, units, item.quantity)
            item.fee = min(item.fee, item.share)
        rma.state = LIVE

    def decide(self, *, kindly: bool = False) -> None:
        waiting = [item for item in self.items if self.is_live(item) and not item.accepted]
        for item in waiting:
            if kindly or self.random.random() < 0.5:
                item.accepted = True
                self.owe(item.rma)
            elif not item.arrived and self.random.random() < 0.5:
                item.refused = True

    def receive(self, *, all_of_it: bool = False) -> None:
        for rma in self.returns if all_of_it else self.random.sample(self.returns, min(1, len(self.returns))):
            if rma.state == LIVE:
                for item in rma.items:
                    self.count(item, all_of_it=all_of_it)
                self.owe(rma)

    def count(self, item: Item, *, all_of_it: bool) -> None:
        left = item.quantity - item.arrived
        if not left or item.refused:
            return
        came = left if all_of_it else self.random.randint(0, left)
        harmed = self.random.randint(0, came) if self.random.random() < 0.3 else 0
        item.arrived += came
        worth = worth_of_last(item.share, item.fee, item.quantity, item.arrived, harmed)
        if harmed and worth > 1:
            item.unvalued += harmed
            self.valuations.append(SimpleNamespace(item=item, units=harmed, worth=worth, loss=None))

    def value(self, *, all_of_it: bool = False) -> None:
        waiting = [one for one in self.valuations if one.loss is None and not one.item.refused]
        for one in waiting if all_of_it else waiting[:1]:
            one.loss = self.random.choice((0, one.worth - 1, self.random.randint(0, one.worth - 1)))
            one.item.unvalued -= one.units
            one.item.losses += one.loss
            self.owe(one.item.rma)

    def forgive(self, *, all_of_it: bool = False) -> None:
        kept = [one for one in self.valuations if one.loss]
        for one in kept if all_of_it else kept[:1]:
            one.item.losses -= one.loss
            one.loss = 0
            self.owe(one.item.rma)

    def owe(self, rma: Return) -> None:
        """As `owing.owe` does for money: what is owed by now, less what is owed already, if anything remains."""
        arrived = [
            Arrived(item, item.arrived - item.unvalued, item.losses)
            for item in rma.items
            if item.accepted and not item.refused
        ]
        already = {(kind, item): amount for (of, kind, item), amount in self.owed.items() if of == id(rma)}
        parts = [part for one in arrived for part in _parts(one, already)]
        parts.append(Part(SHIPPING, self.delivery(arrived)))
        way_back = rma.cost + already.get((FEE, None), 0) if any(one.units for one in arrived) else 0
        parts.append(Part(FEE, -min(way_back, max(0, sum(part.amount for part in parts)))))
        due = [part for part in parts if part.amount]
        if sum(part.amount for part in due) > 0:
            self.pay(due)
            for part in due:
                self.owed[id(rma), str(part.kind), part.item.pk if part.item else None] += part.amount

    def delivery(self, arrived: list[Arrived]) -> int:
        now = {one.item.pk: one.units for one in arrived}
        back: Counter[int] = Counter()
        for item in self.items:
            if item.by_right and item.accepted and self.is_live(item):
                back[item.line] += now.get(item.pk, item.arrived)
        lines = [
            Back(paid, one.quantity, back[number], self.rule)
            for number, (paid, one) in enumerate(zip(self.paid, self.order.lines, strict=True))
        ]
        given = sum(amount for (_rma, kind, _item), amount in self.owed.items() if kind == SHIPPING)
        return max(0, delivery_owed(self.order.shipping_paid, (self.order.shipping_standard or 0), lines) - given)

    def pay(self, due: list[Part]) -> None:
        paid = 0
        for payment, slices in laid_over([*self.rooms.items()], due):  # type: ignore[list-item]
            amount = sum(part.amount for part in slices)
            hold("a refund is above zero", amount > 0, slices=slices)
            hold("payments have room for what was paid", payment is not None, slices=slices, rooms=self.rooms)
            self.rooms[str(payment)] -= amount
            paid += amount
        hold("what is split adds up", paid == sum(part.amount for part in due), due=due)


STEPS = (*[Shop.ask] * 2, *[Shop.receive] * 3, Shop.cancel, Shop.reopen, Shop.decide, Shop.value, Shop.forgive)


def one(seed: int) -> Counter[str]:
    """Random steps, then all that is left comes back and is accepted, and every loss is taken back: all is owed."""
    random = Random(seed)  # noqa: S311  to be repeated, not to be secret
    shop = Shop(random)
    done: Counter[str] = Counter(orders=1)
    for step in random.choices(STEPS, k=random.randint(3, 14)):
        step(shop)
        shop.look()
        done["steps"] += 1
    finish(shop)
    in_any_portions(random, shop)
    done.update(returns=len(shop.returns), valuations=len(shop.valuations), lines=len(shop.paid))
    return done


def finish(shop: Shop) -> None:
    shop.ask(all_of_it=True)
    shop.decide(kindly=True)
    shop.receive(all_of_it=True)
    shop.value(all_of_it=True)
    shop.look()
    shop.forgive(all_of_it=True)
    shop.look()
    for number, paid in enumerate(shop.paid):
        items = [item for item in shop.items if item.line == number and shop.is_live(item)]
        hold("shares add up to what was paid", sum(item.share for item in items) == paid, line=number)
    for rma in shop.returns:
        if rma.state == LIVE:
            settled(shop, rma)


def settled(shop: Shop, rma: Return) -> None:
    """All of it is back: its shares less its fees are owed, whatever the order was in which it came."""
    items = [item for item in rma.items if not item.refused]
    owed = sum(amount for (of, kind, _item), amount in shop.owed.items() if of == id(rma) and kind != SHIPPING)
    leaves = sum(item.share - item.fee for item in items)
    given = sum(amount for (of, kind, _item), amount in shop.owed.items() if of == id(rma) and kind == SHIPPING)
    hold("shares less fees are owed", owed + given >= leaves - rma.cost and owed <= leaves, owed=owed, leaves=leaves)
    if not rma.cost and leaves > 0:
        hold("shares less fees are owed exactly", owed == leaves, owed=owed, leaves=leaves)


def in_any_portions(random: Random, shop: Shop) -> None:
    """Without cancellations a line's portions, in two orders, are below their fair part by less than a unit each."""
    number = random.randrange(len(shop.paid))
    paid, quantity = shop.paid[number], shop.order.lines[number].quantity
    cuts = sorted({quantity, *random.sample(range(1, quantity + 1), min(quantity, 4))})
    portions = [end - start for start, end in zip([0, *cuts], cuts, strict=False)]
    for order in (portions, random.sample(portions, len(portions))):
        given = units = 0
        for places, portion in enumerate(order, start=1):
            given += share(paid, quantity, given, units, portion)
            units += portion
            hold("a fair part", 0 <= paid * units - given * quantity < places * quantity, order=order, given=given)
        hold("any order of portions adds up", given == paid, order=order, given=given)


def many(first: int, how_many: int) -> tuple[Counter[str], list[tuple[int, str]]]:
    done: Counter[str] = Counter()
    for seed in range(first, first + how_many):
        try:
            done += one(seed)
        except Exception as fault:  # noqa: BLE001  whatever it is, its seed is the answer
            return done, [(seed, f"{type(fault).__name__}: {fault}")]
    return done, []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    told = parser.parse_args()
    started = time.perf_counter()
    firsts = range(told.first, told.first + told.count, CHUNK)
    sizes = [min(CHUNK, told.first + told.count - first) for first in firsts]
    done: Counter[str] = Counter()
    faults: list[tuple[int, str]] = []
    with ProcessPoolExecutor(PROCESSES) as pool:
        for some, wrong in pool.map(many, firsts, sizes):
            done += some
            faults += wrong
    took = time.perf_counter() - started
    print(", ".join(f"{number:,} {what}" for what, number in done.items()))
    print(f"{done['orders'] / took:,.0f} orders a second, {took:,.0f} s, {PROCESSES} processes")
    for seed, fault in faults:
        print(f"seed {seed}: {fault}")
    print("All held." if not faults else f"{len(faults)} seeds failed; repeat one with --first SEED --count 1")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
