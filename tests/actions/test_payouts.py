"""A payout's lines against our refunds."""

from dataclasses import replace

import pytest

from returns.actions import payouts, provider, reconciling
from returns.gateways.gateway import Movement, Rejected, Unknown
from returns.models import Break, Originator, Refund
from tests.actions.refunding import news, send
from tests.gateways.scripted import Scripted
from tests.people import NOW

pytestmark = pytest.mark.django_db

PAID = Movement("txn_1", "charge", 29_990, 29_090, "EUR", "ch_1")
REFUNDED = Movement("txn_2", "refund", -9_672, -9_672, "EUR", "re_1")
OWN = Movement("txn_3", "payout", -19_418, -19_418, "EUR", "po_1")


@pytest.fixture
def stripe(refund) -> Scripted:
    gateway = Scripted()
    send(gateway)
    gateway.payouts["po_1"] = [PAID, REFUNDED, OWN]
    return gateway


def told() -> dict | None:
    found = Break.objects.open().first()
    return found.values if found else None


def test_lines_that_add_up_to_what_our_refunds_say_are_fine(stripe):
    payouts.compare(stripe, "po_1", at=NOW)
    assert told() is None


def test_lines_that_do_not_add_up_are_told(stripe):
    stripe.payouts["po_1"].append(Movement("txn_4", "adjustment", -5, -5, "EUR", ""))
    payouts.compare(stripe, "po_1", at=NOW)
    assert told() == {"payout": "po_1", "rest": -5, "currency": "EUR", "refunds": []}


def test_another_amount_than_ours_is_told_with_the_refund(stripe):
    stripe.payouts["po_1"][1:] = [replace(REFUNDED, amount=-9_000, net=-9_000), replace(OWN, net=-20_090)]
    payouts.compare(stripe, "po_1", at=NOW)
    assert told() == {"payout": "po_1", "rest": 0, "currency": "EUR", "refunds": ["re_1"]}


def test_in_another_currency_the_amount_holds_the_days_rate_and_proves_nothing(stripe):
    lines = [PAID, replace(REFUNDED, amount=-240_000), OWN]
    stripe.payouts["po_1"] = [replace(line, currency="CZK") for line in lines]
    payouts.compare(stripe, "po_1", at=NOW)
    assert told() is None


@pytest.mark.parametrize("kind", ["refund_failure", "payment_failure_refund", "payment_reversal"])
def test_money_that_came_back_is_compared_too(stripe, kind):
    stripe.payouts["po_1"] = [PAID, replace(REFUNDED, kind=kind, amount=9_672, net=9_672), replace(OWN, net=-38_762)]
    payouts.compare(stripe, "po_1", at=NOW)
    assert told() is None


def test_a_refund_that_we_never_heard_of_is_taken_in(stripe, refund):
    made = stripe.refund_by_hand(refund.payment, 100)
    lines = [PAID, REFUNDED, Movement("txn_4", "refund", -100, -100, "EUR", made.id), replace(OWN, net=-19_318)]
    stripe.payouts["po_1"] = lines
    payouts.compare(stripe, "po_1", at=NOW)
    assert Refund.objects.get(originator=Originator.EXTERNAL).amount == 100


@pytest.mark.parametrize("trouble", [Rejected("resource_missing"), Unknown("ValueError: no refund")])
def test_a_line_of_what_is_not_to_be_had_hides_no_difference(stripe, monkeypatch, trouble):
    def refuse(_name: str):
        raise trouble

    monkeypatch.setattr(stripe, "fetch", refuse)
    stripe.payouts["po_1"].append(Movement("txn_4", "payment_reversal", 500, 500, "EUR", "py_1"))
    payouts.compare(stripe, "po_1", at=NOW)
    assert told() == {"payout": "po_1", "rest": 500, "currency": "EUR", "refunds": []}


def test_an_event_makes_us_compare(stripe):
    stripe.payouts["po_1"].append(Movement("txn_4", "adjustment", -5, -5, "EUR", ""))
    news("po_1", kind="payout.reconciliation_completed")
    provider.work_next_event(stripe, at=NOW)
    differs = Break.objects.get()
    assert (differs.kind, differs.subject, differs.opened_at) == ("payout_differs", "po_1", NOW)


def test_the_command_compares_all_since(stripe):
    stripe.payouts["po_1"].append(Movement("txn_4", "adjustment", -5, -5, "EUR", ""))
    reconciling.compare_payouts(stripe, since=NOW, at=NOW)
    assert Break.objects.get().kind == "payout_differs"
