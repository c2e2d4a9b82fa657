"""Money as it is typed: the agent's language first, and every currency's own decimals."""

import pytest

from portal.agent.amounts import typed_amount
from returns.policy.currencies import TooFine


@pytest.mark.parametrize(
    ("typed", "currency", "locale", "minor"),
    [
        ("12,50", "EUR", "cs", 1_250),
        ("12.50", "EUR", "cs", 1_250),
        ("12.50", "EUR", "en", 1_250),
        ("12,50", "EUR", "en", 1_250),
        ("12,5", "EUR", "en", 1_250),
        ("12", "EUR", "en", 1_200),
        (" 12.50 ", "EUR", "en", 1_250),
        ("1,250", "EUR", "en", 125_000),
        ("1,250.00", "EUR", "en", 125_000),
        ("1 250,00", "EUR", "cs", 125_000),
        ("1\u00a0250,00", "EUR", "cs", 125_000),
        ("1\u202f250,00", "EUR", "fr", 125_000),
        ("1.250,00", "EUR", "de", 125_000),
        ("1,250", "EUR", "cs", 125),
        ("1’250.50", "CHF", "de_CH", 125_050),
        ("12.500", "EUR", "en", 1_250),
        ("1250", "JPY", "ja", 1_250),
        ("1,250", "JPY", "ja", 1_250),
        ("12.500", "KWD", "en", 12_500),
        ("12,5", "KWD", "cs", 12_500),
        ("0", "EUR", "en", 0),
    ],
)
def test_an_amount_is_read_exactly(typed, currency, locale, minor):
    assert typed_amount(typed, currency, locale) == minor


@pytest.mark.parametrize(("typed", "currency"), [("12.505", "EUR"), ("12.5", "JPY"), ("0.0005", "KWD")])
def test_an_amount_finer_than_the_currency_is_refused(typed, currency):
    with pytest.raises(TooFine):
        typed_amount(typed, currency, "en")


@pytest.mark.parametrize(
    "typed",
    ["", "-5", "+5", "1e5", "NaN", "Infinity", "12.5.0", "1,25,0", "€5", "5 EUR", "0x12", "1_000", "١٢", "½", "."],
)
@pytest.mark.parametrize("locale", ["en", "cs"])
def test_what_is_no_amount_is_refused(typed, locale):
    with pytest.raises(ValueError, match=r"."):
        typed_amount(typed, "EUR", locale)
