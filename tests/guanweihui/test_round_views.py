"""The pages of rounds: who comes in, the list, planning, what a page costs."""

import datetime
import re

import pytest
from django.utils import timezone

from guanweihui import filing_kinds
from guanweihui.models import Chase, Due, Round
from members.models import Appointment
from tests.cast import count_queries
from tests.factories import make_appointment, make_campaign, make_group, make_school
from tests.guanweihui.round_rows import BEFORE, HOUR, make_due, make_open_round, moment, text_of, words

pytestmark = pytest.mark.django_db
POSITION = Appointment.Position


@pytest.fixture
def round_(cast):
    """A round that runs now, with a week left."""
    now = timezone.now()
    week = datetime.timedelta(days=7)
    return make_open_round(opens_at=now - week, deadline_at=now + week, grace_minutes=10)


@pytest.fixture
def due(cast, round_):
    return make_due(round_, cast.home.school)


# --- doors ------------------------------------------------------------------------------------------------

GETS = ("", "edit/", "copy/", "open/", "close/", "chase/", "phones/", "evening/", "export/", "tables/")
DUE_STEPS = ("extend", "waive", "restore", "nil", "chase")


def addresses(due) -> list[str]:
    rounds = [f"/rounds/{due.round_id}/{part}" for part in GETS]
    return [*rounds, *(f"/dues/{due.pk}/{step}/" for step in DUE_STEPS)]


def test_what_is_foreign_does_not_exist(cast, due):
    """A school that owes nothing in the round, and a group without a school in it, are strangers to it."""
    other = make_due(make_open_round(title="另一次"), cast.far.school)
    for who in ("stranger", "judge", "outreach", "volunteer"):
        assert {getattr(cast, who).get(url).status_code for url in addresses(due)} == {404}, who
        assert {getattr(cast, who).post(url).status_code for url in addresses(due)} <= {404, 405}, who
    assert {cast.group.get(url).status_code for url in addresses(other)} == {404}
    assert Due.objects.get(pk=due.pk).state == "WAITING"


def test_a_visitor_signs_in_first(cast, due):
    answers = {url: cast.anonymous.get(url) for url in ["/rounds/", "/rounds/new/", *addresses(due)]}
    assert {url: answer.url for url, answer in answers.items()} == {
        url: f"/accounts/login/?next={url}" for url in answers
    }


@pytest.mark.parametrize("part", ["", "chase/", "evening/", "export/", "tables/"])
def test_what_only_shows_is_not_posted(cast, due, part):
    assert cast.district.post(f"/rounds/{due.round_id}/{part}").status_code == 405


def test_no_form_takes_a_strange_method(cast, due):
    urls = [f"/rounds/{due.round_id}/{part}" for part in ("edit/", "copy/", "open/", "close/", "phones/")]
    urls += [f"/dues/{due.pk}/{step}/" for step in ("extend", "waive", "restore", "chase")]
    assert {cast.district.put(url).status_code for url in urls} == {405}


# --- the list ---------------------------------------------------------------------------------------------


def test_the_list_says_how_many_stand_how_for_each_reader(cast, round_):
    make_due(round_, cast.home.school, "ACCEPTED", met_at=round_.opens_at)
    make_due(round_, cast.far.school)
    make_due(round_, make_school(group=cast.far.group), "WAIVED")
    for who, counts in (("district", ["3", "1", "0", "1", "1"]), ("group", ["1", "1", "0", "0", "0"])):
        page = words(getattr(cast, who).get("/rounds/"))
        cells = re.findall(r'data-label="(?:应报|按时|逾期补报|未报|免报)"[^>]*>(?:<a[^>]*>)?(\d+)', page)
        assert cells == counts, who
    assert f'"/rounds/{round_.pk}/?standing=MISSING"' in words(cast.leader.get("/rounds/"))


def test_a_school_finds_what_it_owes_and_where_it_fills_it_in(cast, due):
    make_due(make_open_round(title="别校的任务"), cast.far.school)
    page = words(cast.school.get("/rounds/"))
    assert (due.round.title in page, "别校的任务" in page) == (True, False)
    assert f'href="{filing_kinds.url_of(due)}"' in page
    board = words(cast.school.get(f"/rounds/{due.round_id}/"))
    assert re.search(rf'<a class="btn btn-primary" href="{filing_kinds.url_of(due)}">.*本校填报', board)


