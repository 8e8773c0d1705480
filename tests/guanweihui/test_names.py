"""Pinyin keys and stroke order of names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanweihui.names import STROKE_KEY_LENGTH, pinyin_keys, stroke_key, surname_of

# Rare name characters: extension A to F, and those that came after ICU 72.
RARE = "䶮㛃㭎㑇龑𫖯𬀩𬭎𫍯𫍲𬱖𬍛𠅤𡎚𣗋𤧛𥔲𦈡𨐈𩽾𪟝𫄧𬂩姵頔赟譞玥珺昇堃喆"


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("王芳", ("wangfang", "wf")),
        ("曾国藩", ("zengguofan", "zgf", "cengguofan", "cgf")),
        ("单田芳", ("shantianfang", "stf", "dantianfang", "dtf")),
        ("乐嘉", ("yuejia", "yj", "lejia", "lj")),
        ("长孙无忌", ("zhangsunwuji", "zswj", "changsunwuji", "cswj")),
        ("万俟卨", ("moqixie", "mqx", "wanqixie", "wqx")),
        ("尉迟恭", ("yuchigong", "ycg", "weichigong", "wcg")),
        ("单于", ("shanyu", "sy", "danyu", "dy")),
        ("吕布", ("lvbu", "lb", "lubu")),
        ("阿依古丽·麦麦提", ("ayigulimaimaiti", "ayglmmt")),
        ("Anna Maria", ("annamaria", "am")),
        ("Zoë", ("zoe", "z")),
        ("王A", ("wanga", "wa")),
        ("", ()),
        ("·", ()),
    ],
)
def test_a_name_is_spelt_in_every_reading_of_its_surname(name, keys):
    assert pinyin_keys(name) == keys


def test_every_rare_character_has_a_reading():
    assert [char for char in RARE if not pinyin_keys(char)] == []


def test_compound_surnames_need_a_given_name():
    assert [surname_of(name) for name in ("欧阳娜", "欧阳", "王欧阳", "")] == ["欧阳", "欧", "王", ""]


def test_surnames_stand_in_stroke_order():
    assert "".join(sorted("李张乐王尹卜丁", key=stroke_key)) == "丁卜尹王乐张李"
    # 2, 3, 4, 5, 6, 7, 8, 8, 10, 12, 14, 17: the mainland's counts, where 陈 has 7 and 郑 8 strokes.
    assert "".join(sorted("魏蔡韩郭郑周陈刘田邓于丁", key=stroke_key)) == "丁于邓田刘陈周郑郭韩蔡魏"
    assert [int(stroke_key(surname)[:2]) for surname in "丁于邓田刘陈周郑郭韩蔡魏"] == [
        2, 3, 4, 5, 6, 7, 8, 8, 10, 12, 14, 17,
    ]  # fmt: skip


def test_names_of_one_surname_stand_by_the_next_character():
    names = ["Zoe", "anna", "王·一", "王乐", "王丁一", "王丁", "王", "丁一"]
    assert sorted(names, key=stroke_key) == [
        "丁一",
        "王",
        "王·一",
        "王丁",
        "王丁一",
        "王乐",
        "anna",
        "Zoe",
    ]


def test_characters_newer_than_icu_have_their_strokes():
    assert {char: int(stroke_key(char)[:2]) for char in "𬀩䶮㛃𫖯𬭎龑"} == {
        "𬀩": 8,
        "䶮": 9,
        "㛃": 9,
        "𫖯": 12,
        "𬭎": 12,
        "龑": 20,
    }
    assert [char for char in RARE if stroke_key(char).startswith("99")] == []


def test_every_character_of_gb2312_has_its_own_place():
    rows = [bytes([row, cell]) for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF)]
    characters = [char for row in rows if (char := row.decode("gb2312", "ignore"))]
    keys = {stroke_key(char) for char in characters}
    assert (len(characters), len(keys), max(keys) < "40") == (6763, 6763, True)


@given(st.text(max_size=60))
def test_a_stroke_key_sorts_alike_under_every_collation(name):
    key = stroke_key(name)
    assert len(key) <= STROKE_KEY_LENGTH
    assert key == "" or (key.isascii() and key.isdecimal())
