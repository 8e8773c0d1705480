"""Pages of service hours: records, sheets, the grid, the quarterly check."""

import datetime
import io
import re

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from guanweihui import todos
from guanweihui.models import AuditEvent
from members.models import QuarterCheck, ServiceRecord, ServiceSheet
from members.todos import service as offers
from members.workflow.service_quarters import days_of, last_quarter
from tests.cast import count_queries
from tests.factories import make_person, make_school
from tests.members.service_rows import make_claim, make_record, make_sheet, make_team, time

S = ServiceRecord.Status
SENSITIVE = re.compile(r"\d{17}[\dX]|(?<!\d)1\d{10}(?!\d)|502室|高血压|王小明")
pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def words(response) -> str:
    return response.content.decode()


def book_of(response) -> list[tuple]:
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).worksheets[0]
    return [row for row in sheet.iter_rows(values_only=True) if any(row)]


@pytest.fixture
def person(cast):
    return make_person(school=cast.home.school, name="曾玉兰")


@pytest.fixture
def rows(cast, person):
    """Give a record of the home school's and one of the stranger's."""
    far = make_person(school=cast.far.school, name="郭长青")
    return make_record(person=person, served_on=TODAY), make_record(person=far, served_on=TODAY)


READ = ["record-list", "record-export", "sheet-list", "quarter-list", "quarter-export"]
WRITE = ["record-new", "sheet-new", "quarter-check"]


@pytest.mark.parametrize("route", [*READ, *WRITE])
def test_pages_are_for_the_committee_and_forms_for_writers(cast, route):
    url = reverse(route)
    assert [cast.judge.get(url).status_code, cast.outreach.get(url).status_code] == [404, 404]
    assert cast.anonymous.get(url).url == f"/accounts/login/?next={url}"
    readers = [getattr(cast, who).get(url).status_code for who in ("leader", "auditor", "group")]
    assert readers == ([200] * 3 if route in READ else [404] * 3)
    assert cast.district.get(url).status_code == 200
    if route in READ:
        assert cast.district.post(url).status_code == 405
    else:
        assert cast.district.put(url).status_code == 405


@pytest.mark.parametrize("route", ["record-detail", "record-confirm", "record-refuse", "record-strike"])
def test_a_foreign_record_does_not_exist(cast, rows, route):
    own, far = rows
    post = route == "record-confirm"
    for client, one in ((cast.school, far), (cast.stranger, own)):
        url = reverse(route, args=[one.pk])
        assert (client.post(url) if post else client.get(url)).status_code == 404
    url = reverse(route, args=[own.pk])
    assert (cast.anonymous.post(url) if post else cast.anonymous.get(url)).status_code == 302
    assert (cast.district.get(url) if post else cast.district.put(url)).status_code == 405
    if route != "record-detail":
        assert (cast.leader.post(url) if post else cast.leader.get(url)).status_code == 404


@pytest.mark.parametrize("route", ["sheet-detail", "sheet-print", "sheet-entry"])
def test_a_foreign_sheet_does_not_exist(cast, route):
    own, far = (make_sheet(school=one) for one in (cast.home.school, cast.far.school))
    assert cast.school.get(reverse(route, args=[far.pk])).status_code == 404
    url = reverse(route, args=[own.pk])
    assert cast.school.get(url).status_code == 200
    assert cast.anonymous.get(url).status_code == 302
    assert cast.district.put(url).status_code == 405
    assert cast.auditor.get(url).status_code == (200 if route == "sheet-detail" else 404)


@pytest.mark.parametrize(
    ("who", "own", "far"),
    [("district", True, True), ("auditor", True, True), ("group", True, False), ("stranger", False, True)],
)
def test_everybody_sees_the_records_of_his_place(cast, rows, who, own, far):
    page = words(getattr(cast, who).get("/service/records/"))
    assert ("曾玉兰" in page, "郭长青" in page) == (own, far)


