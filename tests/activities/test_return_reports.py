"""综表 of the annual return: every school due, group subtotals, the district's total, each a sum of rows."""

import datetime
import io
from decimal import Decimal

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activities.annual_return import FIGURES
from activities.models import ReturnAnswer
from activities.return_reports import tables, tables_of_year
from awards.models import Category
from guanweihui import rounds
from guanweihui.catalogue import get as get_report
from guanweihui.documents import pdf, xlsx
from guanweihui.figures import Period
from guanweihui.models import Due, Filing
from guanweihui.scope import System
from guanweihui.tables import Imprint
from tests.activities.return_rows import make_return, make_return_due, make_return_round
from tests.factories import make_elder_class, make_group, make_honour, make_person, make_school

pytestmark = pytest.mark.django_db
IMPRINT = Imprint(data_at=datetime.datetime(2019, 1, 2, 9, tzinfo=datetime.UTC), by="刘志强")


def found(actor, round_) -> dict:
    return {table.key: table for table in tables(actor, round_)}


def column(table, *names) -> list[tuple]:
    """Read columns by key, with the name of the line: the total first, subtotals before their schools."""
    places = [[one.key for one in table.columns].index(name) for name in ("school", *names)]
    return [tuple(row.cells[place] for place in places) for row in table.all_rows()]


@pytest.fixture
def round_(cast):
    """Give a round with two schools of one group through, and one of each other answer in the other."""
    round_ = make_return_round(district=cast.home.district)
    make_return(round=round_, school=cast.home.school)
    second = make_school(group=cast.home.group, full_name="示例区育才小学")
    make_return(round=round_, school=second, meetings="6", funds="0.25", deputy="", theme_sessions="1")
    far = cast.far.group
    make_return_due(round=round_, school=cast.far.school)
    for name, state in (("南湖小学", "NIL"), ("北湖小学", "WAIVED")):
        make_return_due(
            round=round_, school=make_school(group=far, full_name=name), state=state, reason="停办"
        )
    make_return(
        round=round_, school=make_school(group=far, full_name="东湖小学"), status=Filing.Status.SUBMITTED
    )
    return round_


def test_every_school_due_stands_in_the_district_s_order_with_its_answer(cast, round_):
    table = found(cast.users.district, round_)["t1"]
    assert column(table, "set_up", "meetings", "deputy", "funds") == [
        ("合　计", None, 10, None, Decimal("3000.75")),
        ("东苑协作组小计", None, 10, None, Decimal("3000.75")),
        ("和平小学", "2005-09", 4, "李素梅", Decimal("3000.50")),
        ("育才小学", "2005-09", 6, "无", Decimal("0.25")),
        ("西苑协作组小计", None, 0, None, 0),
        ("光明中学", "未报", None, None, None),
        ("南湖小学", "无", None, None, None),
        ("北湖小学", "免报", None, None, None),
        ("东湖小学", "待审核", None, None, None),
    ]


def test_sums_of_the_paper_form_are_derived_from_the_rows(cast, round_):
    table = found(cast.users.district, round_)["t1"]
    assert column(table, "members", "retirees", "volunteers")[:3] == [
        ("合　计", 14, 60, 20),
        ("东苑协作组小计", 14, 60, 20),
        ("和平小学", 7, 30, 10),
    ]


def test_the_grid_of_activities_lies_in_one_row_a_school(cast, round_):
    table = found(cast.users.district, round_)["t3"]
    heads = [(*one.groups, one.label) for one in table.columns[3:6]]
    assert heads == [("主题教育", name) for name in ("场次", "参加五老人次", "受教育学生人次")]
    keys = ("theme_sessions", "law_sessions", "care_helped", "care_aid", "all_sessions", "all_students")
    assert column(table, *keys)[:4] == [
        ("合　计", 7, 0, 24, Decimal(4800), 13, 2340),
        ("东苑协作组小计", 7, 0, 24, Decimal(4800), 13, 2340),
        ("和平小学", 6, "无", 12, Decimal(2400), 9, 1170),
        ("育才小学", 1, "无", 12, Decimal(2400), 4, 1170),
    ]


