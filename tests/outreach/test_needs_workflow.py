"""Steps on needs, what is quiet, what is an orphan, and the constraints of research."""

import datetime

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from guanweihui.models import Attachment, AuditEvent
from guanweihui.workflow import Refused
from outreach.models import Assessment, Need, Plan, PlanProgress, Trip
from outreach.workflow import needs as steps
from tests.factories import make_event, make_pairing, make_programme, make_visit
from tests.outreach.research_rows import NOW, PAPER, TODAY, assess_on_paper, lines
from tests.outreach.rows import make_assessment, make_item, make_need, make_plan, make_trip

S = Need.Status
LONG_AGO = TODAY - datetime.timedelta(days=184)
JUST_SO = TODAY - datetime.timedelta(days=183)


@pytest.fixture
def visit(cast):
    return make_visit(
        host_school=cast.home.host, programme=cast.home.pairing.programme, visited_on=LONG_AGO, needs=()
    )


@pytest.fixture
def need(visit):
    return make_need(visit=visit)


@pytest.fixture
def under_way(visit):
    return make_need(visit=visit, text="课堂效率低", status=S.UNDER_WAY)


def refuses(words: str):
    return pytest.raises(Refused, match=words)


# --- taking up --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["district", "outreach"])
def test_linking_moves_open_needs_with_a_line_each(cast, visit, who):
    needs = [make_need(visit=visit, text=text) for text in ("甲", "乙")]
    needs.append(make_need(visit=visit, text="丙", status=S.MET))
    by = getattr(cast.users, who)
    assert {one.pk for one in steps.take_up(needs, by=by, at=NOW)} == {one.pk for one in needs[:2]}
    assert [Need.objects.get(pk=one.pk).status for one in needs] == [S.UNDER_WAY, S.UNDER_WAY, S.MET]
    assert [lines(one) for one in needs] == [["need.start"], ["need.start"], []]
    assert steps.take_up(needs, by=by, at=NOW) == []
    assert AuditEvent.objects.filter(action="need.start").count() == 2
    assert AuditEvent.objects.visible_to(cast.users.leader).filter(action="need.start").count() == 2


def test_nothing_is_taken_up_outside_the_actor_s_reach(cast, need):
    strange = make_need(host_school=make_pairing().partnerships.first().host_school)
    with refuses("不在您职责范围内"):
        steps.take_up([need, strange], by=cast.users.outreach, at=NOW)
    for who in ("leader", "host", "school"):
        with refuses("不在您职责范围内"):
            steps.take_up([need], by=getattr(cast.users, who), at=NOW)
    assert Need.objects.filter(status=S.UNDER_WAY).count() == 0
    assert steps.take_up([], by=cast.users.outreach, at=NOW) == []


# --- assessments ------------------------------------------------------------------------------------------


def test_a_school_meets_its_need_by_its_link(cast, under_way):
    values = {"rating": "SOLVED", "words": "问题解决", "assessor_name": " 李主任 "}
    one = steps.assess(under_way, values, by=cast.users.host, at=NOW)
    under_way.refresh_from_db()
    assert (under_way.status, lines(under_way)) == (S.MET, ["need.meet"])
    assert (one.assessor_name, one.assessed_on, one.entered_by, one.entered_link) == (
        "李主任",
        TODAY,
        None,
        cast.users.host.link,
    )
    assert AuditEvent.objects.get(action="need.meet").reason == "李主任：已解决，问题解决"


def test_another_rating_leaves_the_need_as_it_is(cast, under_way):
    steps.assess(under_way, {**PAPER}, by=cast.users.host, at=NOW)
    under_way.refresh_from_db()
    assert (under_way.status, lines(under_way)) == (S.UNDER_WAY, ["need.assess"])


def test_the_office_enters_a_paper_with_its_scan(cast, under_way):
    one = assess_on_paper(under_way, by=cast.users.district, rating="SOLVED")
    kept = Attachment.objects.of_row(one, "assessment.scan").get()
    assert (kept.district, kept.added_by, one.entered_by) == (
        cast.home.district,
        cast.users.district,
        cast.users.district,
    )
    under_way.refresh_from_db()
    assert (under_way.status, lines(under_way)) == (S.MET, ["need.meet"])


