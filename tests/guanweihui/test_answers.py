"""The steps of a questionnaire: state, signature, the one line each leaves, and what each refuses."""

import datetime

import pytest
from django.utils import timezone

from activities.models import Enrolment, EnrolmentLine
from guanweihui import answers, filings, rounds, uploads
from guanweihui.filings import Outdated
from guanweihui.models import Attachment, AuditEvent, Due, Filing, Look, Remark, Round, Version
from guanweihui.questionnaire import Paragraph
from guanweihui.workflow import Refused
from tests import factories
from tests.guanweihui.answer_rows import (
    GOOD,
    knowing,  # noqa: F401
    make_draft,
    make_due,
    make_open_round,
    make_sent,
    probe,  # noqa: F401
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("probe")]
S = Filing.Status
MINUTE, HOUR, DAY = (datetime.timedelta(**{name: 1}) for name in ("minutes", "hours", "days"))
SCAN = {"name": "盖章件.jpg", "content": b"\xff\xd8\xff", "content_type": uploads.JPEG}


def trail():
    """Return every line of the trail as (action, actor, reason), oldest first."""
    return [(one.action, one.actor, one.reason) for one in AuditEvent.objects.order_by("pk")]


def line_of(act):
    """Return the lines that one step left."""
    before = AuditEvent.objects.count()
    act()
    return trail()[before:]


# --- start ------------------------------------------------------------------------------------------------


def test_a_draft_begins_with_what_the_portal_knows(cast, knowing):  # noqa: F811
    due, at = make_due(cast), timezone.now()
    filing = answers.start(due, by=cast.users.school, at=at)
    assert (filing.status, filing.version, filing.typed) == (S.DRAFT, 1, {"students": "90"})
    assert Due.objects.get().state == Due.State.DRAFT
    event = AuditEvent.objects.get()
    assert (event.action, event.actor, event.at, event.district) == (
        "enrolment.start",
        cast.users.school,
        at,
        cast.home.district,
    )


def test_a_draft_begun_twice_is_the_same_draft(cast):
    due = make_due(cast)
    first = answers.start(due, by=cast.users.school, at=timezone.now())
    assert line_of(lambda: answers.start(due, by=cast.users.school, at=timezone.now())) == []
    assert Enrolment.objects.get() == first


@pytest.mark.parametrize(
    ("state", "words"), [(Round.State.PLANNED, "待开始"), (Round.State.CLOSED, "已截止")]
)
def test_a_round_that_is_not_open_starts_nothing(cast, state, words):
    due = make_due(cast, round=make_open_round(state=state))
    with pytest.raises(Refused, match=words):
        answers.start(due, by=cast.users.school, at=timezone.now())
    assert (Enrolment.objects.count(), AuditEvent.objects.count()) == (0, 0)


def test_a_school_extended_after_the_others_closed_may_still_begin(cast):
    now = timezone.now()
    due = make_due(cast, round=make_open_round(state=Round.State.CLOSED), deadline_at=now + HOUR)
    assert answers.start(due, by=cast.users.school, at=now + HOUR).status == S.DRAFT
    Enrolment.objects.all().delete()
    with pytest.raises(Refused, match="已截止"):
        answers.start(due, by=cast.users.school, at=now + DAY)


@pytest.mark.parametrize(("state", "words"), [(Due.State.WAIVED, "免报"), (Due.State.NIL, "零报告")])
def test_a_school_that_owes_nothing_starts_nothing(cast, state, words):
    due = make_due(cast, state=state, reason="没有学生")
    with pytest.raises(Refused, match=words):
        answers.start(due, by=cast.users.school, at=timezone.now())


@pytest.mark.parametrize("who", ["stranger", "group", "district", "leader", "judge"])
def test_only_the_school_fills_in(cast, who):
    due, by = make_due(cast), getattr(cast.users, who)
    with pytest.raises(Refused, match="不在您的职责范围内"):
        answers.start(due, by=by, at=timezone.now())
    filing = make_draft(cast, {}, due=due)
    for step in (
        lambda: answers.save_draft(filing, GOOD, version=1, by=by, at=timezone.now()),
        lambda: answers.submit(filing, version=1, by=by, at=timezone.now()),
    ):
        with pytest.raises(Refused):
            step()
    assert Enrolment.objects.get().typed == {}


