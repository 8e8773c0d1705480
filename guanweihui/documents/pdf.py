"""PDF: rosters and reports, official documents, certificates; WeasyPrint lays out and may fetch nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.template import Context, Engine
from django.utils.safestring import SafeString, mark_safe

from guanweihui.documents import fonts
from guanweihui.documents.official import (
    Attachment,
    Drawing,
    OfficialDocument,
    Paragraph,
    Part,
    attachment_labels,
    numbered,
    place_signature,
)
from guanweihui.tables import (
    Imprint,
    Row,
    Table,
    column_marks,
    display_width,
    fitted_widths,
    format_value,
    header_rows,
)

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
NO_PANGO = (
    "这台服务器还没有安装生成 PDF 所需的组件。请管理员安装 libpango-1.0-0、libpangoft2-1.0-0 和 "
    "libharfbuzz-subset0 后重新启动，其他功能不受影响。"
)
NOT_WRITABLE = "数据目录不可写，不能生成 PDF。请管理员检查 DATA_DIR 的权限。"
PORTRAIT_UP_TO, A4_UP_TO = 7, 16  # columns
ROSTER_MM = {"portrait": 180, "landscape": 267, "large": 390}  # between the margins
OFFICIAL_MM = {"portrait": 156, "landscape": 225, "large": 225}
MARK_WIDEST_MM, MARK_LARGEST_PT, MM_PER_PT = 150, 48, 25.4 / 72
LAID_OUT_AT_ONCE = 25  # certificates; progress is told after each lot
LONG_AWARD = 20  # characters of an award that stays on one line
LONG_NAME, LONGEST_NAME = 6, 26  # characters a certificate prints at 26 and at 20 pt


class Unprintable(ValueError):
    """Refuse a certificate because no font has a character of it; the text says which, in Chinese."""


@dataclass(frozen=True)
class Certificate:
    """Say what one certificate says; text is the sentence that the award ends.

    honorific is 同志 or 同学, empty for a unit. Without a number neither number nor QR code is printed.
    """

    name: str
    text: str
    award: str
    organ: str
    awarded_on: date
    honorific: str = "同志"
    number: str = ""
    check_code: str = ""
    check_url: str = ""
    title: str = "荣誉证书"
    closing: str = "特发此证，以资鼓励。"


def available() -> str | None:
    """Give None when PDF can be made here, else a Chinese sentence that says what is missing."""
    try:
        _weasyprint()
    except PermissionError:
        return NOT_WRITABLE
    except OSError:
        return NO_PANGO
    return None


def tables(tables: Sequence[Table], imprint: Imprint, charts: Sequence[str] = ()) -> bytes:
    """Print reports and rosters, each from a new page on; charts (our own SVG) follow on the last.

    A4 upright up to 7 columns, then across, A3 above 16. From 300 rows on this belongs in a job.
    """
    views = [_table_view(table, f"t{number}", ROSTER_MM) for number, table in enumerate(tables, start=1)]
    return _print(
        "documents/roster.html",
        title=tables[0].title if tables else "",
        author=imprint.by,
        footer=_css_string(imprint.line()),
        tables=views,
        widths=_widths_css(views),
        charts=[mark_safe(chart) for chart in charts],  # noqa: S308 - drawn by charts.py, which escapes
    )


def official(document: OfficialDocument) -> bytes:
    """Print an official document by GB/T 9704-2012; characters of no font are named on the first page."""
    views: list[dict[str, Any]] = []
    body = _part_views(document.body, views)
    attachments = [
        _attachment_view(each, label, entry, views)
        for each, (label, entry) in zip(
            document.attachments, attachment_labels(document.attachments), strict=True
        )
    ]
    lost = fonts.unprintable(_all_text(document))
    mark_length = max(display_width(document.organ_mark) / 2, 1)
    copied_lines = -(-display_width(f"抄送：{document.copied_to}") // 62) if document.copied_to else 0
    return _print(
        "documents/official.html",
        title=document.title.replace("\n", ""),
        document=document,
        title_lines=document.title.split("\n"),
        body=body,
        attachments=attachments,
        signature=place_signature(document),
        mark_size=round(min(MARK_LARGEST_PT, MARK_WIDEST_MM / mark_length / MM_PER_PT), 1),
        printed_on=format_value(document.printed_on or document.signed_on, prose=True),
        record_height=9 * (copied_lines + bool(document.printed_by)) + 1,
        widths=_widths_css(views),
        warning=_warning(lost),
    )


def certificates(
    certificates: Sequence[Certificate],
    stock: bool = False,
    offset: tuple[float, float] = (0, 0),
    progress: Callable[[int], None] = lambda done: None,
) -> bytes:
    """Print one page a certificate, all in one file.

    stock leaves frame and ground to the pre-printed paper, offset (x, y) in mm moves the text on it.
    progress hears how many are laid out. Raises Unprintable when a character is in no font: a box on a
    certificate is found too late.
    """
    text = "".join(f"{each.name}{each.text}{each.award}{each.organ}" for each in certificates)
    if lost := fonts.unprintable(text):
        raise Unprintable(f"字库中没有这些字，不能制证：{'、'.join(lost)}。请核对，或请管理员加装字体。")
    left, top = offset
    parts: list[Any] = []
    for start in range(0, max(len(certificates), 1), LAID_OUT_AT_ONCE):
        chosen = certificates[start : start + LAID_OUT_AT_ONCE]
        part = _lay_out(
            "documents/certificate.html",
            title=certificates[0].title if certificates else "",
            author=certificates[0].organ if certificates else "",
            certificates=[_certificate_view(each) for each in chosen],
            stock=stock,
            left=_mm(left),
            top=_mm(top),
        )
        parts.append(part)
        progress(start + len(chosen))
    return bytes(parts[0].copy([page for part in parts for page in part.pages]).write_pdf())


# --- views ---------------------------------------------------------------------------------------------


def _table_view(table: Table, key: str, paper_mm: Mapping[str, int]) -> dict[str, Any]:
    """Prepare a table for its template: everything a string, so that the template only places it."""
    columns = table.columns
    widths = fitted_widths(table)
    lost = fonts.unprintable("".join(v for row in table.all_rows() for v in row.cells if isinstance(v, str)))

    def row_view(row: Row) -> dict[str, Any]:
        return {"kind": row.kind, "cells": [cell_view(row, place) for place in range(len(columns))]}

    def cell_view(row: Row, place: int) -> tuple[str, str]:
        column = columns[place]
        side = "center" if row.kind == "total" and not column.is_figure else column.effective_align
        return ("" if side == "left" else side), format_value(row.cells[place], column.format)

    paper = "portrait" if len(columns) <= PORTRAIT_UP_TO else "landscape"
    paper = paper if len(columns) <= A4_UP_TO else "large"
    return {
        "key": key,
        "title": table.title,
        "caption": table.caption(),
        "paper": paper,
        "points": _points(paper_mm[paper] / sum(widths)),
        "is_dense": len(columns) > PORTRAIT_UP_TO,
        "widths": [round(100 * width / sum(widths), 3) for width in widths],
        "head": header_rows(columns),
        "marks": column_marks(table),
        "rows": [row_view(row) for row in table.all_rows()],
        "signatures": table.signatures,
        "notes": table.notes,
        "warning": _warning(lost),
    }


def _part_views(parts: Sequence[Part], views: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Prepare the parts; each table also joins views, from which its widths are styled."""
    done: list[dict[str, Any]] = []
    for part in numbered(parts):
        if isinstance(part, Table):
            views.append(_table_view(part, f"t{len(views) + 1}", OFFICIAL_MM))
            done.append({"table": views[-1]})
        elif isinstance(part, Drawing):
            done.append({"drawing": mark_safe(part.svg)})  # noqa: S308 - drawn by charts.py, which escapes
        else:
            done.append({"text": part.text, "level": part.level})
    return done


