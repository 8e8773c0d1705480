"""Tests of the table that every document reads."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from guanweihui.tables import (
    Column,
    HeadCell,
    Imprint,
    Row,
    Table,
    column_marks,
    display_width,
    fitted_widths,
    format_value,
    header_rows,
    name_column,
    total_row,
    with_subtotals,
)

COLUMNS = (
    Column("serial", "序号", format="int"),
    Column("school", "学校"),
    Column("retired", "离退休教师", groups=("五老志愿者",), format="int", total=True),
    Column("joined", "参加人数", groups=("五老志愿者", "其中"), format="int", total=True),
    Column("hours", "服务时长", groups=("五老志愿者", "其中"), format="hours", total=True),
    Column("remark", "备注"),
)
ROWS = (Row((1, "甲学校", 30, 3, 2.5, None)), Row((2, "乙学校", 20, "未报", 4.0, None)))


def test_head_merges_groups_and_lets_leaves_reach_down():
    assert header_rows(COLUMNS) == (
        (
            HeadCell("序号", 0, 0, 3, 1, "serial"),
            HeadCell("学校", 0, 1, 3, 1, "school"),
            HeadCell("五老志愿者", 0, 2, 1, 3),
            HeadCell("备注", 0, 5, 3, 1, "remark"),
        ),
        (HeadCell("离退休教师", 1, 2, 2, 1, "retired"), HeadCell("其中", 1, 3, 1, 2)),
        (HeadCell("参加人数", 2, 3, 1, 1, "joined"), HeadCell("服务时长", 2, 4, 1, 1, "hours")),
    )


def test_head_keeps_equal_inner_labels_under_different_groups_apart():
    columns = (Column("a", "人数", groups=("小学", "其中")), Column("b", "人数", groups=("中学", "其中")))
    assert [[(cell.label, cell.colspan) for cell in line] for line in header_rows(columns)] == [
        [("小学", 1), ("中学", 1)],
        [("其中", 1), ("其中", 1)],
        [("人数", 1), ("人数", 1)],
    ]


def test_head_cells_cover_every_place_exactly_once():
    covered = [
        (cell.row + down, cell.column + right)
        for line in header_rows(COLUMNS)
        for cell in line
        for down in range(cell.rowspan)
        for right in range(cell.colspan)
    ]
    assert sorted(covered) == [(row, column) for row in range(3) for column in range(len(COLUMNS))]


def test_marks_number_figures_and_letter_names():
    table = Table("t", "表", COLUMNS, ROWS, total=total_row(COLUMNS, ROWS))
    assert column_marks(table) == ("甲", "乙", "1", "2", "3", "丙")


def test_roster_without_total_has_no_marks():
    assert column_marks(Table("t", "表", COLUMNS, ROWS)) == ()


def test_total_adds_data_rows_and_skips_words_and_subtotals():
    rows = (*ROWS, Row((None, "小计", 50, 3, 6.5, None), kind="subtotal"))
    assert total_row(COLUMNS, rows) == Row((None, "合　计", 50, 3, 6.5, None), kind="total")


def test_total_of_exact_and_inexact_figures_is_exact():
    rows = (Row((1, "甲", 1, 1, 0.1, None)), Row((2, "乙", 1, 1, Decimal("0.2"), None)))
    assert total_row(COLUMNS, rows).cells[4] == Decimal("0.3")


def test_subtotals_stand_before_their_rows():
    rows = (*ROWS, Row((3, "丙学校", 5, 1, 1.0, None)))
    grouped = with_subtotals(COLUMNS, rows, ["东苑", "西苑", "东苑"])
    assert [(row.kind, row.cells[1:3]) for row in grouped] == [
        ("subtotal", ("东苑小计", 35)),
        ("data", ("甲学校", 30)),
        ("data", ("丙学校", 5)),
        ("subtotal", ("西苑小计", 20)),
        ("data", ("乙学校", 20)),
    ]


def test_total_is_printed_first():
    total = total_row(COLUMNS, ROWS)
    assert Table("t", "表", COLUMNS, ROWS, total=total).all_rows() == (total, *ROWS)


def test_name_column_is_neither_serial_nor_figure():
    assert name_column(COLUMNS) == 1
    assert name_column(COLUMNS[2:4]) == 0


def test_row_with_a_cell_missing_is_refused():
    with pytest.raises(ValueError, match="row 1 has 2 cells, not 6"):
        Table("t", "表", COLUMNS, (Row((1, "甲学校")),))


@pytest.mark.parametrize(
    ("value", "format", "screen", "prose"),
    [
        (48134, "int", "48,134", "48134"),
        (0, "int", "0", "0"),
        (None, "int", "", ""),
        ("未报", "int", "未报", "未报"),
        (2, "hours", "2.0", "2.0"),
        (Decimal("1234.5"), "hours", "1234.5", "1234.5"),
        (12.5, "percent", "12.5%", "12.5%"),
        (Decimal("12345.6"), "money", "12,345.60", "12345.60"),
        (date(2018, 12, 2), "date", "2018-12-02", "2018年12月2日"),
        (datetime(2018, 12, 2, 9, 30), "date", "2018-12-02", "2018年12月2日"),
        ("1955年3月", "date", "1955年3月", "1955年3月"),
        ("990105195503080012", "text", "990105195503080012", "990105195503080012"),
        (2018, "text", "2018", "2018"),
        (True, "text", "是", "是"),
    ],
)
def test_value_for_screen_and_prose(value, format, screen, prose):
    assert format_value(value, format) == screen
    assert format_value(value, format, prose=True) == prose


def test_fitted_widths_follow_head_and_content():
    columns = (
        Column("serial", "序号"),
        Column("name", "姓名", width=6),
        Column("id", "身份证号", width=6),
        Column("note", "备注"),
    )
    rows = (Row((1, "王玥", "990105195503080012", "长" * 50)),)
    assert fitted_widths(Table("t", "表", columns, rows)) == (6, 6, 20, 40)


def test_width_counts_chinese_twice():
    assert display_width("王玥 AB") == 7
    assert display_width("𬭎（1）") == 7


def test_caption_leads_in_what_is_known():
    table = Table("t", "表", COLUMNS, ROWS, reporting_unit="示例区", unit_line="单位：所、人")
    assert table.caption() == ("填报单位：示例区", "", "单位：所、人")


def test_alignment_follows_the_kind_of_column():
    columns = (*COLUMNS, Column("day", "日期", format="date"), Column("name", "姓名", align="center"))
    sides = ["center", "left", "right", "right", "right", "left", "center", "center"]
    assert [column.effective_align for column in columns] == sides


def test_imprint_names_time_person_and_batch():
    imprint = Imprint(datetime(2026, 11, 22, 9, 5), "李老师", "B0042")
    assert imprint.line() == "数据时间：2026-11-22 09:05　制表人：李老师　批次号：B0042"
    assert (
        Imprint(datetime(2026, 11, 22, 9, 5), "李老师").line() == "数据时间：2026-11-22 09:05　制表人：李老师"
    )
