"""The effect sheet (成效表): needs, what was done, evidence and the schools' word, by field and by school."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from guanweihui.catalogue import Paper, report
from guanweihui.figures import Period
from guanweihui.scope import DISTRICT_WIDE, committee_of, reach_of
from guanweihui.tables import Column, Row, Table, format_value
from outreach.models import Assessment, Need, Programme, TeachingEvent, Trip
from outreach.reports.needs import feedback_of, latest_ratings, photos_of

S, R = Need.Status, Assessment.Rating
COUNTS = (
    Column("found", "提出", ("需求（条）",), width=7, format="int"),
    Column("open", "待安排", ("需求（条）",), width=7, format="int"),
    Column("taken_up", "已安排", ("需求（条）",), width=7, format="int"),
    Column("met", "其中已解决", ("需求（条）",), width=8, format="int"),
    Column("dropped", "不再办理", ("需求（条）",), width=7, format="int"),
    Column("trips", "下校（次）", ("行动",), width=7, format="int"),
    Column("days", "下校（天）", ("行动",), width=7, format="hours"),
    Column("events", "送教（次）", ("行动",), width=7, format="int"),
    Column("photos", "照片（张）", ("佐证",), width=7, format="int"),
    Column("returned", "反馈（份）", ("佐证",), width=7, format="int"),
    Column("content", "其中满意", ("佐证",), width=7, format="int"),
    *(Column(one, one.label, ("最近一次评价（条）",), width=7, format="int") for one in R),
    Column("unsaid", "未评价", ("最近一次评价（条）",), width=7, format="int"),
)
RULES = (
    "提出＝待安排＋已安排＋不再办理；状态为生成本表时的状态。",
    "下校只统计受援学校已确认、并注明针对这些需求的；一次下校或送教针对几条需求的，在各行分别列出，合计中只算一次。",
    "满意份数和评价按受援学校的反馈；同一条需求有几次评价的，以最近一次为准。",
)


@dataclass(frozen=True)
class Effect:
    """Everything the sheet is counted from, within the reader's reach and up to the cut-off date."""

    needs: Sequence[Need]
    #: By a need's key the keys of the confirmed trips and of the events that answer it.
    trips: Mapping[int, Sequence[int]]
    events: Mapping[int, Sequence[int]]
    half_days: Mapping[int, int]
    photos: Counter[int]
    feedback: Mapping[int, tuple[int, int]]
    ratings: Mapping[int, str]


def read_effect(actor: Any, until: datetime.date, programme: Programme | None = None) -> Effect:
    """Read needs, links, evidence and assessments, in six queries whatever there is."""
    found = Need.objects.visible_to(actor).found_by(until)
    if programme is not None:
        found = found.of_programme(programme)
    trips = Trip.objects.visible_to(actor).confirmed().ended_by(until)
    events = TeachingEvent.objects.visible_to(actor).ended_by(until)
    stays = list(trips.needs_answered())
    return Effect(
        list(found.for_list()),
        _by_need((need, trip) for need, trip, _ in stays),
        _by_need(events.needs_answered()),
        {trip: half_days for _, trip, half_days in stays},
        photos_of(trips),
        feedback_of(actor, events),
        latest_ratings(actor, found, until=until),
    )


def _by_need(links: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for need, key in links:
        found[need].append(key)
    return found


def line_of(effect: Effect, needs: Iterable[Need]) -> tuple[Any, ...]:
    """Count one line of the sheet over these needs, a trip and an event once each; in the order of COUNTS."""
    needs = list(needs)
    states = Counter(need.status for need in needs)
    trips = {trip for need in needs for trip in effect.trips.get(need.pk, ())}
    events = {event for need in needs for event in effect.events.get(need.pk, ())}
    half_days = sum(effect.half_days[trip] for trip in trips)
    ratings = Counter(effect.ratings.get(need.pk, "") for need in needs)
    sheets = [effect.feedback[event] for event in events if event in effect.feedback]
    return (
        len(needs),
        states[S.OPEN],
        states[S.UNDER_WAY] + states[S.MET],
        states[S.MET],
        states[S.DROPPED],
        len(trips),
        half_days / 2,
        len(events),
        sum(effect.photos[trip] for trip in trips),
        sum(returned for returned, _ in sheets),
        sum(content for _, content in sheets),
        *(ratings[one] for one in R),
        ratings[""],
    )


def field_table(effect: Effect, *, reporting_unit: str = "", period: str = "") -> Table:
    """One row a field in the fixed order, also where nothing was found."""
    head = (Column("field", "需求领域", width=16),)
    groups = [
        ((field.label,), [need for need in effect.needs if need.field == field]) for field in Need.Field
    ]
    return _table(
        "effect_fields", "老校长下乡成效表（按需求领域）", head, groups, effect, reporting_unit, period
    )


def school_table(effect: Effect, *, reporting_unit: str = "", period: str = "") -> Table:
    """One row a host school with needs, by region."""
    head = (Column("school", "受援学校", width=24), Column("region", "地区", width=12))
    groups = _grouped(effect.needs, lambda need: (need.visit.host_school.name, need.visit.host_school.region))
    return _table(
        "effect_schools", "老校长下乡成效表（按受援学校）", head, groups, effect, reporting_unit, period
    )


def _grouped(needs: Iterable[Need], key: Callable[[Need], Hashable]) -> list[tuple[Any, list[Need]]]:
    found: dict[Any, list[Need]] = defaultdict(list)
    for need in needs:
        found[key(need)].append(need)
    return list(found.items())


def _table(
    key: str,
    title: str,
    head: tuple[Column, ...],
    groups: Sequence[tuple[Any, list[Need]]],
    effect: Effect,
    reporting_unit: str,
    period: str,
) -> Table:
    """Lay out the sheet; its total counts distinct trips and events, so it is not the sum of the rows."""
    rows = tuple(Row((*names, *line_of(effect, needs))) for names, needs in groups)
    blank = (None,) * (len(head) - 1)
    return Table(
        key,
        title,
        (*head, *COUNTS),
        rows,
        total=Row(("合　计", *blank, *line_of(effect, effect.needs)), kind="total"),
        reporting_unit=reporting_unit,
        period=period,
        unit_line="条、次、天、张、份",
        notes=RULES,
    )


def effect_tables(
    actor: Any, until: datetime.date, programme: Programme | None = None
) -> tuple[Table, Table]:
    """Return the sheet by field and by school, scope and cut-off date in its head."""
    effect = read_effect(actor, until, programme)
    words = {
        "reporting_unit": committee_of(actor),
        "period": f"{scope_words(actor, programme)}，截至{format_value(until, prose=True)}",
    }
    return field_table(effect, **words), school_table(effect, **words)


def scope_words(actor: Any, programme: Programme | None = None) -> str:
    """Say what the sheet counts: a link holder's is never all of a programme, only his own pair's part."""
    if reach_of(actor).serves(*DISTRICT_WIDE):
        return programme.name if programme is not None else "全部项目"
    return f"{programme.name}（本人的结对）" if programme is not None else "本人的结对"


@report(
    "outreach_effect",
    family="老校长下乡",
    title="老校长下乡成效表",
    purpose="需求、行动、佐证和受援学校评价，分别按四个需求领域和受援学校统计。",
    roles=DISTRICT_WIDE,
)
def effect_paper(actor: Any, period: Period) -> Paper:
    """Build the sheet as it stands at the end of a year; today, while that is still to come."""
    tables = effect_tables(actor, min(period.last, timezone.localdate()))
    return Paper("老校长下乡成效表", tables if tables[1].rows else ())
