"""A plan's tasks: added, edited and removed while it is a draft, progress reported while it is in force."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.lists import Fact
from guanweihui.round_forms import ReasonForm
from outreach.forms.plans import PlanItemForm, ProgressForm, RemoveForm
from outreach.models import HostSchool, Need, Plan, PlanItem, PlanProgress
from outreach.reports.plans import target_words
from outreach.views.plans import FORM_METHODS, crumbs_of, plan_or_404, url_of
from outreach.views.shared import keeping
from outreach.workflow import plans_items as steps
from outreach.workflow.needs import OFFICE


def item_or_404(request: HttpRequest, pk: int) -> PlanItem:
    items = PlanItem.objects.visible_to(request.user, roles=OFFICE).for_page()
    return get_object_or_404(items, pk=pk)


def choices_of(request: HttpRequest, plan: Plan, item: PlanItem | None = None) -> dict[str, Any]:
    """Return the schools and needs that a task may name: unmet needs of the programme, and its own."""
    needs = Need.objects.visible_to(request.user, roles=OFFICE).for_item(plan.programme, item)
    return {
        "hosts": HostSchool.objects.visible_to(request.user, roles=OFFICE).for_list(),
        "needs": needs.for_list(),
    }


def item_page(request: HttpRequest, plan: Plan, form: PlanItemForm, step: Any, **words: Any) -> HttpResponse:
    return answer_form(
        request,
        form,
        keeping(form, step),
        action="保存",
        facts=[Fact("方案", str(plan)), Fact("启动日期", plan.programme.started_on)],
        back_url=url_of(plan),
        crumbs=crumbs_of(plan),
        done="已保存。",
        **words,
    )


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def plan_item_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a task to a draft."""
    plan = plan_or_404(request, pk, OFFICE)
    form = PlanItemForm(request.POST or None, **choices_of(request, plan))

    def step(data: dict[str, Any]) -> PlanItem:
        return steps.add_item(plan, form.values(), by=request.user, at=timezone.now())

    return item_page(request, plan, form, step, title="新增任务")


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def plan_item_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a task of a draft."""
    item = item_or_404(request, pk)
    form = PlanItemForm(
        request.POST or None,
        instance=item,
        initial={"mark": steps.mark_of(item)},
        **choices_of(request, item.plan, item),
    )

    def step(data: dict[str, Any]) -> PlanItem:
        ways = {"mark": data["mark"], "by": request.user, "at": timezone.now()}
        return steps.edit_item(item, form.values(), **ways)

    return item_page(request, item.plan, form, step, title="修改任务")


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def plan_item_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a task out of a draft."""
    item = item_or_404(request, pk)
    return answer_form(
        request,
        RemoveForm(request.POST or None),
        lambda data: steps.remove_item(item, by=request.user, at=timezone.now()),
        title="删除任务",
        action="删除",
        danger=True,
        words="只从这份草稿中删除；修订时，页面会列出被删除的任务。",
        facts=[Fact("任务", item.title, wide=True), Fact("指标", target_words(item))],
        back_url=url_of(item.plan),
        crumbs=crumbs_of(item.plan),
        done="已删除。",
    )


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def plan_item_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Report what was done of a task that nothing counts."""
    item = item_or_404(request, pk)
    initial = {"reported_on": timezone.localdate(), "mark": steps.reports_mark(item)}
    form = ProgressForm(request.POST or None, initial=initial)

    def step(data: dict[str, Any]) -> PlanProgress:
        ways = {"mark": data["mark"], "by": request.user, "at": timezone.now()}
        return steps.report_progress(item, data, **ways)

    return answer_form(
        request,
        form,
        keeping(form, step),
        title="填报进展",
        action="保存",
        facts=[
            Fact("任务", item.title, wide=True),
            Fact("指标", target_words(item)),
            Fact("责任人", item.owner),
        ],
        back_url=url_of(item.plan),
        crumbs=crumbs_of(item.plan),
        done="已登记进展。",
    )


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def plan_progress_strike(request: HttpRequest, pk: int) -> HttpResponse:
    """Strike a report that was wrong."""
    reports = PlanProgress.objects.visible_to(request.user, roles=OFFICE).for_page()
    row = get_object_or_404(reports, pk=pk)
    return answer_form(
        request,
        ReasonForm(request.POST or None),
        lambda data: steps.strike_progress(row, reason=data["reason"], by=request.user, at=timezone.now()),
        title="作废进展",
        action="作废",
        danger=True,
        words="作废后这次填报不再计入完成数，记录和理由留在方案页面上。数填错的，作废后另行填报。",
        facts=[
            Fact("任务", row.item.title, wide=True),
            Fact("日期", row.reported_on),
            Fact("本次完成", row.done),
            Fact("情况说明", row.words, wide=True),
            Fact("登记人", str(row.entered_by or "")),
        ],
        back_url=url_of(row.item.plan),
        crumbs=crumbs_of(row.item.plan),
        done="已作废这次填报，不再计入完成数。",
    )
