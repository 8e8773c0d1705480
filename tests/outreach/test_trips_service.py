"""What a confirmed trip does to its people's hours, and that figures hold confirmed trips alone."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from guanweihui import figures
from guanweihui.figures import Period
from guanweihui.models import AuditEvent
from guanweihui.todos import for_actor
from guanweihui.workflow import Refused
from members.models import ServiceRecord
from outreach.models import Trip, TripService
from outreach.models.trips import COUNTS
from outreach.workflow import trips as steps
from tests.factories import make_pairing, make_person
from tests.members.service_rows import make_record
from tests.outreach.rows import DAY, make_traveller, make_trip
from tests.outreach.trips_rows import AT, SCAN, confirmed, entered, submitted, values_of

S, R = Trip.Status, ServiceRecord.Status
pytestmark = pytest.mark.django_db
LATER = AT.replace(year=2020)


def day(n: int) -> datetime.date:
    return DAY + datetime.timedelta(days=n)


def hours():
    rows = ServiceRecord.objects.order_by("served_on", "person__name")
    return [(one.person.name, one.served_on, one.half_hours, one.status) for one in rows]


def faults():
    return [line.fault for line in TripService.objects.order_by("day__served_on", "member") if line.fault]


# --- records ------------------------------------------------------------------------------------------


def test_three_days_make_a_record_a_day_for_each_traveller_and_travel_none(cast):
    pairing = cast.home.pairing
    make_traveller(pairing)
    pairing.assistant = make_person(name="孙助理")
    pairing.save()
    confirmed(cast, days={day(0): 0, day(1): 11}, travel_hours=8)
    assert hours() == [
        (name, on, half_hours, R.CONFIRMED)
        for on, half_hours in ((day(1), 11), (day(2), 12))
        for name in ("周校长", "孙助理")
    ]
    row = ServiceRecord.objects.first()
    assert (row.content, row.place, row.school, row.claimed_as, row.confirmed_at) == (
        "老校长下乡：听课评课",
        cast.home.host.name,
        None,
        ServiceRecord.Claimant.DISTRICT,
        AT,
    )
    assert (row.evidence, row.basis) == ("", "")
    assert TripService.objects.exclude(record=None).count() == 4
    counts = {
        action: AuditEvent.objects.filter(action=action).count()
        for action in ("trip.confirm", "servicerecord.attend")
    }
    assert counts == {"trip.confirm": 1, "servicerecord.attend": 4}


def test_days_of_an_earlier_year_are_back_entries_with_their_grade(cast):
    trip = submitted(cast)
    steps.confirm(trip, version=trip.version, name="李主任", by=cast.users.host, at=LATER)
    row = ServiceRecord.objects.first()
    assert (row.evidence, row.status) == ("B", R.CONFIRMED)
    assert row.basis == f"下校记录：{cast.home.host.name} 2019-03-12，李主任在线确认"
    other = submitted(cast, from_on=day(5), to_on=day(5))
    steps.confirm(other, version=other.version, name="李主任", scan=SCAN, by=cast.users.district, at=LATER)
    sheet = ServiceRecord.objects.get(served_on=day(5))
    assert (sheet.evidence, sheet.confirmed_by) == ("A", cast.users.district)
    assert "盖章确认单（李主任）" in sheet.basis


def test_where_a_rule_refuses_the_trip_stands_and_says_why(cast):
    principal = make_traveller(cast.home.pairing)
    make_record(person=principal, served_on=day(1), half_hours=8)
    trip = confirmed(cast)
    assert trip.status == S.CONFIRMED
    assert ["每人每日最多计 8.0 小时，这一天已有 4.0 小时" in fault for fault in faults()] == [True]
    assert TripService.objects.missing().count() == 1
    principal.refresh_from_db()
    assert ServiceRecord.objects.filter(person=principal).count() == 3


def test_who_is_no_volunteer_gets_no_hours_until_the_office_tries_again(cast):
    principal = make_traveller(cast.home.pairing, is_volunteer=False)
    trip = confirmed(cast)
    assert (hours(), ["没有登记为志愿者" in fault for fault in faults()]) == ([], [True] * 3)
    assert steps.retry(trip, by=cast.users.district, at=AT) == 0
    principal.is_volunteer = True
    principal.save()
    assert steps.retry(trip, by=cast.users.district, at=AT) == 3
    assert (len(hours()), faults()) == (3, [])
    assert AuditEvent.objects.filter(action="trip.retry").count() == 2
    with pytest.raises(Refused, match="都已记入"):
        steps.retry(trip, by=cast.users.district, at=AT)
    with pytest.raises(Refused, match="不在您的职责范围内"):
        steps.retry(trip, by=cast.users.outreach, at=AT)
    with pytest.raises(Refused, match="没有服务时间可以记入"):
        steps.retry(submitted(cast, from_on=day(9), to_on=day(9)), by=cast.users.district, at=AT)


@pytest.mark.parametrize(("step", "status"), [(steps.reopen, S.RETURNED), (steps.void, S.VOID)])
def test_a_trip_that_counts_no_longer_strikes_its_hours(cast, step, status):
    trip = confirmed(cast)
    done = step(trip, reason="登记有误", by=cast.users.district, at=AT)
    assert (done.status, [one[3] for one in hours()]) == (status, [R.STRUCK] * 3)
    assert done.members.get().number == 1
    assert AuditEvent.objects.filter(action="servicerecord.strike").count() == 3
    assert TripService.objects.count() == (0 if status == S.RETURNED else 3)


def test_a_trip_opened_again_comes_back_with_other_days(cast):
    trip = steps.reopen(confirmed(cast), reason="日期有误", by=cast.users.district, at=AT)
    assert (trip.proof, trip.confirmer_name, trip.confirmed_at) == ("", "", None)
    values = values_of(cast.home.pairing, to_on=day(1))
    trip = steps.edit(trip, values, version=trip.version, by=cast.users.outreach, at=AT)
    steps.submit(trip, by=cast.users.outreach, at=AT)
    steps.confirm(trip, version=trip.version, name="李主任", by=cast.users.host, at=AT)
    assert [one[3] for one in hours()].count(R.CONFIRMED) == 2
    assert trip.members.get().number == 1


def test_a_record_struck_by_hand_is_left_alone(cast):
    from members.workflow.service import strike

    trip = confirmed(cast)
    strike(ServiceRecord.objects.first(), by=cast.users.district, at=AT, reason="重复")
    steps.void(trip, reason="重复", by=cast.users.district, at=AT)
    assert AuditEvent.objects.filter(action="servicerecord.strike").count() == 3


def test_a_refused_confirmation_writes_nothing(cast, monkeypatch):
    trip = submitted(cast)

    def fails(*args, **kwargs):
        raise Refused("磁盘已满。")

    monkeypatch.setattr(steps.files, "keep_scan", fails)
    with pytest.raises(Refused, match="磁盘已满"):
        steps.confirm(trip, version=trip.version, name="李主任", scan=SCAN, by=cast.users.district, at=AT)
    assert (Trip.objects.get().status, hours()) == (S.SUBMITTED, [])


def test_a_day_has_one_line_a_traveller(cast):
    trip = make_trip(pairing=cast.home.pairing, status=S.CONFIRMED)
    member, line = trip.members.get(), trip.days.first()
    TripService.objects.create(member=member, day=line, fault="没有登记为志愿者")
    with pytest.raises(IntegrityError), transaction.atomic():
        TripService.objects.create(member=member, day=line)


# --- figures ------------------------------------------------------------------------------------------

#: Three days with each count another number.
FULL = {name: n for n, name in enumerate(COUNTS, start=2)}
YEAR = Period.of(2018)


@pytest.fixture
def trips(cast):
    """Give two confirmed trips, one with two people, and one of each state that must not be counted."""
    pairing = cast.home.pairing
    first = make_trip(pairing=pairing, status=S.CONFIRMED, **FULL)
    make_trip(pairing=pairing, status=S.CONFIRMED, number=2, from_on=day(10), days=2, to_half=0, **FULL)
    first.members.create(person=make_person(name="孙助理"), position=1, number=1)
    for n, status in enumerate((S.DRAFT, S.SUBMITTED, S.RETURNED, S.VOID), start=3):
        make_trip(pairing=pairing, status=status, number=n, from_on=day(20 + 3 * n), **FULL)
    # Over the end of the year: it counts in the year of its end.
    make_trip(
        pairing=pairing, status=S.CONFIRMED, number=9, from_on=datetime.date(2019, 8, 31), days=2, **FULL
    )
    return first


def test_figures_hold_confirmed_trips_of_the_year_alone(cast, trips):
    names = [f"outreach.{name}" for name in ("trips", "trip_people", "trip_half_days", *COUNTS)]
    values = figures.values(names, cast.users.district, YEAR)
    hand = {"outreach.trips": 2, "outreach.trip_people": 2, "outreach.trip_half_days": 9}
    assert values == hand | {f"outreach.{name}": 2 * number for name, number in FULL.items()}
    assert figures.values(["outreach.trips"], cast.users.leader, Period.of(2019)) == {"outreach.trips": 1}


def test_each_figure_says_its_rule_and_unit():
    for name in ("trips", "trip_people", "trip_half_days", *COUNTS):
        figure = figures.get(f"outreach.{name}")
        assert "受援学校已确认" in figure.rule
        assert figure.url(YEAR).startswith("/outreach/trips/?figure=outreach.")
    units = [figures.get(f"outreach.{name}").unit for name in ("trips", "trip_people", "lecture_attendances")]
    assert units == ["次", "人", "人次"]


def test_the_totals_of_a_list_hold_confirmed_trips_alone(cast, trips):
    totals = Trip.objects.visible_to(cast.users.outreach).totals()
    assert totals == {"trips": 3, "half_days": 13} | {name: 3 * number for name, number in FULL.items()}
    assert Trip.objects.none().totals()["half_days"] == 0


def test_half_days_are_the_same_in_the_database(cast, trips):
    whole = sum(trip.half_days for trip in Trip.objects.confirmed())
    assert Trip.objects.all().totals()["half_days"] == whole == 13


# --- to-dos -------------------------------------------------------------------------------------------


def test_late_and_returned_trips_wait_for_the_office(cast):
    now = timezone.now()
    pairing, days = cast.home.pairing, datetime.timedelta(days=1)
    make_trip(pairing=pairing, submitted_at=now - 8 * days)
    make_trip(pairing=pairing, number=2, from_on=day(9), submitted_at=now - 6 * days)
    make_trip(pairing=pairing, number=3, from_on=day(19), status=S.RETURNED)
    make_trip(pairing=make_pairing(), number=4, status=S.CONFIRMED)
    found = [todo.title for todo in for_actor(cast.users.district, now) if "下校" in todo.title]
    assert found == [
        f"{cast.home.host.name}：周校长下校待确认 8 天，可打印确认单请学校盖章",
        f"{cast.home.host.name}：周校长的下校记录被退回，请核对后再提交",
    ]
    assert [todo for todo in for_actor(cast.users.leader, now) if "下校" in todo.title] == []


def test_the_office_s_entry_counts_as_the_principal_s(cast):
    make_traveller(cast.home.pairing)
    values = values_of(cast.home.pairing, behalf_basis="电话")
    trip = steps.enter(cast.home.pairing, values, by=cast.users.district, at=AT)
    steps.submit(trip, by=cast.users.district, at=AT)
    steps.confirm(trip, version=trip.version, name="李主任", by=cast.users.host, at=AT)
    assert len(hours()) == 3
    assert entered(cast, from_on=day(30), to_on=day(30)).members.get().number is None
