"""Find personal numbers in what is about to be made public: ID numbers, telephones, bank cards.

A scanner for words typed and for files. It looks at shapes, not at persons, and rather stops a harmless
number than lets a real one through: a published number cannot be taken back. A file of which any part cannot
be read cannot be published.
"""

import datetime
import json
import re
import subprocess
import sys
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from guanweihui import text
from guanweihui.pdf_child import FAULTS, UNREADABLE

ID_NUMBER, MOBILE, LANDLINE, BANK_CARD = "身份证号", "手机号", "固定电话", "银行卡号"
PDF = "application/pdf"
WALL_SECONDS = 30.0
ROOT = Path(__file__).resolve().parents[1]
NOT_PDF = (
    "公开的附件只能是 PDF：图片里的文字无法检查有没有身份证号、电话等个人信息。"
    "请把原文档“另存为PDF”后再上传，不要用扫描件或照片。"
)


@dataclass(frozen=True)
class Found:
    """One personal number: its kind, where it stands in words, and the number masked."""

    kind: str
    where: str
    snippet: str

    def __str__(self) -> str:
        return f"{self.where}有疑似{self.kind}“{self.snippet}”"


class Unscannable(ValueError):
    """A file that cannot be looked through. The message is for the user: what, why, how to mend."""


@dataclass(frozen=True)
class _Block:
    """A run of digits without a gap: plain digits, a final X of an ID number kept; its place in the text."""

    digits: str
    begins: int
    ends: int


#: What people write inside one number: blanks, dashes, dots, brackets, unseen characters.
_GAP = re.compile(r"[ \t\xa0\u2000-\u200f\u202f\u2060\u3000\ufeff\-‐‑‒–—―－.·．()（）]{1,3}")
_BREAK = re.compile(r"[ \t]*\r?\n[ \t]*")
_RUN = re.compile(rf"[0-9]{{17}}[Xx]|[0-9]+(?:(?:{_GAP.pattern})?[Xx](?![0-9A-Za-z]))?")
_MOBILE = re.compile(r"(?:00?86|86|0)?(1[3-9][0-9]{9})")
_LANDLINE = re.compile(r"(?:0(?:10|2[0-9])[2-8][0-9]{7}|0[3-9][0-9]{2}[2-8][0-9]{6,7})")
_CALLED = re.compile(r"(?:电话|手机|座机|号码|联系方式|传真|[Tt][Ee][Ll])[^0-9\n]{0,6}$")
#: Beginnings and lengths of cards in use; a number that merely passes Luhn is no card yet.
_CARD = re.compile(r"62[0-9]{14,17}|4[0-9]{15}|5[1-5][0-9]{14}|35[0-9]{14}|6[05][0-9]{14}|955[0-9]{13,16}")
#: First two digits of an ID number: the province (99 in invented ones).
_PROVINCE = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|99")
LONGEST = 22  # digits that are still read as one number: +86 and a card with blanks stay below


def find_personal(words: str, *, allowed: Collection[str] = ()) -> list[Found]:
    """Return the personal numbers in a text, in their order, none twice at one place.

    `allowed` are texts whose telephones may stand here: those that a notice itself gives for questions.
    Digits may be full-width or of another script, with blanks, dashes or unseen characters between them.
    """
    plain = _plain(words)
    free = {number for one in allowed for number in _telephones(_plain(one))}
    found: list[Found] = []
    behind = 0
    for kind, begins, ends, digits in _numbers(plain):
        if begins < behind or (kind in (MOBILE, LANDLINE) and _is_free(kind, digits, free)):
            continue
        behind = ends
        line = plain.count("\n", 0, begins)
        column = begins - (plain.rfind("\n", 0, begins) + 1) + 1
        where = f"第 {line + 1} 行第 {column} 个字处" if "\n" in plain.strip() else f"第 {column} 个字处"
        found.append(Found(kind, where, _masked(digits)))
    return found


def scan_file(content: bytes, content_type: str, *, allowed: Collection[str] = ()) -> list[Found]:
    """Return the personal numbers in the text of a PDF, page by page; what stands beside the pages too.

    Raises Unscannable for anything but a PDF, and for one of which a part cannot be read as text.
    """
    if content_type != PDF or not content.startswith(b"%PDF-"):
        raise Unscannable(NOT_PDF)
    answer = _read_apart(content)
    if fault := answer.get("fault"):
        raise Unscannable(FAULTS.get(fault, UNREADABLE).format(**answer))
    found = []
    for number, page in enumerate(answer["pages"], start=1):
        found += [
            Found(one.kind, f"第 {number} 页{one.where}", one.snippet)
            for one in find_personal(page, allowed=allowed)
        ]
    beside = find_personal("\n".join(answer["beside"]), allowed=allowed)
    return [*found, *(Found(one.kind, "文档属性、批注或书签里", one.snippet) for one in beside)]


def _read_apart(content: bytes) -> dict:
    """Let a limited child with nothing of our environment read the file; its death is a fault too."""
    command = [sys.executable, "-E", "-s", "-X", "utf8", "-m", "guanweihui.pdf_child"]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module, no shell
            command,
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=WALL_SECONDS,
            cwd=ROOT,
            env={"PATH": "/usr/bin:/bin"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"fault": "complex"}
    if done.returncode != 0:
        return {"fault": "complex"}
    try:
        answer: dict = json.loads(done.stdout)
    except ValueError:
        return {"fault": "complex"}
    return answer


# --- numbers ---------------------------------------------------------------------------------------------


def _plain(words: str) -> str:
    """Write every decimal digit of any script as 0 to 9; places in the text stay what they were."""
    if words.isascii():
        return words
    return "".join(
        [
            char if char.isascii() else str(unicodedata.decimal(char)) if char.isdecimal() else _letter(char)
            for char in words
        ]
    )


