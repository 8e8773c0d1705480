"""Summaries: spans, the page, printing, freezing; the scheme."""

import datetime
import re
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from guanweihui.documents import pdf
from guanweihui.figures import Period
from guanweihui.models import AuditEvent, FrozenTable
from guanweihui.workflow import Refused
from outreach.models import Trip
from outreach.reports.ledger import keep
from outreach.reports.scheme import scheme_chart, scheme_table
from outreach.reports.spans import span_of, whole
from outreach.reports.summary import Scope, summarise
from outreach.reports.summary_texts import frozen_texts, stored
from outreach.workflow.summary import freeze_summary
from tests.cast import count_queries
from tests.factories import make_district, make_event, make_host_school, make_pairing, make_programme
from tests.outreach.rows import make_trip

DAY = datetime.date
NOW = timezone.now()
C = Trip.Status.CONFIRMED
TEXTS = {"work": "四位老校长每月下校。\n送教三天。", "problems": "路远。", "next": "办好第二年。"}
URL = "/outreach/summary/"


def words(answer) -> str:
    return answer.content.decode()


def query(cast, **changes):
    programme = cast.home.pairing.programme
    asked = {"scope": f"programme-{programme.pk}", "year": "2018", "term": "year", "until": "2019-08-31"}
    return {**asked, **changes}


@pytest.fixture
def trip(cast):
    return make_trip(pairing=cast.home.pairing, status=C, lessons_observed=77)


# --- spans --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("starts_in", "key", "label", "first", "last"),
    [
        (9, "year", "2018—2019学年", DAY(2018, 9, 1), DAY(2019, 8, 31)),
        (9, "term1", "2018—2019学年第一学期", DAY(2018, 9, 1), DAY(2019, 1, 31)),
        (9, "term2", "2018—2019学年第二学期", DAY(2019, 2, 1), DAY(2019, 8, 31)),
        (8, "term1", "2018—2019学年第一学期", DAY(2018, 8, 1), DAY(2018, 12, 31)),
        (1, "term1", "2018年上半年", DAY(2018, 1, 1), DAY(2018, 6, 30)),
        (1, "term2", "2018年下半年", DAY(2018, 7, 1), DAY(2018, 12, 31)),
    ],
)
def test_terms_follow_the_month_in_which_the_district_s_year_begins(starts_in, key, label, first, last):
    span = span_of(2018, key, starts_in)
    assert (span.label, span.first, span.last) == (label, first, last)
    assert span.until(DAY(2018, 9, 30)).last == min(DAY(2018, 9, 30), last)


def test_a_whole_programme_runs_from_its_start():
    span = whole(DAY(2018, 10, 22), DAY(2020, 1, 1), 9)
    assert (span.year, span.first, span.last) == (2018, DAY(2018, 10, 22), DAY(2020, 1, 1))


# --- the page -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", [URL, f"{URL}frozen/", "/outreach/scheme/"])
def test_summaries_are_the_district_s(cast, url):
    for who in ("district", "leader", "auditor"):
        assert getattr(cast, who).get(url).status_code == 200
    for who in ("group", "school", "stranger", "judge", "outreach", "host", "volunteer"):
        assert getattr(cast, who).get(url).status_code == 404
    assert cast.anonymous.get(url).status_code == 302
    assert cast.district.post(url).status_code == 405


def test_steps_are_posted_by_those_who_may(cast):
    assert cast.district.get(f"{URL}print/").status_code == 405
    assert cast.district.get(f"{URL}freeze/").status_code == 405
    for who in ("leader", "auditor", "group", "school", "outreach", "host"):
        assert getattr(cast, who).post(f"{URL}freeze/", query(cast)).status_code == 404
    assert cast.outreach.post(f"{URL}print/", query(cast)).status_code == 404


