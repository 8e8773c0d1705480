"""The pages of enrolments in the reading campaign."""

import io

import openpyxl
import pytest

from guanweihui.models import Filing
from guanweihui.models.org import Segment, Stage
from tests.cast import count_queries
from tests.factories import make_campaign, make_enrolment, make_school

URL = "/enrolments/"
BOTH = ((Segment.PRIMARY, 10, 300), (Segment.JUNIOR, 4, 140))


def words(response) -> str:
    return response.content.decode()


def foot(page: str) -> list[str]:
    """Read the totals row of a list: its cells without tags."""
    row = page.partition("<tfoot>")[2].partition("</tfoot>")[0]
    return [cell.partition(">")[2].partition("</td>")[0] for cell in row.split("<td")[1:]]


@pytest.fixture
def enrolments(cast):
    """Give one enrolment of the cast's school with two segments, one of the stranger's with one."""
    cast.home.school.stage = Stage.NINE_YEAR
    cast.home.school.save()
    return make_enrolment(school=cast.home.school, lines=BOTH), make_enrolment(school=cast.far.school)


@pytest.mark.parametrize("url", [URL, "/enrolments/export/"])
def test_enrolments_are_for_the_committee(cast, url):
    assert [cast.judge.get(url).status_code, cast.outreach.get(url).status_code] == [404, 404]
    assert cast.anonymous.get(url).url == f"/accounts/login/?next={url}"
    assert cast.district.post(url).status_code == 405


@pytest.mark.parametrize(
    ("who", "own", "far"),
    [("district", True, True), ("leader", True, True), ("group", True, False), ("stranger", False, True)],
)
def test_everybody_sees_the_enrolments_of_his_place(cast, enrolments, who, own, far):
    page = words(getattr(cast, who).get(URL))
    assert ("和平小学" in page, "光明中学" in page) == (own, far)
    assert "“我为祖国点赞”主题教育读书活动，2018—2019学年" in page


def test_totals_are_of_the_whole_query_not_of_the_page(cast, enrolments):
    for _ in range(20):
        make_enrolment(school=make_school(group=cast.home.group), lines=((Segment.PRIMARY, 1, 20),))
    page = words(cast.district.get(URL))
    assert "共 22 条" in page
    # classes, primary, junior, senior; students likewise; coaches; state
    assert foot(page) == ["37", "33", "4", "", "930", "790", "140", "", "110", ""]
    assert foot(words(cast.district.get(f"{URL}?unit=光明"))) == [
        "3",
        "3",
        "",
        "",
        "90",
        "90",
        "",
        "",
        "5",
        "",
    ]


def test_a_figure_shows_only_the_lines_that_it_counts(cast, enrolments):
    draft = make_enrolment(school=make_school(full_name="示例区草稿学校"), status=Filing.Status.DRAFT)
    page = words(cast.district.get(f"{URL}?figure=campaign.classes.secondary&year=2018"))
    assert "其中中学班级 4 个" in page
    assert ("和平小学" in page, "光明中学" in page) == (True, False)
    assert foot(page)[:8] == ["4", "", "4", "", "140", "", "140", ""]
    schools = words(cast.district.get(f"{URL}?figure=campaign.schools&year=2018"))
    assert "参加学校 2 所" in schools
    assert draft.due.school.short_name not in schools
    own = words(cast.district.get(f"{URL}?figure=campaign.students&year=2018&school={cast.far.school.pk}"))
    assert "光明中学　参加学生 90 人" in own
    assert "参加学生 0 人" in words(cast.district.get(f"{URL}?figure=campaign.students&year=2015"))


def test_the_query_bar_finds(cast, enrolments):
    def found(query: str) -> list[str]:
        page = words(cast.district.get(f"{URL}?{query}"))
        return [name for name in ("和平小学", "光明中学") if name in page]

    assert found("stage=NINE_YEAR") == ["和平小学"]
    assert found(f"group={cast.far.group.pk}") == ["光明中学"]
    assert found("status=DRAFT") == []
    assert found(f"campaign={make_campaign(year=2019).pk}") == []
    assert found("sort=due__school__pk&stage=X&page=1e9") == ["和平小学", "光明中学"]


def test_the_export_holds_the_queried_rows(cast, enrolments):
    answer = cast.group.get("/enrolments/export/")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).worksheets[0]
    rows = [row for row in sheet.iter_rows(values_only=True) if any(row)]
    assert "光明中学" not in str(rows)
    assert [row[3:6] for row in rows if row[0] == 1] == [("和平小学", 14, 10)]


def test_the_form_is_shown_with_its_phone_masked(cast, enrolments):
    own, _ = enrolments
    page = words(cast.school.get(f"{URL}{own.pk}/"))
    links = [f'href="/dues/{own.due_id}/"', f'href="/campaigns/{own.campaign_id}/"']
    for said in ("199****5678", "李明", "2018-11-30 17:00", "其中中学", *links):
        assert said in page
    assert "19900005678" not in page
    assert "办理记录" not in page
    assert foot(page) == ["14", "440", "4", "140"]


def test_a_foreign_enrolment_does_not_exist(cast, enrolments):
    _, far = enrolments
    url = f"{URL}{far.pk}/"
    assert [cast.school.get(url).status_code, cast.group.get(url).status_code] == [404, 404]
    assert cast.anonymous.get(url).status_code == 302
    assert cast.district.post(url).status_code == 405


def test_enrolment_pages_cost_the_same_at_one_and_three_rows(cast):
    one = make_enrolment(school=cast.home.school)
    urls = (URL, f"{URL}?figure=campaign.classes&year=2018", f"{URL}{one.pk}/")
    once = [count_queries(cast.district, url) for url in urls]
    for _ in range(2):
        make_enrolment(school=make_school(), lines=BOTH)
    assert once == [count_queries(cast.district, url) for url in urls] == [11, 12, 6]


def test_htmx_gets_the_rows_alone(cast, enrolments):
    part = words(cast.district.get(f"{URL}?sort=-group", headers={"HX-Request": "true"}))
    assert part.lstrip().startswith('<div id="list"')
    assert part.index("光明中学") < part.index("和平小学")


def test_an_empty_list_says_how_to_begin(cast):
    assert "导入报名汇总表" in words(cast.district.get(URL))
    assert "导入报名汇总表" not in words(cast.school.get(URL))
