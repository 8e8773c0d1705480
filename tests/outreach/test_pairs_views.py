"""The pages of programmes and pairs: the picker without a script, the matrix, links shown once, to-dos."""

import datetime
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from guanweihui.models import AccessLink, AuditEvent
from outreach.models import Pairing, Partnership, Programme, Trip
from outreach.todos.pairs import (
    agreements_run_out,
    agreements_running_out,
    links_running_out,
    pairs_without_a_school,
)
from outreach.views.pair_forms import a_year_after
from outreach.workflow import pairs
from outreach.workflow.rows import mark_of
from tests.cast import count_queries
from tests.factories import make_host_school, make_pairing, make_person, make_programme, make_visit
from tests.outreach import rows
from tests.outreach.pair_rows import HIGH, PROGRAMME, in_days, partner_of
from tests.outreach.routes import pairs as routes
from tests.outreach.test_views import book_of, words

pytestmark = pytest.mark.django_db
ROWS = {
    **dict.fromkeys(("pairing-detail", "pairing-edit", "pairing-link", "pairing-link-revoke"), "pairing"),
    **dict.fromkeys(("partner-add",), "pairing"),
    **dict.fromkeys(("programme-detail", "programme-edit", "pairing-new"), "programme"),
    **dict.fromkeys(("partner-edit", "partner-end", "partner-renew"), "partner"),
    "host-profile-edit": "profile",
    **dict.fromkeys((f"host-{w}" for w in ("detail", "edit", "close", "reopen", "contact", "link")), "host"),
    **dict.fromkeys(("host-link-revoke", "host-profile-new"), "host"),
}
BOTH = (
    {route for route, who in routes.ACCESS.items() if who == routes.OFFICE}
    - routes.POST_ONLY
    - {"pairing-people"}
)


def url(route, row=None) -> str:
    return reverse(route, args=[row.pk] if row else [])


def typed(values) -> dict:
    """Return what a form sends of these values."""
    return {name: "" if value is None else str(value) for name, value in values.items()}


@pytest.fixture
def programme(cast) -> Programme:
    return cast.home.pairing.programme


# --- who opens what -----------------------------------------------------------------------------------------


def test_each_page_opens_for_those_who_may_and_is_nowhere_for_the_others(cast):
    world = {"pairing": cast.home.pairing, "host": cast.home.host} | routes.world(cast, {})
    faults = {}
    for route, allowed in routes.ACCESS.items():
        address = url(route, world.get(ROWS.get(route)))
        for who in ("district", "leader", "auditor", "group", "school", "judge", "outreach", "host"):
            status = getattr(cast, who).get(address).status_code
            wanted = 405 if route in routes.POST_ONLY else 200 if who in allowed else 404
            if status != wanted:
                faults[who, route] = status
            if who not in allowed and getattr(cast, who).post(address).status_code not in (404, 405):
                faults[who, route] = "posted"
        if (
            route not in routes.POST_ONLY
            and cast.anonymous.get(address).url != f"/accounts/login/?next={address}"
        ):
            faults["anonymous", route] = "no login"
        if cast.district.put(address).status_code != 405:
            faults["put", route] = "not 405"
        if route not in BOTH | routes.POST_ONLY and cast.district.post(address).status_code != 405:
            faults["post", route] = "not 405"
    assert faults == {}


def test_rows_of_another_district_do_not_exist(cast):
    from tests.factories import make_district

    far = make_programme(district=make_district(full_name="别处区"), name="别处项目")
    pairing = make_pairing(programme=far)
    world = {"pairing": pairing, "programme": far, "partner": partner_of(pairing)}
    world |= {"host": partner_of(pairing).host_school}
    world |= {"profile": rows.make_profile(world["host"])}
    for route, row in ROWS.items():
        ask = cast.district.post if route in routes.POST_ONLY else cast.district.get
        assert ask(url(route, world[row])).status_code == 404, route
    for route in ("programme-list", "pairing-matrix", "host-list"):
        assert "别处" not in words(cast.district.get(url(route)))


# --- programmes ---------------------------------------------------------------------------------------------


def test_a_programme_is_planned_and_says_its_scope_beside_our_share(cast):
    assert "新建项目" in words(cast.district.get(url("programme-list")))
    answer = cast.district.post(url("programme-new"), typed(PROGRAMME), follow=True)
    programme = Programme.objects.get(name="第二批老校长下乡")
    assert answer.redirect_chain == [(url("programme-detail", programme), 302)]
    page = words(answer)
    assert "全市17人：阜平、承德、密云；本区4人，应有4对，现有0对" in page
    make_pairing(programme=programme)
    assert "现有1对" in words(cast.leader.get(url("programme-detail", programme)))
    assert "新增结对" not in words(cast.leader.get(url("programme-detail", programme)))


