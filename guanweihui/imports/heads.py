"""Find the head of a sheet by its words, and take title lines, rows, totals and notes apart."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Protocol

from guanweihui.imports.cells import HEAD_ROWS, column_letter

NO_VALUES: Mapping[str, str] = MappingProxyType({})
IS_FORMULA = "是公式"
FORMULA_FAULT = "是没有存下数值的公式"
ERROR_FAULT = "是公式出错后的结果"

_BLANK = re.compile(r"[\s\u200b\ufeff]+")
TOTAL = re.compile(r"(合计|总计|共计|小计)[:：]?\d*")
_NOTE = re.compile(
    r"(注|备注|说明|填[表报](单位|人|日期)|制表人?|审核人?|(单位)?负责人|联系人|联系电话)(\(.*?\))?:"
)


class Unreadable(Exception):
    """The file or the sheet cannot be read; the message says what, where and the cure, in Chinese."""


class Grid(Protocol):
    """What a sheet has to offer; coordinates from 1."""

    @property
    def name(self) -> str: ...
    @property
    def rows(self) -> tuple[tuple[Any, ...], ...]: ...
    @property
    def formulas(self) -> frozenset[tuple[int, int]]: ...
    @property
    def errors(self) -> frozenset[tuple[int, int]]: ...
    @property
    def merged(self) -> tuple[tuple[int, int, int, int], ...]: ...


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row: its sheet row, label → value.

    `faults` says of a label what its cell is instead of a typed value: IS_FORMULA, FORMULA_FAULT or
    ERROR_FAULT.
    """

    number: int
    cells: dict[str, Any]
    faults: Mapping[str, str] = field(default_factory=lambda: NO_VALUES)


@dataclass(frozen=True, slots=True)
class TableRows:
    """A sheet under its head. `columns` is label → column from 1, the caller's own words where they match.

    `totals` are the rows that begin with 合计, 总计, 共计 or 小计; `lines` stand above the head,
    `notes` below the rows.
    """

    sheet: str
    head_row: int
    columns: dict[str, int]
    rows: tuple[SheetRow, ...]
    totals: tuple[SheetRow, ...] = ()
    lines: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def letter(self, label: str) -> str:
        """Return the column letter of a label, for messages."""
        return column_letter(self.columns[label])


def plain_label(value: Any) -> str:
    """Return a label without spaces, line breaks and required marks, brackets and letters half-width."""
    return _BLANK.sub("", unicodedata.normalize("NFKC", str(value))).strip("*※") if value is not None else ""


def title_lines(sheet: Grid) -> tuple[str, ...]:
    lines = []
    for row in sheet.rows[:HEAD_ROWS]:
        said = [value for value in row if value is not None]
        if len(said) > 1:
            break
        lines += [str(value).strip() for value in said]
    else:
        # No row of several cells: what looks like title lines is a list of one column.
        return tuple(lines[:1]) if len(sheet.rows) > HEAD_ROWS else tuple(lines)
    return tuple(lines)


# --- the head ---


@dataclass(frozen=True, slots=True)
class _Head:
    first: int
    last: int
    labels: dict[int, str]  # column → label, in the caller's own words where they match


def under_head(
    sheet: Grid, words: Collection[str], required: Collection[str], as_above: Collection[str] = ()
) -> TableRows:
    """See Sheet.under_head."""
    spelt = {plain_label(word): word for word in [*words, *required]}
    head = _find(sheet, spelt)
    if head is None:
        wanted = "".join(f"“{word}”" for word in required or words)
        raise Unreadable(
            f"工作表“{sheet.name}”的前 {HEAD_ROWS} 行里没有找到表头（应有{wanted}等列）。"
            "请对照模板核对表头后再上传。"
        )
    columns = _columns(sheet, head)
    missing = [word for word in required if word not in columns]
    if missing:
        raise Unreadable(
            f"工作表“{sheet.name}”的表头（第 {head.first} 行）缺少"
            f"{''.join(f'“{word}”' for word in missing)}列，只找到：{'、'.join(columns)}。请补上后再上传。"
        )
    return _take(sheet, head, columns, as_above)


def _find(sheet: Grid, spelt: Mapping[str, str]) -> _Head | None:
    """Return the row, and the depth under it, whose labels hold the most of the words."""
    covers = _covers(sheet)
    best, most = None, 0
    for first in range(1, min(HEAD_ROWS, len(sheet.rows)) + 1):
        shallow, deep = _depths(sheet, first)
        for last in range(deep, shallow - 1, -1):
            head = _Head(first, last, _labels(sheet, covers, first, last, spelt))
            found = len(set(head.labels.values()) & set(spelt.values()))
            # A title above the head finds the same words through its merge: the lower start is the head.
            is_lower = best is not None and found == most and best.first < first <= best.last
            if found > most or (found and is_lower):
                best, most = head, found
    # One word alone may stand in any line, unless there is no second to look for.
    return best if most >= min(2, len(spelt)) else None


def _covers(sheet: Grid) -> dict[tuple[int, int], tuple[int, int, int, int]]:
    """Map each cell of the upper rows to the merge that covers it."""
    return {
        (row, column): merge
        for merge in sheet.merged
        if merge[0] <= HEAD_ROWS
        for row in range(merge[0], min(merge[2], 2 * HEAD_ROWS) + 1)
        for column in range(merge[1], merge[3] + 1)
    }


def _depths(sheet: Grid, first: int) -> tuple[int, int]:
    """Return the last row that the merges of a head beginning here demand, and the last that they allow.

    A merge downwards demands its rows; a group merged sideways has its labels in the row below.
    """
    demanded = allowed = row = first
    while row <= min(allowed, first + 3):
        for top, left, bottom, right in sheet.merged:
            if top == row:
                demanded = max(demanded, bottom) if row == first else demanded
                allowed = max(allowed, bottom, bottom + 1 if right > left else bottom)
        row += 1
    end = min(len(sheet.rows), first + 4)
    return min(demanded, end), min(allowed, end)


