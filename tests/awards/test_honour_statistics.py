"""Statistics of the honour roll: totals with their opening balances, each figure with its rows."""

import datetime
import io
import re
from html import unescape

import openpyxl
import pytest

from awards.models import Category, Cycle, Decision, OpeningBalance
from awards.reports import honour_statistics as report
from guanweihui.documents import xlsx
from guanweihui.figures import Period, values
from guanweihui.models import School, Succession
from guanweihui.scope import System
from guanweihui.tables import Imprint
from tests.cast import count_queries
from tests.factories import make_honour, make_opening_balance, make_person, make_school

pytestmark = pytest.mark.django_db
URL = "/honours/statistics/"
PERIOD = Period.of(2018)
Kind = Category.Kind
VOID = {"voided_on": datetime.date(2019, 3, 1), "void_reason": "重复表彰"}
#: The founding figures of the cycle of 2018.
FOUNDING = {
    Kind.ADVANCED_COLLECTIVE: 37,
    Kind.GOOD_LEADER: 40,
    Kind.ADVANCED_IN_SERVICE: 32,
    Kind.ADVANCED_RETIRED: 45,
}


def tables_of(actor, period=PERIOD) -> dict[str, list[tuple]]:
    """Return the cells of each table by its key, the total first."""
    paper = report.honour_statistics(actor, period)
    return {table.key: [row.cells for row in table.all_rows()] for table in paper.tables}


def person_honour(school, name="赵淑英", kind=Kind.ADVANCED_RETIRED, **fields):
    fields.setdefault("person", make_person(school=school, name=name))
    return make_honour(unit=school, kind=kind, printed_name=name, **fields)


def page(client, query="?year=2018") -> str:
    return unescape(client.get(URL + query).content.decode())


def link_behind(text: str, figure: str, *, table: str) -> str:
    """Return the address behind a figure in the table with this title."""
    part = text[text.index(f'class="sheet-title">{table}') :]
    return re.search(rf'<a href="(/honours/\?[^"]+)">{figure}</a>', part)[1]


def found(client, url: str) -> int:
    return int(re.search(r"共 ([\d,]+) 条", client.get(url).content.decode())[1])


def test_the_founding_figures_from_their_rows(cast):
    school, actor = cast.home.school, System(cast.home.district)
    make_opening_balance()
    make_opening_balance(kind=OpeningBalance.Kind.INDIVIDUAL, count=528)
    for kind, count in FOUNDING.items():
        for number in range(count):
            name = "" if kind == Kind.ADVANCED_COLLECTIVE else f"甲{number}"
            make_honour(unit=school, kind=kind, printed_name=name)
    make_honour(unit=school, **VOID)
    cycle = school.honours.first().decision.cycle
    assert tables_of(actor)["by-cycle"] == [
        (None, "合　计", 215, 40, 32, 45, 645, 860),
        (1, "期初数（截至 2017-12-31）", 178, None, None, None, 528, 706),
        (2, cycle.name, 37, 40, 32, 45, 117, 154),
    ]
    (by_cycle, *_) = report.honour_statistics(actor, PERIOD).tables
    assert by_cycle.notes == (
        "累计先进集体 178＋37＝215 个。",
        "累计先进个人 528＋117＝645 人次。",
        "期初数依据：历年表彰决定汇总。",
        "作废的不计；好领导计入个人。",
    )
    totals = values(["honours.collectives.total", "honours.individuals.total"], actor, PERIOD)
    assert list(totals.values()) == [215, 645]


def test_each_figure_leads_to_the_rows_that_make_it(cast):
    make_honour(unit=cast.home.school)
    person_honour(cast.home.school)
    person_honour(cast.home.school, "钱桂英", Kind.GOOD_LEADER)
    person_honour(cast.far.school, "孙秀兰")
    make_honour(unit=cast.home.school, **VOID)
    text = page(cast.district)
    for table, figure in (("表1", "3"), ("表1", "1"), ("表2", "2"), ("表3", "3")):
        url = link_behind(text, figure, table=table)
        assert found(cast.district, url) == int(figure), (table, url)
    assert "期初数（截至" not in page(cast.group)
    assert found(cast.group, link_behind(page(cast.group), "2", table="表1")) == 2


def test_a_year_shows_what_was_decided_by_its_end(cast):
    make_honour(unit=cast.home.school)
    assert tables_of(System(cast.home.district), Period.of(2017))["by-cycle"] == [
        (None, "合　计", 0, 0, 0, 0, 0, 0)
    ]
    assert "截至 2018年8月31日" in page(cast.district, "?year=2017")


def test_every_group_has_its_row(cast):
    person_honour(cast.far.school)
    assert tables_of(System(cast.home.district))["by-group"] == [
        (None, "合　计", 0, 0, 0, 1, 1, 1),
        (1, cast.home.group.short_name, 0, 0, 0, 0, 0, 0),
        (2, cast.far.group.short_name, 0, 0, 0, 1, 1, 1),
    ]


