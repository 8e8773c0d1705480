"""The picker of people for a task: order, who is left out, asking, answers, the list of telephones."""

import datetime
import re
import shutil
import subprocess

import pytest
from django.urls import reverse
from django.utils import timezone

from guanweihui.documents import pdf
from guanweihui.models import AuditEvent
from guanweihui.workflow import Refused
from members.models import TaskCall
from members.workflow import serving as steps
from tests import factories
from tests.cast import count_queries
from tests.members.certificates_rows import POSTED_AT, make_call, make_member, make_team

DAY = POSTED_AT.date()
NO_PDF = pdf.available() or (None if shutil.which("pdftotext") else "poppler-utils is not installed")
PICKER, ASK, PHONES, CALLS = "/picker/", "/picker/ask/", "/picker/phones/", "/task-calls/"


def words(response) -> str:
    return response.content.decode()


def trail(action) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action=action).order_by("pk"))


def volunteer(cast, name="曾玉兰", **fields):
    fields.setdefault("school", cast.home.school)
    return factories.make_person(name=name, **fields)


def shown(response) -> list[str]:
    return [row.name for row in response.context["rows"]]


# --- who may be asked ------------------------------------------------------------------------------------


def test_never_asked_stand_first_then_the_least_recently_asked_then_pinyin(cast):
    names = ("周", "吴", "郑", "王", "冯")
    people = {name: volunteer(cast, f"{name}一") for name in names}
    make_call(people["周"], asked_on=datetime.date(2018, 5, 1))
    make_call(people["吴"], asked_on=datetime.date(2018, 1, 1))
    make_call(people["吴"], asked_on=datetime.date(2018, 6, 1))
    make_call(people["郑"], asked_on=datetime.date(2018, 5, 1))
    found = [one.name[0] for one in steps.candidates(cast.users.district, day=DAY)]
    assert found == ["冯", "王", "郑", "周", "吴"]
    assert shown(cast.district.get(PICKER)) == ["冯一", "王一", "郑一", "周一", "吴一"]


def test_the_picker_stands_under_service_in_the_menu(cast):
    page = words(cast.district.get(PICKER))
    assert set(re.findall(r'aria-current="true">([^<]+)</a>', page)) == {"志愿服务"}


def test_the_dead_the_stopped_and_those_who_moved_are_left_out(cast):
    tomorrow = DAY + datetime.timedelta(days=1)
    volunteer(cast, "在")
    volunteer(cast, "明日停", stopped_on=tomorrow)
    volunteer(cast, "已故", died_on=DAY)
    volunteer(cast, "停止", stopped_on=DAY)
    volunteer(cast, "迁居", moved_away_on=DAY)
    volunteer(cast, "不是", is_volunteer=False)
    at_home = [one.name for one in steps.candidates(cast.users.district, day=DAY)]
    everywhere = [one.name for one in steps.candidates(cast.users.district, day=DAY, with_moved=True)]
    assert (sorted(at_home), sorted(everywhere)) == (["在", "明日停"], ["在", "明日停", "迁居"])
    assert "迁居" not in shown(cast.district.get(PICKER))
    assert "迁居" in shown(cast.district.get(f"{PICKER}?moved=yes"))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("skill=书", ["甲一"]),
        ("subject=数学", ["乙二"]),
        ("name=bing", ["丙三"]),
        ("team={team}", ["甲一"]),
        ("group={group}", ["丙三"]),
        ("elder_class={elder}", ["乙二"]),
        ("team=abc", ["丙三", "甲一", "乙二"]),
    ],
)
def test_the_query_bar_finds(cast, query, found):
    elder = factories.make_elder_class(name="老专家", position=3)
    first = volunteer(cast, "甲一", speciality="书法、绘画")
    gone = volunteer(cast, "乙二", subject="初中数学", elder_class=elder)
    volunteer(cast, "丙三", school=cast.far.school)
    team = make_team(cast.home.district)
    make_member(team, first)
    make_member(team, gone, to_on=timezone.localdate() - datetime.timedelta(days=1))
    asked = query.format(team=team.pk, group=cast.far.group.pk, elder=elder.pk)
    assert sorted(shown(cast.district.get(f"{PICKER}?{asked}"))) == sorted(found)


