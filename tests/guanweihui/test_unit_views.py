"""The pages of the hierarchy."""

import datetime
import io

import openpyxl
import pytest

from guanweihui.models import School, Succession, UnitName
from members.models import Appointment
from tests.cast import count_queries
from tests.factories import (
    make_appointment,
    make_enrolment,
    make_group,
    make_honour,
    make_person,
    make_school,
)

LISTS = ("/units/", "/groups/", "/schools/")


def words(response) -> str:
    return response.content.decode()


def book_rows(response) -> list[tuple]:
    """Read the lines of a downloaded workbook."""
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).worksheets[0]
    return [row for row in sheet.iter_rows(values_only=True) if any(row)]


@pytest.mark.parametrize("url", LISTS)
def test_district_sees_every_unit_and_a_group_only_its_own(cast, url):
    whole = words(cast.district.get(url))
    assert ("东苑协作组" in whole, "西苑协作组" in whole) == (True, True)
    own = words(cast.group.get(url))
    assert ("东苑协作组" in own, "西苑协作组" in own, "光明中学" in own) == (True, False, False)


def test_a_school_s_account_goes_to_its_own_sheet(cast):
    assert cast.school.get("/units/").url == f"/schools/{cast.home.school.pk}/"
    assert [cast.school.get(url).status_code for url in ("/groups/", "/groups/export/")] == [404, 404]


@pytest.mark.parametrize("url", [*LISTS, "/groups/export/", "/schools/export/"])
def test_unit_pages_are_for_the_committee(cast, url):
    assert [cast.judge.get(url).status_code, cast.outreach.get(url).status_code] == [404, 404]
    assert cast.anonymous.get(url).url == f"/accounts/login/?next={url}"
    assert cast.district.post(url).status_code == 405


def test_a_foreign_unit_does_not_exist(cast):
    group, school = f"/groups/{cast.far.group.pk}/", f"/schools/{cast.far.school.pk}/"
    answers = [cast.group.get(group), cast.group.get(school), cast.school.get(group), cast.school.get(school)]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert cast.anonymous.get(school).status_code == 302
    assert [cast.district.post(group).status_code, cast.district.post(school).status_code] == [405, 405]
    assert cast.school.get(f"/groups/{cast.home.group.pk}/").status_code == 404


def test_a_school_s_sheet_says_what_the_paper_says(cast):
    school = cast.home.school
    School.objects.visible_to(cast.users.district).update(
        committee_set_up_on=datetime.date(1998, 3, 1), committee_set_up_precision="month"
    )
    UnitName.objects.create(school=school, name="和平村小学", kind=UnitName.Kind.FORMER)
    person = make_person(school=school, name="赵淑英")
    make_appointment(school=school, printed_name="赵淑英", person=person, phone="19900001234")
    make_appointment(
        school=school,
        printed_name="孙旧任",
        position=Appointment.Position.DEPUTY_DIRECTOR,
        to_on=datetime.date(2017, 8, 31),
    )
    make_enrolment(school=school)
    Succession.objects.create(
        predecessor=cast.far.school, successor=school, succeeded_on=datetime.date(2015, 9, 1), kind="MERGED"
    )
    page = words(cast.school.get(f"/schools/{school.pk}/?year=2018"))
    for said in (
        "示例区和平小学",
        "1998年3月",
        "和平村小学",
        "199****1234",
        "（已离任）",
        "承接示例区光明中学",
    ):
        assert said in page
    assert f'href="/people/{person.pk}/"' in page
    assert f"figure=campaign.students&amp;year=2018&amp;school={school.pk}" in page
    assert "1998年3月1日" not in page
    assert "19900001234" not in page
    assert "办理记录" not in page
    assert "办理记录" in words(cast.auditor.get(f"/schools/{school.pk}/"))


def test_the_list_finds_a_school_by_a_former_name_and_by_state(cast):
    UnitName.objects.create(school=cast.far.school, name="红旗学堂", kind=UnitName.Kind.FORMER)
    make_school(group=cast.home.group, full_name="示例区撤并小学", closed_on=datetime.date(2015, 8, 31))

    def found(query: str) -> list[str]:
        page = words(cast.district.get(f"/schools/?{query}"))
        return [name for name in ("和平小学", "光明中学", "撤并小学") if name in page]

    assert found("name=红旗") == ["光明中学"]
    assert found("state=closed") == ["撤并小学"]
    assert found("state=open") == ["和平小学", "光明中学"]
    assert found(f"group={cast.far.group.pk}") == ["光明中学"]
    assert found("name=没有这样的学校") == []


