"""Steps of rounds and dues: who, when, from which state; what each leaves behind."""

import datetime
import inspect

import pytest

from guanweihui import rounds
from guanweihui.models import AuditEvent, Chase, Due, Round, Workday
from guanweihui.models.org import Stage
from guanweihui.workflow import Refused
from tests.factories import make_school
from tests.guanweihui.round_rows import (
    AFTER,
    BEFORE,
    DEADLINE,
    HOUR,
    SECOND,
    make_due,
    make_open_round,
    moment,
    planned,
)

pytestmark = pytest.mark.django_db
OUTSIDE = "不在您的职责范围内"
EVERYBODY = {"district", "leader", "auditor", "group", "school", "stranger", "judge", "outreach", "volunteer"}
STATES = list(Due.State)
UNMET = set(Due.UNMET)


def trail() -> list[tuple[str, str]]:
    return [(line.action, line.actor_label) for line in AuditEvent.objects.order_by("pk")]


def last_line() -> AuditEvent:
    return AuditEvent.objects.latest("pk")


# --- every step that a row is taken through ---------------------------------------------------------------

CALLS = {
    "edit_round": lambda row, by, at: rounds.edit_round(row, {"title": "改名"}, by=by, at=at),
    "open_round": lambda row, by, at: rounds.open_round(row, by=by, at=at),
    "close_round": lambda row, by, at: rounds.close_round(row, by=by, at=at),
    "take_phones": lambda row, by, at: rounds.take_phones(
        row, ["和平小学"], purpose="电话催报", by=by, at=at
    ),
    "waive": lambda row, by, at: rounds.waive(row, by=by, at=at, reason="停办"),
    "report_nil": lambda row, by, at: rounds.report_nil(row, by=by, at=at, reason="没有退休教师"),
    "restore": lambda row, by, at: rounds.restore(row, by=by, at=at, reason="仍在办"),
    "extend": lambda row, by, at: rounds.extend(row, until=DEADLINE + 24 * HOUR, by=by, at=at, reason="停电"),
    "chase": lambda row, by, at: rounds.chase(row, {"means": "PHONE", "words": "四点前报"}, by=by, at=at),
}
#: For each step: who takes it, when, and from which state of the row in these tests.
ROUNDS = {
    "edit_round": ({"district"}, BEFORE, "OPEN"),
    "open_round": ({"district"}, BEFORE, "PLANNED"),
    "close_round": ({"district"}, AFTER, "OPEN"),
    "take_phones": ({"district", "group"}, BEFORE, "OPEN"),
}
DUES = {
    "waive": ({"district"}, UNMET, "WAIVED"),
    "report_nil": ({"school"}, UNMET, "NIL"),
    "restore": ({"district"}, {"WAIVED", "NIL"}, "WAITING"),
    "extend": ({"district"}, set(STATES), None),
    "chase": ({"district", "group"}, UNMET, None),
}


def row_of(cast, name, state=None):
    if name in ROUNDS:
        round_ = make_open_round(state=ROUNDS[name][2])
        if round_.state == "OPEN":
            make_due(round_, cast.home.school)
        return round_
    return make_due(make_open_round(), cast.home.school, state or min(DUES[name][1]))


@pytest.mark.parametrize("name", CALLS)
def test_a_step_belongs_to_its_roles_alone_and_a_refusal_leaves_nothing(cast, name):
    players, at = (ROUNDS | DUES)[name][0], ROUNDS[name][1] if name in ROUNDS else BEFORE
    row = row_of(cast, name)
    before = type(row).objects.filter(pk=row.pk).values().get()
    for player in sorted(EVERYBODY - players):
        with pytest.raises(Refused, match=OUTSIDE):
            CALLS[name](row, getattr(cast.users, player), at)
    assert (type(row).objects.filter(pk=row.pk).values().get(), trail()) == (before, [])


@pytest.mark.parametrize(
    ("name", "player"), [(name, player) for name in CALLS for player in sorted((ROUNDS | DUES)[name][0])]
)
def test_a_step_taken_leaves_exactly_one_line(cast, name, player):
    at = ROUNDS[name][1] if name in ROUNDS else BEFORE
    row = row_of(cast, name)
    CALLS[name](row, getattr(cast.users, player), at)
    word = {
        "edit_round": "round.edit",
        "open_round": "round.open",
        "close_round": "round.close",
        "take_phones": "round.phones",
    }.get(name, f"due.{name}")
    assert (trail(), last_line().at) == ([(word, f"{player}先生")], at)


