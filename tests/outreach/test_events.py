"""Teaching events: steps, constraints, figures."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from guanweihui import figures
from guanweihui.figures import Period
from guanweihui.models import AuditEvent
from guanweihui.scope import reach_of
from guanweihui.workflow import Refused
from outreach.models import EventFeedback, HostSchool, Lesson, Need, TeachingEvent
from outreach.reports.events import event_table, figures_of
from outreach.workflow.events import EVENT_FIELDS, add_event, add_feedback, edit_event
from outreach.workflow.lessons import LESSON_FIELDS, add_lesson, edit_lesson, remove_lesson
from outreach.workflow.rows import Moved, mark_of
from tests.factories import make_district, make_event, make_host_school, make_programme
from tests.outreach.rows import make_feedback, make_item, make_need, make_plan

DAY = datetime.date
NOW = timezone.now()
DAYS = {"from_on": DAY(2019, 4, 11), "to_on": DAY(2019, 4, 13)}
Kind = Lesson.Kind


def lines(action):
    return AuditEvent.objects.filter(action=action)


def event_values(**changes):
    return {"name": "承德送教", **DAYS, "organiser": "示例区教育关工委", "summary": "", **changes}


def lesson_values(host, **changes):
    return {
        "held_on": DAY(2019, 4, 12),
        "host_school": host,
        "kind": Kind.PAIRED,
        "subject": "语文",
        "topic": "《背影》",
        "local_teacher": "黎娟艳",
        "visiting_teacher": "唐梅慧",
        "research_officer": "",
        "attendances": 86,
        "radiated_unnamed": 5,
        **changes,
    }


@pytest.fixture
def by(cast):
    return cast.users.district


@pytest.fixture
def event(cast):
    return make_event(programme=cast.home.pairing.programme, lessons=0)


# --- the event ----------------------------------------------------------------------------------------------


def test_an_event_takes_up_the_needs_that_it_answers(cast, by):
    need = make_need(host_school=cast.home.host)
    item = make_item(plan=make_plan(programme=cast.home.pairing.programme))
    programme = cast.home.pairing.programme
    event = add_event(programme, event_values(), needs=[need], items=[item], by=by, at=NOW)
    assert (list(event.needs.all()), list(event.items.all())) == ([need], [item])
    need.refresh_from_db()
    assert need.status == Need.Status.UNDER_WAY
    line = lines("teachingevent.add").get()
    assert (line.actor_label, line.district, line.changes["name"]) == (
        str(by),
        cast.home.district,
        [None, "承德送教"],
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"to_on": DAY(2019, 4, 10)}, "止期不能早于起期"),
        ({"from_on": DAY(2018, 9, 30)}, "才启动"),
        ({"name": "春季送教"}, "这次送教已登记"),
        ({"to_on": DAY(2021, 10, 1)}, "已于2021-09-30结束"),
    ],
)
def test_an_event_that_cannot_be_is_refused(cast, by, changes, words):
    programme = cast.home.pairing.programme
    programme.ends_on = DAY(2021, 9, 30)
    programme.save()
    make_event(programme=programme, name="春季送教", **DAYS, lessons=0)
    with pytest.raises(Refused, match=words):
        add_event(programme, event_values(**changes), by=by, at=NOW)
    assert (TeachingEvent.objects.count(), lines("teachingevent.add").count()) == (1, 0)


@pytest.mark.parametrize("who", ["leader", "auditor", "group", "school", "judge", "outreach", "host"])
def test_only_the_district_s_staff_enter_events(cast, event, who):
    user = getattr(cast.users, who)
    lesson = make_event(programme=event.programme).lessons.get()
    for step in (
        lambda: add_event(event.programme, event_values(), by=user, at=NOW),
        lambda: edit_event(event, event_values(), mark="", by=user, at=NOW),
        lambda: add_lesson(event, lesson_values(cast.home.host), by=user, at=NOW),
        lambda: edit_lesson(lesson, {}, mark="", by=user, at=NOW),
        lambda: remove_lesson(lesson, by=user, at=NOW, reason="重复"),
        lambda: add_feedback(event, {"said_on": event.to_on, "returned": 1}, by=user, at=NOW),
    ):
        with pytest.raises(Refused, match="不在您的职责范围内"):
            step()
    assert AuditEvent.objects.count() == 0


def test_an_edit_writes_what_changed(cast, by, event):
    need = make_need(host_school=cast.home.host)
    mark = mark_of(event, EVENT_FIELDS)
    values = {name: getattr(event, name) for name in EVENT_FIELDS} | {"summary": "两校同上一课。"}
    edit_event(event, values, needs=[need], mark=mark, by=by, at=NOW)
    assert lines("teachingevent.edit").get().changes == {
        "summary": ["", "两校同上一课。"],
        "needs": ["", "骨干教师少"],
    }
    event.refresh_from_db()
    with pytest.raises(Refused, match="没有任何改动"):
        edit_event(event, values, needs=[need], mark=mark_of(event, EVENT_FIELDS), by=by, at=NOW)
    with pytest.raises(Moved, match="被别人改过"):
        edit_event(event, {**values, "summary": "另写"}, mark=mark, by=by, at=NOW)
    assert lines("teachingevent.edit").count() == 1


def test_an_event_s_days_go_on_holding_its_items(cast, by):
    event = make_event(programme=cast.home.pairing.programme)
    values = {**{name: getattr(event, name) for name in EVENT_FIELDS}, "from_on": DAY(2019, 4, 12)}
    with pytest.raises(Refused, match="2019-04-11已登记了送教项目"):
        edit_event(event, values, mark=mark_of(event, EVENT_FIELDS), by=by, at=NOW)


def test_needs_and_tasks_of_another_programme_are_refused(cast, by, event):
    other = make_programme(name="第二批")
    need = make_need()
    need.visit.programme = other
    need.visit.save()
    item = make_item(plan=make_plan(programme=other))
    values = {name: getattr(event, name) for name in EVENT_FIELDS}
    for links, words in (({"needs": [need]}, "所选需求不属于"), ({"items": [item]}, "方案任务不属于")):
        with pytest.raises(Refused, match=words):
            edit_event(event, values, **links, mark=mark_of(event, EVENT_FIELDS), by=by, at=NOW)


# --- its items ----------------------------------------------------------------------------------------------


def test_a_paired_lesson_radiates_to_known_and_new_schools_and_a_number(cast, by, event):
    known = make_host_school(name="虎什哈镇初级中学")
    lesson = add_lesson(
        event,
        lesson_values(cast.home.host),
        radiated=[known],
        new_schools=["郭家屯镇初级中学", "虎什哈镇初级中学"],
        by=by,
        at=NOW,
    )
    assert {one.name for one in lesson.radiated.all()} == {"虎什哈镇初级中学", "郭家屯镇初级中学"}
    new = HostSchool.objects.get(name="郭家屯镇初级中学")
    assert (new.region, new.district) == (cast.home.host.region, cast.home.district)
    line = lines("lesson.add").get()
    assert line.changes["radiated"] == [None, "虎什哈镇初级中学、郭家屯镇初级中学"]
    assert lesson.radiated_unnamed == 5


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"held_on": DAY(2019, 4, 14)}, "从2019-04-11到2019-04-13"),
        ({"held_on": DAY(2019, 4, 10)}, "从2019-04-11到2019-04-13"),
        ({"local_teacher": ""}, "同课异构没有填写本地教师"),
        ({"visiting_teacher": ""}, "同课异构没有填写本区教师"),
        ({"kind": Kind.LESSON_REVIEW}, "评课没有填写教研员"),
        ({"kind": Kind.LECTURE, "visiting_teacher": ""}, "讲座没有填写主讲人"),
    ],
)
def test_an_item_that_cannot_be_is_refused_with_a_sentence(cast, by, event, changes, words):
    with pytest.raises(Refused, match=words):
        add_lesson(event, lesson_values(cast.home.host, **changes), by=by, at=NOW)
    assert (Lesson.objects.count(), lines("lesson.add").count()) == (0, 0)


def test_nothing_is_held_at_a_school_that_is_closed_by_then(cast, by, event):
    host = cast.home.host
    HostSchool.objects.filter(pk=host.pk).update(closed_on=DAY(2019, 4, 12), closed_reason="撤并")
    host.refresh_from_db()
    with pytest.raises(Refused, match="已于2019-04-12停办"):
        add_lesson(event, lesson_values(host), by=by, at=NOW)
    assert add_lesson(event, lesson_values(host, held_on=DAY(2019, 4, 11)), by=by, at=NOW).pk


def test_an_item_stands_once_and_at_a_school_of_the_district(cast, by, event):
    add_lesson(event, lesson_values(cast.home.host), by=by, at=NOW)
    with pytest.raises(Refused, match="这一项已登记"):
        add_lesson(event, lesson_values(cast.home.host), by=by, at=NOW)
    other = make_host_school(district=make_district(full_name="邻区教委", short_name="邻区"))
    with pytest.raises(Refused, match="不在本区的受援学校之内"):
        add_lesson(event, lesson_values(other, subject="数学"), by=by, at=NOW)
    with pytest.raises(Refused, match="不在本区的受援学校之内"):
        add_lesson(event, lesson_values(cast.home.host, subject="数学"), radiated=[other], by=by, at=NOW)


def test_an_item_is_edited_with_what_changed_in_the_line(cast, by, event):
    lesson = add_lesson(event, lesson_values(cast.home.host), radiated=[cast.home.host], by=by, at=NOW)
    mark = mark_of(lesson, LESSON_FIELDS)
    edit_lesson(lesson, lesson_values(cast.home.host, attendances=90), mark=mark, by=by, at=NOW)
    assert lines("lesson.edit").get().changes == {
        "attendances": [86, 90],
        "radiated": [cast.home.host.name, ""],
    }
    with pytest.raises(Moved):
        edit_lesson(lesson, lesson_values(cast.home.host, attendances=91), mark=mark, by=by, at=NOW)


def test_an_item_is_removed_with_its_reason_and_what_it_said(cast, by):
    event = make_event(programme=cast.home.pairing.programme)
    lesson = event.lessons.get()
    with pytest.raises(Refused, match="请写明删除的理由"):
        remove_lesson(lesson, by=by, at=NOW, reason=" ")
    assert remove_lesson(lesson, by=by, at=NOW, reason="重复登记") == event
    line = lines("lesson.remove").get()
    assert (line.reason, line.changes["local_teacher"], Lesson.objects.count()) == (
        "重复登记",
        ["赵本地", None],
        0,
    )


# --- feedback -----------------------------------------------------------------------------------------------


def test_feedback_is_kept_by_school_or_for_all(cast, by, event):
    values = {"said_on": event.to_on, "returned": 80, "content_with": 78, "words": "希望常来"}
    add_feedback(event, values, by=by, at=NOW)
    add_feedback(event, {**values, "host_school": cast.home.host}, by=by, at=NOW)
    kept = EventFeedback.objects.of(event)
    assert [(one.host_school, one.entered_by) for one in kept] == [(None, by), (cast.home.host, by)]
    assert lines("eventfeedback.add").count() == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"content_with": 81}, "满意份数不能多于收回份数"),
        ({"said_on": DAY(2019, 4, 10)}, "不能早于送教开始"),
        ({"returned": 0, "content_with": 0, "words": ""}, "至少填写一项"),
    ],
)
def test_feedback_that_cannot_be_is_refused(by, event, changes, words):
    values = {"said_on": event.to_on, "returned": 80, "content_with": 78, "words": "希望常来", **changes}
    with pytest.raises(Refused, match=words):
        add_feedback(event, values, by=by, at=NOW)
    assert EventFeedback.objects.count() == 0


# --- constraints --------------------------------------------------------------------------------------------


def refused(make):
    with pytest.raises(IntegrityError), transaction.atomic():
        make()


def test_constraints_refuse_what_they_forbid(db):
    event = make_event()
    lesson = event.lessons.get()
    same = {"event": event, "held_on": lesson.held_on, "host_school": lesson.host_school}
    refused(lambda: make_event(name=event.name, from_on=event.from_on, to_on=event.to_on, lessons=0))
    refused(lambda: make_event(from_on=DAY(2019, 4, 13), to_on=DAY(2019, 4, 12), lessons=0))
    both = {"local_teacher": "赵本地", "visiting_teacher": "钱来访"}
    refused(lambda: Lesson.objects.create(**same, kind=Kind.PAIRED, subject="学科1", **both))
    refused(lambda: Lesson.objects.create(**same, kind=Kind.PAIRED, subject="英语", local_teacher="赵本地"))
    refused(lambda: Lesson.objects.create(**same, kind=Kind.PAIRED, subject="英语", visiting_teacher="钱来"))
    refused(lambda: Lesson.objects.create(**same, kind=Kind.LESSON_REVIEW, subject="英语", **both))
    refused(lambda: Lesson.objects.create(**same, kind=Kind.LECTURE, subject="英语", local_teacher="赵本地"))
    refused(lambda: make_feedback(event, returned=1, content_with=2))


# --- figures ------------------------------------------------------------------------------------------------


NAMES = (
    "outreach.events",
    "outreach.lessons",
    "outreach.event_lectures",
    "outreach.event_attendances",
    "outreach.radiated_named",
    "outreach.radiated_unnamed",
)


def three_events(cast):
    """Two events of the year and one of the year before; a school radiated twice counts once."""
    programme, host = cast.home.pairing.programme, cast.home.host
    radiated = make_host_school(name="辐射一中"), make_host_school(name="辐射二中")
    first = make_event(programme=programme, lessons=0)
    second = make_event(programme=programme, lessons=0, from_on=DAY(2019, 8, 30), to_on=DAY(2019, 9, 2))
    earlier = make_event(programme=programme, from_on=DAY(2018, 8, 30), to_on=DAY(2018, 9, 2), lessons=1)
    same = {"host_school": host, "subject": "语文", "local_teacher": "甲", "visiting_teacher": "乙"}
    rows = (
        (first, Kind.PAIRED, DAY(2019, 4, 11), 86, 5, radiated),
        (first, Kind.LESSON_REVIEW, DAY(2019, 4, 11), 40, 0, ()),
        (first, Kind.LECTURE, DAY(2019, 4, 12), 130, 7, radiated[:1]),
        (second, Kind.PAIRED, DAY(2019, 9, 1), 20, 0, radiated[1:]),
    )
    for event, kind, day, people, unnamed, named in rows:
        lesson = Lesson.objects.create(
            event=event,
            kind=kind,
            held_on=day,
            attendances=people,
            radiated_unnamed=unnamed,
            research_officer="丙",
            **same,
        )
        lesson.radiated.set(named)
    return first, second, earlier


def test_the_year_s_figures_count_named_schools_once_and_unnamed_ones_apart(cast, by):
    first, _, _ = three_events(cast)
    period = Period.of(2018)
    # events 2; lessons 1 + 1; lectures 1; attendances 86 + 40 + 130 + 20; named 一中, 二中; unnamed 5 + 7
    assert figures.values(NAMES, by, period) == dict(zip(NAMES, (2, 2, 1, 276, 2, 12), strict=True))
    assert figures.values(NAMES, cast.users.outreach, period)["outreach.radiated_named"] == 2
    assert not any(figures.values(NAMES, cast.users.group, period).values())
    sums = figures_of(TeachingEvent.objects.for_list().get(pk=first.pk))
    assert (sums.lessons, sums.reviews, sums.lectures, sums.attendances) == (1, 1, 1, 256)
    assert (sums.held_at, sums.named, sums.unnamed, sums.unnamed_words) == (1, 2, 12, "另有12校，未具名")


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_s_list_says_the_figure(cast, by, name):
    three_events(cast)
    period = Period.of(2018)
    figure = figures.get(name)
    page = cast.district.get(figure.url(period)).content.decode()
    value = figures.values([name], by, period)[name]
    assert f"{figure.label} {value} {figure.unit}" in " ".join(page.replace("<b>", "").split()) or (
        f"{figure.label} {value}" in page
    )


@pytest.mark.parametrize("events", [1, 3])
def test_tables_cost_the_same_at_one_and_three_events(cast, by, events, django_assert_num_queries):
    for _ in range(events):
        make_event(programme=cast.home.pairing.programme, lessons=2)
    reach_of(by)
    with django_assert_num_queries(4):
        table = event_table(TeachingEvent.objects.visible_to(by).for_list())
    assert len(table.rows) == events
    with django_assert_num_queries(3):
        figures.values(NAMES, by, Period.of(2018))
