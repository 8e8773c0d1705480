"""Rows of filings that wait for somebody."""

import datetime

from django.utils import timezone

from guanweihui.models import Due, Round
from tests import factories

DAY, HOUR = datetime.timedelta(days=1), datetime.timedelta(hours=1)


def make_running(*, closes_in: datetime.timedelta = 5 * DAY, **fields) -> Round:
    """Make an open round that closes so long from now; the group endorses."""
    now = timezone.now()
    defaults = {"state": Round.State.OPEN, "opens_at": now - 90 * DAY, "deadline_at": now + closes_in}
    return factories.make_round(**{**defaults, **fields})


def make_due(school, state=Due.State.WAITING, *, round=None, deadline_at=None, **fields) -> Due:
    """Make the due of a school in an open round, a new one of these fields unless given."""
    reason = "本校没有这项内容" if state in (Due.State.NIL, Due.State.WAIVED) else ""
    return Due.objects.create(
        round=round or make_running(district=school.district, **fields),
        school=school,
        state=state,
        reason=reason,
        deadline_at=deadline_at,
        met_at=None if state in (*Due.UNMET, Due.State.WAIVED) else timezone.now(),
    )
