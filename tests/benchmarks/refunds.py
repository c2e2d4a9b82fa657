"""Refunds decided and settled per second, and the same SQL bare as the floor, on SQLite and on PostgreSQL.

    .venv/bin/python -m tests.benchmarks.refunds [--refunds 300]

A return each is received, which decides its refund, then claimed, sent to a provider in memory and applied: by one
worker, with a commit of each step. All of it is done three times from one and the same database: timed, captured
statement by statement, and replayed by the driver alone in the same transactions. Needs a server of PostgreSQL on
this machine for its half (TEST_POSTGRES_URL), and drops what it made.
"""

import argparse
import json
import os
import pickle
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

import psycopg

SERVER = os.environ.get("TEST_POSTGRES_URL", "postgres://127.0.0.1:5432/postgres")
NAME = "returns_portal_refunds"
COPIES = ("timed", "captured", "replayed")
STEPS = ("decide", "settle")
NOW = datetime(2026, 11, 10, 12, 0, tzinfo=UTC)

Statement = tuple[str, Any, bool]  # SQL, its values, whether it is one of many; BEGIN and COMMIT among them


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--refunds", type=int, default=300)
    parser.add_argument("--part", choices=["prepare", *COPIES], help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.part:
        import django

        django.setup()
        PARTS[told.part](told.refunds, told.file)
        return
    columns = f"{'per second':>12}{'statements':>12}{'commits':>9}{'bare per second':>17}{'ratio':>7}"
    print(f"{'database':<12}{'step':<8}{columns}")
    with TemporaryDirectory() as folder:
        for name, databases in (("sqlite", sqlite(Path(folder))), ("postgresql", postgresql())):
            with databases as urls:
                compare(name, urls, told.refunds, Path(folder) / name)


def compare(name: str, urls: Callable[[str], str], refunds: int, file: Path) -> None:
    """By the median of each step, so that neighbours on the machine do not count."""
    run(urls("prepare"), "prepare", refunds, file)
    ours, counts, bare = (run(urls(part), part, refunds, file) for part in COPIES)
    for step in STEPS:
        statements, commits = counts[step]
        figures = f"{1 / ours[step]:>12.0f}{statements:>12.1f}{commits:>9.1f}{1 / bare[step]:>17.0f}"
        print(f"{name:<12}{step:<8}{figures}{ours[step] / bare[step]:>7.1f}")
    whole, floor = sum(ours.values()), sum(bare.values())
    print(f"{name:<12}{'both':<8}{1 / whole:>12.0f}{'':>21}{1 / floor:>17.0f}{whole / floor:>7.1f}")


def run(url: str, part: str, refunds: int, file: Path) -> Any:
    """One part in a process of its own, since Django knows one database; its answer."""
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "portal.settings", "LOG_LEVEL": "ERROR"}
    command = [sys.executable, "-m", "tests.benchmarks.refunds", "--part", part, "--refunds", str(refunds)]
    done = subprocess.run([*command, "--file", str(file)], env=environment, check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout or b"null")


# --- databases: one that is prepared, and copies of it -------------------------------------------


@contextmanager
def sqlite(folder: Path) -> Iterator[Callable[[str], str]]:
    def url(part: str) -> str:
        file = folder / f"{part}.sqlite3"
        if part != "prepare":
            shutil.copy(folder / "prepare.sqlite3", file)
        return f"sqlite:///{file}"

    yield url


