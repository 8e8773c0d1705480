"""The three-year plan: what is done of each task, what a revision changes, drawing and print."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from guanweihui.documents import charts
from guanweihui.documents.official import Attachment, Drawing, OfficialDocument, Paragraph, Part
from guanweihui.tables import Column, Row, Table, format_value
from outreach.models import YEARS, Lesson, Plan, PlanGoal, PlanItem, PlanProgress, TeachingEvent, Trip
from outreach.models.plans import plan_year
from outreach.workflow.plans import ITEM_FIELDS

M = PlanItem.Measure
#: What a measure adds up of a confirmed trip; days are half of its half days.
TRIP_SUMS = {
    M.LESSONS_OBSERVED: "lessons_observed",
    M.LESSONS_REVIEWED: "lessons_reviewed",
    M.LESSONS_TAUGHT: "lessons_taught",
    M.LECTURES: "lectures",
    M.RESEARCH_SESSIONS: "research_sessions",
    M.MENTOR_PAIRS: "mentor_pairs",
}
UNITS = {
    M.TRIPS: "次",
    M.DAYS: "天",
    M.LESSONS_OBSERVED: "节",
    M.LESSONS_REVIEWED: "节",
    M.LESSONS_TAUGHT: "节",
    M.LECTURES: "场",
    M.RESEARCH_SESSIONS: "次",
    M.MENTOR_PAIRS: "对",
    M.EVENTS: "次",
    M.REPORTED: "",
}
Number = int | float


@dataclass(frozen=True)
class Done:
    """How far a task is: done (of the task's own unit) and target."""

    done: Number
    target: int

    @property
    def share(self) -> float:
        return min(1.0, self.done / self.target)

    @property
    def is_met(self) -> bool:
        return self.done >= self.target


@dataclass(frozen=True)
class YearDone:
    """How far a year is: tasks that reached their target, and all tasks; their units do not add up."""

    met: int
    items: int


@dataclass(frozen=True)
class Progress:
    """How far a plan is: by the key of the task, and by year."""

    by_item: Mapping[int, Done]
    by_year: Mapping[int, YearDone]


@dataclass(frozen=True)
class _Facts:
    """What the items are counted from, each read by one query."""

    trips: list[tuple]
    events: list[tuple]
    #: Schools of each event.
    places: Mapping[int, set[int]]
    #: Reported so far, by item.
    reported: Mapping[int, int]


# --- progress -------------------------------------------------------------------------------------------


def progress_of(items: Iterable[PlanItem], actor: Any, *, until: datetime.date | None = None) -> Progress:
    """Count what is done of each item, in five queries whatever their number.

    Counted are confirmed trips and events of the item's plan year, of its programme and, where it names one,
    at its school; or what was reported is added up. Items come with plan and programme loaded. `until` leaves
    out what ended later. A principal counts the trips of his own pair.
    """
    items = list(items)
    facts = _facts_of(items, actor, until)
    by_item = {item.pk: Done(_done(item, facts), item.target) for item in items}
    by_year = {}
    for year_no in range(1, YEARS + 1):
        mine = [by_item[item.pk] for item in items if item.year_no == year_no]
        by_year[year_no] = YearDone(sum(one.is_met for one in mine), len(mine))
    return Progress(by_item, by_year)


def _facts_of(items: Sequence[PlanItem], actor: Any, until: datetime.date | None) -> _Facts:
    programmes = {item.plan.programme_id for item in items}
    last = until or datetime.date.max
    trips = Trip.objects.visible_to(actor).confirmed().filter(pairing__programme__in=programmes)
    events = TeachingEvent.objects.visible_to(actor).filter(programme__in=programmes)
    lessons = Lesson.objects.visible_to(actor).filter(event__programme__in=programmes)
    places: dict[int, set[int]] = defaultdict(set)
    for event, school in lessons.order_by().values_list("event", "host_school"):
        places[event].add(school)
    trip_fields = ("pairing__programme", "host_school", "from_on", "from_half", "to_on", "to_half")
    return _Facts(
        trips=list(
            trips.filter(to_on__lte=last).order_by().values_list("pk", *trip_fields, *TRIP_SUMS.values())
        ),
        events=list(events.filter(to_on__lte=last).order_by().values_list("pk", "programme", "from_on")),
        places=places,
        reported=_reported(programmes, actor, last),
    )


def _reported(programmes: Iterable[int], actor: Any, last: datetime.date) -> dict[int, int]:
    """Sum the reported progress of each item; copies of an item in other revisions share one sum."""
    first: dict[int, int] = {}
    chain = PlanItem.objects.visible_to(actor).of_programmes(programmes).order_by("pk")
    for pk, origin in chain.values_list("pk", "origin"):
        # An origin is older than its copy, so its own first is known already.
        first[pk] = first.get(origin, pk)
    rows = PlanProgress.objects.visible_to(actor).of_programmes(programmes).until(last)
    sums: dict[int, int] = defaultdict(int)
    for _, item, done in rows.order_by().values_list("pk", "item", "done"):
        sums[first.get(item, item)] += done
    return {pk: sums[root] for pk, root in first.items() if root in sums}


def _done(item: PlanItem, facts: _Facts) -> Number:
    if item.measure == M.REPORTED:
        return facts.reported.get(item.pk, 0)
    programme, school = item.plan.programme_id, item.host_school_id
    first, last = plan_year(item.plan.programme, item.year_no)
    if item.measure == M.EVENTS:
        return sum(
            of == programme and first <= from_on <= last and (school is None or school in facts.places[pk])
            for pk, of, from_on in facts.events
        )
    trips = [
        row
        for row in facts.trips
        if row[1] == programme and first <= row[5] <= last and school in (None, row[2])
    ]
    if item.measure == M.TRIPS:
        return len(trips)
    if item.measure == M.DAYS:
        halves = sum((row[5] - row[3]).days * 2 + row[6] - row[4] + 1 for row in trips)
        return halves // 2 if halves % 2 == 0 else halves / 2
    place = 7 + list(TRIP_SUMS).index(M(item.measure))
    return sum(row[place] for row in trips)


def done_words(item: PlanItem, done: Done) -> str:
    """Write done and target in the task's unit: 6 / 8 节."""
    said = format_value(done.done, "int" if float(done.done).is_integer() else "hours")
    return f"{said} / {done.target:,} {UNITS[M(item.measure)]}".strip()


def target_words(item: PlanItem) -> str:
    """Write what is to be reached: 听课节数 8 节（每校两节）."""
    words = item.indicator if item.measure == M.REPORTED else item.get_measure_display()
    said = f"{words} {item.target:,} {UNITS[M(item.measure)]}".strip()
    return f"{said}（{item.indicator}）" if item.indicator and item.measure != M.REPORTED else said


# --- what a revision changes ------------------------------------------------------------------------------

SHOWN = tuple(name for name in ITEM_FIELDS if name != "position")


@dataclass(frozen=True)
class Difference:
    """One line of what a revision changes: which kind, what it is about, before and after in words."""

    kind: str
    about: str
    words: str


def differences(
    before: tuple[Plan, Sequence[PlanGoal], Sequence[PlanItem]],
    after: tuple[Plan, Sequence[PlanGoal], Sequence[PlanItem]],
) -> list[Difference]:
    """Compare a plan with the revision before it: title and basis, goals by year, tasks one by one.

    Items come with needs and school loaded.
    """
    (old, old_goals, old_items), (new, new_goals, new_items) = before, after
    found = [
        Difference("修改", label, f"{getattr(old, name) or '（空）'} → {getattr(new, name) or '（空）'}")
        for name, label in (("title", "名称"), ("basis", "依据"))
        if getattr(old, name) != getattr(new, name)
    ]
    texts = [{goal.year_no: goal.text for goal in goals} for goals in (old_goals, new_goals)]
    for year_no in range(1, YEARS + 1):
        was, now = (one.get(year_no, "（空）") for one in texts)
        if was != now:
            found.append(Difference("修改", f"第{year_no}年目标", f"{was} → {now}"))
    copies = {item.origin_id: item for item in new_items if item.origin_id}
    for item in old_items:
        if item.pk not in copies:
            found.append(Difference("删除", item.title, f"第{item.year_no}年，{target_words(item)}"))
        elif words := _item_changes(item, copies[item.pk]):
            found.append(Difference("修改", item.title, "；".join(words)))
    known = {item.pk for item in old_items}
    found += [
        Difference("新增", item.title, f"第{item.year_no}年，{target_words(item)}")
        for item in new_items
        if item.origin_id not in known
    ]
    return found


def _item_changes(old: PlanItem, new: PlanItem) -> list[str]:
    found = []
    for name in SHOWN:
        was, now = _said(old, name), _said(new, name)
        if was != now:
            field: Any = PlanItem._meta.get_field(name)
            found.append(f"{field.verbose_name}：{was} → {now}")
    needs = [{need.pk: need.text for need in item.needs.all()} for item in (old, new)]
    for word, more, less in (("增加需求", needs[1], needs[0]), ("去掉需求", needs[0], needs[1])):
        found += [f"{word}：{text}" for pk, text in more.items() if pk not in less]
    return found


def _said(item: PlanItem, name: str) -> str:
    if name == "host_school":
        return str(item.host_school or "全部学校")
    if name in ("mode", "field", "measure"):
        return str(getattr(item, f"get_{name}_display")())
    return format_value(getattr(item, name)) or "（空）"


# --- drawing and print ------------------------------------------------------------------------------------

#: So many tasks go on one drawing of the print: it must fit a page.
SPANS_A_PAGE = 10


def drawing(plan: Plan, items: Sequence[PlanItem], progress: Progress, *, width: int = 760) -> str:
    """Draw the three years as bands and a bar a task, its done share filled; as SVG."""
    bands = [(f"第{year_no}年", *plan_year(plan.programme, year_no)) for year_no in range(1, YEARS + 1)]
    spans = [
        charts.Span(
            item.title,
            bands[item.year_no - 1][1],
            item.due_on,
            progress.by_item[item.pk].share,
            done_words(item, progress.by_item[item.pk]),
            is_second=item.mode == PlanItem.Mode.APART,
        )
        for item in items
    ]
    kinds = (PlanItem.Mode.TOGETHER.label, PlanItem.Mode.APART.label)
    return charts.timeline(f"{plan}进度图", bands, spans, kinds=kinds, width=width)


ITEM_COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("title", "任务", width=30),
    Column("field", "领域", width=10, align="center"),
    Column("mode", "方式", width=10, align="center"),
    Column("school", "范围", width=18),
    Column("target", "指标", width=24),
    Column("done", "已完成", width=12, align="center"),
    Column("owner", "责任人", width=12, align="center"),
    Column("due_on", "完成期限", width=12, format="date"),
)


