"""A sentence for every code: reasons of verdicts, refusals of actions, kinds of events."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Protocol

from django.utils.translation import gettext, ngettext

from returns.sentences.writing import day, money, until

Values = Mapping[str, Any]
Sentence = Callable[[Values], str]


class Coded(Protocol):
    """A policy's Reason, or an action's Refused."""

    @property
    def code(self) -> str: ...
    @property
    def values(self) -> Values: ...


def of_reason(reason: Coded) -> str:
    """One sentence for a reason of a verdict; an old code that is no longer known asks for a person."""
    sentence = _REASONS.get(reason.code)
    return sentence(reason.values) if sentence else gettext("An agent needs to look at this item.")


def of_refusal(refused: Coded) -> str:
    """What was wrong with what was asked, and what can be done."""
    sentence = _REFUSALS.get(refused.code)
    return sentence(refused.values) if sentence else gettext("This cannot be done. Please contact us.")


def of_event(kind: str, data: Values) -> str:
    """What happened, for the timeline of a return; empty for what only the books need."""
    sentence = _EVENTS.get(kind)
    return sentence(data) if sentence else ""


def _date(values: Values, name: str) -> str:
    return day(date.fromisoformat(values[name])) if values.get(name) else ""


def _until(values: Values, name: str) -> str:
    return until(date.fromisoformat(values[name]))


def _window_passed(values: Values) -> str:
    if not values.get("policy_until"):
        return gettext("The time for returning this item has passed.")
    return gettext("The time for returning this item ended on %(day)s.") % {"day": _date(values, "policy_until")}


def _faulty(values: Values) -> str:
    if not values.get("liable_until"):
        return gettext("The item is faulty: an agent looks at it and helps you with your statutory rights.")
    return gettext(
        "The item is faulty: an agent looks at it and helps you with your statutory rights, which last until %(day)s."
    ) % {"day": _until(values, "liable_until")}


def _did_not_go_through(values: Values) -> str:
    if "parts" in values:  # somebody made it at the provider, and nobody owes it
        return gettext("A refund that was made at the payment provider did not go through.")
    return gettext("The refund did not go through. We are looking for another way.")


_REASONS: dict[str, Sentence] = {
    "window_passed": _window_passed,
    "final_sale": lambda _v: gettext("This item was sold as final sale."),
    "no_policy": lambda _v: gettext("No return conditions are set for this item in your country."),
    "not_delivered": lambda v: (
        ngettext(
            "%(delivered)d of the units you chose has been delivered so far.",
            "%(delivered)d of the units you chose have been delivered so far.",
            int(v["delivered"]),
        )
        % {"delivered": int(v["delivered"])}
        if v.get("delivered")
        else gettext("This item has not been delivered yet.")
    ),
    "delivery_unknown": lambda _v: gettext("We do not know on which day this item was delivered."),
    "faulty_goods": _faulty,
    "photo_needed": lambda _v: gettext("An agent needs a photo of the item."),
    "person_decides": lambda _v: gettext("An agent decides on returns of this item."),
    "many_units": lambda _v: gettext("An agent decides on returns of so many units."),
    "high_value": lambda _v: gettext("An agent decides on returns of items of this value."),
    "many_returns": lambda _v: gettext("An agent decides on this return."),
    "country_unknown": lambda _v: gettext("We do not know to which country this item was delivered."),
    "seal_unknown": lambda _v: gettext("We need to know whether the seal of this item is broken."),
    "exception_unproven": lambda _v: gettext(
        "An agent checks whether this item is excepted from the right to withdraw."
    ),
    "exception_unknown": lambda _v: gettext(
        "An agent checks whether this item is excepted from the right to withdraw."
    ),
    "exception_a": lambda _v: gettext("The service has been fully performed with your consent."),
    "exception_b": lambda _v: gettext("The price of this item follows the financial market."),
    "exception_c": lambda _v: gettext("This item was made to your specification."),
    "exception_d": lambda _v: gettext("This item perishes or expires quickly."),
    "exception_e": lambda _v: gettext("The seal that protects health or hygiene has been broken."),
    "exception_f": lambda _v: gettext("This item has been mixed inseparably with other goods."),
    "exception_g": lambda _v: gettext("The price of this beverage follows the market."),
    "exception_h": lambda _v: gettext("You asked for this visit for urgent repairs."),
    "exception_i": lambda _v: gettext("The seal of this recording or software has been broken."),
    "exception_j": lambda _v: gettext("Newspapers and magazines are excepted from the right to withdraw."),
    "exception_k": lambda _v: gettext("This item was bought at a public auction."),
    "exception_l": lambda _v: gettext("This service was booked for a certain date."),
    "exception_m": lambda _v: gettext("The digital content was provided with your prior consent."),
    "statutory_right": lambda v: (
        gettext("The law gives you the right to withdraw until %(day)s.") % {"day": _until(v, "statutory_until")}
        if v.get("statutory_until")
        else gettext("The law gives you the right to withdraw.")
    ),
}

_REFUSALS: dict[str, Sentence] = {
    "nothing_asked": lambda _v: gettext("Please choose at least one item."),
    "line_twice": lambda _v: gettext("This item is listed twice. Please give one quantity for it."),
    "line_unknown": lambda _v: gettext("This item does not belong to the order."),
    "quantity_invalid": lambda _v: gettext("Please enter a whole number of at least 1."),
    "quantity_too_many": lambda v: (
        ngettext(
            "At most %(returnable)d unit of this item can still be returned.",
            "At most %(returnable)d units of this item can still be returned.",
            int(v["returnable"]),
        )
        % {"returnable": int(v["returnable"])}
        if v.get("returnable")
        else gettext("All units of this item are already in a return.")
    ),
    "reason_unknown": lambda _v: gettext("Please choose a reason from the list."),
    "reason_unsuitable": lambda _v: gettext("This reason is for other goods. Please choose a reason from the list."),
    "resolution_not_offered": lambda _v: gettext("This is not offered for the item. Please choose again."),
    "resolution_unknown": lambda _v: gettext("Please choose one of the offered ways."),
    "nothing_waits": lambda _v: gettext("No item of this return waits for a decision."),
    "note_missing": lambda _v: gettext("Please say why."),
    "not_reopenable": lambda _v: gettext("Only a rejected or expired return can be reopened."),
    "not_cancellable": lambda _v: gettext(
        "This return can no longer be cancelled, because something has arrived already."
    ),
    "rma_not_receivable": lambda _v: gettext("This return cannot be received in its present state."),
    "rma_not_sendable": lambda _v: gettext("This return is not waiting for a parcel."),
    "tracking_number_missing": lambda _v: gettext("Please enter the tracking number."),
    "nothing_counted": lambda _v: gettext("Please count at least one unit."),
    "amount_invalid": lambda _v: gettext("Please enter an amount above zero."),
    "credit_unknown": lambda _v: gettext("There is no store credit of this shopper in this currency."),
    "credit_too_low": lambda _v: gettext("This is more than the store credit that is left."),
    "reference_missing": lambda _v: gettext("Please name what the store credit is spent on."),
    "reference_reused": lambda _v: gettext("Another amount was spent under this reference."),
    "still_left": lambda v: (
        gettext("Of what was paid, %(amount)s are left: please pay it back.")
        % {"amount": money(v["amount"], v["currency"])}
    ),
    "not_final": lambda _v: gettext(
        "What was taken of the payment may still come back: a dispute or a refund made at the provider is open."
    ),
    "above_paid": lambda _v: gettext("This is more than what is left of the payment."),
    "order_contradicts": lambda _v: gettext("The change contradicts units or money that were already returned."),
    "payment_needed": lambda v: (
        gettext("Payment %(payment)s was refunded or disputed, so it must stay as it is.") % {"payment": v["payment"]}
    ),
    "payment_too_low": lambda v: (
        gettext("More than this was refunded or disputed of payment %(payment)s.") % {"payment": v["payment"]}
    ),
    "delivery_too_low": lambda _v: gettext("More than this was paid back of the delivery."),
    "payment_taken": lambda _v: gettext("This payment belongs to another order."),
    "key_reused": lambda _v: gettext("This key was used for another request."),
    "fee_forbidden": lambda _v: gettext("The law lets nobody keep a part of the price of this item."),
    "fee_above_share": lambda _v: gettext("This is more than the item is worth."),
    "valued_already": lambda _v: gettext("Somebody has valued this already. Please look again."),
    "loss_above_worth": lambda _v: gettext("The loss must be less than what these units are worth."),
    "photo_missing": lambda _v: gettext("A loss of value needs a photo of what arrived. Please add one."),
    "nothing_kept": lambda _v: gettext("Nothing is kept of the price any more."),
    "message_missing": lambda _v: gettext("Please write a message."),
    "message_too_long": lambda v: gettext("Please use at most %(limit)d characters.") % {"limit": v["limit"]},
    "messages_too_many": lambda v: (
        gettext("At most %(limit)d messages can be sent in a day. Please write again tomorrow.") % {"limit": v["limit"]}
    ),
    "not_writable": lambda _v: gettext("This return has ended, so no message can be added to it. Please write to us."),
    "photo_unreadable": lambda _v: gettext("This file cannot be read as a photo. Please choose a JPEG, PNG or WebP."),
    "photo_too_large": lambda _v: gettext(
        "This photo is too large. A JPEG may have 10 MB and 40 megapixels, a PNG 20, a WebP 12; "
        "all photos of a return together 40 MB."
    ),
    "photo_too_many": lambda v: gettext("At most %(limit)d photos can be sent for a return.") % {"limit": v["limit"]},
    "refund_under_way": lambda _v: gettext(
        "This refund is already under way, and nobody knows yet how it ends. Please look again later."
    ),
    "refund_ended": lambda _v: gettext("This refund is settled already. Please look again."),
    "refund_not_ours": lambda _v: gettext(
        "This refund was made at the payment provider, so nobody owes it here. Where the shopper should still have it, "
        "please grant goodwill."
    ),
    "no_room": lambda _v: gettext("No payment of this order has room for it. Please pay it another way."),
    "other_way_prepared": lambda _v: gettext("Somebody has noted that it was paid another way. A manager confirms it."),
    "nothing_prepared": lambda _v: gettext("Nobody has noted that it was paid another way. Please look again."),
    "way_unknown": lambda _v: gettext("Please choose how it was paid."),
    "evidence_missing": lambda _v: gettext("Please name the evidence, such as the number of the transfer."),
    "not_an_agent": lambda _v: gettext("An agent or a manager must do this."),
    "refund_not_waiting": lambda _v: gettext("This refund no longer waits for approval. Please look again."),
    "own_proposal": lambda _v: gettext("You proposed this yourself, so another person must decide on it."),
    "limits_confirmed": lambda _v: gettext("These limits are confirmed already."),
    "limits_of_nobody": lambda _v: gettext(
        "Who proposed these limits is no longer a manager. Please propose them yourself; another manager confirms them."
    ),
    "not_a_manager": lambda _v: gettext("A manager must decide on this."),
    "credit_not_declined": lambda _v: gettext(
        "Store credit for what came back cannot be declined, because the shopper chose it. Please speak to the shopper."
    ),
    "payment_in_question": lambda _v: gettext(
        "The payment is disputed, or something about it has to be checked first. Store credit would be given at once, "
        "so it waits for that."
    ),
    "not_disputed": lambda _v: gettext("The payment is not disputed, so the refund goes out by itself."),
    "dispute_not_refundable": lambda _v: gettext(
        "The provider takes no refund of this payment while it is disputed. Please wait for the bank's decision."
    ),
    "rest_not_expected": lambda _v: gettext("Nothing more is expected of this return."),
    "approved_already": lambda _v: gettext("You have agreed already; another person must agree as well."),
    "managers_missing": lambda v: (
        ngettext(
            "A manager other than the person who proposed the refund has to agree.",
            "%(needed)d managers other than the person who proposed the refund have to agree. One may prepare the"
            " other way, another confirm it.",
            v["needed"],
        )
        % v
    ),
    "break_not_open": lambda _v: gettext("This difference has been cleared up already."),
    "managers_only": lambda _v: gettext("Only a manager can do this."),
    "halt_ended": lambda _v: gettext("Refunds are being sent again already."),
    "halt_needs_another": lambda _v: gettext("Another manager has to agree that refunds are sent again."),
    "changed_meanwhile": lambda _v: gettext(
        "Somebody else has changed this return in the meantime. Please look again."
    ),
}

_EVENTS: dict[str, Sentence] = {
    "rma.requested": lambda _v: gettext("The return was requested."),
    "rma.referred": lambda _v: gettext("An agent has been asked to decide."),
    "rma.approved": lambda _v: gettext("The return was approved."),
    "rma.kept": lambda _v: gettext("The goods may be kept; nothing needs to be sent."),
    "rma.rejected": lambda _v: gettext("An agent has declined the request."),
    "rma.fee_set": lambda _v: gettext("An agent keeps a part of the price."),
    "rma.reopened": lambda _v: gettext("An agent looks at the return once more."),
    "rma.cancelled": lambda _v: gettext("The return was cancelled."),
    "rma.expired": lambda _v: gettext("The return expired, because nothing was sent in time."),
    "rma.closed": lambda _v: gettext("The return was closed."),
    "rma.partly_refunded": lambda _v: gettext("What has arrived is paid back; the rest is still expected."),
    "rma.refunded": lambda _v: gettext("Everything is settled."),
    "label.created": lambda _v: gettext("The label is ready."),
    "parcel.dispatched": lambda _v: gettext("The parcel is on its way to us."),
    "parcel.updated": lambda _v: gettext("The carrier has sent news of the parcel."),
    "receipt.recorded": lambda _v: gettext("The parcel has arrived and was checked."),
    "item.photographed": lambda _v: gettext("We have taken photos of what arrived."),
    "item.valued": lambda _v: gettext("An agent keeps a part of the price, because of the state of what arrived."),
    "item.spared": lambda _v: gettext("What arrived damaged is paid back in full."),
    "item.forgiven": lambda _v: gettext("What was kept of the price is paid back after all."),
    "receipt.closed": lambda _v: gettext("The rest is no longer expected."),
    "message.asked": lambda _v: gettext("An agent has written a message."),
    "message.received": lambda _v: gettext("A message to us has arrived."),
    "goodwill.granted": lambda _v: gettext("An agent has granted an amount as goodwill."),
    # Of goodwill the shopper hears when it is granted.
    "refund.found": lambda _v: gettext("A refund was made at the payment provider."),
    "refund.decided": lambda v: "" if [*v.get("parts", {})] == ["goodwill"] else gettext("The refund was ordered."),
    "refund.retried": lambda _v: gettext("The refund was ordered once more."),
    "refund.paid_otherwise": lambda _v: gettext("The refund was paid another way."),
    "refund.pending": lambda _v: gettext("The refund is on its way to your bank."),
    "refund.needs_details": lambda _v: gettext("The payment provider asks for your bank details by e-mail."),
    "refund.succeeded": lambda _v: gettext("The refund was paid."),
    "refund.failed": _did_not_go_through,
    "refund.credited": lambda _v: gettext("The amount was put on your store credit."),
    "refund.canceled": _did_not_go_through,
}
