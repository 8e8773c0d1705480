"""Who serves on a committee on a day, which seats stand empty, and what to look at before a term ends."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, Max, OuterRef, Q, Subquery, Value

from guanweihui.models import CollaborationGroup, District, School
from members.models import Appointment
from members.models.committees import level_of

Position = Appointment.Position
#: The seat whose holder leads a committee, by level.
HEADS = {"district": Position.DIRECTOR, "group": Position.GROUP_HEAD, "school": Position.DIRECTOR}
#: The seats that a unit of each level can have.
SEATS = {
    "district": tuple(one for one in Position if one != Position.GROUP_HEAD),
    "group": (Position.GROUP_HEAD, Position.DEPUTY_DIRECTOR, Position.COMMITTEE_MEMBER, Position.LIAISON),
    "school": tuple(one for one in Position if one != Position.GROUP_HEAD),
}
#: The seats that one person at a time holds.
SINGLE = frozenset({Position.DIRECTOR, Position.EXECUTIVE_DEPUTY, Position.GROUP_HEAD})
#: A term is five years; an executive deputy is normally not over seventy (the ministry's own 关工委).
TERM_YEARS, OLDEST_DEPUTY = 5, 70
#: A seat may stand empty for so many months before it is a to-do.
VACANT_MONTHS = 3


def committee_on(unit: Any, day: datetime.date) -> list[Appointment]:
    """Return who served a unit on `day`, heads first."""
    return list(Appointment.objects.committee_on(unit, day))


def head_of(unit: Any, day: datetime.date, *, position: int | None = None) -> Appointment | None:
    """Return the head who served that day, whom a form printed for that day shows; None when nobody did.

    The head is the 主任 of a district or school and the 协作组长 of a group; `position` asks for another
    seat. Of two whose terms hold the day, the latest begin wins; an unknown begin counts as begun.
    """
    seat = HEADS[level_of(unit)] if position is None else position
    return Appointment.objects.committee_on(unit, day).in_position(seat).first()


def months_from(day: datetime.date, months: int) -> datetime.date:
    """Return the same day so many months later (earlier below zero), at most the last day of that month."""
    month = day.year * 12 + day.month - 1 + months
    first = datetime.date(month // 12, month % 12 + 1, 1)
    following = (first + datetime.timedelta(days=31)).replace(day=1)
    return min(first + datetime.timedelta(days=day.day - 1), following - datetime.timedelta(days=1))


@dataclass(frozen=True)
class Vacancy:
    """A seat that has stood empty for more than three months; `last_on` is None when it never was filled."""

    level: str
    unit_pk: int
    unit: str
    code: str
    position: int
    last_on: datetime.date | None

    @property
    def label(self) -> str:
        return str(Position(self.position).label)

    @property
    def is_head(self) -> bool:
        return self.position == HEADS[self.level]


def vacancies(
    actor: Any, day: datetime.date, *, roles: Collection[str] | None = None, levels: Collection[str] = ()
) -> list[Vacancy]:
    """Return the empty seats of the schools and groups that the actor sees, in one query.

    A seat counts when nobody served on any day of the last three months: the last day of service must lie
    more than three months back. One that was never filled counts for the head alone, and only at a unit
    known to be older than that: many schools have no executive deputy at all.
    """
    seats = empty_seats(actor, day, roles=roles, levels=levels)
    queries = [_with_last_day(units, level, position, day) for level, position, units in seats]
    rows = queries[0].union(*queries[1:], all=True)
    return [Vacancy(*row[:6]) for row in sorted(rows, key=_in_order)]


def empty_seats(
    actor: Any, day: datetime.date, *, roles: Collection[str] | None = None, levels: Collection[str] = ()
) -> list[tuple[str, Appointment.Position, Any]]:
    """Return (level, seat, the units without it) for each seat that `vacancies()` looks after; no query."""
    asked = [
        (School, "school", Position.DIRECTOR),
        (School, "school", Position.EXECUTIVE_DEPUTY),
        (CollaborationGroup, "group", Position.GROUP_HEAD),
    ]
    return [
        (level, position, _without(model.objects.visible_to(actor, roles=roles), level, position, day))
        for model, level, position in asked
        if not levels or level in levels
    ]


def _in_order(row: tuple) -> tuple:
    level, pk, _, _, position, _, group, place = row
    return (level != "group", group, place, pk, position)


def _held(level: str, position: int) -> Any:
    """Return the appointments to a seat of the outer unit."""
    return Appointment.objects.filter(**{level: OuterRef("pk"), "position": position}).order_by()


def _without(units: Any, level: str, position: int, day: datetime.date) -> Any:
    """Keep the units whose seat stands empty."""
    limit, seats = months_from(day, -VACANT_MONTHS), _held(level, position)
    had = Q(Exists(seats.held_between(datetime.date.min, day)))
    if position == HEADS[level]:
        had |= Q(opened_on__lt=limit)
    return units.open_on(day).filter(had).exclude(Exists(seats.held_between(limit, day))).order_by()


def _with_last_day(units: Any, level: str, position: int, day: datetime.date) -> Any:
    """Select (level, pk, name, code, position, last day, group's place, place) of units without a seat."""
    begun = _held(level, position).held_between(datetime.date.min, day)
    last = begun.values(level).annotate(last=Max("to_on")).values("last")
    return units.annotate(
        v_level=Value(level),
        v_code=F("code") if level == "school" else Value(""),
        v_position=Value(position),
        v_last=Subquery(last),
        v_group=F("group__position" if level == "school" else "position"),
        v_place=F("position"),
    ).values_list("v_level", "pk", "short_name", "v_code", "v_position", "v_last", "v_group", "v_place")


def warnings_of(seat: Appointment, day: datetime.date) -> list[str]:
    """Say softly what a seat gives cause to look at: the term is over, an executive deputy is past 70."""
    said = []
    if seat.from_on and months_from(seat.from_on, 12 * TERM_YEARS) <= day:
        said.append("任期已满五年")
    born_on = seat.person.born_on if seat.person and seat.position == Position.EXECUTIVE_DEPUTY else None
    if born_on and months_from(born_on, 12 * (OLDEST_DEPUTY + 1)) <= day:
        said.append("常务副主任已超过 70 岁")
    return said


def left_office(seat: Appointment, unit: Any, day: datetime.date) -> str:
    """Say why a holder by office seems to hold that office no longer; empty when he does or nothing is known.

    A seat held by office is left when the office is (domain: post rules of the committees).
    """
    person = seat.person
    if not seat.is_by_office or person is None:
        return ""
    if person.died_on and person.died_on <= day:
        return "本人已离世"
    if person.retired_on and person.retired_on <= day:
        return "本人已退休"
    if isinstance(unit, School) and person.school_id != unit.pk:
        return "本人已不在本校"
    if seat.duty and person.duty and person.duty != seat.duty:
        return f"本人现任“{person.duty}”，与任职时的“{seat.duty}”不同"
    return ""


def units_below(actor: Any, unit: Any) -> Any:
    """Return the groups of a district or the schools of a group that the actor sees, in order."""
    if isinstance(unit, District):
        return CollaborationGroup.objects.visible_to(actor).in_district(unit).in_order()
    if isinstance(unit, CollaborationGroup):
        return School.objects.visible_to(actor).in_group(unit).in_order()
    return School.objects.none()


def unit_of_level(actor: Any, level: str, roles: Collection[str] | None = None) -> Any:
    """Return the units of a level that the actor reaches; none for an unknown level."""
    models = {"district": District, "group": CollaborationGroup, "school": School}
    model = models.get(level)
    if model is None:
        return School.objects.none()
    return model.objects.visible_to(actor, roles=roles)
