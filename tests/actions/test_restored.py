"""A restored database has forgotten what went out since: nothing of it is sent again (money.md, F32)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core import serializers
from django.db import connection

from returns.actions import finding, provider, reconciling, sending
from returns.actions.breaks import open_break
from returns.actions.requests import Wish
from returns.analytics import audit
from returns.gateways.gateway import Rejected, Remote, Unanswered, Unknown
from returns.importing.data import PaymentData
from returns.models import (
    Halt,
    Originator,
    Payment,
    Reconciled,
    Refund,
    RefundState,
)
from tests.actions.refunding import SILENCE, open_breaks, refuse, send
from tests.gateways.scripted import Scripted
from tests.people import NOW, arrived, asked, bought, jana_order, promised

pytestmark = pytest.mark.django_db


class Backup:
    """Every row as it was; put back, they have forgotten all since."""

    MODELS = list(apps.get_app_config("returns").get_models())

    def __init__(self) -> None:
        self._rows = [serializers.serialize("json", model._base_manager.all()) for model in self.MODELS]

    def restore(self) -> None:
        self._forget()
        for rows in self._rows:
            for row in serializers.deserialize("json", rows):
                row.save()

    def _forget(self) -> None:
        if connection.vendor == "postgresql":  # where the journal cannot be deleted, as it should be
            tables = ", ".join(model._meta.db_table for model in self.MODELS)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute(f"TRUNCATE {tables} CASCADE")
            return
        for model in self.MODELS:
            model._base_manager.all()._raw_delete("default")


@pytest.fixture
def shop(db) -> Payment:
    promised()
    order = bought(jana_order())
    arrived(asked(order, Wish("1", 1)))
    return order.payments.get()


def worked(stripe: Scripted, *, after: timedelta) -> None:
    """What a worker does when it starts, in its order."""
    at = NOW + after
    reconciling.catch_up(stripe, at=at)
    while provider.work_next_event(stripe, at=at):
        pass
    while sending.send_next(stripe, at=at):
        pass


DAY = timedelta(days=1)


def test_a_refund_that_was_due_in_the_backup_and_has_gone_out_since_is_not_sent_again(shop):
    """The provider has forgotten its key by now, and a part of a charge would be refunded twice."""
    stripe = Scripted()
    reconciling.catch_up(stripe, at=NOW)
    backup = Backup()
    send(stripe)
    backup.restore()
    stripe._by_key.clear()
    assert Refund.objects.get().state == RefundState.DUE
    worked(stripe, after=DAY)
    assert len(stripe.books) == 1
    assert Refund.objects.get().state == RefundState.SUCCEEDED
    assert Halt.objects.get().ended_label == "system"
    assert list(audit.asked(at=NOW + DAY)) == []


class Dated(Scripted):
    """Lists refunds by the day on which they were made, as Stripe does."""

    made: dict[str, datetime] = {}

    def refunds_since(self, moment: datetime) -> Iterator[Remote]:
        return (one for one in super().refunds_since(moment) if self.made[one.id] >= moment)


@pytest.mark.parametrize("days", [34, 40])
def test_a_backup_of_any_age_pays_nothing_a_second_time(shop, days):
    stripe = Dated()
    reconciling.catch_up(stripe, at=NOW)
    backup = Backup()
    send(stripe, after=timedelta(minutes=10))
    stripe.made = {"re_1": NOW + timedelta(minutes=10), "re_2": NOW + days * DAY}
    backup.restore()
    stripe._by_key.clear()
    worked(stripe, after=days * DAY)
    assert list(stripe.books) == ["re_1"]


def test_nothing_is_sent_before_it_was_looked_whether_the_database_is_an_old_one(shop):
    stripe = Scripted()
    reconciling.catch_up(stripe, at=NOW)
    backup = Backup()
    send(stripe)
    backup.restore()
    assert sending.send_next(stripe, at=NOW + DAY) is False


def test_a_return_that_the_backup_does_not_know_is_not_paid_a_second_time(shop):
    """It is asked for again and arrives again; what was refunded of it is booked, and the second waits for a person."""
    stripe = Scripted()
    send(stripe)
    reconciling.catch_up(stripe, at=NOW)
    backup = Backup()
    arrived(asked(shop.order, Wish("2", 1)))
    send(stripe, after=timedelta(minutes=1))
    assert len(stripe.books) == 2
    backup.restore()
    arrived(asked(shop.order, Wish("2", 1)))
    worked(stripe, after=DAY)
    assert len(stripe.books) == 2
    assert Refund.objects.get(originator=Originator.RMA, gateway_id=None).state == RefundState.DUE
    forgotten = Refund.objects.get(originator=Originator.EXTERNAL)
    assert (forgotten.gateway_id, forgotten.state) == ("re_2", RefundState.SUCCEEDED)
    assert open_breaks().keys() == {"forgotten_refund"}
    assert not Halt.objects.open().exists()
    worked(stripe, after=2 * DAY)
    assert (len(stripe.books), Halt.objects.count()) == (2, 1)
    assert list(audit.asked(at=NOW + DAY)) == []


def test_sending_stays_off_until_the_comparison_has_come_to_its_end(shop, monkeypatch):
    stripe = Scripted()
    reconciling.catch_up(stripe, at=NOW)
    backup = Backup()
    send(stripe)
    backup.restore()
    take_in = finding.take_in

    def cut(*_told: Any, **_more: Any) -> None:
        raise Unanswered("connection lost")

    monkeypatch.setattr(reconciling, "take_in", cut)
    worked(stripe, after=DAY)
    assert Halt.objects.open().get().cause == Halt.Cause.RESTORED
    monkeypatch.setattr(reconciling, "take_in", take_in)
    worked(stripe, after=DAY + timedelta(minutes=10))
    assert not Halt.objects.open().exists()
    assert (len(stripe.books), Refund.objects.get().state) == (1, RefundState.SUCCEEDED)


def test_a_whole_database_that_is_new_to_the_account_is_told_of_once(refund):
    stripe = Scripted()
    send(stripe)
    stripe.books["re_1"] = replace(stripe.books["re_1"], id="re_9", refund_id="f" * 24, payment="pi_gone")
    stripe.books["re_9"] = stripe.books.pop("re_1")
    Refund.objects.update(state=RefundState.PENDING, gateway_id="re_9")
    Refund.objects.update(state=RefundState.FAILED, gateway_id=None)
    reconciling.catch_up(stripe, at=NOW)
    reconciling.catch_up(stripe, at=NOW)
    assert open_breaks().keys() == {"unknown_refund"}
    assert Halt.objects.count() == 1
    bought(jana_order("A-1002", payments=(PaymentData("pi_gone", 29_990, "EUR"),)))
    reconciling.catch_up(stripe, at=NOW)
    assert open_breaks().keys() == {"forgotten_refund"}
    assert Refund.objects.get(originator=Originator.EXTERNAL).order.number == "A-1002"


@pytest.mark.parametrize("trouble", [Rejected("resource_missing"), Unknown("KeyError: 'status'")])
def test_a_forgotten_refund_that_cannot_be_asked_for_stops_no_other(refund, trouble):
    stripe = Scripted()
    open_break("unknown_refund", "re_9", at=NOW, paid_by=["pi_A-1001", ""])
    stripe.fetch = refuse(trouble)  # type: ignore[method-assign]
    reconciling.catch_up(stripe, at=NOW)
    assert Reconciled.objects.filter(level=Reconciled.Level.EVENTS, through=NOW).exists()
    assert open_breaks().keys() == {"unknown_refund"}


@pytest.mark.parametrize("trouble", ["room_in_doubt", "unknown_status"])
def test_a_forgotten_refund_that_cannot_be_taken_in_yet_stops_no_other(refund, trouble):
    stripe = Scripted(SILENCE)
    send(stripe)
    open_break("unknown_refund", "re_1", at=NOW, paid_by=["pi_A-1001", ""])
    status = "reversed" if trouble == "unknown_status" else "succeeded"
    stripe.refund_by_hand(refund.payment, 29_990, status)
    reconciling.catch_up(stripe, at=NOW)
    assert Reconciled.objects.filter(level=Reconciled.Level.EVENTS, through=NOW).exists()
    assert "unknown_refund" in open_breaks()


def test_refunds_of_another_portal_on_the_same_account_stop_nobody(refund):
    stripe = Scripted()
    send(stripe)
    stripe.books["re_9"] = replace(
        stripe.books["re_1"], id="re_9", refund_id="f" * 24, payment="pi_other", installation="https://other.example"
    )
    reconciling.catch_up(stripe, at=NOW)
    assert not Halt.objects.exists()
    assert open_breaks() == {}
