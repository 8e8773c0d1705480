"""The effect sheet, counted by hand: by field, by school, its page, workbook and paper."""

import datetime
import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from guanweihui import catalogue
from guanweihui.figures import Period
from guanweihui.models import Attachment
from guanweihui.scope import reach_of
from outreach.models import Need, Trip
from outreach.reports.effect import effect_tables
from tests.cast import count_queries
from tests.factories import make_event, make_pairing, make_programme, make_visit
from tests.outreach.rows import make_assessment, make_feedback, make_need, make_plan, make_trip

DAY = datetime.date
UNTIL = DAY(2019, 8, 31)
F, S = Need.Field, Need.Status
URL = "/outreach/effect/"


def words(answer) -> str:
    return answer.content.decode()


def make_photo(trip, cast):
    Attachment.objects.create(
        district=cast.home.district,
        filing_type="outreach.Trip",
        filing_id=trip.pk,
        field="trip.photo",
        original_name="a.jpg",
        stored_name=f"{trip.pk}-{Attachment.objects.count()}",
        content_type="image/jpeg",
        size=1,
        digest="",
        added_by=cast.users.district,
        added_at="2019-03-15T08:00:00Z",
    )


@pytest.fixture
def sheet(cast):
    """Give two schools with five needs, two confirmed trips and another, one event, three assessments.

    By hand: 队伍建设 three needs (open, under way, met), 课程改革 one (under way), 校园文化 one (dropped).
    """
    programme, pairing = cast.home.pairing.programme, cast.home.pairing
    first, second = (one.host_school for one in pairing.partnerships.order_by("pk"))
    visits = [make_visit(programme=programme, host_school=one, needs=()) for one in (first, second)]
    staff = [
        make_need(visit=visits[0], text=text, status=state)
        for text, state in (("甲", S.OPEN), ("乙", S.UNDER_WAY), ("丙", S.MET))
    ]
    reform = make_need(visit=visits[1], field=F.CURRICULUM_REFORM, status=S.UNDER_WAY)
    make_need(visit=visits[1], field=F.SCHOOL_CULTURE, status=S.DROPPED)
    long = make_trip(pairing=pairing, status=Trip.Status.CONFIRMED, days=3, number=1)
    long.needs.add(staff[1], staff[2], reform)
    half = make_trip(
        pairing=pairing, status=Trip.Status.CONFIRMED, days=1, number=2, to_half=0, from_on=DAY(2019, 4, 1)
    )
    half.needs.add(staff[2])
    make_trip(pairing=pairing, status=Trip.Status.SUBMITTED, number=3).needs.add(staff[1])
    for trip in (long, long, half):
        make_photo(trip, cast)
    event = make_event(programme=programme)
    event.needs.add(reform)
    make_feedback(event)
    make_feedback(event, returned=20, content_with=15)
    make_assessment(staff[2], rating="BETTER", assessed_on=DAY(2019, 4, 1))
    make_assessment(staff[2], rating="SOLVED", assessed_on=DAY(2019, 5, 1))
    make_assessment(reform, rating="UNCHANGED", assessed_on=DAY(2019, 5, 1))
    return first, second


def lines(table) -> dict:
    return {row.cells[0]: row.cells[-15:] for row in table.all_rows()}


