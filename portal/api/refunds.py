"""Money moved, being moved, failed."""

from typing import Annotated, Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Path, Query, Router

from portal.api import answers, schemas
from portal.api.keys import Key, KeyedRequest
from portal.api.paging import Page, newest, refuse_unknown
from returns import representations as represent
from returns.models import RMA, Refund, Scope
from returns.models.rmas import read_number

router = Router(tags=["refunds"])


@router.get(
    "/returns/{number}/refunds",
    auth=Key(Scope.RETURNS_READ),
    response={200: answers.Refunds, answers.READING: answers.Error},
)
def list_refunds(
    request: KeyedRequest, number: Annotated[str, Path(max_length=40)], page: Query[Page]
) -> dict[str, Any]:
    """The refunds of a return, newest first. Needs `returns:read`."""
    refuse_unknown(request, page)
    rma = get_object_or_404(RMA, number=read_number(number) or "")
    shown, cursor = newest(_whole().filter(rma=rma), "decided_at", page)
    return {"data": [represent.refund(refund) for refund in shown], "next_cursor": cursor}


@router.get(
    "/refunds/{id}", auth=Key(Scope.RETURNS_READ), response={200: answers.Refund, answers.READING: answers.Error}
)
def get_refund(
    request: KeyedRequest,  # noqa: ARG001  Ninja's first argument
    id: Annotated[schemas.Number, Path()],
) -> dict[str, Any]:
    """One movement of money. Needs `returns:read`."""
    return represent.refund(get_object_or_404(_whole(), public_id=id))


def _whole() -> QuerySet[Refund]:
    return Refund.objects.select_related("order", "rma", "payment", "receipt").prefetch_related("lines__line")
