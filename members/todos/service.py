"""Claims that wait for their organiser, and quarters that nobody checked: one line each."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from guanweihui.models import District, School
from guanweihui.scope import Role
from guanweihui.todos import Line, Todo, count_of, offers, started
from members.models import ServiceRecord
from members.workflow.service import WRITERS
from members.workflow.service_quarters import days_of, last_quarter, unchecked

#: So long after a quarter's end its check is due.
CHECK_WITHIN = datetime.timedelta(days=15)


def _waiting_url() -> str:
    return f"{reverse('record-list')}?status={ServiceRecord.Status.CLAIMED}"


def _waiting(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    return [Todo(f"{line.number:,} 条服务记录等待确认", _waiting_url(), "待确认") for line in lines]


@offers(_waiting, roles=WRITERS)
def claims_waiting(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """Count the claims that the actor is to confirm as organiser."""
    return [count_of(ServiceRecord.objects.visible_to(actor, roles=WRITERS).awaiting(actor))]


def _unchecked(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    year, quarter = last_quarter(timezone.localdate(now))
    url = f"{reverse('quarter-list')}?{urlencode({'year': year, 'quarter': quarter})}"
    words = f"{year}年第{quarter}季度服务时间还没有核对"
    units = sum(line.number for line in lines)
    return [Todo(words if units == 1 else f"{words}（{units} 个单位）", url, "待办")]


@offers(_unchecked, roles=WRITERS)
def quarters_unchecked(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """Count the units that served in the last quarter and have not checked it 15 days after its end.

    A unit without a record in the quarter has nothing to check.
    """
    today = timezone.localdate(now)
    year, quarter = last_quarter(today)
    last = days_of(year, quarter)[1]
    if today <= last + CHECK_WITHIN:
        return []
    records = ServiceRecord.objects.visible_to(actor, roles=WRITERS)
    schools = School.objects.visible_to(actor, roles=WRITERS)
    offices = District.objects.visible_to(actor, roles={Role.DISTRICT})
    return [count_of(unchecked(units, records, year, quarter)) for units in (schools, offices)]


def _claimed(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    return [
        Todo(f"{line.number:,} 条服务记录等待确认", _waiting_url(), "待确认", waits_for="组织单位")
        for line in lines
    ]


@started(_claimed, roles=WRITERS)
def claims_made(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """Count the claims of the actor's unit that another organiser is to confirm."""
    return [count_of(ServiceRecord.objects.visible_to(actor, roles=WRITERS).claimed_for(actor))]
