"""The pages of a person's file: its tabs, its forms, finding by a number, photograph, prints, 汇总表."""

import datetime
import io
import re
import shutil
import subprocess

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from awards.models import Category
from guanweihui import catalogue
from guanweihui.documents import pdf
from guanweihui.figures import Period
from guanweihui.models import AuditEvent
from members.models import (
    Card,
    Care,
    Person,
    ServiceKind,
    ServiceRecord,
    TaskCall,
    Team,
    TeamMembership,
)
from members.workflow.people import change_state, edit_person
from tests.cast import count_queries
from tests.factories import (
    make_appointment,
    make_elder_class,
    make_honour,
    make_id_number,
    make_person,
    make_school,
)
from tests.members.people_rows import BORN, edit_form, make_jpeg, typed
from tests.members.slips_rows import make_slip

NO_PDF = pdf.available() or (None if shutil.which("pdftotext") else "poppler-utils is not installed")
prints = pytest.mark.skipif(NO_PDF is not None, reason=NO_PDF or "PDF can be made here")
DAY = datetime.date(2018, 10, 8)
NOW = datetime.datetime(2018, 10, 9, tzinfo=datetime.UTC)
ID = make_id_number(BORN, 711)


def words(answer) -> str:
    return answer.content.decode()


def lines(action):
    return list(AuditEvent.objects.filter(action=action).order_by("pk"))


def make_record(person, content="讲述家史", **fields):
    defaults = {
        "district": person.district, "school": person.school, "served_on": DAY, "half_hours": 5,
        "claimed_at": NOW, "confirmed_at": NOW, "status": "CONFIRMED",
    }  # fmt: skip
    return ServiceRecord.objects.create(person=person, content=content, **{**defaults, **fields})


@pytest.fixture
def person(cast):
    return make_person(school=cast.home.school, name="曾玉兰", id_number=ID, sex="男", born_on=BORN)


def test_a_staff_number_that_another_has_keeps_everything_typed(cast, person):
    Person.objects.filter(pk=person.pk).update(staff_no="JG0001")
    fields = typed(cast.home.school, serial=713, staff_no="JG0001", home_address="新写的住址")
    answer = cast.school.post("/people/new/", fields)
    assert (answer.status_code, Person.objects.filter(staff_no="JG0001").count()) == (422, 1)
    assert ["这个教工编号已登记在另一人名下。" in words(answer), "新写的住址" in words(answer)] == [True] * 2
    other = make_person(school=cast.home.school)
    sent = edit_form(cast.school, other, staff_no="JG0001", home_address="新写的住址")
    answer = cast.school.post(f"/people/{other.pk}/edit/", sent)
    assert (answer.status_code, "新写的住址" in words(answer)) == (422, True)


# --- the file -----------------------------------------------------------------------------------------


def test_the_first_tab_tells_states_classes_and_missing_consent(cast, person):
    person.further_classes.add(make_elder_class(name="老模范", position=5))
    change_state(person, "moved", DAY, place="示例市", by=cast.users.school, at=timezone.now())
    page = words(cast.group.get(f"/people/{person.pk}/"))
    assert [word in page for word in ("同意书未归档", "老模范", "2018年10月8日，示例市")] == [True] * 3
    assert "撤销异地安置" not in page
    assert "撤销异地安置" in words(cast.school.get(f"/people/{person.pk}/"))
    Person.objects.update(consented_on=DAY)
    assert "2018年10月8日本人同意，待区里审核" in words(cast.group.get(f"/people/{person.pk}/"))
    Person.objects.update(registered_on=DAY)
    assert "2018年10月8日登记通过" in words(cast.group.get(f"/people/{person.pk}/"))


