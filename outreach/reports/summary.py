"""The summary (小结、总结) of a term, a year or a programme: figures of one scope up to a cut-off date.

Every figure stands with its scope and its cut-off: without them two summaries never agree.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from guanweihui.documents.official import Attachment, Drawing, OfficialDocument, Paragraph
from guanweihui.scope import committee_of, reach_of
from guanweihui.tables import Column, Row, Table, format_value
from outreach.models import HostSchool, Lesson, Pairing, Programme, TeachingEvent
from outreach.reports.ledger import ONLY_CONFIRMED, UNITS_APART, held_in, keep
from outreach.reports.scheme import scheme_chart, scheme_table
from outreach.reports.spans import Span
from outreach.reports.summary_texts import TEXTS, Stored
from outreach.reports.tallies import add_events, add_trips, work_lines

COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("label", "指标", width=26),
    Column("value", "数值", width=10, format="int"),
    Column("unit", "单位", width=8, align="center"),
    Column("scope", "范围", width=24),
    Column("until", "统计截止", width=12, format="date"),
)
#: The span from a programme's start, which has no end of its own.
WHOLE = "whole"
#: The summaries that carry the scheme.
WITH_SCHEME = frozenset({"year", WHOLE})


@dataclass(frozen=True)
class Scope:
    """What a summary is about: a whole programme, one pair of it, or one host school."""

    kind: str
    row: Programme | Pairing | HostSchool
    words: str

    @property
    def key(self) -> str:
        return f"{self.kind}-{self.row.pk}"


@dataclass(frozen=True)
class Summary:
    """A summary as it stands: its figures and its scheme, with what they are about."""

    scope: Scope
    span: Span
    until: datetime.date
    figures: Table
    scheme: Table
    rules: str

    @property
    def title(self) -> str:
        return title_of(self.span)


def title_of(span: Span) -> str:
    kind = "工作总结" if span.key in WITH_SCHEME else "工作小结"
    return f"{span.label}老校长下乡{kind}"


def key_of(scope: Scope, span: Span, until: datetime.date) -> str:
    """Return the key under which a summary is frozen: a year or a term once, a whole once a cut-off date.

    A programme that runs on has no last day, so that its whole is another one at every cut-off.
    """
    key = f"{scope.key}-{span.key}"
    return f"{key}-{until:%Y%m%d}" if span.key == WHOLE else key


def summarise(actor: Any, scope: Scope, span: Span, until: datetime.date) -> Summary:
    """Count the figures of a scope in a span up to the cut-off date; nine queries."""
    days = span.until(until)
    kept = keep(actor, days)
    partnerships = [
        one
        for one in kept.partnerships
        if in_scope(scope, one.pairing.programme_id, one.pairing_id, one.host_school_id)
    ]
    work = [one for one in kept.work if in_scope(scope, one.programme_id, one.pairing_id, one.host_school_id)]
    schools = {one.host_school_id for one in partnerships}
    items = [one for one in kept.items if _item_in(scope, one, schools)]
    events = _events_of(scope, kept.events, items)
    standing = [one for one in partnerships if held_in(one, Span("", 0, "", days.last, days.last))]
    lines = [
        ("下乡校长", "人", len({one.pairing_id for one in standing})),
        ("受援学校", "所", len({one.host_school_id for one in standing})),
        *(
            (f"{part}：{label}", unit, value)
            for part, label, unit, value in work_lines(add_trips(work), add_events(events, items))
        ),
    ]
    rows = tuple(
        Row((number, label, value, unit, scope.words, days.last))
        for number, (label, unit, value) in enumerate(lines, start=1)
    )
    district = reach_of(actor).home
    figures = Table(
        key="outreach-summary",
        title=f"{title_of(span)}（{scope.words}）",
        columns=COLUMNS,
        rows=rows,
        reporting_unit=committee_of(actor),
        period=days.words,
        notes=(ONLY_CONFIRMED, UNITS_APART, "校长和受援学校是统计截止日协议有效的。"),
    )
    scheme = scheme_table(partnerships, work, kept, district=district.short_name if district else "")
    return Summary(scope, span, days.last, figures, scheme, rules_of(scope, days))


def in_scope(scope: Scope, programme: int, pairing: int, school: int) -> bool:
    """Tell whether what a pair did or has at a school is the scope's; all by their keys."""
    return {"programme": programme, "pairing": pairing, "host": school}[scope.kind] == scope.row.pk


