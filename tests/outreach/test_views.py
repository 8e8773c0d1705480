"""The pages of 老校长下乡: pairs, visits, teaching events."""

import io

import openpyxl
import pytest

from outreach.models import Need
from tests.cast import count_queries
from tests.factories import (
    make_event,
    make_host_school,
    make_pairing,
    make_person,
    make_programme,
    make_visit,
)

LISTS = ("/outreach/", "/outreach/visits/", "/outreach/events/", "/outreach/lessons/")
EXPORTS = tuple(f"{url}export/" for url in LISTS)


def words(response) -> str:
    return response.content.decode()


def book_of(response) -> list[tuple]:
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).worksheets[0]
    return [row for row in sheet.iter_rows(values_only=True) if any(row)]


@pytest.fixture
def other(cast):
    """Give a pair of another programme, with a visit and an event of its own."""
    programme = make_programme(name="第二批老校长下乡")
    pairing = make_pairing(programme=programme, principal_name="吴校长", assistant_name="郑助理")
    host = make_host_school(name="示例山区远方中学")
    pairing.partnerships.update(host_school=host)
    make_visit(host_school=host, programme=programme, needs=((Need.Field.SCHOOL_CULTURE, "文化特色不明显"),))
    make_event(programme=programme, name="远方送教")
    return pairing


@pytest.mark.parametrize("url", [*LISTS, *EXPORTS])
def test_outreach_is_for_the_district_and_its_principals(cast, url):
    for who in ("group", "school", "judge"):
        assert getattr(cast, who).get(url).status_code == 404
    assert cast.anonymous.get(url).url == f"/accounts/login/?next={url}"
    assert cast.district.post(url).status_code == 405
    assert [getattr(cast, who).get(url).status_code for who in ("district", "leader", "auditor")] == [200] * 3


@pytest.mark.parametrize("url", LISTS)
def test_a_principal_reads_but_takes_no_file(cast, url):
    page = cast.outreach.get(url)
    assert (page.status_code, "导出当前查询结果" in words(page)) == (200, False)
    assert cast.outreach.get(f"{url}export/").status_code == 404


@pytest.mark.parametrize("url", LISTS)
@pytest.mark.parametrize(("who", "sees"), [("district", True), ("auditor", True), ("outreach", False)])
def test_a_principal_sees_his_own_pair_alone(cast, other, url, who, sees):
    page = words(getattr(cast, who).get(url))
    assert any(word in page for word in ("吴校长", "远方中学", "远方送教")) is sees


@pytest.mark.parametrize("url", EXPORTS)
def test_an_export_holds_the_rows_of_the_page(cast, other, url):
    assert any(word in str(book_of(cast.district.get(url))) for word in ("吴校长", "远方中学", "远方送教"))
    foreign = book_of(cast.district.get(f"{url}?text=没有这个人&field=SCHOOL_MANAGEMENT"))
    assert not any(word in str(foreign) for word in ("吴校长", "远方中学", "远方送教"))


def test_a_pair_stands_in_one_row_with_both_its_schools(cast):
    high, junior = cast.home.pairing.partnerships.order_by("kind")
    page = words(cast.outreach.get("/outreach/"))
    for said in (
        "共 1 对",
        "周校长",
        high.host_school.name,
        junior.host_school.name,
        "2018-10-01",
        "2021-09-30",
    ):
        assert said in page
    rows = book_of(cast.district.get("/outreach/export/"))
    assert [row[2] for row in rows if row[0] == 1] == ["周校长"]


def test_a_figure_shows_the_agreements_that_it_counts(cast, other):
    other.partnerships.update(to_on="2019-01-31")
    page = words(cast.district.get("/outreach/?figure=outreach.principals&year=2018"))
    assert "下乡校长 1 人" in page
    assert ("周校长" in page, "吴校长" in page) == (True, False)
    assert "受援学校 2 所" in words(cast.district.get("/outreach/?figure=outreach.host_schools&year=2018"))


