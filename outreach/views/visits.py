"""Research visits: the list as a matrix of the four fields, its workbook."""

import dataclasses

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from guanweihui.gate import posts
from guanweihui.list_page import ListPage, answer_list, answer_workbook, unit_name
from guanweihui.lists import ListColumn, ListRow, page_of
from guanweihui.scope import DISTRICT_WIDE
from outreach.areas import OUTREACH, READERS, tabs_of
from outreach.filters.research import VisitFilter
from outreach.models import Need, ResearchVisit
from outreach.reports.research import needs_by_field, visit_table
from outreach.views.shared import export_for, how_to_begin

VISIT_COLUMNS = (
    ListColumn("受援学校", is_name=True),
    ListColumn("日期", format="date", sort="visited"),
    *(ListColumn(field.label, is_long=True) for field in Need.Field),
)
#: The same where nothing sorts: below a pair.
VISIT_COLUMNS_PLAIN = tuple(dataclasses.replace(column, sort="") for column in VISIT_COLUMNS)
VISIT_SORTS = {"visited": ("visited_on",)}


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
        tabs=tabs_of(request, OUTREACH),
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
