"""What confirmed trips and teaching events come to: one way of adding up for every report.

人 are persons counted once, 人次 places taken, 场次 lectures, 节 lessons, 天 stays in half days: none is ever
added to another. A trip that no host school confirmed is in none of them.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from guanweihui.tables import Cell
from outreach.models import Lesson, TeachingEvent, Trip, TripMember
from outreach.models.trips import FIELD_BITS

Kind = Lesson.Kind


@dataclass(frozen=True)
class Trips:
    """The sums of some confirmed trips; `places` counts each place taken, `people` each traveller once."""

    trips: int = 0
    half_days: int = 0
    travellers: frozenset[int] = frozenset()
    places: int = 0
    lessons_observed: int = 0
    lessons_reviewed: int = 0
    lessons_taught: int = 0
    lectures: int = 0
    lecture_attendances: int = 0
    research_sessions: int = 0
    mentor_pairs: int = 0
    materials_yuan: int = 0

    @property
    def people(self) -> int:
        return len(self.travellers)

    @property
    def days(self) -> Decimal:
        """Return the stays in days; a half day is 0.5."""
        return Decimal(self.half_days) / 2


#: What adds up by itself; travellers do not: one of two trips is one person.
ADDED = tuple(field.name for field in fields(Trips) if field.name != "travellers")


@dataclass(frozen=True)
class Work:
    """The confirmed trips of one pair to one school that answer needs of the same fields, added up."""

    pairing_id: int
    programme_id: int
    host_school_id: int
    fields: frozenset[str]
    sums: Trips


@dataclass(frozen=True)
class Events:
    """The sums of some teaching events and of items of theirs.

    `held_at` are the schools of the items, each once; `named` the radiated schools with a name, each once;
    `unnamed` the number given for those without one, which is never added to them.
    """

    events: int = 0
    lessons: int = 0
    reviews: int = 0
    lectures: int = 0
    attendances: int = 0
    held_at: int = 0
    named: int = 0
    unnamed: int = 0

    @property
    def unnamed_words(self) -> str:
        return f"另有{self.unnamed}校，未具名" if self.unnamed else "没有未具名的学校"


def work_done(actor: Any, first: datetime.date, last: datetime.date) -> list[Work]:
    """Add up the confirmed trips that end between two days, in the database; two queries."""
    trips = Trip.objects.visible_to(actor).confirmed().within(first, last)
    places: dict[tuple[int, int, int], dict[int, int]] = defaultdict(dict)
    for row in TripMember.objects.visible_to(actor).of_trips(trips).by_work():
        places[row["pairing"], row["host_school"], row["answered"]][row["person"]] = row["places"]
    return [
        _work(row, places[row["pairing"], row["host_school"], row["answered"]]) for row in trips.by_work()
    ]


def _work(row: dict[str, Any], places: dict[int, int]) -> Work:
    summed = {key.removeprefix("sum_"): value for key, value in row.items() if key.startswith("sum_")}
    sums = Trips(trips=row["trips"], travellers=frozenset(places), places=sum(places.values()), **summed)
    answered = frozenset(field for field, bit in FIELD_BITS.items() if row["answered"] & bit)
    return Work(row["pairing"], row["programme"], row["host_school"], answered, sums)


def events_begun(actor: Any, first: datetime.date, last: datetime.date) -> list[TeachingEvent]:
    """Read the events that begin between two days, with their needs; two queries."""
    events = TeachingEvent.objects.visible_to(actor).within(first, last)
    return list(events.prefetch_related("needs").order_by("from_on", "pk"))


def items_of(actor: Any, first: datetime.date, last: datetime.date) -> list[Lesson]:
    """Read the items of the events that begin between two days; two queries."""
    return list(Lesson.objects.visible_to(actor).within(first, last).for_sums())


def add_trips(work: Iterable[Work]) -> Trips:
    """Add up work that was done; a traveller of several trips is one person."""
    sums = [one.sums for one in work]
    travellers = frozenset().union(*(one.travellers for one in sums))
    return Trips(travellers=travellers, **{name: sum(getattr(one, name) for one in sums) for name in ADDED})


def add_events(events: Sequence[TeachingEvent], items: Iterable[Lesson]) -> Events:
    """Add up events and items of them; a paired lesson counts as one lesson (节), both teachers together."""
    rows = list(items)
    return Events(
        events=len(events),
        lessons=sum(one.kind == Kind.PAIRED for one in rows),
        reviews=sum(one.kind == Kind.LESSON_REVIEW for one in rows),
        lectures=sum(one.kind == Kind.LECTURE for one in rows),
        attendances=sum(one.attendances for one in rows),
        held_at=len({one.host_school_id for one in rows}),
        named=len({school.pk for one in rows for school in one.radiated.all()}),
        unnamed=sum(one.radiated_unnamed for one in rows),
    )


def work_lines(trips: Trips, events: Events) -> Iterator[tuple[str, str, str, Cell]]:
    """Yield (part, label, unit, value) of every figure of the work, in the order of the city's form."""
    yield "下校", "下校次数", "次", trips.trips
    yield "下校", "下校天数", "天", days_cell(trips.days)
    yield "下校", "下校人数", "人", trips.people
    yield "下校", "下校人次", "人次", trips.places
    yield "下校", "听课", "节", trips.lessons_observed
    yield "下校", "评课", "节", trips.lessons_reviewed
    yield "下校", "上课", "节", trips.lessons_taught
    yield "下校", "讲座", "场次", trips.lectures
    yield "下校", "讲座参加人次", "人次", trips.lecture_attendances
    yield "下校", "教研", "次", trips.research_sessions
    yield "下校", "师徒结对", "对", trips.mentor_pairs
    yield "下校", "赠送物资折合", "元", trips.materials_yuan
    yield "送教", "送教活动", "次", events.events
    yield "送教", "同课异构", "节", events.lessons
    yield "送教", "评课", "次", events.reviews
    yield "送教", "学科讲座", "场次", events.lectures
    yield "送教", "送教参加人次", "人次", events.attendances
    yield "送教", "活动学校", "所", events.held_at
    yield "送教", "辐射学校（有校名，去重）", "所", events.named
    yield "送教", "辐射学校（未具名，只报数目）", "所", events.unnamed


def days_cell(days: Decimal) -> Cell:
    """Write days as they are said: 3, or 0.5 with the half."""
    return int(days) if days == int(days) else f"{days:.1f}"
