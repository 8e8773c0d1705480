"""Tests of the workbooks, read back with openpyxl."""

import io
import zipfile
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest

from guanweihui.documents import xlsx
from guanweihui.tables import Column, Imprint, Row, Table, total_row

IMPRINT = Imprint(datetime(2026, 11, 22, 9, 5), "李老师", "B0042")
COLUMNS = (
    Column("serial", "序号", format="int"),
    Column("school", "学校", width=20),
    Column("id_number", "身份证号"),
    Column("retired", "离退休教师", groups=("五老志愿者",), format="int", total=True),
    Column("joined", "参加人数", groups=("五老志愿者", "其中"), format="int", total=True),
    Column("hours", "服务时长", groups=("五老志愿者", "其中"), format="hours", total=True),
    Column("day", "上报日期", format="date"),
)
ROWS = (
    Row((1, "甲学校", "990105195503080012", 1030, 3, 2.5, date(2018, 12, 20))),
    Row((2, "=SUM(1+1)", "990105195503080020", 20, "未报", Decimal("4.5"), "1955年3月")),
)


def table(**changes) -> Table:
    given = {
        "key": "annual",
        "title": "基本情况统计表",
        "columns": COLUMNS,
        "rows": ROWS,
        "total": total_row(COLUMNS, ROWS),
        "reporting_unit": "示例区",
        "period": "2018学年度",
        "unit_line": "所、人",
        "notes": ("一。", "二。"),
    }
    return Table(**given | changes)


def reopened(*tables: Table) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(xlsx.workbook(tables, IMPRINT)))


@pytest.fixture(scope="module")
def sheet():
    return reopened(table()).worksheets[0]


def texts(sheet, row: int) -> list:
    return [cell.value for cell in sheet[row]]


def test_title_and_the_three_parts_of_the_second_line(sheet):
    assert (sheet["A1"].value, sheet["A1"].font.name, sheet["A1"].font.sz) == ("基本情况统计表", "宋体", 20)
    assert [text for text in texts(sheet, 2) if text] == [
        "填报单位：示例区",
        "统计期间：2018学年度",
        "单位：所、人",
    ]
    assert (sheet.row_dimensions[1].height, sheet.row_dimensions[2].height) == (36, 22)


def test_head_is_merged_by_groups(sheet):
    head = {str(merged) for merged in sheet.merged_cells.ranges if 3 <= merged.min_row <= 5}
    assert head == {"A3:A5", "B3:B5", "C3:C5", "D3:F3", "D4:D5", "E4:F4", "G3:G5"}
    assert (sheet["D3"].value, sheet["D3"].font.name, sheet["D3"].fill.fgColor.rgb) == (
        "五老志愿者",
        "黑体",
        "00F2F2F2",
    )


def test_columns_are_numbered_and_the_total_comes_first(sheet):
    assert texts(sheet, 6) == ["甲", "乙", "丙", "1", "2", "3", "丁"]
    assert texts(sheet, 7) == [None, "合　计", None, 1050, 3, 7, None]
    assert sheet["D7"].font.b is True


def test_rows_hold_values_of_their_own_kind(sheet):
    assert texts(sheet, 8) == [1, "甲学校", "990105195503080012", 1030, 3, 2.5, datetime(2018, 12, 20)]
    assert texts(sheet, 9) == [2, "=SUM(1+1)", "990105195503080020", 20, "未报", 4.5, "1955年3月"]
    formats = [cell.number_format for cell in sheet[8]]
    assert formats[2:] == ["@", "#,##0;[Red]-#,##0;0", "#,##0;[Red]-#,##0;0", "0.0", "yyyy-mm-dd"]


def test_nothing_is_a_formula_and_numbers_of_persons_are_text(sheet):
    assert {cell.data_type for row in sheet for cell in row} == {"n", "s", "d"}
    assert (sheet["C8"].data_type, sheet["B9"].data_type, sheet["B9"].quotePrefix) == ("s", "s", True)
    assert not sheet["B8"].quotePrefix


def test_signatures_notes_and_imprint_close_the_sheet(sheet):
    assert [text for text in texts(sheet, 10) if text] == ["单位负责人：", "填报人：", "填报日期："]
    assert [sheet.cell(row, 1).value for row in (11, 12, 13)] == [
        "说明：一。",
        "二。",
        "数据时间：2026-11-22 09:05　制表人：李老师　批次号：B0042",
    ]


def test_print_set_up(sheet):
    assert (sheet.freeze_panes, sheet.print_title_rows, sheet.print_area) == (
        "C7",
        "$1:$6",
        "'基本情况统计表'!$A$1:$G$13",
    )
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.oddFooter.center.text == "第 &P 页　共 &N 页"


def test_more_than_sixteen_columns_take_a3():
    columns = tuple(Column(f"c{number}", f"列{number}") for number in range(17))
    wide = Table("wide", "宽表", columns, (Row(tuple("值" for _ in columns)),))
    assert reopened(wide).worksheets[0].page_setup.paperSize == 8


@pytest.mark.parametrize("count", [1, 2])
def test_table_of_few_columns_keeps_its_second_line(count):
    columns = COLUMNS[1 : 1 + count]
    narrow = table(columns=columns, rows=(Row(("甲学校",) * count),), total=None)
    assert (
        reopened(narrow).worksheets[0]["A2"].value == "填报单位：示例区　统计期间：2018学年度　单位：所、人"
    )


