"""What staff read of a refund: what happened to it, and why it failed."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext, ngettext

from returns.sentences.writing import money

Values = Mapping[str, Any]


def of_step(kind: str, values: Values) -> str:
    """What only staff hear of a refund's way; empty for what the shopper reads as well."""
    sentence = _STEPS.get(kind)
    return sentence(values) if sentence else ""


def of_failure(reason: str) -> str:
    """Why it did not go through, in our words where there are some, else in the provider's; empty for no reason."""
    sentence = _FAILURES.get(reason)
    return sentence() if sentence else reason


def of_dispute(status: str) -> str:
    """Where a dispute stands; the provider's word where we know none."""
    sentence = _DISPUTES.get(status)
    return sentence() if sentence else status


def _held(values: Values) -> str:
    needed = int(values["needed"])
    return ngettext(
        "It waits for the approval of one other person.",
        "It waits for the approval of %(needed)d other people.",
        needed,
    ) % {"needed": needed}


_STEPS: dict[str, Callable[[Values], str]] = {
    "rma.refund_owed": lambda _v: gettext("What has arrived is to be paid back."),
    "goodwill.proposed": lambda v: (
        gettext("Goodwill of %(amount)s was proposed.") % {"amount": money(v["amount"], v["currency"])}
    ),
    "refund.decided": lambda _v: gettext("The refund was ordered."),
    "refund.held": _held,
    "refund.approved": lambda v: (
        gettext("Approved (%(given)d of %(needed)d).") % {"given": v["given"], "needed": v["needed"]}
    ),
    "refund.declined": lambda _v: gettext("Declined."),
    "refund.given_way": lambda _v: gettext("It is no longer needed: the refund in whose place it stood was paid."),
    "refund.divided": lambda _v: gettext("It was divided: each part of it is owed by itself."),
    "refund.other_way_prepared": lambda _v: gettext("Noted as paid another way; a manager confirms it."),
    "refund.other_way_discarded": lambda _v: gettext("The note that it was paid another way was taken back."),
}

_DISPUTES: dict[str, Callable[[], str]] = {
    "warning_needs_response": lambda: gettext("The bank asks; please answer at the payment provider."),
    "warning_under_review": lambda: gettext("The bank looks at our answer to its question."),
    "needs_response": lambda: gettext("Please answer at the payment provider."),
    "under_review": lambda: gettext("The bank looks at our answer."),
    "lost": lambda: gettext("Lost: the bank has paid the shopper."),
}

_FAILURES: dict[str, Callable[[], str]] = {
    "no_payment": lambda: gettext("No payment of the order has room for it."),
    "gateway_without_refunds": lambda: gettext("Another provider took the payment, and we cannot refund through it."),
    "method_without_refunds": lambda: gettext("The way it was paid knows no refunds."),
    "method_refunds_whole_only": lambda: gettext("The way it was paid knows refunds of the whole amount only."),
    "paid_after_all": lambda: gettext("The refund in whose place it stood was paid after all."),
    "no_room": lambda: gettext("Of its payment too much has been refunded or taken back meanwhile."),
    "partly_charged_back": lambda: gettext(
        "The buyer's bank has paid a part of it, because a dispute was lost. The rest is owed by itself."
    ),
    "reinstated": lambda: gettext("The bank had paid it in a dispute, and has given the money back to the shop."),
    "set_off_undone": lambda: gettext("It had been set off against money that did not stay with the buyer."),
    "declined_by_us": lambda: gettext("It was declined here."),
    "lost_or_stolen_card": lambda: gettext("The card was lost or stolen."),
    "expired_or_canceled_card": lambda: gettext("The card has expired or was cancelled."),
    "charge_for_pending_refund_disputed": lambda: gettext("The buyer's bank disputed the payment meanwhile."),
    "insufficient_funds": lambda: gettext("The balance at the payment provider was too low."),
    "declined": lambda: gettext("The bank declined it."),
    "merchant_request": lambda: gettext("It was cancelled at the payment provider at the shop's request."),
    "unknown": lambda: gettext("The provider gives no reason."),
}
