"""Money as an agent types it, in the agent's own language."""

import re

from babel.numbers import NumberFormatError, parse_decimal

from returns.policy.currencies import minor_units

_PLAIN = re.compile(r"[0-9][0-9.,'’]*")
_ONE_SIGN = re.compile(r"[0-9]+[.,][0-9]+")


def typed_amount(typed: str, currency: str, locale: str) -> int:
    """`"12,50"` as 1250 minor units of EUR: as the language writes numbers, else as the other one does.

    What can be read in the language is read so: "1,250" is a thousand and more in English, one and a
    quarter in Czech. Raises ValueError for what is no amount; `returns.policy.currencies.TooFine` for
    one that the currency has no coin for; KeyError for an unknown currency.
    """
    amount = "".join(typed.split())
    if not (amount.isascii() or "’" in amount) or not _PLAIN.fullmatch(amount):
        raise ValueError(f"{typed!r} is no amount")
    try:
        plain = f"{parse_decimal(amount, locale=locale, strict=True):f}"
    except NumberFormatError:
        if not _ONE_SIGN.fullmatch(amount):
            raise
        plain = amount.replace(",", ".")
    return minor_units(plain, currency)
