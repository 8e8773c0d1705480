"""The yearly report to the city: its form, its files, where its words come from."""

import datetime
import io

import openpyxl
import pytest
from django.utils import timezone

from guanweihui import catalogue
from guanweihui.documents import pdf, xlsx
from guanweihui.figures import Period
from guanweihui.scope import DISTRICT_WIDE
from guanweihui.tables import Imprint
from outreach.models import Programme, Trip
from outreach.reports.spans import span_of
from outreach.reports.summary import Scope, summarise
from outreach.workflow.summary import freeze_summary
from tests.factories import make_event, make_pairing
from tests.outreach.rows import make_trip

DAY = datetime.date
YEAR = Period.of(2018)


def build(cast, year=YEAR):
    return catalogue.get("outreach-city").build(cast.users.district, year)


def test_the_form_is_offered_to_the_district_alone(cast):
    assert catalogue.get("outreach-city").roles == DISTRICT_WIDE
    url = "/reports/outreach-city/"
    assert [getattr(cast, who).get(url).status_code for who in ("district", "leader", "auditor")] == [200] * 3
    assert [getattr(cast, who).get(url).status_code for who in ("group", "school", "outreach")] == [404] * 3


def test_each_sheet_says_unit_cut_off_and_who_signs(cast):
    for table in build(cast).tables:
        assert table.reporting_unit == cast.home.district.committee_name
        assert table.notes[0] == "统计截止：2019年8月31日。"
        assert table.signatures == ("填报人", "审核人", "负责人", "填报日期")
        assert "市老校长下乡工作年度报表" in table.title


def at(monkeypatch, today):
    monkeypatch.setattr(timezone, "localdate", lambda *given: today)


def test_a_year_that_runs_is_cut_off_today(cast, monkeypatch):
    at(monkeypatch, DAY(2019, 3, 31))
    for table in build(cast).tables:
        assert (table.notes[0], table.period) == (
            "统计截止：2019年3月31日。",
            "2018年9月1日至2019年3月31日",
        )
    at(monkeypatch, YEAR.last)
    assert build(cast).tables[0].notes[0] == "统计截止：2019年8月31日。"


def test_a_year_that_has_not_begun_has_no_form(cast, monkeypatch):
    at(monkeypatch, YEAR.first - datetime.timedelta(days=1))
    assert build(cast).tables == ()
    at(monkeypatch, YEAR.first)
    assert len(build(cast).tables) == 4


def test_an_agreement_that_holds_today_stands_though_it_ends_within_the_year(cast, monkeypatch):
    """Two agreements of the pair: one runs out in June, the other begins only in May."""
    first, second = cast.home.pairing.partnerships.order_by("pk")
    partnerships = cast.home.pairing.partnerships
    partnerships.filter(pk=first.pk).update(from_on=DAY(2018, 10, 22), to_on=DAY(2019, 6, 30))
    partnerships.filter(pk=second.pk).update(from_on=DAY(2019, 5, 1), to_on=None)

    def schools(today):
        at(monkeypatch, today)
        return [row.cells[4] for row in build(cast).tables[1].rows]

    assert [schools(DAY(2019, month, 15)) for month in (3, 5, 7)] == [[1], [2], [1]]


def test_what_comes_after_the_cut_off_is_not_counted(cast, monkeypatch):
    make_event(programme=cast.home.pairing.programme, from_on=DAY(2019, 4, 11), to_on=DAY(2019, 4, 13))

    def events(today):
        at(monkeypatch, today)
        rows = build(cast).tables[2].rows
        return next(row.cells[4] for row in rows if row.cells[2] == "送教活动")

    assert [events(DAY(2019, 4, day)) for day in (10, 11)] == [0, 1]


def test_an_empty_year_fills_every_line_with_0(cast):
    batches, regions, work, texts = build(cast, Period.of(2015)).tables
    assert (batches.rows, regions.rows) == ((), ())
    assert [row.cells[4] for row in work.rows] == [0] * 20
    assert [row.cells[2] for row in texts.rows] == ["（待填）"] * 3


def test_unknown_numbers_are_said_to_be_unknown(cast):
    assert [row.cells[4:] for row in build(cast).tables[0].rows] == [("不详", "不详")]
    Programme.objects.update(own_principals=4)
    assert build(cast).tables[0].total.cells[5] == 4


def test_the_words_are_those_of_the_year_s_frozen_summary(cast):
    programme, by = cast.home.pairing.programme, cast.users.district
    summary = summarise(by, Scope("programme", programme, "项目"), span_of(2018, "year", 9), YEAR.last)
    texts = {"work": "送教三天，听课百节。", "problems": "", "next": "办好第二年。"}
    freeze_summary(summary, texts, by=by, at=timezone.now())
    assert [row.cells[1:] for row in build(cast).tables[3].rows] == [
        ("主要成效", "送教三天，听课百节。"),
        ("存在问题", "（待填）"),
        ("下一步打算", "办好第二年。"),
    ]
    assert build(cast, Period.of(2019)).tables[3].rows[0].cells[2] == "（待填）"


def test_the_files_hold_the_form(cast):
    make_trip(pairing=cast.home.pairing, status=Trip.Status.CONFIRMED, lessons_observed=77)
    imprint = Imprint(datetime.datetime(2019, 9, 1, 9, 0), "district先生")
    paper = build(cast)
    book = openpyxl.load_workbook(io.BytesIO(xlsx.workbook(paper.tables, imprint)))
    rows = list(book.worksheets[2].iter_rows(values_only=True))
    assert any(row[2:5] == ("听课", "节", 77) for row in rows)
    if pdf.available() is None:
        assert pdf.tables(paper.tables, imprint)[:4] == b"%PDF"


@pytest.mark.parametrize("pairs", [1, 3])
def test_the_form_costs_the_same_at_one_and_three_pairs(cast, pairs, django_assert_num_queries):
    programme = cast.home.pairing.programme
    made = [cast.home.pairing] + [make_pairing(programme=programme) for _ in range(pairs - 1)]
    for number, pairing in enumerate(made, start=1):
        make_trip(pairing=pairing, status=Trip.Status.CONFIRMED, number=number)
        make_event(programme=programme)
    build(cast)
    with django_assert_num_queries(11):
        build(cast)
