"""The home page: each role's own figures, each linked to its rows, in a fixed number of queries."""

import datetime

import pytest
from django.utils import timezone

from guanweihui import dashboard, todos
from guanweihui.models import Due, Round
from guanweihui.models.org import Segment
from tests import factories

pytestmark = pytest.mark.django_db


def tiles(client) -> dict[str, int]:
    board = client.get("/").context["board"]
    return {
        tile.figure.name: tile.value
        for part in (board.head, board.campaign, board.honours, board.outreach)
        for tile in part
    }


def test_each_role_reads_the_figures_of_its_own_reach(cast):
    for school in (cast.home.school, cast.far.school):
        factories.make_person(school=school)
        factories.make_enrolment(school=school, lines=((Segment.JUNIOR, 2, 60),))
    seen = {
        name: {key: tiles(getattr(cast, name))[key] for key in ("retired", "campaign.classes.secondary")}
        for name in ("district", "leader", "auditor", "group", "school", "stranger")
    }
    whole, part = ({"retired": number, "campaign.classes.secondary": 2 * number} for number in (2, 1))
    assert seen == {
        "district": whole,
        "leader": whole,
        "auditor": whole,
        "group": part,
        "school": part,
        "stranger": part,
    }


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("who", "queries"), [("district", 12), ("leader", 12), ("auditor", 12), ("group", 10), ("school", 9)]
)
def test_the_dashboard_takes_the_same_queries_whatever_the_rows(
    cast, who, queries, rows, django_assert_num_queries
):
    for _ in range(rows):
        school = factories.make_school(group=factories.make_group())
        factories.make_person(school=school)
        factories.make_enrolment(school=school)
        factories.make_honour(unit=school)
        factories.make_pairing()
        open_due(cast.home.school, closes_in=datetime.timedelta(days=1))
        open_due(school, closes_in=datetime.timedelta(days=-1))
    client = getattr(cast, who)
    client.get("/")
    with django_assert_num_queries(queries):
        client.get("/")


def test_the_year_shown_is_the_latest_with_data_unless_asked(cast):
    factories.make_enrolment(school=cast.home.school)
    assert cast.district.get("/").context["board"].period.label == "2018—2019学年"
    assert cast.district.get("/?year=2016").context["board"].period.label == "2016—2017学年"
    assert cast.district.get("/?year=NaN").context["board"].period.label == "2018—2019学年"


def test_a_district_that_counts_by_calendar_year_says_so(cast):
    cast.home.district.year_starts_in = 1
    cast.home.district.save()
    assert cast.district.get("/?year=2018").context["board"].period.span == "2018年1月1日至2018年12月31日"


def test_a_judge_reads_a_page_of_his_own(cast):
    answer = cast.judge.get("/")
    assert "目前没有分配给您的评审任务" in answer.content.decode()


def open_due(school, *, closes_in: datetime.timedelta, **fields) -> Due:
    round_ = factories.make_round(
        state=Round.State.OPEN,
        opens_at=timezone.now() - datetime.timedelta(days=9),
        deadline_at=timezone.now() + closes_in,
        **fields,
    )
    return Due.objects.create(round=round_, school=school)


def test_what_is_due_stands_on_the_home_of_whom_it_waits_for(cast, renewed):
    due = open_due(cast.home.school, closes_in=datetime.timedelta(hours=5), title="年度统计")
    open_due(cast.far.school, closes_in=datetime.timedelta(days=2), title="他校的事")
    lines = cast.school.get("/").context["board"].todos
    assert [(line["title"], line["status"], line["note"], line["urgency"]) for line in lines] == [
        ("年度统计", "未报", "剩 4 小时", "wrong")
    ]
    assert (cast.group.get("/").context["board"].todos, cast.district.get("/").context["board"].todos) == (
        [],
        [],
    )
    due.state = Due.State.SUBMITTED
    due.save()
    assert [line["status"] for line in cast.group.get("/").context["board"].todos] == ["待审核"]
    assert cast.district.get("/").context["board"].todos == []


def test_without_a_group_s_look_a_filing_waits_for_the_district(cast, renewed):
    due = open_due(cast.home.school, closes_in=datetime.timedelta(days=5), group_endorses=False)
    due.state = Due.State.SUBMITTED
    due.save()
    assert [todo.origin for todo in todos.for_actor(cast.users.district, timezone.now())] == [
        cast.home.school.short_name
    ]


def test_last_day_with_data_is_none_in_an_empty_district(cast):
    assert dashboard.last_day_with_data(cast.users.district) is None