def test_the_sheet_by_field_equals_a_count_by_hand(cast, sheet):
    fields, _ = effect_tables(cast.users.district, UNTIL)
    assert lines(fields) == {
        "合　计": (5, 1, 3, 1, 1, 2, 3.5, 1, 3, 100, 93, 1, 0, 1, 3),
        "学校管理": (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
        "队伍建设": (3, 1, 2, 1, 0, 2, 3.5, 0, 3, 0, 0, 1, 0, 0, 2),
        "校园文化": (1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
        "课程改革": (1, 0, 1, 0, 0, 1, 3.0, 1, 2, 100, 93, 0, 0, 1, 0),
    }
    assert "截至2019年8月31日" in fields.period


def test_the_sheet_by_school_equals_a_count_by_hand(cast, sheet):
    _, schools = effect_tables(cast.users.district, UNTIL)
    first, second = sheet
    assert lines(schools) == {
        "合　计": (5, 1, 3, 1, 1, 2, 3.5, 1, 3, 100, 93, 1, 0, 1, 3),
        first.name: (3, 1, 2, 1, 0, 2, 3.5, 0, 3, 0, 0, 1, 0, 0, 2),
        second.name: (2, 0, 1, 0, 1, 1, 3.0, 1, 2, 100, 93, 0, 0, 1, 1),
    }


def test_the_cut_off_leaves_out_what_came_later(cast, sheet):
    fields, _ = effect_tables(cast.users.district, DAY(2019, 3, 31))
    assert lines(fields)["合　计"] == (5, 1, 3, 1, 1, 1, 3.0, 0, 2, 0, 0, 0, 0, 0, 5)
    assert lines(effect_tables(cast.users.district, DAY(2018, 10, 31))[0])["合　计"] == (0,) * 15


def test_another_programme_is_left_out_where_one_is_asked(cast, sheet):
    other = make_pairing(programme=make_programme(name="第二批老校长下乡"), principal_name="吴校长")
    host = other.partnerships.first().host_school
    make_need(visit=make_visit(programme=other.programme, host_school=host, needs=()), text="另一批")
    page = words(cast.district.get(URL))
    assert host.name in page
    assert host.name not in words(cast.district.get(f"{URL}?programme={cast.home.pairing.programme_id}"))
    assert host.name not in words(cast.outreach.get(URL))


def test_the_head_of_a_principal_s_sheet_says_that_it_is_his_own_pair_s(cast, sheet):
    page, wide = words(cast.outreach.get(URL)), words(cast.leader.get(URL))
    assert ("本人的结对，截至" in page, "全部项目，截至" in page) == (True, False)
    assert ("本人的结对" in wide, "全部项目，截至" in wide) == (False, True)
    programme = cast.home.pairing.programme
    url = f"{URL}?programme={programme.pk}"
    assert f"{programme.name}（本人的结对），截至" in words(cast.outreach.get(url))
    assert f"{programme.name}，截至" in words(cast.leader.get(url))


def test_a_principal_is_offered_no_official_print_of_the_plan(cast):
    """It would print his own pair's figures under the red head of the committee."""
    plan = make_plan(programme=cast.home.pairing.programme)
    page, paper = (reverse(name, args=[plan.pk]) for name in ("plan-detail", "plan-print"))
    assert paper not in words(cast.outreach.get(page))
    assert cast.outreach.get(paper).status_code == 404
    for who in ("district", "leader", "auditor"):
        assert paper in words(getattr(cast, who).get(page))


def test_the_sheet_is_six_queries_whatever_there_is(cast, sheet):
    def cost() -> int:
        with CaptureQueriesContext(connection) as caught:
            effect_tables(cast.users.district, UNTIL)
        return len(caught)

    reach_of(cast.users.district)
    once, page = cost(), count_queries(cast.district, URL)
    need = Need.objects.order_by("pk").first()
    for number in (4, 5):
        make_need(visit=need.visit, text=f"{number}")
        make_trip(pairing=cast.home.pairing, status=Trip.Status.CONFIRMED, number=number).needs.add(need)
    assert (once, page) == (cost(), count_queries(cast.district, URL)) == (6, 10)


def test_the_page_is_for_readers_and_the_file_for_the_district(cast, sheet):
    for who in ("group", "school", "judge", "host", "volunteer"):
        assert getattr(cast, who).get(URL).status_code == 404
    assert cast.anonymous.get(URL).url == f"/accounts/login/?next={URL}"
    assert cast.district.post(URL).status_code == 405
    page = words(cast.outreach.get(URL))
    assert ("老校长下乡成效表" in page, "导出Excel" in page) == (True, False)
    assert cast.outreach.get(f"{URL}export/").status_code == 404
    assert "导出Excel" in words(cast.leader.get(URL))


def test_the_workbook_has_both_sheets_and_the_paper_is_a_pdf(cast, sheet):
    answer = cast.district.get(f"{URL}export/")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert len(book.worksheets) == 2
    assert "队伍建设" in str(list(book.worksheets[0].values))
    assert sheet[0].name in str(list(book.worksheets[1].values))
    paper = cast.district.get(f"{URL}export/?format=pdf")
    assert b"".join(paper.streaming_content).startswith(b"%PDF")


def test_the_report_centre_prints_the_sheet_at_the_cut_off_of_its_year(cast, sheet):
    report = catalogue.get("outreach_effect")
    paper = report.build(cast.users.district, Period.of(2018))
    assert lines(paper.tables[0])["合　计"][:5] == (5, 1, 3, 1, 1)
    assert report.build(cast.users.district, Period.of(2016)).tables == ()
    assert cast.leader.get("/reports/outreach_effect/?year=2018").status_code == 200


def test_the_paper_of_a_year_that_runs_stands_at_today(cast, sheet, monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda *given: DAY(2019, 3, 31))
    fields = catalogue.get("outreach_effect").build(cast.users.district, Period.of(2018)).tables[0]
    assert (fields.period, lines(fields)["合　计"][5:8]) == ("全部项目，截至2019年3月31日", (1, 3.0, 0))
    monkeypatch.setattr(timezone, "localdate", lambda *given: DAY(2019, 9, 1))
    fields = catalogue.get("outreach_effect").build(cast.users.district, Period.of(2018)).tables[0]
    assert (fields.period, lines(fields)["合　计"][5:8]) == ("全部项目，截至2019年8月31日", (2, 3.5, 1))
