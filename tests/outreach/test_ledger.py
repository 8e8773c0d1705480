"""The ledger page and its files."""

import datetime
import io

import openpyxl
import pytest
from django.urls import reverse

from guanweihui import catalogue
from guanweihui.documents import pdf, xlsx
from guanweihui.figures import Period
from guanweihui.models import AuditEvent
from guanweihui.tables import Imprint
from outreach.models import Need, Trip
from outreach.reports.ledger import ledger
from tests.cast import count_queries
from tests.factories import make_event, make_pairing
from tests.outreach.rows import make_need, make_trip

DAY = datetime.date
URLS = tuple(f"/outreach/ledger/?by={by}&year=2018" for by in ("principal", "host", "field"))
C = Trip.Status.CONFIRMED


def words(answer) -> str:
    return answer.content.decode()


@pytest.mark.parametrize("url", [*URLS, "/outreach/ledger/export/?by=host&year=2018"])
def test_the_ledger_is_the_district_s(cast, url):
    for who in ("district", "leader", "auditor"):
        assert getattr(cast, who).get(url).status_code == 200
    for who in ("group", "school", "stranger", "judge", "outreach", "host", "volunteer"):
        assert getattr(cast, who).get(url).status_code == 404
    assert cast.anonymous.get(url).status_code == 302
    assert cast.district.post(url).status_code == 405


def test_a_confirmed_trip_stands_in_each_ledger_and_another_in_none(cast):
    need = make_need(host_school=cast.home.host, field=Need.Field.SCHOOL_CULTURE)
    trip = make_trip(pairing=cast.home.pairing, status=C, lessons_observed=77)
    trip.needs.add(need)
    make_trip(pairing=cast.home.pairing, status=Trip.Status.SUBMITTED, lessons_observed=88, number=2)
    for url in URLS:
        page = words(cast.district.get(url))
        assert (">77<" in page, ">88<" in page) == (True, False)
        assert "只统计受援学校已确认的下校记录" in page
    for url in URLS:
        assert ">77<" not in words(cast.district.get(url.replace("2018", "2019"))).partition("<tbody>")[2]


def test_every_unit_due_stands_with_zero(cast):
    make_pairing(programme=cast.home.pairing.programme, principal_name="吴校长", assistant_name="")
    table = ledger(cast.users.district, Period.of(2018), "principal")
    assert [row.cells[1:3] for row in table.rows] == [
        ("周校长", cast.home.pairing.assistant_name),
        ("吴校长", "无"),
    ]
    assert [row.cells[4:] for row in table.rows] == [(0,) * 12] * 2
    assert len(ledger(cast.users.district, Period.of(2018), "host").rows) == 4
    assert len(ledger(cast.users.district, Period.of(2018), "field").rows) == 5


def test_who_is_due_goes_by_the_agreement(cast):
    partner = cast.home.pairing.partnerships.order_by("pk").first()
    partner.ended_on, partner.end_reason = DAY(2019, 9, 1), "学校撤并"
    partner.save()
    names = [row.cells[1] for row in ledger(cast.users.district, Period.of(2018), "host").rows]
    assert partner.host_school.name in names
    names = [row.cells[1] for row in ledger(cast.users.district, Period.of(2019), "host").rows]
    assert partner.host_school.name not in names
    assert ledger(cast.users.district, Period.of(2016), "principal").rows == ()


def test_an_odd_query_shows_the_ledger_by_principal(cast):
    page = words(cast.district.get("/outreach/ledger/?by=x&year=soon"))
    assert "老校长下乡工作台账（按老校长）" in page


def test_the_files_hold_the_page_s_numbers(cast):
    make_trip(pairing=cast.home.pairing, status=C, lessons_observed=77, to_half=0)
    answer = cast.district.get("/outreach/ledger/export/?by=principal&year=2018")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    row = next(row for row in book.iter_rows(values_only=True) if row[1] == "周校长")
    assert row[4:9] == (1, 2.5, 1, 1, 77)
    assert AuditEvent.objects.get(action="list.export").changes["table"] == "老校长下乡工作台账（按老校长）"
    paper = catalogue.get("outreach-ledger").build(cast.users.district, Period.of(2018))
    assert [table.key for table in paper.tables] == ["ledger-principal", "ledger-host", "ledger-field"]
    imprint = Imprint(datetime.datetime(2019, 9, 1, 9, 0), "district先生")
    assert xlsx.workbook(paper.tables, imprint)[:2] == b"PK"
    if pdf.available() is None:
        assert pdf.tables(paper.tables, imprint)[:4] == b"%PDF"


def test_the_page_costs_the_same_at_one_and_three_rows(cast):
    def costs():
        return [
            count_queries(cast.district, url) for url in (*URLS, f"{reverse('outreach-scheme')}?year=2018")
        ]

    make_trip(pairing=cast.home.pairing, status=C)
    make_event(programme=cast.home.pairing.programme)
    once = costs()
    for number in (1, 2):
        pairing = make_pairing(programme=cast.home.pairing.programme)
        make_trip(pairing=pairing, status=C, number=number)
        make_event(programme=cast.home.pairing.programme)
    assert once == costs() == [12, 12, 12, 12]
