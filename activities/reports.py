"""Figures of the reading campaign: schools, classes and students are three counts of the same lines."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q

from activities.models import Enrolment, EnrolmentLine
from guanweihui.catalogue import Paper, report
from guanweihui.documents import charts
from guanweihui.figures import GroupValues, Period, Source, counted, figure, summed
from guanweihui.models import School
from guanweihui.models.org import SECONDARY, Segment
from guanweihui.scope import COMMITTEE, committee_of
from guanweihui.tables import Column, Row, Table, total_row, with_subtotals

ENROLLED = Source(
    "enrolled",
    lambda actor, period: EnrolmentLine.objects.visible_to(actor).counted().within(period.first, period.last),
    group="enrolment__due__school__group",
)
IS_SECONDARY = Q(segment__in=sorted(SECONDARY))
IS_PRIMARY = Q(segment=Segment.PRIMARY)

figure(
    "campaign.schools",
    "参加学校",
    "所",
    "至少有一个班报名的学校，按学校去重",
    ENROLLED,
    counted("enrolment__due__school"),
    route="enrolment-list",
)
figure(
    "campaign.classes",
    "参加班级",
    "个",
    "各学段班级数之和",
    ENROLLED,
    summed("classes"),
    route="enrolment-list",
)
figure(
    "campaign.classes.primary",
    "其中小学班级",
    "个",
    "小学学段的班级数之和",
    ENROLLED,
    summed("classes"),
    where=IS_PRIMARY,
    route="enrolment-list",
)
figure(
    "campaign.classes.secondary",
    "其中中学班级",
    "个",
    "初中、高中学段的班级数之和，按班级所在学段而不按学校类型",
    ENROLLED,
    summed("classes"),
    where=IS_SECONDARY,
    route="enrolment-list",
)
figure(
    "campaign.students",
    "参加学生",
    "人",
    "各学段学生数之和",
    ENROLLED,
    summed("students"),
    route="enrolment-list",
)
figure(
    "campaign.students.primary",
    "其中小学学生",
    "人",
    "小学学段的学生数之和",
    ENROLLED,
    summed("students"),
    where=IS_PRIMARY,
    route="enrolment-list",
)
figure(
    "campaign.students.secondary",
    "其中中学学生",
    "人",
    "初中、高中学段的学生数之和",
    ENROLLED,
    summed("students"),
    where=IS_SECONDARY,
    route="enrolment-list",
)


def classes_chart(groups: Sequence[GroupValues]) -> str:
    """Draw the classes of the campaign by group, primary and secondary stacked (SVG)."""
    series = {
        label: [group.values[f"campaign.classes.{part}"] for group in groups]
        for label, part in (("小学", "primary"), ("中学", "secondary"))
    }
    labels = [group.name.removesuffix("协作组") for group in groups]
    return charts.stacked_bar("各协作组参加主题读书活动班级数", labels, series, unit="个")


ENROLMENT_COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("school", "学校", width=24),
    Column("stage", "学段", width=11, align="center"),
    Column("classes", "合计", ("参加班级数",), width=9, format="int", total=True),
    *(
        Column(f"classes_{segment}", segment.label, ("参加班级数",), width=8, format="int", total=True)
        for segment in Segment
    ),
    Column("classes_secondary", "其中中学", ("参加班级数",), width=9, format="int", total=True),
    Column("students", "合计", ("参加学生数",), width=9, format="int", total=True),
    *(
        Column(f"students_{segment}", segment.label, ("参加学生数",), width=9, format="int", total=True)
        for segment in Segment
    ),
    Column("students_secondary", "其中中学", ("参加学生数",), width=9, format="int", total=True),
    Column("coaches", "指导教师数", width=10, format="int", total=True),
)


@report(
    "enrolment",
    family="活动",
    title="主题读书活动报名汇总表",
    purpose="各校参加班级数、学生数（其中中学），按协作组小计，全区合计。",
    roles=COMMITTEE,
)
def enrolment_paper(actor: Any, period: Period) -> Paper:
    table = enrolment_table(actor, period, reporting_unit=committee_of(actor))
    return Paper(table.title, (table,))


def enrolment_table(actor: Any, period: Period, *, reporting_unit: str = "") -> Table:
    """表3: one row a school in the district's order; a school that did not take part says 无."""
    lines: dict[int, dict[str, tuple[int, int]]] = defaultdict(dict)
    coaches: dict[int, int] = {}
    for row in ENROLLED.rows(actor, period).for_table():
        school = row["enrolment__due__school"]
        classes, students = lines[school].get(row["segment"], (0, 0))
        lines[school][row["segment"]] = (classes + row["classes"], students + row["students"])
        coaches[school] = row["enrolment__coaches"]
    schools = list(School.objects.visible_to(actor).open_on(period.last, or_among=lines).for_list())
    rows = [
        Row(_enrolment_cells(number, school, lines.get(school.pk), coaches.get(school.pk)))
        for number, school in enumerate(schools, start=1)
    ]
    return Table(
        key="enrolment",
        title="表3　主题读书教育活动参加情况",
        columns=ENROLMENT_COLUMNS,
        rows=with_subtotals(ENROLMENT_COLUMNS, rows, [school.group.short_name for school in schools]),
        total=total_row(ENROLMENT_COLUMNS, rows),
        reporting_unit=reporting_unit,
        period=period.span,
        unit_line="个、人",
        notes=(f"参加学校 {len(lines)} 所；“无”表示没有参加。其中中学按班级所在学段计，不按学校类型。",),
    )


def _enrolment_cells(number: int, school: School, lines: dict | None, coaches: int | None) -> tuple:
    head = (number, school.short_name, school.get_stage_display())
    if lines is None:
        return (*head, "无", *[None] * (len(ENROLMENT_COLUMNS) - 4))
    classes = {segment: lines.get(segment, (0, 0))[0] for segment in Segment}
    students = {segment: lines.get(segment, (0, 0))[1] for segment in Segment}
    spread = [
        cell
        for counts in (classes, students)
        for cell in (sum(counts.values()), *counts.values(), sum(counts[one] for one in sorted(SECONDARY)))
    ]
    return (*head, *spread, coaches)


LIST_COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("campaign", "活动", width=20),
    Column("group", "协作组", width=16),
    Column("school", "学校", width=26),
    *ENROLMENT_COLUMNS[3:],
    Column("status", "状态", width=10, align="center"),
)


def enrolment_list_table(
    enrolments: Iterable[Enrolment], *, reporting_unit: str = "", period: str = ""
) -> Table:
    """One row an enrolment in the order given, from the lines loaded with it."""
    rows = []
    for number, enrolment in enumerate(enrolments, start=1):
        lines = {line.segment: (line.classes, line.students) for line in enrolment.lines.all()}
        school = enrolment.due.school
        figures = _enrolment_cells(number, school, lines, enrolment.coaches)[3:]
        head = (number, enrolment.campaign.theme, school.group.short_name, school.short_name)
        rows.append(Row((*head, *figures, enrolment.get_status_display())))
    return Table(
        key="enrolments",
        title="主题读书活动报名名单",
        columns=LIST_COLUMNS,
        rows=tuple(rows),
        total=total_row(LIST_COLUMNS, rows),
        reporting_unit=reporting_unit,
        period=period,
        unit_line="个、人",
        notes=("其中中学按班级所在学段计，不按学校类型。",),
    )
