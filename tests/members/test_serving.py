"""Who serves: served within volunteers within registered, in every cell; the lists behind the counts."""

import datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.urls import reverse

from guanweihui import catalogue, figures
from guanweihui.figures import Period
from members.models import Person, ServiceKind, ServiceRecord, ServiceRule
from members.models.people import RetirementKind
from members.reports import serving
from members.reports.teams import team_table
from tests import factories
from tests.cast import count_queries
from tests.members.certificates_rows import make_member, make_record, make_team

PERIOD = Period.of(2018)
NEXT_DAY = datetime.timedelta(days=1)


def words(response) -> str:
    return response.content.decode()


def volunteer(cast, name="曾玉兰", *, school=None, served=(), **fields):
    """Make a volunteer of the home school with two hours on each of these days."""
    person = factories.make_person(school=school or cast.home.school, name=name, **fields)
    for day in served:
        make_record(person, served_on=day)
    return person


def counts(cast, who="district", period=PERIOD) -> dict[str, int]:
    return serving.who_serves(getattr(cast.users, who), period).total


@pytest.fixture
def crowd(cast):
    """Give people of every kind at both schools; the periods' borders are served on."""
    inside, before = PERIOD.last, PERIOD.first - NEXT_DAY
    old = datetime.date(1930, 1, 1)
    both = volunteer(cast, "两队", served=[PERIOD.first, inside], speciality="书法")
    plain = volunteer(cast, "一次", served=[inside], speciality="合唱", born_on=old)
    volunteer(cast, "去年", served=[before], school=cast.far.school)
    unknown = volunteer(cast, "从未", elder_class=None)
    Person.objects.filter(pk=unknown.pk).update(born_on=None, birth_precision="")
    volunteer(cast, "已停", served=[PERIOD.first], stopped_on=PERIOD.last)
    volunteer(cast, "已故", served=[PERIOD.first], died_on=PERIOD.last)
    volunteer(cast, "非志愿者", is_volunteer=False, served=[PERIOD.first])
    volunteer(cast, "在职", on_register=False, retirement_kind="", served=[PERIOD.first])
    trained = volunteer(cast, "只培训", school=cast.far.school)
    make_record(trained, kind=ServiceKind.TRAINING)
    claimed = volunteer(cast, "只申报", retirement_kind=RetirementKind.RETIRED_HONOURED)
    make_record(claimed, status=ServiceRecord.Status.CLAIMED)
    make_record(claimed, status=ServiceRecord.Status.STRUCK)
    first, second = make_team(cast.home.district, "甲队"), make_team(cast.home.district, "乙队")
    make_member(first, both, to_on=PERIOD.first)
    make_member(second, both, from_on=PERIOD.first + NEXT_DAY)
    make_member(first, plain)
    make_member(second, trained, from_on=PERIOD.last + NEXT_DAY)
    return cast


@pytest.mark.parametrize(
    "query",
    ["from_on=0001-01-01", "to_on=9999-12-31", "from_on=0002-01-01&to_on=0002-02-01", "from_on=1989-12-31"],
)
def test_days_of_no_statistical_year_are_told(cast, query):
    page = cast.district.get(f"/who-serves/?{query}")
    assert (page.status_code, "年份填四位，在 1990 到 2100 之间" in page.content.decode()) == (422, True)
    assert ("在册人数" in page.content.decode(), "导出Excel" in page.content.decode()) == (False, False)
    assert cast.district.get(f"/who-serves/people/?{query}").status_code == 200


def test_each_count_lies_within_the_one_before(crowd):
    # In the register: all but the dead and the one in service. 已停 and 非志愿者 are registered only.
    assert counts(crowd) == {"registered": 8, "volunteers": 6, "served": 2, "dormant": 4}


def test_registered_and_volunteers_are_the_portal_s_figures(crowd):
    by, found = crowd.users.district, counts(crowd)
    figure = figures.values(["retired", "volunteers"], by, PERIOD)
    assert (found["registered"], found["volunteers"]) == (figure["retired"], figure["volunteers"])