def _labels(
    sheet: Grid,
    covers: Mapping[tuple[int, int], tuple[int, int, int, int]],
    first: int,
    last: int,
    spelt: Mapping[str, str],
) -> dict[int, str]:
    labels = {}
    for column in range(1, len(sheet.rows[first - 1]) + 1):
        parts: list[str] = []
        used = set()
        for row in range(first, last + 1):
            merge = covers.get((row, column), (row, column, row, column))
            top, left, bottom, _ = merge
            # A merge from above the head is no part of it; the lowest label belongs to its own column only.
            if merge in used or top < first or (left != column and bottom >= last):
                continue
            used.add(merge)
            if part := plain_label(sheet.rows[top - 1][left - 1]):
                parts.append(part)
        if parts:
            whole = "/".join(parts)
            labels[column] = spelt.get(whole) or spelt.get(parts[-1]) or whole
    return labels


def _columns(sheet: Grid, head: _Head) -> dict[str, int]:
    columns: dict[str, int] = {}
    for column, label in head.labels.items():
        if label in columns:
            raise Unreadable(
                f"工作表“{sheet.name}”第 {head.first} 行的表头“{label}”出现了两次"
                f"（{column_letter(columns[label])} 列和 {column_letter(column)} 列）。"
                "请改名或删去一列后再上传。"
            )
        columns[label] = column
    return columns


# --- what stands under it ---


def _take(sheet: Grid, head: _Head, columns: dict[str, int], as_above: Collection[str]) -> TableRows:
    fills = _fills(sheet, head.last, set(columns.values()))
    faults = _faults(sheet, {column: label for label, column in columns.items()})
    labels = [(label, column - 1) for label, column in columns.items()]
    repeated = {label: plain_label(label) for label in columns}
    rows: list[SheetRow] = []
    totals: list[SheetRow] = []
    for number, values in enumerate(sheet.rows[head.last :], head.last + 1):
        if _is_blank(values):
            continue
        cells = {label: values[column] for label, column in labels}
        row = SheetRow(number, cells, faults.get(number, NO_VALUES))
        if _is_total(values):
            totals.append(row)
        elif cells.get(labels[0][0]) is None or not _is_head_again(cells, repeated):
            for column, value in fills.get(number, ()):
                cells[head.labels[column]] = value
            rows.append(row)
    notes = _split_notes(sheet, rows)
    _fill_as_above(rows, as_above)
    lines = tuple(
        line
        for values in sheet.rows[: head.first - 1]
        if (line := "  ".join(str(value).strip() for value in values if value is not None))
    )
    return TableRows(sheet.name, head.first, columns, tuple(rows), tuple(totals), lines, notes)


def _fills(sheet: Grid, head_last: int, used: set[int]) -> dict[int, list[tuple[int, Any]]]:
    """Return row → (column, value) for the cells below the first of each merge downwards."""
    fills: dict[int, list[tuple[int, Any]]] = {}
    for top, left, bottom, _ in sheet.merged:
        if top > head_last and bottom > top and left in used:
            value = sheet.rows[top - 1][left - 1]
            for row in range(top + 1, bottom + 1):
                fills.setdefault(row, []).append((left, value))
    return fills


def _faults(sheet: Grid, labels: Mapping[int, str]) -> dict[int, dict[str, str]]:
    faults: dict[int, dict[str, str]] = {}
    for row, column in sheet.formulas:
        is_there = row <= len(sheet.rows) and column <= len(sheet.rows[row - 1])
        if column in labels:
            has_value = is_there and sheet.rows[row - 1][column - 1] is not None
            faults.setdefault(row, {})[labels[column]] = IS_FORMULA if has_value else FORMULA_FAULT
    for row, column in sheet.errors:
        if column in labels:
            faults.setdefault(row, {})[labels[column]] = ERROR_FAULT
    return faults


def _is_blank(values: Sequence[Any]) -> bool:
    return all(value is None or (value.__class__ is str and not value.strip()) for value in values)


def _is_total(values: Sequence[Any]) -> bool:
    first = next((value for value in values if value.__class__ is str and value.strip()), "")
    return len(first) < 20 and TOTAL.fullmatch(plain_label(first)) is not None


def _is_head_again(cells: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Tell a head that is repeated on each printed page."""
    said = [(label, value) for label, value in cells.items() if value is not None]
    return len(said) > 1 and all(
        plain_label(value) == labels[label].rpartition("/")[2] for label, value in said
    )


def _split_notes(sheet: Grid, rows: list[SheetRow]) -> tuple[str, ...]:
    """Take notes and signature lines off the end of the rows."""
    wide = {(top, left) for top, left, _, right in sheet.merged if right - left >= 2}
    notes: list[str] = []
    while rows:
        number = rows[-1].number
        said = [(i, value) for i, value in enumerate(sheet.rows[number - 1], 1) if value is not None]
        is_note = all(isinstance(value, str) for _, value in said) and (
            all(_NOTE.match(plain_label(value)) for _, value in said)
            or (len(said) == 1 and (number, said[0][0]) in wide)
        )
        if not is_note:
            break
        notes.insert(0, "  ".join(value.strip() for _, value in said))
        rows.pop()
    return tuple(notes)


def _fill_as_above(rows: Sequence[SheetRow], labels: Collection[str]) -> None:
    for label in labels:
        for above, row in pairwise(rows):
            if row.cells.get(label) is None and label in row.cells and label not in row.faults:
                row.cells[label] = above.cells[label]
