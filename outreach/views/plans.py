"""The three-year plan: the list, one revision with progress and drawing, its print, its steps."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.list_page import ListPage, answer_list
from guanweihui.lists import Fact, Link, ListColumn, ListRow, Mark, page_of
from guanweihui.round_forms import ReasonForm
from guanweihui.scope import DISTRICT_WIDE, Role, reach_of
from guanweihui.templatetags.portal import moment
from outreach.areas import OUTREACH, READERS, tabs_of
from outreach.forms.plans import ApproveForm, PlanForm, ProposeForm, ReviseForm
from outreach.models import Plan, PlanGoal, PlanItem, Programme
from outreach.reports.plans import plan_document, progress_of
from outreach.views.plans_page import context_of
from outreach.views.shared import keeping
from outreach.workflow import plans as steps
from outreach.workflow.needs import OFFICE
from outreach.workflow.plans import LEADER

FORM_METHODS = ["GET", "HEAD", "POST"]
COLUMNS = (
    ListColumn("方案", is_name=True, is_long=True),
    ListColumn("项目"),
    ListColumn("版次"),
    ListColumn("修订原因", is_long=True),
    ListColumn("审定人"),
    ListColumn("审定时间"),
    ListColumn("状态"),
)


def plans_of(request: HttpRequest, roles: Any = None) -> Any:
    """Return the plans that the reader may open: drafts are the district's own."""
    plans = Plan.objects.visible_to(request.user, roles=roles)
    return plans if reach_of(request.user).serves(*DISTRICT_WIDE) else plans.settled()


def plan_or_404(request: HttpRequest, pk: int, roles: Any = None) -> Plan:
    return get_object_or_404(plans_of(request, roles).for_page(), pk=pk)


def url_of(plan: Plan) -> str:
    return reverse("plan-detail", args=[plan.pk])


def crumbs_of(plan: Plan | None = None) -> list[tuple[str, str]]:
    crumbs = [("三年方案", reverse("plan-list"))]
    return [*crumbs, (str(plan), url_of(plan))] if plan else crumbs


@require_safe
@posts(*READERS)
def plan_list(request: HttpRequest) -> HttpResponse:
    """List the plans with all their revisions, the newest first."""
    page, writes = (
        page_of(request, plans_of(request).for_list()),
        reach_of(request.user).serves(Role.DISTRICT),
    )
    without = Programme.objects.visible_to(request.user, roles=OFFICE).without_plan() if writes else ()
    shown = ListPage(
        title="三年工作方案",
        columns=COLUMNS,
        rows=[plan_row(plan) for plan in page],
        page=page,
        tabs=tabs_of(request, OUTREACH),
        unit="份",
        empty_words="还没有三年工作方案。",
        buttons=[
            (f"新建：{one.name}", reverse("plan-new", args=[one.pk]), "plus-lg", "primary") for one in without
        ],
    )
    return answer_list(request, shown)


def plan_row(plan: Plan) -> ListRow:
    return ListRow(
        (
            Link(plan.title, url_of(plan)),
            plan.programme.name,
            f"第{plan.revision}版",
            plan.reason,
            str(plan.approved_by or ""),
            moment(plan.approved_at),
            Mark(plan.get_status_display()),
        )
    )


@require_safe
@posts(*READERS)
def plan_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one revision: goals, tasks with progress, the drawing, what it changes."""
    plan = plan_or_404(request, pk)
    context = {
        "crumbs": [*crumbs_of(), (str(plan), "")],
        **context_of(request.user, plan, plans_of(request), today=timezone.localdate()),
    }
    return render(request, "outreach/plan_detail.html", context)


@require_safe
@posts(*DISTRICT_WIDE)
def plan_print(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the plan as a PDF in official layout; a draft says across the page that it is one.

    It is the district's: a principal's reach would print his own pair's figures as those of the plan.
    """
    # Imported here: WeasyPrint is slow to load and most requests need none of it.
    from guanweihui.documents import pdf
    from guanweihui.workflow import Refused

    if (why_not := pdf.available()) is not None:
        raise Refused(why_not)
    plan, today = plan_or_404(request, pk), timezone.localdate()
    items = list(PlanItem.objects.visible_to(request.user).of(plan).for_list())
    goals = list(PlanGoal.objects.visible_to(request.user).of(plan))
    progress = progress_of(items, request.user, until=today)
    content = pdf.official(plan_document(plan, goals, items, progress, on=today))
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = content_disposition_header(False, f"{plan}.pdf")
    return answer


