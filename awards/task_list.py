"""A nomination as a list of tasks: what is done, what each part still lacks; and the places beside it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse

from awards import sheets
from awards.models import FormField, Nomination
from awards.workflow.nominations import MATERIAL
from guanweihui.questionnaire import Asked, Fault

NUMBERS = "①②③④⑤"
MATERIALS, CHECK = "materials", "check"


@dataclass(frozen=True)
class Part:
    """One task: a page of the form, the materials, or the last look. `words` say what is still missing."""

    key: str
    title: str
    number: str
    url: str
    words: str = ""

    @property
    def is_done(self) -> bool:
        return not self.words


def parts_of(
    nomination: Nomination, asked: Asked, fields: Sequence[FormField], faults: Iterable[Fault]
) -> list[Part]:
    """Return the tasks of a nomination in their order; the last one is open until nothing is missing."""
    by_part: dict[str, list[Fault]] = {}
    for fault in faults:
        by_part.setdefault(part_key(fault, asked), []).append(fault)
    typed = nomination.typed
    found = [
        (table.key, table.title, _words(by_part.get(table.key, []), fields, typed))
        for table in asked.questionnaire.tables
    ]
    materials = [one for one in fields if one.section == FormField.Section.MATERIALS]
    if materials:
        place = next((n for n, (key, *_) in enumerate(found) if key == sheets.UNIT_OPINION.key), len(found))
        found.insert(place, (MATERIALS, "附件", _missing(by_part.get(MATERIALS, []), materials)))
    open_ = by_part.get(CHECK, [])
    last = f"{len(open_)} 项规则未通过" if open_ else "待提交"
    found.append((CHECK, "核对并提交", last))
    return [
        Part(key, title, number, address(nomination, key), words)
        for number, (key, title, words) in zip(NUMBERS, found, strict=False)
    ]


def part_key(fault: Fault, asked: Asked) -> str:
    """Name the part that a fault belongs to: a table of the form, the materials, else the last look."""
    if fault.key.startswith(MATERIAL):
        return MATERIALS
    for table in asked.questionnaire.tables:
        if fault.key in {item.key for item in table.items()} or fault.key.endswith(f"_{table.key}"):
            return table.key
    return CHECK


def address(nomination: Nomination, key: str) -> str:
    """Return the page of a part."""
    if key in (MATERIALS, CHECK):
        return reverse(f"nomination-{key}", args=[nomination.pk])
    return reverse("nomination-section", args=[nomination.pk, key])


def fault_url(nomination: Nomination, fault: Fault, asked: Asked) -> str:
    """Return where a fault is mended; a rule of the cycle has no field."""
    key = part_key(fault, asked)
    if key == CHECK:
        return "#findings"
    return f"{address(nomination, key)}#id_{fault.key.removeprefix(MATERIAL)}"


def _words(faults: Sequence[Fault], fields: Sequence[FormField], typed: Mapping[str, str]) -> str:
    """Say what a page lacks: so many characters where nothing else is wrong, else so many boxes."""
    if not faults:
        return ""
    least = {one.key: one.least for one in fields if one.least}
    short = {fault.key: least.get(fault.key, 0) - len(typed.get(fault.key, "").strip()) for fault in faults}
    if all(number > 0 for number in short.values()):
        return f"还差 {sum(short.values())} 字"
    return f"还有 {len(short)} 处待完善"


def _missing(faults: Sequence[Fault], materials: Sequence[FormField]) -> str:
    labels = {MATERIAL + one.key: one.label for one in materials}
    return f"缺{'、'.join(labels.get(fault.key, '') for fault in faults)}" if faults else ""
