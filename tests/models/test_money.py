"""What the database itself refuses of money: journal, store credit, approvals, other ways, breaks, disputes, halts."""

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from returns.models import (
    Approval,
    Break,
    CreditAccount,
    Dispute,
    Event,
    Halt,
    Limits,
    OtherWay,
    Seal,
    Spending,
    Transfer,
    User,
    approvals,
    journal,
    reconciliation,
)
from tests.analytics.books import Books
from tests.people import NOW

pytestmark = pytest.mark.django_db


def another(model: Any, **changes: Any) -> None:
    """The model's first row once more, changed."""
    row = model.objects.first()
    for name, value in {"pk": None, **changes}.items():
        setattr(row, name, value)
    row.save(force_insert=True)


def _by(proposer: User | None, other: User | None) -> None:
    Limits.objects.update(proposed_by=proposer, confirmed_by=other, confirmed_at=NOW)


BROKEN = {
    "transfer_positive": lambda: another(Transfer, amount=0),
    "transfer_accounts_known": lambda: another(Transfer, debited="pocket"),
    "transfer_between_two": lambda: another(Transfer, debited="owed", credited="owed"),
    "transfer_of_store_credit_names_its_holder": lambda: another(Transfer, credited="store_credit"),
    "transfer_once_an_event": lambda: another(Transfer),
    "spending_once": lambda: another(Spending),
    "spending_positive": lambda: another(Spending, amount=0),
    "credit_account_once": lambda: another(CreditAccount),
    "limits_once": lambda: another(Limits),
    "limits_grow_with_the_role": lambda: another(Limits, currency="CZK", manager=1),
    "limits_confirmed_by_another": lambda: _by(User.objects.first(), User.objects.first()),
    "limits_of_a_person_wait_for_another": lambda: _by(User.objects.first(), None),
    "approval_once_a_person": lambda: another(Approval),
    "approval_by_another_person": lambda: another(Approval, proposer_id="9", actor_id="9"),
    "approval_role": lambda: another(Approval, actor_id="9", role="warehouse"),
    "other_way_known": lambda: OtherWay.objects.update(way="barter"),
    "other_way_has_evidence": lambda: OtherWay.objects.update(evidence=""),
    "other_way_confirmed_by_another": lambda: OtherWay.objects.update(confirmed_by=models.F("prepared_by")),
    "break_open_once_a_subject": lambda: another(Break, closed_at=None),
    "dispute_money": lambda: another(Dispute, gateway_id="dp_2", withdrawn=-1),
    "halt_cause_known": lambda: Halt.objects.update(cause="boredom"),
    "halt_open_once_a_cause": lambda: another(Halt),
    "halt_ended_by_two": lambda: Halt.objects.update(ended_at=NOW, ended_by="1", end_asked_by="1"),
}


@pytest.fixture
def books(bob, mona) -> Books:
    books = Books(bob, mona)
    Break.objects.update(closed_at=None)
    Halt.objects.create(cause="manual", started_by="Mona", started_at=NOW)
    return books


def test_every_constraint_of_these_models_stands_in_the_list():
    mine = [Transfer, Spending, CreditAccount, Limits, Approval, OtherWay, Break, Dispute, Halt]
    declared = {constraint.name for model in mine for constraint in model._meta.constraints}
    assert declared == set(BROKEN)
    of_modules = {
        model
        for module in (journal, approvals, reconciliation)
        for model in vars(module).values()
        if isinstance(model, type) and issubclass(model, models.Model) and model.__module__ == module.__name__
    }
    assert {model for model in of_modules if model._meta.constraints} <= set(mine)


def test_the_database_refuses_money_that_cannot_be(books, subtests):
    for name, change in BROKEN.items():
        with subtests.test(name), transaction.atomic():
            with pytest.raises(IntegrityError) as refused, transaction.atomic():
                change()
            assert name in str(refused.value) or "UNIQUE constraint failed" in str(refused.value)


# --- what was written stays --------------------------------------------------------------------------


@pytest.mark.parametrize("model", [Event, Transfer, Seal])
def test_a_query_set_of_what_was_written_refuses_to_change_it(model):
    with pytest.raises(TypeError, match="append-only"):
        model.objects.update(pk=1)
    with pytest.raises(TypeError, match="append-only"):
        model.objects.all().delete()


@pytest.mark.postgres
def test_the_database_refuses_to_change_what_was_written(books, subtests):
    for table in ("returns_event", "returns_transfer"):
        refused = pytest.raises(DatabaseError, match=f"{table} is append-only")
        for change in ("UPDATE %s SET at = at", "DELETE FROM %s"):
            with subtests.test(change % table), connection.cursor() as cursor, refused, transaction.atomic():
                cursor.execute(change % table)
    for row in (Event.objects.earliest("pk"), Transfer.objects.earliest("pk")):
        refused = pytest.raises((DatabaseError, models.ProtectedError))
        for verb in (row.save, row.delete):
            with subtests.test(repr(verb)), refused, transaction.atomic():
                verb()
