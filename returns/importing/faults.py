"""Why a row stays out: the code for programs, and its sentence for whoever mends the file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RowFault:
    """`row` counts as a spreadsheet shows it: the header is row 1, a cell with line breaks is one row.

    `order` is the number of the order that stays out because of it, "" where that cannot be told.
    """

    row: int
    code: str
    order: str = ""
    values: Values = field(default_factory=dict)


class Unfit(ValueError):
    """A cell that cannot be what its column asks for; becomes a RowFault where row and order are known."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code, values)
        self.code = code
        self.values = values


def of_fault(fault: RowFault) -> str:
    """One sentence in the active language: what is wrong, naming the column and what stands there."""
    return SENTENCES[fault.code]() % fault.values


# Functions, so that each is translated when it is read. The names of columns are never translated.
SENTENCES: Mapping[str, Callable[[], str]] = {
    "columns_missing": lambda: gettext("The header lacks these columns: %(columns)s."),
    "columns_unknown": lambda: gettext("The header has columns that are not known: %(columns)s."),
    "columns_twice": lambda: gettext("The header names these columns twice: %(columns)s."),
    "not_commas": lambda: gettext("The columns are not separated by commas."),
    "unreadable": lambda: gettext("The row is not well-formed CSV, for example because of a quotation mark."),
    "cell_too_long": lambda: gettext("A cell of the row is longer than 131,072 characters."),
    "cells_miscounted": lambda: gettext("The row has %(found)s cells where the header has %(expected)s."),
    "beside_unreadable": lambda: gettext(
        "Row %(unreadable)s cannot be read and may belong to this order, so the order is kept out."
    ),
    "order_scattered": lambda: gettext("The rows of this order do not follow one another."),
    "order_differs": lambda: gettext('%(column)s is "%(value)s" here but "%(first)s" in the order\'s first row.'),
    "line_twice": lambda: gettext('The order has two lines with the line_id "%(value)s".'),
    "not_utf8": lambda: gettext("%(column)s is not UTF-8."),
    "control_character": lambda: gettext("%(column)s contains a control character."),
    "missing": lambda: gettext("%(column)s is empty."),
    "too_long": lambda: gettext("%(column)s is longer than %(most)s characters."),
    "datetime_invalid": lambda: gettext(
        '%(column)s is "%(value)s", which is not a date and time such as 2026-10-28T09:12:00+01:00.'
    ),
    "datetime_naive": lambda: gettext('%(column)s is "%(value)s", which does not name its time zone.'),
    "email_invalid": lambda: gettext('%(column)s is "%(value)s", which is not an e-mail address.'),
    "country_invalid": lambda: gettext(
        '%(column)s is "%(value)s", which is not a country of ISO 3166 such as CZ, GB or GR.'
    ),
    "locale_invalid": lambda: gettext('%(column)s is "%(value)s", which is not a language code.'),
    "currency_unknown": lambda: gettext('%(column)s is "%(value)s", which is not a currency of ISO 4217.'),
    "quantity_invalid": lambda: gettext('%(column)s is "%(value)s", which is not a whole number of at least 1.'),
    "amount_invalid": lambda: gettext('%(column)s is "%(value)s", which is not an amount such as 12.50.'),
    "amount_negative": lambda: gettext('%(column)s is "%(value)s", which is below zero.'),
    "amount_too_fine": lambda: gettext('%(column)s is "%(value)s", which %(currency)s has no coin for.'),
    "too_large": lambda: gettext('%(column)s is "%(value)s", which is too large.'),
    "discount_above_price": lambda: gettext('%(column)s is "%(value)s", which is more than the line costs.'),
    "payment_incomplete": lambda: gettext("A payment needs both payment_reference and captured."),
}
