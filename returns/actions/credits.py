"""Store credit: given for what came back, and spent in the shop. What is on an account the journal says."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Sum

from returns.actions.parts import Part
from returns.actions.record import noted, record
from returns.actions.refunds import decide, told
from returns.actions.refusals import Refused
from returns.models import (
    RMA,
    Account,
    Actor,
    CreditAccount,
    Event,
    Order,
    Originator,
    Receipt,
    Refund,
    RefundState,
    Spending,
    Transfer,
)
from returns.models.orders import normal_email


@transaction.atomic(savepoint=False)
def owe_credit(
    rma: RMA, parts: Sequence[Part], *, bonus: int, before: int, receipt: Receipt | None, by: Actor, at: datetime
) -> list[Event]:
    """Give these parts of a locked RMA as store credit, at once unless others must agree first.

    It takes up the room of the payments as money would; what none has room for is owed as money, for a person to pay.
    `bonus` is all that the return is to bring by now on top, in minor units; what it brought already is taken off, or
    what came `before` with goods of which some may have been paid as money.
    """
    account, _new = CreditAccount.objects.get_or_create(
        email=normal_email(rma.order.email), currency=rma.order.currency, defaults={"opened_at": at}
    )
    given = rma.refunds.aggregate(bonus=Sum("bonus", default=0))["bonus"]
    about: dict[str, Any] = {"originator": Originator.RMA, "rma": rma, "receipt": receipt, "credit": account}
    events = decide(rma.order, parts, bonus=max(0, bonus - max(given, before)), **about, by=by, at=at)
    refunds = [event.refund for event in events if event.kind == "refund.decided"]
    credited = [refund for refund in refunds if refund and refund.credit and refund.state == RefundState.DUE]
    return events + [issue(refund, by=by, at=at) for refund in credited]


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
