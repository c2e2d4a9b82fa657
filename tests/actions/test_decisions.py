"""An agent decides, looks again, calls off; and grants what policy does not give."""

from dataclasses import replace
from datetime import timedelta

import pytest

from returns.actions import decisions, goodwill, orders, sending
from returns.actions.receiving import Count
from returns.actions.refusals import Refused
from returns.actions.requests import ANSWER_WITHIN, Wish
from returns.actions.upkeep import expire_next
from returns.gateways.gateway import Rejected
from returns.importing.data import LineData
from returns.models import (
    RMA,
    SYSTEM,
    Event,
    Goodwill,
    ItemState,
    Letter,
    Originator,
    Refund,
    RefundState,
    ReturnParcel,
    RMAState,
)
from tests.gateways.scripted import Scripted
from tests.people import BOB, MUG, NOW, SHIRT, arrived, asked, bought, jana_order, late_order, promised, trusting

pytestmark = pytest.mark.django_db

DECISIONS = {
    "approve": lambda rma, **how: decisions.approve(rma, by=BOB, at=NOW, **{"note": "kind", **how}),
    "reject": lambda rma, **how: decisions.reject(rma, by=BOB, at=NOW, **{"note": "worn", **how}),
}


def waiting() -> RMA:
    """A shirt and a mug, both outside the window."""
    return asked(late_order(), Wish("1", 1), Wish("2", 1))


def mixed() -> RMA:
    """A shirt goes on; a mug made to order waits for an agent."""
    promised()
    mug = LineData("2", "Mug", 1, 495, final_sale=True, exception="c")
    return asked(bought(jana_order(lines=(SHIRT, mug))), Wish("1", 1), Wish("2", 1))


def now_of(rma: RMA) -> RMA:
    return RMA.objects.get(pk=rma.pk)


def states(rma: RMA) -> tuple[str, list[str]]:
    return now_of(rma).state, [item.state for item in rma.items.all()]


def kinds(rma: RMA) -> list[str]:
    return [event.kind for event in Event.objects.timeline(rma)]


# --- approving and rejecting --------------------------------------------------------------------


def test_an_approval_accepts_what_waits_and_makes_the_label():
    rma = waiting()
    decisions.approve(rma, by=BOB, at=NOW + timedelta(hours=1), note=" a loyal customer ")
    assert states(rma) == (RMAState.LABEL_READY, [ItemState.ACCEPTED] * 2)
    assert now_of(rma).approved_at == NOW + timedelta(hours=1)
    assert kinds(rma) == ["rma.requested", "rma.referred", "rma.approved", "label.created"]
    told = Event.objects.get(kind="rma.approved")
    assert (told.data, told.actor) == ({"lines": ["1", "2"], "note": "a loyal customer"}, BOB)
    assert ReturnParcel.objects.get().tracking_number == rma.number


def test_a_part_may_be_approved_and_the_rest_still_waits():
    rma = waiting()
    decisions.approve(rma, by=BOB, at=NOW, note="kind", lines=["2"])
    assert states(rma) == (RMAState.LABEL_READY, [ItemState.REFERRED, ItemState.ACCEPTED])
    assert now_of(rma).shown_state == RMAState.IN_REVIEW
    decisions.approve(rma, by=BOB, at=NOW, note="kind")
    assert states(rma) == (RMAState.LABEL_READY, [ItemState.ACCEPTED] * 2)
    assert ReturnParcel.objects.count() == 1


def test_a_part_may_be_rejected_and_the_rest_still_waits():
    rma = waiting()
    decisions.reject(rma, by=BOB, at=NOW, note="worn", lines=["1"])
    assert states(rma) == (RMAState.IN_REVIEW, [ItemState.REFUSED, ItemState.REFERRED])
    decisions.approve(rma, by=BOB, at=NOW, note="kind")
    assert states(rma) == (RMAState.LABEL_READY, [ItemState.REFUSED, ItemState.ACCEPTED])


def test_a_return_of_which_everything_is_rejected_ends_and_says_why():
    rma = waiting()
    decisions.reject(rma, by=BOB, at=NOW, note="worn")
    assert states(rma) == (RMAState.REJECTED, [ItemState.REFUSED] * 2)
    assert Event.objects.get(kind="rma.rejected").data == {"lines": ["1", "2"], "note": "worn"}
    assert Letter.objects.filter(kind="rejected").count() == 1


def test_rejecting_what_waits_lets_the_accepted_part_go_on():
    rma = mixed()
    decisions.reject(rma, by=BOB, at=NOW, note="made for you")
    assert states(rma) == (RMAState.LABEL_READY, [ItemState.ACCEPTED, ItemState.REFUSED])
    assert now_of(rma).shown_state == RMAState.LABEL_READY


@pytest.mark.parametrize("verb", DECISIONS)
@pytest.mark.parametrize("note", ["", "  \n"])
def test_a_decision_says_why(verb, note):
    rma = waiting()
    with pytest.raises(Refused, match="note_missing"):
        DECISIONS[verb](rma, note=note)
    assert states(rma) == (RMAState.IN_REVIEW, [ItemState.REFERRED] * 2)


