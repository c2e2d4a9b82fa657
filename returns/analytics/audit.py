"""The audit: every invariant over our own tables, asked of the rows alone. money.md, "Invariants".

The questions are SQL, written by hand in `invariants/`: they know nothing of the code that wrote the rows.
What is no question of rows is in `foundations.py`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, models

from returns.analytics.foundations import FOUNDATIONS, Row
from returns.models import RMA, Refund
from returns.models.lifecycle import moves

# A worker's own moves, which no event tells; the last one only where a restored database catches up.
SILENT = {"claim", "doubt", "put_back"}
CATCHING_UP = {*SILENT, "release"}


@dataclass(frozen=True, slots=True)
class Invariant:
    """`code` is money.md's number, `name` its own; `sql` asks for the rows that break it.

    The columns after `currency` are minor units of it.
    """

    code: str
    name: str
    sentence: str
    sql: str


@dataclass(frozen=True, slots=True)
class Finding:
    """An invariant that does not hold, and the rows that break it."""

    code: str
    name: str
    sentence: str
    rows: Sequence[Row]


def audit(*, at: datetime) -> Iterator[Finding]:
    """What does not hold at this time; nothing where the books are right."""
    yield from asked(at=at)
    yield from standing()


def asked(*, at: datetime) -> Iterator[Finding]:
    """What the rows say."""
    _teach()
    for invariant in invariants():
        if rows := _rows(invariant, at):
            yield Finding(invariant.code, invariant.name, invariant.sentence, rows)


def standing() -> Iterator[Finding]:
    """What the database itself says."""
    for foundation in FOUNDATIONS:
        if rows := list(foundation.find()):
            yield Finding(foundation.code, foundation.name, foundation.sentence, rows)


@cache
def invariants() -> Sequence[Invariant]:
    """Those of the .sql files, in their order."""
    sheets = sorted(
        (sheet for sheet in files(__package__).joinpath("invariants").iterdir() if sheet.name.endswith(".sql")),
        key=lambda sheet: sheet.name,
    )
    return [_invariant(text) for sheet in sheets for text in sheet.read_text().split(";\n") if text.strip()]


def _invariant(text: str) -> Invariant:
    """A line `-- code name`, a sentence in the comment lines below it, then its SQL."""
    lines = text.strip().splitlines()
    comments = [line.removeprefix("-- ") for line in lines if line.startswith("-- ")]
    code, name = comments[0].split()
    return Invariant(code, name, " ".join(comments[1:]), _with_pairs("\n".join(lines[len(comments) :])))


def _rows(invariant: Invariant, at: datetime) -> list[Row]:
    told: dict[str, float | str] = {"now": at.timestamp(), "zone": settings.TIME_ZONE}
    with connection.cursor() as cursor:
        cursor.execute(invariant.sql, told)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, map(_plain, row), strict=True)) for row in cursor.fetchall()]


def _plain(value: Any) -> Any:
    """PostgreSQL's sums of integers come as decimals."""
    return int(value) if isinstance(value, Decimal) else value


# --- what the SQL is given --------------------------------------------------------------------------


def _with_pairs(sql: str) -> str:
    """The SQL with the pairs of states that the published graph allows: the one thing it has from the code."""
    for name, pairs in _pairs().items():
        sql = sql.replace(f"{{{name}}}", pairs)
    return sql


@cache
def _pairs() -> dict[str, str]:
    """`silent`: where a row may be, after an event, without another; `steps`: where the next event may find it."""
    return {
        "refund_silent": _values(_reached(Refund, SILENT)),
        "refund_steps": _values(_steps(Refund, _reached(Refund, CATCHING_UP))),
        "return_steps": _values(_steps(RMA, _reached(RMA, set()))),
    }


def _reached(machine: type[models.Model], verbs: set[str]) -> set[tuple[str, str]]:
    """(state, state that these verbs alone lead to), itself among them."""
    legal = moves(machine)
    reached = {(state, state) for source, _verb, target in legal for state in (source, target)}
    steps = {(source, target) for source, verb, target in legal if verb in verbs}
    while further := _joined(reached, steps) - reached:
        reached |= further
    return reached


def _steps(machine: type[models.Model], reached: set[tuple[str, str]]) -> set[tuple[str, str]]:
    return reached | _joined(reached, {(source, target) for source, _verb, target in moves(machine)})


def _joined(left: Iterable[tuple[str, str]], right: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    return {(a, d) for (a, b), (c, d) in product(left, right) if b == c}


def _values(pairs: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"('{source}', '{target}')" for source, target in sorted(pairs))


def _teach() -> None:
    """The SQL is PostgreSQL's. SQLite, whose times are text in UTC, learns the two functions that it lacks."""
    if connection.vendor != "sqlite":
        return
    connection.ensure_connection()
    connection.connection.create_function("date_part", 2, _epoch, deterministic=True)
    connection.connection.create_function("timezone", 2, _local, deterministic=True)


def _epoch(_part: str, moment: str | None) -> float | None:
    return None if moment is None else datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()


def _local(zone: str, moment: str | None) -> str | None:
    if moment is None:
        return None
    return datetime.fromisoformat(moment).replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")
