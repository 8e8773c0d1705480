"""What people type: names, dates, ID numbers and telephones, read in every spelling that offices use.

Each reader returns the one canonical form or raises a TextError whose message tells the user, in Chinese,
what is wrong and how to put it right. No message repeats an ID number or a telephone.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Literal

from guanweihui.names import mask_name as mask_name
from guanweihui.names import pinyin_keys as pinyin_keys
from guanweihui.names import stroke_key as stroke_key

NAME_LENGTH = 50


class TextError(ValueError):
    """A text that cannot be taken; its message is written for the user."""


class DateError(TextError):
    """A date that cannot be read or does not exist."""


class IdError(TextError):
    """An ID number that cannot be right."""


class PhoneError(TextError):
    """A telephone number that cannot be right."""


# --- characters and names ---

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_LINE_BREAKS = "\t\n\r"
# Control, bidi, zero-width, fillers, variation selectors, tags, surrogates, noncharacters, U+FFFD.
_UNSEEN = (
    "\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\ud800-\udfff\ufdd0-\ufdef\U000e0000-\U000e0fff"
    + "".join([f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(1, 17)])
)
_REFUSED = re.compile(f"[{_UNSEEN}]")
_REFUSED_IN_PROSE = re.compile(f"(?![{_LINE_BREAKS}])[{_UNSEEN}]")
_MIDDLE_DOTS = re.compile(r"\s*[·\u2022\u2027\u2219\u22c5\u30fb\uff65]\s*")
_DOT_BETWEEN_HAN = re.compile(r"(?<=[^\x00-\xff])[.\uff0e](?=[^\x00-\xff])")
_SPACES = re.compile(r"[\s\u3000]+")
_OUTER = " \u3000\xa0\t\r\n"


def fold_width(text: str) -> str:
    """Turn full-width digits, letters, signs and spaces into plain ones."""
    return text if text.isascii() else text.translate(_FULL_WIDTH)


def check_text(text: str, *, multiline: bool = False) -> str:
    """Return the text in NFC; `multiline` lets tabs and line breaks pass, the latter as one LF.

    Raises TextError, with the position, for control, bidi, zero-width and other unseen characters.
    """
    found = (_REFUSED_IN_PROSE if multiline else _REFUSED).search(text)
    if found:
        raise TextError(_unseen_message(found))
    if multiline:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _unseen_message(found: re.Match[str]) -> str:
    char = found.group()
    code = f"U+{ord(char):04X}"
    where = f"第 {found.start() + 1} 个字符"
    if char in _LINE_BREAKS:
        return f"{where}是换行或制表符，请删除后重新填写"
    if char == "\ufffd":
        return f"{where}是乱码（{code}），请重新填写"
    return f"{where}是看不见的特殊字符（{code}），请删除后重新填写"


def clean_name(name: str) -> str:
    """Return a person's name as it is kept: no outer spaces, 段 浩 as 段浩, every middle dot as ·, NFC.

    Spaces inside go where the name has two to four characters of a script without capitals, else one stays.
    Raises TextError for an empty name, one over 50 characters, and what check_text refuses.
    """
    if not isinstance(name, str):
        raise TextError("姓名应是文字，请把该列设为“文本”后重新填写")
    name = check_text(name.strip(_OUTER))
    if not name:
        raise TextError("姓名没有填写")
    if name.isascii() or not name.isalpha():
        name = _DOT_BETWEEN_HAN.sub("·", _MIDDLE_DOTS.sub("·", name))
        parts = _SPACES.split(name)
        joined = "".join(parts)
        without_case = not joined.isascii() and joined.lower() == joined.upper() and "·" not in joined
        name = joined if without_case and len(joined) <= 4 else " ".join(parts)
    if len(name) > NAME_LENGTH:
        raise TextError(f"姓名最多 {NAME_LENGTH} 个字，现有 {len(name)} 个")
    return name


_ETHNICITIES = """
汉族 蒙古族 回族 藏族 维吾尔族 苗族 彝族 壮族 布依族 朝鲜族 满族 侗族 瑶族 白族 土家族 哈尼族 哈萨克族
傣族 黎族 傈僳族 佤族 畲族 高山族 拉祜族 水族 东乡族 纳西族 景颇族 柯尔克孜族 土族 达斡尔族 仫佬族 羌族
布朗族 撒拉族 毛南族 仡佬族 锡伯族 阿昌族 普米族 塔吉克族 怒族 乌孜别克族 俄罗斯族 鄂温克族 德昂族 保安族
裕固族 京族 塔塔尔族 独龙族 鄂伦春族 赫哲族 门巴族 珞巴族 基诺族
"""
ETHNICITIES = frozenset(_ETHNICITIES.split())


def fold_ethnicity(text: str) -> str:
    """Write one of the 56 ethnic groups in full (汉 as 汉族); all else comes back without spaces."""
    text = _SPACES.sub("", text)
    return f"{text}族" if f"{text}族" in ETHNICITIES else text


# --- dates ---

Precision = Literal["day", "month", "year"]
EARLIEST = date(1900, 1, 1)
LATEST = date(2099, 12, 31)
_DATE_TEXT = re.compile(
    r"([0-9]{4})(?:[-/.]([0-9]{1,2})(?:[-/.]([0-9]{1,2}))?|年(?:([0-9]{1,2})月(?:([0-9]{1,2})[日号])?)?"
    r"|([0-9]{2})([0-9]{2})?)?"
)
_DATE_NOISE = str.maketrans(
    {"\\": "/", "。": ".", "．": ".", "–": "-", "—": "-", "－": "-", "〇": "0", "○": "0"}
)
_MIDNIGHT = re.compile(r"(?<=[0-9])(?:T|\s+)0{1,2}:00(?::00(?:\.0+)?)?$")


@dataclass(frozen=True, order=True, slots=True)
class PartialDate:
    """A date and how much of it is known; what is not known stands as 1."""

    on: date
    precision: Precision = "day"

    def cn(self) -> str:
        """Write it as documents do: 2018年12月20日, 1955年3月, 1955年."""
        if self.precision == "day":
            return f"{self.on.year}年{self.on.month}月{self.on.day}日"
        return f"{self.on.year}年{self.on.month}月" if self.precision == "month" else f"{self.on.year}年"

    def iso(self) -> str:
        """Write it as tables do: 2018-12-20, 1955-03, 1955."""
        return self.on.isoformat()[: {"day": 10, "month": 7, "year": 4}[self.precision]]

    def __str__(self) -> str:
        return self.iso()


_WEEKDAYS = "一二三四五六日"


def weekday_cn(day: date) -> str:
    """Write 星期日."""
    return f"星期{_WEEKDAYS[day.weekday()]}"


def deadline_cn(at: datetime) -> str:
    """Write a moment of local time as deadlines are: 11月28日（星期六）17:00."""
    return f"{at.month}月{at.day}日（{weekday_cn(at)}）{at:%H:%M}"


def parse_date(value: object, *, earliest: date = EARLIEST, latest: date = LATEST) -> PartialDate:
    """Read a cell or a text as a date, in every spelling of domain.md.

    A year and month give the month's first day with precision "month"; a year alone gives 1 January, "year".
    Raises DateError; a date before `earliest` or after `latest` counts as wrong.
    """
    if isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
        read = PartialDate(day)
    elif isinstance(value, str):
        read = _date_from_text(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        read = _date_from_number(value)
    else:
        raise DateError("日期没有填写")
    if read.on < earliest:
        raise DateError(f"“{read.cn()}”早于 {PartialDate(earliest).cn()}，请核对年份")
    if read.on > latest:
        raise DateError(f"“{read.cn()}”晚于 {PartialDate(latest).cn()}，请核对年份")
    return read


@lru_cache(maxsize=8192)
def _date_from_text(text: str) -> PartialDate:
    plain = _MIDNIGHT.sub("", fold_width(text).translate(_DATE_NOISE).strip(_OUTER))
    plain = _SPACES.sub("", plain).rstrip(".")
    found = _DATE_TEXT.fullmatch(plain)
    if found is None:
        raise DateError(_unread(text, plain))
    year, month_a, day_a, month_b, day_b, month_c, day_c = found.groups()
    month, day = month_a or month_b or month_c, day_a or day_b or day_c
    precision: Precision = "day" if day else "month" if month else "year"
    return PartialDate(_existing(int(year), int(month or 1), int(day or 1), _quoted(text)), precision)


def _date_from_number(value: int | float) -> PartialDate:
    written = f"{value:.10g}"
    if re.fullmatch(r"[0-9]{4}\.1", written):
        year = written[:4]
        raise DateError(f"“{written}”是数字，分不清 1 月还是 10 月，请写成“{year}年1月”或“{year}年10月”")
    if re.fullmatch(r"[1-9][0-9]{4}(\.[0-9]+)?", written):
        raise DateError(f"“{written}”像是表格软件的日期序号，请把该列设为“日期”格式后重新填写")
    return _date_from_text(written)


def _existing(year: int, month: int, day: int, shown: str) -> date:
    if not 1 <= month <= 12:
        raise DateError(f"“{shown}”的月份应在 1—12 之间")
    try:
        return date(year, month, day)
    except ValueError:
        pass
    if year < 1:
        raise DateError(f"“{shown}”的年份不对，请核对")
    last = (date(year + month // 12, month % 12 + 1, 1) - date(year, month, 1)).days if year < 9999 else 31
    raise DateError(f"“{shown}”不存在：{year}年{month}月的日期应在 1—{last} 之间")


def _unread(text: str, plain: str) -> str:
    if not plain:
        return "日期没有填写"
    if re.fullmatch(r"[0-9]{2}[-/.年].*", plain):
        return f"“{_quoted(text)}”的年份请写满四位，如“1955-03-08”或“1955年3月”"
    return f"“{_quoted(text)}”不是能识别的日期，请写成“1955-03-08”或“1955年3月”"


def _quoted(text: str) -> str:
    """Make a user's text safe to repeat in a message: short, and nothing unseen in it."""
    text = _REFUSED.sub("", text).strip(_OUTER)
    return text if len(text) <= 20 else f"{text[:20]}…"


