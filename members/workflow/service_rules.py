"""The rules of service hours: the same at a claim, at its confirmation and in the grid of a sign-in sheet.

They look at rows that the caller has locked and loaded, write nothing and ask nothing but where a file
came from. Each answers None, or the Chinese sentence that says what is wrong and how to mend it.
"""

import datetime
from collections.abc import Iterable
from decimal import Decimal

from guanweihui.models import ImportedRow
from guanweihui.workflow import Refused
from members.models import Person, ServiceKind, ServiceRecord, ServiceRule

#: A day has so many half hours.
DAY = 48


def half_hours_of(hours: Decimal) -> int:
    """Return hours as half hours. Raises Refused, with the nearest right values, for anything between."""
    if not hours.is_finite() or not Decimal("0.5") <= hours <= DAY // 2:
        raise Refused("服务时间应在 0.5 到 24 小时之间，请核对后重新填写。")
    doubled = hours * 2
    if doubled != doubled.to_integral_value():
        lower = int(doubled)
        near = [said(half) for half in (lower, lower + 1) if 1 <= half <= DAY]
        raise Refused(f"服务时间以半小时为单位，{hours.normalize():f} 小时请写成 {' 或 '.join(near)}。")
    return int(doubled)


def said(half_hours: int) -> str:
    """Write half hours as hours: 1.5."""
    return f"{half_hours / 2:.1f}"


def span_of(starts_at: datetime.time, ends_at: datetime.time) -> int:
    """Return the whole half hours between two times of a day; 0 when the end is not after the start."""
    minutes = (ends_at.hour - starts_at.hour) * 60 + ends_at.minute - starts_at.minute
    return max(minutes // 30, 0)


def overlap(one: ServiceRecord, other: ServiceRecord) -> bool:
    """Tell whether two records of a day overlap; touching times do not, nor does one without times."""
    if None in (one.starts_at, one.ends_at, other.starts_at, other.ends_at):
        return False
    return bool(one.starts_at < other.ends_at and other.starts_at < one.ends_at)  # type: ignore[operator]


def time_fault(record: ServiceRecord, today: datetime.date) -> str | None:
    """Judge day, times and hours by themselves; the way there and back counts nowhere."""
    if record.served_on > today:
        return f"{record.served_on:%Y-%m-%d} 还没有到，服务结束以后再登记。"
    if (record.starts_at is None) != (record.ends_at is None):
        return "开始和结束时间要同时填写，或者都不填。"
    if record.starts_at is None or record.ends_at is None:
        return None
    if record.ends_at <= record.starts_at:
        return "结束时间要晚于开始时间，请核对。"
    span = span_of(record.starts_at, record.ends_at)
    if record.half_hours > span:
        return (
            f"从 {record.starts_at:%H:%M} 到 {record.ends_at:%H:%M} 最多 {said(span)} 小时，"
            f"填了 {said(record.half_hours)} 小时。路途时间不计，请核对。"
        )
    return None


def lane_fault(record: ServiceRecord, today: datetime.date) -> str | None:
    """Judge the lane: a day of an earlier calendar year is a back entry with its evidence, no other is."""
    is_earlier = record.served_on.year < today.year
    if is_earlier and not record.evidence:
        return f"{record.served_on.year} 年的服务属于补录，请选择补录依据（甲、乙、丙）并写明依据。"
    if is_earlier and not record.basis.strip():
        return "补录须写明依据，例如“2019年签到册第 12 页”。"
    if not is_earlier and record.evidence:
        return "本年的服务不是补录，请把“补录依据”改为“不是补录”。"
    return None


def person_fault(person: Person, day: datetime.date) -> str | None:
    """Judge whether the person could serve on the day.

    Before his registration only a volunteer of the opening load could, for his file was there already.
    """
    if person.died_on and person.died_on <= day:
        return f"{person.name}已于 {person.died_on:%Y-%m-%d} 离世，请核对日期或人员。"
    if not person.is_volunteer:
        return f"{person.name}没有登记为志愿者，请先办理志愿者登记。"
    if person.stopped_on and person.stopped_on <= day:
        return f"{person.name}已于 {person.stopped_on:%Y-%m-%d} 停止服务，请核对日期。"
    if person.registered_on and day < person.registered_on and not _was_loaded(person):
        return f"{person.name}于 {person.registered_on:%Y-%m-%d} 登记为志愿者，此前的服务不能登记。"
    return None


def _was_loaded(person: Person) -> bool:
    return bool(ImportedRow._default_manager.all().of(person).exists())  # type: ignore[attr-defined]


def overlap_fault(record: ServiceRecord, others: Iterable[ServiceRecord]) -> str | None:
    """Name the first of the person's other records of the day that this one overlaps."""
    other = next((one for one in others if overlap(record, one)), None)
    if other is None:
        return None
    return (
        f"与 {other.served_on:%Y-%m-%d} {other.starts_at:%H:%M}—{other.ends_at:%H:%M} 的“{other.content}”"
        f"（{other.get_status_display()}）时间重叠。请核对时间，或先处理那一条。"
    )


def cap_fault(record: ServiceRecord, others: Iterable[ServiceRecord], rule: ServiceRule) -> str | None:
    """Hold the day's cap of the rule in force; training stands apart unless the rule counts it."""
    kinds = {ServiceKind.SERVICE, *([ServiceKind.TRAINING] if rule.training_counts else [])}
    if record.kind not in kinds:
        return None
    before = sum(one.half_hours for one in others if one.kind in kinds)
    cap = rule.day_cap_half_hours
    if before + record.half_hours <= cap:
        return None
    return (
        f"每人每日最多计 {said(cap)} 小时，这一天已有 {said(before)} 小时，"
        f"本条最多还能计 {said(max(cap - before, 0))} 小时。请减少时间，或先核对当日的其他记录。"
    )


def fault_of(
    record: ServiceRecord,
    *,
    person: Person,
    others: list[ServiceRecord],
    rule: ServiceRule,
    today: datetime.date,
    claimed_on: datetime.date,
) -> str | None:
    """Return the first fault of a record, None when it may stand.

    `others` are the person's other records of the day that count against it. The lane is judged by the
    day of the claim: what was claimed in December is no back entry when it is confirmed in January.
    """
    return (
        time_fault(record, today)
        or lane_fault(record, claimed_on)
        or person_fault(person, record.served_on)
        or overlap_fault(record, others)
        or cap_fault(record, others, rule)
    )