def test_the_service_tab_adds_up_and_keeps_training_apart(cast, person):
    make_record(person)
    make_record(person, "待确认的一次", status="CLAIMED", confirmed_at=None, half_hours=3)
    make_record(person, "不作数的一次", status="REFUSED")
    make_record(person, "培训一次", kind=ServiceKind.TRAINING, half_hours=8)
    team = Team.objects.create(district=person.district, name="讲师团")
    TeamMembership.objects.create(team=team, person=person, office=1, from_on=DAY)
    Card.objects.create(
        district=person.district, person=person, number="GGW201800001", year=2018, sequence=1,
        issued_on=DAY, check_token="1" * 32,
    )  # fmt: skip
    make_record(make_person(school=cast.home.school), "别人的一次")
    page = words(cast.school.get(f"/people/{person.pk}/?tab=service"))
    shown = ("2.5 小时", "1.5 小时", "4.0 小时", "讲述家史", "待确认的一次", "讲师团", "队长", "GGW201800001")
    assert [word for word in shown if word not in page] == []
    assert [word in page for word in ("不作数的一次", "培训一次", "别人的一次")] == [False] * 3
    training = words(cast.school.get(f"/people/{person.pk}/?tab=training"))
    assert ("培训一次" in training, "讲述家史" in training) == (True, False)


def test_the_honours_tab_shows_honours_of_every_school_and_seats(cast, person):
    kind = Category.Kind.ADVANCED_RETIRED
    own = make_honour(unit=cast.home.school, person=person, kind=kind, printed_name="曾玉兰")
    early = make_honour(
        unit=cast.far.school, person=person, printed_name="曾玉兰", kind=Category.Kind.GOOD_LEADER
    )
    other = make_honour(unit=cast.home.school, printed_name="别人", kind=kind)
    make_appointment(school=cast.home.school, person=person, from_on=DAY)
    page = words(cast.school.get(f"/people/{person.pk}/?tab=honours"))
    assert [one.certificate_no in page for one in (own, early, other)] == [True, True, False]
    assert [f'/honours/{one.pk}/"' in page for one in (own, early)] == [True, False]
    assert "主任，2018-10-08 至 今" in page


def test_the_evaluation_tab_counts_what_was_asked_and_given(cast, person):
    assert words(cast.school.get(f"/people/{person.pk}/?tab=evaluation")).count("暂无") >= 4
    for answer in ("YES", "NO"):
        TaskCall.objects.create(
            district=person.district, person=person, task=f"宣讲{answer}", asked_on=DAY, answer=answer
        )
    Care.objects.create(
        district=person.district,
        person=person,
        kind="VISIT",
        given_on=DAY,
        visitors="李主任",
        note="家中不便",
    )
    page = words(cast.school.get(f"/people/{person.pk}/?tab=evaluation"))
    shown = ("2 次，同意 1 次", "1 次，最近一次 2018-10-08", "宣讲YES")
    assert [word in page for word in shown] == [True] * 3
    assert "家中不便" not in page


TABS = ("", "service", "training", "honours", "evaluation")


def test_each_tab_costs_the_same_at_one_and_three_rows(cast, person):
    def grow(n):
        make_record(person, served_on=DAY + datetime.timedelta(days=n))
        make_record(person, kind=ServiceKind.TRAINING)
        team = Team.objects.create(district=person.district, name=f"队伍{n}")
        TeamMembership.objects.create(team=team, person=person, from_on=DAY)
        make_honour(unit=make_school(group=cast.home.group), person=person, kind=list(Category.Kind)[n])
        make_appointment(school=make_school(group=cast.home.group), person=person)
        TaskCall.objects.create(district=person.district, person=person, task="宣讲", asked_on=DAY)
        Care.objects.create(
            district=person.district, person=person, kind="VISIT", given_on=DAY, visitors="李主任"
        )
        person.further_classes.add(make_elder_class(name=f"类别{n}"))

    grow(0)
    urls = [f"/people/{person.pk}/?tab={tab}" for tab in TABS]
    once = [count_queries(cast.school, url) for url in urls]
    grow(1)
    grow(2)
    assert once == [count_queries(cast.school, url) for url in urls] == [5, 11, 8, 8, 8]


