"""The trip form: new and edit, its days made from the dates, kept as a draft or sent at once."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from guanweihui.gate import posts
from guanweihui.scope import Role, reach_of
from guanweihui.workflow import Refused
from outreach.forms.trips import TripForm, typed
from outreach.models import HostSchool, Need, Pairing, PlanItem, Trip
from outreach.models.trips import COUNTS
from outreach.views.trips import FORM_METHODS, trip_or_404, url_of
from outreach.views.trips_page import crumbs_of, shown_photos
from outreach.workflow import trips as steps

#: Buttons of the form, by the value of `do`.
GENERATE, SUBMIT = "generate", "submit"


@require_http_methods(FORM_METHODS)
@posts(*steps.WRITERS)
def trip_new(request: HttpRequest) -> HttpResponse:
    """Enter a trip of the reader's pair; who has several pairs, or all, says first which."""
    pairings = Pairing.objects.visible_to(request.user, roles=steps.WRITERS).for_page()
    asked = request.GET.get("pairing", "")
    if asked.isdecimal() and asked.isascii():
        pairing = get_object_or_404(pairings, pk=int(asked))
    else:
        found = list(pairings)
        if len(found) != 1:
            crumbs = [*crumbs_of(request), ("登记下校", "")]
            return render(request, "outreach/trip_pairing.html", {"crumbs": crumbs, "pairings": found})
        pairing = found[0]
    today = timezone.localdate()
    initial = {
        "from_on": today,
        "to_on": today,
        "from_half": Trip.Half.MORNING,
        "to_half": Trip.Half.AFTERNOON,
        "host_school": chosen_school(request, pairing),
        "people": [str(pk) for pk in (pairing.principal_id, pairing.assistant_id) if pk],
        **dict.fromkeys(COUNTS, 0),
    }

    def keep(form: TripForm) -> Trip:
        return steps.enter(pairing, form.values(), by=request.user, at=timezone.now())

    return answer_trip_form(request, pairing, None, initial, keep)


def chosen_school(request: HttpRequest, pairing: Pairing) -> int | None:
    """Preselect the school that the address names, else the first whose agreement goes on."""
    schools = [one.host_school_id for one in pairing.partnerships.all() if one.ended_on is None]
    asked = request.GET.get("school", "")
    named = int(asked) if asked.isdecimal() and asked.isascii() else None
    return named if named in schools else next(iter(schools), None)


@require_http_methods(FORM_METHODS)
@posts(*steps.WRITERS)
def trip_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a draft, or a trip that came back."""
    trip = trip_or_404(request, pk, steps.WRITERS)
    steps.refuse_uneditable(trip)
    pairings = Pairing.objects.visible_to(request.user, roles=steps.WRITERS).for_page()
    pairing = get_object_or_404(pairings, pk=trip.pairing_id)
    initial = {name: getattr(trip, name) for name in steps.FIELDS if name != "host_school"} | {
        "host_school": trip.host_school_id,
        "version": trip.version,
        "people": [str(one.person_id) for one in trip.members.all()],
        "needs": [one.pk for one in trip.needs.all()],
        "items": [one.pk for one in trip.items.all()],
        "behalf_basis": trip.behalf_basis,
    }

    def keep(form: TripForm) -> Trip:
        version = form.cleaned_data["version"]
        return steps.edit(trip, form.values(), version=version or 0, by=request.user, at=timezone.now())

    return answer_trip_form(request, pairing, trip, initial, keep)


def answer_trip_form(
    request: HttpRequest,
    pairing: Pairing,
    trip: Trip | None,
    initial: dict[str, Any],
    keep: Callable[[TripForm], Trip],
) -> HttpResponse:
    """Show the form, make its days anew, or keep what it says and go on."""
    user = request.user
    made = {
        "pairing": pairing,
        "trip": trip,
        "user": user,
        "is_office": reach_of(user).serves(Role.DISTRICT),
        "schools": HostSchool.objects.visible_to(user).holding(pairing.partnerships.all()).for_list(),
        "needs": Need.objects.visible_to(user).for_trip(pairing, trip).for_list(),
        "items": PlanItem.objects.visible_to(user).for_trip(pairing.programme, trip).for_list(),
    }
    if request.method != "POST":
        return show(request, TripForm(initial=initial, **made), pairing, trip)
    form = TripForm(request.POST, request.FILES, initial=initial, **made)
    if request.POST.get("do") == GENERATE:
        names = [name for name in form.fields if name != "photos"]
        again = TripForm(initial=typed(form, form.data, names), **made)
        return show(request, again, pairing, trip)
    if form.is_valid():
        try:
            kept = keep(form)
        except steps.Moved as moved:
            form.data = form.data.copy()
            form.data["version"] = moved.version
            form.add_error(None, str(moved))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return go_on(request, form, kept)
    return show(request, form, pairing, trip, status=422)


def go_on(request: HttpRequest, form: TripForm, trip: Trip) -> HttpResponse:
    """Hang the photos on what was kept and send it where that was asked.

    What is refused now loses nothing: the trip stands as a draft, and its form opens again with the reason.
    """
    edit_url = reverse("trip-edit", args=[trip.pk])
    try:
        if photos := form.cleaned_data["photos"]:
            steps.files.add_photos(trip, photos, by=request.user, at=timezone.now())
        if request.POST.get("do") != SUBMIT:
            messages.success(request, "已暂存。受援学校还看不到，请记得提交。")
            return redirect(url_of(trip))
        if form.added_days:
            messages.warning(request, "已暂存。日期改过，每日时间是新生成的，请核对后再提交。")
            return redirect(f"{edit_url}#trip-days")
        steps.submit(trip, by=request.user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, f"已暂存，但还没有提交：{refusal}")
        return redirect(edit_url)
    messages.success(request, "已提交，请等待受援学校确认。")
    return redirect(url_of(trip))


def show(
    request: HttpRequest, form: TripForm, pairing: Pairing, trip: Trip | None, *, status: int = 200
) -> HttpResponse:
    title = "修改下校记录" if trip else "登记下校"
    context = {
        "crumbs": [*crumbs_of(request, trip), (title, "")],
        "title": title,
        "form": form,
        "pairing": pairing,
        "trip": trip,
        "photos": shown_photos(trip) if trip else [],
        "back_url": url_of(trip) if trip else crumbs_of(request)[0][1],
        "no_person": not form.fields["people"].choices,
    }
    return render(request, "outreach/trip_form.html", context, status=status)
