"""What a school is asked to fill in (调查表), before it is a page, a workbook or a print.

A questionnaire is data: base tables (基表) of items, sums that are shown and never typed, and checks. Page,
template, print, remarks and the comparison of two versions all go by the items' keys. Nothing here knows a
model, a request or a file format.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from guanweihui import text
from guanweihui.tables import Column

Value = int | Decimal | str | None
#: What was typed, by item key, exactly as it was typed; a draft keeps it so.
Typed = Mapping[str, str]
#: What it means: whole numbers, money as Decimal, words; None for an empty one.
Answers = Mapping[str, Value]
Format = Literal["int", "money", "text", "long", "phone", "month", "choice"]

FIGURES = frozenset({"int", "money"})
PROSE = frozenset({"text", "long", "choice"})
#: No school of a district has a million of anything that is counted here.
LARGEST = 999_999
LARGEST_MONEY = Decimal("99999999.99")
#: 经验校验: a figure that moves further than this against last year asks for a reason (domain.md 2).
SWING_PERCENT = 20
#: The key under which the reason for a soft check is typed: this and the check's code.
WHY = "why_"
#: The key of the tick that a table's known values were looked at: this and the table's key.
CHECKED = "checked_"
LONGEST_WHY = 200
_WHOLE = re.compile(r"[0-9]+")
_MONEY = re.compile(r"[0-9]+(?:\.([0-9]+))?")
_KEY = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Item:
    """One thing that is asked. `label` is complete on its own: errors, remarks and trails name it so.

    `most` bounds a figure, `longest` a text (in characters). `is_kept` is false for an item that a round-trip
    workbook shows but does not take back.
    """

    key: str
    label: str
    format: Format = "int"
    required: bool = False
    choices: tuple[str, ...] = ()
    most: int = LARGEST
    longest: int = 50
    unit: str = ""
    help: str = ""

    def __post_init__(self) -> None:
        if not _KEY.fullmatch(self.key) or self.key.startswith((WHY, CHECKED)):
            raise ValueError(f"no key for an item: {self.key!r}")

    @property
    def is_figure(self) -> bool:
        return self.format in FIGURES


@dataclass(frozen=True)
class Sum:
    """A figure that is added up from items, or from sums before it; shown live, never typed."""

    key: str
    label: str
    parts: tuple[str, ...]


Cell = Item | Sum | None


@dataclass(frozen=True)
class Line:
    """One row of a base table: its name, and one cell a column (None is a cell that asks nothing)."""

    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class BaseTable:
    """A base table (基表) as it stands on paper.

    With one line of many cells it is printed across (one row a school in the summary); with more lines it
    is a grid. `columns` are the heads, as in any table of the portal.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    unit_line: str = ""
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for line in self.lines:
            if len(line.cells) != len(self.columns):
                raise ValueError(f"{self.key}: {line.label} has {len(line.cells)} cells")

    def items(self) -> Iterator[Item]:
        return (cell for line in self.lines for cell in line.cells if isinstance(cell, Item))

    def sums(self) -> Iterator[Sum]:
        return (cell for line in self.lines for cell in line.cells if isinstance(cell, Sum))


@dataclass(frozen=True)
class Fault:
    """What is wrong at one item, and how to mend it.

    A soft fault (经验校验) may stand with a reason; `code` names it, so that the reason is found again.
    """

    key: str
    words: str
    code: str = ""

    @property
    def is_hard(self) -> bool:
        return not self.code


Check = Callable[[Answers], Iterable[Fault]]


@dataclass(frozen=True)
class Questionnaire:
    """A whole 调查表.

    `edition` grows with every change of its items: a template of another one is refused.
    """

    name: str
    title: str
    edition: int
    tables: tuple[BaseTable, ...]
    checks: tuple[Check, ...] = ()

    def __post_init__(self) -> None:
        keys = [item.key for item in self.items()] + [one.key for one in self.sums()]
        if len(keys) != len(set(keys)):
            raise ValueError(f"{self.name}: a key stands twice")

    def items(self) -> Iterator[Item]:
        return (item for table in self.tables for item in table.items())

    def sums(self) -> Iterator[Sum]:
        return (one for table in self.tables for one in table.sums())

    def item(self, key: str) -> Item | None:
        return next((item for item in self.items() if item.key == key), None)

    def labels(self) -> dict[str, str]:
        """Return the label of every item and sum by its key."""
        found = {item.key: item.label for item in self.items()}
        return found | {one.key: one.label for one in self.sums()}


