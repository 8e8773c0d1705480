"""Tables of care: the birthdays of a month, the attendance list of an outing."""

import datetime
from collections.abc import Iterable

from guanweihui.tables import Column, Row, Table
from guanweihui.text import mask_phone
from members.models import Outing, OutingPlace, Person

BIRTHDAYS = (
    Column("number", "序号", width=6, format="int"),
    Column("name", "姓名", width=12),
    Column("sex", "性别", width=6, align="center"),
    Column("school", "单位", width=24),
    Column("born_on", "出生日期", width=12),
    Column("age", "周岁", width=6, format="int"),
    Column("phone", "联系电话", width=14),
    Column("moved", "异地安置", width=14),
)
ROSTER = (
    Column("number", "序号", width=6, format="int"),
    Column("name", "姓名", width=12),
    Column("sex", "性别", width=6, align="center"),
    Column("school", "单位", width=22),
    Column("contact", "紧急联系人", width=12),
    Column("phone", "紧急联系人电话", width=16),
    Column("signed", "签到", width=12),
)


def birthday_words(person: Person) -> str:
    """Write the birthday as far as it is known: 3月8日, or 3月."""
    day = person.born_on
    if day is None:
        return ""
    return f"{day.month}月{day.day}日" if person.birth_precision == "day" else f"{day.month}月"


def moved_words(person: Person, today: datetime.date) -> str:
    """Say where somebody moved to; empty for who lives here."""
    if person.moved_away_on is None or person.moved_away_on > today:
        return ""
    return f"异地：{person.moved_away_to}" if person.moved_away_to else "异地安置"


def age_reached(person: Person, year: int) -> int | None:
    return year - person.born_on.year if person.born_on else None


def birthday_table(
    people: Iterable[Person], *, month: int, today: datetime.date, reporting_unit: str
) -> Table:
    """List the living who have their birthday in a month, by day; telephones masked."""
    rows = (
        (
            number,
            one.name,
            one.sex,
            one.school.full_name,
            birthday_words(one),
            age_reached(one, today.year),
            mask_phone(one.phone),
            moved_words(one, today),
        )
        for number, one in enumerate(people, start=1)
    )
    return Table(
        key="birthdays",
        title=f"{month}月生日名单",
        columns=BIRTHDAYS,
        rows=tuple(Row(cells) for cells in rows),
        reporting_unit=reporting_unit,
        unit_line="人",
        notes=("已离世人员不列入；只知道出生年份的不列入。",),
    )


def roster_table(outing: Outing, places: Iterable[OutingPlace], *, reporting_unit: str) -> Table:
    """List who may go along, with the full emergency contacts; for whoever leads the outing."""
    rows = (
        (
            number,
            place.person.name,
            place.person.sex,
            place.person.school.short_name,
            place.emergency_contact,
            place.emergency_phone,
            "",
        )
        for number, place in enumerate(places, start=1)
    )
    return Table(
        key="outing",
        title=f"{outing.name}参加名单",
        columns=ROSTER,
        rows=tuple(Row(cells) for cells in rows),
        reporting_unit=reporting_unit,
        period=f"{outing.held_on:%Y-%m-%d}　{outing.place}",
        unit_line="人",
        notes=("只列健康声明、家属签字、紧急联系人齐全的人员。用后请妥善销毁。",),
        signatures=("带队人", "联系人"),
    )