def test_the_organising_school_sees_the_record_of_another_school_s_volunteer(cast, person):
    make_claim(person=person, school=cast.far.school)
    assert "曾玉兰" in words(cast.stranger.get("/service/records/"))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("name=曾", ["曾玉兰"]),
        ("name=guo", ["郭长青"]),
        ("unit=光明", ["郭长青"]),
        (f"first={TODAY}", ["曾玉兰", "郭长青"]),
        (f"last={TODAY - datetime.timedelta(days=1)}", ["补录人"]),
        ("status=CLAIMED", ["郭长青"]),
        ("lane=ANY", ["补录人"]),
        ("lane=B", ["补录人"]),
        ("lane=A", []),
        ("lane=NONE", ["曾玉兰", "郭长青"]),
        ("kind=TRAINING", ["曾玉兰"]),
        ("name=%00&sort=hours&page=0&lane=x&team=y", ["曾玉兰", "郭长青", "补录人"]),
    ],
)
def test_the_query_bar_finds(cast, person, query, found):
    make_record(person=person, served_on=TODAY, kind="TRAINING")
    make_claim(person=make_person(school=cast.far.school, name="郭长青"), served_on=TODAY)
    back = make_person(school=make_school(), name="补录人")
    make_record(person=back, served_on=datetime.date(2019, 5, 4), evidence="B", basis="学校证明")
    page = words(cast.district.get(f"/service/records/?{query}"))
    assert [name for name in ("曾玉兰", "郭长青", "补录人") if name in page] == found


def test_a_team_s_records_are_found(cast, rows):
    team = make_team(name="讲师团")
    make_record(person=make_person(school=cast.home.school, name="洪讲师"), team=team)
    page = words(cast.school.get(f"/service/records/?team={team.pk}"))
    assert ("洪讲师" in page, "曾玉兰" in page) == (True, False)


def test_totals_stand_apart_and_leave_out_what_does_not_stand(cast, person):
    make_record(person=person, half_hours=3)
    make_claim(person=person, half_hours=2)
    make_record(person=person, half_hours=9, status=S.STRUCK)
    make_record(person=person, half_hours=7, evidence="A", basis="签到册")
    make_record(person=person, half_hours=5, kind="TRAINING")
    shown = cast.district.get("/service/records/").context["shown"]
    assert [(label, cells[0]) for label, cells in shown.totals] == [
        ("本页合计（待确认和已确认）", 8.5),
        ("全部志愿服务（不含补录）", 2.5),
        ("全部补录", 3.5),
        ("全部培训学习", 2.5),
    ]


def test_no_list_sorts_people_by_hours_and_none_shows_a_sensitive_value(cast, rows):
    sheet = make_sheet(school=cast.home.school, people=[rows[0].person])
    for who in ("district", "leader", "group", "school"):
        for url in ("/service/records/", f"/service/sheets/{sheet.pk}/", "/service/quarters/"):
            page = words(getattr(cast, who).get(url))
            assert SENSITIVE.search(page) is None
            assert "sort=hours" not in page
            assert "名次" not in page


def test_a_figure_leads_to_its_rows(cast, rows):
    make_claim(person=make_person(school=cast.home.school, name="未确认"), served_on=TODAY)
    year = TODAY.year if TODAY.month >= 9 else TODAY.year - 1
    page = words(cast.district.get(f"/service/records/?figure=service.hours&year={year}"))
    assert "志愿服务时间 4.0 小时" in page
    assert ("曾玉兰" in page, "未确认" in page) == (True, False)
    assert "参加服务的志愿者 2 人" in words(
        cast.district.get(f"/service/records/?figure=service.people&year={year}")
    )


def test_the_export_is_scoped_and_recorded(cast, rows):
    said = str(book_of(cast.school.get("/service/records/export/")))
    assert ("曾玉兰" in said, "郭长青" in said, SENSITIVE.search(said)) == (True, False, None)
    (line,) = AuditEvent.objects.filter(action="list.export")
    assert line.changes["rows"] == 1


