"""The provider's events make us look; their own words are not believed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import OperationalError

from returns.actions import provider
from returns.gateways.gateway import Rejected, Remote
from returns.models import Event, GatewayEvent, Refund, RefundState, RMAState
from tests.actions.refunding import BUSY, SILENCE, news, now_of, send, state_of
from tests.gateways.scripted import Scripted
from tests.people import NOW

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", ["refund.failed", "charge.refund.updated"])
def test_an_event_makes_us_look_and_its_own_words_are_not_believed(refund, kind):
    stripe = Scripted("pending")
    send(stripe)
    stripe.settle("re_1", "succeeded")
    news("re_1", kind=kind)
    assert provider.work_next_event(stripe, at=NOW) is True
    assert state_of(refund) == (RefundState.SUCCEEDED, RMAState.REFUNDED)
    assert provider.work_next_event(stripe, at=NOW) is False


def test_an_event_told_five_times_has_one_effect(refund):
    stripe = Scripted("pending")
    send(stripe)
    stripe.settle("re_1", "succeeded")
    for number in range(5):
        news("re_1", id=f"evt_{number}")
        provider.work_next_event(stripe, at=NOW)
    assert Event.objects.filter(kind="refund.succeeded").count() == 1


def test_what_another_worker_has_worked_meanwhile_stays_worked(refund):
    """We were refused, as by a limit, and it was not."""
    event = news("re_1")

    class Slow(Scripted):
        def fetch(self, refund_id: str) -> Remote:
            GatewayEvent.objects.update(worked_at=NOW)
            raise BUSY

    provider.work_next_event(Slow(), at=NOW)
    assert GatewayEvent.objects.get(pk=event.pk).worked_at == NOW


@pytest.mark.parametrize("kind", ["balance.available", "unheard.of", "payout.created"])
def test_an_event_that_is_not_about_our_money_is_put_aside(refund, kind):
    event = news("po_1", kind=kind)
    provider.work_next_event(Scripted(), at=NOW)
    assert GatewayEvent.objects.get(pk=event.pk).worked_at == NOW


def test_an_event_about_a_refund_of_another_program_is_put_aside(refund):
    stripe = Scripted()
    stripe.books["re_9"] = Remote("re_9", "succeeded", 500, "EUR", refund_id="")
    event = news("re_9")
    provider.work_next_event(stripe, at=NOW)
    assert GatewayEvent.objects.get(pk=event.pk).worked_at == NOW
    assert now_of(refund).state == RefundState.DUE


def test_an_event_that_cannot_be_worked_lets_the_others_pass(refund):
    stripe = Scripted("pending")
    send(stripe)
    stripe.settle("re_1", "succeeded")
    stripe.books["re_0"] = Remote("re_0", "succeeded", 1, "EUR", refund.public_id)
    news("re_0", id="evt_0")
    news("re_gone", id="evt_gone")
    news("re_1", id="evt_1")
    assert [provider.work_next_event(stripe, at=NOW) for _ in range(4)] == [True, True, True, False]
    assert now_of(refund).state == RefundState.SUCCEEDED
    assert set(GatewayEvent.objects.filter(worked_at=None).values_list("tries", flat=True)) == {1}


def test_an_event_that_breaks_our_code_lets_the_others_pass_and_is_given_up_in_the_end(refund):
    stripe = Scripted("pending")
    send(stripe)
    stripe.settle("re_1", "succeeded")
    news("dp_none", kind="charge.dispute.created", id="evt_0")  # KeyError
    news("re_1", id="evt_1")
    while provider.work_next_event(stripe, at=NOW):
        pass
    assert now_of(refund).state == RefundState.SUCCEEDED
    assert "KeyError" in GatewayEvent.objects.get(pk="evt_0").error
    for minute in range(30):
        provider.work_next_event(stripe, at=NOW + timedelta(minutes=minute))
    assert GatewayEvent.objects.dead().get().pk == "evt_0"


def fails(monkeypatch: pytest.MonkeyPatch, answer: Exception) -> Scripted:
    """A provider that answers so whenever it is asked for a refund."""
    stripe = Scripted()

    def fetch(_id):
        raise answer

    monkeypatch.setattr(stripe, "fetch", fetch)
    return stripe


@pytest.mark.parametrize("silence", [SILENCE, BUSY])
def test_silence_is_no_try_of_an_event_and_it_comes_again_in_a_minute(refund, monkeypatch, silence):
    news("re_1")
    assert provider.work_next_event(fails(monkeypatch, silence), at=NOW) is True
    event = GatewayEvent.objects.get()
    assert (event.tries, event.worked_at, event.error) == (0, None, str(silence))
    assert event.next_try_at == NOW + timedelta(minutes=1)


def test_an_event_that_cannot_be_worked_waits_a_minute_longer_with_every_try(refund):
    news("re_gone")
    at, waited = NOW, []
    for _try in range(3):
        provider.work_next_event(Scripted(), at=at)
        waited.append(GatewayEvent.objects.get().next_try_at - at)
        at += waited[-1]
    assert waited == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=3)]
    assert GatewayEvent.objects.values_list("tries", "error").get() == (3, "resource_missing")


def test_of_an_answer_in_many_letters_an_event_keeps_the_first_two_hundred(refund, monkeypatch):
    news("re_1")
    provider.work_next_event(fails(monkeypatch, Rejected("x" * 201)), at=NOW)
    assert GatewayEvent.objects.get().error == "x" * 200


def test_news_of_room_that_ours_may_have_taken_waits_until_that_is_clear(refund):
    stripe = Scripted(SILENCE)
    send(stripe)
    stripe.refund_by_hand(refund.payment, 29_990)
    news("re_1")
    provider.work_next_event(stripe, at=NOW)
    event = GatewayEvent.objects.get()
    assert (event.tries, event.worked_at, event.error) == (0, None, "room_in_doubt")
    assert event.next_try_at == NOW + timedelta(minutes=1)


def test_what_contradicts_ours_does_not_hold_up_what_else_was_refunded_of_the_charge(refund):
    stripe = Scripted()
    send(stripe)
    stripe.books["re_1"] = replace(stripe.books["re_1"], amount=1)
    stripe.refund_by_hand(refund.payment, 200)
    event = news("pi_A-1001", kind="charge.refunded")
    provider.work_next_event(stripe, at=NOW)
    assert Refund.objects.get(gateway_id="re_2").amount == 200
    assert GatewayEvent.objects.get(pk=event.pk).worked_at == NOW


def test_a_database_that_is_away_is_no_fault_of_an_event(refund, monkeypatch):
    news("re_1")

    def away(*_told, **_more):
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr(provider, "_work", away)
    with pytest.raises(OperationalError):
        provider.work_next_event(Scripted(), at=NOW)
    assert GatewayEvent.objects.get().tries == 0
