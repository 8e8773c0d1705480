"""Research visits: the list as a matrix of the four fields, its workbook, one visit, its form."""

import dataclasses
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from guanweihui.gate import posts
from guanweihui.list_page import ListPage, answer_list, answer_workbook, unit_name
from guanweihui.lists import Fact, Link, ListColumn, ListRow, Mark, page_of
from guanweihui.scope import DISTRICT_WIDE, Role, reach_of
from guanweihui.sheets import trail_of
from guanweihui.workflow import Refused
from outreach.areas import OUTREACH, READERS, tabs_of
from outreach.filters.research import VisitFilter
from outreach.forms.research import NeedRows, VisitForm, chosen, rows_of
from outreach.models import Need, ResearchVisit
from outreach.reports.research import needs_by_field, visit_table
from outreach.views.shared import export_for, how_to_begin, keeping
from outreach.workflow import research as steps
from outreach.workflow.needs import OFFICE

VISIT_COLUMNS = (
    ListColumn("受援学校", is_name=True),
    ListColumn("日期", format="date", sort="visited"),
    *(ListColumn(field.label, is_long=True) for field in Need.Field),
)
#: The same where nothing sorts: below a pair.
VISIT_COLUMNS_PLAIN = tuple(dataclasses.replace(column, sort="") for column in VISIT_COLUMNS)
VISIT_SORTS = {"visited": ("visited_on",)}
#: Needs that the form of a visit only shows.
SETTLED = (Need.Status.MET, Need.Status.DROPPED)
NEED_COLUMNS = (
    ListColumn("需求", is_name=True, is_long=True),
    ListColumn("领域"),
    ListColumn("优先级"),
    ListColumn("责任人"),
    ListColumn("状态"),
)


@require_safe
@posts(*READERS)
def visit_list(request: HttpRequest) -> HttpResponse:
    """List the research visits, the needs as a matrix of the four fields."""
    chosen = chosen_visits(request)
    page = page_of(request, chosen.qs.for_list(), VISIT_SORTS)
    span, writes = chosen.qs.span(), reach_of(request.user).serves(Role.DISTRICT)
    shown = ListPage(
        title="调研需求",
        columns=VISIT_COLUMNS,
        rows=[visit_row(visit) for visit in page],
        page=page,
        form=chosen.form,
        tabs=tabs_of(request, OUTREACH),
        export=export_for(request, "visit-export"),
        unit="次",
        notes=[f"{span['days']}天、{span['schools']}校"] if span["visits"] else (),
        buttons=[("登记调研", reverse("visit-new"), "plus-lg", "primary")] if writes else (),
        **how_to_begin(request, "调研记录"),
    )
    return answer_list(request, shown)


def chosen_visits(request: HttpRequest) -> VisitFilter:
    visits = ResearchVisit.objects.visible_to(request.user)
    return VisitFilter(request.GET, queryset=visits, request=request)


def visit_row(visit: ResearchVisit) -> ListRow:
    name = Link(visit.host_school.name, reverse("visit-detail", args=[visit.pk]))
    return ListRow((name, visit.visited_on, *needs_by_field(visit)))


@require_safe
@posts(*DISTRICT_WIDE)
def visit_export(request: HttpRequest) -> HttpResponse:
    """Give the queried visits as a workbook."""
    table = visit_table(chosen_visits(request).qs.for_list(), reporting_unit=unit_name(request))
    return answer_workbook(request, table)


def visit_or_404(request: HttpRequest, pk: int, roles: Any = None) -> ResearchVisit:
    visits = ResearchVisit.objects.visible_to(request.user, roles=roles)
    return get_object_or_404(visits.for_page(), pk=pk)


def crumbs_of(visit: ResearchVisit | None = None) -> list[tuple[str, str]]:
    crumbs = [("调研", reverse("visit-list"))]
    return [*crumbs, (str(visit), reverse("visit-detail", args=[visit.pk]))] if visit else crumbs


