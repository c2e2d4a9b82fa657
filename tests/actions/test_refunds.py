"""Money back: never twice, never more than was paid, never forgotten, whatever the provider answers."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction

from returns.actions import refunds
from returns.actions.refunds import ABSENCE_AGE, KEY_LIFE, LEASE, LOOK_AGAIN
from returns.actions.refusals import Refused
from returns.actions.requests import Wish
from returns.gateways.gateway import PutOff, Rejected, Remote, Unanswered
from returns.importing.data import PaymentData
from returns.models import RMA, Attempt, Event, GatewayEvent, Letter, Originator, Refund, RefundState, RMAState
from tests.gateways.scripted import Lost, Scripted
from tests.people import NOW, arrived, asked, bought, jana_order, promised

pytestmark = pytest.mark.django_db

BUSY = PutOff("rate_limit", timedelta(seconds=30))
SILENCE = Unanswered("connection lost")
SERVER_ERROR = Unanswered("500", key_spent=True)


@pytest.fixture
def refund(db) -> Refund:
    """One T-shirt of Jana's is back; its 96.72 are due."""
    promised()
    arrived(asked(bought()))
    return Refund.objects.get()


def now_of(refund: Refund) -> Refund:
    return Refund.objects.get(pk=refund.pk)


def send(gateway: Scripted, *, after: timedelta = timedelta()) -> bool:
    return refunds.send_next(gateway, at=NOW + after)


def state_of(refund: Refund) -> tuple[str, str]:
    return now_of(refund).state, RMA.objects.get().state


# --- sending ------------------------------------------------------------------------------------


def test_what_is_due_is_sent_once_and_the_return_is_refunded(refund):
    stripe = Scripted()
    assert (send(stripe), send(stripe)) == (True, False)
    assert state_of(refund) == (RefundState.SUCCEEDED, RMAState.REFUNDED)
    assert stripe.keys == [f"r-{refund.public_id}-1"]
    assert now_of(refund).gateway_id == "re_1"


def test_the_oldest_refund_is_sent_first():
    promised()
    order = bought()
    arrived(asked(order, Wish("2", 1)), at=NOW + timedelta(minutes=1))
    arrived(asked(order, Wish("1", 1)), at=NOW)
    stripe = Scripted()
    send(stripe, after=timedelta(hours=1))
    assert [made.amount for made in stripe.books.values()] == [9_672]


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
    send(stripe, after=LOOK_AGAIN)
    assert state_of(refund) == (RefundState.SUCCEEDED, RMAState.REFUNDED)
    assert len(stripe.keys) == 1


def test_an_absence_younger_than_fifteen_minutes_proves_nothing(refund):
    stripe = Scripted(SILENCE)
    send(stripe)
    send(stripe, after=LOOK_AGAIN)
    assert now_of(refund).state == RefundState.UNCERTAIN
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
    send(stripe, after=LOOK_AGAIN)
    assert len(stripe.keys) == 1
    send(stripe, after=ABSENCE_AGE)
    assert stripe.keys == [f"r-{refund.public_id}-1", f"r-{refund.public_id}-2"]
    assert now_of(refund).state == RefundState.SUCCEEDED


def test_a_key_that_nears_the_providers_memory_is_replaced(refund):
    stripe = Scripted(SILENCE)
    send(stripe)
    send(stripe, after=KEY_LIFE + timedelta(seconds=1))
    assert stripe.keys[-1] == f"r-{refund.public_id}-2"


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
    assert refunds._claim(NOW + BUSY.wait) is not None
    stripe.refund(refund, Attempt.objects.get())
    send(stripe, after=timedelta(days=3))
    assert len(stripe.keys) == 2
    assert now_of(refund).gateway_id == "re_1"


def test_the_age_of_an_absence_counts_from_the_call_that_was_not_put_off(refund):
    stripe = Scripted(BUSY, SILENCE)
    send(stripe)
    later = KEY_LIFE + timedelta(hours=1)  # the keys were refused for a day
    send(stripe, after=later)
    send(stripe, after=later + LOOK_AGAIN)
    assert len(stripe.keys) == 2
    send(stripe, after=later + ABSENCE_AGE)
    assert set(stripe.keys) == {f"r-{refund.public_id}-1"}


