"""The machinery of the small kinds: a row wishes for objects; each is new, changed or as it is already.

The register has its own, faster way (members/resources.py).
"""

import datetime
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.db import models

from guanweihui import text
from guanweihui.crypto import EncryptedTextField
from guanweihui.imports.kinds import Context, PlannedRow, Written
from guanweihui.imports.problems import CURE, Problem, Unusable
from guanweihui.imports.reader import Sheet, SheetRow, TableRows
from guanweihui.imports.resources import (
    CellError,
    Cleaner,
    CountWidget,
    NumberWidget,
    RowResource,
    snapshot,
    written_as,
)
from guanweihui.imports.totals import totals_agree
from guanweihui.imports.units import Units
from guanweihui.models import School

HIDDEN = "（不显示）"
NO_EFFECT = "请核对；不影响导入。"
#: The column that numbers the rows; its total is none.
SERIAL = "序号"
_REPORTED_ON = re.compile(r"(?:填报日期|统计时点)[::]?\s*([0-9]{4}[年./-][0-9]{1,2}[月./-][0-9]{1,2}日?)")


@dataclass
class Wish:
    """One object as a row wants it. `row` is the stored object, or a new one that is not saved yet."""

    row: models.Model
    changes: dict[str, tuple[str, str]] = field(default_factory=dict)
    before: str = ""
    names: list[str] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        return self.row._state.adding

    @property
    def is_open(self) -> bool:
        return self.is_new or bool(self.names)

    def save(self) -> None:
        if self.is_new:
            self.row.save(force_insert=True)
        else:
            self.row.save(update_fields=self.names)
        self.names = []


def wish(row: models.Model | None, model: type[models.Model], key: dict[str, Any], **values: Any) -> Wish:
    """Want an object with `key` and `values`; None among the values says nothing and changes nothing.

    `row` is the stored object that bears the key, None when there is none.
    """
    said = {name: value for name, value in values.items() if value is not None}
    if row is None:
        return Wish(model(**key, **said))
    wanted = Wish(row)
    if row._state.adding:
        for name, value in said.items():
            setattr(row, name, value)
        return wanted
    for name, value in said.items():
        stored_in: Any = model._meta.get_field(name)
        stored = getattr(row, stored_in.attname)
        if stored == (value.pk if isinstance(value, models.Model) else value):
            continue
        old = getattr(row, name)
        wanted.before = wanted.before or snapshot(row)
        wanted.names.append(name)
        wanted.changes[str(stored_in.verbose_name)] = (shown(stored_in, old), shown(stored_in, value))
        setattr(row, name, value)
    return wanted


def shown(stored_in: Any, value: Any) -> str:
    """Write a value as the preview shows it; sealed ones masked."""
    if value in (None, ""):
        return ""
    if isinstance(stored_in, EncryptedTextField):
        return text.mask_phone(value) if stored_in.name.endswith("phone") else HIDDEN
    if stored_in.choices:
        return str(dict(stored_in.flatchoices).get(value, value))
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)


def judge_totals(sheet: Sheet, table: TableRows, labels: Collection[str]) -> list[PlannedRow]:
    """Return a WRONG row for each total row that differs from its rows: something is missing.

    A total row with nothing worse than cells that cannot be checked is TOTAL, with one warning for all.
    """
    rows: dict[int, PlannedRow] = {}
    open_ones: dict[tuple[int, str], list[str]] = {}
    for one in totals_agree(table, labels):
        row = rows.setdefault(one.row, PlannedRow(sheet.name, one.row, "合计", verdict="TOTAL"))
        if one.counted is None:
            open_ones.setdefault((one.row, one.short), []).append(one.label)
        else:
            cure = "请核对是否漏行或填错，改正后重新导入。"
            stored = written_as(one.stored)
            row.problems.append(Problem(sheet.name, one.row, one.label, stored, one.short, cure))
    for (number, short), names in open_ones.items():
        warning = Problem(sheet.name, number, "、".join(names), "", short, NO_EFFECT, is_warning=True)
        rows[number].problems.append(warning)
    return list(rows.values())


