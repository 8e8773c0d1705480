"""The pages of care, birthdays and outings."""

import datetime
import io
import re

import openpyxl
import pytest
from django.utils import timezone

from guanweihui.models import AuditEvent
from members.models import Care, Outing, OutingPlace
from tests.cast import count_queries
from tests.factories import make_person
from tests.members.care_rows import PAPERS, make_care, make_outing, make_place

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
SEALED = re.compile("独居|李四方|李五湖|19912340000")


def words(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


# --- care -------------------------------------------------------------------------------------------------


def test_everybody_reads_the_care_of_his_place_without_the_note(cast):
    make_care(make_person(school=cast.home.school, name="王玥"))
    far = make_care(make_person(school=cast.far.school, name="郭长青"))
    for who, own, strange in (("leader", True, True), ("group", True, False), ("stranger", False, True)):
        page = words(getattr(cast, who).get("/care/"))
        assert ("王玥" in page, "郭长青" in page) == (own, strange)
        assert SEALED.search(page) is None
    assert SEALED.search(words(cast.district.get(f"/care/{far.pk}/"))) is None
    for client in (cast.school, cast.group, cast.judge, cast.volunteer):
        assert client.get(f"/care/{far.pk}/").status_code == 404
    assert cast.anonymous.get("/care/").status_code == 302
    assert cast.district.post("/care/").status_code == 405


@pytest.mark.parametrize(
    ("query", "found"), [("name=王", "王玥"), ("kind=BIRTHDAY", "郭长青"), ("", "王玥郭长青")]
)
def test_the_query_bar_finds_care(cast, query, found):
    make_care(make_person(school=cast.home.school, name="王玥"))
    make_care(make_person(school=cast.far.school, name="郭长青"), kind=Care.Kind.BIRTHDAY)
    page = words(cast.district.get(f"/care/?{query}"))
    assert "".join(name for name in ("王玥", "郭长青") if name in page) == found


def test_the_note_opens_in_the_answer_to_a_purpose(cast):
    care = make_care(make_person(school=cast.home.school))
    url = f"/care/{care.pk}/reveal/"
    assert cast.school.post(url, {"purpose": "看"}).status_code == 422
    assert "腿脚不便，独居" in words(cast.school.post(url, {"purpose": "走访前了解情况"}))
    for client in (cast.stranger, cast.group, cast.leader):
        assert client.post(url, {"purpose": "走访前了解情况"}).status_code == 404
    assert (cast.school.get(url).status_code, AuditEvent.objects.filter(action="care.reveal").count()) == (
        405,
        1,
    )


def test_care_is_entered_on_a_form(cast):
    person = make_person(school=cast.home.school)
    url = f"/people/{person.pk}/care/new/"
    typed = {"kind": "VISIT", "given_on": "2018-11-18", "visitors": "刘老师", "gift": "", "note": "独居"}
    assert cast.school.get(url).status_code == 200
    answer = cast.school.post(url, typed, follow=True)
    assert answer.redirect_chain == [(f"/care/{Care.objects.get().pk}/", 302)]
    bad = cast.school.post(url, typed | {"kind": "CONDOLENCE"})
    assert (bad.status_code, "没有登记离世" in words(bad), "刘老师" in bad.content.decode()) == (
        422,
        True,
        True,
    )
    assert [client.post(url, typed).status_code for client in (cast.stranger, cast.leader)] == [404, 404]


def birthday_people(cast):
    """Give a person for each case that the list of March has to tell apart."""
    born = datetime.date(1945, 3, 8)
    make_person(school=cast.home.school, name="在世者", born_on=born)
    make_person(school=cast.home.school, name="离世者", born_on=born, died_on=datetime.date(2018, 1, 2))
    make_person(school=cast.home.school, name="四月者", born_on=datetime.date(1945, 4, 8))
    year_only = datetime.date(1945, 1, 1)
    make_person(school=cast.home.school, name="只知年份", born_on=year_only, birth_precision="year")
    moved = {"moved_away_on": datetime.date(2016, 5, 1), "moved_away_to": "海南"}
    make_person(school=cast.far.school, name="异地者", born_on=born, **moved)


NAMES = ("在世者", "离世者", "四月者", "只知年份", "异地者")


def test_the_dead_get_no_birthday_greeting(cast):
    birthday_people(cast)
    page = words(cast.district.get("/care/birthdays/?month=3"))
    assert [name for name in NAMES if name in page] == ["在世者", "异地者"]
    assert "异地：海南" in page
    assert [name for name in NAMES if name in words(cast.district.get("/care/birthdays/?month=1"))] == []
    assert f"{TODAY.month}月生日" in words(cast.district.get("/care/birthdays/?month=99"))


def test_birthdays_leave_the_house_masked(cast):
    birthday_people(cast)
    answer = cast.district.get("/care/birthdays/export/?month=3")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).worksheets[0]
    cells = " ".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell)
    assert [name for name in NAMES if name in cells] == ["在世者", "异地者"]
    assert (re.search(r"1990\d{7}", cells), "199****" in cells) == (None, True)
    event = AuditEvent.objects.get(action="list.export")
    assert (event.changes["table"], event.changes["rows"]) == ("3月生日名单", 2)
    assert [getattr(cast, who).get("/care/birthdays/export/").status_code for who in ("leader", "group")] == [
        404,
        404,
    ]


# --- outings ----------------------------------------------------------------------------------------------


def test_the_list_tells_an_outing_in_doubt_from_one_that_is_full(cast):
    person = make_person(school=cast.home.school)
    make_place(make_outing(name="人少的", minimum=2), person, **PAPERS)
    make_place(make_outing(name="满的", capacity=1), person)
    make_outing(name="过去的", held_on=TODAY - datetime.timedelta(days=1))
    page = words(cast.leader.get("/outings/"))
    for name, state in (("人少的", "可能取消"), ("满的", "名额已满"), ("过去的", "已结束")):
        assert re.search(f"{name}.*?{state}", page)
    assert "人少的" not in words(cast.district.get("/outings/?name=满"))


