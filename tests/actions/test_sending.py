"""A refund is sent: never twice, never lost, whatever the provider answers."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError

from returns.actions import sending
from returns.actions.requests import Wish
from returns.actions.sending import ABSENCE_AGE, KEY_LIFE, LEASE, LOOKS
from returns.gateways.gateway import Rejected, Unanswered
from returns.models import Attempt, Event, Letter, Refund, RefundState, RMAState
from tests.actions.refunding import BUSY, SERVER_ERROR, SILENCE, now_of, send, state_of
from tests.gateways.scripted import Lost, Scripted
from tests.people import NOW, arrived, asked, bought, promised

pytestmark = pytest.mark.django_db


def test_what_is_due_is_sent_once_and_the_return_is_refunded(refund):
    stripe = Scripted()
    assert (send(stripe), send(stripe)) == (True, False)
    assert state_of(refund) == (RefundState.SUCCEEDED, RMAState.REFUNDED)
    assert stripe.keys == [f"r-{refund.public_id}-1"]
    assert now_of(refund).gateway_id == "re_1"


def test_the_attempt_says_that_the_provider_answered(refund):
    send(Scripted())
    assert now_of(refund).attempts.get().outcome == Attempt.Outcome.ANSWERED


def test_what_is_found_later_was_answered_too(refund):
    stripe = Scripted(Lost())
    send(stripe)
    send(stripe, after=LOOKS[0])
    attempt = now_of(refund).attempts.get()
    assert (attempt.outcome, attempt.error) == (Attempt.Outcome.ANSWERED, "")


def test_in_doubt_it_is_looked_for_after_one_five_and_fifteen_minutes(refund):
    """The third look proves the absence, and it is sent once more: the looks begin anew."""
    stripe = Scripted(SILENCE, SILENCE)
    send(stripe)
    looked = [minute for minute in range(1, 21) if send(stripe, after=timedelta(minutes=minute))]
    assert looked == [1, 5, 15, 16, 20]
    assert len(stripe.keys) == 2


def test_where_nobody_may_look_it_is_looked_for_every_fifteen_minutes(refund):
    stripe = Scripted(SILENCE)
    send(stripe)
    stripe.looks.extend([SILENCE] * 9)
    looked = [minute for minute in range(1, 61) if send(stripe, after=timedelta(minutes=minute))]
    assert looked == [1, 5, 15, 30, 45, 60]


def test_the_oldest_refund_is_sent_first():
    promised()
    order = bought()
    arrived(asked(order, Wish("2", 1)), at=NOW + timedelta(minutes=1))
    arrived(asked(order, Wish("1", 1)), at=NOW)
    stripe = Scripted()
    send(stripe, after=timedelta(hours=1))
    assert [made.amount for made in stripe.books.values()] == [9_672]


def refusing(constraint: str):
    """A claim that the database does not let through."""

    def claim(_at):
        raise IntegrityError(f'duplicate key value violates unique constraint "{constraint}"')

    return claim


def test_where_a_rival_takes_a_refund_of_the_same_payment_in_the_same_moment_nothing_waits(refund, monkeypatch):
    monkeypatch.setattr(sending, "_taken", refusing("refund_one_in_flight_a_payment"))
    assert send(Scripted()) is False


def test_what_else_the_database_refuses_is_a_fault_of_ours_and_heard(refund, monkeypatch):
    monkeypatch.setattr(sending, "_taken", refusing("attempt_number_once"))
    with pytest.raises(IntegrityError):
        send(Scripted())


@pytest.mark.parametrize(
    ("status", "state", "letter"),
    [
        ("pending", RefundState.PENDING, "refund_pending"),
        ("requires_action", RefundState.REQUIRES_ACTION, "refund_needs_details"),
        ("failed", RefundState.FAILED, "refund_failed"),
        ("canceled", RefundState.CANCELED, "refund_failed"),
    ],
)
def test_an_answer_that_is_not_the_end_keeps_the_return_open_and_tells_the_shopper(refund, status, state, letter):
    send(Scripted(status))
    assert state_of(refund) == (state, RMAState.REFUND_DUE)
    assert Letter.objects.filter(kind__startswith="refund").get().kind == letter


def test_a_lost_answer_is_uncertain_and_tells_nobody(refund):
    events = Event.objects.count()
    send(Scripted(SILENCE))
    assert state_of(refund) == (RefundState.UNCERTAIN, RMAState.REFUND_DUE)
    assert Event.objects.count() == events
    assert now_of(refund).attempts.get().outcome == Attempt.Outcome.UNANSWERED


def test_a_refund_whose_answer_was_lost_is_found_and_adopted(refund):
    stripe = Scripted(Lost())
    send(stripe)
    send(stripe, after=LOOKS[1])
    assert state_of(refund) == (RefundState.SUCCEEDED, RMAState.REFUNDED)
    assert len(stripe.keys) == 1


def test_an_absence_younger_than_fifteen_minutes_proves_nothing(refund):
    stripe = Scripted(SILENCE)
    send(stripe)
    send(stripe, after=LOOKS[1])
    assert (now_of(refund).state, refund.attempts.get().error) == (RefundState.UNCERTAIN, "not_found_yet")
    assert len(stripe.keys) == 1


def test_after_an_aged_absence_it_is_sent_again_under_the_same_key(refund):
    stripe = Scripted(SILENCE)
    send(stripe)
    send(stripe, after=ABSENCE_AGE)
    assert stripe.keys == [f"r-{refund.public_id}-1"] * 2
    assert now_of(refund).state == RefundState.SUCCEEDED
    assert now_of(refund).attempts.get().absent_at == NOW + ABSENCE_AGE


def test_after_a_server_error_an_aged_absence_earns_a_new_key(refund):
    stripe = Scripted(SERVER_ERROR)
    send(stripe)
    send(stripe, after=LOOKS[1])
    assert len(stripe.keys) == 1
    send(stripe, after=ABSENCE_AGE)
    assert stripe.keys == [f"r-{refund.public_id}-1", f"r-{refund.public_id}-2"]
    assert now_of(refund).state == RefundState.SUCCEEDED
    assert list(refund.attempts.values_list("outcome", "error")) == [("unanswered", "not_found_yet"), ("answered", "")]


@pytest.mark.parametrize(("age", "number"), [(KEY_LIFE, 1), (KEY_LIFE + timedelta(seconds=1), 2)])
def test_a_key_that_nears_the_providers_memory_is_replaced(refund, age, number):
    stripe = Scripted(SILENCE)
    send(stripe)
    send(stripe, after=age)
    assert stripe.keys[-1] == f"r-{refund.public_id}-{number}"


def test_a_server_error_that_did_move_money_is_adopted(refund):
    stripe = Scripted(Lost())
    send(stripe)
    Attempt.objects.update(key_spent=True)
    send(stripe, after=ABSENCE_AGE)
    assert (len(stripe.keys), len(stripe.books), now_of(refund).state) == (1, 1, RefundState.SUCCEEDED)


def test_a_refund_put_off_waits_as_told_and_goes_under_the_same_key(refund):
    stripe = Scripted(BUSY)
    send(stripe)
    assert (now_of(refund).state, now_of(refund).next_try_at) == (RefundState.DUE, NOW + BUSY.wait)
    assert send(stripe, after=BUSY.wait - timedelta(seconds=1)) is False
    assert send(stripe, after=BUSY.wait) is True
    assert stripe.keys == [f"r-{refund.public_id}-1"] * 2
    assert now_of(refund).state == RefundState.SUCCEEDED


def test_a_doubtful_refund_that_is_put_off_stays_in_doubt(refund):
    stripe = Scripted(SILENCE, BUSY)
    send(stripe)
    send(stripe, after=ABSENCE_AGE)
    assert now_of(refund).state == RefundState.UNCERTAIN
    assert now_of(refund).attempts.get().outcome == Attempt.Outcome.UNANSWERED


def test_a_refund_put_off_and_then_lost_is_looked_for_before_it_is_sent_again(refund):
    """The worker dies in the second call; by the time another comes, the provider has forgotten the key."""
    stripe = Scripted(BUSY)
    send(stripe)
    assert sending._claim(NOW + BUSY.wait) is not None
    assert Attempt.objects.values_list("outcome", "error").get() == ("", "")
    stripe.refund(refund, Attempt.objects.get())
    send(stripe, after=timedelta(days=3))
    assert len(stripe.keys) == 2
    assert now_of(refund).gateway_id == "re_1"


def test_the_age_of_an_absence_counts_from_the_call_that_was_not_put_off(refund):
    stripe = Scripted(BUSY, SILENCE)
    send(stripe)
    later = KEY_LIFE + timedelta(hours=1)  # the keys were refused for a day
    send(stripe, after=later)
    send(stripe, after=later + LOOKS[1])
    assert len(stripe.keys) == 2
    send(stripe, after=later + ABSENCE_AGE)
    assert set(stripe.keys) == {f"r-{refund.public_id}-1"}


def test_a_worker_killed_after_its_claim_leaves_a_lease_that_runs_out(refund):
    stripe = Scripted()
    assert sending._claim(NOW) is not None
    assert send(stripe, after=LEASE) is False
    assert send(stripe, after=LEASE + timedelta(seconds=1)) is True
    assert (stripe.keys, now_of(refund).state) == ([], RefundState.UNCERTAIN)
    send(stripe, after=timedelta(minutes=20))
    assert (len(stripe.books), now_of(refund).state) == (1, RefundState.SUCCEEDED)


def test_a_worker_killed_after_the_call_leaves_a_refund_that_is_adopted(refund):
    stripe = Scripted()
    claim = sending._claim(NOW)
    assert claim is not None
    stripe.refund(claim.refund, claim.attempt)
    send(stripe, after=timedelta(minutes=4))
    assert (stripe.keys, now_of(refund).state) == ([claim.attempt.key], RefundState.SUCCEEDED)


def test_a_slow_worker_does_not_undo_what_the_next_one_found(refund):
    stripe = Scripted()
    slow = sending._claim(NOW)
    assert slow is not None
    stripe.refund(slow.refund, slow.attempt)
    send(stripe, after=timedelta(minutes=4))
    sending._doubt(slow, "timed out", at=NOW + timedelta(minutes=5))
    sending._fail(slow, Rejected("late"), at=NOW + timedelta(minutes=5))
    sending._put_off(slow, BUSY, at=NOW + timedelta(minutes=5))
    assert state_of(refund) == (RefundState.SUCCEEDED, RMAState.REFUNDED)


def test_a_worker_that_looked_for_longer_than_its_lease_sends_nothing_under_a_key_of_its_own(refund):
    """While it looked, another took over, found it absent too, and sent it under a new key."""
    stripe = Scripted(SERVER_ERROR)
    send(stripe)
    slow = sending._claim(NOW + timedelta(minutes=20))
    assert slow is not None
    send(stripe, after=timedelta(minutes=24))
    with pytest.raises(Unanswered, match=r"^taken_over$"):
        sending._prove_absent(slow, at=NOW + timedelta(minutes=20))
    first, second = refund.attempts.all()
    assert (first.absent_at, second.key) == (NOW + timedelta(minutes=24), f"r-{refund.public_id}-2")
    assert (stripe.keys, now_of(refund).state) == ([first.key, second.key], RefundState.SUCCEEDED)


@pytest.mark.parametrize(
    ("answer", "outcome", "words"),
    [
        (BUSY, Attempt.Outcome.PUT_OFF, "rate_limit"),
        (SILENCE, Attempt.Outcome.UNANSWERED, "connection lost"),
        ("on_the_moon", Attempt.Outcome.UNANSWERED, "unknown_status"),
        (Rejected("charge_expired", "Too old."), Attempt.Outcome.ANSWERED, "charge_expired: Too old."),
        (Rejected("x" * 201), Attempt.Outcome.ANSWERED, "x" * 200),
    ],
    ids=["put off", "silence", "a new word", "a no", "a long no"],
)
def test_an_attempt_keeps_how_it_ended_and_in_what_words(refund, answer, outcome, words):
    send(Scripted(answer))
    attempt = now_of(refund).attempts.get()
    assert (attempt.outcome, attempt.error) == (outcome, words)


def test_a_definite_no_fails_and_waits_for_a_person(refund):
    stripe = Scripted(Rejected("charge_disputed", "no"))
    send(stripe)
    assert state_of(refund) == (RefundState.FAILED, RMAState.REFUND_DUE)
    assert now_of(refund).failure_reason == "charge_disputed"
    assert Event.objects.get(kind="refund.failed").data == {"amount": 9_672, "currency": "EUR", "was": "sending"}
    assert send(stripe, after=timedelta(days=9)) is False


def test_of_a_no_in_many_letters_its_row_keeps_the_first_hundred(refund):
    send(Scripted(Rejected("x" * 101)))
    assert now_of(refund).failure_reason == "x" * 100


def test_a_no_is_kept_though_what_is_there_instead_contradicts_our_books(refund):
    stripe = Scripted("succeeded", Rejected("amount_too_large"))
    send(stripe)
    stripe.books["re_1"] = replace(stripe.books["re_1"], amount=29_990)
    arrived(asked(refund.order, Wish("2", 1)))
    assert send(stripe) is True
    assert list(Refund.objects.values_list("state", flat=True)) == [RefundState.SUCCEEDED, RefundState.FAILED]


def test_already_refunded_is_adopted_where_it_is_our_own(refund):
    stripe = Scripted(Lost(), Rejected("charge_already_refunded"))
    send(stripe)
    stripe.looks.append(None)  # the list has not caught up yet
    send(stripe, after=ABSENCE_AGE)
    assert (now_of(refund).state, now_of(refund).gateway_id) == (RefundState.SUCCEEDED, "re_1")


def test_a_refusal_to_look_leaves_the_refund_in_doubt(refund):
    """With the key of another account the payment does not exist there: that proves no absence."""
    stripe = Scripted(Lost())
    stripe.looks.append(Rejected("resource_missing"))
    send(stripe)
    send(stripe, after=ABSENCE_AGE)
    assert (now_of(refund).state, refund.attempts.get().error) == (RefundState.UNCERTAIN, "resource_missing")
    send(stripe, after=2 * ABSENCE_AGE)
    assert (now_of(refund).state, len(stripe.keys)) == (RefundState.SUCCEEDED, 1)


def test_a_look_that_fails_spends_no_key(refund):
    stripe = Scripted(SILENCE)
    stripe.looks.append(SERVER_ERROR)
    send(stripe)
    send(stripe, after=ABSENCE_AGE)
    send(stripe, after=2 * ABSENCE_AGE)
    assert stripe.keys == [f"r-{refund.public_id}-1"] * 2


@pytest.mark.parametrize("change", [{"amount": 1}, {"currency": "USD"}, {"status": "reversed"}])
def test_an_answer_that_is_not_about_our_refund_is_a_doubt_and_stops_nobody(refund, change, monkeypatch):
    stripe = Scripted()
    honest = stripe._make
    monkeypatch.setattr(stripe, "_make", lambda *told: replace(honest(*told), **change))
    assert send(stripe) is True
    assert (now_of(refund).state, refund.attempts.get().key_spent) == (RefundState.UNCERTAIN, False)
