"""Characters, names, ethnic groups and dates."""

from contextlib import suppress
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanweihui.text import (
    DateError,
    PartialDate,
    TextError,
    check_text,
    clean_name,
    fold_ethnicity,
    fold_width,
    parse_date,
)

EIGHTH = PartialDate(date(1955, 3, 8), "day")
MARCH = PartialDate(date(1955, 3, 1), "month")
YEAR = PartialDate(date(1955, 1, 1), "year")


@pytest.mark.parametrize(
    "cell",
    [
        date(1955, 3, 8),
        datetime(1955, 3, 8, 0, 0),
        "1955-3-8",
        "1955-03-08",
        "1955/3/8",
        "1955/03/8",
        "1955.3.8",
        "1955.03.08",
        "19550308",
        19550308,
        19550308.0,
        "1955年3月8日",
        "1955年03月08日",
        "1955年3月8号",
        "１９５５．３．８",
        "１９５５年３月８日",
        "1955－3－8",
        " 1955 年 3 月 8 日　",
        "1955. 3. 8",
        "1955-03-08 00:00:00",
        "1955-03-08T00:00:00",
    ],
)
def test_every_spelling_of_a_day_is_read(cell):
    assert parse_date(cell) == EIGHTH


@pytest.mark.parametrize(
    "cell",
    [
        "1955.3",
        "1955.03",
        "1955-03",
        "1955/3",
        "1955年3月",
        "1955年03月",
        "195503",
        195503.0,
        1955.03,
        1955.3,
    ],
)
def test_a_month_gives_its_first_day(cell):
    assert parse_date(cell) == MARCH


@pytest.mark.parametrize("cell", ["1955", "1955年", 1955, 1955.0])
def test_a_year_gives_its_first_day(cell):
    assert parse_date(cell) == YEAR


def test_october_and_january_typed_as_text_are_two_months():
    assert [parse_date(cell).on.month for cell in ("2015.1", "2015.10", "2015.12")] == [1, 10, 12]


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("1950年13月", "“1950年13月”的月份应在 1—12 之间"),
        ("1950.0", "“1950.0”的月份应在 1—12 之间"),
        ("1955-02-29", "“1955-02-29”不存在：1955年2月的日期应在 1—28 之间"),
        ("19561232", "“19561232”不存在：1956年12月的日期应在 1—31 之间"),
        ("0000-1-1", "“0000-1-1”的年份不对，请核对"),
        ("9999-12-32", "“9999-12-32”不存在：9999年12月的日期应在 1—31 之间"),
        ("", "日期没有填写"),
        (None, "日期没有填写"),
        ("55.3.8", "“55.3.8”的年份请写满四位，如“1955-03-08”或“1955年3月”"),
        ("不详", "“不详”不是能识别的日期，请写成“1955-03-08”或“1955年3月”"),
        ("a\u202eb\n" + "c" * 30, f"“ab{'c' * 18}…”不是能识别的日期，请写成“1955-03-08”或“1955年3月”"),
        ("3/8/1955", "“3/8/1955”不是能识别的日期，请写成“1955-03-08”或“1955年3月”"),
        (1955.1, "“1955.1”是数字，分不清 1 月还是 10 月，请写成“1955年1月”或“1955年10月”"),
        (20155.0, "“20155”像是表格软件的日期序号，请把该列设为“日期”格式后重新填写"),
        ("1899-12-31", "“1899年12月31日”早于 1900年1月1日，请核对年份"),
        ("2100.1", "“2100年1月”晚于 2099年12月31日，请核对年份"),
    ],
)
def test_a_wrong_date_says_what_and_how(cell, message):
    with pytest.raises(DateError) as refused:
        parse_date(cell)
    assert str(refused.value) == message


def test_the_caller_sets_the_bounds():
    today = date(2026, 11, 23)
    assert parse_date("2026-11-23", latest=today).on == today
    with pytest.raises(DateError) as refused:
        parse_date("2026-11-24", latest=today)
    assert str(refused.value) == "“2026年11月24日”晚于 2026年11月23日，请核对年份"


def test_a_date_prints_as_far_as_it_is_known():
    dates = [parse_date("2018-12-05"), MARCH, YEAR]
    assert [day.cn() for day in dates] == ["2018年12月5日", "1955年3月", "1955年"]
    assert [day.iso() for day in dates] == ["2018-12-05", "1955-03", "1955"]
    assert str(MARCH) == "1955-03"


