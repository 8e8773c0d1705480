"""Certificates of honour: what one says, and many of them as one PDF."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.urls import reverse

from awards.models import Category, Honour
from awards.workflow.honours import refuse_print
from guanweihui.documents import pdf
from guanweihui.workflow import Refused

#: What stands before the award where the category has no words of its own.
USUAL_TEXT = "您在{period}关心下一代工作中成绩突出，被评为"
USUAL_COLLECTIVE_TEXT = "在{period}关心下一代工作中成绩突出，授予"
#: A printer may pull the paper this far aside, in millimetres.
FARTHEST = 10
_QUOTES = '“”"「」'


@dataclass(frozen=True)
class Printer:
    """How the paper is printed: on stock that bears the frame already, moved by x and y millimetres."""

    stock: bool = False
    x: float = 0
    y: float = 0


def certificate_of(honour: Honour, *, origin: str) -> pdf.Certificate:
    """Return what the certificate of an honour says; the honour comes from `for_print`.

    `origin` is the portal's own address ("https://host/"), which the QR code needs whole.
    """
    category, decision = honour.category, honour.decision
    is_collective = not honour.printed_name
    return pdf.Certificate(
        name=honour.printed_name or honour.printed_unit,
        honorific="" if is_collective else "同志",
        text=words_before_award(category, is_collective=is_collective),
        award=f"“{category.name}”" if is_collective else category.name,
        organ=decision.organ or decision.cycle.district.committee_name,
        awarded_on=decision.decided_on,
        number=honour.certificate_no,
        check_code=honour.check_code,
        check_url=origin.rstrip("/") + reverse("verify", args=[honour.check_token]),
    )


def words_before_award(category: Category, *, is_collective: bool) -> str:
    """Return the sentence that the award ends; written to its end by the category, it loses the award."""
    said = category.certificate_text.strip().rstrip("。")
    bare = said.rstrip(_QUOTES).removesuffix(category.name).rstrip(_QUOTES)
    if bare:
        return bare
    usual = USUAL_COLLECTIVE_TEXT if is_collective else USUAL_TEXT
    cycle = category.cycle
    return usual.format(period=cycle.period or f"{cycle.year}年度")


def print_certificates(
    honours: Sequence[Honour],
    *,
    origin: str,
    printer: Printer,
    progress: Callable[[int], None] = lambda done: None,
) -> bytes:
    """Lay out the certificates, one a page, in the order given.

    Raises Refused for what the portal does not print, for a character of no font, and where PDF cannot be
    made.
    """
    if (why_not := pdf.available()) is not None:
        raise Refused(why_not)
    refuse_print(honours)
    sheets = [certificate_of(honour, origin=origin) for honour in honours]
    try:
        return pdf.certificates(sheets, printer.stock, (printer.x, printer.y), progress)
    except pdf.Unprintable as fault:
        raise Refused(str(fault)) from fault