def test_a_worker_killed_after_its_claim_leaves_a_lease_that_runs_out(refund):
    stripe = Scripted()
    assert refunds._claim(NOW) is not None
    assert send(stripe, after=LEASE) is False
    assert send(stripe, after=LEASE + timedelta(seconds=1)) is True
    assert (stripe.keys, now_of(refund).state) == ([], RefundState.UNCERTAIN)
    send(stripe, after=timedelta(minutes=20))
    assert (len(stripe.books), now_of(refund).state) == (1, RefundState.SUCCEEDED)


def test_a_worker_killed_after_the_call_leaves_a_refund_that_is_adopted(refund):
    stripe = Scripted()
    claim = refunds._claim(NOW)
    assert claim is not None
    stripe.refund(claim.refund, claim.attempt)
    send(stripe, after=timedelta(minutes=4))
    assert (stripe.keys, now_of(refund).state) == ([claim.attempt.key], RefundState.SUCCEEDED)


def test_a_slow_worker_does_not_undo_what_the_next_one_found(refund):
    stripe = Scripted()
    slow = refunds._claim(NOW)
    assert slow is not None
    stripe.refund(slow.refund, slow.attempt)
    send(stripe, after=timedelta(minutes=4))
    refunds._doubt(slow, "timed out", at=NOW + timedelta(minutes=5))
    refunds._fail(slow, Rejected("late"), at=NOW + timedelta(minutes=5))
    refunds._put_off(slow, BUSY, at=NOW + timedelta(minutes=5))
    assert state_of(refund) == (RefundState.SUCCEEDED, RMAState.REFUNDED)


def test_a_definite_no_fails_and_waits_for_a_person(refund):
    stripe = Scripted(Rejected("charge_disputed", "no"))
    send(stripe)
    assert state_of(refund) == (RefundState.FAILED, RMAState.REFUND_DUE)
    assert now_of(refund).failure_reason == "charge_disputed"
    assert send(stripe, after=timedelta(days=9)) is False


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
    assert now_of(refund).state == RefundState.UNCERTAIN
    send(stripe, after=ABSENCE_AGE + LOOK_AGAIN)
    assert (now_of(refund).state, len(stripe.keys)) == (RefundState.SUCCEEDED, 1)


def test_a_look_that_fails_spends_no_key(refund):
    stripe = Scripted(SILENCE)
    stripe.looks.append(SERVER_ERROR)
    send(stripe)
    send(stripe, after=ABSENCE_AGE)
    send(stripe, after=ABSENCE_AGE + LOOK_AGAIN)
    assert stripe.keys == [f"r-{refund.public_id}-1"] * 2


@pytest.mark.parametrize("change", [{"amount": 1}, {"currency": "USD"}, {"status": "reversed"}])
def test_an_answer_that_is_not_about_our_refund_is_a_doubt_and_stops_nobody(refund, change, monkeypatch):
    stripe = Scripted()
    honest = stripe._make
    monkeypatch.setattr(stripe, "_make", lambda *told: replace(honest(*told), **change))
    assert send(stripe) is True
    assert now_of(refund).state == RefundState.UNCERTAIN


# --- news ---------------------------------------------------------------------------------------


def remote_of(refund: Refund, status: str, id: str = "re_1", failure_reason: str = "") -> Remote:
    return Remote(id, status, refund.amount, refund.currency, refund.public_id, failure_reason)


def apply_in_turn(refund: Refund, *statuses: str) -> None:
    for status in statuses:
        refunds.apply(refund, remote_of(refund, status), at=NOW)


@pytest.fixture
def sending(refund) -> Refund:
    assert refunds._claim(NOW) is not None
    return refund


