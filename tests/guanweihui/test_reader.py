import datetime
import subprocess
import sys
from pathlib import Path

import pytest

from guanweihui.imports.cells import CarefulScanner, PlainScanner, column_letter
from guanweihui.imports.reader import Unreadable, read, totals_agree
from tests.guanweihui import nasty

DEMO = Path(__file__).resolve().parents[2] / "guanweihui" / "demo"


def demo(name):
    (path,) = DEMO.glob(f"{name}-*")
    return read(path.read_bytes(), path.name)


def only(source, name="名册.xlsx"):
    (sheet,) = read(source, name).sheets
    return sheet


def raw(cells, **more):
    return only(nasty.packed(nasty.members({"名册": nasty.sheet(f'<row r="1">{cells}</row>')}, **more))).rows[
        0
    ]


# --- cells ---


def test_cells_keep_their_kind():
    cells = (
        '<c r="A1"><v>1616</v></c><c r="B1"><v>9.71</v></c><c r="C1" t="b"><v>1</v></c>'
        '<c r="D1" s="1"><v>43395</v></c><c r="E1" s="2"><v>43395.5</v></c>'
        '<c r="F1"><v>1.10105194912310021E+17</v></c>'
        + nasty.text("G1", "19901234567")
        + nasty.text("H1", "1949.10")
        + '<c r="I1"><v>19901234567</v></c><c r="J1" t="str"><f>A1</f><v>x</v></c>'
    )
    assert raw(cells) == (
        1616,
        9.71,
        True,
        datetime.date(2018, 10, 22),
        datetime.datetime(2018, 10, 22, 12),
        1.10105194912310021e17,
        "19901234567",
        "1949.10",
        19901234567,
        "x",
    )
    assert [type(one) for one in raw(cells)[:3]] == [int, float, bool]
    assert type(raw(cells)[5]) is float


def test_dates_of_the_1904_system():
    assert raw('<c r="A1" s="1"><v>43395</v></c>', date1904=True) == (datetime.date(2022, 10, 23),)


def test_shared_rich_text_without_its_phonetic_reading():
    shared = f"<sst {nasty.MAIN}><si><r><t>王</t></r><r><t>玥</t></r>"
    shared += "<rPh sb='0' eb='1'><t>wang</t></rPh></si></sst>"
    assert raw('<c r="A1" t="s"><v>0</v></c>', shared=shared) == ("王玥",)


def test_line_ends_and_escapes_inside_a_cell_are_kept():
    assert raw(nasty.text("A1", "上&#10;下_x0009_右")) == ("上\n下\t右",)


def test_error_and_bare_formula_are_known():
    cells = '<c r="A1" t="e"><f>B9</f><v>#REF!</v></c><c r="B1"><f>SUM(A1)</f><v></v></c>' + nasty.text(
        "C1", "=1+1"
    )
    sheet = only(nasty.packed(nasty.members({"名册": nasty.sheet(f'<row r="1">{cells}</row>')})))
    assert (sheet.rows, sheet.formulas, sheet.errors) == (
        (("#REF!", None, "=1+1"),),
        frozenset({(1, 1), (1, 2)}),
        frozenset({(1, 1)}),
    )


def test_hidden_and_empty_sheets_are_there():
    parts = {
        "甲": nasty.sheet(nasty.grid(["a"])),
        "乙": nasty.sheet(nasty.grid(["b"])),
        "丙": nasty.sheet(""),
    }
    book = read(nasty.packed(nasty.members(parts, states={"乙": "hidden"})), "名册.xlsx")
    assert [(one.name, one.rows, one.is_hidden) for one in book.sheets] == [
        ("甲", (("a",),), False),
        ("乙", (("b",),), True),
        ("丙", (), False),
    ]


@pytest.mark.parametrize("size", [100, 400, 100_000])
def test_both_scanners_agree(size):
    xml = nasty.sheet(
        '<row r="1"><c r="A1"><f>B1</f><v>1</v></c><c r="B1" s="1"/></row>'
        '<row r="2"><c r="A2" s="1"><f t="shared" si="0"/><v>2</v></c>'
        '<c r="B2" t="e"><f>A9</f><v>#N/A</v></c></row>',
        merged=["A1:B1", "A3:A9"],
        dimension="A1:B2",
    ).encode()
    facts = []
    for scanner in (PlainScanner(), CarefulScanner()):
        for at in range(0, len(xml), size):
            scanner.feed(xml[at : at + size])
        facts.append(scanner.close())
    assert facts[0] == facts[1]
    assert facts[0].formulas == [(1, 1), (2, 1), (2, 2)]
    assert facts[0].errors == [(2, 2, "#N/A")]
    assert facts[0].merged == [(1, 1, 1, 2), (3, 1, 9, 1)]