def test_dates_sort_by_day():
    assert sorted([EIGHTH, MARCH, YEAR]) == [YEAR, MARCH, EIGHTH]


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_what_is_printed_is_read_back(day):
    for precision, on in (("day", day), ("month", day.replace(day=1)), ("year", day.replace(month=1, day=1))):
        known = PartialDate(on, precision)
        assert parse_date(known.cn()) == parse_date(known.iso()) == known


@given(st.one_of(st.text(max_size=12), st.floats(), st.integers(), st.booleans(), st.none()))
def test_any_cell_is_read_or_refused(cell):
    with suppress(DateError):
        assert date(1900, 1, 1) <= parse_date(cell).on <= date(2099, 12, 31)


@pytest.mark.parametrize(
    "char",
    "\x00\x0b\x1b\x7f\x85\xad\u200b\u200d\u200e\u2028\u202e\u2066\u2060\ufeff\ufdd0\ufffe\ufe0f\u3164"
    "\ud800\U000e0041\U0001ffff\U0010ffff",
)
def test_unseen_characters_are_refused_with_their_place(char):
    with pytest.raises(TextError) as refused:
        check_text(f"张{char}三")
    assert str(refused.value) == f"第 2 个字符是看不见的特殊字符（U+{ord(char):04X}），请删除后重新填写"


def test_broken_text_and_line_breaks_are_named():
    messages = []
    for text in ("王\ufffd", "王\n芳"):
        with pytest.raises(TextError) as refused:
            check_text(text)
        messages.append(str(refused.value))
    assert messages == [
        "第 2 个字符是乱码（U+FFFD），请重新填写",
        "第 2 个字符是换行或制表符，请删除后重新填写",
    ]


def test_prose_keeps_lines_and_nothing_else_unseen():
    assert check_text("一\r\n二\r三\n\t四", multiline=True) == "一\n二\n三\n\t四"
    with pytest.raises(TextError, match="第 3 个字符"):
        check_text("一\n\x0b", multiline=True)


def test_text_is_composed():
    assert check_text("Zoe\u0308") == "Zoë"


def test_full_width_is_folded():
    assert fold_width("（Ａ１－ｘ）　·张") == "(A1-x) ·张"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("段 浩", "段浩"),
        ("　武　婷 ", "武婷"),
        ("欧阳 建 国", "欧阳建国"),
        ("王玥\n", "王玥"),
        ("阿依古丽•麦麦提", "阿依古丽·麦麦提"),
        ("阿依古丽 ・ 麦麦提", "阿依古丽·麦麦提"),
        ("阿依古丽.麦麦提", "阿依古丽·麦麦提"),
        ("古丽巴哈尔 阿不都热合曼", "古丽巴哈尔 阿不都热合曼"),
        ("Anna  Maria", "Anna Maria"),
        ("J. Smith", "J. Smith"),
        ("𬀩䶮", "𬀩䶮"),
        ("㛃 𫖯\U00031350", "㛃𫖯\U00031350"),
        ("张", "张"),
        ("古" * 50, "古" * 50),
    ],
)
def test_names_are_kept_in_one_form(typed, kept):
    assert clean_name(typed) == kept
    assert clean_name(kept) == kept


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (" 　", "姓名没有填写"),
        ("古" * 51, "姓名最多 50 个字，现有 51 个"),
        ("张\x0b三", "第 2 个字符是看不见的特殊字符（U+000B），请删除后重新填写"),
        ("王\u202e", "第 2 个字符是看不见的特殊字符（U+202E），请删除后重新填写"),
        (12.0, "姓名应是文字，请把该列设为“文本”后重新填写"),
    ],
)
def test_a_wrong_name_says_what_and_how(typed, message):
    with pytest.raises(TextError) as refused:
        clean_name(typed)
    assert str(refused.value) == message


def test_ethnic_groups_are_written_in_full():
    assert [fold_ethnicity(text) for text in ("汉", "汉族", " 满 ", "维吾尔", "火星", "")] == [
        "汉族",
        "汉族",
        "满族",
        "维吾尔族",
        "火星",
        "",
    ]