# --- drafts -----------------------------------------------------------------------------------------------


def test_a_draft_keeps_nonsense_as_it_was_typed(cast):
    filing, at = make_draft(cast, {}), timezone.now()
    typed = {
        "classes": "三个",
        "students": "-1",
        "cost": "1e9",
        "story": "一\r\n二",
        "why_last_classes": "扩招",
    }
    saved = answers.save_draft(filing, typed, version=1, by=cast.users.school, at=at)
    assert Enrolment.objects.get().typed == typed | {"story": "一\n二"}
    assert (saved.version, saved.saved_at, saved.saved_by) == (2, at, cast.users.school)


def test_what_answers_no_item_is_not_kept(cast):
    filing = make_draft(cast, {})
    more = {"status": "ACCEPTED", "due": "99", "why_": "x", "why_last_status": "x", "checked_status": "1"}
    answers.save_draft(
        filing,
        {"classes": "3", "head": "", "checked_rest": "1", **more},
        version=1,
        by=cast.users.school,
        at=timezone.now(),
    )
    row = Enrolment.objects.get()
    assert (row.typed, row.status, row.due) == ({"classes": "3", "checked_rest": "1"}, S.DRAFT, filing.due)


def test_no_text_is_stored_without_end(cast):
    filing = make_draft(cast, {})
    typed = {"story": "读" * 20_000, "why_last_classes": "因" * 500}
    answers.save_draft(filing, typed, version=1, by=cast.users.school, at=timezone.now())
    assert {key: len(words) for key, words in Enrolment.objects.get().typed.items()} == {
        "story": answers.LONGEST,
        "why_last_classes": 200,
    }


def test_the_same_text_again_writes_nothing(cast):
    filing = make_draft(cast, GOOD)
    again = answers.save_draft(filing, GOOD, version=99, by=cast.users.school, at=timezone.now())
    assert (again.version, again.saved_at) == (1, None)


def test_saving_all_evening_leaves_one_line_an_hour_and_person(cast):
    filing, at = make_draft(cast, {}), timezone.now().replace(minute=5, second=0, microsecond=0)
    other = factories.make_user(name="李老师")
    factories.make_post(user=other, role="SCHOOL", school=cast.home.school)
    saves = [(cast.users.school, at), (cast.users.school, at + MINUTE), (other, at + MINUTE)]
    saves += [(cast.users.school, at + HOUR)]
    before = len(trail())
    for number, (by, moment) in enumerate(saves, start=1):
        answers.save_draft(filing, {"classes": str(number)}, version=number, by=by, at=moment)
    assert trail()[before:] == [
        ("enrolment.save", cast.users.school, ""),
        ("enrolment.save", other, ""),
        ("enrolment.save", cast.users.school, ""),
    ]


def test_an_old_tab_is_told_who_saved_what(cast):
    filing, at = make_draft(cast, {}), timezone.now()
    answers.save_draft(filing, {"classes": "3"}, version=1, by=cast.users.school, at=at)
    with pytest.raises(Outdated, match=f"被school先生（{timezone.localtime(at):%H:%M}）改过") as told:
        answers.save_draft(filing, {"classes": "4"}, version=1, by=cast.users.school, at=at)
    assert (told.value.filing.typed, Enrolment.objects.get().typed) == ({"classes": "3"}, {"classes": "3"})


@pytest.mark.parametrize("status", [S.SUBMITTED, S.ENDORSED, S.ACCEPTED])
def test_what_is_on_its_way_is_not_written_over(cast, status):
    filing = make_sent(cast, status=status)
    with pytest.raises(Refused, match="不能修改"):
        answers.save_draft(filing, {"classes": "9"}, version=1, by=cast.users.school, at=timezone.now())
    assert Enrolment.objects.get().typed == GOOD