@dataclass(frozen=True)
class Known:
    """What the portal knows of an item already, with the words of its source and the address of its rows."""

    value: Value
    source: str
    url: str = ""


@dataclass(frozen=True)
class Asked:
    """A questionnaire as one school gets it: with what the portal knows, and what it said last time."""

    questionnaire: Questionnaire
    known: Mapping[str, Known] = field(default_factory=dict)
    last: Mapping[str, Value] = field(default_factory=dict)
    #: What stands beside for the filer to confirm: generated tables (综表) that nobody types.
    beside: tuple[object, ...] = ()

    def start(self) -> dict[str, str]:
        """Return what a new draft holds: the values that the portal knows, as if typed."""
        return {key: written(known.value) for key, known in self.known.items() if known.value is not None}


def covered(item: Item, typed: str) -> str:
    """Write a telephone masked, for whoever is not of the school; everything else as it is."""
    return text.mask_phone(typed) if item.format == "phone" and typed else typed


def uncovered(sheet: Questionnaire, typed: Typed, stored: Typed) -> dict[str, str]:
    """Put a stored telephone back wherever its mask came back untouched."""
    found = dict(typed)
    for item in sheet.items():
        kept = stored.get(item.key, "")
        if item.format == "phone" and kept and typed.get(item.key) == covered(item, kept):
            found[item.key] = kept
    return found


