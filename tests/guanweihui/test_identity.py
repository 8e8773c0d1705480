"""ID numbers, telephones and their masks."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanweihui.text import (
    IdError,
    IdNumber,
    PhoneError,
    mask_id,
    mask_name,
    mask_phone,
    parse_id_number,
    parse_phone,
)

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
SCIENTIFIC = "身份证号被表格软件改成了科学计数法，请把该列设为“文本”后重新填写"


def number(birth: str, sequence: str = "118") -> str:
    """Make an invented ID number; its check digit makes the weighted sum 1 modulo 11."""
    body = f"990105{birth}{sequence}"
    rest = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True))
    return body + next(last for value, last in enumerate("0123456789X") if (rest + value) % 11 == 1)


def test_a_number_says_birth_and_sex():
    assert parse_id_number("990105194412041189") == IdNumber("990105194412041189", date(1944, 12, 4), "女")
    assert parse_id_number("990105194512240994") == IdNumber("990105194512240994", date(1945, 12, 24), "男")


@pytest.mark.parametrize(
    "typed",
    [
        "99010519321107430X",
        "99010519321107430x",
        "９９０１０５１９３２１１０７４３０Ｘ",
        " 990105 19321107 430X　",
        "990105-19321107-430x",
        "'99010519321107430X",
        "990105321107430",
    ],
)
def test_every_writing_gives_the_same_number(typed):
    assert parse_id_number(typed).value18 == "99010519321107430X"


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (9.90105194412041e17, SCIENTIFIC),
        (990105194412041189, SCIENTIFIC),
        ("9.90105E+17", SCIENTIFIC),
        ("9.90105e17", SCIENTIFIC),
        (None, "身份证号没有填写"),
        (" ", "身份证号没有填写"),
        ("990105196001183361", "身份证号校验码不符，请对照证件核对每一位"),
        (number("19490230"), "身份证号中的出生日期不存在，请核对第 7—14 位"),
        (number("19491301"), "身份证号中的出生日期不存在，请核对第 7—14 位"),
        (number("18991231"), "身份证号中的出生日期不存在，请核对第 7—14 位"),
        (number("00000000"), "身份证号中的出生日期不存在，请核对第 7—14 位"),
        ("99010519441204118", "身份证号应为 18 位，现有 17 位，请核对"),
        ("9901051944X2041189", "身份证号的 X 只能在末位，请核对"),
        ("99010519441204118A", "身份证号只能是数字，末位可以是 X，请核对"),
        ("٩٩٠١٠٥١٩٤٤١٢٠٤١١٨٩", "身份证号只能是数字，末位可以是 X，请核对"),
    ],
)
def test_a_wrong_number_says_what_and_how_without_repeating_it(typed, message):
    with pytest.raises(IdError) as refused:
        parse_id_number(typed)
    assert str(refused.value) == message


@given(
    st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.integers(0, 999), st.integers(0, 17), st.integers(1, 9)
)
def test_one_wrong_digit_is_always_found(birth, sequence, place, change):
    right = number(f"{birth:%Y%m%d}", f"{sequence:03}")
    assert parse_id_number(right) == IdNumber(right, birth, "男" if sequence % 2 else "女")
    digit = "0" if right[place] == "X" else str((int(right[place]) + change) % 10)
    with pytest.raises(IdError):
        parse_id_number(right[:place] + digit + right[place + 1 :])


@given(st.one_of(st.text(max_size=20), st.text("0123456789X", min_size=15, max_size=18), st.floats()))
def test_any_cell_is_a_number_or_refused(cell):
    with suppress(IdError):
        assert len(parse_id_number(cell).value18) == 18


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("19903725597", "19903725597"),
        (19903725597, "19903725597"),
        (19909729960.0, "19909729960"),
        ("199-0801-3884", "19908013884"),
        ("199 0801 3884", "19908013884"),
        ("１９９０８０１３８８４", "19908013884"),
        ("+86 199 0801 3884", "19908013884"),
        ("0086-19908013884", "19908013884"),
        ("8619908013884", "19908013884"),
        ("010-65000000", "01065000000"),
        ("（010）65000000", "01065000000"),
        ("+86-010-65000000", "01065000000"),
        ("0314-5000000", "03145000000"),
        ("0512-65000000", "051265000000"),
    ],
)
def test_every_writing_of_a_phone_gives_its_digits(typed, digits):
    assert parse_phone(typed) == digits


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("1990123", "电话号码位数不对（现有 7 位）：手机号应为 11 位，固定电话请带区号"),
        (199012345678.0, "电话号码位数不对（现有 12 位）：手机号应为 11 位，固定电话请带区号"),
        ("65000000", "电话号码位数不对（现有 8 位）：手机号应为 11 位，固定电话请带区号"),
        ("010-6500000", "电话号码位数不对（现有 10 位）：固定电话应为区号加 7 或 8 位号码"),
        ("12903725597", "手机号应以 13 至 19 开头，请核对"),
        ("19903725597、19904094404", "一格只填一个电话号码，请留下常用的一个"),
        ("1.99E+10", "电话号码被表格软件改成了科学计数法，请把该列设为“文本”后重新填写"),
        ("@SUM(1+1)", "电话号码只能是数字，请核对；分机号请写在备注中"),
        ("", "电话号码没有填写"),
        (None, "电话号码没有填写"),
        (1.5, "电话号码只能是数字，请核对"),
        (float("nan"), "电话号码只能是数字，请核对"),
    ],
)
def test_a_wrong_phone_says_what_and_how(typed, message):
    with pytest.raises(PhoneError) as refused:
        parse_phone(typed)
    assert str(refused.value) == message


def test_masks_leave_what_the_rules_allow():
    assert mask_id("990105194412041189") == "990105************"
    assert mask_id("9.90105E+17") == "9.9010*****"
    assert mask_id("") == ""
    assert mask_phone("13800001234") == "138****1234"
    assert mask_phone("051265000000") == "051****0000"
    assert mask_phone("1990123") == "*******"
    assert [
        mask_name(name) for name in ("王建国", "欧阳娜娜", "欧阳", "王", "", "阿依古丽·麦麦提", "𬀩䶮")
    ] == [
        "王**",
        "欧阳**",
        "欧*",
        "*",
        "",
        "阿***·***",
        "𬀩*",
    ]
