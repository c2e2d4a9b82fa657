"""Stripe, through its own client: the one file that imports it. money.md, "Stripe, precisely"."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import stripe
from django.conf import settings

from returns.gateways.gateway import (
    KeyRefused,
    KeyReused,
    Movement,
    News,
    PutOff,
    Rejected,
    Remote,
    RemoteDispute,
    Unanswered,
    Unknown,
    Unreadable,
)
from returns.gateways.stripe_objects import (
    OF_ANOTHER_SHAPE,
    Obj,
    in_their_units,
    or_unreadable,
    read_dispute,
    read_movement,
    read_news,
    read_payout,
    read_refund,
    why,
)
from returns.models import Attempt, Refund

API_VERSION = "2026-10-28.endive"  # what the code was written for: the shapes of objects and events
CONNECT_SECONDS, READ_SECONDS = 3, 20
CALLS_PER_SECOND = 10  # of one process; Stripe allows a hundred, 25 in a test account (money.md, "Rate limits")
BUSY = timedelta(seconds=30)
PAGE = 100
# Codes of a definite no: nothing was done, and the same again would fare no better. Any other may mean anything.
NO = {
    "amount_too_large",
    "amount_too_small",
    "card_declined",
    "charge_already_refunded",
    "charge_disputed",
    "charge_invalid_parameter",
    "charge_not_refundable",
    "expired_card",
    "invalid_charge_amount",
    "parameter_invalid_empty",
    "parameter_invalid_integer",
    "parameter_invalid_string_blank",
    "parameter_invalid_string_empty",
    "parameter_missing",
    "parameter_unknown",
    "parameters_exclusive",
    "payment_intent_unexpected_state",
    "refund_disputed_payment",
    "resource_missing",
}
PAST_SECONDS = stripe.Webhook.DEFAULT_TOLERANCE  # how old a webhook's stamp may be, which is all that the client checks
FUTURE_SECONDS = 60  # how far ahead
KINDS = [  # of events that tell of money; a webhook endpoint subscribes to the same
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.refunded",
    "charge.refund.updated",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "payout.reconciliation_completed",
]


class Stripe:
    """The Gateway over Stripe's API. The client's own retries are off: the refund row is the retrier."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._api = client.v1

    def refund(self, refund: Refund, attempt: Attempt) -> Remote:
        assert refund.payment is not None
        told: Any = {
            **_named(refund.payment.reference),
            "amount": in_their_units(refund.amount, refund.currency),
            "reason": "requested_by_customer",  # `fraudulent` would block the shopper's card
            "metadata": {
                "portal_refund_id": refund.public_id,
                "rma": refund.rma.number if refund.rma else "",
                "attempt": str(attempt.number),
                "installation": settings.BASE_URL,
            },
        }
        with _asking():
            return read_refund(self._api.refunds.create(told, {"idempotency_key": attempt.key}).to_dict())

    def find(self, refund: Refund) -> Remote | None:
        assert refund.payment is not None
        for remote in self._refunds(_named(refund.payment.reference)):
            if remote.refund_id == refund.public_id:
                return remote
        return None

    def fetch(self, gateway_id: str) -> Remote:
        with _asking():
            return read_refund(self._api.refunds.retrieve(gateway_id).to_dict())

    def refunds_of(self, payment: str) -> list[Remote]:
        return list(self._refunds(_named(payment)))

    def refunds_since(self, moment: datetime) -> Iterator[Remote | Unreadable]:
        return _paged(or_unreadable(read_refund), self._api.refunds.list, **_since(moment))

    def events_since(self, moment: datetime) -> Iterator[News | Unreadable]:
        return _paged(or_unreadable(read_news), self._api.events.list, types=KINDS, **_since(moment))

    def dispute(self, dispute_id: str) -> RemoteDispute:
        with _asking():
            return read_dispute(self._api.disputes.retrieve(dispute_id).to_dict())

    def disputes_of(self, payment: str) -> list[RemoteDispute]:
        return list(_paged(read_dispute, self._api.disputes.list, **_named(payment)))

    def disputes_since(self, moment: datetime) -> Iterator[RemoteDispute | Unreadable]:
        return _paged(or_unreadable(read_dispute), self._api.disputes.list, **_since(moment))

    def movements(self, payout_id: str) -> list[Movement]:
        return list(_paged(read_movement, self._api.balance_transactions.list, payout=payout_id))

    def payouts_since(self, moment: datetime) -> list[str]:
        return [payout for payout in _paged(read_payout, self._api.payouts.list, **_since(moment)) if payout]

    def _refunds(self, which: dict[str, Any]) -> Iterator[Remote]:
        return _paged(read_refund, self._api.refunds.list, **which)


@cache
def gateway() -> Stripe:
    """The gateway of the settings, with one connection pool a process."""
    per_second = 0 if settings.STRIPE_API_BASE else CALLS_PER_SECOND  # the stand-in has no limit
    return connect(settings.STRIPE_API_KEY, settings.STRIPE_API_BASE, per_second=per_second)