def test_every_figure_says_its_scope_and_its_cut_off(cast, trip):
    page = words(cast.district.get(URL, query(cast)))
    rows = page.partition("<tbody>")[2].partition("</tbody>")[0]
    assert rows.count("2019-08-31") == rows.count("第一批老校长下乡") == rows.count("<tr>") == 22
    assert ">77</td>" in rows
    assert "统计截止：2019年8月31日" in page
    early = words(cast.district.get(URL, query(cast, until="2019-03-01")))
    assert (">77</td>" in early, "2019-03-01" in early) == (False, True)


def test_a_pair_and_a_school_are_scopes_of_their_own(cast, trip):
    other = make_pairing(programme=cast.home.pairing.programme)
    for scope, seen in (
        (f"pairing-{cast.home.pairing.pk}", True),
        (f"pairing-{other.pk}", False),
        (f"host-{trip.host_school.pk}", True),
        (f"host-{other.partnerships.first().host_school.pk}", False),
    ):
        page = words(cast.district.get(URL, query(cast, scope=scope)))
        assert (">77</td>" in page) is seen


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"until": "2018-08-31"}, "统计截止不能更早"),
        ({"until": "2999-01-01"}, "统计截止不能晚于今天"),
        ({"until": "昨天"}, "输入一个有效的日期"),
        ({"scope": "programme-0"}, "选择一个有效的选项"),
        ({"year": "1066"}, "选择一个有效的选项"),
    ],
)
def test_an_odd_query_gets_a_sentence(cast, changes, said):
    answer = cast.district.get(URL, query(cast, **changes))
    assert (answer.status_code, said in words(answer)) == (422, True)


def test_another_district_s_programme_is_no_scope(cast):
    other = make_programme(district=make_district(full_name="邻区教委", short_name="邻区"), name="邻区项目")
    answer = cast.district.get(URL, query(cast, scope=f"programme-{other.pk}"))
    assert (answer.status_code, "邻区项目" in words(answer)) == (422, False)


def test_the_page_costs_the_same_at_one_and_three_rows(cast, trip):
    url = f"{URL}?scope=programme-{cast.home.pairing.programme.pk}&year=2018&term=year"
    make_event(programme=cast.home.pairing.programme)
    once = count_queries(cast.district, url)
    for number in (1, 2):
        make_trip(pairing=make_pairing(programme=trip.pairing.programme), status=C, number=number)
        make_event(programme=cast.home.pairing.programme)
    assert once == count_queries(cast.district, url) == 17


# --- on paper -----------------------------------------------------------------------------------------------


@pytest.mark.skipif(pdf.available() is not None, reason="no pango here")
def test_the_print_is_an_official_document_and_leaves_a_line(cast, trip):
    answer = cast.leader.post(f"{URL}print/", {**query(cast), **TEXTS})
    assert b"".join(answer.streaming_content)[:4] == b"%PDF"
    line = AuditEvent.objects.get(action="list.export")
    assert line.changes["table"] == "2018—2019学年老校长下乡工作总结（第一批老校长下乡）"


def test_a_fault_keeps_what_was_typed(cast):
    answer = cast.district.post(f"{URL}print/", {**query(cast), **TEXTS, "work": "字" * 2001})
    assert (answer.status_code, "字" * 2001 in words(answer), "路远。" in words(answer)) == (422, True, True)
    answer = cast.district.post(f"{URL}print/", {**query(cast, until="2018-01-01"), **TEXTS})
    assert (answer.status_code, "统计截止不能更早" in words(answer)) == (422, True)


# --- freezing -----------------------------------------------------------------------------------------------


def freeze(cast, **changes):
    return cast.district.post(f"{URL}freeze/", {**query(cast), **TEXTS, "confirmed": "on", **changes})


