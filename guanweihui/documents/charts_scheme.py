"""A schematic diagram: who gives on the left, the places that receive on the right in a box a region.

No map and no borders: where a box stands means nothing. Every line says its figure.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from guanweihui.documents.charts import (
    COLORS,
    GOLD,
    GOLD_EDGE,
    GRID,
    INK,
    QUIET,
    _svg,
    _text,
    _text_width,
    _title_height,
)

LEFT, MIDDLE = 176, 180  # px: the box of the givers, the room for the lines
PAD, GAP, HEAD = 10, 12, 26
BOX, SMALL = 54, 11  # px: a place's box with up to two lines of name and one of words, and its small text
NAME = 13
PAPER, TINT = "#FFFFFF", "#FAF5F0"


@dataclass(frozen=True)
class Place:
    """One place that receives; `key` names it in the ties, `words` stand below its name."""

    key: str
    name: str
    words: str = ""


@dataclass(frozen=True)
class Region:
    """One box at the right with the places in it."""

    name: str
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Giver:
    """One box at the left; `key` names it in the ties."""

    key: str
    name: str
    words: str = ""


@dataclass(frozen=True)
class Tie:
    """A line from a giver to a place; `label` stands on it."""

    giver: str
    place: str
    label: str


def width_for_page(regions: Sequence[Region], page_share: float) -> int:
    """Return the width at which the drawing is no higher than `page_share` times its width."""
    high = 40 + sum(_region_height(region) + GAP for region in regions)
    return max(640, math.ceil(high / page_share))


def scheme(
    title: str,
    left: str,
    givers: Sequence[Giver],
    regions: Sequence[Region],
    ties: Sequence[Tie],
    *,
    width: int = 640,
) -> str:
    """Draw the givers in one box named `left`, the regions beside it, and a line a tie."""
    top = _title_height(title)
    high = sum(_region_height(region) + GAP for region in regions) - (GAP if regions else 0)
    high = max(high, HEAD + len(givers) * (BOX + GAP) + PAD - GAP, HEAD + BOX)
    at_left, at_right = _spread(givers, top, high), _stack(regions, top)
    colors = {giver.key: COLORS[place % len(COLORS)] for place, giver in enumerate(givers)}
    parts = [_box(0, top, LEFT, high, TINT), _text(PAD, top + 18, left, size=NAME)]
    lines, labels = [], []
    for tie in ties:
        if tie.giver in at_left and tie.place in at_right:
            line, label = _tie(tie, at_left[tie.giver], at_right[tie.place], colors[tie.giver])
            lines.append(line)
            labels.append(label)
    parts += [*_grounds(regions, top, width), *lines]
    for giver in givers:
        y = at_left[giver.key] - BOX / 2
        parts.append(_box(PAD, y, LEFT - 2 * PAD, BOX, PAPER, _ink(colors[giver.key])))
        parts += _lines_in(PAD + 8, y, giver.name, giver.words, LEFT - 2 * PAD - 16)
    for region in regions:
        for one in region.places:
            parts += _place(one, at_right[one.key] - BOX / 2, width)
    return _svg(title, _said(givers, regions, ties), width, top + high + 4, [*parts, *labels])


def _region_height(region: Region) -> float:
    return HEAD + len(region.places) * (BOX + 8) + PAD - 8


def _spread(givers: Sequence[Giver], top: float, high: float) -> dict[str, float]:
    """Place the givers evenly over the height; gives the middle of each."""
    step = (high - HEAD) / max(len(givers), 1)
    return {giver.key: top + HEAD + step * (place + 0.5) for place, giver in enumerate(givers)}


def _stack(regions: Sequence[Region], top: float) -> dict[str, float]:
    """Stack the places region by region; gives the middle of each."""
    found, y = {}, top
    for region in regions:
        for place, one in enumerate(region.places):
            found[one.key] = y + HEAD + place * (BOX + 8) + BOX / 2
        y += _region_height(region) + GAP
    return found


def _grounds(regions: Sequence[Region], top: float, width: int) -> Iterator[str]:
    """Draw the box of each region with its name; the lines run over it to the places."""
    x, y = LEFT + MIDDLE, top
    for region in regions:
        yield _box(x, y, width - x, _region_height(region), TINT)
        yield _text(x + PAD, y + 18, region.name, size=NAME)
        y += _region_height(region) + GAP


def _place(one: Place, y: float, width: int) -> list[str]:
    x = LEFT + MIDDLE + PAD
    box = _box(x, y, width - x - PAD, BOX, PAPER)
    return [box, *_lines_in(x + 8, y, one.name, one.words, width - x - PAD - 16)]


def _tie(tie: Tie, y1: float, y2: float, color: str) -> tuple[str, str]:
    """Draw a line and, three quarters along it, its label on a white ground."""
    x1, x2, share = LEFT - PAD, LEFT + MIDDLE + PAD, 0.72
    line = (
        f'<line x1="{x1}" y1="{y1:.1f}" x2="{x2}" y2="{y2:.1f}" stroke="{_ink(color)}" stroke-width="1.5"/>'
    )
    x, y = x1 + (x2 - x1) * share, y1 + (y2 - y1) * share
    wide = _text_width(tie.label, NAME) + 8
    ground = (
        f'<rect x="{x - wide / 2:.1f}" y="{y - 9:.1f}" width="{wide:.1f}" height="18" rx="3" fill="{PAPER}"/>'
    )
    return line, ground + _text(x, y + 4.5, tie.label, anchor="middle", fill=_ink(color), size=NAME)


def _box(x: float, y: float, width: float, height: float, fill: str, edge: str = GRID) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="4" fill="{fill}" '
        f'stroke="{edge}" stroke-width="1.5"/>'
    )


def _ink(color: str) -> str:
    """Give a color that is dark enough for a thin line and for words."""
    return GOLD_EDGE if color == GOLD else color


def _lines_in(x: float, y: float, name: str, words: str, width: float) -> list[str]:
    """Write a name in one or two lines and the words below it."""
    first, rest = _cut(name, width)
    if not rest:
        return [_text(x, y + 22, first, fill=INK, size=NAME), _text(x, y + 41, words, fill=QUIET, size=12)]
    second, lost = _cut(rest, width)
    second = f"{second[:-1]}…" if lost else second
    return [
        _text(x, y + 16, first, fill=INK, size=NAME),
        _text(x, y + 32, second, fill=INK, size=NAME),
        _text(x, y + 48, words, fill=QUIET, size=SMALL),
    ]


def _cut(text: str, width: float) -> tuple[str, str]:
    """Cut a text where a line is full."""
    for length in range(len(text), 0, -1):
        if _text_width(text[:length], NAME) <= width:
            return text[:length], text[length:]
    return text[:1], text[1:]


def _said(givers: Sequence[Giver], regions: Sequence[Region], ties: Sequence[Tie]) -> str:
    """Say the whole diagram in words."""
    names = {giver.key: giver.name for giver in givers}
    places = {one.key: f"{region.name}{one.name}" for region in regions for one in region.places}
    known = [tie for tie in ties if tie.giver in names and tie.place in places]
    return "；".join(f"{names[tie.giver]}到{places[tie.place]} {tie.label}" for tie in known)
