"""Who serves (谁在服务): registered ⊇ volunteers ⊇ served in the period, and those who sleep."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from guanweihui.catalogue import Paper, report
from guanweihui.documents import charts
from guanweihui.figures import Period
from guanweihui.lookups import is_true
from guanweihui.models import CollaborationGroup, School
from guanweihui.scope import COMMITTEE, committee_of, reach_of
from guanweihui.tables import TOTAL_LABEL, Column, Row, Table
from members.models import ElderClass, Person, ServiceRecord, Team, TeamMembership
from members.models.people import volunteering_on, years_before
from members.models.teams import counts_between
from members.reports.people import BANDS, REGISTER
from members.rules import rule_on

#: The four counts, each with its word; every one but the last lies within the one before it.
STATES = {"registered": "在册", "volunteers": "志愿者", "served": "本期有服务", "dormant": "沉睡"}
#: The place in BANDS of those whose birth is not known.
NO_BAND = len(BANDS)
#: Specialities are free words: so many have a line of their own, the others share one.
MOST_SPECIALITIES = 20
UNKNOWN = "NONE"
Counts = dict[str, int]
NOBODY = dict.fromkeys(STATES, 0)


@dataclass(frozen=True)
class Asked:
    """The period that is looked at, and since when somebody without service counts as dormant."""

    period: Period
    dormant_since: datetime.date
    dormant_months: int

    @classmethod
    def of(cls, actor: Any, period: Period) -> "Asked":
        """Ask for a period: today ends one that has not ended. The district's rule says who is dormant."""
        home = reach_of(actor).home
        period = until_today(period, timezone.localdate())
        months = rule_on(home, period.last).dormant_months
        return cls(period, months_before(period.last, months), months)


@dataclass(frozen=True)
class Line:
    """One line of a breakdown: its words, its counts, and what narrows the list behind it."""

    label: str
    counts: Mapping[str, int]
    narrows: Mapping[str, Any]


@dataclass(frozen=True)
class Breakdown:
    """All lines of one way to divide the people; a person stands in one line, in teams in each of his."""

    key: str
    label: str
    lines: tuple[Line, ...]


def until_today(period: Period, today: datetime.date) -> Period:
    return replace(period, last=today) if period.first <= today < period.last else period


def months_before(day: datetime.date, months: int) -> datetime.date:
    """Return the first day of the last so many months: for 12 the day after the same day last year."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return datetime.date(year, month + 1, last) + datetime.timedelta(days=1)
        except ValueError:
            continue
    raise ValueError(day)


# --- the conditions, said once ---------------------------------------------------------------------------


def served_between(district: Any, first: datetime.date, last: datetime.date) -> tuple[Q, Q]:
    """Return the conditions that somebody has confirmed service between two days, or none, for anybody.

    The last day stands on his file. Only whose last day lies after both is looked up in the records.
    """
    records = ServiceRecord._default_manager.filter(district=district, person=OuterRef("pk"))
    within = Exists(records.confirmed().service().within(first, last))  # type: ignore[attr-defined]
    later = Q(last_served_on__gt=last)
    return (
        Q(last_served_on__gte=first) & (Q(last_served_on__lte=last) | Q(within)),
        Q(last_served_on=None) | Q(last_served_on__lt=first) | (later & ~Q(within)),
    )


def conditions(actor: Any, asked: Asked) -> dict[str, Q]:
    """Return what makes each of the four counts among the registered."""
    home, first, last = reach_of(actor).home, asked.period.first, asked.period.last
    volunteers = is_true("is_volunteer") & volunteering_on(last)
    served, _ = served_between(home, first, last)
    _, dormant = served_between(home, asked.dormant_since, last)
    return {
        "registered": Q(),
        "volunteers": volunteers,
        "served": volunteers & served,
        "dormant": volunteers & dormant,
    }


def registered(actor: Any, asked: Asked) -> QuerySet[Person]:
    """Return the rows of the figure "retired" in the actor's home district, whose records are counted."""
    people = REGISTER.rows(actor, asked.period).filter(district=reach_of(actor).home)
    return people.of_schools(School.objects.visible_to(actor)) if reach_of(actor).ids("group") else people


