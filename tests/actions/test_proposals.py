"""What the limits hold back: refunds and goodwill that somebody else must agree to."""

from datetime import timedelta

import pytest

from returns.actions import decisions, goodwill
from returns.actions.refusals import Refused
from returns.actions.requests import Wish
from returns.actions.rooms import free_for_goodwill
from returns.analytics import audit
from returns.gateways.gateway import Rejected
from returns.importing.data import PaymentData
from returns.models import (
    Event,
    Letter,
    Refund,
    RefundState,
    Role,
    User,
)
from tests.actions.approving import agree, arrived, back, grant, kinds, unsendable
from tests.actions.refunding import LATER, again, now_of, send
from tests.gateways.scripted import Scripted
from tests.people import NOW, asked, bought, jana_order, late_order, limited, promised

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _bench(wanda) -> None:
    """Wanda counts what arrives; a refund by policy is no decision of hers."""


def test_without_limits_a_refund_by_policy_goes_out_by_itself():
    assert back().state == RefundState.DUE


def test_who_may_log_in_no_longer_grants_with_no_managers_limit(mona):
    """The account was shut since its page was shown."""
    limited(agent_goodwill=1_000, manager_goodwill=10_000, manager_goodwill_day=10_000)
    User.objects.filter(pk=mona.pk).update(is_active=False)
    granted = goodwill.grant(bought(), amount=2_000, reason="other", note="Sorry.", by=mona.actor, at=NOW)
    assert (granted.alone, Refund.objects.get().state) == (False, RefundState.AWAITING_APPROVAL)


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


def test_what_an_agent_granted_today_counts_whatever_becomes_of_its_refund(bob, mona):
    limited(agent_goodwill_day=2_500)
    refund = grant(bob, 2_500)
    send(Scripted(Rejected("insufficient_funds")))
    again(refund, mona)
    assert grant(bob, 1, bought(jana_order("A-2"))).state == RefundState.AWAITING_APPROVAL


def test_a_manager_who_becomes_an_agent_has_granted_as_a_manager(mona):
    limited()
    grant(mona, 20_000)
    User.objects.filter(pk=mona.pk).update(role=Role.AGENT)
    assert list(audit.asked(at=LATER)) == []


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


def test_a_proposal_is_none_the_less_one_for_other_goodwill_that_was_granted(bob, mona):
    limited(automatic=None, agent_goodwill=1_000)
    order = bought()
    for amount in (1_000, 500):
        goodwill.grant(order, amount=amount, reason="other", note="x", by=bob.actor, at=NOW)
    assert [one.amount for one in Refund.objects.proposed()] == [500]


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