def test_a_merged_file_leads_to_the_one_kept(cast, person):
    last = make_person(school=cast.home.school)
    person.merged_into = last
    person.save()
    early = make_person(school=cast.home.school, merged_into=person)
    for old in (person, early):
        answer = cast.school.get(f"/people/{old.pk}/")
        assert (answer.status_code, answer["Location"]) == (302, f"/people/{last.pk}/")
        assert cast.stranger.get(f"/people/{old.pk}/").status_code == 404
        assert cast.school.get(f"/people/{old.pk}/edit/").status_code == 404


# --- opening and editing ------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["/people/new/", "/people/{}/edit/", "/people/{}/state/"])
def test_forms_are_for_those_who_write(cast, person, url):
    url = url.format(person.pk)
    for who in ("leader", "auditor", "group", "judge", "outreach"):
        assert getattr(cast, who).get(url).status_code == 404
        assert getattr(cast, who).post(url, {}).status_code == 404
    if "new" not in url:
        assert cast.stranger.get(url).status_code == 404
    assert cast.anonymous.get(url).status_code == 302
    assert (cast.school.get(url).status_code, cast.school.put(url).status_code) == (200, 405)


def test_a_person_is_registered_on_a_form(cast):
    answer = cast.school.post("/people/new/", typed(cast.home.school, born="", sex=""))
    person = Person.objects.get()
    assert answer["Location"] == f"/people/{person.pk}/"
    stored = (person.name, person.sex, person.born_on, str(person.retired_on), person.retired_precision)
    assert stored == ("曾国藩", "男", BORN, "2007-06-01", "month")
    assert (person.phone, person.school, person.on_register) == ("19900007777", cast.home.school, True)


def test_somebody_in_service_needs_fewer_fields(cast):
    page = words(cast.school.get("/people/new/?kind=serving"))
    assert [f'name="{name}"' in page for name in ("duty", "phone", "retired", "elder_class", "health")] == [
        True, True, False, False, False,
    ]  # fmt: skip
    fields = {"name": "李在职", "school": cast.home.school.pk, "duty": "党总支书记"}
    assert cast.school.post("/people/new/?kind=serving", fields).status_code == 302
    person = Person.objects.get()
    assert (person.retirement_kind, person.on_register, person.duty) == ("", False, "党总支书记")


def test_a_wrong_form_keeps_what_was_typed(cast):
    answer = cast.school.post("/people/new/", typed(cast.home.school, sex="女", retired="2007年13月"))
    page = words(answer)
    assert (answer.status_code, Person.objects.count()) == (422, 0)
    assert ("2007年13月" in page, "月份应在 1—12 之间" in page, "教导主任" in page) == (True, True, True)
    answer = cast.school.post("/people/new/", typed(cast.home.school, sex="女"))
    assert "与身份证号中的性别不一致" in words(answer)


def test_a_school_registers_for_itself_alone(cast):
    answer = cast.school.post("/people/new/", typed(cast.far.school))
    assert (answer.status_code, Person.objects.count()) == (422, 0)


def test_a_registered_number_leads_to_its_file_or_to_a_transfer(cast, person):
    page = words(cast.school.post("/people/new/", typed(cast.home.school)))
    assert f'href="/people/{person.pk}/"' in page
    answer = cast.stranger.post("/people/new/", typed(cast.far.school))
    assert answer.status_code == 422
    assert ("请向对方学校提出转校申请" in words(answer), "曾玉兰" in words(answer)) == (True, False)
    assert f'action="{reverse("transfer-new")}"' in words(answer)
    assert f'name="id_number" value="{ID}"' in words(answer)
    assert [f'name="{name}"' in words(answer) for name in ("typed_name", "reason")] == [True, True]
    assert Person.objects.count() == 1


