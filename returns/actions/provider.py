"""What the provider tells by itself: its events, stored by the webhook or by reconciliation, worked here."""

import logging
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError

from returns.actions.disputes import look
from returns.actions.finding import take_in
from returns.actions.payouts import compare
from returns.actions.refusals import Refused
from returns.gateways.gateway import Gateway, News, PutOff, Rejected, Unanswered, Unknown
from returns.models import GatewayEvent

logger = logging.getLogger("returns.provider")

_AGAIN = timedelta(minutes=1)


def store(news: Iterable[News], *, at: datetime) -> None:
    """Keep events for the worker, each once by its id, whoever told of them. One statement."""
    events = [
        GatewayEvent(
            id=told.id, kind=told.kind, object_id=told.object_id, livemode=told.livemode, received_at=at, next_try_at=at
        )
        for told in news
    ]
    GatewayEvent.objects.bulk_create(events, ignore_conflicts=True)


def work_next_event(gateway: Gateway, *, at: datetime) -> bool:
    """Work the provider's event that has waited longest: fetch the object it names, take it in.

    The event's own payload is not believed (money.md). False when none waits.
    """
    event = GatewayEvent.objects.unworked(at).first()
    if event is None:
        return False
    try:
        _work(gateway, event, at=at)
    except (Rejected, Unknown) as answer:
        _count_try(event, str(answer), at=at)
    except (Unanswered, PutOff) as silence:  # the provider's trouble, not this event's: it is no try
        _try_again(event, str(silence), at + _AGAIN)
    except (OperationalError, InterfaceError):  # the database is away
        raise
    except Exception as fault:
        # Whatever it is, it is this event's trouble: the others must not wait behind it for ever.
        logger.exception("%s could not be worked", event)
        _count_try(event, f"{type(fault).__name__}: {fault}", at=at)
    else:
        event.worked_at = at
        event.save()
    return True


def _work(gateway: Gateway, event: GatewayEvent, *, at: datetime) -> None:
    if event.kind.startswith(("refund.", "charge.refund.")):
        _take_in(gateway, event.object_id, at=at)
    elif event.kind == "charge.refunded":  # go and look: it does not say which
        for remote in gateway.refunds_of(event.object_id):
            with suppress(Refused):
                take_in(remote, at=at)
    elif event.kind.startswith("charge.dispute."):
        look(gateway, event.object_id, at=at)
    elif event.kind == "payout.reconciliation_completed":
        compare(gateway, event.object_id, at=at)


def _take_in(gateway: Gateway, refund_id: str, *, at: datetime) -> None:
    """A person is told of what contradicts ours, and nobody can do more; what is in doubt will be clear soon."""
    try:
        take_in(gateway.fetch(refund_id), at=at)
    except Refused as refused:
        if refused.code == "room_in_doubt":
            raise PutOff(refused.code, _AGAIN) from refused


def _count_try(event: GatewayEvent, error: str, *, at: datetime) -> None:
    event.tries += 1
    _try_again(event, error, at + _AGAIN * event.tries)


def _try_again(event: GatewayEvent, error: str, next_try_at: datetime) -> None:
    event.error = error[:200]
    event.next_try_at = next_try_at
    event.save(update_fields=["tries", "error", "next_try_at"])  # another worker may have worked it meanwhile
