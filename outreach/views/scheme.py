"""The scheme page: pairs, host schools by region, confirmed trips of a year; a drawing, no map."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from guanweihui.gate import posts
from guanweihui.scope import DISTRICT_WIDE, reach_of
from outreach.areas import OUTREACH, tabs_of
from outreach.reports.ledger import keep
from outreach.reports.scheme import scheme_chart, scheme_table
from outreach.views.ledger import asked, years_round


@require_safe
@posts(*DISTRICT_WIDE)
def outreach_scheme(request: HttpRequest) -> HttpResponse:
    """Draw who goes where in the year asked for, with the number of confirmed trips on each line."""
    _, period = asked(request)
    kept, home = keep(request.user, period), reach_of(request.user).home
    table = scheme_table(kept.partnerships, kept.work, kept, district=home.short_name if home else "")
    context = {
        "crumbs": [("老校长下乡", reverse("pairing-list")), ("示意图", "")],
        "tabs": tabs_of(request, OUTREACH),
        "table": table,
        "svg": scheme_chart(table, title=f"{period.label}{table.title}") if table.rows else "",
        "period": period,
        "years": years_round(request, period),
    }
    return render(request, "outreach/scheme.html", context)
