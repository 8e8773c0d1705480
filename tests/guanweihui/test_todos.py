"""To-dos: what each offer shows and to whom, in which order and words, and all of it by one query."""

import datetime

import pytest
from django.db.models import F
from django.utils import timezone

from guanweihui import audit, filing_todos, todos
from guanweihui.models import Due, Round, School
from guanweihui.scope import Role, reach_of
from guanweihui.todos import Todo
from members.models import ServiceRecord, Transfer
from members.todos import merging, service
from tests import factories
from tests.factories import make_person, make_school
from tests.guanweihui.todo_rows import DAY, HOUR, make_due, make_running
from tests.members import cards_rows, service_rows, slips_rows
from tests.members.merging_rows import make_transfer

pytestmark = pytest.mark.django_db
State = Due.State
MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture
def now():
    return timezone.now()


def titles(found) -> list[str]:
    return sorted(todo.title for todo in found)


def one_of_each_state(school, prefix="", **fields) -> None:
    """Make a due of every state, each in a round of its own named after it."""
    for state in State:
        round_ = make_running(district=school.district, title=f"{prefix}{state.value}", **fields)
        make_due(school, state, round=round_)


# --- filings that wait --------------------------------------------------------------------------------------


def test_a_school_owes_what_is_unmet_in_open_rounds_and_what_came_back_from_any(cast, now):
    one_of_each_state(cast.home.school, prefix="开-")
    one_of_each_state(cast.home.school, prefix="关-", state=Round.State.CLOSED)
    make_due(cast.home.school, title="过期", closes_in=-3 * DAY)
    make_due(cast.far.school, title="他校")
    owed = ["关-RETURNED", "开-DRAFT", "开-RETURNED", "开-WAITING", "过期"]
    found = {who: titles(filing_todos.filings_to_send(getattr(cast.users, who), now)) for who in SEERS}
    assert found == dict.fromkeys(SEERS, []) | {"school": owed, "stranger": ["他校"]}


SEERS = ("district", "leader", "auditor", "group", "school", "stranger", "judge", "outreach", "volunteer")


def test_a_group_looks_at_what_is_sent_where_it_endorses(cast, now):
    one_of_each_state(cast.home.school)
    one_of_each_state(cast.home.school, prefix="直报-", group_endorses=False)
    one_of_each_state(cast.far.school, prefix="别组-")
    found = {who: titles(filing_todos.filings_to_endorse(getattr(cast.users, who), now)) for who in SEERS}
    assert found == dict.fromkeys(SEERS, []) | {"group": ["SUBMITTED"]}


def test_the_office_accepts_what_is_endorsed_or_sent_past_the_group(cast, now):
    one_of_each_state(cast.home.school)
    one_of_each_state(cast.far.school, prefix="直报-", group_endorses=False)
    elsewhere = factories.make_school(district=factories.make_district(full_name="别处区"))
    one_of_each_state(elsewhere, prefix="别区-")
    found = {who: titles(filing_todos.filings_to_accept(getattr(cast.users, who), now)) for who in SEERS}
    assert found == dict.fromkeys(SEERS, []) | {"district": ["ENDORSED", "直报-ENDORSED", "直报-SUBMITTED"]}


def test_a_filing_says_from_whom_its_state_and_who_has_it(cast, now):
    due = make_due(cast.home.school, State.DRAFT, title="年度统计", closes_in=2 * DAY)
    extended = make_due(
        cast.home.school, State.RETURNED, title="报名", deadline_at=now + 9 * DAY, grace_minutes=30
    )
    sent = make_due(cast.home.school, State.SUBMITTED, title="登记")
    assert filing_todos.filings_to_send(cast.users.school, now) == [
        Todo("年度统计", f"/dues/{due.pk}/", "填报中", due.closes_at(), "区关工委办公室", "本校"),
        Todo(
            "报名",
            f"/dues/{extended.pk}/",
            "已退回",
            now + 9 * DAY + 30 * MINUTE,
            "区关工委办公室",
            "本校",
        ),
    ]
    assert filing_todos.filings_to_endorse(cast.users.group, now) == [
        Todo("登记", f"/dues/{sent.pk}/", "待审核", sent.closes_at(), "和平小学", "本单位")
    ]


