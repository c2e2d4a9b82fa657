"""The second pair of eyes: who may say yes or no, and what becomes of it."""

from datetime import timedelta

import pytest

from returns.actions import approvals, goodwill, sending
from returns.actions.refusals import Refused
from returns.actions.requests import Wish
from returns.actions.rooms import free_for_goodwill
from returns.actions.upkeep import close_next
from returns.importing.data import PaymentData
from returns.models import (
    Account,
    Actor,
    Approval,
    Dispute,
    Event,
    Letter,
    Limits,
    Refund,
    RefundState,
    RMAState,
    Role,
    Transfer,
    User,
)
from tests.actions.approving import agree, arrived, back, grant, kinds, refuse, seen, unsendable
from tests.actions.refunding import LATER, now_of, send, state_of
from tests.gateways.scripted import Scripted
from tests.people import NOW, asked, bought, jana_order, limited, promised

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _bench(wanda) -> None:
    """Wanda counts what arrives; a refund by policy is no decision of hers."""


# --- yes ----------------------------------------------------------------------------------------


def test_with_one_yes_it_is_due_and_goes_out(mona):
    limited(agent=0)
    refund = back(2)
    agree(refund, mona)
    assert state_of(refund) == (RefundState.DUE, RMAState.REFUND_DUE)
    given = Approval.objects.get()
    assert (given.actor_label, given.role, given.approved_at) == ("Mona", Role.MANAGER, LATER)
    assert send(Scripted(), after=timedelta(hours=1)) is True
    assert state_of(refund) == (RefundState.SUCCEEDED, RMAState.REFUNDED)


def test_above_a_managers_limit_two_managers_must_agree(mona, otto):
    limited(agent=0, manager=100)
    refund = back(2)
    assert refund.approvals_needed == 2
    agree(refund, mona)
    assert now_of(refund).state == RefundState.AWAITING_APPROVAL
    with pytest.raises(Refused, match="approved_already"):
        agree(refund, mona)
    agree(refund, otto)
    assert now_of(refund).state == RefundState.DUE


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": Role.AGENT}])
def test_a_yes_of_who_is_a_manager_no_longer_counts_no_longer(mona, otto, change):
    limited(agent=0, manager=100)
    refund = back(2)
    agree(refund, mona)
    User.objects.filter(pk=mona.pk).update(**change)
    agree(refund, otto)
    assert now_of(refund).state == RefundState.AWAITING_APPROVAL
    assert Event.objects.filter(kind="refund.approved").latest("pk").data["given"] == 1
    agree(refund, User.objects.create_user("pia@shop.example", name="Pia", role=Role.MANAGER))
    assert now_of(refund).state == RefundState.DUE


def test_the_refunds_of_one_decision_are_approved_together(mona):
    limited()
    promised()
    paid = (PaymentData("pi_1", 15_000, "EUR"), PaymentData("pi_2", 14_990, "EUR"))
    arrived(asked(bought(jana_order(payments=paid)), Wish("1", 2)))
    first, second = Refund.objects.all()
    agree(second, mona)
    assert (now_of(first).state, now_of(second).state) == (RefundState.DUE, RefundState.DUE)
    assert Approval.objects.count() == 2


def test_an_agent_may_agree_to_what_an_agent_decides_alone(bob):
    limited()
    refund = back(2)
    agree(refund, bob)
    assert now_of(refund).state == RefundState.DUE
    assert Approval.objects.get().role == Role.AGENT


def test_above_the_agents_limit_an_agents_yes_is_refused(bob):
    limited(agent=19_000)
    refund = back(2)
    with pytest.raises(Refused, match="not_a_manager"):
        agree(refund, bob)


def test_an_agent_may_not_agree_to_the_goodwill_of_another(bob, ida):
    limited()
    with pytest.raises(Refused, match="not_a_manager"):
        agree(grant(bob, 5_000), ida)


@pytest.mark.parametrize("verb", [agree, refuse])
def test_nobody_decides_on_what_they_proposed(mona, verb):
    limited()
    refund = grant(mona, 25_000)
    with pytest.raises(Refused, match="own_proposal"):
        verb(refund, mona)