def test_a_draft_may_still_be_saved_after_the_deadline(cast):
    """What was typed at one second past is not thrown away; only the submit is late."""
    filing = make_draft(cast, {})
    late = filing.due.closes_at() + datetime.timedelta(seconds=1)
    answers.save_draft(filing, GOOD, version=1, by=cast.users.school, at=late)
    assert Enrolment.objects.get().typed == GOOD


@pytest.mark.parametrize("state", [Due.State.WAIVED, Due.State.NIL])
def test_a_school_that_became_free_neither_saves_nor_submits(cast, state):
    filing = make_draft(cast, GOOD)
    Due.objects.update(state=state, reason="没有学生")
    with pytest.raises(Refused):
        answers.save_draft(filing, {"classes": "9"}, version=1, by=cast.users.school, at=timezone.now())
    with pytest.raises(Refused):
        answers.submit(filing, version=1, by=cast.users.school, at=timezone.now())
    assert (Enrolment.objects.get().status, Due.objects.get().state) == (S.DRAFT, state)


# --- submit -----------------------------------------------------------------------------------------------


def test_a_submit_writes_columns_lines_and_a_version_that_stays(cast):
    filing, at = make_draft(cast), timezone.now()
    (line,) = line_of(lambda: answers.submit(filing, version=1, by=cast.users.school, at=at))
    row, version = Enrolment.objects.get(), Version.objects.get()
    assert line == ("enrolment.submit", cast.users.school, "")
    assert (row.status, row.submitted_at, row.submitted_by) == (S.SUBMITTED, at, cast.users.school)
    assert (row.coaches, row.head_name) == (3, "李明")
    assert list(EnrolmentLine.objects.values_list("classes", "students")) == [(3, 90)]
    assert (Due.objects.get().state, Due.objects.get().met_at) == (Due.State.SUBMITTED, at)
    assert (version.number, version.taken_at, version.taken_by) == (1, at, cast.users.school)
    assert answers.content_of(version)[:2] == [
        Paragraph("classes", "班级数", "3"),
        Paragraph("classes_junior", "初中班级数", "未填写"),
    ]


def test_a_submit_names_every_fault_and_changes_nothing(cast):
    filing = make_draft(cast, {"students": "很多", "phone": "1"})
    with pytest.raises(answers.Unready) as told:
        answers.submit(filing, version=1, by=cast.users.school, at=timezone.now())
    assert [fault.key for fault in told.value.faults] == ["classes", "students", "phone"]
    assert (Enrolment.objects.get().status, Version.objects.count()) == (S.DRAFT, 0)


def test_a_soft_check_is_answered_with_a_reason_that_goes_up(cast, knowing):  # noqa: F811
    filing = make_draft(cast, GOOD | {"classes": "4", "students": "95"})
    with pytest.raises(answers.Unready, match="学籍数据"):
        answers.submit(filing, version=1, by=cast.users.school, at=timezone.now())
    filing = make_draft(cast, filing.typed | {"why_known_students": "五人转入"}, due=filing.due)
    answers.submit(filing, version=1, by=cast.users.school, at=timezone.now())
    assert answers.content_of(Version.objects.get())[-1] == Paragraph(
        "why_known_students", "学生数（情况说明）", "五人转入"
    )


def test_a_submit_is_on_time_to_the_last_second_of_grace(cast):
    due = make_due(cast, round=make_open_round(grace_minutes=10))
    filing = make_draft(cast, due=due)
    closes = due.closes_at()
    assert closes == due.round.deadline_at + 10 * MINUTE
    with pytest.raises(Refused, match="已经截止，本次没有提交，填写的内容已保存为草稿"):
        answers.submit(filing, version=1, by=cast.users.school, at=closes + datetime.timedelta(seconds=1))
    answers.submit(filing, version=1, by=cast.users.school, at=closes)


def test_an_extension_of_one_school_counts_for_it(cast):
    due = make_due(cast)
    filing = make_draft(cast, due=due)
    late = due.round.deadline_at + DAY
    rounds.extend(due, until=late, by=cast.users.district, at=timezone.now(), reason="停电")
    filing = Enrolment.objects.get()
    assert answers.submit(filing, version=1, by=cast.users.school, at=late).status == S.SUBMITTED


