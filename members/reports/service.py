"""Hours of service: figures, what a person's own page says, the star tiers, tables of records and sheets."""

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Expression, ExpressionWrapper, FloatField, Q, Sum

from guanweihui.figures import Period, Source, counted, figure
from guanweihui.lists import Fact
from guanweihui.models import District
from guanweihui.tables import Column, Row, Table
from members.models import Person, ServiceKind, ServiceRecord, StarTier


def confirmed_service(actor: Any, period: Period) -> Any:
    """Return the confirmed service of a period that the actor sees; training stands apart."""
    records = ServiceRecord.objects.visible_to(actor).confirmed().service()
    return records.within(period.first, period.last)


SERVICE = Source("service", confirmed_service, group="person__school__group")


def hours_summed(where: Q) -> Expression:
    """Add half hours up and halve the sum: a division a row takes PostgreSQL a third of the time."""
    return ExpressionWrapper(Sum("half_hours", filter=where, default=0) / 2.0, output_field=FloatField())


figure(
    "service.people",
    "参加服务的志愿者",
    "人",
    "统计期间内有已确认服务记录的人员，一人只计一次；不含培训学习",
    SERVICE,
    counted("person"),
    route="record-list",
)
figure(
    "service.hours",
    "志愿服务时间",
    "小时",
    "统计期间内已确认的服务时间之和，含补录，不含培训学习和路途时间",
    SERVICE,
    hours_summed,
    route="record-list",
)


def hours_of(person: Person, *, day: datetime.date) -> dict[str, Any]:
    """Return a person's confirmed hours up to a day: `service`, `training`, and `back` by grade.

    `service` holds the back entries too; `back` says how much of it rests on each grade of evidence.
    """
    rows = (
        ServiceRecord.objects.of_person(person)
        .confirmed()
        .filter(served_on__lte=day)
        .values("kind", "evidence")
        .annotate(sum=Sum("half_hours"))
    )
    hours: dict[str, Any] = {"service": 0.0, "training": 0.0, "back": {}}
    for row in rows:
        value = row["sum"] / 2
        if row["kind"] == ServiceKind.TRAINING:
            hours["training"] += value
            continue
        hours["service"] += value
        if row["evidence"]:
            hours["back"][row["evidence"]] = value
    return hours


def tiers_on(district: District, day: datetime.date) -> list[StarTier]:
    """Return the tiers of the newest table begun by `day`, the lowest first; one query."""
    tiers = list(StarTier.objects.filter(district=district).in_force(day))
    return [tier for tier in tiers if tier.from_on == tiers[0].from_on]


def tier_of(hours: float, tiers: Iterable[StarTier]) -> StarTier | None:
    """Return the highest tier that the hours reach, None below the first."""
    return max((tier for tier in tiers if tier.hours <= hours), key=lambda tier: tier.hours, default=None)


def service_facts(person: Person, *, day: datetime.date) -> list[Fact]:
    """Write hours and star tier for the person's own page, the only place that says a tier."""
    hours = hours_of(person, day=day)
    tier = tier_of(hours["service"], tiers_on(person.district, day))
    grades = dict(ServiceRecord.Evidence.choices)
    back = "；".join(f"{grades[key]} {value:.1f} 小时" for key, value in sorted(hours["back"].items()))
    return [
        Fact("累计服务时间", f"{hours['service']:,.1f} 小时"),
        Fact("培训学习", f"{hours['training']:,.1f} 小时"),
        Fact("星级", tier.name if tier else "还没有达到星级"),
        Fact("其中补录", back or "无"),
    ]


RECORD_COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("name", "姓名", width=10, align="center"),
    Column("unit", "单位", width=20),
    Column("served_on", "日期", width=12, format="date"),
    Column("times", "时间", width=14, align="center"),
    Column("content", "服务内容", width=24),
    Column("place", "地点", width=18),
    Column("organiser", "组织方", width=20),
    Column("kind", "类别", width=10, align="center"),
    Column("hours", "时数", width=8, format="hours"),
    Column("evidence", "补录依据", width=18),
    Column("status", "状态", width=10, align="center"),
)


def record_table(records: Iterable[ServiceRecord], *, reporting_unit: str = "") -> Table:
    """One row a record in the order given; back entries say their grade."""
    return Table(
        key="service-records",
        title="志愿服务记录",
        columns=RECORD_COLUMNS,
        rows=tuple(
            Row(
                (
                    number,
                    one.person.name,
                    one.person.school.short_name,
                    one.served_on,
                    times_of(one),
                    one.content,
                    one.place,
                    organiser_of(one),
                    one.get_kind_display(),
                    one.half_hours / 2,
                    one.get_evidence_display() if one.evidence else None,
                    one.get_status_display(),
                )
            )
            for number, one in enumerate(records, start=1)
        ),
        reporting_unit=reporting_unit,
        unit_line="小时",
        notes=("服务时间以半小时为单位，不含路途时间；未通过和已作废的记录不计入时间。",),
        signatures=(),
    )


def times_of(one: Any) -> str:
    """Write the times of a record or sheet; empty without."""
    return f"{one.starts_at:%H:%M}—{one.ends_at:%H:%M}" if one.starts_at and one.ends_at else ""


def organiser_of(one: Any) -> str:
    """Name who organises a record's or sheet's activity: a school, a team, else the district."""
    return one.school.short_name if one.school else one.team.name if one.team else "区关工委"


QUARTER_COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("unit", "单位", width=24),
    Column("people", "人数", width=8, format="int"),
    Column("records", "人次", width=8, format="int"),
    Column("hours", "服务时间", width=10, format="hours"),
    Column("waiting", "待确认", width=8, format="int"),
    Column("checked", "核对情况", width=30),
)


def quarter_table(lines: Sequence[tuple], *, period: str, reporting_unit: str = "") -> Table:
    """One row a unit; `lines` are (unit, people, records, hours, waiting, words of the check)."""
    return Table(
        key="service-quarter",
        title="志愿服务季度核对表",
        columns=QUARTER_COLUMNS,
        rows=tuple(Row((number, *line)) for number, line in enumerate(lines, start=1)),
        reporting_unit=reporting_unit,
        period=period,
        unit_line="人、人次、小时、条",
    )