def test_a_school_picks_its_own_people_and_readers_pick_nobody(cast):
    volunteer(cast, "自己的")
    volunteer(cast, "别校的", school=cast.far.school)
    assert shown(cast.school.get(PICKER)) == ["自己的"]
    for url in (PICKER, ASK, PHONES):
        refused = [
            getattr(cast, who).get(url).status_code
            for who in ("leader", "auditor", "group", "judge", "outreach")
        ]
        assert refused == [404] * 5
        assert cast.anonymous.get(url).status_code == 302
        assert cast.district.delete(url).status_code == 405


def test_telephones_stand_masked_in_the_list(cast):
    person = volunteer(cast)
    page = words(cast.district.get(PICKER))
    assert (person.phone in page, f"199****{person.phone[-4:]}" in page) == (False, True)
    assert "没有邀请过" in page


def test_the_picker_costs_the_same_at_one_and_three_rows(cast):
    make_call(volunteer(cast))
    once = [count_queries(cast.district, url) for url in (PICKER, CALLS)]
    for _ in range(2):
        make_call(volunteer(cast, school=factories.make_school()))
    assert once == [count_queries(cast.district, url) for url in (PICKER, CALLS)] == [9, 5]


# --- asking ----------------------------------------------------------------------------------------------


def test_asking_writes_a_call_each_and_one_line(cast):
    people = [volunteer(cast, "甲一"), volunteer(cast, "乙二")]
    calls = steps.ask_people([one.pk for one in people], " 评审 ", by=cast.users.school, at=POSTED_AT)
    rows = TaskCall.objects.order_by("person__name").values_list(
        "person__name", "task", "asked_on", "asked_by", "answer"
    )
    by = cast.users.school.pk
    assert sorted(rows) == sorted([("甲一", "评审", DAY, by, ""), ("乙二", "评审", DAY, by, "")])
    (line,) = trail("taskcall.ask")
    assert (len(calls), line.district, line.changes) == (
        2,
        cast.home.district,
        {"task": "评审", "people": ["甲一（和平小学）", "乙二（和平小学）"]},
    )


@pytest.mark.parametrize("planted", ["far", "dead", "stopped", "nobody", "unknown"])
def test_one_who_may_not_be_asked_stops_the_whole_step(cast, planted):
    fine = volunteer(cast)
    keys = [fine.pk] + {
        "far": lambda: [volunteer(cast, school=cast.far.school).pk],
        "dead": lambda: [volunteer(cast, died_on=DAY).pk],
        "stopped": lambda: [volunteer(cast, stopped_on=DAY).pk],
        "nobody": lambda: [volunteer(cast, is_volunteer=False).pk],
        "unknown": lambda: [10**9],
    }[planted]()
    with pytest.raises(Refused, match="有 1 人不能邀请"):
        steps.ask_people(keys, "评审", by=cast.users.school, at=POSTED_AT)
    assert (TaskCall.objects.count(), trail("taskcall.ask")) == (0, [])


def test_a_task_typed_for_somebody_who_has_stopped_meanwhile_is_kept(cast):
    person = volunteer(cast, "已停", stopped_on=DAY)
    answer = cast.district.post(ASK, {"people": [person.pk], "task": "读书活动评审"})
    page = answer.content.decode()
    assert (answer.status_code, "读书活动评审" in page, "不能邀请" in page) == (422, True, True)
    assert cast.district.get(ASK, {"people": [person.pk]}).status_code == 409


def test_nobody_and_no_task_are_refused(cast):
    with pytest.raises(Refused, match="还没有选择人员"):
        steps.ask_people([], "评审", by=cast.users.school, at=POSTED_AT)
    with pytest.raises(Refused, match="请写明任务"):
        steps.ask_people([volunteer(cast).pk], " ", by=cast.users.school, at=POSTED_AT)


def test_a_second_click_asks_nobody_twice(cast):
    person = volunteer(cast)
    steps.ask_people([person.pk], "评审", by=cast.users.school, at=POSTED_AT)
    with pytest.raises(Refused, match="今天已就同一任务邀请过"):
        steps.ask_people([person.pk], "评审", by=cast.users.district, at=POSTED_AT)
    steps.ask_people([person.pk], "宣讲", by=cast.users.school, at=POSTED_AT)
    steps.ask_people([person.pk], "评审", by=cast.users.school, at=POSTED_AT + datetime.timedelta(days=1))
    assert TaskCall.objects.count() == 3