def test_a_wrong_programme_is_told_and_nothing_typed_is_lost(cast):
    sent = typed({**PROGRAMME, "ends_on": "2018-01-01", "note": "请保留这句话"})
    answer = cast.district.post(url("programme-new"), sent)
    assert (answer.status_code, Programme.objects.count()) == (422, 1)
    assert all(said in words(answer) for said in ("结束日期不能早于启动日期。", "请保留这句话"))


def test_an_old_tab_is_told_and_may_save_again(cast, programme):
    address = url("programme-edit", programme)
    sent = typed({**PROGRAMME, "mark": cast.district.get(address).context["form"]["mark"].value()})
    assert cast.district.post(address, {**sent, "note": "先改"}).status_code == 302
    answer = cast.district.post(address, {**sent, "note": "后改"})
    assert (answer.status_code, "被别人改过" in words(answer), "后改" in words(answer)) == (422, True, True)
    again = {**sent, "note": "后改", "mark": answer.context["form"]["mark"].value()}
    assert cast.district.post(address, again).status_code == 302
    assert Programme.objects.get(pk=programme.pk).note == "后改"


# --- the picker ---------------------------------------------------------------------------------------------


def test_a_pair_is_made_without_a_script(cast, programme):
    principal = make_person(school=cast.home.school, name="孙立新", staff_no="A001", is_volunteer=True)
    make_person(school=cast.far.school, name="孙立业", died_on=datetime.date(2019, 1, 1))
    assistant = make_person(school=cast.far.school, name="李助理", is_volunteer=False)
    address, sent = url("pairing-new", programme), {"subject": "语文", "former_unit": ""}
    found = cast.district.post(address, {**sent, "principal_q": "孙立", "find": "principal"})
    page = words(found)
    assert (found.status_code, f'value="{principal.pk}"' in page, "孙立业" in page) == (200, True, False)
    assert 'value="语文"' in page
    sent |= {"principal": principal.pk}
    page = words(cast.district.post(address, {**sent, "assistant_q": "李助", "find": "assistant"}))
    assert f'value="{principal.pk}" checked' in page
    answer = cast.district.post(address, {**sent, "assistant": assistant.pk}, follow=True)
    pairing = Pairing.objects.get(principal=principal)
    assert (pairing.principal_name, pairing.assistant_name, pairing.subject) == ("孙立新", "李助理", "语文")
    assert pairing.former_unit == cast.home.school
    page = words(answer)
    assert "这个结对还缺" in page
    assert f"{url('partner-add', pairing)}?kind=PARTNER_HIGH" in page
    assert "李助理还不是在册志愿者" in page


def test_the_search_answers_with_the_choices_alone(cast):
    person = make_person(school=cast.home.school, name="孙立新")
    part = words(
        cast.district.get(url("pairing-people"), {"place": "assistant", "assistant_q": "孙", "assistant": ""})
    )
    assert part.lstrip().startswith('<div id="assistant-hits"')
    assert (f'value="{person.pk}"' in part, "没有助理" in part, "<html" in part) == (True, True, False)
    assert "没有找到“无此人”" in words(cast.district.get(url("pairing-people"), {"principal_q": "无此人"}))


def test_a_loaded_name_stays_and_the_page_says_what_that_means(cast):
    pairing = cast.home.pairing
    assert "“周校长”还没有对应的人员档案。登记下校要先选定人员。" in words(
        cast.district.get(url("pairing-detail", pairing))
    )
    address = url("pairing-edit", pairing)
    page = cast.district.get(address)
    assert "仍写“周校长”，没有人员档案" in words(page)
    sent = {"mark": page.context["form"]["mark"].value(), "principal": "keep", "assistant": "keep"}
    answer = cast.district.post(address, {**sent, "subject": "数学", "position": "3", "former_unit": ""})
    pairing.refresh_from_db()
    assert (answer.status_code, pairing.subject, pairing.position, pairing.principal) == (
        302,
        "数学",
        3,
        None,
    )
    assert pairing.assistant_name != ""
    mark = mark_of(pairing, pairs.FIELDS)
    sent = {"mark": mark, "principal": "", "assistant": "", "subject": "请留下", "position": "3"}
    answer = cast.district.post(address, sent)
    assert (answer.status_code, "请查找并选定“老校长”" in words(answer)) == (422, True)
    assert "请留下" in words(answer)