@pytest.mark.parametrize("verb", [agree, refuse])
def test_the_bench_a_stranger_and_who_was_shut_out_decide_nothing(wanda, mona, verb):
    limited()
    refund = back(2)
    User.objects.filter(pk=mona.pk).update(is_active=False)
    for who in (wanda.actor, mona.actor, Actor("integrator", str(mona.pk), "key"), Actor("shopper")):
        with pytest.raises(Refused, match="not_a_manager"):
            verb(refund, mona, by=who)
    assert now_of(refund).state == RefundState.AWAITING_APPROVAL


@pytest.mark.parametrize("verb", [agree, refuse])
def test_what_changed_since_it_was_seen_is_not_signed(mona, verb):
    limited()
    refund = back(2)
    was = seen(refund)
    grant(mona, 1, refund.order)
    with pytest.raises(Refused, match="changed_meanwhile"):
        verb(refund, mona, seen=was)


@pytest.mark.parametrize("verb", [agree, refuse])
def test_what_does_not_wait_is_not_decided(mona, verb):
    with pytest.raises(Refused, match="refund_not_waiting"):
        verb(back(1), mona)


def disputed(refund: Refund, *, refundable: bool = True) -> None:
    assert refund.payment is not None
    Dispute.objects.create(
        gateway_id="dp_1",
        payment=refund.payment,
        status="warning_needs_response",
        amount=refund.amount,
        currency=refund.currency,
        refundable=refundable,
        opened_at=NOW,
        updated_at=NOW,
    )


def insist(refund: Refund, user: User, reason: str = "She asked us to.") -> None:
    approvals.send_despite_dispute(refund, reason=reason, seen=seen(refund), by=user.actor, at=LATER)


def test_despite_a_dispute_another_manager_must_agree_anew(bob, mona, otto):
    limited()
    refund = back(2)
    agree(refund, otto)
    disputed(refund)
    insist(refund, mona)
    held = now_of(refund)
    assert (held.state, held.approvals_needed, held.approvals.count()) == (RefundState.AWAITING_APPROVAL, 1, 0)
    for who, code in ((mona, "own_proposal"), (bob, "not_a_manager")):
        with pytest.raises(Refused, match=code):
            agree(refund, who)
    agree(refund, otto)
    assert now_of(refund).state == RefundState.DUE


def test_it_is_let_go_despite_the_disputes_there_are_alone(mona):
    refund = back(1)
    disputed(refund)
    insist(refund, mona)
    assert [one.gateway_id for one in refund.despite.all()] == [Dispute.objects.get().gateway_id]


def test_what_the_provider_takes_no_refund_of_waits_for_the_bank(mona):
    refund = back(1)
    with pytest.raises(Refused, match="not_disputed"):
        insist(refund, mona)
    disputed(refund, refundable=False)
    with pytest.raises(Refused, match="dispute_not_refundable"):
        insist(refund, mona)
    assert now_of(refund).state == RefundState.DUE


def test_sending_despite_a_dispute_is_a_managers_and_says_why(bob, mona):
    refund = back(1)
    disputed(refund)
    with pytest.raises(Refused, match="not_a_manager"):
        insist(refund, bob)
    with pytest.raises(Refused, match="note_missing"):
        insist(refund, mona, reason=" ")


def test_with_the_last_yes_what_cannot_be_sent_waits_for_another_way(bob, mona, otto):
    limited()
    refund = grant(bob, 29_000, unsendable())
    agree(refund, mona)
    agree(refund, otto)
    assert (now_of(refund).state, now_of(refund).failure_reason) == (RefundState.FAILED, "method_without_refunds")
    assert kinds()[-3:] == ["refund.approved", "goodwill.granted", "refund.failed"]
    assert [letter.kind for letter in Letter.objects.all()] == ["goodwill", "refund_failed"]
    assert list(Refund.objects.open()) == [refund]


def mixed() -> tuple[Refund, Refund]:
    """A shirt for money and one for store credit, of one receipt, both of which wait."""
    limited(automatic=0)
    promised(resolutions=["credit"])
    arrived(asked(bought(), Wish("1", 1, resolution="credit"), Wish("2", 1)))
    money, credit = Refund.objects.filter(credit=None).get(), Refund.objects.exclude(credit=None).get()
    assert (money.state, credit.state) == (RefundState.AWAITING_APPROVAL, RefundState.AWAITING_APPROVAL)
    return money, credit


def test_money_and_store_credit_of_one_receipt_are_approved_apart(mona):
    money, credit = mixed()
    agree(money, mona)
    assert (now_of(money).state, now_of(credit).state) == (RefundState.DUE, RefundState.AWAITING_APPROVAL)
    agree(credit, mona)
    assert now_of(credit).state == RefundState.SUCCEEDED