def test_overdue_schools_are_counted_a_round_within_reach(cast, now):
    round_ = make_running(title="报名", closes_in=-2 * DAY, grace_minutes=60)
    for school in (cast.home.school, cast.far.school, make_school(group=cast.home.group)):
        make_due(school, round=round_)
    make_due(make_school(group=cast.home.group), round=round_, deadline_at=now + HOUR)
    make_due(make_school(group=cast.home.group), State.SUBMITTED, round=round_)
    make_due(make_school(group=cast.home.group), State.WAIVED, round=round_)
    make_due(cast.home.school, title="宽限中", closes_in=-HOUR / 2, grace_minutes=60)
    make_due(cast.home.school, title="已定稿", closes_in=-2 * DAY, state=Round.State.CLOSED)
    found = {who: filing_todos.schools_to_chase(getattr(cast.users, who), now) for who in SEERS}
    url, closed_at = f"/rounds/{round_.pk}/", round_.closes_at

    def line(number):
        words = f"{number} 所学校"
        return [Todo(f"报名：{words}逾期未报", url, "已逾期", closed_at, waits_for=words)]

    assert found == dict.fromkeys(SEERS, []) | {"district": line(3), "group": line(2)}


def test_a_round_past_its_grace_waits_to_be_closed_by_the_office(cast, now):
    past = make_running(title="报名", closes_in=-2 * HOUR, grace_minutes=60)
    make_due(cast.home.school, State.ACCEPTED, round=past)
    make_running(title="宽限中", closes_in=-HOUR / 2, grace_minutes=60)
    make_running(title="报送中")
    make_running(title="已定稿", closes_in=-2 * DAY, state=Round.State.CLOSED)
    make_running(title="别区", closes_in=-DAY, district=factories.make_district(full_name="别处区"))
    found = {who: filing_todos.rounds_to_close(getattr(cast.users, who), now) for who in SEERS}
    line = Todo("报名：已过截止时间，等待定稿", f"/rounds/{past.pk}/", "待办")
    assert found == dict.fromkeys(SEERS, []) | {"district": [line]}


# --- set going ----------------------------------------------------------------------------------------------


def test_a_school_sees_where_what_it_sent_stands_and_who_has_it(cast, now):
    one_of_each_state(cast.home.school)
    one_of_each_state(cast.home.school, prefix="直报-", group_endorses=False)
    one_of_each_state(cast.home.school, prefix="关-", state=Round.State.CLOSED)
    one_of_each_state(cast.far.school, prefix="他校-")
    found = {
        todo.title: (todo.status, todo.waits_for)
        for todo in filing_todos.filings_sent(cast.users.school, now)
    }
    accepted, endorsed, nil = ("已通过", ""), ("协作组已审", "区关工委办公室"), ("零报告", "")
    assert found == {
        "ACCEPTED": accepted,
        "ENDORSED": endorsed,
        "NIL": nil,
        "RETURNED": ("已退回", "本校"),
        "SUBMITTED": ("已报", "协作组"),
        "直报-ACCEPTED": accepted,
        "直报-ENDORSED": endorsed,
        "直报-NIL": nil,
        "直报-RETURNED": ("已退回", "本校"),
        "直报-SUBMITTED": ("已报", "区关工委办公室"),
        "关-ENDORSED": endorsed,
        "关-RETURNED": ("已退回", "本校"),
        "关-SUBMITTED": ("已报", "协作组"),
    }
    assert [filing_todos.filings_sent(getattr(cast.users, who), now) for who in ("district", "group")] == [
        [],
        [],
    ]