# --- a claim and its steps ----------------------------------------------------------------------------


def claim_data(**fields) -> dict:
    return {
        "person": "曾玉兰",
        "kind": "SERVICE",
        "content": "宣讲",
        "served_on": str(TODAY),
        "hours": "1.5",
        **fields,
    }


def test_a_school_claims_in_the_form(cast, person):
    answer = cast.school.post("/service/records/new/", claim_data(school=cast.home.school.pk))
    row = ServiceRecord.objects.get()
    assert answer.url == f"/service/records/{row.pk}/"
    assert (row.person, row.half_hours, row.status) == (person, 3, S.CLAIMED)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"hours": "1.25"}, "1.25 小时请写成 1.0 或 1.5"),
        ({"person": "郭长青"}, "没有找到"),
        ({"served_on": str(TODAY + datetime.timedelta(days=1))}, "还没有到"),
        ({"school": ""}, "请选择“组织学校”"),
    ],
)
def test_a_bad_claim_keeps_the_text(cast, person, fields, said):
    make_person(school=cast.far.school, name="郭长青")
    data = claim_data(**{"school": cast.home.school.pk, "content": "党史宣讲", **fields})
    answer = cast.school.post("/service/records/new/", data)
    assert answer.status_code == 422
    assert (said in words(answer), "党史宣讲" in words(answer)) == (True, True)
    assert ServiceRecord.objects.count() == 0


def test_a_record_offers_the_steps_that_are_open(cast, person):
    own = make_claim(person=person)
    foreign = make_claim(person=person, school=cast.far.school)
    confirm_url = reverse("record-confirm", args=[own.pk])
    assert confirm_url in words(cast.school.get(f"/service/records/{own.pk}/"))
    assert "确认</button>" not in words(cast.school.get(f"/service/records/{foreign.pk}/"))
    assert "确认</button>" not in words(cast.auditor.get(f"/service/records/{own.pk}/"))
    assert cast.school.post(confirm_url).url == f"/service/records/{own.pk}/"
    assert ServiceRecord.objects.get(pk=own.pk).status == S.CONFIRMED
    assert cast.school.post(confirm_url).status_code == 409
    assert cast.school.get(reverse("record-strike", args=[own.pk])).status_code == 404
    strike = reverse("record-strike", args=[own.pk])
    assert cast.district.post(strike, {"reason": ""}).status_code == 422
    assert cast.district.post(strike, {"reason": "重复登记"}).status_code == 302
    assert ServiceRecord.objects.get(pk=own.pk).status == S.STRUCK
    answer = cast.school.post(reverse("record-refuse", args=[foreign.pk]), {"reason": "没有参加"})
    assert (answer.status_code, "由组织方" in words(answer), "没有参加" in words(answer)) == (422, True, True)


def test_ticked_claims_are_confirmed_and_the_refused_are_named(cast, person):
    fine = make_claim(person=person)
    foreign = make_claim(person=person, school=cast.far.school)
    hidden = make_claim(person=make_person(school=cast.far.school, name="郭长青"))
    page = words(cast.school.get("/service/records/?status=CLAIMED"))
    assert f'name="record" value="{fine.pk}" form="bulk"' in page
    assert 'id="bulk"' not in words(cast.auditor.get("/service/records/?status=CLAIMED"))
    keys = [fine.pk, foreign.pk, hidden.pk, "x"]
    answer = cast.school.post("/service/records/confirm/?status=CLAIMED", {"record": keys}, follow=True)
    said = words(answer)
    assert ("已确认 1 条。" in said, "没有确认：曾玉兰" in said, "郭长青" in said) == (True, True, False)
    assert answer.redirect_chain[0][0] == "/service/records/?status=CLAIMED"
    states = ServiceRecord.objects.order_by("pk").values_list("status", flat=True)
    assert list(states) == [S.CONFIRMED, S.CLAIMED, S.CLAIMED]
    assert "没有选中记录" in words(cast.school.post("/service/records/confirm/", follow=True))
    assert cast.district.get("/service/records/confirm/").status_code == 405
    assert cast.group.post("/service/records/confirm/").status_code == 404


