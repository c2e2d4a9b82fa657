"""The audit finds nothing in books that were kept well, and each invariant fires on what breaks it."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection, models, transaction

from returns.actions import sealing, sending
from returns.actions.requests import Wish
from returns.analytics import audit, foundations
from returns.models import Break, Event, Limits, Payment, Refund, Seal
from tests.analytics.books import LATER, Books
from tests.analytics.breaking import BREAKS, COMPANIONS, broken
from tests.gateways.scripted import Scripted
from tests.people import NOW, arrived, asked, bought, promised, trusting

pytestmark = pytest.mark.django_db


@pytest.fixture
def books(bob, mona) -> Books:
    return Books(bob, mona)


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside leaves nothing behind."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def names(findings) -> set[str]:
    return {finding.name for finding in findings}


def test_books_that_were_kept_by_the_verbs_alone_break_nothing(books):
    assert list(audit.audit(at=LATER)) == []


def test_every_invariant_is_broken_below():
    assert [one.name for one in audit.invariants() if one.name not in BREAKS] == []


def test_invariants_have_names_of_their_own_and_say_what_they_are():
    named = [one.name for one in audit.invariants()]
    assert len(named) == len(set(named))
    assert all(
        one.sentence.endswith(".") and one.sql.upper().startswith(("SELECT", "WITH")) for one in audit.invariants()
    )


def test_an_invariant_fires_on_what_breaks_it_and_no_other_does(books, subtests):
    for name in BREAKS:
        with subtests.test(name), undone():
            broken(name, books.names)
            assert names(audit.asked(at=LATER)) == {name} | COMPANIONS.get(name, set())


def test_what_waits_for_a_look_into_its_order_is_not_forgotten_before_that(books):
    """On another payment of the order something turned up that had been given up."""
    broken("forgotten", books.names)
    order = Refund.objects.get(pk=books.names["due"]).order
    other = Payment.objects.create(order=order, reference="pi_other", captured=1, currency="EUR")
    about = {"subject": "x", "payment": other, "opened_at": NOW}
    Break.objects.create(kind="late_success", **about)
    assert "forgotten" not in names(audit.asked(at=LATER))
    Break.objects.update(kind="external_refund")
    assert "forgotten" in names(audit.asked(at=LATER))


@pytest.mark.parametrize(("most", "found"), [(10_639, set()), (10_638, {"nobody_was_asked"})])
def test_store_credit_above_every_limit_is_found_with_its_bonus(most, found):
    trusting()
    promised(resolutions=["credit"], currency="EUR", credit_bonus_percent=10)
    arrived(asked(bought(), Wish("1", 1, resolution="credit")))
    Limits.objects.update(automatic=most, agent=most)
    assert names(audit.asked(at=NOW)) == found


# --- what is no question of rows ---------------------------------------------------------------------


SEALED = (
    "UPDATE returns_event SET actor_label = 'Karel' WHERE id = (SELECT MIN(id) FROM returns_event)",
    "UPDATE returns_event SET data = '{{\"a\": 2}}' WHERE id = (SELECT MIN(id) FROM returns_event)",
    "UPDATE returns_transfer SET amount = amount + 1",
    "DELETE FROM returns_transfer WHERE debited = 'goods'",
    "UPDATE returns_seal SET digest = 'x'",
)


def test_a_seal_breaks_with_what_it_covers(books, subtests, monkeypatch):
    for change in SEALED:
        with subtests.test(change), undone():
            monkeypatch.setitem(BREAKS, "sealed", change)
            broken("sealed", books.names)
            assert len(list(foundations.broken_seals())) == 1


def test_a_constraint_that_the_database_lost_is_missed(monkeypatch):
    lost = models.CheckConstraint(condition=models.Q(amount__gt=1), name="refund_of_some_size")
    monkeypatch.setattr(Refund._meta, "constraints", [*Refund._meta.constraints, lost])
    assert list(foundations.missing_constraints()) == [{"table": "returns_refund", "constraint": "refund_of_some_size"}]


@pytest.mark.postgres
@pytest.mark.parametrize("change", ["DISABLE TRIGGER append_only", "RENAME TO returns_event_of_old"])
def test_a_log_without_its_trigger_is_found(change):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        if change.startswith("RENAME"):
            cursor.execute("CREATE TEMPORARY TABLE returns_event AS SELECT * FROM returns_event")
        else:
            cursor.execute(f"ALTER TABLE returns_event {change}")
    assert list(foundations.changeable_logs()) == [{"table": "returns_event"}]


# --- the command ---


@pytest.fixture
def paid(wanda) -> Refund:
    """One refund of 96.72, paid and sealed."""
    promised()
    rma = asked(bought())
    arrived(rma)
    sending.send_next(Scripted(), at=NOW)
    sealing.seal_next(at=LATER)
    return rma.refunds.get()


def told(*words: str) -> tuple[int, str]:
    """(exit status, what was printed)."""
    out = StringIO()
    try:
        with time_machine.travel(LATER, tick=False):
            call_command("audit", *words, stdout=out)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


def test_clean_books_are_told_in_one_line_with_their_last_seal(paid):
    counts = f"{len(audit.invariants()) + 3} invariants hold over 1 refunds, {Event.objects.count()} events"
    seal = Seal.objects.get()
    status, line = told()
    assert status == 0
    assert re.fullmatch(rf"{counts} and 2 transfers; seal 1 is {seal.digest}; \d+\.\d s\.\n", line)


def test_what_is_broken_is_told_by_public_names_with_amounts_in_their_currency(paid):
    Payment.objects.update(captured=9_000)
    status, text = told()
    assert status == 1
    assert text.splitlines() == [
        f"I1 above_captured: broken 1 times. {audit.invariants()[0].sentence}",
        "    payment pi_A-1001, order A-1001, held 96.72 EUR, captured 90.00 EUR",
    ]


def test_many_rows_are_counted_and_some_shown(paid):
    Payment.objects.update(captured=9_000)
    assert told("--rows", "0")[1].splitlines()[1:] == ["    and 1 more (--rows)"]


def test_a_program_gets_all_rows_in_minor_units(paid):
    Payment.objects.update(captured=9_000)
    status, text = told("--json", "--rows", "0")
    (finding,) = json.loads(text)["broken"]
    assert status == 1
    assert (finding["code"], finding["name"]) == ("I1", "above_captured")
    assert finding["rows"] == [
        {"payment": "pi_A-1001", "order": "A-1001", "currency": "EUR", "held": 9_672, "captured": 9_000}
    ]
