"""Read a workbook that a stranger sent: cheap checks here, everything else in a limited child process.

`read` is the only door. It needs no Django and may be called from the web process, the worker or a command.
"""

import contextlib
import datetime
import hashlib
import json
import re
import subprocess
import sys
import threading
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any

from guanweihui.imports import heads
from guanweihui.imports.cells import column_letter
from guanweihui.imports.child import ANSWER_BYTES, EMPTY, TOO_COMPLEX
from guanweihui.imports.heads import SheetRow, TableRows, Unreadable
from guanweihui.imports.scan import ENCRYPTED, MACROS
from guanweihui.imports.totals import totals_agree

__all__ = [
    "Sheet",
    "SheetRow",
    "TableRows",
    "Unreadable",
    "Workbook",
    "column_letter",
    "read",
    "totals_agree",
]

FILE_BYTES = 10_000_000
WALL_SECONDS = 30.0
#: What is kept of the name of a file, and of a sheet's; that of a .csv is the file's.
FILE_NAME, SHEET_NAME = 200, 100
ROOT = Path(__file__).resolve().parents[2]

OLD_EXCEL = "这是旧版 Excel 的 .xls 文件。请在 WPS 或 Excel 中另存为 .xlsx 后再上传"
OTHER_KIND = "只能读取 .xlsx 和 .csv 文件。请在 WPS 或 Excel 中另存为 .xlsx 后再上传。"
MISNAMED = "文件内容与扩展名“{extension}”不符。请在 WPS 或 Excel 中打开，另存为 .xlsx 后再上传。"
NO_BYTES = "文件是空的（0 字节）。请重新选择文件后再上传。"
TOO_HEAVY = (
    "文件超过 10 MB（现为 {size:.1f} MB），无法读取。请删除图片和多余的工作表，或分成几个文件后再上传。"
)
NOT_TEXT = "文件不是纯文字的 .csv。请在 WPS 或 Excel 中另存为 .xlsx 后再上传。"


@dataclass(frozen=True)
class Sheet:
    """One worksheet as it stands.

    `rows[0]` is sheet row `first_row` (always 1). Cells are None, str, int, float, bool, date, or datetime
    when a time of day is stored; a whole number of more than 15 digits stays a float: its digits are lost.
    An error cell holds its text ("#REF!") and stands in `errors`. Coordinates are (row, column), both from
    1; merges are (first row, first column, last row, last column).
    """

    name: str
    rows: tuple[tuple[Any, ...], ...]
    first_row: int = 1
    formulas: frozenset[tuple[int, int]] = frozenset()
    errors: frozenset[tuple[int, int]] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()
    is_hidden: bool = False

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """Title and unit lines: the first rows, as long as each says one thing only."""
        return heads.title_lines(self)

    def under_head(
        self, words: Collection[str], required: Collection[str], as_above: Collection[str] = ()
    ) -> TableRows:
        """Return the rows under the head that has the most of `words` among the first 20 rows.

        Args:
            words: the labels that may stand in the head, in any order; a label under a merged group is
                "group/label". Spaces, line breaks, width of brackets and the mark * do not matter.
            required: the labels without which the sheet cannot be read.
            as_above: labels whose blank cells mean "as above". Cells of a real merge are always filled.

        Raises:
            Unreadable: no head, a label missing, or a label twice.
        """
        return heads.under_head(self, words, required, as_above)


@dataclass(frozen=True)
class Workbook:
    """A read file; `digest` is the SHA-256 of its bytes in hex. Hidden sheets are among the sheets."""

    filename: str
    digest: str
    sheets: tuple[Sheet, ...]


def read(source: bytes, filename: str) -> Workbook:
    """Read an .xlsx or .csv file. Raises Unreadable with a sentence that says what is wrong and the cure."""
    kind = _kind(source, filename)
    sheets = tuple(_parse(source, kind))
    if kind == "csv":
        stem = Path(filename.replace("\\", "/")).stem[:SHEET_NAME]
        sheets = tuple(Sheet(name=stem, rows=sheet.rows) for sheet in sheets)
    if not any(sheet.rows for sheet in sheets):
        raise Unreadable(EMPTY)
    return Workbook(_cut(filename), hashlib.sha256(source).hexdigest(), sheets)


