"""Trips: the list with its workbook, one trip, its steps, its sheet and files."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanweihui.documents import pdf
from guanweihui.figures_page import Asked, asked_figure, figure_line
from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.list_page import ListPage, answer_file, answer_list, answer_workbook, unit_name
from guanweihui.lists import Fact, Link, ListColumn, ListRow, page_of
from guanweihui.scope import DISTRICT_WIDE, Role, reach_of
from guanweihui.sheets import trail_of
from guanweihui.workflow import Refused
from outreach.areas import OUTREACH, READERS, tabs_of
from outreach.filters.trips import TripFilter
from outreach.forms.trips import PhotoForm, ReasonForm, ReturnForm, SheetForm
from outreach.models import Trip
from outreach.models.trips import COUNTS
from outreach.reports.trips import (
    CONFIRMED_ONLY,
    UNITS,
    confirmation_sheet,
    days_words,
    people_words,
    trip_table,
)
from outreach.views.shared import export_for
from outreach.views.trips_page import (
    DAY_COLUMNS,
    SERVICE_COLUMNS,
    answer_attachment,
    crumbs_of,
    day_rows,
    facts_of,
    handling_of,
    items_of,
    mark_of,
    needs_of,
    said_back,
    seen,
    service_rows,
    shown_photos,
)
from outreach.workflow import trips as steps
from outreach.workflow.trips_files import MOST_PHOTOS, OPEN, photos_of, scans_of

FORM_METHODS = ["GET", "HEAD", "POST"]
COLUMNS = (
    ListColumn("下校人员", is_name=True),
    ListColumn("受援学校", sort="school"),
    ListColumn("到校", format="date", sort="from"),
    ListColumn("离校", format="date", sort="to"),
    ListColumn("状态"),
    ListColumn("天数", align="right"),
    *(ListColumn(words, format="int", sort=name) for name, (_, _, words) in UNITS.items()),
)
SORTS = {
    "school": ("host_school__name", "from_on"),
    "from": ("from_on",),
    "to": ("to_on",),
    **{name: (name,) for name in COUNTS},
}


def trip_or_404(request: HttpRequest, pk: int, roles: Any = None) -> Trip:
    return get_object_or_404(Trip.objects.visible_to(request.user, roles=roles).for_page(), pk=pk)


def url_of(trip: Trip) -> str:
    return reverse("trip-detail", args=[trip.pk])


# --- the list -----------------------------------------------------------------------------------------


def chosen_trips(request: HttpRequest) -> tuple[Asked | None, TripFilter]:
    """Return the figure asked for and the queried trips, which are its own or all."""
    asked = asked_figure(request, "trip-list")
    trips = asked.rows(request.user) if asked else Trip.objects.visible_to(request.user)
    return asked, TripFilter(request.GET, queryset=trips, request=request)


@require_safe
@posts(*READERS)
def trip_list(request: HttpRequest) -> HttpResponse:
    """List the trips, the latest first; the total holds the confirmed ones alone."""
    asked, chosen = chosen_trips(request)
    page = page_of(request, chosen.qs.for_list(), SORTS)
    totals = chosen.qs.totals()
    writes = reach_of(request.user).serves(*steps.WRITERS)
    new = reverse("trip-new") if writes else ""
    shown = ListPage(
        title="下校记录",
        columns=COLUMNS,
        rows=[row_of(trip) for trip in page],
        page=page,
        form=chosen.form,
        totals=[
            (
                f"已确认合计 {totals['trips']:,} 次",
                [days_words(totals["half_days"]), *(totals[name] for name in COUNTS)],
            )
        ],
        behind=figure_line(request, asked, asked.value(chosen.qs)) if asked else None,
        notes=[f"合计只算{CONFIRMED_ONLY.partition('，')[0]}。单位：天、节、场次、人次、次、对。"],
        tabs=tabs_of(request, OUTREACH),
        export=export_for(request, "trip-export"),
        unit="次",
        empty_words="还没有下校记录。",
        empty_url=new,
        empty_action="登记下校" if writes else "",
        buttons=[("登记下校", new, "plus-lg", "primary")] if writes else (),
    )
    return answer_list(request, shown)


def row_of(trip: Trip) -> ListRow:
    cells = (
        Link(people_words(trip) or "没有人员", url_of(trip)),
        trip.host_school.name,
        trip.from_on,
        trip.to_on,
        mark_of(trip),
        days_words(trip.half_days),
        *(getattr(trip, name) for name in COUNTS),
    )
    return ListRow(cells, key=str(trip.pk), name=str(trip))


@require_safe
@posts(*DISTRICT_WIDE)
def trip_export(request: HttpRequest) -> HttpResponse:
    """Give the queried trips as a workbook."""
    _, chosen = chosen_trips(request)
    table = trip_table(chosen.qs.for_list(), chosen.qs.totals(), reporting_unit=unit_name(request))
    return answer_workbook(request, table)


# --- one trip -----------------------------------------------------------------------------------------


@require_safe
@posts(*READERS)
def trip_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a trip with its days, what became of its hours, photos, needs and the steps that are open."""
    return answer_detail(request, trip_or_404(request, pk), PhotoForm())


