"""Pages of teams: the list, a team's sheet, rosters of those within reach, the forms of the steps."""

import datetime
import io
import re

import openpyxl
import pytest

from guanweihui.models import AuditEvent
from members.models import Team, TeamMembership, TeamPlan
from tests.cast import count_queries
from tests.factories import make_district, make_person
from tests.members.teams_rows import make_membership, make_plan, make_team

SENSITIVE = re.compile(r"\d{17}[\dX]|1990\d{7}|502室|高血压|王小明")
DAY = datetime.date(2018, 9, 1)


def words(response) -> str:
    return response.content.decode()


def book_of(response) -> str:
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).worksheets[0]
    return str([row for row in sheet.iter_rows(values_only=True) if any(row)])


@pytest.fixture
def team(cast):
    """Give a team with one member of the cast's school and two of the stranger's, one of them its head."""
    team = make_team(name="讲师团", charter="第一条　自愿参加。", phone="021-5551234")
    make_membership(team=team, person=make_person(school=cast.home.school, name="曾玉兰"))
    make_membership(team=team, office=1, person=make_person(school=cast.far.school, name="郭长青"))
    make_membership(team=team, person=make_person(school=cast.far.school, name="洪建设"))
    make_team(district=make_district(full_name="别处区"), name="别处队")
    return team


@pytest.mark.parametrize(
    ("who", "own", "far", "number"),
    [
        ("district", True, True, 3),
        ("auditor", True, True, 3),
        ("group", True, False, 1),
        ("school", True, False, 1),
        ("stranger", False, True, 2),
    ],
)
def test_rosters_and_counts_hold_the_people_within_reach_alone(cast, team, who, own, far, number):
    client, detail = getattr(cast, who), f"/teams/{team.pk}/"
    wide = who in {"district", "auditor"}
    for url in (detail, "/teams/members/"):
        page = words(client.get(url))
        assert ("曾玉兰" in page, "郭长青" in page, "洪建设" in page) == (own, far, far)
        assert ("不是全队人数" in page, SENSITIVE.search(page)) == (not wide, None)
    assert f"{number} 人" in words(client.get(detail))
    page = words(client.get("/teams/"))
    label = "队员" if wide else "本单位队员"
    assert f'data-label="{label}">{number}</td>' in page
    assert ("郭长青" in page, "别处队" in page, "不是全队人数" in page) == (far, False, not wide)
    for url in (f"{detail}roster/", "/teams/members/export/"):
        book = book_of(client.get(url))
        assert ("曾玉兰" in book, "郭长青" in book, SENSITIVE.search(book)) == (own, far, None)


def test_the_sheet_says_charter_staff_plans_and_that_a_team_is_invented(cast, team):
    team.is_invented, team.staff = True, cast.users.district
    team.save()
    make_plan(team=team, plan="每学期备课", summary="完成")
    for who in ("district", "group", "school"):
        page = words(getattr(cast, who).get(f"/teams/{team.pk}/"))
        for said in ("自愿参加", "021-5551234", "district先生", "每学期备课", "完成", "示例", "2018年"):
            assert said in page
    assert "示例" in words(cast.school.get("/teams/"))


def test_who_has_stopped_is_shown_so_and_counts_no_more(cast, team):
    gone = make_person(school=cast.home.school, name="停服务", stopped_on=DAY)
    make_membership(team=team, person=gone)
    page = words(cast.school.get(f"/teams/{team.pk}/"))
    assert ("停服务" in page, "已停止服务" in page, "1 人" in page) == (True, True, True)
    assert "停服务" not in book_of(cast.school.get(f"/teams/{team.pk}/roster/"))
    assert "停服务" in book_of(cast.school.get(f"/teams/{team.pk}/roster/?on=2018-08-31"))


