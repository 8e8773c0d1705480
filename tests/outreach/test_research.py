"""Research visits: steps, the form with its rows, the list's days and schools."""

import datetime

import pytest
from django.db import IntegrityError

from guanweihui.workflow import Refused
from outreach.models import Need, ResearchVisit
from outreach.workflow.research import edit_visit, enter_visit, mark_of
from tests.cast import count_queries
from tests.factories import (
    make_district,
    make_host_school,
    make_pairing,
    make_programme,
    make_school,
    make_visit,
)
from tests.outreach.research_rows import NOW, VISITED, lines
from tests.outreach.test_resources import HIGH, pair_rows, pairs, visits
from tests.outreach.test_resources import said as faults
from tests.workbooks import load, workbook

ROW = {"field": Need.Field.STAFF_BUILDING, "text": "骨干教师少", "priority": 1, "owner": "周校长"}


def words(answer) -> str:
    return answer.content.decode()


def values(cast, **more):
    return {
        "programme": cast.home.pairing.programme,
        "host_school": cast.home.host,
        "visited_on": VISITED,
        "team": "周校长、韩助理",
        "method": "听课、座谈",
        "seen": "课堂以讲为主",
        **more,
    }


@pytest.fixture
def visit(cast):
    return enter_visit(values(cast), [ROW], by=cast.users.district, at=NOW)


# --- steps ------------------------------------------------------------------------------------------------


def test_a_visit_is_entered_with_its_needs_in_one_line(cast, visit):
    need = visit.needs.get()
    assert (need.field, need.text, need.priority, need.owner, need.status) == (*ROW.values(), "OPEN")
    assert (visit.team, visit.method, visit.seen) == ("周校长、韩助理", "听课、座谈", "课堂以讲为主")
    assert lines(visit) == ["researchvisit.enter"]


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (datetime.date(2018, 9, 30), "早于“第一批老校长下乡”的启动日期（2018-10-01）"),
        (NOW.date() + datetime.timedelta(days=1), "不能晚于今天"),
    ],
)
def test_a_day_outside_the_programme_is_refused(cast, day, said):
    with pytest.raises(Refused, match=said):
        enter_visit(values(cast, visited_on=day), [], by=cast.users.district, at=NOW)
    assert ResearchVisit.objects.count() == 0


def test_the_day_of_the_start_is_allowed(cast):
    day = cast.home.pairing.programme.started_on
    assert enter_visit(values(cast, visited_on=day), [], by=cast.users.district, at=NOW).pk


def test_a_school_is_visited_once_a_day(cast, visit):
    with pytest.raises(Refused, match="这所学校当天已有调研记录"):
        enter_visit(values(cast), [], by=cast.users.district, at=NOW)
    with pytest.raises(IntegrityError):
        make_visit(host_school=cast.home.host, visited_on=VISITED)


def test_a_need_stands_once_a_visit(cast, visit):
    with pytest.raises(Refused, match="这条需求已登记"):
        edit_visit(visit, {}, [{**ROW, "need": None}], mark=mark_of(visit), by=cast.users.district, at=NOW)


def test_a_closed_or_foreign_school_is_refused(cast):
    cast.home.host.closed_on = VISITED
    cast.home.host.save()
    with pytest.raises(Refused, match="停办"):
        enter_visit(values(cast), [], by=cast.users.district, at=NOW)
    strange = make_host_school(district=make_district(full_name="别处区"))
    with pytest.raises(Refused, match="不在您的职责范围内"):
        enter_visit(values(cast, host_school=strange), [], by=cast.users.district, at=NOW)


@pytest.mark.parametrize("who", ["leader", "auditor", "school", "outreach", "host"])
def test_only_the_office_enters_visits(cast, who):
    with pytest.raises(Refused):
        enter_visit(values(cast), [], by=getattr(cast.users, who), at=NOW)


