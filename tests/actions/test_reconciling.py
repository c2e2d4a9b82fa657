"""Our books against the provider's: what was missed is found, what differs is told, what was forgotten stops all."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from returns.actions import breaks, provider, reconciling
from returns.actions.reconciling import MONTH, NIGHT
from returns.gateways.gateway import News, PutOff, Rejected, Unanswered, Unknown
from returns.models import Break, Event, GatewayEvent, Originator, Reconciled, Refund, RefundState, RMAState
from returns.models.reconciliation import STALE
from tests.actions.refunding import SILENCE, news, now_of, open_breaks, refuse, send, state_of
from tests.gateways.scripted import Scripted
from tests.people import NOW, arrived, asked, bought, jana_order, late_order

pytestmark = pytest.mark.django_db
NIGHTLY = NOW + NIGHT


def compare(stripe: Scripted, *, after: timedelta = timedelta()) -> None:
    reconciling.compare_refunds(stripe, since=NOW - MONTH, at=NOW + after)


# --- what was missed ------------------------------------------------------------------------------


def test_events_that_no_webhook_brought_are_stored_once_and_worked(refund):
    stripe = Scripted("pending")
    send(stripe)
    stripe.settle("re_1", "succeeded")
    stripe.news = [News("evt_1", "refund.updated", "re_1", livemode=False)]
    for _time in range(3):
        reconciling.catch_up(stripe, at=NOW)
    assert GatewayEvent.objects.values_list("id", "livemode").get() == ("evt_1", False)
    assert provider.work_next_event(stripe, at=NOW) is True
    assert now_of(refund).state == RefundState.SUCCEEDED


def noted(monkeypatch, question: str) -> list[datetime]:
    """The moments since which a provider that has nothing new is asked this."""
    moments: list[datetime] = []

    def nothing(_gateway: Scripted, since: datetime) -> Iterator[Any]:
        moments.append(since)
        return iter(())

    monkeypatch.setattr(Scripted, question, nothing)
    return moments


def test_it_looks_back_from_where_it_was_with_an_overlap(refund, monkeypatch):
    asked_for = noted(monkeypatch, "events_since")
    for moment in (NOW, NOW + timedelta(minutes=10), NOW - timedelta(hours=1)):
        reconciling.catch_up(Scripted(), at=moment)
    quarter = timedelta(minutes=15)
    assert asked_for == [NOW - timedelta(days=1) - quarter, NOW - quarter, NOW - timedelta(hours=1) - quarter]


@pytest.mark.parametrize("trouble", [Unanswered("gone"), PutOff("busy", timedelta(1)), Rejected("no")])
def test_while_the_provider_does_not_answer_our_knowledge_grows_stale_and_nothing_is_sent(refund, trouble):
    stripe = Scripted()
    reconciling.catch_up(stripe, at=NOW)
    stripe.silence = trouble
    later = STALE + timedelta(seconds=1)
    assert reconciling.catch_up(stripe, at=NOW + later) is False
    assert send(stripe, after=later) is False
    stripe.silence = None
    reconciling.catch_up(stripe, at=NOW + later)
    assert send(stripe, after=later) is True


def test_an_outage_is_no_try_of_an_event_and_a_refusal_is(refund):
    event = news("re_gone")
    stripe = Scripted()
    for minute in range(30):
        provider.work_next_event(stripe, at=NOW + timedelta(minutes=minute))
    assert [event.pk for event in GatewayEvent.objects.dead()] == [event.pk]
    GatewayEvent.objects.update(tries=0)
    stripe.fetch = lambda _id: (_ for _ in ()).throw(Unanswered("gone"))  # type: ignore[method-assign, assignment]
    for hour in range(30):
        assert provider.work_next_event(stripe, at=NOW + timedelta(hours=hour + 1)) is True
    assert GatewayEvent.objects.get().tries == 0


# --- every night ----------------------------------------------------------------------------------


def test_a_state_that_no_event_told_is_found_by_night(refund):
    stripe = Scripted("pending")
    send(stripe)
    stripe.settle("re_1", "succeeded")
    reconciling.compare_by_night(stripe, at=NOW)
    assert state_of(refund) == (RefundState.SUCCEEDED, RMAState.REFUNDED)


def test_it_is_done_once_a_night(refund, monkeypatch):
    asked_for = noted(monkeypatch, "refunds_since")
    for hours in (0, 1, 19, 20, 21):
        reconciling.compare_by_night(Scripted(), at=NOW + timedelta(hours=hours))
    assert asked_for == [NOW - MONTH, NOW + NIGHT - MONTH]


def test_a_night_without_an_answer_is_made_up_for(refund):
    stripe = Scripted()
    stripe.silence = Unanswered("gone")
    reconciling.compare_by_night(stripe, at=NOW)
    stripe.silence = None
    reconciling.compare_by_night(stripe, at=NOW + timedelta(minutes=10))
    assert Reconciled.objects.get().through == NOW + timedelta(minutes=10)


@pytest.mark.parametrize("trouble", [Rejected("resource_missing"), Unknown("KeyError: 'status'")])
def test_one_that_cannot_be_asked_for_hides_no_other_and_after_days_a_person_is_told(refund, trouble):
    """Its payment is another account's, say. Until it can be, what a restored database forgot is not known."""
    arrived(asked(bought(jana_order("A-1002"))))
    stripe = Scripted("pending", "pending")
    send(stripe)
    send(stripe)
    lost, other = stripe.books.values()
    stripe.settle(other.id, "succeeded")
    stripe.refunds_since = lambda moment: iter(())  # type: ignore[method-assign]
    del stripe.books[lost.id]
    fetch = stripe.fetch
    if isinstance(trouble, Unknown):
        stripe.fetch = lambda gateway_id: (refuse(trouble) if gateway_id == lost.id else fetch)(gateway_id)  # type: ignore[method-assign]
    stripe.refunds_of = refuse(trouble)  # type: ignore[method-assign]
    for night in range(5):
        reconciling.compare_by_night(stripe, at=NOW + timedelta(days=night))
        breaks.look_around(at=NOW + timedelta(days=night))
        assert ("not_compared" in open_breaks()) is (night >= 3)
    assert Refund.objects.get(gateway_id=other.id).state == RefundState.SUCCEEDED
    stripe.fetch = fetch  # type: ignore[method-assign]
    stripe.books[lost.id] = lost
    reconciling.compare_by_night(stripe, at=NOW + timedelta(days=5))
    breaks.look_around(at=NOW + timedelta(days=5))
    assert "not_compared" not in open_breaks()


