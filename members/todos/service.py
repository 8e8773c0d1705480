"""Claims that wait for their organiser, and quarters that nobody checked: one line each."""

import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from guanweihui.scope import reach_of
from guanweihui.todos import Todo, offers
from members.models import QuarterCheck, ServiceRecord
from members.workflow.service import WRITERS
from members.workflow.service_quarters import days_of, last_quarter

#: So long after a quarter's end its check is due.
CHECK_WITHIN = datetime.timedelta(days=15)


@offers
def claims_waiting(actor: Any, now: datetime.datetime) -> list[Todo]:
    """The claims that the actor is to confirm as organiser, in one line; one query."""
    if not reach_of(actor).serves(*WRITERS):
        return []
    count = ServiceRecord.objects.visible_to(actor, roles=WRITERS).awaiting(actor).count()
    url = f"{reverse('record-list')}?status={ServiceRecord.Status.CLAIMED}"
    return [Todo(f"{count:,} 条服务记录等待确认", url, "待确认")] if count else []


@offers
def quarters_unchecked(actor: Any, now: datetime.datetime) -> list[Todo]:
    """The units that served in the last quarter and have not checked it 15 days after its end, in one line.

    A unit without a record in the quarter has nothing to check.
    """
    today = timezone.localdate(now)
    year, quarter = last_quarter(today)
    first, last = days_of(year, quarter)
    if not reach_of(actor).serves(*WRITERS) or today <= last + CHECK_WITHIN:
        return []
    served = ServiceRecord.objects.visible_to(actor, roles=WRITERS).within(first, last)
    units = set(served.organisers(actor))
    checks = QuarterCheck.objects.visible_to(actor, roles=WRITERS).of_quarter(year, quarter)
    missing = units - {check.school_id for check in checks}
    if not missing:
        return []
    url = f"{reverse('quarter-list')}?{urlencode({'year': year, 'quarter': quarter})}"
    words = f"{year}年第{quarter}季度服务时间还没有核对"
    return [Todo(words if len(missing) == 1 else f"{words}（{len(missing)} 个单位）", url, "待办")]
