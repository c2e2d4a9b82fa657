"""The past as the books have it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from returns.actions import conversation, decisions, photos, requests
from returns.actions.requests import Wish
from returns.analytics.backtest import backtest
from returns.analytics.stored import stored_past
from returns.analytics.trying import candidate
from returns.importing.data import PaymentData
from returns.models import RMA, SHOPPER, ItemState, Order, Reason
from returns.policy.facts import Answer, Ask, LegalPath
from returns.policy.law import LAW
from tests.analytics.pasts import days
from tests.people import MUG, NOW, SHIRT, asked, bought, jana_order, promised
from tests.pictures import sent

pytestmark = pytest.mark.django_db

YEARS_LATER = NOW + timedelta(days=800)


def ordered(number: str) -> Order:
    return bought(jana_order(number, payments=(PaymentData(f"pi_{number}", 29_990, "EUR"),)))


def test_every_return_is_an_ask_of_its_order_at_its_own_time() -> None:
    promised(30)
    order = bought()
    second = asked(order, Wish("2", 1, "damaged"), at=NOW + timedelta(hours=2))
    damaged = Ask("2", 1, LegalPath.CONFORMITY, reason="damaged", asks_photo=True)
    first = asked(order, Wish("1", 2, "too_small"))
    [history] = stored_past()
    assert (history.order, history.currency) == ("A-1001", "EUR")
    assert [(one.reference, one.at, one.asks) for one in history.returns] == [
        (first.number, NOW, (Ask("1", 2, reason="too_small"),)),
        (
            second.number,
            NOW + timedelta(hours=2),
            (damaged,),
        ),
    ]


def test_an_ask_has_the_legal_path_that_its_reason_had_then() -> None:
    promised(30)
    asked(bought(), Wish("2", 1, "damaged"))
    Reason.objects.update(legal_path="withdrawal")
    [history] = stored_past()
    assert [ask.legal_path for one in history.returns for ask in one.asks] == [LegalPath.CONFORMITY]


def test_nothing_is_taken_and_all_is_worth_what_was_paid() -> None:
    promised(30)
    order = bought()
    asked(order)
    [history] = stored_past()
    assert [(line.id, line.quantity, line.taken) for line in history.facts.lines] == [("1", 3, 0), ("2", 1, 0)]
    assert history.paid == {line.line_id: line.paid for line in order.lines.all()}


def test_orders_without_returns_are_not_read() -> None:
    bought()
    assert list(stored_past()) == []


def test_what_was_called_off_leaves_its_units_to_the_next_return() -> None:
    promised(30)
    order = bought()
    decisions.cancel(asked(order, Wish("1", 3)), by=SHOPPER, at=NOW)
    kept = asked(order, Wish("1", 3), at=NOW + timedelta(days=1))
    [history] = stored_past()
    assert [one.reference for one in history.returns] == [kept.number]


def test_what_a_person_refused_is_tried_all_the_same(bob) -> None:
    promised(1)
    refused = asked(bought(), at=YEARS_LATER)
    decisions.reject(refused, by=bob.actor, at=YEARS_LATER, note="Too late.")
    assert RMA.objects.get().state == "rejected"
    report = backtest(stored_past(), [days(1), days(1000)])
    assert [(str(one.before.answer), str(one.after.answer)) for one in report.differences[0].changes] == [
        ("refuse", "accept")
    ]


def test_a_trial_of_the_promise_that_was_made_gives_what_was_given() -> None:
    policy = promised(30)
    order = bought()
    rma = asked(order, Wish("1", 2))
    requests.request(order, [Wish("1", 1)], by=SHOPPER, at=YEARS_LATER, locale="cs", channel="page")
    [trial] = backtest(stored_past(), [candidate("promised", policy.terms)]).trials
    assert trial.refund == {"EUR": rma.items.get().share}
    assert [(str(outcome), count.returns) for outcome, count in trial.counts.items()] == [
        ("accept", 1),
        ("refer", 0),
        ("refuse", 1),
        ("impossible", 0),
    ]


def test_a_trial_of_the_promise_that_was_made_gives_what_was_given_to_sealed_and_photographed_goods() -> None:
    policy = promised(30, faulty_photos=2)
    sealed = bought(jana_order(lines=(replace(SHIRT, exception="e"), MUG)))
    pictures = [photos.keep(sent(), had=()) for _picture in range(2)]
    rma = asked(sealed, Wish("1", 2, seal_broken=False), Wish("2", 1, "faulty", photos=pictures))
    assert {item.state for item in rma.items.all()} == {ItemState.ACCEPTED}
    [history] = stored_past()
    assert [(ask.seal_broken, ask.photos) for one in history.returns for ask in one.asks] == [(False, 0), (None, 2)]
    [trial] = backtest([history], [candidate("promised", policy.terms)]).trials
    assert trial.refund == {"EUR": sum(item.share for item in rma.items.all())}
    assert trial.counts[Answer.ACCEPT].returns == 1


def test_a_photo_that_came_with_a_later_message_is_none_of_the_ask() -> None:
    promised(30)
    rma = asked(bought(), Wish("2", 1, "faulty", photos=[photos.keep(sent(), had=())]))
    conversation.write(rma, text="Another one.", by=SHOPPER, at=NOW, pictures=[photos.keep(sent(), had=())])
    [history] = stored_past()
    assert [ask.photos for one in history.returns for ask in one.asks] == [1]


def test_a_policy_that_counts_returns_finds_those_that_a_request_counted() -> None:
    """As the live path: by e-mail address, a year back, without what was called off."""
    policy = promised(None, person_after_returns=2)
    order, other = ordered("A-1"), ordered("A-2")
    decisions.cancel(asked(order, Wish("2", 1)), by=SHOPPER, at=NOW)
    given = [asked(order), asked(other, at=NOW + timedelta(days=1)), asked(other, at=NOW + timedelta(days=2))]
    law = LAW.of(date(1990, 1, 1))  # none, so that the promise is heard
    by_law = backtest(stored_past(), [candidate("promised", policy.terms)], law)
    assert [str(rma.items.get().judged.answer) for rma in given] == ["accept", "accept", "accept"]  # by right
    counts = {str(outcome): count.returns for outcome, count in by_law.trials[0].counts.items()}
    assert counts == {"accept": 2, "refer": 1, "refuse": 0, "impossible": 0}


@pytest.mark.parametrize("orders", [1, 3])
def test_a_chunk_of_orders_takes_six_statements(orders: int) -> None:
    promised(30)
    for number in range(orders):
        order = ordered(f"A-{number}")
        asked(order, Wish("1", 1, "too_small"))
        asked(order, Wish("2", 1, "damaged"))
    with CaptureQueriesContext(connection) as statements:
        histories = list(stored_past(chunk=10))
    assert (len(histories), len(statements)) == (orders, 6)


def test_no_order_is_lost_between_two_chunks() -> None:
    promised(30)
    numbers = [f"A-{number}" for number in range(5)]
    for number in numbers:
        asked(ordered(number))
    assert [history.order for history in stored_past(chunk=2)] == numbers
