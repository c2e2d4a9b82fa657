"""A shopper at the site on a fixed day, as a browser that has looked an order up."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from returns.models import Order
from tests.people import JANA_EMAIL, NOW


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def visitor() -> Callable[[Order], Client]:
    """A new browser that has looked this order up."""
    return looked_up


def looked_up(order: Order, proof: str = JANA_EMAIL) -> Client:
    browser = Client()
    assert browser.post("/", {"number": order.number, "proof": proof}).status_code == 302
    return browser


def address(name: str, number: str, *rest: str) -> str:
    return reverse(f"shopper:{name}", args=[number, *rest])