def _cut(filename: str) -> str:
    """Shorten a long file name before its extension."""
    suffix = Path(filename).suffix
    return filename if len(filename) <= FILE_NAME else filename[: FILE_NAME - len(suffix)] + suffix


def _kind(source: bytes, filename: str) -> str:
    """Return "xlsx" or "csv" when name and first bytes agree. Raises Unreadable."""
    extension = Path(filename).suffix.lower()
    if extension == ".xls":
        raise Unreadable(OLD_EXCEL)
    if extension in (".xlsm", ".xltm", ".xlam"):
        raise Unreadable(MACROS)
    if extension not in (".xlsx", ".csv"):
        raise Unreadable(OTHER_KIND)
    if not source:
        raise Unreadable(NO_BYTES)
    if len(source) > FILE_BYTES:
        raise Unreadable(TOO_HEAVY.format(size=len(source) / 1_000_000))
    is_compound = source.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    if is_compound and "EncryptedPackage".encode("utf-16-le") in source:
        raise Unreadable(ENCRYPTED)
    if is_compound:
        raise Unreadable(OLD_EXCEL)
    is_zip = source.startswith(b"PK")
    if extension == ".xlsx":
        if not is_zip:
            raise Unreadable(MISNAMED.format(extension=extension))
        return "xlsx"
    if (
        is_zip
        or source.startswith(b"%PDF")
        or re.match(rb"\s*<(?:!doctype|html|table|\?xml)", source[:200], re.I)
    ):
        raise Unreadable(MISNAMED.format(extension=extension))
    if b"\0" in source:
        raise Unreadable(NOT_TEXT)
    return "csv"


def _parse(source: bytes, kind: str) -> Iterator[Sheet]:
    """Yield the child's sheets. Its death, by whatever limit, is Unreadable."""
    with _child(source, kind) as answer:
        said = _say(answer)
        while (head := next(said, None)) is not None:
            if "error" in head:
                raise Unreadable(head["error"])
            rows: list[tuple[Any, ...]] = []
            while len(rows) < head["rows"]:
                block = next(said, None)
                if block is None or "error" in block:
                    raise Unreadable(block["error"] if block else TOO_COMPLEX)
                rows.extend(_rows(*block))
            yield Sheet(
                name=head["name"][:SHEET_NAME],
                rows=tuple(rows),
                formulas=frozenset(map(tuple, head["formulas"])),
                errors=frozenset(map(tuple, head["errors"])),
                merged=tuple(map(tuple, head["merged"])),
                is_hidden=head["hidden"],
            )


@contextlib.contextmanager
def _child(source: bytes, kind: str) -> Iterator[IO[bytes]]:
    """Start the parser with nothing of our environment (no keys), feed it, and see to its end."""
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and module, no shell
        [sys.executable, "-E", "-s", "-B", "-X", "utf8", "-m", "guanweihui.imports.child", kind],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin"},
    )
    assert process.stdin
    assert process.stdout
    guard = threading.Timer(WALL_SECONDS, process.kill)
    guard.daemon = True
    guard.start()
    try:
        # It reads everything before it says anything, so neither side waits for the other.
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(source)
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        yield process.stdout
        if process.wait() != 0:
            raise Unreadable(TOO_COMPLEX)
    finally:
        guard.cancel()
        process.kill()
        process.stdout.close()
        process.wait()


def _say(answer: IO[bytes]) -> Iterator[Any]:
    room = ANSWER_BYTES
    while line := answer.readline(room + 1):
        room -= len(line)
        if room < 0 or not line.endswith(b"\n"):
            raise Unreadable(TOO_COMPLEX)
        yield json.loads(line)


def _rows(
    rows: list[list[Any]], days: list[tuple[int, int, int]], moments: list[tuple[int, int, str]]
) -> Iterator[tuple[Any, ...]]:
    day = datetime.date.fromordinal
    for row, column, ordinal in days:
        rows[row][column] = day(ordinal)
    for row, column, text in moments:
        rows[row][column] = datetime.datetime.fromisoformat(text)
    return map(tuple, rows)