def test_a_visit_is_edited_with_its_needs_in_one_line(cast, visit):
    need = visit.needs.get()
    rows = [{**ROW, "need": need.pk, "text": "骨干教师流失"}, {**ROW, "need": None, "text": "教研组不全"}]
    edit_visit(visit, values(cast, team="吴校长"), rows, mark=mark_of(visit), by=cast.users.district, at=NOW)
    visit.refresh_from_db()
    assert (visit.team, set(visit.needs.values_list("text", flat=True))) == (
        "吴校长",
        {"骨干教师流失", "教研组不全"},
    )
    assert lines(visit) == ["researchvisit.enter", "researchvisit.edit"]


def test_an_old_page_and_a_settled_need_are_refused(cast, visit):
    old, need = mark_of(visit), visit.needs.get()
    edit_visit(visit, {"team": "吴校长"}, [], mark=old, by=cast.users.district, at=NOW)
    with pytest.raises(Refused, match="被别人改过"):
        edit_visit(visit, {"team": "郑校长"}, [], mark=old, by=cast.users.district, at=NOW)
    Need.objects.filter(pk=need.pk).update(status=Need.Status.MET)
    row = {**ROW, "need": need.pk, "text": "改动"}
    visit.refresh_from_db()
    with pytest.raises(Refused, match="重新办理"):
        edit_visit(visit, {}, [row], mark=mark_of(visit), by=cast.users.district, at=NOW)
    with pytest.raises(Refused, match="没有任何改动"):
        edit_visit(visit, {}, [], mark=mark_of(visit), by=cast.users.district, at=NOW)


def test_a_day_before_the_start_is_told_by_the_import_too(cast):
    early = (1, datetime.date(2018, 10, 21), HIGH, "精细化不足", None, None, None)
    book = workbook(pairs(*pair_rows()[:1]), visits(early))
    make_school(full_name="东苑小学")
    plan, batch = load(book)
    assert (faults(plan), batch) == (["调研 4 日期 2018-10-21：早于项目启动日期（2018-10-22）"], None)


# --- pages ------------------------------------------------------------------------------------------------


def sent(cast, *rows, **more):
    data = {
        "programme": cast.home.pairing.programme.pk,
        "host_school": cast.home.host.pk,
        "visited_on": "2018-11-12",
        "team": "周校长",
        "form-TOTAL_FORMS": len(rows),
        "form-INITIAL_FORMS": 0,
        **more,
    }
    for number, row in enumerate(rows):
        data |= {f"form-{number}-{name}": value for name, value in row.items()}
    return data


def test_a_visit_is_entered_on_its_page(cast):
    page = words(cast.district.get("/outreach/visits/new/"))
    assert page.count('<legend class="h6">需求') == 4
    rows = ({**ROW}, {"field": "SCHOOL_CULTURE", "text": "", "priority": 2, "owner": ""})
    answer = cast.district.post("/outreach/visits/new/", sent(cast, *rows))
    visit = ResearchVisit.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/outreach/visits/{visit.pk}/")
    shown = words(cast.outreach.get(f"/outreach/visits/{visit.pk}/"))
    for said in ("周校长", "骨干教师少", "待安排", "队伍建设"):
        assert said in shown
    assert "办理记录" not in shown
    assert "登记调研" in words(cast.district.get(f"/outreach/visits/{visit.pk}/"))


def test_a_bad_page_keeps_everything_typed(cast):
    data = sent(
        cast, {"field": "", "text": "写了很久的需求", "priority": 2, "owner": ""}, visited_on="2018-09-01"
    )
    answer = cast.district.post("/outreach/visits/new/", data)
    assert (answer.status_code, "写了很久的需求" in words(answer)) == (422, True)
    data["form-0-field"] = "STAFF_BUILDING"
    answer = cast.district.post("/outreach/visits/new/", data)
    assert (answer.status_code, "启动日期" in words(answer), "写了很久的需求" in words(answer)) == (
        422,
        True,
        True,
    )
    assert ResearchVisit.objects.count() == 0
    assert cast.district.post("/outreach/visits/new/", {"team": "x"}).status_code == 422


