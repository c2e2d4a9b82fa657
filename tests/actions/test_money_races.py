"""Twenty at once wherever money is decided, on PostgreSQL: one wins, nobody deadlocks, the limits and the sums hold."""

from typing import Any

import pytest

from returns.actions import approvals, decisions, goodwill, other_ways, sending
from returns.actions.requests import Wish
from returns.gateways.gateway import Rejected
from returns.models import (
    RMA,
    Actor,
    Approval,
    CreditAccount,
    Event,
    OtherWay,
    Refund,
    RefundState,
    RMAState,
    Role,
    Transfer,
    User,
)
from tests.actions.crediting import left
from tests.actions.racing import at_once, counted
from tests.actions.refunding import now_of
from tests.gateways.scripted import Scripted
from tests.people import BOB, NOW, arrived, asked, bought, jana_order, late_order, limited, promised

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

MANY = 20


def managers() -> list[Actor]:
    return [
        User.objects.create(email=f"manager{number}@shop.example", name=f"M{number}", role=Role.MANAGER).actor
        for number in range(MANY)
    ]


def seen(refund: Refund) -> int:
    return Event.objects.version(refund.order_id)


def held(units: int = 2) -> Refund:
    """Above what goes out by itself."""
    limited(agent=0)
    promised()
    arrived(asked(bought(), Wish("1", units)))
    return Refund.objects.get(state=RefundState.AWAITING_APPROVAL)


def failed() -> Refund:
    promised()
    arrived(asked(bought()))
    assert sending.send_next(Scripted(Rejected("charge_expired_for_refund")), at=NOW)
    return Refund.objects.get(state=RefundState.FAILED)


def kinds(refund: Refund) -> dict[str, int]:
    told = list(Event.objects.filter(refund=refund).values_list("kind", flat=True))
    return {kind: told.count(kind) for kind in told}


def test_a_return_approved_by_twenty_is_approved_once():
    rma = asked(late_order())
    answers = at_once(*[lambda: decisions.approve(rma, by=BOB, at=NOW, note="so")] * MANY)
    assert counted(answers) == {"done": 1, "nothing_waits": MANY - 1}
    assert Event.objects.filter(kind="rma.approved").count() == 1
    assert RMA.objects.get().state == RMAState.LABEL_READY


def test_one_refund_is_called_once_by_twenty_workers():
    promised()
    arrived(asked(bought()))
    stripe = Scripted()
    assert sorted(at_once(*[lambda: sending.send_next(stripe, at=NOW)] * MANY)) == [False] * (MANY - 1) + [True]
    assert len(stripe.keys) == 1


def test_of_twenty_managers_who_agree_and_decline_one_is_heard():
    refund = held()
    about: dict[str, Any] = {"seen": seen(refund), "at": NOW}
    people = managers()
    answers = at_once(
        *[lambda by=by: approvals.approve(refund, by=by, **about) for by in people[::2]],
        *[lambda by=by: approvals.decline(refund, by=by, note="no", **about) for by in people[1::2]],
    )
    assert counted(answers) == {"done": 1, "refund_not_waiting": MANY - 1}
    assert now_of(refund).state in (RefundState.DUE, RefundState.CANCELED)
    assert Approval.objects.count() == (now_of(refund).state == RefundState.DUE)


def test_where_two_must_agree_twenty_who_saw_the_same_are_one():
    """The second has to look anew: something has happened since."""
    refund = held()
    Refund.objects.update(approvals_needed=2)
    about: dict[str, Any] = {"seen": seen(refund), "at": NOW}
    works = [lambda by=by: approvals.approve(refund, by=by, **about) for by in managers()]
    assert counted(at_once(*works)) == {"done": 1, "changed_meanwhile": MANY - 1}
    assert now_of(refund).state == RefundState.AWAITING_APPROVAL