@pytest.mark.parametrize("lead", ["=", "+", "-", "@", "\t", "＝", "＋", "－", "＠"])
def test_text_that_looks_like_a_formula_stays_text(lead):
    sheet = reopened(table(rows=(Row((1, f"{lead}1+1", "", 1, 1, 1, None)),))).worksheets[0]
    assert (sheet["B8"].value, sheet["B8"].data_type, sheet["B8"].quotePrefix) == (f"{lead}1+1", "s", True)


def test_title_and_notes_are_never_formulas():
    sheet = reopened(table(title="=1+1", notes=("=2+2",), reporting_unit="x")).worksheets[0]
    assert {cell.data_type for row in sheet for cell in row} == {"n", "s", "d"}
    assert sheet["A1"].value == "=1+1"


def test_marks_of_xml_and_line_breaks_survive():
    text = " <甲>&乙\r\n丙 "
    sheet = reopened(table(rows=(Row((1, text, "", 1, 1, 1, None)),))).worksheets[0]
    assert sheet["B8"].value == " <甲>&乙\n丙 "


def test_excel_escape_written_by_a_person_is_kept_as_written():
    content = xlsx.workbook([table(rows=(Row((1, "_x0007_", "", 1, 1, 1, None)),))], IMPRINT)
    xml = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()
    assert "_x005F_x0007_" in xml


def test_characters_that_no_workbook_holds_are_replaced_and_listed():
    book = reopened(table(rows=(Row((1, "王\x07玥\ud800", "", 1, 1, 1, None)),)))
    assert book.worksheets[0]["B8"].value == "王□玥□"
    lines = [[cell.value for cell in row] for row in book["字符替换说明"]]
    assert lines == [
        ["工作表", "单元格", "处理"],
        ["基本情况统计表", "B8", "不能写入表格的字符 U+0007、U+D800 已替换为 □"],
    ]


def test_numbers_excel_cannot_hold_are_text():
    rows = (Row((1, "甲", "", float("nan"), True, 1, date(1890, 1, 1))),)
    sheet = reopened(table(rows=rows, total=None)).worksheets[0]
    assert [sheet[f"{letter}6"].value for letter in "DEG"] == ["nan", "是", "1890-01-01"]


def test_text_column_writes_numbers_and_days_as_text():
    columns = (Column("code", "代码"), Column("day", "日期"))
    sheet = reopened(Table("t", "表", columns, (Row((1105001, date(2018, 1, 2))),))).worksheets[0]
    assert texts(sheet, 4) == ["1105001", "2018-01-02"]


def test_sheet_names_are_legal_and_differ():
    names = reopened(table(title="汇总[一]:*?/\\"), table(title="汇总一"), table(title="长" * 40)).sheetnames
    assert names == ["汇总一", "汇总一（2）", "长" * 31]


def test_rare_names_survive():
    names = "䶮㛃𫖯𬀩𬭎·頔"
    sheet = reopened(table(rows=(Row((1, names, "", 1, 1, 1, None)),))).worksheets[0]
    assert sheet["B8"].value == names


def test_empty_table_keeps_its_frame():
    sheet = reopened(table(rows=(), total=None)).worksheets[0]
    assert (sheet["A3"].value, sheet["A6"].value) == ("序号", "单位负责人：")


def test_long_text_gets_a_higher_row():
    rows = (Row((1, "很长的学校名称" * 10, "", 1, 1, 1, None)), Row((2, "短", "", 1, 1, 1, None)))
    sheet = reopened(table(rows=rows)).worksheets[0]
    assert (sheet.row_dimensions[8].height, sheet.row_dimensions[9].height) == (80, 20)


def test_register_is_the_same_workbook():
    frame = reopened(table())
    register = openpyxl.load_workbook(io.BytesIO(xlsx.register(table(), IMPRINT)))
    assert list(register.worksheets[0].values) == list(frame.worksheets[0].values)


def test_a_long_caption_in_a_narrow_table_is_not_cut_off():
    columns = (Column("number", "序号", width=6), Column("name", "指标"), Column("value", "数", width=8))
    unit, period = "示例区教育系统关心下一代工作委员会", "2018年9月1日至2019年8月31日"
    table = Table("k", "表", columns, (Row((1, "甲", "1")),), reporting_unit=unit, period=period)
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx.workbook([table], IMPRINT))).worksheets[0]
    said = [cell.value for cell in sheet[2] if cell.value]
    assert said == [f"填报单位：{unit}", f"统计期间：{period}"]
    assert sheet.row_dimensions[2].height >= 32


def test_a_label_that_breaks_in_a_narrow_column_has_its_lines():
    columns = (
        Column("name", "指标", width=20),
        Column("met", "其中已解决", groups=("需求（条）",), width=7, format="int"),
        Column("open", "提出", groups=("需求（条）",), width=7, format="int"),
    )
    sheet = reopened(table(columns=columns, rows=(Row(("甲", 1, 2)),), total=None)).worksheets[0]
    assert [sheet.row_dimensions[row].height for row in (3, 4)] == [22, 32]
