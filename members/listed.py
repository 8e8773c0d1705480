"""The register a page at a time, however many people a district has.

People are counted by school within one index, so that a page in the order of units reads the people of one or
two schools and no others, and the two numbers above the list cost nothing more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Self

from django.db.models import Count, QuerySet

from guanweihui.lists import reverse
from guanweihui.models import School
from guanweihui.scope import reach_of
from members.models import Person

#: The register's own order.
BY_UNIT = ("school__group__position", "school__position", "pinyin", "pk")


@dataclass(frozen=True)
class Place:
    """One place of the list's order with its people. Schools that share a position stand together."""

    schools: Sequence[int]
    number: int
    on_register: int


class Listed(Sequence):
    """The people of a queryset within an actor's reach, in the register's order or in the one asked.

    `len()` and `on_register` come from one query; a slice is a list of people as `for_list()` loads them.
    """

    def __init__(self, people: QuerySet[Person], actor: Any) -> None:
        self.people = people
        self.schools = School.objects.visible_to(actor)
        self.is_narrow = not reach_of(actor).ids("district")
        self.fields: tuple[str, ...] = ()
        self.is_backwards = False
        self._places: list[Place] | None = None

    def order_by(self, *fields: str) -> Self:
        """Give the same people by other fields: then all of them are sorted for a page, but not by unit."""
        self.is_backwards = fields == tuple(reverse(field) for field in BY_UNIT)
        self.fields = () if fields == BY_UNIT or self.is_backwards else fields
        return self

    @property
    def on_register(self) -> int:
        return sum(place.on_register for place in self.places())

    def __len__(self) -> int:
        return sum(place.number for place in self.places())

    def __getitem__(self, asked: Any) -> Any:
        if not isinstance(asked, slice):
            return self[asked : asked + 1][0]
        if self.fields:
            return self._loaded(self._sorted_keys(asked))
        start, stop, _ = asked.indices(len(self))
        if self.is_backwards:
            start, stop = len(self) - stop, len(self) - start
        rank: dict[int, int] = {}
        before = passed = 0
        for at, place in enumerate(self.places()):
            if passed + place.number <= start:
                before += place.number
            elif passed < stop:
                rank |= dict.fromkeys(place.schools, at)
            passed += place.number
        keys = self._keys(rank)[start - before : stop - before] if rank else []
        return self._loaded(keys[::-1] if self.is_backwards else keys)

    def places(self) -> list[Place]:
        """Return every place of the list's order where there is somebody."""
        if self._places is None:
            order = self.schools.order_by("group__position", "position", "pk")
            rows = list(order.values_list("pk", "district", "group__position", "position"))
            self.keys, self.districts = [row[0] for row in rows], {row[1] for row in rows}
            found = {school: numbers for school, *numbers in self._tally()}
            self._places = []
            for _, alike in groupby((row for row in rows if row[0] in found), key=lambda row: row[2:]):
                schools = [school for school, *_ in alike]
                numbers = (sum(found[school][which] for school in schools) for which in (0, 1))
                self._places.append(Place(schools, *numbers))
        return self._places

    def _tally(self) -> Iterable[tuple[int, int, int]]:
        """Count (school, people, those on the register), for schools with somebody."""
        people = self.people.by_units_index(self.districts)
        if self.is_narrow:
            people = people.filter(school__in=self.keys)
        counts = people.order_by().values_list("on_register", "school").annotate(number=Count("*"))
        found: dict[int, list[int]] = {}
        for is_on, school, number in counts:
            sums = found.setdefault(school, [0, 0])
            sums[0] += number
            sums[1] += number if is_on else 0
        return [(school, *sums) for school, sums in found.items()]

    def _keys(self, rank: dict[int, int]) -> list[int]:
        """Return the keys of the people of these schools, in the list's order: {school: place among them}."""
        people = self.people.by_units_index(self.districts).filter(school__in=list(rank))
        rows = people.order_by("pinyin", "pk").values_list("pk", "school")
        return [pk for pk, school in sorted(rows, key=lambda row: rank[row[1]])]

    def _sorted_keys(self, asked: slice) -> list[int]:
        self.places()
        people = self.people.by_units_index(self.districts).in_order_of(*self.fields)
        return list(people.values_list("pk", flat=True)[asked])

    def _loaded(self, keys: list[int]) -> list[Person]:
        # The keys come from the reader's own rows, so nobody else's can be among them.
        rows = Person._default_manager.filter(pk__in=keys).for_list().in_bulk() if keys else {}
        return [rows[key] for key in keys if key in rows]
