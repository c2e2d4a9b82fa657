"""Code that is wrong on purpose: each must be caught within 100 seeds, else the simulator has lost a tooth.

Every variant is a patch of the product's own functions by their names. A name that is no longer there raises, so that
a variant cannot silently become the right code.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from typing import Any
from unittest import mock

from portal.hooks import views
from returns.actions import provider, reconciling, refunds, sending
from returns.actions import rooms as what_is_left
from returns.actions.owing import Arrived
from returns.gateways import stripe as stripe_gateway
from returns.gateways.gateway import Gateway, Rejected, Remote
from returns.gateways.stripe import Stripe
from returns.gateways.stripe_objects import read_refund
from returns.models import GatewayEvent, Reconciled, Refund, RMAItem

Variant = Callable[[], AbstractContextManager[None]]


@contextmanager
def a_new_key_per_call() -> Iterator[None]:
    """Stripe's client would do so by itself: it makes a random key for each call."""
    right, calls = Stripe.refund, iter(range(10**9))

    def refund(self: Stripe, of: Refund, attempt: Any) -> Remote:
        attempt.key, kept = f"{attempt.key}-{next(calls)}", attempt.key
        try:
            return right(self, of, attempt)
        finally:
            attempt.key = kept

    with mock.patch.object(Stripe, "refund", refund):
        yield


def unknown_is_failed() -> AbstractContextManager[None]:
    """No answer within the time counts as a no."""
    return _a_no_instead_of("_doubt")


def what_was_never_seen_is_failed() -> AbstractContextManager[None]:
    """An answer that nobody has met counts as a no."""
    return _a_no_instead_of("_stop")


@contextmanager
def _a_no_instead_of(end: str) -> Iterator[None]:
    def fail(claim: sending.Claim, why: str, *, at: datetime, **_more: Any) -> None:
        sending._fail(claim, Rejected(why), at=at)

    with mock.patch.object(sending, end, fail):
        yield


@contextmanager
def the_payload_is_believed() -> Iterator[None]:
    """The webhook's own words are applied, as old as they may be; nothing is fetched."""
    told: dict[str, dict[str, Any]] = {}
    working: list[str] = []

    def read(body: bytes, signature: str, *, now: int) -> Any:
        news = right_read(body, signature, now=now)
        told[news.id] = json.loads(body)["data"]["object"]
        return news

    def work(gateway: Gateway, *, at: datetime) -> bool:
        event = GatewayEvent.objects.unworked(at).first()
        working[:] = [event.pk] if event else []
        return right_work(gateway, at=at)

    def fetch(_self: Stripe, _gateway_id: str) -> Remote:
        return read_refund(told[working[0]])

    right_read, right_work = stripe_gateway.read_webhook, provider.work_next_event
    with (
        mock.patch.object(views, "read_webhook", read),
        mock.patch.object(provider, "work_next_event", work),
        mock.patch.object(Stripe, "fetch", fetch),
    ):
        yield


@contextmanager
def nobody_looks_before_sending_again() -> Iterator[None]:
    with mock.patch.object(sending, "_look", return_value=None):
        yield


@contextmanager
def absence_is_believed_at_once() -> Iterator[None]:
    with mock.patch.object(sending, "ABSENCE_AGE", timedelta()):
        yield


@contextmanager
def the_lease_is_shorter_than_the_call() -> Iterator[None]:
    with mock.patch.object(sending, "LEASE", timedelta(seconds=1)):
        yield


@contextmanager
def the_cap_forgets_what_is_under_way() -> Iterator[None]:
    """Only what has already succeeded counts against a payment."""

    def rooms(order: Any, at: datetime) -> Any:
        paid = {payment.pk: payment.refunds.succeeded().total() for payment in order.payments.all()}
        return [(payment, payment.captured - paid[payment.pk]) for payment, _free in right(order, at)]

    right = what_is_left.rooms
    with mock.patch.object(refunds, "rooms", rooms), mock.patch.object(what_is_left, "rooms", rooms):
        yield


@contextmanager
def nobody_reconciles() -> Iterator[None]:
    """What no webhook told stays unknown."""

    def note(_gateway: Gateway, *, at: datetime) -> None:
        reconciling._note(Reconciled.Level.EVENTS, at)

    with (
        mock.patch.object(reconciling, "fetch_events", note),
        mock.patch.object(reconciling, "compare_refunds"),
    ):
        yield


@contextmanager
def losses_of_value_are_paid() -> Iterator[None]:
    """What an agent kept for harm is owed all the same."""

    def of(item: RMAItem, units: int, valued: Mapping[int, tuple[int, int]]) -> Arrived:
        return right(item, units, {name: (waiting, 0) for name, (waiting, _kept) in valued.items()})

    right = Arrived.of
    with mock.patch.object(Arrived, "of", of):
        yield


VARIANTS: dict[str, Variant] = {
    variant.__name__: variant
    for variant in (
        a_new_key_per_call,
        unknown_is_failed,
        what_was_never_seen_is_failed,
        the_payload_is_believed,
        nobody_looks_before_sending_again,
        nobody_reconciles,
        absence_is_believed_at_once,
        the_lease_is_shorter_than_the_call,
        the_cap_forgets_what_is_under_way,
        losses_of_value_are_paid,
    )
}