# --- steps ------------------------------------------------------------------------------------------------


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def plan_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin a programme's three-year plan."""
    programme = get_object_or_404(Programme.objects.visible_to(request.user, roles=OFFICE).for_page(), pk=pk)
    form = PlanForm(request.POST or None, initial={"title": f"{programme.region}三年工作方案"[:60]})
    return answer_form(
        request,
        form,
        lambda data: steps.start_plan(programme, form.values(), by=request.user, at=timezone.now()),
        title="新建三年方案",
        action="保存",
        words="先写名称、依据和三年的目标，保存后再逐项新增任务。",
        facts=[Fact("项目", programme.name), Fact("启动日期", programme.started_on)],
        back_url=reverse("plan-list"),
        crumbs=crumbs_of(),
        done="已建立方案，请新增任务。",
        then=url_of,
    )


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def plan_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change title, basis and goals of a draft."""
    plan = plan_or_404(request, pk, OFFICE)
    goals = list(PlanGoal.objects.visible_to(request.user, roles=OFFICE).of(plan))
    form = PlanForm(request.POST or None, instance=plan, goals=goals, initial={"mark": steps.mark_of(plan)})

    def step(data: dict[str, Any]) -> Plan:
        ways = {"mark": data["mark"], "by": request.user, "at": timezone.now()}
        return steps.edit_plan(plan, form.values(), **ways)

    return answer_form(
        request,
        form,
        keeping(form, step),
        title="修改方案",
        action="保存",
        back_url=url_of(plan),
        crumbs=crumbs_of(plan),
        done="已保存。",
    )


def step_page(request: HttpRequest, plan: Plan, form: Any, step: Any, **words: Any) -> HttpResponse:
    """Answer the page of a step on a plan that asks no more than a confirmation or a reason."""

    def taken(data: dict[str, Any]) -> Plan:
        reason = {"reason": data["reason"]} if "reason" in data else {}
        return step(plan, by=request.user, at=timezone.now(), **reason)

    facts = [Fact("方案", str(plan), url=url_of(plan)), Fact("项目", plan.programme.name)]
    return answer_form(
        request, form, taken, facts=facts, back_url=url_of(plan), crumbs=crumbs_of(plan), **words
    )


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def plan_propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a draft before a leader."""
    return step_page(
        request,
        plan_or_404(request, pk, OFFICE),
        ProposeForm(request.POST or None),
        steps.propose,
        title="提请审定",
        action="提请",
        words="提请后方案不能再改，由区关工委领导审定或退回。提请人不能审定自己提请的方案。",
        done="已提请领导审定。",
    )


@require_http_methods(FORM_METHODS)
@posts(*LEADER)
def plan_approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve a proposed plan; the revision before it is superseded."""
    return step_page(
        request,
        plan_or_404(request, pk, LEADER),
        ApproveForm(request.POST or None),
        steps.approve,
        title="审定方案",
        action="审定",
        words="审定后方案冻结，只能另立新版修订；同一项目正在执行的上一版同时被替换。",
        done="方案已审定。",
    )


@require_http_methods(FORM_METHODS)
@posts(*LEADER)
def plan_return(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a proposed plan back to the office."""
    return step_page(
        request,
        plan_or_404(request, pk, LEADER),
        ReasonForm(request.POST or None),
        steps.send_back,
        title="退回方案",
        action="退回",
        words="退回后由区关工委办公室修改，再次提请审定。",
        done="已退回，办公室会看到理由。",
    )


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def plan_revise(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin the next revision of the plan in force."""
    return step_page(
        request,
        plan_or_404(request, pk, OFFICE),
        ReviseForm(request.POST or None),
        steps.revise,
        title="修订方案",
        action="修订",
        words="会照现行方案另立一版草稿，修改后重新提请审定；审定以前，现行方案继续执行。",
        done=lambda plan: f"已建立第{plan.revision}版草稿，请修改后提请审定。",
        then=url_of,
    )
