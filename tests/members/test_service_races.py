"""Races of service hours on real threads: overlapping claims, one sheet entered twice, sheet numbers."""

import threading

import pytest
from django.db import connection

from guanweihui.models import AuditEvent
from members.models import Person, ServiceRecord, ServiceSheet
from members.workflow import service
from members.workflow.service import claim, confirm
from members.workflow.service_sheets import Entry, enter_sheet, open_sheet
from tests.factories import make_person
from tests.members.service_rows import AT, DAY, claim_of, make_claim, make_sheet, time
from tests.races import race

S = ServiceRecord.Status
TIMES = {"starts_at": time("09:00"), "ends_at": time("11:00")}
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def two_claims(cast):
    """Give two claims of one person that overlap, as a merge of two files leaves them behind."""
    person = make_person(school=cast.home.school)
    return [make_claim(person=person, **TIMES) for _ in range(2)]


def confirm_both(cast, claims):
    return race(*(lambda one=one: confirm(one, by=cast.users.school, at=AT) for one in claims))


def test_of_two_overlapping_claims_exactly_one_is_confirmed(cast, two_claims):
    assert confirm_both(cast, two_claims) == ["refused", "won"]
    assert sorted(ServiceRecord.objects.values_list("status", flat=True)) == [S.CLAIMED, S.CONFIRMED]
    assert AuditEvent.objects.count() == 1


def test_without_the_lock_both_are_confirmed(cast, two_claims, monkeypatch):
    """The control: lock off and the look taken before the other writes. Both win, so the race proves much.

    SQLite has one writer at a time whatever the code locks, so there the look itself is taken before.
    """
    met, fresh = threading.Barrier(2), service.others_of

    def look(row):
        if connection.vendor == "sqlite":
            return fresh(row).none()
        found = fresh(row)
        found.confirmed = lambda found=found: wait(list(type(found).confirmed(found)))
        return found

    def wait(rows):
        met.wait(timeout=10)
        return rows

    monkeypatch.setattr(service, "locked_person", lambda pk: Person._default_manager.get(pk=pk))
    monkeypatch.setattr(service, "others_of", look)
    assert confirm_both(cast, two_claims) == ["won", "won"]
    assert list(ServiceRecord.objects.values_list("status", flat=True)) == [S.CONFIRMED] * 2


def test_of_two_overlapping_claims_exactly_one_is_made(cast):
    person = make_person(school=cast.home.school)
    values = claim_of(person, **TIMES)
    told = race(*(lambda: claim(values, by=cast.users.school, at=AT) for _ in range(2)))
    assert told == ["refused", "won"]
    assert (ServiceRecord.objects.count(), AuditEvent.objects.count()) == (1, 1)


def test_a_sheet_entered_twice_at_once_writes_once(cast):
    people = [make_person(school=cast.home.school) for _ in range(3)]
    sheet = make_sheet(school=cast.home.school, people=people)
    entries = [Entry(one.pk, True, 4) for one in people]
    told = race(*(lambda: enter_sheet(sheet, entries, by=cast.users.school, at=AT) for _ in range(2)))
    assert told == ["won", "won"]
    assert (ServiceRecord.objects.count(), AuditEvent.objects.count()) == (3, 1)


def test_sheets_opened_at_once_get_numbers_of_their_own(cast):
    values = {"content": "宣讲", "place": "报告厅", "held_on": DAY, "school": cast.home.school, **TIMES}
    told = race(*(lambda: open_sheet(values, by=cast.users.school, at=AT) for _ in range(3)))
    assert told == ["won"] * 3
    numbers = sorted(ServiceSheet.objects.values_list("number", flat=True))
    assert numbers == ["QD20260001", "QD20260002", "QD20260003"]