def test_every_figure_of_every_table_is_a_sum_of_answers(cast, round_):
    """The total row against a count by hand over the accepted rows, item by item."""
    by_hand = dict.fromkeys((item.key for item in FIGURES), Decimal(0))
    for row in ReturnAnswer.objects.filter(annual_return__status="ACCEPTED"):
        if row.number is not None:
            by_hand[row.item] += row.number
    printed = {}
    for key in ("t1", "t3", "t6"):
        table = found(cast.users.district, round_)[key]
        for one, cell in zip(table.columns, table.total.cells, strict=True):
            if one.key in by_hand:
                printed[one.key] = cell
    assert printed == by_hand
    sums = ReturnAnswer.objects.visible_to(cast.users.district).of_round(round_).counted().totals()
    assert by_hand == dict.fromkeys(by_hand, Decimal(0)) | sums


def test_telephones_are_masked(cast, round_):
    table = found(cast.users.district, round_)["t1"]
    assert column(table, "liaison_phone")[2] == ("和平小学", "199****4321")
    assert all("19900004321" not in str(one) for one in tables(cast.users.district, round_))


@pytest.mark.parametrize(
    ("who", "schools"),
    [
        ("district", ["和平小学", "育才小学", "光明中学", "南湖小学", "北湖小学", "东湖小学"]),
        ("leader", ["和平小学", "育才小学", "光明中学", "南湖小学", "北湖小学", "东湖小学"]),
        ("group", ["和平小学", "育才小学"]),
        ("school", ["和平小学"]),
        ("stranger", ["光明中学"]),
        ("judge", []),
    ],
)
def test_everybody_reads_the_rows_of_his_place(cast, round_, who, schools):
    for table in tables(getattr(cast.users, who), round_):
        if table.key in {"t1", "t3", "t5", "t6"}:
            assert [row.cells[1] for row in table.rows if row.kind == "data"] == schools


def test_ages_and_honours_are_of_accepted_schools_on_the_round_s_day(cast, round_):
    home, waiting = cast.home.school, cast.far.school
    make_person(school=home, born_on=datetime.date(1948, 1, 1))
    make_person(school=home, born_on=datetime.date(1948, 1, 1), died_on=datetime.date(2018, 12, 25))
    make_person(school=waiting)
    make_honour(unit=home)
    make_honour(unit=home, kind=Category.Kind.ADVANCED_RETIRED, printed_name="李素梅")
    make_honour(unit=waiting)
    said = found(cast.users.district, round_)
    ages = {row.cells[1]: row.cells[-3:] for row in said["t2"].all_rows()}
    assert ages == {"合　计": (1, 1, 70.0), "东苑协作组": (1, 1, 70.0), "西苑协作组": (0, 0, None)}
    assert said["t2"].notes[1:] == (
        "比表1五老志愿者合计少 19 人：报送以后人员档案有变动，或学校没有人员档案。",
    )
    # this year: collective, leader, in service, retired; then the same in all
    assert [row.cells[1:2] + row.cells[3:] for row in said["t5"].all_rows()][:3] == [
        ("合　计", 1, 0, 0, 1, 1, 0, 0, 1),
        ("东苑协作组小计", 1, 0, 0, 1, 1, 0, 0, 1),
        ("和平小学", 1, 0, 0, 1, 1, 0, 0, 1),
    ]
    assert [row.cells[3] for row in said["t5"].rows if row.cells[1] == "光明中学"] == ["未报"]


def test_ages_balance_with_the_returns_while_nothing_has_changed(cast):
    round_ = make_return_round(district=cast.home.district)
    for _ in range(3):
        make_person(school=cast.home.school, elder_class=make_elder_class(district=cast.home.district))
    make_return(
        round=round_,
        school=cast.home.school,
        volunteers_cadres="0",
        volunteers_experts="0",
        volunteers_teachers="3",
    )
    said = found(cast.users.district, round_)
    assert len(said["t2"].notes) == 1
    assert said["t2"].total.cells[-3] == column(said["t1"], "volunteers")[0][1] == 3


