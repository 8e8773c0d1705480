"""Steps on teams: rights, state, one line a step, what is refused, races, the demo's seven."""

import datetime

import pytest
from django.utils import timezone

from guanweihui.figures import Period
from guanweihui.models import AuditEvent
from guanweihui.scope import Role, System
from guanweihui.workflow import Refused
from members import demo
from members.models import Team, TeamMembership, TeamPlan
from members.reports.teams import people_in_teams
from members.workflow import teams as workflow
from members.workflow.teams import (
    change_office,
    edit_team,
    enrol_members,
    found_team,
    join_team,
    leave_team,
    staff_of,
    write_plan,
)
from tests.factories import make_district, make_person, make_post, make_school
from tests.members.teams_rows import make_membership, make_team
from tests.races import race

AT = datetime.datetime(2018, 12, 1, 4, tzinfo=datetime.UTC)
DAY = datetime.date(2018, 12, 1)
Office = TeamMembership.Office


def lines() -> list[tuple]:
    return [(line.action, line.changes) for line in AuditEvent.objects.order_by("pk")]


@pytest.fixture
def person(cast):
    return make_person(school=cast.home.school, name="曾玉兰")


@pytest.mark.parametrize("who", ["leader", "auditor", "group", "school", "judge", "outreach"])
@pytest.mark.django_db
def test_the_district_alone_writes_teams(cast, person, who):
    user, team = getattr(cast.users, who), make_team()
    one = make_membership(team=team, person=person)
    other = make_person(school=cast.home.school)
    ways = {"by": user, "at": AT}
    steps = (
        lambda: found_team(cast.home.district, {"name": "新队"}, **ways),
        lambda: edit_team(team, {"name": "改名"}, version=1, **ways),
        lambda: join_team(other, team, office=9, from_on=DAY, **ways),
        lambda: enrol_members(team, [other], from_on=DAY, **ways),
        lambda: leave_team(one, to_on=DAY, **ways),
        lambda: change_office(one, office=1, **ways),
        lambda: write_plan(team, 2018, plan="计划", summary="", version=1, **ways),
    )
    for step in steps:
        with pytest.raises(Refused, match="不在您的职责范围内"):
            step()
    assert (Team.objects.count(), TeamMembership.objects.count(), lines()) == (1, 1, [])


@pytest.mark.django_db
def test_a_team_is_founded_and_edited(cast):
    by = cast.users.district
    values = {"name": "讲师团", "charter": "第一条", "staff": by, "phone": "19900000001", "other": 1}
    team = found_team(cast.home.district, values, by=by, at=AT)
    assert (team.district, team.staff, team.version) == (cast.home.district, by, 1)
    changed = edit_team(team, {**values, "charter": "第一条 修订"}, version=1, by=by, at=AT)
    assert (changed.charter, changed.version) == ("第一条 修订", 2)
    assert lines() == [
        ("team.found", {"name": [None, "讲师团"]}),
        ("team.edit", {"fields": ["charter"]}),
    ]


@pytest.mark.django_db
def test_old_tabs_taken_names_nothing_and_foreign_staff_are_refused(cast):
    team, by = make_team(name="讲师团"), cast.users.district
    far = make_post(role=Role.DISTRICT, district=make_district(full_name="别处区")).user
    cases = (
        (lambda: edit_team(team, {"name": "新名"}, version=2, by=by, at=AT), "旧页面"),
        (lambda: edit_team(team, {"name": "讲师团"}, version=1, by=by, at=AT), "没有任何改动"),
        (lambda: write_plan(team, 2018, plan="计划", summary="", version=7, by=by, at=AT), "旧页面"),
        (lambda: found_team(cast.home.district, {"name": "讲师团"}, by=by, at=AT), "本区已有同名的队伍"),
        (lambda: edit_team(team, {"staff": far}, version=1, by=by, at=AT), "现任工作人员"),
        (lambda: edit_team(team, {"staff": cast.users.school}, version=1, by=by, at=AT), "现任工作人员"),
    )
    for step, words in cases:
        with pytest.raises(Refused, match=words):
            step()
    assert lines() == []
    assert list(staff_of(cast.home.district, DAY)) == [by]


