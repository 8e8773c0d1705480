"""The pages of needs: the list with its filters, the loop on one page, the host school's word, the to-do."""

import datetime
import io

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from guanweihui.models import Attachment
from guanweihui.todos import for_actor
from outreach.models import Assessment, Need, Trip
from tests.cast import count_queries
from tests.factories import make_event, make_pairing, make_programme, make_visit
from tests.outreach.research_rows import NOW, assess_on_paper, lines, upload
from tests.outreach.rows import make_assessment, make_feedback, make_item, make_need, make_plan, make_trip

S = Need.Status
OFFICE_STEPS = ("edit", "drop", "reopen", "assess")


def words(answer) -> str:
    return answer.content.decode()


def rows(answer) -> str:
    return words(answer).partition("<tbody>")[2]


def book_of(answer) -> list[tuple]:
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).worksheets[0]
    return [row for row in sheet.iter_rows(values_only=True) if any(row)]


@pytest.fixture
def visit(cast):
    return make_visit(host_school=cast.home.host, programme=cast.home.pairing.programme, needs=())


@pytest.fixture
def need(visit):
    return make_need(visit=visit, status=S.UNDER_WAY, owner="周校长", priority=1)


@pytest.fixture
def foreign(cast):
    """Give a need of another programme and pair."""
    programme = make_programme(name="第二批老校长下乡")
    pairing = make_pairing(programme=programme, principal_name="吴校长")
    host = pairing.partnerships.first().host_school
    return make_need(visit=make_visit(host_school=host, programme=programme, needs=()), text="不该看见的需求")


# --- the list ---------------------------------------------------------------------------------------------


def test_needs_are_for_the_district_and_its_principals(cast, need):
    for url in ("/outreach/needs/", f"/outreach/needs/{need.pk}/"):
        for who in ("group", "school", "judge", "host", "volunteer"):
            assert getattr(cast, who).get(url).status_code == 404
        assert cast.anonymous.get(url).url == f"/accounts/login/?next={url}"
        assert cast.district.post(url).status_code == 405
        assert [getattr(cast, who).get(url).status_code for who in ("leader", "outreach")] == [200, 200]


def test_another_programme_s_principal_sees_nothing(cast, need, foreign):
    page = words(cast.outreach.get("/outreach/needs/"))
    assert ("骨干教师少" in page, "不该看见的需求" in page) == (True, False)
    assert cast.outreach.get(f"/outreach/needs/{foreign.pk}/").status_code == 404
    assert "不该看见的需求" in words(cast.district.get("/outreach/needs/"))


def test_the_query_bar_narrows_by_every_field(cast, visit, need):
    other = make_need(visit=visit, field=Need.Field.SCHOOL_CULTURE, text="文化特色不明显", priority=3)
    make_item(plan=make_plan(programme=visit.programme), needs=[need])

    def found(query: str) -> tuple[bool, bool]:
        page = rows(cast.district.get(f"/outreach/needs/?{query}"))
        return need.text in page, other.text in page

    assert found("") == (True, True)
    for query in (
        f"field={need.field}",
        "status=UNDER_WAY",
        "priority=1",
        "text=周校长",
        f"host_school={visit.host_school_id}&field=STAFF_BUILDING",
        f"programme={visit.programme_id}&priority=1",
    ):
        assert found(query) == (True, False), query
    assert found("action=none") == (False, True)
    # The visit was in November 2018: both have been quiet for long.
    assert found("action=quiet") == (True, True)
    visit.visited_on = timezone.localdate() - datetime.timedelta(days=30)
    visit.save()
    assert found("action=quiet") == (False, False)


def test_the_list_says_the_latest_assessment_and_is_exported(cast, need, foreign):
    make_assessment(need, rating="UNCHANGED", assessed_on=datetime.date(2019, 1, 5))
    make_assessment(need, rating="BETTER", assessed_on=datetime.date(2019, 3, 5))
    page = rows(cast.district.get("/outreach/needs/"))
    assert ("有改善" in page, "没有变化" in page) == (True, False)
    lines_of = book_of(cast.district.get("/outreach/needs/export/?status=UNDER_WAY"))
    assert [(*row[3:8], row[9]) for row in lines_of if row[0] == 1] == [
        ("队伍建设", "骨干教师少", "高", "周校长", "推进中", "有改善")
    ]
    assert "不该看见的需求" not in str(lines_of)
    assert cast.outreach.get("/outreach/needs/export/").status_code == 404