# --- sheets -------------------------------------------------------------------------------------------


def sheet_data(**fields) -> dict:
    defaults = {"kind": "SERVICE", "content": "宣讲", "place": "报告厅", "held_on": str(TODAY)}
    return {**defaults, "starts_at": "09:00", "ends_at": "11:00", **fields}


def test_a_sheet_is_opened_with_the_school_s_volunteers(cast, person):
    make_person(school=cast.far.school, name="郭长青")
    data = sheet_data(school=cast.home.school.pk, roster="ROSTER", people="曾玉兰")
    answer = cast.school.post("/service/sheets/new/", data)
    sheet = ServiceSheet.objects.get()
    assert answer.url == f"/service/sheets/{sheet.pk}/"
    assert list(sheet.expected.all()) == [person]
    page = words(cast.school.get(answer.url))
    assert [word in page for word in ("曾玉兰", "打印签到表", "登记</a>")] == [True] * 3


def test_a_bad_sheet_keeps_the_text(cast, person):
    data = sheet_data(school=cast.home.school.pk, ends_at="08:00", people="没有此人", place="东操场")
    answer = cast.school.post("/service/sheets/new/", data)
    said = words(answer)
    assert answer.status_code == 422
    assert [word in said for word in ("结束时间要晚于", "“没有此人”", "东操场")] == [True] * 3


def test_the_paper_sheet_is_a_pdf(cast, person):
    sheet = make_sheet(school=cast.home.school, people=[person])
    answer = cast.school.get(f"/service/sheets/{sheet.pk}/print/")
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")


def grid(*lines, **more) -> dict:
    """Return the POST of a grid; a line is (person, attended, hours)."""
    data = {"form-TOTAL_FORMS": len(lines), "form-INITIAL_FORMS": len(lines), **more}
    for number, (who, attended, hours) in enumerate(lines):
        data |= {
            f"form-{number}-person": who.pk,
            f"form-{number}-attended": attended,
            f"form-{number}-hours": hours,
        }
    return data


def test_the_grid_is_prefilled_and_one_submit_enters_all(cast, person):
    absent = make_person(school=cast.home.school, name="白缺席")
    sheet = make_sheet(school=cast.home.school, people=[person, absent], held_on=TODAY, ends_at=time("10:45"))
    url = f"/service/sheets/{sheet.pk}/entry/"
    page = words(cast.school.get(url))
    assert page.index("白缺席") < page.index("曾玉兰")
    assert page.count('value="1.5"') == 2
    assert 'aria-label="曾玉兰时数"' in page
    answer = cast.school.post(url, grid((absent, "0", ""), (person, "1", "1")), follow=True)
    assert "已登记 1 人，合计 1.0 小时。" in words(answer)
    again = cast.school.post(url, grid((absent, "0", ""), (person, "1", "1")), follow=True)
    assert "没有新的记录" in words(again)
    assert [(one.person, one.status) for one in ServiceRecord.objects.all()] == [(person, S.CONFIRMED)]
    left = words(cast.school.get(url))
    assert ("白缺席" in left, "曾玉兰" in left, "已登记 1 人" in left) == (True, False, True)
    assert '<option value="0" selected>缺</option>' in left


def test_who_died_before_the_day_is_on_no_sheet(cast, person):
    dead = make_person(school=cast.home.school, name="白离世", died_on=TODAY)
    sheet = make_sheet(school=cast.home.school, people=[person, dead], held_on=TODAY)
    for url in (f"/service/sheets/{sheet.pk}/", f"/service/sheets/{sheet.pk}/entry/"):
        page = words(cast.school.get(url))
        assert ("曾玉兰" in page, "白离世" in page) == (True, False)


