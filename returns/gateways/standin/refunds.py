"""Money out: refunds, their cap, their states and what time makes of them."""

from __future__ import annotations

from . import params as p
from . import plans, shapes
from .disputes import Disputes
from .ledger import Ledger
from .params import Params
from .plans import Step
from .refusals import Invalid, Refusal
from .shapes import Obj

ACTIVE = frozenset({"pending", "requires_action", "succeeded"})
REASONS = ("duplicate", "fraudulent", "requested_by_customer")
ACTION_EXPIRES = 45 * plans.DAY
_DUE = "standin.due"
_EXPLANATIONS = ("pending_reason", "failure_reason", "next_action")


class Refunds:
    def __init__(self, ledger: Ledger, disputes: Disputes) -> None:
        self._ledger = ledger
        self._disputes = disputes
        self._next_due: int | None = 0

    def create(self, params: Params) -> Obj:
        """A refund of a charge's rest, or of `amount` of it, in the charge's currency.

        Raises Refusal `charge_already_refunded`, `charge_disputed` or
        `payment_intent_unexpected_state`; an amount above the cap has, as at Stripe,
        no code, only `param` "amount".
        """
        reason = p.one_of(params, "reason", REASONS)
        metadata = p.metadata(params)
        p.whole(params, "amount")
        charge = self._charge(params)
        amount = self._allowed(charge, p.amount(params, "amount", charge["currency"]))
        refund = shapes.refund(
            self._ledger.new_id("re" if charge["payment_method_details"]["type"] == "card" else "pyr"),
            self._ledger.now(),
            charge=charge,
            amount=amount,
            reason=reason,
            metadata=metadata,
        )
        self._address(refund, charge, params)
        self._count(charge, amount)
        first, rest = plans.first(plans.plan_for(charge))
        self._enter(refund, first)
        self._announce_new(refund, charge)
        self._schedule(refund, rest)
        return refund

    def update(self, refund_id: str, params: Params) -> Obj:
        refund = self._ledger.get("refund", refund_id)
        refund["metadata"] = {k: v for k, v in (refund["metadata"] | p.metadata(params)).items() if v != ""}
        self._ledger.announce("refund.updated", self._ledger.save(refund))
        return refund

    def cancel(self, refund_id: str) -> Obj:
        """Only while the shopper's action is awaited (money.md, "Object and states")."""
        refund = self._ledger.get("refund", refund_id)
        if refund["status"] != "requires_action":
            raise Refusal(f"Refunds with a status of {refund['status']} cannot be canceled.")
        return self._move(refund, plans.step("canceled"))

    def settle(self, refund_id: str, status: str, reason: str | None = None) -> Obj:
        """What the banks say in the end; the refund's plan ends with it."""
        refund = self._ledger.get("refund", refund_id)
        try:
            following = plans.step(status, reason)
        except ValueError as error:
            raise Invalid(str(error), param="status") from error
        if status not in plans.MOVES[refund["status"]]:
            raise Refusal(f"A {refund['status']} refund does not become {status}.", param="status")
        self._ledger.store.drop(_DUE, refund_id)
        return self._move(refund, following)

    def settle_due(self) -> None:
        """Go on with every refund whose next step the clock has reached."""
        while self._next_due is not None and self._next_due <= self._ledger.now():
            for due in [row for row in self._ledger.store.oldest_first(_DUE) if row["due"] <= self._ledger.now()]:
                self._go_on(self._ledger.get("refund", due["id"]), due)
            self._next_due = min((row["due"] for row in self._ledger.store.oldest_first(_DUE)), default=None)

    def _charge(self, params: Params) -> Obj:
        charge_id, intent_id = params.get("charge"), params.get("payment_intent")
        if bool(charge_id) == bool(intent_id):
            raise Invalid(
                "One, and only one, of the following params should be provided for this request: "
                "payment_intent or charge.",
                code="parameter_missing",
            )
        if intent_id:
            charge_id = self._ledger.get("payment_intent", intent_id, "payment_intent")["latest_charge"]
            if charge_id is None:
                raise _nothing_captured(intent_id)
        return self._ledger.get("charge", str(charge_id), "charge")

    def _allowed(self, charge: Obj, wanted: int | None) -> int:
        """The amount, or the refusal, in the order in which Stripe looks at a charge."""
        intent = self._ledger.get("payment_intent", charge["payment_intent"])
        if intent["status"] != "succeeded":
            raise _nothing_captured(intent["id"])
        if self._disputes.blocking(charge):
            raise Refusal(
                f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed"
            )
        rest: int = charge["amount_captured"] - charge["amount_refunded"] - self._disputes.lost(charge)
        if rest <= 0:
            raise Refusal(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
        amount = rest if wanted is None else wanted
        if amount > rest:
            what, limit = ("charge amount", charge["amount"])
            if amount <= limit:
                what, limit = ("unrefunded amount on charge", rest)
            currency = charge["currency"].upper()
            raise Refusal(
                f"Refund amount ({amount} {currency}) is greater than {what} ({limit} {currency})", param="amount"
            )
        return amount

    def _address(self, refund: Obj, charge: Obj, params: Params) -> None:
        """A bank transfer goes back by a letter to the shopper, so Stripe wants an address."""
        customer = self._ledger.store.get("customer", charge["customer"] or "")
        email = params.get("instructions_email") or (customer or {}).get("email")
        if charge["payment_method_details"]["type"] == "customer_balance" and not email:
            raise Refusal("An email address is needed for this refund.", param="instructions_email")
        if email and charge["payment_method_details"]["type"] != "card":
            refund["instructions_email"] = email

    def _count(self, charge: Obj, amount: int) -> None:
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
        self._ledger.save(charge)

    def _move(self, refund: Obj, step: Step) -> Obj:
        previous = {"status": refund["status"]}
        self._enter(refund, step)
        if step.status == "failed":
            self._ledger.announce("refund.failed", refund, previous)
        self._ledger.announce("refund.updated", refund, previous)
        self._ledger.announce("charge.refund.updated", refund, previous)
        return refund

    def _enter(self, refund: Obj, step: Step) -> None:
        for field in _EXPLANATIONS:
            refund.pop(field, None)
        refund["status"] = step.status
        if step.reason:
            refund[f"{'pending' if step.status == 'pending' else 'failure'}_reason"] = step.reason
        if step.status == "requires_action":
            refund["next_action"] = self._next_action(refund)
        if step.status == "succeeded" and refund["destination_details"]["type"] == "card":
            refund["destination_details"]["card"] = shapes.card_reference(self._ledger.digits(23))
        self._move_funds(refund)
        self._ledger.save(refund)

    def _move_funds(self, refund: Obj) -> None:
        """The account pays when a refund is on its way, and has the money back when it failed."""
        kind = "refund" if refund["destination_details"]["type"] == "card" else "payment_refund"
        on_its_way = refund["status"] == "succeeded" or refund.get("pending_reason") == "processing"
        if on_its_way and not refund["balance_transaction"]:
            refund["balance_transaction"] = self._ledger.book(kind, -refund["amount"], of=refund)["id"]
        if refund["status"] not in ACTIVE:
            self._count(self._ledger.get("charge", refund["charge"]), -refund["amount"])
            if refund["balance_transaction"]:
                back = self._ledger.book("refund_failure", refund["amount"], of=refund)
                refund["failure_balance_transaction"] = back["id"]

    def _next_action(self, refund: Obj) -> Obj:
        sent = {"email_sent_at": self._ledger.now(), "email_sent_to": refund.get("instructions_email")}
        shown = {"email_sent": sent, "expires_at": self._ledger.now() + ACTION_EXPIRES}
        return {"type": "display_details", "display_details": shown}

    def _announce_new(self, refund: Obj, charge: Obj) -> None:
        self._ledger.announce("refund.created", refund)
        if refund["status"] == "failed":
            self._ledger.announce("refund.failed", refund)
        if refund["status"] in {"pending", "succeeded"}:
            self._ledger.announce("charge.refunded", charge)

    def _schedule(self, refund: Obj, plan: str) -> None:
        if not plan:
            return
        due = self._ledger.now() + plans.first(plan)[0].after
        self._ledger.save({"object": _DUE, "id": refund["id"], "due": due, "plan": plan})
        self._next_due = due if self._next_due is None else min(self._next_due, due)

    def _go_on(self, refund: Obj, due: Obj) -> None:
        step, rest = plans.first(due["plan"])
        self._ledger.store.drop(_DUE, refund["id"])
        if step.status in plans.MOVES[refund["status"]]:
            self._move(refund, step)
            self._schedule(refund, rest)


def _nothing_captured(intent_id: str) -> Refusal:
    return Refusal(
        f"This PaymentIntent ({intent_id}) does not have a successful charge to refund.",
        code="payment_intent_unexpected_state",
    )
