"""Who begins with a text, a page at a time, however many there are.

A letter begins the names of a tenth of a district. They are counted by school within the indexes of their
keys, so that a page in the order of units reads the people of one or two schools and no others.
"""

from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.lookups import In

from guanweihui.lookups import Aside
from members.listed import Listed
from members.models import Person
from members.models.people import beginning_with

# The plus sign keeps SQLite from reading all who were merged into nobody, instead of an index of names.
_TALLY = """
SELECT school, COUNT(*), SUM(CASE WHEN on_register THEN 1 ELSE 0 END) FROM ({found}) AS found
WHERE +merged_into IS NULL GROUP BY school
"""


class Hits(Listed):
    """The people within an actor's reach whom a text finds."""

    def __init__(self, text: str, actor: Any) -> None:
        super().__init__(Person.objects.visible_to(actor), actor)
        self.text, self.actor = text, actor

    def _tally(self) -> Iterable[tuple[int, int, int]]:
        found = self._found(Person._base_manager.all(), "pk", "school", "merged_into", "on_register")
        sql, params = found.query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(_TALLY.format(found=sql), params)
            return cursor.fetchall()

    def _sorted_keys(self, asked: slice) -> list[int]:
        people = self.people.named(self.text, self.actor).order_by(*self.fields)
        return list(people.values_list("pk", flat=True)[asked])

    def _loaded(self, keys: list[int]) -> list[Person]:
        # The index of a text knows no reach: it is asked of the few that are shown.
        rows = self.people.looked_up(keys).for_list().in_bulk() if keys else {}
        return [rows[key] for key in keys if key in rows]

    def _keys(self, rank: dict[int, int]) -> list[int]:
        """Find who begins with the text at these schools, in the list's order: {school: place among them}."""
        files = Person._base_manager.filter(In(Aside("school"), list(rank)))
        found = self._found(files, "pk", "school", "merged_into", "pinyin")
        rows = [row for row in found.order_by("pinyin", "pk") if row["merged_into"] is None]
        return [row["pk"] for row in sorted(rows, key=lambda row: rank[row["school"]])]

    def _found(self, files: QuerySet, *columns: str) -> QuerySet:
        """Join what each key finds and none before it did, so that the many are not compared with each other.

        Nothing but the index of the key is read for the columns that it covers.
        """
        conditions = beginning_with(self.text, self.actor)
        found = [files.filter(conditions[0])]
        for n, one in enumerate(conditions[1:], start=1):
            found.append(files.filter(one).exclude(reduce(or_, conditions[:n])))
        first, *others = [rows.values(*columns) for rows in found]
        return first.union(*others, all=True)