def answer_detail(request: HttpRequest, trip: Trip, form: PhotoForm, *, status: int = 200) -> HttpResponse:
    reach = reach_of(request.user)
    open_steps = {step.name for step in steps.STEPS.open_for(trip, reach.roles)}
    services = service_rows(request, trip)
    is_office = reach.serves(*steps.OFFICE)
    scan = scans_of(trip).first()
    photos = shown_photos(trip)
    writes = reach.serves(*steps.WRITERS) and trip.status in OPEN
    context = {
        "crumbs": [*crumbs_of(request), (str(trip), "")],
        "trip": trip,
        "mark": mark_of(trip),
        "open": {name: name in open_steps for name in steps.STEPS},
        "may_edit": "submit" in open_steps,
        "may_retry": is_office
        and trip.status == Trip.Status.CONFIRMED
        and any(row.cells[-1] for row in services),
        "said_back": said_back(trip) if trip.status == Trip.Status.RETURNED else "",
        "facts": facts_of(trip),
        "handling": handling_of(trip),
        "day_columns": DAY_COLUMNS,
        "days": day_rows(trip),
        "service_columns": SERVICE_COLUMNS,
        "services": services,
        "needs": needs_of(trip),
        "items": items_of(trip),
        "photos": photos,
        "may_change_photos": writes,
        "form": form if writes and len(photos) < MOST_PHOTOS else None,
        "has_scan": scan is not None,
        "trail": trail_of(request.user, trip),
    }
    return render(request, "outreach/trip_detail.html", context, status=status)


@require_POST
@posts(*steps.WRITERS)
def trip_submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a trip to its host school."""
    trip = trip_or_404(request, pk, steps.WRITERS)
    steps.submit(trip, by=request.user, at=timezone.now())
    messages.success(request, "已提交，请等待受援学校确认。")
    return redirect("trip-detail", pk)


@require_POST
@posts(*steps.WRITERS)
def trip_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a trip back before it is confirmed."""
    trip = trip_or_404(request, pk, steps.WRITERS)
    steps.withdraw(trip, by=request.user, at=timezone.now())
    messages.success(request, "已撤回，可以修改后再提交。")
    return redirect("trip-detail", pk)


@require_POST
@posts(*steps.OFFICE)
def trip_retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Try once more to put the hours of a confirmed trip on file."""
    done = steps.retry(trip_or_404(request, pk, steps.OFFICE), by=request.user, at=timezone.now())
    if done:
        messages.success(request, f"又记入 {done} 条服务记录。")
    else:
        messages.warning(request, "还是没有记入，原因写在“服务时间”里，请先处理。")
    return redirect("trip-detail", pk)


@require_http_methods(FORM_METHODS)
@posts(*steps.OFFICE)
def trip_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm a trip by the sheet that the host school signed and sealed."""
    trip = trip_or_404(request, pk, steps.OFFICE)
    form = SheetForm(request.POST or None, request.FILES or None, initial={"version": trip.version})

    def step(data: dict[str, Any]) -> Trip:
        told = {name: data[name] for name in ("name", "words", "version")}
        return steps.confirm(trip, **told, scan=data["file"], by=request.user, at=timezone.now())

    return answer_form(
        request,
        form,
        seen(form, trip, step),
        title="凭盖章确认单确认",
        action="确认",
        words="请核对确认单上的内容和下面一致，再上传扫描件。确认后计入统计，并记入每个人的服务时间。",
        facts=facts_of(trip),
        back_url=url_of(trip),
        crumbs=crumbs_of(request, trip),
        done="已确认。",
    )


