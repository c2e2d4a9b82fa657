"""Stripe's objects when they are new, with the fields that matter (money.md).

A refund's `pending_reason`, `failure_reason`, `failure_balance_transaction`,
`next_action` and `instructions_email` are absent, not null, until they mean something:
so Stripe answers, and the client's objects raise AttributeError for an absent field.
"""

from __future__ import annotations

from typing import Any

Obj = dict[str, Any]

API_VERSION = "2026-10-28.endive"
CARD_BRANDS = {"4444": "mastercard"}


def customer(object_id: str, created: int, *, email: str | None, name: str | None, metadata: dict[str, str]) -> Obj:
    return {
        "id": object_id,
        "object": "customer",
        "created": created,
        "email": email,
        "livemode": False,
        "metadata": metadata,
        "name": name,
    }


def payment_method(object_id: str, created: int, *, method: str, last4: str | None) -> Obj:
    return {
        "id": object_id,
        "object": "payment_method",
        "billing_details": {"address": None, "email": None, "name": None, "phone": None},
        "created": created,
        "customer": None,
        "livemode": False,
        "metadata": {},
        "type": method,
        method: method_details(method, last4),
    }


def method_details(method: str, last4: str | None) -> Obj:
    if method != "card":
        return {}
    return {
        "brand": CARD_BRANDS.get(last4 or "", "visa"),
        "country": "US",
        "exp_month": 12,
        "exp_year": 2034,
        "funding": "credit",
        "last4": last4,
    }


def payment_intent(object_id: str, created: int, *, amount: int, currency: str, metadata: dict[str, str]) -> Obj:
    return {
        "id": object_id,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_received": 0,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic",
        "client_secret": f"{object_id}_secret_standin",
        "confirmation_method": "automatic",
        "created": created,
        "currency": currency,
        "customer": None,
        "description": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": metadata,
        "next_action": None,
        "payment_method": None,
        "payment_method_types": ["card"],
        "receipt_email": None,
        "status": "requires_payment_method",
    }


def charge(object_id: str, created: int, intent: Obj, method: Obj) -> Obj:
    """An authorised charge of an intent; nothing is captured yet."""
    return {
        "id": object_id,
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "balance_transaction": None,
        "billing_details": method["billing_details"],
        "captured": False,
        "created": created,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "outcome": {"network_status": "approved_by_network", "risk_level": "normal", "type": "authorized"},
        "paid": True,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {"type": method["type"], method["type"]: method[method["type"]]},
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "refunded": False,
        "status": "succeeded",
    }


def refund(
    object_id: str, created: int, *, charge: Obj, amount: int, reason: str | None, metadata: dict[str, str]
) -> Obj:
    method = charge["payment_method_details"]["type"]
    return {
        "id": object_id,
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": created,
        "currency": charge["currency"],
        "destination_details": {"type": method, method: {}},
        "metadata": metadata,
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "pending",
        "transfer_reversal": None,
    }


def card_reference(reference: str) -> Obj:
    """The acquirer's reference number (ARN) by which a bank finds the refund."""
    return {
        "reference": reference,
        "reference_status": "available",
        "reference_type": "acquirer_reference_number",
        "type": "refund",
    }


def dispute(object_id: str, created: int, *, charge: Obj, amount: int, reason: str) -> Obj:
    return {
        "id": object_id,
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": created,
        "currency": charge["currency"],
        "evidence": {},
        "evidence_details": {"due_by": created + 7 * 86400, "has_evidence": False, "past_due": False},
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "status": "needs_response",
    }


def balance_transaction(
    object_id: str, created: int, *, kind: str, amount: int, currency: str, source: str, fee: int
) -> Obj:
    return {
        "id": object_id,
        "object": "balance_transaction",
        "amount": amount,
        "available_on": created,
        "created": created,
        "currency": currency,
        "description": None,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [{"amount": fee, "currency": currency, "description": "Fees", "type": "stripe_fee"}]
        if fee
        else [],
        "net": amount - fee,
        "reporting_category": kind,
        "source": source,
        "status": "available",
        "type": kind,
    }


def payout(object_id: str, created: int, *, amount: int, currency: str) -> Obj:
    return {
        "id": object_id,
        "object": "payout",
        "amount": amount,
        "arrival_date": created,
        "automatic": True,
        "balance_transaction": None,
        "created": created,
        "currency": currency,
        "livemode": False,
        "metadata": {},
        "method": "standard",
        "reconciliation_status": "completed",
        "status": "paid",
        "type": "bank_account",
    }


def event(object_id: str, created: int, *, kind: str, snapshot: Obj, previous: Obj, request: Obj) -> Obj:
    return {
        "id": object_id,
        "object": "event",
        "api_version": API_VERSION,
        "created": created,
        "data": {"object": snapshot} | ({"previous_attributes": previous} if previous else {}),
        "livemode": False,
        "pending_webhooks": 0,
        "request": request,
        "type": kind,
    }
