"""What failed finds another way: once more, or past the provider, and never both."""

from datetime import timedelta

import pytest

from returns.actions import approvals, disputes, finding, goodwill, other_ways, receiving
from returns.actions.receiving import Count
from returns.actions.refunds import free_for_goodwill, left_of
from returns.actions.refusals import Refused
from returns.actions.requests import Wish
from returns.analytics import audit
from returns.gateways.gateway import Rejected
from returns.importing.data import PaymentData
from returns.models import (
    RMA,
    Account,
    Approval,
    Event,
    Letter,
    Originator,
    OtherWay,
    Refund,
    RefundLine,
    RefundState,
    RMAState,
    Role,
    Transfer,
    User,
)
from tests.actions.refunding import BUSY, SILENCE, disputed, now_of, remote_of, send, state_of
from tests.gateways.scripted import Scripted
from tests.people import NOW, arrived, asked, bought, jana_order, limited, promised, trusting

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)


class Crash(Exception):
    """The worker dies in the call."""


def told(refund: Refund, user: User, **how):
    return {"seen": Event.objects.version(refund.order_id), "by": user.actor, "at": LATER, **how}


def again(refund: Refund, user: User, **how) -> list[Refund]:
    return other_ways.try_again(refund, **told(refund, user, **how))


def prepare(refund: Refund, user: User, **how) -> OtherWay:
    return other_ways.prepare(refund, **told(refund, user, **{"way": "transfer", "evidence": "VS 17", **how}))


def confirm(refund: Refund, user: User, **how) -> None:
    other_ways.confirm(refund, **told(refund, user, **how))


# --- once more ----------------------------------------------------------------------------------


def test_what_failed_is_owed_once_more_in_its_place(failed, mona):
    (new,) = again(failed, mona)
    assert now_of(failed).replaced_by == new
    assert (new.amount, new.originator, new.rma, new.receipt) == (9_672, Originator.RMA, failed.rma, failed.receipt)
    assert list(Refund.objects.open()) == [new]
    assert send(Scripted(), after=timedelta(hours=1)) is True
    assert state_of(new) == (RefundState.SUCCEEDED, RMAState.REFUNDED)
    assert Transfer.objects.balance(Account.OWED) == 0
    assert Transfer.objects.balance(Account.GOODS) == -9_672


def test_a_line_of_what_was_tried_again_counts_once(failed, mona):
    again(failed, mona)
    item = failed.rma.items.get()
    assert RefundLine.objects.filter(refund__rma=failed.rma).owed() == {("goods", item.pk): 9_672}


def test_a_second_parcel_after_a_retry_owes_only_its_own(mona):
    promised()
    rma = asked(bought(), Wish("1", 2))
    arrived(rma, Count("1", fine=1))
    send(Scripted(Rejected("no")))
    again(Refund.objects.get(), mona)
    arrived(rma, Count("1", fine=1))
    assert [refund.amount for refund in Refund.objects.open()] == [9_672, 9_672]


def test_only_what_has_room_is_tried_again(failed, mona):
    goodwill.grant(failed.order, amount=29_990 - 9_672, reason="other", note="x", by=mona.actor, at=NOW)
    (new,) = again(failed, mona)
    assert new.amount == 9_672


def test_without_room_nothing_is_tried_again(mona):
    promised()
    arrived(asked(bought(jana_order(payments=())), Wish("1", 1)))
    with pytest.raises(Refused, match="no_room"):
        again(Refund.objects.get(), mona)


def test_what_fits_on_no_single_payment_goes_over_several(mona):
    promised()
    paid = (PaymentData("pi_1", 5_000, "EUR"), PaymentData("pi_2", 24_990, "EUR"))
    arrived(asked(bought(jana_order(payments=paid)), Wish("1", 1)))
    first, second = Refund.objects.all()
    send(Scripted(Rejected("no")))
    assert [one.amount for one in again(now_of(first), mona)] == [5_000]
    assert Refund.objects.open().total() == 9_672
    assert second in Refund.objects.open()


def test_a_retry_above_the_limit_asks_another_manager(failed, mona, otto):
    limited(agent=9_000)
    (new,) = again(failed, mona)
    assert new.state == RefundState.AWAITING_APPROVAL
    assert Event.objects.get(kind="refund.held").data == {"amount": 9_672, "currency": "EUR", "needed": 1}
    with pytest.raises(Refused, match="own_proposal"):
        approvals.approve(new, **told(new, mona))
    approvals.approve(new, **told(new, otto))
    assert now_of(new).state == RefundState.DUE


