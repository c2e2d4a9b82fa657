"""The queue: who waits longest comes first, everything is found, nothing costs more with more rows."""

from datetime import timedelta

import pytest

from returns.actions import decisions
from tests.people import JANA_EMAIL, KAREL_EMAIL, NOW, asked, bought, jana_order, promised
from tests.portal.agent.deciding import waiting

pytestmark = pytest.mark.django_db
QUEUE, SEARCH = "/agent/", "/agent/search/"


@pytest.fixture
def desk(logged_in, bob):
    return logged_in(bob)


@pytest.fixture(autouse=True)
def _thirty_days() -> None:
    promised()


def listed(page) -> list[str]:
    return [row.rma.number for row in page.context["page"].rows]


def test_an_empty_queue_says_what_will_come(desk):
    page = desk.get(QUEUE)
    assert page.status_code == 200
    assert "Nobody waits for an answer." in page.content.decode()


def test_the_oldest_promise_comes_first(desk):
    younger = waiting("A-1001", at=NOW)
    older = waiting("A-1002", at=NOW - timedelta(hours=2))
    assert listed(desk.get(QUEUE)) == [older.number, younger.number]


def test_what_policy_accepts_does_not_wait(desk):
    asked(bought(jana_order("A-1002")))
    assert listed(desk.get(QUEUE)) == []


def test_all_returns_are_listed_newest_first(desk):
    first = waiting("A-1001", at=NOW - timedelta(hours=2))
    second = asked(bought(jana_order("A-1002")))
    assert listed(desk.get(QUEUE, {"show": "all"})) == [second.number, first.number]


def test_a_row_says_why_it_waits_and_how_long_there_is(desk, time_machine_at):
    waiting(at=NOW)
    with time_machine_at(NOW + timedelta(hours=20)):
        row = desk.get(QUEUE).context["page"].rows[0]
    assert row.why == ["The time for returning this item ended on Sunday, 24 May 2026."]
    assert (row.promise, row.late) == ("4\xa0hours left", False)


def test_a_broken_promise_is_said_in_words(desk, time_machine_at):
    waiting(at=NOW)
    with time_machine_at(NOW + timedelta(hours=27)):
        row = desk.get(QUEUE).context["page"].rows[0]
    assert (row.promise, row.late) == ("late by 3\xa0hours", True)


@pytest.fixture
def time_machine_at():
    import time_machine

    return lambda at: time_machine.travel(at, tick=False)


@pytest.mark.parametrize("show", ["waiting", "all"])
def test_pages_of_fifty_follow_each_other_without_gap_or_repeat(desk, monkeypatch, show):
    monkeypatch.setattr("portal.agent.queue.PAGE", 2)
    every = [waiting(f"A-{number}").number for number in range(5)]
    seen, after = [], ""
    while True:
        page = desk.get(QUEUE, {"show": show, **({"after": after} if after else {})})
        seen += listed(page)
        after = page.context["page"].following
        if not after:
            break
        assert len(listed(page)) == 2
    assert seen == (every if show == "waiting" else every[::-1])


@pytest.mark.parametrize("query", [{"show": "nothing"}, {"after": "R7F3-K2QX-1"}, {"after": "\x01"}])
def test_an_address_that_nobody_linked_to_is_not_found(desk, query):
    assert desk.get(QUEUE, query).status_code == 404


def test_a_page_after_a_return_that_never_waited_begins_at_the_start(desk):
    accepted = asked(bought(jana_order("A-1002")))
    rma = waiting()
    assert listed(desk.get(QUEUE, {"after": accepted.number})) == [rma.number]


@pytest.mark.parametrize("show", ["waiting", "all"])
@pytest.mark.parametrize("rows", [1, 3])
def test_more_rows_cost_no_more_statements(desk, django_assert_num_queries, show, rows):
    for number in range(rows):
        waiting(f"A-{number}")
    with django_assert_num_queries(8):
        assert len(listed(desk.get(QUEUE, {"show": show}))) == rows


@pytest.mark.parametrize("words", ["A-1001", " A-1001 ", "{number}", "{plain}"])
def test_a_single_hit_opens_the_case(desk, words):
    rma = waiting()
    told = words.format(number=rma.number, plain=rma.number.replace("-", "").lower())
    answer = desk.post(SEARCH, {"words": told})
    assert (answer.status_code, answer.url) == (302, f"/agent/returns/{rma.number}/")


def test_an_email_address_finds_all_returns_of_a_shopper_and_nobody_elses(desk):
    first, second = waiting("A-1001"), asked(bought(jana_order("A-1002")))
    waiting("A-1003", email=KAREL_EMAIL)
    assert set(listed(desk.post(SEARCH, {"words": JANA_EMAIL.upper()}))) == {first.number, second.number}


@pytest.mark.parametrize("words", ["", "%", "nobody@example.com", "<script>alert(1)</script>", "\x00", "x" * 9000])
def test_a_search_without_a_hit_says_what_to_search_by(desk, words):
    waiting()
    page = desk.post(SEARCH, {"words": words})
    assert (page.status_code, listed(page)) == (200, [])
    assert b"<script>alert" not in page.content


def test_an_email_address_is_never_searched_in_the_address(desk):
    assert desk.get(SEARCH, {"words": JANA_EMAIL}).status_code == 405


def test_what_was_decided_leaves_the_queue(desk, bob):
    decisions.reject(waiting(), by=bob.actor, at=NOW, note="Too late.")
    assert listed(desk.get(QUEUE)) == []
