"""The past as the books have it: every order with returns, for `backtest`."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch

from returns.analytics.earlier import Asked, Earlier
from returns.analytics.trying import History, PastReturn
from returns.models import RMA, Order, OrderLine, RMAItem, RMAState
from returns.policy.facts import Ask

CHUNK = 100  # orders in memory at a time


def stored_past(chunk: int = CHUNK) -> Iterator[History]:
    """The orders with their returns, six statements for each chunk of them.

    What was called off or never sent is left out: no policy would have had to answer for it, and its units came
    back in a later return, if at all.
    """
    earnest = RMA.objects.exclude(state__in=[RMAState.CANCELLED, RMAState.EXPIRED])
    items = RMAItem.objects.select_related("reason").annotate(shown=Count("photos")).order_by("pk")
    orders = (
        Order.objects.filter(Exists(earnest.filter(order=OuterRef("pk"))))
        .prefetch_related(
            Prefetch("lines", OrderLine.objects.prefetch_related("parcel_lines__parcel")),
            Prefetch("rmas", earnest.order_by("created_at", "pk").prefetch_related(Prefetch("items", items))),
        )
        .order_by("pk")
    )
    earlier = Earlier(_asked)
    for order in orders.iterator(chunk_size=chunk):
        yield _history(order, earlier)


def _asked() -> Asked:
    """Every return that a request would count."""
    counted = RMA.objects.exclude(state__in=RMAState.dead())
    return counted.values_list("order__email", "created_at").iterator()


def _history(order: Order, earlier: Earlier) -> History:
    lines = list(order.lines.all())
    names = {line.pk: line.line_id for line in lines}
    return History(
        order=order.number,
        currency=order.currency,
        facts=order.facts(lines, {}),
        paid={line.line_id: line.paid for line in lines},
        returns=[
            PastReturn(rma.number, rma.created_at, tuple(_ask(item, names) for item in rma.items.all()))
            for rma in order.rmas.all()
        ],
        email=order.email,
        earlier=earlier,
    )


def _ask(item: Any, names: dict[int, str]) -> Ask:
    """What the shopper had said and shown when they asked. `item` is an RMAItem with its photos `shown`."""
    return Ask(
        line=names[item.line_id],
        units=item.quantity,
        legal_path=item.path,
        seal_broken=item.seal_broken,
        photos=item.shown,
        reason=item.reason.code if item.reason else "",
        asks_photo=item.reason is not None and item.reason.asks_photo,
    )
