"""Read the cell references of a worksheet's XML as it streams by: how far it reaches, what is a formula.

Two scanners give the same answer. The plain one lets regular expressions run over the spelling that Excel,
WPS and every common library write; at the first thing that is spelt otherwise or passes a limit it raises
NotPlain, and the careful one reads the part again with a real XML parser.
"""

import re
from dataclasses import dataclass, field
from typing import Protocol
from xml.parsers import expat

ROWS = 20_000
COLUMNS = 60
HEAD_ROWS = 20  # title and head lines do not count against the rows
LAST_ROW = ROWS + HEAD_ROWS
MERGES = 20_000
ELEMENTS = 3_000_000  # a full sheet has 2.5 million; more would only cost time

CURE = "请删除数据以外的内容，或分成几个文件后再上传。"
TOO_MANY_ROWS = f"工作表超过 {ROWS:,} 行（第 {{row}} 行仍有内容），无法读取。" + CURE
TOO_MANY_COLUMNS = f"工作表超过 {COLUMNS} 列（{{column}} 列仍有内容），无法读取。" + CURE
TOO_FAR = (
    f"工作表的范围写到了 {{cell}}，超过 {ROWS:,} 行 × {COLUMNS} 列，无法读取。"
    "请只保留有数据的行和列，另存后再上传。"
)
REPEATED = "工作表里同一个单元格出现了多次，文件不正常。请在 WPS 或 Excel 中打开，另存为 .xlsx 后再上传。"
TOO_MANY_MERGES = f"工作表里合并单元格超过 {MERGES:,} 处或互相重叠，无法读取。请减少合并单元格后再上传。"

TOO_MANY_ELEMENTS = "工作表里空白的单元格太多，无法读取。请删除数据以外的空行空列，另存后再上传。"


class NotPlain(Exception):
    """The quick way cannot vouch for this part."""


class TooLarge(Exception):
    """The sheet passes a limit; the message is for its sender."""


class Scanner(Protocol):
    """Takes one part of the package piece by piece."""

    def feed(self, piece: bytes) -> None: ...

    def close(self) -> "SheetFacts": ...