def test_a_group_sees_what_it_endorsed_and_the_office_has_not_accepted(cast, now):
    one_of_each_state(cast.home.school)
    one_of_each_state(cast.far.school, prefix="别组-")
    due = Due.objects.get(round__title="ENDORSED")
    found = {who: filing_todos.filings_endorsed(getattr(cast.users, who), now) for who in SEERS}
    line = Todo(
        "ENDORSED",
        f"/dues/{due.pk}/",
        "协作组已审",
        due.closes_at(),
        "和平小学",
        "区关工委办公室",
        due.met_at,
    )
    assert found == dict.fromkeys(SEERS, []) | {"group": [line]}


def test_the_office_sees_its_open_rounds_with_their_counts(cast, now):
    running = make_running(title="报名")
    for state in (State.WAITING, State.RETURNED, State.SUBMITTED, State.NIL, State.WAIVED):
        make_due(make_school(group=cast.home.group), state, round=running)
    complete = make_running(title="统计")
    make_due(cast.home.school, State.ACCEPTED, round=complete)
    make_running(title="待开始", state=Round.State.PLANNED)
    make_running(title="已定稿", state=Round.State.CLOSED)
    found = filing_todos.rounds_running(cast.users.district, now)
    assert sorted((one.title, one.url, one.status, one.origin, one.waits_for) for one in found) == [
        ("报名", f"/rounds/{running.pk}/", "报送中", "已报 2 / 应报 4 所", "2 所学校"),
        ("统计", f"/rounds/{complete.pk}/", "报送中", "已报 1 / 应报 1 所", "区关工委办公室"),
    ]
    assert {who: filing_todos.rounds_running(getattr(cast.users, who), now) for who in SEERS[1:]} == (
        dict.fromkeys(SEERS[1:], [])
    )


def test_a_school_follows_the_people_it_asked_for(cast, now):
    person = make_person(school=cast.home.school, name="李峰")
    waiting = make_transfer(person=person, to_school=cast.far.school, asked_at=now - 40 * DAY)
    for name, status, days in (
        ("答应", "GRANTED", 5),
        ("不肯", "REFUSED", 5),
        ("很久", "GRANTED", 40),
        ("撤回", "WITHDRAWN", 5),
    ):
        person = make_person(school=cast.home.school, name=name)
        transfer = make_transfer(person=person, to_school=cast.far.school, asked_at=now - 60 * DAY)
        Transfer.objects.filter(pk=transfer.pk).update(status=status, decided_at=now - days * DAY)
    found = merging.transfers_asked(cast.users.stranger, now)
    assert sorted((one.title, one.status, one.waits_for, one.origin) for one in found) == [
        ("转校申请：不肯", "对方不同意", "", "和平小学 → 光明中学"),
        ("转校申请：李峰", "待对方确认", "和平小学", "和平小学 → 光明中学"),
        ("转校申请：答应", "已转入", "", "和平小学 → 光明中学"),
    ]
    assert {one.url for one in found if one.waits_for} == {f"/people/transfers/{waiting.pk}/"}
    for who in ("school", "district", "group"):
        assert merging.transfers_asked(getattr(cast.users, who), now) == []


def test_claims_that_another_organiser_is_to_confirm_are_followed_by_who_made_them(cast, now):
    person, by = make_person(school=cast.home.school), cast.users.school
    colleague = factories.make_post(role=Role.SCHOOL, school=cast.home.school).user
    service_rows.make_claim(person=person, school=None, claimed_by=by)
    service_rows.make_claim(person=person, school=cast.far.school, claimed_by=colleague)
    service_rows.make_claim(person=person, claimed_by=by)  # organised by the school itself: its own to-do
    service_rows.make_claim(person=person, school=None)  # claimed by the volunteer
    service_rows.make_record(person=person, school=None, claimed_by=by)  # confirmed already
    service_rows.make_claim(person=person, claimed_by=cast.users.district)
    service_rows.make_claim(person=person, school=None, claimed_by=cast.users.district)
    url = f"/service/records/?status={ServiceRecord.Status.CLAIMED}"

    def line(number):
        return [Todo(f"{number} 条服务记录等待确认", url, "待确认", waits_for="组织单位")]

    found = {who: service.claims_made(getattr(cast.users, who), now) for who in SEERS}
    assert found == dict.fromkeys(SEERS, []) | {"school": line(2), "district": line(1)}


