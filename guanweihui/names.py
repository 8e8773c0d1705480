"""Pinyin and stroke keys of names: how a name is found and where it stands in a list."""

import unicodedata
from functools import cache, lru_cache
from pathlib import Path

STROKES = Path(__file__).with_name("data") / "strokes.txt"
STROKE_KEY_LENGTH = 200

# How a surname is read where that differs from the character's common reading; compound ones by syllables.
# Several readings stand in the order of how usual they are: the first one orders lists.
SURNAME_READINGS: dict[str, tuple[str, ...]] = {
    "单": ("shan",),
    "仇": ("qiu",),
    "曾": ("zeng",),
    "解": ("xie",),
    "翟": ("zhai",),
    "区": ("ou",),
    "朴": ("piao",),
    "查": ("zha",),
    "盖": ("ge", "gai"),
    "乐": ("yue", "le"),
    "员": ("yun",),
    "种": ("chong",),
    "重": ("chong",),
    "折": ("she",),
    "洗": ("xian",),
    "缪": ("miao",),
    "宓": ("mi", "fu"),
    "秘": ("bi",),
    "祭": ("zhai",),
    "繁": ("po",),
    "黑": ("he",),
    "召": ("shao",),
    "佴": ("nai",),
    "郗": ("xi", "chi"),
    "覃": ("qin", "tan"),
    "阚": ("kan",),
    "牟": ("mu", "mou"),
    "都": ("du",),
    "柏": ("bai", "bo"),
    "薄": ("bo",),
    "隗": ("wei", "kui"),
    "句": ("gou",),
    "谌": ("chen", "shen"),
    "乜": ("nie",),
    "粘": ("nian",),
    "郇": ("xun", "huan"),
    "行": ("xing", "hang"),
    "强": ("qiang", "jiang"),
    "莘": ("shen", "xin"),
    "圈": ("juan",),
    "藏": ("zang",),
    "费": ("fei", "bi"),
    "能": ("nai",),
    "会": ("gui",),
    "角": ("jue",),
    "长": ("chang", "zhang"),
    "省": ("xing",),
    "吕": ("lv", "lu"),
    "么": ("yao",),
    "炅": ("gui",),
    "颉": ("xie",),
    "贠": ("yun",),
    "长孙": ("zhang sun", "chang sun"),
    "尉迟": ("yu chi",),
    "万俟": ("mo qi",),
    "澹台": ("tan tai",),
    "单于": ("chan yu",),
    "乐正": ("yue zheng",),
}
_COMPOUND = """
欧阳 上官 司马 司徒 司空 司寇 诸葛 东方 东郭 东门 西门 南门 南宫 北宫 皇甫 慕容 公孙 公冶 公羊 公西
夏侯 轩辕 端木 百里 独孤 宇文 闻人 钟离 闾丘 申屠 太史 淳于 仲孙 叔孙 濮阳 赫连 宗政 巫马 漆雕 梁丘
左丘 段干 羊舌 微生 第五 谷梁 耶律 完颜 纳兰 令狐 夹谷 呼延 亓官 拓跋 鲜于
"""
COMPOUND_SURNAMES = frozenset(_COMPOUND.split()) | {name for name in SURNAME_READINGS if len(name) > 1}


def pinyin_keys(name: str) -> tuple[str, ...]:
    """Spell a name: full pinyin and initials of each reading of its surname, without repeats.

    The first key is the full pinyin that orders lists, the second its initials; a surname such as 曾 adds its
    common reading behind them. Letters of other scripts stand as they are, in lower case.
    """
    surname = surname_of(name)
    rest = _syllables(name[len(surname) :])
    spellings = [reading.split() + rest for reading in SURNAME_READINGS.get(surname, ())]
    keys: dict[str, None] = {}
    for syllables in (*spellings, _syllables(name)):
        keys["".join(syllables)] = None
        keys["".join([syllable[0] for syllable in syllables])] = None
    keys.pop("", None)
    return tuple(keys)


def surname_of(name: str) -> str:
    """Give the surname of a Chinese name: two characters where those make one and a given name follows."""
    return name[:2] if len(name) > 2 and name[:2] in COMPOUND_SURNAMES else name[:1]


def mask_name(name: str) -> str:
    """Leave the surname and one star for every other character: 王**, 欧阳*, 阿***·***; for public pages."""
    if len(name) < 2:
        return "*" * len(name)
    surname = surname_of(name)
    return surname + "".join([char if char in "· " else "*" for char in name[len(surname) :]])


@lru_cache(maxsize=4096)
def stroke_key(name: str) -> str:
    """Give the key that sorts names by strokes (按姓氏笔画排序), character by character.

    ASCII digits only, so that every collation of both engines sorts it alike: two digits of stroke count and
    four of the place among its equals; separators sort first, then Chinese characters, letters, and last what
    has no known strokes. Source of the order: data/strokes.txt.
    """
    table = _stroke_table()
    return "".join([table.get(char) or _outside(char) for char in name])[:STROKE_KEY_LENGTH]


def _outside(char: str) -> str:
    if unicodedata.category(char)[0] in "PZS":
        return "00"
    kind = "98" if char.isascii() or char.lower() != char.upper() else "99"
    return f"{kind}{ord(char.lower()[0]):07}"


@cache
def _stroke_table() -> dict[str, str]:
    table: dict[str, str] = {}
    for line in STROKES.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        count, _, characters = line.partition(" ")
        for place, char in enumerate(characters):
            table[char] = f"{int(count):02}{place:04}"
    return table


def _syllables(text: str) -> list[str]:
    """Spell each character; a run of letters of another script makes one syllable."""
    syllables: list[str] = []
    run = ""
    for char in text:
        reading, is_letter = _reading(char)
        if is_letter:
            run += reading
            continue
        if run:
            syllables.append(run)
            run = ""
        if reading:
            syllables.append(reading)
    return [*syllables, run] if run else syllables


@lru_cache(maxsize=8192)
def _reading(char: str) -> tuple[str, bool]:
    """Give a character's common reading; its plain letters and True when it is of another script."""
    from pypinyin import Style, lazy_pinyin  # 0.4 s and 4 MB, only where names are spelt

    if unicodedata.category(char)[0] in "PZS":
        return "", False
    spelt = lazy_pinyin(char, style=Style.NORMAL, errors="ignore")
    if spelt:
        return spelt[0], False
    plain = "".join([part for part in unicodedata.normalize("NFKD", char) if part.isalnum()])
    return plain.lower(), True
