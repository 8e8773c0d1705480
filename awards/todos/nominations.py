"""What waits in the award cycle: nominations that came back, and what a deputy began and did not send."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse

from awards.models import Nomination
from guanweihui.scope import Role
from guanweihui.todos import Line, Todo, lines_of, offers

SCHOOL, DEPUTIES = frozenset({Role.SCHOOL}), frozenset({Role.GROUP, Role.DISTRICT})
S = Nomination.Status


def _lines(rows: QuerySet, **columns: Any) -> QuerySet:
    """Give nominations as lines: award and nominee, by when they are to go up again."""
    return lines_of(
        rows,
        title=F("category__name"),
        detail=Coalesce("person__name", F("unit__short_name")),
        closes_at=Coalesce("due__reply_until", "due__deadline_at", "due__round__deadline_at"),
        **columns,
    )


def _todos(lines: Sequence[Line], status: str) -> list[Todo]:
    return [
        Todo(
            f"{line.title}：{line.detail}",
            reverse("nomination-task", args=[line.key]),
            status,
            line.closes_at,
            line.origin,
        )
        for line in lines
    ]


def _came_back(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    return _todos(lines, S.RETURNED.label)


@offers(_came_back, roles=SCHOOL)
def nominations_to_mend(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """Nominations of the school that came back, each with its own page to mend it on."""
    rows = Nomination.objects.visible_to(actor, roles=SCHOOL).in_states([S.RETURNED])
    return [_lines(rows, origin=F("cycle__name"))]


def _to_send(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    return _todos(lines, "待提交")


@offers(_to_send, roles=DEPUTIES)
def nominations_begun_for_schools(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """What a group or the office began on behalf of a school and has not sent."""
    rows = Nomination.objects.visible_to(actor, roles=DEPUTIES).unfinished_on_behalf()
    return [_lines(rows, origin=F("unit__short_name"))]
