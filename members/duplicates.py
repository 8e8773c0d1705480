"""Which files of a district may be one person: pairs with the reasons, found by the database.

Same name and birth month, a name in variant characters and the same birth month, one telephone, or the
former name of one. An ID number cannot stand twice among the living files of a district.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, F, IntegerField, Value

from guanweihui.scope import Role, reach_of
from members.models import DistinctPair, Person
from members.workflow.union import links

#: Pairs handed out at once, the best founded first: a list that nobody reads to its end needs no end.
MOST = 2000
#: A telephone on more files than this is an office's, and says nothing about persons.
MOST_ON_A_PHONE = 4
#: Bits of a pair's reasons: the larger, the more it says. A couple shares one telephone.
REASONS = {
    8: "姓名和出生年月相同",
    4: "姓名只差异体字，出生年月相同",
    2: "曾用名与姓名相同",
    1: "联系电话相同",
}
SHARED_NAME, VARIANT, FORMER_NAME, SHARED_PHONE = REASONS

# A plus sign keeps SQLite from looking up by that column: few people share a telephone, a district is many.
_SQL = """
WITH shared AS MATERIALIZED (
    SELECT district_id, folded_name, {month} AS month FROM {person}
    WHERE {living} AND born_on IS NOT NULL AND birth_precision <> 'year' AND folded_name <> ''
    GROUP BY district_id, folded_name, {month} HAVING COUNT(*) > 1
), named AS (
    SELECT p.id, p.name, p.district_id, p.folded_name, shared.month
    FROM shared JOIN {person} p ON p.folded_name = shared.folded_name
        AND p.district_id = shared.district_id AND {p_month} = shared.month
    WHERE p.merged_into_id IS NULL AND p.birth_precision <> 'year'
), busy AS MATERIALIZED (
    SELECT district_id, phone_index FROM {person} WHERE {living} AND phone_index > ''
    GROUP BY district_id, phone_index HAVING COUNT(*) BETWEEN 2 AND {most_on_a_phone}
), renamed AS (
    SELECT id, district_id, former_name, {month} AS month, birth_precision FROM {person}
    WHERE +merged_into_id IS NULL AND +district_id IN ({keys}) AND former_name > ''
), pairs AS (
    SELECT a.id AS first, b.id AS second,
        CASE WHEN a.name = b.name THEN {shared_name} ELSE {variant} END AS reason
    FROM named a JOIN named b ON b.folded_name = a.folded_name AND b.month = a.month
        AND b.district_id = a.district_id AND b.id > a.id
    UNION SELECT a.id, b.id, {shared_phone}
    FROM busy JOIN {person} a ON a.phone_index = busy.phone_index AND +a.district_id = busy.district_id
        JOIN {person} b ON b.phone_index = a.phone_index AND +b.district_id = a.district_id AND +b.id > a.id
    WHERE +a.merged_into_id IS NULL AND +b.merged_into_id IS NULL
    UNION SELECT CASE WHEN a.id < b.id THEN a.id ELSE b.id END,
        CASE WHEN a.id < b.id THEN b.id ELSE a.id END, {former_name}
    FROM renamed a JOIN {person} b ON b.name = a.former_name AND +b.district_id = a.district_id
        AND b.id <> a.id AND +b.merged_into_id IS NULL
    WHERE a.month IS NULL OR b.born_on IS NULL OR a.birth_precision = 'year' OR b.birth_precision = 'year'
        OR a.month = {b_month}
)
SELECT first, second, SUM(reason) AS reasons FROM pairs
WHERE NOT EXISTS (
    SELECT 1 FROM {distinct} d WHERE d.first_id = pairs.first AND d.second_id = pairs.second
)
GROUP BY first, second ORDER BY SUM(reason) DESC, first, second LIMIT {most}
"""


@dataclass(frozen=True)
class Pair:
    """Two keys, the smaller one first, and the bits of REASONS."""

    first: int
    second: int
    reasons: int

    def words(self) -> list[str]:
        return [said for bit, said in REASONS.items() if self.reasons & bit]


class Pairs(Sequence):
    """The pairs that an actor's districts hold, at most MOST of them; one query however they are cut."""

    def __init__(self, actor: Any) -> None:
        self.actor = actor
        self._found: list[Pair] | None = None

    @property
    def found(self) -> list[Pair]:
        if self._found is None:
            districts = reach_of(self.actor).of({Role.DISTRICT}).ids("district")
            self._found = list(_find(districts))
        return self._found

    def __len__(self) -> int:
        return len(self.found)

    def __getitem__(self, place: Any) -> Any:
        return self.found[place]


def _find(districts: list[int]) -> Iterator[Pair]:
    if not districts:
        return
    keys = ", ".join(str(int(key)) for key in districts)
    sql = _SQL.format(
        person=Person._meta.db_table,
        distinct=DistinctPair._meta.db_table,
        # A day is written 1945-03-08 by both engines.
        month="SUBSTR(CAST(born_on AS TEXT), 1, 7)",
        p_month="SUBSTR(CAST(p.born_on AS TEXT), 1, 7)",
        b_month="SUBSTR(CAST(b.born_on AS TEXT), 1, 7)",
        keys=keys,
        living=f"merged_into_id IS NULL AND district_id IN ({keys})",
        most_on_a_phone=MOST_ON_A_PHONE,
        shared_name=SHARED_NAME,
        variant=VARIANT,
        shared_phone=SHARED_PHONE,
        former_name=FORMER_NAME,
        most=MOST,
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)
        for first, second, reasons in cursor.fetchall():
            yield Pair(first, second, int(reasons))


def hanging(first: Person, second: Person) -> list[tuple[str, int, int]]:
    """Count what hangs on two files, by what it is called; one query for all the models there are."""
    followed = list(links())
    counts = [
        link.model._base_manager.filter(**{f"{link.name}__in": [first, second]})
        .order_by()
        .annotate(link_place=Value(place, output_field=IntegerField()), link_person=F(link.attname))
        .values_list("link_place", "link_person")
        .annotate(link_rows=Count("pk"))
        for place, link in enumerate(followed)
    ]
    sums: dict[str, list[int]] = {}
    for place, key, number in counts[0].union(*counts[1:], all=True):
        said = sums.setdefault(_called(followed[place]), [0, 0])
        said[int(key == second.pk)] += number
    return [(label, *numbers) for label, numbers in sums.items()]


def _called(link: Any) -> str:
    if link.model is Person:
        return "已并入的档案"
    through = link.model._meta.auto_created
    return f"{through._meta.verbose_name}上的预定" if through else str(link.model._meta.verbose_name)