def test_an_edit_keeps_sealed_values_left_blank_and_empties_by_word(cast, person):
    assert (
        re.search(r"\d{17}[\dX]|502室|高血压", words(cast.school.get(f"/people/{person.pk}/edit/"))) is None
    )
    sent = edit_form(cast.school, person, duty="校长", phone="１９９０－０００－９９９９", health="清空")
    assert cast.school.post(f"/people/{person.pk}/edit/", sent).status_code == 302
    after = Person.objects.get(pk=person.pk)
    assert (after.duty, after.phone, after.health) == ("校长", "19900009999", "")
    assert (after.id_number, after.home_address) == (person.id_number, person.home_address)
    (line,) = lines("person.edit")
    assert line.changes == {"duty": ["", "校长"], "health": "已修改", "phone": "已修改"}


def test_an_old_tab_shows_both_values_and_can_be_saved_after_all(cast, person):
    sent = edit_form(cast.school, person, duty="教师", phone="19900009999")
    edit_person(person, {"duty": "校长"}, version=1, by=cast.users.district, at=timezone.now())
    answer = cast.school.post(f"/people/{person.pk}/edit/", sent)
    page = words(answer)
    assert answer.status_code == 409
    assert "这份材料在您打开之后被district先生" in page
    assert answer.context["differences"] == [
        ("职务", "校长", "教师"),
        ("联系电话", f"现有 199****{person.phone[-4:]}", "您填写的新内容"),
    ]
    assert (Person.objects.get(pk=person.pk).duty, 'value="教师"' in page) == ("校长", True)
    again = sent | {"version": answer.context["form"]["version"].value()}
    assert cast.school.post(f"/people/{person.pk}/edit/", again).status_code == 302
    assert Person.objects.get(pk=person.pk).duty == "教师"


def test_a_form_without_a_version_is_an_old_one(cast, person):
    sent = edit_form(cast.school, person, duty="教师")
    del sent["version"]
    assert cast.school.post(f"/people/{person.pk}/edit/", sent).status_code == 409


def test_the_main_class_is_not_chosen_twice(cast, person):
    sent = edit_form(cast.school, person, further_classes=[str(person.elder_class_id)])
    answer = cast.school.post(f"/people/{person.pk}/edit/", sent)
    assert (answer.status_code, "已是主要类别" in words(answer)) == (422, True)


def test_a_state_is_noted_on_a_form_and_taken_back(cast, person):
    url = f"/people/{person.pk}/state/"
    later = timezone.localdate() + datetime.timedelta(days=1)
    assert cast.school.post(url, {"state": "died", "on": later}).status_code == 422
    assert cast.school.post(url, {"state": "moved", "on": DAY}).status_code == 422
    assert cast.school.post(url, {"state": "died", "on": DAY}).status_code == 302
    assert Person.objects.get(pk=person.pk).died_on == DAY
    assert cast.school.post(url, {"state": "died", "on": DAY}).status_code == 422
    undo = f"{url}died/undo/"
    assert cast.stranger.post(undo, {"reason": "登记错了"}).status_code == 404
    assert cast.school.post(undo, {"reason": ""}).status_code == 422
    assert cast.school.post(f"{url}born/undo/", {"reason": "登记错了"}).status_code == 404
    assert cast.school.post(undo, {"reason": "登记错了"}).status_code == 302
    assert Person.objects.get(pk=person.pk).died_on is None


def test_the_slip_s_button_stays_while_a_slip_opens(cast, person):
    page, slip = f"/people/{person.pk}/", f"/people/{person.pk}/slip/"
    _, code, _ = make_slip(person, by=cast.users.district)
    Person.objects.filter(pk=person.pk).update(is_volunteer=False)
    assert (slip in words(cast.school.get(page)), "服务证明</a>" in words(cast.school.get(page))) == (
        True,
        False,
    )
    assert cast.school.post(f"{slip}revoke/").status_code == 302
    assert slip not in words(cast.school.get(page))


def test_the_code_of_somebody_who_died_opens_nothing(cast, person):
    _, code, _ = make_slip(person, by=cast.users.district)
    assert cast.school.post(f"/people/{person.pk}/state/", {"state": "died", "on": DAY}).status_code == 302
    assert cast.anonymous.post("/d/code/", {"code": code}).status_code == 422
    assert f"/people/{person.pk}/slip/" not in words(cast.school.get(f"/people/{person.pk}/"))


