"""The shop that the browser visits: what Jana bought in it, who works there, and how its worker is told to work."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.utils import timezone

from returns.actions import orders, requests
from returns.actions.requests import Wish
from returns.gateways.standin.process import StandIn
from returns.importing.data import LineData, PaymentData
from returns.models import SHOPPER, SYSTEM, Order, Policy, Role, User
from returns.tasks import TASKS, sweep
from tests.actions.racing import apart
from tests.people import BOB_EMAIL, MONA_EMAIL, PASSWORD, SHIRT, WANDA_EMAIL, jana_order, promised

NUMBER = "2026/1001"
LAMP = LineData("2", "Desk lamp", 1, 6_400, sku="LAMP", names={"cs": "Stolní lampa"}, kind="electronics")
# Three T-shirts and a lamp less ten euros of discount, and the shipping.
PAID = 3 * SHIRT.unit_price + LAMP.unit_price - 1_000 + 495


@dataclass(frozen=True, slots=True)
class Shop:
    url: str
    standin: StandIn

    def work(self) -> None:
        """All that waits for the worker, done now: nobody waits for its next round."""
        apart(lambda: [sweep(task, timezone.now) for task in TASKS])

    def refunded(self) -> dict[str, Any]:
        """What the stand-in's books say: how many refunds, and how many cents."""
        euros = self.standin.books()["currencies"]["eur"]
        return {"count": sum(state["count"] for state in euros["refunds"].values()), "cents": euros["refunded"]}


def furnish(standin: StandIn) -> None:
    """Staff who read Czech, and Jana's order of 60 days ago: clothes may still come back, a lamp no longer."""
    User.objects.create_user(WANDA_EMAIL, PASSWORD, name="Wanda", role=Role.WAREHOUSE, language="cs")
    User.objects.create_user(BOB_EMAIL, PASSWORD, name="Bob", role=Role.AGENT, language="cs")
    User.objects.create_user(MONA_EMAIL, PASSWORD, name="Mona", role=Role.MANAGER, language="cs")
    promised(30)
    Policy.objects.create(key="apparel", name_en="Clothes", name_cs="Oblečení", window_days=100, kinds=["apparel"])
    (paid,) = standin.load([{"amount": PAID, "currency": "eur"}])
    now = timezone.now()
    placed = now - timedelta(days=63)
    order = jana_order(NUMBER, delivered=now - timedelta(days=60), lines=(SHIRT, LAMP))
    payments = (PaymentData(paid["payment_intent"], PAID, "EUR"),)
    orders.load([replace(order, placed_at=placed, notice_given_at=placed, payments=payments)], by=SYSTEM, at=now)


def return_of_shirts(units: int) -> str:
    """The number of a return that Jana has asked for and that may be sent."""
    return _ask(Wish("1", units, "too_small"))


def exception_for_the_lamp() -> str:
    """The number of a return on which an agent has to decide."""
    return _ask(Wish("2", 1, "changed_mind", note="Byla jsem v nemocnici."))


def _ask(wish: Wish) -> str:
    order = Order.objects.get(number=NUMBER)
    return requests.request(order, [wish], by=SHOPPER, at=timezone.now(), locale="cs", channel="page").number