def test_an_outing_is_planned_on_a_form(cast):
    typed = {
        "name": "参观博物馆",
        "place": "示例博物馆",
        "held_on": "2030-12-03",
        "contact": "刘老师",
        "contact_phone": "010-65000000",
        "capacity": "10",
        "minimum": "11",
    }
    bad = cast.district.post("/outings/new/", typed)
    assert (bad.status_code, "名额不能少于最少成行人数" in words(bad)) == (422, True)
    done = cast.district.post("/outings/new/", typed | {"minimum": "5"})
    outing = Outing.objects.get()
    assert (done.url, outing.minimum, cast.district.get(done.url).status_code) == (
        f"/outings/{outing.pk}/",
        5,
        200,
    )


def test_people_are_found_and_join(cast):
    outing = make_outing()
    person = make_person(school=cast.home.school, name="曾玉兰")
    make_person(school=cast.home.school, name="曾离世", died_on=datetime.date(2018, 1, 2))
    page = cast.district.get(f"/outings/{outing.pk}/?q=zeng").content.decode()
    assert ("曾玉兰" in page, "曾离世" in page) == (True, False)
    answer = cast.district.post(f"/outings/{outing.pk}/join/", {"person": person.pk})
    place = OutingPlace.objects.get()
    assert (answer.url, place.person) == (f"/outings/places/{place.pk}/", person)
    again = cast.district.post(f"/outings/{outing.pk}/join/", {"person": person.pk})
    assert (again.status_code, "已在名单中" in words(again)) == (409, True)
    for wrong in ("", "abc", "²", "999999"):
        assert cast.district.post(f"/outings/{outing.pk}/join/", {"person": wrong}).status_code == 404


def test_papers_are_filed_and_not_shown_again(cast):
    place = make_place(make_outing(held_on=TODAY), make_person(school=cast.home.school, name="王玥"))
    url = f"/outings/places/{place.pk}/"
    typed = {name: str(value) for name, value in PAPERS.items()}
    assert "还缺：健康声明、家属签字、紧急联系人" in words(cast.district.get(url))
    assert cast.district.post(f"{url}attend/").status_code == 409
    assert cast.district.post(url, typed).url == f"/outings/{place.outing_id}/"
    for page in (url, f"/outings/{place.outing_id}/", "/outings/"):
        assert SEALED.search(cast.district.get(page).content.decode()) is None
    kept = typed | {"family_member": "", "emergency_contact": "", "emergency_phone": ""}
    cast.district.post(url, kept)
    assert cast.district.post(f"{url}attend/").status_code == 302
    place.refresh_from_db()
    assert (place.attended, place.emergency_contact, place.emergency_phone) == (True, "李五湖", "19912340000")
    lost = cast.district.post(url, kept | {"health_stated_on": ""})
    assert (lost.status_code, "齐全后才能" in words(lost)) == (422, True)
    assert cast.district.post(f"{url}leave/").status_code == 409


def test_a_place_is_given_back(cast):
    place = make_place(make_outing(), make_person(school=cast.home.school))
    answer = cast.district.post(f"/outings/places/{place.pk}/leave/")
    assert (answer.url, OutingPlace.objects.count()) == (f"/outings/{place.outing_id}/", 0)


def test_the_attendance_list_is_printed_for_a_purpose(cast):
    outing = make_outing()
    make_place(outing, make_person(school=cast.home.school), **PAPERS)
    url = f"/outings/{outing.pk}/roster/"
    assert cast.district.post(url, {"purpose": ""}).status_code == 422
    answer = cast.district.post(url, {"purpose": "带队人用"})
    assert (answer.status_code, b"".join(answer.streaming_content)[:5]) == (200, b"%PDF-")
    assert AuditEvent.objects.filter(action="outing.print_roster").count() == 1


def test_outings_are_read_by_the_district_s_roles_and_written_by_its_staff(cast):
    outing = make_outing()
    place = make_place(outing, make_person(school=cast.home.school), **PAPERS)
    reads = ("/outings/", f"/outings/{outing.pk}/")
    for who in ("group", "school", "judge", "outreach", "volunteer"):
        assert [getattr(cast, who).get(url).status_code for url in reads] == [404, 404]
    for who in ("leader", "auditor"):
        assert [getattr(cast, who).get(url).status_code for url in reads] == [200, 200]
        writes = [
            f"/outings/{outing.pk}/join/",
            f"/outings/{outing.pk}/roster/",
            f"/outings/places/{place.pk}/",
            f"/outings/places/{place.pk}/attend/",
            f"/outings/places/{place.pk}/leave/",
            "/outings/new/",
        ]
        assert [getattr(cast, who).post(url).status_code for url in writes] == [404] * 6
    assert cast.anonymous.get("/outings/").status_code == 302
    assert [
        cast.district.get(f"/outings/{outing.pk}/{step}/").status_code for step in ("join", "roster")
    ] == [
        405,
        405,
    ]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_lists_cost_the_same_whatever_the_rows(cast, rows):
    outing = make_outing()
    for _ in range(rows):
        person = make_person(school=cast.home.school, born_on=datetime.date(1945, 3, 8))
        make_care(person)
        make_place(outing, person, **PAPERS)
        make_outing()
    urls = ("/care/", "/care/birthdays/?month=3", "/outings/", f"/outings/{outing.pk}/?q=王")
    assert [count_queries(cast.district, url) for url in urls] == [6, 6, 5, 6]
