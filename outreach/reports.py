"""Figures of 老校长下乡: persons and schools of the agreements in force at the cut-off date."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from guanweihui.catalogue import Paper, report
from guanweihui.figures import Period, Source, counted, figure
from guanweihui.scope import DISTRICT_WIDE, committee_of
from guanweihui.tables import Column, Row, Table, total_row
from outreach.models import Lesson, Need, Pairing, Partnership, ResearchVisit

IN_FORCE = Source(
    "partnerships", lambda actor, period: Partnership.objects.visible_to(actor).in_force(period.last)
)

figure(
    "outreach.principals",
    "下乡校长",
    "人",
    "统计时点协议有效的结对中的老校长",
    IN_FORCE,
    counted("pairing"),
    route="pairing-list",
)
figure(
    "outreach.host_schools",
    "受援学校",
    "所",
    "统计时点协议有效的受援学校，按学校去重；不是本区学校",
    IN_FORCE,
    counted("host_school"),
    route="pairing-list",
)

PAIRING_COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("principal", "老校长", width=10, align="center"),
    Column("unit", "原单位", width=26),
    Column("assistant", "助理", width=10, align="center"),
    *(Column(kind, kind.label, ("受援学校",), width=22) for kind in Partnership.Kind),
    Column("from_on", "起", ("协议",), width=12, format="date"),
    Column("to_on", "止", ("协议",), width=12, format="date"),
)


@report(
    "pairings",
    family="老校长下乡",
    title="老校长下乡结对情况表",
    purpose="统计时点有效的结对：老校长、助理、优质高中和农村初中。",
    roles=DISTRICT_WIDE,
)
def pairing_paper(actor: Any, period: Period) -> Paper:
    table = pairing_table(actor, period, reporting_unit=committee_of(actor))
    return Paper(table.title, (table,))


def pairing_table(actor: Any, period: Period, *, reporting_unit: str = "") -> Table:
    """One row a pair whose agreement is in force on the cut-off date."""
    by_pairing: dict[int, dict[str, Partnership]] = defaultdict(dict)
    for partnership in IN_FORCE.rows(actor, period).for_table():
        by_pairing[partnership.pairing_id][partnership.kind] = partnership
    rows = []
    for number, partners in enumerate(by_pairing.values(), start=1):
        first = next(iter(partners.values()))
        pairing = first.pairing
        schools = [str(partners[kind].host_school) if kind in partners else "无" for kind in Partnership.Kind]
        unit = pairing.former_unit.full_name if pairing.former_unit else None
        rows.append(
            Row(
                (number, pairing.principal_name, unit, pairing.assistant_name or "无", *schools)
                + (first.from_on, first.to_on)
            )
        )
    host_schools = {
        partner.host_school_id for partners in by_pairing.values() for partner in partners.values()
    }
    return Table(
        key="pairings",
        title="老校长下乡结对情况",
        columns=PAIRING_COLUMNS,
        rows=tuple(rows),
        reporting_unit=reporting_unit,
        period=period.span,
        notes=(f"老校长 {len(by_pairing)} 人，受援学校 {len(host_schools)} 所；受援学校不计入本区学校。",),
    )


PAIR_COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("programme", "项目", width=20),
    *PAIRING_COLUMNS[1:],
)
VISIT_COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("visited_on", "日期", width=12, format="date"),
    Column("host_school", "受援学校", width=24),
    *(Column(field, field.label, ("需求",), width=34) for field in Need.Field),
)
LESSON_COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("event", "送教活动", width=24),
    Column("held_on", "日期", width=12, format="date"),
    Column("host_school", "地点", width=24),
    Column("kind", "活动形式", width=10, align="center"),
    Column("subject", "学科", width=10, align="center"),
    Column("local_teacher", "本地教师", width=10, align="center"),
    Column("visiting_teacher", "本区教师", width=10, align="center"),
    Column("research_officer", "教研员", width=10, align="center"),
    Column("attendances", "参加人次", width=10, format="int", total=True),
    Column("radiated", "辐射学校", width=34),
    Column("radiated_unnamed", "另辐射学校数", width=12, format="int", total=True),
)


def pair_table(pairings: Iterable[Pairing], *, reporting_unit: str = "") -> Table:
    """One row a pair in the order given, with the schools loaded with it."""
    rows = []
    for number, pairing in enumerate(pairings, start=1):
        partners = {one.kind: one for one in pairing.partnerships.all()}
        schools = [str(partners[kind].host_school) if kind in partners else "无" for kind in Partnership.Kind]
        first = next(iter(partners.values()), None)
        unit = pairing.former_unit.full_name if pairing.former_unit else None
        head = (number, pairing.programme.name, pairing.principal_name, unit, pairing.assistant_name or "无")
        terms = (first.from_on, first.to_on) if first else (None, None)
        rows.append(Row((*head, *schools, *terms)))
    return Table("pairs", "老校长下乡结对名单", PAIR_COLUMNS, tuple(rows), reporting_unit=reporting_unit)


def needs_by_field(visit: ResearchVisit) -> list[str]:
    """Write what a visit found, one text a field in the fixed order."""
    needs: dict[str, list[str]] = defaultdict(list)
    for need in visit.needs.all():
        needs[need.field].append(need.text)
    return ["；".join(needs[field]) for field in Need.Field]


def visit_table(visits: Iterable[ResearchVisit], *, reporting_unit: str = "") -> Table:
    """One row a visit in the order given, the needs spread over the four fields."""
    rows = tuple(
        Row((number, visit.visited_on, visit.host_school.name, *needs_by_field(visit)))
        for number, visit in enumerate(visits, start=1)
    )
    return Table("visits", "下乡调研需求一览表", VISIT_COLUMNS, rows, reporting_unit=reporting_unit)


def lesson_table(lessons: Iterable[Lesson], *, reporting_unit: str = "") -> Table:
    """One row an item of a teaching event in the order given."""
    rows = tuple(
        Row(
            (
                number,
                lesson.event.name,
                lesson.held_on,
                lesson.host_school.name,
                lesson.get_kind_display(),
                lesson.subject,
                lesson.local_teacher,
                lesson.visiting_teacher,
                lesson.research_officer,
                lesson.attendances,
                "、".join(school.name for school in lesson.radiated.all()),
                lesson.radiated_unnamed,
            )
        )
        for number, lesson in enumerate(lessons, start=1)
    )
    return Table(
        key="lessons",
        title="送教活动一览表",
        columns=LESSON_COLUMNS,
        rows=rows,
        total=total_row(LESSON_COLUMNS, rows),
        reporting_unit=reporting_unit,
        unit_line="人次、所",
    )
