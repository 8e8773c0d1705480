"""What volunteers said is wrong, for the staff member named for their team."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse

from guanweihui.scope import Role
from guanweihui.todos import Line, Todo, lines_of, offers
from members.models import Correction


def _corrections(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    return [
        Todo(
            f"{line.title}反馈有误：{Correction.About(line.detail).label}",
            reverse("correction-resolve", args=[line.key]),
            "待处理",
            origin=line.origin,
        )
        for line in lines
    ]


@offers(_corrections, roles={Role.DISTRICT})
def corrections(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """Offer what waits for this member of the district's staff, and what nobody was named for."""
    found = Correction.objects.visible_to(actor, roles={Role.DISTRICT}).waiting().for_staff(actor)
    return [
        lines_of(found, title=F("person__name"), origin=F("person__school__short_name"), detail=F("about"))
    ]
