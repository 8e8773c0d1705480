"""The process that opens a stranger's file: `python -m guanweihui.imports.child xlsx|csv`, file on stdin.

It limits itself before it reads, scans, and only then lets a library parse. Its answer is one JSON value a
line: first {"error": …} or the list of sheets, then the rows in blocks. Nothing here imports Django; what
breaks, breaks in this process alone.
"""

import csv
import datetime
import gc
import io
import json
import re
import resource
import sys
from collections.abc import Callable, Iterator
from typing import Any

from guanweihui.imports import cells
from guanweihui.imports.scan import DAMAGED, LONG_TEXT, Rejected, scan

MEMORY = 512 << 20
CPU_SECONDS = 20
ANSWER_BYTES = 64 << 20
LONGEST_TEXT = 32_767  # Excel's own limit
BLOCK = 1_000  # rows in one line of the answer
WHOLE = 10**15  # beyond 15 digits a stored number has lost its last ones, so it stays a float

TOO_COMPLEX = "文件过于复杂，无法读取。请删除多余的工作表、格式和数据以外的内容，另存为 .xlsx 后再上传。"
EMPTY = "文件里没有数据。请确认后再上传。"

Grid = list[list[Any]]


def main() -> int:
    """Answer for the file on standard input."""
    _limit()
    gc.disable()
    say = _speaker()
    try:
        source = sys.stdin.buffer.read()
        parse = _csv if sys.argv[1] == "csv" else _xlsx
        for line in parse(source):
            say(line)
    except Rejected as error:
        say({"error": str(error)})
    except MemoryError:
        say({"error": TOO_COMPLEX})
    sys.stdout.flush()
    return 0


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _speaker() -> Callable[[Any], None]:
    out, room = sys.stdout.buffer, ANSWER_BYTES

    def say(value: Any) -> None:
        nonlocal room
        line = value if isinstance(value, bytes) else _line(value)
        room -= len(line)
        if room < 0:
            raise Rejected(TOO_COMPLEX)
        out.write(line)
        out.flush()

    return say


def _line(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), check_circular=False).encode() + b"\n"


# --- workbooks ---


def _xlsx(source: bytes) -> Iterator[Any]:
    found = scan(source)
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(source))
        for number, sheet in enumerate(book.sheets_metadata):
            if sheet.typ != SheetTypeEnum.WorkSheet:
                continue
            facts = found.sheets.get(sheet.name) or cells.SheetFacts()
            grid = book.get_sheet_by_index(number).to_python(skip_empty_area=False)
            yield from _sheet(sheet.name, grid, facts, hidden=sheet.visible != SheetVisibleEnum.Visible)
    except CalamineError as error:
        raise Rejected(DAMAGED) from error


def _sheet(name: str, grid: Grid, facts: cells.SheetFacts, *, hidden: bool) -> Iterator[Any]:
    """Yield the sheet's head, then blocks of [rows, days, moments] until its end."""
    if len(grid) > cells.LAST_ROW or (grid and len(grid[0]) > cells.COLUMNS):
        raise Rejected(cells.TOO_MANY_ROWS.format(row=len(grid)))
    for row, column, error in facts.errors:
        if row <= len(grid) and column <= len(grid[row - 1]):
            grid[row - 1][column - 1] = error
    yield {
        "name": name,
        "hidden": hidden,
        "formulas": facts.formulas,
        "errors": [(row, column) for row, column, _ in facts.errors],
        "merged": _within(facts.merged, len(grid)),
        "rows": len(grid),
    }
    for first in range(0, len(grid), BLOCK):
        yield _block(name, grid, first)


def _within(merged: list[tuple[int, int, int, int]], rows: int) -> list[tuple[int, int, int, int]]:
    """Cut merges to the data. They cannot overlap, so together they are no larger than the grid."""
    kept = [
        (top, left, min(bottom, rows), right)
        for top, left, bottom, right in merged
        if top <= rows and left <= cells.COLUMNS
    ]
    kept = [(top, left, bottom, min(right, cells.COLUMNS)) for top, left, bottom, right in kept]
    if (
        sum((bottom - top + 1) * (right - left + 1) for top, left, bottom, right in kept)
        > cells.LAST_ROW * cells.COLUMNS
    ):
        raise Rejected(cells.TOO_MANY_MERGES)
    return kept


