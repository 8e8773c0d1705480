"""Who begins with a text, a page at a time, however many there are.

A letter begins the names of a tenth of a district. They are counted by school within the indexes of their
keys, so that a page in the order of units reads the people of one or two schools and no others.
"""

from collections.abc import Sequence
from functools import reduce
from itertools import groupby
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.lookups import In

from guanweihui.lookups import Aside
from guanweihui.models import School
from members.models import Person
from members.models.people import beginning_with

# The plus sign keeps SQLite from reading all who were merged into nobody, instead of an index of names.
_TALLY = """
SELECT school, COUNT(*), SUM(CASE WHEN on_register THEN 1 ELSE 0 END) FROM ({found}) AS found
WHERE +merged_into IS NULL GROUP BY school
"""


class Hits(Sequence):
    """The people within an actor's reach whom a text finds, in the register's order or in the one asked.

    `len()` and `on_register` come from one query; a slice is a list of people as `for_list()` loads them.
    """

    def __init__(self, text: str, actor: Any) -> None:
        self.people = Person.objects.visible_to(actor)
        self.schools = School.objects.visible_to(actor)
        self.text = text
        self.fields: tuple[str, ...] = ()
        self._places: list[tuple[list[int], int, int]] | None = None

    def order_by(self, *fields: str) -> "Hits":
        """Give the same people by other fields; then all of them are sorted for a page."""
        self.fields = fields
        return self

    @property
    def on_register(self) -> int:
        return sum(of_them for _, _, of_them in self.places())

    def __len__(self) -> int:
        return sum(number for _, number, _ in self.places())

    def __getitem__(self, place: Any) -> Any:
        if not isinstance(place, slice):
            return self[place : place + 1][0]
        if self.fields:
            return list(self.people.named(self.text).for_list().order_by(*self.fields)[place])
        start, stop, _ = place.indices(len(self))
        rank: dict[int, int] = {}
        before = passed = 0
        for at, (schools, number, _) in enumerate(self.places()):
            if passed + number <= start:
                before += number
            elif passed < stop:
                rank |= dict.fromkeys(schools, at)
            passed += number
        keys = self._keys(rank)[start - before : stop - before]
        return list(self.people.looked_up(keys).for_list()) if keys else []

    def places(self) -> list[tuple[list[int], int, int]]:
        """Return (schools, people found, those on the register) for every place of the list's order.

        Schools that share a position stand together: the list mixes their people.
        """
        if self._places is None:
            found = {school: numbers for school, *numbers in _tally(self.text)}
            order = self.schools.order_by("group__position", "position", "pk")
            rows = order.values_list("pk", "group__position", "position")
            self._places = []
            for _, alike in groupby((row for row in rows if row[0] in found), key=lambda row: row[1:]):
                schools = [school for school, *_ in alike]
                numbers = [sum(found[school][which] for school in schools) for which in (0, 1)]
                self._places.append((schools, *numbers))
        return self._places

    def _keys(self, rank: dict[int, int]) -> list[int]:
        """Find who begins with the text at these schools, in the list's order: {school: place among them}."""
        files = Person._base_manager.filter(In(Aside("school"), list(rank)))
        found = _found(files, self.text, "pk", "school", "merged_into", "pinyin")
        rows = [row for row in found.order_by("pinyin", "pk") if row["merged_into"] is None]
        return [row["pk"] for row in sorted(rows, key=lambda row: rank[row["school"]])]


def _found(files: QuerySet, text: str, *columns: str) -> QuerySet:
    """Join what each key finds and none before it did, so that the many are not compared with each other.

    Nothing but the index of the key is read for the columns that it covers.
    """
    conditions = beginning_with(text)
    found = [files.filter(conditions[0])]
    for n, one in enumerate(conditions[1:], start=1):
        found.append(files.filter(one).exclude(reduce(or_, conditions[:n])))
    first, *others = [rows.values(*columns) for rows in found]
    return first.union(*others, all=True)


def _tally(text: str) -> list[tuple[int, int, int]]:
    found = _found(Person._base_manager.all(), text, "pk", "school", "merged_into", "on_register")
    sql, params = found.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_TALLY.format(found=sql), params)
        return cursor.fetchall()
