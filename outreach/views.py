"""老校长下乡: pairs, what research found, and the teaching visits that answered."""

import dataclasses
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from guanweihui.figures_page import Asked, asked_figure, figure_line
from guanweihui.gate import posts
from guanweihui.list_page import ListPage, answer_list, answer_workbook, unit_name
from guanweihui.lists import Fact, Link, ListColumn, ListRow, page_of
from guanweihui.scope import DISTRICT_WIDE, Role, reach_of
from guanweihui.sheets import trail_of
from outreach.filters import LessonFilter, PairingFilter, VisitFilter
from outreach.models import Lesson, Need, Pairing, Partnership, ResearchVisit
from outreach.reports import lesson_table, needs_by_field, pair_table, visit_table

READERS = frozenset({*DISTRICT_WIDE, Role.OUTREACH})
PAIR_COLUMNS = (
    ListColumn("老校长", is_name=True, sort="principal"),
    ListColumn("原单位"),
    ListColumn("助理"),
    *(ListColumn(kind.label) for kind in Partnership.Kind),
    ListColumn("协议起", format="date"),
    ListColumn("协议止", format="date"),
)
PAIR_SORTS = {"principal": ("principal_name",)}
VISIT_COLUMNS = (
    ListColumn("受援学校", is_name=True),
    ListColumn("日期", format="date", sort="visited"),
    *(ListColumn(field.label, is_long=True) for field in Need.Field),
)
#: The same where nothing sorts: below a pair.
VISIT_COLUMNS_PLAIN = tuple(dataclasses.replace(column, sort="") for column in VISIT_COLUMNS)
VISIT_SORTS = {"visited": ("visited_on",)}
LESSON_COLUMNS = (
    ListColumn("送教活动", is_name=True),
    ListColumn("日期", format="date", sort="held"),
    ListColumn("地点", sort="place"),
    ListColumn("形式"),
    ListColumn("学科", sort="subject"),
    ListColumn("本地教师"),
    ListColumn("本区教师"),
    ListColumn("教研员"),
    ListColumn("辐射学校", is_long=True),
    ListColumn("参加人次", format="int", sort="attendances"),
)
LESSON_SORTS = {
    "held": ("held_on", "host_school"),
    "place": ("host_school__name", "held_on"),
    "subject": ("subject", "held_on"),
    "attendances": ("attendances",),
}


def tabs(here: str) -> list[dict[str, Any]]:
    """Offer the three lists of the programme."""
    lists = (("结对", "pairing-list"), ("调研需求", "visit-list"), ("送教活动", "event-list"))
    return [{"label": label, "url": reverse(route), "current": route == here} for label, route in lists]


def how_to_begin(request: HttpRequest, what: str) -> dict[str, str]:
    """Say what to do while there is nothing at all."""
    if not reach_of(request.user).serves(Role.DISTRICT):
        return {"empty_words": f"还没有{what}。"}
    words = f"还没有{what}。请导入老校长下乡工作簿。"
    return {"empty_words": words, "empty_url": reverse("import-new"), "empty_action": "导入工作簿"}


def export_for(request: HttpRequest, route: str) -> str:
    """Offer a workbook to district roles; a principal reads and prints the page."""
    return route if reach_of(request.user).serves(*DISTRICT_WIDE) else ""


def chosen_pairings(request: HttpRequest) -> tuple[Asked | None, PairingFilter, Any]:
    """Return the figure asked for, the queried pairs, and the agreements that count on this page."""
    asked = asked_figure(request, "pairing-list")
    partnerships = asked.rows(request.user) if asked else Partnership.objects.visible_to(request.user)
    pairings = Pairing.objects.visible_to(request.user)
    chosen = PairingFilter(
        request.GET, queryset=pairings.holding(partnerships) if asked else pairings, request=request
    )
    return asked, chosen, partnerships


@require_safe
@posts(*READERS)
def pairing_list(request: HttpRequest) -> HttpResponse:
    """List the pairs with both schools and the agreement's days; a principal sees his own."""
    asked, chosen, partnerships = chosen_pairings(request)
    page = page_of(request, chosen.qs.for_list(partnerships), PAIR_SORTS)
    behind = figure_line(request, asked, asked.value(partnerships.of(chosen.qs))) if asked else None
    shown = ListPage(
        title="老校长下乡结对",
        columns=PAIR_COLUMNS,
        rows=[pair_row(pairing) for pairing in page],
        page=page,
        form=chosen.form,
        behind=behind,
        tabs=tabs("pairing-list"),
        export=export_for(request, "pairing-export"),
        unit="对",
        **how_to_begin(request, "结对"),
    )
    return answer_list(request, shown)


def pair_row(pairing: Pairing) -> ListRow:
    partners = {one.kind: one for one in pairing.partnerships.all()}
    first = next(iter(partners.values()), None)
    return ListRow(
        (
            Link(pairing.principal_name, reverse("pairing-detail", args=[pairing.pk])),
            pairing.former_unit.short_name if pairing.former_unit else "",
            pairing.assistant_name or "无",
            *(partners[kind].host_school.name if kind in partners else "无" for kind in Partnership.Kind),
            first.from_on if first else None,
            first.to_on if first else None,
        )
    )