# --- photograph ---------------------------------------------------------------------------------------


def test_a_photograph_is_seen_by_those_who_see_the_file(cast, person):
    url = f"/people/{person.pk}/photo/"
    assert cast.school.get(url).status_code == 404
    sent = edit_form(cast.school, person)
    wrong = SimpleUploadedFile("a.jpg", b"<?php", content_type="image/jpeg")
    assert cast.school.post(f"/people/{person.pk}/edit/", {**sent, "photo": wrong}).status_code == 422
    photo = SimpleUploadedFile("a.jpg", make_jpeg(), content_type="image/jpeg")
    assert cast.school.post(f"/people/{person.pk}/edit/", {**sent, "photo": photo}).status_code == 302
    answer = cast.group.get(url)
    assert (answer.status_code, answer["Content-Type"], answer["X-Content-Type-Options"]) == (
        200, "image/jpeg", "nosniff",
    )  # fmt: skip
    assert answer.content.startswith(b"\xff\xd8\xff")
    assert f'src="{url}"' in words(cast.group.get(f"/people/{person.pk}/"))
    assert [cast.stranger.get(url).status_code, cast.anonymous.get(url).status_code] == [404, 302]
    assert cast.school.post(url).status_code == 405


# --- finding by a number ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "what",
    [ID, f" {ID[:6]}－{ID[6:]} ", "ｇｇｗ201800001", "GGW 2018 00001", "199-0000-4321", "+8619900004321"],
)
def test_a_number_leads_to_its_person(cast, person, what):
    Person.objects.filter(pk=person.pk).update(phone_index=phone_key("19900004321"))
    Card.objects.create(
        district=person.district, person=person, number="GGW201800001", year=2018, sequence=1,
        issued_on=DAY, check_token="1" * 32,
    )  # fmt: skip
    answer = cast.school.post("/people/find/", {"what": what})
    assert (answer.status_code, answer["Location"]) == (302, f"/people/{person.pk}/")
    nobody = cast.stranger.post("/people/find/", {"what": what})
    assert nobody["Location"] == "/people/"
    assert "没有找到" in words(cast.stranger.get("/people/"))


def phone_key(phone):
    from members.keys import phone_index

    return phone_index(phone)


def test_a_number_of_several_leads_to_their_list(cast, person):
    other = make_person(school=cast.home.school, name="同号人", phone=person.phone)
    make_person(school=cast.home.school, name="无关人")
    answer = cast.school.post("/people/find/", {"what": person.phone})
    keys = set(re.findall(r"\d+", answer["Location"].partition("only=")[2]))
    assert keys == {str(person.pk), str(other.pk)}
    assert person.phone not in answer["Location"]
    page = words(cast.school.get(answer["Location"]))
    assert [name in page for name in ("曾玉兰", "同号人", "无关人")] == [True, True, False]


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("", "请填写"),
        ("990105194705067111", "校验码不符"),
        ("9.90105E+17", "没有找到"),
        ("没有这个号", "没有找到"),
    ],
)
def test_a_number_of_no_use_is_told(cast, person, what, said):
    answer = cast.school.post("/people/find/", {"what": what})
    assert answer["Location"] == "/people/"
    assert said in words(cast.school.get("/people/"))


def test_finding_takes_post_and_a_committee_role(cast):
    assert cast.school.get("/people/find/").status_code == 405
    assert [who.post("/people/find/", {}).status_code for who in (cast.judge, cast.outreach)] == [404, 404]
    assert cast.anonymous.post("/people/find/", {}).status_code == 302


@pytest.mark.parametrize("number", [ID, ID.lower(), "19900004321", "１９９００００４３２１"])
def test_a_number_in_the_name_box_is_taken_out_of_the_address(cast, person, number):
    answer = cast.school.get("/people/", {"name": number, "volunteer": "True"})
    assert (answer.status_code, answer["Location"]) == (302, "/people/?volunteer=True")
    assert "按号码查人" in words(cast.school.get("/people/"))