def item_table(items: Iterable[PlanItem], progress: Progress, year_no: int) -> Table:
    """One row a task of one year, in the plan's order."""
    mine = [item for item in items if item.year_no == year_no]
    rows = tuple(
        Row(
            (
                number,
                item.title,
                item.get_field_display(),
                item.get_mode_display(),
                str(item.host_school or "全部学校"),
                target_words(item),
                done_words(item, progress.by_item[item.pk]),
                item.owner,
                item.due_on,
            )
        )
        for number, item in enumerate(mine, start=1)
    )
    return Table(f"plan_year_{year_no}", f"第{year_no}年任务", ITEM_COLUMNS, rows)


def plan_document(
    plan: Plan,
    goals: Sequence[PlanGoal],
    items: Sequence[PlanItem],
    progress: Progress,
    *,
    on: datetime.date,
) -> OfficialDocument:
    """Lay the plan out as an official document: goals, tasks by year, the drawing.

    `on` is the day up to which done is counted.
    """
    committee = plan.programme.district.committee_name
    until = format_value(on, prose=True)
    said = (("依据", plan.basis), ("修订原因", plan.reason))
    parts: list[Part] = [Paragraph(f"{label}：{_ended(text)}") for label, text in said if text]
    parts.append(Paragraph("年度目标", level=1))
    parts += [Paragraph(f"第{goal.year_no}年：{_ended(goal.text)}") for goal in goals]
    parts.append(Paragraph("进度", level=1))
    parts.append(Paragraph(f"完成数截至{until}，下校只统计受援学校已确认的。任务见附件。"))
    parts += [
        Drawing(drawing(plan, items[start : start + SPANS_A_PAGE], progress, width=600))
        for start in range(0, len(items), SPANS_A_PAGE)
    ]
    return OfficialDocument(
        organ_mark=f"{committee}文件",
        title=f"{plan.programme.name}\n{plan.title}",
        body=tuple(parts),
        signed_by=committee,
        signed_on=_signed_on(plan, on),
        number=f"第{plan.revision}版" if plan.approved_at else "",
        attachments=(Attachment("年度任务表", tuple(_year_parts(plan, items, progress))),),
    )


def _year_parts(plan: Plan, items: Sequence[PlanItem], progress: Progress) -> Iterator[Part]:
    """Yield the tasks year by year, each under its days."""
    for year_no in range(1, YEARS + 1):
        first, last = (format_value(day, prose=True) for day in plan_year(plan.programme, year_no))
        yield Paragraph(f"第{year_no}年（{first}至{last}）", level=1)
        table = item_table(items, progress, year_no)
        yield table if table.rows else Paragraph("本年度没有安排任务。")


def _ended(text: str) -> str:
    return text if text.endswith(("。", "！", "？")) else f"{text}。"


def _signed_on(plan: Plan, on: datetime.date) -> datetime.date:
    return timezone.localdate(plan.approved_at) if plan.approved_at else on
