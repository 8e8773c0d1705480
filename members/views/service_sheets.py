"""Sign-in sheets: the list, a new one, its page and print, and the grid that is typed from the paper."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.list_page import ListPage, answer_list
from guanweihui.lists import Fact, Link, ListColumn, ListRow, Mark, page_of
from guanweihui.scope import COMMITTEE, Role, reach_of
from guanweihui.sheets import trail_of
from guanweihui.tables import format_value
from guanweihui.workflow import Refused
from members.areas import SERVICE, tabs_of
from members.filters.service import SheetFilter
from members.forms.service import EntryGrid, SheetForm
from members.models import Person, ServiceRecord, ServiceSheet
from members.reports.service import organiser_of, times_of
from members.views.service import MARKS
from members.workflow.service import WRITERS
from members.workflow.service_rules import said, span_of
from members.workflow.service_sheets import (
    Entry,
    SheetFaults,
    enter_sheet,
    expected_of,
    find_people,
    open_sheet,
    people_for,
)

COLUMNS = (
    ListColumn("签到表号", is_name=True),
    ListColumn("服务内容", is_long=True),
    ListColumn("组织方"),
    ListColumn("日期", format="date", sort="day"),
    ListColumn("时间", align="center"),
    ListColumn("地点"),
    ListColumn("预定人数", format="int"),
    ListColumn("已登记", format="int"),
)
SORTS = {"day": ("held_on", "starts_at")}
RECORD_COLUMNS = (
    ListColumn("姓名", is_name=True),
    ListColumn("单位"),
    ListColumn("时数", format="hours"),
    ListColumn("状态"),
)
PEOPLE_COLUMNS = (ListColumn("姓名", is_name=True), ListColumn("单位"))
CRUMBS = [("签到表", "/service/sheets/")]


@require_safe
@posts(*COMMITTEE)
def sheet_list(request: HttpRequest) -> HttpResponse:
    """List the sheets within reach, the newest first."""
    sheets = ServiceSheet.objects.visible_to(request.user)
    chosen = SheetFilter(request.GET, queryset=sheets, request=request)
    page = page_of(request, chosen.qs.for_list().tallied(), SORTS)
    writes = reach_of(request.user).serves(*WRITERS)
    shown = ListPage(
        title="签到表",
        columns=COLUMNS,
        rows=[row(sheet) for sheet in page],
        page=page,
        form=chosen.form,
        tabs=tabs_of(request, SERVICE),
        unit="张",
        empty_words="还没有签到表。",
        empty_url=reverse("sheet-new") if writes else "",
        empty_action="新建" if writes else "",
        buttons=[("新建", reverse("sheet-new"), "plus-lg", "primary")] if writes else (),
    )
    return answer_list(request, shown)


def row(sheet: Any) -> ListRow:
    cells = (
        Link(sheet.number, reverse("sheet-detail", args=[sheet.pk])),
        sheet.content,
        organiser_of(sheet),
        sheet.held_on,
        times_of(sheet),
        sheet.place,
        sheet.awaited,
        sheet.entered,
    )
    return ListRow(cells, key=str(sheet.pk), name=sheet.number)


@require_http_methods(["GET", "HEAD", "POST"])
@posts(*WRITERS)
def sheet_new(request: HttpRequest) -> HttpResponse:
    """Open a sheet: what, where, when, by whom, and who is expected."""
    return answer_form(
        request,
        SheetForm(request.POST or None, request=request),
        lambda values: open_sheet(values, by=request.user, at=timezone.now()),
        title="新建签到表",
        action="新建",
        back_url=reverse("sheet-list"),
        done=lambda sheet: f"已建立签到表 {sheet.number}，可以打印。",
        then=lambda sheet: reverse("sheet-detail", args=[sheet.pk]),
        crumbs=CRUMBS,
        words="活动前打印签到表，请到场的人签字；活动后照着纸质签到表登记，一次写入全部服务记录。",
    )


def fetched(request: HttpRequest, pk: int, roles: Any = None) -> ServiceSheet:
    sheets = ServiceSheet.objects.visible_to(request.user, roles=roles)
    return get_object_or_404(sheets.for_page(), pk=pk)


def is_mine(request: HttpRequest, sheet: ServiceSheet) -> bool:
    """Tell whether the reader may enter the sheet."""
    reach = reach_of(request.user)
    return sheet.district_id in reach.of({Role.DISTRICT}).ids("district") or (
        sheet.school_id in reach.of({Role.SCHOOL}).ids("school")
    )


@require_safe
@posts(*COMMITTEE)
def sheet_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a sheet with the people expected and the records entered from it."""
    sheet = fetched(request, pk)
    records = sheet.records.all().for_list()
    mine = is_mine(request, sheet)
    context = {
        "sheet": sheet,
        "crumbs": [*CRUMBS, (sheet.number, "")],
        "facts": facts(sheet),
        "record_columns": RECORD_COLUMNS,
        "records": [record_row(one) for one in records],
        "people_columns": PEOPLE_COLUMNS,
        "people": [ListRow((one.name, one.school.short_name)) for one in expected_of(sheet)],
        "print_url": reverse("sheet-print", args=[sheet.pk]) if mine else "",
        "entry_url": reverse("sheet-entry", args=[sheet.pk])
        if mine and sheet.held_on <= timezone.localdate()
        else "",
        "trail": trail_of(request.user, sheet),
    }
    return render(request, "members/service_sheet.html", context)


