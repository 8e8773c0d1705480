"""综表 of the annual return: every school due with what it answered, and what is generated beside it.

Every figure is a sum of ReturnAnswer rows; 表2 and 表5 are counted from the registers at the round's date,
for the schools whose return has been accepted, so that they balance with 表1.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from activities.annual_return import (
    ACTIVITIES,
    FIGURES,
    ORGANISATION,
    PUBLICITY,
    QUESTIONNAIRE,
    TABLE_1,
    TABLE_3,
    TABLE_6,
    VOLUNTEERS,
    column_format,
    with_sums,
)
from activities.models import ReturnAnswer
from activities.reports.enrolments import MISSING, NIL, WORDS
from activities.return_known import Ground, ground_of
from activities.return_tables import HONOUR_KINDS, HONOURS
from guanweihui import round_tables
from guanweihui.catalogue import Paper, report
from guanweihui.figures import Period, get
from guanweihui.figures_page import values_by_school
from guanweihui.filing_kinds import url_of
from guanweihui.models import Due, Round
from guanweihui.models.filing import RoundQuerySet
from guanweihui.questionnaire import BaseTable, Item, Sum, Value, add
from guanweihui.scope import COMMITTEE, System, committee_of
from guanweihui.tables import TOTAL_LABEL, Cell, Column, Row, Table, total_row, with_subtotals
from guanweihui.text import mask_phone
from members.reports.people import AGE_COLUMNS, age_cells, age_on

#: The counting rules in words; closing a round stores them with its tables.
RULES = (
    "合计只加区里已通过的年度统计；已报送还没有审核的写“待审核”。填报为0的是“0”，没有填或零报告的是“无”，"
    "没有报送的是“未报”，经批准不报的是“免报”。五老志愿者按主要类别计，一人只计一次，五类之和等于合计；"
    "场次、人次、人数分别统计。表2、表5由人员档案和荣誉名册在统计时点生成，只含已通过的学校。"
)
AGES, HONOUR_ROLL, COMPARED = "t2", "t5", "compared"
KEYS = (ORGANISATION, AGES, ACTIVITIES, HONOUR_ROLL, PUBLICITY, COMPARED)
#: What stands before the figures of every table with a row a school.
SCHOOL_COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("school", "单位", width=20),
    Column("stage", "学段", width=10, align="center"),
)


class Answered:
    """The dues of a round that an actor sees, with the accepted answers of each school: three queries."""

    def __init__(self, actor: Any, round_: Round) -> None:
        self.actor, self.round = actor, round_
        self.ground: Ground = ground_of(round_, actor)
        self.dues: list[Due] = list(Due.objects.visible_to(actor).of_round(round_).for_list())
        self.rows = ReturnAnswer.objects.visible_to(actor).of_round(round_).counted()
        self.answers: dict[int, dict[str, Value]] = defaultdict(dict)
        for school, key, number, words in self.rows.for_table():
            self.answers[school][key] = words if number is None else number

    def groups(self) -> list[str]:
        return [due.school.group.short_name for due in self.dues]

    def frame(self) -> dict[str, str]:
        """Return what stands round every table of the round."""
        return {
            "reporting_unit": committee_of(self.actor),
            "period": f"{self.ground.year.label}，{self.ground.words}",
        }


def tables(actor: Any, round_: Round) -> Sequence[Table]:
    """Return the tables of a round for an actor: 表1, 2, 3, 5 and 6, and the year beside the last."""
    answered = Answered(actor, round_)
    return (
        summary_table(answered, TABLE_1),
        age_table(answered),
        summary_table(answered, TABLE_3),
        honour_table(answered),
        summary_table(answered, TABLE_6),
        compared_table(answered),
    )


# --- what schools filled in -------------------------------------------------------------------------------


def summary_table(answered: Answered, base: BaseTable) -> Table:
    """综表 of a base table: one row a school due, a subtotal a group, the district's total."""
    cells = [cell for line in base.lines for cell in line.cells if cell is not None]
    columns = (*SCHOOL_COLUMNS, *flattened(base))
    rows = []
    for number, due in enumerate(answered.dues, start=1):
        head = (number, due.school.short_name, due.school.get_stage_display())
        said = answered.answers.get(due.school_id)
        if said is None:
            content: Iterable[Cell] = (WORDS.get(due.state, MISSING), *[None] * (len(cells) - 1))
        else:
            full = with_sums(said)
            content = (_shown(cell, full.get(cell.key)) for cell in cells)
        rows.append(Row((*head, *content), links={"school": url_of(due)}))
    return Table(
        key=base.key,
        title=base.title,
        columns=columns,
        rows=with_subtotals(columns, rows, answered.groups()),
        total=total_row(columns, rows),
        unit_line=base.unit_line,
        notes=(RULES,),
        **answered.frame(),
    )