def test_another_principal_needs_a_link_of_his_own(cast):
    pairing, old = cast.home.pairing, cast.outreach
    assert old.get("/outreach/mine/").status_code == 200
    person = make_person(school=cast.home.school, name="吴校长")
    address = url("pairing-edit", pairing)
    sent = {
        "mark": mark_of(pairing, pairs.FIELDS),
        "principal": person.pk,
        "assistant": "keep",
        "position": "1",
    }
    page = words(cast.district.post(address, sent, follow=True))
    assert "吴校长的结对已保存。换了老校长，原链接已停用，请重新发放链接。" in page
    assert old.get("/outreach/mine/").status_code == 302
    pairing.refresh_from_db()
    sent |= {"mark": mark_of(pairing, pairs.FIELDS), "subject": "语文"}
    assert "原链接已停用" not in words(cast.district.post(address, sent, follow=True))


@pytest.mark.parametrize("value", ["9" * 30, "-1", "abc", "０１", "keep"])
def test_a_made_up_person_is_nobody(cast, programme, value):
    answer = cast.district.post(url("pairing-new", programme), {"principal": value})
    assert (answer.status_code, "请查找并选定“老校长”" in words(answer)) == (422, True)


# --- agreements ---------------------------------------------------------------------------------------------


def test_a_pair_with_two_high_schools_is_told_which_one_stands_there(cast):
    pairing, host = cast.home.pairing, make_host_school()
    address = url("partner-add", pairing) + "?kind=PARTNER_HIGH"
    assert cast.district.get(address).context["form"]["kind"].value() == "PARTNER_HIGH"
    sent = {"kind": HIGH, "host_school": host.pk, "from_on": "2020-01-01", "agreement_no": "请留下"}
    answer = cast.district.post(address, sent)
    stands = partner_of(pairing).host_school.name
    assert (answer.status_code, f"已有一所优质高中：{stands}" in words(answer)) == (422, True)
    assert "请留下" in words(answer)


def test_an_agreement_is_changed_renewed_and_ended_by_its_links(cast):
    pairing, one = cast.home.pairing, partner_of(cast.home.pairing)
    page = words(cast.district.get(url("pairing-detail", pairing)))
    assert all(url(f"partner-{step}", one) in page for step in ("edit", "renew", "end"))
    assert url("partner-end", one) not in words(cast.leader.get(url("pairing-detail", pairing)))
    form = cast.district.get(url("partner-edit", one)).context["form"]
    sent = {
        "from_on": "2018-10-22",
        "to_on": "2021-09-30",
        "agreement_no": "一号",
        "mark": form["mark"].value(),
    }
    assert cast.district.post(url("partner-edit", one), sent).status_code == 302
    renewed = cast.district.post(url("partner-renew", one), {"to_on": "2022-09-30"}, follow=True)
    assert all(said in words(renewed) for said in ("已续签到 2022-09-30", "续签", "一号"))
    bad = cast.district.post(url("partner-end", one), {"on": "2017-01-01", "reason": "撤并"})
    assert (bad.status_code, "不能早于这一天" in words(bad)) == (422, True)
    ended = words(
        cast.district.post(url("partner-end", one), {"on": "2020-01-01", "reason": "撤并"}, follow=True)
    )
    assert "2020-01-01 提前终止：撤并" in ended
    assert "这个结对还缺" in ended
    listed = words(cast.district.get(url("pairing-list")))
    assert one.host_school.name not in listed.partition("<tbody>")[2]


@pytest.mark.parametrize("to_on", ["9999-12-31", "0202-09-30", "2101-01-01"])
def test_an_agreement_ends_in_a_year_that_somebody_means(cast, to_on):
    pairing, one = cast.home.pairing, partner_of(cast.home.pairing)
    sent = {"kind": HIGH, "host_school": one.host_school_id, "from_on": "2018-10-22", "to_on": to_on}
    sent |= {"on": to_on, "reason": "撤并", "agreement_no": "请留下"}
    for route, row in (("partner-add", pairing), ("partner-edit", one), ("partner-renew", one)):
        answer = cast.district.post(url(route, row), sent)
        page = words(answer)
        assert (answer.status_code, "年份填四位，在 1990 到 2100 之间" in page) == (422, True), route
        assert ("请留下" in page, to_on in page) == (True, True), route
    assert "在 1990 到 2100 之间" in words(cast.district.post(url("partner-end", one), sent))
    one.refresh_from_db()
    assert (str(one.to_on), one.ended_on) == ("2021-09-30", None)


