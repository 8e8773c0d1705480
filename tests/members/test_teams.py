"""Counting people in teams: once in the district, once in each team; figures, tables, constraints."""

import datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from guanweihui import catalogue, figures
from guanweihui.figures import Period
from guanweihui.workflow import explain
from members.models import Team, TeamMembership, TeamPlan
from members.reports.teams import people_in_teams, state_of, team_roster, team_table
from tests.factories import make_district, make_person
from tests.members.teams_rows import make_membership, make_plan, make_team

YEAR = Period.of(2018)


def day(month, number, year=2018):
    return datetime.date(year, month, number)


def cells(cast, who="district") -> list[tuple]:
    table = team_table(getattr(cast.users, who), YEAR)
    return [row.cells[1:] for row in table.all_rows()]


@pytest.mark.django_db
def test_moving_in_mid_year_counts_once_in_the_district_and_in_each_team(cast):
    old, new = make_team(name="讲师团"), make_team(name="科普队", is_invented=True)
    mover = make_person(school=cast.home.school)
    make_membership(team=old, person=mover, to_on=day(2, 28, 2019))
    make_membership(team=new, person=mover, from_on=day(3, 1, 2019))
    make_membership(team=old, person=make_person(school=cast.home.school, sex="男"))
    assert cells(cast) == [
        ("合　计", 2, 1, 2, 0, 0, 2),
        ("讲师团", 2, 1, 2, 0, 1, 1),
        ("科普队（示例）", 1, 1, 0, 1, 0, 1),
    ]
    assert people_in_teams(cast.users.district, YEAR) == 2
    assert figures.values(["teams.members"], cast.users.district, YEAR) == {"teams.members": 2}


@pytest.mark.parametrize(
    ("person", "term", "counted"),
    [
        ({}, {}, (1, 1, 0, 0, 1)),
        ({}, {"to_on": day(8, 30)}, None),
        ({}, {"to_on": day(8, 31)}, (0, 1, 0, 1, 0)),
        ({}, {"to_on": day(9, 1)}, (1, 1, 0, 1, 0)),
        ({}, {"from_on": day(9, 1)}, (1, 0, 1, 0, 1)),
        ({}, {"from_on": day(8, 31, 2019)}, (1, 0, 1, 0, 1)),
        ({}, {"from_on": day(9, 1, 2019)}, None),
        ({}, {"from_on": day(9, 1), "to_on": day(8, 30, 2019)}, (1, 0, 1, 1, 0)),
        ({"died_on": day(8, 31)}, {}, None),
        ({"died_on": day(9, 1)}, {}, (0, 1, 0, 1, 0)),
        ({"died_on": day(9, 2)}, {}, (1, 1, 0, 1, 0)),
        ({"stopped_on": day(8, 31, 2019)}, {}, (1, 1, 0, 1, 0)),
        ({"stopped_on": day(9, 1, 2019)}, {}, (1, 1, 0, 0, 1)),
        ({"died_on": day(10, 1)}, {"from_on": day(10, 1)}, None),
    ],
)
@pytest.mark.django_db
def test_a_death_or_a_stop_ends_what_counts_and_the_row_adds_up(cast, person, term, counted):
    make_membership(team=make_team(), person=make_person(school=cast.home.school, **person), **term)
    total, row = cells(cast)
    people, _, before, joined, left, after = row[1:]
    assert (people, before, joined, left, after) == (counted or (0, 0, 0, 0, 0))
    assert before + joined - left == after
    assert total[1:] == row[1:]
    assert people_in_teams(cast.users.district, YEAR) == people
    assert figures.values(["teams.members"], cast.users.district, YEAR) == {"teams.members": people}


@pytest.mark.django_db
def test_who_left_and_came_back_is_one_person_and_no_movement(cast):
    team, person = make_team(), make_person(school=cast.home.school)
    make_membership(team=team, person=person, to_on=day(10, 1))
    make_membership(team=team, person=person, from_on=day(12, 1))
    assert cells(cast)[1][1:] == (1, 1, 1, 0, 0, 1)


