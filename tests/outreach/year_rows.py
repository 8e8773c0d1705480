"""A year of trips and teaching events as rows, with what must not be counted planted among it.

The school year 2018 runs from 1 September 2018 to 31 August 2019.
"""

import datetime
from types import SimpleNamespace

from outreach.models import HostSchool, Lesson, Need, Programme, Trip, TripMember
from tests.factories import make_event, make_host_school, make_pairing, make_person, make_visit
from tests.outreach.rows import make_need, make_traveller, make_trip

DAY = datetime.date
F, Kind, S = Need.Field, Lesson.Kind, Trip.Status
MORNING, AFTERNOON = Trip.Half.MORNING, Trip.Half.AFTERNOON
NONE = {
    "lessons_observed": 0,
    "lessons_reviewed": 0,
    "lessons_taught": 0,
    "lectures": 0,
    "lecture_attendances": 0,
    "research_sessions": 0,
    "mentor_pairs": 0,
    "materials_yuan": 0,
}


def make_year(cast) -> SimpleNamespace:
    """Make three pairs, the third of which did nothing; four confirmed trips and two events of the year."""
    programme = cast.home.pairing.programme
    Programme.objects.filter(pk=programme.pk).update(
        started_on=DAY(2018, 8, 1), city_principals=17, own_principals=4
    )
    programme.refresh_from_db()
    world = SimpleNamespace(programme=programme, a=cast.home.pairing)
    world.b = make_pairing(programme=programme, principal_name="吴校长", assistant_name="郑助理")
    world.c = make_pairing(programme=programme, principal_name="郑校长", assistant_name="")
    world.a1, world.a2 = (one.host_school for one in world.a.partnerships.order_by("kind"))
    world.b1, world.b2 = (one.host_school for one in world.b.partnerships.order_by("kind"))
    HostSchool.objects.filter(pk__in=[world.b1.pk, world.b2.pk]).update(region="承德")
    visit = make_visit(host_school=world.a1, programme=programme, needs=())
    world.needs = {field: make_need(visit=visit, field=field, text=f"{field.label}需求") for field in F}
    make_trips(world)
    make_events(world)
    return world


def trip(world, pairing, host, first, last, needs=(), **fields):
    numbers = TripMember.objects.filter(trip__pairing=pairing).count() + 1
    made = make_trip(
        pairing=pairing,
        host_school=host,
        from_on=first,
        to_on=last,
        number=numbers,
        **{"status": S.CONFIRMED, **NONE, **fields},
    )
    made.needs.set([world.needs[field] for field in needs])
    return made


def make_trips(world) -> None:
    a, b, a1, a2, b1, b2 = world.a, world.b, world.a1, world.a2, world.b1, world.b2
    full = {
        "lessons_observed": 6,
        "lessons_reviewed": 4,
        "lessons_taught": 1,
        "lectures": 1,
        "lecture_attendances": 40,
        "research_sessions": 2,
        "mentor_pairs": 3,
        "materials_yuan": 1200,
    }
    make_traveller(a)
    # 1: three days; two fields of need.
    trip(world, a, a1, DAY(2018, 11, 13), DAY(2018, 11, 15), (F.STAFF_BUILDING, F.CURRICULUM_REFORM), **full)
    # 2: one morning, two persons; no need.
    half = {"to_half": MORNING, "lessons_observed": 2, "lessons_reviewed": 2}
    second = trip(world, a, a2, DAY(2018, 12, 5), DAY(2018, 12, 5), **half)
    world.assistant = make_person(name="韩助理", is_volunteer=True)
    TripMember.objects.create(trip=second, person=world.assistant, position=1, number=1)
    # 3: from an afternoon to the next afternoon.
    work = {"lessons_observed": 5, "lessons_reviewed": 5, "lessons_taught": 2, "research_sessions": 1}
    talk = {"lectures": 2, "lecture_attendances": 120, "from_half": AFTERNOON}
    trip(world, b, b1, DAY(2019, 3, 12), DAY(2019, 3, 13), (F.STAFF_BUILDING,), **work, **talk)
    # 4: began in the year before, ended in this one: counts here.
    trip(world, a, a2, DAY(2018, 8, 30), DAY(2018, 9, 1), (F.SCHOOL_CULTURE,), lessons_observed=1)
    # What must not show: ended in the next year, is of the next year, or was never confirmed.
    trip(world, a, a1, DAY(2019, 8, 30), DAY(2019, 9, 1), (F.SCHOOL_MANAGEMENT,), lessons_observed=500)
    trip(world, b, b1, DAY(2019, 10, 10), DAY(2019, 10, 11), (F.SCHOOL_MANAGEMENT,), lessons_observed=700)
    for status in (S.SUBMITTED, S.RETURNED, S.VOID, S.DRAFT):
        fields = {"status": status, "lessons_observed": 1000, "materials_yuan": 9000}
        trip(world, b, b2, DAY(2019, 4, 2), DAY(2019, 4, 3), (F.SCHOOL_MANAGEMENT,), **fields)


def make_events(world) -> None:
    x, y = make_host_school(name="辐射一中"), make_host_school(name="辐射二中")
    a1, a2, b1, b2 = world.a1, world.a2, world.b1, world.b2
    spring = make_event(programme=world.programme, name="春季送教", lessons=0)
    spring.needs.add(world.needs[F.CURRICULUM_REFORM])
    winter = {"from_on": DAY(2018, 12, 20), "to_on": DAY(2018, 12, 21)}
    later = {"from_on": DAY(2019, 9, 5), "to_on": DAY(2019, 9, 6)}
    autumn = make_event(programme=world.programme, name="冬季送教", lessons=0, **winter)
    other = make_event(programme=world.programme, name="下一年送教", lessons=0, **later)
    for event, day, host, kind, subject, people, named, unnamed in (
        (spring, DAY(2019, 4, 11), a1, Kind.PAIRED, "语文", 86, (a2, x), 5),
        (spring, DAY(2019, 4, 11), a1, Kind.LESSON_REVIEW, "语文", 86, (), 0),
        (spring, DAY(2019, 4, 12), b1, Kind.PAIRED, "数学", 92, (x,), 4),
        (spring, DAY(2019, 4, 13), b2, Kind.LECTURE, "数学", 130, (), 7),
        (autumn, DAY(2018, 12, 20), a1, Kind.PAIRED, "英语", 30, (y,), 0),
        (other, DAY(2019, 9, 5), a1, Kind.PAIRED, "英语", 999, (make_host_school(name="下年校"),), 99),
    ):
        lesson = Lesson.objects.create(
            event=event,
            held_on=day,
            host_school=host,
            kind=kind,
            subject=subject,
            attendances=people,
            radiated_unnamed=unnamed,
            local_teacher="赵本地",
            visiting_teacher="钱来访",
            research_officer="孙教研",
        )
        lesson.radiated.set(named)