class SheetLoader:
    """Judges a sheet row by row and writes the wishes of the good ones.

    A child names its `resource` and writes `judge`; what the rows hang on (a decision, a campaign) goes
    into `self.first` and is written with the sheet's first row.
    """

    resource: ClassVar[type[RowResource]]
    #: What a row stands for: the row is new when this is.
    model: ClassVar[type[models.Model]]
    #: The column that names a row in lists.
    label: ClassVar[str] = ""

    def __init__(self, context: Context, sheet: Sheet) -> None:
        self.context = context
        self.sheet = sheet
        self.district = context.district
        self.first: list[Wish] = []
        self.seen: dict[tuple[str, Any], int] = {}

    # --- judging ---

    def plan(self, table: TableRows) -> list[PlannedRow]:
        if self.district is None:
            raise Unusable("还没有区的资料，请先导入学校名录。")
        self.prepare()
        return self.judge_all(table)

    def prepare(self) -> None:
        """Read the lines above the head and load what the rows are compared with."""

    def judge_all(self, table: TableRows) -> list[PlannedRow]:
        cleaner = Cleaner(self.resource, self.sheet, table)
        rows = [self._judge(row, cleaner) for row in table.rows]
        self._carry_first(rows)
        return [*rows, *self.check_totals(table)]

    def _judge(self, row: SheetRow, cleaner: Cleaner) -> PlannedRow:
        values, problems = cleaner.clean(row)
        planned = PlannedRow(
            self.sheet.name, row.number, written_as(row.cells.get(self.label)), problems=problems, payload=[]
        )
        self.row, self.planned = row, planned
        if not problems:
            try:
                planned.payload = [one for one in self.judge(values) if one is not None]
            except CellError as error:
                self.fault(self.label, str(error), error.cure)
        for one in planned.payload:
            planned.changes.update(one.changes)
        planned.verdict = self._verdict(planned.payload)
        return planned.settle()

    def judge(self, values: dict[str, Any]) -> Sequence[Wish | None]:
        """Return the objects that a row wants, in writing order; note faults with `fault`."""
        raise NotImplementedError

    def _verdict(self, wishes: Sequence[Wish]) -> str:
        if any(one.is_new and isinstance(one.row, self.model) for one in wishes):
            return "NEW"
        return "CHANGED" if any(one.is_open for one in wishes) else "UNCHANGED"

    def check_totals(self, table: TableRows) -> list[PlannedRow]:
        """Compare the sheet's totals of its numbers, and of the rows themselves under `label`."""
        columns = self.resource.columns()
        counted = [name for name, one in columns.items() if isinstance(one.widget, CountWidget)]
        if not isinstance(columns[self.label].widget, NumberWidget):
            counted.append(self.label)
        return judge_totals(self.sheet, table, [name for name in counted if name != SERIAL])

    def _carry_first(self, rows: Sequence[PlannedRow]) -> None:
        """Let the first good row carry what the sheet hangs on, when that is new or changed."""
        open_ones = [one for one in self.first if one.is_open]
        carrier = next((row for row in rows if row.verdict != "WRONG"), None)
        if not open_ones or carrier is None:
            return
        for one in open_ones:
            carrier.changes.update(one.changes)
        if carrier.verdict == "UNCHANGED":
            carrier.verdict = "CHANGED"

    # --- words for faults ---

    def fault(self, column: str, message: str, cure: str = CURE) -> None:
        self._note(column, message, cure, is_warning=False)

    def warn(self, column: str, message: str, cure: str = NO_EFFECT) -> None:
        self._note(column, message, cure, is_warning=True)

    def _note(self, column: str, message: str, cure: str, *, is_warning: bool) -> None:
        shown_as = self.resource.columns().get(column)
        typed = self.row.cells.get(column)
        value = shown_as.shown(typed) if shown_as else written_as(typed)
        self.planned.problems.append(
            Problem(self.sheet.name, self.row.number, column, value, message, cure, is_warning)
        )

    def only_once(self, column: str, value: Any) -> bool:
        """Note a fault when an earlier row of the sheet has the same value in this column."""
        earlier = self.seen.setdefault((column, value), self.row.number)
        if earlier == self.row.number:
            return True
        self.fault(column, f"与第 {earlier} 行重复", "请删去重复的一行，或改正后重新导入。")
        return False

    # --- what the lines above the head say ---

    @property
    def title(self) -> str:
        return self.sheet.lines[0] if self.sheet.lines else ""

    def reported_on(self) -> datetime.date | None:
        """Return the day that 填报日期 or 统计时点 names above the head."""
        for line in self.sheet.lines:
            if found := _REPORTED_ON.search(text.fold_width(line)):
                return text.parse_date(found.group(1)).on
        return None

    def units(self) -> Units:
        """The district's schools, loaded once a workbook."""
        if "units" not in self.context.memo:
            self.context.memo["units"] = Units(self.district)
        units: Units = self.context.memo["units"]
        return units

    def school(self, column: str, name: str) -> School | None:
        """Find the school, or note the fault and return None."""
        try:
            return self.units().find(name)
        except CellError as error:
            self.fault(column, str(error), error.cure)
            return None

    # --- writing ---

    def write(self, rows: Sequence[PlannedRow]) -> Iterator[Written]:
        first = self.first
        for planned in rows:
            for one in (*first, *planned.payload):
                if one.is_open:
                    one.save()
                    yield Written(self.sheet.name, planned.number, one.row, one.before)
            first = []
        self.after()

    def after(self) -> None:
        """Do what follows from the rows written, such as links by printed names."""
