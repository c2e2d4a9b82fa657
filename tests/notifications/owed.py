"""One letter of every kind, owed by what really happens to Jana's return."""

from collections.abc import Callable
from datetime import datetime, timedelta

from returns.actions import (
    applying,
    conversation,
    decisions,
    goodwill,
    missing,
    other_ways,
    photos,
    receiving,
    sending,
    shipping,
    upkeep,
    valuing,
)
from returns.actions.receiving import Count
from returns.actions.requests import Wish
from returns.gateways.gateway import Remote
from returns.importing.data import OrderData
from returns.models import RMA, SHOPPER, Actor, Event, Letter, Refund, Role, User, Valuation
from tests.people import NOW, asked, bought, jana_order, promised, trusting
from tests.pictures import sent

BOB = Actor("staff", "2", "Bob")
WANDA = Actor("user", "1", "Wanda")
SOON = NOW + timedelta(hours=1)
LATE = NOW + timedelta(days=60)  # the window has passed, and the law's as well
NOTE = "The shirt was worn.\n{{ shop }} %(note)s <b>{% now 'Y' %}</b>"


def owed(kind: str, data: OrderData | None = None) -> Letter:
    """The letter of this kind, after what makes it owed has happened."""
    HAPPENS[kind](data or jana_order())
    return Letter.objects.select_related("event__order", "event__refund", "rma__order").get(kind=kind)


def _label(data: OrderData) -> RMA:
    promised()
    return asked(bought(data), Wish("1", 2, "too_small"), Wish("2", 1))


def _referred(data: OrderData) -> RMA:
    promised()
    return asked(bought(data), Wish("1", 2, "too_small"), at=LATE)


def _rejected(data: OrderData) -> RMA:
    return decisions.reject(_referred(data), by=BOB, at=LATE, note=NOTE)


def _message(data: OrderData) -> RMA:
    return conversation.ask_back(_referred(data), by=BOB, at=LATE, text=NOTE)


def _fee(data: OrderData) -> RMA:
    return decisions.deduct(_referred(data), fees={"1": 500}, note=NOTE, by=BOB, at=LATE)


def _valued(data: OrderData) -> RMA:
    receiving.receive(_label(data), [Count("1", fine=1, damaged=1, grade="D")], by=WANDA, at=SOON)
    seen = [photos.keep(sent(), had=())]
    return valuing.value(Valuation.objects.get(), loss=3_000, reason=NOTE, pictures=seen, by=BOB, at=SOON)


def _received(data: OrderData) -> RMA:
    rma = _label(data)
    counts = [Count("1", fine=1, wrong=1), Count("2", damaged=1, extra=1)]
    receiving.receive(rma, counts, by=WANDA, at=SOON)
    return rma


def _rest_missing(data: OrderData) -> None:
    rma = _label(data)
    receiving.receive(rma, [Count("2", fine=1)], by=WANDA, at=SOON)
    missing.expect_no_more(rma, note="Internal: the shopper lost it", by=BOB, at=SOON)


def _refund(status: str, failure_reason: str = "") -> Callable[[OrderData], None]:
    def happens(data: OrderData) -> None:
        _received(data)
        refund = _claimed()
        about = {"failure_reason": failure_reason, "payment": refund.payment.reference if refund.payment else ""}
        told = Remote("re_1", status, refund.amount, refund.currency, refund.public_id, **about)
        applying.apply(refund, told, at=SOON)

    return happens


def _paid_otherwise(data: OrderData) -> None:
    """Through the shopper's bank account, after the card did not take it."""
    _refund("failed", failure_reason="expired_or_canceled_card")(data)
    refund = Refund.objects.get()
    people = [User.objects.create_user(f"{name}@shop.example", name=name, role=Role.MANAGER) for name in ("ann", "bea")]
    one, other = (user.actor for user in people)
    version = Event.objects.version
    seen = version(refund.order_id)
    other_ways.prepare(refund, way="transfer", evidence="VS 2026-17", seen=seen, by=one, at=SOON)
    other_ways.confirm(refund, seen=version(refund.order_id), by=other, at=SOON)


def _claimed() -> Refund:
    """As a worker has it that is about to call the provider."""
    refund = Refund.objects.get()
    refund.claim()
    refund.lease_until = SOON + sending.LEASE
    refund.save()
    return refund


def _credited(data: OrderData) -> None:
    promised(resolutions=["credit"], credit_bonus_percent=5)
    wishes = Wish("1", 2, "too_small", "credit"), Wish("2", 1, resolution="credit")
    rma = asked(bought(data), *wishes)
    receiving.receive(rma, [Count("1", fine=1), Count("2", fine=1)], by=WANDA, at=SOON)


def _kept(data: OrderData) -> None:
    promised(resolutions=["keep"], keep_up_to=100_000, currency=data.currency)
    asked(bought(data), Wish("1", 2, "too_small", "keep"), Wish("2", 1, resolution="keep"))


def _on_its_way(data: OrderData) -> None:
    shipping.carrier_news(
        _label(data),
        carrier="ppl",
        tracking_number="PPL123",
        status="in_transit",
        told_at=SOON,
        by=SHOPPER,
        at=SOON,
    )


def _expired(data: OrderData) -> None:
    _label(data)
    upkeep.expire_next(at=NOW + timedelta(days=40))


def _granted(data: OrderData) -> None:
    trusting()
    goodwill.grant(bought(data), amount=1_500, reason="loyalty", note="Internal: VIP", by=BOB, at=NOW)


def _reopened(data: OrderData) -> None:
    decisions.reopen(_rejected(data), by=BOB, at=LATE)


def _cancelled(data: OrderData) -> None:
    decisions.cancel(_label(data), by=SHOPPER, at=SOON)


def later(letter: Letter) -> datetime:
    return letter.event.at + timedelta(minutes=1)


HAPPENS: dict[str, Callable[[OrderData], object]] = {
    "referred": _referred,
    "rejected": _rejected,
    "message": _message,
    "fee": _fee,
    "value_loss": _valued,
    "reopened": _reopened,
    "cancelled": _cancelled,
    "expired": _expired,
    "label": _label,
    "on_its_way": _on_its_way,
    "received": _received,
    "rest_missing": _rest_missing,
    "goodwill": _granted,
    "refund_pending": _refund("pending"),
    "refund_needs_details": _refund("requires_action"),
    "refunded": _refund("succeeded"),
    "paid_otherwise": _paid_otherwise,
    "credited": _credited,
    "keep": _kept,
    "refund_failed": _refund("failed", failure_reason="expired_or_canceled_card"),
}
