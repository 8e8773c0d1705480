"""What a report says, before it takes a form: page, workbook and PDF read the same Table.

A report is a pure function that ends in a Table. Nothing here knows a model, a request or a file format.
"""

import math
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

Align = Literal["left", "center", "right"]
Format = Literal["text", "int", "hours", "date", "percent", "money"]
Kind = Literal["data", "subtotal", "total"]
Cell = str | int | float | Decimal | date | datetime | None

FIGURE_FORMATS = frozenset({"int", "hours", "percent", "money"})
SERIAL_LABEL = "序号"
TOTAL_LABEL = "合　计"
WIDEST, SERIAL_WIDTH = 40, 6  # half-width characters
SAMPLE = 200  # lines looked at to fit a column
STEMS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"


@dataclass(frozen=True)
class Column:
    """Describe one column.

    groups are the labels above this one, outermost first. width counts half-width characters: a Chinese
    character is two. A percent value is in percent (12.5, not 0.125), money in yuan, hours in hours.
    width is the least: paper and workbook may give more. total says that total_row() adds this column up.
    """

    key: str
    label: str
    groups: tuple[str, ...] = ()
    width: int = 12
    align: Align = "left"
    format: Format = "text"
    total: bool = False

    @property
    def is_figure(self) -> bool:
        """Tell a column that counts something from one that names something; a serial number names."""
        return self.format in FIGURE_FORMATS and self.label != SERIAL_LABEL

    @property
    def effective_align(self) -> Align:
        """Give figures the right edge, days and serial numbers the middle, unless asked otherwise."""
        if self.align != "left":
            return self.align
        if self.is_figure:
            return "right"
        return "center" if self.format == "date" or self.label == SERIAL_LABEL else "left"


