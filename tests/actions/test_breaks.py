"""What does not agree is told once, owned by somebody, and closed with a note or by its own disappearance."""

from datetime import timedelta

import pytest

from returns import sentences
from returns.actions import breaks, halts, reconciling
from returns.actions.breaks import open_break
from returns.actions.refusals import Refused
from returns.actions.sending import ABSENCE_AGE
from returns.analytics import audit
from returns.gateways.gateway import KeyReused, Unknown
from returns.models import Break, Event, GatewayEvent, Letter, LetterState, RefundState, User
from tests.actions.refunding import BUSY, SILENCE, kept, news, now_of, send
from tests.gateways.scripted import Scripted
from tests.people import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=2)


def kinds() -> list[str]:
    return list(Break.objects.open().values_list("kind", flat=True))


def test_the_same_difference_is_told_once_until_it_is_closed(mona):
    for _time in range(3):
        open_break("phantom", "re_1", at=NOW)
    breaks.close(Break.objects.get().pk, note="theirs", by=mona, at=NOW)
    open_break("phantom", "re_1", at=LATER)
    assert (Break.objects.count(), len(kinds())) == (2, 1)


def test_a_person_takes_it_and_closes_it_with_a_note(mona):
    open_break("phantom", "re_1", at=NOW)
    number = Break.objects.get().pk
    assert breaks.take(number, by=mona).owner == mona
    with pytest.raises(Refused, match="note_missing"):
        breaks.close(number, note=" ", by=mona, at=NOW)
    closed = breaks.close(number, note="booked by hand", by=mona, at=LATER)
    assert (closed.closed_by, closed.note, closed.closed_at) == ("Mona", "booked by hand", LATER)
    with pytest.raises(Refused, match="break_not_open"):
        breaks.close(number, note="again", by=mona, at=LATER)
    with pytest.raises(Refused, match="break_not_open"):
        breaks.take(0, by=mona)


def test_a_key_used_with_other_parameters_waits_for_a_person_and_is_then_looked_for_first(refund, mona):
    """F15: nothing is sent before a person has looked, and a new key comes only after an aged absence."""
    stripe = Scripted(KeyReused("idempotency_error"))
    send(stripe)
    assert (now_of(refund).state, kinds()) == (RefundState.UNCERTAIN, ["idempotency_error"])
    key = f"r-{refund.public_id}-1"
    assert Break.objects.get().values == {"amount": 9_672, "currency": "EUR", "key": key}
    assert send(stripe, after=timedelta(days=3)) is False
    breaks.close(Break.objects.get().pk, note="not there", by=mona, at=NOW)
    assert send(stripe, after=ABSENCE_AGE) is True
    assert stripe.keys == [key, f"r-{refund.public_id}-2"]
    assert now_of(refund).state == RefundState.SUCCEEDED


def test_an_answer_that_nobody_knows_is_told_in_its_own_words_and_spends_no_key(refund, mona):
    stripe = Scripted(Unknown("refund_in_review"))
    send(stripe)
    assert Break.objects.get().values == {"amount": 9_672, "currency": "EUR", "answer": "refund_in_review"}
    breaks.close(Break.objects.get().pk, note="not there", by=mona, at=NOW)
    send(stripe, after=ABSENCE_AGE)
    assert stripe.keys == [f"r-{refund.public_id}-1"] * 2


@pytest.mark.parametrize("kind", Break.STOPPING)
def test_what_money_waits_for_is_closed_by_a_manager_who_still_is_one(kind, bob, mona):
    open_break(kind, "re_1", at=NOW)
    number = Break.objects.get().pk
    breaks.take(number, by=bob)
    with pytest.raises(Refused, match="managers_only"):
        breaks.close(number, note="fine", by=bob, at=NOW)
    User.objects.filter(pk=mona.pk).update(is_active=False)
    with pytest.raises(Refused, match="managers_only"):
        breaks.close(number, note="fine", by=mona, at=NOW)
    assert Break.objects.stopping().exists()


def test_a_refund_in_doubt_for_an_hour_is_told_until_it_is_not(refund):
    stripe = Scripted(SILENCE, SILENCE)
    send(stripe)
    breaks.look_around(at=NOW + timedelta(minutes=59))
    assert kinds() == []
    breaks.look_around(at=NOW + timedelta(minutes=61))
    breaks.look_around(at=NOW + timedelta(minutes=62))
    assert kinds() == ["stuck"]
    send(stripe, after=timedelta(hours=2))
    send(stripe, after=timedelta(hours=4))
    breaks.look_around(at=NOW + timedelta(hours=5))
    assert kinds() == []
    assert Break.objects.get().closed_by == "system"