def test_what_is_approved_while_twenty_workers_look_is_sent_once():
    refund = held()
    [manager, *_others] = managers()
    stripe = Scripted()
    about: dict[str, Any] = {"seen": seen(refund), "by": manager, "at": NOW}
    at_once(lambda: approvals.approve(refund, **about), *[lambda: sending.send_next(stripe, at=NOW)] * (MANY - 1))
    sending.send_next(stripe, at=NOW)
    assert len(stripe.keys) == 1
    assert now_of(refund).state == RefundState.SUCCEEDED


def test_one_agent_who_grants_on_twenty_orders_at_once_stays_within_the_day():
    """I23: 150 a day without asking; what is above waits for a second person."""
    limited(agent_goodwill=2_000, agent_goodwill_day=15_000)
    agent = User.objects.create(email="ida@shop.example", name="Ida", role=Role.AGENT).actor
    orders = [bought(jana_order(f"A-{number}")) for number in range(MANY)]
    told: dict[str, Any] = {"amount": 2_000, "reason": "loyalty", "note": "kind", "by": agent, "at": NOW}
    assert counted(at_once(*[lambda order=order: goodwill.grant(order, **told) for order in orders])) == {"done": MANY}
    states = list(Refund.objects.values_list("state", flat=True))
    assert {state: states.count(state) for state in set(states)} == {"due": 7, "awaiting_approval": 13}


def test_what_failed_finds_one_way_of_twenty():
    """Once more, or past the provider, and never both."""
    refund = failed()
    about: dict[str, Any] = {"seen": seen(refund), "at": NOW}
    prepared = {"way": "transfer", "evidence": "VS 17", **about}
    people = managers()
    answers = counted(
        at_once(
            *[lambda by=by: other_ways.try_again(refund, by=by, **about) for by in people[::2]],
            *[lambda by=by: other_ways.prepare(refund, by=by, **prepared) for by in people[1::2]],
        )
    )
    assert answers.pop("done") == 1
    assert set(answers) <= {"changed_meanwhile", "other_way_prepared", "refund_ended"}
    assert OtherWay.objects.count() + Refund.objects.exclude(pk=refund.pk).count() == 1


def test_another_way_confirmed_by_twenty_is_paid_once():
    refund = failed()
    first, *others = managers()
    other_ways.prepare(refund, way="cash", evidence="receipt 4", seen=seen(refund), by=first, at=NOW)
    about: dict[str, Any] = {"seen": seen(refund), "at": NOW}
    works = [lambda by=by: other_ways.confirm(refund, by=by, **about) for by in others]
    assert counted(at_once(*works)) == {"done": 1, "nothing_prepared": MANY - 2}
    assert kinds(refund)["refund.paid_otherwise"] == 1
    assert Transfer.objects.filter(event__kind="refund.paid_otherwise").count() == 1


def test_a_way_that_is_confirmed_and_discarded_at_once_is_one_of_both():
    refund = failed()
    first, *others = managers()
    other_ways.prepare(refund, way="cash", evidence="receipt 4", seen=seen(refund), by=first, at=NOW)
    about: dict[str, Any] = {"seen": seen(refund), "at": NOW}
    answers = at_once(
        *[lambda by=by: other_ways.confirm(refund, by=by, **about) for by in others[:10]],
        *[lambda: other_ways.discard(refund, by=first, **about)] * 10,
    )
    assert counted(answers)["done"] == 1
    assert OtherWay.objects.exists() is (now_of(refund).state == RefundState.PAID_OTHERWISE)


def test_twenty_returns_of_one_shopper_fill_one_account():
    promised(resolutions=["credit"], currency="EUR", credit_bonus_percent=5)
    rmas = [asked(bought(jana_order(f"A-{number}")), Wish("1", 1, resolution="credit")) for number in range(MANY)]
    at_once(*[lambda rma=rma: arrived(rma) for rma in rmas])
    assert left(CreditAccount.objects.get()) == sum(one.amount + one.bonus for one in Refund.objects.all()) > 0
    assert {rma.state for rma in RMA.objects.all()} == {RMAState.REFUNDED}
