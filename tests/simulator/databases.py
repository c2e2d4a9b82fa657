"""A fresh database for each schedule: real commits, and nothing left of the schedule before."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from django.db import connection

from tests.emptying import empty


@contextmanager
def resetting() -> Iterator[Callable[[], None]]:
    """What gives the migrated database its first contents back. Enter it before anything was written."""
    connection.ensure_connection()
    if connection.vendor != "sqlite":
        yield empty
        return
    with closing(sqlite3.connect(":memory:")) as first:
        connection.connection.backup(first)
        yield lambda: first.backup(connection.connection)