def flattened(base: BaseTable) -> tuple[Column, ...]:
    """Lay a base table out for one row a school: a grid's lines become heads above its columns."""
    is_grid = len(base.lines) > 1
    found = []
    for line in base.lines:
        for column, cell in zip(base.columns, line.cells, strict=True):
            if cell is None:
                continue
            found.append(
                Column(
                    cell.key,
                    column.label,
                    (line.label,) if is_grid else column.groups,
                    width=8 if column_format(cell) == "int" else column.width,
                    format=column_format(cell),
                    total=column_format(cell) != "text",
                )
            )
    return tuple(found)


def _shown(cell: Item | Sum, value: Value) -> Cell:
    if value is None:
        return None if isinstance(cell, Item) and cell.format == "long" else NIL
    if isinstance(value, str):
        return mask_phone(value) if isinstance(cell, Item) and cell.format == "phone" else value
    return Decimal(value) if column_format(cell) == "money" else int(value)


# --- what is generated ------------------------------------------------------------------------------------


def age_table(answered: Answered) -> Table:
    """表2: volunteers of the accepted schools by age band on the round's date, one row a group."""
    ground = answered.ground
    people = get("volunteers").rows(answered.actor, ground.stock).filter(school__in=list(answered.answers))
    heads: dict[int, list[tuple[str, int | None]]] = defaultdict(list)
    for school, sex, born_on in people.order_by().values_list("school", "sex", "born_on"):
        heads[school].append((sex, age_on(born_on, ground.day) if born_on else None))
    by_group: dict[str, list[tuple[str, int | None]]] = {}
    for due in answered.dues:
        by_group.setdefault(due.school.group.short_name, []).extend(heads[due.school_id])
    rows = [
        Row((number, group, *age_cells(found))) for number, (group, found) in enumerate(by_group.items(), 1)
    ]
    everybody = [head for found in by_group.values() for head in found]
    return Table(
        key=AGES,
        title="表2　五老志愿者年龄结构",
        columns=AGE_COLUMNS,
        rows=tuple(rows),
        total=Row((None, TOTAL_LABEL, *age_cells(everybody)), "total"),
        unit_line="人、岁",
        notes=(
            "年龄按统计时点的周岁计，由人员档案生成；只含年度统计已通过的学校。",
            *_unbalanced(answered, len(everybody)),
        ),
        **answered.frame(),
    )


def _unbalanced(answered: Answered, elders: int) -> Iterable[str]:
    """Say so when the files have changed since the returns were accepted: 表1 stays as it was sent."""
    volunteers = sum(int(add(said, VOLUNTEERS) or 0) for said in answered.answers.values())
    if volunteers != elders:
        more = f"多 {elders - volunteers}" if elders > volunteers else f"少 {volunteers - elders}"
        yield f"比表1五老志愿者合计{more} 人：报送以后人员档案有变动，或学校没有人员档案。"


HONOUR_COLUMNS = (
    *SCHOOL_COLUMNS,
    *(
        Column(names[place], label, (head,), width=9, format="int", total=True)
        for place, head in enumerate(("本年度", "累计"))
        for label, *names in HONOUR_KINDS
    ),
)


def honour_table(answered: Answered) -> Table:
    """表5: honours of the accepted schools, of the year and in all that the portal records, by kind."""
    found = values_by_school(HONOURS, answered.actor, answered.ground.flow)
    rows = []
    for number, due in enumerate(answered.dues, start=1):
        head = (number, due.school.short_name, due.school.get_stage_display())
        if due.school_id in answered.answers:
            values: Mapping[str, int] = found.get(due.school_id, {})
            content: Iterable[Cell] = (values.get(column.key, 0) for column in HONOUR_COLUMNS[3:])
        else:
            content = (WORDS.get(due.state, MISSING), *[None] * (len(HONOUR_COLUMNS) - 4))
        rows.append(Row((*head, *content)))
    return Table(
        key=HONOUR_ROLL,
        title="表5　表彰情况",
        columns=HONOUR_COLUMNS,
        rows=with_subtotals(HONOUR_COLUMNS, rows, answered.groups()),
        total=total_row(HONOUR_COLUMNS, rows),
        unit_line="个、人次",
        notes=("区级表彰，由荣誉名册生成，作废的不计；平台启用前的表彰只有全区总数，不分学校，不在本表。",),
        **answered.frame(),
    )