def test_a_frozen_summary_stays_what_it_was(cast, trip):
    answer = freeze(cast)
    assert answer.status_code == 302
    later = make_trip(
        pairing=cast.home.pairing, status=C, number=2, from_on=DAY(2019, 5, 6), lessons_observed=900
    )
    trip.lessons_observed = 1
    trip.save()
    page = words(cast.district.get(answer["Location"]))
    assert (">77</td>" in page, ">901</td>" in page, "由district先生封存" in page) == (True, False, True)
    assert ("四位老校长每月下校。" in page, later.pk is None, "总结文字" in page) == (True, False, False)
    assert ">901</td>" in words(cast.district.get(URL, query(cast, scope=f"pairing-{cast.home.pairing.pk}")))
    line = AuditEvent.objects.get(action="frozentable.freeze")
    assert (line.actor_label, line.district, line.changes["as_of_on"]) == (
        "district先生",
        cast.home.district,
        [None, "2019-08-31"],
    )
    rows = FrozenTable.objects.order_by("position")
    key = f"programme-{cast.home.pairing.programme.pk}-year"
    assert [(one.report, one.year, one.key, one.as_of_on) for one in rows] == [
        ("outreach_summary", 2018, f"{key}{end}", DAY(2019, 8, 31)) for end in ("", "-texts", "-scheme")
    ]
    assert rows[0].rules.startswith("范围：第一批老校长下乡；统计时段：2018年9月1日至2019年8月31日")


def test_the_frozen_print_holds_the_stored_figures_and_scheme(cast, trip):
    freeze(cast)
    key = f"programme-{cast.home.pairing.programme.pk}-year"
    Trip.objects.filter(pk=trip.pk).update(lessons_observed=1)
    make_trip(pairing=cast.home.pairing, status=C, number=2, from_on=DAY(2019, 5, 6))
    kept = stored(cast.users.district, 2018, key)
    assert [row.cells[2] for row in kept.figures.rows if row.cells[1] == "下校：听课"] == [77]
    assert sum(row.cells[5] for row in kept.scheme.rows) == 1
    if pdf.available() is None:
        answer = cast.auditor.post(f"{URL}print/", query(cast))
        assert b"".join(answer.streaming_content)[:4] == b"%PDF"


def test_freezing_needs_the_tick_and_the_main_work_and_happens_once(cast, trip):
    for changes, said in (
        ({"confirmed": ""}, "请核对数字和文字，勾选以后再封存"),
        ({"work": ""}, "请填写“主要工作”"),
    ):
        answer = freeze(cast, **changes)
        assert (answer.status_code, said in words(answer), "路远。" in words(answer)) == (422, True, True)
    assert FrozenTable.objects.count() == 0
    assert freeze(cast).status_code == 302
    again = freeze(cast, until="2019-06-30")
    assert (again.status_code, "已经封存" in words(again)) == (422, True)
    assert (FrozenTable.objects.count(), AuditEvent.objects.filter(action="frozentable.freeze").count()) == (
        3,
        1,
    )
    assert freeze(cast, term="term1", until="2019-01-31").status_code == 302


def test_the_whole_of_a_programme_is_frozen_anew_at_every_cut_off(cast, trip):
    """A programme that runs on has a whole at each cut-off date: none stands in another's place."""
    early, late = (query(cast, term="whole", until=day) for day in ("2019-08-31", "2021-08-31"))
    answer = freeze(cast, **early)
    assert (answer.status_code, freeze(cast, **early).status_code) == (302, 422)
    assert "由district先生封存" in words(cast.district.get(answer["Location"]))
    make_trip(pairing=cast.home.pairing, status=C, number=2, from_on=DAY(2020, 10, 13), lessons_observed=900)
    page = words(cast.district.get(URL, late))
    assert (">977</td>" in page, ">77</td>" in page, "先生封存" in page) == (True, False, False)
    assert freeze(cast, **late).status_code == 302
    assert (FrozenTable.objects.count(), AuditEvent.objects.filter(action="frozentable.freeze").count()) == (
        6,
        2,
    )
    Trip.objects.update(lessons_observed=1)
    listed = words(cast.leader.get(f"{URL}frozen/"))
    links = [unescape(one) for one in re.findall(r'href="([^"]*term=whole[^"]*)"', listed)]
    opened = [words(cast.leader.get(link)) for link in links]
    said = (("2021-08-31", ">977</td>"), ("2019-08-31", ">77</td>"))
    assert [[day in one and seen in one for day, seen in said] for one in opened] == [
        [True, False],
        [False, True],
    ]
    assert ["由district先生封存" in one for one in opened] == [True, True]


