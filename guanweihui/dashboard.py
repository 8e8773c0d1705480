"""What the home page says: figures of a year, their spread over the groups, what waits."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F

from activities.models import EnrolmentLine
from activities.reports import classes_chart
from awards.models import Honour
from guanweihui import figures, todos
from guanweihui.figures import Figure, GroupValues, Period
from guanweihui.scope import DISTRICT_WIDE, Role, System, reach_of
from guanweihui.tables import Column, Row, Table, total_row
from guanweihui.todos import Desk, Todo

#: Figures spread over the groups: counted once, shown as total and as chart.
SPREAD = (
    "groups",
    "schools",
    "retired",
    "volunteers",
    "campaign.schools",
    "campaign.classes",
    "campaign.classes.primary",
    "campaign.classes.secondary",
    "campaign.students",
    "campaign.students.primary",
    "campaign.students.secondary",
)
#: Figures that only a district-wide post reads.
WIDE = (
    "honours.collectives.total",
    "honours.individuals.total",
    "honours.cycle.collectives",
    "honours.cycle.leaders",
    "honours.cycle.in_service",
    "honours.cycle.retired",
    "outreach.principals",
    "outreach.host_schools",
)
#: So many to-dos, the most urgent ones, stand on the home page.
HOME_TODOS = 6
#: Honours of a group or a school: the opening balances are the district's alone.
OWN = (
    "honours.cycle.collectives",
    "honours.cycle.leaders",
    "honours.cycle.in_service",
    "honours.cycle.retired",
)


@dataclass(frozen=True)
class Tile:
    """A figure with its value and the address of its rows."""

    figure: Figure
    value: int
    url: str
    note: str = ""


@dataclass(frozen=True)
class Dashboard:
    """Everything that the home page shows, ready for the template."""

    period: Period
    years: Sequence[int]
    head: Sequence[Tile]
    campaign: Sequence[Tile]
    honours: Sequence[Tile]
    outreach: Sequence[Tile]
    chart: str
    chart_table: Table | None
    desk: Desk
    todos: Sequence[dict[str, str]]


def build(actor: Any, *, now: datetime.datetime, year: int | None = None) -> Dashboard:
    """Count the home page of an actor: at most nine queries, whatever the number of rows."""
    desk = todos.desk_of(actor, now)
    reach = reach_of(actor)
    starts_in = reach.year_starts_in
    last_day = last_day_with_data(actor)
    latest = Period.holding(last_day or now.date(), starts_in).year
    period = Period.of(year if year is not None else latest, starts_in)
    groups = figures.values_by_group(SPREAD, actor, period)
    values = {name: sum(group.values[name] for group in groups) for name in SPREAD}
    wide = reach.serves(*DISTRICT_WIDE)
    values |= figures.values(WIDE if wide else OWN, actor, period)
    tile = _tiler(period, values)
    spread = wide or reach.serves(Role.GROUP)
    table = groups_table(groups, period) if wide else None
    return Dashboard(
        period=period,
        years=range(max(latest, now.year), latest - 5, -1),
        head=[tile(name) for name in SPREAD[0 if spread else 2 : 4]],
        campaign=[tile(name) for name in SPREAD[4:]],
        honours=[tile(name) for name in (WIDE[:6] if wide else OWN)],
        outreach=[tile(name) for name in WIDE[6:]] if wide else [],
        chart=classes_chart(groups) if wide else "",
        chart_table=table,
        desk=desk,
        todos=[_line(todo, now) for todo in desk.todos[:HOME_TODOS]],
    )


def last_day_with_data(actor: Any) -> datetime.date | None:
    """Return the latest day of a decision or a campaign deadline in the actor's district, in one query.

    The district's, not the actor's own: a school that took no part still opens on everybody's year. A
    campaign counts once its round is closed: while it runs, its few figures would hide the year before.
    """
    district = System(reach_of(actor).home)
    decided = Honour.objects.visible_to(district).order_by().values(day=F("decision__decided_on"))
    closed = EnrolmentLine.objects.visible_to(district).counted().settled().order_by()
    days = closed.values(day=F("enrolment__due__round__deadline_at__date")).union(decided)
    return max((row["day"] for row in days if row["day"]), default=None)


def _tiler(period: Period, values: dict[str, int]) -> Callable[[str], Tile]:
    #: A share: of which figure, and the words.
    shares = {"campaign.schools": ("schools", "占学校总数"), "volunteers": ("retired", "占离退休教师")}

    def tile(name: str) -> Tile:
        figure, note = figures.get(name), ""
        whole, words = shares.get(name, ("", ""))
        if values.get(whole):
            note = f"{words} {values[name] * 100 / values[whole]:.1f}%"
        return Tile(figure, values[name], figure.url(period), note)

    return tile


def groups_table(groups: Sequence[GroupValues], period: Period) -> Table:
    """List the classes of the campaign by group, primary and secondary."""
    columns = (
        Column("group", "协作组", width=16),
        Column("primary", "小学", ("参加班级数",), format="int", total=True),
        Column("secondary", "中学", ("参加班级数",), format="int", total=True),
        Column("classes", "合计", ("参加班级数",), format="int", total=True),
    )
    rows = []
    for group in groups:
        counts = (group.values[f"campaign.classes{part}"] for part in (".primary", ".secondary", ""))
        url = figures.get("campaign.classes").url(period, group=group.pk)
        rows.append(Row((group.name, *counts), links={"classes": url}))
    return Table(
        key="groups",
        title="各协作组参加主题读书活动班级数",
        columns=columns,
        rows=tuple(rows),
        total=total_row(columns, rows),
        period=period.span,
        unit_line="个",
    )


def _line(todo: Todo, now: datetime.datetime) -> dict[str, str]:
    return {
        "title": todo.title,
        "url": todo.url,
        "status": todo.status,
        "origin": todo.origin,
        "note": todo.note(now),
        "urgency": todo.urgency(now),
    }
