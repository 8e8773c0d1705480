"""The empty form of a kind of sheet: its head with marks, dropdowns, columns typed as text."""

import io

from openpyxl import Workbook
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
THIN = Side(style="thin", color="000000")


def workbook(kind: Kind) -> bytes:
    """Write the template of a kind: title line, head, prepared rows. Loads back as it is, once filled."""
    book = Workbook()
    sheet: Worksheet = book.worksheets[0]
    sheet.title = kind.label[:31]
    sheet.append([f"{kind.label}（请勿增删列；带*为必填）"])
    sheet["A1"].font = Font(name="宋体", size=16, bold=True)
    for place, label in enumerate(kind.columns, start=1):
        cell = sheet.cell(2, place, f"*{label}" if label in kind.required else label)
        cell.font = Font(name="黑体", size=11)
        cell.fill = PatternFill("solid", fgColor="F2F2F2")
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        cell.border = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = max(10, 2 * len(label) + 4)
        for row in range(3, PREPARED_ROWS + 3):
            sheet.cell(row, place).number_format = "@"
        if words := choices(kind, label):
            offer(sheet, letter, words)
    sheet.freeze_panes = "A3"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def choices(kind: Kind, label: str) -> str:
    """Return the words of a dictionary column as Excel wants them; empty where there are none or too many."""
    resource = getattr(kind.loader, "resource", None)
    column = resource.columns().get(label) if resource else None
    if column is None or not isinstance(column.widget, DictionaryWidget):
        return ""
    words = ",".join(column.widget.words)
    return words if len(words) <= LONGEST_LIST else ""


def offer(sheet: Worksheet, letter: str, words: str) -> None:
    """Put a dropdown under a column, with the refusal in Chinese."""
    rule = DataValidation(type="list", formula1=f'"{words}"', allow_blank=True)
    rule.errorTitle, rule.error = "请从下拉列表中选择", f"只能填：{words.replace(',', '、')}"
    rule.showErrorMessage = True
    sheet.add_data_validation(rule)
    rule.add(f"{letter}3:{letter}{PREPARED_ROWS + 2}")
