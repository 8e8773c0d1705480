"""Steps on committees: appoint, end an appointment, renew a whole committee at once (换届)."""

import datetime
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from guanweihui.audit import record
from guanweihui.models import CollaborationGroup, District, School
from guanweihui.scope import Role
from guanweihui.workflow import Refused, one_step, own
from members.committees import SEATS, SINGLE
from members.models import Appointment, Person
from members.models.committees import level_of

#: Who writes appointments: the district for all its units, a school for itself.
WRITERS = frozenset({Role.DISTRICT, Role.SCHOOL})
ONE_DAY = datetime.timedelta(days=1)
Unit = District | CollaborationGroup | School


@dataclass(frozen=True)
class SeatChange:
    """What one line of a term change asks: a serving seat goes on, ends or passes on; or a new one.

    `values` are those of the new holder: printed_name, duty, service, is_by_office, and for a new seat
    the position.
    """

    kind: Literal["STAY", "LEAVE", "REPLACE", "NEW"]
    seat_pk: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Renewal:
    """What a term change did: how many seats go on, ended and began, and the seats that began."""

    stayed: int
    ended: int
    opened: tuple[Appointment, ...]


def appoint(
    unit: Unit, values: Mapping[str, Any], *, by: Any, at: datetime.datetime, reason: str = ""
) -> Appointment:
    """Open a seat at a unit: position, printed_name, duty, service, is_by_office, phone, from_on.

    The person is linked when exactly one of that unit bears the name. Raises Refused for a closed unit, a
    seat that its level has not, a dead person, or a head while another one serves.
    """
    with one_step(Appointment):
        own(unit, by=by, roles=WRITERS)
        seat = _open(unit, values)
        changes = {"position": [None, seat.position], "from_on": [None, seat.from_on]}
        record("appointment.appoint", seat, by=by, at=at, reason=reason, changes=changes)
    return seat


def end_appointment(
    seat: Appointment, *, to_on: datetime.date, by: Any, at: datetime.datetime, reason: str = ""
) -> Appointment:
    """Write the last day of a term. Raises Refused when it has one, or began after that day."""
    with one_step(Appointment):
        fresh = own(seat, by=by, roles=WRITERS)
        if fresh.to_on is not None:
            raise Refused(f"{fresh}的任期已填写止期 {fresh.to_on}，不用再办。")
        _end(fresh, to_on)
        changes = {"to_on": [None, to_on]}
        record("appointment.end", fresh, by=by, at=at, reason=reason, changes=changes)
    return fresh


def renew_committee(
    unit: Unit,
    seats: Sequence[SeatChange],
    *,
    on: datetime.date,
    basis: str,
    by: Any,
    at: datetime.datetime,
) -> Renewal:
    """Change a committee's term in one go: old terms end the day before `on`, new ones begin on it.

    Seats that no line names go on. One audit line with the counts. Raises Refused without a basis
    document, when nothing changes, or when a line names no serving seat of this unit.
    """
    if not basis.strip():
        raise Refused("请填写换届的依据文件。")
    if all(change.kind == "STAY" for change in seats):
        raise Refused("没有任何变动：请至少选择一人离任、由他人接任，或新增一人。")
    with one_step(Appointment):
        own(unit, by=by, roles=WRITERS)
        serving = {
            seat.pk: seat for seat in Appointment.objects.select_for_update().of_unit(unit).open_after(on)
        }
        _refuse_strangers(seats, serving)
        leaving = [change for change in seats if change.kind in {"LEAVE", "REPLACE"}]
        for change in leaving:
            _end(serving[change.seat_pk], on - ONE_DAY)
        opened = [
            _open(unit, _values_of(change, serving) | {"from_on": on})
            for change in seats
            if change.kind in {"REPLACE", "NEW"}
        ]
        stayed = len(serving) - len(leaving)
        changes = {"stayed": stayed, "ended": len(leaving), "opened": len(opened), "from_on": [None, on]}
        record("committee.renew", unit, by=by, at=at, reason=basis.strip(), changes=changes)
    return Renewal(stayed, len(leaving), tuple(opened))


def _refuse_strangers(seats: Sequence[SeatChange], serving: Mapping[int, Appointment]) -> None:
    named = Counter(change.seat_pk for change in seats if change.kind != "NEW")
    if not set(named) <= set(serving) or any(times > 1 for times in named.values()):
        raise Refused("名单中有的任职已经变动，本次没有保存。请刷新页面后再办。")


def _values_of(change: SeatChange, serving: Mapping[int, Appointment]) -> dict[str, Any]:
    if change.kind == "NEW":
        return dict(change.values)
    return {**change.values, "position": serving[change.seat_pk].position}  # type: ignore[index]


def _end(seat: Appointment, to_on: datetime.date) -> None:
    if seat.from_on and to_on < seat.from_on:
        raise Refused(f"{seat}自 {seat.from_on} 起任职，止期不能早于这一天。请核对日期。")
    seat.to_on = to_on
    seat.save(update_fields=["to_on"])


def _open(unit: Unit, values: Mapping[str, Any]) -> Appointment:
    level, from_on = level_of(unit), values.get("from_on")
    if values["position"] not in SEATS[level]:
        raise Refused(f"{unit}没有“{Appointment.Position(values['position']).label}”这个任职。")
    if unit.closed_on and (from_on is None or from_on >= unit.closed_on):
        raise Refused(f"{unit}已于 {unit.closed_on} 撤销，不能再任职。")
    # A school's heads are guarded by a constraint; the other levels by this look, under the unit's lock.
    held = Appointment.objects.of_unit(unit).in_position(values["position"]).filter(to_on=None)
    if level != "school" and values["position"] in SINGLE and held.exists():
        raise Refused(f"{unit}的这个任职已有现任，请先填写原任的止期。")
    person = bearer_of(unit, values["printed_name"])
    if person and person.died_on and (from_on is None or from_on >= person.died_on):
        raise Refused(f"{person.name}已于 {person.died_on} 离世，请核对姓名。")
    return Appointment.objects.create(**{level: unit, **values}, person=person)


def bearer_of(unit: Unit, name: str) -> Person | None:
    """Return the one person of that unit who bears the name; None for nobody, or for several."""
    path = {District: "district", CollaborationGroup: "school__group", School: "school"}[type(unit)]
    found = Person.objects.living_files().filter(**{path: unit, "name": name})[:2]
    return found[0] if len(found) == 1 else None
