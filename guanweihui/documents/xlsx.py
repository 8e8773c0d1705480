"""Workbooks: one Table a sheet, laid out like the printed forms of the office.

openpyxl makes the frame (styles, title, merged head, signatures, print set-up); the lines between are
written into its sheet as XML, because openpyxl spends nine seconds on a register of 13,000 × 25 and this
less than one. Statistics are values, never formulas: a phone preview shows an uncalculated formula as 0.
"""

import io
import math
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import accumulate, count

from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.cell import MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from guanweihui.tables import (
    Cell,
    Column,
    HeadCell,
    Imprint,
    Kind,
    Table,
    column_marks,
    display_width,
    fitted_widths,
    format_value,
    header_rows,
    name_column,
)

NUMBER_FORMATS = {
    "text": "@",
    "int": "#,##0;[Red]-#,##0;0",
    "hours": "0.0",
    "date": "yyyy-mm-dd",
    "percent": '0.0"%"',
    "money": "#,##0.00",
}
THIN = Side(style="thin", color="000000")
BOX = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
HEAD_FILL = PatternFill("solid", fgColor="F2F2F2")
LINE_HEIGHT = 20
A3_ABOVE = 16  # columns
LONGEST_TEXT = 32_767  # characters a cell can hold
FIRST_DAY, EXCEL_EPOCH = date(1900, 3, 1), date(1899, 12, 30)
REPLACEMENT = "□"
REPLACED_SHEET = "字符替换说明"

# Characters XML cannot carry; a text that a careless reader would run; XML's own marks and Excel's escape.
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
RUNS_AS_FORMULA = re.compile(r"[=+\-@\t\r＝＋－＠]")
NEEDS_CARE = re.compile(
    "^[=+\\-@\t\r＝＋－＠]|[\x00-\x1f\ud800-\udfff\ufffe\uffff&<>]|_x[0-9A-Fa-f]{4}_|^ | $"
)
EXCEL_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def workbook(tables: Sequence[Table], imprint: Imprint) -> bytes:
    """Write one sheet a table. Characters a workbook cannot hold become □ and are listed on a last sheet."""
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator = imprint.by
    book.properties.title = tables[0].title if tables else ""
    replaced: list[tuple[str, ...]] = []
    bodies: list[tuple[int, bytes]] = []
    for table in tables:
        sheet = book.create_sheet(_sheet_name(table.title, book.sheetnames))
        first = _write_frame(sheet, table, imprint)
        lines = _Lines(sheet, table, first)
        bodies.append((first + len(table.all_rows()), lines.xml()))
        replaced.extend(lines.replaced)
    if replaced:
        _write_replaced(book, replaced)
    buffer = io.BytesIO()
    book.save(buffer)
    return _insert_lines(buffer, bodies)


def register(table: Table, imprint: Imprint) -> bytes:
    """Write one long register; 13,000 × 25 stay under 1.5 s and 150 MB (benchmark)."""
    return workbook([table], imprint)


def _insert_lines(frame: io.BytesIO, bodies: Sequence[tuple[int, bytes]]) -> bytes:
    """Put the lines of each sheet before its first line below them."""
    paths = {f"xl/worksheets/sheet{number}.xml": body for number, body in enumerate(bodies, start=1)}
    target = io.BytesIO()
    with (
        zipfile.ZipFile(frame) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as new,
    ):
        for item in old.infolist():
            xml = old.read(item)
            if item.filename not in paths:
                new.writestr(item.filename, xml)
                continue
            below, lines = paths[item.filename]
            place = re.search(rb'<row [^>]*?\br="%d"' % below, xml)
            if place is None:
                raise RuntimeError(f"no line {below} in {item.filename}")
            with new.open(item.filename, "w") as sheet:
                sheet.write(xml[: place.start()])
                sheet.write(lines)
                sheet.write(xml[place.start() :])
    return target.getvalue()


# --- the frame -----------------------------------------------------------------------------------------


def _write_frame(sheet: Worksheet, table: Table, imprint: Imprint) -> int:
    """Write all but the lines of the table; gives the row where these begin."""
    widths = fitted_widths(table)
    for place, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    _write_merged(sheet, 1, 1, len(widths), table.title, Font(name="宋体", size=20, bold=True), "center", 36)
    _write_spread(sheet, 2, table.caption(), widths, ("left", "center", "right"), height=22)
    first = _write_head(sheet, table, 3)
    last = _write_tail(sheet, table, imprint, first + len(table.all_rows()), widths)
    frozen = get_column_letter(min(name_column(table.columns) + 2, len(widths)))
    sheet.freeze_panes = f"{frozen}{first}"
    _set_up_print(sheet, len(widths), first - 1, last)
    return first


