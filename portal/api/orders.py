"""Orders in, and what of them may still come back."""

from typing import Annotated, Any

from django.db import IntegrityError
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Path, Router, Status

from portal.api import answers, schemas
from portal.api.errors import Invalid
from portal.api.keys import Key, KeyedRequest, may_read_persons
from returns import representations as represent
from returns.actions import orders, requests
from returns.actions.orders import Loaded
from returns.actions.requests import Wish
from returns.importing.data import OrderData
from returns.models import Actor, Order, OrderLine, RMAItem, Scope

router = Router(tags=["orders"])

Number = Annotated[schemas.Number, Path(description="The shop's own number of the order.")]


@router.put(
    "/orders/{number}",
    auth=Key(Scope.ORDERS_WRITE),
    response={frozenset({200, 201}): answers.Loaded, answers.WRITING - {404}: answers.Error},
)
def put_order(request: KeyedRequest, number: Number, body: schemas.OrderBody) -> Status[Any]:
    """Create or update an order; the same body again changes nothing. Needs `orders:write`."""
    if body.number not in (None, number):
        raise Invalid(number=_("This is not the number in the address."))
    loaded = _load(body.data(number), by=request.auth.actor)
    result = "created" if loaded.created else "updated" if loaded.updated else "unchanged"
    told = {"number": number, "result": result, "links": represent.order_links(number)}
    return Status(201 if loaded.created else 200, told)


def _load(data: OrderData, *, by: Actor) -> Loaded:
    try:
        return orders.load([data], by=by, at=timezone.now())
    except IntegrityError:  # the same order came twice at once, and the other was first: now it is known
        return orders.load([data], by=by, at=timezone.now())


@router.get(
    "/orders/{number}",
    auth=Key(Scope.ORDERS_READ),
    response={200: answers.Order, answers.READING: answers.Error},
)
def get_order(request: KeyedRequest, number: Number) -> dict[str, Any]:
    """The order with what is returnable now, per line. Needs `orders:read`; names and addresses need `pii:read`."""
    known = Order.objects.prefetch_related("lines", "parcels__lines__line", "payments")
    order = get_object_or_404(known, number=number)
    shown = represent.order(order, _lines(order))
    return shown | represent.person(order) if may_read_persons(request.auth) else shown


def _lines(order: Order) -> list[dict[str, Any]]:
    taken = RMAItem.objects.filter(rma__order=order).taken()
    left = {line: line.quantity - taken.get(line.pk, (0, 0))[0] for line in order.lines.all()}
    wishes = [Wish(line.line_id, units) for line, units in left.items() if units > 0]
    offers = {offer.wish.line: offer for offer in requests.preview(order, wishes, at=timezone.now())} if wishes else {}
    return [_line(line, units, offers.get(line.line_id), order.currency) for line, units in left.items()]


def _line(line: OrderLine, units: int, offer: requests.Offer | None, currency: str) -> dict[str, Any]:
    """A line, and the verdict on all its units that may still be asked for."""
    return represent.order_line(line, returnable=max(0, units), currency=currency) | {
        "verdict": represent.verdict(offer.verdict) if offer else None,
        "estimate": represent.estimate(offer.share, currency=currency) if offer else None,
    }