def test_a_webhook_before_the_answer_settles_the_refund_and_the_answer_is_no_news(sending):
    apply_in_turn(sending, "succeeded", "succeeded")
    assert state_of(sending) == (RefundState.SUCCEEDED, RMAState.REFUNDED)
    assert Event.objects.filter(kind="refund.succeeded").count() == 1
    assert Letter.objects.filter(kind="refunded").count() == 1


@pytest.mark.parametrize("late", ["pending", "requires_action", "canceled", "succeeded"])
@pytest.mark.parametrize("end", ["succeeded", "failed", "canceled"])
def test_a_late_message_does_not_undo_an_end(sending, end, late):
    apply_in_turn(sending, end)
    before = state_of(sending), Event.objects.count()
    apply_in_turn(sending, late)
    assert (state_of(sending), Event.objects.count()) == before


def test_money_that_comes_back_from_the_bank_reopens_the_return(sending):
    apply_in_turn(sending, "succeeded")
    refunds.apply(sending, remote_of(sending, "failed", failure_reason="declined"), at=NOW + timedelta(days=9))
    assert state_of(sending) == (RefundState.FAILED, RMAState.REFUND_DUE)
    assert now_of(sending).failure_reason == "declined"


def test_details_asked_for_and_given_lead_to_the_money(sending):
    apply_in_turn(sending, "requires_action", "pending", "succeeded")
    kinds = Event.objects.filter(refund=sending).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["refund.decided", "refund.needs_details", "refund.pending", "refund.succeeded"]


def test_another_refund_with_our_id_does_not_speak_for_ours(sending):
    apply_in_turn(sending, "succeeded")
    with pytest.raises(Refused, match="remote_differs"):
        refunds.apply(sending, remote_of(sending, "failed", id="re_2"), at=NOW)
    assert state_of(sending) == (RefundState.SUCCEEDED, RMAState.REFUNDED)


def told(object_id: str, *, kind: str = "refund.updated", id: str = "evt_1") -> GatewayEvent:
    return GatewayEvent.objects.create(id=id, kind=kind, object_id=object_id, received_at=NOW, next_try_at=NOW)


def test_an_event_makes_us_look_and_its_own_words_are_not_believed(refund):
    stripe = Scripted("pending")
    send(stripe)
    stripe.settle("re_1", "succeeded")
    told("re_1", kind="refund.failed")
    assert refunds.work_next_event(stripe, at=NOW) is True
    assert state_of(refund) == (RefundState.SUCCEEDED, RMAState.REFUNDED)
    assert refunds.work_next_event(stripe, at=NOW) is False


def test_an_event_told_five_times_has_one_effect(refund):
    stripe = Scripted("pending")
    send(stripe)
    stripe.settle("re_1", "succeeded")
    for number in range(5):
        told("re_1", id=f"evt_{number}")
        refunds.work_next_event(stripe, at=NOW)
    assert Event.objects.filter(kind="refund.succeeded").count() == 1


@pytest.mark.parametrize("kind", ["payout.reconciliation_completed", "unheard.of", "charge.dispute.created"])
def test_an_event_that_is_not_about_a_refund_is_put_aside(refund, kind):
    event = told("po_1", kind=kind)
    refunds.work_next_event(Scripted(), at=NOW)
    assert GatewayEvent.objects.get(pk=event.pk).worked_at == NOW


def test_an_event_about_a_refund_of_another_program_is_put_aside(refund):
    stripe = Scripted()
    stripe.books["re_9"] = Remote("re_9", "succeeded", 500, "EUR", refund_id="")
    event = told("re_9")
    refunds.work_next_event(stripe, at=NOW)
    assert GatewayEvent.objects.get(pk=event.pk).worked_at == NOW
    assert now_of(refund).state == RefundState.DUE


