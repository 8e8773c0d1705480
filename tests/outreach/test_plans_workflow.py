"""Steps of the three-year plan and its tasks: drafted, approved by another hand, frozen, revised."""

import datetime

import pytest
from django.db import IntegrityError

from guanweihui.workflow import Refused
from outreach.models import Need, Plan, PlanGoal, PlanItem, PlanProgress, Programme
from outreach.models.plans import plan_year
from outreach.workflow import plans as steps
from outreach.workflow import plans_items as items
from outreach.workflow.needs import OldPage
from tests.factories import make_event, make_pairing, make_post, make_programme, make_user, make_visit
from tests.outreach.research_rows import NOW, item_values, lines, make_draft
from tests.outreach.rows import make_item, make_need, make_plan, make_trip
from tests.races import at_once, race

S = Plan.Status
GOALS = {1: "摸清底数", 2: "重点突破", 3: "形成机制"}


def refuses(words: str):
    return pytest.raises(Refused, match=words)


@pytest.fixture
def programme(cast):
    return cast.home.pairing.programme


@pytest.fixture
def draft(programme):
    return make_draft(programme)


@pytest.fixture
def in_force(programme):
    plan = make_plan(programme=programme)
    make_item(plan=plan)
    return plan


def proposed(cast, plan) -> Plan:
    return steps.propose(plan, by=cast.users.district, at=NOW)


# --- drafting ---------------------------------------------------------------------------------------------


def test_a_plan_is_started_once_a_programme(cast, programme):
    values = {"title": "三年工作方案", "basis": "调研情况", "goals": GOALS}
    plan = steps.start_plan(programme, values, by=cast.users.district, at=NOW)
    assert (plan.revision, plan.status, plan.goals.count(), lines(plan)) == (1, S.DRAFT, 3, ["plan.start"])
    with refuses("已有方案"):
        steps.start_plan(programme, values, by=cast.users.district, at=NOW)
    for who in ("leader", "outreach", "host", "school"):
        with refuses("不在您的职责范围内"):
            steps.start_plan(programme, values, by=getattr(cast.users, who), at=NOW)


def test_words_and_goals_of_a_draft_are_edited(cast, draft):
    mark = steps.mark_of(draft)
    values = {"title": "三年工作方案", "basis": "协议", "goals": {**GOALS, 3: ""}}
    steps.edit_plan(draft, values, mark=mark, by=cast.users.district, at=NOW)
    assert dict(draft.goals.values_list("year_no", "text")) == {1: "摸清底数", 2: "重点突破"}
    with refuses("被别人改过"):
        steps.edit_plan(draft, values, mark=mark, by=cast.users.district, at=NOW)
    draft.refresh_from_db()
    with refuses("没有任何改动"):
        steps.edit_plan(draft, values, mark=steps.mark_of(draft), by=cast.users.district, at=NOW)
    assert lines(draft) == ["plan.edit"]


def test_a_task_takes_up_its_needs(cast, programme, draft):
    visit = make_visit(host_school=cast.home.host, programme=programme, needs=())
    need, other = make_need(visit=visit), make_need(visit=visit, text="另一条")
    item = items.add_item(draft, item_values(needs=[need]), by=cast.users.district, at=NOW)
    assert (lines(item), lines(need), lines(other)) == (["planitem.add"], ["need.start"], [])
    values = item_values(needs=[other], title="评课指导")
    items.edit_item(item, values, mark=items.mark_of(item), by=cast.users.district, at=NOW)
    assert (list(item.needs.all()), Need.objects.get(pk=other.pk).status) == ([other], "UNDER_WAY")
    with refuses("被别人改过"):
        items.edit_item(item, values, mark="0", by=cast.users.district, at=NOW)
    item.refresh_from_db()
    with refuses("没有任何改动"):
        items.edit_item(item, values, mark=items.mark_of(item), by=cast.users.district, at=NOW)
    items.remove_item(item, by=cast.users.district, at=NOW)
    assert draft.items.count() == 1