def test_an_old_tab_submits_nothing(cast):
    filing = make_draft(cast)
    stale = Enrolment.objects.get()
    answers.save_draft(filing, GOOD | {"classes": "4"}, version=1, by=cast.users.school, at=timezone.now())
    for version in (1, 2):
        with pytest.raises(Refused, match="被保存过，本次没有提交"):
            answers.submit(stale, version=version, by=cast.users.school, at=timezone.now())


def test_versions_are_counted_and_the_first_stays_as_it_was(cast):
    filing = make_sent(cast)
    filings.return_back(filing, by=cast.users.group, at=timezone.now(), reason="请核对")
    filing = answers.save_draft(
        filing, GOOD | {"students": "95"}, version=1, by=cast.users.school, at=timezone.now()
    )
    answers.submit(filing, version=2, by=cast.users.school, at=timezone.now())
    assert [
        (one.number, {row.key: row.words for row in answers.content_of(one)}["students"])
        for one in Version.objects.order_by("number")
    ] == [(1, "90"), (2, "95")]


# --- back to the school -----------------------------------------------------------------------------------


def test_a_return_marks_items_and_the_resubmit_settles_them_even_past_the_deadline(cast):
    """A Friday's return leaves the school until the next Tuesday, whatever the round's deadline was."""
    filing = make_sent(cast)
    friday = timezone.make_aware(datetime.datetime(2026, 3, 6, 10))
    Round.objects.update(opens_at=friday - 9 * DAY, deadline_at=friday - DAY)
    filing = Enrolment.objects.get()
    (line,) = line_of(
        lambda: filings.return_back(
            filing, by=cast.users.group, at=friday, reason="请核对", remarks={"students": "与学籍不符"}
        )
    )
    assert line == ("enrolment.return_back", cast.users.group, "请核对")
    remark = Remark.objects.get()
    assert (remark.field, remark.text, remark.made_by, remark.resolved_at) == (
        "students",
        "与学籍不符",
        cast.users.group,
        None,
    )
    until = timezone.make_aware(datetime.datetime(2026, 3, 10, 17))
    due = Due.objects.get()
    assert (due.state, due.reply_until, due.deadline_at) == (Due.State.RETURNED, until, None)
    filing = Enrolment.objects.get()
    assert answers.last_reason(filing) == "请核对"
    with pytest.raises(Refused, match="已经截止"):
        answers.submit(filing, version=1, by=cast.users.school, at=until + MINUTE)
    answers.submit(filing, version=1, by=cast.users.school, at=until)
    assert Remark.objects.get().resolved_at == until


def test_a_late_filing_stays_late_when_it_is_returned_and_sent_again(cast):
    due = make_due(cast)
    late = due.round.deadline_at + DAY
    filing = answers.file_on_behalf(due, GOOD, basis="电话", by=cast.users.group, at=late)
    filings.return_back(filing, by=cast.users.group, at=late + HOUR, reason="请核对")
    filing = Enrolment.objects.get()
    answers.submit(filing, version=filing.version, by=cast.users.school, at=late + 2 * HOUR)
    assert Due.objects.standing(due.round).get().standing == Due.Standing.LATE


@pytest.mark.parametrize(("is_returned", "state"), [(True, Due.State.RETURNED), (False, Due.State.DRAFT)])
def test_a_school_that_owes_again_finds_its_filing_as_it_was(cast, is_returned, state):
    """What came back to it is to be mended still: due and filing say the same."""
    if is_returned:
        sent = make_sent(cast)
        filings.return_back(sent, by=cast.users.group, at=timezone.now(), reason="请核对")
    else:
        make_draft(cast)
    due, by = Due.objects.get(), cast.users.district
    rounds.waive(due, by=by, at=timezone.now(), reason="停办")
    rounds.restore(due, by=by, at=timezone.now(), reason="仍在办")
    assert (Due.objects.get().state, Enrolment.objects.get().status) == (state, state)