# --- done ---------------------------------------------------------------------------------------------------


def test_done_is_ones_own_work_of_thirty_days_and_nobody_else_s(cast, now):
    school, by = cast.home.school, cast.users.school
    colleague = factories.make_post(role=Role.SCHOOL, school=school).user
    for action, actor, days in (
        ("enrolment.submit", by, 1),
        ("person.edit", by, 29),
        ("person.register", by, 31),
        ("user.sign_in", by, 0),
        ("enrolment.withdraw", colleague, 1),
        ("enrolment.return_back", cast.users.district, 1),
    ):
        audit.record(action, school, by=actor, at=now - days * DAY)
    assert [event.action for event in todos.done_by(by, now)] == ["person.edit", "enrolment.submit"]
    assert (todos.desk_of(by, now).done, todos.desk_of(cast.users.group, now).done) == (2, 0)


def test_the_holder_of_a_link_did_what_his_link_did(cast, now):
    audit.record("servicerecord.claim", by=cast.users.volunteer, at=now)
    assert [event.action for event in todos.done_by(cast.users.volunteer, now)] == ["servicerecord.claim"]
    assert not todos.done_by(cast.users.outreach, now)
    assert not todos.done_by(cast.anonymous.get("/livez").wsgi_request.user, now)


# --- the list -----------------------------------------------------------------------------------------------


def test_the_most_urgent_comes_first_and_what_has_no_deadline_last(cast, now):
    make_due(cast.home.school, title="后天", closes_in=2 * DAY)
    make_due(cast.home.school, title="过期", closes_in=-DAY)
    make_due(cast.home.school, title="甲", closes_in=DAY)
    make_due(cast.home.school, title="延期", closes_in=-DAY, deadline_at=now + 9 * DAY)
    service_rows.make_claim(person=make_person(school=cast.home.school))
    assert [todo.title for todo in todos.for_actor(cast.users.school, now)] == [
        "过期",
        "甲",
        "后天",
        "延期",
        "1 条服务记录等待确认",
    ]


def test_what_was_set_going_last_comes_first(cast, now):
    for days in (3, 1, 2):
        make_due(cast.home.school, State.SUBMITTED, title=f"{days} 天前")
        Due.objects.filter(round__title=f"{days} 天前").update(met_at=now - days * DAY)
    assert [one.title for one in todos.desk_of(cast.users.school, now).started] == [
        "1 天前",
        "2 天前",
        "3 天前",
    ]


@pytest.mark.parametrize(
    ("left", "note", "urgency"),
    [
        (-2 * DAY, "已逾期 2 天", "wrong"),
        (-3 * HOUR, "已逾期 3 小时", "wrong"),
        (-MINUTE, "已逾期 1 分钟", "wrong"),
        (59 * MINUTE, "剩 59 分钟", "wrong"),
        (3 * HOUR, "剩 3 小时", "wrong"),
        (DAY, "剩 1 天", "wrong"),
        (DAY + MINUTE, "剩 1 天", "warn"),
        (3 * DAY, "剩 3 天", "warn"),
        (3 * DAY + MINUTE, "剩 3 天", ""),
        (9 * DAY, "剩 9 天", ""),
    ],
)
def test_a_todo_says_how_long_is_left(now, left, note, urgency):
    todo = Todo("报送", "/", "未报", now + left)
    assert (todo.note(now), todo.urgency(now)) == (note, urgency)


def test_without_a_deadline_there_is_no_hurry(now):
    assert (Todo("报送", "/", "未报").note(now), Todo("报送", "/", "未报").urgency(now)) == ("", "")