def test_goodwill_that_is_tried_again_is_told_to_the_shopper_once(bob, mona, otto):
    granted = goodwill.grant(bought(), amount=500, reason="other", note="x", by=bob.actor, at=NOW)
    approvals.approve(granted.refunds.get(), **told(granted.refunds.get(), mona))
    send(Scripted(Rejected("no")), after=timedelta(hours=1))
    limited(manager_goodwill=0, agent_goodwill=0)
    (new,) = again(granted.refunds.get(), mona)
    approvals.approve(new, **told(new, otto))
    assert Letter.objects.filter(kind="goodwill").count() == 1


@pytest.mark.parametrize("state", ["due", "sending", "uncertain", "pending", "requires_action"])
def test_what_is_under_way_is_not_tried_again_nor_paid_another_way(refund, mona, state):
    Refund.objects.update(state=state, gateway_id="re_1")
    for verb in (again, prepare):
        with pytest.raises(Refused, match="refund_under_way"):
            verb(refund, mona)
    assert (Refund.objects.count(), OtherWay.objects.count()) == (1, 0)


def test_an_uncertain_refund_is_neither(refund, mona):
    send(Scripted(SILENCE))
    with pytest.raises(Refused, match="refund_under_way"):
        again(refund, mona)


def test_what_was_put_off_and_then_lost_its_room_finds_another_way(refund, bob, mona):
    stripe = Scripted(BUSY)
    send(stripe)
    finding.take_in(stripe.refund_by_hand(refund.payment, 29_990), at=NOW)
    assert now_of(refund).state == RefundState.FAILED
    with pytest.raises(Refused, match="no_room"):
        again(refund, mona)
    prepare(refund, bob, way="set_off", evidence="re_1")
    confirm(refund, mona)
    assert now_of(refund).state == RefundState.PAID_OTHERWISE


def test_what_was_put_off_and_then_declined_is_owed_once_more(refund, mona, otto):
    send(Scripted(BUSY))
    inquiry = disputed("warning_needs_response")
    disputes.keep(inquiry, at=NOW)
    approvals.send_despite_dispute(refund, reason="They asked for it.", **told(refund, mona))
    approvals.decline(refund, note="Let us wait.", **told(refund, otto))
    assert now_of(refund).state == RefundState.CANCELED
    assert [one.amount for one in again(refund, mona)] == [9_672]


def test_a_put_off_says_nothing_of_the_next_call(refund):
    stripe = Scripted(BUSY, Crash())
    send(stripe)
    with pytest.raises(Crash):
        send(stripe, after=timedelta(hours=1))
    assert now_of(refund).attempts.get().outcome == ""


@pytest.mark.parametrize("state", ["succeeded", "paid_otherwise"])
def test_what_is_settled_is_not_tried_again(refund, mona, state):
    Refund.objects.update(state=state, gateway_id="re_1")
    with pytest.raises(Refused, match="refund_ended"):
        again(refund, mona)


def test_what_was_tried_again_is_not_tried_a_third_time_nor_paid_another_way(failed, mona):
    again(failed, mona)
    for verb in (again, prepare):
        with pytest.raises(Refused, match="refund_ended"):
            verb(failed, mona)


def test_declined_goodwill_is_not_tried_again(bob, mona):
    refund = goodwill.grant(bought(), amount=500, reason="other", note="x", by=bob.actor, at=NOW).refunds.get()
    approvals.decline(refund, **told(refund, mona, note="No."))
    with pytest.raises(Refused, match="refund_ended"):
        again(refund, mona)


def test_a_declined_refund_of_a_return_finds_another_way(wanda, mona):
    limited()
    promised()
    receiving.receive(asked(bought(), Wish("1", 2)), [Count("1", fine=2)], by=wanda.actor, at=NOW)
    refund = Refund.objects.get()
    approvals.decline(refund, **told(refund, mona, note="By transfer, please."))
    assert again(refund, mona)[0].amount == 19_344


@pytest.mark.parametrize("who", ["bob", "wanda"])
def test_only_a_manager_tries_again(failed, request, who):
    with pytest.raises(Refused, match="not_a_manager"):
        again(failed, request.getfixturevalue(who))


# --- past the provider --------------------------------------------------------------------------


@pytest.fixture
def declined(wanda, otto) -> Refund:
    """Two T-shirts of Jana's, above what a manager may decide alone; one of two managers said no."""
    limited(automatic=1_000, agent=1_500, manager=15_000)
    promised()
    receiving.receive(asked(bought(), Wish("1", 2)), [Count("1", fine=2)], by=wanda.actor, at=NOW)
    refund = Refund.objects.get()
    approvals.decline(refund, **told(refund, otto, note="Not by card."))
    return now_of(refund)


