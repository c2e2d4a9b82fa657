"""What time does by itself, and what carriers tell."""

from datetime import timedelta

import pytest

from returns.actions import decisions, goodwill, missing, sending, shipping
from returns.actions.once import once
from returns.actions.receiving import Count
from returns.actions.refusals import Refused
from returns.actions.requests import Wish
from returns.actions.upkeep import close_next, expire_next, forget_answers
from returns.importing.data import LineData
from returns.models import RMA, SYSTEM, Answered, Event, Letter, ParcelStatus, ReturnParcel, RMAState
from tests.gateways.scripted import Scripted
from tests.people import BOB, NOW, SHIRT, arrived, asked, bought, jana_order, late_order, promised, trusting

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def state_of(rma: RMA) -> str:
    return RMA.objects.get(pk=rma.pk).state


def mixed() -> RMA:
    """A shirt goes on; a mug made to order waits for an agent."""
    promised()
    mug = LineData("2", "Mug", 1, 495, final_sale=True, exception="c")
    return asked(bought(jana_order(lines=(SHIRT, mug))), Wish("1", 1), Wish("2", 1))


# --- expiry -------------------------------------------------------------------------------------


def test_a_return_that_nobody_sent_expires_after_thirty_days_and_frees_its_units():
    promised()
    order = bought()
    rma = asked(order, Wish("1", 3))
    assert expire_next(at=NOW + 30 * DAY + timedelta(hours=10, minutes=59)) is False  # the shop's day is not over
    assert expire_next(at=NOW + 30 * DAY + timedelta(hours=11)) is True
    assert state_of(rma) == RMAState.EXPIRED
    assert Letter.objects.filter(kind="expired").count() == 1
    assert expire_next(at=NOW + 99 * DAY) is False
    assert asked(order, Wish("1", 3)).items.get().share == 29_016


def test_what_is_under_way_arrived_or_in_review_does_not_expire():
    promised()
    order = bought()
    sent, here = asked(order, Wish("1", 1)), asked(order, Wish("1", 1))
    asked(late_order(), Wish("1", 1))
    dispatch(sent)
    arrived(here, Count("1", missing=1))
    assert expire_next(at=NOW + 99 * DAY) is False


def test_while_an_item_waits_for_an_agent_the_rest_does_not_expire():
    rma = mixed()
    assert expire_next(at=NOW + 99 * DAY) is False
    decisions.approve(rma, by=BOB, at=NOW + 40 * DAY, note="sorry for the wait")
    assert expire_next(at=NOW + 70 * DAY) is False
    assert expire_next(at=NOW + 71 * DAY) is True


# --- closing ------------------------------------------------------------------------------------


def test_a_refunded_return_closes_after_thirty_quiet_days():
    promised()
    rma = asked(bought(), Wish("1", 1))
    arrived(rma)
    sending.send_next(Scripted(), at=NOW)
    assert close_next(at=NOW + 30 * DAY) is False
    assert close_next(at=NOW + 30 * DAY + timedelta(seconds=1)) is True
    assert (state_of(rma), close_next(at=NOW + 99 * DAY)) == (RMAState.CLOSED, False)


def test_a_return_of_which_nothing_is_owed_closes_too():
    trusting()
    promised()
    rma = asked(bought(), Wish("1", 1))
    goodwill.grant(rma.order, amount=5, reason="loyalty", note="kind", by=BOB, at=NOW, rma=rma)
    arrived(rma, Count("1", wrong=1))
    assert close_next(at=NOW + 31 * DAY) is False
    sending.send_next(Scripted(), at=NOW)
    assert close_next(at=NOW + 31 * DAY) is True


def part_of_cheap_goods() -> RMA:
    """One of three cups has arrived, and the way back costs more than it did."""
    promised(currency="EUR", return_fee=499)
    cups = LineData("1", "Cup", 3, 400, kind="homeware")
    rma = asked(bought(jana_order(lines=(cups,), discounts=())), Wish("1", 3))
    arrived(rma, Count("1", fine=1))
    return rma


def test_a_return_of_which_units_are_outstanding_does_not_close_though_nothing_is_owed():
    rma = part_of_cheap_goods()
    assert (state_of(rma), rma.refunds.count()) == (RMAState.RECEIVED, 0)
    assert close_next(at=NOW + 31 * DAY) is False
    arrived(rma, Count("1", fine=2), at=NOW + 32 * DAY)
    assert rma.refunds.get().amount == 1_200 - 499


def test_once_the_outstanding_units_are_given_up_it_closes():
    rma = part_of_cheap_goods()
    missing.expect_no_more(rma, note="Lost.", by=BOB, at=NOW)
    assert close_next(at=NOW + 31 * DAY) is True


