"""The annual statistics: every table of the year from the figures' own sources.

Sources: the table set of the office (表1 organisation, 表2 ages, 表3 activities, 表5 honours) as far as the
portal holds its data, with a first sheet of figures and one for 老校长下乡; once the year's annual return is
closed, what schools filled in of 表3 and 表6 follows. The keys of `as_json` are the figures' names.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils import timezone

from activities.reports import classes_chart, enrolment_table
from activities.return_reports import closed_tables_of_year
from awards.reports.honours import honour_table
from guanweihui import figures
from guanweihui.catalogue import Paper, report
from guanweihui.documents import charts
from guanweihui.documents.official import Attachment, OfficialDocument, Paragraph
from guanweihui.figures import Period
from guanweihui.models import CollaborationGroup, School
from guanweihui.models.org import Precision
from guanweihui.scope import DISTRICT_WIDE, reach_of
from guanweihui.tables import Column, Row, Table, total_row, with_subtotals
from members.models import Appointment, Person
from members.reports.people import CLASS_NAMES, age_table
from outreach.reports.pairs import pairing_table

#: The figures of the first sheet, in its order; also the keys of the JSON.
NAMES = (
    "groups",
    "schools",
    "retired",
    "volunteers",
    "campaign.schools",
    "campaign.classes",
    "campaign.classes.secondary",
    "campaign.students",
    "campaign.students.secondary",
    "honours.collectives.total",
    "honours.individuals.total",
    "honours.cycle.collectives",
    "honours.cycle.leaders",
    "honours.cycle.in_service",
    "honours.cycle.retired",
    "outreach.principals",
    "outreach.host_schools",
)
#: What the chart of the campaign spreads over the groups.
CHARTED = ("campaign.classes.primary", "campaign.classes.secondary")


def as_json(actor: Any, period: Period) -> dict[str, int]:
    """Return the year's figures as one flat object of integers."""
    return figures.values(NAMES, actor, period)


@report(
    "statistics",
    family="年报",
    title="年度统计报表",
    purpose="全区一年的组织、人员、活动、表彰和老校长下乡情况，报领导签发、报上级汇总。",
    roles=DISTRICT_WIDE,
    leads=True,
)
def statistics(actor: Any, period: Period) -> Paper:
    """Build the year's tables and the two charts that stand before them."""
    district = reach_of(actor).home
    unit = district.committee_name if district else ""
    groups = list(CollaborationGroup.objects.visible_to(actor).open_on(period.last).in_order())
    by_group = figures.values_by_group(CHARTED, actor, period)
    tables = (
        summary_table(actor, period, reporting_unit=unit),
        committee_table(actor, period, reporting_unit=unit),
        age_table(actor, period, groups, reporting_unit=unit),
        enrolment_table(actor, period, reporting_unit=unit),
        honour_table(actor, period, reporting_unit=unit),
        pairing_table(actor, period, reporting_unit=unit),
        *closed_tables_of_year(actor, period),
    )
    title = f"{district.short_name if district else ''}{period.label}关心下一代工作统计报表"
    return Paper(title, tables, (classes_chart(by_group), age_chart(tables[2])))


@report(
    "annual-report",
    family="年报",
    title="年度工作情况报告（公文格式）",
    purpose="按公文格式排印的年度情况报告，数字与年度统计报表同源；编文号之前印有“征求意见稿”。",
    roles=DISTRICT_WIDE,
    leads=True,
)
def annual_report(actor: Any, period: Period) -> Paper:
    """Write the year's figures as an official report for the leader's signature."""
    district = reach_of(actor).home
    unit = district.committee_name if district else ""
    values = figures.values(NAMES, actor, period)
    table = summary_table(actor, period, reporting_unit=unit)
    # The title breaks where its sense does (GB/T 9704: a trapezoid or a lozenge).
    first_line, second_line = f"关于{period.label}", "关心下一代工作情况的报告"
    document = OfficialDocument(
        organ_mark=f"{unit}文件",
        title=f"{first_line}\n{second_line}",
        body=tuple(annual_paragraphs(values, period)),
        signed_by=unit,
        signed_on=timezone.localdate(),
        attachments=(Attachment("主要指标", (table,)),),
    )
    return Paper(first_line + second_line, (table,), official=document)