# --- no -----------------------------------------------------------------------------------------


def test_goodwill_that_is_declined_is_owed_no_longer(bob, mona):
    promised()
    rma = asked(bought())
    arrived(rma)
    sending.send_next(Scripted(), at=NOW)
    free = free_for_goodwill(rma.order, at=NOW)
    refund = grant(bob, 500, rma.order, rma=rma)
    assert free_for_goodwill(rma.order, at=NOW) == free - 500
    refuse(refund, mona)
    assert now_of(refund).state == RefundState.CANCELED
    assert not Refund.objects.open().exists()
    assert free_for_goodwill(rma.order, at=NOW) == free
    assert Transfer.objects.balance(Account.GOODWILL) == 0
    assert Transfer.objects.balance(Account.OWED) == 0
    assert close_next(at=NOW + timedelta(days=99)) is True
    assert "goodwill" not in {letter.kind for letter in Letter.objects.all()}


def test_goodwill_over_several_payments_is_declined_whole(bob, mona):
    limited()
    order = unsendable(also=(PaymentData("pi_A-1001", 19_990, "EUR"),))
    goodwill.grant(order, amount=28_000, reason="other", note="n", by=bob.actor, at=NOW)
    refuse(Refund.objects.earliest("pk"), mona)
    assert [refund.state for refund in Refund.objects.all()] == [RefundState.CANCELED] * 2
    assert not Refund.objects.open().exists()


def test_a_refund_of_a_return_that_is_declined_stays_owed(mona):
    limited()
    refund = back(2)
    refuse(refund, mona)
    assert state_of(refund) == (RefundState.CANCELED, RMAState.REFUND_DUE)
    assert list(Refund.objects.open()) == [refund]
    assert Transfer.objects.balance(Account.OWED) == 19_344
    declined = Event.objects.get(kind="refund.declined")
    assert (declined.data["note"], declined.data["parts"], declined.actor_label) == ("No.", {}, "Mona")


def test_money_is_declined_beside_store_credit_of_which_nobody_says_no(mona):
    money, credit = mixed()
    refuse(money, mona)
    assert (now_of(money).state, now_of(credit).state) == (RefundState.CANCELED, RefundState.AWAITING_APPROVAL)
    with pytest.raises(Refused, match="credit_not_declined"):
        refuse(credit, mona)


def test_a_no_says_why(mona):
    limited()
    refund = back(2)
    with pytest.raises(Refused, match="note_missing"):
        refuse(refund, mona, note=" ")
    assert now_of(refund).state == RefundState.AWAITING_APPROVAL


def test_limits_that_are_lowered_do_not_release_what_waits(mona):
    limited()
    refund = back(2)
    Limits.objects.update(automatic=None)
    assert now_of(refund).state == RefundState.AWAITING_APPROVAL


def test_after_a_month_an_agent_still_may_not_agree_to_what_asks_a_manager(bob):
    """The refund itself counts, however old it is."""
    limited()
    refund = back()
    for days in (29, 31):
        with pytest.raises(Refused, match="not_a_manager"):
            agree(refund, bob, at=NOW + timedelta(days=days))


def test_goodwill_that_was_granted_stays_owed_after_a_no_to_its_dispute(bob, mona, otto):
    limited()
    refund = grant(bob, 2_000)
    assert refund.state == RefundState.DUE
    disputed(refund)
    insist(refund, mona)
    refuse(refund, otto)
    assert now_of(refund).state == RefundState.FAILED
    assert Event.objects.get(kind="refund.failed").actor_label == "Otto"
    assert Refund.objects.open().get() == refund


def test_goodwill_that_was_granted_is_told_once_though_others_agree_again(bob, mona, otto):
    limited()
    refund = grant(bob, 2_000)
    disputed(refund)
    insist(refund, mona)
    agree(refund, otto)
    assert kinds().count("goodwill.granted") == 1


def test_goodwill_that_nobody_granted_is_owed_by_nobody_though_it_was_to_leave_despite_a_dispute(bob, mona, otto):
    limited()
    refund = grant(bob, 20_000)
    assert refund.state == RefundState.AWAITING_APPROVAL
    disputed(refund)
    insist(refund, mona)
    refuse(refund, otto)
    assert now_of(refund).state == RefundState.CANCELED
    assert not Refund.objects.open().exists()
