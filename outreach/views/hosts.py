"""Host schools: the list, its workbook, one school whole; none of them is a school of the district."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from guanweihui.gate import posts
from guanweihui.list_page import ListPage, answer_list, answer_workbook, unit_name
from guanweihui.lists import Fact, Link, ListColumn, ListRow, Mark, page_of
from guanweihui.scope import DISTRICT_WIDE, Role
from guanweihui.sheets import trail_of
from guanweihui.text import mask_phone
from outreach.areas import OUTREACH, READERS, tabs_of
from outreach.filters.pairs import HostFilter
from outreach.forms.hosts import ContactForm
from outreach.models import HostProfile, HostSchool, Lesson, Need, Partnership, ResearchVisit, Trip
from outreach.reports.hosts import NOT_OURS, HostLine, host_lines, host_table
from outreach.views.links import link_card
from outreach.views.pairs import partner_state
from outreach.views.shared import export_for, writes
from outreach.views.visits import VISIT_COLUMNS_PLAIN, visit_row
from outreach.workflow import hosts as steps

OFFICE = (Role.DISTRICT,)
#: The last so many trips and lessons stand on a school's page.
LATEST = 10
KINDS = {"协议有效": "ok", "已到期": "warn", "没有协议": "warn", "已停办": "void"}
COLUMNS = (
    ListColumn("受援学校", is_name=True, sort="name"),
    ListColumn("地区", sort="region"),
    ListColumn("学校类型"),
    ListColumn("老校长"),
    ListColumn("协议止", format="date"),
    ListColumn("未解决需求（条）", format="int"),
    ListColumn("最近确认的下校", format="date"),
    ListColumn("状态"),
)
SORTS = {"name": ("name",), "region": ("region", "name")}
AGREEMENT_COLUMNS = (
    ListColumn("结对", is_name=True),
    ListColumn("学校类型"),
    ListColumn("协议起"),
    ListColumn("协议止"),
    ListColumn("协议编号"),
    ListColumn("状态", is_long=True),
)
PROFILE_COLUMNS = (
    ListColumn("学年", is_name=True),
    ListColumn("教职工（人）", format="int"),
    ListColumn("学生（人）", format="int"),
    ListColumn("班级（个）", format="int"),
    ListColumn("学科教师", is_long=True),
    ListColumn("说明", is_long=True),
    ListColumn("操作"),
)
TRIP_COLUMNS = (
    ListColumn("到校日期", format="date", is_name=True),
    ListColumn("离校日期", format="date"),
    ListColumn("老校长"),
    ListColumn("下校内容", is_long=True),
    ListColumn("状态"),
)
LESSON_COLUMNS = (
    ListColumn("送教活动", is_name=True),
    ListColumn("日期", format="date"),
    ListColumn("形式"),
    ListColumn("学科"),
    ListColumn("参加人次", format="int"),
)
TRIP_KINDS = {"SUBMITTED": "warn", "CONFIRMED": "ok", "RETURNED": "wrong", "VOID": "void"}


def hosts_of(request: HttpRequest, roles: Any = None) -> Any:
    return HostSchool.objects.visible_to(request.user, roles=roles)


def host_or_404(request: HttpRequest, pk: int, roles: Any = None) -> HostSchool:
    return get_object_or_404(hosts_of(request, roles).for_page(), pk=pk)


def url_of(host: HostSchool) -> str:
    return reverse("host-detail", args=[host.pk])


def crumbs_of(host: HostSchool | None = None) -> list[tuple[str, str]]:
    crumbs = [("受援学校", reverse("host-list"))]
    return [*crumbs, (host.name, url_of(host))] if host else crumbs


# --- the list ---------------------------------------------------------------------------------------------


@require_safe
@posts(*READERS)
def host_list(request: HttpRequest) -> HttpResponse:
    """List the host schools with agreements, needs and last trip; a principal sees those of his pair."""
    chosen = HostFilter(request.GET, queryset=hosts_of(request, READERS), request=request)
    page = page_of(request, chosen.qs.for_list(), SORTS)
    begins = writes(request)
    shown = ListPage(
        title="受援学校",
        columns=COLUMNS,
        rows=[host_row(line) for line in host_lines(request.user, list(page))],
        page=page,
        form=chosen.form,
        notes=[NOT_OURS],
        tabs=tabs_of(request, OUTREACH),
        export=export_for(request, "host-export"),
        unit="所",
        empty_words="还没有受援学校。",
        empty_url=reverse("host-new") if begins else "",
        empty_action="新建受援学校" if begins else "",
        buttons=[("新建受援学校", reverse("host-new"), "plus-lg", "primary")] if begins else (),
    )
    return answer_list(request, shown)


def host_row(line: HostLine) -> ListRow:
    state = line.state(timezone.localdate())
    return ListRow(
        (
            Link(line.host.name, url_of(line.host)),
            line.host.region,
            line.kinds,
            line.principals,
            line.to_on,
            line.needs,
            line.last_trip,
            Mark(state, KINDS[state]),
        )
    )


@require_safe
@posts(*DISTRICT_WIDE)
def host_export(request: HttpRequest) -> HttpResponse:
    """Give the queried host schools as a workbook."""
    chosen = HostFilter(request.GET, queryset=hosts_of(request, DISTRICT_WIDE), request=request)
    lines = host_lines(request.user, list(chosen.qs.for_list()))
    table = host_table(lines, day=timezone.localdate(), reporting_unit=unit_name(request))
    return answer_workbook(request, table)


# --- one school -------------------------------------------------------------------------------------------


@require_safe
@posts(*READERS)
def host_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a host school: contact, agreements, profiles, what was found there, trips, events."""
    host = host_or_404(request, pk, READERS)
    form = ContactForm() if writes(request) and host.contact_phone else None
    return render(request, "outreach/host_detail.html", context_of(request, host, form=form))


