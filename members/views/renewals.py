"""换届 in one page: every serving seat as a line, new seats below, one submit."""

import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from guanweihui.gate import posts
from guanweihui.workflow import Refused
from members.committees import committee_on
from members.forms.committees import NewSeatFormSet, RenewForm, SeatFormSet, Together
from members.models import Appointment
from members.models.committees import level_of
from members.reports.committees import committee_name
from members.views.committees import crumbs_of, hints_of, may_write, unit_or_404, warn_of
from members.workflow.committees import WRITERS, Renewal, SeatChange, renew_committee


@require_http_methods(["GET", "HEAD", "POST"])
@posts(*WRITERS)
def committee_renew(request: HttpRequest, level: str, pk: int) -> HttpResponse:
    """Show the serving seats as lines; a good submit ends and opens terms in one step."""
    unit = unit_or_404(request, level, pk, WRITERS)
    if not may_write(request, unit):
        raise Http404
    seats = {seat.pk: seat for seat in committee_on(unit, timezone.localdate())}
    form, lines, new_lines = forms_of(request, level, seats)
    status = 200
    if request.method == "POST":
        # Every part is asked, so that one answer names every fault.
        if all([form.is_valid(), lines.is_valid(), new_lines.is_valid()]):
            renewal = renewed(request, unit, form, changes_of(lines, new_lines))
            if renewal is not None:
                return redirect("committee-detail", level_of(unit), unit.pk)
        status = 422
    context = {
        "crumbs": [*crumbs_of(unit), ("换届", "")],
        "title": f"{committee_name(unit)}换届",
        "form": form,
        "everything": Together(form, *lines, *new_lines),
        "lines": [(line, heading(line), hints(line, unit)) for line in lines],
        "new_lines": list(enumerate(new_lines, start=1)),
        "managements": [lines.management_form, new_lines.management_form],
        "faults": [*lines.non_form_errors(), *new_lines.non_form_errors()],
        "back_url": reverse("committee-detail", args=[level, pk]),
    }
    return render(request, "members/committees_renew.html", context, status=status)


def forms_of(request: HttpRequest, level: str, seats: dict[int, Appointment]) -> tuple[Any, Any, Any]:
    data = request.POST if request.method == "POST" else None
    initial = [{"seat": pk, "goes": "STAY"} for pk in seats]
    lines = SeatFormSet(data, prefix="seats", initial=initial, form_kwargs={"seats": seats})
    new_lines = NewSeatFormSet(data, prefix="new", form_kwargs={"level": level})
    return RenewForm(data), lines, new_lines


def changes_of(lines: Any, new_lines: Any) -> list[SeatChange]:
    added = (line.change() for line in new_lines)
    return [*(line.change() for line in lines), *filter(None, added)]


def renewed(request: HttpRequest, unit: Any, form: RenewForm, changes: list[SeatChange]) -> Renewal | None:
    """Take the step; a refusal joins the form's faults and gives None."""
    try:
        renewal = renew_committee(unit, changes, **form.cleaned_data, by=request.user, at=timezone.now())
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None
    words = f"换届已保存：留任 {renewal.stayed} 人，离任 {renewal.ended} 人，新任 {len(renewal.opened)} 人。"
    messages.success(request, words)
    for seat in renewal.opened:
        warn_of(request, seat)
    return renewal


def heading(line: Any) -> str:
    """Say whose seat a line is about: position, name, duty, in service or retired, by office."""
    seat = line.present
    if seat is None:
        return "任职已变动"
    more = (seat.duty, seat.get_service_display(), "随职务" if seat.is_by_office else "")
    began = f"{seat.from_on or '起始不详'} 起"
    return "　".join([f"{seat.get_position_display()}：{seat.printed_name}", *filter(None, more), began])


def hints(line: Any, unit: Any) -> list[str]:
    day: datetime.date = timezone.localdate()
    return hints_of(line.present, unit, day) if line.present else []
