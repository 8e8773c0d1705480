"""Races of trips on real threads: two that overlap, numbers of one person, one confirmed twice, an end."""

import datetime
import threading

import pytest
from django.db import connection

from guanweihui.models import AuditEvent
from members.models import Person, ServiceRecord
from outreach.models import Partnership, Trip, TripMember
from outreach.workflow import pairs
from outreach.workflow import trips as steps
from outreach.workflow import trips_rules as rules
from tests.outreach.pair_rows import end
from tests.outreach.rows import DAY
from tests.outreach.trips_rows import AT, entered, submitted
from tests.races import race

S = Trip.Status
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def two_trips(cast):
    """Give two drafts of one person on the same days, to the two schools of his pair."""
    schools = [one.host_school for one in cast.home.pairing.partnerships.order_by("pk")]
    return [entered(cast, host_school=school) for school in schools]


def submit_both(cast, trips):
    return race(*(lambda one=one: steps.submit(one, by=cast.users.outreach, at=AT) for one in trips))


def test_of_two_overlapping_trips_exactly_one_is_sent(cast, two_trips):
    assert submit_both(cast, two_trips) == ["refused", "won"]
    assert sorted(Trip.objects.values_list("status", flat=True)) == [S.DRAFT, S.SUBMITTED]
    assert AuditEvent.objects.filter(action="trip.submit").count() == 1


def test_without_the_lock_both_are_sent(cast, two_trips, monkeypatch):
    """The control: lock off and the look taken before the other writes. Both win, so the race proves much.

    SQLite has one writer at a time whatever the code locks, so there the look itself is taken before.
    """
    met, fresh = threading.Barrier(2), rules.others_of

    def unlocked(trip):
        keys = list(TripMember.objects.of(trip).values_list("person", flat=True))
        return list(Person._default_manager.filter(pk__in=keys))

    def look(trip, people):
        if connection.vendor == "sqlite":
            return []
        found = fresh(trip, people)
        met.wait(timeout=10)
        return found

    monkeypatch.setattr(rules, "lock_place", lambda trip: None)
    monkeypatch.setattr(rules, "lock_people", unlocked)
    monkeypatch.setattr(rules, "others_of", look)
    # Numbers would clash as they should: here only the stays count.
    monkeypatch.setattr(steps, "_give_numbers", lambda members: None)
    assert submit_both(cast, two_trips) == ["won", "won"]
    assert list(Trip.objects.values_list("status", flat=True)) == [S.SUBMITTED] * 2


def test_trips_sent_at_once_get_numbers_of_their_own(cast):
    days = [DAY + datetime.timedelta(days=7 * n) for n in range(3)]
    trips = [entered(cast, from_on=on, to_on=on) for on in days]
    assert submit_both(cast, trips) == ["won"] * 3
    assert sorted(TripMember.objects.values_list("number", flat=True)) == [1, 2, 3]


def test_a_trip_confirmed_twice_at_once_writes_its_hours_once(cast):
    trip = submitted(cast)
    said = {"version": trip.version, "name": "李主任"}
    told = race(*(lambda: steps.confirm(trip, **said, by=cast.users.host, at=AT) for _ in range(2)))
    assert told == ["refused", "won"]
    assert (ServiceRecord.objects.count(), AuditEvent.objects.filter(action="trip.confirm").count()) == (3, 1)


def test_a_trip_sent_while_its_agreement_ends_never_waits_for_a_school_without_one(cast):
    """Whichever comes first: the end sees the trip that waits, or the trip sees the end."""
    trip = entered(cast)
    partner = Partnership.objects.get(pairing=trip.pairing_id, host_school=trip.host_school_id)
    told = race(
        lambda: steps.submit(trip, by=cast.users.outreach, at=AT),
        lambda: end(partner, cast.users.district, on=trip.from_on),
    )
    assert told == ["refused", "won"]


def test_without_the_lock_it_is_sent_and_ended(cast, monkeypatch):
    """The control: nothing holds the pair, and each has looked before the other writes."""
    trip = entered(cast)
    partner = Partnership.objects.get(pairing=trip.pairing_id, host_school=trip.host_school_id)
    met = threading.Barrier(2)

    def look(*rows):
        if connection.vendor != "sqlite":
            met.wait(timeout=10)

    monkeypatch.setattr(rules, "lock_place", lambda one: None)
    monkeypatch.setattr(rules, "hold_place", look)
    monkeypatch.setattr(pairs, "stranded", look)
    told = race(
        lambda: steps.submit(trip, by=cast.users.outreach, at=AT),
        lambda: end(partner, cast.users.district, on=trip.from_on),
    )
    assert told == ["won", "won"]