@pytest.mark.parametrize("who", ["leader", "auditor", "group", "stranger", "judge", "outreach"])
def test_only_the_school_and_the_district_ask_answer_and_print(cast, who):
    by, person = getattr(cast.users, who), volunteer(cast)
    call = make_call(person)
    with pytest.raises(Refused):
        steps.ask_people([person.pk], "评审", by=by, at=POSTED_AT)
    with pytest.raises(Refused):
        steps.answer_call(call, "YES", by=by, at=POSTED_AT)
    with pytest.raises(Refused):
        steps.list_phones([person.pk], by=by, at=POSTED_AT, purpose="通知评审时间")
    assert AuditEvent.objects.count() == 0


def test_an_answer_is_written_with_one_line(cast):
    call = make_call(volunteer(cast))
    answered = steps.answer_call(call, "NO", by=cast.users.school, at=POSTED_AT)
    (line,) = trail("taskcall.answer")
    assert (answered.answer, line.changes) == ("NO", {"answer": ["", "NO"]})
    with pytest.raises(Refused, match="请选择"):
        steps.answer_call(call, "MAYBE", by=cast.users.school, at=POSTED_AT)


# --- pages -----------------------------------------------------------------------------------------------


def test_from_ticks_to_calls(cast):
    people = [volunteer(cast, "甲一"), volunteer(cast, "乙二")]
    url = f"{ASK}?people={people[0].pk}&people={people[1].pk}"
    page = words(cast.school.get(url))
    assert "甲一（和平小学）、乙二（和平小学）" in page
    keys = [str(one.pk) for one in people]
    assert all(f'name="people" value="{key}"' in page for key in keys)
    bad = cast.school.post(url, {"people": keys, "task": ""})
    assert (bad.status_code, TaskCall.objects.count()) == (422, 0)
    assert "请填写“任务”。" in words(bad)
    assert cast.school.post(url, {"people": keys, "task": "评审"}).url == CALLS
    assert TaskCall.objects.count() == 2


@pytest.mark.parametrize("url", [ASK, PHONES])
def test_nobody_ticked_or_a_foreigner_is_told(cast, url):
    person = volunteer(cast)
    assert [cast.school.get(url).url, cast.school.post(url).url] == [PICKER, PICKER]
    assert cast.stranger.get(f"{url}?people={person.pk}").status_code == 409
    assert cast.school.get(f"{url}?people=abc&people={'9' * 30}").url == PICKER


@pytest.mark.skipif(NO_PDF is not None, reason=str(NO_PDF))
def test_the_list_of_telephones_needs_a_purpose_and_is_recorded(cast):
    person, other = volunteer(cast, "甲一"), volunteer(cast, "乙二")
    data = {"people": [person.pk], "purpose": ""}
    refused = cast.school.post(PHONES, data)
    assert (refused.status_code, person.phone in words(refused)) == (422, False)
    assert trail("person.phones") == []
    answer = cast.school.post(PHONES, {**data, "purpose": "通知评审时间"})
    content = b"".join(answer.streaming_content)
    text = re.sub(
        r"\s", "", subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True).stdout.decode()
    )
    assert (person.phone in text, other.phone in text, person.id_number in text) == (True, False, False)
    (line,) = trail("person.phones")
    assert (line.actor, line.reason, line.changes) == (
        cast.users.school,
        "通知评审时间",
        {"people": ["甲一（和平小学）"]},
    )


def test_calls_are_listed_in_reach_and_answered_on_a_page(cast):
    call = make_call(volunteer(cast, "甲一"))
    make_call(volunteer(cast, "乙二", school=cast.far.school), answer="YES")
    page = words(cast.school.get(CALLS))
    assert ("甲一" in page, "乙二" in page, "待答复" in page) == (True, False, True)
    url = reverse("task-call-answer", args=[call.pk])
    assert cast.school.get(url).status_code == 200
    assert cast.school.post(url, {"answer": "MAYBE"}).status_code == 422
    assert cast.school.post(url, {"answer": "YES"}).url == CALLS
    call.refresh_from_db()
    assert call.answer == "YES"
    assert [getattr(cast, who).get(url).status_code for who in ("stranger", "leader", "group")] == [404] * 3
    assert cast.anonymous.get(url).status_code == 302
    assert url not in words(cast.leader.get(CALLS))


@pytest.mark.parametrize(("query", "found"), [("answer=NONE", ["甲一"]), ("answer=YES", ["乙二"])])
def test_calls_are_narrowed_by_answer(cast, query, found):
    make_call(volunteer(cast, "甲一"))
    make_call(volunteer(cast, "乙二"), answer="YES")
    page = words(cast.district.get(f"{CALLS}?{query}"))
    assert [name for name in ("甲一", "乙二") if name in page] == found