def test_two_who_freeze_at_once_are_told(cast, trip):
    programme = cast.home.pairing.programme
    scope = Scope("programme", programme, programme.name)
    summary = summarise(cast.users.district, scope, span_of(2018, "year", 9), DAY(2019, 8, 31))
    freeze_summary(summary, TEXTS, by=cast.users.district, at=NOW)
    with pytest.raises(Refused, match="本年度的这张表已封存"):
        freeze_summary(summary, TEXTS, by=cast.users.district, at=NOW)
    for who in ("leader", "outreach", "host", "school"):
        with pytest.raises(Refused, match="不在您的职责范围内"):
            freeze_summary(summary, TEXTS, by=getattr(cast.users, who), at=NOW)
    assert AuditEvent.objects.count() == 1


def test_frozen_summaries_are_listed_and_another_district_sees_none(cast, trip):
    assert "还没有封存的总结" in words(cast.district.get(f"{URL}frozen/"))
    freeze(cast)
    once = count_queries(cast.district, f"{URL}frozen/")
    freeze(cast, term="term2")
    freeze(cast, scope=f"host-{trip.host_school.pk}")
    page = words(cast.leader.get(f"{URL}frozen/"))
    assert ("共 3 份" in page, "2018—2019学年第二学期老校长下乡工作小结" in page) == (True, True)
    assert once == count_queries(cast.district, f"{URL}frozen/") == 5
    link = f"scope=host-{trip.host_school.pk}&amp;year=2018&amp;term=year"
    assert link in page
    assert frozen_texts(cast.users.district, 2018)["problems"] == "路远。"
    assert frozen_texts(cast.users.school, 2018) == {}


# --- the scheme ---------------------------------------------------------------------------------------------


def test_the_scheme_says_every_line_with_its_number_of_confirmed_trips(cast, trip):
    stray = make_host_school(name="没有协议的学校", region="承德")
    make_trip(pairing=cast.home.pairing, host_school=stray, status=C, number=2, from_on=DAY(2019, 5, 6))
    make_trip(pairing=cast.home.pairing, status=Trip.Status.SUBMITTED, number=3, from_on=DAY(2019, 6, 6))
    page = words(cast.district.get("/outreach/scheme/?year=2018"))
    assert f"周校长到示例山区{trip.host_school.name} 1次" in page
    assert "周校长到承德没有协议的学校 1次" in page
    other = cast.home.pairing.partnerships.order_by("pk").last().host_school
    assert f"周校长到示例山区{other.name} 0次" in page
    assert "本年度没有结对" in words(cast.district.get("/outreach/scheme/?year=2012"))


def test_the_scheme_s_drawing_escapes_names(cast):
    partners = list(cast.home.pairing.partnerships.select_related("host_school", "pairing"))
    partners[0].host_school.name = "<script>" + "长" * 45
    svg = scheme_chart(
        scheme_table(partners, [], keep(cast.users.district, Period.of(2018)), district="示例区")
    )
    assert ("<script>" in svg, "&lt;script&gt;" in svg, "…" in svg, "示例区" in svg) == (
        False,
        True,
        True,
        True,
    )


def test_a_page_without_a_programme_says_so(cast):
    cast.home.pairing.partnerships.all().delete()
    programme = cast.home.pairing.programme
    cast.home.pairing.delete()
    programme.delete()
    for host in cast.home.district.host_schools.all():
        host.delete()
    assert "还没有老校长下乡项目" in words(cast.district.get(reverse("outreach-summary")))
