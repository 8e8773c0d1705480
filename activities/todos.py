"""Tasks of campaigns that the actor's unit has not reported."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse

from activities.models import UNIT_OF, CampaignTask
from activities.workflow import REPORTERS
from guanweihui.scope import reach_of
from guanweihui.todos import Line, Todo, lines_of, offers


def _to_report(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    return [
        Todo(
            line.title,
            reverse("task-evidence-report", args=[line.key]),
            "已逾期" if line.closes_at and line.closes_at < now else "待办",
            line.closes_at,
            line.origin,
        )
        for line in lines
    ]


@offers(_to_report)
def tasks_to_report(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """The tasks of the actor's own level that his unit owes, until they are reported."""
    reach = reach_of(actor)
    found = []
    for level, role in REPORTERS.items():
        units = reach.of({role}).ids(UNIT_OF[level])
        if units:
            rows = CampaignTask.objects.visible_to(actor, roles={role}).unreported(level, units)
            columns = {"title": F("title"), "origin": F("campaign__theme"), "closes_at": F("deadline_at")}
            found.append(lines_of(rows, **columns))
    return found