# --- ID numbers ---

_ID_18 = re.compile(r"[0-9]{17}[0-9X]")
_ID_15 = re.compile(r"[0-9]{15}")
_ID_NOISE = re.compile(r"[\s\u3000'‘’`\-–—]+")
_SCIENTIFIC = re.compile(r"[0-9.]+E[+-]?[0-9]+")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_ID_AS_NUMBER = "身份证号被表格软件改成了科学计数法，请把该列设为“文本”后重新填写"


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A resident ID number of 18 characters and what it says."""

    value18: str
    birth: date
    sex: Literal["男", "女"]


def parse_id_number(value: object) -> IdNumber:
    """Read a resident ID number (GB 11643): 18 characters with check digit; the old 15 are upgraded.

    Full-width digits, a small x, spaces and hyphens are normalised; the region code is not checked. A number
    in place of text is refused: spreadsheets keep 15 digits of it only. Raises IdError.
    """
    if isinstance(value, int | float):
        raise IdError(_ID_AS_NUMBER)
    if not isinstance(value, str):
        raise IdError("身份证号没有填写")
    text = _ID_NOISE.sub("", fold_width(value)).upper()
    if _ID_15.fullmatch(text):
        text = f"{text[:6]}19{text[6:]}"
        text += _check_digit(text)
    elif not _ID_18.fullmatch(text):
        raise IdError(_misshapen_id(text))
    try:
        birth = date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        birth = date.min
    if not EARLIEST <= birth <= LATEST:
        raise IdError("身份证号中的出生日期不存在，请核对第 7—14 位")
    if text[17] != _check_digit(text):
        raise IdError("身份证号校验码不符，请对照证件核对每一位")
    return IdNumber(text, birth, "男" if int(text[16]) % 2 else "女")


def _check_digit(text: str) -> str:
    digits = map(int, text[:17])
    return _CHECK_DIGITS[sum([weight * digit for weight, digit in zip(_WEIGHTS, digits, strict=True)]) % 11]


def _misshapen_id(text: str) -> str:
    if not text:
        return "身份证号没有填写"
    if _SCIENTIFIC.fullmatch(text):
        return _ID_AS_NUMBER
    if not re.fullmatch(r"[0-9X]+", text):
        return "身份证号只能是数字，末位可以是 X，请核对"
    if len(text) != 18:
        return f"身份证号应为 18 位，现有 {len(text)} 位，请核对"
    return "身份证号的 X 只能在末位，请核对"


def mask_id(value: object) -> str:
    """Leave the first six characters of an ID number, stars for the rest; never for public pages."""
    text = str(value)
    return text[:6] + "*" * (len(text) - 6)


# --- telephones ---

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"0(?:10|2[0-9])[0-9]{8}|0[3-9][0-9]{2}[0-9]{7,8}")
_PHONE_NOISE = re.compile(r"[\s\u3000'‘’()\-‐‑–—―]+")
_SEVERAL = re.compile(r"[/、,;，；]|或")
_COUNTRY = re.compile(r"(?:\+|00)86(?=[01])|86(?=1[0-9]{10}$)")


def parse_phone(value: object) -> str:
    """Read a mobile number, or a landline with its area code; returns its digits alone.

    Whole numbers, dashes, spaces, brackets and +86 are understood. Raises PhoneError.
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise PhoneError("电话号码没有填写" if value is None else "电话号码只能是数字，请核对")
    text = _PHONE_NOISE.sub("", fold_width(value))
    text = _COUNTRY.sub("", text, count=1) if text[:1] in "+08" else text
    if _MOBILE.fullmatch(text) or _LANDLINE.fullmatch(text):
        return text
    raise PhoneError(_misshapen_phone(text))


