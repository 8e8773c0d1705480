"""The principal's own page: his pair and its schools, what they need, his trips, one big button."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from guanweihui.areas import url_or_none
from guanweihui.gate import posts
from guanweihui.scope import Role
from outreach.areas import OUTREACH, tabs_of
from outreach.models import Need, Pairing, Trip
from outreach.models.trips import COUNTS
from outreach.reports.trips import UNITS, days_words, people_words
from outreach.views.trips_page import mark_of, said_back
from outreach.workflow.trips_rules import terms

OWN = frozenset({Role.OUTREACH})
#: So many of the latest trips stand on the page; the list has all.
TRIPS_SHOWN = 10
#: What a trip in this state asks of the principal, in words.
STATE_WORDS = {
    Trip.Status.DRAFT: "还没有提交，请核对后提交。",
    Trip.Status.SUBMITTED: "已提交，等受援学校确认。",
    Trip.Status.CONFIRMED: "学校已确认，已计入。",
    Trip.Status.VOID: "已作废，不计入。",
}


@require_safe
@posts(*OWN)
def principal_home(request: HttpRequest) -> HttpResponse:
    """Show a principal what is his: pair, schools with their open needs, trips with their state, totals."""
    pairings = list(Pairing.objects.visible_to(request.user, roles=OWN).for_page())
    trips = Trip.objects.visible_to(request.user, roles=OWN)
    totals = trips.totals()
    needs = needs_by_school(request)
    shown = list(trips.for_list()[: TRIPS_SHOWN + 1])
    context = {
        "tabs": tabs_of(request, OUTREACH),
        "pairs": [pair_of(pairing, needs) for pairing in pairings],
        "trips": [line_of(trip) for trip in shown[:TRIPS_SHOWN]],
        "has_more": len(shown) > TRIPS_SHOWN,
        "totals": [
            ("次", f"{totals['trips']:,}", "下校"),
            ("天", f"{totals['half_days'] / 2:g}", "时间"),
            *((UNITS[name][1], f"{totals[name]:,}", UNITS[name][2]) for name in COUNTS),
        ],
    }
    return render(request, "outreach/principal_home.html", context)


def needs_by_school(request: HttpRequest) -> dict[int, list[tuple[str, str]]]:
    """Group the unmet needs that the principal sees by school: words and address, the urgent first."""
    found: dict[int, list[tuple[str, str]]] = {}
    for need in Need.objects.visible_to(request.user, roles=OWN).unmet().for_list():
        words = f"{need.get_field_display()}：{need.text}（{need.get_status_display()}）"
        found.setdefault(need.visit.host_school_id, []).append((words, url_or_none("need-detail", need.pk)))
    return found


def pair_of(pairing: Pairing, needs: dict[int, list[tuple[str, str]]]) -> dict[str, Any]:
    today = timezone.localdate()
    new = f"{reverse('trip-new')}?pairing={pairing.pk}"
    return {
        "pairing": pairing,
        "new_url": new,
        "schools": [
            {
                "name": one.host_school.name,
                "kind": one.get_kind_display(),
                "terms": terms(one),
                "is_over": one.ended_on is not None or (one.to_on is not None and one.to_on < today),
                "needs": needs.get(one.host_school_id, []),
                "new_url": f"{new}&school={one.host_school_id}",
            }
            for one in pairing.partnerships.all()
        ],
    }


def line_of(trip: Trip) -> dict[str, Any]:
    words = STATE_WORDS.get(Trip.Status(trip.status), "")
    if trip.status == Trip.Status.RETURNED:
        words = f"退回原因：{said_back(trip)}"
    return {
        "school": trip.host_school.name,
        "span": trip.span,
        "days": days_words(trip.half_days),
        "people": people_words(trip),
        "mark": mark_of(trip),
        "words": words,
        "url": reverse("trip-detail", args=[trip.pk]),
    }