def test_paid_another_way_settles_the_return_and_the_books_and_tells_the_shopper(failed, bob, mona):
    other = prepare(failed, bob, evidence=" VS 2026-17 ")
    assert (other.way, other.evidence, other.prepared_label) == ("transfer", "VS 2026-17", "Bob")
    assert state_of(failed) == (RefundState.FAILED, RMAState.REFUND_DUE)
    confirm(failed, mona)
    assert state_of(failed) == (RefundState.PAID_OTHERWISE, RMAState.REFUNDED)
    assert OtherWay.objects.get().confirmed_label == "Mona"
    assert (Transfer.objects.balance(Account.OWED), Transfer.objects.balance(Account.OTHER_WAY)) == (0, 9_672)
    assert Letter.objects.filter(kind="paid_otherwise").count() == 1
    assert send(Scripted(), after=timedelta(days=9)) is False


def test_nobody_confirms_what_they_prepared_and_no_agent_confirms(failed, bob, mona):
    prepare(failed, mona)
    with pytest.raises(Refused, match="own_proposal"):
        confirm(failed, mona)
    with pytest.raises(Refused, match="not_a_manager"):
        confirm(failed, bob)
    assert now_of(failed).state == RefundState.FAILED


def test_what_two_managers_were_asked_about_is_not_paid_past_one_of_them(declined, bob, mona, otto):
    other = prepare(declined, bob)
    with pytest.raises(Refused, match="managers_missing"):
        confirm(declined, mona)
    other_ways.discard(declined, **told(declined, mona))
    prepare(declined, otto)
    confirm(declined, mona)
    assert OtherWay.objects.get().way == other.way
    assert now_of(declined).state == RefundState.PAID_OTHERWISE


def test_who_proposed_it_is_not_one_of_those_who_agree(failed, bob, mona, otto):
    Refund.objects.update(proposed_by=mona.actor.id, approvals_needed=1)
    prepare(failed, bob)
    with pytest.raises(Refused, match="managers_missing"):
        confirm(failed, mona)
    confirm(failed, otto)
    assert now_of(failed).state == RefundState.PAID_OTHERWISE


def test_who_approved_it_before_it_failed_need_not_agree_again(failed, bob, mona):
    Refund.objects.update(proposed_by=mona.actor.id, approvals_needed=1)
    approval = {"proposer_id": mona.actor.id, "actor_id": bob.actor.id, "actor_label": "Bob", "role": Role.AGENT}
    Approval.objects.create(refund=failed, approved_at=NOW, **approval)
    prepare(failed, bob)
    confirm(failed, mona)
    assert now_of(failed).state == RefundState.PAID_OTHERWISE


def test_it_is_paid_another_way_once(failed, bob, mona, otto):
    prepare(failed, bob)
    with pytest.raises(Refused, match="other_way_prepared"):
        prepare(failed, otto)
    with pytest.raises(Refused, match="other_way_prepared"):
        again(failed, mona)
    confirm(failed, mona)
    with pytest.raises(Refused, match="nothing_prepared"):
        confirm(failed, otto)
    assert Event.objects.filter(kind="refund.paid_otherwise").count() == 1


@pytest.mark.parametrize("how", [{"way": "chargeback"}, {"way": "gold"}])
def test_a_way_that_a_person_cannot_pay_is_refused(failed, bob, how):
    with pytest.raises(Refused, match="way_unknown"):
        prepare(failed, bob, **how)


def test_evidence_is_needed(failed, bob):
    with pytest.raises(Refused, match="evidence_missing"):
        prepare(failed, bob, evidence="  ")


def test_the_bench_prepares_nothing(failed, wanda):
    with pytest.raises(Refused, match="not_an_agent"):
        prepare(failed, wanda)


def test_what_was_prepared_by_mistake_is_taken_back_by_who_prepared_it_or_a_manager(failed, bob, mona, wanda):
    prepare(failed, bob)
    with pytest.raises(Refused, match="not_a_manager"):
        other_ways.discard(failed, **told(failed, wanda))
    other_ways.discard(failed, **told(failed, bob))
    prepare(failed, bob)
    other_ways.discard(failed, **told(failed, mona))
    assert not OtherWay.objects.exists()
    assert Event.objects.filter(kind="refund.other_way_discarded").count() == 2
    assert len(again(failed, mona)) == 1


@pytest.mark.parametrize("verb", [again, prepare, confirm])
def test_what_changed_since_it_was_seen_is_not_done(failed, bob, mona, verb):
    if verb is confirm:
        prepare(failed, bob)
    seen = Event.objects.version(failed.order_id)
    goodwill.grant(failed.order, amount=1, reason="other", note="x", by=mona.actor, at=NOW)
    with pytest.raises(Refused, match="changed_meanwhile"):
        verb(failed, mona, seen=seen)


