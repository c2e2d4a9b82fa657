"""How the pages write money and days."""

from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template
from django.utils.translation import override


def written(template: str, language: str = "en", **values) -> str:
    with override(language):
        return Template(template).render(Context(values)).replace("\xa0", " ")


@pytest.mark.parametrize(
    ("amount", "currency", "language", "expected"),
    [
        (28_500, "EUR", "en", "€285.00"),
        (28_500, "EUR", "cs", "285,00 €"),
        (1_234_567, "CZK", "cs", "12 345,67 Kč"),
        (500, "JPY", "en", "¥500"),
        (1_500, "KWD", "en", "KWD1.500"),
        (0, "EUR", "en", "€0.00"),
    ],
)
def test_money_is_written_in_the_readers_form_with_the_currencys_decimals(amount, currency, language, expected):
    assert written("{{ amount|money:currency }}", language, amount=amount, currency=currency) == expected


def test_a_day_is_written_whole():
    monday = date(2026, 11, 16)
    assert written("{{ day|day }}", day=monday) == "Monday, 16 November 2026"
    assert written("{{ day|day }}", "cs", day=monday) == "16. listopadu 2026 (pondělí)"


def test_a_moment_counts_on_the_shops_clock(settings):
    settings.TIME_ZONE = "Europe/Prague"
    late = datetime(2026, 11, 15, 23, 30, tzinfo=UTC)
    assert written("{{ moment|day }}", moment=late) == "Monday, 16 November 2026"
