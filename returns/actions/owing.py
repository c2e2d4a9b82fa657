"""What a return is owed by what has come back or may stay: its goods less fees and losses, and the delivery once.

Money and store credit are owed apart. Everything is cumulative: what is owed by now, less what is owed already.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from returns.actions.credits import owe_credit
from returns.actions.delivery import Coming, delivery
from returns.actions.parts import Part, worth
from returns.actions.record import noted
from returns.actions.refunds import decide
from returns.models import (
    RMA,
    Actor,
    Event,
    ItemState,
    Originator,
    Receipt,
    ReceiptLine,
    RefundLine,
    RMAItem,
    Valuation,
)
from returns.policy.amounts import due_so_far
from returns.policy.facts import Resolution

Owed = Mapping[tuple[str, int | None], int]  # as `RefundLine.objects.owed` tells it


@dataclass(frozen=True, slots=True)
class Arrived:
    """What has arrived of an item: the units that are owed for by now, and minor units of loss of value to keep."""

    item: RMAItem
    units: int
    kept: int = 0

    @classmethod
    def of(cls, item: RMAItem, units: int, valued: Mapping[int, tuple[int, int]]) -> "Arrived":
        """What is not valued yet is not owed yet; what the shopper may keep is here as soon as anything is."""
        if item.stays:
            return cls(item, item.quantity)
        unvalued, kept = valued.get(item.pk, (0, 0))
        return cls(item, units - unvalued, kept)

    @property
    def is_credit(self) -> bool:
        return self.item.resolution == Resolution.CREDIT


@transaction.atomic(savepoint=False)
def owe_arrived(rma: RMA, *, by: Actor, at: datetime) -> list[Event]:
    """Owe what earlier receipts counted of items of a locked RMA that an agent accepted only now, or valued.

    Goods that may be kept are owed with the first receipt, or at once where nothing is sent. The caller records the
    events.
    """
    items = list(rma.items.exclude(state=ItemState.REFUSED).select_related("line", "reason"))
    receipt = rma.receipts.last()
    if receipt is None:
        return owe_kept(rma, items, by=by, at=at)
    counted = ReceiptLine.objects.filter(receipt__rma=rma).counted()
    valued = Valuation.objects.of(rma).by_item()
    arrived = [
        Arrived.of(item, counted.get(item.pk, (0, 0))[0], valued) for item in items if item.state == ItemState.ACCEPTED
    ]
    return owe(rma, arrived, _already(rma), receipt=receipt, by=by, at=at)


def owe_kept(rma: RMA, items: Sequence[RMAItem], *, by: Actor, at: datetime) -> list[Event]:
    """Owe the accepted ones of these items, the live ones of a locked RMA, if nothing of it is sent."""
    accepted = [item for item in items if item.state == ItemState.ACCEPTED]
    if not accepted or not all(item.stays for item in items):
        return []
    already = _already(rma)
    owed = owe(rma, [Arrived(item, item.quantity) for item in accepted], already, by=by, at=at)
    if not owed:
        return []
    lines = [item.line.line_id for item in accepted if (RefundLine.Kind.GOODS, item.pk) not in already]
    return [noted("rma.kept", by=by, at=at, order=rma.order, rma=rma, lines=lines), *owed]


def owe(
    rma: RMA, arrived: Sequence[Arrived], already: Owed, *, by: Actor, at: datetime, receipt: Receipt | None = None
) -> list[Event]:
    """Owe what has arrived, less its fees and once the way back, and less what is owed `already`.

    The way back is taken of the goods, of those paid in money first, never of the delivery: that is the order's, and
    what one return has of it has to be written down. Where fees take all of the money or of the credit, nothing of
    that is owed; a later receipt makes up for it.
    """
    goods = {one.item.pk: _parts(one, already) for one in arrived}
    money = [part for one in arrived if not one.is_credit for part in goods[one.item.pk]]
    credit = [part for one in arrived if one.is_credit for part in goods[one.item.pk]]
    way_back = rma.return_cost + already.get((RefundLine.Kind.FEE, None), 0) if any(one.units for one in arrived) else 0
    of_money = min(way_back, max(0, worth(money)))
    money += [Part(RefundLine.Kind.FEE, -of_money), Part(RefundLine.Kind.SHIPPING, _delivery(rma, arrived))]
    credit.append(Part(RefundLine.Kind.FEE, of_money - way_back))
    events = []
    if worth(money) > 0:
        events += decide(rma.order, _some(money), originator=Originator.RMA, rma=rma, receipt=receipt, by=by, at=at)
    if worth(credit) > 0:
        bonus = sum(due_so_far(one.item.credit_bonus, one.item.quantity, one.units) for one in arrived)
        before = sum(_bonus_before(one.item, already) for one in arrived)
        events += owe_credit(rma, _some(credit), bonus=bonus, before=before, receipt=receipt, by=by, at=at)
    return events


def _bonus_before(item: RMAItem, already: Owed) -> int:
    """What came with goods that are owed already, or would have: some of them may have been paid as money."""
    goods = already.get((RefundLine.Kind.GOODS, item.pk), 0)
    return due_so_far(item.credit_bonus, item.share, goods) if item.share else 0


def _already(rma: RMA) -> Owed:
    return RefundLine.objects.filter(refund__rma=rma).owed()


def _delivery(rma: RMA, arrived: Iterable[Arrived]) -> int:
    """What of the outbound delivery is owed by now and was not given; asked for only where something may bring it."""
    coming = {one.item.pk: Coming.of_item(one.item, one.units) for one in arrived}
    return delivery(rma.order).owed(coming) if any(coming.values()) else 0


def _parts(arrived: Arrived, already: Owed) -> list[Part]:
    """What arrived units of an item bring and cost beyond what is owed for them already.

    Nothing where they cost more: that is kept of no other item, and later units make up for it.
    """
    item, units = arrived.item, arrived.units
    goods, fee, loss = RefundLine.Kind.GOODS, RefundLine.Kind.FEE, RefundLine.Kind.VALUE_LOSS
    brings = due_so_far(item.share, item.quantity, units) - already.get((goods, item.pk), 0)
    costs = due_so_far(item.fee, item.quantity, units) + already.get((fee, item.pk), 0)
    loses = arrived.kept + already.get((loss, item.pk), 0)
    parts = [Part(goods, brings, item), Part(fee, -costs, item), Part(loss, -loses, item)]
    return parts if worth(parts) >= 0 else []


def _some(parts: Iterable[Part]) -> list[Part]:
    return [part for part in parts if part.amount]
