"""Statistics of the honour roll: by cycle with the opening balances, by group, by school, by person."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from awards.models import Category, Honour, OpeningBalance
from awards.reports.honours import OPENING, TO_DATE
from awards.successors import present_units
from guanweihui import figures
from guanweihui.catalogue import Paper, report
from guanweihui.figures import Period
from guanweihui.models import CollaborationGroup, School
from guanweihui.scope import DISTRICT_WIDE, Role, committee_of
from guanweihui.tables import Cell, Column, Row, Table, format_value, total_row

#: A school's own statistics are its list.
READERS = frozenset({*DISTRICT_WIDE, Role.GROUP})
Kind = Category.Kind
#: Column keys of the kinds of award, in order; persons are all but the first.
KINDS = {
    Kind.ADVANCED_COLLECTIVE: "collectives",
    Kind.GOOD_LEADER: "leaders",
    Kind.ADVANCED_IN_SERVICE: "in_service",
    Kind.ADVANCED_RETIRED: "retired",
}
#: What the roll's query calls all persons together.
INDIVIDUAL = "INDIVIDUAL"
UNIT_LINE = "个、人次"
NO_OPENING = "期初数只有总数，不在本表。"
COUNTS = (
    Column("collectives", "先进集体", width=10, format="int", total=True),
    Column("leaders", "好领导", ("先进个人",), width=10, format="int", total=True),
    Column("in_service", "在职先进个人", ("先进个人",), width=12, format="int", total=True),
    Column("retired", "退休先进个人", ("先进个人",), width=12, format="int", total=True),
    Column("individuals", "小计", ("先进个人",), width=10, format="int", total=True),
    Column("whole", "合计", width=10, format="int", total=True),
)
NUMBER = Column("number", "序号", width=6, format="int")
CYCLE_COLUMNS = (NUMBER, Column("cycle", "评选周期", width=26), *COUNTS)
GROUP_COLUMNS = (NUMBER, Column("group", "协作组", width=20), *COUNTS)
SCHOOL_COLUMNS = (
    NUMBER,
    Column("school", "现单位", width=26),
    Column("then", "当时名称", width=30),
    Column("group", "协作组", width=14),
    *COUNTS,
)
PERSON_COLUMNS = (
    NUMBER,
    Column("name", "姓名", width=10, align="center"),
    Column("unit", "单位（最近一次表彰时）", width=30),
    Column("times", "次数", width=8, format="int", total=True),
    Column("honours", "历次表彰", width=60),
)


@dataclass
class Tally:
    """How often each kind of award was given, and how to find these rows in the roll."""

    query: Mapping[str, Any]
    kinds: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def individuals(self) -> int:
        return sum(count for kind, count in self.kinds.items() if kind != Kind.ADVANCED_COLLECTIVE)

    def cells(self) -> tuple[Cell, ...]:
        counts = [self.kinds.get(kind, 0) for kind in KINDS]
        return *counts, self.individuals, counts[0] + self.individuals

    def links(self, period: Period) -> dict[str, str]:
        """Lead each figure above 0 to its rows."""
        asked = {key: str(kind) for kind, key in KINDS.items() if self.kinds.get(kind)}
        if self.individuals:
            asked["individuals"] = INDIVIDUAL
        if any(self.kinds.values()):
            asked["whole"] = ""
        return {key: rows_url(period, **self.query, kind=kind) for key, kind in asked.items()}


def rows_url(period: Period, **query: Any) -> str:
    """Return the address of the honours that a figure counts: standing, decided by the cut-off date."""
    asked = {**query, "state": "standing", "until": period.last.isoformat()}
    return f"{reverse('honour-list')}?{urlencode({key: value for key, value in asked.items() if value})}"


@report(
    "honour-statistics",
    family="评选",
    title="表彰统计表",
    purpose="截至统计时点的表彰总数：按届次（含期初数）、协作组、学校和个人统计，作废的不计。",
    roles=READERS,
)
def honour_statistics(actor: Any, period: Period) -> Paper:
    """Build the four tables; one query a table, whatever its length."""
    unit = committee_of(actor)
    honours = TO_DATE.rows(actor, period)
    tables = (
        by_cycle(honours, list(OPENING.rows(actor, period).order_by("as_of_on", "kind")), period, unit),
        by_group(honours, actor, period, unit),
        by_school(honours, actor, period, unit),
        by_person(honours, period, unit),
    )
    return Paper("表彰统计表", tables)


def by_cycle(honours: Any, balances: Sequence[OpeningBalance], period: Period, unit: str) -> Table:
    """One row a cycle, the oldest first, after the totals of the years before the portal."""
    tallies: dict[int, Tally] = {}
    names: dict[int, tuple[int, str]] = {}
    paths = ("decision__cycle", "decision__cycle__year", "decision__cycle__name")
    for cycle, year, name, kind, count in honours.tally_by(*paths):
        names[cycle] = (year, name)
        tallies.setdefault(cycle, Tally({"cycle": cycle})).kinds[kind] += count
    rows = [Row((place, *cells)) for place, cells in enumerate(_opening_cells(balances), start=1)]
    for cycle in sorted(names, key=lambda key: names[key]):
        tally = tallies[cycle]
        rows.append(Row((len(rows) + 1, names[cycle][1], *tally.cells()), links=tally.links(period)))
    return Table(
        key="by-cycle",
        title="表1　各届表彰情况",
        columns=CYCLE_COLUMNS,
        rows=tuple(rows),
        total=replace(total_row(CYCLE_COLUMNS, rows), links=_links_of_totals(period)),
        reporting_unit=unit,
        period=_until(period),
        unit_line=UNIT_LINE,
        notes=_sums(balances, tallies.values()),
    )


def _opening_cells(balances: Sequence[OpeningBalance]) -> list[tuple[Cell, ...]]:
    """Return a line a day of the opening balances: persons are known by one total only."""
    days: dict[Any, dict[str, int]] = {}
    for balance in sorted(balances, key=lambda one: one.as_of_on):
        days.setdefault(balance.as_of_on, {})[balance.kind] = balance.count
    lines: list[tuple[Cell, ...]] = []
    for day, counts in days.items():
        collectives = counts.get(OpeningBalance.Kind.COLLECTIVE)
        persons = counts.get(OpeningBalance.Kind.INDIVIDUAL)
        whole = (collectives or 0) + (persons or 0)
        lines.append((f"期初数（截至 {day}）", collectives, None, None, None, persons, whole))
    return lines


def _sums(balances: Sequence[OpeningBalance], tallies: Iterable[Tally]) -> tuple[str, ...]:
    """Write out how the totals come about, and what the opening balances rest on."""
    listed = {OpeningBalance.Kind.COLLECTIVE: 0, OpeningBalance.Kind.INDIVIDUAL: 0}
    for tally in tallies:
        listed[OpeningBalance.Kind.COLLECTIVE] += tally.kinds.get(Kind.ADVANCED_COLLECTIVE, 0)
        listed[OpeningBalance.Kind.INDIVIDUAL] += tally.individuals
    units = {OpeningBalance.Kind.COLLECTIVE: "个", OpeningBalance.Kind.INDIVIDUAL: "人次"}
    notes = []
    for kind, count in listed.items():
        opening = [one.count for one in balances if one.kind == kind]
        parts = [*map(str, opening), str(count)]
        total = sum(opening) + count
        sum_words = f"{'＋'.join(parts)}＝{total}" if opening else str(total)
        notes.append(f"累计{kind.label} {sum_words} {units[kind]}。")
    basis = "；".join(dict.fromkeys(one.basis for one in balances))
    return (*notes, *((f"期初数依据：{basis}。",) if basis else ()), "作废的不计；好领导计入个人。")


def _links_of_totals(period: Period) -> dict[str, str]:
    """Lead the totals of the district to their figures, which state the opening balances too."""
    asked = {"collectives": "honours.collectives.total", "individuals": "honours.individuals.total"}
    return {key: figures.get(name).url(period) for key, name in asked.items()}


def _links_of_sums(rows: Sequence[Row], period: Period) -> dict[str, str]:
    return Tally({}, defaultdict(int, dict.fromkeys(KINDS, 1))).links(period) if rows else {}


def by_group(honours: Any, actor: Any, period: Period, unit: str) -> Table:
    """One row a group in the district's order, those without an honour too."""
    tallies: dict[int, Tally] = {}
    for group, kind, count in honours.tally_by("unit__group"):
        tallies.setdefault(group, Tally({"group": group})).kinds[kind] += count
    groups = CollaborationGroup.objects.visible_to(actor).open_on(period.last, or_among=tallies).in_order()
    rows = []
    for number, group in enumerate(groups, start=1):
        tally = tallies.get(group.pk, Tally({}))
        rows.append(Row((number, group.short_name, *tally.cells()), links=tally.links(period)))
    return Table(
        key="by-group",
        title="表2　各协作组表彰情况",
        columns=GROUP_COLUMNS,
        rows=tuple(rows),
        total=replace(total_row(GROUP_COLUMNS, rows), links=_links_of_sums(rows, period)),
        reporting_unit=unit,
        period=_until(period),
        unit_line=UNIT_LINE,
        notes=(f"按受表彰单位所属协作组统计。{NO_OPENING}",),
    )


