"""What stands where in the workbook of a round: one sheet a base table, one row a school.

The schools of a round may be asked different things (a primary school has no junior classes), so a sheet
has every column that any of them is asked. Template, reader and error workbook share this.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from guanweihui.imports.resources import written_as
from guanweihui.questionnaire import (
    WHY,
    Asked,
    BaseTable,
    Item,
    Questionnaire,
    Sum,
    covered,
    read,
    written,
)
from guanweihui.tables import Column
from guanweihui.text import TextError

#: The keys of the hidden row under the head that are none of an item.
CODE, NAME, REASONS, WHAT, CURE = "school_code", "school_name", "reasons", "problem", "cure"
#: The very hidden sheet that says which template this is.
INFO = "模板信息"
INFO_MARK = "guanweihui-round-template"
#: What a row of last year's figures is called, and what stands in a cell that a school is not asked.
LAST_YEAR, NOT_ASKED = "上年", "—"
RULE = "请勿增删列；带*为必填"
BETWEEN_REASONS = "；"

Cell = Item | Sum


@dataclass(frozen=True)
class Place:
    """One column: an item or a sum, and the labels above it."""

    cell: Cell
    groups: tuple[str, ...]
    label: str
    width: int

    @property
    def key(self) -> str:
        return self.cell.key

    def head(self) -> Column:
        label = f"*{self.label}" if isinstance(self.cell, Item) and self.cell.required else self.label
        is_figure = isinstance(self.cell, Sum) or self.cell.is_figure
        return Column(self.key, label, self.groups, self.width, format="int" if is_figure else "text")


@dataclass(frozen=True)
class Base:
    """One sheet: a base table laid out across."""

    key: str
    title: str
    unit_line: str
    notes: tuple[str, ...]
    places: tuple[Place, ...]

    def items(self) -> list[Item]:
        return [place.cell for place in self.places if isinstance(place.cell, Item)]

    def columns(self, more: Sequence[Column] = ()) -> tuple[Column, ...]:
        """Return the heads of the whole sheet, from the school's code to 情况说明 and what follows it."""
        return (
            Column(CODE, "学校代码", width=12),
            Column(NAME, "学校", width=28),
            *(place.head() for place in self.places),
            Column(f"{REASONS}:{self.key}", "情况说明", width=36),
            *more,
        )


def bases(questionnaires: Iterable[Questionnaire]) -> list[Base]:
    """Lay the base tables of several questionnaires out, each column once, in their order."""
    seen = {one.name + repr(list(one.labels())): one for one in questionnaires}
    # The widest first: what the others have more is put behind what stands before it there.
    sheets = sorted(seen.values(), key=lambda one: -len(one.labels()))
    tables: dict[str, list[BaseTable]] = {}
    for sheet in sheets:
        for table in sheet.tables:
            tables.setdefault(table.key, []).append(table)
    return [_base(same) for same in tables.values()]


def _base(same: Sequence[BaseTable]) -> Base:
    places: list[Place] = []
    notes: dict[str, None] = {}
    for table in same:
        behind = 0
        for place in _flat(table):
            at = next((number for number, one in enumerate(places) if one.key == place.key), None)
            if at is None:
                places.insert(behind, place)
                at = behind
            behind = at + 1
        notes |= dict.fromkeys(table.notes)
    first = same[0]
    return Base(first.key, first.title, first.unit_line, tuple(notes), tuple(places))


def _flat(table: BaseTable) -> list[Place]:
    """Lay a grid out across: the name of the line stands above its columns."""
    is_grid = len(table.lines) > 1
    found = []
    for line in table.lines:
        for column, cell in zip(table.columns, line.cells, strict=True):
            if cell is not None:
                groups = (line.label, *column.groups) if is_grid else column.groups
                found.append(Place(cell, groups, column.label, max(column.width, 8)))
    return found


# --- what a cell holds --------------------------------------------------------------------------------


def shown(item: Item, typed: str) -> int | Decimal | str | None:
    """Return what the template writes for a typed answer: a number where it reads as one, else the text."""
    if not typed:
        return None
    if item.is_figure:
        try:
            value = read(item, typed)
        except TextError:
            return typed
        return value if isinstance(value, int | Decimal) else None
    return typed


def said(item: Item, value: Any) -> str:
    """Return what a cell of a workbook says, as it would be typed."""
    if value is None or value == NOT_ASKED:
        return ""
    if isinstance(value, float) and math.isfinite(value):
        value = Decimal(repr(value))
    if isinstance(value, Decimal):
        return written(value)
    if item.format == "month" and hasattr(value, "strftime"):
        return f"{value:%Y-%m}"
    text = written_as(value)
    return text.replace("\r\n", "\n").strip() if item.format == "long" else text.strip()


def is_same(item: Item, typed: str, cell: Any) -> bool:
    """Tell whether a cell says what the template wrote for a typed answer, masked or whole."""
    return said(item, cell) in {said(item, shown(item, typed)), covered(item, typed)}


def reasons(asked_items: Iterable[Item], typed: Mapping[str, str]) -> str:
    """Return the reasons given for the soft checks of these items, each once."""
    keys = {item.key for item in asked_items}
    found = [why for key, why in typed.items() if key.startswith(WHY) and why and item_of(key) in keys]
    return BETWEEN_REASONS.join(dict.fromkeys(found))


def item_of(key: str) -> str:
    """Return the item that a reason belongs to: "why_<code>_<item>"."""
    return key.removeprefix(WHY).partition("_")[2]


def start_of(filing: Any, asked: Asked) -> dict[str, str]:
    """Return what a row begins with: the school's filing, or what the portal knows."""
    return dict(filing.typed) if filing is not None else asked.start()
