"""The database goes away under a worker, at every step; the same worker goes on by itself, and the books are right."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import pytest
from django.db import connection

from returns.models import Refund, Transfer
from tests.faults.gate import Gate
from tests.faults.lives import comes_true
from tests.faults.shop import Shop
from tests.faults.ways import WAYS

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("name", ["sent", "told of"])
def test_the_connection_is_cut_before_each_step(shop: Shop, name: str):
    way = WAYS[name]
    for nth in count(1):
        refund = way.prepare(shop)
        life = shop.nursery.start("work", fate="stopped", at=nth)
        assert life.wait() == "stopped"
        over, steps = shop.at_rest, life.steps
        shop.cut()
        life.go_on()
        shop.come_to_rest(life)
        assert shop.wrong == [], steps
        assert life.log.read_text().count("stopped by an error") == 1, "one task alone met the cut"
        assert Refund.objects.get(pk=refund.pk).state == way.ends_as, steps
        if over:
            assert set(way.steps) <= set(steps)
            return


def test_the_answer_to_each_commit_is_lost(shop, way):
    """It was committed, and the worker is told that the connection is gone."""
    commits = [nth for nth, step in enumerate(_steps_of_sending(shop), 1) if step == "COMMIT"]
    for nth in commits:
        shop.owed()
        life = shop.nursery.start("work", fate="stopped", at=nth, port=way.port)
        assert life.wait() == "stopped"
        way.swallow_an_answer()
        life.go_on()
        shop.come_to_rest(life)
        assert shop.wrong == []
    assert len(commits) >= 2


@pytest.mark.parametrize("patience", [{}, {"timeout": 0.2, "reconnect_timeout": 0.2}], ids=["short", "long"])
def test_the_database_is_away_when_the_answer_comes(shop: Shop, way: Gate, patience: dict[str, float]):
    """F18. A long outage is longer than the pool of connections has patience for."""
    after = _steps_of_sending(shop).index("POST /refunds") + 2
    refund = shop.owed()
    life = shop.nursery.start("work", fate="stopped", at=after, port=way.port, pool=patience)
    assert life.wait() == "stopped"
    way.shut()
    life.go_on()
    assert comes_true(lambda: way.refused > 2)
    assert comes_true(lambda: not patience or life.log.read_text().count("PoolTimeout") > 4)
    assert Refund.objects.get(pk=refund.pk).state == "sending"
    way.open()
    shop.come_to_rest(life)
    assert shop.wrong == []
    assert len(shop.provider.all("refund")) == 2


def test_a_journal_that_cannot_be_written_holds_the_state_back(shop):
    """F28: both or neither; and the worker comes back to it."""
    refund = shop.owed()
    with _no_transfers():
        shop.worked()
        assert Refund.objects.get(pk=refund.pk).state == "sending"
    assert Transfer.objects.filter(event__kind="refund.succeeded").count() == 0
    shop.come_to_rest()
    assert Transfer.objects.filter(event__kind="refund.succeeded").count() == 1
    assert shop.wrong == []


def _steps_of_sending(shop: Shop) -> list[str]:
    shop.owed()
    life = shop.nursery.start("work", once=True)
    assert life.wait() == "ended"
    return life.steps


@contextmanager
def _no_transfers() -> Iterator[None]:
    table = "ALTER TABLE returns_transfer"
    with connection.cursor() as cursor:
        cursor.execute(f"{table} ADD CONSTRAINT none_for_now CHECK (false) NOT VALID")
        try:
            yield
        finally:
            cursor.execute(f"{table} DROP CONSTRAINT none_for_now")
