"""What a shopper may choose of an order, and by when the money is promised."""

from datetime import date, timedelta

import pytest

from returns.actions.requests import Wish, choices
from returns.importing.data import LineData
from returns.policy.facts import Answer
from tests.people import NOW, asked, bought, jana_order, promised

pytestmark = pytest.mark.django_db


def test_units_in_a_live_return_cannot_be_chosen_again():
    promised()
    order = bought()
    asked(order, Wish("1", 2), Wish("2", 1))
    shirt, mug = choices(order, at=NOW)
    assert (shirt.units, shirt.verdict and shirt.verdict.answer) == (1, Answer.ACCEPT)
    assert (mug.units, mug.verdict) == (0, None)


@pytest.mark.parametrize("lines", [1, 3, 300])
def test_choices_take_four_statements_for_any_number_of_lines(lines, django_assert_num_queries):
    order = bought(
        jana_order(lines=tuple(LineData(str(number), "Mug", 1, 495) for number in range(lines)), discounts=())
    )
    with django_assert_num_queries(4):  # lines, parcel lines, units taken, policies
        assert len(choices(order, at=NOW)) == lines


@pytest.mark.parametrize(
    ("country", "sent_after", "expected"),
    [
        ("CZ", 0, date(2026, 11, 24)),
        ("CZ", 20, date(2026, 11, 30)),  # M-3: the hold ends late, the money goes at once
        ("GB", 3, date(2026, 11, 27)),  # M-4: fourteen days from sending
        ("US", 0, date(2026, 11, 24)),
    ],
)
def test_the_money_is_promised_by_the_law_of_the_country(country, sent_after, expected):
    order = bought(jana_order(country=country))
    today = date(2026, 11, 10)
    assert order.refund_by(asked_on=today, sent_on=today + timedelta(days=sent_after)) == expected


def test_China_the_days_count_from_arrival():
    order = bought(jana_order(country="CN"))
    today = date(2026, 11, 10)
    assert order.refund_by(asked_on=today, received_on=date(2026, 11, 20)) == date(2026, 11, 27)
