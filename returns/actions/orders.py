"""Orders in: create, update, or leave alone what a shop system tells."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from returns.actions.delivery import SETTLING
from returns.actions.owing import owe_arrived
from returns.actions.record import noted, record
from returns.actions.refusals import Refused
from returns.actions.rooms import beyond_what_was_paid
from returns.actions.settling import settle
from returns.importing.data import LineData, OrderData
from returns.models import (
    RMA,
    Actor,
    Order,
    OrderLine,
    Parcel,
    ParcelLine,
    Payment,
    Reconciled,
    RefundLine,
    RMAItem,
)
from returns.policy.amounts import spread

# Rows in one INSERT: more make it no faster, and its text and values stand in memory several times.
ROWS = 500


@dataclass(frozen=True, slots=True)
class Loaded:
    created: int = 0
    updated: int = 0
    unchanged: int = 0

    def __add__(self, other: "Loaded") -> "Loaded":
        return Loaded(self.created + other.created, self.updated + other.updated, self.unchanged + other.unchanged)


@transaction.atomic
def load(orders: Sequence[OrderData], *, by: Actor, at: datetime) -> Loaded:
    """Bring these orders into the books, each number once; the same order again changes nothing.

    Raises Refused `order_contradicts` where a change would take away what was already returned,
    `payment_needed`, `payment_too_low` or `delivery_too_low` where it would take away what was refunded or
    disputed, `payment_taken` where a payment is another order's; then none of these orders is written.
    """
    known = {
        order.number: order
        for order in Order.objects.locked().filter(number__in=[data.number for data in orders]).order_by("pk")
    }
    digests = {data.number: _digest(data) for data in orders}
    fresh = [data for data in orders if data.number not in known]
    changed = [
        (known[data.number], data)
        for data in orders
        if data.number in known and known[data.number].digest != digests[data.number]
    ]
    _refuse_taken_payments(fresh + [data for _order, data in changed])
    _create(fresh, digests, by=by, at=at)
    for order, data in changed:
        _update(order, data, digests[data.number], by=by, at=at)
    if fresh or changed:  # their payments may be disputed already
        Reconciled.objects.filter(level=Reconciled.Level.DISPUTES).delete()
    return Loaded(len(fresh), len(changed), len(orders) - len(fresh) - len(changed))


def load_good(orders: Sequence[OrderData], *, by: Actor, at: datetime) -> tuple[Loaded, dict[str, Refused]]:
    """Load these orders in one transaction; where one is refused, each in its own, so that only that one stays out.

    The second value names those that stayed out, by their number, and why.
    """
    try:
        return load(orders, by=by, at=at), {}
    except Refused as refused:
        if len(orders) == 1:
            return Loaded(), {orders[0].number: refused}
    loaded, kept_out = Loaded(), dict[str, Refused]()
    for order in orders:
        one, why = load_good([order], by=by, at=at)
        loaded += one
        kept_out |= why
    return loaded, kept_out


def _digest(data: OrderData) -> str:
    return hashlib.sha256(repr(data).encode()).hexdigest()


def _refuse_taken_payments(orders: Sequence[OrderData]) -> None:
    """A charge pays for one order: were it moved, its refunds would count against the wrong one."""
    owners: dict[tuple[str, str], str] = {}
    for data in orders:
        for payment in data.payments:
            key = (payment.gateway, payment.reference)
            if owners.setdefault(key, data.number) != data.number:
                raise Refused("payment_taken", field="payments", payment=payment.reference)
    references = [reference for _gateway, reference in owners]
    for known in Payment.objects.filter(reference__in=references).select_related("order"):
        if owners.get((known.gateway, known.reference), known.order.number) != known.order.number:
            raise Refused("payment_taken", field="payments", payment=known.reference)


def _create(fresh: Sequence[OrderData], digests: Mapping[str, str], *, by: Actor, at: datetime) -> None:
    orders = Order.objects.bulk_create((_order(data, digests[data.number], at) for data in fresh), ROWS)
    both = list(zip(orders, fresh, strict=True))
    lines = OrderLine.objects.bulk_create((line for order, data in both for line in _lines(order, data)), ROWS)
    by_name = {(line.order_id, line.line_id): line for line in lines}
    pairs = [pair for order, data in both for pair in _parcels(order, data)]
    Parcel.objects.bulk_create((parcel for parcel, _told in pairs), ROWS)
    ParcelLine.objects.bulk_create(
        (
            ParcelLine(parcel_id=parcel.pk, line_id=by_name[parcel.order_id, line].pk, quantity=units)
            for parcel, told in pairs
            for line, units in told
        ),
        ROWS,
    )
    Payment.objects.bulk_create((payment for order, data in both for payment in _payments(order, data)), ROWS)
    record(*(noted("order.created", by=by, at=at, order=order) for order in orders))


def _order(data: OrderData, digest: str, at: datetime) -> Order:
    return Order(created_at=at, updated_at=at, number=data.number, digest=digest, **_columns(data))


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
    }


def _lines(order: Order, data: OrderData) -> list[OrderLine]:
    return [
        OrderLine(
            order_id=order.pk,
            line_id=line.id,
            position=position,
            sku=line.sku,
            name=line.name,
            names=line.names,
            quantity=line.quantity,
            unit_price=line.unit_price,
            paid=paid,
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
        for position, (line, paid) in enumerate(zip(data.lines, paid_by_line(data), strict=True))
    ]


def paid_by_line(data: OrderData) -> list[int]:
    """What was paid for each line: its own price and tax, less its share of the discounts.

    A voucher worth more than the goods has paid for shipping as well: no line goes below zero.
    """
    nets = [_net(line) for line in data.lines]
    discounts = spread(min(sum(amount for amount, _label in data.discounts), sum(nets)), nets)
    exact = [_with_tax(line, net - discount) for line, net, discount in zip(data.lines, nets, discounts, strict=True)]
    return _as_captured(data, exact)


def _net(line: LineData) -> int:
    return line.unit_price * line.quantity - line.discount


def _with_tax(line: LineData, amount: int) -> Decimal:
    """The tax is worked out here, once, where the shop told only its rate; nowhere else."""
    return amount * (1 + Decimal(line.tax_rate)) if _is_taxed_on_top(line) else Decimal(amount)


def _is_taxed_on_top(line: LineData) -> bool:
    return not line.tax_included and bool(line.tax_rate)


def _as_captured(data: OrderData, exact: Sequence[Decimal]) -> list[int]:
    """Each line half up; what the shop has rounded otherwise is shared out over the lines with tax on top.

    Shops round tax by the piece, by the line or once, so that as much as half a minor unit a piece may be between what
    the lines say and what was captured. Nobody can pay back, or claim, a difference like that.
    """
    paid = [int(one.quantize(Decimal(1), ROUND_HALF_UP)) for one in exact]
    taxed = [at for at, line in enumerate(data.lines) if exact[at] and _is_taxed_on_top(line)]
    captured = sum(payment.captured for payment in data.payments if payment.currency == data.currency)
    missing = captured - data.shipping_paid - sum(paid)
    in_all = sum(paid[at] for at in taxed) + missing
    if in_all >= 0 and 0 < 2 * abs(missing) <= sum(data.lines[at].quantity for at in taxed) + 1:
        for at, part in zip(taxed, spread(in_all, [int(exact[at].scaleb(6)) for at in taxed]), strict=True):
            paid[at] = part
    return paid


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
            method=payment.method,
        )
        for payment in data.payments
    ]


# --- an order that is told again ---------------------------------------------------------------


def _update(order: Order, data: OrderData, digest: str, *, by: Actor, at: datetime) -> None:
    """Replace what the shop told before, unless that takes away what was already returned or refunded."""
    lines = _lines(order, data)
    _keep_rounding(order, {line.line_id: line for line in lines})
    _refuse_contradiction(order, data, {line.line_id: line for line in lines})
    above = beyond_what_was_paid(order)
    for name, value in _columns(data).items():
        setattr(order, name, value)
    order.digest = digest
    order.updated_at = at
    order.save()
    _update_lines(order, lines)
    _update_parcels(order, data, {line.line_id: line for line in lines})
    _update_payments(order, data)
    if beyond_what_was_paid(order) > above:  # a person paid past the provider: no single payment tells of that
        told = ", ".join(payment.reference for payment in data.payments)
        raise Refused("payment_too_low", field="payments", payment=told)
    record(noted("order.updated", by=by, at=at, order=order))
    _owe_more_delivery(order, by=by, at=at)


def _keep_rounding(order: Order, lines: Mapping[str, OrderLine]) -> None:
    """A payment that is told later may round otherwise (`_as_captured`): a line of which something returns stays."""
    for item in RMAItem.objects.live().filter(rma__order=order, line__tax_included=False).select_related("line"):
        new = lines.get(item.line.line_id)
        if new is not None and _differ_by_rounding(item.line, new):
            new.paid = item.line.paid


def _differ_by_rounding(old: OrderLine, new: OrderLine) -> bool:
    same = (old.quantity, old.unit_price, old.tax_rate) == (new.quantity, new.unit_price, new.tax_rate)
    return same and 2 * abs(new.paid - old.paid) <= old.quantity + 1


def _refuse_contradiction(order: Order, data: OrderData, lines: Mapping[str, OrderLine]) -> None:
    """Units and money that are already on their way back must stay true (api.md, 409)."""
    returned = order.lines.exclude(rma_items=None, receipt_lines=None)
    for line in returned.exclude(line_id__in=lines).distinct():
        raise Refused("order_contradicts", field="lines", line=line.line_id)
    for item in RMAItem.objects.live().filter(rma__order=order).select_related("line"):
        line = lines[item.line.line_id]
        if (line.quantity, line.paid) != (item.line.quantity, item.line.paid):
            raise Refused("order_contradicts", field="lines", line=line.line_id)
    if data.currency != order.currency and (order.rmas.exists() or order.refunds.exists()):
        raise Refused("order_contradicts", field="currency", currency=data.currency)
    _refuse_lost_payments(order, data)
    _refuse_lost_delivery(order, data)


def _refuse_lost_payments(order: Order, data: OrderData) -> None:
    """What was refunded or disputed of a payment, or waits for a person, stays; told as before it is no change."""
    told = {(payment.gateway, payment.reference): payment for payment in data.payments}
    for payment in order.payments.bound().with_room():
        new = told.get((payment.gateway, payment.reference))
        if new is None or new.currency != payment.currency:
            raise Refused("payment_needed", field="payments", payment=payment.reference)
        if new.captured < min(payment.active, payment.captured):
            raise Refused("payment_too_low", field="payments", payment=payment.reference)


def _refuse_lost_delivery(order: Order, data: OrderData) -> None:
    if data.shipping_paid >= order.shipping_paid:
        return
    given = RefundLine.objects.filter(refund__order=order, refund__replaced_by=None, kind=RefundLine.Kind.SHIPPING)
    if data.shipping_paid < (given.aggregate(total=Sum("amount"))["total"] or 0):
        raise Refused("delivery_too_low", field="shipping")


def _owe_more_delivery(order: Order, *, by: Actor, at: datetime) -> None:
    """Of a delivery that is told only now, or of which more is owed without what is no longer told."""
    for rma in RMA.objects.locked().filter(order=order, state__in=SETTLING).select_related("order").order_by("pk"):
        if owed := owe_arrived(rma, by=by, at=at):
            record(*owed, *settle(rma, by=by, at=at))
            rma.save()


def _update_lines(order: Order, lines: Sequence[OrderLine]) -> None:
    """Afterwards `lines` have the primary keys of the rows, those that were there before their old ones."""
    order.lines.exclude(line_id__in=[line.line_id for line in lines]).delete()
    OrderLine.objects.bulk_create(
        lines,
        update_conflicts=True,
        unique_fields=["order", "line_id"],
        update_fields=[
            field.name for field in OrderLine._meta.concrete_fields if field.name not in {"id", "order", "line_id"}
        ],
    )


def _update_parcels(order: Order, data: OrderData, lines: Mapping[str, OrderLine]) -> None:
    order.parcels.all().delete()
    for parcel, told in _parcels(order, data):
        parcel.save()
        ParcelLine.objects.bulk_create(
            ParcelLine(parcel=parcel, line=lines[line], quantity=units) for line, units in told
        )


def _update_payments(order: Order, data: OrderData) -> None:
    payments = _payments(order, data)
    told = {(payment.gateway, payment.reference) for payment in payments}
    gone = [payment.pk for payment in order.payments.all() if (payment.gateway, payment.reference) not in told]
    order.payments.filter(pk__in=gone).delete()
    Payment.objects.bulk_create(
        payments,
        update_conflicts=True,
        unique_fields=["gateway", "reference"],
        update_fields=["captured", "currency", "method"],
    )
