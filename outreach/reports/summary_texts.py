"""Summaries that were frozen: what was stored, read back; the texts that the city's form takes up."""

import datetime
from dataclasses import dataclass
from typing import Any

from guanweihui import frozen
from guanweihui.models import FrozenTable
from guanweihui.tables import Column, Row, Table

REPORT = "outreach_summary"
#: What is typed on the page of a summary, in the order printed.
TEXTS = (("work", "主要工作"), ("problems", "存在问题"), ("next", "下一步打算"))
TEXT_COLUMNS = (Column("label", "项目", width=14), Column("words", "内容", width=60))
#: What is stored beside the figures, by the ending of its key.
TEXTS_END, SCHEME_END = "-texts", "-scheme"


@dataclass(frozen=True)
class Stored:
    """A frozen summary: its figures, texts and scheme as they were, by whom and when."""

    figures: Table
    texts: dict[str, str]
    scheme: Table
    year: int
    key: str
    as_of_on: datetime.date
    rules: str
    frozen_at: datetime.datetime
    frozen_by: str


def texts_table(texts: dict[str, str]) -> Table:
    """Keep the typed texts as a table, one row a text."""
    rows = tuple(Row((label, texts.get(key, ""))) for key, label in TEXTS)
    return Table("texts", "总结文字", TEXT_COLUMNS, rows)


def texts_of(table: Table) -> dict[str, str]:
    """Read what texts_table() kept."""
    said = {str(row.cells[0]): str(row.cells[1] or "") for row in table.rows}
    return {key: said.get(label, "") for key, label in TEXTS}


def stored(actor: Any, year: int, key: str) -> Stored | None:
    """Return the frozen summary of a year and key, None when there is none; one query."""
    keys = (key, f"{key}{TEXTS_END}", f"{key}{SCHEME_END}")
    rows = FrozenTable.objects.visible_to(actor).filter(report=REPORT, year=year, key__in=keys)
    found = {one.key: one for one in rows.select_related("frozen_by")}
    if len(found) != len(keys):
        return None
    figures, texts, scheme = (frozen.from_json(found[one].content) for one in keys)
    head = found[key]
    return Stored(
        figures=figures,
        texts=texts_of(texts),
        scheme=scheme,
        year=year,
        key=key,
        as_of_on=head.as_of_on,
        rules=head.rules,
        frozen_at=head.frozen_at,
        frozen_by=str(head.frozen_by or "系统"),
    )


def frozen_heads(actor: Any) -> Any:
    """Return the figures of every frozen summary, the latest first: one row a summary."""
    heads = FrozenTable.objects.visible_to(actor).filter(report=REPORT, position=0)
    return heads.select_related("frozen_by").order_by("-frozen_at", "-pk")


def frozen_texts(actor: Any, year: int) -> dict[str, str]:
    """Join the texts of the year's frozen summaries of whole programmes; empty when none is frozen."""
    rows = FrozenTable.objects.visible_to(actor).filter(
        report=REPORT, year=year, key__startswith="programme-", key__endswith=f"-year{TEXTS_END}"
    )
    found = [texts_of(frozen.from_json(one.content)) for one in rows.order_by("pk")]
    return {key: "\n".join(filter(None, (one[key] for one in found))) for key, _ in TEXTS} if found else {}