@pytest.mark.parametrize(
    ("route", "box"),
    [
        ("person-list", "unit"),
        ("record-list", "name"),
        ("outing-list", "q"),
        ("sheet-list", "text"),
        ("honour-list", "text"),
        ("office:members_person_changelist", "q"),
        ("help", "whatever"),
    ],
)
def test_no_address_keeps_a_number_whatever_the_box(cast, route, box):
    answer = cast.district.get(reverse(route), {box: ID, "page": "2"})
    assert (answer.status_code, answer["Location"]) == (302, f"{reverse(route)}?page=2")


def test_an_export_leaves_no_number_in_the_trail(cast, person):
    answer = cast.school.get("/people/export/", {"unit": ID, "name": "曾"}, follow=True)
    assert answer.status_code == 200
    (line,) = lines("list.export")
    assert line.changes["query"] == "name=曾"


def test_a_number_that_is_posted_arrives(cast, person):
    answer = cast.school.post(f"/people/find/?name={ID}", {"what": ID})
    assert answer["Location"] == reverse("person-detail", args=[person.pk])


@pytest.mark.parametrize("name", ["zgf", "cgf", "zengguofan", "zeng", "ceng", "曾", "曾国", "ZGF"])
def test_every_reading_finds_a_name(cast, name):
    make_person(school=cast.home.school, name="曾国藩")
    make_person(school=cast.home.school, name="郭长青")
    page = words(cast.school.get("/people/", {"name": name}))
    assert ("曾国藩" in page, "郭长青" in page) == (True, False)


@pytest.mark.parametrize("only", ["abc", "x-y", "9" * 30, "%"])
def test_wrong_keys_find_nobody(cast, person, only):
    answer = cast.school.get("/people/", {"only": only})
    assert (answer.status_code, "曾玉兰" in words(answer)) == (200, False)


# --- prints -------------------------------------------------------------------------------------------


def text_of(content: bytes) -> str:
    """Return the words of a PDF without blanks: a cell may break a long one."""
    done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=content, capture_output=True, check=True)
    return "".join(done.stdout.decode().split())


def body(answer) -> bytes:
    return b"".join(answer.streaming_content)


@pytest.mark.parametrize("path", ["/people/{}/", "/people/duplicates/1/{}/"])
def test_a_key_that_no_database_holds_is_a_page_that_does_not_exist(cast, path):
    assert cast.district.get(path.format("9" * 20)).status_code == 404


@prints
def test_the_paper_form_is_masked_by_get_and_full_by_a_purpose(cast, person):
    url = f"/people/{person.pk}/form/"
    masked = text_of(body(cast.group.get(url)))
    assert [word in masked for word in ("登记表", "曾玉兰", "学校意见", "区教育关工委意见")] == [True] * 4
    assert [word in masked for word in (ID, person.phone, "502室", "高血压")] == [False] * 4
    assert cast.group.post(url, {"purpose": "报区里存档"}).status_code == 404
    assert cast.school.post(url, {"purpose": "看看"}).status_code == 422
    assert lines("person.print_form") == []
    full = text_of(body(cast.school.post(url, {"purpose": "报区里存档"})))
    assert [word in full for word in (ID, person.phone, "502室", "高血压")] == [True] * 4
    assert [line.reason for line in lines("person.print_form")] == ["报区里存档"]
    assert [cast.stranger.get(url).status_code, cast.stranger.post(url).status_code] == [404, 404]
    assert cast.anonymous.get(url).status_code == 302


