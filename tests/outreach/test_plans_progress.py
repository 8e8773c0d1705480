"""What is done of a plan's tasks, counted by hand."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guanweihui.scope import reach_of
from outreach.models import PlanItem, PlanProgress, Trip
from outreach.models.plans import plan_year, years_later
from outreach.reports.plans import (
    Done,
    YearDone,
    done_words,
    drawing,
    progress_of,
    target_words,
    works_words,
)
from outreach.workflow import plans as steps
from outreach.workflow import plans_items as items
from tests.factories import make_event, make_host_school, make_pairing, make_programme
from tests.outreach.research_rows import NOW
from tests.outreach.rows import make_item, make_plan, make_trip

DAY = datetime.date
M = PlanItem.Measure


@pytest.fixture
def plan(cast):
    return make_plan(programme=cast.home.pairing.programme)


def trip(cast, **fields):
    fields = {"status": Trip.Status.CONFIRMED, "pairing": cast.home.pairing, **fields}
    return make_trip(number=Trip.objects.count() + 1, **fields)


def done(actor, item, **more):
    loaded = PlanItem.objects.for_page().filter(pk=item.pk)
    return progress_of(loaded, actor, **more).by_item[item.pk].done


def test_only_confirmed_trips_are_counted(cast, plan):
    item = make_item(plan=plan)
    trip(cast, lessons_observed=6)
    for status in set(Trip.Status) - {Trip.Status.CONFIRMED}:
        trip(cast, status=status, lessons_observed=100)
    assert done(cast.users.district, item) == 6


def test_each_measure_is_summed_over_its_year(cast, plan):
    trip(
        cast,
        days=3,
        lessons_observed=6,
        lessons_reviewed=5,
        lessons_taught=1,
        lectures=2,
        research_sessions=3,
        mentor_pairs=4,
    )
    trip(cast, from_on=DAY(2019, 9, 30), days=1, to_half=Trip.Half.MORNING, lessons_observed=1)
    # Over the edge of the year: it counts where it ends.
    trip(cast, from_on=DAY(2019, 9, 30), to_on=DAY(2019, 10, 1), lessons_observed=20)
    wanted = {
        M.TRIPS: 2,
        M.DAYS: 3.5,
        M.LESSONS_OBSERVED: 7,
        M.LESSONS_REVIEWED: 5,
        M.LESSONS_TAUGHT: 1,
        M.LECTURES: 2,
        M.RESEARCH_SESSIONS: 3,
        M.MENTOR_PAIRS: 4,
    }
    for measure, number in wanted.items():
        assert done(cast.users.district, make_item(plan=plan, measure=measure)) == number, measure
    second = make_item(plan=plan, year_no=2, due_on=DAY(2020, 1, 1))
    assert done(cast.users.district, second) == 20
    whole = make_item(plan=plan, year_no=2, measure=M.DAYS)
    assert done(cast.users.district, whole) == 2


def test_a_task_at_one_school_counts_that_school_alone(cast, plan):
    first, second = (one.host_school for one in cast.home.pairing.partnerships.order_by("pk"))
    trip(cast, host_school=first, lessons_observed=3)
    trip(cast, host_school=second, from_on=DAY(2019, 4, 1), lessons_observed=4)
    assert [
        done(cast.users.district, make_item(plan=plan, host_school=school))
        for school in (None, first, second)
    ] == [7, 3, 4]


def test_events_count_by_beginning_programme_and_school(cast, plan):
    programme, host = plan.programme, cast.home.host
    make_event(programme=programme, from_on=DAY(2019, 4, 11), to_on=DAY(2019, 4, 13), name="甲")
    event = make_event(programme=programme, from_on=DAY(2019, 5, 6), to_on=DAY(2019, 5, 7), name="乙")
    event.lessons.update(host_school=host)
    make_event(programme=make_programme(name="第二批"), name="丙")
    make_event(programme=programme, from_on=DAY(2019, 10, 1), to_on=DAY(2019, 10, 1), name="丁")
    assert [
        done(cast.users.district, make_item(plan=plan, measure=M.EVENTS, host_school=school))
        for school in (None, host, make_host_school())
    ] == [2, 1, 0]
    assert done(cast.users.district, make_item(plan=plan, measure=M.EVENTS), until=DAY(2019, 5, 1)) == 1


def test_another_programme_s_trips_are_not_counted(cast, plan):
    other = make_pairing(programme=make_programme(name="第二批"), principal_name="吴校长")
    make_trip(pairing=other, status=Trip.Status.CONFIRMED, lessons_observed=50)
    item = make_item(plan=plan)
    assert done(cast.users.district, item) == 0


def test_a_principal_counts_his_own_pair(cast, plan):
    other = make_pairing(programme=plan.programme, principal_name="吴校长")
    make_trip(pairing=other, status=Trip.Status.CONFIRMED, lessons_observed=5)
    trip(cast, lessons_observed=6)
    item = make_item(plan=plan)
    assert (done(cast.users.district, item), done(cast.users.outreach, item)) == (11, 6)


def test_reported_progress_adds_up_and_goes_on_in_the_next_revision(cast, plan):
    item = make_item(plan=plan, measure=M.REPORTED, indicator="制度（项）", target=3)
    for done_then in (1, 1):
        PlanProgress.objects.create(item=item, reported_on=DAY(2019, 5, 1), done=done_then)
    copy = steps.revise(plan, reason="改", by=cast.users.district, at=NOW).items.get()
    PlanProgress.objects.create(item=copy, reported_on=DAY(2019, 6, 1), done=1)
    assert [done(cast.users.district, one) for one in (item, copy)] == [3, 3]
    assert done(cast.users.district, copy, until=DAY(2019, 5, 31)) == 2


def test_a_struck_report_counts_no_more_in_any_revision(cast, plan):
    item = make_item(plan=plan, measure=M.REPORTED, indicator="制度（项）", target=8)
    for number in (6, 60):
        PlanProgress.objects.create(item=item, reported_on=DAY(2019, 5, 1), done=number)
    copy = steps.revise(plan, reason="改", by=cast.users.district, at=NOW).items.get()
    row = PlanProgress.objects.get(done=60)
    items.strike_progress(row, reason="多写了一个零", by=cast.users.district, at=NOW)
    assert [done(cast.users.district, one) for one in (item, copy)] == [6, 6]


def test_work_that_names_tasks_counts_for_these_alone(cast, plan):
    named, other = make_item(plan=plan), make_item(plan=plan, title="别的任务")
    lectures = make_item(plan=plan, measure=M.LECTURES)
    free, bound = (trip(cast, lessons_observed=n, lectures=1, from_on=DAY(2019, n, 1)) for n in (4, 5))
    bound.items.add(named)
    by = cast.users.district
    assert [done(by, one) for one in (named, other, lectures)] == [9, 4, 1]
    # A trip that is not confirmed counts for nothing, whatever it names.
    trip(cast, status=Trip.Status.SUBMITTED, lessons_observed=50).items.add(other)
    assert done(by, other) == 4
    free.items.add(lectures)
    assert [done(by, one) for one in (named, other, lectures)] == [5, 0, 1]


def test_events_that_name_tasks_count_for_these_alone(cast, plan):
    first, second = (make_item(plan=plan, measure=M.EVENTS, title=title) for title in "甲乙")
    for number, tasks in enumerate(((), (first,), (first, second))):
        make_event(programme=plan.programme, name=f"{number}").items.add(*tasks)
    assert [done(cast.users.district, one) for one in (first, second)] == [3, 2]


def test_what_names_a_task_counts_late_and_only_at_its_school(cast, plan):
    here, there = (one.host_school for one in cast.home.pairing.partnerships.order_by("pk"))
    item = make_item(plan=plan, host_school=here)
    second = make_item(plan=plan, year_no=2, due_on=DAY(2020, 6, 1))
    trip(cast, host_school=here, from_on=DAY(2019, 11, 4), lessons_observed=3).items.add(item)
    trip(cast, host_school=there, from_on=DAY(2019, 4, 1), lessons_observed=20).items.add(item)
    assert [done(cast.users.district, one) for one in (item, second)] == [3, 0]


def test_a_task_and_its_copies_are_one_for_what_names_them(cast, plan):
    item, other = make_item(plan=plan), make_item(plan=plan, title="别的任务")
    trip(cast, lessons_observed=6).items.add(item)
    draft = steps.revise(plan, reason="改", by=cast.users.district, at=NOW)
    copies = [draft.items.get(origin=one) for one in (item, other)]
    assert [done(cast.users.district, one) for one in (item, other, *copies)] == [6, 0, 6, 0]
    trip(cast, lessons_observed=1, from_on=DAY(2019, 5, 6)).items.add(copies[0])
    assert [done(cast.users.district, one) for one in (item, *copies)] == [7, 7, 0]


def test_the_work_of_a_task_is_named_by_day(cast, plan):
    item, by = make_item(plan=plan), cast.users.district
    event = make_event(programme=plan.programme, from_on=DAY(2019, 4, 11), to_on=DAY(2019, 4, 13), name="甲")
    event.items.add(item)
    one = trip(cast, from_on=DAY(2019, 3, 12))
    one.items.add(item)
    trip(cast, from_on=DAY(2019, 5, 6))
    found = progress_of(PlanItem.objects.for_page(), by).works[item.pk]
    assert [str(work) for work in found] == [f"下校 2019-03-12 {one.host_school}", "送教 2019-04-11 甲"]
    assert progress_of(PlanItem.objects.for_page(), cast.users.outreach).works[item.pk] == found
    for number in range(9):
        make_event(programme=plan.programme, name=f"第{number}次").items.add(item)
    words = works_words(progress_of(PlanItem.objects.for_page(), by).works[item.pk])
    assert (words.count("；"), words.endswith("共 11 次，以上是最近 5 次")) == (5, True)


def test_a_principal_does_not_read_other_pairs_trips_on_a_task(cast, plan):
    item = make_item(plan=plan)
    other = make_pairing(programme=plan.programme, principal_name="吴校长")
    make_trip(pairing=other, status=Trip.Status.CONFIRMED).items.add(item)
    found = {
        who: progress_of(PlanItem.objects.for_page(), getattr(cast.users, who)).works[item.pk]
        for who in ("district", "outreach")
    }
    assert (len(found["district"]), found["outreach"]) == (1, [])


@pytest.mark.parametrize("day", [DAY(9999, 12, 31), DAY(9997, 2, 28), DAY(9996, 2, 29)])
def test_a_programme_at_the_end_of_time_has_its_three_years(cast, plan, day):
    assert years_later(day, 3).year == 9999
    plan.programme.started_on = day
    bounds = [one for year_no in (1, 2, 3) for one in plan_year(plan.programme, year_no)]
    assert bounds == sorted(set(bounds))
    plan.programme.save()
    make_item(plan=plan)
    items = list(PlanItem.objects.for_page())
    assert "<svg" in drawing(plan, items, progress_of(items, cast.users.district))


def test_years_count_tasks_that_reached_their_target(cast, plan):
    trip(cast, lessons_observed=8)
    make_item(plan=plan)
    make_item(plan=plan, target=9)
    make_item(plan=plan, year_no=3, due_on=DAY(2021, 1, 1))
    found = progress_of(PlanItem.objects.for_page(), cast.users.district)
    assert found.by_year == {1: YearDone(1, 2), 2: YearDone(0, 0), 3: YearDone(0, 1)}


def test_progress_is_five_queries_whatever_the_number(cast, plan):
    def cost() -> int:
        items = list(PlanItem.objects.for_page())
        with CaptureQueriesContext(connection) as caught:
            progress_of(items, cast.users.district)
        return len(caught)

    item = make_item(plan=plan)
    trip(cast).items.add(item)
    make_event(programme=plan.programme).items.add(item)
    reach_of(cast.users.district)
    once = cost()
    for number, measure in enumerate((M.EVENTS, M.REPORTED, M.DAYS)):
        item = make_item(plan=plan, measure=measure)
        trip(cast).items.add(item)
        make_event(programme=plan.programme, name=f"{number}").items.add(*plan.items.all())
    assert once == cost() == 5


def test_words_say_the_unit(cast, plan):
    item = make_item(plan=plan, measure=M.DAYS, target=12, indicator="每校两天")
    assert done_words(item, Done(1.5, 12)) == "1.5 / 12 天"
    assert target_words(item) == "下校天数 12 天（每校两天）"
    reported = make_item(plan=plan, measure=M.REPORTED, indicator="新建制度（项）", target=3)
    assert (target_words(reported), done_words(reported, Done(4, 3))) == ("新建制度（项） 3", "4 / 3")
    assert (Done(4, 3).share, Done(0, 3).share) == (1.0, 0.0)
