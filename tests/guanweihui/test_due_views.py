"""The pages of one due: each role sees its own, nothing typed is lost on a refusal, queries stay few."""

import datetime
import json

import pytest
from django.urls import reverse
from django.utils import timezone

from activities.models import Enrolment
from guanweihui import answers, filing_kinds
from guanweihui.models import Filing, Round, Version
from tests import factories
from tests.cast import count_queries
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
from tests.guanweihui.due_pages import fill, page, url

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("probe")]
S = Filing.Status
NASTY = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>&amp;"
#: Routes by the roles that open them; those after the bar are for POST only.
READ = {"due-detail", "due-print", "due-version"}
POST_ONLY = {"due-start", "due-save", "due-withdraw", "due-opinion", "due-endorse", "due-accept"}
FORMS = {"due-fill", "due-scan", "due-behalf", "due-return", "due-reopen"}
ROUTES = sorted(READ | POST_ONLY | FORMS)


# --- doors ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("route", ROUTES)
def test_a_stranger_s_due_does_not_exist(cast, route):
    due = make_sent(cast).due
    answer = cast.stranger.post(url(route, due)) if route in POST_ONLY else cast.stranger.get(url(route, due))
    assert answer.status_code == 404


@pytest.mark.parametrize("route", ROUTES)
def test_a_visitor_is_sent_to_sign_in(cast, route):
    answer = cast.anonymous.get(url(route, make_sent(cast).due))
    assert (answer.status_code, answer["Location"].startswith(reverse("login"))) == (302, True)


@pytest.mark.parametrize("route", sorted(READ))
def test_a_page_to_read_takes_no_post(cast, route):
    assert cast.district.post(url(route, make_sent(cast).due)).status_code == 405


@pytest.mark.parametrize("route", sorted(POST_ONLY))
def test_a_step_takes_no_get(cast, route):
    assert cast.district.get(url(route, make_sent(cast).due)).status_code == 405


@pytest.mark.parametrize(
    ("route", "who"),
    [
        ("due-fill", "group"),
        ("due-fill", "district"),
        ("due-fill", "leader"),
        ("due-behalf", "school"),
        ("due-behalf", "leader"),
        ("due-return", "school"),
        ("due-return", "auditor"),
        ("due-reopen", "group"),
        ("due-scan", "leader"),
        ("due-detail", "judge"),
        ("due-detail", "outreach"),
        ("due-detail", "volunteer"),
    ],
)
def test_a_page_of_another_role_does_not_exist(cast, route, who):
    assert getattr(cast, who).get(url(route, make_sent(cast).due)).status_code == 404


def test_a_due_with_pages_of_its_own_leads_there(cast):
    due = make_due(cast, round=make_open_round(kind=Round.Kind.REGISTRATION))
    answer = cast.school.get(url("due-detail", due))
    assert (answer.status_code, answer["Location"]) == (302, filing_kinds.url_of(due))
    assert cast.school.get(url("due-fill", due)).status_code == 404


@pytest.mark.parametrize("key", ["why", "0", "9" * 30])
def test_a_due_that_never_was_is_not_found(cast, key):
    assert cast.school.get(f"/dues/{key}/").status_code == 404


# --- reading ----------------------------------------------------------------------------------------------


def test_a_school_without_a_draft_is_told_what_waits_and_how_to_begin(cast):
    due = make_due(cast, round=make_open_round(grace_minutes=30, instructions="按班级统计。"))
    text = page(cast.school.get(url("due-detail", due)))
    for words in ("开始填报", "截止后宽限 30 分钟", "按班级统计。", "星期", "还剩 7 天", "表一 班级和学生"):
        assert words in text


@pytest.mark.parametrize("who", ["leader", "auditor", "group", "district"])
def test_readers_see_the_answers_and_no_school_s_buttons(cast, who):
    due = make_sent(cast).due
    text = page(getattr(cast, who).get(url("due-detail", due)))
    assert ("表一 班级和学生" in text, "继续填报" in text, "撤回" in text) == (True, False, False)


def test_office_and_group_find_their_decisions_on_a_due_not_met(cast):
    due, found = make_due(cast), {}
    for who in ("district", "group", "leader", "school"):
        text = page(getattr(cast, who).get(url("due-detail", due)))
        found[who] = [
            word
            for word in ("代报", "延期", "免报", "记催报")
            if f">{word}</a>" in text or f"</svg>{word}</a>" in text
        ]
    assert found == {
        "district": ["代报", "延期", "免报", "记催报"],
        "group": ["代报", "记催报"],
        "leader": [],
        "school": [],
    }


