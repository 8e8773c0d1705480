"""Steps on research visits: entered with the needs that were found, edited."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from guanweihui.audit import record
from guanweihui.workflow import Refused, one_step, own
from outreach.models import HostSchool, Need, Programme, ResearchVisit
from outreach.workflow.needs import NEED_FIELDS, OFFICE, OldPage, digest_of, put

VISIT_FIELDS = ("programme", "host_school", "visited_on", "team", "method", "seen")
CHANGED = "这次调研在您打开之后被别人改过，本次没有保存。您填写的内容仍在下面，请另开一页对照后再保存。"

#: A row of the needs: `need` is the key of one that stands, None for a new one; further NEED_FIELDS.
NeedRow = Mapping[str, Any]


def enter_visit(
    values: Mapping[str, Any], rows: Sequence[NeedRow], *, by: Any, at: datetime.datetime
) -> ResearchVisit:
    """Enter one day's research at one school with the needs found; one line for all.

    `values` are VISIT_FIELDS. Raises Refused for a day before the programme's start or to come, a school that
    was closed or is of another district, and the same school and day twice.
    """
    with one_step(ResearchVisit, Need):
        programme: Programme = own(values["programme"], by=by, roles=OFFICE)
        visit = ResearchVisit(**{name: values[name] for name in VISIT_FIELDS if name in values})
        _refuse(visit, programme, by=by, at=at)
        visit.save(force_insert=True)
        added = _add_needs(visit, rows)
        changes = {"visited_on": [None, visit.visited_on], "found": "；".join(added)}
        record("researchvisit.enter", visit, by=by, at=at, changes=changes)
        return visit


def edit_visit(
    visit: ResearchVisit,
    values: Mapping[str, Any],
    rows: Sequence[NeedRow],
    *,
    mark: str,
    by: Any,
    at: datetime.datetime,
) -> ResearchVisit:
    """Change a visit and its needs, and add needs; a need is never taken away here, one drops it.

    `mark` is mark_of() as the page showed it. Raises OldPage for an old one, Refused as enter_visit() does,
    and for a need that is met or dropped.
    """
    with one_step(ResearchVisit, Need):
        fresh = own(visit, by=by, roles=OFFICE)
        if mark != (now := mark_of(fresh)):
            raise OldPage(CHANGED, now)
        changes: dict[str, Any] = {
            name: [_said(getattr(fresh, name)), _said(values[name])]
            for name in VISIT_FIELDS
            if name in values and getattr(fresh, name) != values[name]
        }
        for name in changes:
            setattr(fresh, name, values[name])
        programme: Programme = own(fresh.programme, by=by, roles=OFFICE)
        _refuse(fresh, programme, by=by, at=at)
        stand = {need.pk: need for need in fresh.needs.select_for_update().order_by("pk")}
        edited = [_edit(stand[row["need"]], row) for row in rows if row.get("need") in stand]
        added = _add_needs(fresh, [row for row in rows if not row.get("need")])
        if found := [*filter(None, edited), *added]:
            changes["found"] = "；".join(found)
        if not changes:
            raise Refused("没有任何改动。")
        fresh.save(update_fields=list(VISIT_FIELDS))
        record("researchvisit.edit", fresh, by=by, at=at, changes=changes)
        return fresh


def _said(value: Any) -> Any:
    return str(value) if isinstance(value, HostSchool | Programme) else value


def _refuse(visit: ResearchVisit, programme: Programme, *, by: Any, at: datetime.datetime) -> None:
    host = HostSchool.objects.visible_to(by, roles=OFFICE).filter(pk=visit.host_school_id).first()
    if host is None or host.district_id != programme.district_id:
        raise Refused("所选的受援学校不在您的职责范围内，请重新选择。")
    if visit.visited_on < programme.started_on:
        raise Refused(f"调研日期早于“{programme}”的启动日期（{programme.started_on:%Y-%m-%d}），请核对。")
    if visit.visited_on > timezone.localdate(at):
        raise Refused("调研日期不能晚于今天，请核对。")
    if host.closed_on is not None and visit.visited_on >= host.closed_on:
        raise Refused(f"“{host}”已于 {host.closed_on:%Y-%m-%d} 停办，请核对学校和日期。")


def _edit(need: Need, row: NeedRow) -> str:
    """Write one row into its need; return what the line says of it, empty when nothing changed."""
    changes = put(need, row)
    if not changes:
        return ""
    need.save(update_fields=list(changes))
    return f"修改：{need.text}"


def _add_needs(visit: ResearchVisit, rows: Sequence[NeedRow]) -> list[str]:
    for row in rows:
        Need.objects.create(visit=visit, **{name: row[name] for name in NEED_FIELDS if name in row})
    return [f"新增：{row['text']}" for row in rows]


def mark_of(visit: ResearchVisit) -> str:
    """Return what a visit and its needs say now: a page sends it back, and an old tab overwrites nothing."""
    needs = visit.needs.order_by("pk").values_list("pk", *NEED_FIELDS)
    return digest_of([*(getattr(visit, name) for name in VISIT_FIELDS), *needs])