def people_of(actor: Any, asked: Asked, state: str) -> QuerySet[Person]:
    """Return the people behind one of the four counts."""
    people = registered(actor, asked).filter(conditions(actor, asked)[state])
    return people if state == "registered" else people.by_volunteers_index()  # type: ignore[attr-defined]


def bands_on(day: datetime.date) -> Case:
    """Return the place in BANDS of a person's age on `day`, the one after the last for an unknown birth."""
    younger = (
        When(born_on__gt=years_before(day, oldest + 1), then=Value(place))
        for place, (_, _, oldest) in enumerate(BANDS)
    )
    unknown = When(born_on=None, then=Value(NO_BAND))
    return Case(unknown, *younger, default=Value(NO_BAND), output_field=IntegerField())


# --- counting --------------------------------------------------------------------------------------------


def counted(
    actor: Any, asked: Asked, people: QuerySet, keys: Mapping[str, Any], *, distinct: bool = False
) -> list[dict[str, Any]]:
    """Count people by keys: one dict a cell, with the keys and the four counts."""
    where = conditions(actor, asked)
    if asked.dormant_since == asked.period.first:
        del where["dormant"]
    counts = {state: Count("pk", distinct=distinct, filter=one or None) for state, one in where.items()}
    cells = list(people.order_by().values(**keys).annotate(**counts))
    for cell in cells:
        # Whoever did not serve since then did not serve in the period, and nothing is looked up twice.
        cell.setdefault("dormant", cell["volunteers"] - cell["served"])
    return cells


def breakdowns(actor: Any, asked: Asked) -> tuple[Counts, list[Breakdown]]:
    """Count everybody, and by group, age, class, speciality and team: five queries, whatever the rows."""
    people = registered(actor, asked)
    keys = {
        "group": F("school__group"),
        "band": bands_on(asked.period.last),
        "elder": F("elder_class"),
        "skill": F("speciality"),
    }
    cells = counted(actor, asked, people, keys)
    total = summed(cells)
    parts = {key: summed_by(cells, key) for key in keys}
    return total, [
        Breakdown("groups", "协作组", group_lines(actor, parts["group"])),
        Breakdown("bands", "年龄段", band_lines(parts["band"])),
        Breakdown("classes", "五老类别", class_lines(actor, parts["elder"])),
        Breakdown("specialities", "特长", speciality_lines(parts["skill"])),
        Breakdown("teams", "队伍", team_lines(actor, asked, people)),
    ]


def summed(cells: Iterable[Mapping[str, Any]]) -> Counts:
    """Add cells up."""
    rows = [tuple(cell[state] for state in STATES) for cell in cells]
    return dict(zip(STATES, map(sum, zip(*rows, strict=True)), strict=True)) if rows else dict(NOBODY)


def summed_by(cells: Iterable[Mapping[str, Any]], key: str) -> dict[Any, Counts]:
    """Add cells up by one of their keys; who is not there counts nobody."""
    parts: dict[Any, list] = defaultdict(list)
    for cell in cells:
        parts[cell[key]].append(cell)
    return defaultdict(lambda: dict(NOBODY), {one: summed(part) for one, part in parts.items()})


def group_lines(actor: Any, counts: Mapping[int, Counts]) -> tuple[Line, ...]:
    """Every group that the actor sees, and the one that his own school is in."""
    groups = CollaborationGroup._default_manager
    seen = groups.visible_to(actor).filter(district=reach_of(actor).home)  # type: ignore[attr-defined]
    shown = groups.filter(Q(pk__in=list(counts)) | Q(pk__in=seen.values("pk"))).order_by("position", "pk")
    return tuple(Line(one.short_name, counts[one.pk], {"group": one.pk}) for one in shown)


def band_lines(counts: Mapping[int, Counts]) -> tuple[Line, ...]:
    labels = [*(label for label, _, _ in BANDS), "年龄不详"]
    return tuple(Line(label, counts[place], {"band": place}) for place, label in enumerate(labels))


