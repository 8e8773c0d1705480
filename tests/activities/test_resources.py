"""The enrolment summary: campaign, round, dues, lines, and the sums that have to agree."""

import datetime
import io

import openpyxl
import pytest

from activities.models import Campaign, Enrolment, EnrolmentLine
from guanweihui.imports import batch as batches
from guanweihui.imports import errors
from guanweihui.imports.problems import Unusable
from guanweihui.models import Due, Filing, Round, School
from guanweihui.scope import System
from tests.factories import make_district, make_enrolment, make_group, make_person, make_school
from tests.workbooks import NOW, counts, load, sheet, workbook

HEAD = (
    "序号",
    "协作组",
    "学校",
    "学段",
    "班级数合计",
    "小学班级",
    "初中班级",
    "高中班级",
    "学生数合计",
    "小学学生",
    "初中学生",
    "高中学生",
    "指导教师数",
    "负责人",
    "电话",
)
TITLE = "“我为祖国点赞”主题读书教育活动报名汇总表"
REPORTED = "填报单位:区教育关工委办公室        填报日期:2019年1月10日"
PRIMARY = {
    "学校": "东苑小学",
    "学段": "小学",
    "班级数合计": 12,
    "小学班级": 12,
    "学生数合计": 399,
    "小学学生": 399,
}
NINE_YEAR = {
    "学校": "西坝学校",
    "学段": "九年一贯制",
    "班级数合计": 18,
    "小学班级": 10,
    "初中班级": 8,
    "学生数合计": 521,
    "小学学生": 331,
    "初中学生": 190,
}


def row(usual, **cells):
    common = {"协作组": "东苑协作组", "指导教师数": 8, "负责人": "于丽琴", "电话": "19907242470"}
    return tuple({**common, **usual, **cells}.get(label) for label in HEAD)


def book(*rows, lines=(TITLE, REPORTED), **options):
    return workbook(
        sheet("报名汇总", *((line,) for line in lines), HEAD, *rows, **options), filename="03.xlsx"
    )


def said(plan, *, warnings=False):
    return [f"{one.row} {one.column} {one.value}：{one.message}" for one in plan.problems(warnings=warnings)]


@pytest.fixture
def schools(db):
    group = make_group(full_name="东苑协作组")
    primary = make_school(group=group, full_name="东苑小学")
    return primary, make_school(group=group, full_name="西坝学校", stage="NINE_YEAR")


def lines():
    fields = "enrolment__due__school__full_name", "segment", "classes", "students"
    return set(EnrolmentLine.objects.values_list(*fields))


def test_a_summary_becomes_a_closed_round_of_accepted_enrolments(schools):
    total = ("合计", None, 2, None, 30, 22, 8, None, 920)
    plan, _ = load(book(row(PRIMARY), row(NINE_YEAR), total))
    assert counts(plan) == {"NEW": 2}
    campaign, round_ = Campaign.objects.get(), Round.objects.get()
    beijing = datetime.timezone(datetime.timedelta(hours=8))
    assert (campaign.theme, campaign.year, campaign.round) == ("我为祖国点赞", 2018, round_)
    assert (round_.kind, round_.year, round_.state, round_.group_endorses, round_.as_of_on) == (
        "enrolment",
        2018,
        "CLOSED",
        False,
        datetime.date(2019, 1, 10),
    )
    assert round_.opens_at == datetime.datetime(2018, 9, 1, tzinfo=beijing)
    assert round_.deadline_at == datetime.datetime(2019, 1, 10, 17, tzinfo=beijing)
    assert list(Due.objects.values_list("state", "met_at")) == [("ACCEPTED", round_.deadline_at)] * 2
    one = Enrolment.objects.get(due__school=schools[0])
    assert (one.status, one.submitted_at, one.basis, one.coaches, one.head_name, one.head_phone) == (
        "ACCEPTED",
        round_.deadline_at,
        "报名汇总表（03.xlsx）",
        8,
        "于丽琴",
        "19907242470",
    )
    assert lines() == {
        ("东苑小学", "PRIMARY", 12, 399),
        ("西坝学校", "PRIMARY", 10, 331),
        ("西坝学校", "JUNIOR", 8, 190),
    }


def test_a_second_load_changes_what_differs(schools):
    load(book(row(PRIMARY), row(NINE_YEAR)))
    assert counts(load(book(row(PRIMARY), row(NINE_YEAR)))[0]) == {"UNCHANGED": 2}
    plan, batch = load(book(row(PRIMARY, 小学学生=400, 学生数合计=400, 电话="19900000001"), row(NINE_YEAR)))
    assert counts(plan) == {"CHANGED": 1, "UNCHANGED": 1}
    assert next(plan.rows("CHANGED")).changes == {
        "小学学生数": ("399", "400"),
        "负责人电话": ("199****2470", "199****0001"),
    }
    assert ("东苑小学", "PRIMARY", 12, 400) in lines()
    assert batches.undo(batch, by=System(make_district()), at=NOW) == []
    assert ("东苑小学", "PRIMARY", 12, 399) in lines()


