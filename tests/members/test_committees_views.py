"""Pages of committees: the list, a unit's committee on a day, its print, its term change."""

import datetime
import io
import re

import openpyxl
import pytest
from django.utils import timezone

from guanweihui.models import AuditEvent
from members.models import Appointment
from tests.cast import count_queries
from tests.factories import make_appointment, make_person, make_school

Position = Appointment.Position
PHONE = re.compile(r"(?<!\d)1\d{10}(?!\d)")


def words(response) -> str:
    return response.content.decode()


def book_of(response) -> list[tuple]:
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).worksheets[0]
    return [row for row in sheet.iter_rows(values_only=True) if any(row)]


@pytest.fixture
def seats(cast):
    """Give a seat at each level, and one of the stranger's school."""
    home = cast.home
    return {
        "school": make_appointment(
            school=home.school, printed_name="校主任", person=make_person(school=home.school, name="曾玉兰")
        ),
        "group": make_appointment(group=home.group, position=Position.GROUP_HEAD, printed_name="组长甲"),
        "district": make_appointment(district=home.district, printed_name="区主任"),
        "far": make_appointment(
            school=cast.far.school, printed_name="外单位人", to_on=datetime.date(2018, 1, 1)
        ),
    }


NAMES = {"校主任": "school", "组长甲": "group", "区主任": "district", "外单位人": "far"}


def shown(page: str) -> list[str]:
    return [name for name in NAMES if f">{name}<" in page]


@pytest.mark.parametrize(
    ("who", "found"),
    [
        ("district", list(NAMES)),
        ("auditor", list(NAMES)),
        ("group", ["校主任", "组长甲"]),
        ("school", ["校主任"]),
        ("stranger", ["外单位人"]),
    ],
)
def test_everybody_sees_the_seats_of_his_place(cast, seats, who, found):
    client = getattr(cast, who)
    page = words(client.get("/committees/"))
    assert (shown(page), PHONE.search(page)) == (found, None)
    book = str(book_of(client.get("/committees/export/")))
    assert ([name for name in NAMES if name in book], PHONE.search(book)) == (found, None)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("name=校主", ["校主任"]),
        ("name=zyl", ["校主任"]),
        ("unit=和平", ["校主任"]),
        ("unit=1105999", ["外单位人"]),
        ("unit=东苑", ["组长甲"]),
        ("level=group", ["组长甲"]),
        ("level=district", ["区主任"]),
        ("position=7", ["组长甲"]),
        ("on=2018-01-01", list(NAMES)),
        ("on=2018-01-02", ["校主任", "组长甲", "区主任"]),
        ("name=没有此人", []),
        ("level=nothing&position=99&on=never", list(NAMES)),
    ],
)
def test_the_query_bar_finds(cast, seats, query, found):
    assert shown(words(cast.district.get(f"/committees/?{query}"))) == found


def test_empty_seats_are_a_list_of_their_own(cast, seats):
    page = words(cast.district.get("/committees/?vacant=1"))
    assert ("光明中学" in page, "2018-01-01" in page, "和平小学<" in page) == (True, True, False)
    assert "光明中学" not in words(cast.district.get("/committees/?vacant=1&level=group"))
    assert "光明中学<" not in words(cast.school.get("/committees/?vacant=1"))


@pytest.mark.parametrize("url", ["/committees/", "/committees/export/"])
def test_the_list_is_for_the_committee(cast, url):
    assert [cast.judge.get(url).status_code, cast.outreach.get(url).status_code] == [404, 404]
    assert cast.anonymous.get(url).url == f"/accounts/login/?next={url}"
    assert cast.district.post(url).status_code == 405


def test_pages_cost_the_same_at_one_and_three_rows(cast):
    make_appointment(school=cast.home.school, person=make_person(school=cast.home.school))
    own = f"/committees/school/{cast.home.school.pk}/"
    urls = ("/committees/", "/committees/?vacant=1", own)
    once = [count_queries(cast.district, url) for url in urls]
    for position in (Position.EXECUTIVE_DEPUTY, Position.COMMITTEE_MEMBER):
        person = make_person(school=cast.home.school)
        make_appointment(school=cast.home.school, position=position, person=person)
        make_appointment(school=make_school(), to_on=datetime.date(2018, 1, 1))
    assert once == [count_queries(cast.district, url) for url in urls] == [5, 4, 5]


def test_a_committee_is_shown_as_of_a_day(cast):
    school = cast.home.school
    make_appointment(school=school, printed_name="前主任", to_on=datetime.date(2018, 8, 31))
    make_appointment(school=school, printed_name="现主任", from_on=datetime.date(2018, 9, 1))
    url = f"/committees/school/{school.pk}/"
    for on, name, other in (("2018-08-31", "前主任", "现主任"), ("2018-09-01", "现主任", "前主任")):
        page = words(cast.group.get(f"{url}?on={on}"))
        assert (name in page, other in page, PHONE.search(page)) == (True, False, None)
        rows = str(book_of(cast.group.get(f"{url}print/?on={on}&format=xlsx")))
        assert (name in rows, other in rows, "示例区和平小学关工委组成人员名单" in rows) == (
            True,
            False,
            True,
        )
    assert "现主任" in words(cast.school.get(f"{url}?on=tomorrow"))


