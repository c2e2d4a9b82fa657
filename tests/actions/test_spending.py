"""Store credit is spent once for each reference, and never below zero."""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from returns.actions.credits import spend
from returns.actions.refusals import Refused
from returns.models import Account, CreditAccount, Event, Order, Spending, Transfer
from tests.actions.crediting import SHOP, filled, left, spent
from tests.people import JANA_EMAIL, KAREL_EMAIL, NOW, bought, jana_order, promised


@pytest.fixture
def account(db: None) -> CreditAccount:
    promised()
    with transaction.atomic():
        return filled(bought(), 1_000, 50)


def refused(code: str, field: str, **changes: Any) -> None:
    """It says this and at this place, and nothing is written."""
    asked_for: dict[str, Any] = {"email": JANA_EMAIL, "currency": "EUR", "amount": 1, "reference": "B-9"} | changes
    before = (Spending.objects.count(), Transfer.objects.count(), Event.objects.count(), CreditAccount.objects.count())
    with pytest.raises(Refused) as refusal:
        spend(asked_for.pop("email"), asked_for.pop("currency"), **asked_for, by=SHOP, at=NOW)
    assert (refusal.value.code, refusal.value.field) == (code, field)
    after = (Spending.objects.count(), Transfer.objects.count(), Event.objects.count(), CreditAccount.objects.count())
    assert after == before


# --- spending ---


def test_what_is_spent_is_no_longer_on_the_account(account: CreditAccount) -> None:
    assert left(account) == 1_050
    spent(400, "B-1")
    assert left(account) == 650
    spent(650, "B-2")
    assert left(account) == 0
    refused("credit_too_low", "amount")


def test_the_journal_and_the_log_tell_of_it(account: CreditAccount) -> None:
    spent(400)
    transfer = Transfer.objects.last()
    assert transfer
    assert (transfer.debited, transfer.credited, transfer.amount, transfer.currency, transfer.holder) == (
        Account.STORE_CREDIT,
        Account.SPENT,
        400,
        "EUR",
        account,
    )
    event = transfer.event
    assert (event.kind, event.order, event.rma, event.refund) == ("credit.spent", Order.objects.get(), None, None)
    assert event.data == {"amount": 400, "currency": "EUR", "account": account.pk, "reference": "B-1"}


def test_it_is_told_of_the_order_that_filled_the_account_last(account: CreditAccount) -> None:
    later = bought(jana_order("A-1002"))
    with transaction.atomic():
        filled(later, 10)
    spent(1_060)
    assert Event.objects.last().order == later  # type: ignore[union-attr]


def test_the_shopper_is_known_however_the_address_is_written(account: CreditAccount) -> None:
    spent(400, email=" JANA@example.com ")
    assert left(account) == 650


# --- the same again ---


def test_the_same_reference_again_changes_nothing(account: CreditAccount) -> None:
    first = spent(1_000)
    assert spent(1_000) == first
    assert (left(account), Event.objects.filter(kind="credit.spent").count()) == (50, 1)


def test_the_same_reference_with_another_amount_is_refused(account: CreditAccount) -> None:
    spent(400)
    refused("reference_reused", "reference", amount=401, reference="B-1")


def test_another_shoppers_reference_is_another_one(account: CreditAccount) -> None:
    with transaction.atomic():
        karels = filled(bought(jana_order("K-1")), 500)
    CreditAccount.objects.create(email=KAREL_EMAIL, currency="CZK", opened_at=NOW)
    assert karels == account
    spent(400)
    refused("credit_too_low", "amount", email=KAREL_EMAIL, currency="CZK", reference="B-1")


# --- bad input ---


@pytest.mark.parametrize("amount", [0, -1, 1.5, True, "1", None, 10**16])
def test_an_amount_that_cannot_be_spent_is_refused(account: CreditAccount, amount: Any) -> None:
    refused("credit_too_low" if amount == 10**16 else "amount_invalid", "amount", amount=amount)


@pytest.mark.parametrize("reference", ["", "  "])
def test_a_purchase_without_a_name_is_refused(account: CreditAccount, reference: str) -> None:
    refused("reference_missing", "reference", reference=reference)


@pytest.mark.parametrize(
    ("email", "currency"), [(KAREL_EMAIL, "EUR"), (JANA_EMAIL, "CZK"), ("", "EUR"), (JANA_EMAIL, "")]
)
def test_an_account_that_was_never_filled_is_refused(account: CreditAccount, email: str, currency: str) -> None:
    refused("credit_unknown", "email", email=email, currency=currency)


# --- whatever is spent ---


class TestWhatever(TestCase):
    @given(
        fills=st.lists(st.integers(1, 900), min_size=1, max_size=4), wanted=st.lists(st.integers(1, 900), max_size=8)
    )
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def test_the_credit_is_what_came_less_what_went_and_never_below_zero(
        self, fills: list[int], wanted: list[int]
    ) -> None:
        promised()
        order = bought()
        account = [filled(order, amount, amount // 20) for amount in fills][-1]
        whole = rest = sum(amount + amount // 20 for amount in fills)
        for number, amount in enumerate(wanted):
            if amount > rest:
                with pytest.raises(Refused, match="credit_too_low"):
                    spent(amount, f"B-{number}")
            else:
                spent(amount, f"B-{number}")
                rest -= amount
            assert left(account) == rest
        assert sum(Spending.objects.values_list("amount", flat=True)) == whole - rest
