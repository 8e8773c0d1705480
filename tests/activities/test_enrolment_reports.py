"""The tables of an enrolment round: every school due, three answers, subtotals, both years, slices."""

import datetime
import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activities.reports import enrolment_table, round_tables
from activities.reports.rounds import RULES
from guanweihui import catalogue, filings, rounds
from guanweihui.documents import xlsx
from guanweihui.figures import Period
from guanweihui.frozen import from_json, to_json
from guanweihui.models import Due, FrozenTable, Round, School
from guanweihui.models.org import Segment, Stage
from guanweihui.scope import System
from guanweihui.tables import Imprint
from tests.activities.rows import file_enrolment, make_due, make_open_campaign
from tests.factories import make_campaign, make_enrolment, make_group, make_round, make_school

CN = datetime.timezone(datetime.timedelta(hours=8))
pytestmark = pytest.mark.django_db
PRIMARY = {"classes_primary": "3", "students_primary": "90"}
NINE = {"classes_primary": "10", "students_primary": "300", "classes_junior": "4", "students_junior": "140"}
ZERO = {"classes_primary": "0", "students_primary": "0", "coaches": "0"}
NO = (None,) * 4


@pytest.fixture
def campaign(cast):
    """A campaign of 2019 with every answer: figures, zeros, 无, 未报, 免报, 待审核, 退回, in two groups."""
    campaign = make_open_campaign(
        round_fields={
            "opens_at": datetime.datetime(2019, 9, 2, 8, tzinfo=CN),
            "deadline_at": datetime.datetime(2019, 10, 15, 17, tzinfo=CN),
        }
    )
    at = datetime.datetime(2019, 9, 20, 9, tzinfo=CN)
    group, far = cast.home.group, cast.far.group
    nine = make_school(group=group, full_name="示例区甲学校", stage=Stage.NINE_YEAR)
    file_enrolment(make_due(campaign=campaign, school=nine), NINE, at=at, accept=True)
    zero = make_school(group=group, full_name="示例区乙小学")
    file_enrolment(make_due(campaign=campaign, school=zero), ZERO, at=at, accept=True)
    for name, state in (("丙", "NIL"), ("丁", "WAIVED"), ("戊", "WAITING"), ("己", "RETURNED")):
        school = make_school(group=group, full_name=f"示例区{name}小学")
        make_due(campaign=campaign, school=school, state=state, reason="说明")
    primary = make_school(group=far, full_name="示例区庚小学")
    file_enrolment(make_due(campaign=campaign, school=primary), PRIMARY, at=at, accept=True)
    sent = make_school(group=far, full_name="示例区辛小学")
    file_enrolment(make_due(campaign=campaign, school=sent), PRIMARY, at=at)
    return campaign


def cells(table) -> list[tuple]:
    return [row.cells for row in table.all_rows()]


def words(word: str) -> tuple:
    """What a school without figures shows: the word for schools, classes and students."""
    return (word, word, *NO, word, *NO, None, None)


SUMMARY = [
    (None, "合　计", None, 2, 17, 13, 4, 0, 4, 530, 390, 140, 0, 140, 8, None),
    (None, "东苑协作组小计", None, 1, 14, 10, 4, 0, 4, 440, 300, 140, 0, 140, 4, None),
    (1, "甲学校", "九年一贯制", 1, 14, 10, 4, 0, 4, 440, 300, 140, 0, 140, 4, "李明"),
    (2, "乙小学", "小学", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, "李明"),
    (3, "丙小学", "小学", *words("无")),
    (4, "丁小学", "小学", *words("免报")),
    (5, "戊小学", "小学", *words("未报")),
    (6, "己小学", "小学", *words("未报")),
    (None, "西苑协作组小计", None, 1, 3, 3, 0, 0, 0, 90, 90, 0, 0, 0, 4, None),
    (7, "庚小学", "小学", 1, 3, 3, 0, 0, 0, 90, 90, 0, 0, 0, 4, "李明"),
    (8, "辛小学", "小学", *words("待审核")),
]


