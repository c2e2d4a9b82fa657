"""A letter that is owed arrives once, and one that cannot be sent is never lost silently."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from itertools import pairwise
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection

from returns.models import Letter, LetterState
from returns.notifications import deliver
from returns.notifications.deliver import LEASE, TRIES, WAITS, compose, deliver_next
from tests.notifications.owed import later, owed
from tests.people import NOW, asked, bought, jana_order, promised

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter() -> Letter:
    return owed("label")


class Down(BaseEmailBackend):
    def send_messages(self, email_messages: Any) -> int:
        raise SMTPServerDisconnected("Connection unexpectedly closed")


class Outside(BaseEmailBackend):
    """Notes whether a transaction was open when a message went out."""

    in_transaction: list[bool] = []

    def send_messages(self, email_messages: Any) -> int:
        self.in_transaction.append(connection.in_atomic_block)
        return len(email_messages)


def mail_server(settings, backend: type[BaseEmailBackend]) -> None:
    settings.MAILERS = {"default": {"BACKEND": f"{__name__}.{backend.__name__}"}}


def now(letter: Letter) -> Letter:
    return Letter.objects.get(pk=letter.pk)


def test_a_letter_that_is_owed_is_sent_once(letter) -> None:
    at = later(letter)
    assert [deliver_next(at=at), deliver_next(at=at)] == [True, False]
    assert len(mail.outbox) == 1
    assert (now(letter).state, now(letter).sent_at, now(letter).tries) == (LetterState.SENT, at, 1)


def test_nothing_is_sent_before_its_time(letter) -> None:
    assert deliver_next(at=letter.next_try_at - timedelta(seconds=1)) is False


def test_the_letter_that_has_waited_longest_goes_first() -> None:
    promised()
    late = asked(bought(jana_order("A-1")), at=NOW + timedelta(minutes=2))
    early = asked(bought(jana_order("A-2")), at=NOW + timedelta(minutes=1))
    while deliver_next(at=NOW + timedelta(hours=1)):
        pass
    assert [early.number in mail.outbox[0].subject, late.number in mail.outbox[1].subject] == [True, True]


def test_a_letter_is_a_message_in_two_forms_from_the_shop(letter, settings) -> None:
    settings.SHOP_NAME = "Obchod, s.r.o."
    deliver_next(at=later(letter))
    message = message_from_bytes(mail.outbox[0].message().as_bytes(), policy=policy.default)
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message["To"] == "jana@example.com"
    (sender,) = message["From"].addresses
    assert (sender.display_name, sender.addr_spec) == ("Obchod, s.r.o.", "returns@shop.example")
    assert message["Auto-Submitted"] == "auto-generated"
    assert [name for name in message if name.lower().startswith("list-")] == []


def test_a_letter_is_in_the_language_of_its_return(letter) -> None:
    letter.language = "cs"
    assert "24. listopadu 2026 (úterý)" in compose(letter, at=later(letter)).body
    letter.language = "en-GB"
    assert "24 November 2026" in compose(letter, at=later(letter)).body


@pytest.mark.parametrize("language", ["ja", "xx", "", "../../etc"])
def test_a_language_that_the_site_does_not_speak_becomes_the_shops_own(letter, settings, language: str) -> None:
    settings.LANGUAGE_CODE = "cs"
    letter.language = language
    assert "24. listopadu 2026 (úterý)" in compose(letter, at=later(letter)).body


def test_the_same_letter_again_is_the_same_message(letter, settings) -> None:
    """After a crash between the mail server's yes and ours it goes out once more; mail programs show it once."""
    settings.BASE_URL = "https://returns.shop.example:8443"
    first, second = (compose(letter, at=later(letter)) for _time in range(2))
    assert (
        first.message()["Message-ID"] == second.message()["Message-ID"] == f"<letter-{letter.pk}@returns.shop.example>"
    )


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_a_letter_is_sent(settings) -> None:
    letter = owed("label")
    mail_server(settings, Outside)
    Outside.in_transaction.clear()
    deliver_next(at=later(letter))
    assert Outside.in_transaction == [False]
    assert now(letter).state == LetterState.SENT


def test_a_letter_that_is_being_sent_is_no_one_elses(letter, monkeypatch) -> None:
    meanwhile: list[bool] = []

    def slowly(letter: Letter, at: datetime) -> Any:
        meanwhile.append(deliver_next(at=at))
        return compose(letter, at=at)

    monkeypatch.setattr(deliver, "compose", slowly)
    deliver_next(at=later(letter))
    assert (meanwhile, len(mail.outbox)) == ([False], 1)