@pytest.mark.parametrize(("column", "letters"), [(1, "A"), (26, "Z"), (27, "AA"), (60, "BH"), (16384, "XFD")])
def test_column_letter(column, letters):
    assert column_letter(column) == letters


# --- csv ---


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_csv_in_each_encoding_and_with_each_delimiter(encoding, sign):
    text = "\r\n".join(["花名册", "", sign.join(["姓名", "编号"]), sign.join(["王𬀩", '="00123"']), "", ""])
    sheet = only(text.encode(encoding), "单校.csv")
    assert (sheet.name, sheet.lines) == ("单校", ("花名册",))
    assert sheet.rows == (("花名册", None), (None, None), ("姓名", "编号"), ("王𬀩", "00123"))


def test_gbk_csv():
    assert only("姓名,性别\n王玥,女\n".encode("gbk"), "a.csv").rows == (("姓名", "性别"), ("王玥", "女"))


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("姓名\n".encode() + b"\xff\xff\n", "第 2 行的文字编码无法识别"),
        ('姓名,备注\n王玥,"没有结束\n'.encode(), "引号不成对"),
        ("姓名\n".encode("utf-16"), "不是纯文字"),
        (b",".join([b"a"] * 61), "工作表超过 60 列（BI 列仍有内容）"),
        (b"a\n" * 20_021, "工作表超过 20,000 行"),
        (b"\n\n", "文件里没有数据"),
    ],
)
def test_unreadable_csv(source, sentence):
    with pytest.raises(Unreadable, match=sentence):
        read(source, "a.csv")


# --- heads, rows, totals ---


def test_head_is_found_by_its_words_in_any_order():
    sheet = only(
        nasty.workbook(
            ["花名册"], ["填报单位:甲", None, "2018年"], [" 性 别 ", "*姓名", "人数(人)"], ["女", "王玥", 3]
        )
    )
    table = sheet.under_head(["姓名", "性别", "人数（人）"], ["姓名"])
    assert (table.head_row, table.columns) == (3, {"性别": 1, "姓名": 2, "人数（人）": 3})
    assert table.lines == ("花名册", "填报单位:甲  2018年")
    assert [(row.number, row.cells) for row in table.rows] == [
        (4, {"性别": "女", "姓名": "王玥", "人数（人）": 3})
    ]
    assert table.letter("姓名") == "B"


def test_two_row_head_is_joined_where_merges_say_so():
    sheet = only(
        nasty.workbook(
            ["汇总表"],
            ["序号", "学校", "班级数", None, "学生数", None],
            [None, None, "小学", "初中", "小学", "初中"],
            [1, "甲校", 2, 3, 40, 50],
            merged=["A1:F1", "A2:A3", "B2:B3", "C2:D2", "E2:F2"],
        )
    )
    table = sheet.under_head(["序号", "学校", "班级数/小学", "学生数/初中"], ["学校"])
    assert list(table.columns) == ["序号", "学校", "班级数/小学", "班级数/初中", "学生数/小学", "学生数/初中"]
    assert [row.cells["学生数/初中"] for row in table.rows] == [50]


def test_label_under_a_group_is_found_by_itself():
    sheet = only(nasty.workbook(["基本情况", None], ["姓名", "性别"], ["王玥", "女"], merged=["A1:B1"]))
    assert [row.cells for row in sheet.under_head(["姓名", "性别"], ["姓名"]).rows] == [
        {"姓名": "王玥", "性别": "女"}
    ]


def test_only_real_merges_and_named_columns_are_filled_down():
    rows = (
        ["组", "校", "人", "职"],
        ["东", "甲", "王", "正"],
        [None, "乙", None, None],
        ["西", "丙", "李", "副"],
    )
    sheet = only(nasty.workbook(*rows, merged=["A2:A3"]))
    plain = sheet.under_head(["组", "校", "人", "职"], [])
    asked = sheet.under_head(["组", "校", "人", "职"], [], as_above=["人"])
    assert [tuple(row.cells.values()) for row in plain.rows] == [
        ("东", "甲", "王", "正"),
        ("东", "乙", None, None),
        ("西", "丙", "李", "副"),
    ]
    assert [row.cells["人"] for row in asked.rows] == ["王", "王", "李"]


def test_blank_rows_totals_notes_and_repeated_heads_are_no_rows():
    sheet = only(
        nasty.workbook(
            ["学校", "人数"],
            ["甲", 1],
            [None, None],
            ["学校", "人数"],
            ["乙", 2],
            ["小 计", 3],
            ["丙", 4],
            ["合计", 8],
            ["注：含兼职", None],
            [" ", None],
            ["填报人：王玥", "审核人："],
        )
    )
    table = sheet.under_head(["学校", "人数"], ["学校", "人数"])
    assert [row.number for row in table.rows] == [2, 5, 7]
    assert [row.number for row in table.totals] == [6, 8]
    assert table.notes == ("注：含兼职", "填报人：王玥  审核人：")
    assert [(one.row, one.label, one.stored, one.counted) for one in totals_agree(table, ["人数"])] == [
        (8, "人数", 8, 7)
    ]
    assert (
        totals_agree(table, ["人数"])[0].message
        == "第 8 行“合计”的“人数”（B8）写的是 8，各行相加是 7，请核对。"
    )