def test_the_query_bars_find(cast, other):
    def found(url: str) -> bool:
        return any(
            word in words(cast.district.get(url)).partition("<tbody>")[2] for word in ("吴校长", "远方")
        )

    assert found("/outreach/?text=郑助理")
    assert found("/outreach/?text=远方")
    assert not found("/outreach/?text=周校长")
    assert found("/outreach/visits/?field=SCHOOL_CULTURE&since=2018-11-01&until=2018-11-30")
    assert not found("/outreach/visits/?field=CURRICULUM_REFORM")
    assert not found("/outreach/visits/?since=2018-12-01")
    assert found("/outreach/events/?text=远方&since=2019-04-01&until=2019-04-30")
    assert not found("/outreach/events/?since=2019-05-01")
    assert found("/outreach/events/?sort=programme__district&page=1e9")
    assert found("/outreach/lessons/?text=赵本地&kind=PAIRED")
    assert not found("/outreach/lessons/?kind=LECTURE")
    assert found("/outreach/lessons/?sort=event__programme__district&page=1e9&kind=X")


def test_needs_stand_in_the_column_of_their_field(cast):
    host = cast.home.pairing.partnerships.first().host_school
    needs = ((Need.Field.STAFF_BUILDING, "骨干教师少"), (Need.Field.STAFF_BUILDING, "教研力量弱"))
    make_visit(host_school=host, needs=needs)
    rows = book_of(cast.district.get("/outreach/visits/export/"))
    assert [row[2:7] for row in rows if row[0] == 1] == [
        (host.name, None, "骨干教师少；教研力量弱", None, None)
    ]
    assert "骨干教师少；教研力量弱" in words(cast.outreach.get(f"/outreach/{cast.home.pairing.pk}/"))


def test_attendances_are_summed_over_the_whole_query(cast):
    make_event(programme=cast.home.pairing.programme, lessons=25)
    page = words(cast.district.get("/outreach/lessons/"))
    assert ("共 25 项" in page, ">750</td>" in page) == (True, True)


def test_registers_are_linked_for_those_who_may_read_them(cast):
    pairing = cast.home.pairing
    pairing.principal = make_person(school=cast.home.school, name="周校长")
    pairing.former_unit = cast.home.school
    pairing.save()
    url = f"/outreach/{pairing.pk}/"
    link = f'href="/people/{pairing.principal_id}/"'
    assert link in words(cast.district.get(url))
    own = words(cast.outreach.get(url))
    assert ("周校长" in own, link in own, "/schools/" in own, "办理记录" in own) == (
        True,
        False,
        False,
        False,
    )


def test_a_foreign_pair_does_not_exist(cast, other):
    url = f"/outreach/{other.pk}/"
    assert [getattr(cast, who).get(url).status_code for who in ("outreach", "school")] == [404, 404]
    assert cast.anonymous.get(url).status_code == 302
    assert cast.district.post(url).status_code == 405


def test_pages_of_outreach_cost_the_same_at_one_and_three_rows(cast):
    programme = cast.home.pairing.programme
    host = cast.home.pairing.partnerships.first().host_school
    urls = (
        *LISTS[:2],
        "/outreach/?figure=outreach.principals&year=2018",
        f"/outreach/{cast.home.pairing.pk}/",
    )

    def costs() -> list[int]:
        return [count_queries(cast.district, url) for url in urls]

    make_visit(host_school=host)
    make_event(programme=programme)
    once = costs()
    for day in (13, 14):
        make_pairing(programme=programme)
        make_visit(host_school=host, visited_on=f"2018-11-{day}")
        make_event(programme=programme, lessons=3)
    assert once == costs() == [7, 8, 8, 9]


@pytest.mark.parametrize("url", LISTS)
def test_htmx_gets_the_rows_alone(cast, other, url):
    part = words(cast.district.get(url, headers={"HX-Request": "true"}))
    assert part.lstrip().startswith('<div id="list"')
    assert "远方" in part


def test_an_empty_list_says_how_to_begin(cast):
    assert "导入工作簿" in words(cast.district.get("/outreach/visits/"))
    assert "导入工作簿" not in words(cast.outreach.get("/outreach/visits/"))