def _block(name: str, grid: Grid, first: int) -> bytes:
    """Turn rows to a line of JSON; days and moments travel apart as (row in block, column, value)."""
    days: list[tuple[int, int, int]] = []
    moments: list[tuple[int, int, str]] = []
    rows = grid[first : first + BLOCK]
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            kind = value.__class__
            if kind is str:
                if not value:
                    row[j] = None
                elif len(value) > LONGEST_TEXT:
                    cell = cells.column_letter(j + 1) + str(first + i + 1)
                    raise Rejected(f"工作表“{name}”的 {cell}：{LONG_TEXT}")
            elif kind is float:
                if value.is_integer() and -WHOLE < value < WHOLE:
                    row[j] = int(value)
            elif kind is datetime.date:
                days.append((i, j, value.toordinal()))
                row[j] = None
            elif kind is not bool and kind is not int:
                row[j] = _moment(value, i, j, days, moments)
    line = _line([rows, days, moments])
    if b"_x" not in line:
        return line
    for row in rows:
        row[:] = [_ESCAPED.sub(_unescape, one) if one.__class__ is str else one for one in row]
    return _line([rows, days, moments])


_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


def _unescape(found: re.Match[str]) -> str:
    """Turn "_x000D_" back to its character, as Excel shows it; half of a surrogate pair stays written."""
    code = int(found[1], 16)
    return found[0] if 0xD800 <= code <= 0xDFFF else chr(code)


def _moment(value: Any, row: int, column: int, days: list[Any], moments: list[Any]) -> str | None:
    """Note a date with a time of day; a time or a duration becomes text."""
    if not isinstance(value, datetime.datetime):
        return str(value)
    if value.time() == datetime.time():
        days.append((row, column, value.toordinal()))
    else:
        moments.append((row, column, value.isoformat()))
    return None


# --- csv ---


def _csv(source: bytes) -> Iterator[Any]:
    text = _decode(source)
    csv.field_size_limit(LONGEST_TEXT)
    grid: Grid = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        for row in reader:
            values = [_unwrap(value) for value in row]
            while values and not values[-1]:
                values.pop()
            if len(values) > cells.COLUMNS:
                raise Rejected(cells.TOO_MANY_COLUMNS.format(column=cells.column_letter(len(values))))
            if values and len(grid) >= cells.LAST_ROW:
                raise Rejected(cells.TOO_MANY_ROWS.format(row=len(grid) + 1))
            if len(grid) < cells.LAST_ROW:
                grid.append(values)
    except csv.Error as error:
        raise Rejected(
            f"第 {len(grid) + 1} 行的引号不成对，或文字过长，无法读取。"
            "请在 WPS 或 Excel 中改正，另存为 .xlsx 后再上传。"
        ) from error
    while grid and not grid[-1]:
        grid.pop()
    width = max((len(row) for row in grid), default=0)
    yield from _sheet("", [row + [""] * (width - len(row)) for row in grid], cells.SheetFacts(), hidden=False)


def _decode(source: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return source.decode(encoding)
        except UnicodeDecodeError as error:
            line = source.count(b"\n", 0, error.start) + 1
    raise Rejected(
        f"第 {line} 行的文字编码无法识别（应为 UTF-8 或 GB18030）。"
        "请在 WPS 或 Excel 中另存为 .xlsx 后再上传。"
    )


def _delimiter(text: str) -> str:
    """Choose the sign that splits the first lines into the most fields."""
    first = "\n".join(text[:200_000].splitlines()[: cells.HEAD_ROWS])

    def fields(sign: str) -> int:
        found = 0
        try:
            for row in csv.reader(io.StringIO(first), delimiter=sign):
                found += len(row) - 1
        except csv.Error:
            pass
        return found

    return max(",;\t", key=fields)


_AS_TEXT = re.compile(r'="(.*)"', re.DOTALL)


def _unwrap(value: str) -> str:
    """Take ="00123", the usual way to keep Excel from reading a number, for 00123."""
    found = _AS_TEXT.fullmatch(value) if value.startswith('="') else None
    return found[1].replace('""', '"') if found else value


if __name__ == "__main__":
    sys.exit(main())
