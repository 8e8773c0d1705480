"""Steps on teams: found and edit one, let people in and out, write its yearly plan."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.utils import timezone

from guanweihui.audit import record
from guanweihui.models import District, User
from guanweihui.models.accounts import Post
from guanweihui.scope import Role
from guanweihui.workflow import Refused, one_step, own
from members.models import Person, Team, TeamMembership, TeamPlan

#: Who writes teams, their rosters and plans.
WRITERS = frozenset({Role.DISTRICT})
ONE_DAY = datetime.timedelta(days=1)
FOREVER = datetime.date.max
OLD_TAB = "这支队伍刚被别人改动过，您打开的是旧页面，本次没有保存。请刷新页面后再改。"
#: The fields of a team that a form writes; the charter's text stays out of the trail.
FIELDS = (
    "name",
    "position",
    "purpose",
    "charter",
    "phone",
    "staff",
    "founded_on",
    "dissolved_on",
    "is_invented",
)


def staff_of(district: District, day: datetime.date) -> Any:
    """Return the district's own staff on that day: who may look after a team."""
    posts = Post.objects.serving(day).filter(role=Role.DISTRICT, district=district)
    return User.objects.filter(pk__in=posts.values("user"), is_active=True).order_by("username")


def bearers(people: Any, words: str) -> Any:
    """Narrow people to those who bear this whole name, or this staff number."""
    words = words.strip()
    return people.filter(Q(staff_no=words.upper()) | Q(name=words)).order_by("school__position", "pk")


def found_team(district: District, values: Mapping[str, Any], *, by: Any, at: datetime.datetime) -> Team:
    """Found a team of a district. Raises Refused for a name taken, or staff of somewhere else."""
    with one_step(Team):
        own(district, by=by, roles=WRITERS)
        _refuse_staff(district, values.get("staff"), at)
        team = Team.objects.create(**{**_known(values), "district": district})
        record("team.found", team, by=by, at=at, changes={"name": [None, team.name]})
    return team


def edit_team(team: Team, values: Mapping[str, Any], *, version: int, by: Any, at: datetime.datetime) -> Team:
    """Change a team. A day of dissolution ends every membership the day before it.

    Raises Refused when `version` is not the stored one (an old tab), or somebody joined after that day.
    """
    with one_step(Team, TeamMembership):
        fresh = _fresh(team, version, by)
        known = _known(values)
        if known.get("staff") != fresh.staff:
            _refuse_staff(fresh.district, known.get("staff"), at)
        changed = [name for name, value in known.items() if getattr(fresh, name) != value]
        if not changed:
            raise Refused("没有任何改动。")
        for name in changed:
            setattr(fresh, name, known[name])
        fresh.version += 1
        fresh.save(update_fields=[*changed, "version"])
        ended = _end_all(fresh) if fresh.dissolved_on and "dissolved_on" in changed else 0
        more = {"ended": ended} if ended else {}
        record("team.edit", fresh, by=by, at=at, changes={"fields": changed, **more})
    return fresh


def join_team(
    person: Person, team: Team, *, office: int, from_on: datetime.date, by: Any, at: datetime.datetime
) -> TeamMembership:
    """Let a volunteer into a team from a day on.

    Raises Refused for whoever is dead, has stopped, is merged or no volunteer; for a day that the team was
    not there, one in the future, one within another membership of his in the team; for a seat taken.
    """
    with one_step(TeamMembership):
        here = own(team, by=by, roles=WRITERS)
        fresh = own(person, by=by, roles=WRITERS)
        _refuse_day(here, from_on, at)
        _refuse_person(fresh, here)
        _refuse_overlap(fresh, here, from_on)
        membership = TeamMembership.objects.create(team=here, person=fresh, office=office, from_on=from_on)
        changes = {"office": [None, office], "from_on": [None, from_on]}
        record("teammembership.join", membership, by=by, at=at, changes=changes)
    return membership


def enrol_members(
    team: Team, people: Sequence[Person], *, from_on: datetime.date, by: Any, at: datetime.datetime
) -> int:
    """Let many volunteers into a team as members; one audit line with their number, which is returned.

    Raises Refused for all of them when one may not join.
    """
    with one_step(TeamMembership):
        here = own(team, by=by, roles=WRITERS)
        _refuse_day(here, from_on, at)
        keys = [person.pk for person in people]
        found = Person.objects.visible_to(by, roles=WRITERS).filter(pk__in=keys)
        fresh = {person.pk: person for person in found.select_for_update(of=("self",))}
        if len(fresh) != len(keys):
            raise Refused("名单中有人不在您的职责范围内，或重复出现，本次没有保存。")
        for person in fresh.values():
            _refuse_person(person, here)
        overlapping = TeamMembership.objects.of_team(here).in_period(from_on, FOREVER)
        if taken := overlapping.filter(person__in=keys).select_related("person").first():
            raise Refused(f"{taken.person}已在{here}里，本次没有保存。")
        TeamMembership.objects.bulk_create(
            TeamMembership(team=here, person=fresh[pk], from_on=from_on) for pk in keys
        )
        changes = {"count": len(keys), "from_on": [None, from_on]}
        record("team.enrol", here, by=by, at=at, changes=changes)
    return len(keys)