@pytest.mark.parametrize(("name", "state"), [(name, state) for name in DUES for state in STATES])
def test_a_due_goes_on_from_its_states_only(cast, name, state):
    players, states, after = DUES[name]
    due, by = row_of(cast, name, state), getattr(cast.users, min(players))
    if state in states:
        CALLS[name](due, by, BEFORE)
        assert (Due.objects.get().state, len(trail())) == (after or state, 1)
    else:
        with pytest.raises(Refused, match="该校"):
            CALLS[name](due, by, BEFORE)
        assert (Due.objects.get().state, trail()) == (state, [])


@pytest.mark.parametrize("name", CALLS)
def test_the_clock_and_the_actor_are_arguments(name):
    """A step that looks at the clock or the session itself cannot be tested nor replayed."""
    kinds = {one: p.kind for one, p in inspect.signature(getattr(rounds, name)).parameters.items()}
    assert [kinds[one] for one in ("by", "at")] == [inspect.Parameter.KEYWORD_ONLY] * 2


@pytest.mark.parametrize("name", ["waive", "report_nil", "restore", "extend"])
def test_a_decision_needs_its_reason(cast, name):
    due, by = row_of(cast, name), getattr(cast.users, min(DUES[name][0]))
    more = {"until": DEADLINE + HOUR} if name == "extend" else {}
    with pytest.raises(Refused, match="理由"):
        getattr(rounds, name)(due, by=by, at=BEFORE, reason=" ", **more)
    assert trail() == []


# --- planning and editing ---------------------------------------------------------------------------------


@pytest.mark.parametrize("player", sorted(EVERYBODY - {"district"}))
def test_nobody_else_plans_a_round(cast, player):
    with pytest.raises(Refused, match=OUTSIDE):
        rounds.plan_round(planned(), by=getattr(cast.users, player), at=BEFORE)
    assert (Round.objects.count(), trail()) == (0, [])


def test_the_office_plans_a_round_of_its_district(cast):
    round_ = rounds.plan_round(planned(), by=cast.users.district, at=BEFORE)
    assert (round_.district, round_.state, trail()) == (
        cast.home.district,
        "PLANNED",
        [("round.plan", "district先生")],
    )
    with pytest.raises(Refused, match="已有同名的报送任务"):
        rounds.plan_round(planned(), by=cast.users.district, at=BEFORE)


def test_a_planned_round_changes_whole_and_says_what(cast):
    round_ = rounds.plan_round(planned(), by=cast.users.district, at=BEFORE)
    values = planned(kind="annual_return", stages=["JUNIOR"], group_endorses=False)
    rounds.edit_round(round_, values, by=cast.users.district, at=BEFORE)
    round_.refresh_from_db()
    assert (round_.kind, round_.stages, round_.group_endorses) == ("annual_return", ["JUNIOR"], False)
    assert last_line().changes == {
        "kind": ["registration", "annual_return"],
        "stages": [[], ["初中"]],
        "group_endorses": [True, False],
    }


def test_a_running_round_changes_words_and_deadline_only(cast):
    round_ = make_open_round()
    values = planned(title="新名称", deadline_at=AFTER, kind="annual_return", stages=["JUNIOR"])
    with pytest.raises(Refused, match="写明理由"):
        rounds.edit_round(round_, values, by=cast.users.district, at=BEFORE)
    rounds.edit_round(round_, values, by=cast.users.district, at=BEFORE, reason="停电")
    round_.refresh_from_db()
    assert (round_.title, round_.deadline_at) == ("新名称", AFTER)
    assert (round_.kind, round_.stages, last_line().reason) == ("registration", [], "停电")
    past = planned(deadline_at=AFTER - 2 * HOUR)
    with pytest.raises(Refused, match="已经过了"):
        rounds.edit_round(round_, past, by=cast.users.district, at=AFTER, reason="提前")