# --- this year beside the last ----------------------------------------------------------------------------

COMPARED_COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("label", "指标", width=26),
    Column("last", "上年", width=12, format="int"),
    Column("this", "本年", width=12, format="int"),
    Column("more", "增减", width=12, format="int"),
    Column("percent", "增减%", width=9, format="percent"),
)


def compared_table(answered: Answered) -> Table:
    """One row a figure of the return: the totals of the round before, this one's, and the difference."""
    before = Round.objects.visible_to(System(answered.round.district)).before(answered.round).first()
    answers_last = ReturnAnswer.objects.visible_to(answered.actor).of_round(before).counted()
    this, last = answered.rows.totals(), answers_last.totals() if before else {}
    schools = Decimal(answers_last.schools()) if before else None, Decimal(len(answered.answers))
    rows = [_compared(1, "已通过的学校（所）", *schools)]
    rows += [
        _compared(number, label, _added(last, keys), _added(this, keys))
        for number, (label, keys) in enumerate(_compared_figures(), start=2)
    ]
    note = f"上年指“{before.title}”，只加已通过的学校。" if before else "此前没有年度统计，没有上年数。"
    return Table(
        key=COMPARED,
        title="年度统计与上年对比",
        columns=COMPARED_COLUMNS,
        rows=tuple(rows),
        notes=(note, "金额在页面和 PDF 上显示到元，Excel 中保留到分。"),
        **answered.frame(),
    )


def _compared_figures() -> Iterable[tuple[str, tuple[str, ...]]]:
    """Give every sum of the questionnaire, then every figure: its label, and the items that make it."""
    for one in (*QUESTIONNAIRE.sums(), *FIGURES):
        yield one.label, one.parts if isinstance(one, Sum) else (one.key,)


def _added(totals: Mapping[str, Decimal], keys: Sequence[str]) -> Decimal | None:
    found = [totals[key] for key in keys if key in totals]
    return sum(found, Decimal(0)) if found else None


def _compared(number: int, label: str, last: Decimal | None, this: Decimal | None) -> Row:
    """Write one line; nothing is compared with a year that has no figure, and no percent is of zero."""
    if last is None or this is None:
        said = (NIL if value is None else _plain(value) for value in (last, this))
        return Row((number, label, *said, None, None))
    more = this - last
    percent = float(round(more * 100 / last, 1)) if last else None
    return Row((number, label, _plain(last), _plain(this), _plain(more), percent))


def _plain(value: Decimal) -> Cell:
    """Give heads as whole numbers, money with its cents."""
    return int(value) if value == value.to_integral_value() else value


# --- the report centre ------------------------------------------------------------------------------------


@report(
    "annual-return",
    family="年报",
    title="年度统计汇总表",
    purpose="学校年度统计的综表：组织建设、年龄结构、活动开展、表彰、宣传和与上年对比；定稿后以定稿为准。",
    roles=COMMITTEE,
)
def annual_return_paper(actor: Any, period: Period) -> Paper:
    return Paper("年度统计汇总表", tuple(tables_of_year(actor, period)))


def tables_of_year(actor: Any, period: Period) -> list[Table]:
    """Return the tables of the year's round, as stored once it is closed; none without a round."""
    rounds = Round.objects.visible_to(actor).of_kind(Round.Kind.ANNUAL_RETURN).started()
    return _tables_of(actor, rounds.of_year(period.year), KEYS)


def closed_tables_of_year(actor: Any, period: Period) -> list[Table]:
    """Return 表3 and 表6 as schools filled them in and the office closed them; none before that."""
    rounds = Round.objects.visible_to(actor).of_kind(Round.Kind.ANNUAL_RETURN).closed()
    tables = _tables_of(actor, rounds.of_year(period.year), (ACTIVITIES, PUBLICITY))
    return [replace(table, title=f"{table.title}（学校填报）") for table in tables]


def _tables_of(actor: Any, rounds: RoundQuerySet, keys: Sequence[str]) -> list[Table]:
    """Return the tables of the latest of these rounds."""
    round_ = rounds.with_district().for_list().first()
    if round_ is None:
        return []
    found = round_tables.of_round(actor, round_)
    return [table for key in keys if (table := found.get(key)) is not None]