@pytest.mark.parametrize(
    ("head", "sentence"),
    [
        (["姓名", "性别", "姓 名"], r"工作表“名册”第 1 行的表头“姓名”出现了两次（A 列和 C 列）"),
        (
            ["姓名", "性别"],
            r"工作表“名册”的表头（第 1 行）缺少“身份证号”列，只找到：姓名、性别。请补上后再上传。",
        ),
        (["甲", "乙"], r"工作表“名册”的前 20 行里没有找到表头（应有“姓名”“身份证号”等列）"),
    ],
)
def test_head_that_does_not_fit_is_named(head, sentence):
    with pytest.raises(Unreadable) as refusal:
        only(nasty.workbook(head, ["a", "b", "c"])).under_head(
            ["姓名", "性别", "身份证号"], ["姓名", "身份证号"]
        )
    assert sentence in str(refusal.value)


# --- the office's own workbooks ---


def test_school_list():
    (sheet,) = demo("01").sheets
    table = sheet.under_head(["学校代码", "协作组", "学校全称"], ["学校代码"])
    assert sheet.lines[0] == "示例区教育系统基层关工委(领导小组)名录"
    assert (table.head_row, len(table.rows), len({row.cells["协作组"] for row in table.rows})) == (3, 186, 15)
    assert all(row.cells["协作组"] for row in table.rows)


def test_register_and_its_speed():
    begun = nasty.cpu_seconds()
    (sheet,) = demo("02").sheets
    took = nasty.cpu_seconds() - begun
    table = sheet.under_head(["姓名", "身份证号", "是否志愿者"], ["姓名"])
    assert (len(table.rows), len(table.columns)) == (13_000, 25)
    assert sum(row.cells["是否志愿者"] == "是" for row in table.rows) == 2_986
    assert took < 3


def test_old_export_has_the_rows_of_the_register():
    (old,) = demo("02b").sheets
    (register,) = demo("02").sheets
    ids = {row[5] for row in register.rows}
    rows = old.under_head(["姓名", "身份证号"], ["姓名"]).rows
    assert len(rows) == 60
    assert all(row.cells["身份证号"] in ids for row in rows)


def test_faulty_register():
    (sheet,) = demo("02c").sheets
    rows = {row.number: row for row in sheet.under_head(["姓名", "身份证号"], ["姓名"]).rows}
    assert sorted(rows) == list(range(4, 28))
    assert {number: dict(row.faults) for number, row in rows.items() if row.faults} == {
        15: {"姓名": "是没有存下数值的公式"}
    }
    assert "@SUM(1+1)" in rows[16].cells.values()


def test_enrolment_with_formula_totals():
    (sheet,) = demo("03").sheets
    table = sheet.under_head(["学校", "班级数合计", "学生数合计"], ["学校"])
    assert len(table.rows) == 105
    assert sum(row.cells["班级数合计"] for row in table.rows) == 1_616
    assert sum(row.cells["学生数合计"] for row in table.rows) == 48_134
    assert [
        (one.row, one.label, one.counted) for one in totals_agree(table, ["班级数合计", "学生数合计"])
    ] == [
        (109, "班级数合计", None),
        (109, "学生数合计", None),
    ]


def test_honour_rolls():
    counts = {
        one.name: len(one.under_head(["序号", "单位", "姓名", "类别", "个数"], []).rows)
        for one in demo("04").sheets
    }
    assert counts == {"先进集体": 37, "好领导": 40, "在职先进个人": 32, "退休先进个人": 45, "历届累计": 2}


def test_outreach_and_scores():
    pairs = demo("05").sheets[0].under_head(["老校长", "原单位", "协议起"], ["老校长"], as_above=["原单位"])
    assert len(pairs.rows) == 8
    assert len({(row.cells["老校长"], row.cells["原单位"]) for row in pairs.rows}) == 4
    assert {row.cells["协议起"] for row in pairs.rows} == {datetime.date(2018, 10, 22)}
    (scores,) = demo("06").sheets
    assert len(scores.under_head(["抽签号", "学校"], ["抽签号"]).rows) == 30


def test_child_needs_no_django():
    code = (
        "import sys, guanweihui.imports.child; print(any(name.startswith('django') for name in sys.modules))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=DEMO.parents[1], check=True
    )
    assert answer.stdout == "False\n"


def test_long_names_are_cut_to_what_the_portal_keeps():
    book = read("姓名,单位\n甲,乙\n".encode(), "名" * 300 + ".csv")
    assert (book.filename, book.sheets[0].name) == ("名" * 196 + ".csv", "名" * 100)