def test_a_cell_is_a_subset_and_cells_sum_to_the_total(crowd):
    asked = serving.Asked.of(crowd.users.district, PERIOD)
    total, found = serving.breakdowns(crowd.users.district, asked)
    assert [one.key for one in found] == ["groups", "bands", "classes", "specialities", "teams"]
    for one in found:
        for line in one.lines:
            cell = line.counts
            assert 0 <= cell["served"] <= cell["volunteers"] <= cell["registered"], (one.key, line)
            assert 0 <= cell["dormant"] <= cell["volunteers"], (one.key, line)
        if one.key != "teams":
            sums = {state: sum(line.counts[state] for line in one.lines) for state in serving.STATES}
            assert sums == total, one.key


def test_somebody_in_two_teams_counts_in_both_and_once_in_the_total(crowd):
    asked = serving.Asked.of(crowd.users.district, PERIOD)
    total, found = serving.breakdowns(crowd.users.district, asked)
    teams = {line.label: dict(line.counts) for line in found[-1].lines}
    assert {name: (cell["volunteers"], cell["served"]) for name, cell in teams.items()} == {
        "甲队": (2, 2),
        "乙队": (1, 1),
    }
    assert total["served"] == 2
    table = serving.who_serves(crowd.users.district, PERIOD).tables[-1]
    assert "各队之和不等于合计" in " ".join(table.notes)


def test_a_team_has_as_many_people_as_in_the_table_of_teams(cast):
    before = PERIOD.first - NEXT_DAY
    team = make_team(cast.home.district, "甲队")
    ended = make_team(cast.home.district, "撤销队", dissolved_on=PERIOD.first)
    stays, stopped = volunteer(cast, "在队"), volunteer(cast, "已停", stopped_on=before)
    leaves = volunteer(cast, "期内停", stopped_on=PERIOD.last)
    for one in (stays, stopped, leaves):
        make_member(team, one)
    make_member(ended, stays)
    table = team_table(cast.users.district, PERIOD)
    of_teams = {row.cells[1]: row.cells[2] for row in table.rows}
    lines = serving_lines(cast, "district", -1)
    assert {line.label: line.counts["registered"] for line in lines} == of_teams | {"撤销队": 0}
    assert of_teams["甲队"] == 2
    listed = serving.in_team(Person.objects.all(), team, PERIOD)
    assert set(listed) == {stays, leaves}
    assert not serving.in_team(Person.objects.all(), ended, PERIOD).exists()


def test_shares_are_percent_of_the_count_before(crowd):
    table = serving.who_serves(crowd.users.district, PERIOD).tables[0]
    cells = dict(zip([column.key for column in table.columns], table.total.cells, strict=True))
    shares = {key: cells[key] for key in ("volunteer_share", "served_share", "dormant_share")}
    assert shares == {"volunteer_share": 75.0, "served_share": 33.3, "dormant_share": 66.7}


def test_a_share_of_nobody_is_empty(cast):
    assert serving.percent(0, 0) is None


@pytest.mark.parametrize("key", ["groups", "bands", "classes", "specialities", "teams"])
def test_every_count_leads_to_as_many_people(crowd, key):
    answer = serving.who_serves(crowd.users.district, PERIOD)
    table = next(one for one in answer.tables if one.key == f"serving-{key}")
    seen = 0
    for row in table.all_rows():
        cells = dict(zip([column.key for column in table.columns], row.cells, strict=True))
        for state, url in row.links.items():
            page = crowd.district.get(url)
            assert page.context["shown"].page.paginator.count == cells[state], url
            seen += 1
    assert seen >= 4 * 3


def test_everybody_counts_the_people_of_his_place(crowd):
    found = {who: counts(crowd, who)["registered"] for who in ("district", "auditor", "group", "stranger")}
    assert found == {"district": 8, "auditor": 8, "group": 6, "stranger": 2}
    names = [line.label for line in serving_lines(crowd, "stranger", 0)]
    assert names == ["西苑协作组"]


def serving_lines(cast, who, place):
    actor = getattr(cast.users, who)
    return serving.breakdowns(actor, serving.Asked.of(actor, PERIOD))[1][place].lines