@pytest.mark.django_db
def test_merged_files_dissolved_teams_and_other_districts_do_not_count(cast):
    team = make_team()
    survivor = make_person(school=cast.home.school)
    make_membership(team=team, person=make_person(school=cast.home.school, merged_into=survivor))
    make_membership(team=make_team(dissolved_on=day(8, 31)), person=survivor)
    foreign = make_team(district=make_district(full_name="别处区"), name="别处队")
    assert cells(cast) == [("合　计", 0, 0, 0, 0, 0, 0), (team.name, 0, 0, 0, 0, 0, 0)]
    assert foreign.name not in str(cells(cast))
    assert figures.values(["teams.number"], cast.users.district, YEAR) == {"teams.number": 1}


@pytest.mark.django_db
def test_a_group_counts_its_own_people_only(cast):
    team = make_team()
    make_membership(team=team, person=make_person(school=cast.home.school))
    make_membership(team=team, person=make_person(school=cast.far.school))
    counts = {
        who: people_in_teams(getattr(cast.users, who), YEAR) for who in ("district", "group", "stranger")
    }
    assert counts == {"district": 2, "group": 1, "stranger": 1}


@pytest.mark.django_db
def test_the_report_is_the_district_s_and_says_why_rows_do_not_add_up(cast):
    team = make_team()

    def queries():
        with CaptureQueriesContext(connection) as caught:
            table = catalogue.get("teams").build(cast.users.district, YEAR).tables[0]
        return len(caught), table

    make_membership(team=team, person=make_person(school=cast.home.school))
    queries()
    once, table = queries()
    for _ in range(2):
        make_membership(team=make_team(), person=make_person(school=cast.home.school))
    assert (once, queries()[0]) == (2, 2)
    assert (table.title, table.period) == ("志愿者队伍情况表", "2018年9月1日至2019年8月31日")
    assert "各队相加不等于合计" in table.notes[0]
    assert catalogue.get("teams").roles == {"DISTRICT", "LEADER", "AUDITOR"}


@pytest.mark.parametrize(
    ("person", "term", "word"),
    [
        ({}, {}, "在队"),
        ({}, {"to_on": day(11, 30)}, "已退出"),
        ({}, {"to_on": day(12, 1)}, "在队"),
        ({}, {"from_on": day(12, 2)}, "尚未加入"),
        ({"stopped_on": day(12, 1)}, {}, "已停止服务"),
        ({"stopped_on": day(12, 2)}, {}, "在队"),
        ({"died_on": day(11, 1), "stopped_on": day(10, 1)}, {}, "已离世"),
    ],
)
@pytest.mark.django_db
def test_a_roster_says_what_a_membership_is_that_day(cast, person, term, word):
    one = make_membership(person=make_person(school=cast.home.school, **person), **term)
    assert state_of(one, day(12, 1)) == word
    table = team_roster([one], day(12, 1), title="名册")
    assert table.rows[0].cells[-1] == word


def refusal(model, make) -> str | None:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        make()
    return explain(caught.value, model)


@pytest.mark.django_db
def test_each_constraint_refuses_its_row(cast):
    team, person = make_team(name="讲师团"), make_person(school=cast.home.school)
    make_membership(team=team, person=person, office=1)
    make_plan(team=team)
    assert refusal(Team, lambda: make_team(name="讲师团")) == "本区已有同名的队伍。"
    assert (
        refusal(Team, lambda: make_team(founded_on=day(9, 2), dissolved_on=day(9, 1)))
        == "撤销日期不能早于成立日期。"
    )
    assert (
        refusal(TeamMembership, lambda: make_membership(team=team, person=person)) == "此人已在这支队伍里。"
    )
    assert "这个职务已有人担任" in refusal(TeamMembership, lambda: make_membership(team=team, office=1))
    backwards = {"team": team, "from_on": day(9, 2), "to_on": day(9, 1)}
    assert refusal(TeamMembership, lambda: make_membership(**backwards)) == "退出日期不能早于加入日期。"
    assert refusal(TeamPlan, lambda: make_plan(team=team)) == "这支队伍本年度已有计划。"
