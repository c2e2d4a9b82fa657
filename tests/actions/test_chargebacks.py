"""What a lost dispute pays for: as far as the bank's money goes, once, and again owed where it is given back."""

from datetime import timedelta

import pytest

from returns import sentences
from returns.actions import approvals, breaks, disputes, finding, goodwill, other_ways, reconciling, sending
from returns.actions.requests import Wish
from returns.actions.rooms import rooms
from returns.analytics import audit
from returns.gateways.gateway import Rejected
from returns.importing.data import PaymentData
from returns.models import (
    RMA,
    Account,
    Break,
    Event,
    Letter,
    OtherWay,
    Payment,
    Refund,
    RefundState,
    RMAState,
    Transfer,
)
from tests.actions.refunding import confirm, disputed, keep, kept, now_of, prepare, send, state_of
from tests.gateways.scripted import Scripted
from tests.people import NOW, arrived, asked, bought, jana_order, limited, promised, trusting

pytestmark = pytest.mark.django_db


def test_lost_it_has_paid_what_was_owed_and_the_return_is_settled(refund):
    kept("lost")
    assert state_of(refund) == (RefundState.PAID_OTHERWISE, RMAState.REFUNDED)
    way = OtherWay.objects.get()
    assert (way.way, way.evidence, way.confirmed_at) == ("chargeback", "dp_1", NOW)
    event = Event.objects.get(kind="refund.paid_otherwise")
    assert (event.data["way"], event.data["amount"], event.refund_state) == ("chargeback", 9_672, "paid_otherwise")
    assert Transfer.objects.filter(event=event, debited=Account.OWED, credited=Account.CHARGEBACKS).exists()
    assert Letter.objects.filter(event=event).count() == 1
    assert send(Scripted()) is False


def test_what_it_has_not_paid_of_goods_for_store_credit_is_credited():
    promised(resolutions=["credit"], currency="EUR")
    order = bought()
    kept("lost", withdrawn=100)
    arrived(asked(order, Wish("2", 1, resolution="credit")))
    made = [(one.amount, one.credit_id is not None, one.state) for one in Refund.objects.all()]
    assert made == [(100, False, RefundState.DUE), (379, True, RefundState.SUCCEEDED)]


def test_what_it_will_pay_for_takes_no_room_and_is_paid_for_once():
    promised()
    order = bought()
    kept("lost", withdrawn=1_000)
    arrived(asked(order, Wish("2", 1)))
    assert [free for _payment, free in rooms(order, NOW)] == [29_990 - 1_000]
    arrived(asked(order, Wish("1", 1)))
    assert [one.amount for one in Refund.objects.all()] == [479, 521, 9_672 - 521]


def test_lost_and_told_again_it_pays_once(refund):
    kept("lost")
    kept("lost")
    assert OtherWay.objects.count() == 1


def lost_in_part(taken: int) -> None:
    kept(amount=taken, withdrawn=taken)
    kept("lost", amount=taken, withdrawn=taken)


def test_it_pays_as_far_as_its_money_goes_and_the_rest_is_owed_and_sent(refund):
    lost_in_part(4_000)
    paid, rest = Refund.objects.exclude(pk=refund.pk).order_by("pk")
    assert [(one.amount, one.state) for one in (now_of(refund), paid, rest)] == [
        (9_672, RefundState.FAILED),
        (4_000, RefundState.PAID_OTHERWISE),
        (5_672, RefundState.DUE),
    ]
    assert (now_of(refund).replaced_by, paid.other_way.evidence) == (rest, "dp_1")
    assert RMA.objects.get().state == RMAState.REFUND_DUE
    assert send(Scripted()) is True
    assert state_of(rest) == (RefundState.SUCCEEDED, RMAState.REFUNDED)
    assert list(Letter.objects.filter(event__refund__isnull=False).order_by("pk").values_list("kind", flat=True)) == [
        "paid_otherwise",
        "refunded",
    ]
    breaks.look_around(at=NOW)
    assert not Break.objects.open().exists()
    assert list(audit.asked(at=NOW)) == []


def test_refunds_that_its_money_does_not_reach_are_sent_as_they_are(refund):
    arrived(asked(refund.order, Wish("2", 1)))
    mug = Refund.objects.exclude(pk=refund.pk).get()
    lost_in_part(9_672)
    assert [now_of(one).state for one in (refund, mug)] == [RefundState.PAID_OTHERWISE, RefundState.DUE]
    assert send(Scripted()) is True
    assert now_of(mug).state == RefundState.SUCCEEDED