def test_the_roster_prints_and_leaves_a_line(cast, team):
    answer = cast.school.get(f"/teams/{team.pk}/roster/?format=pdf")
    assert b"".join(answer.streaming_content)[:5] == b"%PDF-"
    line = AuditEvent.objects.get(action="list.export")
    assert line.changes == {"table": "讲师团队员名册（本单位）", "rows": 1, "format": "PDF"}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("name=曾", ["曾玉兰"]),
        ("name=cyl", ["曾玉兰"]),
        ("office=1", ["郭长青"]),
        ("on=2017-08-31", []),
        ("name=没有此人", []),
        ("team=0&office=x&on=never", ["曾玉兰", "郭长青", "洪建设"]),
    ],
)
def test_the_query_bar_finds_members(cast, team, query, found):
    page = words(cast.district.get(f"/teams/members/?{query}"))
    assert [name for name in ("曾玉兰", "郭长青", "洪建设") if name in page] == found


def test_a_figure_shows_its_rows(cast, team):
    late = make_person(school=cast.home.school, name="后来人")
    make_membership(team=team, person=late, from_on=datetime.date(2019, 9, 1))
    page = words(cast.district.get("/teams/members/?figure=teams.members&year=2018"))
    assert ("队伍队员 3 人" in page, "后来人" in page) == (True, False)
    narrowed = f"/teams/members/?figure=teams.members&year=2018&school={cast.home.school.pk}"
    assert "和平小学　队伍队员 1 人" in words(cast.district.get(narrowed))
    make_team(name="撤销队", dissolved_on=datetime.date(2018, 9, 1))
    page = words(cast.district.get("/teams/?figure=teams.number&year=2018"))
    assert ("志愿者队伍 1 支" in page, "撤销队" in page) == (True, False)


def test_teams_are_found_by_name_and_day(cast, team):
    make_team(name="诗书画协会", dissolved_on=DAY)
    assert "讲师团" not in words(cast.district.get("/teams/?name=诗书"))
    page = words(cast.district.get(f"/teams/?on={DAY}"))
    assert ("讲师团" in page, "诗书画协会" in page) == (True, False)


def test_pages_cost_the_same_at_one_and_three_rows(cast):
    team = make_team()
    make_plan(team=team)
    make_membership(team=team, office=1, person=make_person(school=cast.home.school))
    urls = ("/teams/", f"/teams/{team.pk}/", "/teams/members/")
    urls += ("/teams/members/?figure=teams.members&year=2018", "/teams/?figure=teams.number&year=2018")
    once = [count_queries(cast.district, url) for url in urls]
    for year in (2016, 2017):
        make_plan(team=team, year=year)
        make_membership(team=team, person=make_person(school=cast.far.school))
        make_membership(team=make_team(), office=2, person=make_person(school=cast.home.school))
    assert once == [count_queries(cast.district, url) for url in urls] == [7, 10, 7, 8, 8]


WRITING = (
    "add/",
    "{team}/edit/",
    "{team}/join/",
    "{team}/plan/",
    "members/{one}/leave/",
    "members/{one}/office/",
)
READING = ("", "{team}/", "{team}/roster/", "members/", "members/export/")


def test_pages_exist_for_those_who_may_open_them(cast, team):
    make_team(district=make_district(full_name="远方区"), name="远方队")
    keys = {"team": team.pk, "one": TeamMembership.objects.first().pk}
    writing = [f"/teams/{tail.format(**keys)}" for tail in WRITING]
    reading = [f"/teams/{tail.format(**keys)}" for tail in READING]
    for url in writing:
        assert cast.district.get(url).status_code == 200
        for who in ("leader", "auditor", "group", "school", "judge", "outreach"):
            assert [getattr(cast, who).get(url).status_code, getattr(cast, who).post(url).status_code] == [
                404
            ] * 2
        assert cast.anonymous.get(url).url == f"/accounts/login/?next={url}"
        assert cast.district.put(url).status_code == 405
    for url in reading:
        assert [cast.judge.get(url).status_code, cast.outreach.get(url).status_code] == [404, 404]
        assert cast.anonymous.get(url).url == f"/accounts/login/?next={url}"
        assert cast.district.post(url).status_code == 405
    foreign = {"team": Team.objects.get(name="远方队").pk, "one": 0}
    for tail in (*WRITING[1:], *READING[1:3]):
        assert cast.district.get(f"/teams/{tail.format(**foreign)}").status_code == 404
    assert "/join/" not in words(cast.school.get(f"/teams/{team.pk}/"))