def test_a_pending_refund_that_the_list_no_longer_holds_is_asked_for(refund):
    stripe = Scripted("pending")
    send(stripe)
    stripe.settle("re_1", "failed", "declined")
    stripe.refunds_since = lambda moment: iter(())  # type: ignore[method-assign]
    compare(stripe)
    assert now_of(refund).state == RefundState.FAILED


def test_what_nobody_told_us_was_made_by_hand_is_booked_by_night(refund):
    stripe = Scripted()
    stripe.refund_by_hand(refund.payment, 700)
    compare(stripe)
    compare(stripe)
    assert Refund.objects.get(originator=Originator.EXTERNAL).amount == 700
    assert open_breaks().keys() == {"external_refund"}


def test_what_was_made_by_hand_before_its_old_order_was_told_is_found_by_night(db, monkeypatch):
    order = late_order()
    asked_for = noted(monkeypatch, "refunds_since")
    months_later = NOW + MONTH + timedelta(days=1)
    for moment in (NOW, months_later):
        reconciling.compare_by_night(Scripted(), at=moment)
    assert asked_for == [order.placed_at, months_later - MONTH]


def test_an_order_of_no_age_that_can_be_asks_since_there_is_a_provider(db, monkeypatch):
    bought(jana_order(placed_at=datetime(1960, 1, 1, tzinfo=UTC)))
    asked_for = noted(monkeypatch, "refunds_since")
    reconciling.compare_by_night(Scripted(), at=NOW)
    assert asked_for == [reconciling.BEGINNING]


def test_a_refund_in_doubt_is_adopted(refund):
    stripe = Scripted(SILENCE)
    send(stripe)
    stripe._make(refund, "key", "succeeded")
    compare(stripe)
    assert now_of(refund).state == RefundState.SUCCEEDED