def test_the_year_stands_beside_the_last(cast, round_):
    before = make_return_round(district=cast.home.district, year=2017, title="2017年度统计")
    make_return(round=before, school=cast.home.school, meetings="8", media="0")
    make_return(round=before, school=cast.far.school, status=Filing.Status.RETURNED, meetings="99")
    table = found(cast.users.district, round_)["compared"]
    said = {row.cells[1]: row.cells[2:] for row in table.rows}
    assert said["已通过的学校（所）"] == (1, 2, 1, 100.0)
    assert said["全年会议次数"] == (8, 10, 2, 25.0)
    assert said["媒体报道"] == (0, 4, 4, None)
    assert said["五老志愿者合计"] == (10, 20, 10, 100.0)
    assert said["关工委工作经费（元）"] == (Decimal("3000.50"), Decimal("3000.75"), Decimal("0.25"), 0.0)
    assert said["法治教育场次"] == ("无", "无", None, None)
    assert table.notes[0] == "上年指“2017年度统计”，只加已通过的学校。"


@pytest.mark.parametrize("schools", [1, 3])
def test_the_tables_cost_the_same_whatever_the_schools(cast, schools):
    round_ = make_return_round(district=cast.home.district)
    make_return(round=make_return_round(district=cast.home.district, year=2017, title="2017年度统计"))
    for _ in range(schools):
        school = make_school(group=make_group())
        make_person(school=school)
        make_honour(unit=school)
        make_return(round=round_, school=school)
    round_.refresh_from_db()
    with CaptureQueriesContext(connection) as caught:
        tables(System(cast.home.district), round_)
    # district, dues, answers, ages, honours, the round before, totals and schools of both
    assert len(caught) == 9


def test_workbook_and_print_hold_what_the_page_shows(cast, round_):
    said = tables(cast.users.district, round_)
    book = openpyxl.load_workbook(io.BytesIO(xlsx.workbook(said, IMPRINT)))
    sheet = book["表1　组织建设情况"]
    rows = {row[1].value: [cell.value for cell in row] for row in sheet.iter_rows() if row[1].value}
    # A3 across; 合计 of members, retirees, volunteers
    assert (sheet.page_setup.paperSize, [rows["合　计"][place] for place in (8, 12, 15)]) == (8, [14, 60, 20])
    assert pdf.tables(said[:1], IMPRINT).startswith(b"%PDF")


def test_the_report_centre_prints_the_year_s_round(cast, round_):
    paper = get_report("annual-return").build(cast.users.district, Period.of(2018))
    assert [table.key for table in paper.tables] == ["t1", "t2", "t3", "t5", "t6", "compared"]
    assert get_report("annual-return").build(cast.users.district, Period.of(2017)).tables == ()
    # Nothing of a round under way gets into the year's statistics.
    keys = [
        table.key for table in get_report("statistics").build(cast.users.district, Period.of(2018)).tables
    ]
    assert {"t3", "t6"}.isdisjoint(keys)


def test_a_closed_round_is_printed_as_it_was_closed(cast, round_):
    now, office = timezone.now(), cast.users.district
    Due.objects.filter(round=round_, state="SUBMITTED").update(state="WAIVED", reason="停办")
    rounds.close_round(round_, by=office, at=now)
    ReturnAnswer.objects.filter(item="meetings").update(number=77)
    one = next(table for table in tables_of_year(office, Period.of(2018)) if table.key == "t1")
    assert column(one, "meetings")[0] == ("合　计", 10)
    # The annual statistics hold what was stored of 表3 and 表6.
    workbook = get_report("statistics").build(office, Period.of(2018))
    assert [table.title for table in workbook.tables][-2:] == [
        "表3　活动开展情况（学校填报）",
        "表6　宣传情况（学校填报）",
    ]
    # A group reads its own rows of today: what was stored is the whole district's.
    one = next(table for table in tables_of_year(cast.users.group, Period.of(2018)) if table.key == "t1")
    assert column(one, "meetings")[0] == ("合　计", 154)