def test_tasks_stand_in_the_order_of_entry(cast, draft):
    found = [items.add_item(draft, item_values(), by=cast.users.district, at=NOW) for _ in range(2)]
    assert [one.position for one in found] == [1, 2]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"due_on": datetime.date(2018, 9, 30)}, "完成期限要在第1年开始（2018-10-01）"),
        ({"due_on": datetime.date(2021, 10, 1)}, "方案结束（2021-09-30）"),
        ({"year_no": 2, "due_on": datetime.date(2019, 9, 30)}, "完成期限要在第2年开始（2019-10-01）"),
        ({"measure": "REPORTED"}, "指标说明"),
        ({"target": 0}, "目标值至少是1"),
        ({"year_no": 3, "target": 0, "due_on": datetime.date(2021, 9, 30)}, "目标值至少是1"),
    ],
)
def test_wrong_tasks_are_refused(cast, draft, values, said):
    with refuses(said):
        items.add_item(draft, item_values(**values), by=cast.users.district, at=NOW)
    assert draft.items.count() == 1


def test_the_last_day_of_the_three_years_is_allowed(cast, draft):
    values = item_values(year_no=1, due_on=datetime.date(2021, 9, 30))
    assert items.add_item(draft, values, by=cast.users.district, at=NOW).pk


def test_needs_of_another_programme_or_school_are_refused(cast, draft, programme):
    strange = make_need(visit=make_visit(programme=make_programme(name="第二批"), needs=()))
    with refuses("不是本项目"):
        items.add_item(draft, item_values(needs=[strange]), by=cast.users.district, at=NOW)
    other = cast.home.pairing.partnerships.order_by("-pk").first().host_school
    need = make_need(visit=make_visit(programme=programme, host_school=other, needs=()))
    with refuses("或把任务改为面向全部学校"):
        values = item_values(needs=[need], host_school=cast.home.host)
        items.add_item(draft, values, by=cast.users.district, at=NOW)


def test_a_year_from_a_leap_day_ends_before_it_comes_again():
    programme = Programme(started_on=datetime.date(2020, 2, 29))
    assert [plan_year(programme, year) for year in (1, 2)] == [
        (datetime.date(2020, 2, 29), datetime.date(2021, 2, 27)),
        (datetime.date(2021, 2, 28), datetime.date(2022, 2, 27)),
    ]


# --- approval ---------------------------------------------------------------------------------------------


def test_a_plan_lacks_nothing_before_it_is_proposed(cast, programme):
    empty = make_plan(programme=programme, status=S.DRAFT, goals=False)
    with refuses("第1年还没有填写年度目标(.|\n)*还没有任务"):
        proposed(cast, empty)
    assert Plan.objects.get().status == S.DRAFT


def test_another_hand_approves(cast, draft):
    plan = proposed(cast, draft)
    assert (plan.status, plan.proposed_by) == (S.PROPOSED, cast.users.district)
    plan = steps.approve(plan, by=cast.users.leader, at=NOW)
    assert (plan.status, plan.approved_by, plan.approved_at) == (S.APPROVED, cast.users.leader, NOW)
    assert lines(plan) == ["plan.propose", "plan.approve"]


def test_who_proposed_does_not_approve(cast, draft):
    make_post(user=cast.users.district, role="LEADER", district=cast.home.district)
    cast.users.district.__dict__.pop("reach", None)
    plan = proposed(cast, draft)
    with refuses("提请人不能审定"):
        steps.approve(plan, by=cast.users.district, at=NOW)
    assert Plan.objects.get().status == S.PROPOSED


def test_a_leader_gives_a_plan_back_with_the_reason(cast, draft):
    plan = proposed(cast, draft)
    with refuses("理由"):
        steps.send_back(plan, reason="", by=cast.users.leader, at=NOW)
    plan = steps.send_back(plan, reason="目标太低", by=cast.users.leader, at=NOW)
    assert (plan.status, lines(plan)) == (S.DRAFT, ["plan.propose", "plan.send_back"])
    assert items.add_item(plan, item_values(), by=cast.users.district, at=NOW).pk


