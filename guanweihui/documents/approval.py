"""推荐审批表 on A4: label cells, a photograph beside a person's facts, deeds over pages, opinions."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from guanweihui.documents import fonts, pdf
from guanweihui.documents.forms import GRID, Pair
from guanweihui.tables import display_width

#: Lines beside the photograph, and the cells that it takes of them.
BESIDE, PHOTO_CELLS = 4, 2
#: Full-width characters that a value may have to share its line with another one.
SHARED = 14


@dataclass(frozen=True)
class LongText:
    """A text of its own breadth: it grows over pages."""

    label: str
    text: str

    @property
    def paragraphs(self) -> list[str]:
        return [line.strip() for line in self.text.split("\n") if line.strip()]


@dataclass(frozen=True)
class OpinionBox:
    """A box for one level's opinion. `mark` says how it is confirmed: by a seal, or by whose signature."""

    label: str
    mark: str
    text: str = ""
    signed_by: str = ""
    signed_on: str = ""


@dataclass(frozen=True)
class ApprovalForm:
    """Say what one form says. `photo` is a JPEG, empty for a frame to stick one in; None for a collective."""

    title: str
    unit: str
    number: str
    pairs: Sequence[Pair]
    texts: Sequence[LongText] = ()
    boxes: Sequence[OpinionBox] = ()
    photo: bytes | None = None
    state: str = ""


def approval_form(form: ApprovalForm, *, by: str) -> bytes:
    """Print the form (ux.md 9.3); characters of no font are named above it."""
    parts = [form.title, form.unit]
    parts += [f"{pair.label}{pair.value}" for pair in form.pairs]
    parts += [f"{one.label}{one.text}" for one in form.texts]
    parts += [f"{box.text}{box.signed_by}" for box in form.boxes]
    return pdf._print(
        "documents/approval_form.html",
        title=form.title,
        author=by,
        form=form,
        lines=lines_of(form.pairs, has_photo=form.photo is not None),
        beside=BESIDE if form.photo is not None else 0,
        photo=base64.b64encode(form.photo).decode() if form.photo else "",
        footer=pdf._css_string(f"{form.number}　{form.state}".strip()),
        warning=pdf._warning(fonts.unprintable("".join(parts))),
    )


def lines_of(pairs: Sequence[Pair], *, has_photo: bool) -> list[list[Pair]]:
    """Set facts into lines: two short ones share a line, a long one has its own.

    The first BESIDE lines are shorter where a photograph stands beside them; missing ones are left empty.
    """
    lines: list[list[Pair]] = []
    waiting: list[Pair] = []

    def put(*chosen: Pair) -> None:
        width = GRID - PHOTO_CELLS * (has_photo and len(lines) < BESIDE)
        share = width // len(chosen) - 1
        lines.append([Pair(one.label, one.value, share) for one in chosen])

    for pair in pairs:
        if is_long(pair.value):
            # A half line before a whole one would wait for ever.
            if waiting:
                put(waiting.pop())
            put(pair)
        elif waiting:
            put(waiting.pop(), pair)
        else:
            waiting.append(pair)
    if waiting:
        put(waiting.pop())
    while has_photo and len(lines) < BESIDE:
        put(Pair(""))
    return lines


def is_long(value: str) -> bool:
    return "\n" in value or display_width(value) > 2 * SHARED
