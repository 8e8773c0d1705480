"""The last days kept on a file: of service and of a call. Every step that changes one notes it."""

import datetime

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from guanweihui.figures import Period
from guanweihui.imports.resources import digest_of
from guanweihui.scope import System
from guanweihui.workflow import Refused
from members.lately import note_services
from members.models import Person, ServiceKind, ServiceRecord
from members.reports import serving
from members.workflow.merging import merge, unmerge
from members.workflow.service import confirm, record_attended, strike
from members.workflow.service_sheets import Entry, enter_sheet
from members.workflow.serving import ask_people
from tests.factories import make_person
from tests.members.certificates_rows import make_call
from tests.members.service_rows import AT, DAY, make_claim, make_record, make_sheet
from tests.races import race

A_DAY = datetime.timedelta(days=1)
EARLIER = DAY - A_DAY
REASON = "登记有误，已与学校核对"


def last_days(*people) -> list[datetime.date | None]:
    found = dict(Person._base_manager.values_list("pk", "last_served_on"))
    return [found[one.pk] for one in people]


@pytest.fixture
def person(cast):
    return make_person(school=cast.home.school)


# --- steps ----------------------------------------------------------------------------------------------


def test_a_claim_counts_from_its_confirmation_on(cast, person):
    claim = make_claim(person=person)
    assert last_days(person) == [None]
    confirm(claim, by=cast.users.school, at=AT)
    assert last_days(person) == [DAY]


def test_an_earlier_day_confirmed_later_does_not_take_its_place(cast, person):
    make_record(person=person)
    confirm(make_claim(person=person, served_on=EARLIER), by=cast.users.school, at=AT)
    assert last_days(person) == [DAY]


def test_training_does_not_count(cast, person):
    confirm(make_claim(person=person, kind=ServiceKind.TRAINING), by=cast.users.school, at=AT)
    assert last_days(person) == [None]


def test_a_struck_day_gives_way_to_the_one_before_and_then_to_none(cast, person):
    first, second = make_record(person=person, served_on=EARLIER), make_record(person=person)
    strike(second, by=cast.users.district, at=AT, reason=REASON)
    assert last_days(person) == [EARLIER]
    strike(first, by=cast.users.district, at=AT, reason=REASON)
    assert last_days(person) == [None]


def test_everybody_on_a_sheet_is_noted(cast, person):
    other, absent = make_person(school=cast.home.school), make_person(school=cast.home.school)
    sheet = make_sheet(school=cast.home.school, people=[person, other, absent])
    entries = [Entry(person.pk, True, 4), Entry(other.pk, True, 4), Entry(absent.pk, False, 4)]
    enter_sheet(sheet, entries, by=cast.users.school, at=AT)
    assert last_days(person, other, absent) == [DAY, DAY, None]


def test_an_attested_day_is_noted(cast, person):
    values = {"person": person, "content": "老校长下乡", "served_on": DAY, "half_hours": 4}
    record_attended(values, by=cast.users.district, at=AT)
    assert last_days(person) == [DAY]


def test_a_merge_takes_the_later_day_along_and_its_end_brings_it_back(cast, person):
    other = make_person(school=cast.home.school, id_number="")
    make_record(person=person, served_on=EARLIER)
    make_record(person=other)
    make_call(other, asked_on=DAY)
    by = cast.users.district
    row = merge(person, other, by=by, at=AT, reason="已核实")
    person.refresh_from_db()
    assert (last_days(person, other), person.last_asked_on) == ([DAY, None], DAY)
    assert unmerge(row, by=by, at=AT, reason="合并错了") == []
    person.refresh_from_db()
    assert (last_days(person, other), person.last_asked_on) == ([EARLIER, DAY], None)


def test_whoever_is_asked_is_noted(cast, person):
    now = timezone.now()
    ask_people([person.pk], "读书活动评审", by=cast.users.district, at=now)
    person.refresh_from_db()
    assert person.last_asked_on == timezone.localdate(now)


def test_a_day_of_service_is_no_edit_of_the_file(cast, person):
    """The end of an import puts back what nobody wrote since, also when he served since."""
    before = digest_of(person)
    make_record(person=person)
    person.refresh_from_db()
    assert (person.last_served_on, digest_of(person)) == (DAY, before)


@pytest.mark.django_db(transaction=True)
def test_of_two_days_struck_at_once_none_is_left(cast):
    """Each step looks at the records when it holds the file, so the second one sees both."""
    person = make_person(school=cast.home.school)
    rows = [make_record(person=person, served_on=day) for day in (EARLIER, DAY)]
    steps = [lambda row=row: strike(row, by=cast.users.district, at=AT, reason=REASON) for row in rows]
    assert race(*steps) == ["won", "won"]
    assert last_days(person) == [None]


def test_a_record_that_a_merge_moved_meanwhile_is_not_struck(cast, person):
    other = make_person(school=cast.home.school, id_number="")
    old = make_record(person=other)
    merge(person, other, by=cast.users.district, at=AT, reason="已核实")
    with pytest.raises(Refused, match="刚被移到另一份档案"):
        strike(old, by=cast.users.district, at=AT, reason=REASON)
    assert last_days(person) == [DAY]


# --- what it is for ---------------------------------------------------------------------------------------

FIRST = datetime.date(2018, 9, 1)
days = st.integers(0, 60).map(lambda number: FIRST + datetime.timedelta(number))
served = st.lists(st.sets(days, max_size=3), min_size=1, max_size=4)


class ServedTests(TestCase):
    @settings(max_examples=40, deadline=None)
    @given(served, days, days)
    def test_who_served_between_two_days_is_who_has_a_record_there(self, served, one, other):
        """Whatever came after: the file is asked first, the records only where it does not tell."""
        first, last = sorted((one, other))
        people = [make_person(name=f"甲{number}") for number in range(len(served))]
        home = people[0].district
        Person.objects.update(district=home)
        for person, when in zip(people, served, strict=True):
            for day in when:
                ServiceRecord.objects.create(
                    person=person, district=home, served_on=day, half_hours=2, content="宣讲", claimed_at=AT,
                    status="CONFIRMED", confirmed_at=AT,
                )  # fmt: skip
        note_services([person.pk for person in people])
        asked = serving.Asked(Period(2018, first, last), first, 12)
        by = System(home)
        expected = {
            person.name for person, when in zip(people, served, strict=True) if when & span(first, last)
        }
        found = {
            state: set(serving.people_of(by, asked, state).values_list("name", flat=True))
            for state in ("served", "dormant")
        }
        assert found == {"served": expected, "dormant": {person.name for person in people} - expected}


def span(first: datetime.date, last: datetime.date) -> set[datetime.date]:
    return {first + datetime.timedelta(number) for number in range((last - first).days + 1)}
