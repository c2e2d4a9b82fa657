"""Many at once on an SQLite file, the shop's default: the IMMEDIATE transaction is the lock."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connections

from returns.actions import requests, sending
from returns.actions.requests import Wish
from returns.models import SHOPPER, Event, Order, Refund, RefundState, RMAItem
from tests.actions.racing import apart, at_once, counted
from tests.gateways.scripted import Scripted
from tests.people import NOW, arrived, asked, bought, jana_order, promised


@pytest.fixture
def on_a_file(tmp_path, django_db_blocker) -> Iterator[None]:
    """Threads that begin now find a database in a file, as `make run` has it; this one must not ask."""
    from portal.settings import database

    before = connections.settings["default"]
    connections.settings["default"] = {**before, **database(f"sqlite:///{tmp_path}/portal.sqlite3")}
    with django_db_blocker.unblock():
        apart(lambda: call_command("migrate", verbosity=0))
        yield
    connections.settings["default"] = before


def test_of_twenty_requests_for_one_unit_one_is_served(on_a_file):
    apart(promised)
    order: Order = apart(bought)

    def ask() -> object:
        return requests.request(order, [Wish("2", 1)], by=SHOPPER, at=NOW, locale="cs", channel="page")

    assert counted(at_once(*[ask] * 20)) == {"done": 1, "quantity_too_many": 19}
    assert apart(RMAItem.objects.count) == 1


def test_four_workers_send_each_refund_once(on_a_file):
    def sell() -> None:
        promised()
        for number in range(6):
            arrived(asked(bought(jana_order(f"A-{number}"))))

    apart(sell)
    stripe = Scripted()

    def work() -> int:
        done = 0
        while sending.send_next(stripe, at=NOW):
            done += 1
        return done

    assert sum(at_once(*[work] * 4)) == 6
    assert len(set(stripe.keys)) == len(stripe.keys) == 6
    assert apart(lambda: Refund.objects.filter(state=RefundState.SUCCEEDED).count()) == 6
    assert apart(lambda: Event.objects.filter(kind="rma.refunded").count()) == 6