def test_a_refund_that_is_put_off_for_a_day_is_told_until_it_leaves(refund):
    stripe = Scripted(*[BUSY] * 30)
    for hour in range(24):
        send(stripe, after=timedelta(hours=hour))
    breaks.look_around(at=NOW + timedelta(hours=23))
    assert (kinds(), now_of(refund).state) == ([], RefundState.DUE)
    send(stripe, after=timedelta(hours=24))
    assert "forgotten" in [finding.name for finding in audit.asked(at=NOW + timedelta(hours=25))]
    breaks.look_around(at=NOW + timedelta(hours=25))
    assert kinds() == ["put_off"]
    assert list(audit.asked(at=NOW + timedelta(hours=25))) == []
    send(Scripted(), after=timedelta(hours=26))
    breaks.look_around(at=NOW + timedelta(hours=26))
    assert kinds() == []


@pytest.mark.parametrize("held_by", ["dispute", "halt"])
def test_what_a_dispute_or_a_halt_holds_up_is_not_told_as_put_off(refund, mona, held_by):
    send(Scripted(BUSY))
    if held_by == "dispute":
        kept("needs_response", withdrawn=0)
    else:
        halts.stop_all(why="fraud", by=mona, at=NOW)
    breaks.look_around(at=NOW + timedelta(hours=25))
    assert "put_off" not in kinds()


def test_news_that_cannot_be_worked_is_told_and_closed_when_it_could_be(refund):
    event = news("re_gone")
    GatewayEvent.objects.update(tries=GatewayEvent.TRIES, error="resource_missing")
    breaks.look_around(at=NOW)
    assert Break.objects.open().get().values == {
        "event": "refund.updated",
        "object": "re_gone",
        "error": "resource_missing",
    }
    GatewayEvent.objects.filter(pk=event.pk).update(worked_at=NOW)
    breaks.look_around(at=NOW)
    assert kinds() == []


def test_what_waits_for_a_provider_that_is_silent_is_not_forgotten(refund):
    stripe = Scripted()
    reconciling.catch_up(stripe, at=NOW)
    stripe.silence = SILENCE
    at = NOW + timedelta(hours=30)
    reconciling.catch_up(stripe, at=at)
    breaks.look_around(at=at)
    assert list(audit.asked(at=at)) == []


def test_while_events_cannot_be_read_a_person_knows_why_nothing_is_sent(refund):
    stripe = Scripted()
    reconciling.catch_up(stripe, at=NOW)
    breaks.look_around(at=LATER)
    assert (kinds(), send(stripe, after=timedelta(hours=2))) == (["behind"], False)
    assert "11/10/2026" in sentences.of_break("behind", Break.objects.get().values)
    reconciling.catch_up(stripe, at=LATER)
    breaks.look_around(at=LATER)
    assert (kinds(), send(stripe, after=timedelta(hours=2))) == ([], True)


def test_a_letter_given_up_is_told_and_not_told_again_once_a_person_has_closed_it(refund, mona):
    letter = Letter.objects.create(
        event=Event.objects.earliest("pk"),
        kind="goodwill",
        language="en",
        to="x",
        next_try_at=NOW,
        state=LetterState.DEAD,
    )
    breaks.look_around(at=NOW)
    assert Break.objects.get().subject == str(letter.pk)
    breaks.close(Break.objects.get().pk, note="wrote by hand", by=mona, at=NOW)
    breaks.look_around(at=LATER)
    assert kinds() == []


def test_what_a_person_must_see_is_not_closed_by_the_system(refund):
    for kind in ("external_refund", "forgotten_refund", "idempotency_error", "payout_differs", "above_captured"):
        open_break(kind, "re_1", at=NOW, refund=refund)
    breaks.look_around(at=LATER)
    assert len(kinds()) == 5


def test_room_that_was_taken_is_told_until_another_way_was_found(refund):
    open_break("room_taken", refund.public_id, at=NOW, refund=refund)
    type(refund).objects.update(state=RefundState.FAILED)
    breaks.look_around(at=NOW)
    assert kinds() == ["room_taken"]
    type(refund).objects.update(state=RefundState.PAID_OTHERWISE)
    breaks.look_around(at=NOW)
    assert kinds() == []


@pytest.mark.parametrize("kind", sorted(sentences.breaks._BREAKS))
def test_every_kind_has_a_sentence(kind):
    values = dict.fromkeys(
        [
            *("remote", "order", "paid_in", "status", "state", "key", "payout", "event", "object", "error", "letter"),
            *("dispute", "answer", "why"),
        ],
        "x",
    )
    amounts = dict.fromkeys(["amount", "captured", "elsewhere", "above", "rest", "remote_amount"], 9_672)
    others = {"currency": "EUR", "remote_currency": "USD", "refunds": [], "since": NOW.isoformat()}
    told = sentences.of_break(kind, {**values, **amounts, **others})
    assert told.endswith(".")
    assert "%(" not in told


def test_a_payout_that_holds_other_amounts_names_the_refunds():
    told = sentences.of_break(
        "payout_differs", {"payout": "po_1", "rest": 0, "currency": "EUR", "refunds": ["re_1", "re_2"]}
    )
    assert "re_1, re_2" in told


def test_an_old_kind_still_reads_as_a_sentence():
    assert sentences.of_break("gone", {}).endswith(".")
