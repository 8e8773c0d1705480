"""The paper sign-in sheet (签到表): printed before an activity, signed there, typed in afterwards."""

import math
from dataclasses import dataclass
from typing import Any

from guanweihui.documents import fonts
from guanweihui.documents.pdf import _print, _warning

#: Rows of the first page, which has the head, and of the others; the last page needs room for the close.
FIRST_PAGE, FURTHER_PAGE, CLOSE = 16, 22, 2
#: At least so many blank rows for people nobody expected.
SPARE = 4


@dataclass(frozen=True)
class SignInSheet:
    """Say what a sheet says; people are (name, unit) in the order printed. Empty words print a blank."""

    number: str
    unit: str
    content: str
    place: str
    day: str
    times: str
    organiser: str
    contact: str = ""
    people: tuple[tuple[str, str], ...] = ()


def sign_in_sheet(sheet: SignInSheet) -> bytes:
    """Print a sheet on A4 upright: the people expected, then blank rows up to the foot of the page.

    A character that no font has is named above the table, for the paper is signed by hand anyway.
    """
    pages = paged(sheet.people)
    text = "".join([sheet.unit, sheet.content, sheet.place, sheet.organiser, sheet.contact])
    lost = fonts.unprintable(text + "".join(name + unit for name, unit in sheet.people))
    return _print(
        "documents/sign_in_sheet.html",
        title=f"志愿服务签到表 {sheet.number}",
        sheet=sheet,
        expected=len(sheet.people),
        pages=pages,
        warning=_warning(lost),
    )


def paged(people: tuple[tuple[str, str], ...]) -> list[list[dict[str, Any]]]:
    """Cut the rows into pages, filled up with blank ones; the last page leaves room for the close."""
    needed = len(people) + SPARE + CLOSE
    number = 1 + max(0, math.ceil((needed - FIRST_PAGE) / FURTHER_PAGE))
    rows = FIRST_PAGE + (number - 1) * FURTHER_PAGE - CLOSE
    lines = [
        {"number": place + 1, "name": name, "unit": unit}
        for place, (name, unit) in enumerate([*people, *[("", "")] * (rows - len(people))])
    ]
    starts = [0, *(FIRST_PAGE + FURTHER_PAGE * place for place in range(number - 1)), rows]
    return [lines[begin:end] for begin, end in zip(starts, starts[1:], strict=False)]
