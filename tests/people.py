"""Named people and what they bought: Jana shops, Karel must see nothing of hers.

Wanda works in the warehouse, Bob answers as an agent, Mona runs the shop (tests/conftest.py).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from returns.actions import orders, receiving, requests
from returns.actions.receiving import Count
from returns.actions.requests import Wish
from returns.importing.data import LineData, OrderData, ParcelData, PaymentData
from returns.models import RMA, SHOPPER, SYSTEM, Actor, Limits, Order, Policy, Receipt
from returns.policy.limits import Allowance

NOW = datetime(2026, 11, 10, 12, 0, tzinfo=UTC)
PASSWORD = "correct horse battery staple"
JANA_EMAIL = "jana@example.com"
KAREL_EMAIL = "karel@example.com"
WANDA_EMAIL = "wanda@shop.example"
BOB_EMAIL = "bob@shop.example"
MONA_EMAIL = "mona@shop.example"

MUCH = 10**12

WANDA = Actor("staff", "1", "Wanda")
BOB = Actor("staff", "2", "Bob")

SHIRT = LineData("1", "T-shirt", 3, 10_000, sku="TS-RED-M", names={"cs": "Tričko"}, kind="apparel")
MUG = LineData("2", "Mug", 1, 495, sku="MUG", names={"cs": "Hrnek"}, kind="homeware")


def jana_order(
    number: str = "A-1001", *, delivered: datetime | None = NOW - timedelta(days=3), **changes: Any
) -> OrderData:
    """Three T-shirts at 100.00 and a mug at 4.95, ten euros off, paid by one card with express delivery."""
    lines = changes.pop("lines", (SHIRT, MUG))
    told = tuple((line.id, line.quantity) for line in lines)
    sent = ParcelData(told, shipped_at=delivered - timedelta(days=1), possession_at=delivered) if delivered else None
    goods = sum(line.unit_price * line.quantity - line.discount for line in lines)
    discounts = changes.pop("discounts", ((1_000, "WELCOME10"),))
    captured = goods + 495 - sum(amount for amount, _label in discounts)
    data = OrderData(
        number=number,
        placed_at=NOW - timedelta(days=6),
        currency="EUR",
        email=JANA_EMAIL,
        customer_name="Jana Nováková",
        locale="cs",
        address=("Dlouhá 12",),
        city="Praha",
        postcode="110 00",
        country="CZ",
        shipping_paid=495,  # for express, where the standard delivery is free: so no return brings any of it
        shipping_standard=0,
        lines=lines,
        discounts=discounts,
        parcels=(sent,) if sent else (),
        payments=(PaymentData(f"pi_{number}", captured, "EUR"),),
        notice_given_at=NOW - timedelta(days=6),
        notice_known=True,
    )
    return replace(data, **changes)


def bought(data: OrderData | None = None) -> Order:
    """The order in the books; Jana's own unless told otherwise."""
    data = data or jana_order()
    orders.load([data], by=SYSTEM, at=NOW)
    return Order.objects.get(number=data.number)


def late_order(number: str = "L-1001", **changes: Any) -> Order:
    """Delivered 60 days ago, so that neither the promise nor the law holds any longer."""
    delivered = NOW - timedelta(days=60)
    placed = delivered - timedelta(days=3)
    return bought(jana_order(number, delivered=delivered, placed_at=placed, notice_given_at=placed, **changes))


def promised(days: int | None = 30, **terms: Any) -> Policy:
    return Policy.objects.create(key="standard", name_en="Standard", window_days=days, **terms)


def limited(currency: str = "EUR", *, at: datetime = NOW - timedelta(days=300), **changes: int | None) -> Limits:
    """The limits that security.md begins with: 100, 250, 2,000; goodwill 25 and 200 a return, 150 and 1,000 a day."""
    told: dict[str, int | None] = {
        "automatic": 10_000,
        "agent": 25_000,
        "manager": 200_000,
        "agent_goodwill": 2_500,
        "agent_goodwill_day": 15_000,
        "manager_goodwill": 20_000,
        "manager_goodwill_day": 100_000,
    }
    return Limits.objects.create(currency=currency, valid_from=at, confirmed_at=at, **told | changes)


def trusting(currency: str = "EUR") -> None:
    """Nobody asks a second person: for tests that are about other things."""
    if not Limits.objects.filter(currency=currency).exists():
        most: Any = dict.fromkeys(Allowance.__dataclass_fields__, MUCH)
        limited(currency, **most)


def asked(order: Order, *wishes: Wish, at: datetime = NOW) -> RMA:
    """A return as a shopper asks for it and anybody finds it; one T-shirt unless told otherwise."""
    wanted: Sequence[Wish] = wishes or [Wish("1", 1, "too_small")]
    rma = requests.request(order, wanted, by=SHOPPER, at=at, locale="cs", channel="page")
    return RMA.objects.select_related("order").get(pk=rma.pk)


def arrived(rma: RMA, *counts: Count, at: datetime = NOW) -> Receipt:
    """A parcel as Wanda counts it; all that was asked for, as good as new, unless told otherwise."""
    found = counts or [Count(item.line.line_id, fine=item.quantity) for item in rma.items.select_related("line")]
    return receiving.receive(rma, found, by=WANDA, at=at)
