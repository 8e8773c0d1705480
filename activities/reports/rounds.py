"""Tables of one enrolment round: every school due, in the district's order, with what it answered."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone

from activities.models import Enrolment
from activities.reports.enrolments import (
    ENROLMENT_COLUMNS,
    MISSING,
    NIL,
    ON_ITS_WAY,
    WORDS,
    spread,
    words_for_counts,
)
from guanweihui import board
from guanweihui.catalogue import Paper, report
from guanweihui.figures import Period
from guanweihui.models import Due, Round
from guanweihui.scope import COMMITTEE, System, committee_of
from guanweihui.tables import Column, Row, Table, total_row, with_subtotals

#: The counting rules in words; closing a round stores them with its tables.
RULES = (
    "参加学校是至少有一个班报名的学校。只统计区里已通过的报名；已报送还没有审核的写“待审核”，不计入合计。"
    "填报为0的是“0”，零报告是“无”，没有报送的是“未报”，经批准不报的是“免报”。"
    "其中中学按班级所在学段（初中、高中）计，不按学校类型。"
)
#: The ten figures of an enrolment as columns.
COUNTS = ENROLMENT_COLUMNS[3:-1]
COLUMNS = (
    *ENROLMENT_COLUMNS[:3],
    Column("schools", "参加学校数", width=9, format="int", total=True),
    *COUNTS,
    ENROLMENT_COLUMNS[-1],
    Column("head", "负责人", width=10, align="center"),
)


class Answered:
    """The dues of a round that an actor sees, and the accepted enrolments that belong to them."""

    def __init__(self, actor: Any, round_: Round) -> None:
        self.actor, self.round = actor, round_
        self.dues: list[Due] = list(Due.objects.visible_to(actor).of_round(round_).for_list())
        accepted = Enrolment.objects.visible_to(actor).accepted().of_round(round_).for_table()
        self.enrolments = {one.due_id: one for one in accepted}

    def groups(self) -> list[str]:
        return [due.school.group.short_name for due in self.dues]

    def frame(self) -> dict[str, str]:
        """Return what stands round every table of the round."""
        first, last = (timezone.localdate(at) for at in (self.round.opens_at, self.round.deadline_at))
        period = Period.holding(last, self.round.district.year_starts_in)
        return {
            "reporting_unit": committee_of(self.actor),
            "period": f"{period.label}（{first}至{last}）",
        }


def lines_of(enrolment: Enrolment) -> dict[str, tuple[int, int]]:
    return {line.segment: (line.classes, line.students) for line in enrolment.lines.all()}


def summary_table(answered: Answered, *, rules: str = RULES) -> Table:
    """One row a school due, a subtotal a group, the district's total: schools, classes, students, coaches.

    `rules` are left empty where they are said beside the table.
    """
    rows = []
    for number, due in enumerate(answered.dues, start=1):
        enrolment = answered.enrolments.get(due.pk)
        head = (number, due.school.short_name, due.school.get_stage_display())
        if enrolment is None:
            word = WORDS.get(due.state, MISSING)
            rows.append(Row((*head, word, *words_for_counts(word), None, None)))
        else:
            counts = spread(lines_of(enrolment))
            takes_part = int(counts[0] > 0)
            rows.append(Row((*head, takes_part, *counts, enrolment.coaches, enrolment.head_name or None)))
    return Table(
        key="enrolment-summary",
        title=f"{answered.round.title}汇总表",
        columns=COLUMNS,
        rows=with_subtotals(COLUMNS, rows, answered.groups()),
        total=total_row(COLUMNS, rows),
        unit_line="所、个、人",
        notes=(rules,) if rules else (),
        **answered.frame(),
    )


# --- this year beside the last ----------------------------------------------------------------------------

YEARS = (("last", "上年"), ("this", "本年"), ("more", "增减"), ("percent", "增减%"))


def _compared(what: str, label: str, width: int) -> tuple[Column, ...]:
    return tuple(
        Column(
            f"{what}_{key}",
            word,
            (label,),
            width=width,
            format="percent" if key == "percent" else "int",
            total=key in {"last", "this"},
        )
        for key, word in YEARS
    )


COMPARED_COLUMNS = (
    *ENROLMENT_COLUMNS[:3],
    *_compared("schools", "参加学校数", 8),
    *_compared("classes", "参加班级数", 9),
    *_compared("students", "参加学生数", 9),
)
#: Where the three blocks of four begin.
BLOCKS = tuple(range(3, len(COMPARED_COLUMNS), len(YEARS)))


def compared_table(answered: Answered, before: Round | None, *, rules: str = RULES) -> Table:
    """One row a school due: schools, classes and students of the round before beside this one's.

    What is a word in one of the two years has no difference. The last note says what the round before had at
    schools that owe nothing now, so that both years can be reconciled.
    """
    last = three_by_school(Answered(answered.actor, before)) if before else {}
    this = three_by_school(answered)
    rows = []
    for number, due in enumerate(answered.dues, start=1):
        now = this[due.school_id]
        cells: list[Any] = [number, due.school.short_name, due.school.get_stage_display()]
        for then, value in zip(last.pop(due.school_id, NOTHING_ASKED), now, strict=True):
            cells += [then, value, None, None]
        rows.append(differing(Row(tuple(cells))))
    title = f"{answered.round.title}与上年对比表"
    return Table(
        key="enrolment-compared",
        title=title,
        columns=COMPARED_COLUMNS,
        rows=tuple(differing(row) for row in with_subtotals(COMPARED_COLUMNS, rows, answered.groups())),
        total=differing(total_row(COMPARED_COLUMNS, rows)),
        unit_line="所、个、人",
        notes=tuple(_compared_notes(before, last, this.values(), rules)),
        **answered.frame(),
    )


#: A school that nothing was asked of took no part.
NOTHING_ASKED = (NIL, NIL, NIL)
Three = tuple[int | str, int | str, int | str]


def three_by_school(answered: Answered) -> dict[int, Three]:
    """Return schools, classes and students of each school due in a round, or the word for its answer."""
    found: dict[int, Three] = {}
    for due in answered.dues:
        word = WORDS.get(due.state, MISSING)
        enrolment = answered.enrolments.get(due.pk)
        found[due.school_id] = three_of(enrolment) if enrolment else (word, word, word)
    return found


def three_of(enrolment: Enrolment) -> tuple[int, int, int]:
    """Return 1 for a school that takes part (0 for one that filed zeros), its classes, its students."""
    counts = spread(lines_of(enrolment))
    return int(counts[0] > 0), counts[0], counts[len(counts) // 2]


def differing(row: Row) -> Row:
    """Fill in differences and percentages where both years are figures; none from zero."""
    cells = list(row.cells)
    for start in BLOCKS:
        then, now = cells[start], cells[start + 1]
        if isinstance(then, int) and isinstance(now, int):
            cells[start + 2] = now - then
            cells[start + 3] = round((now - then) * 100 / then, 1) if then else None
    return Row(tuple(cells), row.kind, row.links)


def _compared_notes(
    before: Round | None, left: dict[int, Three], this: Iterable[Three], rules: str
) -> Iterable[str]:
    if before is None:
        yield "此前没有报名任务，没有上年数。"
        return
    yield f"上年指“{before.title}”。合计按有数的学校相加。{rules}"
    if open_ := sum(schools in (MISSING, ON_ITS_WAY) for schools, _, _ in this):
        yield f"本年还有 {open_} 所学校未报或待审核，合计、小计的增减不能作为同比结论。"
    three = [three for three in left.values() if isinstance(three[0], int)]
    if three:
        schools, classes, students = (sum(column) for column in zip(*three, strict=True))
        counts = f"学校 {schools} 所，班级 {classes:,} 个，学生 {students:,} 人"
        yield f"另有上年参加、本次不在应报名单的{counts}，未列入。"


# --- what a round offers ----------------------------------------------------------------------------------


def round_before(round_: Round) -> Round | None:
    """Return the district's round before this one, whoever asks: the same for all of its units."""
    return Round.objects.visible_to(System(round_.district)).before(round_).first()


