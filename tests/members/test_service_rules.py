"""The rules of service hours by their properties, the tiers, the figures, a person's hours."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanweihui import figures
from guanweihui.documents import sheets
from guanweihui.figures import Period
from guanweihui.workflow import Refused
from members.models import ServiceRecord, ServiceRule, StarTier
from members.reports.service import hours_of, service_facts, tier_of, tiers_on
from members.workflow.service_rules import (
    cap_fault,
    half_hours_of,
    overlap,
    overlap_fault,
    said,
    span_of,
    time_fault,
)
from tests.factories import make_district, make_person
from tests.members.service_rows import DAY, make_claim, make_record, make_tier

MINUTES = st.integers(0, 24 * 60 - 1)
INTERVALS = st.tuples(MINUTES, MINUTES).filter(lambda pair: pair[0] < pair[1])


def clock(minute: int) -> datetime.time:
    return datetime.time(minute // 60, minute % 60)


def between(begin: int, end: int, **fields) -> ServiceRecord:
    return ServiceRecord(served_on=DAY, content="宣讲", starts_at=clock(begin), ends_at=clock(end), **fields)


@given(INTERVALS, INTERVALS)
def test_two_records_overlap_when_they_share_a_minute(one, other):
    shared = set(range(*one)) & set(range(*other))
    first, second = between(*one), between(*other)
    assert overlap(first, second) == overlap(second, first) == bool(shared)
    assert (overlap_fault(first, [second]) is not None) == bool(shared)


@given(st.lists(MINUTES, min_size=2, unique=True))
def test_records_that_only_touch_never_overlap(cuts):
    cuts.sort()
    chain = [between(*pair) for pair in zip(cuts, cuts[1:], strict=False)]
    assert not any(overlap(one, other) for one in chain for other in chain if one is not other)


@given(INTERVALS)
def test_a_record_without_times_overlaps_nothing(one):
    assert not overlap(between(*one), ServiceRecord(served_on=DAY))


@given(st.decimals(allow_nan=True, allow_infinity=True, places=2) | st.decimals(-1, 30, places=3))
def test_hours_are_taken_exactly_when_they_are_half_hours_of_a_day(hours):
    right = hours.is_finite() and Decimal("0.5") <= hours <= 24 and hours * 2 == int(hours * 2)
    if right:
        assert half_hours_of(hours) == hours * 2
    else:
        with pytest.raises(Refused):
            half_hours_of(hours)


@given(st.integers(1, 48), INTERVALS)
def test_hours_never_pass_the_span_of_the_times(half_hours, pair):
    record = between(*pair, half_hours=half_hours)
    assert span_of(record.starts_at, record.ends_at) == (pair[1] - pair[0]) // 30
    assert (time_fault(record, DAY) is None) == (half_hours * 30 <= pair[1] - pair[0])


@given(
    st.lists(st.tuples(st.integers(1, 48), st.booleans())),
    st.integers(1, 48),
    st.integers(1, 48),
    st.booleans(),
)
def test_the_cap_holds_the_sum_of_a_day_and_training_only_where_it_counts(others, new, cap, counts):
    rule = ServiceRule(day_cap_half_hours=cap, training_counts=counts)
    before = [
        ServiceRecord(kind="TRAINING" if training else "SERVICE", half_hours=half)
        for half, training in others
    ]
    total = new + sum(half for half, training in others if counts or not training)
    fault = cap_fault(ServiceRecord(kind="SERVICE", half_hours=new), before, rule)
    assert (fault is None) == (total <= cap)
    if not counts:
        assert cap_fault(ServiceRecord(kind="TRAINING", half_hours=new), before, rule) is None


def test_hours_are_said_with_one_decimal():
    assert [said(number) for number in (0, 1, 4, 48)] == ["0.0", "0.5", "2.0", "24.0"]


TABLE = [StarTier(name=name, hours=hours) for name, hours in (("一", 100), ("二", 300), ("三", 600))]


@given(st.integers(0, 1400).map(lambda half: half / 2))
def test_the_tier_is_the_highest_reached(hours):
    reached = [tier for tier in TABLE if tier.hours <= hours]
    assert tier_of(hours, TABLE) == (reached[-1] if reached else None)


@pytest.mark.django_db
def test_the_newest_table_of_tiers_holds():
    district = make_district()
    make_tier()
    make_tier(name="二星级", hours=300)
    make_tier(name="一星级", hours=50, from_on=datetime.date(2026, 1, 1))
    make_tier(name="一星级", hours=1, district=make_district(full_name="他区"))
    days = [datetime.date(2019, 12, 31), datetime.date(2025, 12, 31), datetime.date(2026, 1, 1)]
    assert [[tier.hours for tier in tiers_on(district, day)] for day in days] == [[], [100, 300], [50]]


@pytest.mark.django_db
def test_a_person_s_hours_are_confirmed_and_tell_training_and_back_entries_apart():
    person = make_person()
    make_record(person=person, half_hours=3)
    make_record(person=person, half_hours=5, kind="TRAINING")
    make_record(person=person, half_hours=4, evidence="A", basis="签到册")
    make_record(person=person, half_hours=2, evidence="C", basis="本人说明")
    make_record(person=person, half_hours=9, served_on=DAY + datetime.timedelta(days=1))
    make_record(person=person, half_hours=9, status=ServiceRecord.Status.STRUCK)
    make_claim(person=person, half_hours=9)
    make_record(half_hours=9)
    hours = hours_of(person, day=DAY)
    assert hours == {"service": 4.5, "training": 2.5, "back": {"A": 2.0, "C": 1.0}}
    make_tier(hours=4)
    make_tier(name="二星级", hours=5)
    assert [(fact.label, fact.value) for fact in service_facts(person, day=DAY)] == [
        ("累计服务时间", "4.5 小时"),
        ("培训学习", "2.5 小时"),
        ("星级", "一星级"),
        ("其中补录", "甲（原始签到或照片） 2.0 小时；丙（本人说明） 1.0 小时"),
    ]


@pytest.mark.django_db
def test_the_figures_count_confirmed_service_of_the_period(cast):
    one, other = make_person(school=cast.home.school), make_person(school=cast.far.school)
    make_record(person=one, half_hours=3)
    make_record(person=one, half_hours=2, served_on=datetime.date(2025, 9, 1))
    make_record(person=other, half_hours=4, served_on=datetime.date(2026, 8, 31))
    make_record(person=other, half_hours=8, served_on=datetime.date(2026, 9, 1))
    make_record(person=other, half_hours=8, kind="TRAINING")
    make_claim(person=other, half_hours=8)
    names = ["service.people", "service.hours"]
    period = Period.of(2025)
    assert figures.values(names, cast.users.district, period) == {"service.people": 2, "service.hours": 4.5}
    assert figures.values(names, cast.users.school, period) == {"service.people": 1, "service.hours": 2.5}
    spread = figures.values_by_group(names, cast.users.district, period)
    assert [(one.name, dict(one.values)) for one in spread] == [
        (cast.home.group.short_name, {"service.people": 1, "service.hours": 2.5}),
        (cast.far.group.short_name, {"service.people": 1, "service.hours": 2.0}),
    ]


@given(st.integers(0, 300))
def test_every_expected_person_and_some_blank_rows_stand_on_the_paper(number):
    pages = sheets.paged(tuple((f"人{n}", "单位") for n in range(number)))
    lines = [line for page in pages for line in page]
    assert [line["number"] for line in lines] == list(range(1, len(lines) + 1))
    assert [line["name"] for line in lines[:number]] == [f"人{n}" for n in range(number)]
    assert len(lines) >= number + sheets.SPARE
    assert len(pages[0]) <= sheets.FIRST_PAGE
    assert all(0 < len(page) <= sheets.FURTHER_PAGE for page in pages[1:])
