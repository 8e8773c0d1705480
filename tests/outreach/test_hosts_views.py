"""The pages of host schools: list and filters, one school whole, contact, closing, the grid of a profile."""

import datetime

import pytest
from django.urls import reverse

from outreach.models import HostProfile, HostSchool, Trip
from tests.cast import count_queries
from tests.factories import make_event, make_host_school, make_pairing, make_programme, make_visit
from tests.outreach import rows
from tests.outreach.pair_rows import HOST, in_days, partner_of
from tests.outreach.test_views import book_of, words

pytestmark = pytest.mark.django_db
LIST = "/outreach/hosts/"
NOT_OURS = "不计入本区学校数"


def url(route, row=None) -> str:
    return reverse(route, args=[row.pk] if row else [])


def typed(values) -> dict:
    return {name: "" if value is None else str(value) for name, value in values.items()}


def listed(client, **query) -> str:
    return words(client.get(LIST, query)).partition("<tbody>")[2].partition("</tbody>")[0]


@pytest.fixture
def host(cast) -> HostSchool:
    HostSchool.objects.filter(pk=cast.home.host.pk).update(contact_name="李主任", contact_phone="13800001234")
    return HostSchool.objects.get(pk=cast.home.host.pk)


# --- the list -----------------------------------------------------------------------------------------------


def test_the_list_says_how_each_school_stands(cast, host):
    host.partnerships.update(to_on=in_days(100))
    rows.make_need(host_school=host)
    rows.make_profile(host)
    rows.make_trip(pairing=cast.home.pairing, status=Trip.Status.CONFIRMED)
    make_host_school(name="没有结对的中学", region="别的地区")
    make_host_school(name="停办的中学", closed_on="2019-01-01", closed_reason="撤并")
    page = words(cast.district.get(LIST))
    for said in (host.name, "周校长", "优质高中", "2019-03-14", "协议有效", "没有协议", "已停办", NOT_OURS):
        assert said in page, said
    book = book_of(cast.district.get(f"{LIST}export/"))
    row = next(row for row in book if row[1] == host.name)
    assert row[3:5] == ("优质高中", "周校长")
    assert row[6:9] == (62, 840, 1)
    assert "13800001234" not in str(book)


def test_the_query_bar_narrows_by_region_programme_and_state(cast, host):
    host.partnerships.update(to_on=in_days(100))
    other = make_programme(name="第二批老校长下乡")
    strange = partner_of(make_pairing(programme=other)).host_school
    HostSchool.objects.filter(pk=strange.pk).update(region="别的地区", name="别的中学")
    make_host_school(name="停办的中学", closed_on="2019-01-01", closed_reason="撤并")
    assert ("别的中学" in listed(cast.district, region="别的地区"), host.name in listed(cast.district)) == (
        True,
        True,
    )
    assert host.name not in listed(cast.district, region="别的地区")
    assert (
        "别的中学" in listed(cast.district, programme=other.pk),
        host.name in listed(cast.district, programme=other.pk),
    ) == (True, False)
    found = {state: listed(cast.district, state=state) for state in ("open", "over", "closed")}
    assert [host.name in found[state] for state in found] == [True, False, False]
    assert ["别的中学" in found[state] for state in found] == [False, True, False]
    assert ["停办的中学" in found[state] for state in found] == [False, False, True]
    assert "别的中学" in listed(cast.district, text="别的", sort="-region")


def test_a_principal_sees_the_schools_of_his_pair_alone(cast, host):
    strange = partner_of(make_pairing(programme=make_programme(name="第二批老校长下乡"))).host_school
    shown = listed(cast.outreach)
    assert (host.name in shown, strange.name in shown) == (True, False)
    page = words(cast.outreach.get(url("host-detail", host)))
    assert (NOT_OURS in page, "138****1234" in page) == (True, True)
    for hidden in ("登记停办", "发放", "查看电话", "办理记录", "修改"):
        assert hidden not in page
    assert cast.outreach.get(url("host-detail", strange)).status_code == 404