@pytest.mark.parametrize("verb", DECISIONS)
def test_a_decision_about_a_line_that_does_not_wait_is_refused(verb):
    rma = mixed()
    with pytest.raises(Refused) as refused:
        DECISIONS[verb](rma, lines=["2", "1"])
    assert (refused.value.code, refused.value.values) == ("line_unknown", {"line": "1"})
    assert states(rma) == (RMAState.LABEL_READY, [ItemState.ACCEPTED, ItemState.REFERRED])


@pytest.mark.parametrize("verb", DECISIONS)
@pytest.mark.parametrize("first", DECISIONS)
def test_what_is_decided_is_not_decided_again(first, verb):
    rma = waiting()
    DECISIONS[first](rma)
    before = states(rma), kinds(rma)
    with pytest.raises(Refused, match="nothing_waits"):
        DECISIONS[verb](rma)
    assert (states(rma), kinds(rma)) == before


@pytest.mark.parametrize("verb", DECISIONS)
def test_a_cancelled_return_is_not_decided(verb):
    rma = mixed()
    decisions.cancel(rma, by=BOB, at=NOW)
    with pytest.raises(Refused, match="nothing_waits"):
        DECISIONS[verb](rma)


# --- reopening ----------------------------------------------------------------------------------


def test_a_rejected_return_is_looked_at_once_more():
    rma = waiting()
    decisions.reject(rma, by=BOB, at=NOW, note="worn")
    later = NOW + timedelta(days=2)
    decisions.reopen(rma, by=BOB, at=later, note="a photo came")
    assert states(rma) == (RMAState.IN_REVIEW, [ItemState.REFERRED] * 2)
    assert now_of(rma).answer_by == later + ANSWER_WITHIN
    decisions.approve(rma, by=BOB, at=later, note="kind")
    assert now_of(rma).state == RMAState.LABEL_READY


@pytest.mark.parametrize("ask", [mixed, lambda: (promised(), asked(bought()))[1]])
def test_an_expired_return_may_be_reopened_and_approved_with_its_old_label(ask):
    rma = ask()
    if now_of(rma).waits_for_agent:
        decisions.approve(rma, by=BOB, at=NOW, note="kind")
    assert expire_next(at=NOW + timedelta(days=31)) is True
    decisions.reopen(rma, by=BOB, at=NOW + timedelta(days=40))
    decisions.approve(rma, by=BOB, at=NOW + timedelta(days=40), note="a late parcel")
    assert now_of(rma).state == RMAState.LABEL_READY
    assert ReturnParcel.objects.get().status_at == NOW + timedelta(days=40)


def test_reopening_allots_the_share_anew_of_what_is_left():
    order = late_order()
    first = asked(order, Wish("1", 1))
    decisions.reject(first, by=BOB, at=NOW, note="worn")
    asked(order, Wish("1", 1))
    asked(order, Wish("1", 1))
    decisions.reopen(first, by=BOB, at=NOW)
    shares = [item.share for rma in order.rmas.order_by("pk") for item in rma.items.all()]
    assert sorted(shares) == [9_672] * 3
    assert sum(shares) == order.lines.get(line_id="1").paid


def test_reopening_is_refused_when_its_units_are_taken_meanwhile():
    order = late_order()
    first = asked(order, Wish("1", 2))
    decisions.reject(first, by=BOB, at=NOW, note="worn")
    asked(order, Wish("1", 2))
    with pytest.raises(Refused) as refused:
        decisions.reopen(first, by=BOB, at=NOW)
    assert (refused.value.code, refused.value.values["returnable"]) == ("quantity_too_many", 1)
    assert states(first) == (RMAState.REJECTED, [ItemState.REFUSED])


def test_what_was_neither_rejected_nor_expired_is_not_reopened():
    rma = mixed()
    for verb in (lambda: None, lambda: decisions.cancel(rma, by=BOB, at=NOW)):
        verb()
        with pytest.raises(Refused, match="not_reopenable"):
            decisions.reopen(rma, by=BOB, at=NOW)


# --- cancelling ---------------------------------------------------------------------------------


@pytest.mark.parametrize("ask", [waiting, mixed])
def test_a_return_is_cancelled_before_anything_arrived(ask):
    rma = ask()
    decisions.cancel(rma, by=BOB, at=NOW)
    assert now_of(rma).state == RMAState.CANCELLED
    assert kinds(rma)[-1] == "rma.cancelled"
    assert not RMA.objects.waiting().exists()
    with pytest.raises(Refused, match="not_cancellable"):
        decisions.cancel(rma, by=BOB, at=NOW)


@pytest.mark.parametrize("count", [Count("1", fine=1), Count("1", missing=1), Count("1", extra=1)])
def test_after_a_receipt_nothing_is_cancelled(count):
    rma = mixed()
    arrived(rma, count)
    state = now_of(rma).state
    with pytest.raises(Refused, match="not_cancellable"):
        decisions.cancel(rma, by=BOB, at=NOW)
    assert now_of(rma).state == state


# --- goodwill -----------------------------------------------------------------------------------


