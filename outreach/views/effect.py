"""The effect sheet as a page, as a workbook and on paper."""

import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from guanweihui.gate import posts
from guanweihui.list_page import answer_pdf, answer_workbook
from guanweihui.scope import DISTRICT_WIDE, reach_of
from guanweihui.tables import Table
from outreach.areas import OUTREACH, READERS, tabs_of
from outreach.filters.effect import EffectFilter
from outreach.models import Need
from outreach.reports.effect import effect_tables


def asked_tables(request: HttpRequest, today: datetime.date) -> tuple[Any, tuple[Table, Table]]:
    """Return the query bar, and the sheet by field and by school up to today."""
    chosen = EffectFilter(request.GET, queryset=Need.objects.visible_to(request.user), request=request)
    asked = chosen.form.cleaned_data if chosen.form.is_valid() else {}
    return chosen.form, effect_tables(request.user, today, asked.get("programme"))


@require_safe
@posts(*READERS)
def effect_sheet(request: HttpRequest) -> HttpResponse:
    """Show needs, actions, evidence and assessments by field and by school."""
    form, tables = asked_tables(request, timezone.localdate())
    reach = reach_of(request.user)
    context = {
        "crumbs": [("成效表", "")],
        "tabs": tabs_of(request, OUTREACH),
        "form": form,
        "tables": tables,
        "query": f"?{request.GET.urlencode()}" if request.GET else "",
        "may_take": reach.serves(*DISTRICT_WIDE),
    }
    return render(request, "outreach/effect_sheet.html", context)


@require_safe
@posts(*DISTRICT_WIDE)
def effect_export(request: HttpRequest) -> HttpResponse:
    """Give the sheet as a workbook with two pages, or with format=pdf on paper."""
    _, tables = asked_tables(request, timezone.localdate())
    if request.GET.get("format") == "pdf":
        return answer_pdf(request, *tables)
    return answer_workbook(request, *tables)
