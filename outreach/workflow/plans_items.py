"""Steps on a plan's tasks: added, edited, removed while it is a draft; progress while it is in force."""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone

from guanweihui.audit import record
from guanweihui.workflow import Refused, one_step, own
from outreach.models import HostSchool, Need, Plan, PlanItem, PlanProgress
from outreach.models.plans import YEARS, plan_year
from outreach.workflow.needs import OFFICE, OldPage, digest_of, take_up
from outreach.workflow.plans import CHANGED, ITEM_FIELDS, drafted

REPORTED = PlanItem.Measure.REPORTED
TWICE = (
    "您打开这一页之后，这项任务又登记或作废过进展{last}，本次没有保存。您填写的内容仍在下面，"
    "请核对是不是重复填报；确实是另外完成的，请再按一次“保存”。"
)


def add_item(plan: Plan, values: Mapping[str, Any], *, by: Any, at: datetime.datetime) -> PlanItem:
    """Add a task to a draft; `values` are ITEM_FIELDS and needs, which are taken up with a line each.

    Raises Refused for a frozen plan, a due day outside the plan, and needs of another school or programme.
    """
    with one_step(PlanItem):
        fresh = drafted(plan, by=by)
        item = PlanItem(plan=fresh, **{name: values[name] for name in ITEM_FIELDS if name in values})
        needs = list(values.get("needs", ()))
        _refuse(item, needs, by=by)
        positions = PlanItem.objects.of(fresh).values_list("position", flat=True)
        item.position = max(positions, default=0) + 1
        item.save(force_insert=True)
        item.needs.set(needs)
        record("planitem.add", item, by=by, at=at, changes={"title": [None, item.title]})
        take_up(needs, by=by, at=at)
        return item


def edit_item(
    item: PlanItem, values: Mapping[str, Any], *, mark: str, by: Any, at: datetime.datetime
) -> PlanItem:
    """Change a task of a draft and its needs; `mark` is mark_of() as the page showed it.

    Raises OldPage for an old one, Refused as add_item() does.
    """
    with one_step(PlanItem):
        drafted(item.plan, by=by)
        fresh = own(item, by=by, roles=OFFICE)
        if mark != (now := mark_of(fresh)):
            raise OldPage(CHANGED, now)
        changes: dict[str, Any] = {
            name: [_said(getattr(fresh, name)), _said(values[name])]
            for name in ITEM_FIELDS
            if name in values and getattr(fresh, name) != values[name]
        }
        for name in changes:
            setattr(fresh, name, values[name])
        before, needs = list(fresh.needs.order_by("pk")), list(values.get("needs", ()))
        _refuse(fresh, needs, by=by)
        if {one.pk for one in before} != {one.pk for one in needs}:
            changes["needs"] = [[str(one) for one in before], [str(one) for one in needs]]
        if not changes:
            raise Refused("没有任何改动。")
        fresh.save(update_fields=list(ITEM_FIELDS))
        fresh.needs.set(needs)
        record("planitem.edit", fresh, by=by, at=at, changes=changes)
        take_up(needs, by=by, at=at)
        return fresh


def remove_item(item: PlanItem, *, by: Any, at: datetime.datetime) -> None:
    """Take a task out of a draft; in a revision the page shows it as left out. Raises Refused."""
    with one_step(PlanItem):
        drafted(item.plan, by=by)
        fresh = own(item, by=by, roles=OFFICE)
        record("planitem.remove", fresh, by=by, at=at, changes={"title": [fresh.title, None]})
        fresh.delete()