def _letter(char: str) -> str:
    return {"Ｘ": "X", "ｘ": "x", "Χ": "X", "Х": "X", "×": "X"}.get(char, char)


def _blocks(plain: str) -> list[_Block]:
    return [
        _Block(re.sub(r"[^0-9X]", "", one[0].upper()), one.start(), one.end()) for one in _RUN.finditer(plain)
    ]


def _numbers(plain: str) -> Iterator[tuple[str, int, int, str]]:
    """Yield (kind, begins, ends, digits) by place; of two at one place the longer first."""
    blocks = _blocks(plain)
    for first, block in enumerate(blocks):
        for run, is_broken in _joined(plain, blocks, first):
            kind = _kind(run, is_broken, plain)
            if kind:
                yield kind, block.begins, run[-1].ends, "".join([one.digits for one in run])
                break
        else:
            if len(block.digits) > 18 and (inside := _id_inside(block.digits)):
                yield ID_NUMBER, block.begins, block.ends, inside


def _joined(plain: str, blocks: Sequence[_Block], first: int) -> Iterator[tuple[list[_Block], bool]]:
    """Yield the runs that begin with a block, the longest first, and whether a line break lies inside."""
    run, runs, length, is_broken = [blocks[first]], [], len(blocks[first].digits), False
    runs.append((list(run), False))
    for block in blocks[first + 1 :]:
        between = plain[run[-1].ends : block.begins]
        length += len(block.digits)
        if length > LONGEST or run[-1].digits.endswith("X"):
            break
        if _BREAK.fullmatch(between):
            is_broken = True
        elif not _GAP.fullmatch(between):
            break
        run.append(block)
        runs.append((list(run), is_broken))
    return reversed(runs)


def _kind(run: Sequence[_Block], is_broken: bool, plain: str) -> str:
    """Say what a run of blocks is, empty for nothing personal.

    Digits that only stand near each other need more to go by than digits in one piece.
    """
    digits = "".join([one.digits for one in run])
    # A cell too narrow for its number breaks it once, at its end.
    is_wrapped = is_broken and len(run) == 2 and len(run[0].digits) > len(run[1].digits)
    if _is_id(run, digits, is_broken=is_broken, is_wrapped=is_wrapped):
        return ID_NUMBER
    if is_broken and not is_wrapped:
        return ""
    digits = digits.rstrip("X")
    if _CARD.fullmatch(digits) and _passes_luhn(digits):
        return BANK_CARD
    if _MOBILE.fullmatch(digits):
        return MOBILE
    if is_broken:
        return ""
    # Dates beside each other also begin with 0: in pieces, the first one is the area code.
    if _LANDLINE.fullmatch(digits) and (len(run) == 1 or len(run[0].digits) in (3, 4)):
        return LANDLINE
    is_called = 7 <= len(digits) <= 8 and digits[0] in "2345678" and _CALLED.search(plain[: run[0].begins])
    return LANDLINE if is_called else ""


def _is_id(run: Sequence[_Block], digits: str, *, is_broken: bool, is_wrapped: bool) -> bool:
    """Tell an ID number: any 18 digits in one piece; in pieces its check digit, or region and date agree."""
    if len(run) > 1 and len(digits) == 18 and _is_valid(digits):
        return True
    if is_broken and not is_wrapped:
        return False
    if len(digits) == 18:
        return len(run) == 1 or (len(run) <= 4 and _is_born_somewhere(digits, digits[6:14]))
    if len(digits) == 15 and digits.isdigit():
        return len(run) <= 3 and _is_born_somewhere(digits, f"19{digits[6:12]}")
    return False


def _is_valid(digits: str) -> bool:
    try:
        text.parse_id_number(digits)
    except text.IdError:
        return False
    return True


def _is_born_somewhere(digits: str, written: str) -> bool:
    """Tell whether a number begins with a province and holds a real birth date, yyyymmdd."""
    try:
        day = datetime.date(int(written[:4]), int(written[4:6]), int(written[6:]))
    except ValueError:
        return False
    return _PROVINCE.match(digits) is not None and text.EARLIEST <= day <= text.LATEST


def _id_inside(digits: str) -> str:
    """Return a valid ID number that two numbers written together hide, empty when there is none."""
    ends = range(18, len(digits) + 1)
    return next((one for end in ends if _is_valid(one := digits[end - 18 : end])), "")


def _passes_luhn(digits: str) -> bool:
    doubled = [int(one) * (1 + place % 2) for place, one in enumerate(reversed(digits))]
    return sum(one - 9 if one > 9 else one for one in doubled) % 10 == 0


# --- telephones that may stand ---------------------------------------------------------------------------


def _telephones(plain: str) -> set[str]:
    """Return the telephones of a contact line in all writings that count as the same."""
    found = set()
    for number in re.split(r"[、，,;；/或\s]", plain):
        digits = re.sub(r"\D", "", number)
        if 7 <= len(digits) <= 13:
            found.add(digits)
    return found | {digits for kind, _, _, digits in _numbers(plain) if kind in (MOBILE, LANDLINE)}


def _is_free(kind: str, digits: str, free: Collection[str]) -> bool:
    """Tell whether a telephone is one of those; a landline with or without area code and extension."""
    if kind == MOBILE:
        return any(one.endswith(digits[-11:]) for one in free)
    return any(one.endswith(digits) or digits.endswith(one) or one.startswith(digits) for one in free)


def _masked(digits: str) -> str:
    """Leave the first three and the last two digits: enough to find it, too little to use it."""
    return f"{digits[:3]}{'*' * (len(digits) - 5)}{digits[-2:]}"