def test_the_list_of_a_committee_prints_and_leaves_a_line(cast, seats):
    answer = cast.leader.get(f"/committees/district/{cast.home.district.pk}/print/?on=2018-12-01")
    assert b"".join(answer.streaming_content)[:5] == b"%PDF-"
    line = AuditEvent.objects.get(action="list.export")
    assert line.changes == {
        "table": "示例区教育系统关心下一代工作委员会组成人员名单",
        "rows": 1,
        "format": "PDF",
    }


def test_a_foreign_committee_does_not_exist(cast, seats):
    home, far = cast.home, cast.far
    foreign = [("stranger", "school", home.school.pk), ("school", "group", home.group.pk)]
    foreign += [("school", "district", home.district.pk), ("district", "city", home.district.pk)]
    foreign += [("group", "school", far.school.pk), ("judge", "district", home.district.pk)]
    for who, level, pk in foreign:
        client = getattr(cast, who)
        for tail in ("", "print/", "add/", "renew/"):
            assert client.get(f"/committees/{level}/{pk}/{tail}").status_code == 404, (who, level, tail)
    end = f"/committees/seats/{seats['school'].pk}/end/"
    for who in ("stranger", "group", "leader", "auditor", "judge"):
        assert getattr(cast, who).get(end).status_code == 404
        assert getattr(cast, who).post(end, {"to_on": "2018-12-01"}).status_code == 404
    for who in ("group", "leader", "auditor"):
        for tail in ("add/", "renew/"):
            assert getattr(cast, who).post(f"/committees/school/{home.school.pk}/{tail}").status_code == 404
    own = f"/committees/school/{home.school.pk}/"
    for tail in ("", "print/", "add/", "renew/"):
        assert cast.anonymous.get(own + tail).url == f"/accounts/login/?next={own}{tail}"
        assert cast.district.put(own + tail).status_code == 405
    assert (cast.anonymous.get(end).status_code, cast.district.put(end).status_code) == (302, 405)
    assert AuditEvent.objects.exclude(action="access.refuse").count() == 0


def test_buttons_are_for_those_who_write(cast, seats):
    url = f"/committees/school/{cast.home.school.pk}/"
    for who, writes in (("district", True), ("school", True), ("group", False), ("auditor", False)):
        page = words(getattr(cast, who).get(url))
        assert ("换届" in page, "新增任职" in page, "/end/" in page) == (writes,) * 3


def test_a_seat_is_opened_and_ended_by_forms(cast):
    url = f"/committees/school/{cast.home.school.pk}/"
    make_person(school=cast.home.school, name="老常务", born_on=datetime.date(1940, 1, 1))
    asked = {"position": "2", "printed_name": " 老 常务", "service": "RETIRED", "from_on": "2018-09-01"}
    asked["phone"] = "199-0000-1111"
    answer = cast.school.post(f"{url}add/", asked, follow=True)
    page = words(answer)
    assert ("已登记老常务（常务副主任）" in page, "已超过 70 岁，请核对" in page) == (True, True)
    seat = Appointment.objects.get()
    assert (seat.printed_name, seat.phone, seat.service) == ("老常务", "19900001111", "RETIRED")
    answer = cast.school.post(f"/committees/seats/{seat.pk}/end/", {"to_on": "2018-12-01", "reason": "病休"})
    assert answer.url == url
    seat.refresh_from_db()
    assert seat.to_on == datetime.date(2018, 12, 1)


def test_a_bad_form_keeps_its_text(cast):
    url = f"/committees/school/{cast.home.school.pk}/add/"
    make_appointment(school=cast.home.school)
    cases = (
        ({"position": "1", "printed_name": "李某", "from_on": "2018-09-01"}, "该校这个任职已有现任"),
        ({"position": "7", "printed_name": "李某", "from_on": "2018-09-01"}, "选择一个有效的选项"),
        ({"position": "5", "printed_name": "李某", "from_on": "2099-09-01"}, "日期在一年以后"),
        ({"position": "5", "printed_name": "李某", "from_on": "2018-09-01", "phone": "12"}, "电话"),
        ({"position": "5", "printed_name": "李某\u202e", "from_on": "2018-09-01"}, "看不见"),
    )
    for asked, said in cases:
        answer = cast.district.post(url, asked)
        page = words(answer)
        assert (answer.status_code, said in page, "李某" in page) == (422, True, True), asked
    assert Appointment.objects.count() == 1


# --- term change ------------------------------------------------------------------------------------------


