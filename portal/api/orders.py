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
from returns.importing.data import OrderData
from returns.models import Actor, Order, Scope

router = Router(tags=["orders"])

Number = Annotated[schemas.Number, Path(description="The shop's own number of the order.")]


@router.put(
    "/orders/{path:number}",
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
    "/orders/{path:number}",
    auth=Key(Scope.ORDERS_READ),
    response={200: answers.Order, answers.READING: answers.Error},
)
def get_order(request: KeyedRequest, number: Number) -> dict[str, Any]:
    """The order with what is returnable now, per line. Needs `orders:read`; names and addresses need `pii:read`."""
    order = get_object_or_404(Order.objects.prefetch_related("parcels__lines__line", "payments"), number=number)
    shown = represent.order(order, [_line(choice, order) for choice in requests.choices(order, at=timezone.now())])
    return shown | represent.person(order) if may_read_persons(request.auth) else shown


def _line(choice: requests.Choice, order: Order) -> dict[str, Any]:
    """A line, and the verdict on a unit of it if any is left."""
    verdict = represent.verdict(choice.verdict) if choice.verdict else None
    return represent.order_line(choice.line, currency=order.currency) | {
        "returnable": choice.units,
        "verdict": verdict,
    }