def test_a_planned_round_is_the_district_s_alone(cast):
    make_open_round(state="PLANNED", title="筹备中的任务")
    shown = {who: "筹备中的任务" in words(getattr(cast, who).get("/rounds/")) for who in ("leader", "group")}
    assert shown == {"leader": True, "group": False}


def test_the_list_is_queried_by_kind_year_and_state(cast, round_):
    make_open_round(kind="annual_return", title="年度统计2019", year=2019, state="CLOSED")
    for query, found in (
        ("kind=registration", [True, False]),
        ("year=2019", [False, True]),
        ("state=CLOSED", [False, True]),
        ("year=2018&state=CLOSED", [False, False]),
    ):
        rows = words(cast.district.get(f"/rounds/?{query}", headers={"HX-Request": "true"}))
        assert [title in rows for title in (round_.title, "年度统计2019")] == found, query


def test_only_the_office_is_offered_a_new_round(cast):
    offered = {who: "新建任务" in words(getattr(cast, who).get("/rounds/")) for who in ("district", "leader")}
    assert offered == {"district": True, "leader": False}


# --- planning ---------------------------------------------------------------------------------------------


def plan(**given) -> dict[str, str]:
    return {
        "kind": "registration",
        "title": "2026年五老志愿者登记",
        "year": "2026",
        "opens_at": "2018-11-05T09:00",
        "deadline_at": "2018-11-12T17:00",
        "grace_minutes": "0",
        "group_endorses": "on",
        **given,
    }


def to_come(**given) -> dict[str, str]:
    return plan(opens_at="2099-11-05T09:00", deadline_at="2099-11-20T17:00", **given)


def test_a_round_to_come_is_opened_by_hand(cast):
    data = to_come(stages=["PRIMARY"], instructions="照原件填写", grace_minutes="10")
    url = cast.district.post("/rounds/new/", data).url
    round_ = Round.objects.get()
    assert (round_.state, round_.stages, round_.grace_minutes) == ("PLANNED", ["PRIMARY"], 10)
    page = text_of(cast.district.get(url))
    for said in ("照原件填写", "截止后宽限 10 分钟，以平台时间为准", "2 所（按今天在办的学校）", "小学"):
        assert said in page
    assert f'"{url}open/"' in words(cast.district.get(url))
    assert f'"{url}open/"' not in words(cast.leader.get(url))
    assert "应报学校 2 所（小学）" in text_of(cast.district.get(f"{url}open/"))
    assert cast.district.post(f"{url}open/").url == url
    assert (Round.objects.get().state, Due.objects.count()) == ("OPEN", 2)
    assert cast.district.post(f"{url}open/").status_code == 422


def test_a_round_whose_opening_has_come_is_open_at_once(cast):
    now = timezone.localtime()
    data = plan(
        opens_at=f"{now:%Y-%m-%dT%H:%M}",
        deadline_at=f"{now + datetime.timedelta(days=30):%Y-%m-%dT%H:%M}",
    )
    url = cast.district.post("/rounds/new/", data).url
    assert (Round.objects.get().state, Due.objects.count(), url) == (
        "OPEN",
        2,
        f"/rounds/{Round.objects.get().pk}/",
    )


def test_a_deadline_that_has_passed_is_said_and_what_was_typed_stays(cast):
    answer = cast.district.post("/rounds/new/", plan())
    assert (answer.status_code, "截止时间已经过了" in words(answer)) == (422, True)
    assert 'value="2026年五老志愿者登记"' in words(answer)
    # Nothing of the refused plan is left that would stand in the way of the mended one.
    assert Round.objects.count() == 0
    assert cast.district.post("/rounds/new/", plan(deadline_at="2099-11-20T17:00")).status_code == 302


@pytest.mark.parametrize("step", ["waive", "extend"])
def test_a_reason_with_unseen_characters_is_refused(cast, step):
    due = make_due(make_open_round(), cast.home.school)
    data = {"reason": "停办\u202e", "until": "2099-11-20T17:00"}
    answer = cast.district.post(f"/dues/{due.pk}/{step}/", data)
    assert (answer.status_code, "看不见的特殊字符" in words(answer), Due.objects.get().reason) == (
        422,
        True,
        "",
    )


