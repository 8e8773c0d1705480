"""What was typed becomes answers and faults: every bad input is named, and none is guessed away."""

from decimal import Decimal

import pytest

from guanweihui.questionnaire import (
    SWING_PERCENT,
    WHY,
    Asked,
    BaseTable,
    Fault,
    Item,
    Known,
    Line,
    Paragraph,
    Questionnaire,
    Sum,
    clean,
    judge,
    paragraphs,
    read,
    written,
)
from guanweihui.tables import Column
from guanweihui.text import TextError
from tests.guanweihui.answer_rows import GOOD, SHEET

WHOLE = Item("n", "学生数")
MONEY = Item("m", "经费", format="money")


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("", None),
        ("   ", None),
        ("0", 0),
        ("007", 7),
        ("1616", 1616),
        ("1,616", 1616),
        ("1，616", 1616),
        ("１２３", 123),
        (" 12　", 12),
        ("999999", 999_999),
    ],
)
def test_a_whole_number_is_read_as_people_type_it(typed, value):
    assert read(WHOLE, typed) == value


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("三个", "“学生数”填了“三个”，请填整数，例如 12。"),
        ("12人", "“学生数”填了“12人”，请填整数，例如 12。"),
        ("1.5", "“学生数”填了“1.5”，请填整数，例如 12。"),
        ("1e9", "“学生数”填了“1e9”，请填整数，例如 12。"),
        ("0x1F", "“学生数”填了“0x1F”，请填整数，例如 12。"),
        ("=SUM(A1)", "“学生数”填了“=SUM(A1)”，请填整数，例如 12。"),
        ("٣", "“学生数”填了“٣”，请填整数，例如 12。"),
        ("²", "“学生数”填了“²”，请填整数，例如 12。"),
        (",", "“学生数”填了“,”，请填整数，例如 12。"),
        ("-3", "“学生数”填了“-3”，不能小于 0，请核对。"),
        ("－3", "“学生数”填了“-3”，不能小于 0，请核对。"),
        ("−3", "“学生数”填了“−3”，不能小于 0，请核对。"),
        ("1000000", "“学生数”填了“1000000”，超过 999,999，请核对是否多打了数字。"),
        ("1000000000", "“学生数”填了“1000000000”，超过 999,999，请核对是否多打了数字。"),
        ("9" * 5000, f"“学生数”填了“{'9' * 20}…”，超过 999,999，请核对是否多打了数字。"),
        ("x" * 5000, f"“学生数”填了“{'x' * 20}…”，请填整数，例如 12。"),
    ],
)
def test_what_is_no_whole_number_is_named_with_what_was_typed(typed, words):
    with pytest.raises(TextError) as fault:
        read(WHOLE, typed)
    assert str(fault.value) == words


@pytest.mark.parametrize(
    ("typed", "value"),
    [("2000", Decimal("2000")), ("2,000.50", Decimal("2000.50")), ("０.5", Decimal("0.5")), ("", None)],
)
def test_money_is_read_to_the_cent(typed, value):
    assert read(MONEY, typed) == value


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("2000元", "“经费”填了“2000元”，请填金额，例如 2000.50。"),
        ("1e3", "“经费”填了“1e3”，请填金额，例如 2000.50。"),
        ("1_000", "“经费”填了“1_000”，请填金额，例如 2000.50。"),
        ("NaN", "“经费”填了“NaN”，请填金额，例如 2000.50。"),
        ("Infinity", "“经费”填了“Infinity”，请填金额，例如 2000.50。"),
        ("12.345", "“经费”填了“12.345”，请填金额，最多两位小数。"),
        ("-0.01", "“经费”填了“-0.01”，不能小于 0，请核对。"),
        ("100000000", "“经费”填了“100000000”，超过 99,999,999.99，请核对是否多打了数字。"),
    ],
)
def test_what_is_no_amount_is_named(typed, words):
    with pytest.raises(TextError) as fault:
        read(MONEY, typed)
    assert str(fault.value) == words