def test_the_rest_of_what_waits_for_others_waits_for_them_still(bob, mona):
    promised()
    limited(automatic=0, agent=1, manager=2)
    arrived(asked(bought()))
    held = Refund.objects.get()
    approvals.approve(held, seen=Event.objects.version(held.order_id), by=mona.actor, at=NOW)
    lost_in_part(4_000)
    rest = Refund.objects.get(amount=5_672)
    assert (rest.state, rest.approvals_needed) == (RefundState.AWAITING_APPROVAL, 2)
    assert rest.approvals.get().actor_label == str(mona.actor.label)
    assert list(audit.asked(at=NOW)) == []


def test_the_rest_of_what_had_failed_stays_with_a_person(refund):
    send(Scripted(Rejected("expired")))
    lost_in_part(4_000)
    rest = Refund.objects.get(amount=5_672)
    assert (rest.state, rest.failure_reason) == (RefundState.FAILED, "partly_charged_back")
    assert send(Scripted()) is False
    assert list(audit.asked(at=NOW)) == []


def test_the_rest_that_the_provider_does_not_take_fails_before_a_persons_eyes(refund):
    lost_in_part(4_000)
    stripe = Scripted(Rejected("charge_disputed"))
    stripe.disputes["dp_1"] = disputed("lost", amount=4_000, withdrawn=4_000)
    send(stripe)
    assert state_of(Refund.objects.get(amount=5_672)) == (RefundState.FAILED, RMAState.REFUND_DUE)


def test_goodwill_that_nobody_has_agreed_to_is_not_paid_by_it(bob, mona):
    order = bought(jana_order())
    goodwill.grant(order, amount=10_000, reason="other", note="Sorry.", by=bob.actor, at=NOW)
    kept("lost")
    disputes.settle_by_chargebacks(at=NOW)
    proposed = Refund.objects.get()
    assert proposed.state == RefundState.AWAITING_APPROVAL
    approvals.approve(proposed, seen=Event.objects.version(order.pk), by=mona.actor, at=NOW)
    disputes.settle_by_chargebacks(at=NOW)
    assert now_of(proposed).state == RefundState.PAID_OTHERWISE
    assert Event.objects.filter(kind="goodwill.granted").exists()
    assert list(audit.asked(at=NOW)) == []


def test_goodwill_that_is_proposed_after_it_was_lost_waits_for_its_yes_as_well(bob):
    two = (PaymentData("pi_A-1001", 10_000, "EUR"), PaymentData("pi_2", 19_990, "EUR"))
    order = bought(jana_order(payments=two))
    kept("lost", amount=10_000, withdrawn=10_000)
    goodwill.grant(order, amount=10_000, reason="other", note="Sorry.", by=bob.actor, at=NOW)
    disputes.settle_by_chargebacks(at=NOW)
    assert Refund.objects.get().state == RefundState.AWAITING_APPROVAL


@pytest.mark.parametrize(
    ("granted", "state"), [(10_328, RefundState.AWAITING_APPROVAL), (10_329, RefundState.CANCELED)]
)
def test_what_is_owed_has_the_banks_money_before_what_is_only_proposed(bob, granted, state):
    """200.00 less 96.72 are left for that."""
    two = (PaymentData("pi_A-1001", 20_000, "EUR"), PaymentData("pi_2", 9_990, "EUR"))
    order = bought(jana_order(payments=two))
    promised()
    goodwill.grant(order, amount=granted, reason="other", note="Sorry.", by=bob.actor, at=NOW)
    kept("lost", amount=20_000, withdrawn=20_000)
    trusting()
    arrived(asked(order, Wish("1", 1, "too_small")))
    disputes.settle_by_chargebacks(at=NOW)
    assert send(Scripted()) is False
    proposed, owed = Refund.objects.order_by("pk")
    assert (owed.amount, owed.state, proposed.state) == (9_672, RefundState.PAID_OTHERWISE, state)
    assert list(audit.asked(at=NOW)) == []


def test_a_second_return_is_paid_while_the_first_ones_payment_is_disputed():
    """The bank may give it back: it is no reason to refuse what another payment can give."""
    two = (PaymentData("pi_A-1001", 9_672, "EUR"), PaymentData("pi_2", 20_318, "EUR"))
    order = bought(jana_order(payments=two))
    promised()
    arrived(asked(order))
    stripe = Scripted()
    send(stripe)
    kept(amount=9_672, withdrawn=9_672)
    arrived(asked(order))
    assert send(stripe) is True
    assert not Letter.objects.filter(kind="refund_failed").exists()


