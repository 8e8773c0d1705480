"""The quarterly check: a unit's hours of a quarter, totalled once and kept as they were."""

import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from guanweihui.audit import record
from guanweihui.models import District, School
from guanweihui.text import TextError, check_text
from guanweihui.workflow import Refused, one_step, own
from members.models import QuarterCheck, ServiceRecord
from members.workflow.service import WRITERS, account_of


def days_of(year: int, quarter: int) -> tuple[datetime.date, datetime.date]:
    """Return the first and the last day of a calendar quarter."""
    first = datetime.date(year, 3 * quarter - 2, 1)
    following = datetime.date(year + quarter // 4, 3 * quarter % 12 + 1, 1)
    return first, following - datetime.timedelta(days=1)


def last_quarter(day: datetime.date) -> tuple[int, int]:
    """Return year and number of the last quarter that had ended before `day`."""
    quarter = (day.month - 1) // 3
    return (day.year, quarter) if quarter else (day.year - 1, 4)


def sums_within(actor: Any, year: int, quarter: int) -> dict[int | None, dict[str, int]]:
    """Return what each unit within the actor's reach organised in a quarter, as `by_organiser` totals it."""
    return ServiceRecord.objects.organised_within(actor).within(*days_of(year, quarter)).by_organiser()


def unchecked(units: QuerySet, records: QuerySet, year: int, quarter: int) -> QuerySet:
    """Keep the schools, or the districts, with some of `records` in a quarter that they have not checked.

    What a district organises names no school.
    """
    is_office = units.model is District
    served = records.within(*days_of(year, quarter)).order_by()
    organised = served.filter(school=None).values("district") if is_office else served.values("school")
    unit = "district" if is_office else "school"
    checks = QuarterCheck.objects.filter(year=year, quarter=quarter, **{unit: OuterRef("pk")})
    return units.filter(pk__in=organised).exclude(Exists(checks))


def check_quarter(
    unit: School | District, year: int, quarter: int, *, by: Any, at: datetime.datetime, remark: str = ""
) -> QuarterCheck:
    """Freeze a quarter's sums of what a school, or the district with its teams, organised.

    Training is left out. Raises Refused while the quarter runs or a claim of it waits, when it was checked
    before, and when the unit is not the actor's.
    """
    first, last = days_of(year, quarter)
    if timezone.localdate(at) <= last:
        raise Refused(f"{year}年第{quarter}季度到 {last:%Y-%m-%d} 结束，结束以后再核对。")
    try:
        remark = check_text(remark).strip()
    except TextError as fault:
        raise Refused(f"说明中有不能保存的字符：{fault}。") from fault
    with one_step(QuarterCheck):
        fresh = own(unit, by=by, roles=WRITERS)
        district = isinstance(fresh, District)
        records = ServiceRecord.objects.filter(
            district_id=fresh.pk if district else fresh.district_id, school=None if district else fresh
        )
        sums = next(iter(records.within(first, last).by_organiser().values()), {})
        if waiting := sums.get("waiting", 0):
            raise Refused(f"这个季度还有 {waiting} 条待确认的记录，请先确认或退回，再核对。")
        row = QuarterCheck.objects.create(
            year=year,
            quarter=quarter,
            remark=remark,
            checked_by=account_of(by),
            checked_at=at,
            **{"district" if district else "school": fresh},
            **{name: sums.get(name, 0) for name in ("people", "records", "half_hours")},
        )
        changes = {name: getattr(row, name) for name in ("people", "records", "half_hours")}
        record("quartercheck.check", row, by=by, at=at, changes=changes)
    return row
