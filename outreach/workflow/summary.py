"""The step that freezes a summary: figures, texts and scheme are stored as they are."""

import datetime
from collections.abc import Mapping
from typing import Any

from guanweihui import frozen
from guanweihui.audit import record
from guanweihui.models import FrozenTable
from guanweihui.scope import Role
from guanweihui.workflow import Refused, one_step, own
from outreach.reports.summary import Summary, key_of
from outreach.reports.summary_texts import REPORT, SCHEME_END, TEXTS, TEXTS_END, texts_table

OFFICE = frozenset({Role.DISTRICT})


def freeze_summary(
    summary: Summary, texts: Mapping[str, str], *, by: Any, at: datetime.datetime
) -> FrozenTable:
    """Store a summary with its cut-off date, scope and counting rules; later edits do not change it.

    `texts` by the keys of TEXTS. Raises Refused without 主要工作, and for one that is frozen already.
    """
    if not texts.get("work", "").strip():
        raise Refused("请填写“主要工作”，再封存。")
    with one_step(FrozenTable):
        row: Any = own(summary.scope.row, by=by, roles=OFFICE)
        district = row.district if hasattr(row, "district_id") else row.programme.district
        key, figures = key_of(summary.scope, summary.span, summary.until), summary.figures
        kept = {"": figures, TEXTS_END: texts_table({k: texts.get(k, "") for k, _ in TEXTS})}
        kept[SCHEME_END] = summary.scheme
        rows = [
            FrozenTable(
                district=district,
                report=REPORT,
                year=summary.span.year,
                key=f"{key}{end}",
                position=place,
                as_of_on=summary.until,
                rules=summary.rules,
                content=frozen.to_json(table),
                frozen_at=at,
                frozen_by=by if getattr(by, "pk", None) else None,
            )
            for place, (end, table) in enumerate(kept.items())
        ]
        for one in rows:
            one.save(force_insert=True)
        changes = {"report": figures.title, "year": summary.span.year, "as_of_on": [None, summary.until]}
        record("frozentable.freeze", rows[0], by=by, at=at, district=district, changes=changes)
        return rows[0]
