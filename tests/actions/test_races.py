"""Many at once on PostgreSQL: one wins, nobody deadlocks, and the sums hold."""

import time
from datetime import timedelta
from threading import Event as Signal
from typing import Any

import pytest
from django.db import connection, transaction

from returns.actions import applying, decisions, finding, goodwill, receiving, requests, sending, shipping
from returns.actions.once import once
from returns.actions.receiving import Count
from returns.actions.requests import Wish
from returns.actions.upkeep import close_next, expire_next
from returns.models import (
    RMA,
    SHOPPER,
    SYSTEM,
    Event,
    Order,
    Receipt,
    Refund,
    RefundState,
    RMAItem,
    RMAState,
)
from tests.actions.racing import PATIENCE, at_once, counted
from tests.actions.refunding import remote_of
from tests.gateways.scripted import Scripted
from tests.people import BOB, NOW, WANDA, arrived, asked, bought, jana_order, late_order, promised, trusting

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

SHIRT, MUG = Wish("1", 1), Wish("2", 1)


def ask(order: Order, *wishes: Wish) -> RMA:
    return requests.request(order, wishes, by=SHOPPER, at=NOW, locale="cs", channel="page")


def receive(rma: RMA, *counts: Count) -> Receipt:
    return receiving.receive(rma, counts, by=WANDA, at=NOW)


def test_of_twenty_requests_for_one_unit_one_is_served():
    promised()
    order = bought()
    answers = at_once(*[lambda: ask(order, MUG)] * 20)
    assert counted(answers) == {"done": 1, "quantity_too_many": 19}
    assert RMAItem.objects.count() == 1


def test_of_twenty_requests_for_three_units_three_are_served_and_add_up():
    promised()
    order = bought()
    assert counted(at_once(*[lambda: ask(order, SHIRT)] * 20)) == {"done": 3, "quantity_too_many": 17}
    assert sum(item.share for item in RMAItem.objects.all()) == order.lines.get(line_id="1").paid


def test_requests_on_twenty_orders_are_all_served():
    promised()
    orders = [bought(jana_order(f"A-{number}")) for number in range(20)]
    assert counted(at_once(*[lambda order=order: ask(order, SHIRT) for order in orders])) == {"done": 20}


def test_the_same_click_twenty_times_is_one_receipt_and_the_same_answer():
    promised()
    rma = asked(bought(), SHIRT)

    def click():
        return once(
            "page", "token", {"line": "1"}, lambda: (200, {"receipt": receive(rma, Count("1", fine=1)).number}), at=NOW
        )

    assert at_once(*[click] * 20) == [(200, {"receipt": 1})] * 20
    assert (Receipt.objects.count(), Refund.objects.count()) == (1, 1)


def test_one_unit_counted_by_twenty_benches_is_owed_once():
    promised()
    rma = asked(bought(), SHIRT)
    assert counted(at_once(*[lambda: receive(rma, Count("1", fine=1))] * 20)) == {"done": 20}
    assert [refund.amount for refund in Refund.objects.all()] == [9_672]
    assert sorted(Receipt.objects.values_list("number", flat=True)) == list(range(1, 21))


def test_a_return_approved_and_rejected_at_once_is_one_of_both():
    rma = asked(late_order(), SHIRT)
    verbs = [decisions.approve, decisions.reject] * 5
    answers = at_once(*[lambda verb=verb: verb(rma, by=BOB, at=NOW, note="so") for verb in verbs])
    assert counted(answers) == {"done": 1, "nothing_waits": 9}
    decided = Event.objects.get(kind__in=["rma.approved", "rma.rejected"]).kind
    state = RMAState.LABEL_READY if decided == "rma.approved" else RMAState.REJECTED
    assert RMA.objects.get().state == state


@pytest.mark.parametrize("turn", range(5))
def test_a_return_cancelled_and_received_at_once_is_one_of_both(turn):
    promised()
    rma = asked(bought(), SHIRT)
    answers = at_once(
        lambda: decisions.cancel(rma, by=SHOPPER, at=NOW),
        lambda: receive(rma, Count("1", fine=1)),
    )
    cancelled = RMA.objects.get().state == RMAState.CANCELLED
    assert ["rma_not_receivable" in answers, "not_cancellable" in answers] == [cancelled, not cancelled]
    assert Refund.objects.exists() is not cancelled


def test_a_shopper_and_a_reopening_never_take_the_same_unit():
    order = late_order()
    first = asked(order, MUG)
    decisions.reject(first, by=BOB, at=NOW, note="worn")
    answers = at_once(*[lambda: ask(order, MUG)] * 5, *[lambda: decisions.reopen(first, by=BOB, at=NOW)] * 5)
    assert counted(answers)["done"] == 1
    assert RMAItem.objects.live().count() == 1