def test_an_agreement_loaded_until_the_end_of_all_days_can_be_looked_at(cast):
    one = partner_of(cast.home.pairing)
    Partnership.objects.filter(pk=one.pk).update(to_on="9999-12-31")
    for route in ("partner-renew", "partner-edit", "partner-end"):
        assert cast.district.get(url(route, one)).status_code == 200
    days = {"2020-02-29": "2021-02-28", "2021-09-30": "2022-09-30", "9999-12-31": "9999-12-31"}
    of_day = datetime.date.fromisoformat
    assert {day: str(a_year_after(of_day(day))) for day in days} == days


# --- the link -----------------------------------------------------------------------------------------------


def test_a_link_is_shown_once_with_its_code_and_serves(cast):
    pairing, old = cast.home.pairing, cast.outreach
    assert old.get(url("pairing-detail", pairing)).status_code == 200
    answer = cast.district.post(url("pairing-link", pairing))
    page = words(answer)
    token = re.search(r"/l/([\w-]+)/", page).group(1)
    assert (answer.status_code, "no-store" in answer["Cache-Control"]) == (200, True)
    assert all(said in page for said in ("data:image/svg+xml", 'data-copy="link-address"', "有效期至"))
    assert cast.anonymous.get(f"/l/{token}/").status_code == 200
    assert old.get(url("pairing-detail", pairing)).status_code == 302
    detail = words(cast.district.get(url("pairing-detail", pairing)))
    assert (token in detail, "重新发放" in detail) == (False, True)
    gone = cast.district.post(url("pairing-link-revoke", pairing), follow=True)
    assert "链接已停用" in words(gone)
    assert cast.anonymous.get(f"/l/{token}/").status_code == 404
    assert cast.district.post(url("pairing-link-revoke", pairing)).status_code == 409
    assert AuditEvent.objects.filter(action__startswith="pairing.").count() == 2


def test_a_principal_sees_his_pair_without_the_office_s_buttons(cast):
    page = words(cast.outreach.get(url("pairing-detail", cast.home.pairing)))
    for hidden in ("修改结对", "发放", "停用", "提前终止", "办理记录", "人员档案"):
        assert hidden not in page


# --- the matrix ---------------------------------------------------------------------------------------------


def test_the_matrix_marks_what_is_missing_and_leads_to_its_mending(cast):
    pairing = cast.home.pairing
    page = words(cast.district.get(url("pairing-matrix")))
    for lack in ("缺人员档案", "缺续签", "缺调研", "缺任务", "缺下校"):
        assert lack in page, lack
    for route in ("pairing-edit", "partner-renew"):
        row = pairing if route == "pairing-edit" else partner_of(pairing)
        assert url(route, row) in page
    assert "助理没有印出单位" in page
    assert "补上" not in words(cast.leader.get(url("pairing-matrix")))


def test_the_matrix_shows_what_is_there(cast):
    pairing = cast.home.pairing
    pairing.assistant = make_person(school=cast.home.school, name="郑助理")
    pairing.principal = make_person(school=cast.home.school, name="周校长", is_volunteer=True)
    pairing.assistant_name = "郑助理"
    pairing.save()
    pairing.partnerships.update(to_on=in_days(200), agreement_no="一号")
    for one in pairing.partnerships.all():
        visit = make_visit(host_school=one.host_school, programme=pairing.programme)
    rows.make_item(plan=rows.make_plan(programme=pairing.programme), needs=[visit.needs.get()])
    rows.make_trip(pairing=pairing, status=Trip.Status.CONFIRMED)
    page = words(cast.district.get(url("pairing-matrix")))
    assert "缺" not in page.partition("<tbody>")[2].partition("</tbody>")[0]
    row = next(row for row in book_of(cast.district.get(url("pairing-matrix-export"))) if row[0] == 1)
    assert row[2:4] == ("周校长", "郑助理")
    assert row[8:11] == ("2 条", "1 项", "2019-03-14")
    Partnership.objects.filter(pairing=pairing, kind=HIGH).update(ended_on="2020-01-01", end_reason="撤并")
    page = words(cast.district.get(url("pairing-matrix")))
    assert f"{url('partner-add', pairing)}?kind=PARTNER_HIGH" in page
    row = next(row for row in book_of(cast.district.get(url("pairing-matrix-export"))) if row[0] == 1)
    assert row[4] == "缺优质高中"


