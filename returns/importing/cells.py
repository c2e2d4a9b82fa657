"""What stands in a cell, as the value that its column asks for. Each raises Unfit for anything else."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from returns.importing.faults import Unfit
from returns.policy.countries import COUNTRIES
from returns.policy.currencies import EXPONENTS, TooFine, minor_units

Cells = Mapping[str, str]  # column -> what stands there, without spaces around it

MOST = 10**15  # minor units or pieces; sums of many stay within 64 bits
SHOWN = 60  # characters of a wrong value that a sentence quotes

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_LOCALE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")


def cleaned(column: str, text: str) -> str:
    """The cell on one line, without spaces around it; what is no text is refused."""
    if text.isprintable():
        return text.strip()
    if any("\udc80" <= character <= "\udcff" for character in text):
        raise Unfit("not_utf8", column=column)
    text = " ".join(text.split())
    if any(ord(character) < 32 or 127 <= ord(character) < 160 for character in text):
        raise Unfit("control_character", column=column)
    return text


def given(cells: Cells, column: str, most: int) -> str:
    text = cells.get(column, "")
    if 0 < len(text) <= most:
        return text
    raise Unfit("too_long", column=column, most=most) if text else Unfit("missing", column=column)


def optional(cells: Cells, column: str, most: int) -> str:
    text = cells.get(column, "")
    if len(text) > most:
        raise Unfit("too_long", column=column, most=most)
    return text


def email(cells: Cells, column: str) -> str:
    return _shaped(_EMAIL, "email_invalid", column, given(cells, column, 254))


def country(cells: Cells, column: str) -> str:
    """Two capital letters, or "" where nobody knows; UK and EL are none, for every table has GB and GR."""
    text = cells.get(column, "")
    if text and text.upper() not in COUNTRIES:
        raise _unfit("country_invalid", column, text)
    return text.upper()


def locale(cells: Cells, column: str) -> str:
    text = optional(cells, column, 10)
    return _shaped(_LOCALE, "locale_invalid", column, text) if text else ""


def currency(cells: Cells, column: str) -> str:
    code = given(cells, column, 60).upper()
    if code not in EXPONENTS:
        raise _unfit("currency_unknown", column, code)
    return code


def moment(cells: Cells, column: str) -> datetime:
    text = given(cells, column, 60)
    try:
        told = datetime.fromisoformat(text)
        if told.utcoffset() is None:
            raise _unfit("datetime_naive", column, text)
        return told.astimezone(UTC)
    except (OverflowError, ValueError) as error:  # OverflowError: the first or last day of the calendar
        if isinstance(error, Unfit):
            raise
        raise _unfit("datetime_invalid", column, text) from error


def moment_or_none(cells: Cells, column: str) -> datetime | None:
    return moment(cells, column) if cells.get(column) else None


def quantity(cells: Cells, column: str) -> int:
    text = given(cells, column, 60)
    if not (text.isascii() and text.isdigit()) or int(text) < 1:
        raise _unfit("quantity_invalid", column, text)
    if int(text) > MOST:
        raise _unfit("too_large", column, text)
    return int(text)


def amount(cells: Cells, column: str, code: str) -> int:
    """A decimal of the currency as minor units, not below zero."""
    text = given(cells, column, 60)
    try:
        minor = minor_units(text, code)
    except TooFine as error:
        raise _unfit("amount_too_fine", column, text, currency=code) from error
    except ValueError as error:
        raise _unfit("amount_invalid", column, text) from error
    if minor < 0:
        raise _unfit("amount_negative", column, text)
    if minor > MOST:
        raise _unfit("too_large", column, text)
    return minor


def amount_or_none(cells: Cells, column: str, code: str) -> int | None:
    return amount(cells, column, code) if cells.get(column) else None


def _shaped(shape: re.Pattern[str], code: str, column: str, text: str) -> str:
    if not shape.fullmatch(text):
        raise _unfit(code, column, text)
    return text


def _unfit(code: str, column: str, value: str, **more: object) -> Unfit:
    return Unfit(code, column=column, value=value[:SHOWN], **more)
