"""Each check fires where it should: books that are right are put wrong by one row, and one sentence says so."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction

from returns.models import RefundState
from tests.simulator.checks import broken
from tests.simulator.schedule import played
from tests.simulator.world import World

pytestmark = pytest.mark.django_db(transaction=True)


A_NEW_KEY = """
    INSERT INTO returns_attempt (refund_id, number, key, first_sent_at, last_sent_at, outcome, error, key_spent)
    SELECT refund_id, number + 1, 'new', first_sent_at, last_sent_at, '', '', key_spent
    FROM returns_attempt WHERE refund_id = %(id)s ORDER BY number DESC LIMIT 1
"""


@pytest.fixture
def world(reset) -> Iterator[World]:
    """A schedule that left a return refunded in part by a refund that succeeded."""
    for seed in range(1, 200):
        with played(seed, reset) as found:
            if _succeeded(found):
                yield found
                return


def _succeeded(world: World) -> list[dict]:
    return world.rows(
        "SELECT * FROM returns_refund WHERE state = %s AND originator = 'rma' AND amount > 100"
        " AND payment_id NOT IN (SELECT payment_id FROM returns_dispute) ORDER BY id LIMIT 1",
        RefundState.SUCCEEDED,
    )


@contextmanager
def unguarded() -> Iterator[Any]:
    """What is done past PostgreSQL's triggers, which keep the log from being changed, and leaves nothing behind."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            cursor.execute("SET LOCAL session_replication_role = replica")
        yield cursor
        transaction.set_rollback(True)


WRONG = [
    ("UPDATE returns_refund SET state = 'uncertain' WHERE id = %(id)s", "stuck: refund"),
    ("UPDATE returns_refund SET state = 'pending' WHERE id = %(id)s", "unequal: refund"),
    ("UPDATE returns_refund SET state = 'failed' WHERE id = %(id)s", "doubled: refund"),
    ("UPDATE returns_refund SET amount = amount - 1 WHERE id = %(id)s", "unequal: refund"),
    ("UPDATE returns_refund SET amount = amount + 1 WHERE id = %(id)s", "parts: refund"),
    ("UPDATE returns_refund SET gateway_id = 're_none' WHERE id = %(id)s", "phantom: refund"),
    ("UPDATE returns_refund SET public_id = 'none' WHERE id = %(id)s", "lost: the provider has"),
    ("UPDATE returns_payment SET captured = 1", "above the cap: "),
    ("UPDATE returns_refundline SET amount = amount + 1 WHERE refund_id = %(id)s", "parts: refund"),
    ("UPDATE returns_rmaitem SET share = share + 7 WHERE rma_id = %(rma)s", "lost: return"),
    ("UPDATE returns_orderline SET paid = 0", "parts: line"),
    ("UPDATE returns_event SET refund_id = NULL WHERE kind = 'refund.succeeded'", "timeline: refund"),
    ("UPDATE returns_rma SET state = 'refund_due' WHERE id = %(rma)s", "nothing is owed"),
    ("DELETE FROM returns_letter WHERE kind = 'refunded'", "letters: 0 for refund.succeeded"),
    ("UPDATE returns_attempt SET key = 'other' WHERE refund_id = %(id)s", "was sent with"),
    (A_NEW_KEY, "keys: new follows"),
]


def test_a_wrong_row_is_found(world, subtests):
    assert broken(world) == []
    refund = _succeeded(world)[0]
    for done, said in WRONG:
        with subtests.test(done), unguarded() as cursor:
            cursor.execute(done, {"id": refund["id"], "rma": refund["rma_id"]})
            assert said in " | ".join(broken(world))


def test_a_second_refund_at_the_provider_is_found(world):
    refund = _succeeded(world)[0]
    remote = next(one for one in world.provider.all("refund") if one["id"] == refund["gateway_id"])
    charge = next(one for one in world.provider.all("charge") if one["id"] == remote["charge"])
    charge["amount_refunded"] = 0  # else the provider's own cap may hide it
    made = world.provider.ask(
        "POST", "/v1/refunds", charge=charge["id"], amount=10, **{"metadata[portal_refund_id]": refund["public_id"]}
    )
    assert made.get("status") in {"succeeded", "pending", "requires_action"}, made
    assert "is live 2 times" in " | ".join(broken(world))
