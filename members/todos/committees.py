"""Seats that have stood empty for more than three months."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone

from guanweihui.scope import Role, reach_of
from guanweihui.todos import Todo, offers
from members.committees import Vacancy, vacancies

#: Whom a vacancy concerns, widest first: which levels he looks after.
CONCERNED = ((Role.DISTRICT, ("school", "group")), (Role.GROUP, ("group",)), (Role.SCHOOL, ("school",)))


@offers
def vacant_seats(actor: Any, now: datetime.datetime) -> list[Todo]:
    """A line a seat for the unit itself, one line for all of them for the district; one query."""
    reach = reach_of(actor)
    concern = next(((role, levels) for role, levels in CONCERNED if reach.serves(role)), None)
    if concern is None:
        return []
    role, levels = concern
    found = vacancies(actor, timezone.localdate(now), roles={role}, levels=levels)
    if role == Role.DISTRICT:
        return _summed_up(found)
    return [
        Todo(f"{seat.label}空缺超过三个月", committee_url(seat), "待办", origin=seat.unit) for seat in found
    ]


def committee_url(seat: Vacancy) -> str:
    return reverse("committee-detail", args=[seat.level, seat.unit_pk])


def _summed_up(found: Sequence[Vacancy]) -> list[Todo]:
    """Say in one line how many units want whom; the list behind it names them."""
    counts = (
        (sum(seat.level == "school" and seat.is_head for seat in found), "所学校主任"),
        (sum(seat.level == "school" and not seat.is_head for seat in found), "所学校常务副主任"),
        (sum(seat.level == "group" for seat in found), "个协作组组长"),
    )
    words = "、".join(f"{count} {wanted}" for count, wanted in counts if count)
    url = f"{reverse('appointment-list')}?vacant=1"
    return [Todo(f"{words}空缺超过三个月", url, "待办")] if words else []
