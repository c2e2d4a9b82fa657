"""Goods that may be kept: no label, no parcel, and the money is owed with the yes."""

from datetime import timedelta
from typing import Any

import pytest

from returns.actions import decisions, sending, shipping
from returns.actions.receiving import Count
from returns.actions.refusals import Refused
from returns.actions.requests import Wish
from returns.actions.upkeep import close_next, expire_next
from returns.analytics import audit
from returns.models import RMA, SHOPPER, Event, Letter, Order, ParcelStatus, Refund, RMAState, Valuation
from tests.gateways.scripted import Scripted
from tests.people import BOB, NOW, arrived, asked, bought, jana_order, limited, promised

pytestmark = pytest.mark.django_db

MUG = 479
DAY = timedelta(days=1)


def keeping(up_to: int = 100_000, **terms: Any) -> None:
    promised(resolutions=["keep"], keep_up_to=up_to, currency="EUR", **terms)


def kept(line: str, units: int = 1, reason: str = "") -> Wish:
    return Wish(line, units, reason, "keep")


def kinds() -> list[str]:
    return list(Event.objects.exclude(rma=None).order_by("pk").values_list("kind", flat=True))


def stands(order: Order) -> tuple[str, list[int]]:
    return RMA.objects.get().state, [refund.amount for refund in order.refunds.all()]


def test_what_may_be_kept_is_owed_at_once_and_paid_without_a_parcel() -> None:
    keeping()
    rma = asked(bought(), kept("2"))
    assert stands(rma.order) == ("refund_due", [MUG])
    refund = Refund.objects.get()
    assert (refund.originator, refund.receipt, refund.rma, refund.proposed_by) == ("rma", None, rma, "")
    assert not rma.parcels.exists()
    sending.send_next(Scripted(), at=NOW)
    assert RMA.objects.get().state == RMAState.REFUNDED
    assert kinds() == [
        "rma.requested",
        "rma.approved",
        "rma.kept",
        "refund.decided",
        "rma.refund_owed",
        "refund.succeeded",
        "rma.refunded",
    ]
    assert list(Letter.objects.order_by("pk").values_list("kind", flat=True)) == ["keep", "refunded"]
    assert close_next(at=NOW + 40 * DAY)


def test_it_can_neither_be_called_off_nor_expire() -> None:
    keeping()
    rma = asked(bought(), kept("2"))
    with pytest.raises(Refused, match="not_cancellable"):
        decisions.cancel(rma, by=BOB, at=NOW)
    assert not expire_next(at=NOW + 400 * DAY)


def test_M11_the_delivery_comes_back_with_goods_that_are_kept() -> None:
    keeping()
    order = bought(jana_order(shipping_standard=495))
    asked(order, kept("1", 3), kept("2"))
    assert stands(order) == ("refund_due", [29_495 + 495])


def test_an_agent_who_says_yes_later_says_the_same() -> None:
    keeping(faulty_photos=1)
    rma = asked(bought(), kept("2", 1, "faulty"))
    assert stands(rma.order) == ("in_review", [])
    decisions.approve(rma, by=BOB, at=NOW, note="broken")
    assert stands(rma.order) == ("refund_due", [MUG])
    assert not rma.parcels.exists()
    assert kinds()[-4:] == ["rma.approved", "rma.kept", "refund.decided", "rma.refund_owed"]


def test_what_waits_beside_it_does_not_hold_its_money_back() -> None:
    keeping(faulty_photos=1)
    rma = asked(bought(), kept("1"), kept("2", 1, "faulty"))
    assert stands(rma.order) == ("refund_due", [9_672])
    stripe = Scripted()
    sending.send_next(stripe, at=NOW)
    assert RMA.objects.get().shown_state == RMAState.IN_REVIEW
    decisions.approve(rma, by=BOB, at=NOW, note="broken")
    assert stands(rma.order) == ("refund_due", [9_672, MUG])
    assert Event.objects.filter(kind="rma.kept").last().data["lines"] == ["2"]  # type: ignore[union-attr]
    sending.send_next(stripe, at=NOW)
    assert RMA.objects.get().state == RMAState.REFUNDED


def test_what_is_refused_beside_it_while_it_is_under_way_does_not_keep_its_money() -> None:
    """The shopper did not wait for the answer."""
    promised(resolutions=["keep"], keep_up_to=100_000, currency="EUR", faulty_photos=1)
    rma = asked(bought(), Wish("2", 1, "", "keep"), Wish("1", 1, "faulty"))
    news = {"carrier": "ppl", "tracking_number": "X1", "status": ParcelStatus.IN_TRANSIT}
    shipping.carrier_news(rma, **news, told_at=NOW, by=SHOPPER, at=NOW)
    decisions.reject(RMA.objects.get(), by=BOB, at=NOW, note="No fault.")
    assert Refund.objects.get().amount == 479
    sending.send_next(Scripted(), at=NOW)
    assert RMA.objects.get().state == RMAState.REFUNDED
    assert list(audit.asked(at=NOW)) == []


def test_beside_goods_that_are_sent_it_is_paid_with_the_first_parcel() -> None:
    keeping()
    rma = asked(bought(), Wish("1", 2), kept("2"))
    assert stands(rma.order) == ("label_ready", [])
    arrived(rma, Count("1", fine=1))
    assert stands(rma.order) == ("refund_due", [9_672 + MUG])
    arrived(rma, Count("1", fine=1))
    stripe = Scripted()
    assert sending.send_next(stripe, at=NOW)
    assert sending.send_next(stripe, at=NOW)
    assert stands(rma.order) == ("refunded", [9_672 + MUG, 9_672])


@pytest.mark.parametrize("yes", [True, False])
def test_what_is_to_be_sent_may_wait_for_an_agent(yes: bool) -> None:
    keeping(faulty_photos=1)
    rma = asked(bought(), kept("2"), Wish("1", 1, "faulty"))
    assert stands(rma.order) == ("approved", [])
    if yes:
        decisions.approve(rma, by=BOB, at=NOW, note="broken")
        assert stands(rma.order) == ("label_ready", [])
        arrived(rma, Count("1", damaged=1))
        assert stands(rma.order) == ("refund_due", [MUG + 9_672])
    else:
        decisions.reject(rma, by=BOB, at=NOW, note="it was worn")
        assert stands(rma.order) == ("refund_due", [MUG])


def test_goods_that_are_sent_all_the_same_bring_nothing_more() -> None:
    keeping()
    rma = asked(bought(), kept("1", 2))
    arrived(rma, Count("1", fine=1))
    arrived(rma, Count("1", fine=1, extra=1))
    assert [refund.amount for refund in rma.order.refunds.all()] == [19_344]


def test_above_the_limit_a_second_person_agrees_first() -> None:
    keeping()
    limited(automatic=100)
    rma = asked(bought(), kept("2"))
    assert (Refund.objects.get().state, RMA.objects.get().state) == ("awaiting_approval", "refund_due")
    assert rma.refunds.count() == 1


def test_what_may_be_kept_and_comes_back_damaged_has_lost_nothing() -> None:
    keeping()
    rma = asked(bought(), kept("2"))
    sending.send_next(Scripted(), at=NOW)
    arrived(rma, Count("2", damaged=1, grade="E"))
    assert not Valuation.objects.exists()
    assert (stands(rma.order), RMA.objects.get().answer_by) == ((RMAState.REFUNDED, [MUG]), None)
    assert not list(audit.asked(at=NOW))
