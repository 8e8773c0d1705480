"""Conditions that both engines answer from an index."""

from collections.abc import Collection, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Exists,
    F,
    Field,
    Func,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import ExtractMonth

#: Sorts behind every character that a key can hold.
_LAST = "\U0010ffff"


def begins_with(field: str, text: str) -> Q:
    """Return the condition that the field begins with the text, in the writing that an index serves.

    SQLite compares by code point and uses an index for a range, never for LIKE with an escape character;
    PostgreSQL has a pattern index beside every indexed CharField, and collations make ranges useless.
    """
    if connection.vendor == "sqlite":
        return Q(**{f"{field}__gte": text, f"{field}__lt": text + _LAST})
    return Q(**{f"{field}__startswith": text})


def is_true(field: str) -> Q:
    """Return the condition that a truth holds, as a comparison.

    SQLite takes no bare truth for a key of an index, and what stands behind it there would be sorted anew.
    """
    return Q(**{f"{field}__in": [True]})


class IsAmong(Func):
    """The condition that a key is among those that a queryset of keys finds.

    PostgreSQL reads the keys first and looks each up in the index of `field`. For `IN` beside an OR it walks
    through the whole table (50 ms instead of 4 for a school's records among 240,000, processor time).
    """

    template = "%(expressions)s"
    arg_joiner = " IN "
    output_field = BooleanField()

    def __init__(self, field: str, keys: QuerySet) -> None:
        super().__init__(F(field), Subquery(keys))

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(
            compiler, connection, template="%(expressions)s)", arg_joiner=" = ANY(ARRAY", **context
        )


class MonthOf(ExtractMonth):
    """The month of a date, cut out of the text that SQLite keeps of it.

    Django has SQLite call a function in Python for each row: 20 ms a query at 13,000 people instead of 3.
    """

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        sql, params = compiler.compile(self.lhs)
        return f"CAST(SUBSTR({sql}, 6, 2) AS INTEGER)", params


class Aside(Func):
    """A column, the number of one unless `output_field` says else, whose index SQLite may not choose.

    Until the database was analysed SQLite holds an equality for rarer than any range: it would read everybody
    at sixteen schools, once a key, for the twenty whose names begin with a text (148 ms instead of 1).
    """

    template = "+%(expressions)s"

    def __init__(self, column: str, *, output_field: Field | None = None) -> None:
        super().__init__(F(column), output_field=output_field or BigIntegerField())

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="%(expressions)s", **context)


def by_keys(rows: QuerySet, keys: Collection[Any]) -> QuerySet:
    """Keep the rows with these primary keys; order and loading are asked of the answer.

    Beside the conditions of a reach SQLite would walk through a whole district's index until the database was
    analysed (30 ms at 200,000 people). Asked of one row at a time, they leave it nothing but the keys.
    """
    if connection.vendor == "sqlite":
        found = rows.model._default_manager.filter(pk__in=keys)
        return found.filter(Exists(rows.order_by().filter(pk=OuterRef("pk"))))
    return rows.filter(pk__in=keys)


def any_of(rows: QuerySet, conditions: Sequence[Q]) -> QuerySet:
    """Keep the rows that meet one of the conditions, each answered from its own index.

    PostgreSQL joins the indexes by itself. SQLite leaves them all aside for an OR beside other conditions
    (500 ms at 200,000 people), but not in a union of keys (35 ms; 1 ms once the database was analysed).
    """
    if connection.vendor == "sqlite":
        return rows.filter(pk__in=keys_of_any(rows.model, conditions))
    return rows.filter(reduce(or_, conditions))


def keys_of_any(model: type[Model], conditions: Sequence[Q]) -> QuerySet:
    """Return the keys of all rows that meet one of the conditions, each answered from its own index.

    A row that meets two stands there twice, which nothing that looks for its key minds.
    """
    found = [model._base_manager.filter(one).values("pk") for one in conditions]
    return found[0].union(*found[1:], all=True)
