"""The second pair of eyes: what waits, who may say yes or no, and what becomes of it."""

from datetime import datetime, timedelta

import pytest

from returns.actions import approvals, decisions, goodwill, receiving, sending
from returns.actions.receiving import Count
from returns.actions.refunds import free_for_goodwill
from returns.actions.refusals import Refused
from returns.actions.requests import Wish
from returns.actions.upkeep import close_next
from returns.importing.data import PaymentData
from returns.models import (
    RMA,
    Account,
    Actor,
    Approval,
    Dispute,
    Event,
    Letter,
    Limits,
    Order,
    Refund,
    RefundState,
    RMAState,
    Role,
    Transfer,
    User,
)
from tests.actions.refunding import now_of, send, state_of
from tests.gateways.scripted import Scripted
from tests.people import NOW, WANDA_EMAIL, asked, bought, jana_order, late_order, limited, promised

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _bench(wanda) -> None:
    """Wanda counts what arrives; a refund by policy is no decision of hers."""


def arrived(rma: RMA, at: datetime = NOW) -> None:
    """All that was asked for, as good as new."""
    counts = [Count(item.line.line_id, fine=item.quantity) for item in rma.items.select_related("line")]
    receiving.receive(rma, counts, by=User.objects.get(email=WANDA_EMAIL).actor, at=at)


@pytest.fixture
def ida(db) -> User:
    """Another agent."""
    return User.objects.create_user("ida@shop.example", name="Ida", role=Role.AGENT)


def seen(refund: Refund) -> int:
    return Event.objects.version(refund.order_id)


def agree(refund: Refund, user: User, **how) -> None:
    approvals.approve(refund, **{"seen": seen(refund), "by": user.actor, "at": LATER, **how})


def refuse(refund: Refund, user: User, **how) -> None:
    approvals.decline(refund, **{"seen": seen(refund), "by": user.actor, "at": LATER, "note": "No.", **how})


def grant(user: User, amount: int, order: Order | None = None, **how) -> Refund:
    told = {"reason": "loyalty", "note": "kind", "by": user.actor, "at": NOW, **how}
    granted = goodwill.grant(order or bought(), amount=amount, **told)
    return granted.refunds.get()


def back(units: int = 3) -> Refund:
    """T-shirts of Jana's at 96.72, counted at the bench."""
    promised()
    arrived(asked(bought(), Wish("1", units)))
    return Refund.objects.get()


def kinds() -> list[str]:
    return [event.kind for event in Event.objects.all()]


# --- what waits ---------------------------------------------------------------------------------


def test_without_limits_a_refund_by_policy_goes_out_by_itself():
    assert back().state == RefundState.DUE


def test_above_the_limit_a_refund_by_policy_waits_and_is_not_sent():
    limited()
    refund = back(2)
    assert (refund.state, refund.approvals_needed) == (RefundState.AWAITING_APPROVAL, 1)
    assert send(Scripted()) is False
    assert Event.objects.get(kind="refund.held").refund_state == RefundState.AWAITING_APPROVAL


def test_the_bonus_of_store_credit_counts_in_the_limit():
    promised(resolutions=["credit"], credit_bonus_percent=100)
    limited(automatic=15_000)
    rma = asked(bought(), Wish("1", 1, resolution="credit"))
    arrived(rma)
    refund = Refund.objects.get()
    assert (refund.amount, refund.bonus, refund.state) == (9_672, 9_672, RefundState.AWAITING_APPROVAL)


def test_the_bonus_counts_for_what_comes_after_it():
    promised(resolutions=["credit"], credit_bonus_percent=50)
    limited(automatic=20_000)
    order = bought()
    arrived(asked(order, Wish("1", 1, resolution="credit")))
    arrived(asked(order, Wish("1", 1)))
    assert [refund.state for refund in Refund.objects.all()] == [RefundState.SUCCEEDED, RefundState.AWAITING_APPROVAL]


def test_limits_of_tomorrow_hold_nothing():
    limited(automatic=0, at=NOW + timedelta(minutes=1))
    assert back(1).state == RefundState.DUE


def test_a_shop_with_limits_sends_nothing_by_itself_in_a_currency_that_was_forgotten(bob, mona):
    limited("USD")
    refund = back(1)
    assert (refund.state, refund.approvals_needed) == (RefundState.AWAITING_APPROVAL, 1)
    with pytest.raises(Refused, match="not_a_manager"):
        agree(refund, bob)
    agree(refund, mona)
    assert now_of(refund).state == RefundState.DUE


def test_a_forgotten_currency_holds_what_no_payment_has_room_for():
    limited("USD")
    promised()
    arrived(asked(bought(jana_order(payments=()))))
    assert Refund.objects.get().state == RefundState.AWAITING_APPROVAL


def test_the_newest_limits_in_force_count():
    limited(automatic=0)
    limited(automatic=None, at=NOW)
    assert back(3).state == RefundState.DUE


def test_parcels_of_one_order_within_thirty_days_are_summed():
    limited()
    promised()
    order = bought()
    arrived(asked(order, Wish("1", 1)))
    arrived(asked(order, Wish("1", 1)))
    assert [refund.state for refund in Refund.objects.all()] == [RefundState.DUE, RefundState.AWAITING_APPROVAL]