@require_safe
@posts(*READERS)
def visit_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one visit: who, how, what was seen, and the needs with their state."""
    visit = visit_or_404(request, pk)
    context = {
        "crumbs": [*crumbs_of(), (str(visit), "")],
        "visit": visit,
        "facts": [
            Fact("受援学校", visit.host_school.name),
            Fact("日期", visit.visited_on),
            Fact("项目", visit.programme.name),
            Fact("调研方式", visit.method),
            Fact("调研人员", visit.team, wide=True),
            Fact("调研所见", linebreaksbr(visit.seen) if visit.seen else "", wide=True),
        ],
        "need_columns": NEED_COLUMNS,
        "needs": [need_row(need) for need in visit.needs.all()],
        "may_edit": reach_of(request.user).serves(Role.DISTRICT),
        "trail": trail_of(request.user, visit),
    }
    return render(request, "outreach/visit_detail.html", context)


def need_row(need: Need) -> ListRow:
    return ListRow(
        (
            Link(need.text, reverse("need-detail", args=[need.pk])),
            need.get_field_display(),
            need.get_priority_display(),
            need.owner,
            Mark(need.get_status_display()),
        )
    )


@require_http_methods(["GET", "HEAD", "POST"])
@posts(*OFFICE)
def visit_new(request: HttpRequest) -> HttpResponse:
    """Enter one day's research at one school, with the needs found."""
    initial: dict[str, Any] = {}
    asked = chosen(request.user, OFFICE)
    programmes = list(asked["programmes"][:2])
    if len(programmes) == 1:
        initial["programme"] = programmes[0]
    form = VisitForm(request.POST or None, initial=initial, **asked)
    grid = NeedRows(request.POST or None, initial=None if request.method == "POST" else rows_of(None))

    def step(rows: list[dict[str, Any]]) -> ResearchVisit:
        return steps.enter_visit(form.values(), rows, by=request.user, at=timezone.now())

    return answer_visit(request, form, grid, step, None)


@require_http_methods(["GET", "HEAD", "POST"])
@posts(*OFFICE)
def visit_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a visit and its unmet needs, add needs."""
    visit = visit_or_404(request, pk, OFFICE)
    form = VisitForm(
        request.POST or None,
        instance=visit,
        initial={"mark": steps.mark_of(visit)},
        **chosen(request.user, OFFICE),
    )
    grid = NeedRows(request.POST or None, initial=None if request.method == "POST" else rows_of(visit))

    def step(rows: list[dict[str, Any]]) -> ResearchVisit:
        mark = form.cleaned_data["mark"]
        ways = {"mark": mark, "by": request.user, "at": timezone.now()}
        return steps.edit_visit(visit, form.values(), rows, **ways)

    return answer_visit(request, form, grid, keeping(form, step), visit)


def answer_visit(
    request: HttpRequest, form: VisitForm, grid: Any, step: Any, visit: ResearchVisit | None
) -> HttpResponse:
    """Show the form and its rows, or take the step; a fault answers 422 with everything typed kept."""
    status = 200
    if request.method == "POST":
        status = 422
        # Both are asked, so that all faults stand on the page at once.
        if all([form.is_valid(), grid.is_valid()]):
            try:
                saved = step([row for one in grid if (row := one.row()) is not None])
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, "已保存。")
                return redirect("visit-detail", saved.pk)
    title = "修改调研" if visit else "登记调研"
    context = {
        "crumbs": [*crumbs_of(visit), (title, "")],
        "title": title,
        "form": form,
        "grid": grid,
        "faulty": [one for one in grid.forms if one.is_bound and one.errors],
        "settled": [need for need in visit.needs.all() if need.status in SETTLED] if visit else [],
        "back_url": reverse("visit-detail", args=[visit.pk]) if visit else reverse("visit-list"),
    }
    return render(request, "outreach/visit_form.html", context, status=status)
