"""The large-type pages: the door, the holder's own pages, and that nothing else opens with a slip."""

import datetime
import re

import pytest
from django.utils import timezone

from awards.models import Category
from guanweihui.gate import LINK_KEY
from guanweihui.models import AuditEvent
from members.models import AnnualRegistration, Correction, ServiceCertificate, ServiceKind, ServiceRecord
from members.views import elder as views
from members.workflow.slips import revoke_slip
from tests.cast import count_queries
from tests.factories import make_category, make_honour, make_person
from tests.members.slips_rows import (
    make_card,
    make_certificate,
    make_correction,
    make_record,
    make_sheet,
    make_slip,
    make_star,
    make_team,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
PAGES = ["records", "records/new", "notices", "card", "card/show", "certificates", "wrong", "call"]


def words(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.fixture
def person(cast):
    """Give the cast's volunteer a file of his own."""
    return make_person(school=cast.home.school, name="王玥", slip_link=cast.users.volunteer.link)


@pytest.fixture
def stranger(cast):
    """Give somebody else's rows of every kind, which no page of the holder may show."""
    other = make_person(school=cast.home.school, name="旁人")
    make_record(other, content="旁人的宣讲")
    make_sheet(other, content="旁人的活动")
    make_certificate(other, number="旁人的证明")
    make_card(other, number="旁人的证号")
    make_correction(other, resolved_at=timezone.now(), resolution="旁人的答复")
    make_honour(person=other, certificate_no="旁人的荣誉")
    return other


# --- the door ---------------------------------------------------------------------------------------------


def test_a_visitor_types_the_code_and_is_in(cast):
    person = make_person(school=cast.home.school, name="王玥")
    _, code, _ = make_slip(person, by=cast.users.district)
    assert "请填服务码" in words(cast.anonymous.get("/d/"))
    entered = cast.anonymous.post("/d/code/", {"code": code.lower()}, follow=True)
    assert (entered.redirect_chain, "王玥老师，您好！" in words(entered)) == ([("/d/", 302)], True)
    person.refresh_from_db()
    assert cast.anonymous.session[LINK_KEY] == person.slip_link_id
    event = AuditEvent.objects.get(action="accesslink.enter")
    assert (event.link, event.actor_label) == (person.slip_link, "王玥")


def test_the_link_on_the_slip_asks_for_a_press_and_leads_to_the_large_type(cast):
    person = make_person(school=cast.home.school, name="王玥")
    _, _, token = make_slip(person, by=cast.users.district)
    page = cast.anonymous.get(f"/l/{token}/")
    assert ("王玥老师，您好！" in words(page), page["Referrer-Policy"]) == (True, "strict-origin")
    entered = cast.anonymous.post(f"/l/{token}/", follow=True)
    assert [url for url, _ in entered.redirect_chain] == ["/", "/d/"]
    assert "下一次活动" in words(entered)


def test_wrong_expired_and_revoked_codes_look_alike(cast):
    now = timezone.now()
    people = [make_person(school=cast.home.school) for _ in range(2)]
    _, expired, _ = make_slip(people[0], by=cast.users.district, at=now - datetime.timedelta(days=366))
    slip, revoked, _ = make_slip(people[1], by=cast.users.district)
    revoke_slip(slip, by=cast.users.district, at=now)
    answers = []
    for code in ("ABCD-EFGH-JKMN", expired, revoked, "短"):
        answer = cast.anonymous.post("/d/code/", {"code": code})
        text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", answer.content.decode())
        answers.append((answer.status_code, text.replace(code, "…")))
    assert [status for status, _ in answers] == [422] * 4
    assert len({text for _, text in answers}) == 1
    assert views.WRONG_CODE in answers[0][1]


def test_a_code_is_tried_so_often_and_no_more(cast, monkeypatch):
    monkeypatch.setattr(views, "BY_ADDRESS", 2)
    _, code, _ = make_slip(by=cast.users.district, school=cast.home.school)
    statuses = [cast.anonymous.post("/d/code/", {"code": "X"}).status_code for _ in range(3)]
    right = cast.anonymous.post("/d/code/", {"code": code})
    other = cast.anonymous.post("/d/code/", {"code": code}, REMOTE_ADDR="10.9.8.7")
    assert (statuses, right.status_code, other.status_code) == ([422, 422, 429], 429, 302)
    assert views.TOO_MANY in words(right)


def test_everybody_together_has_a_limit_too(cast, monkeypatch):
    monkeypatch.setattr(views, "BY_ALL", 2)
    statuses = [
        cast.anonymous.post("/d/code/", {"code": "X"}, REMOTE_ADDR=f"10.0.0.{n}").status_code
        for n in range(3)
    ]
    assert statuses == [422, 422, 429]


def test_whoever_has_an_account_is_told_what_a_slip_is(cast, person):
    for who in ("district", "leader", "group", "school", "judge", "auditor", "outreach"):
        page = words(getattr(cast, who).get("/d/"))
        assert ("个人服务单" in page, "返回普通版" in page, "王玥老师" in page) == (True, True, False)


def test_a_slip_taken_back_ends_the_session_at_the_next_click(cast):
    person = make_person(school=cast.home.school)
    slip, code, _ = make_slip(person, by=cast.users.district)
    cast.anonymous.post("/d/code/", {"code": code})
    assert cast.anonymous.get("/d/records/").status_code == 200
    revoke_slip(slip, by=cast.users.district, at=timezone.now())
    assert cast.anonymous.get("/d/records/").url == "/accounts/login/?next=/d/records/"
    assert "请填服务码" in words(cast.anonymous.get("/d/"))


# --- the pages --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_the_pages_are_the_holder_s_alone(cast, person, page):
    url = f"/d/{page}/"
    assert cast.volunteer.get(url).status_code == 200
    assert [getattr(cast, who).get(url).status_code for who in ("district", "school", "outreach")] == [
        404
    ] * 3
    assert cast.anonymous.get(url).url == f"/accounts/login/?next={url}"
    assert cast.volunteer.put(url).status_code == 405


def test_nobody_is_greeted_after_a_death_that_another_file_brought(cast, person):
    type(person).objects.filter(pk=person.pk).update(died_on=timezone.localdate())
    assert {cast.volunteer.get(f"/d/{page}/").status_code for page in PAGES} == {404}


def test_a_holder_whose_file_was_merged_into_another_finds_nothing(cast, person):
    kept = make_person(school=cast.home.school)
    type(person).objects.filter(pk=person.pk).update(merged_into=kept)
    assert {cast.volunteer.get(f"/d/{page}/").status_code for page in PAGES} == {404}


def test_nothing_of_anybody_else_is_shown(cast, person, stranger):
    shown = "".join(words(cast.volunteer.get(url)) for url in ("/d/", *(f"/d/{page}/" for page in PAGES)))
    assert ("旁人" in shown, "王玥" in shown) == (False, True)


def test_no_page_shows_a_sensitive_value(cast, person):
    sensitive = [person.id_number, person.phone, person.home_address, person.health, person.emergency_contact]
    shown = "".join(cast.volunteer.get(f"/d/{page}/").content.decode() for page in PAGES)
    assert [value for value in sensitive if value in shown] == []


def test_the_first_page_adds_up_this_year_and_shows_the_next_activity(cast, person):
    for half_hours in (4, 3):
        make_record(person, served_on=TODAY, half_hours=half_hours)
    make_record(person, served_on=TODAY, half_hours=9, kind=ServiceKind.TRAINING)
    make_record(person, served_on=TODAY, half_hours=9, status=ServiceRecord.Status.CLAIMED)
    make_record(person, served_on=TODAY.replace(year=TODAY.year - 2, day=1), half_hours=8)
    make_sheet(person, held_on=TODAY + datetime.timedelta(days=9), content="后一次")
    next_one = make_sheet(person, contact_phone="010-6500 0000")
    make_sheet(person, held_on=TODAY - datetime.timedelta(days=1), content="过去的")
    make_certificate(person)
    page = cast.volunteer.get("/d/")
    shown = words(page)
    assert "今年 2 次，共 3.5 小时" in shown
    assert "有 2 条" in shown
    assert "共 1 张" in shown
    assert f"{next_one.held_on.month}月{next_one.held_on.day}日" in shown
    assert ("上午9:00" in shown, "白家庄小学" in shown, "联系人：刘老师" in shown) == (True,) * 3
    assert 'href="tel:01065000000"' in page.content.decode()
    assert ("后一次" in shown, "过去的" in shown) == (False, False)


def test_records_are_cards_with_day_place_and_hours(cast, person):
    make_record(person, served_on=datetime.date(2018, 11, 18))
    make_record(
        person, content="读书会", status=ServiceRecord.Status.REFUSED, served_on=datetime.date(2018, 3, 1)
    )
    make_star(cast.home.district, "一星", 1)
    make_star(cast.home.district, "二星", 2)
    make_star(cast.home.district, "三星", 300)
    shown = words(cast.volunteer.get("/d/records/"))
    assert re.search(r"2018年11月18日 星期日 白家庄小学 宣讲 2 小时", shown)
    assert re.search(r"读书会 2 小时 +未通过", shown)
    assert ("历年一共 2 小时" in shown, "已达到“二星”" in shown, "三星" in shown) == (True, True, False)


def test_the_newest_table_of_stars_holds(cast, person):
    make_record(person)
    make_star(cast.home.district, "旧一星", 1)
    make_star(cast.home.district, "新一星", 100, from_on=datetime.date(2018, 6, 1))
    assert "已达到" not in words(cast.volunteer.get("/d/records/"))


def test_notices_come_from_what_is_there(cast, person):
    make_sheet(person)
    make_card(person, year=2018)
    make_certificate(person, status=ServiceCertificate.Status.POSTED, number="", issued_on=None)
    make_correction(person, resolved_at=timezone.now(), resolution="已补上 11 月 18 日的一次")
    make_correction(person, resolved_at=timezone.now() - datetime.timedelta(days=91), resolution="很久以前")
    shown = words(cast.volunteer.get("/d/notices/"))
    for said in ("请您参加活动", "还没有注册", "服务证明正在公示", "已补上 11 月 18 日的一次"):
        assert said in shown
    assert "很久以前" not in shown
    AnnualRegistration.objects.create(card=person.card, year=TODAY.year, registered_on=TODAY)
    assert "还没有注册" not in words(cast.volunteer.get("/d/notices/"))


def test_the_card_shows_number_and_code_and_over_the_whole_screen(cast, person):
    make_card(person, number="GGW201800001", year=TODAY.year)
    for page in ("card", "card/show"):
        answer = cast.volunteer.get(f"/d/{page}/")
        assert "GGW201800001" in words(answer)
        assert 'src="data:image/svg+xml' in answer.content.decode()
    person.card.__class__.objects.update(status="VOID", void_reason="遗失", voided_on=TODAY)
    assert "您还没有志愿者证" in words(cast.volunteer.get("/d/card/"))


def test_certificates_and_honours_stand_together(cast, person):
    make_certificate(person, number="ZM2018001")
    make_certificate(person, number="ZM作废", status=ServiceCertificate.Status.VOID, end_reason="误发")
    make_honour(person=person, certificate_no="RY2018001")
    other = make_category(kind="GOOD_LEADER")
    make_honour(person=person, certificate_no="RY作废", category=other, voided_on=TODAY, void_reason="误发")
    shown = words(cast.volunteer.get("/d/certificates/"))
    assert [number in shown for number in ("ZM2018001", "RY2018001", "ZM作废", "RY作废")] == [
        True,
        True,
        False,
        False,
    ]


def test_help_is_a_call_away(cast, person):
    make_team(cast.home.district, person, name="讲师团", phone="010-65001111")
    type(cast.home.district).objects.update(contact="区教育关工委办公室 010-65002222")
    page = cast.volunteer.get("/d/call/")
    assert ("讲师团" in words(page), "区教育关工委办公室 010-65002222" in words(page)) == (True, True)
    for number in ("tel:01065001111", "tel:01065002222"):
        assert number in page.content.decode()


# --- what the holder may say ------------------------------------------------------------------------------


def test_a_report_is_taken_in_and_answered_with_thanks(cast, person):
    assert '<option value="CARD" selected>' in cast.volunteer.get("/d/wrong/?about=CARD").content.decode()
    answer = cast.volunteer.post("/d/wrong/", {"about": "CARD", "words": "名字写错了"}, follow=True)
    assert "已经收到，谢谢您！" in words(answer)
    assert list(Correction.objects.values_list("person", "about", "words")) == [
        (person.pk, "CARD", "名字写错了")
    ]
    bad = cast.volunteer.post("/d/wrong/", {"about": "", "words": "名字写错了"})
    assert (bad.status_code, "名字写错了" in bad.content.decode()) == (422, True)


def test_a_service_of_his_own_waits_for_the_school(cast, person):
    typed = {"served_on": TODAY.isoformat(), "content": "给三年级讲故事", "hours": "1.5", "place": "礼堂"}
    answer = cast.volunteer.post("/d/records/new/", typed, follow=True)
    assert "已经登记，等学校确认。" in words(answer)
    record = ServiceRecord.objects.get()
    assert (record.person, record.school, record.status, record.half_hours, record.claimed_as) == (
        person,
        person.school,
        "CLAIMED",
        3,
        "VOLUNTEER",
    )
    future = cast.volunteer.post(
        "/d/records/new/", typed | {"served_on": (TODAY + datetime.timedelta(days=2)).isoformat()}
    )
    assert (future.status_code, "给三年级讲故事" in future.content.decode()) == (422, True)


def test_a_service_of_an_earlier_year_rests_on_its_basis(cast, person):
    day = TODAY.replace(year=TODAY.year - 1, day=1)
    typed = {"served_on": day.isoformat(), "content": "讲故事", "hours": "2", "basis": ""}
    assert cast.volunteer.post("/d/records/new/", typed).status_code == 422
    assert cast.volunteer.post("/d/records/new/", typed | {"basis": "有照片"}).status_code == 302
    record = ServiceRecord.objects.get()
    assert (record.evidence, record.basis) == ("C", "有照片")


# --- look -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chosen", "look"), [("large", "elder elder-large"), ("largest", "elder elder-largest")]
)
def test_the_size_of_the_text_is_kept(cast, person, chosen, look):
    answer = cast.volunteer.post("/d/size/", {"size": chosen, "next": "/d/records/"})
    assert (answer.status_code, answer.url) == (302, "/d/records/")
    assert f'<body class="{look}">' in cast.volunteer.get("/d/").content.decode()
    assert cast.volunteer.post("/d/size/", {"size": "<x>", "next": "//evil.example/"}).url == "/"
    assert '<body class="elder">' in cast.volunteer.get("/d/").content.decode()
    assert cast.volunteer.get("/d/size/").status_code == 405


@pytest.mark.parametrize("rows", [1, 3])
def test_the_pages_cost_the_same_whatever_the_rows(cast, person, rows):
    for n in range(rows):
        make_record(person, served_on=TODAY - datetime.timedelta(days=n))
        make_sheet(person)
        make_certificate(person)
        make_honour(person=person, category=make_category(kind=list(Category.Kind)[n]))
        make_correction(person, resolved_at=timezone.now(), resolution="已改")
        make_team(cast.home.district, person, phone="010-65001111")
    make_card(person)
    counts = {page: count_queries(cast.volunteer, f"/d/{page}") for page in ("", *(f"{p}/" for p in PAGES))}
    assert counts == {
        "": 11,
        "records/": 8,
        "records/new/": 4,
        "notices/": 9,
        "card/": 5,
        "card/show/": 5,
        "certificates/": 6,
        "wrong/": 4,
        "call/": 5,
    }