def test_hours_given_to_another_school_count(cast):
    person = volunteer(cast)
    make_record(person, school=cast.far.school)
    assert counts(cast, "school")["served"] == 1


@pytest.mark.parametrize(("months", "dormant"), [(12, 0), (11, 1)])
def test_the_district_s_rule_says_who_is_dormant(cast, months, dormant):
    """Somebody served on the first of the last twelve months, and on no day after it."""
    volunteer(cast, served=[PERIOD.first])
    ServiceRule.objects.create(
        district=cast.home.district, from_on=datetime.date(2018, 1, 1), dormant_months=months
    )
    assert counts(cast)["dormant"] == dormant


@pytest.mark.parametrize(
    ("day", "months", "first"),
    [
        (datetime.date(2019, 8, 31), 12, datetime.date(2018, 9, 1)),
        (datetime.date(2019, 8, 31), 6, datetime.date(2019, 3, 1)),
        (datetime.date(2020, 2, 29), 12, datetime.date(2019, 3, 1)),
        (datetime.date(2019, 1, 15), 1, datetime.date(2018, 12, 16)),
    ],
)
def test_months_are_counted_back_by_the_calendar(day, months, first):
    assert serving.months_before(day, months) == first


def test_a_period_that_has_not_ended_stops_today():
    today = PERIOD.first + NEXT_DAY
    assert serving.until_today(PERIOD, today).last == today
    assert serving.until_today(PERIOD, PERIOD.last) == PERIOD
    assert serving.until_today(PERIOD, PERIOD.first - NEXT_DAY) == PERIOD


def test_ages_stand_at_the_last_day_of_the_period(cast):
    volunteer(cast, "明天六十五", born_on=datetime.date(1954, 9, 1))
    volunteer(cast, "今天六十五", born_on=datetime.date(1954, 8, 31))
    lines = {line.label: line.counts["registered"] for line in serving_lines(cast, "district", 1)}
    assert {label: number for label, number in lines.items() if number} == {"60—64岁": 1, "65—69岁": 1}


def test_rare_specialities_share_a_line(cast):
    for number in range(serving.MOST_SPECIALITIES + 3):
        volunteer(cast, speciality=f"特长{number:02}")
    volunteer(cast, speciality="特长05")
    lines = [(line.label, line.counts["volunteers"]) for line in serving_lines(cast, "district", 3)]
    assert (lines[0], len(lines), lines[-2], lines[-1]) == (
        ("特长05", 2),
        serving.MOST_SPECIALITIES + 2,
        ("其他特长", 3),
        ("未填写", 0),
    )


# --- pages -----------------------------------------------------------------------------------------------

URLS = ("/who-serves/", "/who-serves/people/")


@pytest.mark.parametrize("url", URLS)
def test_the_pages_are_for_the_committee(cast, url):
    assert [cast.judge.get(url).status_code, cast.outreach.get(url).status_code] == [404, 404]
    assert cast.anonymous.get(url).url == f"/accounts/login/?next={url}"
    assert cast.district.post(url).status_code == 405
    seen = [getattr(cast, who).get(url).status_code for who in ("leader", "auditor", "group", "school")]
    assert seen == [200] * 4


def test_the_page_shows_counts_that_lead_to_their_people(crowd):
    page = crowd.district.get("/who-serves/?from_on=2018-09-01&to_on=2019-08-31")
    assert [(word, value) for word, value, _ in page.context["tiles"]] == [
        ("在册", 8),
        ("志愿者", 6),
        ("本期有服务", 2),
        ("沉睡", 4),
    ]
    for said in ("2018年9月1日至2019年8月31日", "谁在服务（按队伍）", "谁在服务（按特长）", "<svg"):
        assert said in words(page)


def test_a_year_and_the_year_so_far(cast):
    page = cast.district.get("/who-serves/?year=2018")
    assert page.context["period"].span == "2018年9月1日至2019年8月31日"
    so_far = cast.district.get("/who-serves/").context["period"]
    assert so_far.first <= so_far.last <= datetime.date.today()


def test_a_period_the_wrong_way_round_is_told(cast):
    page = cast.district.get("/who-serves/?from_on=2019-08-31&to_on=2018-09-01")
    assert page.status_code == 422
    assert "止期不能早于起期。" in words(page)


