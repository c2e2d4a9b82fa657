"""Returns: previewed, opened, followed, received."""

from typing import Annotated, Any, Literal

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Path, Query, Router, Status

from portal import labels
from portal.api import answers, schemas
from portal.api.keys import IdempotencyKey, Key, KeyedRequest, answered_for_ever, answered_once
from portal.api.paging import Page, newest, refuse_unknown
from returns import representations as represent
from returns.actions import receiving, requests, shipping
from returns.actions.delivery import Delivery, deliveries, delivery
from returns.actions.once import Answer
from returns.models import RMA, Order, RMAState, Scope
from returns.models.rmas import RMAQuerySet, read_number

router = Router(tags=["returns"])

Json = dict[str, Any]
Number = Annotated[str, Path(max_length=40, description="The number of the return, such as R7F3-K2QX-1.")]


@router.post(
    "/returns/preview",
    auth=Key(Scope.RETURNS_READ),
    response={200: answers.Preview, answers.WRITING - {422}: answers.Error},
)
def preview_return(request: KeyedRequest, body: schemas.PreviewBody) -> Json:  # noqa: ARG001  Ninja's first argument
    """The verdict and the refund estimate of a return that is not opened. Writes nothing. Needs `returns:read`."""
    order = get_object_or_404(Order, number=body.order)
    now = timezone.now()
    offers = requests.preview(order, [item.wish for item in body.items], at=now)
    fees = sum(offer.fee for offer in offers) + requests.cost_of_return(offers, order.currency)
    brings = delivery(order).owed(further=coming) if (coming := requests.coming_back(offers)) else 0
    return {
        "order": order.number,
        "items": [_previewed(offer, order.currency) for offer in offers],
        "estimate": represent.estimate(sum(offer.share for offer in offers), fees, brings, currency=order.currency),
        "refund_by": order.refund_by(asked_on=timezone.localdate(now)).isoformat(),
    }


def _previewed(offer: requests.Offer, currency: str) -> Json:
    return {
        "line": offer.wish.line,
        "quantity": offer.wish.units,
        "reason": offer.wish.reason,
        "reason_codes": represent.reason_codes(offer.reason),
        "legal_path": offer.ask.legal_path.value,
        "resolution": offer.wish.resolution,
        "resolutions": [resolution.value for resolution in offer.resolutions],
        "credit_bonus": offer.bonus,
        "verdict": represent.verdict(offer.verdict),
        "estimate": represent.estimate(offer.share, offer.fee, currency=currency),
    }


@router.post("/returns", auth=Key(Scope.RETURNS_WRITE), response={201: answers.Return, answers.WRITING: answers.Error})
def open_return(request: KeyedRequest, body: schemas.ReturnBody, idempotency_key: IdempotencyKey) -> Status[Any]:
    """Open a return: accepted items go on at once, the others wait for an agent. Needs `returns:write`."""

    def work() -> Answer:
        order = get_object_or_404(Order, number=body.order)
        rma = requests.request(
            order,
            [item.wish for item in body.items],
            by=request.auth.actor,
            at=timezone.now(),
            locale=labels.spoken(order.locale),
            channel="api",
        )
        return 201, _shown(rma, delivery(rma.order))

    return answered_once(request, idempotency_key, body, work)


class Filters(Page):
    state: RMAState | None = None
    order: schemas.Number | None = None
    updated_since: schemas.Moment | None = None


@router.get(
    "/returns", auth=Key(Scope.RETURNS_READ), response={200: answers.Returns, answers.READING - {404}: answers.Error}
)
def list_returns(request: KeyedRequest, filters: Query[Filters]) -> Json:
    """Returns, newest first, a page at a time. Needs `returns:read`."""
    refuse_unknown(request, filters)
    page, cursor = newest(_chosen(filters), "created_at", filters)
    of_orders = deliveries([rma.order for rma in page])
    return {"data": [_shown(rma, of_orders[rma.order_id]) for rma in page], "next_cursor": cursor}


def _chosen(filters: Filters) -> RMAQuerySet:
    found = _whole()
    if filters.state:
        found = found.shown_as(filters.state)
    if filters.order:
        found = found.filter(order__number=filters.order)
    if filters.updated_since:
        found = found.filter(updated_at__gte=filters.updated_since)
    return found


@router.get(
    "/returns/{number}", auth=Key(Scope.RETURNS_READ), response={200: answers.Return, answers.READING: answers.Error}
)
def get_return(request: KeyedRequest, number: Number) -> Json:  # noqa: ARG001  Ninja's first argument
    """One return as it is now. Needs `returns:read`."""
    rma = get_object_or_404(_whole(), number=_read(number))
    return _shown(rma, delivery(rma.order))


_PAPER = {
    "description": "The label",
    "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in ("application/pdf", "image/png")},
}


@router.get(
    "/returns/{number}/label",
    auth=Key(Scope.RETURNS_READ),
    response={answers.READING | {409}: answers.Error},
    openapi_extra={"responses": {200: _PAPER}},
)
def get_label(
    request: KeyedRequest,  # noqa: ARG001  Ninja's first argument
    number: Number,
    format: Literal["a4", "a6", "4x6", "letter", "qr"] = "a6",
) -> HttpResponse:
    """The label of the way back: PDF, or PNG for `qr`. Needs `returns:read`."""
    rma = get_object_or_404(RMA.objects.with_contents(), number=_read(number))
    content, media_type = labels.drawn(rma, format)
    return HttpResponse(content, content_type=media_type)


@router.post(
    "/returns/{number}/parcels",
    auth=Key(Scope.RETURNS_WRITE),
    response={200: answers.Parcel, answers.WRITING: answers.Error},
)
def post_parcel_news(
    request: KeyedRequest, number: Number, body: schemas.ParcelNews, idempotency_key: IdempotencyKey
) -> Status[Any]:
    """A carrier's news of a parcel; news older than what is known changes nothing. Needs `returns:write`."""

    def work() -> Answer:
        parcel = shipping.carrier_news(
            _known(number),
            carrier=body.carrier,
            tracking_number=body.tracking_number,
            status=body.status,
            told_at=body.at,
            by=request.auth.actor,
            at=timezone.now(),
        )
        return 200, represent.parcel(parcel)

    return answered_once(request, idempotency_key, body, work)


@router.post(
    "/returns/{number}/receipts",
    auth=Key(Scope.RECEIPTS_WRITE),
    response={201: answers.Receipt, answers.WRITING: answers.Error},
)
def post_receipt(
    request: KeyedRequest, number: Number, body: schemas.ReceiptBody, idempotency_key: IdempotencyKey
) -> Status[Any]:
    """What arrived, as counted; what is above the request is recorded as extra. Needs `receipts:write`."""

    def work() -> Answer:
        receipt = receiving.receive(
            _known(number),
            [line.count for line in body.lines],
            by=request.auth.actor,
            at=timezone.now(),
            note=body.note,
        )
        return 201, represent.receipt(receipt)

    return answered_for_ever(request, idempotency_key, body, work)


def _known(number: str) -> RMA:
    return get_object_or_404(RMA, number=_read(number))


def _read(number: str) -> str:
    """The number as it is on file; what cannot be one is not there."""
    if (read := read_number(number)) is None:
        raise Http404
    return read


def _shown(rma: RMA, delivery: Delivery) -> Json:
    return represent.rma(rma, shipping=delivery.expected(rma))


def _whole() -> RMAQuerySet:
    return RMA.objects.with_contents().prefetch_related("receipts__lines__line")