def annual_paragraphs(values: dict[str, int], period: Period) -> Iterator[Paragraph]:
    """Put the figures into sentences; official prose writes numbers without separators."""
    say = {name.replace(".", "_"): value for name, value in values.items()}
    primary = {
        f"{name}_primary": values[f"campaign.{name}"] - values[f"campaign.{name}.secondary"]
        for name in ("classes", "students")
    }
    last = period.last
    yield Paragraph(
        f"现将{period.label}（{period.span}）关心下一代工作情况报告如下，统计时点为"
        f"{last.year}年{last.month}月{last.day}日。"
    )
    for heading, text in ANNUAL_TEXT:
        yield Paragraph(heading, level=1)
        yield Paragraph(text.format(**say, **primary))


ANNUAL_TEXT = (
    (
        "组织与队伍",
        "全区有协作组{groups}个、学校{schools}所；离退休教师{retired}人，其中五老志愿者{volunteers}人。",
    ),
    (
        "主题读书教育活动",
        "{campaign_schools}所学校的{campaign_classes}个班级、{campaign_students}名学生参加，"
        "其中中学{campaign_classes_secondary}个班级、{campaign_students_secondary}名学生，"
        "小学{classes_primary}个班级、{students_primary}名学生。",
    ),
    (
        "评选表彰",
        "本年度表彰先进集体{honours_cycle_collectives}个、关心关工委工作的好领导{honours_cycle_leaders}人、"
        "在职先进个人{honours_cycle_in_service}人、退休先进个人{honours_cycle_retired}人。"
        "累计表彰集体{honours_collectives_total}个、个人{honours_individuals_total}人次。",
    ),
    (
        "老校长下乡",
        "协议有效的下乡校长{outreach_principals}人，受援学校{outreach_host_schools}所。",
    ),
)


def summary_table(actor: Any, period: Period, *, reporting_unit: str = "") -> Table:
    """List every figure of the year with its unit and counting rule, one row a figure, linked to its rows."""
    values = figures.values(NAMES, actor, period)
    rows = []
    for number, name in enumerate(NAMES, start=1):
        figure = figures.get(name)
        links = {"value": url} if (url := figure.url(period)) else {}
        rows.append(Row((number, figure.label, values[name], figure.unit, figure.rule), links=links))
    return Table(
        key="summary",
        title=f"{period.label}关心下一代工作主要指标",
        columns=(
            Column("number", "序号", width=6, format="int"),
            Column("label", "指标", width=22),
            Column("value", "数值", width=12, format="int"),
            Column("unit", "单位", width=8, align="center"),
            Column("rule", "口径", width=60),
        ),
        rows=tuple(rows),
        reporting_unit=reporting_unit,
        period=period.span,
        notes=(f"统计时点：{period.last.year}年{period.last.month}月{period.last.day}日。",),
    )


COMMITTEE_COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("school", "单位", width=24),
    Column("stage", "学段", width=11, align="center"),
    Column("set_up", "成立时间", ("关工委（领导小组）",), width=11, align="center"),
    Column("director", "姓名", ("关工委（领导小组）", "主任"), width=9, align="center"),
    Column("duty", "职务", ("关工委（领导小组）", "主任"), width=16, align="center"),
    Column("deputy", "姓名", ("关工委（领导小组）", "常务副主任"), width=9, align="center"),
    Column("service", "在职/退休", ("关工委（领导小组）", "常务副主任"), width=10, align="center"),
    Column("retired", "合计", ("离退休人员",), width=8, format="int", total=True),
    Column("retired_honoured", "其中离休", ("离退休人员",), width=9, format="int", total=True),
    Column("retired_only", "其中退休", ("离退休人员",), width=9, format="int", total=True),
    Column("volunteers", "合计", ("五老志愿者",), width=8, format="int", total=True),
    Column("women", "其中女", ("五老志愿者",), width=8, format="int", total=True),
    Column("party", "其中党员", ("五老志愿者",), width=9, format="int", total=True),
    *(Column(name, name, ("五老志愿者",), width=8, format="int", total=True) for name in CLASS_NAMES),
    Column("liaison", "联络员", width=9, align="center"),
)


