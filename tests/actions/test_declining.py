"""Goodwill that was only proposed ends with its room: nobody granted it, and the shopper never heard of it."""

from datetime import timedelta

import pytest

from returns.actions import approvals, finding, goodwill, other_ways
from returns.analytics import audit
from returns.gateways.gateway import Rejected
from returns.importing.data import PaymentData
from returns.models import Account, Event, Letter, Refund, RefundState, Transfer
from tests.actions.refunding import disputed, keep, now_of, send
from tests.gateways.scripted import Scripted
from tests.people import NOW, bought, jana_order, limited

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def proposed(bob) -> Refund:
    """50.00 of goodwill, above what an agent grants alone."""
    limited()
    return goodwill.grant(bought(), amount=5_000, reason="other", note="x", by=bob.actor, at=NOW).refunds.get()


def lost_its_room(refund: Refund) -> Refund:
    assert refund.payment is not None
    finding.take_in(Scripted().refund_by_hand(refund.payment, refund.payment.captured), at=NOW)
    return now_of(refund)


def test_a_proposal_without_room_is_declined_and_owed_by_nobody(proposed):
    ended = lost_its_room(proposed)
    assert (ended.state, ended.failure_reason, ended.declined) == (RefundState.CANCELED, "no_room", True)
    assert Transfer.objects.balance(Account.OWED) == 0
    assert not Refund.objects.open().exists()
    assert list(audit.asked(at=LATER)) == []


def test_the_shopper_reads_nothing_of_it(proposed):
    lost_its_room(proposed)
    assert not Letter.objects.filter(event__refund=proposed).exists()


def test_all_of_a_proposal_over_two_payments_ends(bob):
    limited()
    order = bought(jana_order(payments=(PaymentData("pi_1", 3_000, "EUR"), PaymentData("pi_2", 26_990, "EUR"))))
    granted = goodwill.grant(order, amount=5_000, reason="other", note="x", by=bob.actor, at=NOW)
    first, second = granted.refunds.order_by("pk")
    lost_its_room(first)
    assert [now_of(one).state for one in (first, second)] == [RefundState.CANCELED, RefundState.CANCELED]


def test_a_proposal_of_which_a_lost_dispute_would_pay_a_part_ends_whole_and_once(bob):
    limited()
    order = bought()
    keep(disputed("lost", amount=4_000, withdrawn=4_000))
    granted = goodwill.grant(order, amount=5_000, reason="other", note="x", by=bob.actor, at=NOW)
    assert [part.amount for part in granted.refunds.order_by("pk")] == [4_000, 1_000]
    lost_its_room(granted.refunds.earliest("pk"))
    assert [part.state for part in granted.refunds.all()] == [RefundState.CANCELED] * 2
    assert list(Event.objects.filter(kind="refund.declined").values_list("data__amount", flat=True)) == [4_000, 1_000]
    assert Transfer.objects.balance(Account.OWED) == 0


def test_granted_goodwill_without_room_is_owed_all_the_same(proposed, mona):
    approvals.approve(proposed, seen=Event.objects.version(proposed.order_id), by=mona.actor, at=LATER)
    assert lost_its_room(proposed).state == RefundState.FAILED
    assert Refund.objects.open().count() == 1


def test_goodwill_that_was_tried_again_is_owed_while_it_waits_once_more(proposed, mona):
    approvals.approve(proposed, seen=Event.objects.version(proposed.order_id), by=mona.actor, at=LATER)
    send(Scripted(Rejected("charge_expired_for_refund")), after=timedelta(hours=2))
    (again,) = other_ways.try_again(
        now_of(proposed), seen=Event.objects.version(proposed.order_id), by=mona.actor, at=LATER
    )
    Refund.objects.filter(pk=again.pk).update(state=RefundState.AWAITING_APPROVAL)
    assert lost_its_room(again).state == RefundState.FAILED