def _misshapen_phone(text: str) -> str:
    if not text:
        return "电话号码没有填写"
    if _SEVERAL.search(text):
        return "一格只填一个电话号码，请留下常用的一个"
    if _SCIENTIFIC.fullmatch(text.upper()):
        return "电话号码被表格软件改成了科学计数法，请把该列设为“文本”后重新填写"
    if not re.fullmatch(r"[0-9]+", text):
        return "电话号码只能是数字，请核对；分机号请写在备注中"
    if text.startswith("0"):
        return f"电话号码位数不对（现有 {len(text)} 位）：固定电话应为区号加 7 或 8 位号码"
    if len(text) == 11:
        return "手机号应以 13 至 19 开头，请核对"
    return f"电话号码位数不对（现有 {len(text)} 位）：手机号应为 11 位，固定电话请带区号"


def mask_phone(value: str) -> str:
    """Leave the first three and last four digits: 138****1234; stars alone for anything too short."""
    return f"{value[:3]}****{value[-4:]}" if len(value) >= 11 else "*" * len(value)


def looks_like_id(typed: str) -> bool:
    """Tell whether somebody typed an ID number, right or wrong."""
    plain = re.sub(r"[\s\u3000\-–—]+", "", fold_width(typed))
    return bool(re.fullmatch(r"[0-9]{15}|[0-9]{16,19}[Xx]?|[0-9]{17}[Xx]", plain))


def looks_like_phone(typed: str) -> bool:
    """Tell whether somebody typed a telephone number."""
    try:
        parse_phone(typed)
    except PhoneError:
        return False
    return True


def looks_like_number(typed: str) -> bool:
    """Tell whether somebody typed a whole ID or telephone number."""
    return looks_like_id(typed) or looks_like_phone(typed)