@dataclass(frozen=True)
class Row:
    """Hold one line: cells in column order, None for an empty one; links by column key."""

    cells: tuple[Cell, ...]
    kind: Kind = "data"
    links: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """Hold a finished report. The total row stands apart from rows and is printed first.

    Raises ValueError when a row has not one cell a column.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total: Row | None = None
    reporting_unit: str = ""
    period: str = ""
    unit_line: str = ""
    notes: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ("单位负责人", "填报人", "填报日期")
    #: The line under the title in words of the form's own, for forms that ask for other things there.
    head: tuple[str, str, str] | None = None

    def __post_init__(self) -> None:
        for place, row in enumerate(self.all_rows(), start=1):
            if len(row.cells) != len(self.columns):
                raise ValueError(
                    f"{self.key}: row {place} has {len(row.cells)} cells, not {len(self.columns)}"
                )

    def all_rows(self) -> tuple[Row, ...]:
        """Give every line in printing order, the total first (habit of national statistics)."""
        return self.rows if self.total is None else (self.total, *self.rows)

    def caption(self) -> tuple[str, str, str]:
        """Give the line under the title: left, middle, right; a part that is not known is empty."""
        if self.head is not None:
            return self.head
        parts = (("填报单位：", self.reporting_unit), ("统计期间：", self.period), ("单位：", self.unit_line))
        left, middle, right = (f"{lead}{text.removeprefix(lead)}" if text else "" for lead, text in parts)
        return left, middle, right


@dataclass(frozen=True)
class Imprint:
    """Say when the data were read, for whom, and under which batch; printed on every document."""

    data_at: datetime
    by: str
    batch_no: str = ""

    def line(self) -> str:
        """Write the imprint as one line of print."""
        parts = [f"数据时间：{self.data_at:%Y-%m-%d %H:%M}", f"制表人：{self.by}"]
        if self.batch_no:
            parts.append(f"批次号：{self.batch_no}")
        return "　".join(parts)


@dataclass(frozen=True)
class HeadCell:
    """Place one cell of a merged head; row and column count from 0. column_key names a leaf, else empty."""

    label: str
    row: int
    column: int
    rowspan: int
    colspan: int
    column_key: str = ""


def header_rows(columns: Sequence[Column]) -> tuple[tuple[HeadCell, ...], ...]:
    """Merge the group labels of neighbouring columns into head cells, one tuple a head line.

    A leaf reaches down to the last line, so a column without groups spans the whole head.
    """
    depth = 1 + max((len(column.groups) for column in columns), default=0)
    lines: list[list[HeadCell]] = [[] for _ in range(depth)]
    for place, column in enumerate(columns):
        for level in range(len(column.groups)):
            path = column.groups[: level + 1]
            if place and columns[place - 1].groups[: level + 1] == path:
                continue
            lines[level].append(HeadCell(path[-1], level, place, 1, _run(columns, place, path)))
        level = len(column.groups)
        lines[level].append(HeadCell(column.label, level, place, depth - level, 1, column.key))
    return tuple(tuple(line) for line in lines)


def _run(columns: Sequence[Column], start: int, path: tuple[str, ...]) -> int:
    """Count the neighbours from start on that stand under the same group path."""
    end = start
    while end < len(columns) and columns[end].groups[: len(path)] == path:
        end += 1
    return end - start


def column_marks(table: Table) -> tuple[str, ...]:
    """Number the columns of a statistical table: 甲 乙 for names, 1 2 3 for figures.

    Empty for a table without a total row: a roster is not numbered.
    """
    if table.total is None:
        return ()
    stems, numbers = iter(STEMS), iter(range(1, len(table.columns) + 1))
    return tuple(str(next(numbers)) if column.is_figure else next(stems, "") for column in table.columns)


def total_row(
    columns: Sequence[Column], rows: Iterable[Row], label: str = TOTAL_LABEL, kind: Kind = "total"
) -> Row:
    """Add up the data rows; the label goes to the first naming column that is not the serial number.

    Words in a figure column (未报, 无) count nothing.
    """
    data = [row.cells for row in rows if row.kind == "data"]
    cells: list[Cell] = [None] * len(columns)
    cells[name_column(columns)] = label
    for place, column in enumerate(columns):
        if column.total:
            cells[place] = _add([line[place] for line in data])
    return Row(tuple(cells), kind=kind)


def with_subtotals(columns: Sequence[Column], rows: Sequence[Row], groups: Sequence[str]) -> tuple[Row, ...]:
    """Put a subtotal before the rows of each group; `groups` names the group of each row."""
    answer: list[Row] = []
    by_group: dict[str, list[Row]] = defaultdict(list)
    for row, group in zip(rows, groups, strict=True):
        by_group[group].append(row)
    for group, members in by_group.items():
        answer += [total_row(columns, members, f"{group}小计", "subtotal"), *members]
    return tuple(answer)


def _add(values: Iterable[Cell]) -> int | float | Decimal:
    """Add figures up, exactly as soon as one of them is exact."""
    figures = [value for value in values if isinstance(value, int | float | Decimal)]
    if any(isinstance(value, Decimal) for value in figures):
        return sum((Decimal(str(value)) for value in figures), Decimal(0))
    return sum(figures)


def name_column(columns: Sequence[Column]) -> int:
    """Find the column that names the line: the first that is neither figure nor serial number."""
    places = (i for i, column in enumerate(columns) if not column.is_figure and column.label != SERIAL_LABEL)
    return next(places, 0)


def format_value(value: Cell, format: Format = "text", *, prose: bool = False) -> str:
    """Write a cell for the screen (48,134; 2.0; 2018-12-20) or for official prose (48134; 2018年12月20日).

    A word in a figure or date column (未报, 1955年3月) is printed as it stands.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        if prose:
            return f"{value.year}年{value.month}月{value.day}日"
        return f"{value:%Y-%m-%d}"
    if isinstance(value, str) or format in ("text", "date"):
        return str(value)
    separator = "" if prose else ","
    if format == "int":
        return f"{value:{separator}.0f}"
    if format == "money":
        return f"{value:{separator}.2f}"
    if format == "percent":
        return f"{value:.1f}%"
    return f"{value:.1f}"


def fitted_widths(table: Table) -> tuple[int, ...]:
    """Fit columns to their heads and first lines: not below what they ask for, nor above 40; 序号 is 6."""
    return tuple(_fitted_width(table, place, column) for place, column in enumerate(table.columns))


def _fitted_width(table: Table, place: int, column: Column) -> int:
    if column.label == SERIAL_LABEL:
        return SERIAL_WIDTH
    texts = (format_value(row.cells[place], column.format) for row in table.all_rows()[:SAMPLE])
    content = max((display_width(text) for text in texts), default=0)
    label = math.ceil(display_width(column.label) / 2)  # a head may take two lines
    return min(max(column.width, content + 2, label + 2), WIDEST)


def display_width(text: str) -> int:
    """Count half-width characters: wide and full-width ones are two, combining marks none."""
    wide = sum(1 for mark in text if unicodedata.east_asian_width(mark) in "WFA")
    return len(text) + wide - sum(1 for mark in text if unicodedata.combining(mark))
