"""The demo shop: who works there and what was bought, told through the same actions that people trigger."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.utils import timezone

from returns.actions import orders, receiving, requests, sending
from returns.actions.receiving import Count
from returns.actions.requests import Wish
from returns.gateways.standin.process import StandIn
from returns.gateways.stripe import gateway
from returns.importing.data import LineData, OrderData, ParcelData, PaymentData
from returns.models import RMA, SHOPPER, SYSTEM, Limits, Order, Policy, Role, User
from returns.models.policies import PRESETS
from returns.policy.facts import Resolution

ORDER, EMAIL = "A-1001", "jana@example.com"
WAREHOUSE, AGENT, MANAGER = "warehouse@demo.example", "agent@demo.example", "manager@demo.example"
SECOND_MANAGER = "second@demo.example"  # what is above a manager's limit asks another
PASSWORD = "demo-demo-demo"  # noqa: S105  printed at the start; exists in demo mode only

STAFF = (
    (WAREHOUSE, "Wanda Skladová", Role.WAREHOUSE),
    (AGENT, "Adam Agent", Role.AGENT),
    (MANAGER, "Mona Chef", Role.MANAGER),
    (SECOND_MANAGER, "Max Druhý", Role.MANAGER),
)

SHIRT = LineData("1", "Linen shirt", 3, 3_990, sku="LS-WHT-M", names={"cs": "Lněná košile"}, kind="apparel")
SHOES = LineData("2", "Walking shoes", 1, 8_990, sku="WS-42", names={"cs": "Turistické boty"}, kind="footwear")
MUG = LineData("3", "Stoneware mug", 4, 1_250, sku="MUG-BLU", names={"cs": "Kameninový hrnek"}, kind="homeware")
LAMP = LineData("1", "Desk lamp", 1, 6_400, sku="LAMP-1", names={"cs": "Stolní lampa"}, kind="electronics")
RADIO = LineData("1", "Kitchen radio", 1, 5_900, sku="RADIO-2", names={"cs": "Kuchyňské rádio"}, kind="electronics")


def fill(standin: StandIn) -> None:
    """Staff, policies and orders; only into an empty demo."""
    if Order.objects.exists():
        return
    now = timezone.now()
    for email, name, role in STAFF:
        User.objects.create_user(email, PASSWORD, name=name, role=role)
    _promise()
    _limit(now)
    placed = _orders(now)
    told = standin.load([{"amount": _total(order), "currency": order.currency.lower()} for order in placed])
    paid = [
        replace(order, payments=(PaymentData(payment["payment_intent"], _total(order), order.currency),))
        for order, payment in zip(placed, told, strict=True)
    ]
    orders.load(paid, by=SYSTEM, at=now)
    _some_returns(now)


def _promise() -> None:
    _fortnight, month, season, _endless = PRESETS
    Policy.objects.create(
        key="standard",
        name_en="All goods",
        name_cs="Všechno zboží",
        window_days=month,
        resolutions=["credit", "keep"],
        credit_bonus_percent=5,
        keep_up_to=1_500,
        currency="EUR",
    )
    Policy.objects.create(
        key="apparel", name_en="Clothes", name_cs="Oblečení", window_days=season, kinds=["apparel", "footwear"]
    )


def _limit(now: datetime) -> None:
    """The limits that security.md begins with."""
    Limits.objects.create(
        currency="EUR",
        valid_from=now - timedelta(days=90),
        confirmed_at=now - timedelta(days=90),
        automatic=10_000,
        agent=25_000,
        manager=200_000,
        agent_goodwill=2_500,
        agent_goodwill_day=15_000,
        manager_goodwill=20_000,
        manager_goodwill_day=100_000,
    )


def _orders(now: datetime) -> list[OrderData]:
    return [
        _order(ORDER, EMAIL, "Jana Nováková", "cs", now, days=4, lines=(SHIRT, SHOES, MUG), discount=1_000),
        _order("A-1002", EMAIL, "Jana Nováková", "cs", now, days=60, lines=(LAMP, replace(MUG, id="2"))),
        _order("A-1003", "tom@example.com", "Tom Baker", "en", now, days=None, lines=(RADIO,)),
        _order("A-1004", "tom@example.com", "Tom Baker", "en", now, days=2, lines=(replace(SHIRT, quantity=2), LAMP_2)),
        _order("A-1005", "eva@example.com", "Eva Malá", "cs", now, days=9, lines=(replace(SHOES, id="1", quantity=2),)),
        _order("A-1006", "petr@example.com", "Petr Veselý", "cs", now, days=45, lines=(RADIO,)),
        _order("A-1007", "eva@example.com", "Eva Malá", "cs", now, days=5, lines=(replace(MUG, id="1"), LAMP_2)),
        _order("A-1008", "tom@example.com", "Tom Baker", "en", now, days=6, lines=(RADIO, LAMP_2)),
    ]


LAMP_2 = replace(LAMP, id="2")


def _order(
    number: str,
    email: str,
    name: str,
    locale: str,
    now: datetime,
    *,
    days: int | None,
    lines: tuple[LineData, ...],
    discount: int = 0,
) -> OrderData:
    """An order delivered `days` ago, or still on its way."""
    delivered = None if days is None else now - timedelta(days=days)
    placed = (delivered or now) - timedelta(days=3)
    told = tuple((line.id, line.quantity) for line in lines)
    return OrderData(
        number=number,
        placed_at=placed,
        currency="EUR",
        email=email,
        customer_name=name,
        locale=locale,
        address=("Dlouhá 12",),
        city="Praha",
        postcode="110 00",
        country="CZ",
        shipping_paid=495,
        lines=lines,
        discounts=((discount, "WELCOME"),) if discount else (),
        parcels=(ParcelData(told, placed + timedelta(days=1), delivered, "ppl", f"PPL{number[2:]}"),),
        notice_given_at=placed,
        notice_known=True,
    )


def _total(order: OrderData) -> int:
    goods = sum(line.unit_price * line.quantity - line.discount for line in order.lines)
    return goods + order.shipping_paid - sum(amount for amount, _label in order.discounts)


def _some_returns(now: datetime) -> None:
    """One parcel on its way to the bench, one exception for the desk, one return that is refunded.

    Beside them a mug that may be kept, and a radio that was sent back for store credit.
    """
    earlier = now - timedelta(days=1)
    _ask("A-1004", Wish("1", 1, "too_large"), at=now - timedelta(hours=3))
    _ask("A-1006", Wish("1", 1, "changed_mind", note="Byl jsem v nemocnici."), at=now - timedelta(hours=5))
    rma = _ask("A-1005", Wish("1", 1, "too_small"), at=earlier)
    bench = User.objects.get(email=WAREHOUSE).actor
    receiving.receive(rma, [Count("1", fine=1, grade="B")], by=bench, at=now - timedelta(hours=1))
    radio = _ask("A-1008", Wish("1", 1, "changed_mind", Resolution.CREDIT), at=earlier)
    receiving.receive(radio, [Count("1", fine=1, grade="A")], by=bench, at=now - timedelta(hours=2))
    _ask("A-1007", Wish("1", 1, "changed_mind", Resolution.KEEP), at=now - timedelta(hours=4))
    while sending.send_next(gateway(), at=now):
        pass


def _ask(number: str, wish: Wish, *, at: datetime) -> RMA:
    order = Order.objects.get(number=number)
    return requests.request(order, [wish], by=SHOPPER, at=at, locale=order.locale, channel="page")