def test_a_resubmit_keeps_the_moment_of_the_first(cast):
    filing, first = make_sent(cast), Due.objects.get().met_at
    filings.return_back(filing, by=cast.users.group, at=timezone.now(), reason="请核对")
    answers.submit(Enrolment.objects.get(), version=1, by=cast.users.school, at=timezone.now())
    assert Due.objects.get().met_at == first


# --- what the reviewer saw --------------------------------------------------------------------------------


def test_a_look_is_noted_once_a_version_and_reader(cast):
    filing = make_sent(cast)
    looks = lambda by: line_of(lambda: answers.look(filing, by=by, at=timezone.now()))  # noqa: E731
    assert looks(cast.users.group) == [("enrolment.look", cast.users.group, "")]
    assert looks(cast.users.group) == []
    assert looks(cast.users.district) == [("enrolment.look", cast.users.district, "")]
    assert looks(cast.users.leader) == looks(cast.users.school) == looks(cast.users.stranger) == []
    assert Look.objects.count() == 2


def test_a_draft_is_looked_at_by_nobody(cast):
    assert answers.look(make_draft(cast), by=cast.users.group, at=timezone.now()) is None
    assert Look.objects.count() == 0


def test_the_changes_are_those_since_this_reader_looked(cast):
    """The group saw the first version, the district none: only the group is told what changed."""
    filing = make_sent(cast)
    answers.look(filing, by=cast.users.group, at=timezone.now())
    assert answers.changed_since_look(filing, cast.users.group) is None
    filings.return_back(filing, by=cast.users.group, at=timezone.now(), reason="请核对")
    filing = answers.save_draft(
        filing, GOOD | {"students": "95"}, version=1, by=cast.users.school, at=timezone.now()
    )
    assert answers.changed_since_look(filing, cast.users.group) is None
    filing = answers.submit(filing, version=2, by=cast.users.school, at=timezone.now())
    seen, changes = answers.changed_since_look(filing, cast.users.group)
    assert (seen.number, [(one.key, one.before, one.after) for one in changes]) == (
        1,
        [("students", "90", "95")],
    )
    assert answers.changed_since_look(filing, cast.users.district) is None


# --- on behalf --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["group", "district"])
def test_filing_for_a_school_puts_both_names_in_the_trail(cast, who):
    due, at, by = make_due(cast), timezone.now(), getattr(cast.users, who)
    (line,) = line_of(
        lambda: answers.file_on_behalf(due, GOOD, basis="电话核对", asked_by="王老师", by=by, at=at)
    )
    assert line == ("enrolment.file_on_behalf", by, "受王老师委托；依据：电话核对")
    row = Enrolment.objects.get()
    assert (row.status, row.submitted_by, row.basis, row.typed, row.coaches) == (
        S.SUBMITTED,
        by,
        "电话核对",
        GOOD,
        3,
    )
    assert (Due.objects.get().state, Due.objects.get().met_at) == (Due.State.SUBMITTED, at)
    assert Version.objects.get().taken_by == by


@pytest.mark.parametrize("who", ["school", "stranger", "leader", "auditor"])
def test_nobody_else_files_for_a_school(cast, who):
    with pytest.raises(Refused, match="不在您的职责范围内"):
        answers.file_on_behalf(
            make_due(cast), GOOD, basis="电话", by=getattr(cast.users, who), at=timezone.now()
        )
    assert Enrolment.objects.count() == 0


def test_filing_for_a_school_needs_its_basis_and_all_hard_checks(cast):
    due = make_due(cast)
    with pytest.raises(Refused, match="依据"):
        answers.file_on_behalf(due, GOOD, basis="  ", by=cast.users.group, at=timezone.now())
    with pytest.raises(answers.Unready, match="请填写“班级数”"):
        answers.file_on_behalf(due, {}, basis="电话", by=cast.users.group, at=timezone.now())
    assert (Enrolment.objects.count(), Due.objects.get().state) == (0, Due.State.WAITING)


