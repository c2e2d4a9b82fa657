"""A disputed charge: nothing of it is refunded by itself, and nothing is paid twice (money.md, "Disputes")."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from returns.actions import breaks, disputes, provider, reconciling, sending
from returns.actions.requests import Wish
from returns.actions.sending import ABSENCE_AGE, LOOKS
from returns.analytics import audit
from returns.gateways.gateway import Rejected
from returns.models import (
    Account,
    Break,
    Dispute,
    Event,
    Letter,
    OtherWay,
    Payment,
    Refund,
    RefundState,
    RMAState,
    Transfer,
)
from tests.actions.refunding import SILENCE, disputed, news, now_of, send, state_of
from tests.gateways.scripted import Scripted
from tests.people import NOW, arrived, asked

pytestmark = pytest.mark.django_db


def kept(status: str = "needs_response", **changes: Any) -> Dispute:
    disputes.keep(disputed(status, **changes), at=NOW)
    return Dispute.objects.get(gateway_id="dp_1")


def kinds() -> list[str]:
    return list(Event.objects.filter(kind__startswith="dispute.").order_by("pk").values_list("kind", flat=True))


def test_it_is_kept_told_and_held_against_the_payment(refund):
    dispute = kept()
    assert (dispute.status, dispute.withdrawn, dispute.refundable) == ("needs_response", 29_990, False)
    assert kinds() == ["dispute.opened", "dispute.withdrawn"]
    assert Payment.objects.with_room().get().active == 9_672 + 29_990
    assert Break.objects.open().get().kind == "disputed"
    booked = Transfer.objects.get(event__kind="dispute.withdrawn")
    assert (booked.debited, booked.credited, booked.amount) == (Account.CHARGEBACKS, Account.PROVIDER, 29_990)


def test_told_again_it_changes_nothing(refund):
    for _time in range(3):
        kept()
    assert kinds() == ["dispute.opened", "dispute.withdrawn"]


def test_what_was_sent_before_we_knew_of_it_breaks_no_invariant_though_clocks_differ(refund):
    assert send(Scripted(SILENCE), after=timedelta(hours=1)) is True
    kept()
    assert Event.objects.get(kind="dispute.opened").data["sent"] == [refund.public_id]
    assert list(audit.asked(at=NOW + timedelta(hours=1))) == []


def test_what_has_not_been_sent_is_not_named_by_it(refund):
    kept()
    assert Event.objects.get(kind="dispute.opened").data["sent"] == []


@pytest.mark.parametrize("status", ["needs_response", "under_review", "warning_needs_response", "warning_under_review"])
def test_while_it_is_open_no_refund_of_its_charge_leaves(refund, status):
    kept(status)
    assert send(Scripted(), after=timedelta(days=9)) is False
    assert now_of(refund).state == RefundState.DUE


@pytest.mark.parametrize("status", ["won", "warning_closed", "prevented"])
def test_when_it_is_over_the_refund_goes_on_and_the_money_is_there_again(refund, status):
    kept()
    kept(status)
    assert kinds() == ["dispute.opened", "dispute.withdrawn", "dispute.reinstated", "dispute.closed"]
    assert Payment.objects.with_room().get().active == 9_672
    assert send(Scripted()) is True
    assert now_of(refund).state == RefundState.SUCCEEDED
    breaks.look_around(at=NOW)
    assert not Break.objects.open().exists()


def test_two_managers_may_refund_despite_an_inquiry(refund):
    kept("warning_needs_response")
    Refund.objects.update(despite_dispute="the buyer is right")
    assert send(Scripted()) is True
    assert now_of(refund).state == RefundState.SUCCEEDED


def test_other_charges_are_refunded_meanwhile(refund):
    disputes.keep(disputed(payment="pi_other", charge="ch_other"), at=NOW)
    assert send(Scripted()) is True


def test_what_the_bank_took_leaves_no_room_for_a_refund(refund):
    kept()
    arrived(asked(refund.order, Wish("2", 1)))
    assert Refund.objects.get(payment=None).failure_reason == "no_payment"


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


def test_lost_and_told_again_it_pays_once(refund):
    kept("lost")
    kept("lost")
    assert OtherWay.objects.count() == 1


def test_it_pays_only_as_far_as_its_money_goes(refund):
    arrived(asked(refund.order, Wish("2", 1)))
    mug = Refund.objects.exclude(pk=refund.pk).get()
    kept("lost", withdrawn=9_672 + mug.amount - 1)
    assert [now_of(one).state for one in (refund, mug)] == [RefundState.PAID_OTHERWISE, RefundState.DUE]
    assert send(Scripted()) is False
    breaks.look_around(at=NOW)
    assert Break.objects.open().get().kind == "disputed"


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
    assert (mug.state, mug.payment) == (RefundState.FAILED, None)
    reconciling.catch_up(Scripted(), at=NOW)
    assert (now_of(mug).state, now_of(mug).other_way.way) == (RefundState.PAID_OTHERWISE, "chargeback")
    assert type(rma).objects.get(pk=rma.pk).state == RMAState.REFUNDED


def test_what_a_person_has_noted_as_paid_another_way_stays_with_people(refund):
    send(Scripted(Rejected("expired")))
    OtherWay.objects.create(refund=refund, way="transfer", evidence="VS 12", prepared_by="2", prepared_at=NOW)
    kept("lost")
    disputes.settle_by_chargebacks(at=NOW)
    assert (now_of(refund).state, OtherWay.objects.get().way) == (RefundState.FAILED, "transfer")
    breaks.look_around(at=NOW)
    assert Break.objects.open().get().kind == "disputed"


def test_an_event_makes_us_fetch_it(refund):
    stripe = Scripted()
    stripe.disputes["dp_1"] = disputed()
    news("dp_1", kind="charge.dispute.created")
    assert provider.work_next_event(stripe, at=NOW) is True
    assert Dispute.objects.get().status == "needs_response"
    stripe.disputes["dp_1"] = disputed("won")
    news("dp_1", kind="charge.dispute.closed", id="evt_2")
    provider.work_next_event(stripe, at=NOW)
    assert Dispute.objects.get().status == "won"


def test_refused_because_of_a_dispute_that_we_did_not_know_it_waits_for_its_end(refund):
    """F36; the refusal is stored under its key, so that it goes out under another one."""
    stripe = Scripted(Rejected("charge_disputed"))
    stripe.disputes["dp_1"] = disputed()
    send(stripe)
    assert (now_of(refund).state, Dispute.objects.count()) == (RefundState.UNCERTAIN, 1)
    send(stripe, after=ABSENCE_AGE)
    assert now_of(refund).state == RefundState.DUE
    assert send(stripe, after=timedelta(days=30)) is False
    kept("won")
    send(stripe, after=timedelta(days=31))
    assert now_of(refund).state == RefundState.SUCCEEDED
    assert stripe.keys == [f"r-{refund.public_id}-1", f"r-{refund.public_id}-2"]


def test_refused_for_a_dispute_that_nobody_finds_it_fails(refund):
    send(Scripted(Rejected("charge_disputed")))
    assert now_of(refund).state == RefundState.FAILED


def test_what_is_in_doubt_is_looked_for_all_the_same_and_not_sent_again(refund):
    stripe = Scripted(SILENCE)
    send(stripe)
    kept()
    send(stripe, after=LOOKS[1])
    assert now_of(refund).state == RefundState.UNCERTAIN
    send(stripe, after=ABSENCE_AGE)
    assert (now_of(refund).state, len(stripe.keys)) == (RefundState.DUE, 1)


def test_a_dispute_of_a_payment_that_is_not_ours_is_left_alone(refund):
    disputes.keep(replace(disputed(), payment="pi_other"), at=NOW)
    assert not Dispute.objects.exists()