@pytest.mark.parametrize("step", ["propose", "approve", "send_back"])
def test_steps_off_the_table_are_refused(cast, step):
    by = cast.users.district if step == "propose" else cast.users.leader
    more = {"reason": "理由"} if step == "send_back" else {}
    for state in set(S) - set(steps.STEPS[step].from_states):
        plan = make_plan(programme=make_programme(name=f"{step}{state}"), status=state)
        with refuses("请刷新页面"):
            getattr(steps, step)(plan, by=by, at=NOW, **more)
        for who in ("outreach", "auditor", "host"):
            with refuses("不在您的职责范围内"):
                getattr(steps, step)(plan, by=getattr(cast.users, who), at=NOW, **more)


# --- frozen -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "said"), [(S.APPROVED, "另立下一版"), (S.PROPOSED, "请领导先退回"), (S.SUPERSEDED, "只能查看")]
)
def test_every_editing_step_refuses_a_plan_that_is_no_draft(cast, programme, state, said):
    plan = make_plan(programme=programme, status=state)
    item, ways = make_item(plan=plan), {"by": cast.users.district, "at": NOW}
    values = {"title": "改", "basis": "", "goals": {}}
    works = (
        lambda: steps.edit_plan(plan, values, mark=steps.mark_of(plan), **ways),
        lambda: items.add_item(plan, item_values(), **ways),
        lambda: items.edit_item(item, item_values(target=9), mark=items.mark_of(item), **ways),
        lambda: items.remove_item(item, **ways),
    )
    for work in works:
        with refuses(said):
            work()
    assert (PlanItem.objects.get().target, lines(plan), lines(item)) == (8, [], [])


# --- revisions --------------------------------------------------------------------------------------------


def test_a_revision_copies_goals_tasks_and_needs(cast, programme, in_force):
    need = make_need(visit=make_visit(host_school=cast.home.host, programme=programme, needs=()))
    item = in_force.items.get()
    item.needs.add(need)
    plan = steps.revise(in_force, reason="增加学校", by=cast.users.district, at=NOW)
    copy = plan.items.get()
    assert (plan.revision, plan.status, plan.reason, lines(plan)) == (2, S.DRAFT, "增加学校", ["plan.revise"])
    assert (copy.origin, copy.title, list(copy.needs.all())) == (item, item.title, [need])
    assert dict(plan.goals.values_list("year_no", "text")) == dict(
        in_force.goals.values_list("year_no", "text")
    )
    in_force.refresh_from_db()
    assert in_force.status == S.APPROVED
    with refuses("起草中，请先办完那一份"):
        steps.revise(in_force, reason="再改", by=cast.users.district, at=NOW)


def test_a_revision_needs_its_reason_and_a_plan_in_force(cast, draft):
    with refuses("请写明修订原因"):
        steps.revise(draft, reason=" ", by=cast.users.district, at=NOW)
    with refuses("不能修订"):
        steps.revise(draft, reason="改", by=cast.users.district, at=NOW)
    for who in ("leader", "outreach"):
        with refuses("不在您的职责范围内"):
            steps.revise(draft, reason="改", by=getattr(cast.users, who), at=NOW)


def test_the_approval_supersedes_the_old_plan_and_brings_its_trips_and_events(cast, programme, in_force):
    item = in_force.items.get()
    plan = steps.revise(in_force, reason="增加学校", by=cast.users.district, at=NOW)
    # Entered after the revision was begun, for the plan that is still in force.
    trip, event = make_trip(pairing=cast.home.pairing), make_event(programme=programme)
    trip.items.add(item)
    event.items.add(item)
    plan = steps.approve(proposed(cast, plan), by=cast.users.leader, at=NOW)
    in_force.refresh_from_db()
    assert (in_force.status, plan.status) == (S.SUPERSEDED, S.APPROVED)
    assert lines(in_force) == ["plan.supersede"]
    assert lines(plan) == ["plan.revise", "plan.propose", "plan.approve"]
    copy = plan.items.get()
    assert (list(copy.trips.all()), list(copy.events.all())) == ([trip], [event])


def test_a_refused_approval_leaves_the_old_plan_in_force(cast, in_force):
    plan = proposed(cast, steps.revise(in_force, reason="改", by=cast.users.district, at=NOW))
    make_post(user=cast.users.district, role="LEADER", district=cast.home.district)
    cast.users.district.__dict__.pop("reach", None)
    with refuses("提请人不能审定"):
        steps.approve(plan, by=cast.users.district, at=NOW)
    in_force.refresh_from_db()
    assert (in_force.status, lines(in_force)) == (S.APPROVED, [])


