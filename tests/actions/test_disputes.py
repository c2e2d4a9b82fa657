"""A disputed charge: nothing of it is refunded by itself, and nothing is paid twice (money.md, "Disputes")."""

from dataclasses import replace
from datetime import timedelta

import pytest

from returns.actions import approvals, breaks, disputes, provider, reconciling
from returns.actions.requests import Wish
from returns.actions.sending import ABSENCE_AGE, LOOKS
from returns.analytics import audit
from returns.gateways.gateway import PutOff, Rejected
from returns.models import (
    Account,
    Break,
    Dispute,
    Event,
    Payment,
    Refund,
    RefundState,
    Transfer,
)
from tests.actions.refunding import (
    BUSY,
    LATER,
    SERVER_ERROR,
    SILENCE,
    disputed,
    keep,
    kept,
    news,
    now_of,
    send,
    told,
)
from tests.gateways.scripted import Scripted
from tests.people import NOW, arrived, asked, bought, jana_order, promised

pytestmark = pytest.mark.django_db


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


def test_what_was_put_off_and_then_paid_by_another_dispute_was_never_sent(refund):
    send(Scripted(BUSY))
    kept()
    kept("lost", id="dp_2")
    assert now_of(refund).state == RefundState.PAID_OTHERWISE
    kept("won")
    assert Event.objects.filter(kind="dispute.closed").latest("pk").data["sent"] == []
    assert list(audit.asked(at=NOW)) == []


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


def test_what_the_bank_keeps_of_one_that_is_over_is_told_after_three_days_until_it_is_there(refund):
    """Its refund waits for it, and no longer in silence."""
    kept()
    kept("won", withdrawn=29_990)
    for days in (1, 4):
        breaks.look_around(at=NOW + timedelta(days=days))
        assert send(Scripted(), after=timedelta(days=days)) is False
        told = Break.objects.open().filter(kind="not_given_back", payment=refund.payment)
        assert told.exists() is (days == 4)
    kept("won")
    breaks.look_around(at=NOW + timedelta(days=4))
    assert not Break.objects.open().exists()
    assert send(Scripted(), after=timedelta(days=4)) is True


def test_two_managers_may_refund_despite_an_inquiry(refund):
    refund.despite.add(kept("warning_needs_response"))
    kept("warning_under_review")
    assert send(Scripted()) is True
    assert now_of(refund).state == RefundState.SUCCEEDED


@pytest.mark.parametrize(
    "worse",
    [
        disputed("needs_response"),
        disputed("warning_under_review", refundable=False),
        disputed("warning_needs_response", withdrawn=1),
        disputed("warning_needs_response", id="dp_2"),
    ],
    ids=["the bank has the money", "not refundable", "in part taken", "another dispute"],
)
def test_what_two_managers_allowed_holds_for_the_dispute_as_they_saw_it(refund, worse):
    refund.despite.add(kept("warning_needs_response"))
    keep(worse)
    assert send(Scripted()) is False
    assert now_of(refund).state == RefundState.DUE


def test_what_was_put_off_before_managers_were_asked_was_not_sent_without_them(refund, mona):
    send(Scripted(BUSY))
    kept("warning_needs_response")
    seen = Event.objects.version(refund.order_id)
    approvals.send_despite_dispute(now_of(refund), reason="Ours.", seen=seen, by=mona.actor, at=NOW)
    assert now_of(refund).state == RefundState.AWAITING_APPROVAL
    assert list(audit.asked(at=NOW)) == []


def test_what_was_allowed_and_got_worse_is_not_sent_again_once_it_is_proven_absent(refund):
    refund.despite.add(kept("warning_needs_response"))
    stripe = Scripted(SILENCE)
    send(stripe)
    kept("needs_response")
    send(stripe, after=ABSENCE_AGE)
    assert (now_of(refund).state, len(stripe.keys)) == (RefundState.DUE, 1)
    assert now_of(refund).attempts.get().error == "disputed"
    assert list(audit.asked(at=NOW)) == []


def test_other_charges_are_refunded_meanwhile(refund):
    keep(disputed(payment="pi_other", charge="ch_other"))
    assert send(Scripted()) is True


def test_what_the_bank_took_leaves_no_room_for_a_refund(refund):
    kept()
    arrived(asked(refund.order, Wish("2", 1)))
    assert Refund.objects.get(payment=None).failure_reason == "no_payment"


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
    assert refund.attempts.get().error == "charge_disputed"
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


def test_one_that_was_told_before_its_order_came_is_found_when_the_order_has_come():
    stripe = Scripted()
    stripe.disputes["dp_1"] = disputed()
    news("dp_1", kind="charge.dispute.created")
    provider.work_next_event(stripe, at=NOW)
    reconciling.catch_up(stripe, at=NOW)
    assert not Dispute.objects.exists()
    promised()
    arrived(asked(bought()))
    reconciling.catch_up(stripe, at=NOW)
    assert Dispute.objects.get().gateway_id == "dp_1"
    assert send(stripe) is False