def test_less_than_two_workdays_need_a_tick(cast):
    friday = {"opens_at": "2099-11-06T09:00", "deadline_at": "2099-11-09T17:00"}  # to Monday
    answer = cast.district.post("/rounds/new/", plan(**friday))
    assert (answer.status_code, "不足两个工作日" in words(answer), Round.objects.count()) == (422, True, 0)
    assert cast.district.post("/rounds/new/", plan(**friday, short_ok="on")).status_code == 302
    monday = {"title": "两个工作日", "opens_at": "2099-11-09T09:00", "deadline_at": "2099-11-11T09:00"}
    assert cast.district.post("/rounds/new/", plan(**monday)).status_code == 302


def test_a_round_opened_later_than_planned_asks_again_for_the_tick(cast):
    """Planned with two weeks, opened an hour before its end: schools would have this hour."""
    now = timezone.now()
    round_ = make_open_round(state="PLANNED", opens_at=now - 300 * HOUR, deadline_at=now + HOUR)
    answer = cast.district.post(f"/rounds/{round_.pk}/open/")
    assert (answer.status_code, "不足两个工作日" in words(answer), Due.objects.count()) == (422, True, 0)
    assert cast.district.post(f"/rounds/{round_.pk}/open/", {"short_ok": "on"}).status_code == 302


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"deadline_at": "2099-11-05T08:00"}, "截止时间要晚于开始时间"),
        ({"title": ""}, "请填写“名称”"),
        ({"kind": "enrolment"}, "选择一个有效的选项"),
        ({"stages": ["KINDERGARTEN"]}, "选择一个有效的选项"),
        ({"grace_minutes": "-1"}, "确保该值大于"),
        ({"grace_minutes": "1e9"}, "整数"),
        ({"title": "登记\u200b任务"}, "名称"),
        ({"year": "20260"}, "确保该值小于"),
    ],
)
def test_a_bad_plan_is_said_and_stores_nothing(cast, given, said):
    answer = cast.district.post("/rounds/new/", {**to_come(), **given})
    assert (answer.status_code, said in text_of(answer), Round.objects.count()) == (422, True, 0)


def test_a_second_title_of_the_year_is_said(cast):
    cast.district.post("/rounds/new/", to_come())
    again = cast.district.post("/rounds/new/", to_come())
    assert (again.status_code, "已有同名的报送任务" in words(again), Round.objects.count()) == (422, True, 1)


def test_an_enrolment_is_not_planned_here(cast):
    page = words(cast.district.get("/rounds/new/"))
    assert ('value="registration"' in page, 'value="enrolment"' in page) == (True, False)


def test_a_copy_shows_next_year_s_dates_for_review(cast):
    source = make_open_round(state="CLOSED", grace_minutes=10)
    page = words(cast.district.get(f"/rounds/{source.pk}/copy/"))
    for value in ("2019年五老志愿者登记", "2019", "2019-10-29T17:00", "2019-11-12T17:00", "10"):
        assert f'value="{value}"' in page
    assert Round.objects.count() == 1
    url = cast.district.post(f"/rounds/{source.pk}/copy/", to_come()).url
    copy = Round.objects.get(title="2026年五老志愿者登记")
    assert (url, copy.copied_from) == (f"/rounds/{copy.pk}/", source)


def test_an_enrolment_is_copied_with_its_campaign(cast):
    campaign = make_campaign(district=cast.home.district)
    bare = make_open_round(kind="enrolment")
    urls = [cast.district.get(f"/rounds/{one.pk}/copy/").url for one in (campaign.round, bare)]
    assert urls == [f"/campaigns/{campaign.pk}/copy/", "/campaigns/new/"]


def test_a_copy_into_a_year_without_holidays_says_so(cast):
    source = make_open_round(opens_at=moment(2097, 9, 2, 9), deadline_at=moment(2097, 9, 30, 17))
    page = words(cast.district.get(f"/rounds/{source.pk}/copy/"))
    assert "2098年的节假日安排尚未录入" in page


