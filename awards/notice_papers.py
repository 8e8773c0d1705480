"""A public notice on paper, and the document that says how it ended (公示无异议), in official layout."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from awards.models import Objection, PublicNotice
from guanweihui.documents import pdf
from guanweihui.documents.official import OfficialDocument, Paragraph
from guanweihui.tables import Column, Row, Table, format_value
from guanweihui.workflow import Refused

SERIAL = Column("serial", "序号", width=6, format="int")
PERSONS = (SERIAL, Column("name", "姓名", width=16, align="center"), Column("unit", "单位", width=44))
UNITS = (SERIAL, Column("unit", "单位", width=60))
CLEAR = "公示无异议"


@dataclass(frozen=True)
class Tally:
    """How many objections a notice met, by what became of them; nobody is named."""

    upheld: int = 0
    rejected: int = 0
    anonymous: int = 0

    @property
    def decided(self) -> int:
        return self.upheld + self.rejected


def tally_of(objections: Sequence[Objection]) -> Tally:
    """Count the objections: by name or seal as they were decided, anonymous ones apart."""
    named = [one for one in objections if one.kind != Objection.Kind.ANONYMOUS]
    return Tally(
        upheld=sum(one.status == Objection.Status.UPHELD for one in named),
        rejected=sum(one.status == Objection.Status.REJECTED for one in named),
        anonymous=len(objections) - len(named),
    )


def notice_pdf(notice: PublicNotice, content: list[list[Any]], last_on: Any) -> bytes:
    """Print a notice to hang up; a draft says across the page that it is one.

    `content` and `last_on` are the frozen ones, or of a draft those that it would have.
    """
    parts: list[Paragraph | Table] = [Paragraph(one) for one in notice.basis.splitlines() if one.strip()]
    parts += [Paragraph(one) for one in (period_words(notice, last_on), *how_to_object(notice))]
    for award, lines in content:
        word = "名" if any(unit for _, unit in lines) else "个"
        parts += [Paragraph(f"{award}（{len(lines)}{word}）", level=1), table_of(award, lines)]
    return _printed(notice, notice.title, parts, signed_on=notice.first_on, kind="公示")


def outcome_pdf(notice: PublicNotice, tally: Tally) -> bytes:
    """Print how a closed notice ended; it goes to the city with the recommendation.

    Raises Refused before the notice is closed.
    """
    if notice.status != PublicNotice.Status.CLOSED or notice.closed_at is None:
        raise Refused("公示还没有办结，不能出具公示结果。请在公示期满、异议办结以后先办结公示。")
    parts = [Paragraph(one) for one in outcome_words(notice, tally)]
    signed_on = timezone.localdate(notice.closed_at)
    return _printed(notice, outcome_title(notice, tally), parts, signed_on=signed_on, kind="公示结果")


def outcome_title(notice: PublicNotice, tally: Tally) -> str:
    cycle = notice.award_list.cycle
    if tally.decided:
        return f"关于{cycle.name}拟表彰名单\n公示情况的说明"
    return f"关于{cycle.name}拟表彰名单\n{CLEAR}的说明"


def outcome_words(notice: PublicNotice, tally: Tally) -> list[str]:
    """Write the paragraphs of the document: what was posted, how long, and what came in."""
    days = f"{notice.workdays}个工作日"
    units, persons = _counts(notice.content)
    first, last = (format_value(day, prose=True) for day in (notice.first_on, notice.last_on))
    posted = (
        f"{notice.award_list.cycle.name}拟表彰名单（{'、'.join(filter(None, (units, persons)))}）"
        f"已于{first}至{last}在区教育关工委工作平台公示，共{days}。"
    )
    kept = f"公示期间另收到匿名反映{tally.anonymous}件，已留存备查。" if tally.anonymous else ""
    if not tally.decided:
        return [posted, f"公示期间未收到实名或加盖公章的异议，{CLEAR}。", *([kept] if kept else [])]
    found = (
        f"公示期间收到实名或加盖公章的异议{tally.decided}件，均已核查办结："
        f"成立{tally.upheld}件，不成立{tally.rejected}件。"
    )
    return [posted, found, *([kept] if kept else []), "除上述情况外，没有收到其他异议。"]


def period_words(notice: PublicNotice, last_on: Any) -> str:
    first, last = (format_value(day, prose=True) for day in (notice.first_on, last_on))
    counted = "" if notice.counts_first_day else "，自公示次日起算"
    return f"公示时间：{first}至{last}17:00，共{notice.workdays}个工作日{counted}。"


def how_to_object(notice: PublicNotice) -> list[str]:
    """Write how an objection is made, and where."""
    code = f"（邮政编码：{notice.postcode}）" if notice.postcode else ""
    return [
        "公示期间，如对名单有异议，请以电话、信函、电子邮件或当面等方式反映，信函以收到之日为准。以单位名义反映的，"
        "须加盖单位公章；以个人名义反映的，须签署真实姓名并留联系电话。匿名反映和没有具体事实的，不予受理。",
        f"受理电话：{notice.phone}　联系人：{notice.contacts}",
        f"受理地址：{notice.address}{code}",
        *([f"电子邮箱：{notice.email}"] if notice.email else []),
        *([f"监督电话：{notice.supervision_phone}"] if notice.supervision_phone else []),
    ]


def table_of(award: str, lines: Sequence[Sequence[str]]) -> Table:
    """Lay the names of one award out; collectives have their name alone."""
    is_persons = any(unit for _, unit in lines)
    rows = tuple(
        Row((place, name, unit) if is_persons else (place, name))
        for place, (name, unit) in enumerate(lines, start=1)
    )
    return Table(key="names", title=award, columns=PERSONS if is_persons else UNITS, rows=rows, signatures=())


def _counts(content: list[list[Any]]) -> tuple[str, str]:
    units = sum(1 for _, lines in content for _, unit in lines if not unit)
    persons = sum(1 for _, lines in content for _, unit in lines if unit)
    return (f"集体{units}个" if units else "", f"个人{persons}名" if persons else "")


def _printed(
    notice: PublicNotice, title: str, parts: Sequence[Paragraph | Table], *, signed_on: Any, kind: str
) -> bytes:
    if (why_not := pdf.available()) is not None:
        raise Refused(why_not)
    cycle = notice.award_list.cycle
    is_draft = notice.status == PublicNotice.Status.DRAFT
    organ = cycle.district.committee_name
    return pdf.official(
        OfficialDocument(
            organ_mark=organ,
            title=title,
            body=tuple(parts),
            signed_by=organ,
            signed_on=signed_on,
            number="" if is_draft else f"{cycle.year}年度第{notice.number}次{kind}",
        )
    )
