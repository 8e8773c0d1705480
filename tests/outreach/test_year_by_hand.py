"""Every yearly figure of a year of trips and events equals what is counted by hand here.

The rows stand in year_rows; the sums are written out beside each number.
"""

from decimal import Decimal

import pytest

from guanweihui import catalogue, figures
from guanweihui.figures import Period
from outreach.models import Trip
from outreach.reports.ledger import BUILDERS, keep, ledger
from outreach.reports.spans import span_of, whole
from outreach.reports.summary import Scope, summarise
from outreach.reports.tallies import add_trips, work_done
from tests.outreach.year_rows import DAY, make_year

YEAR = Period.of(2018)
D = Decimal
#: 次, 天, 人, 人次, 听课, 评课, 上课, 讲座场次, 讲座参加人次, 教研次数, 师徒结对, 送教
OF_A1 = (1, D("3"), 1, 1, 6, 4, 1, 1, 40, 2, 3, 2)  # trip 1; events spring and winter
#: trips 2 and 4: 0.5 + 3 days; 周, 韩; 2 + 1 places; 2 + 1 observed; 2 reviewed
OF_A2 = (2, D("3.5"), 2, 3, 3, 2, 0, 0, 0, 0, 0, 0)
OF_B1 = (1, D("1.5"), 1, 1, 5, 5, 2, 2, 120, 1, 0, 1)  # trip 3: three half days; spring
NOTHING = (0, D("0"), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
#: trips 1, 2, 4: 3 + 0.5 + 3 days; 周, 韩; 1 + 2 + 1; 6 + 2 + 1; 4 + 2 + 0; 1; 1; 40; 2; 3; spring and winter
OF_A = (3, D("6.5"), 2, 4, 9, 6, 1, 1, 40, 2, 3, 2)
#: trips 1 to 4: 3 + 0.5 + 1.5 + 3; 周, 韩, 吴; 1 + 2 + 1 + 1; 6 + 2 + 5 + 1; 4 + 2 + 5; 1 + 2;
#: 1 + 2; 40 + 120; 2 + 1; 3; spring and winter
WHOLE = (4, D("8"), 3, 5, 14, 11, 3, 3, 160, 3, 3, 2)


@pytest.fixture
def world(cast):
    return make_year(cast)


@pytest.fixture
def by(cast):
    return cast.users.district


def figures_by(table, column=1):
    """The figures of each row, by its name; the last twelve columns are the work."""
    return {row.cells[column]: row.cells[-12:] for row in table.all_rows()}


def test_the_ledger_by_principal(world, by):
    table = ledger(by, YEAR, "principal")
    assert figures_by(table) == {"合　计": WHOLE, "周校长": OF_A, "吴校长": OF_B1, "郑校长": NOTHING}
    assert [row.cells[2] for row in table.rows] == [world.a.assistant_name, "郑助理", "无"]


def test_the_ledger_by_host_school(world, by):
    schools = {
        "合　计": WHOLE,
        world.a1.name: OF_A1,
        world.a2.name: OF_A2,
        world.b1.name: OF_B1,
        world.b2.name: (*NOTHING[:-1], 1),  # only the lecture of the spring event
        **{one.host_school.name: NOTHING for one in world.c.partnerships.all()},
    }
    assert figures_by(ledger(by, YEAR, "host")) == schools


def test_the_ledger_by_field_counts_a_trip_once_a_field_and_adds_nothing_up(world, by):
    table = ledger(by, YEAR, "field")
    assert (
        figures_by(table)
        == {
            "学校管理": NOTHING,  # only trips of the next year and unconfirmed ones
            # trips 1 and 3: 3 + 1.5; 周, 吴; 6 + 5; 4 + 5; 1 + 2; 1 + 2; 40 + 120; 2 + 1; 3
            "队伍建设": (2, D("4.5"), 2, 2, 11, 9, 3, 3, 160, 3, 3, 0),
            "校园文化": (1, D("3"), 1, 1, 1, 0, 0, 0, 0, 0, 0, 0),  # trip 4
            "课程改革": (*OF_A1[:-1], 1),  # trip 1; the spring event
            "没有对应需求的": (1, D("0.5"), 2, 2, 2, 2, 0, 0, 0, 0, 0, 1),  # trip 2; the winter event
        }
    )
    assert table.total is None
    assert "本期已确认下校共 4 次，送教共 2 次。" in table.notes
    assert any("不能相加" in note for note in table.notes)


EVENTS = {
    "outreach.events": 2,  # spring, winter
    "outreach.lessons": 3,  # 语文, 数学, 英语
    "outreach.event_lectures": 1,
    "outreach.event_attendances": 424,  # 86 + 86 + 92 + 130 + 30
    "outreach.radiated_named": 3,  # a2, 辐射一中 (twice), 辐射二中
    "outreach.radiated_unnamed": 16,  # 5 + 4 + 7
}


#: The same as the ledgers' total; the stays in half days.
TRIPS_OF_YEAR = {
    "outreach.trips": 4,
    "outreach.trip_people": 3,
    "outreach.trip_half_days": 16,  # 6 + 1 + 3 + 6
    "outreach.lessons_observed": 14,
    "outreach.lessons_reviewed": 11,
    "outreach.lessons_taught": 3,
    "outreach.lectures": 3,
    "outreach.lecture_attendances": 160,
    "outreach.research_sessions": 3,
    "outreach.mentor_pairs": 3,
}


@pytest.mark.parametrize("hand", [EVENTS, TRIPS_OF_YEAR], ids=["events", "trips"])
def test_the_figures_of_the_year(world, by, hand):
    assert figures.values(hand, by, YEAR) == hand


#: The work of the city's form and of the summary of the programme's year, in their order.
LINES = [
    ("下校次数", "次", 4),
    ("下校天数", "天", 8),
    ("下校人数", "人", 3),
    ("下校人次", "人次", 5),
    ("听课", "节", 14),
    ("评课", "节", 11),
    ("上课", "节", 3),
    ("讲座", "场次", 3),
    ("讲座参加人次", "人次", 160),
    ("教研", "次", 3),
    ("师徒结对", "对", 3),
    ("赠送物资折合", "元", 1200),  # trip 1 alone
    ("送教活动", "次", 2),
    ("同课异构", "节", 3),
    ("评课", "次", 1),
    ("学科讲座", "场次", 1),
    ("送教参加人次", "人次", 424),
    ("活动学校", "所", 3),  # a1, b1, b2
    ("辐射学校（有校名，去重）", "所", 3),
    ("辐射学校（未具名，只报数目）", "所", 16),
]


def test_the_form_for_the_city(world, by):
    batches, regions, work, _ = catalogue.get("outreach-city").build(by, YEAR).tables
    assert [row.cells[1:] for row in batches.rows] == [
        ("第一批老校长下乡", "示例山区", DAY(2018, 8, 1), 17, 4)
    ]
    # 承德: pair b; 示例山区: pairs a and c, c without an assistant
    assert [row.cells[1:] for row in regions.all_rows()] == [
        ("合　计", 3, 2, 6, 3, 3),
        ("承德", 1, 1, 2, 1, 1),
        ("示例山区", 2, 1, 4, 2, 2),
    ]
    assert [row.cells[2:] for row in work.rows] == LINES


def said(summary):
    return [
        (str(row.cells[1]).partition("：")[2], row.cells[3], row.cells[2]) for row in summary.figures.rows
    ][2:]


def test_the_summary_of_the_programme_s_year_is_the_city_s_form(world, by):
    scope = Scope("programme", world.programme, world.programme.name)
    summary = summarise(by, scope, span_of(2018, "year", 9), DAY(2019, 8, 31))
    assert said(summary) == LINES
    assert [row.cells[1:4] for row in summary.figures.rows][:2] == [
        ("下乡校长", 3, "人"),
        ("受援学校", 6, "所"),
    ]
    assert {row.cells[4:] for row in summary.figures.rows} == {(world.programme.name, DAY(2019, 8, 31))}


def first_of(summary, *labels):
    values = {}
    for label, unit, value in said(summary):
        values.setdefault((label, unit), value)
    return tuple(values[label] for label in labels)


TRIPS = (("下校次数", "次"), ("下校天数", "天"), ("听课", "节"), ("送教活动", "次"), ("送教参加人次", "人次"))


@pytest.mark.parametrize(
    ("kind", "row", "key", "until", "values"),
    [
        ("programme", "programme", "term1", DAY(2019, 1, 31), (3, "6.5", 9, 1, 30)),  # trips 1, 2, 4; winter
        ("programme", "programme", "term2", DAY(2019, 8, 31), (1, "1.5", 5, 1, 394)),  # trip 3; spring
        ("programme", "programme", "year", DAY(2018, 11, 30), (2, 6, 7, 0, 0)),  # trips 1 and 4
        ("pairing", "a", "year", DAY(2019, 8, 31), (3, "6.5", 9, 2, 202)),  # at a1: 86 + 86 + 30
        ("pairing", "b", "year", DAY(2019, 8, 31), (1, "1.5", 5, 1, 222)),  # at b1 and b2: 92 + 130
        ("pairing", "c", "year", DAY(2019, 8, 31), (0, 0, 0, 0, 0)),
        ("host", "a2", "year", DAY(2019, 8, 31), (2, "3.5", 3, 0, 0)),  # trips 2 and 4
        ("host", "b1", "year", DAY(2019, 8, 31), (1, "1.5", 5, 1, 92)),
    ],
)
def test_a_summary_of_a_term_a_pair_a_school(world, by, kind, row, key, until, values):
    scope = Scope(kind, getattr(world, row), "范围")
    assert first_of(summarise(by, scope, span_of(2018, key, 9), until), *TRIPS) == values


def test_the_whole_programme_goes_over_the_year_s_edge(world, by):
    scope = Scope("programme", world.programme, "范围")
    summary = summarise(by, scope, whole(world.programme.started_on, DAY(2019, 12, 31), 9), DAY(2019, 12, 31))
    # the year's four trips, 3 days of August and September, 2 of October; 14 + 500 + 700
    assert first_of(summary, *TRIPS) == (6, 13, 1214, 3, 424 + 999)


def test_an_unconfirmed_trip_is_never_summed(world, by):
    waiting = world.b.trips.waiting()
    assert waiting.exists()
    assert list(waiting.by_work()) == []
    every = add_trips(work_done(by, DAY(2000, 1, 1), DAY(2100, 1, 1)))
    assert every.trips == Trip.objects.confirmed().count()


@pytest.mark.parametrize("way", BUILDERS)
def test_a_ledger_costs_the_same_however_many_rows(world, by, way, django_assert_num_queries):
    kept = keep(by, YEAR)
    assert (add_trips(kept.work).trips, len(kept.events)) == (4, 2)
    with django_assert_num_queries(9):
        ledger(by, YEAR, way)
