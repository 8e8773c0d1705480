"""Care and outings: no greeting to the dead, a sealed note, nobody along without his papers."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from guanweihui.models import AuditEvent
from guanweihui.workflow import Refused
from members.models import Care, Outing, OutingPlace, Person
from members.workflow import care as steps
from members.workflow import outings
from tests.cast import PLAYERS
from tests.factories import make_district, make_person, make_school
from tests.members.care_rows import PAPERS, make_care, make_outing, make_place
from tests.races import race

pytestmark = pytest.mark.django_db
AT = datetime.datetime(2018, 11, 20, 9, tzinfo=datetime.UTC)
DIED = datetime.date(2018, 6, 1)
Kind = Care.Kind


def trail(action):
    return list(AuditEvent.objects.filter(action=action).order_by("pk"))


def others(*able):
    return sorted(set(PLAYERS) - {*able, "anonymous"})


def given(person, by, **values):
    fields = {
        "person": person,
        "kind": Kind.VISIT,
        "given_on": datetime.date(2018, 11, 18),
        "visitors": "刘老师",
        "gift": "水果",
        "note": "独居",
    }
    return steps.give_care(fields | values, by=by, at=AT)


@pytest.mark.parametrize("who", ["district", "school"])
def test_care_is_entered_with_one_line_that_says_nothing_sealed(cast, who):
    person, by = make_person(school=cast.home.school), getattr(cast.users, who)
    care = given(person, by)
    assert (care.district, care.person, care.note, care.created_by) == (
        cast.home.district,
        person,
        "独居",
        by,
    )
    event = AuditEvent.objects.get()
    assert (event.action, event.changes) == (
        "care.give",
        {"kind": [None, "VISIT"], "given_on": [None, "2018-11-18"]},
    )


@pytest.mark.parametrize("who", others("district", "school"))
def test_nobody_else_enters_care_or_reads_its_note(cast, who):
    person, by = make_person(school=cast.home.school), getattr(cast.users, who)
    with pytest.raises(Refused):
        given(person, by)
    with pytest.raises(Refused):
        steps.reveal_note(make_care(person), by=by, at=AT, purpose="慰问前核对")
    assert (Care.objects.count(), AuditEvent.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    ("died_on", "kind", "given_on", "said"),
    [
        (DIED, Kind.BIRTHDAY, datetime.date(2018, 11, 18), "此后只能登记“吊唁”"),
        (DIED, Kind.FESTIVAL, DIED, "此后只能登记“吊唁”"),
        (None, Kind.CONDOLENCE, datetime.date(2018, 11, 18), "没有登记离世"),
        (None, Kind.VISIT, datetime.date(2018, 11, 21), "日期还没有到"),
    ],
)
def test_the_dead_get_condolences_and_the_living_none(cast, died_on, kind, given_on, said):
    person = make_person(school=cast.home.school, died_on=died_on)
    with pytest.raises(Refused, match=said):
        given(person, cast.users.district, kind=kind, given_on=given_on)
    assert (Care.objects.count(), AuditEvent.objects.count()) == (0, 0)


def test_condolences_and_what_was_given_before_a_death_are_entered(cast):
    person = make_person(school=cast.home.school, died_on=DIED)
    given(person, cast.users.district, kind=Kind.CONDOLENCE)
    given(person, cast.users.district, kind=Kind.ILLNESS, given_on=DIED - datetime.timedelta(days=1))
    assert Care.objects.count() == 2


def test_a_note_is_read_for_a_purpose_and_leaves_a_line(cast):
    care = make_care(make_person(school=cast.home.school))
    with pytest.raises(Refused, match="查看用途"):
        steps.reveal_note(care, by=cast.users.school, at=AT, purpose="看看")
    note = steps.reveal_note(care, by=cast.users.school, at=AT, purpose="走访前了解情况")
    event = AuditEvent.objects.get()
    assert (note, event.action, event.reason, event.changes) == (
        "腿脚不便，独居",
        "care.reveal",
        "走访前了解情况",
        {"fields": ["note"]},
    )


# --- outings ----------------------------------------------------------------------------------------------


VALUES = {
    "team": None,
    "name": "参观博物馆",
    "place": "示例博物馆",
    "held_on": datetime.date(2018, 12, 3),
    "meets_at": datetime.time(8, 30),
    "meeting_place": "教委门口",
    "contact": "刘老师",
    "contact_phone": "010-65000000",
    "capacity": 2,
    "minimum": 1,
}


def test_the_district_plans_an_outing_of_its_own(cast):
    outing = outings.open_outing(VALUES, by=cast.users.district, at=AT)
    assert (outing.district, outing.name, outing.capacity) == (cast.home.district, "参观博物馆", 2)
    assert [event.action for event in AuditEvent.objects.all()] == ["outing.open"]


@pytest.mark.parametrize("who", others("district"))
def test_nobody_else_takes_a_step_on_outings(cast, who):
    person, by = make_person(school=cast.home.school), getattr(cast.users, who)
    outing = make_outing(held_on=datetime.date(2018, 11, 20))
    place = make_place(outing, person, **PAPERS)
    tries = (
        lambda: outings.open_outing(VALUES, by=by, at=AT),
        lambda: outings.join(outing, make_person(school=cast.home.school), by=by, at=AT),
        lambda: outings.file_papers(place, PAPERS, by=by, at=AT),
        lambda: outings.mark_attended(place, by=by, at=AT),
        lambda: outings.leave(place, by=by, at=AT),
        lambda: outings.open_roster(outing, by=by, at=AT, purpose="带队人用"),
    )
    for attempt in tries:
        with pytest.raises(Refused):
            attempt()
    assert (Outing.objects.count(), OutingPlace.objects.count(), AuditEvent.objects.count()) == (1, 1, 0)


def test_places_are_taken_until_they_are_full(cast):
    outing = make_outing(capacity=2)
    first, second, third = (make_person(school=cast.home.school) for _ in range(3))
    outings.join(outing, first, by=cast.users.district, at=AT)
    with pytest.raises(Refused, match="已在名单中"):
        outings.join(outing, first, by=cast.users.district, at=AT)
    place = outings.join(outing, second, by=cast.users.district, at=AT)
    with pytest.raises(Refused, match="2 个名额已满"):
        outings.join(outing, third, by=cast.users.district, at=AT)
    outings.leave(place, by=cast.users.district, at=AT)
    outings.join(outing, third, by=cast.users.district, at=AT)
    assert set(outing.places.values_list("person", flat=True)) == {first.pk, third.pk}
    assert (len(trail("outingplace.join")), len(trail("outingplace.leave"))) == (3, 1)


@pytest.mark.parametrize("where", ["dead", "elsewhere"])
def test_the_dead_and_people_of_another_district_get_no_place(cast, where):
    if where == "dead":
        person = make_person(school=cast.home.school, died_on=DIED)
    else:
        person = make_person(school=make_school(district=make_district(full_name="别的区")))
    with pytest.raises(Refused, match="不能加入"):
        outings.join(make_outing(), person, by=cast.users.district, at=AT)
    assert OutingPlace.objects.count() == 0


@pytest.mark.parametrize(
    ("lacks", "said"),
    [
        ({"health_stated_on": None}, "健康声明"),
        ({"is_fit": False}, "健康状况适合参加"),
        ({"family_signed_on": None}, "家属签字"),
        ({"emergency_contact": ""}, "紧急联系人"),
    ],
)
def test_nobody_goes_without_his_papers(cast, lacks, said):
    outing = make_outing(held_on=datetime.date(2018, 11, 20))
    place = make_place(outing, make_person(school=cast.home.school), **{**PAPERS, **lacks})
    with pytest.raises(Refused, match=f"还缺：{said}"):
        outings.mark_attended(place, by=cast.users.district, at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        OutingPlace.objects.filter(pk=place.pk).update(attended=True)
    assert (list(OutingPlace.objects.cleared()), AuditEvent.objects.count()) == ([], 0)


def test_whoever_has_his_papers_goes_once_and_keeps_them(cast):
    outing = make_outing(held_on=datetime.date(2018, 11, 20))
    place = make_place(outing, make_person(school=cast.home.school))
    outings.file_papers(place, PAPERS, by=cast.users.district, at=AT)
    place = outings.mark_attended(place, by=cast.users.district, at=AT)
    with pytest.raises(Refused, match="已经登记参加"):
        outings.mark_attended(place, by=cast.users.district, at=AT)
    with pytest.raises(Refused, match="不能移出"):
        outings.leave(place, by=cast.users.district, at=AT)
    with pytest.raises(Refused, match="齐全后才能"):
        outings.file_papers(place, PAPERS | {"family_signed_on": None}, by=cast.users.district, at=AT)
    assert OutingPlace.objects.get().attended
    assert len(trail("outingplace.attend")) == 1
    filed = trail("outingplace.file_papers")
    assert [event.changes for event in filed] == [
        {"fields": [name for name in outings.PAPERS if name != "is_fit"]}
    ]


def test_nobody_has_gone_before_the_day(cast):
    place = make_place(
        make_outing(held_on=datetime.date(2018, 11, 21)), make_person(school=cast.home.school), **PAPERS
    )
    with pytest.raises(Refused, match="请在当天或以后"):
        outings.mark_attended(place, by=cast.users.district, at=AT)


def test_the_attendance_list_holds_only_who_has_all_papers(cast):
    outing = make_outing()
    able = make_place(outing, make_person(school=cast.home.school), **PAPERS)
    make_place(outing, make_person(school=cast.home.school), **PAPERS | {"is_fit": False})
    make_place(outing, make_person(school=cast.home.school))
    with pytest.raises(Refused, match="打印用途"):
        outings.open_roster(outing, by=cast.users.district, at=AT, purpose="用")
    places = outings.open_roster(outing, by=cast.users.district, at=AT, purpose="带队人用")
    assert [(place.pk, place.emergency_contact) for place in places] == [(able.pk, "李五湖")]
    event = AuditEvent.objects.get()
    assert (event.action, event.reason, event.changes) == (
        "outing.print_roster",
        "带队人用",
        {"rows": 1},
    )


def test_who_died_before_the_day_is_on_no_attendance_list(cast):
    outing = make_outing()
    alive, dead = (make_place(outing, make_person(school=cast.home.school), **PAPERS) for _ in range(2))
    Person.objects.filter(pk=dead.person_id).update(died_on=outing.held_on)
    places = outings.open_roster(outing, by=cast.users.district, at=AT, purpose="带队人用")
    assert [place.pk for place in places] == [alive.pk]
    listed = Outing.objects.for_list().get()
    assert (listed.taken, listed.cleared) == (2, 1)
    day = datetime.datetime.combine(outing.held_on, datetime.time(12), datetime.UTC)
    with pytest.raises(Refused, match="离世，不能登记参加"):
        outings.mark_attended(OutingPlace.objects.get(pk=dead.pk), by=cast.users.district, at=day)
    assert not OutingPlace.objects.filter(attended=True).exists()


def test_an_empty_attendance_list_is_not_printed(cast):
    outing = make_outing()
    make_place(outing, make_person(school=cast.home.school))
    with pytest.raises(Refused, match="还没有人材料齐全"):
        outings.open_roster(outing, by=cast.users.district, at=AT, purpose="带队人用")
    assert AuditEvent.objects.count() == 0


def test_the_room_of_an_outing_holds_its_minimum(cast):
    for wrong in ({"capacity": 3, "minimum": 4}, {"minimum": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            make_outing(**wrong)
    with pytest.raises(Refused, match="名额不能少于最少成行人数"):
        outings.open_outing(VALUES | {"minimum": 3}, by=cast.users.district, at=AT)


@pytest.mark.django_db(transaction=True)
def test_the_last_place_is_taken_once(cast):
    outing = make_outing(capacity=1)
    people = [make_person(school=cast.home.school) for _ in range(2)]

    def taker(person):
        return lambda: outings.join(outing, person, by=cast.users.district, at=timezone.now())

    assert race(*(taker(person) for person in people)) == ["refused", "won"]
    assert OutingPlace.objects.count() == 1
