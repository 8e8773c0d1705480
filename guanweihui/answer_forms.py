"""A questionnaire as a page and as paper: box by box what was typed, and all that stands beside it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from guanweihui.changes import Change, Piece
from guanweihui.questionnaire import (
    CHECKED,
    WHY,
    Asked,
    BaseTable,
    Cell,
    Fault,
    Item,
    Paragraph,
    Sum,
    Typed,
    Value,
    clean,
    covered,
    find_faults,
    reason_for,
    written,
)
from guanweihui.tables import Column, HeadCell, Row, Table, header_rows
from guanweihui.text import mask_phone

#: A base table of one line and more columns than this is filled in, read and printed downwards.
BROADEST = 8
EMPTY = "未填写"
#: The line that an official form is signed on.
SIGNATURES = ("填报单位（盖章）", "填报人", "审核人", "负责人", "日期")
_MODES = {"int": "numeric", "money": "decimal", "phone": "tel"}


@dataclass(frozen=True)
class Ask:
    """A soft check that the filer answers with a reason; `name` is that of its field."""

    name: str
    words: str
    reason: str


@dataclass(frozen=True)
class Box:
    """One cell that is filled in, with everything said about it. `row` and `column` are its place."""

    item: Item
    typed: str
    row: int
    column: int
    hard: tuple[str, ...] = ()
    soft: tuple[Ask, ...] = ()
    remarks: tuple[str, ...] = ()
    last: str = ""
    known: str = ""
    source: str = ""
    url: str = ""

    @property
    def mode(self) -> str:
        return _MODES.get(self.item.format, "text")

    @property
    def is_wrong(self) -> bool:
        """Tell whether something here still has to be mended or explained."""
        return bool(self.hard) or any(not ask.reason for ask in self.soft)

    @property
    def options(self) -> list[str]:
        """Return the choices; what was typed and is none of them stands among them, so that it is seen."""
        odd = [self.typed] if self.typed and self.typed not in self.item.choices else []
        return [*self.item.choices, *odd]


@dataclass(frozen=True)
class Total:
    """One cell that is added up; `parts` are the keys, parted by a blank, for the page's own adding."""

    sum: Sum
    words: str
    hard: tuple[str, ...] = ()

    @property
    def parts(self) -> str:
        return " ".join(self.sum.parts)


@dataclass(frozen=True)
class GridLine:
    label: str
    cells: tuple[Box | Total | None, ...]


@dataclass(frozen=True)
class Grid:
    """A base table to fill in. A broad table of one line stands upright (`is_list`): one item a line."""

    table: BaseTable
    heads: tuple[tuple[HeadCell, ...], ...]
    lines: tuple[GridLine, ...]
    is_list: bool
    has_known: bool
    is_checked: bool

    @property
    def tick(self) -> str:
        return CHECKED + self.table.key

    def boxes(self) -> Iterator[Box]:
        return (cell for line in self.lines for cell in line.cells if isinstance(cell, Box))


@dataclass(frozen=True)
class Sheet:
    """The whole questionnaire on the page; `faults` of no cell stand on top only."""

    grids: tuple[Grid, ...]
    faults: tuple[Fault, ...]

    def boxes(self) -> Iterator[Box]:
        return (box for grid in self.grids for box in grid.boxes())

    @property
    def whole(self) -> int:
        return sum(1 for _ in self.boxes())

    @property
    def done(self) -> int:
        return sum(1 for box in self.boxes() if box.typed.strip())

    @property
    def wrong(self) -> int:
        return len({fault.key for fault in self.faults})


def draw(
    asked: Asked,
    typed: Typed,
    *,
    whole: bool = False,
    remarks: Mapping[str, Sequence[str]] | None = None,
    cover: Typed | None = None,
) -> Sheet:
    """Lay a questionnaire out; `whole` judges it as for a submit, `remarks` are the reviewers' by item.

    `cover` is what is stored: its telephones are shown masked, for a page of somebody not of the school.
    """
    answers, faults = find_faults(asked, typed, whole=whole)
    said: dict[str, list[Fault]] = defaultdict(list)
    for fault in faults:
        said[fault.key].append(fault)
    pen = _Pen(asked, typed, answers, said, remarks or {}, cover or {})
    still = tuple(fault for fault in faults if fault.is_hard or not reason_for(fault, typed))
    return Sheet(tuple(pen.grid(table) for table in asked.questionnaire.tables), still)