def class_lines(actor: Any, counts: Mapping[int | None, Counts]) -> tuple[Line, ...]:
    classes = ElderClass._default_manager.filter(district=reach_of(actor).home).order_by("position", "pk")
    named = [Line(one.name, counts[one.pk], {"elder_class": one.pk}) for one in classes]
    return (*named, Line("未填写", counts[None], {"elder_class": UNKNOWN}))


def speciality_lines(counts: Mapping[str, Counts]) -> tuple[Line, ...]:
    """The most frequent specialities in the words they were written in, the others together, then none."""
    found = [Line(skill, one, {"speciality": skill}) for skill, one in counts.items() if skill]
    found.sort(key=lambda one: (-one.counts["volunteers"], -one.counts["registered"], one.label))
    often, rare = found[:MOST_SPECIALITIES], found[MOST_SPECIALITIES:]
    if rare:
        often.append(Line("其他特长", summed(one.counts for one in rare), {}))
    return (*often, Line("未填写", counts[""], {"no_speciality": 1}))


def team_lines(actor: Any, asked: Asked, people: QuerySet) -> tuple[Line, ...]:
    """Every team of the district; somebody who was in two teams during the period counts in both.

    Who is in a team is what 志愿者队伍情况表 counts: whoever stopped or died before the period is in none.
    """
    first, last = asked.period.first, asked.period.last
    counting = counts_between(first, last, member="memberships__", person="")
    # Said twice, so that SQLite begins with the few who are in a team instead of with everybody.
    in_teams = TeamMembership._default_manager.in_period(first, last).values("person")  # type: ignore[attr-defined]
    members = people.filter(counting, pk__in=in_teams)
    found = counted(actor, asked, members, {"team": F("memberships__team")}, distinct=True)
    counts = summed_by(found, "team")
    teams = Team._default_manager.filter(district=reach_of(actor).home).order_by("position", "pk")
    return tuple(Line(one.name, counts[one.pk], {"team": one.pk}) for one in teams)


# --- the report ------------------------------------------------------------------------------------------

SHARES = (
    ("volunteer_share", "占在册", "volunteers", "registered"),
    ("served_share", "占志愿者", "served", "volunteers"),
    ("dormant_share", "占志愿者", "dormant", "volunteers"),
)


def columns_of(breakdown: Breakdown, asked: Asked) -> tuple[Column, ...]:
    def pair(state: str, label: str, share: tuple) -> tuple[Column, Column]:
        return (
            Column(state, "人数", (label,), width=9, format="int", total=True),
            Column(share[0], f"{share[1]}（%）", (label,), width=10, format="percent"),
        )

    return (
        Column("number", "序号", width=6, format="int"),
        Column("label", breakdown.label, width=18),
        Column("registered", "在册人数", width=10, format="int", total=True),
        *pair("volunteers", "志愿者", SHARES[0]),
        *pair("served", "本期有服务", SHARES[1]),
        *pair("dormant", f"{asked.dormant_months}个月没有服务", SHARES[2]),
    )


def percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


def cells_of(counts: Mapping[str, int]) -> tuple[int | float | None, ...]:
    pairs = ((counts[state], percent(counts[state], counts[whole])) for _, _, state, whole in SHARES)
    return (counts["registered"], *(value for pair in pairs for value in pair))


def links_of(asked: Asked, narrows: Mapping[str, Any]) -> dict[str, str]:
    """Lead each of the four counts to its people."""
    days = {"from_on": asked.period.first, "to_on": asked.period.last}
    return {
        state: f"{reverse('serving-list')}?{urlencode({'state': state, **days, **narrows})}"
        for state in STATES
    }


def table_of(breakdown: Breakdown, total: Counts, asked: Asked, *, reporting_unit: str) -> Table:
    """One row a line of the breakdown; the total is that of the district, whatever the breakdown."""
    rows = tuple(
        Row(
            (number, line.label, *cells_of(line.counts)),
            links=links_of(asked, line.narrows) if line.narrows else {},
        )
        for number, line in enumerate(breakdown.lines, start=1)
    )
    notes = [
        f"本期有服务：在{asked.period.span}有已确认的志愿服务；沉睡：志愿者中最近{asked.dormant_months}个月"
        "没有已确认的志愿服务；培训学习不计。"
    ]
    if breakdown.key == "teams":
        notes.append("一人参加两支队伍的，在两支队伍各计一次，合计按人不重复，因此各队之和不等于合计。")
    if breakdown.key == "bands":
        notes.append("年龄按统计时点的周岁计。")
    return Table(
        key=f"serving-{breakdown.key}",
        title=f"谁在服务（按{breakdown.label}）",
        columns=columns_of(breakdown, asked),
        rows=rows,
        total=Row((None, TOTAL_LABEL, *cells_of(total)), kind="total", links=links_of(asked, {})),
        reporting_unit=reporting_unit,
        period=asked.period.span,
        unit_line="人",
        notes=tuple(notes),
    )