def test_every_school_due_stands_in_the_summary_with_its_answer(cast, campaign):
    summary, _ = round_tables(System(cast.home.district), campaign.round)
    assert cells(summary) == SUMMARY
    assert [column.label for column in summary.columns] == [
        *("序号", "学校", "学段", "参加学校数"),
        *("合计", "小学", "初中", "高中", "其中中学") * 2,
        *("指导教师数", "负责人"),
    ]
    assert summary.caption() == (
        "填报单位：示例区教育系统关心下一代工作委员会",
        "统计期间：2019—2020学年（2019-09-02至2019-10-15）",
        "单位：所、个、人",
    )


def test_the_workbook_and_the_json_say_what_the_page_says(cast, campaign):
    summary, compared = round_tables(System(cast.home.district), campaign.round)
    for table in (summary, compared):
        assert from_json(to_json(table)).all_rows() == table.all_rows()
    book = xlsx.workbook([summary], Imprint(timezone.now(), "制表人"))
    sheet = openpyxl.load_workbook(io.BytesIO(book)).worksheets[0]
    rows = [tuple(row) for row in sheet.iter_rows(values_only=True)]
    assert [row for row in rows if row in SUMMARY] == SUMMARY


def test_each_role_reads_its_own_slice(cast, campaign):
    school = Due.objects.get(round=campaign.round, school__short_name="甲学校").school
    cast.users.school.posts.update(school=school)
    own, _ = round_tables(cast.users.school, campaign.round)
    assert [row[1:5] for row in cells(own)] == [
        ("合　计", None, 1, 14),
        ("东苑协作组小计", None, 1, 14),
        ("甲学校", "九年一贯制", 1, 14),
    ]
    group, _ = round_tables(cast.users.group, campaign.round)
    assert cells(group)[1:] == SUMMARY[1:8]
    assert cells(group)[0][3:5] == (1, 14)


def last_year(campaign) -> Round:
    """Enrol three of the schools, and one that is closed since, a year before."""
    before = make_campaign(year=2018, theme="去年", round=make_round(year=2018, title="去年报名"))
    schools = {due.school.short_name: due.school for due in campaign.round.dues.select_related("school")}
    make_enrolment(
        school=schools["甲学校"],
        campaign=before,
        lines=((Segment.PRIMARY, 8, 200), (Segment.JUNIOR, 2, 60)),
    )
    make_enrolment(school=schools["庚小学"], campaign=before, lines=((Segment.PRIMARY, 4, 120),))
    make_enrolment(school=schools["戊小学"], campaign=before)
    make_due(round=before.round, school=schools["己小学"], state=Due.State.WAITING)
    make_enrolment(school=make_school(group=schools["甲学校"].group), campaign=before)
    return before.round


def test_last_year_stands_beside_this_one_with_differences(cast, campaign):
    last_year(campaign)
    _, compared = round_tables(System(cast.home.district), campaign.round)
    no = (None, None)
    assert [row[1:2] + row[3:] for row in cells(compared)] == [
        ("合　计", 3, 2, -1, -33.3, 17, 17, 0, 0.0, 470, 530, 60, 12.8),
        ("东苑协作组小计", 2, 1, -1, -50.0, 13, 14, 1, 7.7, 350, 440, 90, 25.7),
        ("甲学校", 1, 1, 0, 0.0, 10, 14, 4, 40.0, 260, 440, 180, 69.2),
        ("乙小学", "无", 0, *no, "无", 0, *no, "无", 0, *no),
        ("丙小学", "无", "无", *no, "无", "无", *no, "无", "无", *no),
        ("丁小学", "无", "免报", *no, "无", "免报", *no, "无", "免报", *no),
        ("戊小学", 1, "未报", *no, 3, "未报", *no, 90, "未报", *no),
        ("己小学", "未报", "未报", *no, "未报", "未报", *no, "未报", "未报", *no),
        ("西苑协作组小计", 1, 1, 0, 0.0, 4, 3, -1, -25.0, 120, 90, -30, -25.0),
        ("庚小学", 1, 1, 0, 0.0, 4, 3, -1, -25.0, 120, 90, -30, -25.0),
        ("辛小学", "无", "待审核", *no, "无", "待审核", *no, "无", "待审核", *no),
    ]
    assert compared.notes[1:] == (
        "本年还有 3 所学校未报或待审核，合计、小计的增减不能作为同比结论。",
        "另有上年参加、本次不在应报名单的学校 1 所，班级 3 个，学生 90 人，未列入。",
    )