@pytest.mark.django_db(transaction=True)
def test_of_two_leaders_at_once_one_approves_and_one_plan_is_in_force(cast, in_force):
    plan = proposed(cast, steps.revise(in_force, reason="改", by=cast.users.district, at=NOW))
    second = make_user(username="second", name="第二位领导")
    make_post(user=second, role="LEADER", district=cast.home.district)
    works = [lambda by=by: steps.approve(plan, by=by, at=NOW) for by in (cast.users.leader, second)]
    assert race(*works) == ["refused", "won"]
    assert Plan.objects.in_force().get().revision == 2
    assert (lines(in_force), lines(plan)) == (
        ["plan.supersede"],
        ["plan.revise", "plan.propose", "plan.approve"],
    )


@pytest.mark.django_db(transaction=True)
def test_of_an_edit_and_a_proposal_at_once_both_cannot_miss_each_other(cast, programme):
    """Negative control: apart from each other both steps go through."""
    draft = make_draft(programme)
    gave = at_once(
        lambda: items.add_item(draft, item_values(title="赶在提请前"), by=cast.users.district, at=NOW),
        lambda: proposed(cast, draft),
    )
    plan = Plan.objects.get()
    late = isinstance(gave[0], Refused)
    assert (plan.status, plan.items.filter(title="赶在提请前").exists()) == (S.PROPOSED, not late)
    other = make_draft(make_programme(name="第二批"))
    items.add_item(other, item_values(), by=cast.users.district, at=NOW)
    assert proposed(cast, other).status == S.PROPOSED


# --- progress ---------------------------------------------------------------------------------------------


def test_progress_is_reported_for_what_nothing_counts(cast, in_force):
    item = make_item(plan=in_force, measure="REPORTED", indicator="制度（项）")
    values = {"reported_on": datetime.date(2019, 5, 1), "done": 2, "words": "新建两项"}
    row = items.report_progress(item, values, by=cast.users.district, at=NOW)
    assert (row.done, row.entered_by, lines(item)) == (2, cast.users.district, ["planitem.report"])
    with refuses("自动统计"):
        items.report_progress(in_force.items.first(), values, by=cast.users.district, at=NOW)
    for day, said in ((datetime.date(2018, 9, 1), "启动日期"), (datetime.date(2019, 6, 4), "不能晚于今天")):
        with refuses(said):
            items.report_progress(item, {**values, "reported_on": day}, by=cast.users.district, at=NOW)
    Plan.objects.update(status=S.SUPERSEDED)
    item = PlanItem.objects.get(pk=item.pk)
    with refuses("现行的一版"):
        items.report_progress(item, values, by=cast.users.district, at=NOW)
    for who in ("leader", "outreach"):
        with refuses("不在您的职责范围内"):
            items.report_progress(item, values, by=getattr(cast.users, who), at=NOW)
    assert PlanProgress.objects.count() == 1


def test_a_report_is_not_counted_twice_by_an_open_page(cast, in_force):
    item = make_item(plan=in_force, measure="REPORTED", indicator="制度（项）")
    values, by = {"reported_on": datetime.date(2019, 5, 1), "done": 6}, cast.users.district
    mark = items.reports_mark(item)
    row = items.report_progress(item, values, mark=mark, by=by, at=NOW)
    with pytest.raises(OldPage, match="最近一次：2019-05-01，完成 6") as old:
        items.report_progress(item, values, mark=mark, by=by, at=NOW)
    assert (PlanProgress.objects.count(), old.value.mark) == (1, items.reports_mark(item))
    items.strike_progress(row, reason="填错", by=by, at=NOW)
    # One struck and one more leave as many as there were, and still it is not the page of then.
    items.report_progress(item, values, mark=items.reports_mark(item), by=by, at=NOW)
    with pytest.raises(OldPage):
        items.report_progress(item, values, mark=old.value.mark, by=by, at=NOW)