def test_goodwill_paid_another_way_is_not_free_to_be_granted_again(bob, mona):
    trusting()
    order = bought()
    refund = goodwill.grant(order, amount=29_990, reason="other", note="x", by=mona.actor, at=NOW).refunds.get()
    send(Scripted(Rejected("no")))
    assert free_for_goodwill(order, at=NOW) == 0
    prepare(refund, bob)
    confirm(refund, mona)
    assert free_for_goodwill(order, at=NOW) == 0


# --- never more than was paid -------------------------------------------------------------------------


@pytest.fixture
def granted_all(bob, mona) -> Refund:
    """All that was paid was given as goodwill, and then the goods come back."""
    trusting()
    order = bought()
    promised()
    goodwill.grant(order, amount=29_990, reason="other", note="x", by=mona.actor, at=NOW)
    send(Scripted())
    arrived(asked(order, Wish("1", 3)))
    return Refund.objects.get(originator=Originator.RMA)


def test_what_was_paid_once_is_not_paid_again_in_cash(granted_all, mona):
    with pytest.raises(Refused, match="above_paid") as refusal:
        prepare(granted_all, mona)
    assert (refusal.value.values["amount"], OtherWay.objects.count()) == (0, 0)


def test_it_is_set_off_against_what_is_owed_and_the_return_settles(granted_all, mona, otto):
    prepare(granted_all, mona, way="set_off", evidence="goodwill of 10 November")
    confirm(granted_all, otto)
    assert state_of(granted_all) == (RefundState.PAID_OTHERWISE, RMAState.REFUNDED)
    booked = Transfer.objects.get(event__kind="refund.paid_otherwise")
    assert (booked.debited, booked.credited, booked.amount) == (Account.OWED, Account.SET_OFF, granted_all.amount)
    assert list(audit.asked(at=LATER)) == []


def test_what_somebody_refunded_at_the_provider_is_not_paid_again_in_cash(refund, mona):
    stripe = Scripted()
    finding.take_in(stripe.refund_by_hand(refund.payment, 29_990), at=NOW)
    with pytest.raises(Refused, match="above_paid"):
        prepare(now_of(refund), mona)


def test_what_became_too_much_meanwhile_is_not_confirmed(failed, mona, otto):
    prepare(failed, mona)
    finding.take_in(Scripted().refund_by_hand(failed.payment, 29_990), at=NOW)
    with pytest.raises(Refused, match="above_paid"):
        confirm(failed, otto)


def test_what_was_paid_past_the_provider_is_no_longer_left_of_the_order(failed, mona, otto):
    assert left_of(failed.order) == 29_990
    prepare(failed, mona)
    confirm(failed, otto)
    assert left_of(failed.order) == 29_990 - 9_672


def test_of_what_is_left_in_part_only_the_rest_is_set_off(failed, mona, otto):
    """What others refunded by hand leaves 4,990 of the 9,672 that are owed: those the shopper still gets."""
    finding.take_in(Scripted().refund_by_hand(failed.payment, 25_000), at=NOW)
    rest = prepare(failed, mona, way="set_off", evidence="refunded by hand, 10 November").refund
    confirm(rest, otto)
    (owed,) = Refund.objects.open()
    assert (rest.amount, owed.amount, left_of(failed.order)) == (9_672 - 4_990, 4_990, 4_990)
    with pytest.raises(Refused, match="still_left"):
        prepare(owed, mona, way="set_off", evidence="refunded by hand, 10 November")
    assert not Letter.objects.filter(kind="refund_failed", event__refund__in=[rest, owed]).exists()
    confirm(prepare(owed, mona).refund, otto)
    assert (left_of(failed.order), RMA.objects.get().state) == (0, RMAState.REFUNDED)
    assert list(audit.asked(at=LATER)) == []


def test_no_more_than_what_is_left_is_paid_past_the_provider_and_the_rest_stays_owed(failed, mona, otto):
    finding.take_in(Scripted().refund_by_hand(failed.payment, 25_000), at=NOW)
    paid = prepare(failed, mona).refund
    confirm(paid, otto)
    (rest,) = Refund.objects.open()
    assert (paid.amount, rest.amount, rest.state) == (4_990, 9_672 - 4_990, RefundState.FAILED)
    with pytest.raises(Refused, match="above_paid"):
        prepare(rest, mona)
    confirm(prepare(rest, mona, way="set_off").refund, otto)
    assert RMA.objects.get().state == RMAState.REFUNDED
    assert list(audit.asked(at=LATER)) == []