def test_a_closed_school_s_honours_count_at_its_chief_successor_under_the_names_of_the_time(cast):
    group = cast.home.group
    old = make_school(group=group, full_name="示例区旧街小学", closed_on=datetime.date(2019, 1, 1))
    older = make_school(group=group, full_name="示例区老街小学", closed_on=datetime.date(2018, 1, 1))
    side = cast.far.school
    for before, after, year, is_chief in (
        (older, old, 2018, True),
        (old, cast.home.school, 2019, True),
        (old, side, 2019, False),
    ):
        Succession.objects.create(
            predecessor=before,
            successor=after,
            succeeded_on=datetime.date(year, 1, 1),
            kind=Succession.Kind.MERGED,
            is_chief=is_chief,
        )
    make_honour(unit=cast.home.school)
    make_honour(unit=older)
    person_honour(old)
    now, where = cast.home.school.full_name, group.short_name
    actor = System(cast.home.district)
    assert tables_of(actor)["by-school"] == [
        (None, "合　计", None, None, 2, 0, 0, 1, 1, 3),
        (1, now, "合计", where, 2, 0, 0, 1, 1, 3),
        (None, now, now, where, 1, 0, 0, 0, 0, 1),
        (None, now, "示例区旧街小学", where, 0, 0, 0, 1, 1, 1),
        (None, now, "示例区老街小学", where, 1, 0, 0, 0, 0, 1),
    ]
    # The first figure is the total of the table, the second that of the school.
    url = re.findall(r'<a href="(/honours/\?[^"]+)">3</a>', page(cast.group).partition("表3　")[2])[1]
    assert found(cast.group, url) == 3
    listed = cast.group.get(url).content.decode()
    assert "从统计表点入：现单位“和平小学”（含并入的学校），发文日期截至 2019-08-31。" in listed
    # Before the second merger the school was still there, and the first had gone on in it.
    first = Period.of(2018, 10)
    early = Period(2018, first.first, datetime.date(2018, 12, 31))
    assert [(row[1], row[9]) for row in tables_of(actor, early)["by-school"][1:]] == [
        (now, 1),
        ("示例区旧街小学", 2),
        ("示例区旧街小学", 1),
        ("示例区旧街小学", 1),
    ]


def test_a_reader_who_does_not_see_the_successor_counts_where_it_was_given(cast):
    old = make_school(group=cast.home.group, full_name="示例区旧街小学")
    Succession.objects.create(
        predecessor=old, successor=cast.far.school, succeeded_on="2018-09-01", kind=Succession.Kind.MERGED
    )
    make_honour(unit=old)
    rows = tables_of(cast.users.group)["by-school"]
    assert [row[1:3] for row in rows[1:]] == [("示例区旧街小学", "示例区旧街小学")]
    assert [row[1] for row in tables_of(System(cast.home.district))["by-school"][1:]] == [
        cast.far.school.full_name
    ]


def test_persons_with_several_honours_are_told_with_all_of_them(cast):
    school = cast.home.school
    often = person_honour(school)
    cycle = Cycle.objects.create(district=school.district, name="2020年度", year=2020)
    later = Category.objects.create(cycle=cycle, kind=Kind.ADVANCED_RETIRED, name="退休先进个人")
    decision = Decision.objects.create(
        cycle=cycle, doc_number="示教关〔2020〕6号", decided_on=datetime.date(2020, 12, 18)
    )
    fields = {"category": later, "decision": decision, "person": often.person}
    person_honour(school, **fields)
    make_honour(unit=school, kind=Kind.GOOD_LEADER, person=often.person, printed_name="赵淑英", **VOID)
    person_honour(school, "钱桂英")
    rows = tables_of(System(cast.home.district), Period.of(2020))["by-person"]
    assert rows[1:] == [
        (1, "赵淑英", school.full_name, 2, f"2018年{often.category.name}；2020年{later.name}"),
    ]
    assert found(cast.district, link_behind(page(cast.district, "?year=2020"), "2", table="表4")) == 2
    assert tables_of(System(cast.home.district))["by-person"][1:] == []


def test_the_workbook_says_what_the_page_says(cast):
    make_honour(unit=cast.home.school)
    paper = report.honour_statistics(System(cast.home.district), PERIOD)
    content = xlsx.workbook(paper.tables, Imprint(datetime.datetime(2019, 9, 1), "刘志强"))
    sheets = openpyxl.load_workbook(io.BytesIO(content)).worksheets
    assert [sheet["A1"].value for sheet in sheets[:4]] == [table.title for table in paper.tables]


def test_the_page_costs_the_same_at_one_and_three_rows(cast):
    def add():
        school = make_school(district=cast.home.district)
        first = person_honour(school)
        person_honour(school, kind=Kind.GOOD_LEADER, person=first.person)

    add()
    once = count_queries(cast.district, f"{URL}?year=2018")
    for _ in range(2):
        add()
    assert [once, count_queries(cast.district, f"{URL}?year=2018")] == [11, 11]
    assert School.objects.count() == 5


def test_a_narrowed_roll_costs_one_query_more(cast):
    make_honour(unit=cast.home.school)
    query = f"line={cast.home.school.pk}&until=2019-08-31&state=standing&kind=INDIVIDUAL&then=x&person=1"
    assert count_queries(cast.district, f"/honours/?{query}") <= 12
