"""The estimate names what comes back of the outbound delivery, and that is what is paid."""

from collections.abc import Iterator

import pytest
import time_machine

from returns.actions.requests import Wish
from returns.models import Refund
from tests.people import NOW, arrived, asked, bought, jana_order, promised

pytestmark = pytest.mark.django_db

ITEMS = [{"line": "1", "quantity": 3}, {"line": "2", "quantity": 1}]
ALL = {"goods": 29_495, "shipping": 495, "fees": 0, "total": 29_990, "currency": "EUR"}


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    """The right to withdraw is open."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def order(db):
    promised(None)
    return bought(jana_order(shipping_standard=495))


def test_the_preview_is_the_performance(shop, order):
    told = shop.post("/returns/preview", {"order": order.number, "items": ITEMS}).json()
    assert told["estimate"] == ALL
    assert [item["estimate"]["shipping"] for item in told["items"]] == [0, 0]
    asked_for = [item | {"reason": "changed_mind", "resolution": "refund"} for item in ITEMS]
    opened = shop.post("/returns", {"order": order.number, "items": asked_for}).json()
    assert opened["estimate"] == ALL
    arrived(order.rmas.get())
    assert Refund.objects.get().amount == ALL["total"]
    assert shop.get(f"/returns/{opened['number']}").json()["estimate"] == ALL
    assert shop.get("/returns").json()["data"][0]["estimate"] == ALL


def test_it_is_told_once(shop, order):
    for line, units in (("1", 3), ("2", 1)):
        item = {"line": line, "quantity": units}
        told = shop.post("/returns/preview", {"order": order.number, "items": [item]}).json()
        arrived(asked(order, Wish(line, units)))
        assert order.refunds.last().amount == told["estimate"]["total"]
    assert sum(refund.amount for refund in order.refunds.all()) == ALL["total"]