def round_tables(actor: Any, round_: Round) -> Sequence[Table]:
    """Return the tables of a round for an actor: summary, and comparison with the round before.

    The pages of the round say its rules beside every table.
    """
    answered = Answered(actor, round_)
    return summary_table(answered, rules=""), compared_table(answered, round_before(round_), rules="")


def rounds_of(actor: Any, period: Period) -> list[Round]:
    rounds = Round.objects.visible_to(actor).of_kind(Round.Kind.ENROLMENT)
    return list(rounds.closing_within(period.first, period.last).started().with_district().for_list())


@report(
    "campaign-summary",
    family="活动",
    title="主题读书活动报名明细汇总表",
    purpose="一次报名的全部应报学校：参加学校数、班级数、学生数（其中中学）、指导教师、负责人，按协作组小计。",
    roles=COMMITTEE,
)
def summary_paper(actor: Any, period: Period) -> Paper:
    tables = (summary_table(Answered(actor, round_)) for round_ in rounds_of(actor, period))
    return Paper("主题读书活动报名明细汇总表", tuple(tables))


@report(
    "campaign-completeness",
    family="活动",
    title="主题读书活动报送情况表",
    purpose="全部应报学校的按时、逾期补报、未报、免报，截止和报送时间，各协作组的报送进度。",
    roles=COMMITTEE,
)
def completeness_paper(actor: Any, period: Period) -> Paper:
    unit, tables = committee_of(actor), []
    for round_ in rounds_of(actor, period):
        dues = list(Due.objects.visible_to(actor).standing(round_).for_list())
        tables.append(board.progress_table(round_, board.by_group(dues), reporting_unit=unit))
        tables.append(board.completeness_table(round_, dues, reporting_unit=unit))
    return Paper("主题读书活动报送情况表", tuple(tables))


@report(
    "campaign-compared",
    family="活动",
    title="主题读书活动报名与上年对比表",
    purpose="全部应报学校的参加学校数、班级数、学生数与上一次报名对比，列出增减数和百分比。",
    roles=COMMITTEE,
)
def compared_paper(actor: Any, period: Period) -> Paper:
    rounds = rounds_of(actor, period)
    tables = (compared_table(Answered(actor, round_), round_before(round_)) for round_ in rounds)
    return Paper("主题读书活动报名与上年对比表", tuple(tables))
