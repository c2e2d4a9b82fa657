"""What is asked of other tables in always the same words: Django makes its SQL once, not with every question."""

from collections.abc import Callable, Mapping
from typing import Any, Never

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, Field, Q
from django.db.models.expressions import BaseExpression
from django.db.models.sql import Query


class Compiled(Expression):
    """A condition or a sum that `words` tell, about the rows of the query that it stands in.

    The words name columns of these rows, and of other tables by way of queries. Refused where the table of the rows
    goes by another name, as mostly in a query within another.
    """

    def __init__(self, words: Callable[[], BaseExpression | Q], output_field: "Field[Any, Any]") -> None:
        super().__init__(output_field=output_field)
        self._words = words
        self._made: dict[tuple[str, Any], tuple[str, tuple[Any, ...]]] = {}  # by database and model; copies share it

    def as_sql(self, compiler: Any, connection: BaseDatabaseWrapper, **_context: Any) -> tuple[str, tuple[Any, ...]]:
        of = connection.vendor, compiler.query.model
        if of not in self._made:
            self._made[of] = self._make(Query(compiler.query.model), connection)
        return self._made[of]

    def _make(self, query: Query, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        query.get_initial_alias()
        words = self._words().resolve_expression(query, allow_joins=False)
        sql, values = query.get_compiler(connection=connection).compile(words)
        return f"({sql})", tuple(values)

    def relabeled_clone(self, change_map: Mapping[str, str]) -> Never:
        raise AssertionError(f"{self._words.__name__} knows its table by one name, not as {change_map}")