def test_a_telephone_is_masked_on_every_page_that_is_not_the_school_s_own_form(cast):
    due = make_sent(cast).due
    for who in ("school", "group", "district", "leader"):
        client = getattr(cast, who)
        for route in ("due-detail", "due-version"):
            text = page(client.get(url(route, due)))
            assert ("19900005678" in text, "199****5678" in text) == (False, True)
    assert "19900005678" not in page(cast.group.get(url("due-return", due)))
    assert "19900005678" in page(cast.school.get(url("due-fill", make_draft(cast).due)))


def test_a_telephone_that_cannot_be_read_is_masked_too(cast):
    due = make_draft(cast, GOOD | {"phone": "19900005678转3"}).due
    for who in ("school", "group", "district", "leader"):
        text = page(getattr(cast, who).get(url("due-detail", due)))
        assert ("19900005678" in text, "199****78转3" in text) == (False, True)


def test_a_closed_round_offers_a_school_no_step_that_it_refuses(cast):
    due, offered = make_due(cast), ("零报告", "Excel填报", "开始填报")
    shown = page(cast.school.get(url("due-detail", due)))
    Round.objects.update(state=Round.State.CLOSED)
    closed = page(cast.school.get(url("due-detail", due)))
    assert [[word in text for word in offered] for text in (shown, closed)] == [[True] * 3, [False] * 3]


def test_what_the_portal_knew_stands_beside_with_its_source(cast, knowing):  # noqa: F811
    due = make_draft(cast, GOOD).due
    text = page(cast.school.get(url("due-detail", due)))
    assert ("学籍数据" in text, 'href="/schools/"' in text) == (True, True)


def test_only_district_wide_readers_see_the_trail(cast):
    due = make_sent(cast).due
    shown = {
        who: "办理记录" in page(getattr(cast, who).get(url("due-detail", due)))
        for who in ("district", "leader", "auditor", "group", "school")
    }
    assert shown == {"district": True, "leader": True, "auditor": True, "group": False, "school": False}


@pytest.mark.parametrize(("who", "queries"), [("school", 9), ("leader", 10)])
def test_reading_costs_the_same_whatever_was_sent(cast, who, queries):
    due = make_sent(cast).due
    assert count_queries(getattr(cast, who), url("due-detail", due)) == queries


@pytest.mark.parametrize("rows", [1, 3])
def test_reviewing_costs_the_same_however_many_wait(cast, rows):
    round_ = make_open_round()
    due = make_sent(cast, due=make_due(cast, round=round_)).due
    for _ in range(rows - 1):
        school = factories.make_school(group=cast.home.group)
        make_sent_elsewhere(cast, make_due(cast, round=round_, school=school))
    assert count_queries(cast.group, url("due-detail", due)) == 12


def test_the_grid_costs_few_queries(cast):
    assert count_queries(cast.school, url("due-fill", make_draft(cast).due)) == 7


# --- filling in -------------------------------------------------------------------------------------------


def test_beginning_leads_to_the_grid(cast):
    due = make_due(cast)
    answer = cast.school.post(url("due-start", due))
    assert (answer.status_code, answer["Location"]) == (302, url("due-fill", due))
    assert Enrolment.objects.get().due == due


def test_the_grid_shows_last_year_known_values_and_the_tick(cast, knowing):  # noqa: F811
    due = make_draft(cast, {"students": "90"}).due
    text = page(cast.school.get(url("due-fill", due)))
    for words in (
        "上年 4",
        "学籍数据",
        "本表中平台带出的数据已核对",
        'inputmode="numeric"',
        'data-parts="classes classes_junior"',
    ):
        assert words in text


def test_a_draft_with_gaps_and_nonsense_is_kept_and_marked(cast):
    due = make_draft(cast, {}).due
    answer = fill(cast.school, due, {"classes": "三个", "students": "1e9"})
    assert (answer.status_code, answer["Location"]) == (302, url("due-fill", due))
    text = page(cast.school.get(url("due-fill", due)))
    assert ('value="三个"' in text, 'value="1e9"' in text, "请填整数" in text) == (True, True, True)
    assert "请填写" not in text


def test_a_submit_with_faults_names_all_and_keeps_the_text(cast):
    due = make_draft(cast, {}).due
    answer = fill(cast.school, due, {"students": "很多", "way": "网上", "story": "读书"}, submit=True)
    text = page(answer)
    assert answer.status_code == 422
    assert [(fault.key, fault.words) for fault in answer.context["faults"]] == [
        ("classes", "请填写“班级数”。"),
        ("students", "“学生数”填了“很多”，请填整数，例如 12。"),
        ("way", "“活动形式”填了“网上”，只能填集中、分班。"),
    ]
    for words in (
        'href="#id_classes"',
        'id="id_classes"',
        'value="很多"',
        "<option selected>网上</option>",
        "读书",
    ):
        assert words in text
    assert Enrolment.objects.get().typed == {"students": "很多", "way": "网上", "story": "读书"}