def reason_page(
    request: HttpRequest, trip: Trip, step: Any, *, title: str, action: str, words: str, done: str
) -> HttpResponse:
    return answer_form(
        request,
        ReasonForm(request.POST or None),
        lambda data: step(trip, reason=data["reason"], by=request.user, at=timezone.now()),
        title=title,
        action=action,
        words=words,
        danger=True,
        facts=[
            Fact("受援学校", trip.host_school.name),
            Fact("下校人员", people_words(trip)),
            Fact("时间", trip.span),
            Fact("状态", trip.get_status_display()),
        ],
        back_url=url_of(trip),
        crumbs=crumbs_of(request, trip),
        done=done,
    )


@require_http_methods(FORM_METHODS)
@posts(*steps.OFFICE)
def trip_return(request: HttpRequest, pk: int) -> HttpResponse:
    """Return a trip to whoever entered it, in the host school's place."""
    trip = trip_or_404(request, pk, steps.OFFICE)
    form = ReturnForm(request.POST or None, initial={"version": trip.version})

    def step(data: dict[str, Any]) -> Trip:
        return steps.send_back(trip, **data, by=request.user, at=timezone.now())

    return answer_form(
        request,
        form,
        seen(form, trip, step),
        title="退回下校记录",
        action="退回",
        words="退回后由老校长修改，再重新提交。理由老校长能看到。",
        danger=True,
        facts=[*facts_of(trip), Fact("状态", trip.get_status_display())],
        back_url=url_of(trip),
        crumbs=crumbs_of(request, trip),
        done="已退回。",
    )


@require_http_methods(FORM_METHODS)
@posts(*steps.OFFICE)
def trip_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a confirmed trip again."""
    return reason_page(
        request,
        trip_or_404(request, pk, steps.OFFICE),
        steps.reopen,
        title="重新打开下校记录",
        action="重新打开",
        words="重新打开后不再计入统计，已记入的服务记录一并作废；修改后要重新提交、重新确认。",
        done="已重新打开，服务记录已作废。",
    )


@require_http_methods(FORM_METHODS)
@posts(*steps.OFFICE)
def trip_void(request: HttpRequest, pk: int) -> HttpResponse:
    """Strike a trip out."""
    return reason_page(
        request,
        trip_or_404(request, pk, steps.OFFICE),
        steps.void,
        title="作废下校记录",
        action="作废",
        words="作废后不能恢复，不计入统计，已记入的服务记录一并作废；下校次数的编号不再给别的记录。",
        done="已作废。",
    )


# --- paper and files ----------------------------------------------------------------------------------


@require_safe
@posts(*READERS)
def trip_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Print the sheet that the host school signs and seals."""
    trip = trip_or_404(request, pk)
    if (why_not := pdf.available()) is not None:
        raise Refused(why_not)
    from guanweihui.documents.forms import paper_form

    content = paper_form(confirmation_sheet(trip, unit=unit_name(request)), by=str(request.user))
    return answer_file(content, f"下校确认单_{trip.host_school.name}_{trip.from_on:%Y%m%d}.pdf")


@require_safe
@posts(*READERS)
def trip_scan(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out the latest sealed sheet of a trip."""
    scan = scans_of(trip_or_404(request, pk)).first()
    if scan is None:
        raise Http404
    return answer_attachment(request, scan)


@require_safe
@posts(*READERS, Role.HOST)
def trip_photo(request: HttpRequest, pk: int, photo: int) -> HttpResponse:
    """Hand out one photo of a trip that the reader sees."""
    return answer_attachment(request, get_object_or_404(photos_of(trip_or_404(request, pk)), pk=photo))


@require_POST
@posts(*steps.WRITERS)
def trip_photo_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Hang more photos on a trip."""
    trip = trip_or_404(request, pk, steps.WRITERS)
    form = PhotoForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            steps.files.add_photos(trip, form.cleaned_data["photos"], by=request.user, at=timezone.now())
        except Refused as refusal:
            form.add_error("photos", str(refusal))
        else:
            messages.success(request, "照片已上传。")
            return redirect("trip-detail", pk)
    return answer_detail(request, trip, form, status=422)


@require_POST
@posts(*steps.WRITERS)
def trip_photo_remove(request: HttpRequest, pk: int, photo: int) -> HttpResponse:
    """Take a photo of a trip away."""
    trip = trip_or_404(request, pk, steps.WRITERS)
    found = get_object_or_404(photos_of(trip), pk=photo)
    steps.files.remove_photo(trip, found, by=request.user, at=timezone.now())
    messages.success(request, "照片已删除。")
    return redirect("trip-detail", pk)
