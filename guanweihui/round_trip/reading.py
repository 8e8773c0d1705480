"""What a returned workbook says: which template it is, and one row a school over all its sheets."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from guanweihui.imports.cells import HEAD_ROWS, column_letter
from guanweihui.imports.problems import Unusable
from guanweihui.imports.reader import Sheet, Workbook
from guanweihui.imports.resources import written_as
from guanweihui.round_trip.layout import CODE, CURE, INFO_MARK, LAST_YEAR, NAME, REASONS, WHAT

BROKEN = "是公式出错后的结果，请直接填写内容。"
UNKNOWN = "是没有存下数值的公式，请直接填写内容。"


@dataclass(frozen=True)
class Info:
    """Which template: the round's key, the questionnaire's edition, the version of each school's filing."""

    round: int
    edition: int
    versions: Mapping[str, int]


@dataclass(frozen=True)
class Spot:
    """Where a cell stands: sheet, row and column, for messages."""

    sheet: str
    row: int
    letter: str


@dataclass
class SchoolRow:
    """One school over all sheets: `cells`, `spots`, `faults` by item key, `notes` by the base table's key."""

    code: str
    name: str
    spot: Spot
    cells: dict[str, Any] = field(default_factory=dict)
    spots: dict[str, Spot] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    twice: list[Spot] = field(default_factory=list)


def info_of(workbook: Workbook) -> Info | None:
    """Return which template a workbook is; None for one that is none."""
    for sheet in workbook.sheets:
        if sheet.rows and sheet.rows[0] and sheet.rows[0][0] == INFO_MARK:
            head = [_number(value) for value in (*sheet.rows[0], None, None)[1:3]]
            versions = {
                written_as(row[0]): _number(row[1]) for row in sheet.rows[1:] if len(row) > 1 and row[0]
            }
            return Info(head[0], head[1], versions)
    return None


def claims(workbook: Workbook) -> bool:
    return info_of(workbook) is not None


def _number(value: Any) -> int:
    text = written_as(value).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0


def rows(workbook: Workbook) -> list[SchoolRow]:
    """Return the rows of the schools, in the order of the first sheet.

    Raises Unusable when no sheet has the template's hidden row of keys.
    """
    found: dict[str, SchoolRow] = {}
    is_known = False
    for sheet in workbook.sheets:
        if (head := _keys(sheet)) is not None:
            is_known = True
            _read(sheet, *head, found)
    if not is_known:
        raise Unusable("填报表里的隐藏行被删去了，认不出各列。请重新下载填报表，把内容复制过去后再上传。")
    return list(found.values())


def keys(workbook: Workbook) -> set[str]:
    """Return the keys of all columns, to tell whether one was taken out."""
    heads = (_keys(sheet) for sheet in workbook.sheets)
    return {key for head in heads if head is not None for key in head[1].values()}


def _keys(sheet: Sheet) -> tuple[int, dict[int, str]] | None:
    """Find the row of keys: its number from 1, and key by place from 0."""
    for number, row in enumerate(sheet.rows[:HEAD_ROWS], start=1):
        if CODE in row:
            return number, {place: str(key) for place, key in enumerate(row) if key is not None}
    return None


def _read(sheet: Sheet, head: int, places: dict[int, str], found: dict[str, SchoolRow]) -> None:
    key_places = {key: place for place, key in places.items()}
    here: set[str] = set()
    for number, values in enumerate(sheet.rows[head:], start=head + 1):
        code = written_as(values[key_places[CODE]]).strip()
        name = written_as(values[key_places[NAME]]).strip() if NAME in key_places else ""
        said = [place for place in places if values[place] is not None]
        if not said or (not code and name.replace("　", "") == LAST_YEAR):
            continue
        spot = Spot(sheet.name, number, column_letter(key_places[CODE] + 1))
        # Rows without a code are kept apart, each on its own, to be told.
        row = found.setdefault(code or f"\0{sheet.name}{number}", SchoolRow(code, name, spot))
        if code in here:
            row.twice.append(spot)
            continue
        here |= {code} if code else set()
        for place, key in _items(places):
            _take(row, sheet, number, place, key, values)


def _items(places: Mapping[int, str]) -> Iterator[tuple[int, str]]:
    ours = {CODE, NAME, WHAT, CURE}
    return ((place, key) for place, key in places.items() if key not in ours)


def _take(row: SchoolRow, sheet: Sheet, number: int, place: int, key: str, values: Sequence[Any]) -> None:
    value, at = values[place], (number, place + 1)
    kind, _, table = key.partition(":")
    if kind == REASONS:
        row.notes[table] = written_as(value).replace("\r\n", "\n").strip()
        return
    row.cells[key], row.spots[key] = value, Spot(sheet.name, number, column_letter(place + 1))
    if at in sheet.errors:
        row.faults[key] = BROKEN
    elif at in sheet.formulas and not isinstance(value, int | float):
        row.faults[key] = UNKNOWN