@pytest.mark.parametrize(
    ("item", "typed", "value"),
    [
        (Item("p", "电话", format="phone"), "１９９００００５６７８", "19900005678"),
        (Item("h", "月份", format="month"), "2018年9月", "2018-09"),
        (Item("h", "月份", format="month"), "2018.9.30", "2018-09-30"),
        (Item("c", "形式", format="choice", choices=("集中", "分班")), " 集中 ", "集中"),
        (Item("t", "负责人", format="text"), " 李明（兼） ", "李明（兼）"),
        (Item("t", "负责人", format="text"), "𫖯", "𫖯"),
        (Item("s", "做法", format="long"), "一，读书。\r\n二，演讲。", "一，读书。\n二，演讲。"),
    ],
)
def test_words_are_read_by_their_kind_and_prose_keeps_its_marks(item, typed, value):
    assert read(item, typed) == value


@pytest.mark.parametrize(
    ("item", "typed", "words"),
    [
        (Item("p", "电话", format="phone"), "123", "“电话”："),
        (Item("h", "月份", format="month"), "2018年13月", "“月份”："),
        (Item("c", "形式", format="choice", choices=("集中",)), "网上", "“形式”填了“网上”，只能填集中。"),
        (Item("t", "负责人", format="text", longest=3), "一二三四", "“负责人”有 4 字，最多 3 字，请删减。"),
        (Item("t", "负责人", format="text"), "李\u200b明", "“负责人”：第 2 个字符是看不见的特殊字符"),
        (Item("t", "负责人", format="text"), "李\n明", "“负责人”：第 2 个字符是换行"),
    ],
)
def test_words_of_the_wrong_kind_are_named_by_their_item(item, typed, words):
    with pytest.raises(TextError) as fault:
        read(item, typed)
    assert str(fault.value).startswith(words)
    assert str(fault.value).endswith("。")
    assert not str(fault.value).endswith("。。")


def test_an_unreadable_answer_is_none_and_spoils_no_other():
    found, faults = clean(SHEET, {"classes": "三", "classes_junior": "2", "students": "90"})
    kept = {key: value for key, value in found.items() if value is not None}
    assert kept == {"classes_junior": 2, "students": 90, "classes_all": 2}
    assert faults == [Fault("classes", "“班级数”填了“三”，请填整数，例如 12。")]


def test_a_sum_of_nothing_is_nothing_and_not_nought():
    assert clean(SHEET, {})[0]["classes_all"] is None
    assert clean(SHEET, {"classes": "0"})[0]["classes_all"] == 0


def test_a_sum_adds_sums_before_it():
    table = BaseTable(
        "t",
        "表",
        tuple(Column(name, name) for name in ("a", "b", "s", "all")),
        (
            Line(
                "行",
                (Item("a", "甲"), Item("b", "乙"), Sum("s", "和", ("a", "b")), Sum("all", "总", ("s", "a"))),
            ),
        ),
    )
    assert clean(Questionnaire("q", "表", 1, (table,)), {"a": "1", "b": "2"})[0] == {
        "a": 1,
        "b": 2,
        "s": 3,
        "all": 4,
    }


def test_every_fault_is_said_at_once_in_the_order_of_the_page():
    _, faults = judge(Asked(SHEET), {"students": "x", "cost": "贵", "phone": "1"})
    assert [fault.key for fault in faults] == ["classes", "students", "cost", "phone"]


def test_a_draft_is_not_blamed_for_what_is_still_empty():
    typed = {"classes": "", "students": "x"}
    assert [fault.key for fault in judge(Asked(SHEET), typed, whole=False)[1]] == ["students"]
    assert [fault.key for fault in judge(Asked(SHEET), typed)[1]] == ["classes", "students"]


def test_checks_of_the_kind_stand_beside_its_items():
    _, faults = judge(Asked(SHEET), GOOD | {"students": "2"})
    assert faults == [Fault("students", "“学生数” 2 少于班级数 3。请核对。")]


