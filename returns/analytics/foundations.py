"""What the audit asks of the database itself: that its constraints stand, its log cannot be changed and was not."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.apps import apps
from django.db import connection, models

from returns.models import Event, Seal, Transfer

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Foundation:
    """An invariant that is no question of SQL; `find` yields what breaks it."""

    code: str
    name: str
    sentence: str
    find: Callable[[], Iterator[Row]]


def missing_constraints() -> Iterator[Row]:
    """Constraints that our models declare and the database does not have."""
    with connection.cursor() as cursor:
        for model in apps.get_app_config("returns").get_models():
            table = model._meta.db_table
            found = connection.introspection.get_constraints(cursor, table)
            unique = {tuple(one["columns"]) for one in found.values() if one["unique"]}
            for name in _declared(model) - found.keys():
                yield {"table": table, "constraint": name}
            for column in _unique_columns(model):
                if (column,) not in unique:
                    yield {"table": table, "constraint": f"{column} once"}


def _declared(model: type[models.Model]) -> set[str]:
    return {constraint.name for constraint in model._meta.constraints}


def _unique_columns(model: type[models.Model]) -> Iterator[str]:
    yield from (str(field.column) for field in model._meta.concrete_fields if field.unique and not field.primary_key)


def changeable_logs() -> Iterator[Row]:
    """Append-only tables that PostgreSQL would let be changed. SQLite has no triggers that last."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for model in (Event, Transfer):
            cursor.execute(
                "SELECT 1 FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname = 'append_only' AND tgenabled <> 'D'",
                [model._meta.db_table],
            )
            if cursor.fetchone() is None:
                yield {"table": model._meta.db_table}


def broken_seals() -> Iterator[Row]:
    """Seals that the rows below them, or the seal before, do not make any more."""
    for before, seal in pairwise([None, *Seal.objects.order_by("pk")]):
        assert seal
        if seal.digest != seal.over(before):
            yield {
                "seal": seal.pk,
                "events": f"{before.through_event + 1 if before else 1}-{seal.through_event}",
                "transfers": f"{before.through_transfer + 1 if before else 1}-{seal.through_transfer}",
            }


FOUNDATIONS = (
    Foundation(
        "I31",
        "seal_broken",
        "No event and no transfer was changed, added or taken away after it was sealed.",
        broken_seals,
    ),
    Foundation("I32", "log_changeable", "The database refuses to change events and transfers.", changeable_logs),
    Foundation("I0", "constraint_missing", "Every constraint that the models declare stands.", missing_constraints),
)
