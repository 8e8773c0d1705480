"""The ledgers (台账): confirmed trips and teaching events by principal, by host school, by field of need."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.http import urlencode

from guanweihui.areas import url_or_none
from guanweihui.catalogue import Paper, report
from guanweihui.figures import Period
from guanweihui.scope import DISTRICT_WIDE, committee_of
from guanweihui.tables import Cell, Column, Row, Table
from outreach.models import HostSchool, Lesson, Need, Pairing, Partnership, TeachingEvent, Trip
from outreach.reports.tallies import Work, add_trips, events_begun, items_of, work_done

WORK_COLUMNS = (
    Column("trips", "次数（次）", ("下校",), width=11, format="int"),
    Column("days", "天数（天）", ("下校",), width=11, format="hours"),
    Column("people", "人数（人）", ("下校",), width=11, format="int"),
    Column("places", "人次", ("下校",), width=8, format="int"),
    Column("lessons_observed", "听课", ("课（节）",), width=8, format="int"),
    Column("lessons_reviewed", "评课", ("课（节）",), width=8, format="int"),
    Column("lessons_taught", "上课", ("课（节）",), width=8, format="int"),
    Column("lectures", "场次", ("讲座",), width=8, format="int"),
    Column("lecture_attendances", "参加人次", ("讲座",), width=10, format="int"),
    Column("research_sessions", "教研（次）", width=11, format="int"),
    Column("mentor_pairs", "师徒结对（对）", width=15, format="int"),
)
EVENTS = Column("events", "送教（次）", width=11, format="int")
NUMBER = Column("number", "序号", width=6, format="int")
UNIT_LINE = "次、天、人、人次、节、场次、对"
ONLY_CONFIRMED = "只统计受援学校已确认的下校记录；跨统计期的下校记在离校的一期，送教记在开始的一期。"
UNITS_APART = "人、人次、场次、节、天分别统计，不相加；半天记 0.5 天。"
#: What the ledgers are kept by, with the words of the page.
WAYS = {"principal": "按老校长", "host": "按受援学校", "field": "按需求领域"}


@dataclass(frozen=True)
class Kept:
    """Everything that a period's ledgers are kept from, read once in the actor's reach."""

    work: Sequence[Work]
    events: Sequence[TeachingEvent]
    items: Sequence[Lesson]
    partnerships: Sequence[Partnership]
    pairings: Sequence[Pairing]
    schools: Mapping[int, HostSchool]

    def schools_of(self, pairing: int) -> set[int]:
        """Return the schools that a pair had an agreement with in the period."""
        return {one.host_school_id for one in self.partnerships if one.pairing_id == pairing}

    def events_at(self, schools: set[int]) -> int:
        """Count the events that held something at one of these schools, each once."""
        return len({one.event_id for one in self.items if one.host_school_id in schools})


def keep(actor: Any, period: Any) -> Kept:
    """Read what the ledgers of a period need; nine queries, however many rows."""
    partnerships = Partnership.objects.visible_to(actor).for_table()
    pairings = Pairing.objects.visible_to(actor).select_related("programme")
    return Kept(
        work=work_done(actor, period.first, period.last),
        events=events_begun(actor, period.first, period.last),
        items=items_of(actor, period.first, period.last),
        partnerships=[one for one in partnerships if held_in(one, period)],
        pairings=list(pairings.order_by("programme__started_on", "programme", "position", "pk")),
        schools=HostSchool.objects.visible_to(actor).in_bulk(),
    )


def held_in(partnership: Partnership, period: Any) -> bool:
    """Tell whether an agreement held on some day of the period; an unknown end counts as open."""
    begun = partnership.from_on is None or partnership.from_on <= period.last
    lasted = partnership.to_on is None or partnership.to_on >= period.first
    return begun and lasted and (partnership.ended_on is None or partnership.ended_on > period.first)


def runs_in(pairing: Pairing, period: Any) -> bool:
    batch = pairing.programme
    return batch.started_on <= period.last and (batch.ends_on is None or batch.ends_on >= period.first)


def work_cells(work: Iterable[Work]) -> tuple[Cell, ...]:
    """Write the sums of some work in the order of WORK_COLUMNS."""
    sums = add_trips(work)
    return tuple(getattr(sums, column.key) for column in WORK_COLUMNS)


def by_principal(kept: Kept, period: Any) -> Table:
    """One row a pair of a programme that runs in the period, or that went on a trip in it."""
    columns = (
        NUMBER,
        Column("principal", "老校长", width=10, align="center"),
        Column("assistant", "助理", width=10, align="center"),
        Column("schools", "受援学校", width=30),
        *WORK_COLUMNS,
        EVENTS,
    )
    work = grouped(kept.work, lambda one: one.pairing_id)
    names: dict[int, list[str]] = defaultdict(list)
    for one in kept.partnerships:
        names[one.pairing_id].append(one.host_school.name)
    due = [one for one in kept.pairings if runs_in(one, period) or one.pk in work]
    rows = [
        Row(
            (
                number,
                one.principal_name,
                one.assistant_name or "无",
                "、".join(names[one.pk]) or "无",
                *work_cells(work[one.pk]),
                kept.events_at(kept.schools_of(one.pk)),
            ),
            links={"principal": url_or_none("pairing-detail", one.pk)},
        )
        for number, one in enumerate(due, start=1)
    ]
    total = (None, "合　计", None, None, *work_cells(kept.work), len(kept.events))
    notes = (
        "送教按活动学校是否属于本结对统计，一次送教可到几个结对的学校；合计按送教次数去重，人数也按人去重。",
    )
    return _table("principal", columns, rows, total, notes)


def by_host(kept: Kept, period: Any) -> Table:
    """One row a host school with an agreement in the period, or where something was done in it."""
    columns = (
        NUMBER,
        Column("host", "受援学校", width=26),
        Column("region", "地区", width=10, align="center"),
        Column("pairs", "结对", width=18, align="center"),
        *WORK_COLUMNS,
        EVENTS,
    )
    work = grouped(kept.work, lambda one: one.host_school_id)
    due = {one.host_school_id for one in (*kept.partnerships, *kept.work, *kept.items)}
    partners = grouped(kept.partnerships, lambda one: one.host_school_id)
    rows = []
    schools = sorted((kept.schools[one] for one in due), key=lambda one: (one.region, one.pk))
    for number, school in enumerate(schools, start=1):
        said = (f"{one.pairing.principal_name}（{one.get_kind_display()}）" for one in partners[school.pk])
        pairs = "、".join(dict.fromkeys(said)) or "无"
        cells = (*work_cells(work[school.pk]), kept.events_at({school.pk}))
        links = {"host": url_or_none("host-detail", school.pk), "trips": _trips_url(school, period)}
        rows.append(Row((number, school.name, school.region, pairs, *cells), links=links))
    total = (None, "合　计", None, None, *work_cells(kept.work), len(kept.events))
    notes = ("一次送教可到几所学校，合计按送教次数去重，人数也按人去重。受援学校不计入本区学校。",)
    return _table("host", columns, rows, total, notes)


def _trips_url(school: HostSchool, period: Any) -> str:
    """Return the address of the confirmed trips to a school that end in the period."""
    asked = {
        "host_school": school.pk,
        "status": Trip.Status.CONFIRMED.value,
        "since": period.first,
        "until": period.last,
    }
    url = url_or_none("trip-list")
    return f"{url}?{urlencode(asked)}" if url else ""


def by_field(kept: Kept, period: Any) -> Table:
    """One row a field of need, then what answers no need; fields overlap, so that nothing is added up."""
    columns = (NUMBER, Column("field", "需求领域", width=16), *WORK_COLUMNS, EVENTS)
    rows = []
    for number, field in enumerate(Need.Field, start=1):
        work = [one for one in kept.work if field in one.fields]
        events = sum(answers(one, field) for one in kept.events)
        rows.append(Row((number, field.label, *work_cells(work), events)))
    loose = [one for one in kept.work if not one.fields]
    apart = sum(not one.needs.all() for one in kept.events)
    rows.append(Row((len(rows) + 1, "没有对应需求的", *work_cells(loose), apart)))
    notes = (
        "一次下校或送教在一个领域只记一次；可以同时回应几个领域的需求，各领域之间有重复，不能相加。",
        f"本期已确认下校共 {add_trips(kept.work).trips} 次，送教共 {len(kept.events)} 次。",
    )
    return _table("field", columns, rows, None, notes)


def answers(event: TeachingEvent, field: str) -> bool:
    """Tell whether an event answers a need of this field."""
    return any(need.field == field for need in event.needs.all())


def grouped(rows: Iterable[Any], key: Callable[[Any], int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


def _table(
    way: str,
    columns: tuple[Column, ...],
    rows: Sequence[Row],
    total: tuple[Cell, ...] | None,
    notes: tuple[str, ...],
) -> Table:
    return Table(
        key=f"ledger-{way}",
        title=f"老校长下乡工作台账（{WAYS[way]}）",
        columns=columns,
        rows=tuple(rows),
        total=Row(total, "total") if total is not None and rows else None,
        unit_line=UNIT_LINE,
        notes=(ONLY_CONFIRMED, UNITS_APART, *notes),
    )


BUILDERS = {"principal": by_principal, "host": by_host, "field": by_field}


def ledger(actor: Any, period: Period, way: str) -> Table:
    """Build one ledger of a year. `way` is a key of WAYS."""
    return _stated(BUILDERS[way](keep(actor, period), period), actor, period)


def _stated(table: Table, actor: Any, period: Period) -> Table:
    return replace(table, reporting_unit=committee_of(actor), period=period.span)


@report(
    "outreach-ledger",
    family="老校长下乡",
    title="老校长下乡工作台账",
    purpose="本年度已确认的下校和送教，按老校长、受援学校、需求领域各一张表；没有的记 0。",
    roles=DISTRICT_WIDE,
)
def ledger_paper(actor: Any, period: Period) -> Paper:
    """Build the three ledgers of a year from one reading."""
    kept = keep(actor, period)
    tables = tuple(_stated(build(kept, period), actor, period) for build in BUILDERS.values())
    return Paper(f"{period.label}老校长下乡工作台账", tables)