def test_a_submit_gives_a_receipt_and_a_print(cast):
    due = make_draft(cast, {}).due
    answer = cast.school.post(url("due-fill", due), {"_version": 1, **GOOD, "_submit": "1"}, follow=True)
    text = page(answer)
    assert (f"回执编号 {due.pk}-1" in text, url("due-print", due) in text) == (True, True)
    assert Enrolment.objects.get().status == S.SUBMITTED


def test_a_submit_repeated_is_the_one_submit(cast):
    """A second click, or a retry after a lost answer, gives the same receipt and sends nothing anew."""
    due = make_draft(cast, {}).due
    twice = [fill(cast.school, due, GOOD, submit=True) for _ in range(2)]
    assert [(one.status_code, one.url) for one in twice] == [(302, url("due-detail", due))] * 2
    assert Version.objects.count() == 1
    other = fill(cast.school, due, GOOD | {"classes": "9"}, submit=True)
    assert (other.status_code, "不能修改" in page(other), 'value="9"' in page(other)) == (422, True, True)


def test_a_submit_one_second_late_keeps_the_text_and_says_so(cast):
    due = make_draft(cast, {}).due
    Round.objects.update(deadline_at=timezone.now() - datetime.timedelta(seconds=1))
    answer = fill(cast.school, due, GOOD, submit=True)
    assert (answer.status_code, "报送已经截止，本次没有提交" in page(answer)) == (422, True)
    assert (Enrolment.objects.get().typed, Enrolment.objects.get().status) == (GOOD, S.DRAFT)
    assert 'value="李明"' in page(cast.school.get(url("due-fill", due)))


def test_known_values_are_to_be_looked_at_before_the_submit(cast, knowing):  # noqa: F811
    due = make_draft(cast, {}).due
    typed = GOOD | {"classes": "4"}
    answer = fill(cast.school, due, typed, submit=True)
    assert [fault.key for fault in answer.context["faults"]] == ["checked_counts"]
    assert 'id="id_checked_counts"' in page(answer)
    answer = fill(cast.school, due, typed | {"checked_counts": "1"}, version=2, submit=True)
    assert (answer.status_code, Enrolment.objects.get().status) == (302, S.SUBMITTED)


def test_a_reason_is_asked_for_under_the_item_and_kept(cast, knowing):  # noqa: F811
    due = make_draft(cast, {}).due
    typed = GOOD | {"classes": "4", "students": "95", "checked_counts": "1"}
    answer = fill(cast.school, due, typed, submit=True)
    assert (answer.status_code, 'name="why_known_students"' in page(answer)) == (422, True)
    typed |= {"why_known_students": "五人转入"}
    fill(cast.school, due, typed, version=2)
    assert 'value="五人转入"' in page(cast.school.get(url("due-fill", due)))
    assert fill(cast.school, due, typed, version=3, submit=True).status_code == 302


def test_fields_of_no_item_change_nothing(cast):
    """Mass assignment: what the form does not ask is not taken, whoever sends it."""
    due = make_draft(cast, {}).due
    more = {
        "status": "ACCEPTED",
        "due": "1",
        "basis": "x",
        "submitted_by": "1",
        "coaches": "9",
        "version": "7",
    }
    fill(cast.school, due, GOOD | more)
    row = Enrolment.objects.get()
    assert (row.typed, row.status, row.basis, row.coaches, row.version) == (GOOD, S.DRAFT, "", 0, 2)


@pytest.mark.parametrize("version", ["", "x", "-1", "1.0", "٣", "9" * 40])
def test_a_page_without_its_version_overwrites_nothing(cast, version):
    due = make_draft(cast, {"classes": "3"}).due
    answer = fill(cast.school, due, {"classes": "4"}, version=version)
    assert (answer.status_code, Enrolment.objects.get().typed) == (409, {"classes": "3"})


def test_nasty_text_is_text_on_every_page(cast):
    filing = make_draft(cast, GOOD | {"head": NASTY[:20], "story": NASTY})
    due = filing.due
    bad = fill(cast.school, due, {"classes": NASTY, "way": NASTY, "students": NASTY}, submit=True)
    pages = [page(bad), page(fill(cast.school, due, {"head": NASTY}, version=1))]
    make_sent_again = answers.save_draft(
        Enrolment.objects.get(),
        GOOD | {"head": NASTY[:20], "story": NASTY},
        version=2,
        by=cast.users.school,
        at=timezone.now(),
    )
    answers.submit(make_sent_again, version=3, by=cast.users.school, at=timezone.now())
    pages += [page(cast.group.get(url(route, due))) for route in ("due-detail", "due-return", "due-version")]
    for text in pages:
        assert ("<script>alert" in text, "<img src=x" in text, "&lt;script&gt;" in text) == (
            False,
            False,
            True,
        )