def test_the_summary_is_of_one_school_and_masked(cast, person):
    make_person(school=cast.far.school, name="别校人")
    make_person(school=cast.home.school, name="不是志愿者", is_volunteer=False)
    make_person(school=cast.home.school, name="已离世者", died_on=DAY)
    own = words(cast.school.get("/people/summary/"))
    assert [name in own for name in ("曾玉兰", "别校人", "不是志愿者", "已离世者")] == [
        True,
        False,
        False,
        False,
    ]
    assert ("填报单位（盖章）：" in own, "填报人：" in own, "填报日期：" in own) == (True, True, True)
    assert (person.phone in own, f"199****{person.phone[-4:]}" in own) == (False, True)
    assert "请先选择学校" in words(cast.district.get("/people/summary/"))
    chosen = words(cast.district.get(f"/people/summary/?school={cast.far.school.pk}"))
    assert ("别校人" in chosen, "曾玉兰" in chosen) == (True, False)
    foreign = words(cast.group.get(f"/people/summary/?school={cast.far.school.pk}"))
    assert ("别校人" in foreign, "曾玉兰" in foreign) == (False, False)


def test_the_summary_costs_the_same_at_one_and_three_rows(cast, person):
    url = f"/people/summary/?school={cast.home.school.pk}"
    once = count_queries(cast.district, url)
    for _ in range(2):
        make_person(school=cast.home.school)
    assert once == count_queries(cast.district, url) == 8


def send(client, school, **fields):
    sent = {
        "school": school.pk,
        "filled_by": "李填报",
        "contact": "",
        "format": "xlsx",
        "purpose": "",
        **fields,
    }
    return client.post("/people/summary/file/", sent)


def test_the_summary_as_a_workbook_has_the_head_block(cast, person):
    answer = send(cast.school, cast.home.school, contact="010-12345678")
    sheet = openpyxl.load_workbook(io.BytesIO(body(answer))).worksheets[0]
    rows = [[cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]
    assert rows[0] == ["关工委“五老”志愿者汇总表"]
    assert rows[1][0] == f"填报单位（盖章）：{cast.home.school.full_name}"
    assert rows[1][1] == "填报人：李填报　联系电话：01012345678"
    assert rows[2] == [
        "序号", "单位", "姓名", "性别", "出生年月", "年龄", "政治面貌", "原职务/职称", "五老类别",
        "所在队伍", "特长", "联系电话", "备注",
    ]  # fmt: skip
    assert person.phone not in str(rows)
    (line,) = lines("list.export")
    assert (line.changes["rows"], lines("school.print_summary")) == (1, [])


@prints
def test_the_paper_form_is_one_page_with_every_cell_filled(cast, person):
    Person.objects.update(
        speciality="书法、国画", hobbies="太极拳", wished_service="课后服务、家史宣讲、书法辅导",
        available_time="每周二、四下午", duty="教导主任", title="高级教师", native_place="示例市",
    )  # fmt: skip
    content = body(cast.school.post(f"/people/{person.pk}/form/", {"purpose": "报区里存档"}))
    done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=content, capture_output=True, check=True)
    assert done.stdout.decode().count("\f") == 1


def test_the_report_centre_offers_the_summary_of_the_reader_s_people(cast, person):
    make_person(school=cast.far.school, name="别校人")
    paper = catalogue.get("volunteers").build(cast.users.school, Period.of(2018))
    assert [row.cells[2] for row in paper.tables[0].rows] == ["曾玉兰"]
    assert person.phone not in str(paper.tables[0].rows)


@prints
def test_full_phones_need_a_purpose_and_the_right(cast, person):
    answer = send(cast.school, cast.home.school, format="pdf", purpose="区里汇总上报")
    assert person.phone in text_of(body(answer))
    assert [line.reason for line in lines("school.print_summary")] == ["区里汇总上报"]
    assert send(cast.school, cast.home.school, purpose="看").status_code == 422
    assert send(cast.school, cast.far.school).status_code == 422
    group = send(cast.group, cast.home.school, purpose="区里汇总上报")
    assert person.phone not in str(openpyxl.load_workbook(io.BytesIO(body(group))).worksheets[0]["L4"].value)
    assert len(lines("school.print_summary")) == 1
    assert cast.judge.post("/people/summary/file/").status_code == 404
    assert cast.anonymous.post("/people/summary/file/").status_code == 302
    assert cast.school.get("/people/summary/file/").status_code == 405
