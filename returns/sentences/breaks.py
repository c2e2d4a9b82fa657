"""What does not agree with the provider's books, for staff."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext

from returns.sentences.writing import money

Values = Mapping[str, Any]


def of_break(kind: str, values: Values) -> str:
    """What differs, with its numbers, and what a person is to do where the system cannot."""
    sentence = _BREAKS.get(kind)
    return sentence(values) if sentence else gettext("Something does not agree with the payment provider's books.")


def _told(values: Values) -> dict[str, Any]:
    """The values, with amounts as money."""
    currency = values.get("currency", "")
    amounts = ("amount", "captured", "elsewhere", "above", "rest")
    written = {name: money(values[name], currency) for name in amounts if name in values}
    return {**values, **written}


def _remote_differs(values: Values) -> str:
    return gettext("%(ours)s are refunded by our books; the provider's refund %(remote)s says %(theirs)s.") % {
        "ours": money(values["amount"], values["currency"]),
        "remote": values["remote"],
        "theirs": money(values["remote_amount"], values["remote_currency"]),
    }


def _payout_differs(values: Values) -> str:
    if values["rest"]:
        return gettext("The lines of payout %(payout)s do not add up: %(rest)s are left.") % _told(values)
    listed = ", ".join(values["refunds"])
    return gettext("Payout %(payout)s holds other amounts than our books for these refunds: %(listed)s.") % {
        "payout": values["payout"],
        "listed": listed,
    }


def _moment(written: str) -> str:
    return date_format(localtime(datetime.fromisoformat(written)), "SHORT_DATETIME_FORMAT")


def _behind(values: Values) -> str:
    return gettext(
        "The payment provider's events have not been readable since %(since)s. No refund is sent until they are."
    ) % {"since": _moment(values["since"])}


def _not_compared(values: Values) -> str:
    return gettext(
        "Our refunds have not been compared with all of the payment provider's since %(since)s. "
        "Please run “manage.py reconcile”, which says why."
    ) % {"since": _moment(values["since"])}


_BREAKS: dict[str, Callable[[Values], str]] = {
    "external_refund": lambda v: (
        gettext(
            "%(amount)s of order %(order)s were refunded at the payment provider (%(remote)s). "
            "Please check whether an open return owes the same."
        )
        % _told(v)
    ),
    "external_failed": lambda v: (
        gettext(
            "%(amount)s of order %(order)s that were refunded at the payment provider (%(remote)s) did not reach the "
            "shopper. By our books nobody owes them: please find out whether the shopper should still have them."
        )
        % _told(v)
    ),
    "another_currency": lambda v: (
        gettext(
            "%(amount)s of order %(order)s were refunded at the payment provider (%(remote)s), and it was paid in "
            "%(paid_in)s. Our books do not count them: please check what the order is still owed."
        )
        % _told(v)
    ),
    "dispute_in_another_currency": lambda v: (
        gettext(
            "The buyer's bank disputes %(amount)s of order %(order)s, which was paid in %(paid_in)s: our books cannot "
            "count what it takes (%(dispute)s). Refunds of this payment wait until you have checked it."
        )
        % _told(v)
    ),
    "forgotten_refund": lambda v: (
        gettext(
            "%(amount)s of order %(order)s had been refunded (%(remote)s) when the database was restored. "
            "Refunds of this payment wait until you have checked that nothing is paid twice."
        )
        % _told(v)
    ),
    "unknown_refund": lambda v: (
        gettext("The provider has a refund of ours over %(amount)s (%(remote)s) of a payment that no order names.")
        % _told(v)
    ),
    "room_taken": lambda v: (
        gettext(
            "A refund of %(amount)s cannot be sent: of the %(captured)s paid, %(elsewhere)s were refunded elsewhere."
        )
        % _told(v)
    ),
    "above_captured": lambda v: (
        gettext("%(above)s more than the %(captured)s that were paid are refunded or on their way.") % _told(v)
    ),
    "remote_differs": _remote_differs,
    "unknown_status": lambda v: (
        gettext("The provider gives refund %(remote)s a state that we do not know: %(status)s.") % v
    ),
    "state_differs": lambda v: (
        gettext("Refund %(remote)s is %(state)s in our books and %(status)s at the payment provider.") % v
    ),
    "phantom": lambda v: (
        gettext("Our books have a refund of %(amount)s (%(remote)s) that the payment provider does not have.")
        % _told(v)
    ),
    "idempotency_error": lambda v: (
        gettext(
            "A refund was sent twice with different contents under one key (%(key)s). "
            "It waits until you have checked it at the payment provider."
        )
        % v
    ),
    "unknown_answer": lambda v: (
        gettext(
            "The payment provider answered a refund of %(amount)s in a way that we do not know: %(answer)s. "
            "It waits until you have checked it there; then it is looked for before it is sent again."
        )
        % _told(v)
    ),
    "late_success": lambda v: (
        gettext(
            "%(amount)s of order %(order)s may have been paid twice: the payment provider has this refund although it "
            "was given up, or more than once. Please check what the shopper has."
        )
        % _told(v)
    ),
    "insufficient_funds": lambda v: (
        gettext("A refund of %(amount)s waits for money: please top up the balance at the payment provider.") % _told(v)
    ),
    "stuck": lambda v: (
        gettext("For more than an hour nobody has known what became of a refund of %(amount)s.") % _told(v)
    ),
    "put_off": lambda v: (
        gettext("For more than a day the payment provider has put off a refund of %(amount)s; we go on trying.")
        % _told(v)
    ),
    "disputed": lambda v: (
        gettext("The buyer's bank disputes %(amount)s of order %(order)s. Its refunds wait for the end of the dispute.")
        % _told(v)
    ),
    "paid_twice": lambda v: (
        gettext(
            "The shopper has %(above)s more than the %(captured)s paid for order %(order)s: refunded, and taken by "
            "the bank in dispute %(dispute)s. What this order owes later is set against it; "
            "please settle the rest with the shopper."
        )
        % _told(v)
    ),
    "not_given_back": lambda v: (
        gettext(
            "Dispute %(dispute)s of order %(order)s is over, and the bank still has %(amount)s of it. "
            "Refunds that have no other room wait for it: please ask the payment provider where the money is."
        )
        % _told(v)
    ),
    "reinstated": lambda v: (
        gettext(
            "The bank has given back what it took in dispute %(dispute)s, with which %(amount)s of order %(order)s "
            "had been settled. Please find another way to pay it to the shopper."
        )
        % _told(v)
    ),
    "set_off_undone": lambda v: (
        gettext(
            "%(amount)s of order %(order)s had been set off against money that did not stay with the shopper. "
            "Please find another way to pay it to the shopper."
        )
        % _told(v)
    ),
    "unreadable": lambda v: (
        gettext(
            "The payment provider tells of %(remote)s in a way that we do not know (%(why)s). "
            "What of ours it is about waits until you have checked it there."
        )
        % v
    ),
    "payout_differs": _payout_differs,
    "behind": _behind,
    "not_compared": _not_compared,
    "dead_event": lambda v: (
        gettext("News of the payment provider could not be worked: %(event)s about %(object)s (%(error)s).") % v
    ),
    "dead_letter": lambda v: gettext("A letter could not be sent: %(letter)s (%(error)s).") % v,
}
