"""What a meeting reads of a list: quota against proposed, ranked lists, one page a nominee.

`read()` loads the rows that an actor may see, at a number of queries that does not grow with them; the rest
turns them into the tables and pages of guanweihui.documents.meeting.
"""

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from awards import sheets
from awards.eligibility import Finding, Verdict, check_many
from awards.models import (
    AwardList,
    AwardListEntry,
    Category,
    FormField,
    Nomination,
    Objection,
    Opinion,
    PanelMark,
    Quota,
)
from awards.reports.lists import nominee_name, outcome_words, people_of, unit_name
from awards.workflow.list_counts import Tally, tally
from guanweihui.documents.meeting import MeetingPack, MeetingPart, NomineeSheet, Said
from guanweihui.models import CollaborationGroup
from guanweihui.questionnaire import paragraphs
from guanweihui.scope import committee_of
from guanweihui.tables import Column, Row, Table, format_value, total_row

KINDS = {Verdict.WARN: "warn", Verdict.BLOCK: "wrong", Verdict.OK: ""}
RANKED_COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("group", "协作组", width=14),
    Column("rank", "组内排序", width=8, format="int"),
    Column("nominee", "人选（集体）", width=14),
    Column("unit", "单位", width=28),
    Column("duty", "职务", width=12),
    Column("mean", "平均分", width=8, format="hours"),
    Column("checks", "资格检查", width=12, align="center"),
    Column("outcome", "结论", width=12, align="center"),
    Column("note", "说明", width=20),
)
DETAIL_COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("nominee", "人选（集体）", width=14),
    Column("unit", "单位", width=28),
    Column("checks", "资格检查", width=36),
    Column("opinions", "各级意见", width=36),
    Column("marks", "评审意见", width=36),
    Column("objections", "异议", width=24),
)


@dataclass(frozen=True)
class Reading:
    """Everything that a pack says, as read: by category, and by nomination's key."""

    award_list: AwardList
    tallies: Sequence[Tally]
    groups: Sequence[CollaborationGroup]
    quotas: Sequence[Quota]
    fields: Mapping[int, Sequence[FormField]]
    findings: Mapping[int, Sequence[Finding]]
    opinions: Mapping[int, Sequence[Opinion]]
    marks: Mapping[int, Sequence[PanelMark]]
    objections: Mapping[int, Sequence[Objection]]
    reporting_unit: str

    @property
    def number(self) -> int:
        return sum(one.proposed for one in self.tallies)


def read(award_list: AwardList, actor: Any, *, on: datetime.date, category: int | None = None) -> Reading:
    """Load a list for its pack, within the actor's reach; `category` keeps one of them."""
    cycle = award_list.cycle
    categories = list(Category.objects.visible_to(actor).of(cycle))
    chosen = [one for one in categories if category in (None, one.pk)]
    entries = AwardListEntry.objects.visible_to(actor).of(award_list).for_list()
    if category is not None:
        entries = entries.of_category(category)
    entries = list(entries)
    nominations = [entry.nomination for entry in entries]
    keys = [one.pk for one in nominations]
    fields = FormField.objects.visible_to(actor).filter(category__in=chosen).in_order()
    groups = CollaborationGroup.objects.visible_to(actor).in_district(cycle.district_id)
    held = {one.unit.group_id for one in nominations}
    return Reading(
        award_list=award_list,
        tallies=tally(chosen, entries),
        groups=list(groups.open_on(on, or_among=held).in_order()),
        quotas=list(Quota.objects.visible_to(actor).of_cycle(cycle).select_related("school")),
        fields=_grouped(fields, "category_id"),
        findings=check_many(nominations, on=on),
        opinions=_of(Opinion.objects.visible_to(actor), keys, ("level",)),
        marks=_of(PanelMark.objects.visible_to(actor), keys, ("panellist", "pk")),
        objections=_of(Objection.objects.visible_to(actor), keys, ("received_on", "pk")),
        reporting_unit=committee_of(actor),
    )


def _of(rows: Any, keys: Sequence[int], order: Sequence[str]) -> Mapping[int, list[Any]]:
    return _grouped(rows.filter(nomination__in=keys).order_by(*order), "nomination_id")