@pytest.mark.django_db
def test_a_dissolved_team_lets_everybody_go_the_day_before(cast, person):
    team = make_team()
    one = make_membership(team=team, person=person)
    gone = make_membership(team=team, to_on=datetime.date(2018, 1, 1))
    edit_team(team, {"dissolved_on": DAY}, version=1, by=cast.users.district, at=AT)
    one.refresh_from_db()
    gone.refresh_from_db()
    assert (one.to_on, gone.to_on) == (datetime.date(2018, 11, 30), datetime.date(2018, 1, 1))
    assert lines() == [("team.edit", {"fields": ["dissolved_on"], "ended": 1})]
    late = make_team()
    make_membership(team=late, from_on=DAY)
    with pytest.raises(Refused, match="有 1 人的加入日期在撤销日期当天或以后"):
        edit_team(late, {"dissolved_on": DAY}, version=1, by=cast.users.district, at=AT)


@pytest.mark.django_db
def test_a_volunteer_joins_changes_office_and_leaves(cast, person):
    team, by = make_team(), cast.users.district
    one = join_team(person, team, office=Office.HEAD, from_on=DAY, by=by, at=AT)
    changed = change_office(one, office=Office.MEMBER, by=by, at=AT)
    left = leave_team(one, to_on=DAY, by=by, at=AT, reason="身体原因")
    assert (changed.office, left.to_on) == (Office.MEMBER, DAY)
    assert lines() == [
        ("teammembership.join", {"office": [None, 1], "from_on": [None, "2018-12-01"]}),
        ("teammembership.change_office", {"office": [1, 9]}),
        ("teammembership.leave", {"to_on": [None, "2018-12-01"]}),
    ]
    for step, words in (
        (lambda: leave_team(one, to_on=DAY, by=by, at=AT), "已于 2018-12-01 退出"),
        (lambda: change_office(one, office=1, by=by, at=AT), "已退出"),
    ):
        with pytest.raises(Refused, match=words):
            step()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"died_on": datetime.date(2018, 1, 1)}, "已于 2018-01-01 离世"),
        ({"stopped_on": datetime.date(2018, 1, 1)}, "停止服务"),
        ({"is_volunteer": False}, "还不是志愿者"),
    ],
)
@pytest.mark.django_db
def test_the_dead_the_stopped_and_others_than_volunteers_cannot_join(cast, fields, words):
    team, person = make_team(), make_person(school=cast.home.school, **fields)
    with pytest.raises(Refused, match=words):
        join_team(person, team, office=9, from_on=DAY, by=cast.users.district, at=AT)
    fine = make_person(school=cast.home.school)
    with pytest.raises(Refused, match=words):
        enrol_members(team, [fine, person], from_on=DAY, by=cast.users.district, at=AT)
    assert (TeamMembership.objects.count(), lines()) == (0, [])


@pytest.mark.django_db
def test_a_merged_file_and_a_stranger_cannot_join(cast, person):
    team, by = make_team(), cast.users.district
    merged = make_person(school=cast.home.school, merged_into=person)
    foreign = make_person(school=make_school(district=make_district(full_name="别处区")))
    for one in (merged, foreign):
        with pytest.raises(Refused, match="不在您的职责范围内"):
            join_team(one, team, office=9, from_on=DAY, by=by, at=AT)
        with pytest.raises(Refused, match="不在您的职责范围内"):
            enrol_members(team, [one], from_on=DAY, by=by, at=AT)
    assert lines() == []


@pytest.mark.parametrize(
    ("from_on", "refused"),
    [
        (datetime.date(2018, 2, 28), True),
        (datetime.date(2018, 5, 1), True),
        (datetime.date(2018, 6, 30), True),
        (datetime.date(2018, 7, 1), False),
    ],
)
@pytest.mark.django_db
def test_memberships_of_one_person_in_one_team_do_not_overlap(cast, person, from_on, refused):
    team, by = make_team(), cast.users.district
    term = {"from_on": datetime.date(2018, 3, 1), "to_on": datetime.date(2018, 6, 30)}
    make_membership(team=team, person=person, **term)
    if refused:
        with pytest.raises(Refused, match="2018-03-01 至 2018-06-30 与加入日期重叠"):
            join_team(person, team, office=9, from_on=from_on, by=by, at=AT)
        with pytest.raises(Refused, match="曾玉兰已在"):
            enrol_members(team, [person], from_on=from_on, by=by, at=AT)
    else:
        assert join_team(person, team, office=9, from_on=from_on, by=by, at=AT).pk
    assert join_team(person, make_team(), office=9, from_on=from_on, by=by, at=AT).pk