def test_wrong_assessments_are_refused(cast, need, under_way):
    by = cast.users.district
    with refuses("扫描件"):
        steps.assess(under_way, PAPER, by=by, at=NOW)
    with refuses("不能晚于今天"):
        assess_on_paper(under_way, by=by, assessed_on=TODAY + datetime.timedelta(days=1))
    with refuses("早于调研日期"):
        assess_on_paper(under_way, by=by, assessed_on=LONG_AGO - datetime.timedelta(days=1))
    with refuses("还没有安排"):
        steps.assess(need, PAPER, by=cast.users.host, at=NOW)
    Need.objects.filter(pk=under_way.pk).update(status=S.MET)
    with refuses("不用再评价"):
        assess_on_paper(under_way, by=by)
    for who in ("leader", "outreach", "auditor", "school"):
        with refuses("不在您的职责范围内"):
            steps.assess(need, PAPER, by=getattr(cast.users, who), at=NOW)
    assert (Assessment.objects.count(), Attachment.objects.count()) == (0, 0)


def test_a_foreign_school_assesses_nothing(cast, under_way):
    strange = make_need(
        host_school=cast.home.pairing.partnerships.order_by("-pk").first().host_school, status=S.UNDER_WAY
    )
    with refuses("不在您的职责范围内"):
        steps.assess(strange, PAPER, by=cast.users.host, at=NOW)


def test_the_latest_assessment_speaks(cast, under_way):
    make_assessment(under_way, assessed_on=TODAY, rating="BETTER")
    make_assessment(under_way, assessed_on=LONG_AGO, rating="UNCHANGED")
    assert Assessment.objects.of(under_way)[0].rating == "BETTER"


def test_an_assessment_names_who_gave_it(need):
    with pytest.raises(IntegrityError):
        make_assessment(need, assessor_name="")


def test_what_awaits_an_assessment(need, under_way):
    assert list(Need.objects.awaiting_assessment()) == [under_way]


# --- dropping and opening again ---------------------------------------------------------------------------


def test_a_need_is_dropped_and_opened_again_with_reasons(cast, need):
    for step in (steps.drop, steps.reopen):
        with refuses("理由"):
            step(need, reason=" ", by=cast.users.district, at=NOW)
    assert steps.drop(need, reason="学校已合并", by=cast.users.district, at=NOW).status == S.DROPPED
    assert steps.reopen(need, reason="又提出", by=cast.users.district, at=NOW).status == S.OPEN
    assert lines(need) == ["need.drop", "need.reopen"]


def test_a_need_with_something_planned_is_under_way_again(cast, under_way):
    make_trip(pairing=cast.home.pairing).needs.add(under_way)
    steps.drop(under_way, reason="暂缓", by=cast.users.district, at=NOW)
    assert steps.reopen(under_way, reason="继续", by=cast.users.district, at=NOW).status == S.UNDER_WAY


@pytest.mark.parametrize(
    ("step", "states"), [(steps.drop, [S.MET, S.DROPPED]), (steps.reopen, [S.OPEN, S.UNDER_WAY])]
)
def test_steps_off_the_table_are_refused(cast, visit, step, states):
    for state in states:
        one = make_need(visit=visit, text=state, status=state)
        with refuses("请刷新页面"):
            step(one, reason="理由", by=cast.users.district, at=NOW)
    for who in ("leader", "outreach", "host"):
        one = make_need(visit=visit, text=who, status=S.MET if step is steps.reopen else S.OPEN)
        with refuses("不在您的职责范围内"):
            step(one, reason="理由", by=getattr(cast.users, who), at=NOW)


