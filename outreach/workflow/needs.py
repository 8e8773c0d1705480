"""Steps on needs: taken up, assessed by the host school, dropped, opened again.

Nothing else writes a need's status. What plans, trips and teaching events do with needs goes by `take_up`.
"""

import dataclasses
import datetime
import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone

from guanweihui import uploads
from guanweihui.audit import record
from guanweihui.models import Attachment
from guanweihui.scope import Role, reach_of
from guanweihui.workflow import Refused, Step, Steps, one_step, own, take
from outreach.models import Assessment, Need
from outreach.workflow.rows import Moved

OFFICE = frozenset({Role.DISTRICT})
HOST = frozenset({Role.HOST})
#: Who links needs with what is done about them: the office, and a principal by his link.
LINKERS = frozenset({Role.DISTRICT, Role.OUTREACH})
S = Need.Status
STEPS = Steps(
    {
        "start": Step({S.OPEN}, S.UNDER_WAY, LINKERS, label="列入推进"),
        "meet": Step({S.OPEN, S.UNDER_WAY}, S.MET, OFFICE | HOST, label="评价"),
        "drop": Step({S.OPEN, S.UNDER_WAY}, S.DROPPED, OFFICE, label="停止办理", needs_reason=True),
        "reopen": Step({S.MET, S.DROPPED}, S.OPEN, OFFICE, label="重新办理", needs_reason=True),
    }
)
NEED_FIELDS = ("field", "text", "priority", "owner")
SCAN = "assessment.scan"
CHANGED = "这条需求在您打开之后被别人改过，本次没有保存。您填写的内容仍在下面，请另开一页对照后再保存。"


class OldPage(Moved):
    """Somebody was faster; said in words of its own. `mark` is that of what stands now, for the next try."""

    def __init__(self, words: str, mark: str) -> None:
        Refused.__init__(self, words)
        self.mark = mark


def take_up(needs: Iterable[Need], *, by: Any, at: datetime.datetime) -> list[Need]:
    """Move those of the needs that are open to 推进中, a line each, and return them; the rest stay.

    For whoever links needs with a plan item, a trip or a teaching event, in the caller's transaction.
    Raises Refused for a need outside the actor's reach.
    """
    asked = {need.pk for need in needs}
    if not asked:
        return []
    with one_step(Need):
        mine = Need.objects.visible_to(by, roles=LINKERS).filter(pk__in=asked).values("pk")
        # Always in the same order, so that two trips with the same needs never wait for each other.
        locked = list(Need.objects.select_for_update().filter(pk__in=mine).order_by("pk"))
        if len(locked) != len(asked):
            raise Refused("所选的需求中有不在您职责范围内的，请刷新页面后重新选择。")
        return [take(STEPS["start"], need, by=by, at=at) for need in locked if need.status == S.OPEN]


def assess(
    need: Need,
    values: Mapping[str, Any],
    *,
    by: Any,
    at: datetime.datetime,
    scan: Mapping[str, Any] | None = None,
) -> Assessment:
    """Keep what the host school says came of a need; 已解决 meets it.

    `values`: rating, words, assessor_name; for the office also assessed_on. The school speaks for a need that
    was taken up; the office enters its sealed paper, with the scan (what uploads.attach() takes). Raises
    Refused for a need that is met or dropped, a day to come or before the visit, a paper without its scan.
    """
    is_office = reach_of(by).serves(*OFFICE)
    with one_step(Assessment, Attachment, Need):
        fresh = own(need, by=by, roles=OFFICE | HOST)
        today = timezone.localdate(at)
        assessed_on = values["assessed_on"] if is_office else today
        _refuse_assessment(fresh, assessed_on, today, is_office=is_office, has_scan=scan is not None)
        assessment = Assessment.objects.create(
            need=fresh,
            rating=values["rating"],
            words=values.get("words", "").strip(),
            assessor_name=values["assessor_name"].strip(),
            assessed_on=assessed_on,
            entered_by=by if getattr(by, "pk", None) else None,
            entered_link=getattr(by, "link", None),
            entered_at=at,
        )
        if scan is not None:
            place = fresh.visit.programme.district
            uploads.attach(place, filing=assessment, field=SCAN, by=by, at=at, **scan)
        said = "，".join(filter(None, (assessment.get_rating_display(), assessment.words)))
        reason = f"{assessment.assessor_name}：{said}"
        if assessment.rating == Assessment.Rating.SOLVED:
            take(STEPS["meet"], fresh, by=by, at=at, reason=reason)
        else:
            record("need.assess", fresh, by=by, at=at, reason=reason)
        return assessment


def _refuse_assessment(
    need: Need, assessed_on: datetime.date, today: datetime.date, *, is_office: bool, has_scan: bool
) -> None:
    if need.status not in STEPS["meet"].from_states:
        raise Refused(f"这条需求现在是“{need.get_status_display()}”，不用再评价。")
    if need.status == S.OPEN and not is_office:
        raise Refused("这条需求还没有安排下校或送教，等有了安排再请评价。")
    if assessed_on > today:
        raise Refused("评价日期不能晚于今天，请核对。")
    if assessed_on < need.visit.visited_on:
        raise Refused(f"评价日期早于调研日期（{need.visit.visited_on:%Y-%m-%d}），请核对。")
    if is_office and not has_scan:
        raise Refused("代录评价要上传受援学校盖章的评价单扫描件，请选择文件。")


def drop(need: Need, *, reason: str, by: Any, at: datetime.datetime) -> Need:
    """Stop working on a need, with the reason."""
    return take(STEPS["drop"], need, by=by, at=at, reason=reason)


def reopen(need: Need, *, reason: str, by: Any, at: datetime.datetime) -> Need:
    """Take a met or dropped need up again, with the reason: 推进中 when something is planned, else 待安排."""
    step = STEPS["reopen"]
    if need.items.exists() or need.trips.standing().exists() or need.events.exists():
        step = dataclasses.replace(step, to_state=S.UNDER_WAY)
    return take(step, need, by=by, at=at, reason=reason)


def edit_need(need: Need, values: Mapping[str, Any], *, mark: str, by: Any, at: datetime.datetime) -> Need:
    """Change field, words, priority and owner of an unmet need.

    `mark` is mark_of() as the page showed it. Raises OldPage for an old one, Refused for a need that is met
    or dropped, and words that the visit has already.
    """
    with one_step(Need):
        fresh = own(need, by=by, roles=OFFICE)
        if mark != (now := mark_of(fresh)):
            raise OldPage(CHANGED, now)
        changes = put(fresh, values)
        if not changes:
            raise Refused("没有任何改动。")
        fresh.save(update_fields=list(changes))
        record("need.edit", fresh, by=by, at=at, changes=changes)
        return fresh


def put(need: Need, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Write the values into an unmet need, unsaved; return what differs. Raises Refused."""
    changes = {
        name: [getattr(need, name), values[name]]
        for name in NEED_FIELDS
        if name in values and getattr(need, name) != values[name]
    }
    if changes and need.status not in (S.OPEN, S.UNDER_WAY):
        raise Refused(f"“{need}”{need.get_status_display()}，不能再改。要改的请先“重新办理”。")
    for name, (_, new) in changes.items():
        setattr(need, name, new)
    return changes


def mark_of(need: Need) -> str:
    """Return what a need says now: a page sends it back, so that an old tab overwrites nothing."""
    return digest_of(getattr(need, name) for name in NEED_FIELDS)


def digest_of(values: Iterable[Any]) -> str:
    return hashlib.sha256("\n".join(str(value) for value in values).encode()).hexdigest()[:16]
