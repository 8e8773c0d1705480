"""The host school's own pages, opened by its link: trips to confirm, needs to assess, nothing else."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from guanweihui.areas import url_or_none
from guanweihui.gate import posts
from guanweihui.scope import Role
from guanweihui.workflow import Refused
from outreach.forms.trips import AnswerForm
from outreach.models import HostSchool, Need, Trip
from outreach.reports.trips import days_words, people_words
from outreach.views.trips import FORM_METHODS
from outreach.views.trips_page import (
    DAY_COLUMNS,
    confirmed_before,
    day_rows,
    facts_of,
    mark_of,
    needs_of,
    said_back,
    seen,
    shown_photos,
)
from outreach.workflow import trips as steps

HOST = frozenset({Role.HOST})
#: So many of the trips confirmed before stand on the page.
BEFORE_SHOWN = 20


@require_safe
@posts(*HOST)
def hosting_home(request: HttpRequest) -> HttpResponse:
    """Show a host school the trips and needs that wait for its word, and what it confirmed before."""
    trips = Trip.objects.visible_to(request.user, roles=HOST)
    waiting = trips.waiting().for_list()
    before = trips.confirmed().for_list()[:BEFORE_SHOWN]
    needs = Need.objects.visible_to(request.user, roles=HOST).awaiting_assessment().for_list()
    context = {
        "schools": list(HostSchool.objects.visible_to(request.user, roles=HOST).for_list()),
        "waiting": [line_of(trip) for trip in waiting],
        "needs": [
            {
                "field": need.get_field_display(),
                "text": need.text,
                "url": url_or_none("hosting-assess", need.pk),
            }
            for need in needs
        ],
        "before": [line_of(trip) for trip in before],
    }
    return render(request, "outreach/hosting_home.html", context)


def line_of(trip: Trip) -> dict[str, Any]:
    return {
        "people": people_words(trip),
        "span": trip.span,
        "days": days_words(trip.half_days),
        "purpose": trip.purpose,
        "confirmed": confirmed_before(trip),
        "url": reverse("hosting-trip", args=[trip.pk]),
    }


@require_http_methods(FORM_METHODS)
@posts(*HOST)
def hosting_trip(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a whole trip to its host school and take its answer: right, or returned with the reason."""
    trip = get_object_or_404(Trip.objects.visible_to(request.user, roles=HOST).for_page(), pk=pk)
    form, status = AnswerForm(request.POST or None, initial={"version": trip.version}), 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and (done := answered(request, trip, form)):
            messages.success(request, done)
            return redirect("hosting-home")
    context = {
        "crumbs": [("工作台", reverse("hosting-home")), ("核对下校记录", "")],
        "trip": trip,
        "mark": mark_of(trip),
        "facts": facts_of(trip),
        "day_columns": DAY_COLUMNS,
        "days": day_rows(trip),
        "needs": needs_of(trip),
        "photos": shown_photos(trip),
        "confirmed": confirmed_before(trip),
        "said_back": said_back(trip) if trip.status == Trip.Status.RETURNED else "",
        "form": form if trip.status == Trip.Status.SUBMITTED else None,
    }
    return render(request, "outreach/hosting_trip.html", context, status=status)


def answered(request: HttpRequest, trip: Trip, form: AnswerForm) -> str:
    """Take the school's answer and say what was done; nothing when it was refused for what was typed."""
    if trip.status != Trip.Status.SUBMITTED:
        # The page has no form any more in which a step's refusal could stand.
        raise Refused(f"这次下校现在是“{trip.get_status_display()}”，不用再答复。请返回后再看。")
    told = {"by": request.user, "at": timezone.now()}
    returns = request.POST.get("answer") == "return"
    if returns and not form.cleaned_data["words"]:
        form.add_error("words", "退回请写明哪里有误，老校长会看到。")
        return ""

    def confirm(data: dict[str, Any]) -> Trip:
        return steps.confirm(trip, **data, **told)

    def send_back(data: dict[str, Any]) -> Trip:
        return steps.send_back(trip, reason=data["words"], name=data["name"], version=data["version"], **told)

    try:
        seen(form, trip, send_back if returns else confirm)(form.cleaned_data)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return ""
    return "已退回，老校长修改后会再请您确认。" if returns else "已确认，谢谢您！"