def test_after_thirty_days_a_refund_counts_alone():
    limited()
    promised(100)
    order = bought()
    arrived(asked(order, Wish("1", 1)))
    arrived(asked(order, Wish("1", 1)), at=NOW + timedelta(days=30))
    assert [refund.state for refund in Refund.objects.all()] == [RefundState.DUE] * 2


def test_a_bank_debit_that_may_be_taken_back_waits_without_limits_too():
    promised()
    paid = (PaymentData("pi_1", 29_990, "EUR", method="sepa_debit"),)
    arrived(asked(bought(jana_order(payments=paid))))
    assert Refund.objects.get().approvals_needed == 1


def test_without_limits_all_goodwill_asks_a_manager_who_is_another(bob, mona, otto):
    assert grant(bob, 1).state == RefundState.AWAITING_APPROVAL
    refund = grant(mona, 1, bought(jana_order("A-2")))
    with pytest.raises(Refused, match="own_proposal"):
        agree(refund, mona)
    agree(refund, otto)
    assert now_of(refund).state == RefundState.DUE


def test_an_agents_goodwill_is_summed_over_the_order_and_over_the_day(bob):
    limited()
    order = bought()
    assert [grant(bob, 1_250, order).state, grant(bob, 1_250, order).state] == [RefundState.DUE] * 2
    assert grant(bob, 1, order).state == RefundState.AWAITING_APPROVAL
    for place in range(5):
        assert grant(bob, 2_500, bought(jana_order(f"B-{place}"))).state == RefundState.DUE
    assert grant(bob, 1, bought(jana_order("C-1"))).state == RefundState.AWAITING_APPROVAL
    assert grant(bob, 1, bought(jana_order("C-2")), at=NOW + timedelta(days=1)).state == RefundState.DUE


def test_what_another_granted_on_the_order_counts(bob, ida):
    limited()
    order = bought()
    grant(bob, 2_500, order)
    assert grant(ida, 1, order).state == RefundState.AWAITING_APPROVAL


def test_the_shopper_hears_of_goodwill_when_it_is_granted_and_not_before(bob, mona):
    refund = grant(bob, 500)
    assert "goodwill.granted" not in kinds()
    assert not Letter.objects.exists()
    agree(refund, mona)
    assert kinds()[-2:] == ["refund.approved", "goodwill.granted"]
    assert [letter.kind for letter in Letter.objects.all()] == ["goodwill"]


def test_an_agents_decision_above_the_agents_limit_waits(bob):
    limited(automatic=None, agent=9_000)
    promised()
    rma = asked(late_order(), Wish("1", 1), Wish("2", 1))
    decisions.approve(rma, by=bob.actor, at=NOW, note="kind", lines=["2"])
    arrived(rma)
    assert [refund.state for refund in Refund.objects.all()] == [RefundState.DUE]
    decisions.approve(rma, by=bob.actor, at=NOW, note="kind")
    assert [refund.state for refund in Refund.objects.all()] == [RefundState.DUE, RefundState.AWAITING_APPROVAL]
    assert Refund.objects.latest("pk").proposed_by == str(bob.pk)


def unsendable(*, also: tuple[PaymentData, ...] = ()) -> Order:
    """Jana paid in cash at a till, which knows no refunds."""
    left = 29_990 - sum(payment.captured for payment in also)
    return bought(jana_order(payments=(PaymentData("pi_till", left, "EUR", method="oxxo"), *also)))


def test_what_cannot_be_sent_waits_for_others_as_well(bob):
    limited()
    refund = grant(bob, 29_000, unsendable())
    assert (refund.state, refund.approvals_needed) == (RefundState.AWAITING_APPROVAL, 2)
    assert "goodwill.proposed" in kinds()
    assert not Letter.objects.exists()


def test_what_no_payment_has_room_for_waits_as_well():
    limited()
    promised()
    arrived(asked(bought(jana_order(payments=(PaymentData("pi_1", 5_000, "EUR"),))), Wish("1", 2)))
    assert [(one.payment is None, one.state) for one in Refund.objects.all()] == [
        (False, RefundState.AWAITING_APPROVAL),
        (True, RefundState.AWAITING_APPROVAL),
    ]


def test_store_credit_that_no_payment_has_room_for_waits_and_is_owed_as_money_then(bob):
    promised(resolutions=["credit"], credit_bonus_percent=10)
    limited()
    arrived(asked(bought(jana_order(payments=(PaymentData("pi_1", 5_000, "EUR"),))), Wish("1", 2, resolution="credit")))
    given, owed = Refund.objects.all()
    assert {given.state, owed.state} == {RefundState.AWAITING_APPROVAL}
    agree(given, bob)
    assert [(now_of(one).state, now_of(one).credit is None) for one in (given, owed)] == [
        (RefundState.SUCCEEDED, False),
        (RefundState.FAILED, True),
    ]


def test_what_waits_without_a_payment_leaves_no_room_for_goodwill(mona):
    promised()
    order = bought(jana_order(payments=(PaymentData("pi_1", 20_000, "EUR"),)))
    limited(manager_goodwill=10**6)
    grant(mona, 10_000, order)
    free = free_for_goodwill(order, at=NOW)
    arrived(asked(order, Wish("1", 2)))
    assert Refund.objects.filter(payment=None, state=RefundState.AWAITING_APPROVAL).exists()
    assert free_for_goodwill(order, at=NOW) == 0 < free


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
