"""Seats that have stood empty for more than three months."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone

from guanweihui.scope import Role, reach_of
from guanweihui.todos import Line, Todo, count_of, lines_of, offers
from members.committees import Position, Vacancy, empty_seats

#: Whom a vacancy concerns, widest first: which levels he looks after.
CONCERNED = ((Role.DISTRICT, ("school", "group")), (Role.GROUP, ("group",)), (Role.SCHOOL, ("school",)))
#: How the district's one line counts them, in its order.
COUNTED = (
    ("school", Position.DIRECTOR, "所学校主任"),
    ("school", Position.EXECUTIVE_DEPUTY, "所学校常务副主任"),
    ("group", Position.GROUP_HEAD, "个协作组组长"),
)


def _vacant(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    """Say each seat of the unit itself; what was only counted is one line for all units."""
    own = sorted((line for line in lines if line.key), key=lambda line: (line.origin, line.number))
    said = [
        Todo(
            f"{Position(line.number).label}空缺超过三个月",
            reverse("committee-detail", args=[line.detail, line.key]),
            "待办",
            origin=line.origin,
        )
        for line in own
    ]
    return said + _summed_up({line.detail: line.number for line in lines if not line.key})


@offers(_vacant)
def vacant_seats(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """The empty seats of the unit itself; for the district, how many units want whom."""
    reach = reach_of(actor)
    concern = next(((role, levels) for role, levels in CONCERNED if reach.serves(role)), None)
    if concern is None:
        return []
    role, levels = concern
    seats = empty_seats(actor, timezone.localdate(now), roles={role}, levels=levels)
    if role == Role.DISTRICT:
        return [count_of(units, detail=f"{level}.{position.value}") for level, position, units in seats]
    return [
        lines_of(units, origin=F("short_name"), detail=level, number=position.value)
        for level, position, units in seats
    ]


def committee_url(seat: Vacancy) -> str:
    return reverse("committee-detail", args=[seat.level, seat.unit_pk])


def _summed_up(counts: dict[str, int]) -> list[Todo]:
    """Say in one line how many units want whom; the list behind it names them."""
    words = "、".join(
        f"{count} {wanted}"
        for level, position, wanted in COUNTED
        if (count := counts.get(f"{level}.{position.value}"))
    )
    url = f"{reverse('appointment-list')}?vacant=1"
    return [Todo(f"{words}空缺超过三个月", url, "待办")] if words else []
