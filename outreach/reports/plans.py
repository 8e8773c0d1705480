"""The three-year plan: what is done of each task, what a revision changes, drawing and print."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

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
class Work:
    """A confirmed trip or a teaching event that names a task: which, from when on, where or what."""

    kind: Literal["trip", "event"]
    pk: int
    on: datetime.date
    name: str

    def __str__(self) -> str:
        return f"{'下校' if self.kind == 'trip' else '送教'} {self.on:%Y-%m-%d} {self.name}"


@dataclass(frozen=True)
class Progress:
    """How far a plan is: by the key of the task, and by year; and the work that names each task, by day."""

    by_item: Mapping[int, Done]
    by_year: Mapping[int, YearDone]
    works: Mapping[int, Sequence[Work]]


@dataclass(frozen=True)
class _Trip:
    work: Work
    programme: int
    school: int
    to_on: datetime.date
    halves: int
    #: In the order of TRIP_SUMS.
    sums: Sequence[int]
    #: Roots of the tasks that it names.
    named: frozenset[int]


@dataclass(frozen=True)
class _Event:
    work: Work
    programme: int
    to_on: datetime.date
    schools: frozenset[int]
    named: frozenset[int]


@dataclass(frozen=True)
class _Facts:
    """What the items are counted from, each read by one query."""

    trips: Sequence[_Trip]
    events: Sequence[_Event]
    #: The root of each item: the first of the items that it was copied from.
    roots: Mapping[int, int]
    #: Reported so far, by root.
    reported: Mapping[int, int]
    #: Work that ends later is not counted.
    until: datetime.date

    def root(self, item: PlanItem) -> int:
        return self.roots.get(item.pk, item.pk)


# --- progress -------------------------------------------------------------------------------------------


def progress_of(items: Iterable[PlanItem], actor: Any, *, until: datetime.date | None = None) -> Progress:
    """Count what is done of each item, in five queries whatever their number.

    Work that names tasks of the plan, in whichever revision, counts for these alone and whatever its year:
    the office has said what it was for. Work that names none counts for every item of its measure, plan year
    and programme. Both at the item's school where it names one. Counted are confirmed trips, and events; or
    what was reported and not struck is added up. Items come with plan and programme loaded. `until` leaves
    out what ended later. A principal counts the trips of his own pair.
    """
    items = list(items)
    facts = _facts_of(items, actor, until or datetime.date.max)
    by_item = {item.pk: Done(_done(item, facts), item.target) for item in items}
    by_year = {}
    for year_no in range(1, YEARS + 1):
        mine = [by_item[item.pk] for item in items if item.year_no == year_no]
        by_year[year_no] = YearDone(sum(one.is_met for one in mine), len(mine))
    works = _works(facts)
    return Progress(by_item, by_year, {item.pk: works.get(facts.root(item), []) for item in items})


def _works(facts: _Facts) -> dict[int, list[Work]]:
    """Return the work that names each root, by day; an event that is still to come stands there too."""
    found: dict[int, list[Work]] = defaultdict(list)
    for one in (*facts.trips, *facts.events):
        for root in one.named:
            found[root].append(one.work)
    for works in found.values():
        works.sort(key=lambda work: (work.on, work.kind, work.pk))
    return found


def _facts_of(items: Sequence[PlanItem], actor: Any, until: datetime.date) -> _Facts:
    programmes = {item.plan.programme_id for item in items}
    roots: dict[int, int] = {}
    chain = PlanItem.objects.visible_to(actor).of_programmes(programmes).order_by("pk")
    for pk, origin in chain.values_list("pk", "origin"):
        # An origin is older than its copy, so its own root is known already.
        roots[pk] = roots.get(origin, pk)
    return _Facts(
        trips=_trips(programmes, actor, roots, until),
        events=_events(programmes, actor, roots),
        roots=roots,
        reported=_reported(programmes, actor, roots, until),
        until=until,
    )


def _trips(
    programmes: Iterable[int], actor: Any, roots: Mapping[int, int], until: datetime.date
) -> list[_Trip]:
    """Read the confirmed trips with the tasks that they name; a trip is a row a task in this one query."""
    trips = Trip.objects.visible_to(actor).confirmed().filter(pairing__programme__in=programmes)
    columns = (
        *("pk", "items", "pairing__programme", "host_school", "host_school__name"),
        *("from_on", "from_half", "to_on", "to_half", *TRIP_SUMS.values()),
    )
    rows: dict[int, tuple] = {}
    named: dict[int, set[int]] = defaultdict(set)
    for pk, item, *row in trips.ended_by(until).order_by().values_list(*columns):
        rows[pk] = tuple(row)
        if item in roots:
            named[pk].add(roots[item])
    return [
        _Trip(
            work=Work("trip", pk, from_on, name),
            programme=programme,
            school=school,
            to_on=to_on,
            halves=(to_on - from_on).days * 2 + to_half - from_half + 1,
            sums=sums,
            named=frozenset(named[pk]),
        )
        for pk, (programme, school, name, from_on, from_half, to_on, to_half, *sums) in rows.items()
    ]


def _events(programmes: Iterable[int], actor: Any, roots: Mapping[int, int]) -> list[_Event]:
    """Read the events with their schools and the tasks that they name, in two queries."""
    events = TeachingEvent.objects.visible_to(actor).filter(programme__in=programmes)
    lessons = Lesson.objects.visible_to(actor).filter(event__programme__in=programmes)
    places: dict[int, set[int]] = defaultdict(set)
    for event, school in lessons.order_by().values_list("event", "host_school"):
        places[event].add(school)
    rows: dict[int, tuple] = {}
    named: dict[int, set[int]] = defaultdict(set)
    columns = ("pk", "items", "programme", "name", "from_on", "to_on")
    for pk, item, *row in events.order_by().values_list(*columns):
        rows[pk] = tuple(row)
        if item in roots:
            named[pk].add(roots[item])
    return [
        _Event(
            work=Work("event", pk, from_on, name),
            programme=programme,
            to_on=to_on,
            schools=frozenset(places[pk]),
            named=frozenset(named[pk]),
        )
        for pk, (programme, name, from_on, to_on) in rows.items()
    ]


def _reported(
    programmes: Iterable[int], actor: Any, roots: Mapping[int, int], until: datetime.date
) -> dict[int, int]:
    """Sum the reported progress by root: copies of an item in other revisions share one sum."""
    rows = PlanProgress.objects.visible_to(actor).of_programmes(programmes).standing().until(until)
    sums: dict[int, int] = defaultdict(int)
    for _, item, done in rows.order_by().values_list("pk", "item", "done"):
        sums[roots.get(item, item)] += done
    return sums


def _done(item: PlanItem, facts: _Facts) -> Number:
    root = facts.root(item)
    if item.measure == M.REPORTED:
        return facts.reported.get(root, 0)
    programme, school = item.plan.programme_id, item.host_school_id
    first, last = plan_year(item.plan.programme, item.year_no)

    def counts(one: _Trip | _Event, on: datetime.date, schools: Iterable[int]) -> bool:
        is_meant = root in one.named if one.named else first <= on <= last
        return is_meant and one.programme == programme and (school is None or school in schools)

    if item.measure == M.EVENTS:
        held = (one for one in facts.events if one.to_on <= facts.until)
        return sum(counts(one, one.work.on, one.schools) for one in held)
    trips = [one for one in facts.trips if counts(one, one.to_on, (one.school,))]
    if item.measure == M.TRIPS:
        return len(trips)
    if item.measure == M.DAYS:
        halves = sum(one.halves for one in trips)
        return halves // 2 if halves % 2 == 0 else halves / 2
    place = list(TRIP_SUMS).index(M(item.measure))
    return sum(one.sums[place] for one in trips)


#: So much work of one task is named, the latest; of more, the number is said.
WORKS_NAMED = 5


def latest_works(works: Sequence[Work]) -> Sequence[Work]:
    """Keep the work that is named one by one."""
    return works[-WORKS_NAMED:]


def more_works(works: Sequence[Work]) -> str:
    """Say how much there is when not all is named; empty otherwise."""
    return f"共 {len(works):,} 次，以上是最近 {WORKS_NAMED} 次" if len(works) > WORKS_NAMED else ""


def works_words(works: Sequence[Work]) -> str:
    """Write the work that names a task: 下校 2019-03-12 某中学；送教 2019-04-11 送教下校活动."""
    return "；".join(filter(None, [*map(str, latest_works(works)), more_works(works)]))


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

#: What the numbers are made of.
NAMED = "写明对应任务的下校和送教，只计入所对应的任务。"
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
    Column("works", "对应的下校和送教", width=30),
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
                works_words(progress.works[item.pk]),
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
    parts.append(Paragraph(f"完成数截至{until}，下校只统计受援学校已确认的。{NAMED}任务见附件。"))
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
