"""What the tests of store credit share: an account with something on it, and what it holds."""

from returns.actions.credits import issue, spend
from returns.actions.record import record
from returns.actions.refunds import told
from returns.models import SYSTEM, Account, CreditAccount, Order, Originator, Refund, RefundLine, Spending, Transfer
from tests.people import JANA_EMAIL, NOW, asked

SHOP = SYSTEM


def filled(order: Order, amount: int, bonus: int = 0) -> CreditAccount:
    """An account that a return of this order, which is open already, has filled with this."""
    account, _new = CreditAccount.objects.get_or_create(
        email=JANA_EMAIL, currency=order.currency, defaults={"opened_at": NOW}
    )
    rma = order.rmas.first() or asked(order)
    refund = Refund.objects.create(
        order=order,
        payment=order.payments.get(),
        rma=rma,
        credit=account,
        bonus=bonus,
        originator=Originator.RMA,
        amount=amount,
        currency=order.currency,
        decided_at=NOW,
        updated_at=NOW,
        next_try_at=NOW,
    )
    refund.lines.create(kind=RefundLine.Kind.GOODS, item=rma.items.first(), amount=amount)
    decided = told("refund.decided", refund, parts={"goods": amount}, by=SYSTEM, at=NOW)
    record(decided, issue(refund, by=SYSTEM, at=NOW))
    return account


def spent(amount: int, reference: str = "B-1", *, email: str = JANA_EMAIL, currency: str = "EUR") -> Spending:
    return spend(email, currency, amount=amount, reference=reference, by=SHOP, at=NOW)


def left(account: CreditAccount) -> int:
    return Transfer.objects.of_holder(account).balance(Account.STORE_CREDIT)
