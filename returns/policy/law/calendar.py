"""Closed days (law.md C-6) and the zones of a country (C-8), out of well-kept libraries and cached."""

from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from functools import cache, lru_cache
from importlib.resources import files

from returns.policy.countries import COUNTRIES

SATURDAY = 5


def next_open_day(day: date, country: str, categories: tuple[str, ...] = ("public",)) -> date:
    """The day itself, or the first after it that is no Saturday, Sunday or public holiday of the country."""
    while day < date.max and (day.weekday() >= SATURDAY or day in public_holidays(country, day.year, categories)):
        day += timedelta(days=1)
    return day


@lru_cache(maxsize=512)
def public_holidays(country: str, year: int, categories: tuple[str, ...]) -> AbstractSet[date]:
    """The nationwide holidays; empty where none are known. `holidays` loads slowly, so only when first asked.

    It takes any name that it has for a country, also that of one of its modules, so it is asked for countries alone.
    """
    if country not in COUNTRIES:
        return frozenset()
    import holidays

    try:
        return frozenset(holidays.country_holidays(country, years=year, categories=categories))
    except (NotImplementedError, ValueError):  # how `holidays` refuses a country, and a category, that it lacks
        return frozenset()


def zones_of(country: str) -> tuple[str, ...]:
    """The IANA zones of a country, the most populous first as the zone table has it; empty when unknown."""
    return _zone_table().get(country, ())


@cache
def _zone_table() -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for line in (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            country, _, zone, *_ = line.split("\t")
            table[country] = (*table.get(country, ()), zone)
    return table