def _attachment_view(
    attachment: Attachment, label: str, entry: str, views: list[dict[str, Any]]
) -> dict[str, Any]:
    parts = _part_views(attachment.parts, views)
    is_wide = any(part["table"]["paper"] != "portrait" for part in parts if "table" in part)
    return {
        "label": label,
        "entry": entry,
        "is_numbered": label != "附件",
        "title": attachment.title,
        "parts": parts,
        "is_wide": is_wide,
    }


def _certificate_view(certificate: Certificate) -> dict[str, Any]:
    length = display_width(certificate.name) / 2
    return {
        **vars(certificate),
        "size": "longest" if length > LONGEST_NAME else "long" if length > LONG_NAME else "",
        "keeps_award": display_width(certificate.award) / 2 <= LONG_AWARD,
        "month": f"{certificate.awarded_on.year}年{certificate.awarded_on.month}月",
        "qr": _qr(certificate.check_url) if certificate.check_url else "",
    }


def _qr(url: str) -> SafeString:
    """Draw a QR code that its style sheet scales."""
    import segno

    svg = segno.make(url, error="m", micro=False).svg_inline(border=0, omitsize=True, svgclass=None)
    return mark_safe(svg)  # noqa: S308 - paths only


def _all_text(document: OfficialDocument) -> str:
    parts = [*document.body, *(part for each in document.attachments for part in each.parts)]
    texts = [part.text for part in parts if isinstance(part, Paragraph)]
    cells = [v for part in parts if isinstance(part, Table) for row in part.all_rows() for v in row.cells]
    titles = [each.title for each in document.attachments]
    head = [document.organ_mark, document.title, document.addressee, document.signed_by, document.copied_to]
    return "".join([*head, *titles, *texts, *(value for value in cells if isinstance(value, str))])


