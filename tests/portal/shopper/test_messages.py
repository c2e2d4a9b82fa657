"""The conversation on the page of a return: who may write, and who may read what was written."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client

from returns.actions import conversation, decisions
from returns.models import RMA, Message, StatusLink
from returns.notifications import deliver
from tests.people import BOB, NOW, asked, late_order, promised
from tests.pictures import sent
from tests.portal.shopper.conftest import address, looked_up
from tests.portal.shopper.reading import Page

pytestmark = pytest.mark.django_db

SECRET = "My name is Jana & I was ill.\n<script>alert(1)</script> {{7*7}} %(secret)s"
SHOWN = "My name is Jana & I was ill. <script>alert(1)</script> {{7*7}} %(secret)s"


@pytest.fixture
def rma() -> RMA:
    promised()
    return asked(late_order())


@pytest.fixture
def guest(rma) -> Client:
    """Knows the order's number and e-mail address."""
    return looked_up(rma.order)


@pytest.fixture
def reader(rma) -> Client:
    """Came by a letter's link."""
    return by_link(rma)


def by_link(rma: RMA) -> Client:
    browser = Client()
    assert browser.get(f"/link/{StatusLink.objects.make(rma, at=NOW)}/").status_code == 302
    return browser


def page_of(browser, rma) -> Page:
    return Page(browser.get(address("return", rma.number)))


def write(browser, rma, text="Please look again.", *files, token=None):
    token = token or page_of(browser, rma).values["token"][0]
    return browser.post(address("messages", rma.number), {"token": token, "text": text, "photos": files})


def test_who_has_looked_the_order_up_may_write(guest, rma):
    assert write(guest, rma).url == address("return", rma.number)
    message = Message.objects.get()
    assert (message.rma, message.author, message.text) == (rma, "shopper", "Please look again.")
    assert "Your message has been sent. An agent answers within 24 hours." in page_of(guest, rma).text


def test_who_has_looked_the_order_up_sees_that_there_are_messages_and_of_which_day(guest, rma):
    conversation.ask_back(rma, text=SECRET, by=BOB, at=NOW - timedelta(days=1))
    conversation.write(rma, text=SECRET, by=BOB, at=NOW)
    text = page_of(guest, rma).text
    assert "Jana" not in text
    assert "Demo Shop · Monday, 9 November 2026 An agent has written to you." in text
    assert "You · Tuesday, 10 November 2026 You have written to us." in text
    assert "their words are shown only when you open this page by the link in one of our e-mails" in text


def test_who_came_by_a_letters_link_reads_every_word(reader, rma):
    conversation.ask_back(rma, text=SECRET, by=BOB, at=NOW)
    text = page_of(reader, rma).text
    assert SHOWN in text
    assert "their words are shown only" not in text


def test_the_link_to_one_return_opens_the_words_of_no_other(guest, rma):
    other = asked(late_order("L-1002"))
    conversation.ask_back(rma, text=SECRET, by=BOB, at=NOW)
    guest.get(f"/link/{StatusLink.objects.make(other, at=NOW)}/")
    assert "Jana" not in page_of(guest, rma).text


def test_the_whole_conversation_goes_by_the_letters_link(rma):
    """An agent asks, a letter takes it to the shopper, the link opens the page, the answer comes with a photo."""
    conversation.ask_back(rma, text="Could you send a photo of the fault?", by=BOB, at=NOW)
    while deliver.deliver_next(at=NOW):
        pass
    letter = next(letter for letter in mail.outbox if "Could you send a photo of the fault?" in letter.body)
    link = next(word for word in letter.body.split() if "/link/" in word)
    browser = Client()
    page = Page(browser.get(link.removeprefix("http://127.0.0.1:8000"), follow=True))
    assert "An agent has asked you something. Please answer below; then we decide." in page.text
    assert write(browser, rma, "Here it is.", sent()).status_code == 302
    message = Message.objects.select_related("rma").get(author="shopper")
    name = message.photos.get().name
    assert name in browser.get(address("return", rma.number)).content.decode()
    assert browser.get(address("photo", name)).status_code == 200
    assert message.rma.owes_answer


