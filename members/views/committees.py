"""Committees: the list of appointments, a unit's committee on a day, its print, its term changes."""

import datetime
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from guanweihui.audit import record
from guanweihui.documents import pdf
from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.list_page import (
    ListPage,
    answer_file,
    answer_list,
    answer_workbook,
    unit_name,
)
from guanweihui.lists import Link, ListColumn, ListRow, Mark, page_of
from guanweihui.scope import COMMITTEE, Role, reach_of
from guanweihui.tables import Imprint, Table
from guanweihui.workflow import Refused
from members.areas import PEOPLE, tabs_of
from members.committees import committee_on, left_office, unit_of_level, units_below, vacancies, warnings_of
from members.filters.committees import VACANT, AppointmentFilter
from members.forms.committees import AppointForm, DayForm, EndAppointmentForm
from members.models import Appointment
from members.models.committees import LEVELS, level_of
from members.reports.committees import (
    appointment_register,
    by_office_word,
    committee_name,
    committee_table,
    level_of_seat,
)
from members.workflow.committees import WRITERS, appoint, end_appointment

COLUMNS = (
    ListColumn("姓名", is_name=True, sort="name"),
    ListColumn("单位", sort="unit"),
    ListColumn("层级", align="center"),
    ListColumn("任职", sort="position"),
    ListColumn("职务"),
    ListColumn("在职或退休"),
    ListColumn("任职方式"),
    ListColumn("起", format="date", sort="from"),
    ListColumn("止", format="date", sort="to"),
    ListColumn("提示", is_long=True),
)
SORTS = {
    "name": ("printed_name",),
    "unit": (
        "level",
        "group__position",
        "school__group__position",
        "school__position",
        "position",
    ),
    "position": ("position",),
    "from": ("from_on",),
    "to": ("to_on",),
}
VACANCY_COLUMNS = (
    ListColumn("单位", is_name=True),
    ListColumn("层级", align="center"),
    ListColumn("空缺的任职"),
    ListColumn("上一任离任日期", format="date"),
)
SEAT_COLUMNS = (
    ListColumn("姓名", is_name=True),
    ListColumn("任职"),
    ListColumn("职务"),
    ListColumn("在职或退休"),
    ListColumn("任职方式"),
    ListColumn("任职时间", format="date"),
    ListColumn("提示", is_long=True),
    ListColumn("操作"),
)


def chosen_seats(request: HttpRequest) -> AppointmentFilter:
    seats = Appointment.objects.visible_to(request.user)
    return AppointmentFilter(request.GET, queryset=seats, request=request)


@require_safe
@posts(*COMMITTEE)
def appointment_list(request: HttpRequest) -> HttpResponse:
    """List the appointments of all three levels, or the seats that have stood empty too long."""
    chosen = chosen_seats(request)
    if chosen.is_valid() and chosen.form.cleaned_data.get("vacant") == VACANT:
        return answer_seats(request, vacant_page(request, chosen))
    page = page_of(request, chosen.qs.for_list(), SORTS)
    today = timezone.localdate()
    shown = ListPage(
        title="关工委任职",
        columns=COLUMNS,
        rows=[list_row(seat, today) for seat in page],
        page=page,
        form=chosen.form,
        tabs=tabs_of(request, PEOPLE),
        export="appointment-export",
        empty_words="还没有任职记录。请导入学校名录，或到单位的关工委名单中新增。",
    )
    return answer_seats(request, shown)


def answer_seats(request: HttpRequest, shown: ListPage) -> HttpResponse:
    """Answer with the list and the ways on: the reader's own committee, the empty seats."""
    reach = reach_of(request.user)
    words = {"district": "区关工委名单", "group": "本组名单", "school": "本校名单"}
    buttons = [
        (words[level], reverse("committee-detail", args=[level, pk]), "people", "outline-secondary")
        for level in LEVELS
        for pk in reach.ids(level)[:1]
    ]
    url = f"{reverse('appointment-list')}?vacant={VACANT}"
    buttons.append(("空缺任职", url, "exclamation-circle", "outline-secondary"))
    return answer_list(request, replace(shown, buttons=buttons))


