"""How a refund goes on after it was created.

A plan reads `pending:insufficient_funds > succeeded@3600 > failed:declined@86400`: the
first state with its reason, then each further state with the seconds that pass before
it. `metadata[standin_refund]` of the PaymentIntent gives it, else the test card, else
the payment method (money.md, "Methods: asynchronous or not, windows").
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .shapes import Obj

DAY = 86400
METADATA_KEY = "standin_refund"

# Stripe's own test cards for refunds, by their last four digits.
CARD_PLANS = {"7726": "pending>succeeded@60", "5126": "succeeded>failed:expired_or_canceled_card@60"}
METHOD_PLANS = {"card": "succeeded", "customer_balance": f"requires_action>canceled@{45 * DAY}"}
OTHER_METHODS = f"pending>succeeded@{3 * DAY}"

REASONS = {
    "pending": ("processing", "insufficient_funds", "charge_pending"),
    "failed": (
        "unknown",
        "lost_or_stolen_card",
        "expired_or_canceled_card",
        "charge_for_pending_refund_disputed",
        "insufficient_funds",
        "declined",
        "merchant_request",
    ),
}
MOVES = {
    "pending": {"succeeded", "failed", "canceled"},
    "requires_action": {"pending", "succeeded", "failed", "canceled"},
    "succeeded": {"failed"},
    "failed": set(),
    "canceled": set(),
}
_STEP = re.compile(r"\s*(?P<status>\w+)(:(?P<reason>\w+))?\s*(@\s*(?P<after>\d{1,9}))?\s*")


@dataclass(frozen=True, slots=True)
class Step:
    """A state of a refund, why, and the seconds after the state before it."""

    status: str
    reason: str | None = None
    after: int = 0


def step(status: str, reason: str | None = None, after: int = 0) -> Step:
    """Raises ValueError for a state or a reason that Stripe does not know."""
    if status not in MOVES:
        raise ValueError(f"Unknown refund status: {status}.")
    reasons = REASONS.get(status, ())
    if reason is not None and reason not in reasons:
        raise ValueError(f"Unknown reason for {status}: {reason}.")
    return Step(status, reason or (reasons[0] if reasons else None), after)


def first(plan: str) -> tuple[Step, str]:
    """The next step of a plan, and the plan that is left ("" at its end)."""
    head, _, rest = plan.partition(">")
    match = _STEP.fullmatch(head)
    if not match:
        raise ValueError(f"Not a step of a refund: {head!r}.")
    return step(match["status"], match["reason"], int(match["after"] or 0)), rest.strip()


def check(plan: str) -> None:
    """Raises ValueError unless every step can follow the one before it."""
    current, rest = first(plan)
    while rest:
        following, rest = first(rest)
        if following.status not in MOVES[current.status]:
            raise ValueError(f"A {current.status} refund does not become {following.status}.")
        current = following


def plan_for(charge: Obj) -> str:
    details = charge["payment_method_details"]
    method = details["type"]
    chosen: str | None = charge["metadata"].get(METADATA_KEY)
    return chosen or CARD_PLANS.get(details[method].get("last4")) or METHOD_PLANS.get(method, OTHER_METHODS)