def _write_head(sheet: Worksheet, table: Table, row: int) -> int:
    """Write the merged head and the column numbers; gives the row below."""
    lines = header_rows(table.columns)
    center = Alignment(horizontal="center", vertical="center", wrap_text=True)
    for head in (cell for line in lines for cell in line):
        top, left = row + head.row, head.column + 1
        bottom, right = top + head.rowspan - 1, left + head.colspan - 1
        for cell in (sheet.cell(y, x) for y in range(top, bottom + 1) for x in range(left, right + 1)):
            cell.font, cell.alignment = Font(name="黑体", size=11), center
            cell.fill, cell.border = HEAD_FILL, BOX
        _write_text(sheet.cell(top, left), head.label)
        if (top, left) != (bottom, right):
            sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)
    for offset, line in enumerate(lines):
        sheet.row_dimensions[row + offset].height = _head_height(line, fitted_widths(table), len(lines))
    row += len(lines)
    marks = column_marks(table)
    for place, mark in enumerate(marks, start=1):
        cell = sheet.cell(row, place)
        _write_text(cell, mark)
        cell.font, cell.alignment, cell.border = Font(name="宋体", size=9), center, BOX
    if not marks:
        return row
    sheet.row_dimensions[row].height = 16
    return row + 1


def _head_height(line: Sequence[HeadCell], widths: Sequence[int], lines: int) -> int:
    """Return how high a line of the head is, so that no label that breaks in a narrow column is cut off."""
    least = 22 if lines > 1 else 30
    own = [cell for cell in line if cell.rowspan == 1]
    labels = [cell.label for cell in own]
    room = [sum(widths[cell.column : cell.column + cell.colspan]) for cell in own]
    return max(least, 15 * _lines_needed(labels, room) + 2)


def _write_tail(sheet: Worksheet, table: Table, imprint: Imprint, row: int, widths: Sequence[int]) -> int:
    """Write signatures, notes and imprint below the lines; gives the last row."""
    if table.signatures:
        labels = [f"{label}：" for label in table.signatures]
        _write_spread(sheet, row, labels, widths, ["left"] * len(labels), height=30)
        row += 1
    small = Font(name="宋体", size=9)
    notes = [note if number > 1 else f"说明：{note}" for number, note in enumerate(table.notes, start=1)]
    for note in (*notes, imprint.line()):
        height = 14 * math.ceil(display_width(note) * 0.85 / sum(widths)) + 2
        _write_merged(sheet, row, 1, len(widths), note, small, "left", height)
        row += 1
    return row - 1


def _write_spread(
    sheet: Worksheet, row: int, texts: Sequence[str], widths: Sequence[int], sides: Sequence[str], height: int
) -> None:
    """Spread texts over the width of the table; one with too few columns carries them in one cell."""
    font = Font(name="宋体", size=11)
    if len(widths) < len(texts):
        _write_merged(sheet, row, 1, len(widths), "　".join(filter(None, texts)), font, "left", height)
        return
    ends = [0, *accumulate(widths)]
    said = [(text, side) for text, side in zip(texts, sides, strict=True) if text]
    start, lines = 1, 1
    for number, (text, side) in enumerate(said, start=1):
        goal, last = ends[-1] * number / len(said), len(widths) - (len(said) - number)
        end = min(range(start, last + 1), key=lambda column: abs(ends[column] - goal))
        lines = max(lines, _lines_needed([text], [ends[end] - ends[start - 1]]))
        _write_merged(sheet, row, start, end, text, font, side, height)
        start = end + 1
    sheet.row_dimensions[row].height = height if lines == 1 else 16 * lines


def _write_merged(
    sheet: Worksheet, row: int, left: int, right: int, text: str, font: Font, side: str, height: int
) -> None:
    """Write a text over several columns of one row."""
    cell = sheet.cell(row, left)
    _write_text(cell, text)
    cell.font = font
    cell.alignment = Alignment(horizontal=side, vertical="center", wrap_text=True)
    sheet.row_dimensions[row].height = height
    if right > left:
        sheet.merge_cells(start_row=row, start_column=left, end_row=row, end_column=right)


def _write_text(cell: SheetCell | MergedCell, text: str) -> None:
    """Set a text as text, whatever it begins with."""
    cell.value = ILLEGAL.sub(REPLACEMENT, text)
    cell.data_type = "s"