def list_row(seat: Appointment, today: datetime.date) -> ListRow:
    level = level_of_seat(seat)
    unit = seat.unit
    ended = seat.to_on is not None and seat.to_on < today
    return ListRow(
        (
            person_link(seat),
            Link(unit.short_name, reverse("committee-detail", args=[level, unit.pk])),
            LEVELS[level],
            seat.get_position_display(),
            seat.duty,
            seat.get_service_display(),
            by_office_word(seat),
            seat.from_on or "不详",
            seat.to_on or "今",
            "已离任" if ended else "；".join(warnings_of(seat, today)),
        )
    )


def person_link(seat: Appointment) -> Any:
    if seat.person_id is None:
        return seat.printed_name
    return Link(seat.printed_name, reverse("person-detail", args=[seat.person_id]))


def vacant_page(request: HttpRequest, chosen: AppointmentFilter) -> ListPage:
    """Show empty seats, narrowed by level, unit and position as the query asks."""
    asked = chosen.form.cleaned_data
    levels = {asked["level"]} if asked["level"] else set(LEVELS)
    unit, position = asked["unit"].strip(), asked["position"]
    found = [
        seat
        for seat in vacancies(request.user, timezone.localdate())
        if seat.level in levels
        and (unit in seat.unit or (bool(seat.code) and seat.code.startswith(unit)))
        and position in {"", str(seat.position)}
    ]
    page = page_of(request, found)  # type: ignore[arg-type]
    rows = [
        ListRow(
            (
                Link(seat.unit, reverse("committee-detail", args=[seat.level, seat.unit_pk])),
                LEVELS[seat.level],
                seat.label,
                seat.last_on or "从未任命",
            )
        )
        for seat in page
    ]
    return ListPage(
        title="关工委任职",
        columns=VACANCY_COLUMNS,
        rows=rows,
        page=page,
        form=chosen.form,
        tabs=tabs_of(request, PEOPLE),
        notes=["最近三个月内无人任职的学校主任、常务副主任和协作组组长；从未任命过的只计主任和组长。"],
        unit="个",
        empty_words="没有空缺超过三个月的任职。",
    )


@require_safe
@posts(*COMMITTEE)
def appointment_export(request: HttpRequest) -> HttpResponse:
    """Give the queried appointments as a workbook, without a phone."""
    seats = chosen_seats(request).qs.for_list()
    return answer_workbook(request, appointment_register(seats, reporting_unit=unit_name(request)))


# --- the committee of one unit ----------------------------------------------------------------------------


def unit_or_404(request: HttpRequest, level: str, pk: int, roles: frozenset[Role] | None = None) -> Any:
    return get_object_or_404(unit_of_level(request.user, level, roles), pk=pk)


def may_write(request: HttpRequest, unit: Any) -> bool:
    """Tell whether to offer the steps: the district for all its units, a school for itself."""
    reach = reach_of(request.user).of(WRITERS)
    district = unit.pk if level_of(unit) == "district" else unit.district_id
    return district in reach.ids("district") or (
        level_of(unit) == "school" and unit.pk in reach.ids("school")
    )


def asked_day(request: HttpRequest) -> datetime.date:
    """Return the day of ?on=, today when it is absent or no day."""
    form = DayForm(request.GET)
    day = form.cleaned_data["on"] if form.is_valid() else None
    return day or timezone.localdate()


@require_safe
@posts(*COMMITTEE)
def committee_detail(request: HttpRequest, level: str, pk: int) -> HttpResponse:
    """Show who serves a unit on a day, with the way to print the list and to change it."""
    unit = unit_or_404(request, level, pk)
    day, writes = asked_day(request), may_write(request, unit)
    seats = committee_on(unit, day)
    context = {
        "crumbs": crumbs_of(unit),
        "title": f"{committee_name(unit)}组成人员",
        "day_note": f"{day} 在任 {len(seats)} 人",
        "form": DayForm(initial={"on": day}),
        "print_url": f"{reverse('committee-print', args=[level, pk])}?on={day}",
        "excel_url": f"{reverse('committee-print', args=[level, pk])}?on={day}&format=xlsx",
        "renew_url": reverse("committee-renew", args=[level, pk]) if writes else "",
        "add_url": reverse("appointment-add", args=[level, pk]) if writes else "",
        "below": [
            (one.short_name, reverse("committee-detail", args=[level_of(one), one.pk]))
            for one in units_below(request.user, unit)
        ],
        "columns": SEAT_COLUMNS if writes else SEAT_COLUMNS[:-1],
        "rows": [seat_row(seat, unit, day, writes) for seat in seats],
    }
    return render(request, "members/committees_detail.html", context)