def test_the_grid_names_every_fault_by_row_and_keeps_what_was_typed(cast, person):
    dead = make_person(school=cast.home.school, name="白离世", died_on=datetime.date(2020, 1, 1))
    sheet = make_sheet(school=cast.home.school, people=[person, dead], held_on=TODAY)
    url = f"/service/sheets/{sheet.pk}/entry/"
    answer = cast.school.post(url, grid((dead, "1", "2"), (person, "1", "1.25")))
    assert answer.status_code == 422
    said = words(answer)
    assert ("第 2 行 曾玉兰：服务时间以半小时为单位" in said, 'value="1.25"' in said) == (True, True)
    answer = cast.school.post(url, grid((dead, "1", "2"), (person, "1", "1.5")))
    said = words(answer)
    assert (answer.status_code, "第 1 行 白离世" in said, 'value="1.5"' in said) == (422, True, True)
    assert ServiceRecord.objects.count() == 0


def test_people_are_added_by_name_without_losing_the_typed(cast, person):
    more = make_person(school=cast.home.school, name="洪增加")
    foreign = make_person(school=cast.far.school, name="郭长青")
    sheet = make_sheet(school=cast.home.school, people=[person], held_on=TODAY)
    url = f"/service/sheets/{sheet.pk}/entry/"
    page = words(cast.school.post(url, grid((person, "0", "1.25"), add="1", names="洪增加\n郭长青")))
    assert ("洪增加时数" in page, 'value="1.25"' in page) == (True, True)
    assert "“郭长青”：在您能办理的志愿者中没有找到" in page
    assert ServiceRecord.objects.count() == 0
    answer = cast.school.post(url, grid((person, "0", ""), (more, "1", "2"), (foreign, "1", "2")))
    assert ("不在您职责范围内的人员" in words(answer), "光明中学" in words(answer)) == (True, False)
    assert cast.school.post(url, grid((person, "0", ""), (more, "1", "2"))).status_code == 302
    assert ServiceRecord.objects.get().person == more


def test_a_grid_that_is_none_is_a_bad_form(cast, person):
    sheet = make_sheet(school=cast.home.school, people=[person], held_on=TODAY)
    url = f"/service/sheets/{sheet.pk}/entry/"
    for data in ({}, {"form-TOTAL_FORMS": "x"}, {**grid((person, "1", "2")), "form-0-person": "x"}):
        assert cast.school.post(url, data).status_code == 422
    assert ServiceRecord.objects.count() == 0


# --- the quarterly check ------------------------------------------------------------------------------


def test_the_quarter_s_list_shows_units_checks_and_later_changes(cast, person):
    year, quarter = last_quarter(TODAY)
    day = days_of(year, quarter)[0]
    back = {} if day.year == TODAY.year else {"evidence": "A", "basis": "签到册"}
    make_record(person=person, served_on=day, **back)
    page = words(cast.school.get("/service/quarters/"))
    assert ("和平小学" in page, "光明中学" in page, "区关工委（" in page) == (True, False, False)
    url = "/service/quarters/check/"
    data = {"school": cast.home.school.pk, "year": year, "quarter": quarter}
    assert cast.school.post(url, data | {"school": cast.far.school.pk}).status_code == 422
    answer = cast.school.post(url, data, follow=True)
    assert "已核对：1 人、1 人次、2.0 小时。" in words(answer)
    assert "核对后有变动" not in words(cast.district.get("/service/quarters/"))
    make_record(person=person, served_on=day, half_hours=1, **back)
    page = words(cast.district.get(f"/service/quarters/?year={year}&quarter={quarter}"))
    assert "核对后有变动（核对时 1 人、1 人次、2.0 小时）" in page
    assert cast.school.post(url, data).status_code == 422
    assert QuarterCheck.objects.count() == 1
    rows = book_of(cast.district.get("/service/quarters/export/"))
    assert [row[2:6] for row in rows if row[1] == "和平小学"] == [(1, 2, 2.5, 0)]