def test_a_refund_that_failed_and_is_paid_in_part_fails_once_for_the_shopper(refund):
    send(Scripted(Rejected("expired")))
    lost_in_part(4_000)
    assert Letter.objects.filter(kind="refund_failed").count() == 1


def test_goodwill_that_was_told_and_tried_again_is_no_proposal(mona):
    two = (PaymentData("pi_A-1001", 10_000, "EUR"), PaymentData("pi_2", 19_990, "EUR"))
    order = bought(jana_order(payments=two))
    trusting()
    goodwill.grant(order, amount=10_000, reason="other", note="x", by=mona.actor, at=NOW)
    send(stripe := Scripted("failed"))
    finding.take_in(stripe.refund_by_hand(order.payments.get(reference="pi_A-1001"), 6_000), at=NOW)
    limited(agent_goodwill=0, manager_goodwill=0, at=NOW + timedelta(minutes=1))
    seen, later = Event.objects.version(order.pk), NOW + timedelta(hours=1)
    other_ways.try_again(Refund.objects.of_goodwill().get(), seen=seen, by=mona.actor, at=later)
    assert {one.state for one in Refund.objects.of_goodwill().standing()} == {RefundState.AWAITING_APPROVAL}
    assert not Refund.objects.proposed().exists()


def test_what_it_pays_in_part_was_decided_when_all_of_it_was(refund):
    keep(disputed("lost", amount=4_000, withdrawn=4_000), at=NOW + timedelta(days=2))
    assert {one.decided_at for one in Refund.objects.all()} == {refund.decided_at}


