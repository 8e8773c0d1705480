"""The host schools with their agreements, needs and last trip; none of them is a school of the district."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max

from guanweihui.tables import Column, Row, Table
from outreach.models import HostProfile, HostSchool, Need, Partnership, Trip

#: Stands on every page of host schools.
NOT_OURS = "受援学校在外地，不是本区学校，不计入本区学校数，也不参加本区的报送和评选。"


@dataclass(frozen=True)
class HostLine:
    """What a line says of one host school."""

    host: HostSchool
    partnerships: list[Partnership]
    needs: int
    last_trip: datetime.date | None
    profile: HostProfile | None

    @property
    def current(self) -> list[Partnership]:
        return [one for one in self.partnerships if one.ended_on is None]

    @property
    def kinds(self) -> str:
        return "、".join(dict.fromkeys(one.get_kind_display() for one in self.current))

    @property
    def principals(self) -> str:
        return "、".join(dict.fromkeys(one.pairing.principal_name for one in self.current))

    @property
    def to_on(self) -> datetime.date | None:
        return max((one.to_on for one in self.current if one.to_on), default=None)

    def state(self, day: datetime.date) -> str:
        """Say how the school stands: 已停办, 协议有效, 已到期, 没有协议."""
        if self.host.closed_on is not None and self.host.closed_on <= day:
            return "已停办"
        if not self.current:
            return "没有协议"
        over = all(one.to_on is not None and one.to_on < day for one in self.current)
        return "已到期" if over else "协议有效"


def host_lines(actor: Any, hosts: Sequence[HostSchool]) -> list[HostLine]:
    """Read what lines say of these schools, in four queries whatever their number."""
    held: dict[int, list[Partnership]] = defaultdict(list)
    for one in Partnership.objects.visible_to(actor).of_schools(hosts):
        held[one.host_school_id].append(one)
    needs = Need.objects.visible_to(actor).unmet().filter(visit__host_school__in=hosts).order_by()
    counted = dict(needs.values_list("visit__host_school").annotate(number=Count("pk", distinct=True)))
    trips = Trip.objects.visible_to(actor).confirmed().filter(host_school__in=hosts).order_by()
    last = dict(trips.values_list("host_school").annotate(last=Max("to_on")))
    profiles = HostProfile.objects.visible_to(actor).latest_by_school(hosts)
    return [
        HostLine(host, held[host.pk], counted.get(host.pk, 0), last.get(host.pk), profiles.get(host.pk))
        for host in hosts
    ]


COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("name", "受援学校", width=28),
    Column("region", "地区", width=16),
    Column("kinds", "学校类型", width=14),
    Column("principals", "老校长", width=14),
    Column("to_on", "协议止", width=12, format="date"),
    Column("teachers", "教职工数", width=10, format="int"),
    Column("pupils", "学生数", width=10, format="int"),
    Column("needs", "未解决需求（条）", width=10, format="int"),
    Column("last_trip", "最近确认的下校", width=14, format="date"),
    Column("contact", "联系人", width=12),
    Column("state", "状态", width=12, align="center"),
)


def host_table(lines: Iterable[HostLine], *, day: datetime.date, reporting_unit: str = "") -> Table:
    """One row a school in the order given; telephones are left out."""
    rows = tuple(
        Row(
            (
                number,
                line.host.name,
                line.host.region,
                line.kinds,
                line.principals,
                line.to_on,
                line.profile.teachers if line.profile else None,
                line.profile.pupils if line.profile else None,
                line.needs,
                line.last_trip,
                line.host.contact_name,
                line.state(day),
            )
        )
        for number, line in enumerate(lines, start=1)
    )
    return Table("hosts", "受援学校一览表", COLUMNS, rows, reporting_unit=reporting_unit, notes=(NOT_OURS,))