@pytest.mark.parametrize("query", ["year=1&quarter=9", "year=abc", "quarter=2", "quarter=1&school=x"])
def test_a_quarter_off_the_calendar_is_the_last_one(cast, query):
    assert cast.district.get(f"/service/quarters/?{query}").status_code == 200
    assert cast.district.get(f"/service/quarters/check/?{query}").status_code == 200


# --- to-dos and speed ---------------------------------------------------------------------------------


def said_to(user, offer, now):
    return [(todo.title, todo.url) for todo in offer(user, now)]


def test_each_organiser_is_told_what_waits_for_him(cast, person):
    now = timezone.now()
    make_claim(person=person)
    make_claim(person=person)
    make_claim(person=person, school=None)
    url = "/service/records/?status=CLAIMED"
    assert said_to(cast.users.school, offers.claims_waiting, now) == [("2 条服务记录等待确认", url)]
    assert said_to(cast.users.district, offers.claims_waiting, now) == [("1 条服务记录等待确认", url)]
    for who in ("stranger", "group", "leader", "outreach"):
        assert said_to(getattr(cast.users, who), offers.claims_waiting, now) == []
    assert "2 条服务记录等待确认" in [one.title for one in todos.for_actor(cast.users.school, now)]


def test_an_unchecked_quarter_is_a_to_do_from_the_sixteenth_day(cast, person):
    utc8 = timezone.get_current_timezone()
    early, late = (datetime.datetime(2026, 4, day, 9, tzinfo=utc8) for day in (15, 16))
    make_record(person=person, served_on=datetime.date(2026, 3, 31))
    make_record(person=person, school=cast.far.school, served_on=datetime.date(2026, 3, 31))
    make_record(person=person, school=None, served_on=datetime.date(2026, 3, 31))
    url = "/service/quarters/?year=2026&quarter=1"
    words = "2026年第1季度服务时间还没有核对"
    assert said_to(cast.users.school, offers.quarters_unchecked, early) == []
    assert said_to(cast.users.school, offers.quarters_unchecked, late) == [(words, url)]
    assert said_to(cast.users.district, offers.quarters_unchecked, late) == [(f"{words}（3 个单位）", url)]
    assert said_to(cast.users.group, offers.quarters_unchecked, late) == []
    QuarterCheck.objects.create(
        school=cast.home.school, year=2026, quarter=1, people=1, records=1, half_hours=4, checked_at=late
    )
    assert said_to(cast.users.school, offers.quarters_unchecked, late) == []
    assert said_to(cast.users.district, offers.quarters_unchecked, late) == [(f"{words}（2 个单位）", url)]


def test_pages_cost_the_same_at_one_and_three_rows(cast, person):
    team = make_team()
    sheet = make_sheet(school=cast.home.school, people=[person, make_person()], held_on=TODAY, team=team)
    make_record(person=person, served_on=TODAY)
    make_claim(person=person, served_on=TODAY, team=team, sheet=sheet)
    year, quarter = last_quarter(TODAY)
    urls = (
        "/service/records/",
        "/service/records/?status=CLAIMED",
        "/service/records/?figure=service.people&year=2026",
        "/service/sheets/",
        f"/service/sheets/{sheet.pk}/",
        f"/service/sheets/{sheet.pk}/entry/",
        f"/service/quarters/?year={year}&quarter={quarter}",
    )
    once = [count_queries(cast.district, url) for url in urls]
    for _ in range(2):
        other = make_person(school=make_school())
        sheet.expected.add(other, make_person(school=other.school))
        make_claim(person=other, served_on=TODAY, sheet=sheet)
        make_record(person=other, served_on=TODAY, team=make_team())
        make_record(person=other, served_on=days_of(year, quarter)[0])
        make_sheet(school=other.school, people=[other])
    assert once == [count_queries(cast.district, url) for url in urls] == QUERIES
    assert max(QUERIES) <= 12


QUERIES = [7, 7, 7, 6, 7, 8, 8]