def written(value: Value) -> str:
    """Write a value as it would be typed: no separators, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value)


def clean(questionnaire: Questionnaire, typed: Typed) -> tuple[dict[str, Value], list[Fault]]:
    """Read what was typed. Returns the answers of all items and sums, and a hard fault for each unreadable.

    An unreadable answer is None; a draft keeps the typed text all the same.
    """
    answers: dict[str, Value] = {}
    faults: list[Fault] = []
    for item in questionnaire.items():
        try:
            answers[item.key] = read(item, typed.get(item.key, ""))
        except text.TextError as fault:
            answers[item.key] = None
            faults.append(Fault(item.key, str(fault)))
    for one in questionnaire.sums():
        answers[one.key] = add(answers, one.parts)
    return answers, faults


def add(answers: Answers, parts: Sequence[str]) -> Value:
    """Add figures up; None while none of them is filled in."""
    figures = [value for part in parts if isinstance(value := answers.get(part), int | Decimal)]
    return sum(figures[1:], figures[0]) if figures else None


def read(item: Item, typed: str) -> Value:
    """Read one answer. Raises text.TextError with the sentence for the filer."""
    # Prose keeps its full-width brackets and commas; figures and numbers may be typed in either width.
    said = typed.strip() if item.format in PROSE else text.fold_width(typed).strip()
    if not said:
        return None
    if item.is_figure:
        return _figure(item, said)
    if item.format == "choice" and said not in item.choices:
        raise text.TextError(f"“{item.label}”填了“{_short(said)}”，只能填{'、'.join(item.choices)}。")
    if len(said) > item.longest:
        raise text.TextError(f"“{item.label}”有 {len(said)} 字，最多 {item.longest} 字，请删减。")
    try:
        if item.format == "phone":
            return text.parse_phone(said)
        if item.format == "month":
            return text.parse_date(said).iso()
        return text.check_text(said, multiline=item.format == "long")
    except text.TextError as fault:
        raise text.TextError(f"“{item.label}”：{str(fault).rstrip('。')}。") from fault


def _figure(item: Item, said: str) -> int | Decimal:
    plain = said.replace(",", "")
    if plain.startswith(("-", "－", "−")):
        raise text.TextError(f"“{item.label}”填了“{_short(said)}”，不能小于 0，请核对。")
    if item.format == "int":
        if not _WHOLE.fullmatch(plain):
            raise text.TextError(f"“{item.label}”填了“{_short(said)}”，请填整数，例如 12。")
        number: int | Decimal = int(plain) if len(plain) <= 12 else item.most + 1
        most: int | Decimal = item.most
    else:
        found = _MONEY.fullmatch(plain)
        if found is None:
            raise text.TextError(f"“{item.label}”填了“{_short(said)}”，请填金额，例如 2000.50。")
        if len(found[1] or "") > 2:
            raise text.TextError(f"“{item.label}”填了“{_short(said)}”，请填金额，最多两位小数。")
        number, most = Decimal(plain), LARGEST_MONEY
    if number > most:
        raise text.TextError(f"“{item.label}”填了“{_short(said)}”，超过 {most:,}，请核对是否多打了数字。")
    return number


def _short(said: str) -> str:
    return said if len(said) <= 20 else f"{said[:20]}…"


def judge(asked: Asked, typed: Typed, *, whole: bool = True) -> tuple[dict[str, Value], list[Fault]]:
    """Read and check what was typed, as for a submit. Returns the answers, and every fault in item order.

    Soft faults whose reason is typed under WHY + code are left out. Without `whole` it is a draft: what is
    still empty is no fault.
    """
    answers, faults = find_faults(asked, typed, whole=whole)
    return answers, [fault for fault in faults if fault.is_hard or not reason_for(fault, typed)]


def reason_for(fault: Fault, typed: Typed) -> str:
    """Return the reason that was typed for a soft fault; empty for none."""
    return typed.get(WHY + fault.code, "").strip()


def find_faults(asked: Asked, typed: Typed, *, whole: bool = True) -> tuple[dict[str, Value], list[Fault]]:
    """Do as judge() does, but keep the soft faults whose reason is given: the page shows it beside them."""
    sheet = asked.questionnaire
    answers, faults = clean(sheet, typed)
    unread = {fault.key for fault in faults}
    if whole:
        faults += [
            Fault(item.key, f"请填写“{item.label}”。")
            for item in sheet.items()
            if item.required and answers[item.key] is None and item.key not in unread
        ]
    for check in sheet.checks:
        faults += [fault for fault in check(answers) if fault.key not in unread]
    faults += [fault for fault in soft_faults(asked, answers) if fault.key not in unread]
    place = {key: number for number, key in enumerate(sheet.labels())}
    return answers, sorted(faults, key=lambda fault: place.get(fault.key, len(place)))


def soft_faults(asked: Asked, answers: Answers) -> Iterator[Fault]:
    """Ask about figures that differ from what the portal knows, or move too far against last year."""
    for item in asked.questionnaire.items():
        value = answers.get(item.key)
        known = asked.known.get(item.key)
        if known is not None and known.value is not None and value != known.value:
            said = written(value) or "空"
            stands = f"平台数据是 {written(known.value)}（{known.source}）"
            words = f"“{item.label}”填了 {said}，{stands}。请核对或写明原因。"
            yield Fault(item.key, words, code=f"known_{item.key}")
        last = asked.last.get(item.key)
        if item.is_figure and isinstance(last, int | Decimal) and last:
            yield from _moved(item, last, value)


def _moved(item: Item, last: int | Decimal, value: Value) -> Iterator[Fault]:
    if value is None:
        return
    assert isinstance(value, int | Decimal)
    code = f"last_{item.key}"
    if value == 0:
        yield Fault(item.key, f"“{item.label}”今年是 0，上年是 {written(last)}。请核对或写明原因。", code)
    elif abs(Decimal(value) - Decimal(last)) * 100 > Decimal(last) * SWING_PERCENT:
        way = "增加" if value > last else "减少"
        moved = f"今年 {written(value)}，上年 {written(last)}，{way}超过 {SWING_PERCENT}%"
        words = f"“{item.label}”{moved}。请核对或写明原因。"
        yield Fault(item.key, words, code)


@dataclass(frozen=True)
class Paragraph:
    """One answer in words, as a reviewer reads it and as two versions are compared."""

    key: str
    label: str
    words: str


def paragraphs(questionnaire: Questionnaire, typed: Typed) -> list[Paragraph]:
    """Write the answers out, items and sums in their order, then the reasons given; empty ones say 未填写."""
    answers, _ = clean(questionnaire, typed)
    found = []
    for one in (
        cell for table in questionnaire.tables for line in table.lines for cell in line.cells if cell
    ):
        value = answers.get(one.key)
        said = (
            typed.get(one.key, "").strip()
            if value is None
            else f"{value:,}"
            if isinstance(value, int)
            else written(value)
        )
        found.append(Paragraph(one.key, one.label, said or "未填写"))
    labels = questionnaire.labels()
    for key, reason in typed.items():
        if key.startswith(WHY) and reason.strip():
            _, _, item = key.removeprefix(WHY).partition("_")
            found.append(Paragraph(key, f"{labels.get(item, item)}（情况说明）", reason.strip()))
    return found
