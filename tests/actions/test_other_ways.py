"""What failed finds another way: once more, or past the provider, and never both."""

from datetime import timedelta

import pytest

from returns.actions import approvals, finding, goodwill, other_ways, receiving
from returns.actions.receiving import Count
from returns.actions.refusals import Refused
from returns.actions.requests import Wish
from returns.actions.rooms import free_for_goodwill
from returns.gateways.gateway import Rejected
from returns.importing.data import PaymentData
from returns.models import (
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
from tests.actions.refunding import (
    BUSY,
    LATER,
    SILENCE,
    again,
    confirm,
    disputed,
    keep,
    now_of,
    prepare,
    send,
    state_of,
    told,
)
from tests.gateways.scripted import Scripted
from tests.people import NOW, arrived, asked, bought, jana_order, limited, promised, trusting

pytestmark = pytest.mark.django_db


class Crash(Exception):
    """The worker dies in the call."""


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
    keep(inquiry)
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


def test_a_yes_of_who_may_log_in_no_longer_does_not_count_past_the_provider(wanda, bob, mona, otto):
    promised()
    limited(automatic=100, agent=200, manager=300)
    receiving.receive(asked(bought(), Wish("1", 3)), [Count("1", fine=3)], by=wanda.actor, at=NOW)
    refund = Refund.objects.get()
    approvals.approve(refund, **told(refund, otto))
    User.objects.filter(pk=otto.pk).update(is_active=False)
    finding.take_in(Scripted().refund_by_hand(refund.payment, 1_474), at=LATER)
    prepare(now_of(refund), bob)
    with pytest.raises(Refused, match="managers_missing"):
        confirm(Refund.objects.get(other_way__isnull=False), mona)