@dataclass(frozen=True)
class _Pen:
    asked: Asked
    typed: Typed
    answers: Mapping[str, Value]
    said: Mapping[str, Sequence[Fault]]
    remarks: Mapping[str, Sequence[str]]
    cover: Typed

    def shown(self, item: Item) -> str:
        typed = self.typed.get(item.key, "")
        return covered(item, typed) if typed == self.cover.get(item.key) else typed

    def grid(self, table: BaseTable) -> Grid:
        is_list = stands_upright(table)
        if is_list:
            cells = [cell for cell in table.lines[0].cells if cell is not None]
            lines = [GridLine(cell.label, (self.cell(cell, row, 0),)) for row, cell in enumerate(cells)]
        else:
            lines = [
                GridLine(
                    line.label, tuple(self.cell(cell, row, column) for column, cell in enumerate(line.cells))
                )
                for row, line in enumerate(table.lines)
            ]
        columns = (Column("value", "填报内容"),) if is_list else table.columns
        return Grid(
            table=table,
            heads=header_rows((Column("line", "填报项"), *columns)),
            lines=tuple(lines),
            is_list=is_list,
            has_known=any(item.key in self.asked.known for item in table.items()),
            is_checked=bool(self.typed.get(CHECKED + table.key)),
        )

    def cell(self, cell: Cell, row: int, column: int) -> Box | Total | None:
        if cell is None:
            return None
        faults = self.said.get(cell.key, ())
        hard = tuple(fault.words for fault in faults if fault.is_hard)
        if isinstance(cell, Sum):
            return Total(cell, figure_words(self.answers.get(cell.key)), hard)
        known = self.asked.known.get(cell.key)
        return Box(
            item=cell,
            typed=self.shown(cell),
            row=row,
            column=column,
            hard=hard,
            soft=tuple(
                Ask(WHY + fault.code, fault.words, self.typed.get(WHY + fault.code, ""))
                for fault in faults
                if not fault.is_hard
            ),
            remarks=tuple(self.remarks.get(cell.key, ())),
            last=figure_words(self.asked.last.get(cell.key)),
            known=figure_words(known.value) if known else "",
            source=known.source if known else "",
            url=known.url if known else "",
        )


def stands_upright(table: BaseTable) -> bool:
    """Tell a table of one line that is too broad for a screen and a page."""
    return len(table.lines) == 1 and len(table.columns) > BROADEST


def figure_words(value: Value) -> str:
    """Write a value for reading: figures with separators."""
    if isinstance(value, int | Decimal):
        return f"{value:,}"
    return written(value)


def typed_in(sheet: Asked, post: Mapping[str, str]) -> dict[str, str]:
    """Read what a page sent for this questionnaire; whatever else stands in the request is left alone."""
    keys = {item.key for item in sheet.questionnaire.items()}
    keys |= {CHECKED + table.key for table in sheet.questionnaire.tables}
    return {name: value for name, value in post.items() if name in keys or name.startswith(WHY)}


def unticked(asked: Asked, typed: Typed) -> list[Fault]:
    """Return a fault for each table whose known values were not said to be looked at."""
    return [
        Fault(CHECKED + table.key, f"请核对“{table.title}”里平台带出的数据，并勾选“已核对”。")
        for table in asked.questionnaire.tables
        if any(item.key in asked.known for item in table.items()) and not typed.get(CHECKED + table.key)
    ]


# --- both versions of a conflict --------------------------------------------------------------------------

PICK = "_pick_"
MINE, THEIRS = "mine", "theirs"


@dataclass(frozen=True)
class Clash:
    """One item that two people filled in differently."""

    key: str
    label: str
    mine: str
    theirs: str

    @property
    def name(self) -> str:
        return PICK + self.key

    @property
    def keeps_mine(self) -> bool:
        """Suggest what was typed here, but an empty box never wins over words."""
        return bool(self.mine.strip())


def clashes(asked: Asked, mine: Typed, theirs: Typed) -> list[Clash]:
    """Return the items and reasons that differ, in the order of the page."""
    labels = asked.questionnaire.labels()
    names = [item.key for item in asked.questionnaire.items()]
    names += sorted(name for name in {*mine, *theirs} if name.startswith(WHY))
    return [
        Clash(name, _name_of(name, labels), mine.get(name, ""), theirs.get(name, ""))
        for name in names
        if mine.get(name, "") != theirs.get(name, "")
    ]


