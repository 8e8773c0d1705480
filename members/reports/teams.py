"""Figures and tables of teams: who is in which, who came and went, every person once in the district."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from guanweihui.catalogue import Paper, report
from guanweihui.figures import Period, Source, counted, figure
from guanweihui.scope import DISTRICT_WIDE, committee_of
from guanweihui.tables import TOTAL_LABEL, Column, Row, Table, format_value
from members.models import Sex, Team, TeamMembership

IN_TEAMS = Source(
    "team_members",
    lambda actor, period: TeamMembership.objects.visible_to(actor).counting_in(period.first, period.last),
    group="person__school__group",
)
TEAMS = Source(
    "teams", lambda actor, period: Team.objects.visible_to(actor).standing_in(period.first, period.last)
)

figure(
    "teams.number",
    "志愿者队伍",
    "支",
    "统计期间内存在过的队伍；期间内撤销的计入",
    TEAMS,
    counted("id"),
    route="team-list",
)
figure(
    "teams.members",
    "队伍队员",
    "人",
    "统计期间内任何一天在队的人员，同一人在几支队伍、期间内换队都只计一次；离世、停止服务当天起不计",
    IN_TEAMS,
    counted("person"),
    route="membership-list",
)

ONE_DAY = datetime.timedelta(days=1)
INVENTED = "（示例）"
TEAM_COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("team", "队伍", width=20),
    Column("people", "队员", width=9, format="int"),
    Column("women", "其中女", width=9, format="int"),
    Column("opening", "期初", width=9, format="int"),
    Column("joined", "加入", width=9, format="int"),
    Column("left", "退出", width=9, format="int"),
    Column("closing", "期末", width=9, format="int"),
)
ROSTER_COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("team", "队伍", width=16),
    Column("office", "队内职务", width=10, align="center"),
    Column("name", "姓名", width=10, align="center"),
    Column("sex", "性别", width=6, align="center"),
    Column("group", "协作组", width=16),
    Column("unit", "单位", width=22),
    Column("elder_class", "五老类别", width=10, align="center"),
    Column("from_on", "加入日期", width=12, format="date"),
    Column("to_on", "退出日期", width=12, format="date"),
    Column("state", "状态", width=10, align="center"),
)


@dataclass
class Tally:
    """The persons of one team, or of all: in the period, at its ends, and the women among all of them.

    Who left and came back within the period is neither: 期初 + 加入 − 退出 = 期末.
    """

    during: set[int] = field(default_factory=set)
    before: set[int] = field(default_factory=set)
    after: set[int] = field(default_factory=set)

    def cells(self, women: set[int]) -> tuple[int, ...]:
        joined = self.during - self.before
        left = (self.during | self.before) - self.after
        return (
            len(self.during),
            len(self.during & women),
            len(self.before),
            len(joined),
            len(left),
            len(self.after),
        )


def tallies(
    actor: Any, first: datetime.date, last: datetime.date
) -> tuple[dict[int, Tally], Tally, set[int]]:
    """Count the persons of each team by its key, of all teams, and name the women; one query."""
    by_team: dict[int, Tally] = defaultdict(Tally)
    every, women = Tally(), set()
    rows = TeamMembership.objects.visible_to(actor).counting_in(first - ONE_DAY, last).for_table()
    for team, person, sex, from_on, *ends in rows:
        end = last_day(*ends)
        for tally in (by_team[team], every):
            if from_on < first:
                tally.before |= {person} if end >= first - ONE_DAY else set()
            if end >= first:
                tally.during.add(person)
            if end >= last:
                tally.after.add(person)
        if sex == Sex.FEMALE:
            women.add(person)
    return by_team, every, women


def last_day(to_on: datetime.date | None, *stops: datetime.date | None) -> datetime.date:
    """Return the last day that counts: the day before a death, stop or dissolution, or the day he left."""
    ends = [stop - ONE_DAY for stop in stops if stop is not None]
    return min([to_on or datetime.date.max, *ends])


def people_in_teams(actor: Any, period: Period) -> int:
    """Count the distinct persons who were in any team on a day of the period."""
    return len(tallies(actor, period.first, period.last)[1].during)


@report(
    "teams",
    family="名册台账",
    title="志愿者队伍情况表",
    purpose="每支队伍统计期间内的队员、期初、加入、退出、期末人数；全区按人去重。",
    roles=DISTRICT_WIDE,
)
def team_paper(actor: Any, period: Period) -> Paper:
    table = team_table(actor, period, reporting_unit=committee_of(actor))
    return Paper(table.title, (table,))


def team_table(actor: Any, period: Period, *, reporting_unit: str = "") -> Table:
    """One row a team that stood in the period; the total counts every person once; two queries."""
    by_team, every, women = tallies(actor, period.first, period.last)
    # A team dissolved on the first day has nobody in the period, but had them the day before.
    teams = Team.objects.visible_to(actor).standing_in(period.first - ONE_DAY, period.last).in_order()
    rows = tuple(
        Row((number, team_word(team), *by_team[team.pk].cells(women)))
        for number, team in enumerate(teams, start=1)
    )
    return Table(
        key="teams",
        title="志愿者队伍情况表",
        columns=TEAM_COLUMNS,
        rows=rows,
        total=Row((None, TOTAL_LABEL, *every.cells(women)), kind="total"),
        reporting_unit=reporting_unit,
        period=period.span,
        unit_line="人",
        notes=(
            "各队相加不等于合计：合计按人去重，同一人在几支队伍、期间内换队，在每支队伍各计一次，全区只计一次；"
            "换队不算全区的加入或退出。",
            "期初是统计期间前一天的在队人数；期初加入队减退出等于期末。离世、停止服务当天起不计。",
        ),
    )


def team_word(team: Team) -> str:
    return f"{team.name}{INVENTED}" if team.is_invented else team.name


def state_of(membership: TeamMembership, day: datetime.date) -> str:
    """Say what a membership is on a day: 在队, 已退出, 已离世, 已停止服务, 队伍已撤销, 尚未加入."""
    person = membership.person
    ends = (
        (person.died_on, "已离世"),
        (person.stopped_on, "已停止服务"),
        (membership.team.dissolved_on, "队伍已撤销"),
    )
    if membership.from_on > day:
        return "尚未加入"
    if membership.to_on and membership.to_on < day:
        return "已退出"
    return next((word for end, word in ends if end and end <= day), "在队")


def team_roster(
    memberships: Iterable[TeamMembership], day: datetime.date, *, title: str, reporting_unit: str = ""
) -> Table:
    """One row a membership in the order given; no phone, no ID number."""
    return Table(
        key="roster",
        title=title,
        columns=ROSTER_COLUMNS,
        rows=tuple(Row(cells) for cells in _roster_cells(memberships, day)),
        reporting_unit=reporting_unit,
        period=f"{format_value(day, prose=True)}止",
        signatures=(),
    )


def _roster_cells(memberships: Iterable[TeamMembership], day: datetime.date) -> Iterator[tuple]:
    for number, one in enumerate(memberships, start=1):
        person = one.person
        yield (
            number,
            team_word(one.team),
            one.get_office_display(),
            person.name,
            person.sex,
            person.school.group.short_name,
            person.school.short_name,
            person.elder_class.name if person.elder_class else None,
            one.from_on,
            one.to_on,
            state_of(one, day),
        )