def test_a_grace_is_changed_with_a_reason_and_makes_nobody_late_afterwards(cast):
    round_, by = make_open_round(grace_minutes=30), cast.users.district
    with pytest.raises(Refused, match="写明理由"):
        rounds.edit_round(round_, {"grace_minutes": 20}, by=by, at=BEFORE)
    rounds.edit_round(round_, {"grace_minutes": 20}, by=by, at=BEFORE, reason="统一口径")
    with pytest.raises(Refused, match="宽限不能缩短"):
        rounds.edit_round(round_, {"grace_minutes": 10}, by=by, at=DEADLINE + SECOND, reason="提前")
    rounds.edit_round(round_, {"grace_minutes": 60}, by=by, at=DEADLINE + SECOND, reason="停电")
    assert (Round.objects.get().grace_minutes, len(trail())) == (60, 2)


def test_a_closed_round_changes_no_more(cast):
    round_ = make_open_round(state="CLOSED")
    with pytest.raises(Refused, match="已经定稿"):
        rounds.edit_round(round_, planned(), by=cast.users.district, at=AFTER)


def test_a_later_deadline_takes_no_school_s_own_time_away(cast):
    """A school sent back two days ago has a deadline of its own; the round's later one is for it too."""
    round_ = make_open_round()
    early = make_due(round_, cast.home.school, deadline_at=DEADLINE + HOUR)
    late = make_due(round_, cast.far.school, deadline_at=DEADLINE + 90 * HOUR)
    values = {"deadline_at": DEADLINE + 48 * HOUR}
    rounds.edit_round(round_, values, by=cast.users.district, at=BEFORE, reason="顺延")
    found = [Due.objects.select_related("round").get(pk=due.pk).closes_at() for due in (early, late)]
    assert found == [DEADLINE + 48 * HOUR, DEADLINE + 90 * HOUR]


# --- opening ----------------------------------------------------------------------------------------------


def test_opening_makes_a_due_for_every_school_of_the_stages_that_exists_that_day(cast):
    group, day = cast.home.group, datetime.date(2018, 11, 12)
    junior = make_school(group=group, stage=Stage.JUNIOR)
    make_school(group=group, stage=Stage.JUNIOR, closed_on=day)
    make_school(group=group, stage=Stage.JUNIOR, opened_on=day + datetime.timedelta(days=1))
    new = make_school(group=group, stage=Stage.JUNIOR, opened_on=day)
    make_school(group=group, stage=Stage.SENIOR)
    round_ = make_open_round(state="PLANNED", stages=["JUNIOR"])
    rounds.open_round(round_, by=cast.users.district, at=BEFORE)
    assert {due.school for due in Due.objects.all()} == {junior, new}
    assert (Round.objects.get().state, last_line().changes) == ("OPEN", {"dues": [0, 2]})


def test_the_day_of_opening_is_that_of_the_district_s_clock(cast):
    """Half past midnight here is still the day before at Greenwich."""
    gone = make_school(group=cast.home.group, stage=Stage.JUNIOR, closed_on=datetime.date(2018, 11, 12))
    new = make_school(group=cast.home.group, stage=Stage.JUNIOR, opened_on=datetime.date(2018, 11, 12))
    round_ = make_open_round(state="PLANNED", stages=["JUNIOR"])
    rounds.open_round(round_, by=cast.users.district, at=moment(2018, 11, 12, 0, 30))
    assert (new in {due.school for due in Due.objects.all()}, Due.objects.filter(school=gone).exists()) == (
        True,
        False,
    )


@pytest.mark.parametrize("state", ["OPEN", "CLOSED"])
def test_only_a_planned_round_opens(cast, state):
    with pytest.raises(Refused, match="待开始"):
        rounds.open_round(make_open_round(state=state), by=cast.users.district, at=BEFORE)
    assert (Due.objects.count(), trail()) == (0, [])


def test_a_round_opens_up_to_its_last_second(cast):
    late = make_open_round(state="PLANNED", grace_minutes=10)
    with pytest.raises(Refused, match="已经过了"):
        rounds.open_round(late, by=cast.users.district, at=late.closes_at)
    rounds.open_round(late, by=cast.users.district, at=late.closes_at - SECOND)
    assert Due.objects.count() == 2


def test_a_round_that_no_school_owes_does_not_open(cast):
    round_ = make_open_round(state="PLANNED", stages=["FULL_SECONDARY"])
    with pytest.raises(Refused, match="没有一所学校"):
        rounds.open_round(round_, by=cast.users.district, at=BEFORE)
    assert (Round.objects.get().state, trail()) == ("PLANNED", [])


