"""The pages of the three-year plan: list, one revision, its forms and steps, its print, the to-dos."""

import datetime
import io

import pypdf
import pytest
from django.urls import reverse

from guanweihui.todos import desk_of
from outreach.models import Need, Plan, PlanItem, PlanProgress
from outreach.workflow import plans as steps
from tests.cast import count_queries
from tests.factories import make_event, make_pairing, make_programme, make_visit
from tests.outreach.research_rows import NOW, make_draft
from tests.outreach.rows import make_item, make_need, make_plan, make_trip

S = Plan.Status


def words(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def programme(cast):
    return cast.home.pairing.programme


@pytest.fixture
def draft(programme):
    return make_draft(programme)


@pytest.fixture
def in_force(programme):
    plan = make_plan(programme=programme)
    make_item(plan=plan, title="听课指导")
    return plan


def page_of(client, plan) -> str:
    return words(client.get(f"/outreach/plans/{plan.pk}/"))


def test_plans_are_for_the_district_and_the_principals_of_the_programme(cast, in_force):
    other = make_plan(
        programme=make_pairing(programme=make_programme(name="第二批")).programme, title="不该看见"
    )
    for url in (
        "/outreach/plans/",
        f"/outreach/plans/{in_force.pk}/",
        f"/outreach/plans/{in_force.pk}/print/",
    ):
        for who in ("group", "school", "judge", "host", "volunteer"):
            assert getattr(cast, who).get(url).status_code == 404
        assert cast.anonymous.get(url).url == f"/accounts/login/?next={url}"
        assert cast.district.post(url).status_code == 405
        # The print is the district's: a principal's would give his own pair's figures as the plan's.
        principal = 404 if url.endswith("/print/") else 200
        assert [getattr(cast, who).get(url).status_code for who in ("leader", "outreach")] == [200, principal]
    assert "不该看见" not in words(cast.outreach.get("/outreach/plans/"))
    assert cast.outreach.get(f"/outreach/plans/{other.pk}/").status_code == 404
    assert "不该看见" in words(cast.auditor.get("/outreach/plans/"))


def test_a_draft_is_the_district_s_own(cast, draft):
    url = f"/outreach/plans/{draft.pk}/"
    assert [getattr(cast, who).get(url).status_code for who in ("leader", "outreach")] == [200, 404]
    assert "还没有三年工作方案" in words(cast.outreach.get("/outreach/plans/"))


def test_the_page_shows_years_progress_and_drawing(cast, programme, in_force):
    make_item(plan=in_force, title="师徒结对", mode=PlanItem.Mode.APART, measure="MENTOR_PAIRS", target=2)
    make_trip(pairing=cast.home.pairing, status="CONFIRMED", lessons_observed=8, mentor_pairs=1)
    page = page_of(cast.district, in_force)
    for said in (
        "2018年10月1日至2021年9月30日",
        "2 项任务，完成 1 项",
        "8 / 8 节",
        "1 / 2 对",
        "整体推进",
        "分散活动",
        "第1年目标",
        "<svg",
        "修订方案",
    ):
        assert said in page, said
    assert "新增任务" not in page
    own = page_of(cast.outreach, in_force)
    assert ("只含您本人的结对" in own, "修订方案" in own, ">操作<" in own) == (True, False, False)


def test_a_principal_does_not_read_other_pairs_needs_on_the_plan(cast, programme, in_force):
    other = make_pairing(programme=programme, principal_name="吴校长")
    hosts = (cast.home.host, other.partnerships.first().host_school)
    for host, text in zip(hosts, ("自己学校的需求", "不该看见的需求"), strict=True):
        visit = make_visit(host_school=host, programme=programme, needs=())
        in_force.items.get().needs.add(make_need(visit=visit, text=text))
    sees = {who: page_of(getattr(cast, who), in_force) for who in ("district", "outreach")}
    assert [text in sees["outreach"] for text in ("自己学校的需求", "不该看见的需求")] == [True, False]
    assert "不该看见的需求" in sees["district"]


def test_pages_cost_the_same_at_one_and_three_rows(cast, programme, in_force):
    urls = ("/outreach/plans/", f"/outreach/plans/{in_force.pk}/", f"/outreach/plans/{in_force.pk}/print/")
    need = make_need(visit=make_visit(host_school=cast.home.host, programme=programme, needs=()))
    item = in_force.items.get()
    item.needs.add(need)
    make_trip(pairing=cast.home.pairing, status="CONFIRMED").items.add(item)
    make_event(programme=programme).items.add(item)
    PlanProgress.objects.create(item=item, reported_on=NOW.date(), done=1)
    once = [count_queries(cast.leader, url) for url in urls]
    for number in (1, 2):
        more = make_item(plan=in_force, year_no=1 + number, due_on=datetime.date(2021, 9, 1), needs=[need])
        trip = make_trip(
            pairing=cast.home.pairing,
            status="CONFIRMED",
            number=1 + number,
            from_on=datetime.date(2020, number, 6),
        )
        trip.items.add(item, more)
        make_event(programme=programme, name=f"第{number}次").items.add(item, more)
        struck = {"struck_at": NOW, "struck_by": cast.users.district, "strike_reason": "错"}
        PlanProgress.objects.create(item=more, reported_on=NOW.date(), done=1, **struck)
        make_plan(programme=make_programme(name=f"第{number}批"))
    assert once == [count_queries(cast.leader, url) for url in urls] == [5, 15, 12]


def test_a_revision_shows_what_it_changes(cast, in_force):
    gone = make_item(plan=in_force, title="参观交流")
    plan = steps.revise(in_force, reason="增加学校", by=cast.users.district, at=NOW)
    plan.items.get(origin=gone).delete()
    plan.items.update(target=12)
    make_item(plan=plan, title="送教活动", measure="EVENTS", target=2)
    plan.goals.filter(year_no=2).update(text="两年见效")
    page = page_of(cast.district, plan)
    for said in (
        "与上一版的不同",
        "目标值：8 → 12",
        "第2年目标 → 两年见效",
        "参观交流",
        "第1年，送教活动次数 2 次",
        "增加学校",
        "其他版次",
    ):
        assert said in page, said
    assert "与上一版的不同" not in page_of(cast.district, in_force)
    once = count_queries(cast.district, f"/outreach/plans/{plan.pk}/")
    for _ in range(2):
        make_item(plan=plan)
    assert count_queries(cast.district, f"/outreach/plans/{plan.pk}/") == once == 18


def test_a_plan_is_made_on_its_pages_from_start_to_approval(cast, programme):
    assert "新建：第一批老校长下乡" in words(cast.district.get("/outreach/plans/"))
    url = reverse("plan-new", args=[programme.pk])
    answer = cast.district.post(url, {"title": "", "goal_1": "写了很久的目标"})
    assert (answer.status_code, "写了很久的目标" in words(answer)) == (422, True)
    goals = {f"goal_{year}": f"第{year}年做好" for year in (1, 2, 3)}
    assert cast.district.post(url, {"title": "三年工作方案", "basis": "调研", **goals}).status_code == 302
    assert "新建：" not in words(cast.district.get("/outreach/plans/"))
    plan = Plan.objects.get()
    base = f"/outreach/plans/{plan.pk}/"
    answer = cast.district.post(f"{base}propose/", {"confirmed": "on"})
    assert (answer.status_code, "还没有任务" in words(answer)) == (422, True)
    need = make_need(visit=make_visit(host_school=cast.home.host, programme=programme, needs=()))
    data = item_data(needs=[need.pk])
    answer = cast.district.post(f"{base}items/new/", {**data, "due_on": "2030-01-01"})
    assert (answer.status_code, "完成期限" in words(answer), "听课指导" in words(answer)) == (422, True, True)
    assert cast.district.post(f"{base}items/new/", {**data, "target": "0"}).status_code == 422
    assert cast.district.post(f"{base}items/new/", data).status_code == 302
    assert Need.objects.get().status == "UNDER_WAY"
    assert cast.district.post(f"{base}propose/", {"confirmed": "on"}).status_code == 302
    assert cast.leader.post(f"{base}return/", {"reason": "再细化"}).status_code == 302
    assert cast.district.post(f"{base}propose/", {"confirmed": "on"}).status_code == 302
    assert cast.leader.post(f"{base}approve/", {"confirmed": "on"}).status_code == 302
    answer = cast.district.post(f"{base}revise/", {"reason": "增加学校"})
    assert (answer.status_code, Plan.objects.get(revision=2).status) == (302, S.DRAFT)


def item_data(**more):
    return {
        "year_no": "1",
        "title": "听课指导",
        "mode": "TOGETHER",
        "field": "CURRICULUM_REFORM",
        "host_school": "",
        "measure": "LESSONS_OBSERVED",
        "indicator": "",
        "target": "8",
        "owner": "周校长",
        "due_on": "2019-06-30",
        **more,
    }


def test_words_and_tasks_of_a_draft_are_edited_on_their_pages(cast, draft):
    base, item = f"/outreach/plans/{draft.pk}/", draft.items.get()
    mark = cast.district.get(f"{base}edit/").context["form"]["mark"].value()
    data = {"title": "新名称", "basis": "", "goal_1": "a", "goal_2": "b", "goal_3": "c", "mark": mark}
    assert cast.district.post(f"{base}edit/", data).status_code == 302
    old = {**data, "title": "又改"}
    answer = cast.district.post(f"{base}edit/", old)
    assert (answer.status_code, "被别人改过" in words(answer), "又改" in words(answer)) == (422, True, True)
    again = {**old, "mark": answer.context["form"]["mark"].value()}
    assert cast.district.post(f"{base}edit/", again).status_code == 302
    draft.refresh_from_db()
    assert draft.title == "又改"
    url = f"/outreach/plans/items/{item.pk}/"
    mark = cast.district.get(f"{url}edit/").context["form"]["mark"].value()
    assert cast.district.post(f"{url}edit/", item_data(target="9", mark=mark)).status_code == 302
    assert PlanItem.objects.get().target == 9
    answer = cast.district.post(f"{url}edit/", item_data(target="7", mark=mark))
    assert (answer.status_code, "被别人改过" in words(answer)) == (422, True)
    again = item_data(target="7", mark=answer.context["form"]["mark"].value())
    assert cast.district.post(f"{url}edit/", again).status_code == 302
    assert PlanItem.objects.get().target == 7
    assert cast.district.post(f"{url}remove/", {}).status_code == 422
    assert cast.district.post(f"{url}remove/", {"confirmed": "on"}).status_code == 302
    assert PlanItem.objects.count() == 0


def test_a_frozen_plan_says_make_a_revision(cast, in_force):
    item = in_force.items.get()
    urls = {
        f"/outreach/plans/{in_force.pk}/edit/": {"title": "改", "basis": ""},
        f"/outreach/plans/{in_force.pk}/items/new/": item_data(),
        f"/outreach/plans/items/{item.pk}/edit/": item_data(target="9"),
        f"/outreach/plans/items/{item.pk}/remove/": {"confirmed": "on"},
    }
    for url, data in urls.items():
        answer = cast.district.post(url, data)
        assert (answer.status_code, "另立下一版" in words(answer)) == (422, True), url


def test_progress_is_reported_on_its_page(cast, in_force):
    item = make_item(plan=in_force, title="建章立制", measure="REPORTED", indicator="制度（项）", target=3)
    url = f"/outreach/plans/items/{item.pk}/progress/"
    assert "填报进展" in page_of(cast.district, in_force)
    mark = cast.district.get(url).context["form"]["mark"].value()
    data = {"reported_on": "2019-05-01", "done": "2", "words": "写了很久的说明", "mark": mark}
    answer = cast.district.post(url, {**data, "done": ""})
    assert (answer.status_code, "写了很久的说明" in words(answer)) == (422, True)
    assert cast.district.post(url, data).status_code == 302
    page = page_of(cast.leader, in_force)
    assert ("2 / 3" in page, "写了很久的说明" in page) == (True, True)
    # The same page sent again counts nothing; pressed once more on purpose, it does.
    answer = cast.district.post(url, data)
    assert (answer.status_code, "是不是重复填报" in words(answer)) == (422, True)
    assert (item.progress.count(), "写了很久的说明" in words(answer)) == (1, True)
    again = {**data, "mark": answer.context["form"]["mark"].value()}
    assert (cast.district.post(url, again).status_code, item.progress.count()) == (302, 2)


def test_a_report_is_struck_on_its_page(cast, in_force):
    item = make_item(plan=in_force, title="建章立制", measure="REPORTED", indicator="制度（项）", target=8)
    row = PlanProgress.objects.create(item=item, reported_on=datetime.date(2019, 5, 1), done=60)
    url = f"/outreach/plans/progress/{row.pk}/strike/"
    assert [url in page_of(getattr(cast, who), in_force) for who in ("district", "leader")] == [True, False]
    assert cast.district.get(f"/outreach/plans/progress/{row.pk + 1}/strike/").status_code == 404
    assert cast.district.post(url, {"reason": ""}).status_code == 422
    assert cast.district.post(url, {"reason": "多写了一个零"}).status_code == 302
    page = page_of(cast.district, in_force)
    for said in ("0 / 8", "已作废", "多写了一个零"):
        assert said in page, said
    assert ("60 / 8" in page, url in page) == (False, False)
    answer = cast.district.post(url, {"reason": "再一次"})
    assert (answer.status_code, "作废，不用再办" in words(answer)) == (422, True)


def test_a_report_of_an_earlier_revision_is_struck_from_the_page_of_the_present_one(cast, in_force):
    item = make_item(plan=in_force, measure="REPORTED", indicator="制度（项）", target=8)
    row = PlanProgress.objects.create(item=item, reported_on=datetime.date(2019, 5, 1), done=60)
    plan = steps.revise(in_force, reason="增加学校", by=cast.users.district, at=NOW)
    assert f"/outreach/plans/progress/{row.pk}/strike/" in page_of(cast.district, plan)


def test_the_page_names_the_trips_and_events_of_each_task(cast, programme, in_force):
    item = in_force.items.get()
    trip = make_trip(pairing=cast.home.pairing, status="CONFIRMED", lessons_observed=8)
    event = make_event(programme=programme, name="承德送教下校活动")
    waiting = make_trip(pairing=cast.home.pairing, number=2, from_on=datetime.date(2019, 5, 6))
    for one in (trip, event, waiting):
        one.items.add(item)
    for who in ("district", "outreach"):
        page = page_of(getattr(cast, who), in_force)
        for said in (
            reverse("trip-detail", args=[trip.pk]),
            f"下校 2019-03-12 {trip.host_school}",
            reverse("event-detail", args=[event.pk]),
            "承德送教下校活动",
        ):
            assert said in page, said
        assert reverse("trip-detail", args=[waiting.pk]) not in page


HUGE = "99999999999999999999"


def test_numbers_and_keys_that_no_row_can_hold_are_refused(cast, programme, draft):
    make_need(visit=make_visit(host_school=cast.home.host, programme=programme, needs=()))
    url = f"/outreach/plans/{draft.pk}/items/new/"
    for fault, said in (
        ({"target": HUGE}, "“目标值”最大填 2,147,483,647"),
        ({"target": "2147483648"}, "“目标值”最大填 2,147,483,647"),
        ({"needs": [HUGE]}, "不在可用的选项中"),
        ({"host_school": HUGE}, "host_school"),
        ({"due_on": "9999-06-30"}, "年份写的是 9999"),
    ):
        answer = cast.district.post(url, item_data(title="写了很久的任务", **fault))
        page = words(answer)
        assert (answer.status_code, said in page, "写了很久的任务" in page) == (422, True, True), fault
    assert cast.district.post(url, item_data(target="2147483647")).status_code == 302
    assert "2,147,483,647" in page_of(cast.district, draft)


def test_small_numbers_and_days_of_a_programme_are_bounded(cast, programme):
    url = reverse("programme-new")
    data = {"name": "第九批", "region": "承德", "started_on": "2018-10-01"}
    for fault, said in (
        ({"city_principals": "40000"}, "最大填 32,767"),
        ({"own_principals": HUGE}, "最大填 32,767"),
        ({"started_on": "9997-10-01"}, "年份写的是 9997"),
        ({"started_on": "1018-10-01"}, "年份写的是 1018"),
    ):
        answer = cast.district.post(url, {**data, **fault})
        assert (answer.status_code, said in words(answer), "第九批" in words(answer)) == (422, True, True)
    assert cast.district.post(url, {**data, "city_principals": "32767"}).status_code == 302


def test_numbers_of_lessons_feedback_and_profiles_are_bounded(cast, programme):
    event = make_event(programme=programme)
    lesson = {
        "held_on": event.from_on,
        "host_school": cast.home.host.pk,
        "kind": "LECTURE",
        "subject": "语文",
        "research_officer": "李老师",
    }
    profile = {"year": "2018", "teachers": "60", "pupils": "800", "classes": "18"}
    feedback = {"said_on": event.to_on, "returned": "1", "content_with": "1"}
    routes = (
        ("lesson-new", event, lesson, ("attendances", "radiated_unnamed", "radiated")),
        ("event-feedback", event, feedback, ("returned", "content_with")),
        ("host-profile-new", cast.home.host, profile, ("teachers", "pupils", "classes")),
    )
    for route, row, data, names in routes:
        url = reverse(route, args=[row.pk])
        for name in names:
            assert cast.district.post(url, {**data, name: HUGE}).status_code == 422, name
    make_need(visit=make_visit(host_school=cast.home.host, programme=programme, needs=()))
    make_item(plan=make_plan(programme=programme))
    held = {"name": "送教", "from_on": event.from_on, "to_on": event.to_on}
    for name in ("needs", "items"):
        answer = cast.district.post(reverse("event-edit", args=[event.pk]), {**held, name: [HUGE]})
        assert (answer.status_code, "不在可用的选项中" in words(answer)) == (422, True), name
    answer = cast.district.post(
        reverse("lesson-new", args=[event.pk]), {**lesson, "radiated_unnamed": "40000"}
    )
    assert (answer.status_code, "“另辐射学校数”最大填 32,767" in words(answer)) == (422, True)


ROUTES = {
    "plan-new": "district",
    "plan-edit": "district",
    "plan-propose": "district",
    "plan-revise": "district",
    "plan-approve": "leader",
    "plan-return": "leader",
    "plan-item-new": "district",
    "plan-item-edit": "district",
    "plan-item-remove": "district",
    "plan-item-progress": "district",
    "plan-progress-strike": "district",
}


@pytest.mark.parametrize(("route", "who"), ROUTES.items())
def test_steps_are_for_their_role_alone(cast, programme, draft, route, who):
    row = programme if route == "plan-new" else draft
    row = draft.items.get() if route.startswith("plan-item") and route != "plan-item-new" else row
    if route == "plan-progress-strike":
        row = PlanProgress.objects.create(item=draft.items.get(), reported_on=NOW.date(), done=1)
    url = reverse(route, args=[row.pk])
    for other in {"district", "leader", "auditor", "outreach", "host", "school"} - {who}:
        assert getattr(cast, other).get(url).status_code == 404
    assert cast.anonymous.get(url).status_code == 302
    assert (getattr(cast, who).get(url).status_code, getattr(cast, who).put(url).status_code) == (200, 405)


def test_the_print_holds_goals_tasks_and_the_draft_mark(cast, in_force, programme):
    def text_of(plan) -> str:
        answer = cast.district.get(f"/outreach/plans/{plan.pk}/print/")
        assert answer["Content-Type"] == "application/pdf"
        pages = pypdf.PdfReader(io.BytesIO(answer.content)).pages
        return "".join(page.extract_text() for page in pages).replace("\n", "")

    trip = make_trip(pairing=cast.home.pairing, lessons_observed=0, status="CONFIRMED")
    trip.items.add(in_force.items.get())
    plan = steps.revise(in_force, reason="增加学校", by=cast.users.district, at=NOW)
    Plan.objects.filter(pk=in_force.pk).update(approved_at=NOW)
    in_force.refresh_from_db()
    said = text_of(in_force)
    for each in (
        "第1年目标",
        "听课指导",
        "整体推进",
        "0 / 8 节",
        "第1版",
        "涂满的部分为已完成",
        "2019-03-12",
    ):
        assert each in said, each
    assert ("征求意见稿" in said, "征求意见稿" in text_of(plan)) == (False, True)


def test_what_waits_is_on_the_desk(cast, draft):
    def todos(who):
        return [one.title for one in desk_of(getattr(cast.users, who), NOW).todos if "方案" in one.title]

    steps.propose(draft, by=cast.users.district, at=NOW)
    assert todos("leader") == ["三年工作方案（第1版）待审定"]
    begun = [one.title for one in desk_of(cast.users.district, NOW).started]
    assert "三年工作方案（第1版）" in begun
    steps.send_back(draft, reason="再细化", by=cast.users.leader, at=NOW)
    assert (todos("leader"), todos("district")) == ([], ["三年工作方案（第1版）被退回，请修改"])
