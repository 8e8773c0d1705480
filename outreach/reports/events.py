"""The items of teaching events."""

from collections.abc import Iterable

from guanweihui.tables import Column, Row, Table, total_row
from outreach.models import Lesson

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
