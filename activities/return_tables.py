"""The generated tables beside one school's annual return: 表2 ages, 表4 training, 表5 honours, enrolment.

Nobody types them; the filer confirms them. They are narrow, for a telephone's page too.
"""

import dataclasses
import datetime
from collections.abc import Iterable, Mapping, Sequence

from guanweihui.tables import Column, Row, Table, total_row
from members.models import Sex
from members.reports.people import BANDS

#: A training is named in so many characters.
TRAINING_CONTENT = 30
#: 表5 by kind: label, figure of the year, figure in all (None where the portal keeps none).
HONOUR_KINDS = (
    ("先进集体", "honours.cycle.collectives", "honours.collectives.total"),
    ("好领导", "honours.cycle.leaders", "honours.total.leaders"),
    ("在职先进个人", "honours.cycle.in_service", "honours.total.in_service"),
    ("退休先进个人", "honours.cycle.retired", "honours.total.retired"),
)
HONOURS = tuple(name for _, *names in HONOUR_KINDS for name in names)

AGE_COLUMNS = (
    Column("band", "年龄段", width=12),
    Column("people", "人数", width=8, format="int", total=True),
    Column("women", "其中女", width=8, format="int", total=True),
)
TRAINING_COLUMNS = (
    Column("held_on", "日期", width=12, format="date"),
    Column("content", "内容", width=24),
    Column("attendances", "人次", width=8, format="int", total=True),
    Column("hours", "学时", width=8, format="hours", total=True),
)
HONOUR_COLUMNS = (
    Column("kind", "区级表彰", width=16),
    Column("cycle", "本年度", width=8, format="int", total=True),
    Column("total", "累计", width=8, format="int", total=True),
)
ENROLMENT_COLUMNS = (
    Column("what", "读书活动报名", width=14),
    Column("number", "数", width=9, format="int"),
)


@dataclasses.dataclass(frozen=True)
class Training:
    """One training that people of a school attended; hours are those of all of them together."""

    held_on: datetime.date
    content: str
    attendances: int = 0
    hours: float = 0.0

    def with_one_more(self, half_hours: int) -> "Training":
        return dataclasses.replace(self, attendances=self.attendances + 1, hours=self.hours + half_hours / 2)


def ages_of_school(heads: Sequence[tuple[str, int | None]], unit: str, day: str) -> Table:
    """表2: one row an age band; heads are (sex, age). The bands add up to 五老志愿者合计."""
    rows = []
    for label, youngest, oldest in BANDS:
        inside = [sex for sex, age in heads if age is not None and youngest <= age <= oldest]
        rows.append(Row((label, len(inside), inside.count(Sex.FEMALE))))
    unknown = [sex for sex, age in heads if age is None]
    if unknown:
        rows.append(Row(("年龄不详", len(unknown), unknown.count(Sex.FEMALE))))
    ages = [age for _, age in heads if age is not None]
    average = f"平均年龄 {sum(ages) / len(ages):.1f} 岁，" if ages else ""
    return Table(
        key="t2",
        title="表2　五老年龄结构",
        columns=AGE_COLUMNS,
        rows=tuple(rows),
        total=total_row(AGE_COLUMNS, rows),
        reporting_unit=unit,
        period=day,
        unit_line="人",
        notes=(f"{average}按统计时点周岁计，由人员档案生成。",),
        signatures=(),
    )


def training_of_school(trainings: Iterable[Training], unit: str, period: str) -> Table:
    """表4: one row a training, in the order given; several people at one training are several 人次."""
    rows = [Row((one.held_on, one.content, one.attendances, one.hours)) for one in trainings]
    return Table(
        key="t4",
        title="表4　培训情况",
        columns=TRAINING_COLUMNS,
        rows=tuple(rows),
        total=total_row(TRAINING_COLUMNS, rows),
        reporting_unit=unit,
        period=period,
        unit_line="人次、小时",
        notes=(f"培训 {len(rows)} 期，取自已确认的培训记录。",),
        signatures=(),
    )


def honours_of_school(figures: Mapping[str, int], unit: str, period: str) -> Table:
    """表5: one row a kind of award; the year's and all that the portal records."""
    rows = [Row((label, figures[cycle], figures[total])) for label, cycle, total in HONOUR_KINDS]
    return Table(
        key="t5",
        title="表5　表彰情况",
        columns=HONOUR_COLUMNS,
        rows=tuple(rows),
        total=total_row(HONOUR_COLUMNS, rows),
        reporting_unit=unit,
        period=period,
        unit_line="个、人次",
        notes=("取自荣誉名册，作废的不计；平台启用前的表彰不分学校，不在本表。",),
        signatures=(),
    )


def enrolment_of_school(figures: Mapping[str, int], unit: str, period: str) -> Table:
    """Say what the school enrolled for reading: heads, where 表3 asks for attendances."""
    rows = (
        Row(("班级（个）", figures["campaign.classes"])),
        Row(("学生（人）", figures["campaign.students"])),
    )
    return Table(
        key="enrolled",
        title="主题读书活动报名",
        columns=ENROLMENT_COLUMNS,
        rows=rows,
        reporting_unit=unit,
        period=period,
        notes=("报名学生是人数，表3填的是人次：每参加一场计一次。",),
        signatures=(),
    )