def test_the_list_costs_the_same_at_one_and_three_rows(cast, visit, need):
    make_assessment(need)
    once = [count_queries(cast.district, f"/outreach/needs/{query}") for query in ("", "?action=quiet")]
    for text in ("甲", "乙"):
        make_assessment(make_need(visit=visit, text=text))
    again = [count_queries(cast.district, f"/outreach/needs/{query}") for query in ("", "?action=quiet")]
    assert once == again == [8, 8]


# --- the loop ---------------------------------------------------------------------------------------------


def make_loop(cast, need, *, times=1):
    """Give a need `times` tasks, trips, events with feedback and assessments."""
    programme = cast.home.pairing.programme
    plan = programme.plans.first() or make_plan(programme=programme)
    for number in range(times):
        make_item(plan=plan, needs=[need])
        trip = make_trip(
            pairing=cast.home.pairing, status=Trip.Status.CONFIRMED, number=Trip.objects.count() + 1
        )
        trip.needs.add(need)
        event = make_event(programme=programme, name=f"送教{Trip.objects.count()}{number}")
        event.needs.add(need)
        make_feedback(event)
        assess_on_paper(need, by=cast.users.district)


def test_the_loop_stands_on_one_page(cast, need):
    make_loop(cast, need)
    draft = make_trip(
        pairing=cast.home.pairing, status=Trip.Status.SUBMITTED, number=9, purpose="待确认的下校"
    )
    draft.needs.add(need)
    page = words(cast.district.get(f"/outreach/needs/{need.pk}/"))
    for said in (
        "听课指导",
        "听课评课",
        "已确认",
        "待受援学校确认",
        "78",
        "有改善",
        "老师听课有收获",
        "已确认下校 1 次，照片 0 张，反馈 80 份",
        "代录",
        "代录评价",
    ):
        assert said in page, said
    own = words(cast.outreach.get(f"/outreach/needs/{need.pk}/"))
    assert ("听课指导" in own, "代录评价" in own, ">打开<" in own, "办理记录" in own) == (
        True,
        False,
        False,
        False,
    )


def test_the_loop_costs_the_same_at_one_and_three_of_each(cast, need):
    make_loop(cast, need)
    url = f"/outreach/needs/{need.pk}/"
    once = count_queries(cast.district, url)
    make_loop(cast, need, times=2)
    assert once == count_queries(cast.district, url) == 12


def test_the_paper_of_an_assessment_is_handed_out_to_the_district(cast, need):
    assess_on_paper(need, by=cast.users.district)
    url = reverse("need-scan", args=[need.pk, need_scan(need)])
    answer = cast.leader.get(url)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    for who in ("outreach", "host", "school"):
        assert getattr(cast, who).get(url).status_code == 404
    other = make_need(visit=need.visit, text="另一条")
    assert cast.leader.get(reverse("need-scan", args=[other.pk, need_scan(need)])).status_code == 404


def need_scan(need) -> int:
    return Attachment.objects.of_rows(need.assessments.all(), "assessment.scan").get().pk


# --- steps as pages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", OFFICE_STEPS)
def test_steps_are_the_office_s(cast, need, step):
    url = f"/outreach/needs/{need.pk}/{step}/"
    for who in ("leader", "auditor", "outreach", "host", "school", "judge"):
        assert getattr(cast, who).get(url).status_code == 404
    assert cast.anonymous.get(url).status_code == 302
    assert (cast.district.get(url).status_code, cast.district.put(url).status_code) == (200, 405)


