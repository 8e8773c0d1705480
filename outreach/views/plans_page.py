"""What the page of one plan shows, for whoever reads it."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from guanweihui.lists import Fact, Link, ListColumn, ListRow, Mark
from guanweihui.scope import DISTRICT_WIDE, Role, reach_of
from guanweihui.sheets import trail_of
from guanweihui.tables import format_value
from guanweihui.templatetags.portal import moment
from outreach.models import YEARS, Need, Plan, PlanGoal, PlanItem, PlanProgress
from outreach.models.plans import plan_year
from outreach.reports.plans import (
    NAMED,
    Progress,
    Work,
    differences,
    done_words,
    drawing,
    latest_works,
    more_works,
    progress_of,
    target_words,
)
from outreach.workflow.plans import STEPS

ITEM_COLUMNS = (
    ListColumn("任务", is_name=True, is_long=True),
    ListColumn("方式"),
    ListColumn("领域"),
    ListColumn("范围"),
    ListColumn("指标"),
    ListColumn("已完成"),
    ListColumn("对应的下校和送教", is_long=True),
    ListColumn("责任人"),
    ListColumn("完成期限", format="date"),
    ListColumn("需求", is_long=True),
)
WORK_COLUMN = ListColumn("操作")
DIFFERENCE_COLUMNS = (
    ListColumn("变动"),
    ListColumn("内容", is_name=True),
    ListColumn("修订前 → 修订后", is_long=True),
)
PROGRESS_COLUMNS = (
    ListColumn("任务", is_name=True),
    ListColumn("日期", format="date"),
    ListColumn("本次完成", format="int"),
    ListColumn("情况说明", is_long=True),
    ListColumn("登记人"),
    ListColumn("状态"),
)
WORK_ROUTES = {"trip": ("trip-detail", "trip-list"), "event": ("event-detail", "event-list")}
KINDS = {"新增": "ok", "修改": "info", "删除": "wrong"}
MODE_KINDS = {PlanItem.Mode.TOGETHER: "info", PlanItem.Mode.APART: "plain"}


def context_of(actor: Any, plan: Plan, readable: Any, *, today: datetime.date) -> dict[str, Any]:
    """Return everything that the page shows; its number of queries does not hang on what there is.

    `readable` are the plans that the reader may open.
    """
    reach = reach_of(actor)
    items = items_of(actor, plan)
    goals = list(PlanGoal.objects.visible_to(actor).of(plan))
    progress = progress_of(items, actor, until=today)
    reported, is_office = PlanProgress.objects.visible_to(actor).of_plan(plan), reach.serves(Role.DISTRICT)
    revisions = list(readable.of(plan.programme))
    before = next((one for one in revisions if one.revision == plan.revision - 1), None)
    return {
        "plan": plan,
        "facts": facts(plan),
        "steps_open": [step.name for step in STEPS.open_for(plan, reach.roles)],
        "may_edit": is_office and plan.status == Plan.Status.DRAFT,
        "may_revise": is_office and plan.status == Plan.Status.APPROVED,
        "is_partial": not reach.serves(*DISTRICT_WIDE),
        "today": today,
        "svg": drawing(plan, items, progress) if items else "",
        "named": NAMED,
        "item_columns": (*ITEM_COLUMNS, WORK_COLUMN) if is_office else ITEM_COLUMNS,
        "years": years(plan, goals, items, progress, is_office=is_office),
        "difference_columns": DIFFERENCE_COLUMNS,
        "before": before,
        "differences": changes(actor, before, (plan, goals, items)) if before else [],
        "progress_columns": (*PROGRESS_COLUMNS, WORK_COLUMN) if is_office else PROGRESS_COLUMNS,
        "progress": [progress_row(one, is_office=is_office) for one in reported],
        "revisions": [one for one in revisions if one.pk != plan.pk],
        "trail": trail_of(actor, plan),
    }


def items_of(actor: Any, plan: Plan) -> list[PlanItem]:
    """Return a plan's tasks with those of their needs that the reader sees: a principal his own schools'."""
    needs = Need.objects.visible_to(actor)
    return list(PlanItem.objects.visible_to(actor).of(plan).for_list(needs))


def facts(plan: Plan) -> list[Fact]:
    first, last = plan_year(plan.programme, 1)[0], plan_year(plan.programme, YEARS)[1]
    return [
        Fact("项目", plan.programme.name),
        Fact("受援地区", plan.programme.region),
        Fact("版次", f"第{plan.revision}版"),
        Fact("期限", f"{format_value(first, prose=True)}至{format_value(last, prose=True)}"),
        Fact("提请人", str(plan.proposed_by or "")),
        Fact("审定人", f"{plan.approved_by or ''} {moment(plan.approved_at)}".strip()),
        Fact("依据", plan.basis, wide=True),
        *([Fact("修订原因", plan.reason, wide=True)] if plan.reason else ()),
    ]


def years(
    plan: Plan,
    goals: Sequence[PlanGoal],
    items: Sequence[PlanItem],
    progress: Progress,
    *,
    is_office: bool,
) -> list[dict[str, Any]]:
    """Return each year with its days, goal, how far it is, and its tasks as rows."""
    texts = {goal.year_no: goal.text for goal in goals}
    found = []
    for year_no in range(1, YEARS + 1):
        first, last = plan_year(plan.programme, year_no)
        done = progress.by_year[year_no]
        mine = [item for item in items if item.year_no == year_no]
        found.append(
            {
                "label": f"第{year_no}年",
                "days": f"{format_value(first, prose=True)}至{format_value(last, prose=True)}",
                "goal": texts.get(year_no, ""),
                "met": done.met,
                "items": done.items,
                "rows": [item_row(plan, item, progress, is_office=is_office) for item in mine],
            }
        )
    return found


def item_row(plan: Plan, item: PlanItem, progress: Progress, *, is_office: bool) -> ListRow:
    done = progress.by_item[item.pk]
    words = done_words(item, done)
    cells: list[Any] = [
        item.title,
        Mark(item.get_mode_display(), MODE_KINDS[PlanItem.Mode(item.mode)]),
        item.get_field_display(),
        str(item.host_school or "全部学校"),
        target_words(item),
        Mark(words, "ok") if done.is_met else words,
        work_links(progress.works[item.pk]),
        item.owner,
        item.due_on,
        tuple(Link(need.text, reverse("need-detail", args=[need.pk])) for need in item.needs.all()),
    ]
    if is_office:
        cells.append(item_links(plan, item))
    return ListRow(tuple(cells), key=str(item.pk), name=item.title)


def work_links(works: Sequence[Work]) -> tuple[Link, ...]:
    """Lead to the work that names a task, and to the list where there is more than a row can show."""
    links = [Link(str(one), reverse(WORK_ROUTES[one.kind][0], args=[one.pk])) for one in latest_works(works)]
    if more := more_works(works):
        links.append(Link(more, reverse(WORK_ROUTES[works[-1].kind][1])))
    return tuple(links)


def item_links(plan: Plan, item: PlanItem) -> tuple[Link, ...]:
    asked: tuple[tuple[str, str], ...] = ()
    if plan.status == Plan.Status.DRAFT:
        asked = (("修改", "plan-item-edit"), ("删除", "plan-item-remove"))
    elif plan.status == Plan.Status.APPROVED and item.measure == PlanItem.Measure.REPORTED:
        asked = (("填报进展", "plan-item-progress"),)
    return tuple(Link(word, reverse(route, args=[item.pk])) for word, route in asked)


def changes(actor: Any, before: Plan, after: tuple[Plan, Any, Any]) -> list[ListRow]:
    """Return what a revision changes, item by item."""
    items = items_of(actor, before)
    goals = list(PlanGoal.objects.visible_to(actor).of(before))
    return [
        ListRow((Mark(one.kind, KINDS[one.kind]), one.about, one.words))
        for one in differences((before, goals, items), after)
    ]


def progress_row(one: PlanProgress, *, is_office: bool) -> ListRow:
    """Show a report; one that was struck says by whom, when and why."""
    is_struck, words = one.struck_at is not None, one.words
    if is_struck:
        who = " ".join(filter(None, (str(one.struck_by or ""), moment(one.struck_at))))
        words = "；".join(filter(None, (words, f"作废理由：{one.strike_reason}（{who}）")))
    state = Mark("已作废", "void") if is_struck else Mark("有效", "ok")
    cells: list[Any] = [one.item.title, one.reported_on, one.done, words, str(one.entered_by or ""), state]
    if is_office:
        strike = Link("作废", reverse("plan-progress-strike", args=[one.pk]))
        cells.append("" if is_struck else (strike,))
    return ListRow(tuple(cells))
