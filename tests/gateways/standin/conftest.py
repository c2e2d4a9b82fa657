"""The stand-in as a process, emptied between tests, and the real Stripe client on it."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import stripe

from returns.gateways.standin.process import StandIn, running

STRIPE_TEST_KEY = os.environ.get("STRIPE_TEST_KEY", "")


def client_of(standin: StandIn, key: str = "sk_test_standin") -> Any:
    # Any: what is expandable has two types in the client's own annotations.
    return stripe.StripeClient(key, base_addresses={"api": standin.url}, max_network_retries=0)


@pytest.fixture(scope="session")
def _process() -> Iterator[StandIn]:
    with running() as standin:
        yield standin


@pytest.fixture
def standin(_process: StandIn) -> StandIn:
    _process.stop_failing()
    _process.empty()
    return _process


@pytest.fixture
def client(standin: StandIn) -> Any:
    return client_of(standin)


@pytest.fixture
def paid(client: Any) -> str:
    """The id of a charge of 100.00 euros."""
    return pay(client).latest_charge.id


def pay(
    client: Any,
    *,
    amount: int = 10000,
    currency: str = "eur",
    method: str = "pm_card_visa",
    **more: object,
) -> Any:
    """A PaymentIntent paid by a test card in one call, with its charge."""
    order = {
        "amount": amount,
        "currency": currency,
        "payment_method": method,
        "payment_method_types": ["card"],
        "confirm": True,
        "expand": ["latest_charge"],
    }
    return client.v1.payment_intents.create(order | more)
