"""The list to be commended on paper: the list itself, its counts, and the minutes of the meeting."""

import datetime
import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Avg, Count

from awards.models import AwardList, AwardListEntry, PanelMark
from awards.workflow.list_counts import Tally
from guanweihui.documents.official import Attachment, OfficialDocument, Paragraph
from guanweihui.tables import Column, Row, Table, format_value, total_row

Outcome = AwardListEntry.Outcome
LIST_COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("category", "奖项", width=18),
    Column("nominee", "人选（集体）", width=14),
    Column("unit", "单位", width=30),
    Column("duty", "职务", width=12),
    Column("group", "协作组", width=14),
    Column("rank", "组内排序", width=8, format="int"),
    Column("outcome", "结论", width=10, align="center"),
    Column("reserve_place", "递补顺序", width=8, format="int"),
    Column("note", "说明", width=24),
)
COUNT_COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("category", "奖项", width=26),
    Column("places", "表彰名额", width=10, format="int", total=True),
    Column("proposed", "推荐", width=10, format="int", total=True),
    Column("awards", "拟表彰", width=10, format="int", total=True),
    Column("reserves", "递补", width=10, format="int", total=True),
    Column("declined", "不予表彰", width=10, format="int", total=True),
)
MINUTES_COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("nominee", "人选（集体）", width=16),
    Column("unit", "单位", width=30),
    Column("outcome", "结论", width=12, align="center"),
    Column("note", "说明", width=20),
)


def nominee_name(entry: AwardListEntry) -> str:
    """Return a person's name, and for a collective its unit, under the names of the time."""
    return entry.nomination.nominee


def unit_name(entry: AwardListEntry) -> str:
    return entry.nomination.printed_unit or entry.nomination.unit.full_name


def outcome_words(entry: AwardListEntry) -> str:
    """Write 拟表彰, 递补第2名, 不予表彰 or 未议."""
    place = f"第{entry.reserve_place}名" if entry.reserve_place else ""
    return f"{entry.get_outcome_display()}{place}"


def marks_of(actor: Any, award_list: AwardList) -> Mapping[int, tuple[Any, int]]:
    """Return mean points and number of marks by nomination, in one query; who may not see them gets none."""
    marks = PanelMark.objects.visible_to(actor).filter(nomination__list_entries__award_list=award_list)
    found = marks.order_by().values_list("nomination").annotate(mean=Avg("points"), number=Count("pk"))
    return {nomination: (mean, number) for nomination, mean, number in found}


def award_list_table(award_list: AwardList, tallies: Sequence[Tally], *, reporting_unit: str = "") -> Table:
    """One row an entry, by category and in the order of the list."""
    lines = [(one.category.name, entry) for one in tallies for entry in one.entries]
    rows = tuple(
        Row(
            (
                number,
                category,
                nominee_name(entry),
                unit_name(entry),
                entry.nomination.printed_duty,
                entry.nomination.unit.group.short_name,
                entry.nomination.rank,
                entry.get_outcome_display(),
                entry.reserve_place,
                entry.note,
            )
        )
        for number, (category, entry) in enumerate(lines, start=1)
    )
    return Table(
        key="award_list",
        title=str(award_list),
        columns=LIST_COLUMNS,
        rows=rows,
        reporting_unit=reporting_unit,
        period=f"{award_list.get_status_display()}",
        head=(
            f"填报单位：{reporting_unit}" if reporting_unit else "",
            f"状态：{award_list.get_status_display()}",
            "单位：个、人",
        ),
        notes=tuple(f"{one.category}：{one.words()}。" for one in tallies),
        signatures=("主持人", "经办人", "日期"),
    )


def counts_table(award_list: AwardList, tallies: Sequence[Tally], *, reporting_unit: str = "") -> Table:
    """One row a category: places, nominations, and what became of them."""
    rows = tuple(
        Row(
            (
                number,
                one.category.name,
                one.category.places,
                one.proposed,
                one.awards,
                one.reserves,
                one.declined,
            )
        )
        for number, one in enumerate(tallies, start=1)
    )
    return Table(
        key="award_list_counts",
        title=f"{award_list.cycle}评审情况",
        columns=COUNT_COLUMNS,
        rows=rows,
        total=total_row(COUNT_COLUMNS, rows),
        reporting_unit=reporting_unit,
        unit_line="个、人",
    )


def people_of(text: str) -> list[str]:
    """Split what was typed as 参会人员 into names, one a line or by 、，； marks."""
    return [name for part in re.split(r"[\n、，,；;]+", text) if (name := part.strip())]


def minutes_document(
    award_list: AwardList, tallies: Sequence[Tally], *, today: datetime.date
) -> OfficialDocument:
    """Write the minutes as an official document (纪要): who met, decisions by category and counts, names.

    Minutes have no number: they say that they are a draft until the list is approved.
    """
    committee = award_list.cycle.district.committee_name
    met_on = award_list.met_on
    when = format_value(met_on, prose=True) if met_on else "（日期待登记）"
    people = people_of(award_list.attendees)
    proposed, awards = sum(one.proposed for one in tallies), sum(one.awards for one in tallies)
    where = f"在{award_list.place}" if award_list.place else ""
    chair = f"，{award_list.chair}主持" if award_list.chair else ""
    body = [
        Paragraph(
            f"{when}，{committee}{where}召开{award_list.cycle}评审会{chair}。会议听取了推荐和复核情况，"
            f"逐一评议了 {proposed} 份推荐，研究提出拟表彰 {awards} 个（名）。纪要如下："
        ),
        Paragraph("评审结论", level=1),
        *(Paragraph(_conclusion(one)) for one in tallies),
    ]
    if award_list.minutes.strip():
        body.append(Paragraph("会议讨论情况", level=1))
        body += [Paragraph(line.strip()) for line in award_list.minutes.splitlines() if line.strip()]
    body.append(Paragraph(f"出席：{'、'.join(people) if people else '（待登记）'}。"))
    return OfficialDocument(
        organ_mark=f"{committee}会议纪要",
        is_final=award_list.status in (AwardList.Status.APPROVED, AwardList.Status.REPLACED),
        title=f"{award_list.cycle}评审会纪要",
        body=tuple(body),
        signed_by=committee,
        signed_on=met_on or today,
        attachments=tuple(
            Attachment(f"{one.category}评审结果", (_names_table(one),)) for one in tallies if one.entries
        ),
        sealed=False,
    )


def _conclusion(one: Tally) -> str:
    """Write one category's decisions in prose: counts, the reserves by name, who was not taken."""
    category, measure = one.category, one.measure
    words = (
        f"“{category}”表彰名额 {category.places} 个，推荐 {one.proposed} {measure}，"
        f"拟表彰 {one.awards} {measure}"
    )
    reserves = [entry for entry in one.entries if entry.outcome == Outcome.RESERVE]
    if reserves:
        names = "、".join(
            nominee_name(entry) for entry in sorted(reserves, key=lambda e: e.reserve_place or 0)
        )
        words += f"；递补 {len(reserves)} {measure}，依次为{names}"
    if one.declined:
        words += f"；不予表彰 {one.declined} {measure}"
    if one.undecided:
        words += f"；未议 {one.undecided} {measure}"
    if one.empty and not one.undecided:
        words += f"；空缺 {one.empty} 个名额"
    return f"{words}。"


def _names_table(one: Tally) -> Table:
    rows = tuple(
        Row((number, nominee_name(entry), unit_name(entry), outcome_words(entry), entry.note))
        for number, entry in enumerate(one.entries, start=1)
    )
    return Table(key="names", title=str(one.category), columns=MINUTES_COLUMNS, rows=rows, signatures=())
