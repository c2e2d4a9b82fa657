"""An amount as a manager types it: in whole coins of a currency that stands in another field."""

import re

from django import forms
from django.utils.translation import gettext as _

from returns.policy.currencies import EXPONENTS, TooFine, major_units, minor_units

_TYPED = re.compile(r"[0-9]+([.,][0-9]+)?")


def shown(amount: int | None, currency: str) -> str:
    """Minor units for a field to be typed over; empty without an amount or its currency."""
    return f"{major_units(amount, currency):f}" if amount is not None and currency in EXPONENTS else ""


def read(typed: str, currency: str) -> int | None:
    """Minor units; None for nothing. A point or a comma stands before the decimals, nothing stands between thousands.

    Raises ValidationError with what to do.
    """
    if not typed:
        return None
    if currency not in EXPONENTS:
        raise forms.ValidationError(_("Choose the currency first."))
    if not _TYPED.fullmatch(typed):
        raise forms.ValidationError(_("Please enter an amount such as 4.95."))
    try:
        amount = minor_units(typed.replace(",", "."), currency)
    except TooFine as error:
        said = _("%(currency)s has %(decimals)d decimals.")
        raise forms.ValidationError(said % {"currency": currency, "decimals": EXPONENTS[currency]}) from error
    if amount > MOST:
        raise forms.ValidationError(_("Please enter a smaller amount."))
    return amount


MOST = 10**15  # minor units; a column holds more
