"""A shopper and an agent write to each other about a return; whose turn it is stands in `RMA.answer_by`.

Events name a message and do not repeat it: what was written can be erased, an event cannot.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from returns.actions import photos
from returns.actions.masking import masked
from returns.actions.photos import Stored
from returns.actions.record import noted, record
from returns.actions.refusals import Refused
from returns.actions.requests import ANSWER_WITHIN
from returns.models import RMA, Actor, Author, Message, Order, Photo
from returns.models.messages import DAY

LIMIT = 2_000  # characters, as the message keeps them
MESSAGES_A_DAY = 20  # of one return's shopper (security.md, rate limits)


@transaction.atomic
def ask_back(rma: RMA, *, text: str, by: Actor, at: datetime) -> RMA:
    """An agent writes. A letter takes it to the shopper, whose turn it is then: no promise to answer is open.

    Raises Refused: `message_missing`, `message_too_long`, `not_writable`.
    """
    rma = _locked(rma)
    message = _said(rma, Author.AGENT, text, by=by, at=at)
    rma.answer_by = None
    rma.updated_at = at
    rma.save()
    record(noted("message.asked", by=by, at=at, order=rma.order, rma=rma, message=message.pk))
    return rma


@transaction.atomic
def write(rma: RMA, *, text: str, by: Actor, at: datetime, pictures: Sequence[Stored] = ()) -> RMA:
    """The shopper writes or answers. An agent has 24 hours from the first word that nobody has answered.

    Raises Refused: `message_missing`, `message_too_long`, `messages_too_many`, `not_writable`, and as
    `photos.refuse_too_many` does.
    """
    rma = _locked(rma)
    if rma.messages.of_shopper_since(at - DAY).count() >= MESSAGES_A_DAY:
        raise Refused("messages_too_many", limit=MESSAGES_A_DAY)
    if pictures:
        photos.refuse_too_many([*rma.photos.filter(counted=None), *pictures])
    message = _said(rma, Author.SHOPPER, text, by=by, at=at)
    Photo.objects.bulk_create(photos.bound(pictures, rma, at=at, message=message))
    rma.answer_by = rma.answer_by or at + ANSWER_WITHIN
    rma.updated_at = at
    rma.save()
    told: dict[str, Any] = {"message": message.pk, "photos": len(pictures)}
    record(noted("message.received", by=by, at=at, order=rma.order, rma=rma, **told))
    return rma


def _locked(rma: RMA) -> RMA:
    Order.objects.locked().get(pk=rma.order_id)
    rma = RMA.objects.locked().select_related("order").get(pk=rma.pk)
    if not rma.may_be_written_to:
        raise Refused("not_writable", state=rma.state)
    return rma


def _said(rma: RMA, author: Author, text: str, *, by: Actor, at: datetime) -> Message:
    text = masked(text.replace("\x00", "").strip())
    if not text:
        raise Refused("message_missing", field="text")
    if len(text) > LIMIT:
        raise Refused("message_too_long", field="text", limit=LIMIT)
    return Message.objects.create(
        rma=rma, author=author, text=text, at=at, actor_kind=by.kind, actor_id=by.id, actor_label=by.label
    )