def test_a_planned_round_is_edited_whole(cast):
    cast.district.post("/rounds/new/", to_come())
    round_ = Round.objects.get()
    url = f"/rounds/{round_.pk}/"
    shown = words(cast.district.get(f"{url}edit/"))
    assert ('value="2099-11-05T09:00"' in shown, 'name="reason"' in shown) == (True, False)
    assert cast.district.post(f"{url}edit/", to_come(title="新名称", stages=["JUNIOR"])).url == url
    round_.refresh_from_db()
    assert (round_.title, round_.stages) == ("新名称", ["JUNIOR"])


def test_an_old_tab_is_told_what_stands_now_and_may_save_after_a_look(cast):
    round_ = make_open_round(state=Round.State.PLANNED)
    url = f"/rounds/{round_.pk}/"
    old = cast.district.get(f"{url}edit/").context["form"].initial["mark"]
    cast.district.post(f"{url}edit/", to_come(title="别人的名称", mark=old))
    answer = cast.district.post(f"{url}edit/", to_come(title="我的名称", stages=["JUNIOR"], mark=old))
    form = answer.context["form"]
    assert (answer.status_code, Round.objects.get().title) == (422, "别人的名称")
    assert "名称现在是“别人的名称”" in words(answer)
    assert (form["title"].value(), form["stages"].value()) == ("我的名称", ["JUNIOR"])
    assert cast.district.post(f"{url}edit/", to_come(title="我的名称", mark=form["mark"].value())).url == url
    assert Round.objects.get().title == "我的名称"


def test_a_running_round_is_edited_in_words_and_deadline(cast, round_):
    url = f"/rounds/{round_.pk}/"
    shown = words(cast.district.get(f"{url}edit/"))
    assert [f'name="{name}"' in shown for name in ("title", "reason", "kind", "opens_at", "stages")] == [
        True,
        True,
        False,
        False,
        False,
    ]
    deadline = timezone.localtime(round_.deadline_at)
    data = {"title": "新名称", "deadline_at": "2099-11-20T17:00", "grace_minutes": "0"}
    answer = cast.district.post(f"{url}edit/", data)
    assert (answer.status_code, "须写明理由" in words(answer)) == (422, True)
    assert cast.district.post(f"{url}edit/", {**data, "reason": "停电"}).url == url
    round_.refresh_from_db()
    assert (round_.title, round_.kind, round_.deadline_at > deadline) == ("新名称", "registration", True)


# --- what a page costs ------------------------------------------------------------------------------------

#: Who opens a page, and how many queries it costs him.
PAGES = {
    "/rounds/": ("district", 6),
    "/rounds/{}/": ("district", 10),
    "/rounds/{}/?standing=MISSING&per=100": ("group", 10),
    "/rounds/{}/chase/": ("district", 5),
    "/rounds/{}/phones/": ("district", 6),
    "/rounds/{}/evening/": ("district", 6),
    "/rounds/{}/export/": ("district", 6),
    "/rounds/{}/tables/": ("district", 5),
    "/rounds/{}/tables/round_progress/": ("district", 5),
    "/rounds/{}/close/": ("district", 6),
}


def fill(cast, round_, number):
    """Give the round so many more schools, each with its liaison and a call."""
    for _ in range(number):
        school = make_school(group=make_group())
        due = make_due(round_, school)
        make_appointment(school=school, position=POSITION.LIAISON)
        Chase.objects.create(due=due, made_by=cast.users.district, made_at=BEFORE)


def costs(cast, round_) -> dict[str, int]:
    return {
        page: count_queries(getattr(cast, who), page.format(round_.pk)) for page, (who, _) in PAGES.items()
    }


def test_a_page_costs_the_same_for_one_school_and_for_three(cast, round_, due):
    make_appointment(school=cast.home.school, position=POSITION.LIAISON)
    make_due(make_open_round(title="又一次", state="CLOSED"), cast.home.school)
    one = costs(cast, round_)
    make_open_round(title="第三次", state="CLOSED")
    fill(cast, round_, 2)
    assert (one, costs(cast, round_)) == (
        expected := {page: cost for page, (_, cost) in PAGES.items()},
        expected,
    )
    assert max(one.values()) <= 12
