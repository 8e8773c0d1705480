"""Enrolments in the reading campaign: one row a school."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from activities.filters import EnrolmentFilter
from activities.models import Campaign, Enrolment, EnrolmentLine
from activities.reports import enrolment_list_table
from guanweihui import filing_kinds
from guanweihui.areas import FILINGS, tabs_of
from guanweihui.figures_page import Asked, asked_figure, figure_line
from guanweihui.gate import posts
from guanweihui.list_page import ListPage, answer_list, answer_workbook, unit_name, unit_of
from guanweihui.lists import Fact, Link, ListColumn, ListRow, Mark, page_of
from guanweihui.models.org import SECONDARY, Segment
from guanweihui.scope import COMMITTEE, Role, reach_of
from guanweihui.sheets import trail_of
from guanweihui.text import mask_phone

COLUMNS = (
    ListColumn("学校", is_name=True, sort="school"),
    ListColumn("协作组", sort="group"),
    ListColumn("班级合计", format="int"),
    *(ListColumn(f"{segment.label}班级", format="int") for segment in Segment),
    ListColumn("学生合计", format="int"),
    *(ListColumn(f"{segment.label}学生", format="int") for segment in Segment),
    ListColumn("指导教师", format="int", sort="coaches"),
    ListColumn("状态"),
)
SORTS = {
    "school": ("due__school__short_name",),
    "group": ("due__school__group__position", "due__school__position"),
    "coaches": ("coaches",),
}
#: The list shows everything that was sent; figures and reports count less.
COUNTED = "合计是表中各行之和；统计报表只计“已通过”的报名。"
Lines = Mapping[str, tuple[int, int]]


def chosen_enrolments(request: HttpRequest) -> tuple[Asked | None, EnrolmentFilter, Any]:
    """Return the figure asked for, the queried enrolments, and the lines that count on this page."""
    asked = asked_figure(request, "enrolment-list")
    lines = asked.rows(request.user) if asked else EnrolmentLine.objects.visible_to(request.user)
    enrolments = Enrolment.objects.visible_to(request.user)
    chosen = EnrolmentFilter(
        request.GET, queryset=enrolments.holding(lines) if asked else enrolments, request=request
    )
    return asked, chosen, lines.of(chosen.qs)


@require_safe
@posts(*COMMITTEE)
def enrolment_list(request: HttpRequest) -> HttpResponse:
    """List the enrolments; with a figure, only the lines that it counts."""
    asked, chosen, lines = chosen_enrolments(request)
    page = page_of(request, chosen.qs.for_list(lines), SORTS)
    may_load = reach_of(request.user).serves(Role.DISTRICT)
    shown = ListPage(
        title="主题活动报名",
        columns=COLUMNS,
        rows=[row(enrolment) for enrolment in page],
        page=page,
        form=chosen.form,
        totals=[("全部合计", [*figures_of(lines.totals()), chosen.qs.coaches(), None])],
        behind=figure_line(request, asked, asked.value(lines), of=unit_of(chosen)) if asked else None,
        notes=[*campaign_notes(request, chosen), *([] if asked else [COUNTED])],
        tabs=tabs_of(request, FILINGS),
        export="enrolment-export",
        unit="条",
        empty_words="还没有学校报名。请导入报名汇总表。" if may_load else "还没有学校报名。",
        empty_url=reverse("import-new") if may_load else "",
        empty_action="导入报名汇总表" if may_load else "",
    )
    return answer_list(request, shown)


def campaign_notes(request: HttpRequest, chosen: EnrolmentFilter) -> list[str]:
    """Say which campaigns the list is about: the one asked for, else all that the reader knows of."""
    asked = chosen.form.cleaned_data.get("campaign") if chosen.is_bound else None
    campaigns = [asked] if asked else Campaign.objects.visible_to(request.user).for_list()
    return [words_of(campaign) for campaign in campaigns]


def words_of(campaign: Campaign) -> str:
    organiser = f"，{campaign.organiser}主办" if campaign.organiser else ""
    series = f"（{campaign.series}）" if campaign.series else ""
    return f"“{campaign.theme}”主题教育读书活动{series}，{campaign.year}—{campaign.year + 1}学年{organiser}"


def row(enrolment: Enrolment) -> ListRow:
    school = enrolment.due.school
    lines = {line.segment: (line.classes, line.students) for line in enrolment.lines.all()}
    return ListRow(
        (
            Link(school.short_name, reverse("enrolment-detail", args=[enrolment.pk])),
            school.group.short_name,
            *figures_of(lines),
            enrolment.coaches,
            Mark(enrolment.get_status_display()),
        )
    )


def figures_of(lines: Lines) -> list[int | None]:
    """Write classes and students, in total and by segment; a segment without a line stays empty."""
    cells: list[int | None] = []
    for place in (0, 1):
        cells.append(sum(pair[place] for pair in lines.values()))
        cells += [lines[segment][place] if segment in lines else None for segment in Segment]
    return cells


@require_safe
@posts(*COMMITTEE)
def enrolment_export(request: HttpRequest) -> HttpResponse:
    """Give the queried enrolments as a workbook."""
    asked, chosen, lines = chosen_enrolments(request)
    table = enrolment_list_table(
        chosen.qs.for_list(lines),
        reporting_unit=unit_name(request),
        period=asked.period.span if asked else "",
    )
    return answer_workbook(request, table)


@require_safe
@posts(*COMMITTEE)
def enrolment_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one school's enrolment as its paper form, with the trail for district roles."""
    enrolment = get_object_or_404(Enrolment.objects.visible_to(request.user).for_page(), pk=pk)
    school = enrolment.due.school
    lines = {line.segment: (line.classes, line.students) for line in enrolment.lines.all()}
    context = {
        "crumbs": [("活动报名", reverse("enrolment-list")), (school.short_name, "")],
        "enrolment": enrolment,
        "school": school,
        "due_url": filing_kinds.url_of(enrolment.due),
        "status": enrolment.get_status_display(),
        "facts": facts(enrolment),
        "columns": (
            ListColumn("学段", is_name=True),
            *(ListColumn(w, format="int") for w in ("班级数", "学生数")),
        ),
        "rows": [ListRow((segment.label, *lines[segment])) for segment in Segment if segment in lines],
        "totals": totals(lines),
        "trail": trail_of(request.user, enrolment),
    }
    return render(request, "activities/enrolment_detail.html", context)


