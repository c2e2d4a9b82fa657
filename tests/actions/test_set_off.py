"""Nobody has back more than was paid, whichever way it goes: what is left of an order, and what is set off."""

from datetime import timedelta

import pytest

from returns import sentences
from returns.actions import breaks, finding, goodwill, other_ways
from returns.actions.refusals import Refused
from returns.actions.requests import Wish
from returns.actions.rooms import beyond_what_was_paid, free_for_goodwill, left_of
from returns.analytics import audit
from returns.gateways.gateway import Rejected
from returns.models import (
    RMA,
    Account,
    Break,
    Dispute,
    Event,
    Letter,
    Originator,
    OtherWay,
    Refund,
    RefundState,
    RMAState,
    Transfer,
)
from returns.sentences.refunds import of_failure
from tests.actions.refunding import (
    LATER,
    again,
    confirm,
    disputed,
    keep,
    now_of,
    prepare,
    remote_of,
    send,
    state_of,
    told,
)
from tests.gateways.scripted import Scripted
from tests.people import NOW, arrived, asked, bought, jana_order, limited, promised, trusting

pytestmark = pytest.mark.django_db


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
    assert Event.objects.filter(kind="refund.divided", refund__in=[rest, owed]).count() == 2
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
    keep(disputed())
    with pytest.raises(Refused, match="not_final"):
        prepare(failed, mona, way="set_off")
    keep(disputed("won"))
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


def test_what_else_we_pay_back_and_has_not_arrived_keeps_nothing_from_being_set_off(refund, mona):
    """Should it fail it is owed again by itself."""
    stripe = Scripted("pending")
    send(stripe)
    arrived(asked(refund.order))
    finding.take_in(stripe.refund_by_hand(refund.payment, 29_990 - 9_672), at=NOW)
    unpaid = Refund.objects.get(order=refund.order, state=RefundState.FAILED)
    assert prepare(unpaid, mona, way="set_off").refund == unpaid


def test_what_another_order_is_owed_is_no_reason_to_set_anything_off(failed, mona):
    finding.take_in(Scripted().refund_by_hand(failed.payment, 29_990 - 9_672), at=NOW)
    arrived(asked(bought(jana_order("A-1002"))))
    send(Scripted(Rejected("expired")), after=timedelta(minutes=1))
    assert Refund.objects.open().filter(state=RefundState.FAILED).count() == 2
    with pytest.raises(Refused, match="still_left"):
        prepare(failed, mona, way="set_off")


def test_of_goodwill_that_failed_the_rest_is_set_off_beside_other_goodwill(mona):
    trusting()
    order = bought()
    for amount in (15_000, 10_000):
        goodwill.grant(order, amount=amount, reason="other", note="x", by=mona.actor, at=NOW)
    stripe = Scripted("failed", "failed")
    for _time in range(2):
        send(stripe)
    one, two = Refund.objects.order_by("pk")
    finding.take_in(stripe.refund_by_hand(one.payment, 15_000), at=NOW)
    assert prepare(two, mona, way="set_off").refund == two


def test_what_is_refunded_by_hand_and_has_not_arrived_is_not_set_off_against(failed, mona):
    stripe = Scripted()
    finding.take_in(stripe.refund_by_hand(failed.payment, 29_990, "pending"), at=NOW)
    with pytest.raises(Refused, match="not_final"):
        prepare(failed, mona, way="set_off")
    finding.take_in(stripe.settle("re_1", "succeeded"), at=NOW)
    assert prepare(failed, mona, way="set_off").refund == failed


def test_what_was_set_off_against_money_that_came_back_is_owed_again_and_a_person_is_told(failed, mona, otto):
    stripe = Scripted()
    finding.take_in(stripe.refund_by_hand(failed.payment, 29_990), at=NOW)
    confirm(prepare(failed, mona, way="set_off").refund, otto)
    finding.take_in(stripe.settle("re_1", "failed"), at=NOW)
    other_ways.undo_set_offs(at=LATER)
    other_ways.undo_set_offs(at=LATER)
    assert state_of(failed) == (RefundState.FAILED, RMAState.REFUND_DUE)
    told = Break.objects.get(kind="set_off_undone")
    assert (told.refund, "96.72" in sentences.of_break(told.kind, told.values)) == (failed, True)
    assert "set off" in of_failure(now_of(failed).failure_reason)
    assert Transfer.objects.balance(Account.SET_OFF) == 0
    assert list(audit.asked(at=LATER)) == []
    confirm(prepare(failed, mona).refund, otto)
    breaks.look_around(at=LATER)
    assert not Break.objects.open().filter(kind="set_off_undone").exists()


