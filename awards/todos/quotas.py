"""What waits in the award cycle: quotas."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse

from awards.models import Category
from awards.workflow.quotas import OFFICE, awaiting_places
from guanweihui.todos import Line, Todo, lines_of, offers


def _to_hand_down(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    cycles: dict[int, tuple[str, int]] = {}
    for line in lines:
        cycles[line.number] = (line.origin, cycles.get(line.number, ("", 0))[1] + 1)
    return [
        Todo(f"{name}：{number} 个奖项还没有下达名额", reverse("quota-board", args=[cycle]), "待办")
        for cycle, (name, number) in cycles.items()
    ]


@offers(_to_hand_down, roles=OFFICE)
def places_to_hand_down(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """Categories of a cycle under way of which no unit has a place, counted by cycle."""
    rows = awaiting_places(Category.objects.visible_to(actor, roles=OFFICE))
    return [lines_of(rows, title=F("name"), origin=F("cycle__name"), number=F("cycle_id"))]
