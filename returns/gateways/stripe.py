"""Stripe, through its own client: the one file that imports it. money.md, "Stripe, precisely"."""

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

import stripe
from django.conf import settings

from returns.gateways.gateway import PutOff, Rejected, Remote, Unanswered
from returns.models import Attempt, Refund
from returns.policy.currencies import EXPONENTS

API_VERSION = "2026-10-28.endive"  # what the code was written for: the shapes of objects and events
CONNECT_SECONDS, READ_SECONDS = 3, 20
BUSY, CLOSED = timedelta(seconds=30), timedelta(minutes=10)
NAME = re.compile(r"[\w.-]{1,100}", re.ASCII)  # of an event, its kind, its object
FINER = {"ISK": 2, "UGX": 2, "MGA": -2}  # decimals that Stripe counts beyond ISO 4217's (money.md, "Currencies")
FUTURE_SECONDS = 60  # how far ahead a webhook's stamp may be; the client checks only the past


class Stripe:
    """The Gateway over Stripe's API. The client's own retries are off: the refund row is the retrier."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._refunds = client.v1.refunds

    def refund(self, refund: Refund, attempt: Attempt) -> Remote:
        assert refund.payment is not None
        metadata = {
            "portal_refund_id": refund.public_id,
            "rma": refund.rma.number if refund.rma else "",
            "attempt": str(attempt.number),
            "installation": settings.BASE_URL,
        }
        try:
            answer = self._refunds.create(
                {
                    "payment_intent": refund.payment.reference,
                    "amount": _in_their_units(refund.amount, refund.currency),
                    "reason": "requested_by_customer",  # `fraudulent` would block the shopper's card
                    "metadata": metadata,
                },
                {"idempotency_key": attempt.key},
            )
        except stripe.StripeError as error:
            raise _meaning(error) from error
        return _remote(answer)

    def find(self, refund: Refund) -> Remote | None:
        assert refund.payment is not None
        try:
            page = self._refunds.list({"payment_intent": refund.payment.reference, "limit": 100})
            for found in page.auto_paging_iter():
                if (remote := _remote(found)).refund_id == refund.public_id:
                    return remote
        except stripe.StripeError as error:
            raise _meaning(error) from error
        return None

    def fetch(self, gateway_id: str) -> Remote:
        try:
            return _remote(self._refunds.retrieve(gateway_id))
        except stripe.StripeError as error:
            raise _meaning(error) from error


@cache
def gateway() -> Stripe:
    """The gateway of the settings, with one connection pool a process."""
    return connect(settings.STRIPE_API_KEY, settings.STRIPE_API_BASE)


def connect(key: str, base: str = "") -> Stripe:
    """A gateway with this key; `base` is another address than Stripe's own: the stand-in's."""
    http = stripe.RequestsClient(timeout=(CONNECT_SECONDS, READ_SECONDS))
    client = stripe.StripeClient(
        key,
        base_addresses={"api": base or stripe.DEFAULT_API_BASE},
        http_client=http,
        max_network_retries=0,
        stripe_version=API_VERSION,
    )
    return Stripe(client)


def _remote(answer: stripe.Refund) -> Remote:
    told = answer.to_dict()
    currency = told["currency"].upper()
    return Remote(
        id=told["id"],
        status=told["status"],
        amount=_in_our_units(told["amount"], currency),
        currency=currency,
        refund_id=(told.get("metadata") or {}).get("portal_refund_id", ""),
        failure_reason=told.get("failure_reason") or "",
    )


def _in_their_units(amount: int, currency: str) -> int:
    """Our minor units as Stripe counts them. Raises Rejected for an amount that it cannot pay to the last unit."""
    steps = FINER.get(currency, 0)
    theirs, rest = divmod(amount * 10 ** max(steps, 0), 10 ** max(-steps, 0))
    if rest or (EXPONENTS.get(currency) == 3 and theirs % 10):
        raise Rejected("amount_not_payable", f"{amount} {currency}")
    return theirs


def _in_our_units(amount: int, currency: str) -> int:
    """Stripe's units as ours; an amount that we cannot write is none of ours, and told as it is."""
    steps = FINER.get(currency, 0)
    ours, rest = divmod(amount * 10 ** max(-steps, 0), 10 ** max(steps, 0))
    return amount if rest else ours


def _meaning(error: stripe.StripeError) -> Exception:
    """What an error says about the money (money.md, "error -> what to do"). Anything new is uncertain."""
    match error:
        case stripe.RateLimitError():
            return PutOff(_code(error, "rate_limit"), BUSY)
        case stripe.AuthenticationError() | stripe.PermissionError():
            return PutOff(_code(error, "key_refused"), CLOSED)
        case stripe.InvalidRequestError() | stripe.CardError():
            return Rejected(_code(error, "invalid_request"), error.user_message or "")
        case stripe.APIError() if error.http_status == 409:
            return PutOff(_code(error, "conflict"), timedelta(seconds=READ_SECONDS + CONNECT_SECONDS))
        case _:
            return Unanswered(str(error)[:200], key_spent=(error.http_status or 0) >= 500)


def _code(error: stripe.StripeError, otherwise: str) -> str:
    """The provider's code; some of the client's classes leave their own `code` empty."""
    return error.code or (error.error.code if error.error else None) or otherwise


@dataclass(frozen=True, slots=True)
class News:
    """A verified webhook: what happened to which object."""

    id: str
    kind: str
    object_id: str


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
        event = stripe.Webhook.construct_event(body, signature, settings.STRIPE_WEBHOOK_SECRET).to_dict()
        stamp = int(dict(part.split("=", 1) for part in signature.split(","))["t"])
        news = News(id=event["id"], kind=event["type"], object_id=event["data"]["object"].get("id") or "")
        ours = event.get("account") is None and event["livemode"] in _modes()
    except Exception as error:
        raise Forged(type(error).__name__) from error
    if stamp > now + FUTURE_SECONDS:
        raise Forged("stamp in the future")
    if not ours:
        raise Forged("another account or mode")
    names: list[object] = [news.id, news.kind, news.object_id or "-"]
    if not all(isinstance(name, str) and NAME.fullmatch(name) for name in names):
        raise Forged("names that are none")
    return news


def _modes() -> tuple[bool, ...]:
    """What `livemode` may say: the key's own mode, or either while no key is set."""
    key = settings.STRIPE_API_KEY
    return ("_live_" in key,) if key else (True, False)