def test_list_and_page_cost_the_same_at_one_and_three_rows(cast, host):
    urls = (LIST, url("host-detail", host))

    def full(day: int) -> None:
        rows.make_profile(host, year=2000 + day)
        make_visit(host_school=host, visited_on=f"2018-11-{day:02}")
        rows.make_trip(
            pairing=cast.home.pairing,
            status=Trip.Status.CONFIRMED,
            number=day,
            from_on=datetime.date(2019, day, 1),
        )
        event = make_event(programme=cast.home.pairing.programme)
        event.lessons.update(host_school=host)

    def costs() -> list[int]:
        return [count_queries(cast.district, one) for one in urls]

    full(1)
    once = costs()
    for day in (2, 3):
        full(day)
        pairing = make_pairing(programme=cast.home.pairing.programme)
        pairing.partnerships.filter(kind="PARTNER_HIGH").update(host_school=host)
    assert once == costs() == [11, 13]


# --- one school ---------------------------------------------------------------------------------------------


def test_a_school_s_page_tells_everything_and_masks_the_telephone(cast, host):
    make_visit(host_school=host)
    rows.make_profile(host, staff=(("语文", 60), ("数学", 7)))
    rows.make_trip(pairing=cast.home.pairing)
    event = make_event(programme=cast.home.pairing.programme)
    event.lessons.update(host_school=host)
    page = words(cast.district.get(url("host-detail", host)))
    for said in (NOT_OURS, "138****1234", "骨干教师少", "语文 60 人、数学 7 人", "2018—2019", event.name):
        assert said in page, said
    assert "各学科教师合计 67 人，多于教职工总数 62 人" in page
    assert ("13800001234" in page, url("host-close", host) in page) == (False, True)


def test_the_telephone_opens_by_a_post_that_says_the_purpose(cast, host):
    short = cast.district.post(url("host-contact", host), {"purpose": "打"})
    assert (short.status_code, "13800001234" in words(short)) == (422, False)
    opened = words(cast.district.post(url("host-contact", host), {"purpose": "联系送教安排"}))
    assert ("13800001234" in opened, "已记入操作记录" in opened) == (True, True)
    assert "13800001234" not in words(cast.district.get(url("host-detail", host)))


def test_a_school_is_entered_and_changed_without_showing_the_telephone(cast):
    bad = cast.district.post(url("host-new"), {**typed(HOST), "contact_phone": "123"})
    assert (bad.status_code, "电话号码位数不对" in words(bad), "示例镇一号" in words(bad)) == (
        422,
        True,
        True,
    )
    cast.district.post(url("host-new"), typed(HOST))
    host = HostSchool.objects.get(name=HOST["name"])
    form = cast.district.get(url("host-edit", host))
    assert ("138****1234" in words(form), "13800001234" in words(form)) == (True, False)
    sent = {**typed(HOST), "contact_phone": "", "contact_name": "王主任"}
    sent["mark"] = form.context["form"]["mark"].value()
    assert cast.district.post(url("host-edit", host), sent).status_code == 302
    host.refresh_from_db()
    assert (host.contact_name, host.contact_phone) == ("王主任", "13800001234")
    sent["mark"] = cast.district.get(url("host-edit", host)).context["form"]["mark"].value()
    cast.district.post(url("host-edit", host), {**sent, "contact_phone": "清空"})
    host.refresh_from_db()
    assert host.contact_phone == ""


