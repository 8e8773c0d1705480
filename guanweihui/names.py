"""Pinyin and stroke keys of names: how a name is found and where it stands in a list."""

import os
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
    # Characters are spelt one by one: the library's dictionary of phrases is 45 MB and most of its start.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
    from pypinyin import Style, lazy_pinyin  # 0.1 s, only where names are spelt

    if unicodedata.category(char)[0] in "PZS":
        return "", False
    spelt = lazy_pinyin(char, style=Style.NORMAL, errors="ignore")
    if spelt:
        return spelt[0], False
    plain = "".join([part for part in unicodedata.normalize("NFKD", char) if part.isalnum()])
    return plain.lower(), True


#: Variant writings of characters in names, each after the one that the standard list has.
_VARIANTS = """
峰峯 群羣 杰傑 国國 华華 兰蘭 凤鳳 龙龍 云雲 丽麗 贞貞 贤賢 宝寶 宾賓 庆慶 义義 礼禮 刘劉 陈陳 张張
杨楊 赵趙 吴吳 孙孫 马馬 罗羅 郑鄭 谢謝 韩韓 冯馮 邓鄧 许許 萧蕭 苏蘇 蒋蔣 贾賈 叶葉 阎閻 闫閆
钟鐘鍾锺 汤湯 邹鄒 陆陸 顾顧 龚龔 万萬 钱錢 严嚴 赖賴 温溫 芦蘆 卢盧 齐齊 伟偉 强強彊 军軍 勇勈
艳艷豔 娟䊎 涛濤 鹏鵬 飞飛 鑫鈨 宁寧甯 静靜 莹瑩 荣榮 学學 书書 乔喬 岩巖嵒 岭嶺 岳嶽 岛島 峡峽
哲喆嚞 启啟啓 吉𠮷 并並 晋晉 晓曉 暖煖 炮砲 煊暄 焕煥 灵靈 炉爐 爱愛 珍珎 琼瓊 璇璿 瑶瑤 秋秌 秘祕
穆䅤 笋筍 绣綉繡 绵緜 翠翆 胜勝 脉脈 苍蒼 荫廕 菊蘜 蕊蘂 虑慮 观觀 誉譽 谦謙 迹跡 邻鄰 郁鬱 采採
锦錦 锐銳 镇鎮 长長 闯闖 闽閩 阳陽 雁鴈 雪䨮 韵韻 顺順 颖穎 风風 骏駿 鸿鴻 黄黃 净凈淨 冰氷 凉涼
凯凱 券劵 升昇 厘釐 双雙 圣聖 坚堅 垒壘 堂坣 墙牆 壮壯 梦夢 奋奮 妆妝 娴嫻嫺 婴嬰 实實 宽寬 尔爾
尧堯 巩鞏 帅帥 帜幟 干乾幹 广廣 庄莊 异異 弥彌 彦彥 征徵 忆憶 志誌 怀懷 恒恆 悦悅 惠恵 戚慼 扬揚
挥揮 权權 来來 松鬆 枫楓 栋棟 树樹 桥橋 栖棲 棋碁
"""
_FOLDED = str.maketrans({other: group[0] for group in _VARIANTS.split() for other in group[1:]})


def fold_variants(name: str) -> str:
    """Write variant and traditional characters of a name in their standard form, without dots and spaces.

    Only a key for finding one person written in two ways; names are printed as they were given.
    """
    return "".join(char for char in name.translate(_FOLDED) if char not in "· ")[:50]
