"""Money in: customers, payment methods, PaymentIntents and their charges."""

from __future__ import annotations

from collections.abc import Iterable

from . import params as p
from . import plans, shapes
from .disputes import Disputes
from .ledger import Ledger
from .params import Params
from .refusals import Invalid, Refusal
from .shapes import Obj

# Stripe's test payment methods, by the card's last four digits.
TEST_CARDS = {
    "pm_card_visa": "4242",
    "pm_card_mastercard": "4444",
    "pm_card_pendingRefund": "7726",
    "pm_card_refundFail": "5126",
    "pm_card_createDispute": "0259",
    "pm_card_createDisputeInquiry": "1976",
}
DISPUTED_AT_ONCE = {"0259": "needs_response", "1976": "warning_needs_response"}


class Payments:
    def __init__(self, ledger: Ledger, disputes: Disputes) -> None:
        self._ledger = ledger
        self._disputes = disputes

    def create_customer(self, params: Params) -> Obj:
        customer = shapes.customer(
            self._ledger.new_id("cus"),
            self._ledger.now(),
            email=params.get("email"),
            name=params.get("name"),
            metadata=p.metadata(params),
        )
        self._ledger.save(customer)
        self._ledger.announce("customer.created", customer)
        return customer

    def create_method(self, params: Params) -> Obj:
        last4 = str(p.nested(params, "card").get("number", "4242"))[-4:]
        return self._new_method(str(p.required(params, "type")), last4)

    def attach(self, method_id: str, params: Params) -> Obj:
        method = self._ledger.get("payment_method", method_id)
        method["customer"] = self._ledger.get("customer", p.required(params, "customer"), "customer")["id"]
        return self._ledger.save(method)

    def create(self, params: Params) -> Obj:
        """A PaymentIntent; with `confirm` also paid, and captured unless `capture_method` is manual."""
        method = self._method(params) if p.is_true(params, "confirm") else None
        intent = self._new_intent(params)
        self._ledger.announce("payment_intent.created", intent)
        return self._pay(intent, method) if method else intent

    def load(self, orders: Iterable[Params]) -> list[Obj]:
        """Many paid and captured intents at once, of the past: no events are made of them.

        Each order has `amount` and `currency`, and may have `metadata`, `customer`,
        `payment_method_type` ("card") and `created` (Unix seconds). One that does not fit
        raises Invalid, and those before it stay.
        """
        methods: dict[str, Obj] = {}
        loaded = []
        for order in orders:
            kind = order.get("payment_method_type", "card")
            method = methods.get(kind) or methods.setdefault(kind, self._new_method(kind, "4242"))
            intent = self._new_intent(order)
            charge = self._authorise(intent, method)
            intent["created"] = charge["created"] = p.whole(order, "created", intent["created"])
            self._take(intent, charge, intent["amount"])
            loaded.append({"payment_intent": intent["id"], "charge": charge["id"]})
        return loaded

    def confirm(self, intent_id: str, params: Params) -> Obj:
        intent = self._in_state(intent_id, "requires_payment_method", "requires_confirmation")
        return self._pay(intent, self._method(params))

    def capture(self, intent_id: str, params: Params) -> Obj:
        """Take what was authorised, or `amount_to_capture` of it.

        The rest is let go unless `final_capture` is false.
        """
        intent = self._in_state(intent_id, "requires_capture")
        amount = p.amount(params, "amount_to_capture", intent["currency"]) or intent["amount_capturable"]
        if amount > intent["amount_capturable"]:
            raise Refusal(
                "The amount to capture is greater than what can be captured.",
                code="amount_too_large",
                param="amount_to_capture",
            )
        charge = self._ledger.get("charge", intent["latest_charge"])
        self._take(intent, charge, amount)
        self._ledger.announce("charge.captured", charge)
        if not p.is_true(params, "final_capture", "true") and charge["amount_captured"] < charge["amount"]:
            intent["status"] = "requires_capture"
            intent["amount_capturable"] = charge["amount"] - charge["amount_captured"]
            return self._ledger.save(intent)
        self._ledger.announce("payment_intent.succeeded", intent)
        return intent

    def cancel(self, intent_id: str) -> Obj:
        intent = self._in_state(intent_id, "requires_payment_method", "requires_confirmation", "requires_capture")
        intent |= {"status": "canceled", "canceled_at": self._ledger.now(), "amount_capturable": 0}
        self._ledger.save(intent)
        self._ledger.announce("payment_intent.canceled", intent)
        return intent

    def _new_intent(self, params: Params) -> Obj:
        currency = p.currency(params)
        p.required(params, "amount")
        metadata = p.metadata(params)
        _check_plan(metadata)
        if customer := params.get("customer"):
            self._ledger.get("customer", customer, "customer")
        intent = shapes.payment_intent(
            self._ledger.new_id("pi"),
            self._ledger.now(),
            amount=p.amount(params, "amount", currency) or 0,
            currency=currency,
            metadata=metadata,
        )
        intent["customer"] = customer
        intent["capture_method"] = p.one_of(params, "capture_method", _CAPTURE_METHODS) or "automatic"
        intent |= {name: params[name] for name in ("description", "receipt_email") if name in params}
        if types := p.listed(params, "payment_method_types"):
            intent["payment_method_types"] = types
        return self._ledger.save(intent)

    def _pay(self, intent: Obj, method: Obj) -> Obj:
        charge = self._authorise(intent, method)
        if intent["capture_method"] == "manual":
            intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
            self._ledger.announce("payment_intent.amount_capturable_updated", intent)
            return self._ledger.save(intent)
        self._take(intent, charge, intent["amount"])
        self._ledger.announce("charge.succeeded", charge)
        self._ledger.announce("payment_intent.succeeded", intent)
        last4 = charge["payment_method_details"].get("card", {}).get("last4")
        if last4 in DISPUTED_AT_ONCE:
            self._disputes.open(charge["id"], status=DISPUTED_AT_ONCE[last4])
        return intent

    def _authorise(self, intent: Obj, method: Obj) -> Obj:
        # Stripe's ids of payments that are not by card begin with py_.
        prefix = "ch" if method["type"] == "card" else "py"
        charge = shapes.charge(self._ledger.new_id(prefix), self._ledger.now(), intent, method)
        intent |= {"payment_method": method["id"], "latest_charge": charge["id"]}
        intent["payment_method_types"] = [method["type"]]
        return self._ledger.save(charge)

    def _take(self, intent: Obj, charge: Obj, amount: int) -> None:
        kind = "charge" if charge["payment_method_details"]["type"] == "card" else "payment"
        transaction = self._ledger.book(kind, amount, of=charge, fee=_fee(amount))
        charge["balance_transaction"] = charge["balance_transaction"] or transaction["id"]
        charge["amount_captured"] += amount
        charge["captured"] = True
        intent |= {"status": "succeeded", "amount_capturable": 0, "amount_received": charge["amount_captured"]}
        self._ledger.save(charge)
        self._ledger.save(intent)

    def _method(self, params: Params) -> Obj:
        if "payment_method_data" in params:
            return self._new_method(str(p.required(p.nested(params, "payment_method_data"), "type")), "4242")
        chosen = p.required(params, "payment_method")
        if chosen in TEST_CARDS:
            return self._new_method("card", TEST_CARDS[chosen])
        return self._ledger.get("payment_method", chosen, "payment_method")

    def _new_method(self, kind: str, last4: str) -> Obj:
        method = shapes.payment_method(self._ledger.new_id("pm"), self._ledger.now(), method=kind, last4=last4)
        return self._ledger.save(method)

    def _in_state(self, intent_id: str, *states: str) -> Obj:
        intent = self._ledger.get("payment_intent", intent_id, "intent")
        if intent["status"] not in states:
            raise Refusal(
                f"This PaymentIntent could not be changed because it has a status of {intent['status']}.",
                code="payment_intent_unexpected_state",
            )
        return intent


_CAPTURE_METHODS = ("automatic", "automatic_async", "manual")


def _fee(amount: int) -> int:
    """A fee of about 1.5 % and 25 minor units, so that gross and net differ."""
    return amount * 15 // 1000 + 25


def _check_plan(metadata: dict[str, str]) -> None:
    try:
        plans.check(metadata.get(plans.METADATA_KEY, "succeeded"))
    except ValueError as error:
        raise Invalid(str(error), param=f"metadata[{plans.METADATA_KEY}]") from error
