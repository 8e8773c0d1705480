"""One list page whole: query bar, figure line, toolbar, rows. Its workbook too."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import django_filters as filters
from django import forms
from django.core.paginator import Page
from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from guanweihui.audit import record
from guanweihui.figures_page import FigureLine
from guanweihui.forms import QueryForm
from guanweihui.htmx import answer
from guanweihui.lists import ListColumn, ListRow
from guanweihui.models import CollaborationGroup, School
from guanweihui.scope import committee_of, reach_of
from guanweihui.tables import Imprint, Table
from guanweihui.workflow import Refused


class ListFilterSet(filters.FilterSet):
    """The base of every query bar: keeps the figure that the list was opened for in hidden fields."""

    figure = filters.CharFilter(widget=forms.HiddenInput, method="keep")
    year = filters.NumberFilter(widget=forms.HiddenInput, method="keep")

    class Meta:
        form = QueryForm

    def keep(self, queryset, name, value):
        """Leave the rows alone: the view reads the figure before."""
        return queryset


def visible_groups(request: HttpRequest | None) -> Any:
    """Give the choices of a group field: the groups that the reader sees."""
    if request is None:
        return CollaborationGroup.objects.none()
    return CollaborationGroup.objects.visible_to(request.user).in_order()


def visible_schools(request: HttpRequest | None) -> Any:
    """Give the schools that a figure's link may narrow a list to."""
    return School.objects.none() if request is None else School.objects.visible_to(request.user)


def unit_of(chosen: filters.FilterSet) -> Any:
    """Return the school or group that a query narrows a list to, None for neither."""
    asked = chosen.form.cleaned_data if chosen.is_bound and chosen.form.is_bound else {}
    return asked.get("school") or asked.get("group")


@dataclass(frozen=True)
class ListPage:
    """Everything that a list page shows.

    `export` is the route of the same query as a workbook, empty for readers who may not take it.
    `buttons` stand in its head (label, address, icon, kind); `bulk` are what ticked rows can be taken through
    (label, address), and `tick` is the name of their boxes.
    `empty_words` say what to do when there is nothing at all; a query without a hit has its own words.
    """

    title: str
    columns: Sequence[ListColumn]
    rows: Sequence[ListRow]
    page: Page
    form: Any = None
    totals: Sequence[tuple[str, Sequence[Any]]] = ()
    behind: FigureLine | None = None
    notes: Sequence[str] = ()
    tabs: Sequence[dict[str, Any]] = ()
    export: str = ""
    unit: str = "条"
    empty_words: str = "还没有记录。"
    empty_url: str = ""
    empty_action: str = ""
    buttons: Sequence[tuple[str, str, str, str]] = ()
    bulk: Sequence[tuple[str, str]] = ()
    tick: str = ""


def answer_list(
    request: HttpRequest,
    shown: ListPage,
    *,
    template: str = "guanweihui/units/list.html",
    more: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Answer htmx with the rows and everyone else with the page.

    A page with something of its own beside the list names its `template` and brings `more` context.
    """
    is_asked = any(value for name, value in request.GET.items() if name not in {"page", "per", "sort"})
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    count = f"{shown.page.paginator.count:,} {shown.unit}"
    context = {
        "shown": shown,
        "count_note": f"共 {count}",
        "export_label": f"导出当前查询结果 {count}",
        "crumbs": [(shown.title, "")],
        "export_url": reverse(shown.export) + query if shown.export and shown.page.paginator.count else "",
        "empty_words": "没有符合条件的记录，请放宽查询条件。" if is_asked else shown.empty_words,
        "empty_url": request.path if is_asked else shown.empty_url,
        "empty_action": "查看全部" if is_asked else shown.empty_action,
        **(more or {}),
    }
    return answer(request, template, "guanweihui/units/_rows.html", context)


def answer_workbook(
    request: HttpRequest, table: Table, *more: Table, is_register: bool = False
) -> FileResponse:
    """Answer with the table as a workbook, named by title, district and day; `more` have a sheet each.

    What leaves the house stands in the trail: which table, how many rows, by which query.
    """
    # Imported here: openpyxl is slow to load and most requests need none of it.
    from guanweihui.documents import xlsx

    imprint = _taken(request, table)
    content = xlsx.register(table, imprint) if is_register else xlsx.workbook([table, *more], imprint)
    return answer_file(content, _file_name(request, table, imprint, "xlsx"))


def answer_pdf(request: HttpRequest, table: Table, *more: Table) -> FileResponse:
    """Answer with the table on paper, and `more` behind it; it stands in the trail as a workbook does.

    Raises Refused where no PDF can be made.
    """
    from guanweihui.documents import pdf

    if (why_not := pdf.available()) is not None:
        raise Refused(why_not)
    imprint = _taken(request, table)
    return answer_file(pdf.tables([table, *more], imprint), _file_name(request, table, imprint, "pdf"))


def _taken(request: HttpRequest, table: Table) -> Imprint:
    """Note what leaves the house, and say when and for whom it was read."""
    now, home = timezone.localtime(), reach_of(request.user).home
    query = "、".join(f"{name}={value}" for name, value in request.GET.items() if value)
    changes = {"table": table.title, "rows": len(table.rows), "query": query[:200]}
    record("list.export", by=request.user, at=now, district=home, changes=changes)
    return Imprint(now, str(request.user))


def _file_name(request: HttpRequest, table: Table, imprint: Imprint, ending: str) -> str:
    home = reach_of(request.user).home
    return f"{table.title}_{home.short_name if home else ''}_{imprint.data_at:%Y%m%d}.{ending}"


def answer_file(content: bytes, name: str) -> FileResponse:
    """Answer with a file to be saved under this name."""
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=name)


def unit_name(request: HttpRequest) -> str:
    """Return the committee that a table is filled in for."""
    return committee_of(request.user)