def test_eight_workers_send_each_refund_once():
    promised()
    for number in range(12):
        arrived(asked(bought(jana_order(f"A-{number}")), SHIRT))
    stripe = Scripted()

    def work() -> int:
        done = 0
        while sending.send_next(stripe, at=NOW):
            done += 1
        return done

    assert sum(at_once(*[work] * 8)) == 12
    assert (len(stripe.keys), len(set(stripe.keys))) == (12, 12)
    assert set(Refund.objects.values_list("state", flat=True)) == {RefundState.SUCCEEDED}
    assert set(RMA.objects.values_list("state", flat=True)) == {RMAState.REFUNDED}


def test_of_two_refunds_of_one_payment_one_is_in_flight_at_a_time():
    promised()
    order = bought()
    arrived(asked(order, SHIRT))
    arrived(asked(order, MUG))
    claims = at_once(*[lambda: sending._claim(NOW)] * 8)
    assert len([claim for claim in claims if claim is not None]) == 1
    assert Refund.objects.filter(state=RefundState.SENDING).count() == 1


def test_a_refund_made_by_hand_and_found_by_many_at_once_is_booked_once():
    promised()
    arrived(asked(bought(), SHIRT))
    refund = Refund.objects.get()
    remote = Scripted().refund_by_hand(refund.payment, 29_990)
    at_once(*[lambda: finding.take_in(remote, at=NOW)] * 8, *[lambda: sending._claim(NOW)] * 4)
    assert Refund.objects.filter(originator="external").count() <= 1
    active = sum(one.amount for one in Refund.objects.active())
    assert active <= 29_990


def test_goodwill_granted_by_many_at_once_stays_below_what_was_captured():
    trusting()
    order = bought()
    told: dict[str, Any] = {"reason": "loyalty", "note": "kind", "by": BOB, "at": NOW}
    answers = at_once(*[lambda: goodwill.grant(order, amount=10_000, **told)] * 10)
    assert counted(answers) == {"done": 2, "above_paid": 8}
    assert Refund.objects.total() == 20_000


def test_goodwill_and_a_request_at_once_leave_the_request_its_money():
    trusting()
    promised()
    order = bought()
    told: dict[str, Any] = {"reason": "loyalty", "note": "kind", "by": BOB, "at": NOW}
    at_once(
        *[lambda: goodwill.grant(order, amount=20_000, **told)] * 3,
        *[lambda: ask(order, Wish("1", 3))] * 3,
    )
    assert Refund.objects.filter(payment=None).count() == 0
    assert Refund.objects.total() <= 29_990


def test_a_webhook_and_the_answer_at_once_have_one_effect():
    promised()
    arrived(asked(bought(), SHIRT))
    refund = Refund.objects.get()
    assert sending._claim(NOW) is not None
    remote = remote_of(refund, "succeeded")
    at_once(*[lambda: applying.apply(refund, remote, at=NOW)] * 10)
    assert Event.objects.filter(kind="refund.succeeded").count() == 1
    assert Event.objects.filter(kind="rma.refunded").count() == 1


@pytest.mark.parametrize("turn", range(3))
def test_news_from_everywhere_at_once_deadlocks_nobody(turn):
    """Each takes its locks in the same order, and no event waits for the lock of its order."""
    promised()
    order = bought()
    rma = asked(order, Wish("1", 2))
    arrived(rma, Count("1", fine=1))
    refund = Refund.objects.get()
    assert sending._claim(NOW) is not None
    remote = remote_of(refund, "succeeded")
    news: dict[str, Any] = {"carrier": "dhl", "status": "in_transit", "told_at": NOW, "by": SYSTEM, "at": NOW}
    answers = at_once(
        *[lambda: applying.apply(refund, remote, at=NOW)] * 4,
        *[lambda: receive(rma, Count("1", fine=1))] * 4,
        *[lambda: shipping.carrier_news(rma, tracking_number="1", **news)] * 4,
        *[lambda: ask(order, SHIRT)] * 4,
        *[lambda: decisions.cancel(rma, by=BOB, at=NOW)] * 2,
        lambda: close_next(at=NOW + timedelta(days=99)),
        lambda: expire_next(at=NOW + timedelta(days=99)),
    )
    assert set(counted(answers)) <= {"done", "quantity_too_many", "not_cancellable", "rma_not_receivable"}
    assert Refund.objects.total() <= order.lines.get(line_id="1").paid


def test_an_event_is_written_while_another_holds_the_order_and_waits_for_the_return():
    """One holds the order and wants the return, the other holds the return and tells of the order."""
    promised()
    rma = asked(bought(), SHIRT)
    holds_return = Signal()

    @transaction.atomic
    def tell() -> None:
        RMA.objects.locked().get(pk=rma.pk)
        holds_return.set()
        _until_somebody_waits_for_a_lock()
        Event.objects.create(kind="parcel.updated", at=NOW, order_id=rma.order_id, rma=rma, actor_kind="system")

    @transaction.atomic
    def decide() -> None:
        holds_return.wait(PATIENCE)
        Order.objects.locked().get(pk=rma.order_id)
        RMA.objects.locked().get(pk=rma.pk)

    assert at_once(tell, decide) == [None, None]
    assert Event.objects.filter(kind="parcel.updated").count() == 1


def _until_somebody_waits_for_a_lock() -> None:
    deadline = time.monotonic() + PATIENCE
    asking = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(asking)
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
