"""What a step costs: its statements, counted exactly, and one commit each (performance.md)."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from returns.actions import receiving, requests, sending
from returns.actions.receiving import Count
from returns.actions.requests import Wish
from returns.models import RMA, SHOPPER
from tests.gateways.scripted import Scripted
from tests.people import NOW, WANDA, arrived, asked, bought, jana_order, late_order, promised

pytestmark = pytest.mark.django_db(transaction=True)

BRACKETS = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE SAVEPOINT")


def cost(work: Callable[[], object]) -> tuple[int, int]:
    """(statements without those that open and close a transaction, commits)."""
    with CaptureQueriesContext(connection) as asked_of_us:
        work()
    words = [query["sql"] for query in asked_of_us]
    return sum(not word.startswith(BRACKETS) for word in words), sum(word.startswith("COMMIT") for word in words)


def ask(order, *wishes: Wish) -> None:
    requests.request(order, wishes, by=SHOPPER, at=NOW, locale="cs", channel="page")


@pytest.mark.parametrize("wishes", [[Wish("1", 1)], [Wish("1", 3), Wish("2", 1)]])
def test_a_request_that_is_accepted_takes_ten_statements_and_one_commit(wishes):
    promised()
    order = bought()
    # order, lines, parcel lines, units taken, policies; return, items, parcel, events, letters
    assert cost(lambda: ask(order, *wishes)) == (10, 1)


def test_a_request_that_waits_takes_one_less():
    promised()
    order = late_order()  # no parcel
    assert cost(lambda: ask(order, Wish("1", 1))) == (9, 1)


@pytest.mark.parametrize("counts", [[Count("1", fine=3)], [Count("1", fine=2, damaged=1), Count("2", fine=1)]])
def test_a_receipt_takes_twelve_statements_and_one_commit(counts):
    promised()
    rma = asked(bought(), Wish("1", 3), Wish("2", 1))
    assert cost(lambda: receiving.receive(rma, counts, by=WANDA, at=NOW)) == (12, 1)


def test_the_outbound_delivery_is_asked_about_in_one_statement_where_a_return_may_bring_it():
    promised()
    rma = asked(bought(jana_order(shipping_standard=495)), Wish("1", 3))
    assert cost(lambda: receiving.receive(rma, [Count("1", fine=2)], by=WANDA, at=NOW)) == (12 + 1, 1)


def test_store_credit_takes_eleven_more():
    promised(resolutions=["credit"], credit_bonus_percent=5)
    rma = asked(bought(), Wish("1", 3, resolution="credit"))
    # account asked for and opened, bonus so far, whether it may be given now, the credit, its transfers, its letter;
    # four for where it stands
    assert cost(lambda: receiving.receive(rma, [Count("1", fine=3)], by=WANDA, at=NOW)) == (12 + 11, 1)


def test_a_refund_is_claimed_in_five_statements_and_applied_in_twelve_with_a_commit_each():
    promised()
    arrived(asked(bought(), Wish("1", 1)))
    assert cost(lambda: sending.send_next(Scripted(), at=NOW)) == (5 + 12, 2)
    assert RMA.objects.get().state == "refunded"


def test_a_worker_without_work_asks_once_and_commits_nothing():
    assert cost(lambda: sending.send_next(Scripted(), at=NOW)) == (1, 0)