def test_store_credit_that_waits_for_a_yes_is_paid_by_it_as_money(bob, mona):
    limited(automatic=1_000)
    promised(resolutions=["credit"], credit_bonus_percent=10)
    arrived(asked(bought(jana_order()), Wish("1", 3, resolution="credit")))
    held = Refund.objects.get()
    assert (held.state, held.bonus) == (RefundState.AWAITING_APPROVAL, 2_901)
    kept("lost", amount=10_000, withdrawn=10_000)
    paid, rest = Refund.objects.filter(replaced_by=None).order_by("pk")
    assert (paid.amount, paid.credit, paid.state) == (10_000, None, RefundState.PAID_OTHERWISE)
    assert (rest.amount, rest.bonus, rest.state) == (19_016, 2_901 * 19_016 // 29_016, RefundState.AWAITING_APPROVAL)
    assert rest.credit is not None
    approvals.approve(rest, seen=Event.objects.version(rest.order_id), by=mona.actor, at=NOW)
    assert state_of(rest) == (RefundState.SUCCEEDED, RMAState.REFUNDED)
    assert list(audit.asked(at=NOW)) == []


def test_what_has_no_room_once_the_bank_has_paid_for_something_else_is_given_up(refund):
    """In flight when it was lost, put back when another return had used up the bank's money."""
    assert sending._claim(NOW) is not None
    kept("lost")
    rma = asked(refund.order, Wish("1", 2, "too_small"), Wish("2", 1))
    arrived(rma)
    disputes.settle_by_chargebacks(at=NOW)
    assert type(rma).objects.get(pk=rma.pk).state == RMAState.REFUNDED
    late = Refund.objects.get(pk=refund.pk)
    late.put_back()
    late.lease_until = None
    late.save()
    disputes.settle_by_chargebacks(at=NOW)
    assert send(Scripted()) is False
    total = sum(one.amount for one in Refund.objects.filter(state=RefundState.PAID_OTHERWISE))
    assert total == 29_990 - 495


def test_a_refund_that_fails_after_the_dispute_was_lost_is_settled_by_night(refund):
    assert sending._claim(NOW) is not None
    kept("lost")
    assert now_of(refund).state == RefundState.SENDING
    stripe = Scripted(Rejected("expired"))
    send(stripe, after=timedelta(minutes=4))
    send(stripe, after=timedelta(minutes=20))
    disputes.settle_by_chargebacks(at=NOW)
    assert now_of(refund).state in {RefundState.DUE, RefundState.PAID_OTHERWISE}
    disputes.settle_by_chargebacks(at=NOW)
    assert now_of(refund).state == RefundState.PAID_OTHERWISE


def test_what_arrives_after_it_was_lost_is_paid_by_it_too_and_not_once_more_by_a_person(refund):
    kept("lost")
    rma = asked(refund.order, Wish("2", 1))
    arrived(rma)
    mug = Refund.objects.get(rma=rma)
    assert (mug.state, mug.payment) == (RefundState.DUE, refund.payment)
    assert send(Scripted()) is False
    reconciling.catch_up(Scripted(), at=NOW)
    assert (now_of(mug).state, now_of(mug).other_way.way) == (RefundState.PAID_OTHERWISE, "chargeback")
    assert type(rma).objects.get(pk=rma.pk).state == RMAState.REFUNDED


def test_what_the_bank_took_of_one_payment_is_not_paid_once_more_from_another():
    promised()
    trusting()
    cards = (PaymentData("pi_A-1001", 10_000, "EUR"), PaymentData("pi_2", 19_990, "EUR"))
    order = bought(jana_order(payments=cards))
    lost_in_part(10_000)
    arrived(asked(order, Wish("1", 2, "too_small")))
    stripe = Scripted()
    send(stripe)
    reconciling.catch_up(stripe, at=NOW)
    paid = {one.state: one.amount for one in Refund.objects.all()}
    assert paid == {RefundState.PAID_OTHERWISE: 10_000, RefundState.SUCCEEDED: 9_344}
    assert RMA.objects.get().state == RMAState.REFUNDED
    assert list(audit.asked(at=NOW)) == []


def test_refunded_and_then_lost_a_person_is_told_until_a_person_closes_it(refund, mona):
    send(Scripted())
    kept()
    breaks.look_around(at=NOW)
    kept("lost")
    breaks.look_around(at=NOW)
    breaks.look_around(at=NOW)
    (told,) = Break.objects.open()
    assert (told.kind, told.subject, told.values["above"]) == ("paid_twice", "dp_1", 9_672)
    assert "96.72" in sentences.of_break(told.kind, told.values)
    breaks.close(told.pk, note="She sent it back.", by=mona, at=NOW)
    breaks.look_around(at=NOW)
    assert not Break.objects.open().exists()


def test_paid_by_a_person_and_then_lost_is_paid_twice_as_well(refund):
    send(Scripted(Rejected("expired")))
    OtherWay.objects.create(refund=refund, way="transfer", evidence="VS 12", prepared_by="2", prepared_at=NOW)
    paid = now_of(refund)
    paid.pay_otherwise()
    paid.save()
    kept("lost")
    breaks.look_around(at=NOW)
    assert Break.objects.get(kind="paid_twice").values["above"] == 9_672


def test_paid_by_a_person_in_parts_and_then_lost_is_paid_twice_too(refund, mona, otto):
    """Of what was divided no payment tells; no more than the bank took is too much."""
    send(Scripted(Rejected("expired")))
    finding.take_in(Scripted().refund_by_hand(refund.payment, 25_000), at=NOW)
    seen = Event.objects.version(refund.order_id)
    part = other_ways.prepare(now_of(refund), way="cash", evidence="x", seen=seen, by=mona.actor, at=NOW).refund
    other_ways.confirm(part, seen=Event.objects.version(refund.order_id), by=otto.actor, at=NOW)
    kept("lost", amount=1_000, withdrawn=1_000)
    for _time in range(2):
        disputes.settle_by_chargebacks(at=NOW)
        breaks.look_around(at=NOW)
    told = Break.objects.get(kind="paid_twice")
    assert (told.values["above"], told.values["captured"]) == (1_000, 29_990)


def test_what_a_person_has_closed_is_not_told_again_as_paid_twice(failed, mona, otto):
    """Of what the bank will pay beside it nothing is too much."""
    confirm(prepare(failed, mona).refund, otto)
    kept("lost")
    arrived(asked(failed.order))
    breaks.look_around(at=NOW)
    told = Break.objects.get(kind="paid_twice")
    assert told.values["above"] == 9_672
    breaks.close(told.pk, note="The shopper has sent it back.", by=mona, at=NOW)
    breaks.look_around(at=NOW)
    assert Break.objects.filter(kind="paid_twice").count() == 1


def test_what_the_bank_and_we_have_paid_once_together_is_not_told_as_paid_twice(refund):
    lost_in_part(4_000)
    send(Scripted())
    breaks.look_around(at=NOW)
    assert not Break.objects.filter(kind="paid_twice").exists()


def test_won_after_it_had_settled_a_refund_that_is_owed_again_and_a_person_is_told(refund, mona):
    kept("lost")
    kept("won")
    assert state_of(refund) == (RefundState.FAILED, RMAState.REFUND_DUE)
    assert send(Scripted()) is False
    breaks.look_around(at=NOW)
    (told,) = Break.objects.open()
    assert (told.kind, told.refund) == ("reinstated", refund)
    assert "96.72" in sentences.of_break(told.kind, told.values)
    assert Transfer.objects.balance(Account.CHARGEBACKS) == 0
    assert list(audit.asked(at=NOW)) == []
    trusting()
    other_ways.try_again(now_of(refund), seen=Event.objects.version(refund.order_id), by=mona.actor, at=NOW)
    assert send(Scripted()) is True
    breaks.look_around(at=NOW)
    assert not Break.objects.open().exists()
    assert list(audit.asked(at=NOW)) == []


def test_what_is_settled_after_its_return_was_tells_of_the_return_as_it_is_by_then(refund, mona):
    trusting()
    about = {"reason": "other", "note": "Sorry.", "by": mona.actor, "at": NOW}
    goodwill.grant(refund.order, amount=500, rma=refund.rma, **about)
    for status in ("lost", "won"):
        kept(status)
        told = Event.objects.filter(refund__originator="goodwill").latest("pk")
        assert told.rma_state == RMAState.REFUNDED  # won, too: what was settled last is owed again first
        assert list(audit.asked(at=NOW)) == []


def test_a_dispute_in_another_currency_pays_for_nothing_and_a_manager_looks_first(refund, mona):
    dispute = kept("lost", amount=10_000, withdrawn=10_000, currency="JPY")
    assert (dispute.withdrawn, Payment.objects.with_room().get().active) == (0, 9_672)
    assert (now_of(refund).state, send(Scripted())) == (RefundState.DUE, False)
    told = Break.objects.get(kind="dispute_in_another_currency")
    assert "¥10,000" in sentences.of_break(told.kind, told.values)
    breaks.close(told.pk, note="Sixty euros were taken.", by=mona, at=NOW)
    kept("lost", amount=10_000, withdrawn=10_000, currency="JPY")
    assert send(Scripted()) is True
    assert list(audit.asked(at=NOW)) == []


def test_lost_once_more_it_settles_it_once_more(refund):
    for status in ("lost", "won", "lost"):
        kept(status)
    assert state_of(refund) == (RefundState.PAID_OTHERWISE, RMAState.REFUNDED)
    assert list(audit.asked(at=NOW)) == []


def test_only_what_it_has_not_spent_counts_for_later_refunds(refund):
    lost_in_part(10_000)
    arrived(asked(refund.order, Wish("2", 1)))
    theirs, ours = Refund.objects.unsent()
    assert theirs.amount == 10_000 - 9_672
    disputes.settle_by_chargebacks(at=NOW)
    assert [now_of(one).state for one in (theirs, ours)] == [RefundState.PAID_OTHERWISE, RefundState.DUE]


def test_what_the_bank_gives_back_before_it_has_paid_for_anything_is_paid_by_us(refund):
    stripe = Scripted()
    send(stripe)
    lost_in_part(10_000)
    rma = asked(refund.order, Wish("1", 1, "too_small"))
    arrived(rma)
    assert send(stripe) is False
    kept("won", amount=10_000)
    assert send(stripe) is True
    assert not Refund.objects.filter(state=RefundState.PAID_OTHERWISE).exists()


def test_what_a_bank_has_paid_is_not_given_as_store_credit_too():
    promised(resolutions=["credit"], currency="EUR", credit_bonus_percent=0)
    trusting()
    order = bought()
    kept("lost")
    arrived(asked(order, Wish("1", 1, "too_small", "credit")))
    assert not Transfer.objects.filter(credited=Account.STORE_CREDIT).exists()
    disputes.settle_by_chargebacks(at=NOW)
    assert Refund.objects.get().state == RefundState.PAID_OTHERWISE


def test_what_a_person_has_noted_as_paid_another_way_stays_with_people(refund):
    send(Scripted(Rejected("expired")))
    OtherWay.objects.create(refund=refund, way="transfer", evidence="VS 12", prepared_by="2", prepared_at=NOW)
    kept("lost")
    disputes.settle_by_chargebacks(at=NOW)
    assert (now_of(refund).state, OtherWay.objects.get().way) == (RefundState.FAILED, "transfer")
    breaks.look_around(at=NOW)
    assert Break.objects.open().get().kind == "disputed"


def test_what_a_person_paid_and_the_bank_took_as_well_is_not_owed_of_another_payment(bob, mona):
    promised()
    paid = (PaymentData("pi_A-1001", 9_672, "EUR"), PaymentData("pi_2", 20_318, "EUR"))
    order = bought(jana_order(payments=paid))
    arrived(asked(order))
    first = Refund.objects.get()
    arrived(asked(order, Wish("1", 2)))
    send(Scripted(Rejected("charge_expired_for_refund")))
    prepare(first, bob)
    confirm(first, mona)
    kept("lost", amount=9_672, withdrawn=9_672)
    while send(Scripted()):
        pass
    assert Refund.objects.given().total() + 9_672 <= 29_990
