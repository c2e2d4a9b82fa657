"""What the tests of refunds share: a refund that is due, and ways to look at it and to send it."""

from datetime import datetime, timedelta
from typing import Any

from returns.actions import disputes, other_ways, sending
from returns.gateways.gateway import PutOff, Remote, RemoteDispute, Unanswered
from returns.models import RMA, Break, Dispute, Event, GatewayEvent, OtherWay, Refund, User
from tests.gateways.scripted import Scripted
from tests.people import NOW

LATER = NOW + timedelta(hours=1)
BUSY = PutOff("rate_limit", timedelta(seconds=30))
SILENCE = Unanswered("connection lost")
SERVER_ERROR = Unanswered("500", key_spent=True)


def now_of(refund: Refund) -> Refund:
    return Refund.objects.get(pk=refund.pk)


def send(gateway: Scripted, *, after: timedelta = timedelta()) -> bool:
    return sending.send_next(gateway, at=NOW + after)


def state_of(refund: Refund) -> tuple[str, str]:
    return now_of(refund).state, RMA.objects.get().state


def remote_of(refund: Refund, status: str, id: str = "re_1", failure_reason: str = "") -> Remote:
    assert refund.payment is not None
    paid_by = refund.payment.reference
    return Remote(id, status, refund.amount, refund.currency, refund.public_id, failure_reason, payment=paid_by)


def open_breaks() -> dict[str, dict[str, Any]]:
    """By kind: the values of what a person has to look at."""
    return dict(Break.objects.open().values_list("kind", "values"))


def refuse(trouble: Exception) -> Any:
    """A question to the provider, by an object's name, that it refuses."""

    def ask(_name: str) -> Any:
        raise trouble

    return ask


def news(object_id: str, *, kind: str = "refund.updated", id: str = "evt_1") -> GatewayEvent:
    """An event of the provider's, as the webhook stores it."""
    return GatewayEvent.objects.create(id=id, kind=kind, object_id=object_id, received_at=NOW, next_try_at=NOW)


def disputed(status: str = "needs_response", **changes: Any) -> RemoteDispute:
    """29,990 cents, withdrawn while the bank holds them."""
    held = 29_990 if status in {"needs_response", "under_review", "lost"} else 0
    told: dict[str, Any] = {
        "id": "dp_1",
        "status": status,
        "reason": "general",
        "amount": 29_990,
        "currency": "EUR",
        "withdrawn": held,
        "refundable": status.startswith("warning"),
        "payment": "pi_A-1001",
        "charge": "ch_1",
        "opened_at": NOW,
    }
    return RemoteDispute(**{**told, **changes})


def keep(remote: RemoteDispute, *, at: datetime = NOW) -> None:
    """As a worker does that was alone."""
    assert disputes.keep(remote, seen=disputes.sight(remote.id), at=at)


def kept(status: str = "needs_response", **changes: Any) -> Dispute:
    keep(disputed(status, **changes))
    return Dispute.objects.get(gateway_id="dp_1")


# --- past the provider --------------------------------------------------------------------------


def told(refund: Refund, user: User, **how):
    return {"seen": Event.objects.version(refund.order_id), "by": user.actor, "at": LATER, **how}


def again(refund: Refund, user: User, **how) -> list[Refund]:
    return other_ways.try_again(refund, **told(refund, user, **how))


def prepare(refund: Refund, user: User, **how) -> OtherWay:
    return other_ways.prepare(refund, **told(refund, user, **{"way": "transfer", "evidence": "VS 17", **how}))


def confirm(refund: Refund, user: User, **how) -> None:
    other_ways.confirm(refund, **told(refund, user, **how))