def test_a_first_campaign_has_no_last_year(cast, campaign):
    _, compared = round_tables(System(cast.home.district), campaign.round)
    assert compared.notes == ("此前没有报名任务，没有上年数。",)
    assert [row[3] for row in cells(compared)] == [0, 0, *("无",) * 6, 0, "无", "无"]


def test_the_tables_cost_the_same_for_one_school_and_for_many(cast, campaign):
    def queries(round_) -> int:
        round_ = Round.objects.select_related("district").get(pk=round_.pk)
        with CaptureQueriesContext(connection) as caught:
            round_tables(System(cast.home.district), round_)
        return len(caught)

    before = last_year(campaign)
    assert (queries(before), queries(campaign.round)) == (4, 7)


def test_the_period_s_table_tells_the_three_answers_apart(cast, campaign):
    """表3 lists every school of the district, those that nothing was asked of too."""
    table = enrolment_table(System(cast.home.district), Period.of(2019))
    said = {row[1]: (row[3], row[8], row[13]) for row in cells(table)}
    assert said == {
        "合　计": (17, 530, 8),
        "东苑协作组小计": (14, 440, 4),
        "西苑协作组小计": (3, 90, 4),
        "和平小学": ("无", "无", None),
        "光明中学": ("无", "无", None),
        "甲学校": (14, 440, 4),
        "乙小学": (0, 0, 0),
        "丙小学": ("无", "无", None),
        "丁小学": ("免报", "免报", None),
        "戊小学": ("未报", "未报", None),
        "己小学": ("未报", "未报", None),
        "庚小学": (3, 90, 4),
        "辛小学": ("待审核", "待审核", None),
    }


def test_two_campaigns_of_one_period_are_added_up_with_their_coaches(cast, campaign):
    again = make_open_campaign(
        theme="再次",
        district=campaign.district,
        round_fields={"title": "再次报名", "year": 2019, "opens_at": campaign.round.opens_at}
        | {"deadline_at": campaign.round.deadline_at},
    )
    due = make_due(campaign=again, school=School.objects.get(full_name="示例区庚小学"))
    file_enrolment(due, PRIMARY | {"coaches": "7"}, at=campaign.round.opens_at, accept=True)
    table = enrolment_table(System(cast.home.district), Period.of(2019))
    said = {row[1]: (row[3], row[8], row[13]) for row in cells(table)}
    assert (said["庚小学"], said["合　计"]) == ((6, 180, 11), (20, 620, 15))


@pytest.mark.parametrize("name", ["campaign-summary", "campaign-completeness", "campaign-compared"])
def test_the_report_centre_offers_them_for_a_year_and_each_role(cast, campaign, name):
    url = f"/reports/{name}/?year=2019"
    said = {who: getattr(cast, who).get(url) for who in ("district", "leader", "group", "judge")}
    statuses = {who: answer.status_code for who, answer in said.items()}
    assert statuses == {"district": 200, "leader": 200, "group": 200, "judge": 404}
    pages = {who: answer.content.decode() for who, answer in said.items()}
    shown = {who: ("甲学校" in page, "庚小学" in page) for who, page in pages.items()}
    assert (shown["district"], shown["group"]) == ((True, True), (True, False))
    empty = catalogue.get(name).build(System(cast.home.district), Period.of(2016))
    assert empty.tables == ()


def test_a_closed_round_keeps_its_tables_whatever_comes_after(cast, campaign):
    by, at = System(cast.home.district), datetime.datetime(2019, 11, 1, 9, tzinfo=CN)
    sent = Due.objects.get(round=campaign.round, school__short_name="辛小学")
    filings.accept(sent.enrolments.get(), by=by, at=at)
    live = [table.rows for table in round_tables(by, campaign.round)]
    rounds.close_round(campaign.round, by=by, at=at)
    school = Due.objects.get(round=campaign.round, school__short_name="甲学校").school
    school.group = make_group(full_name="新苑协作组")
    school.save()
    school.dues.get().enrolments.get().lines.update(students=999)
    keys = ["enrolment-summary", "enrolment-compared"]
    stored = {one.key: from_json(one.content) for one in FrozenTable.objects.of_round(campaign.round)}
    assert [stored[key].rows for key in keys] == live
    assert {one.rules for one in FrozenTable.objects.of_round(campaign.round)} == {RULES}
