"""The pages of teaching events and of their items."""

import datetime
import io

import openpyxl
import pytest
from django.urls import reverse

from guanweihui.models import AuditEvent
from outreach.models import Lesson, Need, Programme, TeachingEvent
from outreach.workflow.events import EVENT_FIELDS
from outreach.workflow.lessons import LESSON_FIELDS
from outreach.workflow.rows import mark_of
from tests.cast import count_queries
from tests.factories import make_event, make_host_school, make_pairing, make_programme
from tests.outreach.rows import make_feedback, make_need

DAY = datetime.date
EVENT = {"name": "承德送教", "from_on": "2019-04-11", "to_on": "2019-04-13", "organiser": "教育关工委"}


def words(answer) -> str:
    return answer.content.decode()


def lesson_form(host, **changes):
    return {
        "held_on": "2019-04-12",
        "host_school": host.pk,
        "kind": "PAIRED",
        "subject": "语文",
        "topic": "《背影》",
        "local_teacher": "黎娟艳",
        "visiting_teacher": "唐梅慧",
        "attendances": "86",
        "radiated_unnamed": "",
        **changes,
    }


@pytest.fixture
def event(cast):
    return make_event(programme=cast.home.pairing.programme)


def pages(event):
    lesson = event.lessons.get()
    return [
        *(reverse(name, args=[event.pk]) for name in ("event-edit", "event-feedback", "lesson-new")),
        *(reverse(name, args=[lesson.pk]) for name in ("lesson-edit", "lesson-remove")),
        reverse("event-new"),
    ]


def test_forms_are_the_district_s_and_the_event_is_read_by_its_principals(cast, event):
    for url in pages(event):
        for who in ("leader", "auditor", "group", "school", "stranger", "judge", "outreach", "host"):
            assert getattr(cast, who).get(url).status_code == 404, (url, who)
        assert cast.district.get(url).status_code == 200
        assert cast.anonymous.get(url).status_code == 302
        assert cast.district.delete(url).status_code == 405
    url = reverse("event-detail", args=[event.pk])
    assert [getattr(cast, who).get(url).status_code for who in ("district", "leader", "outreach")] == [
        200
    ] * 3
    assert [getattr(cast, who).get(url).status_code for who in ("group", "host", "school")] == [404] * 3
    assert cast.district.post(url).status_code == 405


def test_a_foreign_event_does_not_exist(cast, event):
    other = make_event(programme=make_programme(name="第二批"))
    assert cast.outreach.get(reverse("event-detail", args=[other.pk])).status_code == 404
    assert cast.district.get(reverse("event-detail", args=[10**9])).status_code == 404


def test_a_principal_reads_the_needs_of_his_own_schools_alone(cast, event):
    """Another pair's need is answered by the same event; it must neither be said nor led to."""
    other = make_pairing(programme=event.programme, principal_name="吴校长")
    foreign = make_need(host_school=other.partnerships.first().host_school, text="别对的需求")
    event.needs.add(foreign)
    url = reverse("event-detail", args=[event.pk])
    page = words(cast.outreach.get(url))
    assert ("别对的需求" in page, "针对的需求（只含本人结对的学校）</dt><dd>无<" in page) == (False, True)
    own = make_need(host_school=cast.home.host, text="本对的需求")
    event.needs.add(own)
    page = words(cast.outreach.get(url))
    ways = [reverse("need-detail", args=[one.pk]) for one in (own, foreign)]
    assert ("本对的需求" in page, "别对的需求" in page, *(way in page for way in ways)) == (
        True,
        False,
        True,
        False,
    )
    assert [cast.outreach.get(way).status_code for way in ways] == [200, 404]
    page = words(cast.leader.get(url))
    assert ("本对的需求" in page, "别对的需求" in page, "只含本人" in page) == (True, True, False)


def test_an_event_is_entered_with_the_needs_it_answers(cast):
    need = make_need(host_school=cast.home.host)
    answer = cast.district.post(reverse("event-new"), {**EVENT, "needs": [need.pk]})
    event = TeachingEvent.objects.get()
    assert answer["Location"] == reverse("event-detail", args=[event.pk])
    page = words(cast.district.get(answer["Location"]))
    assert ("已登记“承德送教”" in page, "骨干教师少" in page) == (True, True)
    need.refresh_from_db()
    assert need.status == Need.Status.UNDER_WAY


def test_where_several_programmes_run_the_batch_is_asked_first(cast):
    other = make_programme(name="第二批老校长下乡")
    url = reverse("event-new")
    assert "先选择这次送教属于哪一批" in words(cast.district.get(url))
    answer = cast.district.post(url, {"programme": other.pk})
    assert answer["Location"] == f"{url}?programme={other.pk}"
    assert cast.district.get(f"{url}?programme=x").status_code == 404
    cast.district.post(answer["Location"], EVENT)
    assert TeachingEvent.objects.get().programme == other


def test_a_bad_event_keeps_what_was_typed(cast):
    answer = cast.district.post(reverse("event-new"), {**EVENT, "to_on": "2019-04-01"})
    assert answer.status_code == 422
    assert ("止期不能早于起期" in words(answer), 'value="承德送教"' in words(answer)) == (True, True)
    assert cast.district.post(reverse("event-new"), {**EVENT, "name": ""}).status_code == 422


def test_an_old_tab_overwrites_nothing_and_goes_on_under_the_new_mark(cast, event):
    url = reverse("event-edit", args=[event.pk])
    mark = mark_of(event, EVENT_FIELDS)
    TeachingEvent.objects.filter(pk=event.pk).update(organiser="别人写的")
    typed = {**EVENT, "mark": mark}
    answer = cast.district.post(url, typed)
    assert (answer.status_code, "被别人改过" in words(answer)) == (422, True)
    event.refresh_from_db()
    again = cast.district.post(url, {**EVENT, "mark": mark_of(event, EVENT_FIELDS)})
    assert again.status_code == 302
    event.refresh_from_db()
    assert event.organiser == "教育关工委"


