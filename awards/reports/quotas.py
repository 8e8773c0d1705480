"""How the places of a cycle stand: granted, handed down, used and left, by category and group."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from awards.models import Category, Cycle, Quota
from guanweihui.catalogue import Paper, report
from guanweihui.figures import Period
from guanweihui.models import CollaborationGroup
from guanweihui.scope import DISTRICT_WIDE, committee_of
from guanweihui.tables import Cell, Column, Row, Table, total_row

RESERVE = "区里未下达"
PARTS = (("used", "已用"), ("places", "名额"), ("left", "剩余"))


def quota_board(actor: Any, cycle: Cycle) -> Table:
    """Read a cycle's table from the actor's own rows: three queries."""
    return quota_table(
        cycle,
        Category.objects.visible_to(actor).of(cycle),
        CollaborationGroup.objects.visible_to(actor).in_district(cycle.district_id).in_order(),
        Quota.objects.visible_to(actor).of_cycle(cycle).for_list(),
        reporting_unit=committee_of(actor),
    )


def quota_table(
    cycle: Cycle,
    categories: Sequence[Category],
    groups: Sequence[CollaborationGroup],
    rows: Sequence[Quota],
    *,
    reporting_unit: str = "",
    page: str = "",
) -> Table:
    """One row a group, its schools' places among its own; what the district keeps stands last.

    A closed group has its row while it has places. `page` is the address that shows one group's (?group=).
    """
    categories = list(categories)
    stand: dict[tuple[int | None, int], list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        group = row.school.group_id if row.school is not None else row.group_id
        for key in ((group, row.category_id), (group, 0)):
            stand[key][0] += row.used
            stand[key][1] += row.places
    columns = _columns(categories)
    keys = [*(category.pk for category in categories), 0]
    lines = [
        _row(
            number,
            str(group),
            [stand[group.pk, key] for key in keys],
            {"group": f"{page}?group={group.pk}"} if page else {},
        )
        for number, group in enumerate(groups, start=1)
        if group.closed_on is None or stand[group.pk, 0][1]
    ]
    lines.append(_row(len(lines) + 1, RESERVE, [stand[None, key] for key in keys]))
    return Table(
        key="quotas",
        title=f"{cycle.name}名额使用情况",
        columns=columns,
        rows=tuple(lines),
        total=total_row(columns, lines),
        reporting_unit=reporting_unit,
        unit_line="个",
        notes=("协作组的名额含已分配到本组学校的名额；已用的是已提交且没有退回、撤回、不予推荐的推荐。",),
    )


def _columns(categories: Sequence[Category]) -> tuple[Column, ...]:
    heads = [*((str(one.pk), one.name) for one in categories), ("all", "合计")]
    return (
        Column("number", "序号", width=6, format="int"),
        Column("group", "协作组", width=18),
        *(
            Column(f"{part}_{key}", label, (name,), width=7, format="int", total=True)
            for key, name in heads
            for part, label in PARTS
        ),
    )


def _row(
    number: int, name: str, numbers: Sequence[Sequence[int]], links: Mapping[str, str] | None = None
) -> Row:
    cells: list[Cell] = [number, name]
    for used, places in numbers:
        cells += [used, places, places - used]
    return Row(tuple(cells), links=links or {})


@report(
    "quota-board",
    family="评选",
    title="名额使用情况",
    purpose="最近一届评选的名额：各协作组各奖项已用、名额和剩余。",
    roles=DISTRICT_WIDE,
)
def quota_paper(actor: Any, period: Period) -> Paper:
    """Show the latest cycle up to the period's end; without one the table is empty."""
    cycles = Cycle.objects.visible_to(actor).filter(year__lte=period.last.year).for_list()
    cycle = cycles.first()
    if cycle is None:
        columns = _columns([])
        table = Table("quotas", "名额使用情况", columns, (), notes=("还没有评选周期。",))
    else:
        table = quota_board(actor, cycle)
    return Paper(table.title, (table,))
