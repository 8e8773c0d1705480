"""Service records: the list with its totals, a claim, a record and its steps, confirmation in bulk."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanweihui.figures_page import Asked, asked_figure, figure_line
from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.list_page import (
    ListPage,
    answer_list,
    answer_workbook,
    unit_name,
    unit_of,
)
from guanweihui.lists import Fact, Link, ListColumn, ListRow, Mark, page_of
from guanweihui.scope import COMMITTEE, reach_of
from guanweihui.sheets import trail_of
from members.areas import SERVICE, tabs_of
from members.filters.service import RecordFilter
from members.forms.service import ReasonForm, RecordForm
from members.models import ServiceRecord
from members.models.service import ServiceRecordQuerySet
from members.reports.service import organiser_of, record_table, times_of
from members.workflow.service import STEPS, WRITERS, claim, confirm, confirm_each, organises, refuse, strike

#: No column of hours sorts: nobody is ranked by them (decision 0008).
COLUMNS = (
    ListColumn("姓名", is_name=True),
    ListColumn("单位"),
    ListColumn("日期", format="date", sort="day"),
    ListColumn("时间", align="center"),
    ListColumn("服务内容", is_long=True),
    ListColumn("组织方"),
    ListColumn("时数", format="hours"),
    ListColumn("类别"),
    ListColumn("补录"),
    ListColumn("状态"),
)
SORTS = {"day": ("served_on", "starts_at")}
#: So many refusals of a bulk confirmation are named on the page.
NAMED_REFUSALS = 10


def chosen_records(request: HttpRequest) -> tuple[Asked | None, RecordFilter]:
    asked = asked_figure(request, "record-list")
    records = asked.rows(request.user) if asked else ServiceRecord.objects.visible_to(request.user)
    return asked, RecordFilter(request.GET, queryset=records, request=request)


@require_safe
@posts(*COMMITTEE)
def record_list(request: HttpRequest) -> HttpResponse:
    """List the records within reach; who may confirm ticks the claims that wait."""
    asked, chosen = chosen_records(request)
    sums = chosen.qs.tally(**({"figure": asked.measure} if asked else {}))
    rows, load = chosen.qs.for_list(), ServiceRecordQuerySet.for_page_of_list
    page = page_of(request, rows, SORTS, load=load, count=sums["rows"])
    behind = None
    if asked:
        behind = figure_line(request, asked, sums["figure"], of=unit_of(chosen))
    writes = reach_of(request.user).serves(*WRITERS)
    waiting = f"{reverse('record-list')}?status={ServiceRecord.Status.CLAIMED}"
    ticks = writes and request.GET.get("status") == ServiceRecord.Status.CLAIMED
    query = f"?{request.GET.urlencode()}"
    buttons = [
        ("登记", reverse("record-new"), "plus-lg", "primary"),
        ("待确认", waiting, "hourglass-split", "outline-primary"),
    ]
    bulk = [("确认", reverse("record-confirm-many") + query)] if ticks and page.paginator.count else ()
    shown = ListPage(
        title="服务记录",
        columns=COLUMNS,
        rows=[row(one) for one in page],
        page=page,
        form=chosen.form,
        behind=behind,
        totals=totals(page, sums) if page.paginator.count else (),
        tabs=tabs_of(request, SERVICE),
        export="record-export",
        empty_words="还没有服务记录。",
        empty_url=reverse("record-new") if writes else "",
        empty_action="登记" if writes else "",
        buttons=buttons if writes else buttons[1:],
        bulk=bulk,
        tick="record" if bulk else "",
    )
    return answer_list(request, shown)


def row(one: ServiceRecord) -> ListRow:
    cells = (
        Link(one.person.name, reverse("record-detail", args=[one.pk])),
        one.person.school.short_name,
        one.served_on,
        times_of(one),
        one.content,
        organiser_of(one),
        one.half_hours / 2,
        one.get_kind_display(),
        one.get_evidence_display() if one.evidence else "",
        Mark(one.get_status_display(), MARKS.get(one.status, "")),
    )
    return ListRow(cells, key=str(one.pk), name=f"{one.person.name} {one.served_on:%Y-%m-%d}")


MARKS = {ServiceRecord.Status.REFUSED: "wrong"}


def totals(page: Any, sums: dict[str, int]) -> list[tuple[str, tuple]]:
    """Total what stands: this page, then all of the query, back entries and training apart."""
    standing = {ServiceRecord.Status.CLAIMED, ServiceRecord.Status.CONFIRMED}
    here = sum(one.half_hours for one in page if one.status in standing)
    lines = [
        ("本页合计（待确认和已确认）", here),
        ("全部志愿服务（不含补录）", sums["service"]),
        ("全部补录", sums["back"]),
        ("全部培训学习", sums["training"]),
    ]
    return [(label, (half_hours / 2, "", "", "")) for label, half_hours in lines]


@require_safe
@posts(*COMMITTEE)
def record_export(request: HttpRequest) -> HttpResponse:
    """Give the queried records as a workbook; there is no sensitive value in it."""
    _, chosen = chosen_records(request)
    table = record_table(chosen.qs.for_list(), reporting_unit=unit_name(request))
    return answer_workbook(request, table, is_register=True)


@require_http_methods(["GET", "HEAD", "POST"])
@posts(*WRITERS)
def record_new(request: HttpRequest) -> HttpResponse:
    """Claim one record of service for a volunteer."""
    form = RecordForm(request.POST or None, request=request)
    return answer_form(
        request,
        form,
        lambda values: claim(values, by=request.user, at=timezone.now()),
        title="登记服务记录",
        action="登记",
        back_url=reverse("record-list"),
        done=lambda made: f"已登记{made.person.name} {made.half_hours / 2:.1f} 小时，等待组织方确认。",
        then=lambda made: reverse("record-detail", args=[made.pk]),
        crumbs=CRUMBS,
        words="一次活动有多人参加时，请用签到表登记。",
    )


CRUMBS = [("服务记录", "/service/records/")]


def fetched(request: HttpRequest, pk: int, roles: Any = None) -> ServiceRecord:
    """Return a record in reach; to everybody else it does not exist."""
    records = ServiceRecord.objects.visible_to(request.user, roles=roles)
    return get_object_or_404(records.for_page(), pk=pk)


@require_safe
@posts(*COMMITTEE)
def record_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a record, who claimed and confirmed it, and the steps that are open to the reader."""
    one = fetched(request, pk)
    mine = organises(one, request.user)
    steps = STEPS.open_for(one, reach_of(request.user).roles) if mine else []
    context = {
        "record": one,
        "title": f"{one.person.name}的服务记录",
        "crumbs": [*CRUMBS, (f"{one.person.name} {one.served_on:%Y-%m-%d}", "")],
        "facts": facts(one),
        "steps": {step.name: reverse(f"record-{step.name}", args=[one.pk]) for step in steps},
        "trail": trail_of(request.user, one),
    }
    return render(request, "members/service_record.html", context)


