"""What of the cycles waits for the office: one to open, and the days of the calendar that have come."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.db.models import F, QuerySet, TextField
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone

from awards.cycle_calendar import written
from awards.models import Cycle
from awards.workflow.cycle_parts import OFFICE
from guanweihui.todos import Line, Todo, lines_of, offers


def _to_open(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    return [
        Todo(f"{line.title}：申报开始时间已到", reverse("cycle-open", args=[line.key]), "待开始")
        for line in lines
    ]


@offers(_to_open, roles=OFFICE)
def cycles_to_open(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """Planned cycles whose opening has come."""
    return [lines_of(Cycle.objects.visible_to(actor, roles=OFFICE).to_open(now), title=F("name"))]


#: What is due by a day of the calendar: the day's field, and the words.
DAYS = {"meets_on": "评审会", "posts_on": "公示", "decides_on": "表彰决定"}


def _due(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    return [
        Todo(
            f"{line.title}：{DAYS[line.status]}定于{written(datetime.date.fromisoformat(line.detail))}",
            reverse("cycle-detail", args=[line.key]),
            "待办",
        )
        for line in lines
    ]


@offers(_due, roles=OFFICE)
def days_due(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """Days of open cycles that have come, until there is a list, a posted notice, a decision."""
    today, cycles = timezone.localdate(now), Cycle.objects.visible_to(actor, roles=OFFICE)
    asked = {
        "meets_on": cycles.to_meet(today),
        "posts_on": cycles.to_post(today),
        "decides_on": cycles.to_decide(today),
    }
    return [
        lines_of(rows, title=F("name"), status=name, detail=Cast(F(name), TextField()))
        for name, rows in asked.items()
    ]
