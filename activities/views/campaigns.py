"""Reading campaigns: the list, one campaign with all that belongs to it, and the office's forms."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from activities import workflow
from activities.forms import CampaignForm, CampaignWords, ConfirmForm, MaterialForm, StageForm, TaskForm
from activities.models import Campaign, CampaignMaterial, CampaignStage, CampaignTask
from activities.views.campaign_page import context_of, year_words
from guanweihui.areas import FILINGS, tabs_of
from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.list_page import ListPage, answer_list
from guanweihui.lists import Link, ListColumn, ListRow, Mark, page_of
from guanweihui.models import Workday
from guanweihui.scope import COMMITTEE, Role, reach_of
from guanweihui.templatetags.portal import moment

OFFICE = (Role.DISTRICT,)
FORM_METHODS = ["GET", "HEAD", "POST"]
COLUMNS = (
    ListColumn("活动主题", is_name=True),
    ListColumn("学年"),
    ListColumn("主办单位"),
    ListColumn("系列", is_long=True),
    ListColumn("报名截止"),
    ListColumn("报名"),
)


def campaigns_of(request: HttpRequest, roles: Any = None) -> Any:
    return Campaign.objects.visible_to(request.user, roles=roles)


def campaign_or_404(request: HttpRequest, pk: int, roles: Any = OFFICE) -> Campaign:
    return get_object_or_404(campaigns_of(request, roles).for_list(), pk=pk)


def url_of(campaign: Campaign) -> str:
    return reverse("campaign-detail", args=[campaign.pk])


def crumbs_of(campaign: Campaign | None = None) -> list[tuple[str, str]]:
    crumbs = [("主题读书活动", reverse("campaign-list"))]
    return [*crumbs, (campaign.theme, url_of(campaign))] if campaign else crumbs


@require_safe
@posts(*COMMITTEE)
def campaign_list(request: HttpRequest) -> HttpResponse:
    """List the campaigns, newest first."""
    page = page_of(request, campaigns_of(request).for_list())
    may_plan = reach_of(request.user).serves(Role.DISTRICT)
    shown = ListPage(
        title="主题读书活动",
        columns=COLUMNS,
        rows=[row(campaign) for campaign in page],
        page=page,
        tabs=tabs_of(request, FILINGS),
        unit="项",
        empty_words="还没有主题读书活动。",
        empty_url=reverse("campaign-new") if may_plan else "",
        empty_action="新建活动" if may_plan else "",
        buttons=[("新建活动", reverse("campaign-new"), "plus-lg", "primary")] if may_plan else (),
    )
    return answer_list(request, shown)


def row(campaign: Campaign) -> ListRow:
    return ListRow(
        (
            Link(campaign.theme, url_of(campaign)),
            year_words(campaign),
            campaign.organiser,
            campaign.series,
            moment(campaign.round.deadline_at),
            Mark(campaign.round.get_state_display()),
        )
    )


@require_safe
@posts(*COMMITTEE)
def campaign_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a campaign: facts, stages, tasks of the three levels, materials, how far its enrolment is."""
    campaign = get_object_or_404(campaigns_of(request).for_page(), pk=pk)
    context = {
        "crumbs": [*crumbs_of(), (campaign.theme, "")],
        **context_of(request.user, campaign, now=timezone.now()),
    }
    return render(request, "activities/campaign_detail.html", context)


# --- the office's forms -----------------------------------------------------------------------------------


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def campaign_new(request: HttpRequest) -> HttpResponse:
    """Plan a campaign with the round of its enrolments."""
    today = timezone.localdate()
    district = reach_of(request.user).home
    year = today.year if today.month >= district.year_starts_in else today.year - 1
    return planning(request, {"year": year, "organiser": district.committee_name})


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def campaign_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Plan next year's campaign after this one: dates, stages and tasks a year on."""
    campaign = campaign_or_404(request, pk)
    return planning(request, workflow.shifted(campaign), copied_from=campaign)


