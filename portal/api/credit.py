"""Store credit of shoppers: what is left of it, and spending it in the shop."""

from typing import Any

from django.utils import timezone
from ninja import Query, Router, Status

from portal.api import answers, schemas
from portal.api.keys import IdempotencyKey, Key, KeyedRequest, answered_for_ever
from portal.api.paging import Page, newest, refuse_unknown
from returns import representations as represent
from returns.actions.credits import spend
from returns.actions.once import Answer
from returns.models import Account, CreditAccount, Scope, Transfer

router = Router(tags=["credits"])


class Holder(Page):
    email: schemas.Email
    currency: schemas.Currency


@router.get(
    "/credits", auth=Key(Scope.CREDITS_READ), response={200: answers.Credit, answers.READING - {404}: answers.Error}
)
def get_credit(request: KeyedRequest, holder: Query[Holder]) -> dict[str, Any]:
    """What a shopper has left in a currency, and how it came about, newest first; 0 where there never was any.

    Needs `credits:read`.
    """
    refuse_unknown(request, holder)
    account = CreditAccount.objects.of_shopper(holder.email, holder.currency).first()
    entries = Transfer.objects.of_holder(account) if account else Transfer.objects.none()
    page, cursor = newest(entries.select_related("event", "order", "refund__rma"), "at", holder)
    return {
        "currency": holder.currency,
        "balance": entries.balance(Account.STORE_CREDIT),
        "entries": [represent.credit_entry(entry) for entry in page],
        "next_cursor": cursor,
    }


@router.post(
    "/credits/spendings",
    auth=Key(Scope.CREDITS_WRITE),
    response={201: answers.Spending, answers.WRITING - {404}: answers.Error},
)
def spend_credit(request: KeyedRequest, body: schemas.SpendingBody, idempotency_key: IdempotencyKey) -> Status[Any]:
    """Spend store credit, once for each reference: the same again gets the same answer. Needs `credits:write`."""

    def work() -> Answer:
        spent = spend(
            body.email,
            body.currency,
            amount=body.amount,
            reference=body.reference,
            by=request.auth.actor,
            at=timezone.now(),
        )
        return 201, represent.spending(spent, currency=body.currency)

    return answered_for_ever(request, idempotency_key, body, work)