def _item_in(scope: Scope, item: Lesson, schools: set[int]) -> bool:
    """Tell whether an item is the scope's: a pair has those held at its own schools."""
    if scope.kind == "programme":
        return item.event.programme_id == scope.row.pk
    if scope.kind == "host":
        return item.host_school_id == scope.row.pk
    same = isinstance(scope.row, Pairing) and item.event.programme_id == scope.row.programme_id
    return same and item.host_school_id in schools


def _events_of(scope: Scope, events: Sequence[TeachingEvent], items: Sequence[Lesson]) -> list[TeachingEvent]:
    if scope.kind == "programme":
        return [one for one in events if one.programme_id == scope.row.pk]
    held = {one.event_id for one in items}
    return [one for one in events if one.pk in held]


def rules_of(scope: Scope, days: Span) -> str:
    """Say the scope, the days and the counting rules in words, as they are stored and printed."""
    until = format_value(days.last, prose=True)
    return f"范围：{scope.words}；统计时段：{days.words}；统计截止：{until}。{ONLY_CONFIRMED}{UNITS_APART}"


# --- on paper ----------------------------------------------------------------------------------------------


def document_of(
    *,
    unit: str,
    title: str,
    figures: Table,
    scheme: Table | None,
    texts: dict[str, str],
    rules: str,
    signed_on: datetime.date,
    is_final: bool = False,
) -> OfficialDocument:
    """Lay a summary out as an official document; the figures follow as an attachment, then the scheme.

    Until it is frozen (`is_final`) it says that it is a draft.
    """
    body = [Paragraph(f"现将老校长下乡工作情况总结如下。{rules}"), Paragraph("主要数据", level=1)]
    body += [Paragraph(sentence) for sentence in sentences(figures)]
    for key, label in TEXTS:
        words = [line.strip() for line in texts.get(key, "").splitlines() if line.strip()]
        body.append(Paragraph(label, level=1))
        body += [Paragraph(line) for line in words] or [Paragraph("（待填）")]
    attachments = [Attachment("主要数据表", (figures,))]
    if scheme is not None and scheme.rows:
        attachments.append(
            Attachment(scheme.title, (Drawing(scheme_chart(scheme, title="", on_paper=True)),))
        )
    return OfficialDocument(
        organ_mark=f"{unit}文件",
        title=title,
        body=tuple(body),
        signed_by=unit,
        signed_on=signed_on,
        is_final=is_final,
        attachments=tuple(attachments),
    )


def sentences(figures: Table) -> list[str]:
    """Put the figures into sentences, each in its own unit; what stands apart stays apart."""
    said = {
        str(row.cells[1]): f"{format_value(row.cells[2], 'int', prose=True)}{row.cells[3]}"
        for row in figures.rows
    }
    return [
        "截至统计截止日，协议有效的下乡校长{下乡校长}，受援学校{受援学校}。".format(**said),
        (
            "受援学校已确认下校{下校：下校次数}，共{下校：下校天数}，下校{下校：下校人数}、{下校：下校人次}；"
            "听课{下校：听课}，评课{下校：评课}，上课{下校：上课}；举办讲座{下校：讲座}，参加{下校：讲座参加人次}；"
            "组织教研{下校：教研}，师徒结对{下校：师徒结对}，赠送物资折合{下校：赠送物资折合}。"
        ).format(**said),
        (
            "开展送教活动{送教：送教活动}，同课异构{送教：同课异构}，评课{送教：评课}，学科讲座{送教：学科讲座}，"
            "参加{送教：送教参加人次}；活动学校{送教：活动学校}，辐射学校中写明校名的{送教：辐射学校（有校名，去重）}，"
            "另有{送教：辐射学校（未具名，只报数目）}未具名。"
        ).format(**said),
    ]


def frozen_document(stored: Stored, *, unit: str, title: str, with_scheme: bool) -> OfficialDocument:
    """Lay a frozen summary out from what was stored alone."""
    return document_of(
        unit=unit,
        title=title,
        figures=stored.figures,
        scheme=stored.scheme if with_scheme else None,
        texts=stored.texts,
        rules=stored.rules,
        signed_on=timezone.localdate(stored.frozen_at),
        is_final=True,
    )