def test_what_is_on_its_way_is_only_shown(cast):
    due = make_sent(cast).due
    assert cast.school.get(url("due-fill", due))["Location"] == url("due-detail", due)
    answer = fill(cast.school, due, GOOD | {"head": "晚来的字"})
    assert (answer.status_code, "不能修改" in page(answer), "晚来的字" in page(answer)) == (422, True, True)


# --- two at once ------------------------------------------------------------------------------------------


@pytest.fixture
def clashing(cast):
    """A draft that a colleague saved after the page was opened with version 1."""
    colleague = factories.make_user(name="李老师")
    factories.make_post(user=colleague, role="SCHOOL", school=cast.home.school)
    filing = make_draft(cast, {"classes": "3", "head": "甲"})
    return answers.save_draft(
        filing, {"classes": "5", "head": "甲", "story": "他的话"}, version=1, by=colleague, at=timezone.now()
    )


def test_both_versions_stand_side_by_side_and_nothing_is_lost(cast, clashing):
    answer = fill(cast.school, clashing.due, {"classes": "7", "head": "甲"})
    rows = [(row.label, row.mine, row.theirs) for row in answer.context["both"]["rows"]]
    text = page(answer)
    assert answer.status_code == 409
    assert rows == [("班级数", "7", "5"), ("主要做法", "", "他的话")]
    assert ("李老师" in text, "您填写的" in text, 'value="7"' in text) == (True, True, True)
    assert 'name="_version" value="2"' in text
    assert Enrolment.objects.get().typed["classes"] == "5"


def test_each_item_is_chosen_by_itself(cast, clashing):
    picks = {"_pick_classes": "mine", "_pick_story": "theirs", "_pick_status": "theirs"}
    answer = fill(cast.school, clashing.due, {"classes": "7", "head": "甲", "story": ""}, version=2, **picks)
    assert answer.status_code == 302
    assert Enrolment.objects.get().typed == {"classes": "7", "head": "甲", "story": "他的话"}


# --- saving as one types ----------------------------------------------------------------------------------


def save(client, due, typed, version=1):
    return client.post(url("due-save", due), {"_version": version, **typed})


def test_autosave_answers_the_time_the_version_and_what_is_wrong(cast):
    due = make_draft(cast, {}).due
    said = json.loads(save(cast.school, due, {"classes": "3", "students": "2", "phone": "x"}).content)
    row = Enrolment.objects.get()
    assert said | {"faults": []} == {
        "saved": f"{timezone.localtime(row.saved_at):%H:%M:%S}",
        "version": 2,
        "done": 3,
        "whole": 9,
        "wrong": 2,
        "faults": [],
    }
    assert [(fault["key"], fault["why"]) for fault in said["faults"]] == [("students", ""), ("phone", "")]


def test_autosave_tells_a_soft_check_with_the_field_of_its_reason(cast, knowing):  # noqa: F811
    due = make_draft(cast, {}).due
    said = json.loads(save(cast.school, due, {"students": "95"}).content)
    assert [(fault["key"], fault["why"]) for fault in said["faults"]] == [("students", "why_known_students")]
    said = json.loads(save(cast.school, due, {"students": "95", "why_known_students": "转入"}, 2).content)
    assert (said["wrong"], len(said["faults"])) == (0, 1)


def test_autosave_of_an_old_tab_is_told_and_writes_nothing(cast, clashing):
    answer = save(cast.school, clashing.due, {"classes": "7"})
    assert (answer.status_code, "李老师" in json.loads(answer.content)["outdated"]) == (409, True)
    assert Enrolment.objects.get().typed["classes"] == "5"


def test_autosave_of_what_went_up_is_told(cast):
    due = make_sent(cast).due
    answer = save(cast.school, due, {"classes": "7"})
    assert (answer.status_code, "不能修改" in json.loads(answer.content)["refused"]) == (409, True)


def test_autosave_without_a_session_is_sent_to_sign_in_and_the_draft_is_as_it_was(cast):
    due = make_draft(cast, {"classes": "3"}).due
    answer = save(cast.anonymous, due, {"classes": "7"})
    assert (answer.status_code, Enrolment.objects.get().typed) == (302, {"classes": "3"})