def by_school(honours: Any, actor: Any, period: Period, unit: str) -> Table:
    """One row a name of the time under each present unit, with a subtotal where a unit has several.

    The honours of a closed school count at the chief successor. Schools without an honour have no row.
    """
    present = present_units(actor, period.last)
    lines = list(honours.tally_by("unit", "printed_unit"))
    keys = {key for school, *_ in lines for key in (school, present.get(school, school))}
    seen = list(School.objects.visible_to(actor).filter(pk__in=keys).for_list())
    visible = {school.pk for school in seen}
    names: dict[int, dict[str, Tally]] = defaultdict(dict)
    for school, name, kind, count in lines:
        # Where the reader does not see the successor, the honours count where they were given.
        now = present.get(school, school)
        now = now if now in visible else school
        names[now].setdefault(name, Tally({"line": now, "then": name})).kinds[kind] += count
    schools = [school for school in seen if school.pk in names]
    rows: list[Row] = []
    for number, school in enumerate(schools, start=1):
        rows += _rows_of_school(number, school, names[school.pk], period)
    return Table(
        key="by-school",
        title="表3　各学校表彰情况",
        columns=SCHOOL_COLUMNS,
        rows=tuple(rows),
        total=replace(total_row(SCHOOL_COLUMNS, rows), links=_links_of_sums(rows, period)),
        reporting_unit=unit,
        period=_until(period),
        unit_line=UNIT_LINE,
        notes=(f"名称为表彰当时的名称；学校撤并的，总数计入主要承接学校。没有表彰的学校不列。{NO_OPENING}",),
    )