@pytest.mark.django_db(transaction=True)
def test_of_two_presses_at_once_one_counts(cast, in_force):
    item = make_item(plan=in_force, measure="REPORTED", indicator="制度（项）")
    values, mark = {"reported_on": datetime.date(2019, 5, 1), "done": 6}, items.reports_mark(item)

    def press(**more):
        return lambda: items.report_progress(item, values, by=cast.users.district, at=NOW, **more)

    assert race(press(mark=mark), press(mark=mark)) == ["refused", "won"]
    assert PlanProgress.objects.count() == 1
    # Negative control: without a mark both count.
    assert race(press(), press()) == ["won", "won"]


@pytest.fixture
def report(in_force):
    item = make_item(plan=in_force, measure="REPORTED", indicator="制度（项）")
    return PlanProgress.objects.create(item=item, reported_on=datetime.date(2019, 5, 1), done=60)


@pytest.mark.parametrize("state", [S.APPROVED, S.SUPERSEDED])
def test_the_office_strikes_a_report_with_its_reason(cast, report, state):
    Plan.objects.update(status=state)
    row = items.strike_progress(report, reason=" 多写了一个零 ", by=cast.users.district, at=NOW)
    report.refresh_from_db()
    assert (row.struck_at, row.struck_by, row.strike_reason) == (NOW, cast.users.district, "多写了一个零")
    assert (report.done, lines(report.item), lines(report)) == (60, ["planitem.strike"], [])
    assert list(PlanProgress.objects.standing()) == []


def test_a_strike_is_refused_without_reason_twice_and_to_others(cast, report):
    with refuses("请写明作废理由"):
        items.strike_progress(report, reason=" ", by=cast.users.district, at=NOW)
    for who in ("leader", "outreach", "auditor", "host", "school"):
        with refuses("不在您的职责范围内"):
            items.strike_progress(report, reason="错", by=getattr(cast.users, who), at=NOW)
    items.strike_progress(report, reason="错", by=cast.users.district, at=NOW)
    with refuses("已于 2019-06-03 作废"):
        items.strike_progress(report, reason="错", by=cast.users.district, at=NOW)
    assert lines(report.item) == ["planitem.strike"]


@pytest.mark.django_db(transaction=True)
def test_of_two_strikes_at_once_one_is_recorded(cast, report):
    def strike():
        return items.strike_progress(report, reason="错", by=cast.users.district, at=NOW)

    assert race(strike, strike) == ["refused", "won"]
    assert lines(report.item) == ["planitem.strike"]


# --- constraints ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "work",
    [
        lambda programme: make_plan(programme=programme, revision=1, status="SUPERSEDED"),
        lambda programme: make_plan(programme=programme, revision=2, reason="改"),
        lambda programme: [
            make_plan(programme=programme, revision=n, reason="改", status="DRAFT") for n in (2, 3)
        ],
        lambda programme: make_plan(programme=programme, revision=2, reason="", status="DRAFT"),
        lambda programme: PlanGoal.objects.create(plan=Plan.objects.first(), year_no=1, text="x"),
        lambda programme: PlanGoal.objects.create(plan=Plan.objects.first(), year_no=4, text="x"),
        lambda programme: make_item(plan=Plan.objects.first(), year_no=0),
        lambda programme: make_item(plan=Plan.objects.first(), target=0),
        lambda programme: PlanProgress.objects.create(
            item=make_item(plan=Plan.objects.first()), reported_on=NOW.date(), done=1, struck_at=NOW
        ),
    ],
    ids=[
        *("revision", "in force", "in the making", "reason", "goal", "goal year", "item year", "target"),
        "struck without reason",
    ],
)
def test_constraints_forbid(programme, work):
    make_plan(programme=programme)
    with pytest.raises(IntegrityError):
        work(programme)


def test_a_proposed_and_a_draft_are_both_in_the_making(programme):
    make_plan(programme=programme, revision=2, reason="改", status="DRAFT")
    with pytest.raises(IntegrityError):
        make_plan(programme=programme, revision=3, reason="改", status="PROPOSED")


def test_another_programme_has_a_plan_of_its_own(programme):
    make_plan(programme=programme)
    assert make_plan(programme=make_pairing(programme=make_programme(name="第二批")).programme).pk
