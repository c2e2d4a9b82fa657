"""Orders in: create, update, or leave alone what a shop system tells."""

import hashlib
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.db import transaction

from returns.actions.record import noted, record
from returns.actions.refusals import Refused
from returns.importing.data import LineData, OrderData
from returns.models import Actor, Order, OrderLine, Parcel, ParcelLine, Payment, RMAItem
from returns.policy.amounts import spread


@dataclass(frozen=True, slots=True)
class Loaded:
    created: int = 0
    updated: int = 0
    unchanged: int = 0


@transaction.atomic
def load(orders: Sequence[OrderData], *, by: Actor, at: datetime) -> Loaded:
    """Bring these orders into the books; the same order again changes nothing.

    Raises Refused `order_contradicts` where a change would take away what was already returned;
    then none of these orders is written.
    """
    known = {
        order.number: order
        for order in Order.objects.select_for_update()
        .filter(number__in=[data.number for data in orders])
        .order_by("pk")
    }
    fresh = [data for data in orders if data.number not in known]
    changed = [
        (known[data.number], data)
        for data in orders
        if data.number in known and known[data.number].digest != _digest(data)
    ]
    _create(fresh, by=by, at=at)
    for order, data in changed:
        _update(order, data, by=by, at=at)
    return Loaded(len(fresh), len(changed), len(orders) - len(fresh) - len(changed))


def _digest(data: OrderData) -> str:
    return hashlib.sha256(repr(astuple(data)).encode()).hexdigest()


def _create(fresh: Sequence[OrderData], *, by: Actor, at: datetime) -> None:
    orders = Order.objects.bulk_create(_order(data, at) for data in fresh)
    lines = OrderLine.objects.bulk_create(
        line for order, data in zip(orders, fresh, strict=True) for line in _lines(order, data)
    )
    by_name = {(line.order_id, line.line_id): line for line in lines}
    pairs = [
        (parcel, told) for order, data in zip(orders, fresh, strict=True) for parcel, told in _parcels(order, data)
    ]
    Parcel.objects.bulk_create(parcel for parcel, _told in pairs)
    ParcelLine.objects.bulk_create(
        ParcelLine(parcel=parcel, line=by_name[parcel.order_id, line], quantity=units)
        for parcel, told in pairs
        for line, units in told
    )
    Payment.objects.bulk_create(
        payment for order, data in zip(orders, fresh, strict=True) for payment in _payments(order, data)
    )
    record(*(noted("order.created", by=by, at=at, order=order) for order in orders))


def _order(data: OrderData, at: datetime) -> Order:
    return Order(created_at=at, updated_at=at, number=data.number, **_columns(data))


def _columns(data: OrderData) -> dict[str, object]:
    standard = data.shipping_standard
    return {
        "placed_at": data.placed_at,
        "currency": data.currency,
        "locale": data.locale or settings.LANGUAGE_CODE,
        "business": data.business,
        "customer_name": data.customer_name,
        "email": data.email.strip(),
        "phone": data.phone,
        "address": list(data.address),
        "city": data.city,
        "postcode": data.postcode,
        "country": data.country,
        "shipping_paid": data.shipping_paid,
        "shipping_standard": data.shipping_paid if standard is None else standard,
        "discounts": [{"amount": amount, "label": label} for amount, label in data.discounts],
        "notice_given_at": data.notice_given_at,
        "notice_known": data.notice_known,
        "digest": _digest(data),
    }


def _lines(order: Order, data: OrderData) -> list[OrderLine]:
    """The lines with what was paid for each: its own price and tax, less its share of the discounts."""
    nets = [_net(line) for line in data.lines]
    discounts = spread(sum(amount for amount, _label in data.discounts), nets)
    return [
        OrderLine(
            order=order,
            line_id=line.id,
            position=position,
            sku=line.sku,
            name=line.name,
            names=line.names,
            quantity=line.quantity,
            unit_price=line.unit_price,
            paid=_with_tax(line, net - discount),
            tax_rate=line.tax_rate,
            tax_included=line.tax_included,
            kind=line.kind,
            exception=line.exception,
            final_sale=line.final_sale,
            image=line.image,
            weight_g=line.weight_g,
            hs_code=line.hs_code,
            origin=line.origin,
        )
        for position, (line, net, discount) in enumerate(zip(data.lines, nets, discounts, strict=True))
    ]


