"""What a load of a round's workbook leaves behind: the wrong rows, the way back, whose batch it is."""

import datetime

import pytest
from django.utils import timezone

from activities.models import Enrolment
from guanweihui import answers, filings
from guanweihui.imports import batch as batches
from guanweihui.models import ImportBatch, Version
from guanweihui.round_trip.errors import errors_workbook
from tests import factories
from tests.guanweihui.answer_rows import GOOD, make_due
from tests.guanweihui.answer_rows import probe as probe  # the small questionnaire
from tests.guanweihui.round_trip_rows import (
    cell,
    edited,
    filled,
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


# --- the error workbook ---------------------------------------------------------------------------------


def test_the_error_workbook_holds_only_the_bad_rows_and_loads_again(cast, probe, due):
    make_due(cast, school=cast.far.school, round=due.round)
    cells = {**filled(cast.home.school), **filled(cast.far.school, classes="十二", cost="许多")}
    plan, batch = preview(edited(template(due.round), cells), by=cast.users.district)
    batches.confirm(batch, by=cast.users.district, at=timezone.now(), valid_rows=True)
    content = errors_workbook(plan)
    book = opened(content)
    codes = [row[0].value for row in book.worksheets[0].iter_rows() if row[0].value]
    assert [code for code in codes if code.startswith("11")] == ["1105999"]
    bad = cell(book, "1105999", "classes")
    assert (bad.value, bad.fill.fgColor.rgb, cell(book, "1105999", "students").value) == (
        "十二",
        "00F8D7DA",
        90,
    )
    assert cell(book, "1105999", "problem").value == (
        "班级数（C列）：“班级数”填了“十二”\n经费（C列）：“经费”填了“许多”"
    )
    assert (
        cell(book, "1105999", "cure").value
        == "班级数（C列）：请填整数，例如 12。\n经费（C列）：请填金额，例如 2000.50。"
    )
    again = edited(content, {(cast.far.school, "classes"): 12, (cast.far.school, "cost"): None})
    plan, _ = load(again, by=cast.users.district)
    assert verdicts(plan) == {"光明中学": "NEW"}
    assert Enrolment.objects.get(due__school=cast.far.school).typed == {**GOOD, "classes": "12"}


def test_rows_of_no_school_stand_apart_in_the_error_workbook(cast, probe, due):
    book = opened(edited(template(due.round), filled(cast.home.school, classes="十二")))
    book.worksheets[0].cell(9, 1).value = "9999999"
    plan, _ = preview(saved(book), by=cast.users.district)
    rows = [
        tuple(one.value for one in row) for row in opened(errors_workbook(plan))["认不出的行"].iter_rows()
    ]
    assert rows[1:] == [
        (
            "表一 班级和学生",
            "9",
            "9999999",
            "这所学校不在本次应报名单中",
            "请核对学校代码，或删去这一行。",
        )
    ]


# --- taking back ----------------------------------------------------------------------------------------


def test_undo_takes_what_was_filed_back_with_its_version(cast, probe, due):
    _, batch = load(edited(template(due.round), filled(cast.home.school)), by=cast.users.district)
    assert (Version.objects.count(), Enrolment.objects.get().lines.count()) == (1, 1)
    assert batches.undo(batch, by=cast.users.district, at=timezone.now()) == []
    due.refresh_from_db()
    assert (due.state, due.met_at, Enrolment.objects.count(), Version.objects.count()) == (
        "WAITING",
        None,
        0,
        0,
    )


def test_undo_gives_a_draft_back_as_it_was(cast, probe, due):
    filing = answers.start(due, by=cast.users.school, at=timezone.now())
    filing = answers.save_draft(filing, {"head": "王芳"}, version=1, by=cast.users.school, at=timezone.now())
    _, batch = load(edited(template(due.round), filled(cast.home.school)), by=cast.users.district)
    assert batches.undo(batch, by=cast.users.district, at=timezone.now()) == []
    now = Enrolment.objects.get()
    assert (now.typed, now.status, now.basis, now.due.state) == ({"head": "王芳"}, "DRAFT", "", "DRAFT")
    assert (now.lines.count(), Version.objects.count()) == (0, 0)


@pytest.mark.parametrize("way", ["accepted", "returned", "read"])
def test_undo_keeps_and_names_what_went_on(cast, probe, due, way):
    """A version that a reviewer has read is evidence: it does not vanish."""
    _, batch = load(
        edited(template(due.round), filled(cast.home.school)), by=cast.users.group, group=cast.home.group
    )
    filing, now = Enrolment.objects.get(), timezone.now()
    if way == "read":
        answers.look(filing, by=cast.users.district, at=now)
    elif way == "returned":
        filings.return_back(filing, by=cast.users.group, at=now, reason="请核对")
    else:
        filings.accept(filings.endorse(filing, by=cast.users.group, at=now), by=cast.users.district, at=now)
    before = Enrolment.objects.values().get(), Version.objects.count(), list(due.round.dues.values())
    assert batches.undo(batch, by=cast.users.group, at=now) == [str(due)]
    assert (
        Enrolment.objects.values().get(),
        Version.objects.count(),
        list(due.round.dues.values()),
    ) == before


def test_undo_opens_the_remarks_again_that_a_load_answered(cast, probe, due):
    filing = answers.file_on_behalf(due, GOOD, basis="电话", by=cast.users.group, at=timezone.now())
    filings.return_back(
        filing, by=cast.users.group, at=timezone.now(), reason="请核对", remarks={"head": "谁？"}
    )
    content = edited(template(due.round), {(cast.home.school, "head"): "王芳"})
    _, batch = load(content, by=cast.users.group, group=cast.home.group)
    assert due.remarks.get().resolved_at is not None
    assert batches.undo(batch, by=cast.users.group, at=timezone.now()) == []
    assert due.remarks.get().resolved_at is None
    now = Enrolment.objects.get()
    assert (now.status, now.head_name, now.lines.count(), Version.objects.count()) == (
        "RETURNED",
        "李明",
        1,
        1,
    )


# --- whose batch ----------------------------------------------------------------------------------------


def test_a_group_s_batch_is_its_head_s_own_while_he_heads_it(cast, probe, due):
    _, batch = preview(template(due.round), by=cast.users.group, group=cast.home.group)
    seen = ImportBatch.objects.visible_to
    assert list(seen(cast.users.group)) == [batch]
    other = factories.make_post(role="GROUP", group=cast.home.group).user
    assert list(seen(other)) == []
    cast.users.group.posts.update(to_on=timezone.localdate() - datetime.timedelta(days=1))
    del cast.users.group.reach
    assert list(seen(cast.users.group)) == []


def test_a_group_fills_in_no_school_of_another(cast, probe, due):
    far = make_due(cast, school=cast.far.school, round=due.round)
    content = edited(template(due.round), filled(far.school))
    plan, _ = preview(content, by=cast.users.group, group=cast.home.group)
    assert verdicts(plan) == {"和平小学": "UNCHANGED", "示例区光明中学": "WRONG"}
    assert [one.message for one in plan.problems()] == ["不是本协作组应报的学校"]
