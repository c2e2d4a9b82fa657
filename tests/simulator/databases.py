"""A fresh database for each schedule: real commits, and nothing left of the schedule before."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from django.apps import apps
from django.db import connection, transaction

KEPT = {"returns_reason", "django_migrations", "django_content_type", "auth_permission"}  # migrations filled them


@contextmanager
def resetting() -> Iterator[Callable[[], None]]:
    """What gives the migrated database its first contents back. Enter it before anything was written."""
    connection.ensure_connection()
    if connection.vendor != "sqlite":
        yield _emptied()
        return
    with closing(sqlite3.connect(":memory:")) as first:
        connection.connection.backup(first)
        yield lambda: first.backup(connection.connection)


def _emptied() -> Callable[[], None]:
    """By deleting, past all triggers: TRUNCATE makes every table anew, which takes a second. Needs a superuser."""
    tables = [
        table
        for model in apps.get_models(include_auto_created=True)
        if (table := model._meta.db_table) not in KEPT and model._meta.managed
    ]

    def reset() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            for table in tables:
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")  # noqa: S608  names of our models

    return reset