def connect(key: str, base: str = "", *, per_second: int = 0) -> Stripe:
    """A gateway with this key; `base` is another address than Stripe's own: the stand-in's.

    `per_second` holds back what would be more calls than that; 0 holds back nothing.
    """
    client = stripe.StripeClient(
        key,
        base_addresses={"api": base or stripe.DEFAULT_API_BASE},
        http_client=_Paced(Pace(per_second)) if per_second else stripe.RequestsClient(timeout=TIMEOUT),
        max_network_retries=0,
        stripe_version=API_VERSION,
    )
    return Stripe(client)


TIMEOUT = (CONNECT_SECONDS, READ_SECONDS)


class Pace:
    """At most so many a second, evenly, for all threads of this process."""

    def __init__(
        self,
        per_second: int,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._gap = 1 / per_second
        self._clock, self._sleep = clock, sleep
        self._free_at = 0.0
        self._lock = threading.Lock()

    def wait(self) -> None:
        with self._lock:
            turn = max(self._free_at, self._clock())
            self._free_at = turn + self._gap
        self._sleep(max(0.0, turn - self._clock()))


class _Paced(stripe.RequestsClient):
    def __init__(self, pace: Pace) -> None:
        super().__init__(timeout=TIMEOUT)
        self._pace = pace

    def request(self, *told: Any, **more: Any) -> Any:
        self._pace.wait()
        return super().request(*told, **more)


@contextmanager
def _asking() -> Iterator[None]:
    """What the client raises, said in our words; so is what its answer breaks that has another shape than ours."""
    try:
        yield
    except stripe.StripeError as error:
        raise _meaning(error) from error
    except OF_ANOTHER_SHAPE as strange:
        raise Unknown(why(strange)) from strange


def _paged[Row](read: Callable[[Obj], Row], listed: Callable[..., Any], **which: Any) -> Iterator[Row]:
    """Every row of a list, page after page."""
    with _asking():
        for row in listed({**which, "limit": PAGE}).auto_paging_iter():
            yield read(row.to_dict())


def _named(payment: str) -> dict[str, str]:
    """An older payment has no intent; the shop then names its charge."""
    return {"charge" if payment.startswith(("ch_", "py_")) else "payment_intent": payment}


def _since(moment: datetime) -> dict[str, Any]:
    return {"created": {"gte": int(moment.timestamp())}}


def _meaning(error: stripe.StripeError) -> Exception:
    """What an error says about the money (money.md, "error -> what to do"). Anything new is uncertain."""
    match error:
        case stripe.RateLimitError():
            return PutOff(_code(error, "rate_limit"), BUSY)
        case stripe.AuthenticationError() | stripe.PermissionError():
            return KeyRefused(_code(error, "key_refused"), BUSY)
        case stripe.IdempotencyError():
            return KeyReused(_code(error, "idempotency_error"))
        case stripe.InvalidRequestError() if error.param == "amount" and "greater than" in str(error):
            return Rejected("amount_too_large", error.user_message or "")  # it has no code of its own
        case stripe.InvalidRequestError() | stripe.CardError() if _code(error, "") in NO:
            return Rejected(_code(error, ""), error.user_message or "")
        case stripe.InvalidRequestError() | stripe.CardError():
            return Unknown(f"{error.http_status} {_code(error, '-')}: {error.user_message or ''}"[:200])
        case stripe.APIError() if error.http_status == 409:
            return PutOff(_code(error, "conflict"), timedelta(seconds=READ_SECONDS + CONNECT_SECONDS))
        case _:
            return Unanswered(str(error)[:200], key_spent=(error.http_status or 0) >= 500)


def _code(error: stripe.StripeError, otherwise: str) -> str:
    """The provider's code; some of the client's classes leave their own `code` empty."""
    return error.code or (error.error.code if error.error else None) or otherwise


class Forged(ValueError):
    """The webhook is not, or not provably, from the provider."""


def read_webhook(body: bytes, signature: str, *, now: int) -> News:
    """Verify the signature over the raw body and read what matters. Raises Forged on every failure.

    `now` in Unix seconds. The client accepts stamps from the future and raises TypeError or
    UnicodeDecodeError on strange bytes; all of that is a forgery here, and so is news of another
    account or of the other mode than our key's (money.md, I26).
    """
    if not settings.STRIPE_WEBHOOK_SECRET:  # anybody can sign with nothing
        raise Forged("no secret is set")
    try:
        stripe.WebhookSignature.verify_header(body, signature, settings.STRIPE_WEBHOOK_SECRET, PAST_SECONDS)
        event = json.loads(body.decode())  # objects of the client's, made from it, would only be taken apart again
        [stamp] = [int(part[2:]) for part in signature.split(",") if part.startswith("t=")]  # of several, which is it?
        news = read_news(event)
        ours = event.get("account") is None and any(news.livemode is mode for mode in _modes())
    except Exception as error:
        raise Forged(type(error).__name__) from error
    if stamp > now + FUTURE_SECONDS:
        raise Forged("stamp in the future")
    if not ours:
        raise Forged("another account or mode")
    return news


def _modes() -> tuple[bool, ...]:
    """What `livemode` may say: the key's own mode, or either while no key is set."""
    key = settings.STRIPE_API_KEY
    return ("_live_" in key,) if key else (True, False)
