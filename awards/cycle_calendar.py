"""The calendar of a cycle: the order of its days, how long the notice takes, and the same two years on."""

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils import timezone

from awards.models import Cycle
from guanweihui import workdays
from guanweihui.lists import Stage
from guanweihui.tables import format_value
from guanweihui.text import deadline_cn

#: The days of a cycle in their order, each with its words.
DAYS = (
    ("opens_at", "申报开始"),
    ("deadline_at", "申报截止"),
    ("endorse_by_on", "协作组审核截止"),
    ("review_by_on", "区级复核截止"),
    ("meets_on", "评审会"),
    ("posts_on", "公示开始"),
    ("decides_on", "表彰决定"),
    ("commends_on", "表彰大会"),
)
MOMENTS = ("opens_at", "deadline_at")


def day_of(value: datetime.date | datetime.datetime) -> datetime.date:
    """Return the local day of a moment, or the day itself."""
    return timezone.localdate(value) if isinstance(value, datetime.datetime) else value


def written(value: datetime.date) -> str:
    """Write a day as prose does."""
    return format_value(day_of(value), prose=True)


def short(value: datetime.date, year: int) -> str:
    """Write a day, without its year where it is the cycle's own."""
    day = day_of(value)
    return f"{day.month}月{day.day}日" if day.year == year else written(day)


def _until(value: datetime.datetime, year: int) -> str:
    """Write a deadline with its hour, without its year where it is the cycle's own."""
    at = timezone.localtime(value)
    return deadline_cn(at) if at.year == year else f"{at.year}年{deadline_cn(at)}"


def faults(values: Mapping[str, Any], corrections: workdays.Corrections) -> Iterator[tuple[str, str]]:
    """Yield (field, sentence) for each day that comes too early; days that are not set ask nothing.

    The decision follows the whole notice, whose working days are counted as the cycle says.
    """
    before: tuple[str, datetime.date] | None = None
    opens, closes = values.get("opens_at"), values.get("deadline_at")
    if opens and closes and closes <= opens:
        yield "deadline_at", "申报截止要晚于申报开始，请修改。"
    for name, label in DAYS:
        if not (value := values.get(name)):
            continue
        day = day_of(value)
        if before is not None and day < before[1] and name != "deadline_at":
            yield name, f"{label}不能早于{before[0]}（{written(before[1])}），请修改。"
        before = (label, day)
    if values.get("posts_on") and values.get("decides_on"):
        last = notice_ends(values, corrections)
        if values["posts_on"] <= values["decides_on"] <= last:
            words = (
                f"公示 {values['notice_workdays']} 个工作日，{written(last)}才期满，表彰决定要在期满以后。"
            )
            yield "decides_on", words


def notice_ends(values: Mapping[str, Any], corrections: workdays.Corrections) -> datetime.date:
    """Return the last day of the notice that begins on `posts_on`."""
    first, count = values["posts_on"], max(values["notice_workdays"], 1)
    if values["counts_first_day"]:
        return workdays.period_end(first, count, corrections)
    return workdays.add_workdays(first, count, corrections)


def moved(cycle: Cycle, years: int, corrections: workdays.Corrections) -> dict[str, Any]:
    """Return the cycle's days so many years on, each on a working day; days not set stay so."""
    found: dict[str, Any] = {}
    for name, _ in DAYS:
        value = getattr(cycle, name)
        if value is None:
            found[name] = None
        elif name in MOMENTS:
            moment = timezone.localtime(value).replace(second=0, microsecond=0)
            day = workdays.next_workday(years_on(moment.date(), years), corrections)
            found[name] = timezone.make_aware(datetime.datetime.combine(day, moment.time()))
        else:
            found[name] = workdays.next_workday(years_on(value, years), corrections)
    if found["posts_on"] and found["decides_on"]:
        # Holidays fall otherwise two years on: the decision waits for the end of the notice all the same.
        asked = {name: getattr(cycle, name) for name in ("notice_workdays", "counts_first_day")}
        after = workdays.add_workdays(notice_ends({**found, **asked}, corrections), 1, corrections)
        found["decides_on"] = max(found["decides_on"], after)
    return found


def years_on(day: datetime.date, years: int) -> datetime.date:
    """Return the same day so many years on; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def deadline_of(cycle: Cycle) -> datetime.datetime | None:
    """Return when nominations are due; the round has it once the cycle is open."""
    return cycle.round.deadline_at if cycle.round is not None else cycle.deadline_at


def stages(cycle: Cycle, today: datetime.date) -> list[Stage]:
    """Return the calendar as a line of stages; of an open cycle the first that is not over is current."""
    found: list[Stage] = []
    is_open, current = cycle.state == Cycle.State.OPEN, False
    for name, label in DAYS:
        value = deadline_of(cycle) if name == "deadline_at" else getattr(cycle, name)
        if value is None:
            continue
        has_come = day_of(value) < today or name == "opens_at"
        is_over = cycle.state == Cycle.State.CLOSED or (is_open and has_come)
        is_next = is_open and not is_over and not current
        current = current or is_next
        note = _until(value, cycle.year) if name == "deadline_at" else short(value, cycle.year)
        found.append(Stage(label, "done" if is_over else "current" if is_next else "todo", note))
    return found