def _net(line: LineData) -> int:
    return line.unit_price * line.quantity - line.discount


def _with_tax(line: LineData, amount: int) -> int:
    """The tax is worked out here, once, where the shop told only its rate; nowhere else."""
    if line.tax_included or not line.tax_rate:
        return amount
    taxed = Decimal(amount) * (1 + Decimal(line.tax_rate))
    return int(taxed.quantize(Decimal(1), ROUND_HALF_UP))


def _parcels(order: Order, data: OrderData) -> list[tuple[Parcel, tuple[tuple[str, int], ...]]]:
    return [
        (
            Parcel(
                order=order,
                shipped_at=parcel.shipped_at,
                possession_at=parcel.possession_at,
                carrier=parcel.carrier,
                tracking_number=parcel.tracking_number,
            ),
            parcel.lines,
        )
        for parcel in data.parcels
    ]


def _payments(order: Order, data: OrderData) -> list[Payment]:
    return [
        Payment(
            order=order,
            gateway=payment.gateway,
            reference=payment.reference,
            captured=payment.captured,
            currency=payment.currency,
        )
        for payment in data.payments
    ]


def _update(order: Order, data: OrderData, *, by: Actor, at: datetime) -> None:
    """Replace what the shop told before, unless that takes away what was already returned or refunded."""
    for name, value in _columns(data).items():
        setattr(order, name, value)
    order.updated_at = at
    _refuse_contradiction(order, data)
    order.save()
    lines = _update_lines(order, data)
    _update_parcels(order, data, lines)
    _update_payments(order, data)
    record(noted("order.updated", by=by, at=at, order=order))


def _refuse_contradiction(order: Order, data: OrderData) -> None:
    """Units and money that are already on their way back must stay true (api.md, 409)."""
    new = {line.line_id: line for line in _lines(order, data)}
    for item in RMAItem.objects.live().filter(rma__order=order).select_related("line"):
        line = new.get(item.line.line_id)
        if line is None or line.quantity != item.line.quantity or line.paid != item.line.paid:
            raise Refused("order_contradicts", field="lines", line=item.line.line_id)
    payments = {payment.reference: payment for payment in _payments(order, data)}
    for payment in order.payments.with_room().filter(active__gt=0):
        told = payments.get(payment.reference)
        if told is None or told.captured < payment.active or told.currency != payment.currency:
            raise Refused("order_contradicts", field="payments", payment=payment.reference)


def _update_lines(order: Order, data: OrderData) -> dict[str, OrderLine]:
    lines = _lines(order, data)
    known = {line.line_id: line for line in order.lines.all()}
    order.lines.exclude(line_id__in=[line.line_id for line in lines]).delete()
    for line in lines:
        if before := known.get(line.line_id):
            line.pk = before.pk
        line.save()
    return {line.line_id: line for line in lines}


def _update_parcels(order: Order, data: OrderData, lines: dict[str, OrderLine]) -> None:
    order.parcels.all().delete()
    for parcel, told in _parcels(order, data):
        parcel.save()
        ParcelLine.objects.bulk_create(
            ParcelLine(parcel=parcel, line=lines[line], quantity=units) for line, units in told
        )


def _update_payments(order: Order, data: OrderData) -> None:
    payments = _payments(order, data)
    order.payments.exclude(reference__in=[payment.reference for payment in payments]).delete()
    Payment.objects.bulk_create(
        payments,
        update_conflicts=True,
        unique_fields=["gateway", "reference"],
        update_fields=["order", "captured", "currency"],
    )