@pytest.mark.parametrize(
    ("last", "typed", "words"),
    [
        (100, "120", []),
        (100, "80", []),
        (100, "121", ["“班级数”今年 121，上年 100，增加超过 20%。请核对或写明原因。"]),
        (100, "79", ["“班级数”今年 79，上年 100，减少超过 20%。请核对或写明原因。"]),
        (100, "0", ["“班级数”今年是 0，上年是 100。请核对或写明原因。"]),
        (0, "50", []),
    ],
)
def test_a_figure_that_moves_too_far_asks_for_a_reason(last, typed, words):
    assert SWING_PERCENT == 20
    _, faults = judge(Asked(SHEET, last={"classes": last}), GOOD | {"classes": typed, "students": "900"})
    assert [fault.words for fault in faults] == words
    assert all(fault.code == "last_classes" for fault in faults)


def test_a_reason_settles_a_soft_check_and_never_a_hard_one():
    asked = Asked(SHEET, known={"students": Known(95, "学籍数据")})
    typed = GOOD | {"students": "90"}
    assert [fault.code for fault in judge(asked, typed)[1]] == ["known_students"]
    assert judge(asked, typed | {f"{WHY}known_students": "五人转学"})[1] == []
    assert [fault.code for fault in judge(asked, typed | {f"{WHY}known_students": "  "})[1]] == [
        "known_students"
    ]
    hard = typed | {"students": "x", f"{WHY}": "请放行", f"{WHY}students": "请放行"}
    assert [fault.is_hard for fault in judge(asked, hard)[1]] == [True]


def test_a_known_value_that_was_emptied_is_asked_about():
    asked = Asked(SHEET, known={"students": Known(95, "学籍数据")})
    words = "“学生数”填了 空，平台数据是 95（学籍数据）。请核对或写明原因。"
    typed = {key: value for key, value in GOOD.items() if key != "students"}
    assert [fault.words for fault in judge(asked, typed)[1]] == [words]


def test_a_new_draft_holds_what_the_portal_knows_as_if_typed():
    known = {
        "students": Known(1616, "学籍"),
        "cost": Known(Decimal("20.50"), "账"),
        "head": Known(None, "名册"),
    }
    assert Asked(SHEET, known=known).start() == {"students": "1616", "cost": "20.5"}


def test_answers_are_written_out_paragraph_by_paragraph():
    typed = {"classes": "1616", "students": "很多", "story": " 读书 ", f"{WHY}last_classes": "扩招"}
    assert paragraphs(SHEET, typed) == [
        Paragraph("classes", "班级数", "1,616"),
        Paragraph("classes_junior", "初中班级数", "未填写"),
        Paragraph("classes_all", "班级数合计", "1,616"),
        Paragraph("students", "学生数", "很多"),
        Paragraph("cost", "经费", "未填写"),
        Paragraph("head", "负责人", "未填写"),
        Paragraph("phone", "负责人电话", "未填写"),
        Paragraph("held", "举办月份", "未填写"),
        Paragraph("way", "活动形式", "未填写"),
        Paragraph("story", "主要做法", "读书"),
        Paragraph("why_last_classes", "班级数（情况说明）", "扩招"),
    ]


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, ""), (0, "0"), (Decimal("20.50"), "20.5"), (Decimal("2000.00"), "2000"), ("无", "无")],
)
def test_a_value_is_written_as_it_would_be_typed(value, words):
    assert written(value) == words


@pytest.mark.parametrize("key", ["why_x", "checked_x", "Classes", "1st", "_version", ""])
def test_no_item_takes_a_name_that_the_page_needs_itself(key):
    with pytest.raises(ValueError, match="no key"):
        Item(key, "项")


def test_a_sheet_refuses_a_key_twice_and_a_line_of_the_wrong_length():
    columns = (Column("a", "甲"), Column("b", "乙"))
    with pytest.raises(ValueError, match="twice"):
        Questionnaire(
            "q", "表", 1, (BaseTable("t", "表", columns, (Line("行", (Item("a", "甲"), Item("a", "甲"))),)),)
        )
    with pytest.raises(ValueError, match="has 1 cells"):
        BaseTable("t", "表", columns, (Line("行", (Item("a", "甲"),)),))