@contextmanager
def postgresql() -> Iterator[Callable[[str], str]]:
    names = [f"{NAME}_{part}" for part in ("prepare", *COPIES)]

    def url(part: str) -> str:
        name = f"{NAME}_{part}"
        template = "template1" if part == "prepare" else names[0]
        order(f"CREATE DATABASE {name} TEMPLATE {template}")
        return urlsplit(SERVER)._replace(path=f"/{name}").geturl()

    for name in names:
        order(f"DROP DATABASE IF EXISTS {name}")
    try:
        yield url
    finally:
        for name in names:
            order(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def order(sql: str) -> None:
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(sql)


# --- parts --------------------------------------------------------------------------------------


def prepare(refunds: int, _file: Path) -> None:
    """Tables, a policy, and returns of two items that wait for their parcels."""
    from django.core.management import call_command
    from django.db import connection

    from returns.actions.requests import Wish
    from tests.people import asked, bought, jana_order, promised

    call_command("migrate", verbosity=0)
    promised()
    for number in range(refunds):
        asked(bought(jana_order(f"B-{number}")), Wish("1", 1, "too_small"), Wish("2", 1))
    if connection.vendor == "sqlite":
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    else:
        connection.cursor().execute("ANALYZE")
    connection.close()


def timed(refunds: int, _file: Path) -> None:
    print(json.dumps({step: seconds([act] * refunds) for step, act in acts().items()}))


def captured(refunds: int, file: Path) -> None:
    """The statements of both steps, kept in the file for the replay; per refund: (statements, commits)."""
    kept = {step: [recorded(act) for _refund in range(refunds)] for step, act in acts().items()}
    file.write_bytes(pickle.dumps(kept))
    print(json.dumps({step: counted([one for said in kept[step] for one in said], refunds) for step in STEPS}))


def counted(statements: list[Statement], refunds: int) -> tuple[float, float]:
    commits = sum(sql == "COMMIT" for sql, _values, _many in statements)
    opened = sum(sql.startswith("BEGIN") for sql, _values, _many in statements)
    return (len(statements) - commits - opened) / refunds, commits / refunds


def replayed(_refunds: int, file: Path) -> None:
    kept: dict[str, list[list[Statement]]] = pickle.loads(file.read_bytes())  # noqa: S301  our own of a moment ago
    with bare() as execute:
        print(json.dumps({step: seconds([partial(each, execute, one) for one in kept[step]]) for step in STEPS}))


PARTS = {"prepare": prepare, "timed": timed, "captured": captured, "replayed": replayed}


def seconds(acts: Sequence[Callable[[], object]]) -> float:
    """The median of them."""
    took = []
    for act in acts:
        started = time.perf_counter()
        act()
        took.append(time.perf_counter() - started)
    return statistics.median(took)


def acts() -> dict[str, Callable[[], object]]:
    """One refund's worth of each step."""
    from returns.actions import receiving, sending
    from returns.actions.receiving import Count
    from returns.models import RMA
    from tests.gateways.scripted import Scripted
    from tests.people import WANDA

    returns, gateway = iter(list(RMA.objects.order_by("pk"))), Scripted()
    at = NOW + timedelta(hours=1)
    found = [Count("1", fine=1), Count("2", fine=1)]

    def decide() -> None:
        receiving.receive(next(returns), found, by=WANDA, at=at)

    def settle() -> None:
        if not sending.send_next(gateway, at=at):
            raise SystemExit("There was nothing to send.")

    return {"decide": decide, "settle": settle}


# --- SQL as it is said, and said again -----------------------------------------------------------


def recorded(act: Callable[[], object]) -> list[Statement]:
    """What Django says to the database, with the ends of its transactions."""
    from django.db import connection

    said: list[Statement] = []

    def record(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        said.append((sql, [*params] if many else params, many))
        return execute(sql, params, many, context)

    def beginning(autocommit: bool) -> None:
        if not autocommit and connection.vendor == "postgresql":  # SQLite says its own BEGIN IMMEDIATE
            said.append(("BEGIN", None, False))
        begin(autocommit)

    def committing() -> None:
        said.append(("COMMIT", None, False))
        commit()

    begin, commit = connection._set_autocommit, connection._commit  # type: ignore[attr-defined]
    begins = mock.patch.object(connection, "_set_autocommit", beginning)
    commits = mock.patch.object(connection, "_commit", committing)
    with begins, commits, connection.execute_wrapper(record):
        act()
    return said


@contextmanager
def bare() -> Iterator[Callable[[Statement], None]]:
    """The driver alone, with the settings of the connection and the adapters of values that Django has."""
    from django.db import connection

    raw = connection.get_new_connection(connection.get_connection_params())
    if connection.vendor == "postgresql":
        raw.autocommit = True
        prepared: Callable[[str], str] = str
    else:
        from django.db.backends.sqlite3.base import SQLiteCursorWrapper

        raw.isolation_level = None
        prepared = SQLiteCursorWrapper(raw).convert_query
    cursor = raw.cursor()

    def execute(statement: Statement) -> None:
        sql, values, many = statement
        if many:
            cursor.executemany(prepared(sql), values)
        elif values is None:
            cursor.execute(sql)
        else:
            cursor.execute(prepared(sql), values)
        if cursor.description:
            cursor.fetchall()

    try:
        yield execute
    finally:
        raw.close()


def each(execute: Callable[[Statement], None], statements: list[Statement]) -> None:
    for statement in statements:
        execute(statement)


if __name__ == "__main__":
    main()