def _warning(lost: str) -> str:
    return f"请核对：字库中没有这些字，以下显示为方框：{'、'.join(lost)}" if lost else ""


# --- printing ------------------------------------------------------------------------------------------


def _print(template: str, **context: Any) -> bytes:
    return bytes(_lay_out(template, **context).write_pdf())


def _lay_out(template: str, **context: Any) -> Any:
    """Fill a template and lay it out; nothing outside the text itself can be read by it."""
    weasyprint = _weasyprint()
    html = engine().get_template(template).render(Context(context, use_l10n=False))
    fetcher = weasyprint.urls.URLFetcher(allowed_protocols=["data"])
    return weasyprint.HTML(string=html, url_fetcher=fetcher).render()


@cache
def engine() -> Engine:
    """Read the templates of prints: no context processors, and the marks without loading them."""
    return Engine(dirs=[str(TEMPLATES)], builtins=["guanweihui.documents.marks"])


@cache
def _weasyprint() -> Any:
    """Import WeasyPrint behind our fontconfig file; raises OSError without pango."""
    fonts.configure()
    import weasyprint
    import weasyprint.urls

    return weasyprint


def _points(unit_mm: float) -> float:
    """Give the text size at which a half-width character fits its share of the paper: 7 to 10.5 pt."""
    return max(7.0, min(10.5, int(2 * unit_mm / (0.53 * MM_PER_PT)) / 2))


def _widths_css(views: Sequence[dict[str, Any]]) -> SafeString:
    sizes = (f"#{view['key']}{{font-size:{view['points']}pt}}" for view in views)
    rules = (
        f"#{view['key']} col:nth-child({place}){{width:{width}%}}"
        for view in views
        for place, width in enumerate(view["widths"], start=1)
    )
    return mark_safe("\n".join([*sizes, *rules]))  # noqa: S308 - numbers only


def _css_string(text: str) -> SafeString:
    """Quote a text for a style sheet: all but letters, digits and blanks become escapes."""
    safe = "".join(mark if mark.isalnum() or mark in " 　：-" else f"\\{ord(mark):x} " for mark in text)
    return mark_safe(f'"{safe}"')  # noqa: S308 - escaped above


def _mm(value: float) -> str:
    """Write a printer offset, at most 10 mm either way."""
    return f"{max(-10.0, min(10.0, float(value))):.1f}"
