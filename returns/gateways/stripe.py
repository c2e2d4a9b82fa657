"""Stripe, through its own client: the one file that imports it. money.md, "Stripe, precisely"."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
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
from returns.models import Attempt, Refund
from returns.policy.currencies import EXPONENTS

API_VERSION = "2026-10-28.endive"  # what the code was written for: the shapes of objects and events
CONNECT_SECONDS, READ_SECONDS = 3, 20
CALLS_PER_SECOND = 10  # of one process; Stripe allows a hundred, 25 in a test account (money.md, "Rate limits")
BUSY = timedelta(seconds=30)
PAGE = 100
NAME = re.compile(r"[\w.-]{1,100}", re.ASCII)  # of an event, its kind, its object
CURRENCY = re.compile(r"[a-z]{3}", re.ASCII)
MOST = 10**12  # of an amount, in its units: ten times what Stripe takes
OF_ANOTHER_SHAPE = (
    AttributeError,
    KeyError,
    TypeError,
    ValueError,
)  # what reading raises where it is not as we know it
Obj = dict[str, Any]
FINER = {"ISK": 2, "UGX": 2, "MGA": -2}  # decimals that Stripe counts beyond ISO 4217's (money.md, "Currencies")
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
FUTURE_SECONDS = 60  # how far ahead a webhook's stamp may be; the client checks only the past
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
            "amount": _in_their_units(refund.amount, refund.currency),
            "reason": "requested_by_customer",  # `fraudulent` would block the shopper's card
            "metadata": {
                "portal_refund_id": refund.public_id,
                "rma": refund.rma.number if refund.rma else "",
                "attempt": str(attempt.number),
                "installation": settings.BASE_URL,
            },
        }
        with _asking():
            return _remote(self._api.refunds.create(told, {"idempotency_key": attempt.key}).to_dict())

    def find(self, refund: Refund) -> Remote | None:
        assert refund.payment is not None
        for remote in self._refunds(_named(refund.payment.reference)):
            if remote.refund_id == refund.public_id:
                return remote
        return None

    def fetch(self, gateway_id: str) -> Remote:
        with _asking():
            return _remote(self._api.refunds.retrieve(gateway_id).to_dict())

    def refunds_of(self, payment: str) -> list[Remote]:
        return list(self._refunds(_named(payment)))

    def refunds_since(self, moment: datetime) -> Iterator[Remote | Unreadable]:
        return _paged(_or_unreadable(_remote), self._api.refunds.list, **_since(moment))

    def events_since(self, moment: datetime) -> Iterator[News | Unreadable]:
        return _paged(_or_unreadable(_news), self._api.events.list, types=KINDS, **_since(moment))

    def dispute(self, dispute_id: str) -> RemoteDispute:
        with _asking():
            return _dispute(self._api.disputes.retrieve(dispute_id).to_dict())

    def disputes_of(self, payment: str) -> list[RemoteDispute]:
        return list(_paged(_dispute, self._api.disputes.list, **_named(payment)))

    def disputes_since(self, moment: datetime) -> Iterator[RemoteDispute | Unreadable]:
        return _paged(_or_unreadable(_dispute), self._api.disputes.list, **_since(moment))

    def movements(self, payout_id: str) -> list[Movement]:
        return list(_paged(_movement, self._api.balance_transactions.list, payout=payout_id))

    def payouts_since(self, moment: datetime) -> list[str]:
        return [payout for payout in _paged(_complete, self._api.payouts.list, **_since(moment)) if payout]

    def _refunds(self, which: dict[str, Any]) -> Iterator[Remote]:
        return _paged(_remote, self._api.refunds.list, **which)


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
        raise Unknown(_why(strange)) from strange


def _paged[Row](read: Callable[[Obj], Row], listed: Callable[..., Any], **which: Any) -> Iterator[Row]:
    """Every row of a list, page after page."""
    with _asking():
        for row in listed({**which, "limit": PAGE}).auto_paging_iter():
            yield read(row.to_dict())


def _or_unreadable[Row](read: Callable[[Obj], Row]) -> Callable[[Obj], Row | Unreadable]:
    """For lists of the whole account, where nothing is proven by what a row is not."""

    def reading(told: Obj) -> Row | Unreadable:
        try:
            return read(told)
        except OF_ANOTHER_SHAPE as strange:
            metadata = told.get("metadata")
            ours = metadata.get("portal_refund_id") if isinstance(metadata, dict) else ""
            about = (_said(name) for name in (ours, told.get("payment_intent"), told.get("charge")))
            return Unreadable(_said(told.get("id")), _why(strange), *about)

    return reading


def _why(strange: Exception) -> str:
    return _said(f"{type(strange).__name__}: {strange}", most=200)


def _named(payment: str) -> dict[str, str]:
    """An older payment has no intent; the shop then names its charge."""
    return {"charge" if payment.startswith(("ch_", "py_")) else "payment_intent": payment}


def _since(moment: datetime) -> dict[str, Any]:
    return {"created": {"gte": int(moment.timestamp())}}


def _remote(told: Obj) -> Remote:
    """Raises one of OF_ANOTHER_SHAPE where it is no refund whose money we can read; so do the others."""
    if told["object"] != "refund":
        raise ValueError(f"{told['object']} is no refund")
    currency = _currency(told["currency"])
    metadata = told.get("metadata") or {}
    return Remote(
        id=_name(told["id"]),
        status=_name(told["status"]),
        amount=_in_our_units(_whole(told["amount"]), currency),
        currency=currency,
        refund_id=_said(metadata.get("portal_refund_id")),
        failure_reason=_said(told.get("failure_reason")),
        pending_reason=_said(told.get("pending_reason")),
        payment=_said(told.get("payment_intent")),
        charge=_said(told.get("charge")),
        installation=_said(metadata.get("installation"), most=500),
        rma=_said(metadata.get("rma")),
    )


def _news(told: Obj) -> News:
    about = told["data"]["object"].get("id")
    return News(
        id=_name(told["id"]),
        kind=_name(told["type"]),
        object_id=_name(about) if about else "",
        livemode=_flag(told["livemode"]),
    )


def _dispute(told: Obj) -> RemoteDispute:
    currency = _currency(told["currency"])
    amount = _in_our_units(_whole(told["amount"]), currency)
    return RemoteDispute(
        id=_name(told["id"]),
        status=_name(told["status"], most=50),
        reason=_said(told.get("reason")),
        amount=amount,
        currency=currency,
        withdrawn=amount if _is_withdrawn(told["balance_transactions"]) else 0,
        refundable=_flag(told["is_charge_refundable"]),
        payment=_said(told.get("payment_intent")),
        charge=_said(told.get("charge")),
        opened_at=datetime.fromtimestamp(_whole(told["created"]), UTC),
    )


def _is_withdrawn(moved: list[Obj]) -> bool:
    """Whether the bank took it more often than it gave it back: their sum may hold two days' rates of exchange."""
    return sum(1 if row["amount"] > 0 else -1 for row in moved) < 0


