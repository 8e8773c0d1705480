"""The pages of the to-do list: 待办, 已办, 我发起的, and the card of the home page."""

import datetime

import pytest
from django.utils import timezone

from guanweihui import audit
from guanweihui.lists import Link, Mark
from guanweihui.models import Due
from guanweihui.views.todos import NOBODY
from tests.cast import count_queries
from tests.guanweihui.todo_rows import DAY, make_due, make_running

pytestmark = pytest.mark.django_db
PAGES = ("/todos/", "/todos/done/", "/todos/started/")
State = Due.State


def cells(client, path) -> list[tuple]:
    return [row.cells for row in client.get(path).context["shown"].rows]


@pytest.mark.parametrize("path", PAGES)
def test_the_pages_are_the_committee_s_and_are_only_read(cast, path):
    committee = ("district", "leader", "auditor", "group", "school")
    statuses = {
        name: getattr(cast, name).get(path).status_code
        for name in (*committee, "judge", "outreach", "volunteer", "anonymous")
    }
    others = dict.fromkeys(("judge", "outreach", "volunteer"), 404)
    assert statuses == {**dict.fromkeys(committee, 200), **others, "anonymous": 302}
    assert cast.school.post(path).status_code == 405


def test_a_to_do_stands_with_its_deadline_and_the_days_left(cast):
    closes_at = timezone.make_aware(datetime.datetime(2018, 11, 30, 17, 0))
    round_ = make_running(title="年度统计", opens_at=closes_at - DAY, deadline_at=closes_at)
    due = make_due(cast.home.school, round=round_)
    overdue = (timezone.now() - closes_at).days
    make_due(cast.far.school, title="他校的事")
    assert cells(cast.school, "/todos/") == [
        (
            Link("年度统计", f"/dues/{due.pk}/"),
            "区关工委办公室",
            Mark("未报"),
            "2018年11月30日（星期五）17:00",
            Mark(f"已逾期 {overdue} 天", "wrong"),
            "本校",
        )
    ]


def test_time_left_is_amber_from_three_days_red_from_one_and_plain_before(cast):
    for days in (9, 3, 1):
        make_due(cast.home.school, closes_in=days * DAY + datetime.timedelta(minutes=-1))
    left = [row[4] for row in cells(cast.school, "/todos/")]
    assert left == [Mark("剩 23 小时", "wrong"), Mark("剩 2 天", "warn"), "剩 8 天"]


def test_this_year_s_deadline_says_day_and_hour_only(cast):
    make_due(cast.home.school, closes_in=datetime.timedelta(0))
    assert "年" not in cells(cast.school, "/todos/")[0][3]


def test_the_district_reads_how_many_schools_are_overdue_and_opens_the_board(cast, renewed):
    round_ = make_running(title="报名", closes_in=-DAY)
    make_due(cast.home.school, round=round_)
    make_due(cast.far.school, round=round_)
    rows = {row[0].text: (row[0].url, row[5]) for row in cells(cast.district, "/todos/")}
    board = f"/rounds/{round_.pk}/"
    assert rows == {
        "报名：2 所学校逾期未报": (board, "2 所学校"),
        "报名：已过截止时间，等待定稿": (board, "本单位"),
    }


def test_what_i_set_going_says_who_has_it_now(cast):
    make_due(cast.home.school, State.SUBMITTED, title="报名")
    make_due(cast.home.school, State.ACCEPTED, title="统计")
    found = {row[0].text: (row[3], row[5]) for row in cells(cast.school, "/todos/started/")}
    assert found == {"报名": (Mark("已报"), "协作组"), "统计": (Mark("已通过"), NOBODY)}


def test_what_i_did_is_in_words_and_mine_alone(cast):
    now = timezone.now()
    audit.record("enrolment.submit", cast.home.school, by=cast.users.school, at=now, reason="补报")
    audit.record("school.change", cast.home.school, by=cast.users.district, at=now)
    assert [row[1:] for row in cells(cast.school, "/todos/done/")] == [("提交", "学校", "和平小学", "补报")]
    assert cells(cast.group, "/todos/done/") == []
    assert cast.school.get("/trail/").status_code == 404


def test_what_i_did_is_paged(cast):
    for _ in range(21):
        audit.record("person.edit", cast.home.school, by=cast.users.school, at=timezone.now())
    pages = [len(cells(cast.school, f"/todos/done/?page={page}")) for page in (1, 2)]
    assert pages == [20, 1]


def tabs(client, path) -> list[tuple]:
    return [
        (tab["label"], tab["url"], tab["count"], tab["current"])
        for tab in client.get(path).context["shown"].tabs
    ]


def test_the_tabs_count_and_the_one_of_the_page_is_current(cast):
    make_due(cast.home.school)
    make_due(cast.home.school)
    make_due(cast.home.school, State.SUBMITTED)
    audit.record("person.edit", cast.home.school, by=cast.users.school, at=timezone.now())
    for path in PAGES:
        assert tabs(cast.school, path) == [
            (label, url, count, url == path)
            for label, url, count in (("待办", PAGES[0], 2), ("已办", PAGES[1], 1), ("我发起的", PAGES[2], 1))
        ]


def test_the_number_of_to_dos_is_red_only_above_nothing(cast):
    red = '<span class="due">'
    for path in ("/", "/todos/"):
        assert red not in cast.school.get(path).content.decode()
    make_due(cast.home.school)
    for path in ("/", "/todos/"):
        assert f"待办{red}（1）</span>" in cast.school.get(path).content.decode()


def test_the_home_page_begins_with_the_most_urgent_to_dos_and_leads_to_all(cast):
    for days in range(9, 0, -1):
        make_due(cast.home.school, title=f"还有 {days} 天", closes_in=days * DAY)
    answer = cast.school.get("/")
    assert [line["title"] for line in answer.context["board"].todos] == [f"还有 {n} 天" for n in range(1, 7)]
    body = answer.content.decode()
    assert (
        0 < body.index("全部待办") < body.index("我发起的") < body.index("还有 1 天") < body.index("kpi-row")
    )
    assert [(tab["label"], tab["count"]) for tab in answer.context["tabs"]] == [
        ("待办", 9),
        ("已办", 0),
        ("我发起的", 0),
    ]


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("path", "queries"), [(PAGES[0], 4), (PAGES[1], 6), (PAGES[2], 4)])
@pytest.mark.parametrize("who", ["district", "group", "school"])
def test_a_page_costs_the_same_whatever_the_rows(cast, who, path, queries, rows):
    for _ in range(rows):
        for state in (State.WAITING, State.SUBMITTED, State.ENDORSED):
            make_due(cast.home.school, state, closes_in=-DAY)
        audit.record("person.edit", cast.home.school, by=getattr(cast.users, who), at=timezone.now())
    assert cells(getattr(cast, who), path)
    assert count_queries(getattr(cast, who), path) == queries
