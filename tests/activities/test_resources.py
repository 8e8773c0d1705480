"""The enrolment summary: campaign, round, dues, lines, and the sums that have to agree."""

import datetime
import io

import openpyxl
import pytest

from activities.models import Campaign, Enrolment, EnrolmentLine
from guanweihui import answers, filings
from guanweihui.imports import batch as batches
from guanweihui.imports import errors
from guanweihui.imports.kinds import Context
from guanweihui.imports.problems import Unusable
from guanweihui.models import AuditEvent, Due, Filing, ImportBatch, Round, School, Version
from guanweihui.scope import Role, System
from tests.factories import (
    make_campaign,
    make_district,
    make_enrolment,
    make_group,
    make_person,
    make_post,
    make_round,
    make_school,
)
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
        "联系电话": ("199****2470", "199****0001"),
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


def trail(action):
    return list(AuditEvent.objects.filter(action=action).values_list("actor_label", "reason"))


def test_each_row_goes_through_the_steps_with_the_workbook_as_its_basis(schools):
    load(book(row(PRIMARY), row(NINE_YEAR)))
    assert trail("enrolment.file_on_behalf") == [("系统", "依据：报名汇总表（03.xlsx）")] * 2
    assert trail("enrolment.accept") == [("系统", "")] * 2
    assert [one.number for one in Version.objects.order_by("pk")] == [1, 1]
    load(book(row(PRIMARY, 小学学生=400, 学生数合计=400), row(NINE_YEAR)))
    assert trail("enrolment.correct") == [("系统", "依据：报名汇总表（03.xlsx）")]
    due = Due.objects.get(school=schools[0])
    # A correction of years ago gives nobody time anew.
    assert (due.state, due.deadline_at, due.versions.count()) == ("ACCEPTED", None, 2)


def test_undo_takes_a_first_load_back_whole(schools):
    _, batch = load(book(row(PRIMARY), row(NINE_YEAR)))
    assert batches.undo(batch, by=System(make_district()), at=NOW) == []
    left = [model.objects.count() for model in (Campaign, Round, Due, Enrolment, EnrolmentLine, Version)]
    assert left == [0] * 6


def test_undo_keeps_and_names_an_enrolment_that_went_on(schools):
    _, batch = load(book(row(PRIMARY), row(NINE_YEAR)))
    district = System(make_district())
    filings.reopen(Enrolment.objects.get(due__school=schools[0]), by=district, at=NOW, reason="学校来电")
    kept = batches.undo(batch, by=district, at=NOW)
    assert kept[0] == "东苑小学 “我为祖国点赞”主题读书活动报名"
    assert lines() == {("东苑小学", "PRIMARY", 12, 399)}


def test_undo_of_a_correction_brings_the_first_version_back(schools):
    load(book(row(PRIMARY)))
    before = Enrolment.objects.values().get(), lines(), Version.objects.count()
    _, batch = load(book(row(PRIMARY, 小学学生=400, 学生数合计=400)))
    assert batches.undo(batch, by=System(make_district()), at=NOW) == []
    assert (Enrolment.objects.values().get(), lines(), Version.objects.count()) == before


def open_round(schools, **fields):
    """Make the campaign's round open, with a due for each school."""
    days = {"opens_at": NOW - datetime.timedelta(days=90), "deadline_at": NOW + datetime.timedelta(days=1)}
    round_ = make_round(state=Round.State.OPEN, **{**days, "group_endorses": True, **fields})
    make_campaign(round=round_)
    for school in schools:
        Due.objects.create(round=round_, school=school)
    return round_


def into(round_, workbook_, *, by, group=None):
    context = Context(by=by, at=NOW, district=round_.district, group=group, round=round_)
    plan = batches.make_plan(workbook_, context)
    batch = ImportBatch(
        district=round_.district, filename="03.xlsx", digest="0", created_at=NOW, round=round_
    )
    batch.state, batch.confirmed_at = ImportBatch.State.CONFIRMED, NOW
    batch.save()
    batches.write(plan, batch)
    return plan


def test_the_office_s_summary_is_accepted_in_a_round_that_no_group_endorses(schools):
    round_ = open_round(schools, group_endorses=False)
    into(round_, book(row(PRIMARY)), by=System(round_.district))
    assert list(round_.dues.order_by("pk").values_list("state", flat=True)) == ["ACCEPTED", "WAITING"]
    # The day of the sheet is when it came; the round keeps its own deadline.
    round_.refresh_from_db()
    assert Due.objects.get(school=schools[0]).met_at.isoformat() == "2019-01-10T09:00:00+00:00"
    assert round_.deadline_at == NOW + datetime.timedelta(days=1)


def test_a_group_s_summary_is_filed_and_endorsed_where_the_round_asks_for_it(schools):
    round_ = open_round(schools)
    head = make_post(role=Role.GROUP, group=schools[0].group).user
    into(round_, book(row(PRIMARY)), by=head, group=schools[0].group)
    filing = Enrolment.objects.get()
    assert (filing.status, filing.submitted_by, filing.due.state) == ("ENDORSED", head, "ENDORSED")
    again = into(round_, book(row(PRIMARY)), by=head, group=schools[0].group)
    assert counts(again) == {"UNCHANGED": 1}


def test_a_group_s_summary_holds_its_own_schools_only(schools):
    other = make_school(full_name="远山小学")
    round_ = open_round([*schools, other])
    head = make_post(role=Role.GROUP, group=schools[0].group).user
    with_other = book(row(PRIMARY, 学校="远山小学"))
    context = Context(by=head, at=NOW, district=round_.district, group=schools[0].group, round=round_)
    assert said(batches.make_plan(with_other, context)) == ["4 学校 远山小学：不是本协作组的学校"]


def test_a_school_that_owes_nothing_in_the_round_is_refused(schools):
    round_ = open_round(schools[:1])
    context = Context(by=System(round_.district), at=NOW, district=round_.district, round=round_)
    plan = batches.make_plan(book(row(NINE_YEAR)), context)
    assert said(plan) == ["4 学校 西坝学校：这所学校不在本次应报名单中"]


def test_a_draft_of_the_school_is_not_written_over(schools):
    round_ = open_round(schools)
    filing = answers.start(
        round_.dues.get(school=schools[0]), by=make_post(role=Role.SCHOOL, school=schools[0]).user, at=NOW
    )
    filing.typed = {"classes_primary": "11"}
    filing.save(update_fields=["draft"])
    context = Context(by=System(round_.district), at=NOW, district=round_.district, round=round_)
    plan = batches.make_plan(book(row(PRIMARY)), context)
    assert said(plan) == ["4 学校 东苑小学：该校已在平台上填报，现在是“草稿”"]


def test_a_group_loads_nothing_into_a_round_of_the_past(schools):
    head = make_post(role=Role.GROUP, group=schools[0].group).user
    context = Context(by=head, at=NOW, district=schools[0].district, group=schools[0].group)
    with pytest.raises(Unusable, match="已经定稿"):
        batches.make_plan(book(row(PRIMARY)), context)


def test_what_a_row_does_not_say_is_asked_for(schools):
    plan, _ = load(book(row(PRIMARY, 负责人=None)))
    assert said(plan) == ["4 负责人 ：请填写“负责人”"]


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