def test_where_a_part_of_that_money_came_back_the_rest_is_set_off_once_more(failed, mona, otto):
    stripe = Scripted()
    finding.take_in(stripe.refund_by_hand(failed.payment, 25_000), at=NOW)
    finding.take_in(stripe.refund_by_hand(failed.payment, 4_990), at=NOW)
    confirm(prepare(failed, mona, way="set_off").refund, otto)
    finding.take_in(stripe.settle("re_2", "failed"), at=NOW)
    other_ways.undo_set_offs(at=LATER)
    paid = prepare(now_of(failed), mona).refund
    confirm(paid, otto)
    (rest,) = Refund.objects.open()
    confirm(prepare(rest, mona, way="set_off").refund, otto)
    other_ways.undo_set_offs(at=LATER)
    assert (paid.amount, rest.amount, RMA.objects.get().state) == (4_990, 9_672 - 4_990, RMAState.REFUNDED)
    assert list(audit.asked(at=LATER)) == []


def test_what_was_set_off_against_one_of_two_that_were_sent_is_owed_again_when_that_comes_back(failed, mona, otto):
    stripe = Scripted()
    again(failed, mona)
    send(stripe, after=timedelta(hours=1))
    finding.take_in(remote_of(failed, "succeeded", id="re_9"), at=LATER)
    breaks.close(Break.objects.get(kind="late_success").pk, note="Set off what is owed later.", by=mona, at=LATER)
    arrived(asked(failed.order, Wish("1", 2), Wish("2", 1)), at=LATER)
    send(stripe, after=timedelta(hours=1))
    (rest,) = Refund.objects.open()
    confirm(prepare(rest, mona, way="set_off").refund, otto)
    finding.take_in(remote_of(failed, "failed", id="re_9"), at=LATER)
    other_ways.undo_set_offs(at=LATER)
    assert (Refund.objects.succeeded().total(), Refund.objects.open().get()) == (20_318, rest)


def test_what_was_set_off_against_a_refund_of_ours_stays_when_that_is_owed_again(granted_all, mona, otto):
    confirm(prepare(granted_all, mona, way="set_off").refund, otto)
    finding.take_in(remote_of(Refund.objects.get(originator=Originator.GOODWILL), "failed"), at=NOW)
    other_ways.undo_set_offs(at=LATER)
    assert now_of(granted_all).state == RefundState.PAID_OTHERWISE
    assert Refund.objects.open().get().originator == Originator.GOODWILL


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


@pytest.mark.parametrize(("elsewhere", "state"), [(4_990, RefundState.DUE), (4_991, RefundState.FAILED)])
def test_what_is_due_gives_way_once_more_would_be_given_back_than_was_paid_to_the_cent(mona, otto, elsewhere, state):
    """Of 299.90 a person has paid 150.00, and 100.00 are due; the payment tells nothing of the former."""
    trusting()
    order = bought()
    for amount in (15_000, 10_000):
        goodwill.grant(order, amount=amount, reason="other", note="x", by=mona.actor, at=NOW)
    send(stripe := Scripted("failed"))
    paid, due = Refund.objects.order_by("pk")
    confirm(prepare(now_of(paid), mona).refund, otto)
    finding.take_in(stripe.refund_by_hand(due.payment, elsewhere), at=NOW)
    assert now_of(due).state == state


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


def test_of_what_is_left_for_one_no_two_are_paid_past_the_provider(wanda, failed, bob):
    arrived(asked(failed.order))
    send(Scripted(Rejected("charge_expired_for_refund")))
    one, two = Refund.objects.order_by("pk")
    finding.take_in(Scripted().refund_by_hand(one.payment, 29_990 - 9_672), at=LATER)
    assert left_of(failed.order) == 9_672
    prepare(now_of(one), bob)
    with pytest.raises(Refused, match="above_paid"):
        prepare(now_of(two), bob)


def test_what_a_bank_took_and_refunds_wait_for_is_given_back_once(failed, mona, otto):
    """96.72 in cash, the rest due, and the bank has just taken as much as the rest."""
    prepare(failed, mona)
    confirm(failed, otto)
    arrived(asked(failed.order, Wish("1", 2), Wish("2", 1)), at=LATER)
    due = Refund.objects.get(state=RefundState.DUE)
    columns = {"gateway_id": "dp_1", "status": "lost", "amount": due.amount, "currency": "EUR"}
    columns |= {"opened_at": LATER, "updated_at": LATER}
    Dispute.objects.create(payment=failed.order.payments.get(), withdrawn=due.amount, **columns)
    assert beyond_what_was_paid(failed.order) == 0
    Dispute.objects.update(withdrawn=due.amount + 495 + 7)  # 4.95 of delivery were nobody's yet
    assert beyond_what_was_paid(failed.order) == 7