def test_the_list_shows_hours_of_the_period_and_the_last_day(crowd):
    page = words(crowd.district.get("/who-serves/people/?year=2018&state=served"))
    assert ("两队" in page, "一次" in page, "去年" in page, "只培训" in page) == (True, True, False, False)
    assert ("2019-08-31" in page, "4.0" in page) == (True, True)
    assert reverse("service-certificate-new") in page
    assert reverse("service-certificate-new") not in words(
        crowd.group.get("/who-serves/people/?year=2018&state=served")
    )


def test_no_page_shows_a_sensitive_value(crowd):
    person = volunteer(crowd, "电话", served=[PERIOD.first])
    for url in URLS:
        page = words(crowd.district.get(f"{url}?year=2018"))
        assert (person.phone in page, person.id_number in page, "502室" in page) == (False, False, False)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("name=liangdui", ["两队"]),
        ("skill=书", ["两队"]),
        ("speciality=书", []),
        ("state=nonsense", ["两队", "一次", "去年"]),
        ("band=99", ["两队", "一次", "去年"]),
        ("team=abc", ["两队", "一次", "去年"]),
    ],
)
def test_the_query_bar_of_the_list_finds(crowd, query, found):
    page = words(crowd.district.get(f"/who-serves/people/?year=2018&{query}"))
    assert [name for name in ("两队", "一次", "去年") if f">{name}<" in page] == found


def test_the_report_stands_in_the_centre_for_the_committee(crowd):
    report = catalogue.get("who-serves")
    paper = report.build(crowd.users.district, PERIOD)
    assert (report.family in catalogue.FAMILIES, report.is_register) == (True, False)
    assert [table.key for table in paper.tables] == [
        "serving-groups",
        "serving-bands",
        "serving-classes",
        "serving-specialities",
        "serving-teams",
    ]
    assert [chart[:4] for chart in paper.charts] == ["<svg", "<svg"]
    assert crowd.school.get(reverse("report-detail", args=["who-serves"])).status_code == 200
    assert crowd.judge.get(reverse("report-detail", args=["who-serves"])).status_code == 404


def test_links_hold_their_state_and_days():
    asked = serving.Asked(PERIOD, PERIOD.first, 12)
    query = parse_qs(urlsplit(serving.links_of(asked, {"team": 5})["served"]).query)
    assert query == {"state": ["served"], "from_on": ["2018-09-01"], "to_on": ["2019-08-31"], "team": ["5"]}


@pytest.mark.parametrize(
    ("state", "index"),
    [("registered", "register_by_name")]
    + [(state, "volunteers_by_name") for state in ("volunteers", "served", "dormant")],
)
def test_a_page_is_read_off_an_index_and_nobody_is_sorted(cast, state, index):
    """At 200,000 people the sort alone took half a second. PostgreSQL reads so small a table whole."""
    with connection.cursor() as cursor:
        known = connection.introspection.get_constraints(cursor, "members_person")
    assert known[index]["columns"][:2] == ["district_id", "merged_into_id"]
    if connection.vendor != "sqlite":
        return
    by = cast.users.district
    people = serving.people_of(by, serving.Asked.of(by, PERIOD), state)
    plan = people.order_by("pinyin", "pk").values("pk")[:20].explain()
    assert (f"COVERING INDEX {index} " in plan, "TEMP B-TREE" in plan) == (True, False)


def test_pages_cost_the_same_at_one_and_three_rows(cast):
    urls = ("/who-serves/?year=2018", "/who-serves/people/?year=2018&state=served")
    team = make_team(cast.home.district)
    make_member(team, volunteer(cast, served=[PERIOD.first], speciality="书法"))
    once = [count_queries(cast.district, url) for url in urls]
    for number in range(2):
        person = volunteer(
            cast, school=factories.make_school(), served=[PERIOD.first], speciality=f"特长{number}"
        )
        make_member(make_team(cast.home.district, f"第{number}队"), person)
    assert once == [count_queries(cast.district, url) for url in urls] == [9, 11]