def committee_table(actor: Any, period: Period, *, reporting_unit: str = "") -> Table:
    """表1: one row a school in the district's order, a subtotal a group, the district on top.

    A closed school stands in it as long as persons are registered there: the rows make the total.
    """
    people = _people_by_school(actor, period)
    schools = School.objects.visible_to(actor).open_on(period.last, or_among=people).for_list()
    seats = _seats_by_school(actor, period)
    rows: list[Row] = []
    for number, school in enumerate(schools, start=1):
        cells = _committee_cells(number, school, seats[school.pk], people[school.pk])
        rows.append(Row(cells, links={"school": reverse("school-detail", args=[school.pk])}))
    return Table(
        key="committees",
        title="表1　组织建设情况",
        columns=COMMITTEE_COLUMNS,
        rows=with_subtotals(COMMITTEE_COLUMNS, rows, [school.group.short_name for school in schools]),
        total=total_row(COMMITTEE_COLUMNS, rows),
        reporting_unit=reporting_unit,
        period=period.span,
        unit_line="人",
        notes=("五老志愿者按主要类别计，一人只计一次；五类之和等于合计。",),
    )


def _committee_cells(number: int, school: School, seats: dict[int, Appointment], tally: Counter) -> tuple:
    director = seats.get(Appointment.Position.DIRECTOR)
    deputy = seats.get(Appointment.Position.EXECUTIVE_DEPUTY)
    liaison = seats.get(Appointment.Position.LIAISON)
    return (
        number,
        school.short_name,
        school.get_stage_display(),
        _month(school),
        director.printed_name if director else "无",
        director.duty if director else None,
        deputy.printed_name if deputy else "无",
        deputy.get_service_display() if deputy else None,
        tally["retired"],
        tally["honoured"],
        tally["retired"] - tally["honoured"],
        tally["volunteers"],
        tally["women"],
        tally["party"],
        *(tally[name] for name in CLASS_NAMES),
        liaison.printed_name if liaison else "无",
    )


def _month(school: School) -> str | None:
    day = school.committee_set_up_on
    if day is None:
        return None
    return f"{day.year}" if school.committee_set_up_precision == Precision.YEAR else f"{day.year}.{day.month}"


def _people_by_school(actor: Any, period: Period) -> dict[int, Counter]:
    tallies: dict[int, Counter] = defaultdict(Counter)
    register = Person.objects.visible_to(actor).on_register().retired_by(period.last)
    for row in register.tally_by_school():
        tally = tallies[row["school"]]
        tally["retired"] += row["number"]
        tally["honoured"] += row["honoured"]
        for name in ("volunteers", "women", "party"):
            tally[name] += row[name]
        tally[row["elder_class__name"]] += row["volunteers"]
    return tallies


def _seats_by_school(actor: Any, period: Period) -> dict[int, dict[int, Appointment]]:
    seats: dict[int, dict[int, Appointment]] = defaultdict(dict)
    for seat in Appointment.objects.visible_to(actor).serving(period.last).at_schools():
        seats[seat.school_id].setdefault(seat.position, seat)
    return seats


def age_chart(table: Table) -> str:
    """Draw the volunteers by age band."""
    bands = [column for column in table.columns if column.key.startswith("band_")]
    keys = [column.key for column in table.columns]
    cells = table.total.cells if table.total else ()
    values = [cells[keys.index(band.key)] for band in bands]
    return charts.bar("五老志愿者年龄结构", [band.groups[0] for band in bands], values, unit="人")
