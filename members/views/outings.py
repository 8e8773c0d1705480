"""Outings (外出活动): the list, who goes along, and the papers without which nobody does."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanweihui.documents import pdf
from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.list_page import ListPage, answer_file, answer_list, unit_name
from guanweihui.lists import Fact, Link, ListColumn, ListRow, Mark, page_of
from guanweihui.scope import DISTRICT_WIDE, reach_of
from guanweihui.tables import Imprint
from guanweihui.workflow import Refused
from members.areas import SERVICE, tabs_of
from members.filters.care import OutingFilter
from members.forms.care import OutingForm, PapersForm, PurposeForm
from members.models import Outing, OutingPlace, Person
from members.reports.care import roster_table
from members.workflow.outings import (
    WRITERS,
    file_papers,
    join,
    leave,
    mark_attended,
    missing_papers,
    open_outing,
    open_roster,
)

COLUMNS = (
    ListColumn("名称", is_name=True),
    ListColumn("地点"),
    ListColumn("日期", format="date"),
    ListColumn("队伍"),
    ListColumn("名额", format="int"),
    ListColumn("已报名", format="int"),
    ListColumn("材料齐全", format="int"),
    ListColumn("状态"),
)
PLACES = (
    ListColumn("姓名", is_name=True),
    ListColumn("单位"),
    ListColumn("保险", align="center"),
    ListColumn("还缺的材料", is_long=True),
    ListColumn("状态"),
)
#: As many hits of a search as one page offers; more ask for more letters.
MOST_FOUND = 20


@require_safe
@posts(*DISTRICT_WIDE)
def outing_list(request: HttpRequest) -> HttpResponse:
    """List the district's outings, the latest first."""
    chosen = OutingFilter(request.GET, queryset=Outing.objects.visible_to(request.user), request=request)
    page = page_of(request, chosen.qs.for_list())
    writes = reach_of(request.user).serves(*WRITERS)
    shown = ListPage(
        title="外出活动",
        columns=COLUMNS,
        rows=[row_of(outing) for outing in page],
        page=page,
        form=chosen.form,
        tabs=tabs_of(request, SERVICE),
        notes=["健康声明、家属签字、紧急联系人齐全的人才列入参加名单。"],
        unit="次",
        empty_words="还没有外出活动。",
        empty_url=reverse("outing-new") if writes else "",
        empty_action="新建活动" if writes else "",
        buttons=[("新建", reverse("outing-new"), "plus-lg", "primary")] if writes else (),
    )
    return answer_list(request, shown)


def row_of(outing: Any) -> ListRow:
    cells = (
        Link(outing.name, reverse("outing-detail", args=[outing.pk])),
        outing.place,
        outing.held_on,
        outing.team.name if outing.team else "",
        outing.capacity,
        outing.taken,
        outing.cleared,
        state_of(outing),
    )
    return ListRow(cells, key=str(outing.pk), name=outing.name)


def state_of(outing: Any) -> Mark:
    """Say how an outing stands: held, in doubt below its minimum, full, or open."""
    if outing.held_on < timezone.localdate():
        return Mark("已结束", "plain")
    if outing.taken < outing.minimum:
        return Mark("可能取消", "warn")
    return Mark("名额已满", "info") if outing.taken >= outing.capacity else Mark("报名中", "ok")


@require_http_methods(["GET", "HEAD", "POST"])
@posts(*WRITERS)
def outing_new(request: HttpRequest) -> HttpResponse:
    """Plan an outing."""
    return answer_form(
        request,
        OutingForm(request.POST or None, user=request.user),
        lambda values: open_outing(values, by=request.user, at=timezone.now()),
        title="新建外出活动",
        action="保存",
        back_url=reverse("outing-list"),
        done="外出活动已建立，请加入人员。",
        then=lambda outing: reverse("outing-detail", args=[outing.pk]),
        crumbs=[("外出活动", reverse("outing-list"))],
    )


