"""How days, money, countries and goods are written in the language that is active."""

from collections.abc import Iterable
from copy import copy
from datetime import date
from unicodedata import combining, normalize

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from django.utils.translation import get_language, gettext, pgettext, pgettext_lazy, to_locale
from django.utils.translation import gettext_lazy as _

from returns.policy.countries import COUNTRIES
from returns.policy.currencies import EXPONENTS, major_units

KINDS = {
    "apparel": _("clothes"),
    "electronics": _("electronics"),
    "footwear": _("shoes"),
    "homeware": _("homeware"),
}
"""Kinds of goods that many shops have; a shop's own words are shown as they are."""

EXCEPTIONS = {
    "a": _("services that were fully performed with your consent"),
    "b": _("goods whose price follows the financial market"),
    "c": _("goods made to your specification"),
    "d": _("goods that perish or expire quickly"),
    "e": _("goods sealed for health or hygiene, once the seal is broken"),
    "f": _("goods that were mixed inseparably with others"),
    "g": _("alcoholic beverages whose price follows the market"),
    "h": _("visits for urgent repairs that you asked for"),
    "i": _("sealed recordings and software, once the seal is broken"),
    "j": _("newspapers and magazines"),
    "k": _("goods bought at a public auction"),
    "l": _("lodging, transport, car rental, catering and leisure booked for a date"),
    "m": _("digital content that was provided with your prior consent"),
}
"""What the law excepts from withdrawal, by the letters of Art. 16 (law.md section 4)."""


WEEKDAYS_AFTER_UNTIL = (
    pgettext_lazy("until", "Monday"),
    pgettext_lazy("until", "Tuesday"),
    pgettext_lazy("until", "Wednesday"),
    pgettext_lazy("until", "Thursday"),
    pgettext_lazy("until", "Friday"),
    pgettext_lazy("until", "Saturday"),
    pgettext_lazy("until", "Sunday"),
)


LETTERS = {"cs": {"č": "c~", "ch": "h~", "ř": "r~", "š": "s~", "ž": "z~"}}
"""Letters that a language's alphabet has after another one; a letter with any other mark stands with the plain one."""


def day(value: date) -> str:
    """A whole day with its weekday, as the reader's language writes it (conventions.md); English as Europe does."""
    # Translators: a whole day in the letters of CLDR. It also stands inside sentences, as in "by %(day)s".
    pattern = pgettext("CLDR", "EEEE, d MMMM y")
    return format_date(value, format=pattern, locale=to_locale(get_language() or "en"))


def until(value: date) -> str:
    """As `day`, in the form that follows "until": some languages decline the weekday."""
    weekday = WEEKDAYS_AFTER_UNTIL[value.weekday()]
    # Translators: the day without its weekday, in the letters of CLDR.
    date = format_date(value, format=pgettext("CLDR", "d MMMM y"), locale=to_locale(get_language() or "en"))
    return pgettext("until", "%(weekday)s, %(date)s") % {"weekday": weekday, "date": date}


def money(amount: int, currency: str) -> str:
    """Minor units with their currency, as the reader's language writes them, with the decimals of ISO 4217."""
    if currency not in EXPONENTS:  # the provider may know more of them
        return f"{amount} {currency}"
    locale = reading()
    pattern = copy(locale.currency_formats["standard"])
    pattern.frac_prec = (EXPONENTS[currency],) * 2  # CLDR would round some currencies to whole ones
    return pattern.apply(major_units(amount, currency), locale, currency=currency, currency_digits=False)


def listed(words: Iterable[str]) -> str:
    """As in "shoes, clothes and hats"."""
    return format_list(list(words), locale=reading())


def countries(codes: Iterable[str]) -> str:
    """Their names in the order of the reader's alphabet; an unknown code stays a code."""
    return listed(sorted(map(country, codes), key=_place))


def some_countries(codes: Iterable[str], most: int = 5) -> str:
    """As many names as one reads, and how many more there are."""
    names = sorted(map(country, codes), key=_place)
    if len(names) <= most + 1:
        return listed(names)
    return listed([*names[:most], gettext("%(count)d more countries") % {"count": len(names) - most}])


def country(code: str) -> str:
    return str(reading().territories.get(code, code))


def language(code: str) -> str:
    return str(reading().languages.get(code, code))


def every_country() -> list[tuple[str, str]]:
    """(code, name) of all there are, by name."""
    return sorted(((code, country(code)) for code in COUNTRIES), key=lambda pair: _place(pair[1]))


def _place(name: str) -> str:
    """Where it stands in the reader's alphabet: Python compares numbers of characters, by which Č follows Z."""
    told = name.casefold()
    for letter, after in LETTERS.get(reading().language, {}).items():
        told = told.replace(letter, after)
    return "".join(character for character in normalize("NFD", told) if not combining(character))


def goods(kinds: Iterable[str]) -> str:
    return listed(str(KINDS.get(kind, kind)) for kind in sorted(kinds))


def reading() -> Locale:
    """The locale of the reader."""
    return Locale.parse(to_locale(get_language() or "en"))
