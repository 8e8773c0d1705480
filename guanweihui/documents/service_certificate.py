"""The certificate of service (志愿服务记录证明) and the notice that is posted inside the unit before it.

Four parts as 民政部令第67号 asks: identity; service; issuer; number, date and notes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from guanweihui.documents import fonts
from guanweihui.documents.pdf import Unprintable, _print, _qr
from guanweihui.tables import format_value


@dataclass(frozen=True)
class ServiceLine:
    """One record: its day, what was done for whom, hours; note says where an older entry rests on."""

    on: date
    content: str
    organiser: str
    hours: float
    note: str = ""


@dataclass(frozen=True)
class ServicePaper:
    """Say what one certificate says. Whoever may not see the ID number passes it masked.

    state stands across the paper (公示中, 已作废); empty for the one that is handed out.
    """

    name: str
    id_number: str
    volunteer_number: str
    from_on: date
    to_on: date
    lines: Sequence[ServiceLine]
    training: Sequence[ServiceLine]
    issuer: str
    head: str
    handler: str
    contact: str
    number: str = ""
    issued_on: date | None = None
    recorded_by: str = ""
    remark: str = ""
    state: str = ""
    check_url: str = ""

    @property
    def hours(self) -> float:
        return sum(line.hours for line in self.lines)

    @property
    def training_hours(self) -> float:
        return sum(line.hours for line in self.training)

    @property
    def span(self) -> str:
        return f"{format_value(self.from_on, prose=True)}至{format_value(self.to_on, prose=True)}"


@dataclass(frozen=True)
class ServiceNotice:
    """Say what the notice inside the unit says: no ID number, no telephone of the volunteer."""

    name: str
    unit: str
    issuer: str
    span: str
    hours: float
    contents: str
    posted_on: date
    posted_until: date
    contact: str


def service_certificate(paper: ServicePaper) -> bytes:
    """Print a certificate on A4, its records from a page of their own on.

    Raises Unprintable when a character is in no font: a box on a certificate is found too late.
    """
    refuse_lost(
        [paper.name, paper.issuer, paper.recorded_by, paper.head, paper.handler, paper.remark]
        + [text for line in (*paper.lines, *paper.training) for text in (line.content, line.organiser)]
    )
    return _print(
        "documents/service_certificate.html",
        title="志愿服务记录证明",
        paper=paper,
        hours=format_value(paper.hours, "hours"),
        contents=contents_of(paper.lines),
        training=format_value(paper.training_hours, "hours") if paper.training else "",
        issued_on=format_value(paper.issued_on, prose=True) or "　　年　月　日",
        parts=[
            ("志愿服务", _line_views(paper.lines), format_value(paper.hours, "hours")),
            ("培训学习", _line_views(paper.training), format_value(paper.training_hours, "hours")),
        ],
        qr=_qr(paper.check_url) if paper.check_url else "",
    )


def service_notice(notice: ServiceNotice) -> bytes:
    """Print the notice that hangs in the unit. Raises Unprintable as the certificate does."""
    refuse_lost([notice.name, notice.unit, notice.issuer, notice.contents])
    return _print(
        "documents/service_notice.html",
        title="志愿服务记录证明公示",
        notice=notice,
        hours=format_value(notice.hours, "hours"),
        posted_on=format_value(notice.posted_on, prose=True),
        posted_until=format_value(notice.posted_until, prose=True),
    )


def contents_of(lines: Sequence[ServiceLine]) -> str:
    """Sum the records up in a sentence: what was done and for how long, the most first."""
    hours: dict[str, float] = {}
    for line in lines:
        hours[line.content] = hours.get(line.content, 0) + line.hours
    most = sorted(hours.items(), key=lambda item: -item[1])
    return "；".join(f"{content}（{format_value(time, 'hours')}小时）" for content, time in most)


def refuse_lost(texts: Sequence[str]) -> None:
    if lost := fonts.unprintable("".join(texts)):
        raise Unprintable(f"字库中没有这些字，不能制证：{'、'.join(lost)}。请核对，或请管理员加装字体。")


def _line_views(lines: Sequence[ServiceLine]) -> list[tuple[str, str, str, str, str]]:
    return [
        (
            format_value(line.on),
            line.content,
            line.organiser or "—",
            format_value(line.hours, "hours"),
            line.note,
        )
        for line in lines
    ]