def test_the_day_the_paper_came_decides_whether_the_school_is_late(cast):
    due = make_due(cast)
    came, typed_in = due.round.deadline_at - HOUR, due.round.deadline_at + DAY
    with pytest.raises(Refused, match="不能晚于现在"):
        answers.file_on_behalf(
            due, GOOD, basis="盖章件", sent_at=typed_in + DAY, by=cast.users.district, at=typed_in
        )
    answers.file_on_behalf(due, GOOD, basis="盖章件", sent_at=came, by=cast.users.district, at=typed_in)
    standing = Due.objects.standing(due.round).get().standing
    assert (Due.objects.get().met_at, standing) == (came, Due.Standing.ON_TIME)
    assert AuditEvent.objects.get(action="enrolment.file_on_behalf").at == typed_in


def test_a_deputy_s_soft_checks_are_explained_by_his_basis(cast, knowing):  # noqa: F811
    due, typed = make_due(cast), GOOD | {"students": "95"}
    with pytest.raises(answers.Unready):
        answers.file_on_behalf(due, typed, basis="汇总表", by=cast.users.district, at=timezone.now())
    answers.file_on_behalf(
        due, typed, basis="汇总表", explained="以汇总表为准", by=cast.users.district, at=timezone.now()
    )
    assert Enrolment.objects.get().typed["why_known_students"] == "以汇总表为准"


def test_a_deputy_does_not_write_over_what_the_school_saved_meanwhile(cast):
    filing = make_draft(cast, {"classes": "3"})
    answers.save_draft(filing, {"classes": "5"}, version=1, by=cast.users.school, at=timezone.now())
    with pytest.raises(Outdated):
        answers.file_on_behalf(
            filing.due, GOOD, basis="电话", version=1, by=cast.users.group, at=timezone.now()
        )
    assert Enrolment.objects.get().typed == {"classes": "5"}


@pytest.mark.parametrize("state", [Due.State.WAIVED, Due.State.NIL])
def test_nobody_files_for_a_school_that_owes_nothing(cast, state):
    due = make_due(cast, state=state, reason="没有学生")
    with pytest.raises(Refused, match="请先恢复应报"):
        answers.file_on_behalf(due, GOOD, basis="电话", by=cast.users.district, at=timezone.now())


def test_only_the_office_adds_to_a_closed_round(cast):
    due = make_due(cast, round=make_open_round(state=Round.State.CLOSED))
    with pytest.raises(Refused, match="已截止，不能代报"):
        answers.file_on_behalf(due, GOOD, basis="电话", by=cast.users.group, at=timezone.now())
    answers.file_on_behalf(due, GOOD, basis="补报", by=cast.users.district, at=timezone.now())
    assert Enrolment.objects.get().status == S.SUBMITTED


def test_the_paper_of_a_deputy_hangs_on_the_filing(cast):
    answers.file_on_behalf(
        make_due(cast), GOOD, basis="盖章件", scan=SCAN, by=cast.users.group, at=timezone.now()
    )
    scan = Attachment.objects.scans_of(Enrolment.objects.get()).get()
    assert (scan.original_name, scan.added_by, scan.field) == ("盖章件.jpg", cast.users.group, "scan")


# --- the signed scan --------------------------------------------------------------------------------------


def test_a_new_scan_takes_the_place_of_the_old(cast):
    filing = make_sent(cast)
    for name in ("一.jpg", "二.jpg"):
        assert line_of(
            lambda name=name: answers.attach_scan(
                filing, **{**SCAN, "name": name}, by=cast.users.school, at=timezone.now()
            )
        ) == [("enrolment.attach_scan", cast.users.school, "")]
    assert [one.original_name for one in Attachment.objects.all()] == ["二.jpg"]


def test_the_scan_of_what_was_accepted_stays(cast):
    filing = make_sent(cast, status=S.ACCEPTED)
    with pytest.raises(Refused, match="已通过，扫描件不能再换"):
        answers.attach_scan(filing, **SCAN, by=cast.users.school, at=timezone.now())


@pytest.mark.parametrize("who", ["stranger", "leader", "judge"])
def test_a_stranger_puts_no_scan(cast, who):
    filing = make_sent(cast)
    with pytest.raises(Refused, match="不在您的职责范围内"):
        answers.attach_scan(filing, **SCAN, by=getattr(cast.users, who), at=timezone.now())
    assert Attachment.objects.count() == 0
