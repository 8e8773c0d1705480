"""Tasks of a campaign: who has reported one and who has not, and the report itself."""

import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from activities import workflow
from activities.forms import EvidenceForm
from activities.models import UNIT_OF, CampaignTask, TaskEvidence
from activities.views.campaign_page import state_mark
from activities.views.campaigns import crumbs_of, url_of
from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.lists import Fact, Link, ListColumn, ListRow, page_of
from guanweihui.models import District, Due
from guanweihui.scope import COMMITTEE, DISTRICT_WIDE, Role, reach_of
from guanweihui.sheets import trail_of
from guanweihui.templatetags.portal import deadline, moment

Level = CampaignTask.Level
COLUMNS = (
    ListColumn("单位", is_name=True),
    ListColumn("协作组"),
    ListColumn("状态"),
    ListColumn("完成日期", format="date"),
    ListColumn("完成情况", is_long=True),
    ListColumn("佐证材料"),
    ListColumn("上报人"),
    ListColumn("上报时间"),
)
#: Which units the list shows: the word of ?show=, and its tab.
SHOWN = (("", "全部"), ("missing", "未报"), ("reported", "已报"))
NOBODY = "这项任务由{level}办理，没有您能查看的单位。"


def task_or_404(request: HttpRequest, pk: int) -> CampaignTask:
    return get_object_or_404(CampaignTask.objects.visible_to(request.user).for_page(), pk=pk)


def units_of(request: HttpRequest, task: CampaignTask, roles: Any = None) -> dict[int, Any]:
    """Return the units that owe a task, within the reader's reach in these roles, in the district's order."""
    level = Level(task.level)
    if level == Level.DISTRICT:
        found = District.objects.visible_to(request.user, roles=roles or DISTRICT_WIDE)
        return {one.pk: one for one in found if one.pk == task.campaign.district_id}
    if level == Level.GROUP and not reach_of(request.user).serves(Role.GROUP, *DISTRICT_WIDE):
        return {}
    dues = Due.objects.visible_to(request.user, roles=roles).of_round(task.campaign.round).taking_part()
    schools = [due.school for due in dues.for_list()]
    units = schools if level == Level.SCHOOL else [school.group for school in schools]
    return {unit.pk: unit for unit in units}


@require_safe
@posts(*COMMITTEE)
def evidence_list(request: HttpRequest, pk: int) -> HttpResponse:
    """List the units that owe a task: who has reported it, and who has not."""
    task, now = task_or_404(request, pk), timezone.now()
    units, key = units_of(request, task), f"{UNIT_OF[Level(task.level)]}_id"
    evidence = TaskEvidence.objects.visible_to(request.user).of_task(task).for_list()
    found = {getattr(one, key): one for one in evidence}
    choices = {
        "": list(units.values()),
        "missing": [unit for unit in units.values() if unit.pk not in found],
        "reported": [unit for unit in units.values() if unit.pk in found],
    }
    show = request.GET.get("show", "")
    show = show if show in choices else ""
    page = page_of(request, choices[show])  # type: ignore[arg-type]
    context = {
        "crumbs": [*crumbs_of(task.campaign), (task.title, "")],
        "task": task,
        "facts": facts(task),
        "tabs": [
            {
                "label": label,
                "url": f"?show={word}" if word else "?",
                "current": word == show,
                "count": len(choices[word]),
            }
            for word, label in SHOWN
        ],
        "columns": COLUMNS,
        "rows": [row(unit, found.get(unit.pk), task, now) for unit in page],
        "page": page,
        "empty_words": "没有这样的单位。" if units else NOBODY.format(level=task.get_level_display()),
        "report_url": report_url(request, task),
        "trail": own_trail(request, found),
    }
    return render(request, "activities/evidence_list.html", context)


def own_trail(request: HttpRequest, found: dict[int, TaskEvidence]) -> list[dict[str, Any]] | None:
    """Return the trail of the only report; of many, each would need its own page."""
    return trail_of(request.user, next(iter(found.values()))) if len(found) == 1 else None


def report_url(request: HttpRequest, task: CampaignTask) -> str:
    may = reach_of(request.user).serves(workflow.REPORTERS[Level(task.level)])
    return reverse("task-evidence-report", args=[task.pk]) if may else ""


def facts(task: CampaignTask) -> list[Fact]:
    return [
        Fact("活动", task.campaign.theme, url=url_of(task.campaign)),
        Fact("由谁办理", task.get_level_display()),
        Fact("截止时间", deadline(task.deadline_at)),
        Fact("佐证材料", task.evidence or "不要求"),
        Fact("要求", linebreaksbr(task.requirements) if task.requirements else "无", wide=True),
    ]


def row(unit: Any, one: TaskEvidence | None, task: CampaignTask, now: datetime.datetime) -> ListRow:
    group = getattr(unit, "group", None)
    head = (str(unit), group.short_name if group else "", state_mark(one is not None, task, now))
    if one is None:
        return ListRow((*head, None, "", "", "", ""))
    late = "（逾期）" if one.reported_at > task.deadline_at else ""
    file = Link("查看", reverse("attachment-file", args=[one.file_id])) if one.file_id else ""
    said = f"{moment(one.reported_at)}{late}"
    return ListRow((*head, one.done_on, linebreaksbr(one.words), file, str(one.reported_by or ""), said))


@require_http_methods(["GET", "HEAD", "POST"])
@posts(Role.DISTRICT, Role.GROUP, Role.SCHOOL)
def evidence_report(request: HttpRequest, pk: int) -> HttpResponse:
    """Report a task for the reader's own unit; a second report replaces the first."""
    task = task_or_404(request, pk)
    units = units_of(request, task, {workflow.REPORTERS[Level(task.level)]})
    if not units:
        raise Http404
    form = EvidenceForm(
        request.POST or None, request.FILES or None, units=units, initial=stored(request, task, units)
    )

    def step(data: dict) -> TaskEvidence:
        return workflow.report_task(
            task, form.chosen(data), data, file=data["file"], by=request.user, at=timezone.now()
        )

    return answer_form(
        request,
        form,
        step,
        title=f"上报：{task.title}",
        action="上报",
        facts=facts(task),
        back_url=reverse("task-evidence-list", args=[pk]),
        crumbs=[
            *crumbs_of(task.campaign),
            (task.title, reverse("task-evidence-list", args=[pk])),
        ],
        done="已上报。以后有变化可以再次上报，以最后一次为准。",
    )


def stored(request: HttpRequest, task: CampaignTask, units: dict[int, Any]) -> dict[str, Any]:
    """Return what the only unit has said already; nothing where there are several to choose from."""
    if len(units) != 1:
        return {}
    evidence = TaskEvidence.objects.visible_to(request.user).of_task(task)
    one = evidence.of_unit(UNIT_OF[Level(task.level)], next(iter(units))).first()
    return {"done_on": one.done_on, "words": one.words} if one else {}