def report_progress(
    item: PlanItem, values: Mapping[str, Any], *, by: Any, at: datetime.datetime, mark: str | None = None
) -> PlanProgress:
    """Report what was done of a task since the report before; `values`: reported_on, done, words.

    `mark` is reports_mark() as the page showed it, None where no page was opened. Raises OldPage when
    something was reported or struck since, so that nothing counts twice; Refused for a task that is counted
    from trips or events, a plan not in force, and a day to come or before the programme.
    """
    with one_step(PlanProgress):
        fresh = own(item, by=by, roles=OFFICE)
        if fresh.measure != REPORTED:
            word = fresh.get_measure_display()
            raise Refused(f"“{word}”由已确认的下校和送教自动统计，不用填报。")
        if fresh.plan.status != Plan.Status.APPROVED:
            raise Refused("只有已审定、正在执行的方案才填报进展。请打开现行的一版。")
        if values["reported_on"] > timezone.localdate(at):
            raise Refused("进展日期不能晚于今天，请核对。")
        if values["reported_on"] < fresh.plan.programme.started_on:
            raise Refused("进展日期早于项目启动日期，请核对。")
        if mark is not None and mark != (now := reports_mark(fresh)):
            raise OldPage(_twice(fresh), now)
        row = PlanProgress.objects.create(
            item=fresh,
            reported_on=values["reported_on"],
            done=values["done"],
            words=values.get("words", ""),
            entered_by=by if getattr(by, "pk", None) else None,
        )
        record("planitem.report", fresh, by=by, at=at, changes={"done": row.done}, reason=row.words)
        return row


def _twice(item: PlanItem) -> str:
    """Say what was reported last, so that one sees whether it is the same."""
    last = PlanProgress.objects.of_item(item).standing().last()
    said = f"（最近一次：{last.reported_on:%Y-%m-%d}，完成 {last.done}）" if last else ""
    return TWICE.format(last=said)


def strike_progress(row: PlanProgress, *, reason: str, by: Any, at: datetime.datetime) -> PlanProgress:
    """Strike a wrong report (作废): it stays on the page with the reason and counts no more.

    Whatever became of the plan: what was reported of a revision counts in those that follow. Raises Refused
    without a reason and for one that is struck already.
    """
    if not (reason := reason.strip()):
        raise Refused("请写明作废理由，再办理。")
    with one_step(PlanProgress):
        fresh = own(row, by=by, roles=OFFICE)
        if fresh.struck_at is not None:
            raise Refused(f"这次填报已于 {timezone.localtime(fresh.struck_at):%Y-%m-%d} 作废，不用再办。")
        fresh.struck_at, fresh.strike_reason = at, reason
        fresh.struck_by = by if getattr(by, "pk", None) else None
        fresh.save(update_fields=["struck_at", "struck_by", "strike_reason"])
        changes = {"reported_on": fresh.reported_on, "done": [fresh.done, None]}
        record("planitem.strike", fresh.item, by=by, at=at, changes=changes, reason=reason)
        return fresh


def _said(value: Any) -> Any:
    return str(value) if isinstance(value, HostSchool) else value


def _refuse(item: PlanItem, needs: Iterable[Need], *, by: Any) -> None:
    programme = item.plan.programme
    first = plan_year(programme, item.year_no)[0]
    last = plan_year(programme, YEARS)[1]
    if not first <= item.due_on <= last:
        raise Refused(
            f"完成期限要在第{item.year_no}年开始（{first:%Y-%m-%d}）"
            f"和方案结束（{last:%Y-%m-%d}）之间，请核对。"
        )
    if item.measure == REPORTED and not item.indicator.strip():
        raise Refused("由责任人填报的任务，请在“指标说明”里写明数的是什么，例如“新建制度（项）”。")
    if item.host_school_id is not None:
        hosts = HostSchool.objects.visible_to(by, roles=OFFICE)
        if not hosts.filter(pk=item.host_school_id, district=programme.district_id).exists():
            raise Refused("所选的受援学校不在您的职责范围内，请重新选择。")
    for need in needs:
        if need.visit.programme_id != programme.pk:
            raise Refused(f"需求“{need}”不是本项目调研提出的，请重新选择。")
        if item.host_school_id is not None and need.visit.host_school_id != item.host_school_id:
            raise Refused(
                f"需求“{need}”不是“{item.host_school}”提出的，请重新选择，或把任务改为面向全部学校。"
            )


def mark_of(item: PlanItem) -> str:
    """Return what a task says now: a page sends it back, so that an old tab overwrites nothing."""
    needs = item.needs.order_by("pk").values_list("pk", flat=True)
    return digest_of([*(getattr(item, name) for name in ITEM_FIELDS), *needs])


def reports_mark(item: PlanItem) -> str:
    """Return which reports of a task count now: a page sends it back, so that one press counts once."""
    return digest_of(PlanProgress.objects.of_item(item).standing().values_list("pk", flat=True))
