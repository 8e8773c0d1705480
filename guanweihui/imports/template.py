"""The empty form of a kind of sheet: its head with marks, dropdowns, columns typed as text."""

import io
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from openpyxl import Workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from guanweihui.imports.kinds import Kind
from guanweihui.imports.resources import DictionaryWidget

#: Rows that carry dropdowns and the text format.
PREPARED_ROWS = 500
#: Excel takes no longer list inside a validation.
LONGEST_LIST = 255
#: What holds for every template; stands above the head.
RULE = "请勿增删列；带*为必填"
NO_WORDS: Mapping[str, Sequence[str]] = MappingProxyType({})
THIN = Side(style="thin", color="000000")


def workbook(kind: Kind, words: Mapping[str, Sequence[str]] = NO_WORDS) -> bytes:
    """Write the template of a kind: example lines to write over, head, prepared rows.

    It is recognised as its kind once it is filled. `words` are dropdowns of the district's own, by label.
    """
    book = Workbook()
    sheet: Worksheet = book.worksheets[0]
    sheet.title = kind.label[:31]
    for line in lines_of(kind):
        sheet.append([line])
    sheet["A1"].font = Font(name="宋体", size=16, bold=True)
    head = sheet.max_row + 1
    for place, label in enumerate(kind.columns, start=1):
        write_head(sheet.cell(head, place), f"*{label}" if label in kind.required else label)
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = max(10, 2 * len(label) + 4)
        for row in range(head + 1, head + PREPARED_ROWS + 1):
            sheet.cell(row, place).number_format = "@"
        if offered := choices(kind, label, words):
            offer(sheet, f"{letter}{head + 1}:{letter}{head + PREPARED_ROWS}", offered)
    sheet.freeze_panes = f"A{head + 1}"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def lines_of(kind: Kind) -> list[str]:
    if not kind.example_lines:
        return [f"{kind.label}（{RULE}）"]
    return [*kind.example_lines, f"（以上各行请按实际改写；{RULE}）"]


def write_head(cell: Cell | MergedCell, label: str) -> None:
    cell.value = label
    cell.font = Font(name="黑体", size=11)
    cell.fill = PatternFill("solid", fgColor="F2F2F2")
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    cell.border = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)


def choices(kind: Kind, label: str, own: Mapping[str, Sequence[str]]) -> str:
    """Return the words of a dictionary column as Excel wants them; empty where there are none or too many."""
    resource = getattr(kind.loader, "resource", None)
    column = resource.columns().get(label) if resource else None
    if column is None or not isinstance(column.widget, DictionaryWidget):
        return ""
    words = ",".join(own.get(label) or column.widget.words)
    return words if len(words) <= LONGEST_LIST else ""


def offer(sheet: Worksheet, cells: str, words: str) -> None:
    """Put a dropdown into a range of cells, with the refusal in Chinese."""
    rule = DataValidation(type="list", formula1=f'"{words}"', allow_blank=True)
    rule.errorTitle, rule.error = "请从下拉列表中选择", f"只能填：{words.replace(',', '、')}"
    rule.showErrorMessage = True
    sheet.add_data_validation(rule)
    rule.add(cells)