def test_a_need_that_stands_cannot_be_emptied(cast, visit):
    row = {**ROW, "need": visit.needs.get().pk, "text": ""}
    answer = cast.district.post(f"/outreach/visits/{visit.pk}/edit/", sent(cast, row, mark=mark_of(visit)))
    assert (answer.status_code, "不再办理" in words(answer)) == (422, True)


def test_a_visit_is_edited_on_its_page(cast, visit):
    row = {**ROW, "need": visit.needs.get().pk, "text": "骨干教师流失"}
    url = f"/outreach/visits/{visit.pk}/edit/"
    assert "骨干教师少" in words(cast.district.get(url))
    assert cast.district.post(url, sent(cast, row, mark=mark_of(visit))).status_code == 302
    assert visit.needs.get().text == "骨干教师流失"


def test_an_old_tab_is_refused_once_and_its_second_press_saves(cast, visit):
    row, old = {**ROW, "need": visit.needs.get().pk}, mark_of(visit)
    url = f"/outreach/visits/{visit.pk}/edit/"
    assert cast.district.post(url, sent(cast, row, team="吴校长", mark=old)).status_code == 302
    answer = cast.district.post(url, sent(cast, row, team="郑校长", mark=old))
    assert (answer.status_code, "被别人改过" in words(answer), "郑校长" in words(answer)) == (422, True, True)
    mark = answer.context["form"]["mark"].value()
    assert cast.district.post(url, sent(cast, row, team="郑校长", mark=mark)).status_code == 302
    visit.refresh_from_db()
    assert visit.team == "郑校长"


@pytest.mark.parametrize("url", ["/outreach/visits/new/", "/outreach/visits/{}/edit/"])
def test_the_forms_are_the_office_s(cast, visit, url):
    url = url.format(visit.pk)
    for who in ("leader", "auditor", "outreach", "host", "school", "judge"):
        assert getattr(cast, who).get(url).status_code == 404
    assert cast.anonymous.get(url).status_code == 302
    assert cast.district.put(url).status_code == 405


def test_a_foreign_visit_does_not_exist(cast):
    programme = make_programme(name="第二批老校长下乡")
    other = make_pairing(programme=programme, principal_name="吴校长")
    host = other.partnerships.first().host_school
    visit = make_visit(
        programme=programme, host_school=host, needs=((Need.Field.SCHOOL_CULTURE, "不该看见"),)
    )
    assert cast.outreach.get(f"/outreach/visits/{visit.pk}/").status_code == 404
    assert "不该看见" not in words(cast.outreach.get("/outreach/visits/"))
    assert cast.district.post(f"/outreach/visits/{visit.pk}/").status_code == 405


def test_the_founding_case_reads_three_days_and_eight_schools(cast):
    """Three days in November 2018, eight schools; one of them was visited on two of the days."""
    schools = [make_host_school() for _ in range(8)]
    days = (12, 12, 12, 13, 13, 13, 14, 14)
    for school, day in zip(schools, days, strict=True):
        make_visit(host_school=school, visited_on=datetime.date(2018, 11, day))
    make_visit(host_school=schools[0], visited_on=datetime.date(2018, 11, 14), needs=())
    page = words(cast.district.get("/outreach/visits/?since=2018-11-01&until=2018-11-30"))
    assert ("3天、8校" in page, "共 9 次" in page) == (True, True)
    assert "1天、3校" in words(cast.district.get("/outreach/visits/?since=2018-11-14"))
    assert ResearchVisit.objects.visible_to(cast.users.district).span() == {
        "days": 3,
        "schools": 8,
        "visits": 9,
    }


def test_pages_of_a_visit_cost_the_same_at_one_and_three_needs(cast):
    visit = make_visit(host_school=cast.home.host)
    urls = ("/outreach/visits/", f"/outreach/visits/{visit.pk}/")
    once = [count_queries(cast.district, url) for url in urls]
    for text in ("甲", "乙"):
        Need.objects.create(visit=visit, field=Need.Field.SCHOOL_CULTURE, text=text)
    for day in (13, 14):
        make_visit(host_school=cast.home.host, visited_on=datetime.date(2018, 11, day))
    assert once == [count_queries(cast.district, url) for url in urls] == [8, 6]
