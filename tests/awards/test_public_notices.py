"""The public side of notices: what everybody reads without an account, and when it is gone."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from awards import public_notices
from awards.models import PublicNotice
from awards.workflow import notices as steps
from tests.awards import notice_rows
from tests.awards.notice_rows import FRIDAY, at, make_draft, make_list, pdf_of

LIST = "/notices/"


def words(response) -> str:
    return response.content.decode()


def page_of(notice) -> str:
    return reverse("public-notice", args=[notice.token])


@pytest.fixture
def office(cast):
    return cast.users.district


@pytest.fixture
def running(office):
    return notice_rows.bare_notice(award_list=make_list(), title="先进评选公示")


def headers_of(answer) -> tuple:
    return (
        answer.status_code,
        answer["X-Robots-Tag"],
        "no-store" in answer["Cache-Control"],
        dict(answer.cookies),
    )


def test_a_visitor_reads_name_unit_and_award_without_a_cookie(cast, running):
    answer = cast.anonymous.get(page_of(running))
    assert headers_of(answer) == (200, "noindex, nofollow", True, {})
    page = words(answer)
    for said in (
        "先进评选公示",
        "王秀英",
        "示例区和平小学",
        "退休先进个人（1名）",
        "受理电话：010-85950000　联系人：李老师、王老师",
    ):
        assert said in page
    assert '<meta name="robots" content="noindex, nofollow">' in page
    assert "csrf" not in page


def test_the_list_shows_running_notices_alone(cast, running):
    notice_rows.bare_notice("DRAFT", award_list=make_list(), title="不该出现的草稿")
    notice_rows.bare_notice(award_list=make_list(), title="不该出现的期满公示", days=-1)
    notice_rows.bare_notice("REPLACED", award_list=make_list(), title="不该出现的作废公示")
    notice_rows.make_closed(award_list=make_list(), title="不该出现的办结公示")
    answer = cast.anonymous.get(LIST)
    assert headers_of(answer) == (200, "noindex, nofollow", True, {})
    assert (page_of(running) in words(answer), "不该出现" in words(answer)) == (True, False)
    PublicNotice.objects.posted().update(status="CLOSED", closed_at=timezone.now())
    assert "现在没有正在进行的公示。" in words(cast.anonymous.get(LIST))


@pytest.mark.parametrize(
    ("status", "fields", "answer"),
    [
        ("DRAFT", {}, 404),
        ("POSTED", {"posted_at": timezone.now() + datetime.timedelta(days=2)}, 404),
        ("POSTED", {"days": -1}, 410),
        ("CLOSED", {"days": -1}, 410),
        ("REPLACED", {}, 410),
        ("REPLACED", {"posted_at": None}, 404),
    ],
)
def test_what_does_not_run_is_not_there_or_gone_for_everybody(cast, office, status, fields, answer):
    """The office reads it inside; in public there is no second truth for whoever is signed in."""
    notice = notice_rows.bare_notice(status, award_list=make_list(), **fields)
    for client in (cast.anonymous, cast.district):
        response = client.get(page_of(notice))
        assert response.status_code == answer
        assert "王秀英" not in words(response)
        assert (response.status_code == 410) == ("公示已结束" in words(response))
    if answer == 410:
        assert headers_of(cast.anonymous.get(page_of(notice))) == (410, "noindex, nofollow", True, {})
    assert cast.leader.get(reverse("notice-detail", args=[notice.pk])).status_code == 200


def test_a_notice_goes_down_by_itself_at_five_of_its_last_day(office):
    notice = notice_rows.make_posted(by=office)
    assert public_notices.find(notice.token, at(9, 16, 10, 59)) == notice
    assert public_notices.running(at(9, 16, 10, 59)) == [notice]
    with pytest.raises(public_notices.Gone):
        public_notices.find(notice.token, at(9, 17, 10, 0))
    assert public_notices.running(at(9, 17, 10, 0)) == []


def test_public_files_come_and_go_with_the_notice(cast, office):
    draft = make_draft(by=office)
    file = {"name": "名单.pdf", "content": pdf_of("list of names"), "content_type": "application/pdf"}
    public = steps.add_file(draft, file, is_public=True, by=office, at=FRIDAY)
    stamped = notice_rows.make_stamped(draft, by=office)
    now = timezone.now()
    run = {"posted_at": now, "last_on": now.date(), "ends_at": now + datetime.timedelta(days=1)}

    def answers():
        urls = [reverse("public-notice-file", args=[draft.token, one.pk]) for one in (public, stamped)]
        return [cast.anonymous.get(url).status_code for url in urls]

    assert answers() == [404, 404]
    PublicNotice.objects.update(status="POSTED", **run)
    assert answers() == [200, 404]
    answer = cast.anonymous.get(reverse("public-notice-file", args=[draft.token, public.pk]))
    assert headers_of(answer) == (200, "noindex, nofollow", True, {})
    assert answer.content == file["content"]
    assert "attachment" in answer["Content-Disposition"]
    assert "名单.pdf" in words(cast.anonymous.get(page_of(draft)))
    assert "盖章公示件" not in words(cast.anonymous.get(page_of(draft)))
    PublicNotice.objects.update(status="CLOSED", closed_at=now)
    assert answers() == [410, 410]


def test_a_file_of_another_notice_is_not_handed_out(cast, office, running):
    other = make_draft(by=office)
    file = {"name": "名单.pdf", "content": pdf_of("list of names"), "content_type": "application/pdf"}
    foreign = steps.add_file(other, file, is_public=True, by=office, at=FRIDAY)
    assert (
        cast.anonymous.get(reverse("public-notice-file", args=[running.token, foreign.pk])).status_code == 404
    )


def test_nothing_but_reading(cast, running):
    assert [cast.anonymous.post(url).status_code for url in (LIST, page_of(running))] == [405, 405]


def test_public_pages_cost_few_queries_whatever_they_hold(cast, running):
    def cost(url):
        cast.anonymous.get(url)
        with CaptureQueriesContext(connection) as caught:
            cast.anonymous.get(url)
        return len(caught)

    first = [cost(url) for url in (LIST, page_of(running))]
    for _ in range(2):
        notice_rows.bare_notice(award_list=make_list())
    running.content = [["先进集体", [[f"示例区第{n}小学", ""] for n in range(50)]]]
    running.save()
    assert [cost(url) for url in (LIST, page_of(running))] == first == [2, 3]


def test_the_sign_in_page_s_lines_are_the_three_newest_by_one_query(office, django_assert_num_queries):
    now = timezone.now()
    for n in range(4):
        first_on = timezone.localdate() - datetime.timedelta(days=10 - n)
        notice_rows.bare_notice(award_list=make_list(), title=f"第{n}个公示", first_on=first_on)
    with django_assert_num_queries(1):
        lines = public_notices.latest(now)
    assert [line["title"] for line in lines] == ["第3个公示", "第2个公示", "第1个公示"]
    assert all(line["url"].startswith("/notices/") and "公示至" in line["note"] for line in lines)