def chart_of(breakdown: Breakdown) -> str:
    """Draw the groups as columns: who served, further volunteers, further registered people."""
    lines = breakdown.lines
    series = {
        "本期有服务": [line.counts["served"] for line in lines],
        "其他志愿者": [line.counts["volunteers"] - line.counts["served"] for line in lines],
        "其他在册人员": [line.counts["registered"] - line.counts["volunteers"] for line in lines],
    }
    return charts.stacked_bar(
        f"谁在服务（按{breakdown.label}）", [one.label for one in lines], series, unit="人"
    )


@dataclass(frozen=True)
class Answer:
    """What the page, the workbook and the PDF say."""

    asked: Asked
    total: Counts
    tables: tuple[Table, ...]
    charts: tuple[str, ...]


def who_serves(actor: Any, period: Period) -> Answer:
    """Count who serves in a period, within the actor's reach."""
    asked = Asked.of(actor, period)
    total, found = breakdowns(actor, asked)
    unit = committee_of(actor)
    tables = tuple(table_of(one, total, asked, reporting_unit=unit) for one in found)
    return Answer(asked, total, tables, (chart_of(found[0]), chart_of(found[1])))


@report(
    "who-serves",
    family="志愿服务",
    title="谁在服务",
    purpose="在册人员、志愿者、本期有服务的人和沉睡的志愿者，按协作组、年龄段、五老类别、特长、队伍。",
    roles=COMMITTEE,
)
def who_serves_paper(actor: Any, period: Period) -> Paper:
    answer = who_serves(actor, period)
    return Paper(f"谁在服务（{period.label}）", answer.tables, answer.charts)


def service_of(people: Sequence[Person], period: Period) -> dict[int, tuple[float, datetime.date]]:
    """Return hours within the period and the last day of service up to its end, by person, in one query."""
    records = ServiceRecord._default_manager.filter(person__in=[one.pk for one in people])
    served = records.confirmed().service().filter(served_on__lte=period.last)  # type: ignore[attr-defined]
    inside = Sum("half_hours", filter=Q(served_on__gte=period.first), default=0)
    found = served.order_by().values("person").annotate(inside=inside, latest=Max("served_on"))
    return {one["person"]: (one["inside"] / 2, one["latest"]) for one in found}


# --- words of the lists behind the counts ----------------------------------------------------------------


def in_team(people: QuerySet[Person], team: Team, period: Period) -> QuerySet[Person]:
    """Keep people who were in a team on a day of the period, as `team_lines` counts them."""
    members = TeamMembership._default_manager.filter(team=team)
    inside = members.counting_in(period.first, period.last)  # type: ignore[attr-defined]
    return people.filter(pk__in=inside.values("person"))


def in_band(people: QuerySet[Person], place: int, period: Period) -> QuerySet[Person]:
    """Keep people of one age band, or of an unknown birth, as `bands_on` places them."""
    if place == NO_BAND:
        return people.filter(born_on=None)
    _, youngest, oldest = BANDS[place]
    return people.aged(youngest, oldest, period.last)  # type: ignore[attr-defined]


def without_speciality(people: QuerySet[Person]) -> QuerySet[Person]:
    return people.filter(speciality="")


def for_serving_list(people: QuerySet[Person]) -> QuerySet[Person]:
    """Load what a row of the list shows, without a single sensitive field."""
    shown = ("name", "speciality", "subject", "school__short_name", "school__group__short_name")
    return people.select_related("school__group", "elder_class").only(*shown, "elder_class__name")