def test_a_later_day_moves_the_deadline_with_the_first_row(schools):
    load(book(row(PRIMARY)))
    plan, _ = load(book(row(PRIMARY), lines=(TITLE, "填报日期：2019年1月11日")))
    assert counts(plan) == {"CHANGED": 1}
    assert Round.objects.get().as_of_on == datetime.date(2019, 1, 11)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"学校": "月亮学校"}, "4 学校 月亮学校：学校名录中没有这个单位"),
        ({"班级数合计": 13}, "4 班级数合计 13：各学段相加是 12"),
        ({"学生数合计": 400}, "4 学生数合计 400：各学段相加是 399"),
        (
            {"初中班级": 1, "初中学生": 30, "班级数合计": 13, "学生数合计": 429},
            "4 初中班级 1：小学没有初中学段",
        ),
        ({"小学班级": None, "班级数合计": None}, "4 小学班级 ：有小学学生 399 人，没有班级数"),
        ({"小学学生": 11, "学生数合计": 11}, "4 小学学生 11：学生数 11 少于班级数 12"),
        ({"小学班级": "十二"}, "4 小学班级 十二：不是数字"),
    ],
)
def test_numbers_that_cannot_be_are_refused(schools, cells, message):
    plan, batch = load(book(row(PRIMARY, **cells)))
    assert (said(plan), batch, Campaign.objects.count()) == ([message], None, 0)


def test_a_school_stands_once(schools):
    plan, _ = load(book(row(PRIMARY), row(PRIMARY)))
    assert said(plan) == ["5 学校 东苑小学：与第 4 行重复"]


def test_group_and_stage_that_differ_from_the_list_only_warn(schools):
    plan, _ = load(book(row(PRIMARY, 协作组="西坝协作组", 学段="初中")))
    assert counts(plan) == {"NEW": 1}
    assert said(plan, warnings=True) == [
        "4 协作组 西坝协作组：学校名录中是“东苑协作组”",
        "4 学段 初中：学校名录中是“小学”",
    ]


def test_a_stored_total_that_differs_is_a_wrong_row_of_its_own(schools):
    total = ("合计", None, 1, None, 12, 12, None, None, 398)
    plan, batch = load(book(row(PRIMARY), total))
    assert (counts(plan), batch) == ({"NEW": 1, "WRONG": 1}, None)
    assert said(plan) == ["5 学生数合计 398：合计与各行相加的 399 不符"]


def test_a_head_is_linked_to_the_one_person_of_the_school_who_bears_the_name(schools):
    head = make_person(school=schools[0], name="于丽琴")
    make_person(school=schools[1], name="于丽琴")
    make_person(school=schools[1], name="于丽琴")
    _, batch = load(book(row(PRIMARY), row(NINE_YEAR)))
    assert {one.due.school: one.head for one in Enrolment.objects.all()} == {
        schools[0]: head,
        schools[1]: None,
    }
    assert batches.undo(batch, by=System(make_district()), at=NOW) == []


def test_a_closed_school_takes_no_new_enrolment(schools):
    load(book(row(PRIMARY)))
    School.objects.update(closed_on=datetime.date(2019, 1, 10))
    plan, _ = load(book(row(PRIMARY), row(NINE_YEAR)))
    assert (counts(plan), said(plan)) == (
        {"UNCHANGED": 1, "WRONG": 1},
        ["5 学校 西坝学校：该校已于2019年1月10日撤销"],
    )


def test_a_total_typed_as_text_and_a_number_of_schools_are_compared_too(schools):
    total = ("合计", None, 2, None, "12", 12, None, None, "1,399", None, None, None, None, None, None)
    plan, _ = load(book(row(PRIMARY), total))
    assert said(plan) == [
        "5 学生数合计 1,399：合计与各行相加的 399 不符",
        "5 学校 2：合计与各行相加的 1 不符",
    ]


def test_a_total_without_a_stored_value_only_warns(schools):
    total = ("合计", None, None, None, None, 12)
    plan, _ = load(book(row(PRIMARY), total, formulas=[(5, 5), (5, 6), (5, 9)]))
    assert (counts(plan), said(plan)) == ({"NEW": 1, "TOTAL": 1}, [])
    assert said(plan, warnings=True) == ["5 班级数合计、学生数合计 ：合计是没有存下数值的公式，未能核对"]


def test_the_error_workbook_names_what_is_wrong_with_a_total(schools):
    plan, _ = load(book(row(PRIMARY), ("合计", None, 1, None, 12, 12, None, None, 398)))
    page = openpyxl.load_workbook(io.BytesIO(errors.workbook(plan))).active
    assert [page.cell(4, column).value for column in (1, 9, 16)] == [
        "合计",
        "398",
        "学生数合计：合计与各行相加的 399 不符",
    ]


def test_what_a_school_filed_itself_is_not_overwritten(schools):
    load(book(row(NINE_YEAR)))
    make_enrolment(school=schools[0], campaign=Campaign.objects.get(), status=Filing.Status.SUBMITTED)
    plan, _ = load(book(row(PRIMARY)))
    assert said(plan) == ["4 学校 东苑小学：该校已在平台上填报，现在是“已提交”"]


@pytest.mark.parametrize(
    ("title", "message"),
    [
        (("读书活动汇总", REPORTED), "标题中没有活动主题"),
        ((TITLE, "填报单位:办公室"), "表头上方没有填报日期"),
    ],
)
def test_theme_and_day_have_to_stand_above_the_head(schools, title, message):
    with pytest.raises(Unusable, match=message):
        load(book(row(PRIMARY), lines=title))