def test_what_a_bank_may_still_give_back_is_not_set_off_against(failed, mona):
    disputes.keep(disputed(), at=NOW)
    with pytest.raises(Refused, match="not_final"):
        prepare(failed, mona, way="set_off")
    disputes.keep(disputed("won"), at=NOW)
    with pytest.raises(Refused, match="still_left"):
        prepare(failed, mona, way="set_off")


def test_what_is_only_proposed_is_not_set_off_against(bob, mona, otto):
    """It may be declined, and then nobody would owe the shopper anything."""
    limited(automatic=None, agent=100_000, agent_goodwill=0)
    promised()
    order = bought()
    goodwill.grant(order, amount=25_000, reason="other", note="x", by=bob.actor, at=NOW)
    arrived(asked(order, Wish("1", 1)))
    failed = Refund.objects.get(originator=Originator.RMA, state=RefundState.FAILED)
    with pytest.raises(Refused, match="not_final"):
        prepare(failed, mona, way="set_off")


def test_goodwill_that_failed_comes_after_what_a_return_is_worth(mona):
    trusting()
    promised()
    order = bought()
    goodwill.grant(order, amount=25_000, reason="other", note="x", by=mona.actor, at=NOW)
    send(Scripted("failed"))
    arrived(asked(order, Wish("1", 1)))
    send(Scripted(Rejected("expired")), after=timedelta(minutes=1))
    with pytest.raises(Refused, match="still_left"):
        prepare(Refund.objects.get(originator=Originator.RMA), mona, way="set_off")


def test_divided_by_mistake_it_is_paid_once_where_the_provider_has_it_after_all(refund, mona):
    send(Scripted(Rejected("expired")))
    stripe = Scripted()
    finding.take_in(stripe.refund_by_hand(refund.payment, 25_000, "pending"), at=NOW)
    part = prepare(now_of(refund), mona).refund
    other_ways.discard(part, **told(part, mona))
    finding.take_in(stripe.settle("re_1", "failed"), at=NOW)
    finding.take_in(remote_of(refund, "succeeded", id="re_2"), at=NOW)
    assert (state_of(refund), Refund.objects.open().count()) == ((RefundState.SUCCEEDED, RMAState.REFUNDED), 0)
    assert list(audit.asked(at=LATER)) == []


def test_what_is_refunded_by_hand_and_has_not_arrived_is_not_set_off_against(failed, mona):
    stripe = Scripted()
    finding.take_in(stripe.refund_by_hand(failed.payment, 29_990, "pending"), at=NOW)
    with pytest.raises(Refused, match="not_final"):
        prepare(failed, mona, way="set_off")
    finding.take_in(stripe.settle("re_1", "succeeded"), at=NOW)
    assert prepare(failed, mona, way="set_off").refund == failed


def test_what_a_person_paid_past_the_provider_is_not_sent_once_more_through_it(mona, otto):
    """By the payment's own books there is room: of what a person paid they tell nothing."""
    trusting()
    promised()
    order = bought()
    goodwill.grant(order, amount=15_000, reason="other", note="x", by=mona.actor, at=NOW)
    stripe = Scripted()
    send(stripe)
    arrived(asked(order, Wish("1", 3)))
    send(stripe)
    granted, _paid, rest = Refund.objects.order_by("pk")
    finding.take_in(stripe.settle("re_1", "failed"), at=NOW)
    confirm(prepare(now_of(granted), mona).refund, otto)
    assert (left_of(order), free_for_goodwill(order, at=LATER)) == (0, 0)
    with pytest.raises(Refused, match="no_room"):
        again(rest, mona)
    arrived(asked(order, Wish("2", 1)))
    assert send(stripe, after=timedelta(hours=2)) is False
    assert list(audit.asked(at=LATER)) == []


def test_of_an_order_paid_past_the_provider_its_goods_and_their_delivery_are_left():
    assert left_of(bought(jana_order(payments=()))) == 29_495 + 495


def test_a_debt_that_can_be_paid_is_not_set_off(failed, mona):
    with pytest.raises(Refused, match="still_left"):
        prepare(failed, mona, way="set_off", evidence="goodwill of 10 November")


def test_what_the_shop_took_in_otherwise_may_go_back_otherwise(mona, otto):
    """The order was paid in cash, of which the payment provider knows nothing."""
    promised()
    arrived(asked(bought(jana_order(payments=()))))
    refund = Refund.objects.get()
    prepare(refund, mona, way="cash")
    confirm(refund, otto)
    assert now_of(refund).state == RefundState.PAID_OTHERWISE
    assert list(audit.asked(at=LATER)) == []
