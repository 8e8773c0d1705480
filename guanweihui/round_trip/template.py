"""The template of a round: known values and last year's figures, dropdowns, checks, sums as formulas."""

import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from guanweihui import text
from guanweihui.documents.xlsx import (
    BOX,
    LINE_HEIGHT,
    NUMBER_FORMATS,
    RUNS_AS_FORMULA,
    _set_up_print,
    _sheet_name,
    _write_head,
    _write_merged,
    _write_spread,
    _write_text,
)
from guanweihui.filing_kinds import FilingKind
from guanweihui.imports.template import LONGEST_LIST
from guanweihui.models import Due, Round
from guanweihui.questionnaire import LARGEST_MONEY, Asked, Item, Sum, add, covered
from guanweihui.round_trip.layout import (
    INFO,
    INFO_MARK,
    LAST_YEAR,
    NOT_ASKED,
    RULE,
    Base,
    bases,
    reasons,
    shown,
    start_of,
)
from guanweihui.tables import Column, Table, display_width, fitted_widths

GREY, RED = PatternFill("solid", fgColor="F2F2F2"), PatternFill("solid", fgColor="F8D7DA")
FAINT = "808080"
FIRST_ITEM = 3  # columns
MOST_LINES = 15  # what Excel shows of a row without scrolling within it


@dataclass(frozen=True)
class Line:
    """One school of the template: its due, what it is asked, what it has.

    The error workbook gives back what it got: `cells` stand in for what was typed, by item key, `notes` for
    情况说明, by base table; `wrong` names the items to be marked, `more` fills the columns after 情况说明.
    `is_covered` masks telephones: whoever files for a school does not read them here.
    `version` is the state of the filing that the row was filled in on, its own unless given.
    """

    due: Due
    asked: Asked
    filing: Any = None
    version: int | None = None
    cells: Mapping[str, Any] | None = None
    notes: Mapping[str, str] = field(default_factory=dict)
    wrong: frozenset[str] = frozenset()
    more: tuple[str, ...] = ()
    is_covered: bool = False

    def start(self) -> dict[str, str]:
        return start_of(self.filing, self.asked)


def lines_of(kind: FilingKind, dues: Iterable[Due], *, is_covered: bool = False) -> list[Line]:
    """Return the lines of these dues of one round, in their order; the dues carry their school's group."""
    dues = list(dues)
    asked = kind.ask_many(dues)
    filings = kind.model._default_manager.filter(due__in=dues)
    own = {filing.due_id: filing for filing in filings}
    return [Line(due, asked[due.pk], own.get(due.pk), is_covered=is_covered) for due in dues]


def edition_of(lines: Sequence[Line]) -> int:
    return max((line.asked.questionnaire.edition for line in lines), default=0)


def workbook(round_: Round, lines: Sequence[Line], *, more: Sequence[Column] = (), rule: str = RULE) -> bytes:
    """Write the template of a round for these schools: a sheet a base table, then 填报说明.

    `more` are columns after 情况说明 and `rule` the words of the title, for the error workbook.
    """
    book = Workbook()
    book.remove(book.worksheets[0])
    sheets = {
        base.key: (base, book.create_sheet(_sheet_name(base.title, book.sheetnames)))
        for base in bases(line.asked.questionnaire for line in lines)
    }
    where = {
        place.key: (sheet.title, get_column_letter(FIRST_ITEM + number))
        for base, sheet in sheets.values()
        for number, place in enumerate(base.places)
    }
    # One head is as deep as the other, so that a school stands in the same row of every sheet.
    depth = max((len(p.groups) + 1 for base, _ in sheets.values() for p in base.places), default=1)
    for base, sheet in sheets.values():
        _Page(sheet, base, round_, lines, where, depth, tuple(more), rule).write()
    _write_instructions(book.create_sheet("填报说明"), round_, [base for base, _ in sheets.values()])
    _write_info(book.create_sheet(INFO), round_, lines)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@dataclass