def test_a_school_closed_in_mid_term_names_its_open_needs(cast, host):
    rows.make_need(host_school=host, text="缺少物理教师")
    shown = words(cast.district.get(url("host-close", host)))
    assert ("缺少物理教师" in shown, "周校长" in shown) == (True, True)
    bad = cast.district.post(url("host-close", host), {"on": in_days(3), "reason": "请留下"})
    assert (bad.status_code, "停办日期还没有到" in words(bad), "请留下" in words(bad)) == (422, True, True)
    page = words(
        cast.district.post(url("host-close", host), {"on": "2020-03-01", "reason": "并入别校"}, follow=True)
    )
    for said in ("2020-03-01 停办（并入别校）", "还有 1 条需求没有解决", "缺少物理教师", "已停办"):
        assert said in page, said
    assert "这个结对还缺" in words(cast.district.get(url("pairing-detail", cast.home.pairing)))
    assert cast.district.post(url("host-link", host)).status_code == 409
    again = cast.district.post(url("host-close", host), {"on": "2020-03-01", "reason": "并入别校"})
    assert (again.status_code, "不必再登记" in words(again)) == (422, True)
    back = words(cast.district.post(url("host-reopen", host), {"reason": "选错了学校"}, follow=True))
    assert ("恢复协议 1 份" in back, "登记停办" in back) == (True, True)


def test_a_link_is_shown_once_and_taken_back(cast, host):
    before = cast.host
    answer = cast.district.post(url("host-link", host))
    page = words(answer)
    assert ("no-store" in answer["Cache-Control"], 'data-copy="link-address"' in page) == (True, True)
    assert before.get("/").status_code == 302
    gone = cast.district.post(url("host-link-revoke", host), follow=True)
    assert "链接已停用" in words(gone)
    assert cast.district.post(url("host-link-revoke", host)).status_code == 409


# --- the grid of a profile ----------------------------------------------------------------------------------


def profile_sent(**fields) -> dict:
    return {"year": "2019", "teachers": "10", "pupils": "840", "classes": "18", "note": "", **fields}


def test_a_profile_is_typed_in_a_grid_and_too_many_teachers_are_said_softly(cast, host):
    page = words(cast.district.get(url("host-profile-new", host)))
    assert ('value="语文"' in page, 'aria-label="第1行任课教师数"' in page) == (True, True)
    sent = profile_sent(subject_1="语文", number_1="8", subject_2="数学", number_2="7", subject_3="英语")
    saved = words(cast.district.post(url("host-profile-new", host), sent, follow=True))
    assert ("已保存" in saved, "各学科教师合计 15 人，多于教职工总数 10 人" in saved) == (True, True)
    profile = HostProfile.objects.get()
    assert list(profile.staff.order_by("pk").values_list("subject", "teachers")) == [("语文", 8), ("数学", 7)]
    form = cast.district.get(url("host-profile-edit", profile)).context["form"]
    sent |= {"mark": form["mark"].value(), "number_2": "2"}
    changed = words(cast.district.post(url("host-profile-edit", profile), sent, follow=True))
    assert ("数学 2 人" in changed, "多于教职工总数" in changed) == (True, False)
    old = cast.district.post(url("host-profile-edit", profile), {**sent, "note": "请留下"})
    assert (old.status_code, "被别人改过" in words(old), "请留下" in words(old)) == (422, True, True)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (
            {"subject_1": "语文", "number_1": "8", "subject_5": " 语 文", "number_5": "1"},
            "“语文”在第1行已填写",
        ),
        ({"subject_2": "", "number_2": "7"}, "第2行填了人数，请填写学科"),
        ({"year": "1066"}, "学年填四位年份"),
        ({"teachers": ""}, "请填写“教职工数”"),
        ({"subject_1": "语文", "number_1": "-3"}, "0"),
    ],
)
def test_a_wrong_profile_is_told_with_its_line(cast, host, fields, said):
    sent = profile_sent(**{"note": "请留下", **fields})
    answer = cast.district.post(url("host-profile-new", host), sent)
    page = words(answer)
    assert (answer.status_code, said in page, "请留下" in page) == (422, True, True)
    assert HostProfile.objects.count() == 0


def test_a_second_profile_of_the_year_is_told(cast, host):
    rows.make_profile(host, year=2019)
    answer = cast.district.post(url("host-profile-new", host), profile_sent())
    assert (answer.status_code, "本学年的概况已登记" in words(answer)) == (422, True)