# --- closing ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["PLANNED", "CLOSED"])
def test_only_an_open_round_closes(cast, state):
    with pytest.raises(Refused, match="不能定稿"):
        rounds.close_round(make_open_round(state=state), by=cast.users.district, at=AFTER)
    assert trail() == []


def test_a_round_closes_after_its_grace_and_not_at_its_end(cast):
    round_ = make_open_round(grace_minutes=10)
    with pytest.raises(Refused, match="还没有到截止时间"):
        rounds.close_round(round_, by=cast.users.district, at=round_.closes_at)
    at = round_.closes_at + SECOND
    closed = rounds.close_round(round_, by=cast.users.district, at=at)
    assert (closed.state, closed.closed_at) == ("CLOSED", at)


@pytest.mark.parametrize("state", ["SUBMITTED", "ENDORSED"])
def test_a_round_waits_for_the_reviewers(cast, state):
    round_ = make_open_round()
    make_due(round_, cast.home.school, state, met_at=BEFORE)
    with pytest.raises(Refused, match="还有 1 所学校的材料没有审核"):
        rounds.close_round(round_, by=cast.users.district, at=AFTER)


def test_a_round_waits_for_a_school_whose_extension_runs(cast):
    round_ = make_open_round(grace_minutes=10)
    due = make_due(round_, cast.home.school, deadline_at=AFTER)
    at = AFTER + datetime.timedelta(minutes=10)
    with pytest.raises(Refused, match="还有 1 所学校的延期没有到"):
        rounds.close_round(round_, by=cast.users.district, at=at)
    with pytest.raises(Refused, match="延期没有到"):
        rounds.close_round(round_, by=cast.users.district, at=AFTER)
    rounds.close_round(round_, by=cast.users.district, at=at + SECOND)
    due.refresh_from_db()
    assert due.state == "WAITING"  # what is overdue stays overdue


# --- one school's due -------------------------------------------------------------------------------------


def test_a_nil_report_counts_as_sent_and_comes_in_time_only(cast):
    round_ = make_open_round(grace_minutes=10)
    due = make_due(round_, cast.home.school)
    with pytest.raises(Refused, match="已经截止"):
        rounds.report_nil(due, by=cast.users.school, at=round_.closes_at + SECOND, reason="没有退休教师")
    rounds.report_nil(due, by=cast.users.school, at=round_.closes_at, reason="没有退休教师")
    due.refresh_from_db()
    assert (due.state, due.reason, due.met_at) == ("NIL", "没有退休教师", round_.closes_at)


@pytest.mark.parametrize("state", ["PLANNED", "CLOSED"])
def test_a_nil_report_belongs_into_an_open_round(cast, state):
    due = make_due(make_open_round(state=state), cast.home.school)
    with pytest.raises(Refused, match="不能作零报告"):
        rounds.report_nil(due, by=cast.users.school, at=BEFORE, reason="没有退休教师")


def test_who_is_restored_owes_again_from_the_start(cast):
    due = make_due(make_open_round(), cast.home.school, "NIL", met_at=BEFORE)
    rounds.restore(due, by=cast.users.district, at=BEFORE, reason="有退休教师")
    due.refresh_from_db()
    assert (due.state, due.reason, due.met_at) == ("WAITING", "", None)


def test_an_extension_is_later_than_the_round_and_than_now(cast):
    due = make_due(make_open_round(), cast.home.school)
    by = cast.users.district
    with pytest.raises(Refused, match="要晚于原截止时间"):
        rounds.extend(due, until=DEADLINE, by=by, at=BEFORE, reason="停电")
    with pytest.raises(Refused, match="已经过了"):
        rounds.extend(due, until=AFTER, by=by, at=AFTER, reason="停电")
    rounds.extend(due, until=AFTER + SECOND, by=by, at=AFTER, reason="停电")
    due.refresh_from_db()
    assert (due.deadline_at, last_line().reason) == (AFTER + SECOND, "停电")


