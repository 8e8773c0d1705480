"""The meeting pack: tables, then one page a nominee, then the page to sign; printed part by part."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.template import Context

from guanweihui.documents import fonts, pdf
from guanweihui.tables import Imprint, Table

#: Nominees laid out at once: few enough that progress moves, and that memory stays flat.
AT_ONCE = 12
#: Lines to sign where nobody is named.
BLANK_LINES = 12
SIGNED_A_LINE = 2


@dataclass(frozen=True)
class Said:
    """One thing said of a nominee: who or what says it, the words, and how grave it is (wrong, warn)."""

    label: str
    words: str
    kind: str = ""


@dataclass(frozen=True)
class NomineeSheet:
    """Say what the page of one nominee says; `facts` are short pairs, `deeds` texts of any length."""

    title: str
    unit: str
    outcome: str
    facts: tuple[tuple[str, str], ...] = ()
    deeds: tuple[tuple[str, str], ...] = ()
    checks: tuple[Said, ...] = ()
    opinions: tuple[Said, ...] = ()
    marks: tuple[Said, ...] = ()
    objections: tuple[Said, ...] = ()

    def fact_lines(self) -> list[tuple[tuple[str, str], tuple[str, str] | None]]:
        """Give the facts two a line, as the paper form has them."""
        pairs = list(self.facts)
        return [
            (pairs[place], pairs[place + 1] if place + 1 < len(pairs) else None)
            for place in range(0, len(pairs), 2)
        ]


@dataclass(frozen=True)
class MeetingPart:
    """One category: its ranked list and the pages of its nominees."""

    ranked: Table
    sheets: tuple[NomineeSheet, ...] = ()


@dataclass(frozen=True)
class MeetingPack:
    """Say what a pack says. `cover` is quota against proposed; `members` sign at the end, each a line."""

    title: str
    cover: Table
    parts: tuple[MeetingPart, ...]
    members: tuple[str, ...] = ()
    signed_words: str = ""

    @property
    def tables(self) -> tuple[Table, ...]:
        return (self.cover, *(part.ranked for part in self.parts))


def meeting_pack(
    pack: MeetingPack, imprint: Imprint, progress: Callable[[int], None] = lambda done: None
) -> bytes:
    """Print the pack as one PDF, pages numbered throughout; `progress` hears how many nominees are done."""
    laid_out: list[Any] = []
    pages: list[Any] = []
    done = 0
    for context, count in _portions(pack):
        laid_out.append(_render(pack, imprint, before=len(pages), **context))
        pages += laid_out[-1].pages
        done += count
        progress(done)
    return bytes(laid_out[0].copy(pages).write_pdf())


def _portions(pack: MeetingPack) -> Iterator[tuple[dict[str, Any], int]]:
    """Yield what is laid out at once, with the number of nominees in it."""
    yield {"tables": [pack.cover]}, 0
    for part in pack.parts:
        yield {"tables": [part.ranked]}, 0
        for start in range(0, len(part.sheets), AT_ONCE):
            chosen = part.sheets[start : start + AT_ONCE]
            yield {"sheets": chosen}, len(chosen)
    yield {"signing": _lines_to_sign(pack.members)}, 0


def _lines_to_sign(members: Sequence[str]) -> list[list[str]]:
    names = list(members) or [""] * BLANK_LINES
    names += [""] * (-len(names) % SIGNED_A_LINE)
    return [names[start : start + SIGNED_A_LINE] for start in range(0, len(names), SIGNED_A_LINE)]


def _render(pack: MeetingPack, imprint: Imprint, *, before: int, **content: Any) -> Any:
    """Lay one portion out; its pages are counted on from those before it."""
    weasyprint = pdf._weasyprint()
    views = [
        pdf._table_view(table, f"t{number}", pdf.ROSTER_MM)
        for number, table in enumerate(content.get("tables", ()), start=1)
    ]
    sheets = [{"sheet": sheet, "warning": _warning(sheet)} for sheet in content.get("sheets", ())]
    context = {
        "title": pack.title,
        "author": imprint.by,
        "footer": pdf._css_string(imprint.line()),
        "first": before + 1,
        "tables": views,
        "widths": pdf._widths_css(views),
        "sheets": sheets,
        "signing": content.get("signing"),
        "signed_words": pack.signed_words,
    }
    html = pdf.engine().get_template("documents/meeting_pack.html").render(Context(context, use_l10n=False))
    fetcher = weasyprint.urls.URLFetcher(allowed_protocols=["data"])
    return weasyprint.HTML(string=html, url_fetcher=fetcher).render()


def _warning(sheet: NomineeSheet) -> str:
    said = (*sheet.checks, *sheet.opinions, *sheet.marks, *sheet.objections)
    pairs = (*sheet.facts, *sheet.deeds, *((one.label, one.words) for one in said))
    text = "".join(f"{label}{words}" for label, words in pairs)
    return pdf._warning(fonts.unprintable(f"{sheet.title}{sheet.unit}{text}"))
