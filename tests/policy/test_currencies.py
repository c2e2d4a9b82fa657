"""Every currency's own form, exactly."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returns.policy.currencies import EXPONENTS, TooFine, major_units, minor_units

# ISO 4217, list one: those that differ from two decimals.
NONE = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"}
THREE = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}


@pytest.mark.parametrize("currency", sorted(EXPONENTS))
def test_a_currency_has_the_decimals_of_iso_4217(currency: str) -> None:
    assert EXPONENTS[currency] == (0 if currency in NONE else 3 if currency in THREE else 2)
    assert minor_units("7", currency) == 7 * 10 ** EXPONENTS[currency]


@given(amount=st.integers(-(10**15), 10**15), currency=st.sampled_from(sorted(EXPONENTS)))
def test_minor_units_written_out_and_read_again_are_the_same(amount: int, currency: str) -> None:
    assert minor_units(f"{major_units(amount, currency):f}", currency) == amount


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.50", "EUR", 1250),
        ("12.5", "EUR", 1250),
        ("0.29", "EUR", 29),
        ("1000", "JPY", 1000),
        ("1000.00", "JPY", 1000),
        ("1.234", "KWD", 1234),
        ("-0.01", "EUR", -1),
        ("90071992547409.93", "EUR", 9007199254740993),
    ],
)
def test_a_decimal_becomes_minor_units_to_the_last_digit(text: str, currency: str, minor: int) -> None:
    assert minor_units(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency", "fault"),
    [
        ("1.005", "EUR", "EUR has 2 decimals, '1.005' more"),
        ("0.5", "JPY", "JPY has 0 decimals, '0.5' more"),
        ("1.0001", "KWD", "KWD has 3 decimals, '1.0001' more"),
    ],
)
def test_a_decimal_that_no_coin_can_pay_is_refused(text: str, currency: str, fault: str) -> None:
    with pytest.raises(TooFine, match=fault):
        minor_units(text, currency)


@pytest.mark.parametrize(
    "text", ["", "-", ".5", "5.", "1,50", "1 000", "1e3", "NaN", "٣", "+1", "--1", "0x10", "1.2.3"]
)
def test_what_is_no_plain_decimal_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a decimal number"):
        minor_units(text, "EUR")


def test_an_unknown_currency_is_refused() -> None:
    with pytest.raises(KeyError):
        minor_units("1", "EURO")


def test_amounts_are_shown_with_the_currencys_decimals() -> None:
    assert [str(major_units(28_500, code)) for code in ("EUR", "RSD", "JPY", "KWD")] == [
        "285.00",
        "285.00",
        "28500",
        "28.500",
    ]
    assert major_units(-1, "EUR") == Decimal("-0.01")