def _movement(told: Obj) -> Movement:
    currency = told["currency"].upper()
    return Movement(
        id=told["id"],
        kind=told["type"],
        amount=_in_our_units(told["amount"], currency),
        net=_in_our_units(told["net"], currency),
        currency=currency,
        source=told.get("source") or "",
    )


def _complete(told: Obj) -> str:
    """An automatic payout whose lines are all there, by its id; else ""."""
    return told["id"] if told["automatic"] and told["reconciliation_status"] == "completed" else ""


def _name(told: object, *, most: int = 100) -> str:
    """Of an object, its kind, its state, as our columns hold it."""
    if not isinstance(told, str) or not NAME.fullmatch(told) or len(told) > most:
        raise TypeError(f"{told!r} is no name")
    return told


def _said(told: object, *, most: int = 100) -> str:
    """What is only told on: as much of it as our columns hold, "" where it is no text."""
    return "".join(filter(str.isprintable, told))[:most] if isinstance(told, str) else ""


def _currency(told: str) -> str:
    if not CURRENCY.fullmatch(told):
        raise ValueError(f"{told!r} is no currency")
    return told.upper()


def _whole(told: object) -> int:
    if type(told) is not int or not 0 < told < MOST:
        raise TypeError(f"{told!r} is no amount")
    return told


def _flag(told: object) -> bool:
    if not isinstance(told, bool):
        raise TypeError(f"{told!r} is neither yes nor no")
    return told


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
        event = stripe.Webhook.construct_event(body, signature, settings.STRIPE_WEBHOOK_SECRET).to_dict()
        [stamp] = [int(part[2:]) for part in signature.split(",") if part.startswith("t=")]  # of several, which is it?
        news = _news(event)
        ours = event.get("account") is None and any(news.livemode is mode for mode in _modes())
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
