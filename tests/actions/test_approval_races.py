"""Many decide on money at once on PostgreSQL: one wins, the others are told so (security.md, A14 and A18)."""

import pytest

from returns.actions import approvals, goodwill, other_ways, receiving, sending
from returns.actions.receiving import Count
from returns.actions.requests import Wish
from returns.gateways.gateway import Rejected
from returns.models import Approval, Event, OtherWay, Refund, RefundState, Role, Transfer, User
from tests.actions.racing import at_once, counted
from tests.gateways.scripted import Scripted
from tests.people import NOW, asked, bought, jana_order, limited, promised

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def managers(wanda) -> list[User]:
    return [
        User.objects.create_user(f"m{place}@shop.example", name=f"M{place}", role=Role.MANAGER) for place in range(10)
    ]


def returned(wanda: User, units: int = 2) -> Refund:
    promised()
    receiving.receive(asked(bought(), Wish("1", units)), [Count("1", fine=units)], by=wanda.actor, at=NOW)
    return Refund.objects.get()


def told(refund: Refund, user: User) -> dict:
    return {"seen": Event.objects.version(refund.order_id), "by": user.actor, "at": NOW}


def sums_to_zero_but(owed: int) -> bool:
    return Transfer.objects.balance("owed") == owed


def test_of_twenty_approvals_at_once_one_counts(wanda, managers):
    limited()
    refund = returned(wanda)
    signed = [told(refund, user) for user in managers] * 2
    answers = at_once(*[lambda one=one: approvals.approve(refund, **one) for one in signed])
    assert sorted(counted(answers)) == ["done", "refund_not_waiting"]
    assert (counted(answers)["done"], Approval.objects.count()) == (1, 1)
    assert Refund.objects.get().state == RefundState.DUE


def test_where_two_must_agree_twenty_at_once_are_one_and_the_rest_look_again(wanda, managers):
    limited(agent=0, manager=0)
    refund = returned(wanda)
    signed = [told(refund, user) for user in managers] * 2
    answers = at_once(*[lambda one=one: approvals.approve(refund, **one) for one in signed])
    assert counted(answers) == {"done": 1, "changed_meanwhile": 19}
    assert Refund.objects.get().state == RefundState.AWAITING_APPROVAL


@pytest.mark.parametrize("_again", range(3))
def test_of_a_yes_and_a_no_at_once_one_wins(wanda, managers, _again):
    limited()
    refund = returned(wanda)
    yes, no = told(refund, managers[0]), told(refund, managers[1])
    answers = at_once(
        *[lambda: approvals.approve(refund, **yes)] * 5,
        *[lambda: approvals.decline(refund, note="No.", **no)] * 5,
    )
    assert counted(answers) == {"done": 1, "refund_not_waiting": 9}
    ended = Refund.objects.get()
    assert ended.approvals.count() == (1 if ended.state == RefundState.DUE else 0)
    assert sums_to_zero_but(19_344)


def test_what_is_tried_again_and_paid_another_way_at_once_is_one_of_them(wanda, managers):
    refund = returned(wanda, 1)
    sending.send_next(Scripted(Rejected("no")), at=NOW)
    how = [told(refund, user) for user in managers]
    answers = at_once(
        *[lambda one=one: other_ways.try_again(refund, **one) for one in how[:5]],
        *[lambda one=one: other_ways.prepare(refund, way="cash", evidence="17", **one) for one in how[5:]],
    )
    assert counted(answers)["done"] == 1
    assert Refund.objects.exclude(pk=refund.pk).count() + OtherWay.objects.count() == 1


def test_a_payment_is_confirmed_once(wanda, bob, managers):
    refund = returned(wanda, 1)
    sending.send_next(Scripted(Rejected("no")), at=NOW)
    other_ways.prepare(refund, way="cash", evidence="17", **told(refund, bob))
    how = [told(refund, user) for user in managers]
    answers = at_once(*[lambda one=one: other_ways.confirm(refund, **one) for one in how])
    assert counted(answers) == {"done": 1, "nothing_prepared": 9}
    assert Event.objects.filter(kind="refund.paid_otherwise").count() == 1


def test_an_agents_goodwill_on_many_orders_at_once_stays_within_the_day(bob):
    limited()
    orders = [bought(jana_order(f"A-{place}")) for place in range(12)]
    grants = {"amount": 2_500, "reason": "loyalty", "note": "kind", "by": bob.actor, "at": NOW}
    at_once(*[lambda order=order: goodwill.grant(order, **grants) for order in orders])
    alone = Refund.objects.filter(approvals_needed=0)
    assert (alone.total(), Refund.objects.count()) == (15_000, 12)