def totals(lines: Lines) -> list[tuple[str, list[int]]]:
    """Add up the segments, then the secondary ones among them."""
    secondary = [pair for segment, pair in lines.items() if segment in SECONDARY]
    return [
        ("合计", [sum(pair[0] for pair in lines.values()), sum(pair[1] for pair in lines.values())]),
        ("其中中学", [sum(pair[0] for pair in secondary), sum(pair[1] for pair in secondary)]),
    ]


def facts(enrolment: Enrolment) -> list[Fact]:
    school, round_ = enrolment.due.school, enrolment.due.round
    return [
        Fact("学校", school.full_name, url=reverse("school-detail", args=[school.pk])),
        Fact("协作组", school.group.short_name),
        Fact(
            "活动",
            words_of(enrolment.campaign),
            url=reverse("campaign-detail", args=[enrolment.campaign_id]),
            wide=True,
        ),
        Fact("指导教师数", f"{enrolment.coaches:,}"),
        Fact("负责人", enrolment.head_name),
        Fact("负责人电话", mask_phone(enrolment.head_phone) if enrolment.head_phone else ""),
        Fact("报送任务", round_.title, url=reverse("round-detail", args=[round_.pk])),
        Fact("提交时间", enrolment.submitted_at),
        Fact("提交人", str(enrolment.submitted_by or "")),
        Fact("代报依据", enrolment.basis or "无", wide=True),
    ]