@pytest.mark.django_db
def test_days_of_joining_and_seats_taken(cast, person):
    team = make_team(founded_on=datetime.date(2018, 3, 1), dissolved_on=datetime.date(2018, 11, 1))
    by, other = cast.users.district, make_team()
    make_membership(team=other, office=Office.HEAD)
    cases = (
        (team, 9, datetime.date(2018, 2, 28), "于 2018-03-01 成立"),
        (team, 9, datetime.date(2018, 11, 1), "已于 2018-11-01 撤销"),
        (other, 9, datetime.date(2018, 12, 2), "不能晚于今天"),
        (other, Office.HEAD, DAY, "这个职务已有人担任"),
    )
    for where, office, from_on, words in cases:
        with pytest.raises(Refused, match=words):
            join_team(person, where, office=office, from_on=from_on, by=by, at=AT)
    one = join_team(person, other, office=9, from_on=DAY, by=by, at=AT)
    for step, words in (
        (lambda: change_office(one, office=Office.HEAD, by=by, at=AT), "这个职务已有人担任"),
        (lambda: change_office(one, office=9, by=by, at=AT), "已经是队员"),
        (lambda: leave_team(one, to_on=datetime.date(2018, 12, 2), by=by, at=AT), "不能晚于今天"),
        (lambda: leave_team(one, to_on=datetime.date(2018, 11, 30), by=by, at=AT), "不能早于加入日期"),
    ):
        with pytest.raises(Refused, match=words):
            step()
    assert len(lines()) == 1


@pytest.mark.django_db
def test_many_join_under_one_line(cast, person):
    team, by = make_team(), cast.users.district
    people = [person, make_person(school=cast.far.school)]
    assert enrol_members(team, people, from_on=DAY, by=by, at=AT) == 2
    assert lines() == [("team.enrol", {"count": 2, "from_on": [None, "2018-12-01"]})]
    with pytest.raises(Refused, match="重复出现"):
        enrol_members(make_team(), [person, person], from_on=DAY, by=by, at=AT)


@pytest.mark.django_db
def test_a_plan_is_written_and_replaced(cast):
    team, by = make_team(), cast.users.district
    write_plan(team, 2018, plan="计划", summary="", version=1, by=by, at=AT)
    write_plan(team, 2018, plan="计划", summary="总结", version=2, by=by, at=AT)
    plan = TeamPlan.objects.get()
    assert (plan.year, plan.plan, plan.summary) == (2018, "计划", "总结")
    assert lines() == [
        ("teamplan.write", {"fields": ["plan"], "year": 2018, "is_new": True}),
        ("teamplan.write", {"fields": ["plan", "summary"], "year": 2018, "is_new": False}),
    ]


# --- the demo ---------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_demo_has_seven_teams_of_which_five_are_invented(cast):
    system, now = System(cast.home.district), timezone.now()
    people = [make_person(school=cast.home.school) for _ in range(40)]
    teams = demo.seed_teams(cast.home.district, by=system, at=now)
    assert [(team.name, team.is_invented) for team in teams] == [
        ("讲师团", False),
        ("诗书画协会", False),
        ("法治教育队", True),
        ("心理关爱队", True),
        ("家庭教育指导队", True),
        ("科普实践队", True),
        ("校外辅导队", True),
    ]
    assert all(team.charter and team.phone.startswith("1990") for team in teams)
    assert TeamPlan.objects.count() == 7
    offices = TeamMembership.objects.filter(team=teams[0], office__in=[1, 2, 3]).order_by("office")
    assert [one.office for one in offices] == [1, 2, 3]
    assert people_in_teams(System(cast.home.district), Period.of(2018)) == len(people)
    assert TeamMembership.objects.count() == len(people) + 1
    assert demo.seed_teams(cast.home.district, by=system, at=now) == teams


# --- races ------------------------------------------------------------------------------------------------


@pytest.fixture
def ended_race(cast, person):
    """A race of two who write the same past term; open terms alone are guarded by a constraint."""
    team, by = make_team(), cast.users.district

    def work():
        one = join_team(person, team, office=9, from_on=DAY, by=by, at=AT)
        leave_team(one, to_on=DAY, by=by, at=AT)

    return work


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_joins(cast, ended_race):
    assert race(ended_race, ended_race) == ["refused", "won"]
    assert TeamMembership.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_look_at_overlaps_both_would_join(cast, ended_race, monkeypatch):
    """The control: with the check taken out, the same race must go wrong, or it proves nothing."""
    monkeypatch.setattr(workflow, "_refuse_overlap", lambda person, team, from_on: None)
    said = race(ended_race, ended_race)
    assert TeamMembership.objects.count() == said.count("won")
    ended_race()
    assert TeamMembership.objects.count() == said.count("won") + 1