def leave_team(
    membership: TeamMembership, *, to_on: datetime.date, by: Any, at: datetime.datetime, reason: str = ""
) -> TeamMembership:
    """Write a member's last day. Raises Refused when he has one, it lies ahead, or before his first."""
    with one_step(TeamMembership):
        fresh = own(membership, by=by, roles=WRITERS)
        if fresh.to_on is not None:
            raise Refused(f"{fresh.person}已于 {fresh.to_on} 退出{fresh.team}，不用再办。")
        if to_on > _today(at):
            raise Refused("退出日期不能晚于今天。")
        fresh.to_on = to_on
        fresh.save(update_fields=["to_on"])
        changes = {"to_on": [None, to_on]}
        record("teammembership.leave", fresh, by=by, at=at, reason=reason, changes=changes)
    return fresh


def change_office(
    membership: TeamMembership, *, office: int, by: Any, at: datetime.datetime
) -> TeamMembership:
    """Give a serving member another office in his team. Raises Refused when it is held by somebody else."""
    with one_step(TeamMembership):
        fresh = own(membership, by=by, roles=WRITERS)
        if fresh.to_on is not None:
            raise Refused(f"{fresh.person}已退出{fresh.team}，不能改任。")
        if fresh.office == office:
            raise Refused(f"{fresh.person}已经是{fresh.get_office_display()}。")
        before, fresh.office = fresh.office, office
        fresh.save(update_fields=["office"])
        record("teammembership.change_office", fresh, by=by, at=at, changes={"office": [before, office]})
    return fresh


def write_plan(
    team: Team, year: int, *, plan: str, summary: str, version: int, by: Any, at: datetime.datetime
) -> TeamPlan:
    """Write a team's plan of a year, and what came of it. Raises Refused for an old tab (`version`)."""
    with one_step(TeamPlan):
        fresh = _fresh(team, version, by)
        fresh.version += 1
        fresh.save(update_fields=["version"])
        values = {"plan": plan, "summary": summary}
        row, is_new = TeamPlan.objects.update_or_create(team=fresh, year=year, defaults=values)
        fields = [name for name, value in values.items() if value]
        record(
            "teamplan.write", row, by=by, at=at, changes={"fields": fields, "year": year, "is_new": is_new}
        )
    return row


# --- what is refused --------------------------------------------------------------------------------------


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in FIELDS if name in values}


def _fresh(team: Team, version: int, by: Any) -> Team:
    fresh = own(team, by=by, roles=WRITERS)
    if fresh.version != version:
        raise Refused(OLD_TAB)
    return fresh


def _today(at: datetime.datetime) -> datetime.date:
    return timezone.localdate(at)


def _refuse_staff(district: District, staff: User | None, at: datetime.datetime) -> None:
    if staff is not None and not staff_of(district, _today(at)).filter(pk=staff.pk).exists():
        raise Refused("联系工作人员须是本区关工委的现任工作人员，请重新选择。")


def _refuse_day(team: Team, from_on: datetime.date, at: datetime.datetime) -> None:
    if from_on > _today(at):
        raise Refused("加入日期不能晚于今天。")
    if team.founded_on and from_on < team.founded_on:
        raise Refused(f"{team}于 {team.founded_on} 成立，加入日期不能早于这一天。")
    if team.dissolved_on and from_on >= team.dissolved_on:
        raise Refused(f"{team}已于 {team.dissolved_on} 撤销，不能再加入。")


def _refuse_person(person: Person, team: Team) -> None:
    if person.district_id != team.district_id:
        raise Refused("不是本区的人员，不能加入本区的队伍。")
    if person.died_on is not None:
        raise Refused(f"{person}已于 {person.died_on} 离世，不能加入。")
    if person.stopped_on is not None:
        raise Refused(f"{person}已于 {person.stopped_on} 停止服务，请先在人员档案中恢复服务。")
    if not person.is_volunteer:
        raise Refused(f"{person}还不是志愿者，请先办理志愿者登记。")


def _refuse_overlap(person: Person, team: Team, from_on: datetime.date) -> None:
    others = TeamMembership.objects.of_team(team).of_person(person).in_period(from_on, FOREVER)
    if other := others.order_by("from_on").first():
        until = other.to_on or "今"
        raise Refused(f"{person}在{team}的记录 {other.from_on} 至 {until} 与加入日期重叠，请核对。")


def _end_all(team: Team) -> int:
    """End what memberships reach the day of dissolution; the caller's transaction."""
    last = team.dissolved_on - ONE_DAY  # type: ignore[operator]
    reaching = TeamMembership.objects.of_team(team).in_period(team.dissolved_on, FOREVER)
    if (late := reaching.filter(from_on__gt=last).count()) > 0:
        raise Refused(f"有 {late} 人的加入日期在撤销日期当天或以后，请核对撤销日期。")
    return reaching.update(to_on=last)
