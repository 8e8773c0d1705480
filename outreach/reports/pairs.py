"""Figures of 老校长下乡: persons and schools of the agreements in force at the cut-off date."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from guanweihui.catalogue import Paper, report
from guanweihui.figures import Period, Source, counted, figure
from guanweihui.scope import DISTRICT_WIDE, committee_of
from guanweihui.tables import Column, Row, Table
from outreach.models import Pairing, Partnership

IN_FORCE = Source(
    "partnerships", lambda actor, period: Partnership.objects.visible_to(actor).in_force(period.last)
)

figure(
    "outreach.principals",
    "下乡校长",
    "人",
    "统计时点协议有效的结对中的老校长",
    IN_FORCE,
    counted("pairing"),
    route="pairing-list",
)
figure(
    "outreach.host_schools",
    "受援学校",
    "所",
    "统计时点协议有效的受援学校，按学校去重；不是本区学校",
    IN_FORCE,
    counted("host_school"),
    route="pairing-list",
)

PAIRING_COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("principal", "老校长", width=10, align="center"),
    Column("unit", "原单位", width=26),
    Column("assistant", "助理", width=10, align="center"),
    *(Column(kind, kind.label, ("受援学校",), width=22) for kind in Partnership.Kind),
    Column("from_on", "起", ("协议",), width=12, format="date"),
    Column("to_on", "止", ("协议",), width=12, format="date"),
)


@report(
    "pairings",
    family="老校长下乡",
    title="老校长下乡结对情况表",
    purpose="统计时点有效的结对：老校长、助理、优质高中和农村初中。",
    roles=DISTRICT_WIDE,
)
def pairing_paper(actor: Any, period: Period) -> Paper:
    table = pairing_table(actor, period, reporting_unit=committee_of(actor))
    return Paper(table.title, (table,))


def pairing_table(actor: Any, period: Period, *, reporting_unit: str = "") -> Table:
    """One row a pair whose agreement is in force on the cut-off date."""
    by_pairing: dict[int, dict[str, Partnership]] = defaultdict(dict)
    for partnership in IN_FORCE.rows(actor, period).for_table():
        by_pairing[partnership.pairing_id][partnership.kind] = partnership
    rows = []
    for number, partners in enumerate(by_pairing.values(), start=1):
        first = next(iter(partners.values()))
        pairing = first.pairing
        schools = [str(partners[kind].host_school) if kind in partners else "无" for kind in Partnership.Kind]
        unit = pairing.former_unit.full_name if pairing.former_unit else None
        rows.append(
            Row(
                (number, pairing.principal_name, unit, pairing.assistant_name or "无", *schools)
                + (first.from_on, first.to_on)
            )
        )
    host_schools = {
        partner.host_school_id for partners in by_pairing.values() for partner in partners.values()
    }
    return Table(
        key="pairings",
        title="老校长下乡结对情况",
        columns=PAIRING_COLUMNS,
        rows=tuple(rows),
        reporting_unit=reporting_unit,
        period=period.span,
        notes=(f"老校长 {len(by_pairing)} 人，受援学校 {len(host_schools)} 所；受援学校不计入本区学校。",),
    )


PAIR_COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("programme", "项目", width=20),
    *PAIRING_COLUMNS[1:],
)


def pair_table(pairings: Iterable[Pairing], *, reporting_unit: str = "") -> Table:
    """One row a pair in the order given, with the schools loaded with it."""
    rows = []
    for number, pairing in enumerate(pairings, start=1):
        partners = {one.kind: one for one in pairing.partnerships.all()}
        schools = [str(partners[kind].host_school) if kind in partners else "无" for kind in Partnership.Kind]
        first = next(iter(partners.values()), None)
        unit = pairing.former_unit.full_name if pairing.former_unit else None
        head = (number, pairing.programme.name, pairing.principal_name, unit, pairing.assistant_name or "无")
        terms = (first.from_on, first.to_on) if first else (None, None)
        rows.append(Row((*head, *schools, *terms)))
    return Table("pairs", "老校长下乡结对名单", PAIR_COLUMNS, tuple(rows), reporting_unit=reporting_unit)
