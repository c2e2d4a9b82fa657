"""Store credit asked for by many at once on PostgreSQL: what is there is spent, and no more."""

import pytest
from django.db import transaction

from returns.models import Event, Spending
from tests.actions.crediting import filled, left, spent
from tests.actions.racing import at_once, counted
from tests.people import bought, promised

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def account():
    promised()
    with transaction.atomic():
        return filled(bought(), 1_000)


def test_of_twenty_who_spend_a_tenth_ten_are_served(account):
    works = [lambda reference=f"B-{number}": spent(100, reference) for number in range(20)]
    assert counted(at_once(*works)) == {"done": 10, "credit_too_low": 10}
    assert (left(account), Spending.objects.count()) == (0, 10)


def test_of_twenty_with_one_reference_one_spends_and_all_get_its_answer(account):
    answers = at_once(*[lambda: spent(600)] * 20)
    assert len({spending.pk for spending in answers}) == 1
    assert (left(account), Event.objects.filter(kind="credit.spent").count()) == (400, 1)


def test_credit_is_filled_while_it_is_spent(account):
    order = account.refunds.get().order

    def fill() -> None:
        with transaction.atomic():
            filled(order, 50)

    works = [lambda reference=f"B-{number}": spent(100, reference) for number in range(10)]
    answers = at_once(*works, *[fill] * 10)
    assert counted(answers) == {"done": 20}
    assert left(account) == 500
