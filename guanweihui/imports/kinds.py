"""The kinds of sheet that the portal can load, and how one is told from another.

Each app's `resources` registers its own with `@kind(...)`. A sheet is recognised by its head; where heads
agree, by its title line and its name.
"""

import datetime
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from guanweihui.imports.problems import Problem, Unusable
from guanweihui.imports.reader import Sheet, TableRows, Unreadable, Workbook


@dataclass
class Context:
    """What a loader may lean on: whose load it is, and what the workbook's other sheets said.

    `school` restricts a coordinator's upload to his own school, `group` a head's to his group; `round` is the
    round whose page it was uploaded on. `memo` carries findings from one sheet of
    a workbook to the next (a document number stands on the first sheet only). Without a district, a
    school list sets `found`, which makes one; `district_name` overrules the name in its title.
    """

    by: Any
    at: datetime.datetime
    district: Any = None
    school: Any = None
    group: Any = None
    round: Any = None
    district_name: str = ""
    found: Callable[[], Any] | None = None
    workbook: Workbook | None = None
    memo: dict[str, Any] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """Every title and unit line of the workbook, in the order of its sheets."""
        return [line for sheet in self.workbook.sheets for line in sheet.lines] if self.workbook else []


@dataclass(slots=True)
class PlannedRow:
    """The verdict on one row before anything is written.

    `changes` maps a column to (old, new) as shown to people, sensitive values masked; `payload` is what
    the loader's own `write` needs.
    """

    sheet: str
    number: int
    label: str
    verdict: str = "NEW"  # NEW, CHANGED, UNCHANGED or WRONG; TOTAL for a total row that only warns
    changes: dict[str, tuple[str, str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    payload: Any = None

    def settle(self) -> "PlannedRow":
        """Turn the verdict to WRONG when a hard problem was found."""
        if any(not problem.is_warning for problem in self.problems):
            self.verdict = "WRONG"
        return self


@dataclass(frozen=True, slots=True)
class Written:
    """One object that a row wrote; `before` is its state as JSON, empty for a new one."""

    sheet: str
    number: int
    row: Any
    before: str = ""
    #: Said of a row whose `before` tells of more than itself.
    is_new: bool | None = None

    @property
    def verdict(self) -> str:
        is_new = not self.before if self.is_new is None else self.is_new
        return "NEW" if is_new else "CHANGED"


class Loader(Protocol):
    """Judges and writes the rows of one sheet."""

    def __init__(self, context: Context, sheet: Sheet) -> None: ...

    def plan(self, table: TableRows) -> list[PlannedRow]:
        """Judge every row without writing. Raises Unusable when the sheet as a whole cannot be loaded."""

    def write(self, rows: Sequence[PlannedRow]) -> Iterator[Written]:
        """Write the given NEW and CHANGED rows; unchanged and wrong ones never come here.

        Yields each object after it is stored, parents before children: undo goes the other way.
        """


@dataclass(frozen=True)
class Kind:
    """A kind of sheet: its words, what makes it unmistakable, and in which order files load."""

    name: str
    label: str
    order: int
    columns: tuple[str, ...]
    required: frozenset[str]
    loader: Callable[[Context, Sheet], Loader]
    title_words: tuple[str, ...] = ()
    roles: frozenset[str] = frozenset()
    #: Lines above the head as the loader understands them, for the template; none where it needs none.
    example_lines: tuple[str, ...] = ()
    #: Tells a workbook that is of this kind as a whole, whatever its heads say; the kind takes all of it.
    claims: Callable[[Workbook], bool] | None = None
    #: Whether it may be loaded into a round, on the round's own page.
    fills_rounds: bool = False

    def words(self, district: Any) -> Mapping[str, Sequence[str]]:
        """Return label → words of the columns whose words are the district's own."""
        own = getattr(self.loader, "words", None)
        return own(district) if own is not None and district is not None else {}

    def fits(self, sheet: Sheet) -> TableRows | None:
        """Return the sheet's rows when its head holds the required columns and its title the words."""
        if self.title_words:
            said = "".join(sheet.lines) + sheet.name
            if not any(word in said for word in self.title_words):
                return None
        try:
            return sheet.under_head(self.columns, self.required)
        except Unreadable:
            return None


_KINDS: dict[str, Kind] = {}


def kind(
    name: str,
    *,
    label: str,
    order: int,
    columns: Collection[str],
    required: Collection[str],
    title_words: Sequence[str] = (),
    roles: Collection[str] = (),
    example_lines: Sequence[str] = (),
    claims: Callable[[Workbook], bool] | None = None,
    fills_rounds: bool = False,
) -> Callable[[type], type]:
    """Register a loader class for a kind of sheet. `roles` may load it from the portal's pages."""

    def register(loader: type) -> type:
        _KINDS[name] = Kind(
            name=name,
            label=label,
            order=order,
            columns=tuple(columns),
            required=frozenset(required),
            loader=loader,
            title_words=tuple(title_words),
            roles=frozenset(roles),
            example_lines=tuple(example_lines),
            claims=claims,
            fills_rounds=fills_rounds,
        )
        return loader

    return register


def get(name: str) -> Kind:
    return _KINDS[name]


def every() -> list[Kind]:
    """Return the kinds that are told by their heads, in loading order."""
    return sorted((one for one in _KINDS.values() if one.claims is None), key=lambda one: one.order)


def recognise(workbook: Workbook) -> list[tuple[Kind, Sheet, TableRows]]:
    """Match each sheet with its kind, in loading order.

    A kind that claims the workbook takes it whole. Kinds that name title words are asked first: they are
    the more particular ones. Sheets that no kind
    fits are left out when another sheet is known. Raises Unusable when none is.
    """
    for whole in _KINDS.values():
        if whole.claims is not None and whole.claims(workbook):
            first = workbook.sheets[0]
            return [(whole, first, TableRows(first.name, 0, {}, ()))]
    found = []
    for sheet in workbook.sheets:
        for candidate in sorted(every(), key=lambda one: (not one.title_words, one.order)):
            table = candidate.fits(sheet)
            if table is not None:
                found.append((candidate, sheet, table))
                break
    if not found:
        names = "、".join(one.label for one in every())
        raise Unusable(
            near_miss(workbook)
            or f"没有认出“{workbook.filename}”是哪一种表。能导入的有：{names}。请核对表头文字后再上传。"
        )
    return sorted(found, key=lambda one: one[0].order)


def near_miss(workbook: Workbook) -> str:
    """Say what a sheet lacks that is nearly of a kind: at least half of the required heads stand in it."""
    best: tuple[float, int, Kind, Sheet] | None = None
    for sheet in workbook.sheets:
        words = {str(cell).strip().lstrip("*") for row in sheet.rows[:20] for cell in row if cell}
        for candidate in every():
            met = len(candidate.required & words)
            share = met / len(candidate.required)
            if share >= 0.5 and (best is None or (share, met) > best[:2]):
                best = (share, met, candidate, sheet)
    if best is None:
        return ""
    _, _, candidate, sheet = best
    try:
        sheet.under_head(candidate.columns, candidate.required)
    except Unreadable as fault:
        return f"这像是“{candidate.label}”，但是{fault}"
    title = "或".join(f"“{word}”" for word in candidate.title_words)
    return f"工作表“{sheet.name}”像是“{candidate.label}”，但是标题和表名里没有{title}。请补上后再上传。"
