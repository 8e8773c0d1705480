"""The error workbook: the wrong rows alone, to be corrected and loaded again.

It holds ID numbers and telephones in full: it is the loader's own file.
"""

from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from guanweihui.imports.batch import Plan, SheetPlan
from guanweihui.imports.kinds import PlannedRow
from guanweihui.imports.resources import written_as

WHAT, CURE = "问题", "怎样改"
RED = PatternFill("solid", start_color="FFF8D7DA")
GREY = PatternFill("solid", start_color="FFF2F2F2")
AUTHOR = "系统"
_RISKY = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def workbook(*plans: Plan) -> bytes:
    """Write the wrong rows of the plans, totals too, a sheet each, under title lines and head as they came.

    A sheet without wrong rows is kept, empty, beside a wrong one of its workbook: a document number may
    stand on it. Without any wrong row the workbook says so. A loader with a layout of its own, and alone in
    its plan, writes its rows itself.
    """
    if len(plans) == 1 and len(plans[0].sheets) == 1:
        own = getattr(plans[0].sheets[0].loader, "errors_workbook", None)
        if own is not None:
            return own(plans[0])
    book = Workbook()
    del book["Sheet"]
    for plan in plans:
        if not any(plan.rows("WRONG")):
            continue
        for sheet in plan.sheets:
            _write_sheet(book.create_sheet(_free_name(book, sheet.sheet.name)), sheet)
    if not book.worksheets:
        book.create_sheet("没有错误").append(["没有错误的行。"])
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def _free_name(book: Workbook, wanted: str) -> str:
    name, number = wanted[:31], 2
    while name in book.sheetnames:
        name = f"{wanted[:27]}({number})"
        number += 1
    return name


def _write_sheet(page: Worksheet, sheet: SheetPlan) -> None:
    labels = sorted(sheet.table.columns, key=lambda label: sheet.table.columns[label])
    place = {label: number for number, label in enumerate(labels, 1)}
    for number, line in enumerate(sheet.sheet.lines, 1):
        _put(page.cell(number, 1), line)
    head = len(sheet.sheet.lines) + 1
    for label, column in (*place.items(), (WHAT, len(labels) + 1), (CURE, len(labels) + 2)):
        top = page.cell(head, column, label)
        top.font, top.fill = Font(bold=True), GREY
        page.column_dimensions[get_column_letter(column)].width = 40 if column > len(labels) else 16
    page.freeze_panes = f"A{head + 1}"
    typed = {row.number: row.cells for row in (*sheet.table.rows, *sheet.table.totals)}
    wrong = [row for row in sheet.rows if row.verdict == "WRONG" and row.number in typed]
    for number, row in enumerate(wrong, head + 1):
        _write_row(page, number, row, typed[row.number], place)


def _write_row(
    page: Worksheet, number: int, row: PlannedRow, cells: dict[str, Any], place: dict[str, int]
) -> None:
    for label, column in place.items():
        _put(page.cell(number, column), cells.get(label))
    hard = [problem for problem in row.problems if not problem.is_warning]
    for problem in hard:
        if problem.column in place:
            cell = page.cell(number, place[problem.column])
            cell.fill = RED
            cell.comment = Comment(f"{problem.message}。{problem.cure}", AUTHOR, height=80, width=260)
    for column, said in (
        (len(place) + 1, [f"{problem.column}：{problem.message}" for problem in hard]),
        (len(place) + 2, [f"{problem.column}：{problem.cure}" for problem in hard]),
    ):
        cell = page.cell(number, column)
        _put(cell, "\n".join(said))
        cell.alignment = Alignment(wrap_text=True, vertical="top")


def _put(cell: Cell | MergedCell, value: Any) -> None:
    """Write a value as it was typed: numbers as text, so that none loses digits; nothing as a formula."""
    if value is None or value == "":
        return
    if hasattr(value, "year"):
        cell.value = value
        cell.number_format = "yyyy-mm-dd"
        return
    written = written_as(value)
    cell.value = written
    cell.data_type = "s"
    cell.number_format = "@"
    if written.startswith(_RISKY):
        cell.quotePrefix = True
