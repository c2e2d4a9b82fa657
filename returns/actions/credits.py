"""Store credit: given for what came back, and spent in the shop. What is on an account the journal says."""

from datetime import datetime
from typing import Any

from django.db import transaction

from returns.actions.record import noted, record
from returns.actions.refunds import told
from returns.actions.refusals import Refused
from returns.models import Account, Actor, CreditAccount, Event, Order, Refund, Spending, Transfer


@transaction.atomic(savepoint=False)
def issue(refund: Refund, *, by: Actor, at: datetime) -> Event:
    """Put a refund that is due, and is of store credit, on its account, with its bonus: it has succeeded then.

    The caller has locked what the refund belongs to, and records the event.
    """
    refund.issue_credit()
    refund.updated_at = at
    refund.save()
    return told("refund.credited", refund, bonus=refund.bonus, account=refund.credit_id, by=by, at=at)


@transaction.atomic
def spend(email: str, currency: str, *, amount: int, reference: str, by: Actor, at: datetime) -> Spending:
    """Take `amount` minor units of a shopper's store credit for what the shop calls `reference`.

    The same again changes nothing and gives the same answer. Many at once wait for each other, so that the credit
    never goes below zero (money.md I-18). Raises Refused: `amount_invalid` below 1, `reference_missing`,
    `credit_unknown`, `reference_reused` for another amount, `credit_too_low`.
    """
    if type(amount) is not int or amount < 1:
        raise Refused("amount_invalid", field="amount")
    if not reference.strip():
        raise Refused("reference_missing", field="reference")
    account = CreditAccount.objects.locked().of_shopper(email, currency).first()
    if account is None:
        raise Refused("credit_unknown", field="email", currency=currency)
    if before := account.spendings.filter(reference=reference).first():
        return _the_same(before, amount)
    entries = Transfer.objects.of_holder(account)
    if amount > (left := entries.balance(Account.STORE_CREDIT)):
        raise Refused("credit_too_low", field="amount", left=left, currency=currency)
    spending = Spending.objects.create(account=account, reference=reference, amount=amount, spent_at=at)
    told: dict[str, Any] = {"amount": amount, "currency": currency, "account": account.pk, "reference": reference}
    record(noted("credit.spent", by=by, at=at, order=_filled_by(account), **told))
    return spending


def _the_same(before: Spending, amount: int) -> Spending:
    if before.amount != amount:
        raise Refused("reference_reused", field="reference", amount=before.amount)
    return before


def _filled_by(account: CreditAccount) -> Order:
    """The order whose return filled the account last: an event is of an order, and no other has to do with it."""
    filled = Transfer.objects.of_holder(account).filter(credited=Account.STORE_CREDIT).select_related("order")
    order = filled.latest("pk").order
    assert order
    return order
