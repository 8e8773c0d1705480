"""What confirmed trips and teaching events come to: one way of adding up for every report.

人 are persons counted once, 人次 places taken, 场次 lectures, 节 lessons, 天 stays in half days: none is ever
added to another. A trip that no host school confirmed is in none of them.
"""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from guanweihui.tables import Cell
from outreach.models import Lesson, TeachingEvent, Trip

Kind = Lesson.Kind


@dataclass(frozen=True)
class Trips:
    """The sums of some confirmed trips; `people` counts each traveller once, `places` each place taken."""

    trips: int = 0
    half_days: int = 0
    people: int = 0
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
    def days(self) -> Decimal:
        """Return the stays in days; a half day is 0.5."""
        return Decimal(self.half_days) / 2


SUMMED = (
    "half_days",
    "lessons_observed",
    "lessons_reviewed",
    "lessons_taught",
    "lectures",
    "lecture_attendances",
    "research_sessions",
    "mentor_pairs",
    "materials_yuan",
)


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


def confirmed_trips(actor: Any, first: datetime.date, last: datetime.date) -> list[Trip]:
    """Read the confirmed trips that end between two days, with travellers and needs; three queries."""
    trips = Trip.objects.visible_to(actor).confirmed().within(first, last)
    return list(
        trips.select_related("pairing", "host_school")
        .prefetch_related("members", "needs")
        .order_by("to_on", "pk")
    )


def events_begun(actor: Any, first: datetime.date, last: datetime.date) -> list[TeachingEvent]:
    """Read the events that begin between two days, with their needs; two queries."""
    events = TeachingEvent.objects.visible_to(actor).within(first, last)
    return list(events.prefetch_related("needs").order_by("from_on", "pk"))


def items_of(actor: Any, first: datetime.date, last: datetime.date) -> list[Lesson]:
    """Read the items of the events that begin between two days; two queries."""
    return list(Lesson.objects.visible_to(actor).within(first, last).for_list())


def add_trips(trips: Iterable[Trip]) -> Trips:
    """Add up confirmed trips; raises ValueError for one that is not confirmed."""
    rows = list(trips)
    if any(one.status != Trip.Status.CONFIRMED for one in rows):
        raise ValueError("an unconfirmed trip is never summed")
    members = [member for one in rows for member in one.members.all()]
    return Trips(
        trips=len(rows),
        people=len({member.person_id for member in members}),
        places=len(members),
        **{name: sum(getattr(one, name) for one in rows) for name in SUMMED},
    )


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