def test_an_event_that_cannot_be_worked_lets_the_others_pass(refund):
    stripe = Scripted("pending")
    send(stripe)
    stripe.settle("re_1", "succeeded")
    stripe.books["re_0"] = Remote("re_0", "succeeded", 1, "EUR", refund.public_id)
    told("re_0", id="evt_0")
    told("re_gone", id="evt_gone")
    told("re_1", id="evt_1")
    assert [refunds.work_next_event(stripe, at=NOW) for _ in range(4)] == [True, True, True, False]
    assert now_of(refund).state == RefundState.SUCCEEDED
    assert set(GatewayEvent.objects.filter(worked_at=None).values_list("tries", flat=True)) == {1}


# --- deciding -----------------------------------------------------------------------------------


def paid_by(*captured: int) -> tuple[PaymentData, ...]:
    return tuple(PaymentData(f"pi_{number}", amount, "EUR") for number, amount in enumerate(captured))


def all_back(*captured: int) -> list[Refund]:
    promised()
    arrived(asked(bought(jana_order(payments=paid_by(*captured))), Wish("1", 3), Wish("2", 1)))
    return list(Refund.objects.select_related("payment"))


def test_a_refund_above_the_first_payment_goes_on_to_the_next():
    made = all_back(20_000, 9_990)
    assert [(refund.payment and refund.payment.reference, refund.amount) for refund in made] == [
        ("pi_0", 20_000),
        ("pi_1", 9_495),
    ]
    assert [line.amount for refund in made for line in refund.lines.all()] == [20_000, 9_016, 479]


def test_every_payment_of_a_return_must_succeed_before_it_is_refunded():
    all_back(20_000, 9_990)
    stripe = Scripted()
    send(stripe)
    assert RMA.objects.get().state == RMAState.REFUND_DUE
    send(stripe)
    assert RMA.objects.get().state == RMAState.REFUNDED


def test_what_no_payment_has_room_for_is_owed_and_waits_for_a_person():
    made = all_back(29_000)
    assert [(bool(refund.payment), refund.amount, refund.state) for refund in made] == [
        (True, 29_000, RefundState.DUE),
        (False, 495, RefundState.FAILED),
    ]
    assert made[1].failure_reason == "no_payment"
    stripe = Scripted()
    assert (send(stripe), send(stripe)) == (True, False)
    assert RMA.objects.get().state == RMAState.REFUND_DUE


def test_an_order_without_a_payment_owes_a_failed_refund_and_nothing_is_sent():
    (refund,) = all_back()
    assert state_of(refund) == (RefundState.FAILED, RMAState.REFUND_DUE)
    assert send(Scripted(), after=timedelta(days=1)) is False


def test_a_payment_in_another_currency_bears_nothing():
    promised()
    foreign = (PaymentData("pi_usd", 50_000, "USD"),)
    arrived(asked(bought(jana_order(payments=foreign))))
    assert Refund.objects.get().payment is None


def test_a_failed_refund_gives_its_room_back():
    promised()
    order = bought(jana_order(payments=paid_by(10_000)))
    arrived(asked(order, Wish("1", 1)))
    send(Scripted(Rejected("no")))
    arrived(asked(order, Wish("1", 1)))
    assert [refund.payment is not None for refund in Refund.objects.all()] == [True, True]


def test_an_open_refund_holds_its_room():
    promised()
    order = bought(jana_order(payments=paid_by(10_000)))
    arrived(asked(order, Wish("1", 1)))
    arrived(asked(order, Wish("1", 1)))
    assert [(refund.payment is not None, refund.amount) for refund in Refund.objects.all()] == [
        (True, 9_672),
        (True, 328),
        (False, 9_344),
    ]


def test_a_refund_names_what_it_pays_for(refund):
    line = refund.lines.get()
    assert (refund.originator, refund.receipt and refund.receipt.number) == (Originator.RMA, 1)
    assert (line.kind, line.amount, line.item) == ("goods", 9_672, RMA.objects.get().items.get())


def test_nothing_is_written_when_the_news_differs(sending):
    with pytest.raises(Refused), transaction.atomic():
        refunds.apply(sending, replace(remote_of(sending, "succeeded"), amount=1), at=NOW)
    assert now_of(sending).state == RefundState.SENDING
