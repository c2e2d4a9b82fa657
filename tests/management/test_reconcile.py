"""`manage.py reconcile` compares, lists what differs with number, age and owner, and ends with 1 where any does."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from returns.actions.breaks import open_break
from returns.gateways.gateway import Movement, News, Unanswered
from returns.management.commands import reconcile
from returns.models import Break, GatewayEvent, Originator, Refund, RefundState
from tests.actions.refunding import now_of, send
from tests.gateways.scripted import Scripted
from tests.people import arrived, asked, bought, promised

pytestmark = pytest.mark.django_db


@pytest.fixture
def stripe(refund, monkeypatch) -> Scripted:
    scripted = Scripted("pending")
    send(scripted)
    monkeypatch.setattr(reconcile, "gateway", lambda: scripted)
    return scripted


@pytest.fixture
def refund(db) -> Refund:
    promised()
    arrived(asked(bought()))
    return Refund.objects.get()


def run(*words: str) -> int:
    try:
        call_command("reconcile", *words)
    except SystemExit as end:
        return int(str(end.code))
    return 0


def test_when_all_agrees_it_says_so(stripe, capsys):
    assert run() == 0
    assert capsys.readouterr().out == "Everything agrees.\n"


def test_it_repairs_what_it_can_by_events_by_comparing_and_by_payouts(stripe, refund, capsys):
    stripe.settle("re_1", "succeeded")
    by_hand = stripe.refund_by_hand(refund.payment, 500)
    stripe.news = [News("evt_1", "refund.updated", "re_1", livemode=False)]
    stripe.payouts["po_1"] = [Movement("txn_1", "refund", -500, -500, "EUR", by_hand.id)]
    assert run() == 1
    assert now_of(refund).state == RefundState.SUCCEEDED
    assert GatewayEvent.objects.get().worked_at is not None
    assert Refund.objects.get(originator=Originator.EXTERNAL).amount == 500
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert "€5.00 of order A-1001 were refunded at the payment provider (re_2)" in lines[0]
    assert "payout po_1 do not add up" in lines[1]


def test_each_difference_has_its_number_age_and_owner(stripe, mona, capsys):
    open_break("dead_letter", "1", at=timezone.now() - timedelta(hours=3), letter="refunded", error="x")
    Break.objects.update(owner=mona)
    assert run() == 1
    number = Break.objects.get().pk
    told = capsys.readouterr().out.replace("\xa0", " ")
    assert told == f"#{number}  3 hours  Mona  A letter could not be sent: refunded (x).\n"


def test_everything_there_ever_was_is_looked_at_when_asked_for(stripe, monkeypatch):
    asked_for: list[int] = []

    def nothing(_gateway: Scripted, since: datetime) -> Iterator[Any]:
        asked_for.append(since.year)
        return iter(())

    monkeypatch.setattr(Scripted, "refunds_since", nothing)
    run()
    assert min(asked_for) >= timezone.now().year - 1
    run("--full")
    assert min(asked_for) == 2011


def test_a_provider_that_does_not_answer_is_an_error_and_no_agreement(stripe):
    stripe.silence = Unanswered("no connection")
    with pytest.raises(CommandError, match="no connection"):
        call_command("reconcile")