def record_row(one: ServiceRecord) -> ListRow:
    cells = (
        Link(one.person.name, reverse("record-detail", args=[one.pk])),
        one.person.school.short_name,
        one.half_hours / 2,
        Mark(one.get_status_display(), MARKS.get(one.status, "")),
    )
    return ListRow(cells, key=str(one.pk), name=one.person.name)


def facts(sheet: ServiceSheet) -> list[Fact]:
    return [
        Fact("服务内容", sheet.content),
        Fact("类别", sheet.get_kind_display()),
        Fact("日期", sheet.held_on),
        Fact("时间", times_of(sheet)),
        Fact("地点", sheet.place),
        Fact("组织方", organiser_of(sheet)),
        Fact("联系人", sheet.contact),
        Fact("联系电话", sheet.contact_phone),
    ]


@require_safe
@posts(*WRITERS)
def sheet_print(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the paper sheet as a PDF: the people expected first, by pinyin, then blank rows."""
    # Imported here: WeasyPrint is slow to load and most requests need none of it.
    from guanweihui.documents.sheets import SignInSheet, sign_in_sheet

    sheet = fetched(request, pk, WRITERS)
    content = sign_in_sheet(
        SignInSheet(
            number=sheet.number,
            unit=sheet.district.committee_name,
            content=sheet.content,
            place=sheet.place,
            day=format_value(sheet.held_on, prose=True),
            times=times_of(sheet),
            organiser=sheet.school.full_name if sheet.school else organiser_of(sheet),
            contact="　".join(filter(None, (sheet.contact, sheet.contact_phone))),
            people=tuple((one.name, one.school.short_name) for one in expected_of(sheet)),
        )
    )
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{sheet.number}.pdf"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@posts(*WRITERS)
def sheet_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """Type the paper sheet in: one row a person, one submit for all; faults stand by row, text kept."""
    sheet = fetched(request, pk, WRITERS)
    if request.method != "POST":
        return answer_grid(request, sheet, EntryGrid(initial=fresh_rows(request, sheet)))
    if "add" in request.POST:
        rows, faults = added_rows(request, sheet)
        return answer_grid(request, sheet, EntryGrid(initial=rows), faults)
    grid = EntryGrid(request.POST)
    if not grid.is_valid():
        return answer_grid(request, sheet, grid, status=422)
    try:
        entered = enter_sheet(sheet, entries_of(grid), by=request.user, at=timezone.now())
    except SheetFaults as refusal:
        for form in grid:
            if fault := refusal.faults.get(form.cleaned_data["person"]):
                form.add_error("hours", fault)
        return answer_grid(request, sheet, grid, status=422)
    except Refused as refusal:
        return answer_grid(request, sheet, grid, [str(refusal)], status=422)
    if entered.records:
        words = f"已登记 {len(entered.records)} 人，合计 {said(entered.half_hours)} 小时。"
    else:
        words = "没有新的记录，原有记录没有改动。"
    messages.success(request, words)
    return redirect("sheet-detail", pk)


def entries_of(grid: Any) -> list[Entry]:
    rows = (form.cleaned_data for form in grid)
    return [Entry(one["person"], one["attended"] == "1", one["half_hours"]) for one in rows]


def fresh_rows(request: HttpRequest, sheet: ServiceSheet) -> list[dict[str, Any]]:
    """Return the rows of an untouched grid: everybody expected who has no record on the sheet yet.

    Once a sheet was entered, whoever has no record on it was away: no second look makes him present.
    """
    entered = {one.person_id for one in sheet.records.all().standing()}
    people = expected_of(sheet)
    return [new_row(sheet, one, came=not entered) for one in people if one.pk not in entered]


def new_row(sheet: ServiceSheet, person: Person, *, came: bool = True) -> dict[str, Any]:
    hours = said(span_of(sheet.starts_at, sheet.ends_at))
    return {"person": person.pk, "attended": "1" if came else "0", "hours": hours}


def added_rows(request: HttpRequest, sheet: ServiceSheet) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the rows as typed with the people named added behind them, and what was not found."""
    typed = EntryGrid(request.POST)
    rows = [{name: form[name].value() for name in ("person", "attended", "hours")} for form in typed.forms]
    people, faults = find_people(request.POST.get("names", ""), by=request.user, day=sheet.held_on)
    here = {str(one["person"]) for one in rows}
    return rows + [new_row(sheet, one) for one in people if str(one.pk) not in here], faults


def answer_grid(
    request: HttpRequest, sheet: ServiceSheet, grid: Any, faults: Iterable[str] = (), status: int = 200
) -> HttpResponse:
    """Show the grid with every fault above it; `faults` are those of no row."""
    keys = [key for form in grid.forms if str(key := form["person"].value() or "").isdecimal()]
    people = {one.pk: one for one in people_for(sheet, keys, by=request.user)}
    lines = []
    for form in grid.forms:
        person = people.get(int(form["person"].value())) if form["person"].value() in keys else None
        name = person.name if person else "不在您职责范围内的人员"
        for field, words in (("attended", "是否到场"), ("hours", "时数")):
            form.fields[field].widget.attrs["aria-label"] = f"{name}{words}"
            form.fields[field].label = f"{name}的{words}"
        lines.append((form, name, person.school.short_name if person else ""))
    context = {
        "sheet": sheet,
        "crumbs": [*CRUMBS, (sheet.number, reverse("sheet-detail", args=[sheet.pk])), ("登记", "")],
        "grid": grid,
        "lines": lines,
        "faults": [*(("", words) for words in faults), *row_faults(grid, lines)],
        "names": request.POST.get("names", "") if faults else "",
        "facts": facts(sheet)[:6],
        "entered": sheet.records.all().standing().count(),
    }
    return render(request, "members/service_entry.html", context, status=status)


def row_faults(grid: Any, lines: list) -> list[tuple[str, str]]:
    """Return (address of the field, sentence) of every fault of a grid that was sent."""
    if not grid.is_bound:
        return []
    said_of_all = [("", words) for words in grid.non_form_errors()]
    return said_of_all + [
        (f"#{bound.id_for_label}", f"第 {number} 行 {name}：{words}")
        for number, (form, name, _) in enumerate(lines, start=1)
        for bound in form
        for words in bound.errors
    ]
