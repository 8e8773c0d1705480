"""What waits with trips: those that no host school has confirmed for long, and those that came back."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse

from guanweihui.scope import Role
from guanweihui.todos import Line, Todo, lines_of, offers
from outreach.models import Trip

OFFICE = frozenset({Role.DISTRICT})
#: A trip that nobody has confirmed for so long is better confirmed on paper.
PATIENCE = datetime.timedelta(days=7)


def _url(line: Line) -> str:
    return reverse("trip-detail", args=[line.key])


def _late(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    return [
        Todo(
            f"{line.title}：{line.origin}下校待确认 {(now - line.began_at).days} 天，可打印确认单请学校盖章",
            _url(line),
            "待确认",
            waits_for=line.title,
            began_at=line.began_at,
        )
        for line in lines
        if line.began_at
    ]


@offers(_late, roles=OFFICE)
def trips_to_confirm(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """Trips that wait for their host school longer than PATIENCE."""
    rows = Trip.objects.visible_to(actor, roles=OFFICE).late(now - PATIENCE)
    return [_lines(rows)]


def _returned(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    return [
        Todo(f"{line.title}：{line.origin}的下校记录被退回，请核对后再提交", _url(line), "已退回")
        for line in lines
    ]


@offers(_returned, roles=OFFICE)
def trips_returned(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """Trips that came back."""
    return [_lines(Trip.objects.visible_to(actor, roles=OFFICE).returned())]


def _lines(rows: QuerySet) -> QuerySet:
    return lines_of(
        rows,
        title=F("host_school__name"),
        origin=F("pairing__principal_name"),
        began_at=F("submitted_at"),
    )
