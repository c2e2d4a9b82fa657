"""What Stripe's objects say, in our words and units. money.md, "Currencies".

What cannot be read raises one of OF_ANOTHER_SHAPE, whatever of it is not as we know it.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from returns.gateways.gateway import Movement, News, Rejected, Remote, RemoteDispute, Unreadable
from returns.policy.currencies import EXPONENTS

Obj = dict[str, Any]
OF_ANOTHER_SHAPE = (AttributeError, KeyError, TypeError, ValueError)
NAME = re.compile(r"[\w.-]{1,100}", re.ASCII)  # of an event, its kind, its object
CURRENCY = re.compile(r"[a-z]{3}", re.ASCII)
MOST = 10**12  # of an amount, in its units: ten times what Stripe takes
FINER = {"ISK": 2, "UGX": 2, "MGA": -2}  # decimals that Stripe counts beyond ISO 4217's (money.md, "Currencies")


def read_refund(told: Obj) -> Remote:
    if told["object"] != "refund":
        raise ValueError(f"{told['object']} is no refund")
    currency = _currency(told["currency"])
    metadata = told.get("metadata") or {}
    return Remote(
        id=_name(told["id"]),
        status=_name(told["status"]),
        amount=in_our_units(_whole(told["amount"]), currency),
        currency=currency,
        refund_id=_said(metadata.get("portal_refund_id")),
        failure_reason=_said(told.get("failure_reason")),
        pending_reason=_said(told.get("pending_reason")),
        payment=_said(told.get("payment_intent")),
        charge=_said(told.get("charge")),
        installation=_said(metadata.get("installation"), most=500),
        rma=_said(metadata.get("rma")),
    )


def read_news(told: Obj) -> News:
    about = told["data"]["object"].get("id")
    return News(
        id=_name(told["id"]),
        kind=_name(told["type"]),
        object_id=_name(about) if about else "",
        livemode=_flag(told["livemode"]),
    )


def read_dispute(told: Obj) -> RemoteDispute:
    currency = _currency(told["currency"])
    amount = in_our_units(_whole(told["amount"]), currency)
    return RemoteDispute(
        id=_name(told["id"]),
        status=_name(told["status"], most=50),
        reason=_said(told.get("reason")),
        amount=amount,
        currency=currency,
        withdrawn=amount if is_withdrawn(told["balance_transactions"]) else 0,
        refundable=_flag(told["is_charge_refundable"]),
        payment=_said(told.get("payment_intent")),
        charge=_said(told.get("charge")),
        opened_at=datetime.fromtimestamp(_whole(told["created"]), UTC),
    )


def is_withdrawn(moved: list[Obj]) -> bool:
    """Whether the bank took it more often than it gave it back: their sum may hold two days' rates of exchange."""
    return sum(1 if row["amount"] > 0 else -1 for row in moved) < 0


def read_movement(told: Obj) -> Movement:
    currency = told["currency"].upper()
    return Movement(
        id=told["id"],
        kind=told["type"],
        amount=in_our_units(told["amount"], currency),
        net=in_our_units(told["net"], currency),
        currency=currency,
        source=told.get("source") or "",
    )


def read_payout(told: Obj) -> str:
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


def in_their_units(amount: int, currency: str) -> int:
    """Our minor units as Stripe counts them. Raises Rejected for an amount that it cannot pay to the last unit."""
    steps = FINER.get(currency, 0)
    theirs, rest = divmod(amount * 10 ** max(steps, 0), 10 ** max(-steps, 0))
    if rest or (EXPONENTS.get(currency) == 3 and theirs % 10):
        raise Rejected("amount_not_payable", f"{amount} {currency}")
    return theirs


def in_our_units(amount: int, currency: str) -> int:
    """Stripe's units as ours; an amount that we cannot write is none of ours, and told as it is."""
    steps = FINER.get(currency, 0)
    ours, rest = divmod(amount * 10 ** max(-steps, 0), 10 ** max(steps, 0))
    return amount if rest else ours


# --- what nobody can read ---------------------------------------------------------------------------


def or_unreadable[Row](read: Callable[[Obj], Row]) -> Callable[[Obj], Row | Unreadable]:
    """For lists of the whole account, where nothing is proven by what a row is not."""

    def reading(told: Obj) -> Row | Unreadable:
        try:
            return read(told)
        except OF_ANOTHER_SHAPE as strange:
            metadata = told.get("metadata")
            ours = metadata.get("portal_refund_id") if isinstance(metadata, dict) else ""
            about = (_said(name) for name in (ours, told.get("payment_intent"), told.get("charge")))
            return Unreadable(_said(told.get("id")), why(strange), *about)

    return reading


def why(strange: Exception) -> str:
    return _said(f"{type(strange).__name__}: {strange}", most=200)
