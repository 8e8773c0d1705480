"""What a confirmed trip does to its people's hours: one record a traveller and day, travel left out.

The rules of service hours hold. Where one refuses, the trip stays confirmed and the line keeps the sentence.
"""

import datetime
from collections.abc import Iterable
from typing import Any

from guanweihui.workflow import Refused
from members.models import ServiceRecord
from members.workflow.service import record_attended, strike
from outreach.models import Trip, TripDay, TripMember, TripService

LONGEST_FAULT = 300


def write_services(trip: Trip, *, by: Any, at: datetime.datetime) -> list[TripService]:
    """Write the hours of every traveller and day with hours; the caller's transaction holds the people."""
    members = list(TripMember.objects.of(trip).for_trip())
    days = [day for day in TripDay.objects.of(trip) if day.half_hours]
    lines = [TripService(member=member, day=day) for day in days for member in members]
    _attend(trip, lines, by=by, at=at)
    return TripService.objects.bulk_create(lines)


def retry_services(trip: Trip, *, by: Any, at: datetime.datetime) -> int:
    """Try the lines that became no record once more; return how many became one now."""
    lines = list(TripService.objects.of(trip).missing())
    _attend(trip, lines, by=by, at=at)
    TripService.objects.bulk_update(lines, ["record", "fault"])
    return sum(line.record is not None for line in lines)


def _attend(trip: Trip, lines: Iterable[TripService], *, by: Any, at: datetime.datetime) -> None:
    """Give each line its record, or the sentence why there is none."""
    by_link = trip.proof == Trip.Proof.LINK
    kinds = ServiceRecord.Evidence
    how = f"{trip.confirmer_name}在线确认" if by_link else f"盖章确认单（{trip.confirmer_name}）"
    for line in lines:
        try:
            line.record = record_attended(
                {
                    "person": line.member.person,
                    "content": f"老校长下乡：{trip.purpose}"[:100],
                    "place": trip.host_school.name,
                    "served_on": line.day.served_on,
                    "half_hours": line.day.half_hours,
                    "evidence": kinds.B if by_link else kinds.A,
                    "basis": f"下校记录：{trip}，{how}"[:200],
                },
                by=by,
                at=at,
            )
            line.fault = ""
        except Refused as refusal:
            line.fault = str(refusal)[:LONGEST_FAULT]


def strike_services(trip: Trip, *, by: Any, at: datetime.datetime, reason: str, forget: bool) -> None:
    """Strike the records of a trip that counts no longer.

    With `forget` the lines go too, because the trip may come back with other days; the records stay on file.
    """
    lines = TripService.objects.of(trip)
    for line in lines:
        if line.record is not None and line.record.status == ServiceRecord.Status.CONFIRMED:
            strike(line.record, by=by, at=at, reason=f"下校记录不再计入：{reason}")
    if forget:
        TripService.objects.filter(member__trip=trip).delete()
