"""推荐汇总表: what is nominated in a cycle, category by category, group by group in its own order."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone

from awards.models import Category, Cycle, Nomination
from awards.workflow.review import status_word
from guanweihui.catalogue import Paper, report
from guanweihui.figures import Period
from guanweihui.scope import DISTRICT_WIDE, Role, committee_of
from guanweihui.tables import Column, Row, Table

READERS = frozenset({*DISTRICT_WIDE, Role.GROUP})
COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("cycle", "评选周期", width=18),
    Column("category", "奖项", width=26),
    Column("nominee", "姓名 / 集体", width=24),
    Column("unit", "推荐单位", width=30),
    Column("duty", "职务", width=14),
    Column("group", "协作组", width=14),
    Column("rank", "协作组排序", width=12, format="int"),
    Column("state", "状态", width=14, align="center"),
    Column("sent_on", "提交日期", width=12, format="date"),
)
EVERY = tuple(column.key for column in COLUMNS)
#: What a school's own export leaves out: the group's order is not its to know before the list is approved.
ABOVE_SCHOOLS = frozenset({"group", "rank"})
SUMMARY = ("number", "group", "rank", "nominee", "unit", "duty", "state")


def nomination_table(
    nominations: Iterable[Nomination],
    *,
    key: str = "nominations",
    title: str = "推荐名册",
    keys: Sequence[str] = EVERY,
    reporting_unit: str = "",
    period: str = "",
    notes: tuple[str, ...] = (),
) -> Table:
    """One row a nomination in the order given, under the names of the time; `keys` choose the columns."""
    by_key = {column.key: column for column in COLUMNS}
    rows = [_cells(number, one) for number, one in enumerate(nominations, start=1)]
    return Table(
        key=key,
        title=title,
        columns=tuple(by_key[key] for key in keys),
        rows=tuple(Row(tuple(cells[key] for key in keys)) for cells in rows),
        reporting_unit=reporting_unit,
        period=period,
        notes=notes,
    )


def _cells(number: int, nomination: Nomination) -> dict[str, Any]:
    is_person = nomination.person_id is not None
    sent_at = nomination.submitted_at
    return {
        "number": number,
        "cycle": nomination.cycle.name,
        "category": nomination.category.name,
        "nominee": nomination.nominee,
        "unit": nomination.printed_unit or nomination.unit.full_name,
        "duty": nomination.printed_duty if is_person else "",
        "group": nomination.unit.group.short_name,
        "rank": nomination.rank,
        "state": status_word(nomination),
        "sent_on": timezone.localdate(sent_at) if sent_at is not None else None,
    }


@report(
    "nomination-summary",
    family="评选",
    title="推荐汇总表",
    purpose="最近一届评选中学校已提交的推荐，每个奖项一张表，按协作组和协作组排序排列，退回和不予推荐的不列入。",
    roles=READERS,
)
def nomination_paper(actor: Any, period: Period) -> Paper:
    """The tables of the last cycle that was begun by the end of the period; none yet is one empty table."""
    cycles = Cycle.objects.visible_to(actor, roles=READERS).filter(year__lte=period.last.year)
    cycle = cycles.exclude(state=Cycle.State.PLANNED).for_list().first()
    unit = committee_of(actor)
    if cycle is None:
        note = "还没有开始的评选。"
        return Paper("推荐汇总表", (nomination_table((), keys=SUMMARY, reporting_unit=unit, notes=(note,)),))
    return Paper(f"{cycle.name}推荐汇总表", summary_of(actor, cycle, reporting_unit=unit))


def summary_of(actor: Any, cycle: Cycle, *, reporting_unit: str = "") -> tuple[Table, ...]:
    """One table a category of a cycle: what takes a place of the quota, within the actor's reach."""
    sent = Nomination.objects.visible_to(actor, roles=READERS).of_cycle(cycle).sent()
    rows = list(sent.for_list().in_group_order())
    return tuple(
        nomination_table(
            [one for one in rows if one.category_id == category.pk],
            key=f"nominations_{category.kind.lower()}",
            title=f"{cycle.name}推荐汇总表（{category.name}）",
            keys=SUMMARY,
            reporting_unit=reporting_unit,
            period=cycle.period,
            notes=(f"表彰名额 {category.places} 个，推荐名额 {category.proposals} 个。",),
        )
        for category in Category.objects.visible_to(actor).of(cycle)
    )