def test_a_need_is_edited_while_it_is_unmet(cast, need):
    old = steps.mark_of(need)
    steps.edit_need(need, {"text": "骨干教师流失"}, mark=old, by=cast.users.district, at=NOW)
    with refuses("被别人改过"):
        steps.edit_need(need, {"text": "x"}, mark=old, by=cast.users.district, at=NOW)
    need.refresh_from_db()
    with refuses("没有任何改动"):
        steps.edit_need(need, {}, mark=steps.mark_of(need), by=cast.users.district, at=NOW)
    Need.objects.filter(pk=need.pk).update(status=S.DROPPED)
    with refuses("重新办理"):
        steps.edit_need(need, {"text": "x"}, mark=steps.mark_of(need), by=cast.users.district, at=NOW)
    assert lines(need) == ["need.edit"]


# --- quiet and orphans ------------------------------------------------------------------------------------


def is_quiet(need) -> bool:
    return Need.objects.quiet(TODAY).filter(pk=need.pk).exists()


def test_183_days_are_not_yet_six_months(visit, need):
    assert is_quiet(need)
    visit.visited_on = JUST_SO
    visit.save()
    assert not is_quiet(need)


@pytest.mark.parametrize("state", [S.MET, S.DROPPED])
def test_a_settled_need_is_not_quiet(visit, state):
    assert not is_quiet(make_need(visit=visit, text="x", status=state))


def test_each_kind_of_action_breaks_the_quiet_while_it_is_recent(cast, visit):
    item = make_item(plan=make_plan(programme=visit.programme))
    pairing = cast.home.pairing

    def trip(need, on):
        make_trip(pairing=pairing, from_on=on, days=1, number=Trip.objects.count() + 1).needs.add(need)

    def event(need, on):
        make_event(programme=visit.programme, from_on=on, to_on=on, name=need.text).needs.add(need)

    def progress(need, on):
        item.needs.add(need)
        PlanProgress.objects.create(item=item, reported_on=on, done=1)
        PlanProgress.objects.create(
            item=item, reported_on=TODAY, done=1, struck_at=NOW, strike_reason="报错了任务"
        )

    def assessment(need, on):
        make_assessment(need, assessed_on=on)

    for act in (trip, event, assessment, progress):
        need = make_need(visit=visit, text=act.__name__)
        act(need, LONG_AGO)
        assert is_quiet(need), act
        act(make_need(visit=visit, text=f"{act.__name__} 别的"), JUST_SO)
        assert is_quiet(need) is (act is not progress), act
        act(need, JUST_SO) if act is not event else make_event(
            programme=visit.programme, from_on=JUST_SO, to_on=JUST_SO, name="近"
        ).needs.add(need)
        assert not is_quiet(need), act


def test_a_void_trip_is_no_action(cast, need):
    make_trip(pairing=cast.home.pairing, from_on=TODAY, status=Trip.Status.VOID).needs.add(need)
    assert (is_quiet(need), need in Need.objects.orphans()) == (True, True)


def test_an_item_without_progress_is_no_action_but_no_orphan(visit, need):
    item = make_item(plan=make_plan(programme=visit.programme), needs=[need])
    assert (is_quiet(need), need in Need.objects.orphans()) == (True, False)
    Plan.objects.filter(pk=item.plan_id).update(status="SUPERSEDED")
    assert need in Need.objects.orphans()


def test_orphans_are_unmet_and_without_trip_and_event(cast, visit, need):
    make_need(visit=visit, text="已解决的", status=S.MET)
    assert list(Need.objects.orphans()) == [need]
    make_event(programme=visit.programme).needs.add(need)
    assert list(Need.objects.orphans()) == []


def test_quiet_and_orphans_are_one_query_each(cast, visit, need):
    found = Need.objects.visible_to(cast.users.district)
    list(found)
    for rows in (found.quiet(TODAY), found.orphans()):
        with CaptureQueriesContext(connection) as caught:
            assert list(rows) == [need]
        assert len(caught) == 1


def test_a_school_with_two_agreements_shows_a_quiet_need_once(cast, need):
    second = make_pairing(programme=make_programme(name="第二批老校长下乡"))
    second.partnerships.filter(kind="PARTNER_HIGH").update(host_school=cast.home.host)
    assert Need.objects.visible_to(cast.users.district).quiet(TODAY).count() == 1