@require_safe
@posts(*DISTRICT_WIDE)
def pairing_export(request: HttpRequest) -> HttpResponse:
    """Give the queried pairs as a workbook."""
    _, chosen, partnerships = chosen_pairings(request)
    return answer_workbook(
        request, pair_table(chosen.qs.for_list(partnerships), reporting_unit=unit_name(request))
    )


@require_safe
@posts(*READERS)
def pairing_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one pair with its agreements and what was found at its schools."""
    pairing = get_object_or_404(Pairing.objects.visible_to(request.user).for_page(), pk=pk)
    visits = ResearchVisit.objects.visible_to(request.user).to(pairing).for_list()
    context = {
        "crumbs": [("老校长下乡", reverse("pairing-list")), (pairing.principal_name, "")],
        "pairing": pairing,
        "facts": facts(request, pairing),
        "partner_columns": (
            ListColumn("受援学校", is_name=True),
            *(ListColumn(words) for words in ("学校类型", "地区", "协议起", "协议止")),
        ),
        "partners": [
            ListRow(
                (
                    one.host_school.name,
                    one.get_kind_display(),
                    one.host_school.region,
                    one.from_on or "不详",
                    one.to_on or "长期",
                )
            )
            for one in pairing.partnerships.all()
        ],
        "visit_columns": VISIT_COLUMNS_PLAIN,
        "visits": [visit_row(visit) for visit in visits],
        "trail": trail_of(request.user, pairing),
    }
    return render(request, "outreach/pairing_detail.html", context)


def facts(request: HttpRequest, pairing: Pairing) -> list[Fact]:
    """Write the pair; registers are linked for those who may read them."""
    reads = reach_of(request.user).serves(*DISTRICT_WIDE)
    programme, unit = pairing.programme, pairing.former_unit

    def link(route: str, key: int | None) -> str:
        return reverse(route, args=[key]) if reads and key else ""

    return [
        Fact("老校长", pairing.principal_name, url=link("person-detail", pairing.principal_id)),
        Fact("原单位", unit.full_name if unit else "", url=link("school-detail", pairing.former_unit_id)),
        Fact("助理", pairing.assistant_name or "无", url=link("person-detail", pairing.assistant_id)),
        Fact("项目", programme.name),
        Fact("受援地区", programme.region),
        Fact("启动日期", programme.started_on),
    ]


@require_safe
@posts(*READERS)
def visit_list(request: HttpRequest) -> HttpResponse:
    """List the research visits, the needs as a matrix of the four fields."""
    chosen = chosen_visits(request)
    page = page_of(request, chosen.qs.for_list(), VISIT_SORTS)
    shown = ListPage(
        title="调研需求",
        columns=VISIT_COLUMNS,
        rows=[visit_row(visit) for visit in page],
        page=page,
        form=chosen.form,
        tabs=tabs("visit-list"),
        export=export_for(request, "visit-export"),
        unit="次",
        **how_to_begin(request, "调研记录"),
    )
    return answer_list(request, shown)


def chosen_visits(request: HttpRequest) -> VisitFilter:
    visits = ResearchVisit.objects.visible_to(request.user)
    return VisitFilter(request.GET, queryset=visits, request=request)


def visit_row(visit: ResearchVisit) -> ListRow:
    return ListRow((visit.host_school.name, visit.visited_on, *needs_by_field(visit)))


@require_safe
@posts(*DISTRICT_WIDE)
def visit_export(request: HttpRequest) -> HttpResponse:
    """Give the queried visits as a workbook."""
    table = visit_table(chosen_visits(request).qs.for_list(), reporting_unit=unit_name(request))
    return answer_workbook(request, table)


@require_safe
@posts(*READERS)
def event_list(request: HttpRequest) -> HttpResponse:
    """List what the teaching events held, item by item."""
    chosen = chosen_lessons(request)
    page = page_of(request, chosen.qs.for_list(), LESSON_SORTS)
    shown = ListPage(
        title="送教活动",
        columns=LESSON_COLUMNS,
        rows=[lesson_row(lesson) for lesson in page],
        page=page,
        form=chosen.form,
        totals=[("全部合计", [chosen.qs.attendances()])],
        tabs=tabs("event-list"),
        export=export_for(request, "event-export"),
        unit="项",
        **how_to_begin(request, "送教活动"),
    )
    return answer_list(request, shown)


def chosen_lessons(request: HttpRequest) -> LessonFilter:
    lessons = Lesson.objects.visible_to(request.user)
    return LessonFilter(request.GET, queryset=lessons, request=request)


def lesson_row(lesson: Lesson) -> ListRow:
    radiated = "、".join(school.name for school in lesson.radiated.all())
    if lesson.radiated_unnamed:
        radiated = "，".join(filter(None, (radiated, f"另 {lesson.radiated_unnamed} 所")))
    return ListRow(
        (
            lesson.event.name,
            lesson.held_on,
            lesson.host_school.name,
            lesson.get_kind_display(),
            lesson.subject,
            lesson.local_teacher,
            lesson.visiting_teacher,
            lesson.research_officer,
            radiated,
            lesson.attendances,
        )
    )


@require_safe
@posts(*DISTRICT_WIDE)
def event_export(request: HttpRequest) -> HttpResponse:
    """Give the queried items of teaching events as a workbook."""
    table = lesson_table(chosen_lessons(request).qs.for_list(), reporting_unit=unit_name(request))
    return answer_workbook(request, table)