def _grouped(rows: Iterable[Any], name: str) -> Mapping[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return found


def pack_of(reading: Reading) -> MeetingPack:
    """Return the pack as a document: cover, a part a category, the names that sign."""
    award_list = reading.award_list
    met_on = award_list.met_on
    day = format_value(met_on, prose=True) if met_on else "　　　　年　　月　　日"
    return MeetingPack(
        title=f"{award_list}评审材料",
        cover=cover_table(reading),
        parts=tuple(
            MeetingPart(
                ranked_table(one, reading), tuple(nominee_sheet(entry, reading) for entry in one.entries)
            )
            for one in reading.tallies
            if one.entries
        ),
        members=tuple(people_of(award_list.attendees)),
        signed_words=(
            f"{day}，评审会逐一评议了{award_list.cycle}的 {reading.number} 份推荐。"
            "参会人员对以上评审情况无异议的，请在下方签字。"
        ),
    )


def workbook_tables(reading: Reading) -> list[Table]:
    """Return the workbook's sheets: cover, then a category each its ranked list and what was said."""
    found = [cover_table(reading)]
    for one in reading.tallies:
        if one.entries:
            found += [ranked_table(one, reading), detail_table(one, reading)]
    return found


# --- tables ---------------------------------------------------------------------------------------------


def cover_table(reading: Reading) -> Table:
    """One row a group: its places and its nominations in each category, schools' own places included."""
    given: Counter[tuple[int, int]] = Counter()
    reserve: Counter[int] = Counter()
    for quota in reading.quotas:
        group = quota.group_id or (quota.school.group_id if quota.school is not None else None)
        if group is None:
            reserve[quota.category_id] += quota.places
        else:
            given[quota.category_id, group] += quota.places
    sent = Counter(
        (entry.nomination.category_id, entry.nomination.unit.group_id)
        for one in reading.tallies
        for entry in one.entries
    )
    columns = (
        Column("number", "序号", width=6, format="int"),
        Column("group", "协作组", width=18),
        *(
            Column(f"{key}{one.category.pk}", label, (one.category.name,), 8, format="int", total=True)
            for one in reading.tallies
            for key, label in (("places", "名额"), ("sent", "推荐"))
        ),
    )
    pairs = [one.category.pk for one in reading.tallies]
    rows = tuple(
        Row(
            (
                number,
                group.short_name,
                *(n for key in pairs for n in (given[key, group.pk], sent[key, group.pk])),
            )
        )
        for number, group in enumerate(reading.groups, start=1)
    )
    notes = [
        f"{one.category}：表彰名额 {one.category.places} 个，推荐名额 {one.category.proposals} 个，"
        f"实际推荐 {one.proposed} 个；{one.words()}。"
        for one in reading.tallies
    ]
    notes += [
        f"{one.category}另有区机动名额 {reserve[one.category.pk]} 个，不分到协作组。"
        for one in reading.tallies
        if reserve[one.category.pk]
    ]
    return Table(
        key="cover",
        title=f"{reading.award_list.cycle}名额与推荐情况",
        columns=columns,
        rows=rows,
        total=total_row(columns, rows),
        reporting_unit=reading.reporting_unit,
        unit_line="个、人",
        notes=tuple(notes),
        signatures=(),
    )


def ranked_table(one: Tally, reading: Reading) -> Table:
    """One row a nominee of a category, in the order of the list."""
    rows = tuple(
        Row(
            (
                number,
                entry.nomination.unit.group.short_name,
                entry.nomination.rank,
                nominee_name(entry),
                unit_name(entry),
                entry.nomination.printed_duty,
                mean_of(reading.marks.get(entry.nomination_id, ())),
                checks_word(reading.findings.get(entry.nomination_id, ())),
                outcome_words(entry),
                entry.note,
            )
        )
        for number, entry in enumerate(one.entries, start=1)
    )
    return Table(
        key=f"ranked{one.category.pk}",
        title=f"{one.category}推荐排序表",
        columns=RANKED_COLUMNS,
        rows=rows,
        head=(
            f"填报单位：{reading.reporting_unit}",
            f"表彰名额：{one.category.places} 个",
            f"推荐：{one.proposed} {one.measure}",
        ),
        signatures=(),
    )


def detail_table(one: Tally, reading: Reading) -> Table:
    """One row a nominee: checks that are not met, opinions, panel marks, objections, each in words."""
    rows = tuple(
        Row(
            (
                number,
                sheet.title,
                sheet.unit,
                *map(_joined, (sheet.checks, sheet.opinions, sheet.marks, sheet.objections)),
            )
        )
        for number, sheet in enumerate((nominee_sheet(entry, reading) for entry in one.entries), start=1)
    )
    return Table(
        key=f"detail{one.category.pk}",
        title=f"{one.category}检查和意见",
        columns=DETAIL_COLUMNS,
        rows=rows,
        reporting_unit=reading.reporting_unit,
        signatures=(),
    )


def _joined(said: Sequence[Said]) -> str:
    return "\n".join(f"{one.label}：{one.words}" for one in said)


def checks_word(findings: Sequence[Finding]) -> str:
    """Write 通过, or how many checks warn and block."""
    counts = Counter(one.verdict for one in findings)
    words = [
        f"{verdict} {counts[verdict]} 项" for verdict in (Verdict.BLOCK, Verdict.WARN) if counts[verdict]
    ]
    return "，".join(words) or "通过"


def mean_of(marks: Sequence[PanelMark]) -> float | None:
    """Return the mean of the points given, to one decimal; None when nobody gave any."""
    points = [one.points for one in marks if one.points is not None]
    return round(float(sum(points)) / len(points), 1) if points else None


# --- a nominee's page -----------------------------------------------------------------------------------


def nominee_sheet(entry: AwardListEntry, reading: Reading) -> NomineeSheet:
    """Return the page of one nominee. Telephone numbers of the form are left out: the panel needs none."""
    nomination = entry.nomination
    facts, deeds = _answers(nomination, reading.fields.get(nomination.category_id, ()))
    rank = f"，组内第 {nomination.rank} 名" if nomination.rank else ""
    key = nomination.pk
    return NomineeSheet(
        title=nominee_name(entry),
        unit=f"{nomination.category}　{unit_name(entry)}　{nomination.unit.group.short_name}{rank}",
        outcome=outcome_words(entry) + (f"（{entry.note}）" if entry.note else ""),
        facts=facts,
        deeds=deeds,
        checks=tuple(_check(one) for one in reading.findings.get(key, ()) if one.verdict is not Verdict.OK),
        opinions=tuple(_opinion(one) for one in reading.opinions.get(key, ())),
        marks=_marks(reading.marks.get(key, ())),
        objections=tuple(_objection(one) for one in reading.objections.get(key, ())),
    )


Pairs = tuple[tuple[str, str], ...]


def _answers(nomination: Nomination, fields: Sequence[FormField]) -> tuple[Pairs, Pairs]:
    """Return what the form says: short facts, and the texts of deeds; long facts stand with the deeds."""
    mine = [
        one
        for one in fields
        if one.form == FormField.Form.DISTRICT
        and one.section != FormField.Section.MATERIALS
        and one.format != FormField.Format.PHONE
    ]
    # The city's form has no opinion of the unit; here it stands among the opinions of all levels.
    sheet = sheets.sheet_of(nomination.category, mine, FormField.Form.CITY)
    said = {one.key: (one.label, one.words) for one in paragraphs(sheet, nomination.typed)}
    long = {one.key for one in mine if one.format == FormField.Format.LONG}
    facts = tuple(said[one.key] for one in mine if one.key not in long)
    return facts, tuple(said[one.key] for one in mine if one.key in long)


def _check(finding: Finding) -> Said:
    return Said(f"{finding.label}（{finding.verdict}）", finding.words, KINDS[finding.verdict])


def _opinion(opinion: Opinion) -> Said:
    day = format_value(opinion.signed_on, prose=True) if opinion.signed_on else ""
    signed = "，".join(filter(None, (opinion.signed_by, day)))
    kind = "" if opinion.verdict == Opinion.Verdict.AGREE else "wrong"
    words = f"{opinion.get_verdict_display()}：{opinion.text}" + (f"（{signed}）" if signed else "")
    return Said(opinion.get_level_display(), words, kind)


def _marks(marks: Sequence[PanelMark]) -> tuple[Said, ...]:
    found = [
        Said(
            one.panellist,
            "，".join(filter(None, (f"{one.points:.1f} 分" if one.points is not None else "", one.note))),
        )
        for one in marks
    ]
    mean = mean_of(marks)
    return (*found, Said("平均分", f"{mean:.1f} 分")) if mean is not None else tuple(found)


def _objection(objection: Objection) -> Said:
    """Say that there is an objection and what was found; who objects, and his words, stay sealed."""
    is_open = objection.status == Objection.Status.OPEN
    words = "，".join(filter(None, (objection.get_status_display(), objection.findings)))
    day = format_value(objection.received_on, prose=True)
    return Said(f"{objection.get_kind_display()}异议（{day}收到）", words, "wrong" if is_open else "")
