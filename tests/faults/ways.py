"""The ways of a refund: what waits for a worker, the steps that it must come to, and how the refund ends."""

from collections.abc import Callable
from dataclasses import dataclass

from returns.models import Refund
from tests.faults.shop import ABSENT_FOR_LONG, LEASE_OVER, Shop


@dataclass(frozen=True, slots=True)
class Way:
    prepare: Callable[[Shop], Refund]
    steps: tuple[str, ...]
    ends_as: str = "succeeded"


CALLED = ("UPDATE refund", "INSERT attempt", "COMMIT", "POST /refunds")
APPLIED = ("INSERT event", "INSERT transfer", "INSERT letter", "UPDATE rma", "COMMIT")

WAYS = {
    "sent": Way(Shop.owed, (*CALLED, *APPLIED)),
    "answer lost": Way(lambda shop: shop.owed_with("lost_answer"), (*CALLED, "UPDATE attempt")),
    "done late": Way(lambda shop: shop.owed_with("late_commit", seconds=600), (*CALLED, "UPDATE attempt")),
    "error, money moved": Way(lambda shop: shop.owed_with("error_moved"), (*CALLED, "UPDATE attempt")),
    "error, nothing moved": Way(lambda shop: shop.owed_with("error_unmoved"), (*CALLED, "UPDATE attempt")),
    "put off": Way(lambda shop: shop.owed_with("rate_limit"), (*CALLED, "UPDATE attempt")),
    "declined": Way(lambda shop: shop.owed(held=1), (*CALLED, "GET /refunds", "INSERT event"), "failed"),
    "found": Way(
        lambda shop: shop.uncertain("lost_answer", for_seconds=2 * LEASE_OVER), ("COMMIT", "GET /refunds", *APPLIED)
    ),
    "sent anew": Way(
        lambda shop: shop.uncertain("error_unmoved", for_seconds=ABSENT_FOR_LONG),
        ("GET /refunds", "UPDATE attempt", "INSERT attempt", "COMMIT", "POST /refunds", *APPLIED),
    ),
    "told of": Way(Shop.told_of, ("SELECT gatewayevent", "GET /refunds", *APPLIED, "UPDATE gatewayevent")),
}