def test_a_figure_shows_its_rows_its_value_and_its_rule(cast):
    make_school(group=cast.home.group, full_name="示例区撤并小学", closed_on=datetime.date(2015, 8, 31))
    page = words(cast.district.get("/schools/?figure=schools&year=2018"))
    assert "学校 2 所" in page
    assert "统计时点存在的学校" in page
    assert "撤并小学" not in page
    assert "取消筛选" in page
    narrowed = words(cast.district.get(f"/schools/?figure=schools&year=2018&group={cast.home.group.pk}"))
    assert "东苑协作组　学校 1 所" in narrowed
    ignored = words(cast.district.get("/schools/?figure=no.such&year=2018"))
    assert "取消筛选" not in ignored
    assert "撤并小学" in ignored


@pytest.mark.parametrize(
    "query",
    [
        "page=1e9",
        "page=NaN",
        "per=7",
        "sort=-x;--",
        "sort=group__district__pk",
        "group=0",
        "stage=X",
        "name=%00",
        "_connector=OR",
        "school__group__district=1",
        "figure=schools&year=abc",
    ],
)
def test_parameters_off_the_list_change_nothing(cast, query):
    page = words(cast.district.get(f"/schools/?{query}"))
    assert ("和平小学" in page, "光明中学" in page) == (True, True)


def test_numbers_of_a_list_are_those_of_its_rows(cast):
    for school in (cast.home.school, cast.home.school, cast.far.school):
        make_person(school=school)
    rows = book_rows(cast.district.get("/schools/export/?year=2018"))
    assert [row[7:9] for row in rows if row[1] in ("1105001", "1105999")] == [(2, 2), (1, 1)]
    assert next(row[7:9] for row in rows if "合　计" in row) == (3, 3)
    own = book_rows(cast.school.get("/schools/export/?year=2018"))
    assert "光明中学" not in str(own)
    groups = book_rows(cast.group.get("/groups/export/?year=2018"))
    assert "西苑协作组" not in str(groups)


def test_htmx_gets_the_rows_alone(cast):
    part = words(cast.district.get("/schools/?sort=-code", headers={"HX-Request": "true"}))
    assert part.lstrip().startswith('<div id="list"')
    assert part.index("光明中学") < part.index("和平小学")
    assert "<html" not in part


COSTS = {"/units/": 9, "/groups/": 9, "/schools/": 9}


@pytest.mark.parametrize("url", COSTS)
def test_unit_lists_cost_the_same_at_one_and_three_rows(cast, url):
    fill(cast.home.school)
    one = count_queries(cast.district, url)
    for _ in range(2):
        fill(make_school(group=make_group()))
    assert (one, count_queries(cast.district, url)) == (COSTS[url], COSTS[url])


def test_unit_sheets_cost_the_same_at_one_and_three_rows(cast):
    urls = f"/schools/{cast.home.school.pk}/", f"/groups/{cast.home.group.pk}/"
    fill(cast.home.school)
    once = [count_queries(cast.district, url) for url in urls]
    for n in range(2):
        make_appointment(school=cast.home.school, position=3, to_on=datetime.date(2017 - n, 8, 31))
        fill(make_school(group=cast.home.group))
    assert once == [count_queries(cast.district, url) for url in urls] == [12, 9]


def fill(school):
    person = make_person(school=school)
    make_appointment(school=school, person=person)
    make_enrolment(school=school)
    make_honour(unit=school)


def test_an_empty_district_is_told_what_to_do(cast):
    School.objects.visible_to(cast.users.district).update(group=cast.far.group)
    assert "没有学校" in words(cast.group.get("/schools/"))


def test_the_district_s_own_seats_stand_on_its_page_and_not_on_a_group_s(cast):
    make_appointment(district=cast.home.district, printed_name="周主任", duty="教工委副书记")
    assert "周主任" in cast.leader.get("/units/").content.decode()
    assert "周主任" not in cast.group.get("/units/").content.decode()
