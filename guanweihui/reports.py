"""Figures and tables of the hierarchy."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from guanweihui.figures import Source, figure
from guanweihui.models import CollaborationGroup, School
from guanweihui.models.org import Stage
from guanweihui.tables import Column, Row, Table, total_row
from guanweihui.text import PartialDate

GROUPS = Source(
    "groups",
    lambda actor, period: CollaborationGroup.objects.visible_to(actor).open_on(period.last),
    group="pk",
)
SCHOOLS = Source(
    "schools", lambda actor, period: School.objects.visible_to(actor).open_on(period.last), group="group"
)

figure("groups", "协作组", "个", "统计时点存在的协作组", GROUPS, route="group-list")
figure("schools", "学校", "所", "统计时点存在的学校", SCHOOLS, route="school-list")

GROUP_COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("group", "协作组", width=18),
    Column("head", "组长", width=10, align="center"),
    Column("schools", "合计", ("学校数",), width=8, format="int", total=True),
    *(Column(stage, stage.label, ("学校数",), width=12, format="int", total=True) for stage in Stage),
    Column("retired", "离退休教师", width=12, format="int", total=True),
    Column("volunteers", "五老志愿者", width=12, format="int", total=True),
)
SCHOOL_COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("code", "学校代码", width=12, align="center"),
    Column("full_name", "学校全称", width=36),
    Column("short_name", "简称", width=24),
    Column("group", "协作组", width=18),
    Column("stage", "学段", width=12, align="center"),
    Column("set_up", "关工委成立时间", width=16, align="center"),
    Column("retired", "离退休教师", width=12, format="int", total=True),
    Column("volunteers", "五老志愿者", width=12, format="int", total=True),
    Column("closed_on", "撤销日期", width=12, format="date"),
)


def group_register(lines: Iterable[Sequence[Any]], *, reporting_unit: str = "", period: str = "") -> Table:
    """One row a group: name, head, schools, schools by stage in order, retired, volunteers."""
    rows = tuple(Row((number, *line)) for number, line in enumerate(lines, start=1))
    return Table(
        key="groups",
        title="协作组一览表",
        columns=GROUP_COLUMNS,
        rows=rows,
        total=total_row(GROUP_COLUMNS, rows),
        reporting_unit=reporting_unit,
        period=period,
        unit_line="个、所、人",
    )


def school_register(
    schools: Iterable[School],
    values: Mapping[int, Mapping[str, int]],
    *,
    reporting_unit: str = "",
    period: str = "",
) -> Table:
    """One row a school in the order given; `values` has retired and volunteers by school."""
    rows = tuple(
        Row(
            (
                number,
                school.code,
                school.full_name,
                school.short_name,
                school.group.short_name,
                school.get_stage_display(),
                partial(school.committee_set_up_on, school.committee_set_up_precision) or None,
                values[school.pk]["retired"],
                values[school.pk]["volunteers"],
                school.closed_on,
            )
        )
        for number, school in enumerate(schools, start=1)
    )
    return Table(
        key="schools",
        title="学校名录",
        columns=SCHOOL_COLUMNS,
        rows=rows,
        total=total_row(SCHOOL_COLUMNS, rows),
        reporting_unit=reporting_unit,
        period=period,
        unit_line="人",
    )


def partial(on: datetime.date | None, precision: str, *, prose: bool = False) -> str:
    """Write a stored date with no more than is known of it: 1998-03, in prose 1998年3月."""
    if on is None:
        return ""
    known = PartialDate(on, precision or "day")  # type: ignore[arg-type]
    return known.cn() if prose else known.iso()
