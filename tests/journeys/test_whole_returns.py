"""Whole returns, from the order to the money and the end, by the verbs alone."""

from datetime import timedelta

import pytest

from returns.actions import decisions, provider, sending, shipping
from returns.actions.credits import spend
from returns.actions.receiving import Count
from returns.actions.refusals import Refused
from returns.actions.requests import Wish
from returns.actions.upkeep import close_next, expire_next
from returns.gateways.gateway import Unanswered
from returns.importing.data import LineData
from returns.models import (
    RMA,
    SHOPPER,
    Account,
    CreditAccount,
    Event,
    GatewayEvent,
    Letter,
    Refund,
    RefundState,
    RMAState,
    Transfer,
)
from tests.gateways.scripted import Scripted
from tests.people import BOB, NOW, SHIRT, arrived, asked, bought, jana_order, promised, trusting

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def kinds(rma: RMA) -> list[str]:
    return [event.kind for event in Event.objects.timeline(rma)]


def test_jana_sends_everything_back_in_two_parcels_and_gets_every_cent():
    promised()
    order = bought()
    rma = asked(order, Wish("1", 3, "too_small"), Wish("2", 1))
    shipping.carrier_news(
        rma, carrier="dhl", tracking_number="1", status="in_transit", told_at=NOW, by=SHOPPER, at=NOW + DAY
    )
    stripe = Scripted(Unanswered("connection lost"), "pending")

    arrived(rma, Count("1", fine=1, damaged=1), at=NOW + 3 * DAY)
    sending.send_next(stripe, at=NOW + 3 * DAY)
    sending.send_next(stripe, at=NOW + 4 * DAY)
    first = Refund.objects.get()
    assert first.state == RefundState.PENDING
    assert first.gateway_id is not None
    stripe.settle(first.gateway_id, "succeeded")
    GatewayEvent.objects.create(
        id="evt_1", kind="refund.updated", object_id=first.gateway_id, received_at=NOW, next_try_at=NOW
    )
    provider.work_next_event(stripe, at=NOW + 5 * DAY)
    assert RMA.objects.get().state == RMAState.RECEIVED

    arrived(rma, Count("1", fine=1), Count("2", fine=1), at=NOW + 6 * DAY)
    sending.send_next(stripe, at=NOW + 6 * DAY)
    assert RMA.objects.get().state == RMAState.REFUNDED
    assert Refund.objects.succeeded().total() == sum(line.paid for line in order.lines.all()) == 29_495
    assert close_next(at=NOW + 40 * DAY) is True

    assert kinds(rma) == [
        "rma.requested",
        "rma.approved",
        "label.created",
        "parcel.dispatched",
        "receipt.recorded",
        "refund.decided",
        "rma.refund_owed",
        "refund.pending",
        "refund.succeeded",
        "rma.partly_refunded",
        "receipt.recorded",
        "refund.decided",
        "rma.refund_owed",
        "refund.succeeded",
        "rma.refunded",
        "rma.closed",
    ]
    assert list(Letter.objects.order_by("pk").values_list("kind", flat=True)) == [
        "label",
        "on_its_way",
        "received",
        "refund_pending",
        "refunded",
        "received",
        "refunded",
    ]


def test_jana_keeps_a_mug_and_gives_the_shirts_for_credit_which_she_spends():
    promised(resolutions=["credit", "keep"], credit_bonus_percent=5, keep_up_to=1_000, currency="EUR")
    order = bought(jana_order(shipping_standard=495))
    stripe = Scripted()
    mug = asked(order, Wish("2", 1, "changed_mind", "keep"))
    sending.send_next(stripe, at=NOW)
    assert kinds(mug)[1:] == [
        "rma.approved",
        "rma.kept",
        "refund.decided",
        "rma.refund_owed",
        "refund.succeeded",
        "rma.refunded",
    ]
    shirts = asked(order, Wish("1", 3, "too_small", "credit"))
    arrived(shirts, Count("1", fine=2), at=NOW + 3 * DAY)
    arrived(shirts, Count("1", fine=1), at=NOW + 6 * DAY)
    while sending.send_next(stripe, at=NOW + 7 * DAY):
        pass
    assert [rma.state for rma in RMA.objects.all()] == [RMAState.REFUNDED, RMAState.REFUNDED]

    money = sum(made.amount for made in stripe.books.values())
    credit = Refund.objects.exclude(credit=None)
    assert money + credit.total() == order.payments.get().captured
    assert (money, credit.total()) == (479 + 495, 29_016)  # goods to keep and the delivery; the shirts
    account = CreditAccount.objects.get()
    assert Transfer.objects.of_holder(account).balance(Account.STORE_CREDIT) == 29_016 + 1_450
    spend(order.email, "EUR", amount=30_466, reference="B-1", by=SHOPPER, at=NOW + 8 * DAY)
    with pytest.raises(Refused, match="credit_too_low"):
        spend(order.email, "EUR", amount=1, reference="B-2", by=SHOPPER, at=NOW + 8 * DAY)
    assert close_next(at=NOW + 60 * DAY)
    assert close_next(at=NOW + 60 * DAY)
    with pytest.raises(Refused, match="quantity_too_many"):
        asked(order, Wish("2", 1))


def test_a_mug_made_to_order_waits_is_accepted_with_goodwill_expires_and_comes_after_all():
    trusting()
    promised()
    mug = LineData("2", "Mug", 2, 1_000, final_sale=True, exception="c")
    order = bought(jana_order(lines=(SHIRT, mug), discounts=()))
    rma = asked(order, Wish("2", 2))
    assert RMA.objects.get().state == RMAState.IN_REVIEW
    with pytest.raises(Refused, match="rma_not_receivable"):
        arrived(rma)

    decisions.approve_with_goodwill(rma, amount=300, note="the handle was crooked", by=BOB, at=NOW + DAY)
    stripe = Scripted()
    sending.send_next(stripe, at=NOW + DAY)
    assert expire_next(at=NOW + 32 * DAY) is True
    with pytest.raises(Refused, match="rma_not_receivable"):
        arrived(rma)

    late = NOW + 35 * DAY
    decisions.reopen(rma, by=BOB, at=late, note="it was at the post office")
    decisions.approve(rma, by=BOB, at=late, note="a late parcel is no loss of right")
    arrived(rma, Count("2", fine=1, missing=1), at=late)
    sending.send_next(stripe, at=late)
    assert RMA.objects.get().state == RMAState.REFUNDED
    assert [refund.amount for refund in rma.refunds.order_by("pk")] == [300, 1_000]

    arrived(rma, Count("2", damaged=1), at=late + DAY)
    sending.send_next(stripe, at=late + DAY)
    assert RMA.objects.get().state == RMAState.REFUNDED
    assert sum(made.amount for made in stripe.books.values()) == 2_300
    assert close_next(at=late + 40 * DAY) is True
    with pytest.raises(Refused, match="quantity_too_many"):
        asked(order, Wish("2", 1))