def test_what_the_shopper_keeps_is_not_outstanding():
    promised(resolutions=["keep"], keep_up_to=100_000, currency="EUR", return_fee=499)
    cups = (LineData("1", "Cup", 1, 200, kind="homeware"), LineData("2", "Plate", 1, 200, kind="homeware"))
    rma = asked(bought(jana_order(lines=cups, discounts=())), Wish("1", 1, "", "keep"), Wish("2", 1))
    arrived(rma, Count("2", fine=1))
    assert (state_of(rma), close_next(at=NOW + 31 * DAY)) == (RMAState.RECEIVED, True)


@pytest.mark.parametrize("status", ["failed", "pending", "requires_action"])
def test_a_return_with_money_still_open_does_not_close(status):
    promised()
    arrived(asked(bought(), Wish("1", 1)))
    sending.send_next(Scripted(status), at=NOW)
    assert close_next(at=NOW + 999 * DAY) is False


def test_a_return_with_goodwill_still_open_does_not_close():
    trusting()
    promised()
    rma = asked(bought(), Wish("1", 1))
    arrived(rma)
    sending.send_next(Scripted(), at=NOW)
    goodwill.grant(rma.order, amount=5, reason="loyalty", note="kind", by=BOB, at=NOW, rma=rma)
    assert (state_of(rma), close_next(at=NOW + 999 * DAY)) == (RMAState.REFUNDED, False)


def test_a_return_with_an_item_that_waits_for_an_agent_does_not_close():
    rma = mixed()
    arrived(rma, Count("1", missing=1))
    assert (state_of(rma), close_next(at=NOW + 999 * DAY)) == (RMAState.RECEIVED, False)


# --- carriers -----------------------------------------------------------------------------------


def dispatch(rma: RMA, *, number: str = "DHL 1", status: str = "in_transit", told_at=NOW) -> ReturnParcel:
    return shipping.carrier_news(
        rma, carrier="dhl", tracking_number=number, status=status, told_at=told_at, by=SYSTEM, at=NOW
    )


def labelled() -> RMA:
    promised()
    return asked(bought(), Wish("1", 1))


def kinds(rma: RMA) -> list[str]:
    return [event.kind for event in Event.objects.timeline(rma)][3:]


def test_a_tracking_number_sends_the_return_on_its_way():
    rma = labelled()
    dispatch(rma, number=" DHL 1 ")
    assert (state_of(rma), kinds(rma)) == (RMAState.IN_TRANSIT, ["parcel.dispatched"])
    assert rma.parcels.get(carrier="dhl").tracking_number == "DHL 1"
    assert Letter.objects.filter(kind="on_its_way").count() == 1


def test_the_same_news_again_and_old_news_change_nothing():
    rma = labelled()
    dispatch(rma, status="delivered")
    dispatch(rma, status="delivered", told_at=NOW + DAY)
    dispatch(rma, status="in_transit", told_at=NOW - DAY)
    assert kinds(rma) == ["parcel.dispatched"]
    assert rma.parcels.get(carrier="dhl").status == ParcelStatus.DELIVERED


def test_later_news_is_told_and_the_return_stays_on_its_way():
    rma = labelled()
    dispatch(rma)
    dispatch(rma, status="delivered", told_at=NOW + DAY)
    assert (state_of(rma), kinds(rma)) == (RMAState.IN_TRANSIT, ["parcel.dispatched", "parcel.updated"])


def test_a_second_parcel_may_come_after_the_first_was_received():
    rma = labelled()
    arrived(rma)
    dispatch(rma, number="2")
    assert (state_of(rma), kinds(rma)[-1]) == (RMAState.REFUND_DUE, "parcel.updated")


def test_no_parcel_is_sent_before_approval_or_without_a_number():
    with pytest.raises(Refused, match="rma_not_sendable"):
        dispatch(asked(late_order(), Wish("1", 1)))
    with pytest.raises(Refused, match="tracking_number_missing"):
        dispatch(labelled(), number="  ")


# --- answers ------------------------------------------------------------------------------------


def test_answers_are_forgotten_after_three_days_but_for_ever_kept_where_they_moved_money():
    once("page", "k", {}, lambda: (200, {}), at=NOW)
    once("money:1", "k", {}, lambda: (201, {}), at=NOW)
    forget_answers(at=NOW + 3 * DAY)
    assert Answered.objects.count() == 2
    forget_answers(at=NOW + 3 * DAY + timedelta(seconds=1))
    assert Answered.objects.get().scope == "money:1"