class _Page:
    """Writes one sheet."""

    sheet: Worksheet
    base: Base
    round: Round
    lines: Sequence[Line]
    where: Mapping[str, tuple[str, str]]
    depth: int
    more: tuple[Column, ...]
    rule: str
    styles: dict[tuple[str, ...], Any] = field(default_factory=dict)
    widths: Sequence[int] = ()

    def write(self) -> None:
        columns = self.base.columns(self.more)
        table = Table(self.base.key, self.base.title, columns, ())
        self.widths = widths = fitted_widths(table)
        for place, width in enumerate(widths, start=1):
            self.sheet.column_dimensions[get_column_letter(place)].width = width
        self._frame(table, widths)
        keys = 3 + self.depth
        for place, column in enumerate(columns, start=1):
            _write_text(self.sheet.cell(keys, place), column.key)
        self.sheet.row_dimensions[keys].hidden = True
        row = keys
        for line in self.lines:
            row = self._school(line, row + 1)
        self._offer(keys + 1, row)
        self.sheet.freeze_panes = f"{get_column_letter(FIRST_ITEM)}{keys + 1}"
        _set_up_print(self.sheet, len(columns), keys - 1, max(row, keys + 1))
        # No password: against a slip of the hand only. Widths and heights stay free.
        protection = self.sheet.protection
        protection.sheet, protection.formatColumns, protection.formatRows = True, False, False

    def _frame(self, table: Table, widths: Sequence[int]) -> None:
        title = f"{self.base.title}（{self.rule}）"
        font = Font(name="宋体", size=16, bold=True)
        _write_merged(self.sheet, 1, 1, len(widths), title, font, "center", 32)
        closes = f"截止时间：{moment(self.round.deadline_at)}"
        unit = f"单位：{self.base.unit_line}" if self.base.unit_line else ""
        said = (f"报送任务：{self.round.title}", closes, unit)
        _write_spread(self.sheet, 2, said, widths, ("left", "center", "right"), height=22)
        _write_head(self.sheet, table, 3)
        own = 1 + max(len(column.groups) for column in table.columns)
        for row in range(3 + own, 3 + self.depth):
            self.sheet.row_dimensions[row].hidden = True

    def _school(self, line: Line, row: int) -> int:
        """Write a school's row and, in grey, last year's below it; gives the last row."""
        school, typed = line.due.school, line.start()
        asked = line.asked.questionnaire.labels()
        self._put(1, row, school.code, "text", "fixed")
        self._put(2, row, school.full_name, "text", "fixed")
        for column, place in enumerate(self.base.places, start=FIRST_ITEM):
            if place.key not in asked:
                self._put(column, row, NOT_ASKED, "text", "void")
            elif isinstance(place.cell, Sum):
                self._put(column, row, self._formula(place.cell, row), "int", "sum")
            else:
                answer = typed.get(place.key, "")
                value = shown(place.cell, covered(place.cell, answer) if line.is_covered else answer)
                if line.cells is not None:
                    value = line.cells.get(place.key)
                look = "wrong" if place.key in line.wrong else "open"
                self._put(column, row, value, place.cell.format, look)
        last = FIRST_ITEM + len(self.base.places)
        note = line.notes.get(self.base.key)
        said = reasons(self.base.items(), typed) if note is None else note
        self._put(last, row, said, "long", "open")
        for column, words in enumerate(line.more, start=last + 1):
            self._put(column, row, words, "long", "fixed")
        self._fit(row)
        return self._last_year(line, row + 1) if line.asked.last else row

    def _fit(self, row: int) -> None:
        """Make a row as high as its longest text needs: not every program does so by itself."""
        values = [cell.value for cell in self.sheet[row]]
        texts = ["" if value is None or str(value).startswith("=SUM") else str(value) for value in values]
        lines = max(
            sum(math.ceil(max(display_width(part), 1) / width) for part in text.split("\n"))
            for text, width in zip(texts, self.widths, strict=False)
        )
        self.sheet.row_dimensions[row].height = LINE_HEIGHT * min(lines, MOST_LINES)

    def _last_year(self, line: Line, row: int) -> int:
        last = line.asked.last
        self._put(1, row, None, "text", "last")
        self._put(2, row, f"　{LAST_YEAR}", "text", "last")
        for column, place in enumerate(self.base.places, start=FIRST_ITEM):
            cell = place.cell
            value = add(last, cell.parts) if isinstance(cell, Sum) else last.get(place.key)
            self._put(column, row, value, "int" if isinstance(cell, Sum) else cell.format, "last")
        for column in range(FIRST_ITEM + len(self.base.places), len(self.base.columns(self.more)) + 1):
            self._put(column, row, None, "text", "last")
        self.sheet.row_dimensions[row].height = LINE_HEIGHT
        return row

    def _formula(self, one: Sum, row: int) -> str:
        cells = []
        for part in one.parts:
            if part in self.where:
                name, letter = self.where[part]
                own = f"{letter}{row}"
                quoted = name.replace("'", "''")
                cells.append(own if name == self.sheet.title else f"'{quoted}'!{own}")
        return f"=SUM({','.join(cells)})"

    def _put(self, column: int, row: int, value: Any, format: str, look: str) -> None:
        cell: Any = self.sheet.cell(row, column)
        is_text = isinstance(value, str) and look != "sum"
        cell._style = self._style(format, look, is_text and bool(RUNS_AS_FORMULA.match(value)))
        if is_text:
            if value:
                _write_text(cell, value)
        elif value is not None:
            cell.value = value

    def _style(self, format: str, look: str, quoted: bool) -> Any:
        """Register a style with the workbook through a cell that is on no sheet."""
        key = (format, look, str(quoted))
        if key not in self.styles:
            cell: Any = SheetCell(self.sheet, row=1, column=1)
            cell.font = Font(name="宋体", size=11, color=FAINT if look in ("last", "void") else None)
            cell.border = BOX
            is_figure = format in ("int", "money")
            side = "center" if look == "void" else "right" if is_figure else "left"
            cell.alignment = Alignment(horizontal=side, vertical="center", wrap_text=not is_figure)
            cell.number_format = NUMBER_FORMATS[format if is_figure else "text"]
            cell.protection = Protection(locked=look not in ("open", "wrong"))
            if look in ("last", "void"):
                cell.fill = GREY
            elif look == "wrong":
                cell.fill = RED
            cell.quotePrefix = quoted
            self.styles[key] = cell._style
        return self.styles[key]

    def _offer(self, first: int, last: int) -> None:
        """Put dropdowns and checks into the columns."""
        for column, place in enumerate(self.base.places, start=FIRST_ITEM):
            if isinstance(place.cell, Item) and (rule := _rule(place.cell)) is not None:
                self.sheet.add_data_validation(rule)
                letter = get_column_letter(column)
                rule.add(f"{letter}{first}:{letter}{max(first, last)}")