def test_an_item_is_entered_with_new_radiated_schools(cast, event):
    host = cast.home.host
    url = reverse("lesson-new", args=[event.pk])
    more = {"new_schools": "虎什哈镇初级中学、郭家屯镇初级中学", "radiated_unnamed": "5"}
    answer = cast.district.post(url, lesson_form(host, radiated=[host.pk], **more))
    assert answer.status_code == 302
    lesson = Lesson.objects.get(topic="《背影》")
    assert lesson.radiated.count() == 3
    page = words(cast.district.get(answer["Location"]))
    for said in ("《背影》", "虎什哈镇初级中学", "另有5校，未具名", "2 节"):
        assert said in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"held_on": "2019-04-14"}, "日期要在其中"),
        ({"local_teacher": ""}, "同课异构没有填写本地教师"),
        ({"new_schools": "周边5校"}, "是数目，不是校名"),
        ({"new_schools": "长" * 61}, "太长"),
        ({"host_school": ""}, "地点"),
    ],
)
def test_a_bad_item_keeps_what_was_typed(cast, event, changes, said):
    answer = cast.district.post(
        reverse("lesson-new", args=[event.pk]), lesson_form(cast.home.host, **changes)
    )
    assert answer.status_code == 422
    assert (said in words(answer), "《背影》" in words(answer)) == (True, True)
    assert Lesson.objects.count() == 1


def test_an_item_is_edited_and_removed(cast, event):
    lesson = event.lessons.get()
    url = reverse("lesson-edit", args=[lesson.pk])
    typed = lesson_form(lesson.host_school, mark=mark_of(lesson, LESSON_FIELDS), held_on="2019-04-13")
    assert cast.district.post(url, typed).status_code == 302
    lesson.refresh_from_db()
    assert (lesson.subject, lesson.held_on, lesson.radiated.count()) == ("语文", DAY(2019, 4, 13), 0)
    assert cast.district.post(url, typed).status_code == 422
    gone = reverse("lesson-remove", args=[lesson.pk])
    assert cast.district.post(gone, {"reason": ""}).status_code == 422
    assert cast.district.post(gone, {"reason": "重复登记"}).status_code == 302
    assert (Lesson.objects.count(), AuditEvent.objects.filter(action="lesson.remove").count()) == (0, 1)


def test_feedback_is_entered_and_shown(cast, event):
    url = reverse("event-feedback", args=[event.pk])
    typed = {"said_on": "2019-04-13", "returned": "80", "content_with": "78", "words": "希望常来"}
    assert cast.district.post(url, {**typed, "content_with": "81"}).status_code == 422
    assert cast.district.post(url, typed).status_code == 302
    page = words(cast.district.get(reverse("event-detail", args=[event.pk])))
    assert [word in page for word in ("希望常来", "97.5%", "全体参加人员")] == [True] * 3


def test_the_list_shows_named_and_unnamed_schools_side_by_side_never_their_sum(cast, event):
    lesson = event.lessons.get()
    lesson.radiated_unnamed = 16
    lesson.save()
    lesson.radiated.add(make_host_school())
    page = words(cast.district.get(reverse("event-list")))
    assert ("有校名 2 校；另有16校，未具名" in page, "18 校" in page, "18校" in page) == (True, False, False)
    book = openpyxl.load_workbook(
        io.BytesIO(b"".join(cast.district.get(reverse("event-export")).streaming_content))
    ).active
    row = next(row for row in book.iter_rows(values_only=True) if row[0] == 1 and row[1] == event.name)
    assert row[5:12] == (1, 0, 0, 30, 1, 2, 16)


def test_an_event_without_items_stands_in_the_list(cast):
    make_event(programme=cast.home.pairing.programme, name="还没有项目的送教", lessons=0)
    assert "还没有项目的送教" in words(cast.district.get(reverse("event-list")))


def test_without_a_programme_there_is_a_sentence(cast):
    cast.home.pairing.partnerships.all().delete()
    cast.home.pairing.delete()
    Programme.objects.all().delete()
    answer = cast.district.get(reverse("event-new"))
    assert (answer.status_code, "还没有老校长下乡项目" in words(answer)) == (409, True)


def test_pages_cost_the_same_at_one_and_three_rows(cast):
    programme = cast.home.pairing.programme
    event = make_event(programme=programme)
    make_feedback(event)
    event.needs.add(make_need(host_school=cast.home.host))
    urls = (
        reverse("event-list"),
        reverse("lesson-list"),
        reverse("event-detail", args=[event.pk]),
        reverse("event-edit", args=[event.pk]),
        reverse("lesson-new", args=[event.pk]),
    )

    def costs():
        return [count_queries(cast.district, url) for url in urls]

    once = costs()
    for number in (1, 2):
        make_event(programme=programme, lessons=3).lessons.update(event=event)
        make_feedback(event)
        need = make_need(host_school=cast.home.host, text=f"需求{number}", visit=Need.objects.first().visit)
        event.needs.add(need)
    assert once == costs() == [9, 8, 12, 11, 10]


def test_a_principal_s_page_of_an_event_costs_the_same_at_one_and_three_needs(cast, event):
    url = reverse("event-detail", args=[event.pk])
    first = make_need(host_school=cast.home.host)
    event.needs.add(first)
    once = count_queries(cast.outreach, url)
    for number in (1, 2):
        event.needs.add(make_need(visit=first.visit, text=f"需求{number}"))
    assert once == count_queries(cast.outreach, url) == 10