@require_safe
@posts(*DISTRICT_WIDE)
def outing_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an outing, who goes along, and a search for whom to add."""
    outing = get_object_or_404(Outing.objects.visible_to(request.user).for_list(), pk=pk)
    return render(request, "members/outings_detail.html", context_of(request, outing, PurposeForm()))


def context_of(request: HttpRequest, outing: Any, purpose: PurposeForm) -> dict[str, Any]:
    places = OutingPlace.objects.visible_to(request.user, roles=DISTRICT_WIDE).of_outing(outing).for_list()
    asked, writes = request.GET.get("q", "").strip(), reach_of(request.user).serves(*WRITERS)
    return {
        "crumbs": [("外出活动", reverse("outing-list")), (outing.name, "")],
        "outing": outing,
        "state": state_of(outing).word,
        "facts": facts_of(outing),
        "columns": PLACES,
        "places": [place_row(place, writes) for place in places],
        "writes": writes,
        "asked": asked,
        "found": found_people(request, asked) if writes and asked else [],
        "purpose": purpose if writes and outing.cleared else None,
    }


def found_people(request: HttpRequest, asked: str) -> Any:
    people = Person.objects.visible_to(request.user, roles=WRITERS)
    return people.present_on(timezone.localdate()).named(asked, request.user).for_list()[:MOST_FOUND]


def facts_of(outing: Any) -> list[Fact]:
    clock = f"{outing.meets_at:%H:%M}" if outing.meets_at else ""
    return [
        Fact("地点", outing.place),
        Fact("日期", outing.held_on),
        Fact("集合", f"{clock} {outing.meeting_place}".strip()),
        Fact("队伍", outing.team.name if outing.team else ""),
        Fact("联系人", outing.contact),
        Fact("联系电话", outing.contact_phone),
        Fact("名额", f"{outing.capacity} 人，最少 {outing.minimum} 人成行"),
        Fact("报名", f"{outing.taken} 人，其中材料齐全 {outing.cleared} 人"),
    ]


def place_row(place: OutingPlace, writes: bool) -> ListRow:
    missing = missing_papers(place)
    name = place.person.name
    cells = (
        Link(name, reverse("place-papers", args=[place.pk])) if writes else name,
        place.person.school.short_name,
        "已办" if place.is_insured else "未办",
        "、".join(missing),
        Mark("已参加", "ok")
        if place.attended
        else Mark("材料不齐", "warn")
        if missing
        else Mark("可参加", "info"),
    )
    return ListRow(cells, key=str(place.pk), name=name)


@require_POST
@posts(*WRITERS)
def outing_join(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the person named in the form a place."""
    outing = get_object_or_404(Outing.objects.visible_to(request.user, roles=WRITERS), pk=pk)
    asked = request.POST.get("person", "")
    people = Person.objects.visible_to(request.user, roles=WRITERS)
    person = get_object_or_404(people, pk=int(asked) if asked.isdecimal() and len(asked) < 19 else 0)
    place = join(outing, person, by=request.user, at=timezone.now())
    messages.success(request, f"已加入{person.name}，请登记材料。")
    return redirect("place-papers", place.pk)


@sensitive_variables("places", "table")
@require_POST
@posts(*WRITERS)
def outing_roster(request: HttpRequest, pk: int) -> HttpResponse:
    """Print the attendance list with full contacts, in the answer to a POST that says the purpose."""
    outing = get_object_or_404(Outing.objects.visible_to(request.user, roles=WRITERS).for_list(), pk=pk)
    form = PurposeForm(request.POST)
    if not form.is_valid():
        return render(request, "members/outings_detail.html", context_of(request, outing, form), status=422)
    if (why_not := pdf.available()) is not None:
        raise Refused(why_not)
    now = timezone.now()
    places = open_roster(outing, by=request.user, at=now, purpose=form.cleaned_data["purpose"])
    table = roster_table(outing, places, reporting_unit=unit_name(request))
    content = pdf.tables([table], Imprint(timezone.localtime(now), str(request.user)))
    return answer_file(content, f"{outing.name}参加名单.pdf")


# --- one place --------------------------------------------------------------------------------------------


def place_of(request: HttpRequest, pk: int) -> OutingPlace:
    return get_object_or_404(OutingPlace.objects.visible_to(request.user, roles=WRITERS).for_list(), pk=pk)


@sensitive_post_parameters("family_member", "emergency_contact", "emergency_phone")
@require_http_methods(["GET", "HEAD", "POST"])
@posts(*WRITERS)
def place_papers(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter the papers of a place."""
    place = place_of(request, pk)
    status = 200
    form = PapersForm(request.POST or None, instance=place_of(request, pk))
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                file_papers(place, form.cleaned_data, by=request.user, at=timezone.now())
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, "材料已保存。")
                return redirect("outing-detail", place.outing_id)
    context = {
        "crumbs": [
            ("外出活动", reverse("outing-list")),
            (place.outing.name, reverse("outing-detail", args=[place.outing_id])),
            (place.person.name, ""),
        ],
        "place": place,
        "form": form,
        "missing": "、".join(missing_papers(place)),
    }
    return render(request, "members/outings_place.html", context, status=status)


@require_POST
@posts(*WRITERS)
def place_attend(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that somebody went along."""
    place = mark_attended(place_of(request, pk), by=request.user, at=timezone.now())
    messages.success(request, f"已登记{place.person.name}参加。")
    return redirect("outing-detail", place.outing_id)


@require_POST
@posts(*WRITERS)
def place_leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a place back."""
    place = place_of(request, pk)
    outing = leave(place, by=request.user, at=timezone.now())
    messages.success(request, f"已移出{place.person.name}。")
    return redirect("outing-detail", outing.pk)
