"""Whose turn it is, what is kept, and what follows."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from returns.actions import conversation, decisions, photos
from returns.actions.photos import Stored
from returns.actions.refusals import Refused
from returns.actions.requests import ANSWER_WITHIN
from returns.models import RMA, SHOPPER, Author, Event, Letter, Message, Photo
from tests.people import BOB, NOW, arrived, asked, bought, late_order, promised
from tests.pictures import sent

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=5)
HOSTILE = "{{7*7}} %(secret)s {0.__class__} <script>alert(1)</script>"


@pytest.fixture
def exception() -> RMA:
    """It waits for an agent."""
    promised()
    return asked(late_order())


@pytest.fixture
def open_return() -> RMA:
    """Nothing of it waits."""
    promised()
    return asked(bought())


def now_of(rma: RMA) -> RMA:
    return RMA.objects.get(pk=rma.pk)


def said() -> list[tuple[str, str, str]]:
    return [(message.author, message.text, message.actor.kind) for message in Message.objects.all()]


def test_an_agent_asks_back_and_it_is_the_shoppers_turn(exception):
    rma = conversation.ask_back(exception, text=" Please send a photo. ", by=BOB, at=LATER)
    assert said() == [("agent", "Please send a photo.", "staff")]
    assert (rma.answer_by, rma.waits_for_shopper, rma.owes_answer, rma.updated_at) == (None, True, False, LATER)
    event = Event.objects.get(kind="message.asked")
    assert (event.rma, event.actor, event.data) == (rma, BOB, {"message": Message.objects.get().pk})
    assert Letter.objects.filter(kind="message").values_list("event", "to").get() == (event.pk, rma.order.email)


def test_the_answer_starts_the_promise_anew(exception):
    conversation.ask_back(exception, text="Please send a photo.", by=BOB, at=NOW)
    rma = conversation.write(exception, text="Here it is.", by=SHOPPER, at=LATER)
    assert said()[1] == ("shopper", "Here it is.", "shopper")
    assert (rma.answer_by, rma.waits_for_shopper) == (LATER + ANSWER_WITHIN, False)
    assert Event.objects.get(kind="message.received").data == {"message": rma.messages.latest("pk").pk, "photos": 0}
    assert not Letter.objects.filter(event__kind="message.received").exists()


def test_a_second_word_before_the_answer_does_not_put_the_promise_off(exception):
    rma = conversation.write(exception, text="Hello again.", by=SHOPPER, at=LATER)
    assert rma.answer_by == exception.answer_by


def test_a_word_about_a_return_that_goes_on_waits_for_an_answer_too(open_return):
    assert list(RMA.objects.in_conversation()) == []
    conversation.write(open_return, text="Where is my money?", by=SHOPPER, at=NOW)
    assert list(RMA.objects.in_conversation()) == [open_return]
    assert now_of(open_return).shown_state == "label_ready"
    conversation.ask_back(open_return, text="On its way.", by=BOB, at=LATER)
    assert list(RMA.objects.in_conversation()) == []


def test_a_decision_on_all_that_waits_is_the_answer(exception):
    conversation.write(exception, text="Please.", by=SHOPPER, at=NOW)
    decisions.approve(exception, by=BOB, at=LATER, note="Kind.")
    assert list(RMA.objects.in_conversation()) == []


def test_what_waits_for_the_shopper_comes_last_in_the_queue(exception):
    conversation.ask_back(exception, text="Please send a photo.", by=BOB, at=NOW)
    other = asked(late_order("L-1002"), at=LATER)
    assert list(RMA.objects.in_conversation().oldest_promise_first()) == [other, exception]
    assert list(RMA.objects.in_conversation().promised_after(other)) == [exception]
    assert list(RMA.objects.in_conversation().promised_after(now_of(exception))) == []


def test_photos_come_with_the_message(exception):
    photo = photos.keep(sent(), had=())
    conversation.write(exception, text="Here it is.", pictures=[photo], by=SHOPPER, at=NOW)
    row = Photo.objects.get()
    assert (row.rma, row.item, row.message, row.name) == (exception, None, Message.objects.get(), photo.name)


def test_a_return_has_at_most_ten_photos_over_all_messages(exception):
    some = [Stored(f"{number:032x}", 1, 1, 1) for number in range(11)]
    conversation.write(exception, text="Eight.", pictures=some[:8], by=SHOPPER, at=NOW)
    with pytest.raises(Refused, match="photo_too_many"):
        conversation.write(exception, text="Three more.", pictures=some[8:], by=SHOPPER, at=NOW)
    assert (Photo.objects.count(), Message.objects.count()) == (8, 1)


@pytest.mark.parametrize("text", ["", "  \n ", "\x00"])
def test_an_empty_message_is_refused(exception, text):
    for speak, by in ((conversation.ask_back, BOB), (conversation.write, SHOPPER)):
        with pytest.raises(Refused, match="message_missing"):
            speak(exception, text=text, by=by, at=NOW)
    assert said() == []


def test_a_message_has_an_end(exception):
    conversation.write(exception, text="x" * 2_000, by=SHOPPER, at=NOW)
    with pytest.raises(Refused, match="message_too_long"):
        conversation.write(exception, text="x" * 2_001, by=SHOPPER, at=NOW)


def test_twenty_messages_a_day_and_the_next_day_more(exception):
    for number in range(20):
        conversation.write(exception, text=f"{number}", by=SHOPPER, at=NOW)
    with pytest.raises(Refused, match="messages_too_many"):
        conversation.write(exception, text="One more.", by=SHOPPER, at=NOW + timedelta(hours=23))
    conversation.ask_back(exception, text="We have read them all.", by=BOB, at=NOW)
    conversation.write(exception, text="Thank you.", by=SHOPPER, at=NOW + timedelta(days=1))
    assert Message.objects.count() == 22


def test_of_what_has_ended_nobody_writes(exception):
    decisions.reject(exception, by=BOB, at=NOW, note="Too late.")
    for speak, by in ((conversation.ask_back, BOB), (conversation.write, SHOPPER)):
        with pytest.raises(Refused, match="not_writable"):
            speak(exception, text="Hello.", by=by, at=LATER)


def test_after_the_refund_one_may_still_ask(open_return):
    arrived(open_return)
    assert conversation.write(open_return, text="Where is it?", by=SHOPPER, at=LATER).answer_by is not None


def test_an_unanswered_word_keeps_a_return_from_expiring(open_return):
    conversation.write(open_return, text="I am ill.", by=SHOPPER, at=NOW)
    assert list(RMA.objects.unsent_since(NOW + timedelta(days=400))) == []
    conversation.ask_back(open_return, text="Get well.", by=BOB, at=NOW)
    assert list(RMA.objects.unsent_since(NOW + timedelta(days=400))) == [open_return]


def test_text_is_kept_as_it_was_written_but_for_card_numbers(exception):
    conversation.write(exception, text=f"{HOSTILE} 4242 4242 4242 4242", by=SHOPPER, at=NOW)
    assert said() == [("shopper", f"{HOSTILE} •••• 4242", "shopper")]


@pytest.mark.parametrize("wrong", [{"author": "bank"}, {"text": ""}])
def test_the_database_knows_authors_and_keeps_no_empty_message(exception, wrong):
    row = {"author": Author.AGENT, "text": "Hello.", "at": NOW, "actor_kind": "staff", **wrong}
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.create(rma=exception, **row)


def test_the_database_keeps_a_photo_with_one_owner_and_some_size(exception):
    conversation.write(exception, text="Hello.", by=SHOPPER, at=NOW)
    item, message = exception.items.get(), Message.objects.get()
    row = {"rma": exception, "size": 1, "width": 1, "height": 1, "at": NOW}
    for wrong in ({"item": item, "message": message}, {"size": 0}, {"width": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Photo.objects.create(name="a" * 32, **{**row, **wrong})