def test_a_team_is_founded_edited_and_planned_by_forms(cast):
    asked = {"name": "科普队", "position": "3", "charter": "第一条\r\n第二条", "is_invented": "on"}
    asked |= {"staff": str(cast.users.district.pk), "phone": "199-0000-0001"}
    answer = cast.district.post("/teams/add/", asked)
    team = Team.objects.get()
    assert answer.url == f"/teams/{team.pk}/"
    assert (team.charter, team.phone, team.staff, team.is_invented) == (
        "第一条\n第二条",
        "19900000001",
        cast.users.district,
        True,
    )
    page = words(cast.district.get(f"/teams/{team.pk}/edit/"))
    assert 'name="version" value="1"' in page
    edited = {**asked, "name": "科普实践队", "version": "1"}
    assert cast.district.post(f"/teams/{team.pk}/edit/", edited).status_code == 302
    answer = cast.district.post(f"/teams/{team.pk}/edit/", {**edited, "name": "又改"})
    assert (answer.status_code, "旧页面" in words(answer), "又改" in words(answer)) == (422, True, True)
    plan = {"year": "2018", "plan": "备课", "summary": "", "version": "2"}
    assert cast.district.post(f"/teams/{team.pk}/plan/", plan).status_code == 302
    assert "备课" in words(cast.district.get(f"/teams/{team.pk}/plan/?year=2018"))
    assert TeamPlan.objects.get().plan == "备课"
    actions = list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["team.found", "team.edit", "teamplan.write"]


def test_people_join_change_and_leave_by_forms(cast):
    team, person = make_team(), make_person(school=cast.home.school, name="曾玉兰")
    url = f"/teams/{team.pk}/join/"
    asked = {"who": person.staff_no.lower(), "office": "1", "from_on": "2018-09-01"}
    assert cast.district.post(url, asked).url == f"/teams/{team.pk}/"
    one = TeamMembership.objects.get()
    assert (one.person, one.office, one.from_on) == (person, 1, DAY)
    assert cast.district.post(f"/teams/members/{one.pk}/office/", {"office": "9"}).status_code == 302
    leaving = {"to_on": "2018-12-01", "reason": "身体原因"}
    assert cast.district.post(f"/teams/members/{one.pk}/leave/", leaving).status_code == 302
    one.refresh_from_db()
    assert (one.office, one.to_on) == (9, datetime.date(2018, 12, 1))


def test_namesakes_strangers_and_refusals_keep_the_text(cast):
    team = make_team()
    first, second = (make_person(school=cast.home.school, name="曾玉兰") for _ in range(2))
    make_person(school=cast.home.school, name="停服务", stopped_on=DAY)
    make_person(school=cast.home.school, name="并入者", merged_into=first)
    cases = (
        ("曾玉兰", f"教工编号 {second.staff_no}"),
        ("没有此人", "没有找到这个人"),
        ("并入者", "没有找到这个人"),
        ("曾", "没有找到这个人"),
        ("停服务", "停止服务"),
        ("", "请填写“姓名或教工编号”"),
    )
    for who, said in cases:
        asked = {"who": who, "office": "9", "from_on": "2018-09-01"}
        answer = cast.district.post(f"/teams/{team.pk}/join/", asked)
        page = words(answer)
        assert (answer.status_code, said in page, f'value="{who}"' in page or not who) == (422, True, True), (
            who
        )
        assert SENSITIVE.search(page) is None
    assert (TeamMembership.objects.count(), AuditEvent.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"name": ""}, "请填写“名称”"),
        ({"name": "讲\u200b师团"}, "看不见"),
        ({"phone": "12"}, "电话"),
        ({"staff": "999999"}, "有效的选项"),
        ({"founded_on": "2018-09-02", "dissolved_on": "2018-09-01"}, "撤销日期不能早于成立日期"),
    ],
)
def test_a_bad_team_is_not_saved(cast, asked, said):
    answer = cast.district.post("/teams/add/", {"name": "科普队", "position": "1", **asked})
    assert (answer.status_code, said in words(answer), Team.objects.count()) == (422, True, 0)
