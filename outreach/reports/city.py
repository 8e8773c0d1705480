"""The yearly report to the city in its own form (市老校长下乡工作年度报表): three sheets, fixed lines.

Form: that of this portal; every line is due, one without anything says 0 or 无.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone

from guanweihui.catalogue import Paper, report
from guanweihui.figures import Period
from guanweihui.scope import DISTRICT_WIDE, committee_of
from guanweihui.tables import Cell, Column, Row, Table, format_value, total_row
from outreach.models import Pairing, Partnership, Programme
from outreach.reports.ledger import ONLY_CONFIRMED, Kept, keep
from outreach.reports.summary_texts import frozen_texts
from outreach.reports.tallies import add_events, add_trips, work_lines

TITLE = "市老校长下乡工作年度报表"
#: Who signs the form, in its order.
SIGNED_BY = ("填报人", "审核人", "负责人", "填报日期")
NUMBER = Column("number", "序号", width=6, format="int")
BATCH_COLUMNS = (
    NUMBER,
    Column("name", "批次", width=24),
    Column("region", "受援地区", width=12, align="center"),
    Column("started_on", "启动日期", width=12, format="date"),
    Column("city", "全市校长数（人）", width=12, format="int"),
    Column("own", "本区名额（人）", width=12, format="int", total=True),
)
REGION_COLUMNS = (
    NUMBER,
    Column("region", "受援地区", width=14, align="center"),
    Column("principals", "老校长（人）", width=10, format="int"),
    Column("assistants", "助理（人）", width=10, format="int"),
    Column("schools", "合计", ("受援学校（所）",), width=10, format="int", total=True),
    *(Column(kind, kind.label, ("受援学校（所）",), width=12, format="int") for kind in Partnership.Kind),
)
LINE_COLUMNS = (
    NUMBER,
    Column("part", "类别", width=12, align="center"),
    Column("label", "指标", width=30),
    Column("unit", "单位", width=8, align="center"),
    Column("value", "数值", width=12, format="int"),
)
TEXT_COLUMNS = (NUMBER, Column("label", "项目", width=14), Column("words", "内容", width=60))


@report(
    "outreach-city",
    family="老校长下乡",
    title=TITLE,
    purpose="按市里的表式：名额、校长、受援学校、下校、送教和物资的年度数字，主要成效和问题取自封存的年度总结。",
    roles=DISTRICT_WIDE,
)
def city_paper(actor: Any, period: Period) -> Paper:
    """Build the form of a year: batches, regions, work, words.

    Today ends a year that has not ended, so that no cut-off date is still to come; one that has not begun
    has no form.
    """
    title, today = f"{period.label}{TITLE}", timezone.localdate()
    if period.first > today:
        return Paper(title, ())
    period = replace(period, last=min(period.last, today))
    kept = keep(actor, period)
    head = Head(committee_of(actor), period)
    programmes = Programme.objects.visible_to(actor).for_list()
    batches = [one for one in reversed(programmes) if _runs(one, period)]
    tables = (
        _batch_table(batches, head),
        _region_table(kept, period, head),
        _work_table(kept, head),
        _text_table(frozen_texts(actor, period.year), head),
    )
    return Paper(title, tables)


def _runs(programme: Programme, period: Period) -> bool:
    return programme.started_on <= period.last and (
        programme.ends_on is None or programme.ends_on >= period.first
    )


@dataclass(frozen=True)
class Head:
    """Who fills the form in, for which days of a year; the last of them is the cut-off."""

    unit: str
    period: Period


def _table(
    key: str,
    title: str,
    columns: Sequence[Column],
    rows: Sequence[Row],
    *,
    head: Head,
    notes: tuple[str, ...] = (),
    total: Row | None = None,
) -> Table:
    return Table(
        key=f"city-{key}",
        title=f"{TITLE}　{title}",
        columns=tuple(columns),
        rows=tuple(rows),
        total=total,
        reporting_unit=head.unit,
        period=head.period.span,
        signatures=SIGNED_BY,
        notes=(f"统计截止：{format_value(head.period.last, prose=True)}。", *notes),
    )


def _batch_table(batches: Sequence[Programme], head: Head) -> Table:
    """One row a batch that runs in the year, the oldest first."""
    rows = [
        Row(
            (
                number,
                one.name,
                one.region,
                one.started_on,
                "不详" if one.city_principals is None else one.city_principals,
                "不详" if one.own_principals is None else one.own_principals,
            )
        )
        for number, one in enumerate(batches, start=1)
    ]
    notes = ("全市校长数按批次填报，不作合计。",)
    total = total_row(BATCH_COLUMNS, rows) if rows else None
    return _table("batches", "表1　批次和名额", BATCH_COLUMNS, rows, total=total, head=head, notes=notes)


def _region_table(kept: Kept, period: Period, head: Head) -> Table:
    """One row a region of the schools with an agreement on the cut-off date."""
    standing = [one for one in kept.partnerships if _stands(one, period)]
    by_region: dict[str, list[Partnership]] = defaultdict(list)
    for one in standing:
        by_region[one.host_school.region].append(one)
    rows = [
        Row((number, region, *_region_cells(by_region[region])))
        for number, region in enumerate(sorted(by_region), start=1)
    ]
    total = Row((None, "合　计", *_region_cells(standing)), "total") if rows else None
    notes = (
        "统计截止日协议有效的结对；校长、助理按结对统计，学校按校去重，合计也去重。受援学校不计入本区学校。",
    )
    return _table("regions", "表2　校长和受援学校", REGION_COLUMNS, rows, total=total, head=head, notes=notes)


def _stands(partnership: Partnership, period: Period) -> bool:
    return (partnership.to_on is None or partnership.to_on >= period.last) and (
        partnership.ended_on is None or partnership.ended_on > period.last
    )


def _region_cells(partnerships: Sequence[Partnership]) -> tuple[Cell, ...]:
    pairings: dict[int, Pairing] = {one.pairing_id: one.pairing for one in partnerships}
    schools = {one.host_school_id for one in partnerships}
    kinds = [
        len({one.host_school_id for one in partnerships if one.kind == kind}) for kind in Partnership.Kind
    ]
    assistants = sum(bool(one.assistant_name) for one in pairings.values())
    return (len(pairings), assistants, len(schools), *kinds)


def _work_table(kept: Kept, head: Head) -> Table:
    """One row an indicator, in the form's order, in its own unit."""
    lines = work_lines(add_trips(kept.work), add_events(kept.events, kept.items))
    rows = [
        Row((number, part, label, unit, value))
        for number, (part, label, unit, value) in enumerate(lines, start=1)
    ]
    notes = (ONLY_CONFIRMED, "人、人次、场次、节、天分别填报，不相加；有校名和未具名的辐射学校不相加。")
    return _table("work", "表3　工作情况", LINE_COLUMNS, rows, head=head, notes=notes)


def _text_table(texts: dict[str, str], head: Head) -> Table:
    """Put what the year's frozen summary says; without one the lines are left for the pen."""
    rows = [
        Row((number, label, texts.get(key) or "（待填）"))
        for number, (key, label) in enumerate(CITY_TEXTS, start=1)
    ]
    notes = () if texts else ("本年度的总结还没有封存，文字待填。",)
    return _table("words", "表4　主要成效和问题", TEXT_COLUMNS, rows, head=head, notes=notes)


CITY_TEXTS = (("work", "主要成效"), ("problems", "存在问题"), ("next", "下一步打算"))
