"""The ledger page: one way of counting at a time; Excel and PDF of all three are the report's."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from guanweihui import catalogue
from guanweihui.documents import pdf
from guanweihui.figures import Period
from guanweihui.figures_page import asked_year, starts_in
from guanweihui.gate import posts
from guanweihui.list_page import answer_workbook
from guanweihui.scope import DISTRICT_WIDE
from outreach.areas import OUTREACH, tabs_of
from outreach.reports.ledger import WAYS, ledger

REPORT = "outreach-ledger"


def asked(request: HttpRequest) -> tuple[str, Period]:
    """Return what the page counts by and the year, by default by principal and the year that runs."""
    way = request.GET.get("by", "")
    period = asked_year(request) or Period.holding(timezone.localdate(), starts_in(request))
    return way if way in WAYS else "principal", period


def years_round(request: HttpRequest, period: Period) -> range:
    now = Period.holding(timezone.localdate(), starts_in(request))
    return range(max(now.year, period.year), min(now.year, period.year) - 6, -1)


@require_safe
@posts(*DISTRICT_WIDE)
def outreach_ledger(request: HttpRequest) -> HttpResponse:
    """Show the year's ledger by principal, host school or field of need."""
    way, period = asked(request)

    def url(route: str, by: str) -> str:
        return f"{reverse(route)}?{urlencode({'by': by, 'year': period.year})}"

    ways: list[dict[str, Any]] = [
        {"label": words, "url": url("outreach-ledger", by), "current": by == way}
        for by, words in WAYS.items()
    ]
    context = {
        "crumbs": [("老校长下乡", reverse("pairing-list")), ("台账", "")],
        "tabs": tabs_of(request, OUTREACH),
        "ways": ways,
        "way": way,
        "table": ledger(request.user, period, way),
        "export_url": url("outreach-ledger-export", way),
        "report": catalogue.get(REPORT),
        "city": catalogue.get("outreach-city"),
        "period": period,
        "years": years_round(request, period),
        "pdf_fault": pdf.available(),
    }
    return render(request, "outreach/ledger.html", context)


@require_safe
@posts(*DISTRICT_WIDE)
def outreach_ledger_export(request: HttpRequest) -> HttpResponse:
    """Give the ledger shown as a workbook."""
    way, period = asked(request)
    return answer_workbook(request, ledger(request.user, period, way))