def _name_of(name: str, labels: Mapping[str, str]) -> str:
    if not name.startswith(WHY):
        return labels[name]
    item = name.removeprefix(WHY).partition("_")[2]
    return f"{labels.get(item, item)}（情况说明）"


def picked(typed: dict[str, str], theirs: Typed, post: Mapping[str, str]) -> dict[str, str]:
    """Put the other's words wherever they were chosen."""
    chosen = [name.removeprefix(PICK) for name in post if name.startswith(PICK) and post[name] == THEIRS]
    return typed | {key: theirs.get(key, "") for key in chosen}


# --- paper ------------------------------------------------------------------------------------------------


def tables_of(
    asked: Asked, typed: Typed, *, is_masked: bool, lead: str = "", notes: Sequence[str] = (), **more: Any
) -> list[Table]:
    """Write the base tables out as they stand on paper; `more` are further parts of each Table.

    `is_masked` hides telephone numbers; `lead` stands before each title, `notes` after each table's own. What
    is not filled in says so: 0, 无 and 未填写 are three answers.
    """
    answers, _ = clean(asked.questionnaire, typed)

    def shown(cell: Cell) -> Any:
        if cell is None:
            return None
        value: Any = answers.get(cell.key)
        if value is None:
            value = typed.get(cell.key, "").strip()
        # A number that cannot be read is hidden too: a draft may hold one with its extension.
        if is_masked and _is_phone(cell):
            value = mask_phone(str(value))
        return EMPTY if value == "" else value

    found = []
    for table in asked.questionnaire.tables:
        if stands_upright(table):
            columns: tuple[Column, ...] = (Column("line", "填报项"), Column("value", "填报内容"))
            rows = [Row((cell.label, _figure(shown(cell)))) for cell in table.lines[0].cells if cell]
        else:
            columns = (Column("line", "填报项"), *table.columns)
            rows = [Row((line.label, *(shown(cell) for cell in line.cells))) for line in table.lines]
        found.append(
            Table(
                key=table.key,
                title=f"{lead}{table.title}",
                columns=columns,
                rows=tuple(rows),
                unit_line=table.unit_line,
                notes=(*table.notes, *notes),
                **more,
            )
        )
    return found


def _is_phone(cell: Cell) -> bool:
    return isinstance(cell, Item) and cell.format == "phone"


def _figure(value: Any) -> Any:
    """Write a figure out: a column of figures and words is one of words."""
    return f"{value:,}" if isinstance(value, int | Decimal) else value


def known_table(asked: Asked, typed: Typed) -> Table | None:
    """Set what the portal knows beside what the school says; None when it knows nothing."""
    if not asked.known:
        return None
    answers, _ = clean(asked.questionnaire, typed)
    columns = (
        Column("item", "填报项"),
        Column("known", "平台数据", align="right"),
        Column("said", "学校填报", align="right"),
        Column("source", "来源"),
    )
    rows = [
        Row(
            (
                item.label,
                figure_words(known.value) or "无",
                figure_words(answers.get(item.key)) or EMPTY,
                known.source,
            ),
            links={"source": known.url} if known.url else {},
        )
        for item in asked.questionnaire.items()
        if (known := asked.known.get(item.key)) is not None
    ]
    return Table(
        key="known", title="平台数据与填报数据对照", columns=columns, rows=tuple(rows), signatures=()
    )


def reasons_of(paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """Keep the reasons that were given for soft checks."""
    return [one for one in paragraphs if one.key.startswith(WHY)]


def masked(paragraphs: Sequence[Paragraph], phones: frozenset[str]) -> list[Paragraph]:
    """Hide the numbers of a version's telephone items."""
    return [
        Paragraph(one.key, one.label, mask_phone(one.words))
        if one.key in phones and one.words != EMPTY
        else one
        for one in paragraphs
    ]


def masked_changes(changes: Sequence[Change], phones: frozenset[str]) -> list[Change]:
    """Say of a telephone only that it is another one."""
    return [
        Change(one.key, one.label, "", "", (Piece("new", "号码已更改"),)) if one.key in phones else one
        for one in changes
    ]


def phones_of(asked: Asked) -> frozenset[str]:
    return frozenset(item.key for item in asked.questionnaire.items() if item.format == "phone")
