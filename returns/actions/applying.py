"""What the provider says of a refund becomes what our row says: one way in for answer, webhook, reconciliation."""

from datetime import datetime

from django.db import transaction
from django_fsm import can_proceed

from returns.actions.record import record
from returns.actions.refunds import settle, told
from returns.actions.refusals import Refused
from returns.gateways.gateway import Remote
from returns.models import RMA, Refund
from returns.models.people import SYSTEM

_NEWS = {
    "pending": ("await_provider", "refund.pending"),
    "requires_action": ("await_shopper", "refund.needs_details"),
    "succeeded": ("succeed", "refund.succeeded"),
    "failed": ("fail", "refund.failed"),
    "canceled": ("cancel", "refund.canceled"),
}


@transaction.atomic
def apply(refund: Refund, remote: Remote, *, at: datetime) -> None:
    """Make our row say what the provider's object says; news that is no news changes nothing.

    The one way in for the API's answer, a webhook and reconciliation. Raises Refused
    `remote_differs` when amount, currency or id are not ours, or its status is none that we know;
    nothing is written then.
    """
    rma = RMA.objects.locked().select_related("order").get(pk=refund.rma_id) if refund.rma_id else None
    refund = Refund.objects.locked().select_related("rma", "order").get(pk=refund.pk)
    _refuse_difference(refund, remote)
    verb, kind = _NEWS[remote.status]
    move = getattr(refund, verb)
    if not can_proceed(move):  # no news, or old news that a later message has overtaken
        return
    was = refund.state
    move()
    refund.gateway_id = remote.id
    refund.failure_reason = remote.failure_reason
    finish(refund, kind, was=was, at=at)
    if rma is not None:
        record(*settle(rma, by=SYSTEM, at=at))
        rma.save()


def _refuse_difference(refund: Refund, remote: Remote) -> None:
    ours = (refund.amount, refund.currency, refund.gateway_id or remote.id)
    if ours != (remote.amount, remote.currency, remote.id) or remote.status not in _NEWS:
        raise Refused(
            "remote_differs", refund=refund.public_id, remote=remote.id, amount=remote.amount, status=remote.status
        )


def finish(refund: Refund, kind: str, *, was: str, at: datetime) -> None:
    """Save a refund whose call is over, and tell of it; `was` is the state that it had before."""
    refund.lease_until = None
    refund.updated_at = at
    refund.save()
    record(told(kind, refund, was=was, by=SYSTEM, at=at))