def planning(
    request: HttpRequest, initial: dict[str, Any], copied_from: Campaign | None = None
) -> HttpResponse:
    corrections = Workday.objects.visible_to(request.user).corrections()
    form = CampaignForm(request.POST or None, corrections=corrections, initial=initial)

    def step(data: dict) -> Campaign:
        values = form.values(data)
        return workflow.plan_campaign(values, by=request.user, at=timezone.now(), copied_from=copied_from)

    words = (
        "保存后同时建立活动和它的报名任务。开始报名要在报送任务页上点“开始”，届时每所应报学校都会收到待办。"
    )
    if copied_from is not None:
        words = f"阶段和任务照“{copied_from}”复制，日期顺延，保存后可以修改。{words}"
    return answer_form(
        request,
        form,
        step,
        title="照此布置下年活动" if copied_from else "新建主题读书活动",
        action="保存",
        words=words,
        back_url=url_of(copied_from) if copied_from else reverse("campaign-list"),
        crumbs=crumbs_of(copied_from),
        done=lambda campaign: f"已建立活动“{campaign}”和报名任务。",
        then=url_of,
    )


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def campaign_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what a campaign says of itself; its times are changed at its round."""
    campaign = campaign_or_404(request, pk)
    initial = {name: getattr(campaign, name) for name in workflow.CAMPAIGN_FIELDS}
    return answer_form(
        request,
        CampaignWords(request.POST or None, initial=initial),
        lambda data: workflow.edit_campaign(campaign, data, by=request.user, at=timezone.now()),
        title="修改活动",
        action="保存",
        words="报名的时间和范围在报送任务里修改。",
        back_url=url_of(campaign),
        crumbs=crumbs_of(campaign),
        done="已保存。",
    )


def part_or_404(request: HttpRequest, model: Any, pk: int) -> Any:
    rows = model.objects.visible_to(request.user, roles=OFFICE).select_related("campaign")
    return get_object_or_404(rows, pk=pk)


def part_form(
    request: HttpRequest, campaign: Campaign, form: Any, step: Any, title: str, done: str
) -> HttpResponse:
    """Answer the form of a part of a campaign."""
    return answer_form(
        request,
        form,
        lambda data: step(data, by=request.user, at=timezone.now()),
        title=title,
        action="保存",
        back_url=url_of(campaign),
        crumbs=crumbs_of(campaign),
        done=done,
    )


def removal(request: HttpRequest, part: Any, step: Any, what: str) -> HttpResponse:
    """Ask once more, then take a part of a campaign away."""
    return answer_form(
        request,
        ConfirmForm(request.POST or None),
        lambda data: step(part, by=request.user, at=timezone.now()),
        title=f"删除{what}",
        action="删除",
        words=f"删除“{part}”后不能恢复。",
        danger=True,
        back_url=url_of(part.campaign),
        crumbs=crumbs_of(part.campaign),
        done=f"已删除{what}“{part}”。",
    )


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def stage_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a stage."""
    campaign = campaign_or_404(request, pk)

    def step(data: dict, **ways: Any) -> CampaignStage:
        return workflow.add_stage(campaign, data, **ways)

    return part_form(request, campaign, StageForm(request.POST or None), step, "新增阶段", "已新增阶段。")


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def stage_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a stage."""
    stage = part_or_404(request, CampaignStage, pk)
    initial = {name: getattr(stage, name) for name in workflow.STAGE_FIELDS}

    def step(data: dict, **ways: Any) -> CampaignStage:
        return workflow.edit_stage(stage, data, **ways)

    form = StageForm(request.POST or None, initial=initial)
    return part_form(request, stage.campaign, form, step, "修改阶段", "已保存。")


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def stage_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a stage away."""
    return removal(request, part_or_404(request, CampaignStage, pk), workflow.remove_stage, "阶段")


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def task_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a task for one level."""
    campaign = campaign_or_404(request, pk)

    def step(data: dict, **ways: Any) -> CampaignTask:
        return workflow.add_task(campaign, data, **ways)

    return part_form(request, campaign, TaskForm(request.POST or None), step, "新增任务", "已新增任务。")


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def task_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a task."""
    task = part_or_404(request, CampaignTask, pk)
    initial = {name: getattr(task, name) for name in workflow.TASK_FIELDS}

    def step(data: dict, **ways: Any) -> CampaignTask:
        return workflow.edit_task(task, data, **ways)

    form = TaskForm(request.POST or None, initial=initial)
    return part_form(request, task.campaign, form, step, "修改任务", "已保存。")


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def task_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a task away that nobody has reported."""
    return removal(request, part_or_404(request, CampaignTask, pk), workflow.remove_task, "任务")


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def material_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out a file."""
    campaign = campaign_or_404(request, pk)

    def step(data: dict, **ways: Any) -> CampaignMaterial:
        return workflow.add_material(campaign, data["title"], data["file"], **ways)

    form = MaterialForm(request.POST or None, request.FILES or None)
    return part_form(request, campaign, form, step, "上传材料", "已上传，各协作组和学校可以下载。")


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def material_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a material away."""
    return removal(request, part_or_404(request, CampaignMaterial, pk), workflow.remove_material, "材料")
