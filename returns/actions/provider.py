"""What the provider tells by itself: its events, stored by the webhook, worked here."""

from datetime import datetime, timedelta

from returns.actions.applying import apply
from returns.actions.refusals import Refused
from returns.gateways.gateway import Gateway, PutOff, Rejected, Remote, Unanswered
from returns.models import GatewayEvent, Refund

_AGAIN = timedelta(minutes=1)


def work_next_event(gateway: Gateway, *, at: datetime) -> bool:
    """Work the provider's event that has waited longest: fetch the refund it names, apply it.

    The event's own payload is not believed (money.md). False when none waits.
    """
    event = GatewayEvent.objects.unworked(at).first()
    if event is None:
        return False
    try:
        if event.kind.startswith(("refund.", "charge.refund.")):
            _work(gateway.fetch(event.object_id), at=at)
    except (Unanswered, PutOff, Rejected, Refused) as error:
        _try_event_again(event, str(error), at=at)
        return True
    event.worked_at = at
    event.save()
    return True


def _work(remote: Remote, *, at: datetime) -> None:
    if refund := Refund.objects.filter(public_id=remote.refund_id).first():
        apply(refund, remote, at=at)


def _try_event_again(event: GatewayEvent, error: str, *, at: datetime) -> None:
    event.tries += 1
    event.error = error[:200]
    event.next_try_at = at + _AGAIN * event.tries
    event.save()
