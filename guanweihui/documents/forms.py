"""Paper forms of one person on A4: labels and values in the order of the paper, boxes to sign and seal."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from guanweihui.documents import fonts, pdf

#: Cells of a line; a label takes one, a value the rest of its share.
GRID = 6


@dataclass(frozen=True)
class Pair:
    """One label with its value; `cells` says how many cells of the grid the value takes."""

    label: str
    value: str = ""
    cells: int = 1


@dataclass(frozen=True)
class Box:
    """A box for an opinion, with room for a seal and the day where `sealed`, else for a signature."""

    label: str
    sealed: bool = True


@dataclass(frozen=True)
class PaperForm:
    """Say what a paper form says. The first `beside` lines leave the last two cells to the photograph."""

    title: str
    unit: str
    lines: Sequence[Sequence[Pair]]
    beside: int = 4
    photo: bytes = b""
    sign_label: str = ""
    sign_words: str = ""
    boxes: Sequence[Box] = ()
    note: str = ""

    def __post_init__(self) -> None:
        for number, line in enumerate(self.lines):
            width = GRID - 2 * (number < self.beside)
            if sum(1 + pair.cells for pair in line) != width:
                raise ValueError(f"{self.title}: line {number + 1} does not fill its {width} cells")


def paper_form(form: PaperForm, *, by: str) -> bytes:
    """Print the form on one A4 page (ux.md 9.3); characters of no font are named above it."""
    text = "".join(f"{pair.label}{pair.value}" for line in form.lines for pair in line)
    lost = fonts.unprintable(text)
    photo = base64.b64encode(form.photo).decode() if form.photo else ""
    return pdf._print(
        "documents/paper_form.html",
        title=form.title,
        author=by,
        form=form,
        photo=photo,
        warning=pdf._warning(lost),
    )