def grant(order, amount, **how):
    trusting()
    told = {"reason": "loyalty", "note": "a loyal customer", "by": BOB, "at": NOW, **how}
    return goodwill.grant(order, amount=amount, **told)


def test_goodwill_is_owed_at_once_and_says_who_gave_it_and_why():
    order = bought()
    grant(order, 500)
    refund = Refund.objects.get()
    assert (refund.originator, refund.amount, refund.state) == (Originator.GOODWILL, 500, RefundState.DUE)
    given = Goodwill.objects.get()
    assert (given.amount, given.currency, given.reason, given.note, given.granted_by) == (
        (500, "EUR", "loyalty", "a loyal customer", "Bob")
    )
    assert [line.kind for line in refund.lines.all()] == ["goodwill"]
    assert [event.kind for event in Event.objects.all()][1:] == ["goodwill.granted", "refund.decided"]


def test_goodwill_may_use_all_that_was_captured_and_not_a_cent_more():
    order = bought()
    with pytest.raises(Refused, match="above_paid"):
        grant(order, 29_991)
    grant(order, 29_990)
    with pytest.raises(Refused, match="above_paid"):
        grant(order, 1)


def test_goodwill_leaves_room_for_what_live_returns_may_still_claim():
    promised()
    order = bought()
    rma = asked(order, Wish("1", 2))
    free = 29_990 - 19_344
    with pytest.raises(Refused, match="above_paid"):
        grant(order, free + 1)
    grant(order, free)
    arrived(rma)
    assert [(refund.amount, refund.payment is not None) for refund in rma.refunds.all()] == [(19_344, True)]


def test_what_a_return_has_been_paid_is_not_reserved_twice():
    promised()
    order = bought()
    arrived(asked(order, Wish("1", 2)))
    grant(order, 29_990 - 19_344)
    with pytest.raises(Refused, match="above_paid"):
        grant(order, 1)


def test_a_failed_refund_is_still_claimed():
    promised()
    order = bought()
    arrived(asked(order, Wish("1", 2)))
    sending.send_next(Scripted(Rejected("no")), at=NOW)
    with pytest.raises(Refused, match="above_paid"):
        grant(order, 29_990 - 19_344 + 1)


def test_a_cancelled_return_claims_nothing():
    promised()
    order = bought()
    decisions.cancel(asked(order, Wish("1", 3)), by=BOB, at=NOW)
    assert grant(order, 29_990).amount == 29_990


@pytest.mark.parametrize("amount", [0, -1, 1.5, True, "5", None])
def test_an_amount_that_is_no_whole_positive_number_is_refused(amount):
    with pytest.raises(Refused, match="amount_invalid"):
        grant(bought(), amount)


def test_goodwill_needs_a_note_and_a_known_reason():
    order = bought()
    with pytest.raises(Refused, match="note_missing"):
        grant(order, 1, note=" ")
    with pytest.raises(Refused, match="reason_unknown"):
        grant(order, 1, reason="bribe")


def test_an_approval_with_goodwill_is_both_or_neither():
    trusting()
    rma = waiting()
    with pytest.raises(Refused, match="above_paid"):
        decisions.approve_with_goodwill(rma, amount=99_999, note="sorry", by=BOB, at=NOW)
    assert states(rma) == (RMAState.IN_REVIEW, [ItemState.REFERRED] * 2)
    decisions.approve_with_goodwill(rma, amount=500, note="sorry", by=BOB, at=NOW)
    assert states(rma) == (RMAState.LABEL_READY, [ItemState.ACCEPTED] * 2)
    assert [refund.amount for refund in rma.refunds.all()] == [500]


def test_goodwill_does_not_count_as_the_refund_of_what_arrived():
    trusting()
    rma = waiting()
    decisions.approve_with_goodwill(rma, amount=500, note="sorry", by=BOB, at=NOW)
    stripe = Scripted()
    sending.send_next(stripe, at=NOW)
    assert now_of(rma).state == RMAState.LABEL_READY
    arrived(rma)
    sending.send_next(stripe, at=NOW)
    assert now_of(rma).state == RMAState.REFUNDED
    assert [refund.amount for refund in rma.refunds.order_by("pk")] == [500, 9_672 + 479]


@pytest.mark.parametrize("resolution", ["refund", "credit"])
def test_reopened_after_its_price_was_corrected_fee_and_bonus_follow_the_price(resolution):
    promised(resolutions=["credit"], currency="EUR", credit_bonus_percent=10, restocking_percent=15)
    ago = NOW - timedelta(days=60)
    told = jana_order("L-1", delivered=ago, placed_at=ago, notice_given_at=ago, discounts=())
    rma = asked(bought(told), Wish("1", 3, resolution=resolution))
    decisions.reject(rma, by=BOB, at=NOW, note="late")
    orders.load([replace(told, lines=(replace(SHIRT, unit_price=1_000), MUG))], by=SYSTEM, at=NOW)
    decisions.reopen(RMA.objects.get(), by=BOB, at=NOW)
    item = RMA.objects.get().items.get()
    assert (item.share, item.fee, item.credit_bonus) == (3_000, 450, 300 if resolution == "credit" else 0)
