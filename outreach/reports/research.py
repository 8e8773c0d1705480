"""What research found, as a matrix of the four fields."""

from collections import defaultdict
from collections.abc import Iterable

from guanweihui.tables import Column, Row, Table
from outreach.models import Need, ResearchVisit

VISIT_COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("visited_on", "日期", width=12, format="date"),
    Column("host_school", "受援学校", width=24),
    *(Column(field, field.label, ("需求",), width=34) for field in Need.Field),
)


def needs_by_field(visit: ResearchVisit) -> list[str]:
    """Write what a visit found, one text a field in the fixed order."""
    needs: dict[str, list[str]] = defaultdict(list)
    for need in visit.needs.all():
        needs[need.field].append(need.text)
    return ["；".join(needs[field]) for field in Need.Field]


def visit_table(visits: Iterable[ResearchVisit], *, reporting_unit: str = "") -> Table:
    """One row a visit in the order given, the needs spread over the four fields."""
    rows = tuple(
        Row((number, visit.visited_on, visit.host_school.name, *needs_by_field(visit)))
        for number, visit in enumerate(visits, start=1)
    )
    return Table("visits", "下乡调研需求一览表", VISIT_COLUMNS, rows, reporting_unit=reporting_unit)