def crumbs_of(unit: Any) -> list[tuple[str, str]]:
    here = reverse("committee-detail", args=[level_of(unit), unit.pk])
    return [("关工委任职", reverse("appointment-list")), (unit.short_name, here)]


def hints_of(seat: Appointment, unit: Any, day: datetime.date) -> list[str]:
    return [*warnings_of(seat, day), *filter(None, [left_office(seat, unit, day)])]


def seat_row(seat: Appointment, unit: Any, day: datetime.date, writes: bool) -> ListRow:
    cells = (
        person_link(seat),
        seat.get_position_display(),
        seat.duty,
        seat.get_service_display(),
        by_office_word(seat),
        seat.from_on or "不详",
        "；".join(hints_of(seat, unit, day)),
    )
    if not writes:
        return ListRow(cells)
    if seat.to_on is not None:
        return ListRow((*cells, Mark(f"任期至 {seat.to_on}", "plain")))
    return ListRow((*cells, (Link("离任", reverse("appointment-end", args=[seat.pk])),)))


@require_safe
@posts(*COMMITTEE)
def committee_print(request: HttpRequest, level: str, pk: int) -> HttpResponse:
    """Give 关工委组成人员名单 of a day as a PDF, or as a workbook with ?format=xlsx."""
    unit, day = unit_or_404(request, level, pk), asked_day(request)
    table = committee_table(unit, committee_on(unit, day), day)
    if request.GET.get("format") == "xlsx":
        return answer_workbook(request, table)
    return answer_pdf(request, table)


def answer_pdf(request: HttpRequest, table: Table) -> HttpResponse:
    """Answer with the table as a PDF; what leaves the house stands in the trail, as for a workbook."""
    if (fault := pdf.available()) is not None:
        raise Refused(fault)
    now, home = timezone.localtime(), reach_of(request.user).home
    changes = {"table": table.title, "rows": len(table.rows), "format": "PDF"}
    record("list.export", by=request.user, at=now, district=home, changes=changes)
    content = pdf.tables([table], Imprint(now, str(request.user)))
    return answer_file(content, f"{table.title}_{now:%Y%m%d}.pdf")


# --- steps ------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@posts(*WRITERS)
def appointment_add(request: HttpRequest, level: str, pk: int) -> HttpResponse:
    """Open one seat at a unit."""
    unit = unit_or_404(request, level, pk, WRITERS)
    if not may_write(request, unit):
        raise Http404
    back = reverse("committee-detail", args=[level, pk])

    def step(cleaned: dict[str, Any]) -> Appointment:
        values = {name: value for name, value in cleaned.items() if name != "reason"}
        seat = appoint(unit, values, by=request.user, at=timezone.now(), reason=cleaned["reason"])
        warn_of(request, seat)
        return seat

    return answer_form(
        request,
        AppointForm(request.POST or None, level=level),
        step,
        title=f"{unit.short_name}：新增任职",
        action="保存",
        back_url=back,
        done=lambda seat: f"已登记{seat}。",
        crumbs=crumbs_of(unit),
    )


def warn_of(request: HttpRequest, seat: Appointment) -> None:
    for words in warnings_of(seat, seat.from_on or timezone.localdate()):
        messages.warning(request, f"{seat}：{words}，请核对。")


@require_http_methods(["GET", "HEAD", "POST"])
@posts(*WRITERS)
def appointment_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the last day of one term."""
    seats = Appointment.objects.visible_to(request.user, roles=WRITERS)
    seat = get_object_or_404(seats.for_list(), pk=pk)
    unit = seat.unit

    def step(cleaned: dict[str, Any]) -> Appointment:
        return end_appointment(seat, **cleaned, by=request.user, at=timezone.now())

    return answer_form(
        request,
        EndAppointmentForm(request.POST or None),
        step,
        title=f"{seat}离任",
        action="保存",
        back_url=reverse("committee-detail", args=[level_of(unit), unit.pk]),
        done=lambda ended: f"{ended}的任期到 {ended.to_on} 为止。",
        crumbs=crumbs_of(unit),
        words="任职记录会保留，以前日期的表格仍印当时在任的人。",
    )
