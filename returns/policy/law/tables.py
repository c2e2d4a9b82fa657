"""The tables of `data/` as typed rows, read once at import, and the questions that the rules ask of them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Protocol, Self


class RefundFrom(StrEnum):
    """What starts the days within which the money must be back (law.md M-1, M-4, section 8)."""

    INFORMED = "informed"
    GOODS_SENT = "goods_sent"
    RECEIVED = "received"


@dataclass(frozen=True, slots=True)
class Row:
    """How sure a row is (V read, K general knowledge, C disputed), whence, and when looked up: a month, a day or ""."""

    mark: str
    source: str
    checked_on: str

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(**{field.name: _READ.get(field.name, _as_it_is)(data[field.name]) for field in fields(cls)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime(Row):
    """One right to change one's mind: how long, how counted, without which goods.

    `closed_days_move`: a last day on Saturday, Sunday or a public holiday moves to the next working day (law.md C-6).
    `months_without_notice` more when the buyer was not told (C-9). `only_without_terms`: shown terms win (Japan).
    """

    id: str
    days: int
    first_day_counts: bool
    closed_days_move: bool
    months_without_notice: int
    only_without_terms: bool
    exceptions: frozenset[str]
    refund_days: int
    refund_from: RefundFrom


@dataclass(frozen=True, slots=True, kw_only=True)
class CountryRow(Row):
    """What holds for contracts made in a country from a day on; `regime` None where the law gives no such right."""

    country: str
    regime: str | None
    effective_from: date
    days_off_premises: int | None
    liable_years: int | None
    holiday_categories: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionRow(Row):
    """One letter of Art. 16; `depends_on` "seal" (law.md X-1) or "proof" (X-6) when the goods alone do not decide."""

    letter: str
    what: str
    depends_on: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionRow(Row):
    """Since when the withdrawal function is a duty; `confirmed` False where the national act was not read."""

    country: str
    effective_from: date
    confirmed: bool
    wording: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels(Row):
    """The two statutory texts of a language. Never to be translated, completed or improved (law.md section 5)."""

    language: str
    function: str
    confirmation: str


class _Dated(Protocol):
    @property
    def country(self) -> str: ...
    @property
    def effective_from(self) -> date: ...


@dataclass(frozen=True, slots=True)
class Law:
    """All tables. A test, or a country that this one forgot, hands `judge` another Law."""

    regimes: Mapping[str, Regime]
    countries: tuple[CountryRow, ...]
    functions: tuple[FunctionRow, ...]
    labels: Mapping[str, Labels]

    def country(self, country: str, on: date) -> CountryRow | None:
        """The row in force for contracts made on that day."""
        return _latest(self.countries, country, on)

    def regime(self, country: str, on: date) -> Regime | None:
        """The right that consumers there have under contracts made on that day."""
        row = self.country(country, on)
        return self.regimes[row.regime] if row is not None and row.regime is not None else None

    def begins_after(self, country: str, on: date) -> bool:
        """Whether that day is older than all that the tables know of a country."""
        known = [row.effective_from for row in self.countries if row.country == country]
        return bool(known) and on < min(known)

    def of(self, on: date) -> "Law":
        """What is in force on that day, for contracts of whatever day."""
        countries = {row.country for row in self.countries}
        in_force = (self.country(country, on) for country in sorted(countries))
        return replace(self, countries=tuple(replace(row, effective_from=date.min) for row in in_force if row))

    def function(self, country: str, on: date) -> FunctionRow | None:
        """The duty to offer the withdrawal function (Art. 11a), if it stands there on that day."""
        return _latest(self.functions, country, on)


def _latest[R: _Dated](rows: Iterable[R], country: str, on: date) -> R | None:
    in_force = (row for row in rows if row.country == country and row.effective_from <= on)
    return max(in_force, key=lambda row: row.effective_from, default=None)


def _as_it_is(value: Any) -> Any:
    return value


_READ: Mapping[str, Any] = MappingProxyType(
    {
        "effective_from": date.fromisoformat,
        "exceptions": frozenset,
        "refund_from": RefundFrom,
        "holiday_categories": tuple,
    }
)


def _rows[R: Row](kind: type[R], name: str) -> tuple[R, ...]:
    text = (files("returns.policy.law") / "data" / f"{name}.json").read_text(encoding="utf-8")
    return tuple(kind.from_json(data) for data in json.loads(text))


EXCEPTIONS: Mapping[str, ExceptionRow] = MappingProxyType(
    {row.letter: row for row in _rows(ExceptionRow, "exceptions")}
)
"""What the letters mean that a shop types for its goods; a regime says which of them it knows."""

LAW = Law(
    regimes=MappingProxyType({row.id: row for row in _rows(Regime, "regimes")}),
    countries=_rows(CountryRow, "countries"),
    functions=_rows(FunctionRow, "functions"),
    labels=MappingProxyType({row.language: row for row in _rows(Labels, "labels")}),
)
