"""The workbook of a round: what the template holds, and what becomes of it when it comes back."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activities import enrolment_kind
from activities.models import Enrolment
from guanweihui import answers, filing_kinds
from guanweihui.imports import batch as batches
from guanweihui.imports.problems import Unusable
from guanweihui.models import AuditEvent, Due, Round, Version
from guanweihui.questionnaire import Asked, Known
from guanweihui.round_trip.layout import bases
from guanweihui.round_trip.template import lines_of
from guanweihui.workflow import Refused
from tests import factories
from tests.activities.rows import make_open_campaign
from tests.guanweihui.answer_rows import GOOD, KIND, SHEET, make_due, make_open_round
from tests.guanweihui.answer_rows import knowing as knowing  # with a known value and last year's figures
from tests.guanweihui.answer_rows import probe as probe  # the small questionnaire
from tests.guanweihui.round_trip_rows import (
    cell,
    edited,
    faults,
    filled,
    info,
    last_year,
    load,
    opened,
    preview,
    saved,
    template,
    verdicts,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def due(cast):
    return make_due(cast)


# --- the template ---------------------------------------------------------------------------------------


def test_the_template_holds_the_schools_own_row_and_last_year_s_in_grey(cast, knowing, due):
    book = opened(template(due.round))
    assert book.sheetnames == ["表一 班级和学生", "表二 其他", "填报说明", "模板信息"]
    code = cell(book, "1105001", "school_code")
    assert (code.value, code.data_type, code.number_format) == ("1105001", "s", "@")
    # What the portal knows is filled in; what it does not is blank.
    assert [cell(book, "1105001", key).value for key in ("students", "classes")] == [90, None]
    grey = last_year(book, "1105001", "classes")
    assert (grey.value, grey.font.color.rgb, grey.protection.locked) == (4, "00808080", True)
    assert last_year(book, "1105001", "school_name").value == "　上年"
    assert last_year(book, "1105001", "cost").value == 100
    assert (
        cell(book, "1105001", "phone").number_format,
        cell(book, "1105001", "phone").protection.locked,
    ) == (
        "@",
        False,
    )


def test_a_hidden_sheet_says_which_template_it_is(cast, probe, due):
    filing = answers.start(due, by=cast.users.school, at=timezone.now())
    book = opened(template(due.round))
    assert book["模板信息"].sheet_state == "veryHidden"
    assert info(book) == [
        ("guanweihui-round-template", str(due.round_id), "1"),
        ("1105001", str(filing.version), None),
    ]


def test_the_template_checks_what_is_typed_in_chinese(cast, probe, due):
    book = opened(template(due.round))
    rules = {
        rule.errorTitle: (rule.type, rule.formula1, rule.formula2, rule.error)
        for sheet in book.worksheets
        for rule in sheet.data_validations.dataValidation
    }
    assert rules == {
        "班级数": ("whole", "0", "999999", "请填 0 到 999,999 的整数。"),
        "初中班级数": ("whole", "0", "999999", "请填 0 到 999,999 的整数。"),
        "学生数": ("whole", "0", "999999", "请填 0 到 999,999 的整数。"),
        "经费": ("decimal", "0", "99999999.99", "请填不小于 0 的金额，最多两位小数。"),
        "负责人": ("textLength", "20", None, "最多 20 字。"),
        "活动形式": ("list", '"集中,分班"', None, "只能填：集中、分班"),
        "主要做法": ("textLength", "500", None, "最多 500 字。"),
    }


def test_only_derived_sums_are_formulas(cast, probe, due):
    """A name that begins with = is text: a careless program would run it."""
    filing = answers.start(due, by=cast.users.school, at=timezone.now())
    filing.typed = {**GOOD, "head": "=1+1"}
    filing.save(update_fields=["draft"])
    book = opened(template(due.round))
    formulas = [
        one.value
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for one in row
        if one.data_type == "f"
    ]
    assert formulas == ["=SUM(C6,D6)"]
    head = cell(book, "1105001", "head")
    assert (head.value, head.data_type, head.quotePrefix) == ("=1+1", "s", True)


def test_the_instructions_say_deadline_grace_and_the_notes_of_the_tables(cast, probe):
    due = make_due(cast, round=make_open_round(grace_minutes=30, instructions="请按实填报。"))
    lines = [row[1].value for row in opened(template(due.round))["填报说明"].iter_rows(min_row=2)]
    assert "宽限 30 分钟" in lines[0]
    assert "请按实填报。" in lines


def test_schools_of_different_stages_stand_in_one_sheet(cast):
    """Each column once; what a school is not asked is closed to it."""
    campaign = make_open_campaign()
    senior = factories.make_school(group=cast.home.group, stage="FULL_SECONDARY", code="1105777")
    for school in (cast.home.school, senior):
        Due.objects.create(round=campaign.round, school=school)
    book = opened(template(campaign.round))
    assert cell(book, "1105001", "classes_primary").protection.locked is False
    closed = cell(book, "1105001", "classes_senior")
    assert (closed.value, closed.protection.locked) == ("—", True)
    assert cell(book, "1105777", "classes_senior").value is None
    assert cell(book, "1105777", "classes_primary").value == "—"
    keys = [
        place.key for place in bases(map(enrolment_kind.sheet_of, ("PRIMARY", "FULL_SECONDARY")))[0].places
    ]
    assert len(keys) == len(set(keys))


def test_the_template_of_many_schools_costs_as_many_queries_as_that_of_one(cast):
    def cost(schools: int) -> int:
        campaign = make_open_campaign(year=2020 + schools)
        for _ in range(schools):
            Due.objects.create(round=campaign.round, school=factories.make_school(group=cast.home.group))
        dues = Due.objects.of_round(campaign.round).for_list()
        with CaptureQueriesContext(connection) as caught:
            assert len(lines_of(filing_kinds.get("enrolment"), dues)) == schools
        return len(caught)

    assert [cost(1), cost(3)] == [4, 4]


# --- coming back ----------------------------------------------------------------------------------------


def test_an_untouched_template_changes_nothing(cast, knowing, due):
    answers.start(due, by=cast.users.school, at=timezone.now())
    other = make_due(cast, school=cast.far.school, round=due.round)
    plan, batch = load(template(due.round), by=cast.users.district)
    assert verdicts(plan) == {"和平小学": "UNCHANGED", "光明中学": "UNCHANGED"}
    assert (batch.rows.count(), Enrolment.objects.count(), Version.objects.count()) == (0, 1, 0)
    other.refresh_from_db()
    assert other.state == Due.State.WAITING


def test_a_draft_comes_back_as_it_went_whatever_was_typed(cast, probe, due):
    """Nothing typed is lost: not what cannot be read, nor a line break, nor a leading zero."""
    filing = answers.start(due, by=cast.users.school, at=timezone.now())
    typed = {"classes": "三个", "cost": "2000.50", "phone": "010-65000000", "held": "2019-03", "way": "分班"}
    typed |= {"story": "第一行\n第二行", "head": "007", "students": "1,200"}
    filing.typed = typed
    filing.save(update_fields=["draft"])
    plan, _ = preview(template(due.round), by=cast.users.school, school=cast.home.school)
    assert verdicts(plan) == {"和平小学": "UNCHANGED"}


def test_a_school_s_row_becomes_its_draft_and_waits_for_its_own_submit(cast, probe, due):
    content = edited(template(due.round), filled(cast.home.school, cost=2000.5, story="第一行\n第二行"))
    plan, batch = preview(content, by=cast.users.school, school=cast.home.school)
    (row,) = plan.rows("NEW")
    assert row.changes == {
        "班级数": ("", "3"),
        "学生数": ("", "90"),
        "经费": ("", "2000.5"),
        "负责人": ("", "李明"),
        "负责人电话": ("", "199****5678"),
        "主要做法": ("", "第一行\n第二行"),
    }
    assert Enrolment.objects.count() == 0
    batches.confirm(batch, by=cast.users.school, at=timezone.now())
    filing = Enrolment.objects.get()
    assert filing.typed == {**GOOD, "cost": "2000.5", "story": "第一行\n第二行"}
    assert (filing.status, filing.saved_by, filing.due.state) == ("DRAFT", cast.users.school, "DRAFT")
    actions = AuditEvent.objects.filter(object_type="activities.Enrolment").values_list("action", flat=True)
    assert sorted(actions) == ["enrolment.save", "enrolment.start"]


def test_a_gap_is_no_fault_of_a_draft_but_is_told(cast, probe, due):
    content = edited(template(due.round), {(cast.home.school, "students"): 90})
    plan, _ = load(content, by=cast.users.school, school=cast.home.school)
    assert faults(plan, warnings=True) == ["班级数（C列） ：请填写“班级数”｜请改正后再上传。（提交以前）"]
    assert Enrolment.objects.get().typed == {"students": "90"}


def test_an_edited_row_shows_old_and_new(cast, probe, due):
    filing = answers.start(due, by=cast.users.school, at=timezone.now())
    answers.save_draft(filing, GOOD, version=1, by=cast.users.school, at=timezone.now())
    content = edited(
        template(due.round), {(cast.home.school, "students"): 95, (cast.home.school, "head"): None}
    )
    plan, _ = load(content, by=cast.users.school, school=cast.home.school)
    assert next(plan.rows("CHANGED")).changes == {"学生数": ("90", "95"), "负责人": ("李明", "")}
    assert Enrolment.objects.get().typed == {"classes": "3", "students": "95", "phone": "19900005678"}


def test_a_group_s_rows_are_filed_with_the_workbook_as_their_basis(cast, probe, due):
    content = edited(template(due.round), filled(cast.home.school))
    _, batch = load(content, by=cast.users.group, group=cast.home.group, name="汇总.xlsx")
    filing = Enrolment.objects.get()
    assert (filing.status, filing.basis, filing.submitted_by) == (
        "SUBMITTED",
        "填报表（汇总.xlsx）",
        cast.users.group,
    )
    assert (filing.due.state, filing.coaches, filing.head_name) == ("SUBMITTED", 3, "李明")
    told = AuditEvent.objects.get(action="enrolment.file_on_behalf")
    assert (told.actor, told.reason) == (cast.users.group, "依据：填报表（汇总.xlsx）")
    assert [row.verdict for row in batch.rows.all()] == ["NEW"]


def test_the_column_of_reasons_answers_the_soft_checks_of_its_sheet(cast, knowing, due):
    """What it leaves open rests on the workbook; a school answers it on its page."""
    cells = {**filled(cast.home.school, classes=9, students=80, cost=300)}
    cells[cast.home.school, "reasons:counts"] = "新建校区"
    load(edited(template(due.round), cells), by=cast.users.group, group=cast.home.group)
    typed = Enrolment.objects.get().typed
    assert {key: why for key, why in typed.items() if key.startswith("why_")} == {
        "why_last_classes": "新建校区",
        "why_known_students": "新建校区",
        "why_last_cost": "填报表（填报表.xlsx）",
    }


def test_reasons_come_back_as_they_went(cast, knowing, due):
    cells = {**filled(cast.home.school, classes=9), (cast.home.school, "reasons:counts"): "新建校区"}
    load(edited(template(due.round), cells), by=cast.users.school, school=cast.home.school)
    content = template(due.round)
    assert cell(opened(content), "1105001", "reasons:counts").value == "新建校区"
    plan, _ = preview(content, by=cast.users.school, school=cast.home.school)
    assert verdicts(plan) == {"和平小学": "UNCHANGED"}


# --- bad input ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("classes", "十二", "班级数（C列） 十二：“班级数”填了“十二”｜请填整数，例如 12。"),
        ("classes", -3, "班级数（C列） -3：“班级数”填了“-3”，不能小于 0｜请核对。"),
        (
            "classes",
            1e9,
            "班级数（C列） 1000000000：“班级数”填了“1000000000”，超过 999,999｜请核对是否多打了数字。",
        ),
        ("classes", 2.5, "班级数（C列） 2.5：“班级数”填了“2.5”｜请填整数，例如 12。"),
        ("classes", "=1/0", "班级数（C列） ：是没有存下数值的公式｜请直接填写内容。"),
        ("students", 2, "学生数（F列） 2：“学生数” 2 少于班级数 3｜请核对。"),
        ("way", "网上", "活动形式（G列） 网上：“活动形式”填了“网上”，只能填集中、分班｜请改正后再上传。"),
    ],
)
def test_what_cannot_be_is_named_with_its_cell_and_cure(cast, probe, due, key, value, told):
    content = edited(template(due.round), filled(cast.home.school, **{key: value}))
    plan, batch = preview(content, by=cast.users.district)
    assert (verdicts(plan), faults(plan)) == ({"和平小学": "WRONG"}, [told])
    with pytest.raises(Refused, match="还有错误的行"):
        batches.confirm(batch, by=cast.users.district, at=timezone.now())
    assert Enrolment.objects.count() == 0


@pytest.mark.parametrize(
    ("stage", "cells", "told"),
    [
        ("PRIMARY", {"classes_senior": 2}, "小学没有“高中班级数”这一项"),
        (
            "FULL_SECONDARY",
            {"classes_junior": 0, "students_junior": 30},
            "有初中学生 30 人，“初中班级数”却是 0",
        ),
        ("PRIMARY", {"classes_primary": 40, "students_primary": 30}, "“小学学生数” 30 少于班级数 40"),
    ],
)
def test_an_enrolment_that_cannot_be_is_refused_in_the_workbook_too(cast, stage, cells, told):
    campaign = make_open_campaign()
    school = factories.make_school(group=cast.home.group, stage=stage)
    complete = factories.make_school(group=cast.home.group, stage="FULL_SECONDARY")
    for one in (school, complete):
        Due.objects.create(round=campaign.round, school=one)
    names = {"PRIMARY": ["primary"], "FULL_SECONDARY": ["junior", "senior"]}[stage]
    good = {f"{what}_{name}": 30 for name in names for what in ("classes", "students")}
    good |= {"coaches": 2, "head_name": "李明", **cells}
    content = edited(template(campaign.round), {(school, key): value for key, value in good.items()})
    plan, _ = preview(content, by=cast.users.district)
    assert [one.message for one in plan.problems()] == [told]


def test_an_old_template_is_refused(cast, probe, due, monkeypatch):
    content = edited(template(due.round), filled(cast.home.school))
    newer = replace(KIND, ask=lambda due: Asked(replace(SHEET, edition=2)))
    monkeypatch.setitem(filing_kinds._KINDS, "enrolment", newer)
    with pytest.raises(Unusable, match="这份填报表是旧的，填报内容后来有变化。请在本任务的页面上重新下载"):
        preview(content, by=cast.users.school, school=cast.home.school)


def test_the_template_of_another_round_is_refused(cast, probe, due):
    content = template(due.round)
    other = make_due(cast).round
    with pytest.raises(Unusable, match=f"这是“{due.round.title}”的填报表，不是本任务的"):
        preview(content, by=cast.users.school, school=cast.home.school, round_=other)


def test_a_round_beyond_the_reader_s_reach_is_not_named(cast, probe):
    foreign = make_open_round(district=factories.make_district(full_name="别的区"), title="别区的任务")
    school = factories.make_school(district=foreign.district)
    Due.objects.create(round=foreign, school=school)
    with pytest.raises(Unusable, match="这是别的报送任务的填报表"):
        preview(template(foreign), by=cast.users.district)


def test_another_kind_of_workbook_is_refused_on_the_page_of_a_round(cast, probe, due):
    with (
        open("guanweihui/demo/01-学校名录.xlsx", "rb") as file,
        pytest.raises(Unusable, match="不是本任务的填报表"),
    ):
        preview(file.read(), by=cast.users.district, round_=due.round)


def test_another_school_s_row_in_a_school_s_template_is_refused(cast, probe, due):
    far = make_due(cast, school=cast.far.school, round=due.round)
    content = edited(template(due.round), {**filled(cast.home.school), **filled(far.school)})
    plan, batch = preview(content, by=cast.users.school, school=cast.home.school)
    assert faults(plan) == [
        "学校代码（A列） 1105999：不是本校的学校代码｜只能填本校的一行，请删去其他学校的行。"
    ]
    batches.confirm(batch, by=cast.users.school, at=timezone.now(), valid_rows=True)
    assert [one.due.school for one in Enrolment.objects.all()] == [cast.home.school]


def test_a_school_stands_in_one_row(cast, probe, due):
    book = opened(edited(template(due.round), filled(cast.home.school)))
    sheet = book.worksheets[0]
    for column in range(1, 7):
        sheet.cell(9, column).value = sheet.cell(6, column).value
    plan, _ = preview(saved(book), by=cast.users.district)
    assert [one.message for one in plan.problems()] == ["这所学校填了两行（工作表“表一 班级和学生”第 9 行）"]


def test_a_row_without_a_code_is_told(cast, probe, due):
    book = opened(template(due.round))
    book.worksheets[0].cell(9, 2).value = "某小学"
    plan, _ = preview(saved(book), by=cast.users.district)
    assert [(one.row, one.message) for one in plan.problems()] == [(9, "这一行没有学校代码")]


def test_a_column_taken_out_is_refused(cast, probe, due):
    book = opened(template(due.round))
    book.worksheets[0].delete_cols(3)
    with pytest.raises(Unusable, match="“表一 班级和学生”缺少“小学”列：填报表不能增删列"):
        preview(saved(book), by=cast.users.district)


def test_columns_may_be_moved_and_added(cast, probe, due):
    """The hidden row of keys goes with its columns."""
    book = opened(edited(template(due.round), filled(cast.home.school)))
    book.worksheets[0].insert_cols(3)
    load(saved(book), by=cast.users.district)
    assert Enrolment.objects.get().typed == GOOD


@pytest.mark.parametrize("state", ["WAIVED", "NIL"])
def test_a_school_that_owes_nothing_takes_nothing(cast, probe, due, state):
    content = edited(template(due.round), filled(cast.home.school))
    Due.objects.update(state=state, reason="停办")
    plan, _ = preview(content, by=cast.users.district)
    assert [one.message for one in plan.problems()] == [f"该校现在是“{due.State(state).label}”，不用填报"]


def test_what_is_on_its_way_is_not_written_over(cast, probe, due):
    content = edited(template(due.round), filled(cast.home.school))
    answers.file_on_behalf(due, GOOD, basis="电话", by=cast.users.group, at=timezone.now())
    plan, _ = preview(content, by=cast.users.district)
    assert verdicts(plan) == {"和平小学": "UNCHANGED"}
    plan, _ = preview(edited(content, {(cast.home.school, "students"): 91}), by=cast.users.district)
    assert faults(plan) == [
        "学校（A列） 示例区和平小学：这份材料现在是“已提交”，不能修改｜需要修改请先退回给学校。"
    ]


def test_a_closed_round_is_open_to_the_office_only(cast, probe, due):
    content = edited(template(due.round), filled(cast.home.school))
    Round.objects.update(state=Round.State.CLOSED, closed_at=timezone.now())
    with pytest.raises(Unusable, match="已经定稿"):
        preview(content, by=cast.users.school, school=cast.home.school)
    load(content, by=cast.users.district)
    assert Enrolment.objects.get().status == "SUBMITTED"


# --- two at once ----------------------------------------------------------------------------------------


def test_a_draft_saved_since_the_download_is_told_with_its_writer(cast, probe, due):
    content = edited(template(due.round), filled(cast.home.school))
    filing = answers.start(due, by=cast.users.school, at=timezone.now())
    answers.save_draft(filing, {"head": "王芳"}, version=1, by=cast.users.school, at=timezone.now())
    plan, _ = preview(content, by=cast.users.district)
    assert [one.message for one in plan.problems(warnings=True)] == [
        f"下载填报表以后，这份材料在平台上又改过（{cast.users.school}）"
    ]
    assert next(plan.rows("CHANGED")).changes["负责人"] == ("王芳", "李明")


def test_a_draft_saved_between_preview_and_confirmation_stops_the_load(cast, probe, due):
    """The counts are the same, the old value is not: nothing typed in the meantime is lost."""
    filing = answers.start(due, by=cast.users.school, at=timezone.now())
    content = edited(template(due.round), filled(cast.home.school))
    _, batch = preview(content, by=cast.users.school, school=cast.home.school)
    answers.save_draft(filing, {"head": "王芳"}, version=1, by=cast.users.school, at=timezone.now())
    with pytest.raises(Refused, match="内容与核对时不同"):
        batches.confirm(batch, by=cast.users.school, at=timezone.now())
    assert Enrolment.objects.get().typed == {"head": "王芳"}


# --- kinds and rounds ----------------------------------------------------------------------------------


def test_a_decimal_of_a_template_reads_back_exactly(cast, monkeypatch, due):
    """0.1 is no binary fraction: what the portal knew as 1234.10 comes back as 1234.10."""
    known = {"cost": Known(Decimal("1234.10"), "账目")}
    kind = replace(KIND, ask=lambda due: Asked(SHEET, known=known))
    monkeypatch.setitem(filing_kinds._KINDS, "enrolment", kind)
    plan, _ = preview(template(due.round), by=cast.users.district)
    assert verdicts(plan) == {"和平小学": "UNCHANGED"}


def test_the_annual_return_s_template_can_be_read_back(cast):
    """Its widest table stays within the columns that the reader takes."""
    round_ = make_open_round(kind=Round.Kind.ANNUAL_RETURN, title="2018年度统计")
    Due.objects.create(round=round_, school=cast.home.school)
    plan, _ = preview(template(round_), by=cast.users.district)
    assert verdicts(plan) == {"和平小学": "UNCHANGED"}


def test_a_planned_round_has_nothing_to_load(cast, probe, due):
    content = template(due.round)
    Round.objects.update(state=Round.State.PLANNED)
    with pytest.raises(Unusable, match="还没有开始"):
        preview(content, by=cast.users.district)