def _rows_of_school(number: int, school: School, names: Mapping[str, Tally], period: Period) -> list[Row]:
    where = school.group.short_name
    rows = []
    if len(names) > 1:
        whole = Tally({"line": school.pk})
        for tally in names.values():
            for kind, count in tally.kinds.items():
                whole.kinds[kind] += count
        cells = (number, school.full_name, "合计", where, *whole.cells())
        rows.append(Row(cells, kind="subtotal", links=whole.links(period)))
    for name in sorted(names, key=lambda one: (one != school.full_name, one)):
        tally = names[name]
        cells = (number if len(names) == 1 else None, school.full_name, name, where, *tally.cells())
        rows.append(Row(cells, links=tally.links(period)))
    return rows


def by_person(honours: Any, period: Period, unit: str) -> Table:
    """One row a person with more than one honour, the most first; each with all that were given."""
    found: dict[int, list[Honour]] = defaultdict(list)
    for honour in honours.of_the_often_honoured().for_list():
        found[honour.person_id].append(honour)
    often = sorted(found.values(), key=_place_of_person)
    rows = []
    for number, held in enumerate(often, start=1):
        last, said = held[0], "；".join(_said(one) for one in reversed(held))
        cells = (number, last.printed_name, last.printed_unit, len(held), said)
        rows.append(Row(cells, links={"times": rows_url(period, person=last.person_id)}))
    return Table(
        key="by-person",
        title="表4　多次受表彰人员",
        columns=PERSON_COLUMNS,
        rows=tuple(rows),
        total=total_row(PERSON_COLUMNS, rows),
        reporting_unit=unit,
        period=_until(period),
        unit_line="次",
        notes=("只列本平台记录中受表彰两次以上的人员，作废的不计。",),
    )


def _place_of_person(held: Sequence[Honour]) -> tuple[int, str, str]:
    """Order by how often, then as rosters do."""
    person = held[0].person
    return -len(held), person.pinyin if person else "", held[0].printed_name


def _said(honour: Honour) -> str:
    return f"{honour.decision.cycle.year}年{honour.category.name}"


def _until(period: Period) -> str:
    return f"截至{format_value(period.last, prose=True)}"
