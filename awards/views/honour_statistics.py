"""Statistics of the honour roll as a page; Excel and PDF are the report's."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from awards.areas import AWARDS
from awards.reports.honour_statistics import READERS
from awards.reports.honour_statistics import honour_statistics as build
from guanweihui import catalogue
from guanweihui.areas import tabs_of
from guanweihui.documents import pdf
from guanweihui.figures import Period
from guanweihui.figures_page import asked_year, starts_in
from guanweihui.gate import posts

REPORT = "honour-statistics"


@require_safe
@posts(*READERS)
def honour_statistics(request: HttpRequest) -> HttpResponse:
    """Show the totals of commendation to the end of ?year=, by default of the year that runs."""
    now = Period.holding(timezone.localdate(), starts_in(request))
    period = asked_year(request) or now
    context = {
        "crumbs": [("表彰名册", reverse("honour-list")), ("表彰统计", "")],
        "tabs": tabs_of(request, AWARDS),
        "paper": build(request.user, period),
        "report": catalogue.get(REPORT),
        "period": period,
        "years": range(max(now.year, period.year), period.year - 6, -1),
        "pdf_fault": pdf.available(),
    }
    return render(request, "awards/honour_statistics.html", context)
