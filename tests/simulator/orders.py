"""What was bought, and how its payment will behave when it is refunded."""

import random
from datetime import datetime, timedelta

from returns.importing.data import LineData, OrderData, ParcelData, PaymentData
from returns.models import Limits, Policy
from returns.policy.facts import Resolution
from tests.simulator.provider import Provider

CURRENCIES = ("EUR", "EUR", "EUR", "CZK", "JPY", "GBP", "KWD")

METHODS = (*[""] * 12, "affirm", "oxxo")  # the last takes nothing back by itself

# What the provider makes of a refund: see the stand-in's README, "How a refund ends".
PLANS = (
    "succeeded",
    "succeeded",
    "succeeded",
    "pending > succeeded@60",
    "pending > succeeded@259200",
    "pending:insufficient_funds > succeeded@432000",
    "pending > failed:declined@3600",
    "pending > canceled@600",
    "succeeded > failed:expired_or_canceled_card@86400",
    "requires_action > canceled@3888000",
    "requires_action > pending@3600 > succeeded@86400",
    "requires_action > failed@7200",
    "failed:declined",
)


def promise(draw: random.Random, now: datetime) -> tuple[str, ...]:
    """The shop's policy and limits: what is kept, what may be chosen, what needs a person. The choices there are."""
    beside = draw.choice(([], [], [], [Resolution.CREDIT], [Resolution.KEEP], [Resolution.CREDIT, Resolution.KEEP]))
    Policy.objects.create(
        key="standard",
        name_en="Standard",
        window_days=30,
        restocking_percent=draw.choice((0, 0, 15)),
        return_fee=draw.choice((0, 0, 390)),
        currency="EUR",
        person_decides=draw.random() < 0.2,
        resolutions=beside,
        credit_bonus_percent=draw.choice((0, 10)) if Resolution.CREDIT in beside else 0,
    )
    if draw.random() < 0.8:
        Limits.objects.bulk_create(_limits(draw, currency, now) for currency in sorted(set(CURRENCIES)))
    return (Resolution.REFUND, Resolution.REFUND, *beside)


def _limits(draw: random.Random, currency: str, now: datetime) -> Limits:
    return Limits(
        currency=currency,
        valid_from=now - timedelta(days=1),
        confirmed_at=now - timedelta(days=1),
        automatic=draw.choice((None, None, 1_000, 20_000)),
        agent=5_000,
        manager=draw.choice((20_000, 500_000)),
        agent_goodwill=draw.choice((2_000, 100_000)),
        agent_goodwill_day=draw.choice((10_000, 1_000_000)),
        manager_goodwill=200_000,
        manager_goodwill_day=1_000_000,
    )


def drawn(draw: random.Random, number: int, provider: Provider, now: datetime) -> OrderData:
    """An order that the provider holds the payments of."""
    currency = draw.choice(CURRENCIES)
    step = 10 if currency == "KWD" and draw.random() < 0.5 else 1
    lines = tuple(_line(draw, str(position), step) for position in range(1, draw.randint(1, 3) + 1))
    goods = sum(line.unit_price * line.quantity for line in lines)
    discount = draw.choice((0, 0, goods // 7, goods // 3)) // step * step
    shipping = draw.choice((0, 490))
    delivered = now - timedelta(days=draw.choice((3, 3, 3, 45)))
    return OrderData(
        number=f"S-{number}",
        placed_at=delivered - timedelta(days=3),
        currency=currency,
        email=f"shopper{number}@example.com",
        customer_name="Jana Nováková",
        locale=draw.choice(("en", "cs")),
        city="Praha",
        postcode="110 00",
        country="CZ",
        shipping_paid=shipping,
        lines=lines,
        discounts=((discount, "SALE"),) if discount else (),
        parcels=(_parcel(lines, delivered),),
        payments=_payments(draw, provider, goods - discount + shipping, currency),
        notice_given_at=delivered - timedelta(days=3),
        notice_known=True,
    )


def _line(draw: random.Random, name: str, step: int) -> LineData:
    price = draw.choice((1, 333, 999, 1000, 4990, draw.randint(1, 20_000))) * step
    return LineData(name, f"Thing {name}", draw.randint(1, 5), price, kind=draw.choice(("apparel", "homeware")))


def _parcel(lines: tuple[LineData, ...], delivered: datetime) -> ParcelData:
    return ParcelData(
        tuple((line.id, line.quantity) for line in lines),
        shipped_at=delivered - timedelta(days=1),
        possession_at=delivered,
    )


def _payments(draw: random.Random, provider: Provider, total: int, currency: str) -> tuple[PaymentData, ...]:
    """One charge, or two that share the total; the provider takes dinars in tens of fils alone."""
    step = 10 if currency == "KWD" else 1
    first = draw.randint(1, total) // step * step if draw.random() < 0.25 else total // step * step
    amounts = [amount for amount in (first, (total - first) // step * step) if amount]
    held = provider.load(
        [
            {"amount": amount, "currency": currency.lower(), "metadata": {"standin_refund": draw.choice(PLANS)}}
            for amount in amounts
        ]
    )
    return tuple(
        PaymentData(paid["payment_intent"], amount, currency, method=draw.choice(METHODS))
        for paid, amount in zip(held, amounts, strict=True)
    )