@sensitive_variables("phone", "context")
@require_POST
@posts(*OFFICE)
def host_contact(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the contact's whole telephone once, in the answer to a POST that says the purpose."""
    host = host_or_404(request, pk, OFFICE)
    form, phone = ContactForm(request.POST), ""
    if form.is_valid():
        purpose = form.cleaned_data["purpose"]
        phone = steps.reveal_contact(host, purpose=purpose, by=request.user, at=timezone.now())
    context = context_of(request, host, form=None if phone else form, phone=phone)
    return render(request, "outreach/host_detail.html", context, status=422 if form.errors else 200)


def context_of(
    request: HttpRequest, host: HostSchool, *, form: ContactForm | None, phone: str = ""
) -> dict[str, Any]:
    user, may_write = request.user, writes(request)
    partnerships = list(Partnership.objects.visible_to(user).of_schools([host]))
    profiles = list(HostProfile.objects.visible_to(user).of(host))
    needs = list(Need.objects.visible_to(user).of_school(host).unmet().for_list())
    return {
        "crumbs": [*crumbs_of(), (host.name, "")],
        "host": host,
        "not_ours": NOT_OURS,
        "closed": closed_words(host, len(needs)),
        "needs": needs,
        "facts": facts_of(host, phone),
        "is_opened": bool(phone),
        "form": form,
        "agreement_columns": AGREEMENT_COLUMNS,
        "agreements": [agreement_row(one) for one in partnerships],
        "profile_columns": PROFILE_COLUMNS if may_write else PROFILE_COLUMNS[:-1],
        "profiles": [profile_row(one, may_write) for one in profiles],
        "surplus": surplus_of(profiles),
        "visit_columns": VISIT_COLUMNS_PLAIN,
        "visits": [visit_row(one) for one in visits_of(user, host)],
        "trip_columns": TRIP_COLUMNS,
        "trips": [trip_row(one) for one in trips_of(user, host)],
        "lesson_columns": LESSON_COLUMNS,
        "lessons": [lesson_row(one) for one in Lesson.objects.visible_to(user).at_school(host)[:LATEST]],
        "latest": LATEST,
        "writes": may_write,
        "link": link_card(host, "host", timezone.localtime()) if may_write else None,
        "trail": trail_of(user, host),
    }


def visits_of(user: Any, host: HostSchool) -> Any:
    return ResearchVisit.objects.visible_to(user).of_school(host).for_list()


def trips_of(user: Any, host: HostSchool) -> Any:
    found = Trip.objects.visible_to(user).standing().of_school(host).select_related("pairing")
    return found.order_by("-to_on", "-pk")[:LATEST]


def facts_of(host: HostSchool, phone: str) -> list[Fact]:
    closed = f"{host.closed_on:%Y-%m-%d}　{host.closed_reason}" if host.closed_on else "没有停办"
    return [
        Fact("地区", host.region),
        Fact("地址", host.address),
        Fact("联系人", host.contact_name),
        Fact("联系人职务", host.contact_post),
        Fact("联系电话", phone or mask_phone(host.contact_phone)),
        Fact("停办", closed),
    ]


def closed_words(host: HostSchool, needs: int) -> str:
    """Say what the closing of a school leaves behind; empty while it is open."""
    if host.closed_on is None:
        return ""
    words = (
        f"这所学校 {host.closed_on:%Y-%m-%d} 停办（{host.closed_reason}），协议当日终止，此后不再登记下校。"
    )
    return words + (f"还有 {needs} 条需求没有解决：" if needs else "没有未解决的需求。")


def agreement_row(one: Partnership) -> ListRow:
    return ListRow(
        (
            Link(str(one.pairing), reverse("pairing-detail", args=[one.pairing_id])),
            one.get_kind_display(),
            one.from_on or "不详",
            one.to_on or "长期",
            one.agreement_no,
            partner_state(one),
        )
    )


def profile_row(one: HostProfile, may_write: bool) -> ListRow:
    staff = "、".join(f"{subject} {number} 人" for subject, number in steps.staff_of(one))
    cells = (f"{one.year}—{one.year + 1}", one.teachers, one.pupils, one.classes, staff, one.note)
    if not may_write:
        return ListRow(cells)
    return ListRow((*cells, (Link("修改", reverse("host-profile-edit", args=[one.pk])),)))


def surplus_of(profiles: list[HostProfile]) -> list[str]:
    """Name the years whose subjects together have more teachers than the school."""
    said = ((one, steps.surplus_words(one.teachers, steps.staff_of(one))) for one in profiles)
    return [f"{one.year}—{one.year + 1}学年：{words}" for one, words in said if words]


def trip_row(one: Trip) -> ListRow:
    mark = Mark(one.get_status_display(), TRIP_KINDS.get(one.status, "plain"))
    return ListRow((one.from_on, one.to_on, one.pairing.principal_name, one.purpose, mark))


def lesson_row(one: Lesson) -> ListRow:
    return ListRow((one.event.name, one.held_on, one.get_kind_display(), one.subject, one.attendances))
