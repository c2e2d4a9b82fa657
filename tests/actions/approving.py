"""What the tests of the second pair of eyes share: what may wait for it, and ways to agree and to refuse."""

from datetime import datetime

from returns.actions import approvals, goodwill, receiving
from returns.actions.receiving import Count
from returns.actions.requests import Wish
from returns.importing.data import PaymentData
from returns.models import (
    RMA,
    Event,
    Order,
    Refund,
    User,
)
from tests.actions.refunding import LATER
from tests.people import NOW, WANDA_EMAIL, asked, bought, jana_order, promised


def arrived(rma: RMA, at: datetime = NOW) -> None:
    """All that was asked for, as good as new, counted by a Wanda who can sign in."""
    counts = [Count(item.line.line_id, fine=item.quantity) for item in rma.items.select_related("line")]
    receiving.receive(rma, counts, by=User.objects.get(email=WANDA_EMAIL).actor, at=at)


def seen(refund: Refund) -> int:
    return Event.objects.version(refund.order_id)


def agree(refund: Refund, user: User, **how) -> None:
    approvals.approve(refund, **{"seen": seen(refund), "by": user.actor, "at": LATER, **how})


def refuse(refund: Refund, user: User, **how) -> None:
    approvals.decline(refund, **{"seen": seen(refund), "by": user.actor, "at": LATER, "note": "No.", **how})


def grant(user: User, amount: int, order: Order | None = None, **how) -> Refund:
    told = {"reason": "loyalty", "note": "kind", "by": user.actor, "at": NOW, **how}
    granted = goodwill.grant(order or bought(), amount=amount, **told)
    return granted.refunds.get()


def unsendable(*, also: tuple[PaymentData, ...] = ()) -> Order:
    """Jana paid in cash at a till, which knows no refunds."""
    left = 29_990 - sum(payment.captured for payment in also)
    return bought(jana_order(payments=(PaymentData("pi_till", left, "EUR", method="oxxo"), *also)))


def back(units: int = 3) -> Refund:
    """T-shirts of Jana's at 96.72, counted at the bench."""
    promised()
    arrived(asked(bought(), Wish("1", units)))
    return Refund.objects.get()


def kinds() -> list[str]:
    return [event.kind for event in Event.objects.all()]
