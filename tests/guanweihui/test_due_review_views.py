"""Reviewing a due, filing it for a school, and its papers: each step by its page."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from activities.models import Enrolment
from guanweihui import filings
from guanweihui.models import Attachment, AuditEvent, Due, Filing, Remark, Version
from tests import factories
from tests.guanweihui.answer_rows import (
    GOOD,
    knowing,  # noqa: F401
    make_draft,
    make_due,
    make_open_round,
    make_sent,
    make_sent_elsewhere,
    probe,  # noqa: F401
)
from tests.guanweihui.due_pages import fill, jpeg, page, url

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("probe")]
S = Filing.Status


# --- its way up -------------------------------------------------------------------------------------------


def test_the_school_takes_back_what_nobody_looked_at(cast):
    due = make_sent(cast).due
    answer = cast.school.post(url("due-withdraw", due))
    assert (answer["Location"], Enrolment.objects.get().status) == (url("due-fill", due), S.WITHDRAWN)


def test_a_refused_step_says_why(cast):
    due = make_sent(cast, status=S.ENDORSED).due
    answer = cast.school.post(url("due-withdraw", due))
    assert (answer.status_code, "协作组已审" in page(answer)) == (409, True)


def test_group_and_district_pass_it_up(cast):
    due = make_sent(cast).due
    cast.group.post(url("due-endorse", due))
    assert Enrolment.objects.get().status == S.ENDORSED
    cast.district.post(url("due-accept", due))
    assert Enrolment.objects.get().status == S.ACCEPTED


def test_an_opinion_leads_to_the_next_that_waits_by_deadline(cast):
    round_ = make_open_round()
    due = make_sent(cast, due=make_due(cast, round=round_)).due
    later, sooner = (
        make_due(cast, round=round_, school=factories.make_school(group=cast.home.group)) for _ in range(2)
    )
    for one in (later, sooner):
        make_sent_elsewhere(cast, one)
    Due.objects.filter(pk=later.pk).update(deadline_at=round_.deadline_at + datetime.timedelta(days=2))
    answer = cast.group.post(url("due-opinion", due), {"conclusion": "agree", "reason": ""})
    assert (answer["Location"], Enrolment.objects.get(due=due).status) == (
        url("due-detail", sooner),
        S.ENDORSED,
    )


def test_the_last_opinion_stays_where_it_is(cast):
    due = make_sent(cast).due
    answer = cast.group.post(url("due-opinion", due), {"conclusion": "agree"}, follow=True)
    assert "没有待您审核的材料了" in page(answer)


def test_the_district_s_agreement_is_the_acceptance(cast):
    due = make_sent(cast, status=S.ENDORSED).due
    cast.district.post(url("due-opinion", due), {"conclusion": "agree"})
    assert Enrolment.objects.get().status == S.ACCEPTED


def test_sending_back_without_a_reason_keeps_the_page(cast):
    due = make_sent(cast).due
    answer = cast.group.post(url("due-opinion", due), {"conclusion": "return", "reason": " "})
    assert (answer.status_code, "请写明退回的理由" in page(answer)) == (422, True)
    assert Enrolment.objects.get().status == S.SUBMITTED


def test_an_opinion_come_too_late_keeps_its_words(cast):
    """The school took the filing back while the reviewer wrote: his page says so instead of losing it."""
    filing = make_sent(cast)
    filings.withdraw(filing, by=cast.users.school, at=timezone.now())
    answer = cast.group.post(
        url("due-opinion", filing.due), {"conclusion": "return", "reason": "学生数与学籍不符"}
    )
    assert (answer.status_code, "已撤回" in page(answer), "学生数与学籍不符" in page(answer)) == (
        409,
        True,
        True,
    )


def test_a_return_shows_its_remarks_at_the_items_until_the_resubmit(cast):
    due = make_sent(cast).due
    cast.group.post(url("due-return", due), {"reason": "请核对", "remark_students": "与学籍不符"})
    text = page(cast.school.get(url("due-fill", due)))
    assert "审核意见：与学籍不符" in text
    detail = page(cast.school.get(url("due-detail", due)))
    assert ("退回理由：请核对" in detail, "与学籍不符" in detail) == (True, True)
    fill(cast.school, due, GOOD | {"students": "95"}, submit=True)
    assert Remark.objects.get().resolved_at is not None
    assert "与学籍不符" not in page(cast.school.get(url("due-detail", due)))


def test_a_return_without_a_reason_keeps_the_remarks(cast):
    due = make_sent(cast).due
    answer = cast.group.post(url("due-return", due), {"reason": "", "remark_students": "与学籍不符"})
    assert (answer.status_code, 'value="与学籍不符"' in page(answer)) == (422, True)
    assert Remark.objects.count() == 0


def test_the_reviewer_sees_what_changed_since_he_looked(cast):
    due = make_sent(cast, GOOD | {"story": "全校参加读书活动。"}).due
    cast.group.get(url("due-detail", due))
    cast.group.post(url("due-return", due), {"reason": "请核对"})
    fill(cast.school, due, GOOD | {"story": "全校学生参加读书活动。"}, submit=True)
    assert "全校<ins>学生</ins>参加读书活动。" in page(cast.group.get(url("due-detail", due)))
    assert "<ins>" not in page(cast.district.get(url("due-detail", due)))


def test_the_office_opens_an_accepted_filing_again(cast):
    due = make_sent(cast, status=S.ACCEPTED).due
    assert cast.district.post(url("due-reopen", due), {"reason": ""}).status_code == 422
    cast.district.post(url("due-reopen", due), {"reason": "数字有误"})
    assert Enrolment.objects.get().status == S.RETURNED


def test_many_are_passed_at_once_but_not_what_explains_itself(cast, knowing):  # noqa: F811
    """One of the three gives a reason for a soft check: somebody has to read that one."""
    round_ = make_open_round()
    plain = [
        make_due(cast, round=round_, school=factories.make_school(group=cast.home.group)) for _ in range(2)
    ]
    for due in plain:
        make_sent_elsewhere(cast, due)
    odd = make_due(cast, round=round_, school=factories.make_school(group=cast.home.group))
    make_sent_elsewhere(cast, odd, GOOD | {"why_known_students": "转入"})
    foreign = make_due(cast, round=round_, school=cast.far.school)
    make_sent_elsewhere(cast, foreign)
    ticked = [one.pk for one in (*plain, odd, foreign)] + ["x", "9" * 30]
    cast.group.post(reverse("due-accept-many"), {"due": ticked})
    found = dict(Enrolment.objects.values_list("due", "status"))
    assert found == {
        plain[0].pk: S.ENDORSED,
        plain[1].pk: S.ENDORSED,
        odd.pk: S.SUBMITTED,
        foreign.pk: S.SUBMITTED,
    }
    assert AuditEvent.objects.filter(action="enrolment.endorse").count() == 2


def test_passing_many_is_for_reviewers_and_by_post(cast):
    statuses = {
        who: (
            getattr(cast, who).get(reverse("due-accept-many")).status_code,
            getattr(cast, who).post(reverse("due-accept-many")).status_code,
        )
        for who in ("school", "leader", "group")
    }
    assert statuses == {"school": (405, 404), "leader": (405, 404), "group": (405, 302)}


# --- on behalf, papers ------------------------------------------------------------------------------------


def test_filing_for_a_school_on_a_call(cast):
    due = make_due(cast)
    answer = cast.group.post(url("due-behalf", due), {**GOOD, "basis": "电话核对", "asked_by": "王老师"})
    row = Enrolment.objects.get()
    assert (answer.status_code, row.status, row.basis) == (302, S.SUBMITTED, "电话核对")


@pytest.mark.parametrize("who", ["group", "district"])
def test_whoever_files_for_a_school_does_not_read_its_telephone(cast, who):
    """Its mask sent back untouched keeps the number; another number takes its place."""
    client, draft = getattr(cast, who), make_draft(cast)
    due = draft.due
    text = page(client.get(url("due-behalf", due)))
    assert ("199****5678" in text, "19900005678" in text) == (True, False)
    wrong = {**GOOD, "phone": "199****5678", "classes": "三", "basis": "电话", "_version": draft.version}
    text = page(client.post(url("due-behalf", due), wrong))
    assert ("199****5678" in text, "19900005678" in text) == (True, False)
    client.post(url("due-behalf", due), {**wrong, "classes": "4"})
    filing = Enrolment.objects.get()
    assert (filing.status, filing.typed["classes"], filing.typed["phone"]) == (
        S.SUBMITTED,
        "4",
        "19900005678",
    )


def test_filing_for_a_school_on_its_paper_needs_no_more_words(cast):
    due = make_due(cast)
    cast.district.post(url("due-behalf", due), {**GOOD, "scan": jpeg()})
    assert Enrolment.objects.get().basis == "纸质盖章件扫描件“盖章件.jpg”"
    assert Attachment.objects.get().due == due


@pytest.mark.parametrize("more", [{}, {"basis": "  "}, {"basis": "电话", "classes": "三"}])
def test_filing_for_a_school_refused_keeps_the_grid_and_the_words(cast, more):
    due = make_due(cast)
    answer = cast.group.post(
        url("due-behalf", due), {**GOOD, "story": "做法一", "asked_by": "王老师", **more}
    )
    text = page(answer)
    assert (answer.status_code, "做法一" in text, 'value="王老师"' in text) == (422, True, True)
    assert Enrolment.objects.count() == 0


def test_a_file_that_is_no_scan_is_refused_with_the_grid_kept(cast):
    due = make_due(cast)
    bad = SimpleUploadedFile("a.jpg", b"not a picture")
    answer = cast.group.post(url("due-behalf", due), {**GOOD, "scan": bad})
    assert (answer.status_code, 'value="李明"' in page(answer)) == (422, True)


def test_a_filing_on_its_way_is_not_filed_again(cast):
    due = make_sent(cast).due
    answer = cast.district.get(url("due-behalf", due), follow=True)
    assert (answer.redirect_chain[0][0], "不能代报" in page(answer)) == (url("due-detail", due), True)
    assert (
        cast.district.post(url("due-behalf", due), {**GOOD, "basis": "电话", "_version": 1}).status_code
        == 422
    )
    assert Version.objects.count() == 1


@pytest.mark.parametrize("who", ["school", "group", "district"])
def test_the_scan_is_opened_by_school_group_and_district(cast, who):
    due = make_sent(cast).due
    assert cast.school.post(url("due-scan", due), {"file": jpeg()}).status_code == 302
    scan = Attachment.objects.get()
    file_url = reverse("attachment-file", args=[scan.pk])
    assert getattr(cast, who).get(file_url).status_code == 200
    assert cast.stranger.get(file_url).status_code == 404
    assert file_url in page(getattr(cast, who).get(url("due-detail", due)))


def test_the_print_is_a_pdf_that_leaves_a_line(cast):
    due = make_sent(cast).due
    answer = cast.school.get(url("due-print", due))
    content = b"".join(answer.streaming_content)
    assert (content[:5], answer["Content-Type"]) == (b"%PDF-", "application/pdf")
    event = AuditEvent.objects.get(action="enrolment.print")
    assert event.actor == cast.users.school


def test_an_earlier_version_is_shown_as_it_was(cast):
    filing = make_sent(cast)
    filings.return_back(filing, by=cast.users.group, at=timezone.now(), reason="请核对")
    fill(cast.school, filing.due, GOOD | {"students": "95"}, submit=True)
    first, second = (page(cast.school.get(url("due-version", filing.due, number))) for number in (1, 2))
    assert (">90<" in first, ">95<" in first, ">95<" in second) == (True, False, True)
    assert "学校以后又提交过" in first
    assert cast.school.get(url("due-version", filing.due, 3)).status_code == 404
    assert Version.objects.count() == 2
