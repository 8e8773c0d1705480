"""The pages of the honour roll."""

import datetime
import io

import openpyxl
import pytest

from awards.models import Category, OpeningBalance
from tests.cast import count_queries
from tests.factories import make_honour, make_opening_balance, make_person, make_school

URL = "/honours/"
VOID = {"voided_on": datetime.date(2019, 3, 1), "void_reason": "重复表彰"}


def words(response) -> str:
    return response.content.decode()


@pytest.fixture
def honours(cast):
    """Give a collective of the cast's school, a person and a void collective of the stranger's."""
    person = make_person(school=cast.far.school, name="赵淑英")
    return (
        make_honour(unit=cast.home.school, certificate_no="集001"),
        make_honour(
            unit=cast.far.school,
            kind=Category.Kind.ADVANCED_RETIRED,
            person=person,
            printed_name="赵淑英",
            certificate_no="退001",
        ),
        make_honour(unit=cast.far.school, certificate_no="集099", **VOID),
    )


@pytest.mark.parametrize("url", [URL, "/honours/export/"])
def test_the_roll_is_for_the_committee(cast, url):
    assert [cast.judge.get(url).status_code, cast.outreach.get(url).status_code] == [404, 404]
    assert cast.anonymous.get(url).url == f"/accounts/login/?next={url}"
    assert cast.district.post(url).status_code == 405


@pytest.mark.parametrize(
    ("who", "numbers"),
    [
        ("district", ["集001", "退001", "集099"]),
        ("auditor", ["集001", "退001", "集099"]),
        ("group", ["集001"]),
        ("school", ["集001"]),
        ("stranger", ["退001", "集099"]),
    ],
)
def test_everybody_sees_the_honours_of_his_place(cast, honours, who, numbers):
    page = words(getattr(cast, who).get(URL))
    assert [number for number in ("集001", "退001", "集099") if number in page] == numbers


def test_a_void_honour_stays_in_the_list_struck_through(cast, honours):
    page = words(cast.district.get(URL))
    assert "<s>集099</s>" in page
    assert "<s>集001</s>" not in page
    assert "已作废" in page


def test_the_query_bar_finds(cast, honours):
    def found(query: str) -> list[str]:
        page = words(cast.district.get(f"{URL}?{query}"))
        return [number for number in ("集001", "退001", "集099") if number in page]

    assert found("text=赵淑英") == ["退001"]
    assert found("text=集0") == ["集001", "集099"]
    assert found("kind=ADVANCED_RETIRED") == ["退001"]
    assert found("state=void") == ["集099"]
    assert found("state=standing") == ["集001", "退001"]
    assert found(f"group={cast.home.group.pk}") == ["集001"]
    assert found(f"cycle={honours[0].decision.cycle_id}") == ["集001", "退001", "集099"]
    assert found("sort=person__id_index&cycle=0&page=NaN") == ["集001", "退001", "集099"]


def test_a_total_states_its_opening_balance_with_the_basis(cast, honours):
    make_opening_balance()
    make_opening_balance(kind=OpeningBalance.Kind.INDIVIDUAL, count=600, basis="另一份依据")
    page = words(cast.district.get(f"{URL}?figure=honours.collectives.total&year=2018"))
    assert "累计表彰集体 179 个" in page
    assert "期初数 178 个，截至 2017-12-31，依据：历年表彰决定汇总" in page
    assert "另一份依据" not in page
    assert [number for number in ("集001", "退001", "集099") if number in page] == ["集001"]


def test_a_school_s_share_holds_no_opening_balance(cast, honours):
    make_opening_balance()
    query = f"?figure=honours.collectives.total&year=2018&school={cast.home.school.pk}"
    page = words(cast.district.get(URL + query))
    assert "和平小学　累计表彰集体 1 个" in page
    assert "期初数 178" not in page
    assert "期初数 178" not in words(cast.school.get(f"{URL}?figure=honours.collectives.total&year=2018"))


def test_the_year_s_figure_leaves_other_years_out(cast, honours):
    page = words(cast.district.get(f"{URL}?figure=honours.cycle.retired&year=2018"))
    assert "本届退休先进个人 1 人" in page
    assert [number for number in ("集001", "退001") if number in page] == ["退001"]
    assert "本届退休先进个人 0 人" in words(
        cast.district.get(f"{URL}?figure=honours.cycle.retired&year=2016")
    )


def test_the_export_holds_the_queried_rows_and_says_who_is_void(cast, honours):
    answer = cast.stranger.get("/honours/export/?state=void")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).worksheets[0]
    rows = [row for row in sheet.iter_rows(values_only=True) if any(row)]
    assert [row[6] for row in rows if row[0] == 1] == ["集099"]
    assert "已作废（2019-03-01）：重复表彰" in str(rows)
    assert "集001" not in str(rows)


def test_an_honour_is_shown_as_it_was_conferred(cast, honours):
    _, retired, void = honours
    page = words(cast.stranger.get(f"{URL}{retired.pk}/"))
    for said in ("退001", "示例教关〔2018〕12号", "2018-12-20", f'href="/people/{retired.person_id}/"'):
        assert said in page
    assert "重复表彰" in words(cast.stranger.get(f"{URL}{void.pk}/"))


def test_a_foreign_honour_does_not_exist(cast, honours):
    url = f"{URL}{honours[1].pk}/"
    assert [cast.school.get(url).status_code, cast.group.get(url).status_code] == [404, 404]
    assert cast.anonymous.get(url).status_code == 302
    assert cast.district.post(url).status_code == 405


def test_pages_of_honours_cost_the_same_at_one_and_three_rows(cast):
    one = make_honour(unit=cast.home.school)
    make_opening_balance()
    urls = (URL, f"{URL}?figure=honours.collectives.total&year=2018", f"{URL}{one.pk}/")
    once = [count_queries(cast.district, url) for url in urls]
    for _ in range(2):
        school = make_school()
        make_honour(unit=school, person=make_person(school=school), printed_name="王秀英")
    assert once == [count_queries(cast.district, url) for url in urls] == [7, 9, 5]


def test_htmx_gets_the_rows_alone(cast, honours):
    part = words(cast.district.get(f"{URL}?sort=-certificate", headers={"HX-Request": "true"}))
    assert part.lstrip().startswith('<div id="list"')
    assert part.index("集099") < part.index("集001")


def test_an_empty_roll_says_how_to_begin(cast):
    assert "导入表彰名单" in words(cast.district.get(URL))
