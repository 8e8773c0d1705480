"""Volunteer cards as PDF: one of 85.6 × 54 mm with its back, ten on an A4 to be cut, one in A6 for elders."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.template import Context

from guanweihui.documents import fonts, pdf
from guanweihui.tables import display_width

CARD_MM = (85.6, 54.0)
BLEED_MM = 3.0
A4_MM, COLUMNS, ROWS = (210.0, 297.0), 2, 5
#: Between two cards of the sheet. Five rows leave 27 mm of an A4, so neighbours in a column share a bleed.
GAP_MM = (6.0, 3.0)
#: A crop mark ends so far from the edge that it cuts, outside the bleed.
MARK_OFF_MM, MARK_MM = 3.5, 5.0
ON_A_SHEET = COLUMNS * ROWS
#: Full-width characters from which on a smaller size is taken: of the organ, the name, the unit, the teams.
ORGAN_STEPS, NAME_STEPS, UNIT_STEPS, TEAM_STEPS = (22,), (8, 12, 28), (28, 46), (24, 40)
SIZES = ("", "long", "longest", "tiny")

Place = tuple[float, float]


@dataclass(frozen=True)
class CardFace:
    """Say what one card says. `photo` is a data URI, empty for none; `years` pairs a year with its stamp."""

    organ: str
    name: str
    unit: str
    team: str
    number: str
    check_url: str
    issued: str
    contact: str = ""
    photo: str = ""
    reissues: int = 0
    years: tuple[tuple[int, bool], ...] = ()


def single(faces: Sequence[CardFace]) -> bytes:
    """Print each card on two pages of its own size, front and back, for a card printer."""
    return bytes(_render("single", faces).write_pdf())


def large(faces: Sequence[CardFace]) -> bytes:
    """Print each card in A6 with its back, large enough to be read without glasses."""
    return bytes(_render("large", faces).write_pdf())


def sheets(faces: Sequence[CardFace], progress: Callable[[int], None] = lambda done: None) -> bytes:
    """Print ten cards an A4 with crop marks, their backs mirrored on the next page for both sides.

    `progress` hears after each sheet how many cards are laid out. Raises pdf.Unprintable.
    """
    laid_out: list[Any] = []
    pages: list[Any] = []
    # The backs of most sheets are alike, and take longer to lay out than the fronts.
    backs: dict[tuple[Any, ...], Any] = {}
    for start in range(0, len(faces), ON_A_SHEET):
        chosen = faces[start : start + ON_A_SHEET]
        said = tuple((face.contact, face.years) for face in chosen)
        sides = (False,) if said in backs else (False, True)
        laid_out.append(_render("sheet", chosen, sides))
        front, *back = laid_out[-1].pages
        pages += [front, backs.setdefault(said, *back)]
        progress(min(start + ON_A_SHEET, len(faces)))
    return bytes(laid_out[0].copy(pages).write_pdf())


def places(mirrored: bool = False) -> Iterator[Place]:
    """Yield where the cards of a sheet begin, in mm from its top left, line by line.

    Mirrored about the middle, a back lies behind its front when the paper turns on its long edge.
    """
    (width, height), (across, down) = CARD_MM, GAP_MM
    left = (A4_MM[0] - COLUMNS * width - (COLUMNS - 1) * across) / 2
    top = (A4_MM[1] - ROWS * height - (ROWS - 1) * down) / 2
    for row in range(ROWS):
        for column in range(COLUMNS):
            column_shown = COLUMNS - 1 - column if mirrored else column
            yield left + column_shown * (width + across), top + row * (height + down)


def _render(kind: str, faces: Sequence[CardFace], sides: Sequence[bool] = (False, True)) -> Any:
    """Lay out one document, fronts (False) and backs (True).

    What no font can print stops it: a box on a card is found too late.
    """
    text = "".join(f"{face.organ}{face.name}{face.unit}{face.team}{face.contact}" for face in faces)
    if lost := fonts.unprintable(text):
        raise pdf.Unprintable(f"字库中没有这些字，不能制证：{'、'.join(lost)}。请核对，或请管理员加装字体。")
    weasyprint = pdf._weasyprint()
    views = [_view(face) for face in faces]
    context = {"kind": kind, "cards": views, "title": "志愿者证", "pages": _pages(kind, views, sides)}
    html = pdf.engine().get_template("documents/cards.html").render(Context(context, use_l10n=False))
    fetcher = weasyprint.urls.URLFetcher(allowed_protocols=["data"])
    return weasyprint.HTML(string=html, url_fetcher=fetcher).render()


def _pages(kind: str, views: Sequence[dict[str, Any]], sides: Sequence[bool]) -> list[dict[str, Any]]:
    """Say which sides stand where, page by page; a card alone fills its page."""
    if kind != "sheet":
        return [{"sides": [{"card": view, "is_back": is_back}]} for view in views for is_back in sides]
    return [
        {
            "marks": _marks(),
            "sides": [
                {"card": view, "is_back": is_back, "left": _mm(x - BLEED_MM), "top": _mm(y - BLEED_MM)}
                for view, (x, y) in zip(views, places(mirrored=is_back), strict=False)
            ],
        }
        for is_back in sides
    ]


def _marks() -> list[dict[str, str]]:
    """Return the hairlines in the margins of a sheet that say where to cut."""
    corners = list(places())
    width, height = CARD_MM
    xs = sorted({round(x + add, 2) for x, _ in corners for add in (0, width)})
    ys = sorted({round(y + add, 2) for _, y in corners for add in (0, height)})
    upright = [
        {"left": _mm(x), "top": _mm(y), "width": "0", "height": _mm(MARK_MM)}
        for x in xs
        for y in (ys[0] - MARK_OFF_MM - MARK_MM, ys[-1] + MARK_OFF_MM)
    ]
    lying = [
        {"left": _mm(x), "top": _mm(y), "width": _mm(MARK_MM), "height": "0"}
        for y in ys
        for x in (xs[0] - MARK_OFF_MM - MARK_MM, xs[-1] + MARK_OFF_MM)
    ]
    return [*upright, *lying]


def _view(face: CardFace) -> dict[str, Any]:
    return {
        **vars(face),
        "organ_size": _size(face.organ, ORGAN_STEPS),
        "size": _size(face.name, NAME_STEPS),
        "unit_size": _size(face.unit, UNIT_STEPS),
        "team_size": _size(face.team, TEAM_STEPS),
        "qr": pdf._qr(face.check_url),
    }


def _size(text: str, steps: Sequence[int]) -> str:
    """Name the size that a text takes, by its width in full-width characters."""
    return SIZES[sum(display_width(text) / 2 > step for step in steps)]


def _mm(value: float) -> str:
    return f"{value:.2f}"
