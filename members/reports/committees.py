"""Tables of committees: the appointments of a query, and who serves a unit on a day."""

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from guanweihui.models import District
from guanweihui.tables import Column, Row, Table, format_value
from members.models import Appointment
from members.models.committees import LEVELS, level_of

APPOINTMENT_COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("level", "层级", width=8, align="center"),
    Column("unit", "单位", width=26),
    Column("position", "任职", width=12, align="center"),
    Column("name", "姓名", width=10, align="center"),
    Column("duty", "职务", width=16),
    Column("service", "在职或退休", width=10, align="center"),
    Column("by_office", "随职务任职", width=10, align="center"),
    Column("from_on", "起", ("任期",), width=12, format="date"),
    Column("to_on", "止", ("任期",), width=12, format="date"),
)
COMMITTEE_COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("position", "任职", width=12, align="center"),
    Column("name", "姓名", width=10, align="center"),
    Column("duty", "职务", width=18),
    Column("service", "在职或退休", width=10, align="center"),
    Column("from_on", "任职时间", width=12, format="date"),
)


def level_of_seat(seat: Appointment) -> str:
    return "district" if seat.district_id else "group" if seat.group_id else "school"


def by_office_word(seat: Appointment) -> str:
    return "随职务" if seat.is_by_office else "按本人"


def appointment_register(seats: Iterable[Appointment], *, reporting_unit: str = "") -> Table:
    """One row an appointment in the order given; no phone."""
    rows = (
        Row(
            (
                number,
                LEVELS[level_of_seat(seat)],
                seat.unit.full_name,
                seat.get_position_display(),
                seat.printed_name,
                seat.duty,
                seat.get_service_display(),
                by_office_word(seat),
                seat.from_on or "不详",
                seat.to_on or "今",
            )
        )
        for number, seat in enumerate(seats, start=1)
    )
    return Table(
        key="appointments",
        title="关工委任职名册",
        columns=APPOINTMENT_COLUMNS,
        rows=tuple(rows),
        reporting_unit=reporting_unit,
        signatures=(),
    )


def committee_name(unit: Any) -> str:
    """Return what the committee of a unit is called on paper."""
    return unit.committee_name if isinstance(unit, District) else f"{unit.full_name}关工委"


def committee_table(unit: Any, seats: Sequence[Appointment], day: datetime.date) -> Table:
    """关工委组成人员名单: one row a seat served on `day`, heads first."""
    rows = (
        Row(
            (
                number,
                seat.get_position_display(),
                seat.printed_name,
                seat.duty,
                seat.get_service_display(),
                seat.from_on or "不详",
            )
        )
        for number, seat in enumerate(seats, start=1)
    )
    return Table(
        key=f"committee_{level_of(unit)}",
        title=f"{committee_name(unit)}组成人员名单",
        columns=COMMITTEE_COLUMNS,
        rows=tuple(rows),
        period=f"{format_value(day, prose=True)}在任",
        signatures=("单位负责人", "填报人", "填报日期"),
    )