def test_photos_of_another_visit_are_only_counted(guest, reader, rma):
    write(reader, rma, "Two.", sent(), sent())
    page = guest.get(address("return", rma.number))
    assert "2 photos" in Page(page).text
    assert "/photos/" not in page.content.decode()


def test_a_second_click_sends_nothing_more(guest, rma):
    token = page_of(guest, rma).values["token"][0]
    answers = [write(guest, rma, "Hello.", *(sent() for _file in range(6)), token=token) for _click in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert Message.objects.get().photos.count() == 6


@pytest.mark.parametrize(
    ("text", "files", "field", "sentence"),
    [
        ("", [], "id_text", "Please write a message."),
        ("   ", [], "id_text", "Please write a message."),
        ("x" * 2_001, [], "id_text", "Ensure this value has at most 2000 characters (it has 2001)."),
        (
            "Hello.",
            [b"<svg>"],
            "id_photos",
            "This file cannot be read as a photo. Please choose a JPEG, PNG or WebP.",
        ),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(guest, rma, text, files, field, sentence):
    answer = write(guest, rma, text, *(sent(content) for content in files))
    page = Page(answer)
    assert (answer.status_code, page.summary) == (400, [(field, sentence)])
    assert page.values["text"] == [text]
    assert Message.objects.count() == 0


def test_the_eleventh_photo_of_a_return_is_refused(guest, rma):
    write(guest, rma, "Ten.", *(sent() for _file in range(10)))
    answer = write(guest, rma, "One more.", sent())
    assert (answer.status_code, Page(answer).summary) == (
        409,
        [("id_photos", "At most 10 photos can be sent for a return.")],
    )


def test_the_twenty_first_message_of_a_day_is_refused(guest, rma):
    for number in range(20):
        conversation.write(rma, text=f"{number}", by=BOB, at=NOW)
    answer = write(guest, rma)
    sentence = "At most 20 messages can be sent in a day. Please write again tomorrow."
    assert (answer.status_code, [words for _field, words in Page(answer).summary]) == (409, [sentence])


def test_a_return_that_has_ended_takes_no_message(guest, reader, rma):
    conversation.ask_back(rma, text="Hello.", by=BOB, at=NOW)
    token = page_of(guest, rma).values["token"][0]
    decisions.reject(rma, by=BOB, at=NOW, note="Too late.")
    assert "Your message" not in page_of(guest, rma).text
    assert "Hello." in page_of(reader, rma).text
    assert write(guest, rma, token=token).status_code == 409
    assert Message.objects.count() == 1


def test_the_timeline_tells_whose_turn_it_is(guest, rma):
    conversation.ask_back(rma, text="Hello.", by=BOB, at=NOW)
    assert "You answer our message, and an agent decides." in page_of(guest, rma).text
    write(guest, rma)
    assert "By this day an agent answers you by e-mail." in page_of(guest, rma).text


@pytest.mark.parametrize("written", [1, 3])
def test_more_messages_cost_no_more_statements(reader, rma, written, django_assert_num_queries):
    for _message in range(written):
        write(reader, rma, "Hello.", sent())
    page_of(reader, rma)  # takes the notices away
    # session; the return with its order, items, lines, reasons, receipts, refunds, parcels;
    # photos, messages, theirs; events
    with django_assert_num_queries(12):
        page_of(reader, rma)


def test_messages_are_sent_by_post_with_a_csrf_token_alone(guest, rma):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = guest.cookies
    assert strict.post(address("messages", rma.number), {"text": "Hello.", "token": "x" * 32}).status_code == 403
    assert strict.get(address("messages", rma.number)).status_code == 405
    assert Message.objects.count() == 0