@pytest.mark.parametrize("change", [{"amount": 9_671}, {"currency": "USD"}, {"payment": "pi_A-1002"}])
def test_what_differs_is_told_until_it_differs_no_longer(refund, change):
    stripe = Scripted()
    send(stripe)
    right = stripe.books["re_1"]
    stripe.books["re_1"] = replace(right, **change)
    compare(stripe)
    compare(stripe, after=timedelta(days=1))
    assert Break.objects.values_list("kind", "subject").get() == ("remote_differs", "re_1")
    stripe.books["re_1"] = right
    compare(stripe, after=timedelta(days=2))
    assert Break.objects.get().closed_by == "system"


def test_a_state_that_nobody_has_seen_before_is_told_and_never_failed(refund):
    stripe = Scripted("reversed")
    send(stripe)
    assert now_of(refund).state == RefundState.UNCERTAIN
    assert open_breaks() == {"unknown_status": {"remote": "re_1", "status": "reversed"}}
    stripe.settle("re_1", "succeeded")
    send(stripe, after=timedelta(minutes=1))
    assert now_of(refund).state == RefundState.SUCCEEDED
    compare(stripe, after=timedelta(days=1))
    assert open_breaks() == {}


def test_a_state_that_cannot_follow_ours_is_told(refund):
    stripe = Scripted()
    send(stripe)
    stripe.settle("re_1", "canceled")
    compare(stripe)
    assert open_breaks() == {"state_differs": {"remote": "re_1", "state": "succeeded", "status": "canceled"}}


def test_what_has_moved_on_since_it_was_listed_is_no_difference(refund, monkeypatch):
    stripe = Scripted()
    send(stripe)
    old = replace(stripe.books["re_1"], status="pending")
    monkeypatch.setattr(stripe, "refunds_since", lambda _moment: iter([old]))
    compare(stripe)
    assert open_breaks() == {}


def test_a_refund_that_the_provider_does_not_have_is_told_once_its_payment_is_there(refund):
    stripe = Scripted()
    send(stripe)
    kept = stripe.books.pop("re_1")
    for night in range(2):
        compare(stripe, after=timedelta(days=night))
        assert open_breaks() == {"phantom": {"remote": "re_1", "amount": 9_672, "currency": "EUR"}}
    stripe.books["re_1"] = kept
    compare(stripe, after=timedelta(days=2))
    assert open_breaks() == {}


def test_the_key_of_another_account_proves_no_phantom(refund, monkeypatch):
    stripe = Scripted()
    send(stripe)
    del stripe.books["re_1"]

    def missing(_payment: str) -> Any:
        raise Rejected("resource_missing")

    monkeypatch.setattr(stripe, "refunds_of", missing)
    with pytest.raises(Rejected):
        compare(stripe)
    assert open_breaks() == {}


@pytest.mark.parametrize("heard", ["event", "night"])
def test_a_balance_that_runs_dry_after_it_was_pending_is_told(refund, heard):
    stripe = Scripted("pending")
    send(stripe)
    stripe.books["re_1"] = replace(stripe.books["re_1"], pending_reason="insufficient_funds")
    if heard == "event":
        news("re_1")
        provider.work_next_event(stripe, at=NOW)
    else:
        compare(stripe)
    assert open_breaks() == {"insufficient_funds": {"amount": 9_672, "currency": "EUR"}}
    assert Event.objects.filter(kind="refund.pending").count() == 1


def test_money_that_waits_at_the_provider_is_told_and_never_sent_again(refund):
    """F19: for five days."""
    stripe = Scripted("pending")
    make = stripe._make
    stripe._make = lambda *told: stripe._keep(  # type: ignore[method-assign]
        replace(make(*told), pending_reason="insufficient_funds")
    )
    send(stripe)
    assert now_of(refund).state == RefundState.PENDING
    assert open_breaks() == {"insufficient_funds": {"amount": 9_672, "currency": "EUR"}}
    for day in range(5):
        assert send(stripe, after=timedelta(days=day)) is False
        compare(stripe, after=timedelta(days=day))
        breaks.look_around(at=NOW + timedelta(days=day))
    assert (len(stripe.keys), {*open_breaks()}) == (1, {"insufficient_funds"})
    stripe.settle("re_1", "succeeded")
    compare(stripe, after=timedelta(days=5))
    breaks.look_around(at=NOW)
    assert open_breaks() == {}