def test_lists_and_pages_cost_the_same_at_one_and_three_rows(cast, programme):
    urls = [url(route) for route in ("programme-list", "pairing-list", "pairing-matrix")]
    urls += [url("programme-detail", programme), url("pairing-detail", cast.home.pairing)]

    def costs() -> list[int]:
        return [count_queries(cast.district, one) for one in urls]

    full(cast.home.pairing)
    once = costs()
    for n in (2, 3):
        make_programme(name=f"第{n}批", started_on=datetime.date(2016 + n, 1, 1))
        full(make_pairing(programme=programme))
        rows.make_renewal(partner_of(cast.home.pairing), to_on=datetime.date(2024 + n, 1, 1))
    assert once == costs() == [6, 7, 11, 8, 9]


def full(pairing) -> None:
    """Give a pair of everything that the matrix shows."""
    host = partner_of(pairing).host_school
    visit = make_visit(host_school=host, programme=pairing.programme)
    plan = pairing.programme.plans.first() or rows.make_plan(programme=pairing.programme)
    rows.make_item(plan=plan, title=f"任务{pairing.pk}", needs=[visit.needs.get()])
    rows.make_trip(pairing=pairing, status=Trip.Status.CONFIRMED)
    rows.make_renewal(partner_of(pairing))


# --- to-dos -------------------------------------------------------------------------------------------------


def test_agreements_and_links_that_run_out_are_to_dos_of_the_office(cast):
    now, pairing = timezone.now(), cast.home.pairing
    by = cast.users.district
    assert [offer(by, now) for offer in (agreements_running_out, links_running_out)] == [[], []]
    one = partner_of(pairing)
    Partnership.objects.filter(pk=one.pk).update(to_on=in_days(60))
    AccessLink.objects.filter(pairings=pairing).update(expires_at=now + datetime.timedelta(days=14))
    found = agreements_running_out(by, now)
    assert [(todo.title, todo.url) for todo in found] == [
        (f"周校长与{one.host_school}的协议 {in_days(60)} 到期，请办理续签", url("partner-renew", one))
    ]
    assert [todo.title for todo in links_running_out(by, now)] == ["周校长的链接快要到期，请重新发放"]
    assert "请办理续签" in words(cast.district.get("/todos/"))
    for who in ("leader", "auditor", "outreach", "host"):
        other = getattr(cast.users, who)
        for offer in (agreements_running_out, links_running_out, pairs_without_a_school):
            assert offer(other, now) == []
    Partnership.objects.filter(pk=one.pk).update(to_on=in_days(61))
    AccessLink.objects.filter(pairings=pairing).update(revoked_at=now)
    assert [offer(by, now) for offer in (agreements_running_out, links_running_out)] == [[], []]


def test_agreements_that_ran_out_are_one_to_do_until_they_are_renewed_or_the_programme_ends(cast):
    now, pairing = timezone.now(), cast.home.pairing
    by, one = cast.users.district, partner_of(pairing)
    pairing.partnerships.update(to_on=in_days(1))
    assert agreements_run_out(by, now) == []
    pairing.partnerships.update(to_on=in_days(-1))
    assert [(todo.title, todo.url) for todo in agreements_run_out(by, now)] == [
        ("2 份结对协议已到期，没有续签，请续签或结束项目", "/outreach/matrix/")
    ]
    assert [agreements_run_out(getattr(cast.users, who), now) for who in ("leader", "outreach")] == [[], []]
    Partnership.objects.filter(pk=one.pk).update(to_on=in_days(0))
    assert [todo.title[:1] for todo in agreements_run_out(by, now)] == ["1"]
    Programme.objects.filter(pk=pairing.programme_id).update(ends_on=in_days(-1))
    assert agreements_run_out(by, now) == []


def test_what_is_over_asks_nothing_any_more(cast):
    now, by = timezone.now(), cast.users.district
    pairing = cast.home.pairing
    pairing.partnerships.update(to_on=in_days(10))
    partner = partner_of(pairing)
    Partnership.objects.filter(pk=partner.pk).update(ended_on=in_days(-5), end_reason="撤并")
    assert len(pairs_without_a_school(by, now)) == 1
    assert len(agreements_running_out(by, now)) == 1
    Programme.objects.update(ends_on=in_days(-1))
    assert (pairs_without_a_school(by, now), agreements_running_out(by, now)) == ([], [])
