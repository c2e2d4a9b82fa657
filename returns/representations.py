"""The public JSON of each noun: what the API answers and what the webhooks carry.

Pure functions of rows that come with what they need (`RMAQuerySet.with_contents`). Amounts are integers in minor
units with their currency beside them, times are RFC 3339 in UTC, days are ISO dates, ids are strings. Names stay as
they are; fields may be added. Nothing here names a person: that is `person`, for those who may read it.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django_fsm import can_proceed

from returns import sentences
from returns.models import (
    RMA,
    Account,
    Event,
    ItemState,
    Order,
    OrderLine,
    Parcel,
    Payment,
    Reason,
    Receipt,
    ReceiptLine,
    Refund,
    ReturnParcel,
    RMAItem,
    RMAState,
    Spending,
    Transfer,
)
from returns.policy.verdict import Verdict

Json = dict[str, Any]


# --- orders -------------------------------------------------------------------------------------


def order(order: Order, lines: Iterable[Json]) -> Json:
    """An order with its lines as `order_line` gives them; `parcels__lines__line` and `payments` are prefetched."""
    return {
        "number": order.number,
        "placed_at": _moment(order.placed_at),
        "currency": order.currency,
        "locale": order.locale,
        "shipping": {"paid": order.shipping_paid, "standard": order.shipping_standard, "currency": order.currency},
        "discounts": [{**discount, "currency": order.currency} for discount in order.discounts],
        "lines": list(lines),
        "parcels": [_parcel_out(parcel) for parcel in order.parcels.all()],
        "payments": [_payment(payment) for payment in order.payments.all()],
        "notice_given_at": _moment(order.notice_given_at),
        "customer": None,
        "shipping_address": None,
        "created_at": _moment(order.created_at),
        "updated_at": _moment(order.updated_at),
        "links": {
            "self": _link("orders", order.number),
            "returns": _link("returns") + f"?order={_quoted(order.number)}",
        },
    }


def order_links(number: str) -> Json:
    return {"self": _link("orders", number), "returns": f"{_link('returns')}?order={_quoted(number)}"}


def person(order: Order) -> Json:
    """Who bought it, as fields of `order`: only for those who may read personal data."""
    return {
        "customer": {
            "name": order.customer_name,
            "email": order.email,
            "phone": order.phone,
            "business": order.business,
        },
        "shipping_address": {
            "lines": order.address,
            "city": order.city,
            "postcode": order.postcode,
            "country": order.country,
        },
    }


def order_line(line: OrderLine, *, currency: str) -> Json:
    return {
        "id": line.line_id,
        "sku": line.sku,
        "name": line.name,
        "names": line.names,
        "quantity": line.quantity,
        "unit_price": line.unit_price,
        "paid": line.paid,
        "currency": currency,
        "tax": {"rate": line.tax_rate, "included": line.tax_included} if line.tax_rate else None,
        "kind": line.kind,
        "exception": line.exception,
        "final_sale": line.final_sale,
        "image": line.image,
        "weight_g": line.weight_g,
        "hs_code": line.hs_code,
        "origin": line.origin,
    }


def _parcel_out(parcel: Parcel) -> Json:
    return {
        "shipped_at": _moment(parcel.shipped_at),
        "possession_at": _moment(parcel.possession_at),
        "carrier": parcel.carrier,
        "tracking_number": parcel.tracking_number,
        "lines": [{"id": part.line.line_id, "quantity": part.quantity} for part in parcel.lines.all()],
    }


def _payment(payment: Payment) -> Json:
    return {
        "gateway": payment.gateway,
        "reference": payment.reference,
        "captured": payment.captured,
        "currency": payment.currency,
    }


# --- returns ------------------------------------------------------------------------------------


def rma(rma: RMA, *, shipping: int) -> Json:
    """A return as `RMAQuerySet.with_contents` and `receipts__lines__line` bring it.

    `shipping` is what it brings of the outbound delivery, in minor units (`Delivery.expected`).
    """
    live = [row for row in rma.items.all() if row.state != ItemState.REFUSED]
    fees = sum(row.fee for row in live) + rma.return_cost
    return {
        "number": rma.number,
        "state": rma.shown_state.value,
        "order": rma.order.number,
        "locale": rma.locale,
        "channel": rma.channel,
        "items": [item(row, currency=rma.order.currency) for row in rma.items.all()],
        "estimate": estimate(sum(row.share for row in live), fees, shipping, currency=rma.order.currency),
        "parcels": [parcel(row) for row in rma.parcels.all()],
        "receipts": [receipt(row) for row in rma.receipts.all()],
        "refunds": [row.public_id for row in rma.refunds.all()],
        "refund_by": _day(rma.refund_by),
        "actions": actions(rma),
        "answer_by": _moment(rma.answer_by) if rma.waits_for_agent else None,
        "approved_at": _moment(rma.approved_at),
        "created_at": _moment(rma.created_at),
        "updated_at": _moment(rma.updated_at),
        "links": {
            "self": _link("returns", rma.number),
            "order": _link("orders", rma.order.number),
            "label": _link("returns", rma.number, "label"),
            "refunds": _link("returns", rma.number, "refunds"),
        },
    }


def item(item: RMAItem, *, currency: str) -> Json:
    return {
        "line": item.line.line_id,
        "quantity": item.quantity,
        "reason": item.reason.code if item.reason else "",
        "reason_codes": reason_codes(item.reason),
        "legal_path": item.path.value,
        "resolution": str(item.resolution),
        "credit_bonus": item.credit_bonus,
        "note": item.note,
        "state": str(item.state),
        "verdict": verdict(item.judged),
        "estimate": estimate(item.share, item.fee, currency=currency),
    }


def reason_codes(reason: Reason | None) -> Json | None:
    """What a reason means elsewhere; None where none was given."""
    return {"shopify": reason.shopify_code, "x12": reason.x12_code} if reason else None


def verdict(verdict: Verdict) -> Json:
    """The answer for one item, each reason with a sentence in the active language."""
    return {
        "answer": verdict.answer.value,
        "reasons": [
            {"code": reason.code, "values": dict(reason.values), "text": sentences.of_reason(reason)}
            for reason in verdict.reasons
        ],
        "statutory_until": _day(verdict.statutory_until),
        "policy_until": _day(verdict.policy_until),
        "until": _day(verdict.until),
        "policy": {"id": verdict.policy[0], "version": verdict.policy[1]} if verdict.policy else None,
    }


def estimate(share: int, fees: int, shipping: int = 0, *, currency: str) -> Json:
    """What comes back: the share of what was paid, less fees, which are never above it; and of the outbound delivery.

    A return's fees hold the way back too, and the delivery stands with the return alone, for no item brings it.
    """
    kept = min(fees, share)
    total = share - kept + shipping
    return {"goods": share, "shipping": shipping, "fees": kept, "total": total, "currency": currency}


def actions(rma: RMA) -> list[str]:
    """What may be done with a return now, as the API names it; from the lifecycle and nothing else."""
    may = {
        "approval": rma.waits_for_agent,
        "rejection": rma.waits_for_agent,
        "cancellation": can_proceed(rma.cancel),
        "reopening": can_proceed(rma.reopen),
        "label": rma.may_be_sent,
        "parcels": rma.state in RMAState.receivable(),
        "receipts": can_proceed(rma.receive),
    }
    return [name for name, legal in may.items() if legal]


def parcel(parcel: ReturnParcel) -> Json:
    return {
        "tracking_number": parcel.tracking_number,
        "carrier": parcel.carrier,
        "status": str(parcel.status),
        "at": _moment(parcel.status_at),
    }


def receipt(receipt: Receipt) -> Json:
    return {
        "number": receipt.number,
        "received_at": _moment(receipt.received_at),
        "note": receipt.note,
        "lines": [_receipt_line(line) for line in receipt.lines.all()],
    }


def _receipt_line(counted: ReceiptLine) -> Json:
    return {
        "line": counted.line.line_id,
        "fine": counted.fine,
        "damaged": counted.damaged,
        "missing": counted.missing,
        "wrong": counted.wrong,
        "extra": counted.extra,
        "grade": counted.grade,
        "disposition": counted.disposition,
        "note": counted.note,
    }


# --- money and events ---------------------------------------------------------------------------


def refund(refund: Refund) -> Json:
    """One movement of money; `order`, `rma`, `payment`, `receipt` and `lines__line` come with it."""
    return {
        "id": refund.public_id,
        "state": str(refund.state),
        "originator": str(refund.originator),
        "order": refund.order.number,
        "return": refund.rma.number if refund.rma else None,
        "receipt": refund.receipt.number if refund.receipt else None,
        "amount": refund.amount,
        "currency": refund.currency,
        "lines": [
            {"kind": str(part.kind), "line": part.line.line_id if part.line else None, "amount": part.amount}
            for part in refund.lines.all()
        ],
        "payment": {"gateway": refund.payment.gateway, "reference": refund.payment.reference}
        if refund.payment
        else None,
        "credit": refund.credit_id is not None,
        "bonus": refund.bonus,
        "gateway_id": refund.gateway_id,
        "failure_reason": refund.failure_reason,
        "decided_at": _moment(refund.decided_at),
        "updated_at": _moment(refund.updated_at),
        "links": {"self": _link("refunds", refund.public_id)},
    }


def credit_entry(entry: Transfer) -> Json:
    """One change of a store credit; `event`, `order` and `refund__rma` come with it."""
    spent = entry.debited == Account.STORE_CREDIT
    refund = entry.refund
    return {
        "kind": "spent" if spent else "bonus" if entry.debited == Account.BONUS else "credited",
        "amount": -entry.amount if spent else entry.amount,
        "currency": entry.currency,
        "at": _moment(entry.at),
        "order": entry.order.number if refund and entry.order else None,
        "return": refund.rma.number if refund and refund.rma else None,
        "refund": refund.public_id if refund else None,
        "reference": entry.event.data["reference"] if spent else None,
    }


def spending(spending: Spending, *, currency: str) -> Json:
    return {
        "reference": spending.reference,
        "amount": spending.amount,
        "currency": currency,
        "spent_at": _moment(spending.spent_at),
    }


def event(event: Event) -> Json:
    """What happened; `order`, `rma` and `refund` come with it. `id` orders the events."""
    return {
        "id": str(event.pk),
        "type": event.kind,
        "at": _moment(event.at),
        "order": event.order.number,
        "return": event.rma.number if event.rma else None,
        "refund": event.refund.public_id if event.refund else None,
        "actor": {"kind": event.actor_kind, "id": event.actor_id},
        "data": event.data,
    }


# --- forms --------------------------------------------------------------------------------------


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _link(*path: str) -> str:
    return "/".join([f"{settings.BASE_URL}/api/v1", *map(_quoted, path)])


def _quoted(part: str) -> str:
    return quote(part, safe="")