def test_a_worker_that_dies_leaves_the_letter_to_the_next(letter, monkeypatch) -> None:
    class Killed(BaseException):
        pass

    def killed(*_args: Any, **_options: Any) -> None:
        raise Killed

    at = later(letter)
    with monkeypatch.context() as patch:
        patch.setattr(deliver, "compose", killed)
        with pytest.raises(Killed):
            deliver_next(at=at)
    assert deliver_next(at=at + LEASE - timedelta(seconds=1)) is False
    assert deliver_next(at=at + LEASE) is True
    assert len(mail.outbox) == 1


def test_a_letter_that_kills_every_worker_is_given_up(letter, monkeypatch) -> None:
    class Killed(BaseException):
        pass

    def killed(*_args: Any, **_options: Any) -> None:
        raise Killed

    monkeypatch.setattr(deliver, "compose", killed)
    at = later(letter)
    for _try in range(TRIES):
        with pytest.raises(Killed):
            deliver_next(at=at)
        at += LEASE
    assert deliver_next(at=at) is True
    assert (now(letter).state, deliver_next(at=at + timedelta(days=9))) == (LetterState.DEAD, False)


def test_a_mail_server_that_is_down_is_tried_again_for_a_day_and_then_a_person_looks(letter, settings) -> None:
    mail_server(settings, Down)
    started = at = later(letter)
    tried: list[timedelta] = []
    while now(letter).state == LetterState.OWED:
        at = now(letter).next_try_at if tried else at
        assert deliver_next(at=at) is True
        tried.append(at - started)
    waits = [after - before for before, after in pairwise(tried)]
    assert [wait.total_seconds() / 60 for wait in waits] == [1, 5, 30, 120, *[180] * 7]
    assert (len(tried), tried[-1] <= timedelta(hours=24)) == (12, True)
    dead = now(letter)
    assert (dead.state, dead.tries) == (LetterState.DEAD, len(WAITS) + 1)
    assert dead.error == "SMTPServerDisconnected: Connection unexpectedly closed"
    assert deliver_next(at=at + timedelta(days=9)) is False


def test_a_mail_server_that_comes_back_gets_the_letter_once(letter, settings) -> None:
    before = settings.MAILERS
    mail_server(settings, Down)
    deliver_next(at=later(letter))
    assert (now(letter).state, now(letter).error) == (
        LetterState.OWED,
        "SMTPServerDisconnected: Connection unexpectedly closed",
    )
    settings.MAILERS = before
    assert deliver_next(at=later(letter)) is False
    assert deliver_next(at=later(letter) + timedelta(minutes=1)) is True
    assert (len(mail.outbox), now(letter).state, now(letter).error) == (1, LetterState.SENT, "")


@pytest.mark.parametrize(
    "to", ["", "jana", "jana@example.com, karel@example.com", "jana@example.com\nBcc: karel@example.com"]
)
def test_what_is_not_one_address_gets_nothing(letter, to: str) -> None:
    Letter.objects.update(to=to)
    assert deliver_next(at=later(letter)) is True
    assert mail.outbox == []
    assert now(letter).error.startswith("ValidationError")


def test_one_letter_that_cannot_be_written_holds_no_other_up(letter) -> None:
    bad = Letter.objects.create(
        event=letter.event, rma=letter.rma, kind="unheard_of", language="en", to=letter.to, next_try_at=NOW
    )
    assert [deliver_next(at=later(letter)) for _time in range(3)] == [True, True, False]
    assert (now(bad).state, now(letter).state) == (LetterState.OWED, LetterState.SENT)


@pytest.mark.parametrize("kind", ["label", "received", "refunded", "goodwill"])
def test_a_letter_takes_a_bounded_number_of_statements(kind: str, django_assert_max_num_queries) -> None:
    letter = owed(kind)
    Letter.objects.exclude(pk=letter.pk).delete()
    with django_assert_max_num_queries(14):
        deliver_next(at=later(letter))


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_many_workers_send_each_letter_once() -> None:
    promised()
    for number in range(6):
        asked(bought(jana_order(f"A-{number}")))

    def work(_worker: int) -> None:
        try:
            while deliver_next(at=NOW):
                pass
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(work, range(4)))
    assert len(mail.outbox) == 6
    assert len({message.subject for message in mail.outbox}) == 6
    assert set(Letter.objects.values_list("state", "tries")) == {(LetterState.SENT, 1)}