def test_a_need_is_dropped_reopened_and_edited_on_its_pages(cast, need):
    url = f"/outreach/needs/{need.pk}/"
    assert cast.district.post(f"{url}drop/", {"reason": ""}).status_code == 422
    assert cast.district.post(f"{url}drop/", {"reason": "学校已合并"}).status_code == 302
    answer = cast.district.post(f"{url}drop/", {"reason": "写了很久的理由"})
    assert (answer.status_code, "写了很久的理由" in words(answer)) == (422, True)
    assert cast.district.post(f"{url}reopen/", {"reason": "又提出"}).status_code == 302
    page = cast.district.get(f"{url}edit/")
    mark = page.context["form"]["mark"].value()
    data = {"field": need.field, "text": "骨干教师流失", "priority": 2, "owner": "", "mark": mark}
    assert cast.district.post(f"{url}edit/", data).status_code == 302
    answer = cast.district.post(f"{url}edit/", {**data, "text": "又改"})
    assert (answer.status_code, "被别人改过" in words(answer), "又改" in words(answer)) == (422, True, True)
    assert lines(need) == ["need.drop", "need.reopen", "need.edit"]
    # The page now carries the mark of what stands: the second press saves.
    again = {**data, "text": "又改", "mark": answer.context["form"]["mark"].value()}
    assert cast.district.post(f"{url}edit/", again).status_code == 302
    need.refresh_from_db()
    assert need.text == "又改"


def test_a_paper_is_entered_with_its_scan_and_kept_when_wrong(cast, need):
    url = f"/outreach/needs/{need.pk}/assess/"
    data = {
        "rating": "SOLVED",
        "words": "写了很久的意见",
        "assessor_name": "李主任",
        "assessed_on": "2019-05-20",
    }
    answer = cast.district.post(url, data)
    assert (answer.status_code, "写了很久的意见" in words(answer)) == (422, True)
    assert cast.district.post(url, {**data, "scan": upload("a.exe")}).status_code == 422
    assert cast.district.post(url, {**data, "scan": upload()}).status_code == 302
    need.refresh_from_db()
    assert need.status == S.MET


def test_the_host_school_assesses_on_its_phone(cast, need, visit):
    trip = make_trip(pairing=cast.home.pairing, status=Trip.Status.CONFIRMED, purpose="听课评课")
    trip.needs.add(need)
    url = reverse("hosting-assess", args=[need.pk])
    page = words(cast.host.get(url))
    for said in ("骨干教师少", "2019-03-12 下校：听课评课", "已解决", "有改善", "没有变化", 'class="elder'):
        assert said in page, said
    assert cast.host.post(url, {"rating": "", "words": "写了很久"}).status_code == 422
    answer = cast.host.post(url, {"rating": "SOLVED", "words": "好", "assessor_name": "李主任"})
    assert answer.status_code == 302
    need.refresh_from_db()
    assert (need.status, Assessment.objects.get().entered_link) == (S.MET, cast.users.host.link)
    assert "不用评价" in words(cast.host.get(url))
    assert cast.host.post(url, {"rating": "BETTER", "assessor_name": "李主任"}).status_code == 422


def test_the_host_s_page_is_nobody_else_s(cast, need, foreign):
    url = reverse("hosting-assess", args=[need.pk])
    for who in ("district", "leader", "outreach", "school"):
        assert getattr(cast, who).get(url).status_code == 404
    assert cast.host.get(reverse("hosting-assess", args=[foreign.pk])).status_code == 404
    assert (cast.anonymous.get(url).status_code, cast.host.put(url).status_code) == (302, 405)


# --- the to-do --------------------------------------------------------------------------------------------


def test_quiet_needs_are_one_to_do_of_the_office(cast, visit, need):
    make_need(visit=visit, text="另一条")
    title = "2 条受援学校需求半年没有行动"
    found = [one for one in for_actor(cast.users.district, NOW) if one.title == title]
    assert [one.url for one in found] == ["/outreach/needs/?action=quiet"]
    assert not any(one.title == title for one in for_actor(cast.users.leader, NOW))
    Need.objects.update(status=S.DROPPED)
    assert not any("半年没有行动" in one.title for one in for_actor(cast.users.district, NOW))
