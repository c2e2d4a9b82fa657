"""The outbound delivery of orders: what of it is given back with the goods, by policy/delivery.py, and what was."""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, OuterRef, Subquery, Sum

from returns.models import RMA, ItemState, Order, OrderLine, ReceiptLine, RefundLine, RMAItem, RMAState
from returns.policy.amounts import free_of_fees
from returns.policy.delivery import Back, delivery_owed, kindest
from returns.policy.facts import LegalPath, OutboundShipping, Resolution
from returns.policy.verdict import Verdict

SETTLING = (RMAState.RECEIVED, RMAState.REFUND_DUE, RMAState.REFUNDED, RMAState.CLOSED)  # what is kept counts as back


@dataclass(frozen=True, slots=True)
class Coming:
    """Units of a line, by its key, that come back by right or as faulty; others bring nothing of the delivery."""

    line: int
    units: int
    rule: OutboundShipping

    @classmethod
    def of(cls, line: int, units: int, verdict: Verdict, path: LegalPath) -> "Coming | None":
        """None where the delivery stays paid: a courtesy gives the goods' price back alone.

        A fault brings what a withdrawal would (law.md section 7), and so does a right that nobody may deny on a guess
        (C-11).
        """
        brings = units and free_of_fees(path, by_right=verdict.spares_fees)
        return cls(line, units, verdict.outbound_shipping) if brings else None

    @classmethod
    def of_item(cls, item: RMAItem, units: int) -> "Coming | None":
        return cls.of(item.line_id, units, item.judged, item.path)


@dataclass(slots=True)
class Delivery:
    """One order's: `lines` by key as (paid, quantity); what has come back by item, and what will when all of it has.

    `given` is what returns were given of it, by RMA.
    """

    order: Order
    lines: dict[int, tuple[int, int]] = field(default_factory=dict)
    back: dict[int, Coming] = field(default_factory=dict)
    whole: dict[int, tuple[int, Coming]] = field(default_factory=dict)  # by item: (its RMA, all its units)
    given: dict[int, int] = field(default_factory=dict)

    def owed(self, coming: Mapping[int, Coming | None] | None = None, further: Iterable[Coming] = ()) -> int:
        """Minor units beyond what was given, once `coming`, by item, and what has no item yet are back too."""
        back: defaultdict[int, list[Coming]] = defaultdict(list)
        for one in [*({**self.back, **(coming or {})}).values(), *further]:
            if one is not None:
                back[one.line].append(one)
        lines = [_line(paid, quantity, back[key]) for key, (paid, quantity) in self.lines.items()]
        due = delivery_owed(self.order.shipping_paid, self.order.shipping_standard, lines)
        return max(0, due - sum(self.given.values()))

    def expected(self, rma: RMA, items: Container[int] | None = None) -> int:
        """What this return was given of it, and is still given when all of it, or of these items, has come."""
        own = {item: one for item, (of, one) in self.whole.items() if of == rma.pk}
        coming = {item: one for item, one in own.items() if items is None or item in items}
        return self.given.get(rma.pk, 0) + (self.owed(coming) if coming else 0)

    @property
    def claimable(self) -> int:
        """What live returns may still bring of it."""
        return self.owed({item: one for item, (_rma, one) in self.whole.items()}) if self.whole else 0


def deliveries(orders: Iterable[Order]) -> dict[int, Delivery]:
    """By the orders' keys, in one statement; in none where no delivery was paid that could be given back."""
    found = {order.pk: Delivery(order) for order in orders}
    paid = [key for key, one in found.items() if min(one.order.shipping_paid, one.order.shipping_standard)]
    for row in _rows(paid) if paid else ():
        _take(found[row["order_id"]], row)
    return found


def delivery(order: Order) -> Delivery:
    return deliveries([order])[order.pk]


def _line(paid: int, quantity: int, back: list[Coming]) -> Back:
    if not back:
        return Back(paid, quantity)
    return Back(paid, quantity, sum(one.units for one in back), kindest(one.rule for one in back))


def _rows(orders: list[int]) -> Iterable[dict[str, Any]]:
    """Each line with each of its items: what of it arrived, and what its return was given of the delivery."""
    arrived = ReceiptLine.objects.filter(item=OuterRef("rma_items__pk")).order_by().values("item")
    given = RefundLine.objects.filter(
        refund__rma=OuterRef("rma_items__rma"), refund__replaced_by=None, kind=RefundLine.Kind.SHIPPING
    )
    items = ("pk", "rma_id", "quantity", "state", "resolution", "verdict", "legal_path", "rma__state")
    return (
        OrderLine.objects.filter(order__in=orders)
        .order_by("pk")
        .annotate(
            arrived=Subquery(arrived.annotate(units=Sum(F("fine") + F("damaged"))).values("units")),
            given=Subquery(given.order_by().values("refund__rma").annotate(sum=Sum("amount")).values("sum")),
        )
        .values("order_id", "pk", "paid", "quantity", "arrived", "given", *(f"rma_items__{name}" for name in items))
    )


def _take(delivery: Delivery, row: dict[str, Any]) -> None:
    delivery.lines[row["pk"]] = (row["paid"], row["quantity"])
    if row["rma_items__pk"] is None:
        return
    delivery.given[row["rma_items__rma_id"]] = row["given"] or 0
    if row["rma_items__state"] == ItemState.REFUSED or row["rma_items__rma__state"] in RMAState.dead():
        return
    verdict = Verdict.from_json(row["rma_items__verdict"])
    path = LegalPath(row["rma_items__legal_path"])
    if whole := Coming.of(row["pk"], row["rma_items__quantity"], verdict, path):
        delivery.whole[row["rma_items__pk"]] = (row["rma_items__rma_id"], whole)
    if back := Coming.of(row["pk"], _units(row), verdict, path):
        delivery.back[row["rma_items__pk"]] = back


def _units(row: dict[str, Any]) -> int:
    """What has come back of an accepted item; what is kept counts when the rest of its return does."""
    if row["rma_items__state"] != ItemState.ACCEPTED:
        return 0
    if row["rma_items__resolution"] == Resolution.KEEP:
        return row["rma_items__quantity"] if row["rma_items__rma__state"] in SETTLING else 0
    return row["arrived"] or 0