def a_row_of_each(cast, number: int) -> None:
    """Make rows for every offer of the cast."""
    for _ in range(number):
        school = make_school(group=cast.home.group)
        person = make_person(school=cast.home.school)
        make_due(cast.home.school, State.RETURNED)
        make_due(cast.home.school, State.SUBMITTED)
        make_due(school, State.ENDORSED)
        make_due(cast.home.school, closes_in=-DAY)
        make_transfer(person=person, to_school=cast.far.school)
        make_transfer(to_school=cast.home.school)
        service_rows.make_claim(person=person)
        service_rows.make_claim(person=person, school=None, claimed_by=cast.users.school)
        slips_rows.make_correction(person)
        cards_rows.make_card(school=cast.home.school)
        audit.record("person.edit", person, by=cast.users.school, at=timezone.now())
        seat = {"position": 1, "to_on": datetime.date(2019, 1, 1)}
        factories.make_appointment(school=school, **seat)


@pytest.mark.parametrize("who", ["district", "group", "school", "leader"])
@pytest.mark.parametrize("rows", [1, 3])
def test_everything_of_an_actor_is_one_query(cast, now, who, rows, django_assert_num_queries):
    a_row_of_each(cast, rows)
    user = getattr(cast.users, who)
    reach_of(user)
    with django_assert_num_queries(1):
        desk = todos.desk_of(user, now)
    assert bool(desk.todos) is (who != "leader")
    assert todos.for_actor(user, now) == desk.todos


def test_every_offer_of_the_union_says_the_same_as_alone(cast, now):
    """Both engines give a union one type a column: a text, a moment or a number changed would show here."""
    a_row_of_each(cast, 2)
    for who in ("district", "group", "school"):
        user = getattr(cast.users, who)
        alone = [todo for offer in todos._OFFERS for todo in offer(user, now)]
        assert sorted(alone, key=repr) == sorted(todos.for_actor(user, now), key=repr)
        assert len(alone) > 2
        begun = [todo for offer in todos._STARTED for todo in offer(user, now)]
        assert sorted(begun, key=repr) == sorted(todos.desk_of(user, now).started, key=repr)


@pytest.mark.parametrize("who", SEERS)
def test_no_offer_asks_a_query_itself(cast, now, who, django_assert_num_queries):
    user = getattr(cast.users, who)
    reach_of(user)
    with django_assert_num_queries(0):
        asked = [list(offer.asked(user, now)) for offer in (*todos._OFFERS, *todos._STARTED)]
    assert len(asked) == len(todos._OFFERS) + len(todos._STARTED) > 10


@pytest.mark.parametrize("who", ["judge", "outreach", "volunteer", "leader", "auditor"])
def test_nothing_waits_for_those_who_only_look(cast, now, who):
    a_row_of_each(cast, 1)
    desk = todos.desk_of(getattr(cast.users, who), now)
    assert (desk.todos, desk.started, desk.done) == ([], [], 0)


# --- what an offer is made of -------------------------------------------------------------------------------


def offer(lines):
    return todos.Offer(
        lines, lambda found, now: [Todo(line.title, str(line.number), line.detail) for line in found]
    )


def test_a_count_is_one_line_and_none_at_zero(cast, now):
    def counted(name):
        rows = School.objects.visible_to(cast.users.district).filter(short_name=name)
        return offer(lambda actor, now: [todos.count_of(rows, title="所")])

    assert counted("和平小学")(None, now) == [Todo("所", "1", "")]
    assert counted("没有")(None, now) == []


def test_a_count_of_rows_that_a_join_doubled_counts_each_once(cast, now):
    make_due(cast.home.school)
    make_due(cast.home.school)
    rows = School.objects.visible_to(cast.users.district).filter(dues__isnull=False).distinct()
    assert offer(lambda actor, now: [todos.count_of(rows)])(None, now) == [Todo("", "1", "")]


def test_a_column_that_no_line_has_is_refused(cast):
    with pytest.raises(TypeError, match="no such column of a line: name"):
        todos.lines_of(School.objects.all(), name=F("short_name"))


def test_an_offer_without_a_line_asks_nothing(now, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert offer(lambda actor, now: [])(None, now) == []
