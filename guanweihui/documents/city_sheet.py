"""The recommendation form for the city on A4: short answers in pairs, deeds at length, boxes to seal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from guanweihui.documents import fonts, pdf
from guanweihui.tables import display_width

#: A value wider than this (half-width characters) takes a line of its own.
NARROW = 24


@dataclass(frozen=True)
class CitySheet:
    """Say what one form says. `facts` are short answers, `texts` those at length, by their labels."""

    title: str
    unit: str
    facts: Sequence[tuple[str, str]]
    texts: Sequence[tuple[str, str]] = ()
    boxes: Sequence[str] = ()
    note: str = ""

    def lines(self) -> Iterator[tuple[tuple[str, str], ...]]:
        """Put two short answers on a line; a long one has its own, and so has one left over."""
        waiting: list[tuple[str, str]] = []
        for label, value in self.facts:
            if display_width(value) > NARROW:
                yield from ((pair,) for pair in waiting)
                yield ((label, value),)
                waiting = []
                continue
            waiting.append((label, value))
            if len(waiting) == 2:
                yield (waiting[0], waiting[1])
                waiting = []
        yield from ((pair,) for pair in waiting)


def city_sheet(sheet: CitySheet, *, by: str) -> bytes:
    """Print one form; characters of no font are named above it."""
    words = "".join(f"{label}{value}" for label, value in (*sheet.facts, *sheet.texts))
    lost = fonts.unprintable(words.replace("\n", "") + sheet.unit)
    return pdf._print(
        "documents/city_sheet.html",
        title=sheet.title,
        author=by,
        sheet=sheet,
        lines=list(sheet.lines()),
        texts=[
            (label, [line.strip() for line in text.split("\n") if line.strip()])
            for label, text in sheet.texts
        ],
        warning=pdf._warning(lost),
    )
