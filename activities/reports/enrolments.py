"""Tables of enrolments: those of a period, and the list as it is queried."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from activities.models import Enrolment
from activities.reports.figures import ENROLLED
from guanweihui.catalogue import Paper, report
from guanweihui.figures import Period
from guanweihui.models import Due, Round, School
from guanweihui.models.org import SECONDARY, Segment
from guanweihui.scope import COMMITTEE, committee_of
from guanweihui.tables import Column, Row, Table, total_row, with_subtotals

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


#: What stands in place of figures: 0, 无 and 未报 are three answers.
NIL, MISSING, WAIVED, ON_ITS_WAY = "无", "未报", "免报", "待审核"
WORDS = {
    **dict.fromkeys(Due.UNMET, MISSING),
    Due.State.SUBMITTED: ON_ITS_WAY,
    Due.State.ENDORSED: ON_ITS_WAY,
    Due.State.NIL: NIL,
    Due.State.WAIVED: WAIVED,
}
#: Of several duties in one period the one that is least done speaks for the school.
LEAST_DONE = (MISSING, ON_ITS_WAY, NIL, WAIVED)


def enrolment_table(actor: Any, period: Period, *, reporting_unit: str = "") -> Table:
    """表3: one row a school in the district's order; a school without figures says which answer it gave.

    A school that nothing was asked of took no part: 无.
    """
    lines: dict[int, dict[str, tuple[int, int]]] = defaultdict(dict)
    coaches: dict[int, dict[int, int]] = defaultdict(dict)
    for row in ENROLLED.rows(actor, period).for_table():
        school = row["enrolment__due__school"]
        classes, students = lines[school].get(row["segment"], (0, 0))
        lines[school][row["segment"]] = (classes + row["classes"], students + row["students"])
        coaches[school][row["enrolment"]] = row["enrolment__coaches"]
    words = words_by_school(actor, period)
    among = {*lines, *words}
    schools = list(School.objects.visible_to(actor).open_on(period.last, or_among=among).for_list())
    rows = []
    for number, school in enumerate(schools, start=1):
        answer = lines.get(school.pk) or words.get(school.pk, NIL)
        rows.append(Row(_enrolment_cells(number, school, answer, sum(coaches[school.pk].values()))))
    return Table(
        key="enrolment",
        title="表3　主题读书教育活动参加情况",
        columns=ENROLMENT_COLUMNS,
        rows=with_subtotals(ENROLMENT_COLUMNS, rows, [school.group.short_name for school in schools]),
        total=total_row(ENROLMENT_COLUMNS, rows),
        reporting_unit=reporting_unit,
        period=period.span,
        unit_line="个、人",
        notes=(
            f"参加学校 {len(lines)} 所；“无”表示没有参加，“未报”表示还没有报送，“待审核”的不计入合计。"
            "其中中学按班级所在学段计，不按学校类型。",
        ),
    )


def words_by_school(actor: Any, period: Period) -> dict[int, str | dict]:
    """Return what schools without figures answered in a period, by school; zeros that were filed are {}."""
    dues = Due.objects.visible_to(actor).of_kind(Round.Kind.ENROLMENT)
    said: dict[int, set[str]] = defaultdict(set)
    for school, state in dues.closing_within(period.first, period.last).values_list("school", "state"):
        said[school].add(WORDS.get(state, ""))
    return {
        school: next((word for word in LEAST_DONE if word in words), {}) for school, words in said.items()
    }


def _enrolment_cells(number: int, school: School, answer: dict | str, coaches: int) -> tuple:
    head = (number, school.short_name, school.get_stage_display())
    if isinstance(answer, str):
        return (*head, *words_for_counts(answer), None)
    return (*head, *spread(answer), coaches)


def spread(lines: dict[str, tuple[int, int]]) -> tuple[int, ...]:
    """Spread lines over the ten figures: classes in all, by segment, of them secondary; students likewise."""
    cells: list[int] = []
    for place in (0, 1):
        counts = {segment: lines.get(segment, (0, 0))[place] for segment in Segment}
        cells += [sum(counts.values()), *counts.values(), sum(counts[one] for one in sorted(SECONDARY))]
    return tuple(cells)


def words_for_counts(word: str) -> tuple[str | None, ...]:
    """Put a word in place of the ten figures: once for classes, once for students."""
    empty = (None,) * (1 + len(Segment))
    return (word, *empty, word, *empty)


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
        figures = (*spread(lines), enrolment.coaches)
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