def test_disputes_are_asked_for_after_an_import_and_every_night_alone(refund):
    stripe = Scripted()
    for minutes in (0, 10, 20):
        reconciling.catch_up(stripe, at=NOW + timedelta(minutes=minutes))
    assert stripe.asked_for_disputes == 1
    bought(jana_order("A-1002"))
    for minutes in (30, 40):
        reconciling.catch_up(stripe, at=NOW + timedelta(minutes=minutes))
    assert stripe.asked_for_disputes == 2
    reconciling.catch_up(stripe, at=NOW + timedelta(days=1))
    assert stripe.asked_for_disputes == 3


def test_what_came_while_disputes_were_asked_for_is_asked_for_again(refund):
    class Slow(Scripted):
        def disputes_since(self, moment):
            bought(jana_order("A-1002"))
            return super().disputes_since(moment)

    stripe = Slow()
    reconciling.catch_up(stripe, at=NOW)
    reconciling.catch_up(stripe, at=NOW)
    assert stripe.asked_for_disputes == 2


def test_a_dispute_that_cannot_be_asked_for_hides_no_other_and_all_are_listed_again(refund):
    class Refusing(Scripted):
        def dispute(self, dispute_id):
            if dispute_id == "dp_1":
                raise Rejected("internal")
            return super().dispute(dispute_id)

    stripe = Refusing()
    stripe.disputes = {name: replace(disputed(), id=name) for name in ("dp_1", "dp_2")}
    for _time in range(2):
        reconciling.catch_up(stripe, at=NOW)
    assert Dispute.objects.get().gateway_id == "dp_2"
    assert stripe.asked_for_disputes == 2


def test_a_dispute_of_a_payment_that_is_not_ours_is_left_alone(refund):
    keep(replace(disputed(), payment="pi_other"))
    assert not Dispute.objects.exists()


def test_what_was_asked_for_before_does_not_undo_what_was_asked_for_after(refund):
    """Two workers have each an event of it; the slower one asks again."""
    kept("needs_response")

    class Slow(Scripted):
        def dispute(self, dispute_id):
            told = [disputed("needs_response", refundable=True), disputed("won")][len(asked_for)]
            if not asked_for:
                kept("won")
            asked_for.append(dispute_id)
            return told

    asked_for: list[str] = []
    disputes.look(Slow(), "dp_1", at=NOW)
    assert (Dispute.objects.get().status, asked_for) == ("won", ["dp_1", "dp_1"])
    assert not Event.objects.filter(kind="dispute.reopened").exists()


def test_where_our_row_changes_again_and_again_it_is_looked_at_later(refund):
    kept("needs_response")

    class Busy(Scripted):
        def dispute(self, dispute_id):
            kept("under_review" if Dispute.objects.get().status == "needs_response" else "needs_response")
            return disputed("lost")

    with pytest.raises(PutOff):
        disputes.look(Busy(), "dp_1", at=NOW)


@pytest.fixture
def put_back(refund) -> Scripted:
    """A server error left nothing there; a bank asked before that was proven."""
    stripe = Scripted(SERVER_ERROR)
    send(stripe)
    keep(disputed("warning_needs_response"), at=NOW + timedelta(minutes=2))
    for minutes in (5, 10, 16):
        send(stripe, after=timedelta(minutes=minutes))
    assert now_of(refund).state == RefundState.DUE
    return stripe


def test_what_left_nothing_there_was_not_sent_without_the_yes_that_it_needs_now(put_back, refund, mona, otto):
    approvals.send_despite_dispute(now_of(refund), reason="Ours.", **told(refund, mona))
    approvals.approve(now_of(refund), **told(refund, otto))
    assert send(put_back, after=timedelta(hours=2)) is True
    assert now_of(refund).state == RefundState.SUCCEEDED
    assert list(audit.asked(at=LATER + timedelta(hours=2))) == []


def test_what_waited_for_the_end_of_a_dispute_is_not_in_doubt_since_before(put_back, refund):
    at = NOW + timedelta(days=60)
    keep(disputed("warning_closed"), at=at)
    put_back.steps.append(SILENCE)
    send(put_back, after=timedelta(days=60))
    at += timedelta(seconds=30)
    breaks.look_around(at=at)
    assert not Break.objects.open().filter(kind="stuck").exists()
    assert list(audit.asked(at=at)) == []


def test_what_waits_for_a_bank_that_keeps_what_it_took_is_not_forgotten(refund):
    at = NOW + timedelta(days=60)
    for status, moment in (("needs_response", NOW), ("won", at)):
        keep(disputed(status, withdrawn=29_990), at=moment)
        breaks.look_around(at=moment)
    assert send(Scripted(), after=timedelta(days=60)) is False
    assert list(audit.asked(at=at + timedelta(hours=1))) == []