def facts(one: ServiceRecord) -> list[Fact]:
    back = [Fact("补录依据", one.get_evidence_display()), Fact("依据说明", one.basis, wide=True)]
    sheet = reverse("sheet-detail", args=[one.sheet_id]) if one.sheet_id else ""
    return [
        Fact("志愿者", one.person.name),
        Fact("单位", one.person.school.full_name),
        Fact("服务内容", one.content),
        Fact("类别", one.get_kind_display()),
        Fact("日期", one.served_on),
        Fact("时间", times_of(one)),
        Fact("服务时间", f"{one.half_hours / 2:.1f} 小时"),
        Fact("地点", one.place),
        Fact("组织方", organiser_of(one)),
        Fact("队伍", one.team.name if one.team else "无"),
        *([Fact("签到表", one.sheet.number, url=sheet)] if one.sheet else []),
        Fact("申报方", one.get_claimed_as_display()),
        Fact("登记时间", one.claimed_at),
        *([Fact("确认时间", one.confirmed_at)] if one.confirmed_at else []),
        *(back if one.evidence else []),
    ]


@require_POST
@posts(*WRITERS)
def record_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm a claim; a refusal is a page that says why."""
    one = confirm(fetched(request, pk, WRITERS), by=request.user, at=timezone.now())
    messages.success(request, f"已确认 {one.half_hours / 2:.1f} 小时。")
    return redirect("record-detail", pk)


@require_POST
@posts(*WRITERS)
def record_confirm_many(request: HttpRequest) -> HttpResponse:
    """Confirm the ticked claims one by one; each that is refused is named with its reason."""
    records = ServiceRecord.objects.visible_to(request.user, roles=WRITERS)
    rows = list(records.picked(request.POST.getlist("record")).for_list())
    done, refused = confirm_each(rows, by=request.user, at=timezone.now())
    if done:
        messages.success(request, f"已确认 {done} 条。")
    for words in refused[:NAMED_REFUSALS]:
        messages.error(request, f"没有确认：{words}")
    if len(refused) > NAMED_REFUSALS:
        messages.error(request, f"另有 {len(refused) - NAMED_REFUSALS} 条没有确认，请逐条打开查看。")
    if not rows:
        messages.error(request, "没有选中记录，请先勾选要确认的记录。")
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    return redirect(reverse("record-list") + query)


@require_http_methods(["GET", "HEAD", "POST"])
@posts(*WRITERS)
def record_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Turn a claim down with a reason."""
    return answer_reason(request, fetched(request, pk, WRITERS), refuse, "退回", "这条记录已退回。")


@require_http_methods(["GET", "HEAD", "POST"])
@posts(*STEPS["strike"].roles)
def record_strike(request: HttpRequest, pk: int) -> HttpResponse:
    """Strike a confirmed record out with a reason."""
    one = fetched(request, pk, STEPS["strike"].roles)
    return answer_reason(request, one, strike, "作废", "这条记录已作废，不再计入服务时间。")


def answer_reason(
    request: HttpRequest, one: ServiceRecord, step: Any, action: str, done: str
) -> HttpResponse:
    return answer_form(
        request,
        ReasonForm(request.POST or None),
        lambda values: step(one, by=request.user, at=timezone.now(), reason=values["reason"]),
        title=f"{action}服务记录",
        action=action,
        back_url=reverse("record-detail", args=[one.pk]),
        done=done,
        crumbs=CRUMBS,
        facts=facts(one)[:7],
        danger=True,
    )