def test_a_call_is_kept_with_who_made_it(cast):
    due = make_due(make_open_round(), cast.home.school)
    values = {"means": "VISIT", "spoken_with": "李明", "words": "四点前报"}
    rounds.chase(due, values, by=cast.users.group, at=BEFORE)
    call = Chase.objects.get()
    assert (call.due, call.means, call.spoken_with, call.words) == (due, "VISIT", "李明", "四点前报")
    assert (call.made_by, call.made_at, last_line().reason) == (cast.users.group, BEFORE, "当面　四点前报")


def test_a_group_chases_and_takes_phones_of_its_own_schools_only(cast):
    round_ = make_open_round()
    due = make_due(round_, cast.far.school)
    for call in (
        lambda: rounds.chase(due, {"means": "PHONE"}, by=cast.users.group, at=BEFORE),
        lambda: rounds.take_phones(round_, ["光明中学"], purpose="电话催报", by=cast.users.group, at=BEFORE),
    ):
        with pytest.raises(Refused, match=OUTSIDE):
            call()
    assert trail() == []


def test_a_list_of_phones_names_its_schools_and_its_purpose(cast):
    round_ = make_open_round()
    for schools, purpose in (([], "电话催报"), (["和平小学"], " 催  ")):
        with pytest.raises(Refused):
            rounds.take_phones(round_, schools, purpose=purpose, by=cast.users.district, at=BEFORE)
    names = ["和平小学", "光明中学"]
    rounds.take_phones(round_, names, purpose="电话催报", by=cast.users.district, at=BEFORE)
    assert (last_line().reason, last_line().changes) == ("电话催报", {"schools": sorted(names)})


# --- next year's round ------------------------------------------------------------------------------------


def test_next_year_s_round_asks_the_same_with_its_dates_moved_on(cast):
    round_ = make_open_round(
        grace_minutes=10, as_of_on=datetime.date(2018, 10, 31), stages=["JUNIOR"], instructions="照原件填写"
    )
    # 2019-10-29 is a Tuesday, 2019-11-12 too: nothing to move.
    assert rounds.shifted(round_) == {
        "kind": "registration",
        "title": "2019年五老志愿者登记",
        "year": 2019,
        "opens_at": moment(2019, 10, 29, 17),
        "deadline_at": moment(2019, 11, 12, 17),
        "grace_minutes": 10,
        "as_of_on": datetime.date(2019, 10, 31),
        "group_endorses": False,
        "stages": ["JUNIOR"],
        "instructions": "照原件填写",
    }


def test_dates_that_fall_on_a_day_off_move_to_the_next_workday(cast):
    # 2018-10-01 is in the national holiday of next year too, which ends on Monday 2019-10-07.
    round_ = make_open_round(opens_at=moment(2018, 9, 14, 9), deadline_at=moment(2018, 10, 1, 17))
    values = rounds.shifted(round_)
    assert (values["opens_at"], values["deadline_at"]) == (moment(2019, 9, 16, 9), moment(2019, 10, 8, 17))
    Workday.objects.create(
        district=cast.home.district, day=datetime.date(2019, 9, 16), is_workday=False, note="校庆"
    )
    assert rounds.shifted(round_)["opens_at"] == moment(2019, 9, 17, 9)


def test_the_29th_of_february_has_a_place_in_the_next_year(cast):
    leap = datetime.date(2016, 2, 29)
    round_ = make_open_round(
        year=2016, as_of_on=leap, opens_at=moment(2016, 2, 1, 9), deadline_at=moment(2016, 2, 29, 17)
    )
    values = rounds.shifted(round_)
    assert (values["as_of_on"], values["deadline_at"]) == (
        datetime.date(2017, 2, 28),
        moment(2017, 2, 28, 17),
    )


@pytest.mark.parametrize(
    ("title", "after"),
    [
        ("2018年五老志愿者登记", "2019年五老志愿者登记"),
        ("2018—2019学年读书活动", "2019—2020学年读书活动"),
        ("读书活动报名", "读书活动报名（2019年）"),
        ("长" * 100, ("长" * 100 + "（2019年）")[:100]),
    ],
)
def test_the_title_names_the_next_year(cast, title, after):
    assert rounds.shifted(make_open_round(title=title))["title"] == after


def test_a_copy_knows_what_it_was_copied_from(cast):
    source = make_open_round()
    copy = rounds.plan_round(rounds.shifted(source), by=cast.users.district, at=BEFORE, copied_from=source)
    assert (copy.copied_from, last_line().changes["copied_from"]) == (source, [None, source.title])