def renewal(lines, new=(), **more) -> dict[str, str]:
    """Write the fields of a term change; lines and new are dicts a line."""
    data = {"on": "2018-12-10", "basis": "示例教关〔2018〕3号", **more}
    for prefix, rows, initial in (("seats", lines, len(lines)), ("new", new, 0)):
        data |= {f"{prefix}-TOTAL_FORMS": str(len(rows)), f"{prefix}-INITIAL_FORMS": str(initial)}
        for number, row in enumerate(rows):
            data |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return data


def test_the_page_shows_each_serving_seat_with_its_hints(cast):
    school = cast.home.school
    person = make_person(school=school, name="张建国", duty="教师", retired_on=None)
    make_appointment(
        school=school, person=person, duty="校长", is_by_office=True, from_on=datetime.date(2010, 1, 1)
    )
    make_appointment(school=school, position=5, printed_name="前委员", to_on=datetime.date(2018, 1, 1))
    make_appointment(school=cast.far.school, printed_name="外单位人")
    page = words(cast.school.get(f"/committees/school/{school.pk}/renew/"))
    for said in (
        "主任：张建国",
        "随职务",
        "2010-01-01 起",
        "任期已满五年",
        "本人现任“教师”，与任职时的“校长”不同",
    ):
        assert said in page
    assert ("前委员" in page, "外单位人" in page, page.count("新增第")) == (False, False, 4)


def test_one_submit_changes_the_whole_committee(cast):
    school = cast.home.school
    head, deputy = make_appointment(school=school), make_appointment(school=school, position=2)
    url = f"/committees/school/{school.pk}/renew/"
    lines = [
        {"seat": str(head.pk), "goes": "REPLACE", "printed_name": "李新任", "is_by_office": "on"},
        {"seat": str(deputy.pk), "goes": "STAY"},
    ]
    new = [{"position": "5", "printed_name": "新委员", "duty": "教师"}, {}]
    answer = cast.school.post(url, renewal(lines, new), follow=True)
    assert "换届已保存：留任 1 人，离任 1 人，新任 2 人。" in words(answer)
    rows = Appointment.objects.order_by("pk").values_list("printed_name", "position", "is_by_office", "to_on")
    assert list(rows) == [
        ("张建国", 1, False, datetime.date(2018, 12, 9)),
        ("张建国", 2, False, None),
        ("李新任", 1, True, None),
        ("新委员", 5, False, None),
    ]
    line = AuditEvent.objects.get()
    assert (line.action, line.reason, line.changes["opened"]) == ("committee.renew", "示例教关〔2018〕3号", 2)


def test_faults_of_a_term_change_are_all_named_and_the_text_kept(cast):
    school = cast.home.school
    head, foreign = make_appointment(school=school), make_appointment(school=cast.far.school)
    url = f"/committees/school/{school.pk}/renew/"
    own = {"seat": str(head.pk), "goes": "LEAVE"}
    cases = (
        (renewal([own], basis=""), "请填写“依据文件”"),
        (renewal([{**own, "goes": "REPLACE"}]), "请填写接任人姓名"),
        (renewal([{**own, "printed_name": "李某"}]), "不换人请把姓名清空"),
        (renewal([{"seat": str(foreign.pk), "goes": "LEAVE"}]), "不在本单位现任名单中"),
        (renewal([{"seat": "x' OR 1", "goes": "LEAVE"}]), "输入整数"),
        (renewal([own], [{"printed_name": "李某"}]), "请选择新增的任职"),
        (renewal([own], [{"position": "5"}]), "请填写新任人员的姓名"),
        (renewal([{**own, "goes": "STAY"}]), "没有任何变动"),
        ({**renewal([own]), "seats-TOTAL_FORMS": "many"}, "页面内容不完整"),
        ({**renewal([own]), "seats-TOTAL_FORMS": "61"}, "最多 60 行"),
    )
    for data, said in cases:
        answer = cast.district.post(url, data)
        page = words(answer)
        assert (answer.status_code, said in page) == (422, True), said
    assert Appointment.objects.exclude(to_on=None).count() == 0
    assert AuditEvent.objects.count() == 0


def test_the_way_leads_from_the_district_to_every_unit(cast):
    group, school, far = cast.home.group, cast.home.school, cast.far.school
    own, group_url = f"/committees/district/{cast.home.district.pk}/", f"/committees/group/{group.pk}/"
    assert own in words(cast.district.get("/committees/"))
    assert group_url in words(cast.district.get(own))
    page = words(cast.district.get(group_url))
    assert (f"/committees/school/{school.pk}/" in page, f"/school/{far.pk}/" in page) == (True, False)
    page = words(cast.school.get("/committees/"))
    assert ("本校名单" in page, "区关工委名单" in page) == (True, False)


def test_the_day_offered_is_today(cast):
    page = words(cast.school.get(f"/committees/school/{cast.home.school.pk}/"))
    assert f'value="{timezone.localdate()}"' in page
