"""Teaching events: their figures, the tables of events and of items."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from guanweihui.figures import Period, Source, counted, figure, summed
from guanweihui.tables import Column, Row, Table, total_row
from outreach.models import Lesson, TeachingEvent
from outreach.reports.tallies import Events, add_events


def _events(actor: Any, period: Period) -> Any:
    return TeachingEvent.objects.visible_to(actor).within(period.first, period.last)


def _items(actor: Any, period: Period) -> Any:
    return Lesson.objects.visible_to(actor).within(period.first, period.last)


EVENTS = Source("teaching_events", _events)
ITEMS = Source("lessons", _items)
#: Apart: counting over the radiated schools reads an item once for each of them.
RADIATED = Source("radiated", _items)
WHEN = "本年度开始的送教活动"

figure("outreach.events", "送教活动", "次", f"{WHEN}", EVENTS, route="event-list")
figure(
    "outreach.lessons",
    "送教课",
    "节",
    f"{WHEN}中的同课异构；本地教师和本区教师同上一课，记一节",
    ITEMS,
    where=Q(kind=Lesson.Kind.PAIRED),
    route="lesson-list",
)
figure(
    "outreach.event_lectures",
    "送教讲座",
    "场次",
    f"{WHEN}中的学科讲座",
    ITEMS,
    where=Q(kind=Lesson.Kind.LECTURE),
    route="lesson-list",
)
figure(
    "outreach.event_attendances",
    "送教参加人次",
    "人次",
    f"{WHEN}各项的参加人次之和",
    ITEMS,
    summed("attendances"),
    route="lesson-list",
)
figure(
    "outreach.radiated_named",
    "辐射学校（有校名）",
    "所",
    f"{WHEN}辐射到的、写明校名的学校，按学校去重；不与未具名的相加",
    RADIATED,
    counted("radiated"),
    where=Q(radiated__isnull=False),
    route="lesson-list",
)
figure(
    "outreach.radiated_unnamed",
    "辐射学校（未具名）",
    "所",
    f"{WHEN}另外辐射、只报了数目的学校数之和；不与有校名的相加",
    ITEMS,
    summed("radiated_unnamed"),
    where=Q(radiated_unnamed__gt=0),
    route="lesson-list",
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
        title="送教项目一览表",
        columns=LESSON_COLUMNS,
        rows=rows,
        total=total_row(LESSON_COLUMNS, rows),
        reporting_unit=reporting_unit,
        unit_line="人次、所",
    )


EVENT_COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("name", "送教活动", width=26),
    Column("from_on", "起", ("日期",), width=12, format="date"),
    Column("to_on", "止", ("日期",), width=12, format="date"),
    Column("organiser", "组织单位", width=24),
    Column("lessons", "同课异构（节）", width=10, format="int", total=True),
    Column("reviews", "评课（次）", width=10, format="int", total=True),
    Column("lectures", "讲座（场次）", width=10, format="int", total=True),
    Column("attendances", "参加人次", width=10, format="int", total=True),
    Column("held_at", "到校（所）", width=10, format="int"),
    Column("named", "有校名（所）", ("辐射学校",), width=10, format="int"),
    Column("unnamed", "未具名（所）", ("辐射学校",), width=10, format="int", total=True),
)
EVENT_NOTES = (
    "到校和有校名的辐射学校按学校去重，不同送教之间可能是同一所学校，不作合计。",
    "未具名的辐射学校只报数目，不与有校名的相加。",
)


def figures_of(event: TeachingEvent) -> Events:
    """Add up one event from the items loaded with it."""
    return add_events([event], event.lessons.all())


def event_table(events: Iterable[TeachingEvent], *, reporting_unit: str = "") -> Table:
    """One row an event in the order given, with what its items come to."""
    rows = []
    for number, event in enumerate(events, start=1):
        sums = figures_of(event)
        counts = [getattr(sums, column.key) for column in EVENT_COLUMNS[5:]]
        rows.append(Row((number, event.name, event.from_on, event.to_on, event.organiser, *counts)))
    return Table(
        key="events",
        title="送教活动情况表",
        columns=EVENT_COLUMNS,
        rows=tuple(rows),
        total=total_row(EVENT_COLUMNS, rows),
        reporting_unit=reporting_unit,
        unit_line="节、次、场次、人次、所",
        notes=EVENT_NOTES,
    )
