"""The official document of GB/T 9704-2012 as data: what it says, numbers, signature."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from guanweihui.tables import Table, display_width, format_value

DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True)
class Paragraph:
    """Hold one paragraph; level 1 to 4 makes it a heading, numbered 一、（一）1.（1） by the layout."""

    text: str
    level: int = 0


@dataclass(frozen=True)
class Drawing:
    """Hold one drawing of charts.py (SVG), as wide as the text and not higher than a page."""

    svg: str


Part = Paragraph | Table | Drawing


@dataclass(frozen=True)
class Attachment:
    """Hold one attachment: it begins a page of its own."""

    title: str
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class OfficialDocument:
    """Hold a notice, a decision or a report.

    organ_mark is the red head (示例区教育关工委文件), title may hold the author's line breaks. Without a
    number the document is a draft and says so, unless it is final: minutes bear none. sealed leaves the seal
    its place; none is ever printed.
    """

    organ_mark: str
    title: str
    body: tuple[Part, ...]
    signed_by: str
    signed_on: date
    number: str = ""
    is_final: bool = False
    addressee: str = ""
    attachments: tuple[Attachment, ...] = ()
    sealed: bool = True
    copied_to: str = ""
    printed_by: str = ""
    printed_on: date | None = None


@dataclass(frozen=True)
class Signature:
    """Place signature and date, in characters (em) from the right edge."""

    name: str
    day: str
    name_right: float
    day_right: float


def numbered(parts: Iterable[Part]) -> list[Part]:
    """Write the heading numbers out; a heading starts the count of the levels below it anew."""
    counts = [0] * 5
    done: list[Part] = []
    for part in parts:
        if isinstance(part, Paragraph) and part.level:
            counts[part.level] += 1
            counts[part.level + 1 :] = [0] * (4 - part.level)
            part = Paragraph(heading_number(part.level, counts[part.level]) + part.text, part.level)
        done.append(part)
    return done


def heading_number(level: int, number: int) -> str:
    """Give 一、 or （一） or 1. or （1） for levels 1 to 4."""
    if level <= 2:
        return f"{chinese_number(number)}、" if level == 1 else f"（{chinese_number(number)}）"
    return f"{number}." if level == 3 else f"（{number}）"


def chinese_number(number: int) -> str:
    """Write 1 to 99 in Chinese: 一, 十, 十二, 二十, 二十三."""
    tens, ones = divmod(number, 10)
    lead = "" if tens == 0 else "十" if tens == 1 else f"{DIGITS[tens]}十"
    return lead + (DIGITS[ones] if ones or not tens else "")


def attachment_labels(attachments: tuple[Attachment, ...]) -> list[tuple[str, str]]:
    """Give each attachment its label (附件1) and its list entry (1.名单); a single one has no number."""
    if len(attachments) == 1:
        return [("附件", attachments[0].title)]
    return [(f"附件{number}", f"{number}.{each.title}") for number, each in enumerate(attachments, start=1)]


def place_signature(document: OfficialDocument) -> Signature:
    """Place name and date by GB/T 9704 7.3.5.

    With a seal the date stands 4 characters from the right and the name is centred over it; a name too
    long for that reaches the right edge and the date is centred under it. Without one the name stands 2
    characters from the right and the date begins 2 characters after it.
    """
    day = format_value(document.signed_on, prose=True)
    name_width, day_width = display_width(document.signed_by) / 2, display_width(day) / 2
    if document.sealed:
        middle = max(4 + day_width / 2, name_width / 2)
        name_right, day_right = middle - name_width / 2, middle - day_width / 2
    else:
        day_right = max(2.0, name_width - day_width)
        name_right = day_right + day_width + 2 - name_width
    return Signature(document.signed_by, day, name_right, day_right)