def _set_up_print(sheet: Worksheet, columns: int, head_end: int, last: int) -> None:
    """Set paper, margins, repeated head, footer and print area."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 8 if columns > A3_ABOVE else 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    margins = sheet.page_margins
    margins.left = margins.right = 0.55
    margins.top, margins.bottom, margins.header, margins.footer = 0.75, 0.70, 0.3, 0.3
    sheet.print_options.horizontalCentered = True
    sheet.print_title_rows = f"1:{head_end}"
    sheet.oddFooter.center.text = "第 &P 页　共 &N 页"  # type: ignore[union-attr]
    sheet.print_area = f"A1:{get_column_letter(columns)}{last}"


def _sheet_name(title: str, taken: Sequence[str]) -> str:
    """Make a sheet name of a title: at most 31 characters, none of them forbidden, not used before."""
    name = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "", title).strip("' ")[:31] or "表"
    choices = (f"{name[:27]}（{number}）" for number in count(2))
    return name if name not in taken else next(choice for choice in choices if choice not in taken)


def _write_replaced(book: Workbook, replaced: Sequence[tuple[str, ...]]) -> None:
    """List every character that had to be replaced, so that nobody takes □ for what was filed."""
    sheet = book.create_sheet(REPLACED_SHEET)
    for row, line in enumerate((("工作表", "单元格", "处理"), *replaced), start=1):
        for column, text in enumerate(line, start=1):
            _write_text(sheet.cell(row, column), text)
    for letter, width in zip("ABC", (34, 10, 50), strict=True):
        sheet.column_dimensions[letter].width = width


# --- the lines -----------------------------------------------------------------------------------------


@dataclass
class _Lines:
    """Write the lines of one table as the XML of rows; collects what had to be replaced."""

    sheet: Worksheet
    table: Table
    first: int
    replaced: list[tuple[str, ...]] = field(default_factory=list)
    styles: dict[tuple[int, Kind, bool], int] = field(default_factory=dict)

    def xml(self) -> bytes:
        """Give all rows, ready for a sheet's data."""
        columns = [(get_column_letter(i + 1), i, column) for i, column in enumerate(self.table.columns)]
        widths = [int(self.sheet.column_dimensions[letter].width) for letter, _, _ in columns]
        target = bytearray()
        for number, row in enumerate(self.table.all_rows(), start=self.first):
            cells = [
                self._cell(row.cells[place], f"{letter}{number}", place, column, row.kind)
                for letter, place, column in columns
            ]
            height = LINE_HEIGHT * _lines_needed(row.cells, widths)
            target += f'<row r="{number}" ht="{height}" customHeight="1">{"".join(cells)}</row>'.encode()
        return bytes(target)

    def _cell(self, value: Cell, at: str, place: int, column: Column, kind: Kind) -> str:
        style = self.styles.get((place, kind, False)) or self._style(place, column, kind, False)
        if value is None or value == "":
            return f'<c r="{at}" s="{style}"/>'
        number = _as_number(value, column)
        if number is not None:
            return f'<c r="{at}" s="{style}"><v>{number}</v></c>'
        text = value if isinstance(value, str) else format_value(value)
        if not NEEDS_CARE.search(text) and len(text) <= LONGEST_TEXT:
            return f'<c r="{at}" s="{style}" t="inlineStr"><is><t>{text}</t></is></c>'
        if RUNS_AS_FORMULA.match(text):
            style = self.styles.get((place, kind, True)) or self._style(place, column, kind, True)
        text = self._careful(text, at)
        return f'<c r="{at}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'

    def _careful(self, text: str, at: str) -> str:
        """Make an awkward text fit for XML and note what could not be kept."""
        illegal = sorted(set(ILLEGAL.findall(text)))
        if illegal:
            codes = "、".join(f"U+{ord(mark):04X}" for mark in illegal)
            self.replaced.append((self.sheet.title, at, f"不能写入表格的字符 {codes} 已替换为 {REPLACEMENT}"))
            text = ILLEGAL.sub(REPLACEMENT, text)
        if len(text) > LONGEST_TEXT:
            self.replaced.append((self.sheet.title, at, f"文字超过 {LONGEST_TEXT} 字，后面的部分未写入"))
            text = text[:LONGEST_TEXT]
        text = EXCEL_ESCAPE.sub("_x005F_", text.replace("\r\n", "\n").replace("\r", "\n"))
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    def _style(self, place: int, column: Column, kind: Kind, quoted: bool) -> int:
        """Register a style with the workbook through a cell that is on no sheet; gives its number."""
        cell = SheetCell(self.sheet, row=1, column=1)
        cell.font = Font(name="宋体", size=11, bold=kind != "data")
        cell.border = BOX
        side = "center" if kind == "total" and not column.is_figure else column.effective_align
        cell.alignment = Alignment(horizontal=side, vertical="center", wrap_text=not column.is_figure)
        cell.number_format = NUMBER_FORMATS[column.format]
        if quoted:
            cell.quotePrefix = True
        self.styles[place, kind, quoted] = cell.style_id
        return cell.style_id


def _as_number(value: Cell, column: Column) -> int | float | Decimal | None:
    """Give the number Excel stores for a figure or a day; None for what is written as text.

    What stands in a text column is text, so that an ID number never turns into 9.9E+17.
    """
    if isinstance(value, str) or column.format == "text":
        return None
    if isinstance(value, date):
        day = date(value.year, value.month, value.day)
        return (day - EXCEL_EPOCH).days if day >= FIRST_DAY else None
    if value is None or isinstance(value, bool) or not math.isfinite(value):
        return None
    return value


def _lines_needed(cells: Sequence[Cell], widths: Sequence[int]) -> int:
    """Count the lines of print the fullest cell needs."""
    most = 1
    for value, width in zip(cells, widths, strict=True):
        if isinstance(value, str) and 2 * len(value) > width - 1:
            most = max(most, value.count("\n") + math.ceil(display_width(value) / (width - 1)))
    return min(most, 20)
