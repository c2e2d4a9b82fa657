"""The database as its migrations have left it."""

from django.apps import apps
from django.db import connection, transaction

KEPT = {"returns_reason", "django_migrations", "django_content_type", "auth_permission"}  # migrations filled them


def empty() -> None:
    """Delete all else, past all triggers: TRUNCATE makes every table anew, which takes PostgreSQL a second or more.

    There the role has to be a superuser.
    """
    tables = [
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and model._meta.db_table not in KEPT
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
        for table in tables:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")  # noqa: S608  names of our models
