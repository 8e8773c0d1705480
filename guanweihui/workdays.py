"""Working days with 调休: the calendar library first, the district's corrections above it.

`corrections` maps a day to whether work is done on it; `Workday.objects….corrections()` gives it.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

import chinese_calendar
from django.utils import timezone

ONE_DAY = timedelta(days=1)
#: When offices and schools close; deadlines stand there.
CLOSES = time(17)
FULL_YEAR = 10  # corrections that stand for a year typed in by staff; a real arrangement has more than twenty

Corrections = Mapping[date, bool]


def is_workday(day: date, corrections: Corrections) -> bool:
    """Tell whether work is done that day; Monday to Friday in a year that nobody has data for."""
    if day in corrections:
        return corrections[day]
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def year_has_data(year: int, corrections: Corrections | None = None) -> bool:
    """Tell whether the year's holidays are known, from the library or because staff typed them in."""
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return sum([day.year == year for day in corrections or ()]) >= FULL_YEAR
    return True


def missing_data(first: date, last: date, corrections: Corrections) -> str:
    """Say, for the page that shows a period, which of its years have no holidays yet; empty when all have."""
    years = [str(year) for year in range(first.year, last.year + 1) if not year_has_data(year, corrections)]
    if not years:
        return ""
    return f"{'、'.join(years)}年的节假日安排尚未录入，暂按周一至周五为工作日计算，请核对后再使用"


def add_workdays(start: date, count: int, corrections: Corrections) -> date:
    """Give the day that lies `count` working days after `start`, which is not counted itself.

    A count of 0 gives `start`. Raises ValueError below 0.
    """
    if count < 0:
        raise ValueError("count must not be negative")
    day = start
    while count:
        day += ONE_DAY
        count -= is_workday(day, corrections)
    return day


def next_workday(day: date, corrections: Corrections) -> date:
    """Give the day itself when it is a working day, else the first one after it."""
    return day if is_workday(day, corrections) else add_workdays(day, 1, corrections)


def office_closes(day: date, corrections: Corrections) -> datetime:
    """Give 17:00 of the day, or of the first working day after it."""
    return timezone.make_aware(datetime.combine(next_workday(day, corrections), CLOSES))


def period_end(first: date, count: int, corrections: Corrections) -> date:
    """Give the last day of a period of `count` working days that begins on `first`, as a 公示 does.

    The first day counts when it is a working day. Raises ValueError below 1.
    """
    if count < 1:
        raise ValueError("a period has at least one working day")
    return add_workdays(first - ONE_DAY, count, corrections)


def workdays_between(first: date, last: date, corrections: Corrections) -> int:
    """Count the working days from `first` to `last`, both included; 0 when `last` lies before."""
    days = (last - first).days + 1
    return sum([is_workday(first + timedelta(days=passed), corrections) for passed in range(days)])
