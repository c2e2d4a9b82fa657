"""A fresh database for each schedule: real commits, and nothing left of the schedule before."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection

KEPT = {"returns_reason", "django_migrations", "django_content_type", "auth_permission"}  # migrations filled them


@contextmanager
def resetting() -> Iterator[Callable[[], None]]:
    """What gives the migrated database its first contents back. Enter it before anything was written."""
    connection.ensure_connection()
    if connection.vendor != "sqlite":
        yield _truncated()
        return
    with closing(sqlite3.connect(":memory:")) as first:
        connection.connection.backup(first)
        yield lambda: first.backup(connection.connection)


def _truncated() -> Callable[[], None]:
    tables = [
        table
        for model in apps.get_models(include_auto_created=True)
        if (table := model._meta.db_table) not in KEPT and model._meta.managed
    ]
    statements = connection.ops.sql_flush(no_style(), tables, reset_sequences=True, allow_cascade=False)

    def reset() -> None:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    return reset
