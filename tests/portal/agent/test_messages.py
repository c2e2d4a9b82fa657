"""An agent asks back, reads the answer with its photos, and sees in the queue whose turn it is."""

from datetime import timedelta

import pytest
from django.urls import reverse

from returns.actions import conversation, decisions, photos, requests
from returns.actions.requests import Wish
from returns.models import SHOPPER, Letter, Message
from tests.people import NOW, asked, bought, jana_order, promised, trusting
from tests.pictures import sent
from tests.portal.agent.deciding import old_order, shown, typed, waiting

pytestmark = pytest.mark.django_db

QUEUE = "/agent/"
HOSTILE = "<script>alert(1)</script> {{7*7}} %(secret)s\n<img src=x onerror=alert(1)>"


@pytest.fixture
def desk(logged_in, bob):
    return logged_in(bob)


@pytest.fixture(autouse=True)
def _thirty_days() -> None:
    promised()


def write(desk, rma, text="Could you send a photo?", **changes):
    body = typed(desk, rma, "MessageForm", text=text, **changes)
    return desk.post(reverse("agent:messages", args=[rma.number]), body)


def row(desk):
    return desk.get(QUEUE).context["page"].rows[0]


def test_an_agent_writes_and_a_letter_goes_out(desk, bob):
    rma = waiting()
    assert write(desk, rma).url == f"/agent/returns/{rma.number}/"
    message = Message.objects.get()
    assert (message.author, message.text, message.actor) == ("agent", "Could you send a photo?", bob.actor)
    assert Letter.objects.filter(kind="message", rma=rma).count() == 1
    assert shown(desk, rma).context["case"].proposal == "Wait for the shopper's answer."


def test_the_queue_tells_whose_turn_it_is(desk):
    rma = waiting(at=NOW)
    assert (row(desk).news, bool(row(desk).promise)) == ("", True)
    write(desk, rma)
    assert (row(desk).news, row(desk).promise, row(desk).late) == ("waits for the shopper", "", False)
    conversation.write(rma, text="Here it is.", by=SHOPPER, at=NOW)
    assert (row(desk).news, bool(row(desk).promise)) == ("the shopper has written", True)


def test_a_word_about_a_return_without_an_exception_stands_in_the_queue_until_it_is_answered(desk):
    rma = asked(bought())
    conversation.write(rma, text="Where is my label?", by=SHOPPER, at=NOW)
    assert (row(desk).rma, row(desk).news) == (rma, "the shopper has written")
    write(desk, rma, "On the page of your return.")
    assert desk.get(QUEUE).context["page"].rows == []


def test_the_case_shows_words_and_photos(desk):
    kept = [photos.keep(sent(), had=()) for _file in range(2)]
    order = bought(old_order())
    wish = Wish("1", 1, "faulty", photos=kept[:1])
    rma = requests.request(order, [wish], by=SHOPPER, at=NOW, locale="cs", channel="page")
    conversation.write(rma, text="Look at the sleeve.", pictures=kept[1:], by=SHOPPER, at=NOW)
    page = shown(desk, rma).content.decode()
    assert "Look at the sleeve." in page
    assert [page.count(f'href="/photos/{photo.name}/"') for photo in kept] == [1, 1]


def test_hostile_text_is_shown_as_text(desk):
    rma = waiting()
    conversation.write(rma, text=HOSTILE, by=SHOPPER, at=NOW)
    page = shown(desk, rma).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{7*7}} %(secret)s<br>&lt;img src=x" in page


def test_the_answer_that_came_meanwhile_is_read_first(desk):
    rma = waiting()
    body = typed(desk, rma, "MessageForm", text="Are you there?")
    conversation.write(rma, text="Here it is.", by=SHOPPER, at=NOW)
    page = desk.post(reverse("agent:messages", args=[rma.number]), body)
    assert page.status_code == 409
    assert page.context["forms"]["MessageForm"]["text"].value() == "Are you there?"
    assert "Here it is." in page.content.decode()
    assert Message.objects.count() == 1


def test_a_second_click_sends_nothing_more(desk):
    rma = waiting()
    body = typed(desk, rma, "MessageForm", text="Hello.")
    answers = [desk.post(reverse("agent:messages", args=[rma.number]), body) for _click in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert Message.objects.count() == 1


def test_an_empty_message_is_not_sent(desk):
    page = write(desk, waiting(), " ")
    assert (page.status_code, page.context["errors"]) == (422, [("messageform-text", "Please write a message.")])


def test_only_agents_write(logged_in, wanda, client):
    rma = waiting()
    address = reverse("agent:messages", args=[rma.number])
    assert logged_in(wanda).post(address, {"text": "Hello."}).status_code == 403
    assert client.post(address, {"text": "Hello."}).status_code == 302
    assert Message.objects.count() == 0


def test_what_was_granted_says_who_why_and_how_much(desk, bob):
    trusting()
    rma = waiting("A-1001", Wish("1", 1), Wish("2", 1))
    share = rma.items.get(line__line_id="1").share
    words = {"note": "Ill for long.", "by": bob.actor, "at": NOW + timedelta(hours=1)}
    decisions.approve_with_goodwill(rma, amount=500, lines=["1"], **words)
    granted = [
        (entry.who, entry.what, entry.why, entry.note, entry.amount)
        for entry in shown(desk, rma).context["case"].overrides
    ]
    assert granted == [
        ("Bob", "1 × T-shirt", "accepted by an agent", "Ill for long.", share),
        ("Bob", "Goodwill on top", "accepted beyond policy", "Ill for long.", 500),
    ]


def test_what_policy_accepts_by_itself_is_granted_by_nobody(desk):
    assert shown(desk, asked(bought(jana_order("A-1002")))).context["case"].overrides == []


def test_what_the_shopper_says_of_a_seal_is_shown(desk):
    rma = waiting("A-1001", Wish("1", 1, seal_broken=True))
    assert "The shopper says that the seal is broken." in shown(desk, rma).content.decode()


@pytest.mark.parametrize("written", [1, 3])
def test_more_messages_cost_no_more_statements(desk, written, django_assert_num_queries):
    rma = waiting()
    for _message in range(written):
        kept = [photos.keep(sent(), had=())]
        conversation.write(rma, text="Hello.", pictures=kept, by=SHOPPER, at=NOW)
    with django_assert_num_queries(31):
        shown(desk, rma)
