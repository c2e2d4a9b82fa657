"""The kill switch: anybody in charge stops the money, two let it go on, and the system stops itself."""

from datetime import timedelta

import pytest

from returns.actions import halts
from returns.actions.refusals import Refused
from returns.gateways.gateway import KeyRefused, Unanswered
from returns.gateways.stripe import BUSY
from returns.models import Halt, RefundState, Role, User
from returns.models.people import SYSTEM
from tests.actions.refunding import SILENCE, now_of, send
from tests.gateways.scripted import Scripted
from tests.people import NOW

pytestmark = pytest.mark.django_db


def stopped(by: User) -> Halt:
    halts.stop_all(why="strange amounts", by=by, at=NOW)
    return Halt.objects.open().get()


def test_nothing_is_sent_while_a_manager_has_stopped_it(refund, mona):
    stopped(mona)
    assert send(Scripted()) is False
    assert now_of(refund).state == RefundState.DUE


def test_not_even_what_is_in_doubt_is_taken_up(refund, mona):
    stripe = Scripted(SILENCE)
    send(stripe)
    stopped(mona)
    assert send(stripe, after=timedelta(hours=1)) is False


def test_two_managers_let_it_go_on(refund, mona, otto):
    halt = stopped(mona)
    halts.resume(halt, by=mona, at=NOW)
    assert send(Scripted()) is False
    with pytest.raises(Refused, match="halt_needs_another"):
        halts.resume(halt, by=mona, at=NOW)
    halts.resume(halt, by=otto, at=NOW)
    assert send(Scripted()) is True
    with pytest.raises(Refused, match="halt_ended"):
        halts.resume(halt, by=mona, at=NOW)


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": Role.AGENT}])
def test_who_asked_to_go_on_and_is_a_manager_no_longer_counts_no_longer(mona, otto, change):
    halt = stopped(mona)
    halts.resume(halt, by=mona, at=NOW)
    User.objects.filter(pk=mona.pk).update(**change)
    assert halts.resume(halt, by=otto, at=NOW).ended_at is None
    with pytest.raises(Refused, match="halt_needs_another"):
        halts.resume(halt, by=otto, at=NOW)
    pia = User.objects.create_user("pia@shop.example", name="Pia", role=Role.MANAGER)
    assert halts.resume(halt, by=pia, at=NOW).ended_at == NOW


def test_it_takes_a_reason_and_a_manager(mona, bob):
    with pytest.raises(Refused, match="note_missing"):
        halts.stop_all(why="  ", by=mona, at=NOW)
    with pytest.raises(Refused, match="managers_only"):
        halts.stop_all(why="strange", by=bob, at=NOW)
    with pytest.raises(Refused, match="managers_only"):
        halts.resume(stopped(mona), by=bob, at=NOW)
    assert Halt.objects.open().count() == 1


def test_stopped_twice_it_is_stopped_once(mona, otto):
    stopped(mona)
    stopped(otto)
    assert Halt.objects.get().started_by == "Mona"


def test_stopped_once_more_an_earlier_wish_to_go_on_counts_no_longer(mona, otto):
    third = User.objects.create_user("max@shop.example", name="Max", role=Role.MANAGER)
    stopped(mona)
    halts.resume(Halt.objects.get(), by=otto, at=NOW)
    halts.stop_all(why="Otto's account was stolen.", by=mona, at=NOW)
    assert halts.resume(Halt.objects.get(), by=third, at=NOW).ended_at is None
    assert Halt.objects.get().why.startswith("Otto's account was stolen.")


def test_a_refused_key_stops_everything_and_leaves_the_refund_due(refund):
    send(Scripted(KeyRefused("api_key_expired", BUSY)))
    halt = Halt.objects.get()
    assert (halt.cause, halt.why, halt.started_by) == (Halt.Cause.KEY_REFUSED, "api_key_expired", "system")
    assert now_of(refund).state == RefundState.DUE
    assert send(Scripted(), after=BUSY) is False


@pytest.mark.parametrize("silence", [KeyRefused("key_refused", BUSY), Unanswered("no connection")])
def test_it_goes_on_by_itself_once_the_provider_takes_the_key_again(refund, silence):
    stripe = Scripted(KeyRefused("key_refused", BUSY))
    send(stripe)
    stripe.silence = silence
    assert halts.probe(stripe, at=NOW) is False
    assert Halt.objects.open().exists()
    stripe.silence = None
    halts.probe(stripe, at=NOW)
    assert send(stripe, after=BUSY) is True
    assert now_of(refund).state == RefundState.SUCCEEDED


def test_a_key_that_reads_and_may_not_refund_is_tried_once_more_and_then_waits_for_two_managers(refund, mona, otto):
    stripe = Scripted(*[KeyRefused("more_permissions_required", BUSY)] * 2)
    for minute in range(10):
        send(stripe, after=timedelta(minutes=minute))
        halts.probe(stripe, at=NOW + timedelta(minutes=minute))
    assert (Halt.objects.count(), len(stripe.keys)) == (2, 2)
    halts.probe(stripe, at=NOW + timedelta(days=1))
    halt = Halt.objects.open().get()
    for manager in (mona, otto):
        halts.resume(halt, by=manager, at=NOW + timedelta(days=1))
    assert send(stripe, after=timedelta(days=1)) is True
    assert now_of(refund).state == RefundState.SUCCEEDED


def test_a_key_that_is_refused_long_after_it_was_taken_is_tried_again(refund):
    stripe = Scripted(KeyRefused("api_key_expired", BUSY), SILENCE, KeyRefused("api_key_expired", BUSY))
    for hours in (0, 2, 4):
        send(stripe, after=timedelta(hours=hours))
        halts.probe(stripe, at=NOW + timedelta(hours=hours))
    assert not Halt.objects.open().exists()


def test_a_probe_does_not_end_what_a_manager_began(refund, mona):
    stopped(mona)
    halts.probe(Scripted(), at=NOW)
    halts.end(Halt.Cause.KEY_REFUSED, at=NOW)
    assert Halt.objects.open().get().cause == Halt.Cause.MANUAL


def test_one_cause_may_end_while_another_goes_on(refund, mona):
    stopped(mona)
    halts.start(Halt.Cause.KEY_REFUSED, why="", by=SYSTEM, at=NOW)
    halts.end(Halt.Cause.KEY_REFUSED, at=NOW)
    assert send(Scripted()) is False