@dataclass
class SheetFacts:
    """Cells are (row, column) from 1; merges (first row, first column, last row, last column)."""

    formulas: list[tuple[int, int]] = field(default_factory=list)
    errors: list[tuple[int, int, str]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


def column_letter(column: int) -> str:
    """Return "A" for 1, "AA" for 27."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})")


def reference(text: str) -> tuple[int, int]:
    """Return (row, column) of "B12". Raises ValueError."""
    found = _REFERENCE.fullmatch(text)
    if not found:
        raise ValueError(text)
    return int(found[2]), column_number(found[1])


def area(text: str) -> tuple[int, int, int, int]:
    first, _, last = text.partition(":")
    top, left = reference(first)
    bottom, right = reference(last or first)
    if bottom < top or right < left:
        raise ValueError(text)
    return top, left, bottom, right


def add_merge(facts: SheetFacts, text: str) -> None:
    facts.merged.append(area(text))
    if len(facts.merged) > MERGES:
        raise TooLarge(TOO_MANY_MERGES)


# --- the quick way ---

_NEAR_ROW = rb"(?:\d{1,4}|1\d{4}|200[01]\d)"
_NEAR_COLUMN = rb"(?:[A-Z]|A[A-Z]|B[A-H])"
_NEAR_CELL = rb'r="' + _NEAR_COLUMN + _NEAR_ROW + rb'"[ />]'
# Formatted rows below the data, a million of them in many an office's file: cells without a value.
_BLANK_CELL = rb'r="' + _NEAR_COLUMN + rb'\d{1,7}"(?: s="\d+")?/>'
_BLANK_ROW = rb'r="\d{1,7}"[^<>]*(?:/>|></row>|><c [^<>]*/>)'
_UNUSUAL = (
    re.compile(rb"<c(?! " + _NEAR_CELL + rb"| " + _BLANK_CELL + rb"|[^\t\r\n />])"),
    re.compile(rb'<row(?! r="' + _NEAR_ROW + rb'"[ />]| ' + _BLANK_ROW + rb"|[^\t\r\n />])"),
)
_PREFIXED = re.compile(rb":(?:c|row|mergeCell|dimension|f)[\t\r\n />]")
_FORMULA = re.compile(rb'<c r="([A-Z]+)(\d+)"[^<>]*>\s*<f[ />]')
_ERROR = re.compile(
    rb'<c r="([A-Z]+)(\d+)"[^<>]* t="e"[^<>]*>(?:<f[^<>]*/>|<f[^<>]*>[^<]*</f>)?<v>([^<]*)</v>'
)
_MERGE = re.compile(rb'<mergeCell ref="([A-Z0-9:]+)"')
_DIMENSION = re.compile(
    rb'<dimension ref="(?:[A-Z]{1,3}\d{1,7}:)?(?:'
    + _NEAR_COLUMN
    + rb"\d{1,7}|[A-Z]{1,3}"
    + _NEAR_ROW
    + rb')"'
)


class PlainScanner:
    """Scan plainly spelt XML; feed pieces, then close() for the facts. Raises NotPlain."""

    def __init__(self) -> None:
        self.rest = b""
        self.facts = SheetFacts()

    def feed(self, piece: bytes) -> None:
        text = self.rest + piece if self.rest else piece
        # Cut before the last row or cell: a cell, its formula and its value are looked at together.
        cut = max(text.rfind(b"<row "), text.rfind(b"<mergeCell "))
        cut = cut if cut > 0 else text.rfind(b"<c ")
        cut = cut if cut > 0 else text.rfind(b"<")
        if cut > 0:
            self.rest = text[cut:]
            self._look(text[:cut])
        elif len(text) > 1 << 21:
            raise NotPlain
        else:
            self.rest = text
        if len(self.rest) > 1 << 22:
            raise NotPlain

    def close(self) -> SheetFacts:
        self._look(self.rest)
        return self.facts

    def _look(self, text: bytes) -> None:
        if any(unusual.search(text) for unusual in _UNUSUAL):
            raise NotPlain
        if b":" in text and _PREFIXED.search(text):
            raise NotPlain
        # A far dimension, a quote of the other kind: rare, so the careful way decides.
        if b"<dimension" in text and not _DIMENSION.search(text):
            raise NotPlain
        if b"'" in text and (b"r='" in text or b"t='" in text or b"f='" in text):
            raise NotPlain
        if b"f" in text and b"<f" in text:
            self._formulas(text)
        if b't="e"' in text:
            self._errors(text)
        if b"<mergeCell" in text:
            self._merges(text)

    def _formulas(self, text: bytes) -> None:
        found = _FORMULA.findall(text)
        if len(found) != text.count(b"<f>") + text.count(b"<f ") + text.count(b"<f/"):
            raise NotPlain
        self.facts.formulas += [(int(row), column_number(col.decode())) for col, row in found]

    def _errors(self, text: bytes) -> None:
        found = _ERROR.findall(text)
        if len(found) != text.count(b't="e"'):
            raise NotPlain
        self.facts.errors += [(int(row), column_number(col.decode()), v.decode()) for col, row, v in found]

    def _merges(self, text: bytes) -> None:
        found = _MERGE.findall(text)
        if len(found) != text.count(b"<mergeCell "):
            raise NotPlain
        try:
            for one in found:
                add_merge(self.facts, one.decode())
        except (ValueError, TooLarge) as error:
            raise NotPlain from error


# --- the thorough way ---


class CarefulScanner:
    """Scan any XML with expat; cells without a reference stand after the one before, as Excel reads them.

    Blank cells and rows beyond the data are let through: they are dropped later. Raises TooLarge, ExpatError.
    """

    def __init__(self) -> None:
        self.facts = SheetFacts()
        self.row = self.column = 0
        self.filled = 0
        self.last_row = self.elements = 0
        self.far = (0, 0)
        self.error: list[str] | None = None
        self.in_value = False
        self.is_error = self.is_new = False
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def feed(self, piece: bytes) -> None:
        self.parser.Parse(piece, False)

    def close(self) -> SheetFacts:
        self.parser.Parse(b"", True)
        # Blank cells may go far down or far right (a formatted row or column), but not both: no office
        # program writes that, a bomb does.
        if self.far[0] > LAST_ROW and self.far[1] > COLUMNS:
            raise TooLarge(TOO_FAR.format(cell=column_letter(self.far[1]) + str(self.far[0])))
        return self.facts

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        if self.elements > ELEMENTS:
            raise TooLarge(TOO_MANY_ELEMENTS)
        tag = name.rpartition(":")[2] if ":" in name else name
        if tag == "c":
            self._cell(attributes)
        elif tag == "row":
            self.row = int(attributes["r"]) if "r" in attributes else self.row + 1
            self.column = 0
        elif self.is_new and tag in ("v", "f", "is"):
            self._content()
        if tag == "f" and self.column:
            self.facts.formulas.append((self.row, self.column))
        elif tag == "v" and self.is_error:
            self.error = []
            self.parser.CharacterDataHandler = self.error.append
        elif tag == "mergeCell":
            add_merge(self.facts, attributes.get("ref", ""))
        elif tag == "dimension" and "ref" in attributes:
            self._reach(*area(attributes["ref"])[2:])

    def _cell(self, attributes: dict[str, str]) -> None:
        if "r" in attributes:
            self.row, self.column = reference(attributes["r"])
        else:
            self.column += 1
        self.is_error = attributes.get("t") == "e"
        self.is_new = True
        if self.row > LAST_ROW or self.column > COLUMNS:
            self._reach(self.row, self.column)

    def _reach(self, row: int, column: int) -> None:
        self.far = (max(self.far[0], row), max(self.far[1], column))

    def _content(self) -> None:
        self.is_new = False
        self.filled += 1
        if self.row > LAST_ROW and self.column > COLUMNS:
            raise TooLarge(TOO_FAR.format(cell=column_letter(self.column) + str(self.row)))
        if self.row > LAST_ROW:
            raise TooLarge(TOO_MANY_ROWS.format(row=self.row))
        if self.column > COLUMNS:
            raise TooLarge(TOO_MANY_COLUMNS.format(column=column_letter(self.column)))
        self.last_row = max(self.last_row, self.row)
        if self.filled > COLUMNS * self.last_row:
            raise TooLarge(REPEATED)

    def _end(self, name: str) -> None:
        if self.error is not None and name.rpartition(":")[2] == "v":
            self.facts.errors.append((self.row, self.column, "".join(self.error)))
            self.error = None
            self.parser.CharacterDataHandler = None