def _rule(item: Item) -> DataValidation | None:
    """Return the check of a column; the portal checks again, and more."""
    options: dict[str, Any]
    if item.format == "int":
        words = f"请填 0 到 {item.most:,} 的整数。"
        options = {"type": "whole", "operator": "between", "formula1": "0", "formula2": str(item.most)}
    elif item.format == "money":
        words = "请填不小于 0 的金额，最多两位小数。"
        options = {"type": "decimal", "operator": "between", "formula1": "0", "formula2": str(LARGEST_MONEY)}
    elif item.format == "choice" and len(listed := ",".join(item.choices)) <= LONGEST_LIST:
        words = f"只能填：{'、'.join(item.choices)}"
        options = {"type": "list", "formula1": f'"{listed}"'}
    elif item.format in ("text", "long"):
        words = f"最多 {item.longest} 字。"
        options = {"type": "textLength", "operator": "lessThanOrEqual", "formula1": str(item.longest)}
    else:
        return None
    rule = DataValidation(allow_blank=True, showErrorMessage=True, **options)
    rule.errorTitle, rule.error = item.label[:32], words[:255]
    return rule


# --- the other sheets ---------------------------------------------------------------------------------


def instructions(round_: Round, tables: Sequence[Base]) -> list[str]:
    """Say how the workbook is filled in, by when, and what each table asks to be minded."""
    grace = f"，宽限 {round_.grace_minutes} 分钟" if round_.grace_minutes else ""
    lines = [
        f"截止时间：{moment(round_.deadline_at)}{grace}。过后学校不能再提交，需要延期请联系区关工委办公室。",
        "只填白色单元格；灰色的“上年”行供对照，填了也不读。灰色的“—”表示本校没有这一项。",
        "数字只填数，不带单位；合计由公式算出，以平台按各项相加的为准。",
        "数字与上年相差超过 20%，或与平台数据不同的，请在同一行的“情况说明”里写明原因。",
        "填好后在平台上打开这项任务，在“Excel填报”里上传，核对无误后确认。学校确认后还要在填报页面点“提交”。",
        "请勿增删列、改表头，不要用旧的填报表：内容有变化时平台会请您重新下载。",
    ]
    if round_.as_of_on:
        lines.insert(1, f"统计时点：{round_.as_of_on:%Y-%m-%d}。")
    lines += [line.strip() for line in round_.instructions.splitlines() if line.strip()]
    for base in tables:
        lines += [f"{base.title}：{note}" for note in base.notes]
        lines += [f"{item.label}：{item.help}" for item in base.items() if item.help]
    return lines


def _write_instructions(sheet: Worksheet, round_: Round, tables: Sequence[Base]) -> None:
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 6, 96
    _write_merged(sheet, 1, 1, 2, "填报说明", Font(name="宋体", size=16, bold=True), "center", 32)
    font = Font(name="宋体", size=11)
    for number, line in enumerate(instructions(round_, tables), start=1):
        mark, cell = sheet.cell(number + 1, 1, number), sheet.cell(number + 1, 2)
        _write_text(cell, line)
        for one in (mark, cell):
            one.font, one.alignment = font, Alignment(wrap_text=True, vertical="center", horizontal="left")
        sheet.row_dimensions[number + 1].height = LINE_HEIGHT * math.ceil(display_width(line) / 96)
    _set_up_print(sheet, 2, 1, sheet.max_row)


def _write_info(sheet: Worksheet, round_: Round, lines: Sequence[Line]) -> None:
    """Write which template this is: of which round and edition, and which state of each school's filing."""
    sheet.sheet_state = "veryHidden"
    sheet.append([INFO_MARK, str(round_.pk), str(edition_of(lines))])
    for line in lines:
        own = line.filing.version if line.filing is not None else 0
        sheet.append([line.due.school.code, str(own if line.version is None else line.version)])


def moment(value: Any) -> str:
    at = timezone.localtime(value)
    return f"{at.year}年{text.deadline_cn(at)}"
