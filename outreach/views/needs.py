"""Needs: the list, its workbook, the loop of one need on one page, its steps, the host school's word."""

import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from guanweihui import uploads
from guanweihui.areas import url_or_none
from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.list_page import ListPage, answer_list, answer_workbook, unit_name
from guanweihui.lists import Fact, Link, ListColumn, ListRow, Mark, Stage, page_of
from guanweihui.models import Attachment
from guanweihui.round_forms import ReasonForm
from guanweihui.scope import DISTRICT_WIDE, reach_of
from guanweihui.sheets import trail_of
from outreach.areas import OUTREACH, READERS, tabs_of
from outreach.filters.needs import NeedFilter
from outreach.forms.needs import AssessForm, NeedForm, PaperAssessForm
from outreach.models import Assessment, Need, Trip
from outreach.reports.needs import Loop, latest_ratings, loop_of, need_table, rating_word
from outreach.views.shared import export_for, how_to_begin, keeping
from outreach.workflow import needs as steps
from outreach.workflow.needs import HOST, OFFICE, SCAN

FORM_METHODS = ["GET", "HEAD", "POST"]
S = Need.Status
RATING_KINDS = {"SOLVED": "ok", "BETTER": "info", "UNCHANGED": "warn"}
COLUMNS = (
    ListColumn("需求", is_name=True, is_long=True),
    ListColumn("受援学校"),
    ListColumn("领域"),
    ListColumn("优先级", sort="priority"),
    ListColumn("责任人"),
    ListColumn("状态"),
    ListColumn("调研日期", format="date", sort="visited"),
    ListColumn("最近评价"),
)
SORTS = {
    "priority": ("priority", "visit__visited_on"),
    "visited": ("visit__visited_on", "visit__host_school"),
}
ITEM_COLUMNS = (
    ListColumn("方案任务", is_name=True, is_long=True),
    ListColumn("年度"),
    ListColumn("方式"),
    ListColumn("责任人"),
    ListColumn("完成期限", format="date"),
)
TRIP_COLUMNS = (
    ListColumn("下校", is_name=True),
    ListColumn("老校长"),
    ListColumn("内容", is_long=True),
    ListColumn("受援学校确认"),
    ListColumn("照片（张）", format="int"),
)
EVENT_COLUMNS = (
    ListColumn("送教活动", is_name=True),
    ListColumn("起", format="date"),
    ListColumn("止", format="date"),
    ListColumn("收回反馈（份）", format="int"),
    ListColumn("其中满意（份）", format="int"),
)
ASSESSMENT_COLUMNS = (
    ListColumn("评价", is_name=True),
    ListColumn("日期", format="date"),
    ListColumn("评价人"),
    ListColumn("意见", is_long=True),
    ListColumn("方式"),
    ListColumn("评价单"),
)


def chosen_needs(request: HttpRequest) -> NeedFilter:
    return NeedFilter(request.GET, queryset=Need.objects.visible_to(request.user), request=request)


@require_safe
@posts(*READERS)
def need_list(request: HttpRequest) -> HttpResponse:
    """List the needs with their state and what the school said last."""
    chosen = chosen_needs(request)
    page = page_of(request, chosen.qs.for_list(), SORTS)
    needs = list(page)
    ratings = latest_ratings(request.user, needs)
    shown = ListPage(
        title="受援学校需求",
        columns=COLUMNS,
        rows=[need_row(need, ratings.get(need.pk)) for need in needs],
        page=page,
        form=chosen.form,
        tabs=tabs_of(request, OUTREACH),
        export=export_for(request, "need-export"),
        **how_to_begin(request, "需求"),
    )
    return answer_list(request, shown)


def need_row(need: Need, rating: str | None) -> ListRow:
    return ListRow(
        (
            Link(need.text, reverse("need-detail", args=[need.pk])),
            need.visit.host_school.name,
            need.get_field_display(),
            need.get_priority_display(),
            need.owner,
            Mark(need.get_status_display()),
            need.visit.visited_on,
            Mark(rating_word(rating), RATING_KINDS[rating]) if rating else "未评价",
        )
    )


@require_safe
@posts(*DISTRICT_WIDE)
def need_export(request: HttpRequest) -> HttpResponse:
    """Give the queried needs as a workbook."""
    needs = chosen_needs(request).qs.for_list()
    return answer_workbook(request, need_table(needs, request.user, reporting_unit=unit_name(request)))


# --- one need ---------------------------------------------------------------------------------------------


def need_or_404(request: HttpRequest, pk: int, roles: Any = None) -> Need:
    return get_object_or_404(Need.objects.visible_to(request.user, roles=roles).for_page(), pk=pk)


def url_of(need: Need) -> str:
    return reverse("need-detail", args=[need.pk])


def crumbs_of(need: Need | None = None) -> list[tuple[str, str]]:
    crumbs = [("需求", reverse("need-list"))]
    return [*crumbs, (need.text, url_of(need))] if need else crumbs


@require_safe
@posts(*READERS)
def need_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the loop of a need: tasks, trips and events, evidence, what its school says."""
    need = need_or_404(request, pk)
    loop, reach = loop_of(need, request.user), reach_of(request.user)
    scans = {}
    if reach.serves(*DISTRICT_WIDE):
        kept = Attachment.objects.visible_to(request.user).of_rows(loop.assessments, SCAN)
        scans = {one.filing_id: one for one in kept}
    context = {
        "crumbs": [*crumbs_of(), (need.text, "")],
        "need": need,
        "facts": facts(need),
        "stages": stages(need, loop),
        "open_steps": [step.name for step in steps.STEPS.open_for(need, reach.roles & OFFICE)],
        "item_columns": ITEM_COLUMNS,
        "items": [item_row(item) for item in loop.items],
        "trip_columns": TRIP_COLUMNS,
        "trips": [trip_row(trip, loop.photos[trip.pk]) for trip in loop.trips],
        "event_columns": EVENT_COLUMNS,
        "events": [event_row(event, loop) for event in loop.events],
        "assessment_columns": ASSESSMENT_COLUMNS,
        "assessments": [assessment_row(need, one, scans.get(one.pk)) for one in loop.assessments],
        "trail": trail_of(request.user, need),
    }
    return render(request, "outreach/need_detail.html", context)


def facts(need: Need) -> list[Fact]:
    visit = need.visit
    return [
        Fact("受援学校", visit.host_school.name, url=url_or_none("host-detail", visit.host_school_id)),
        Fact("领域", need.get_field_display()),
        Fact("优先级", need.get_priority_display()),
        Fact("责任人", need.owner),
        Fact("项目", visit.programme.name),
        Fact("调研", f"{visit.visited_on:%Y-%m-%d}", url=reverse("visit-detail", args=[visit.pk])),
        Fact("需求", need.text, wide=True),
    ]


def stages(need: Need, loop: Loop) -> list[Stage]:
    """Say how far the loop has come: what is there is done, the first that is missing is the present one."""
    confirmed = sum(trip.status == Trip.Status.CONFIRMED for trip in loop.trips)
    sheets = sum(returned for returned, _ in loop.feedback.values())
    photos = sum(loop.photos.values())
    latest = loop.assessments[0] if loop.assessments else None
    asked = [
        ("调研提出", True, f"{need.visit.visited_on:%Y-%m-%d}"),
        ("列入方案", bool(loop.items), f"{len(loop.items)} 项任务"),
        (
            "下校、送教",
            bool(loop.trips or loop.events),
            f"下校 {len(loop.trips)} 次，送教 {len(loop.events)} 次",
        ),
        (
            "佐证",
            bool(confirmed or sheets or photos),
            f"已确认下校 {confirmed} 次，照片 {photos} 张，反馈 {sheets} 份",
        ),
        ("受援学校评价", latest is not None, latest.get_rating_display() if latest else "还没有评价"),
    ]
    found: list[Stage] = []
    is_current = need.status in (S.OPEN, S.UNDER_WAY)
    for label, is_done, note in asked:
        state = "done" if is_done else "current" if is_current else "todo"
        is_current = is_current and is_done
        found.append(Stage(label, state, note))
    last = "done" if need.status == S.MET else "current" if is_current else "todo"
    return [*found, Stage(need.get_status_display() if need.status == S.DROPPED else "已解决", last)]


def item_row(item: Any) -> ListRow:
    url = reverse("plan-detail", args=[item.plan_id])
    cells = (f"第{item.year_no}年", item.get_mode_display(), item.owner, item.due_on)
    return ListRow((Link(item.title, url), *cells))


def trip_row(trip: Trip, photos: int) -> ListRow:
    url, days = url_or_none("trip-detail", trip.pk), f"{trip.from_on:%Y-%m-%d} 至 {trip.to_on:%Y-%m-%d}"
    is_confirmed = trip.status == Trip.Status.CONFIRMED
    mark = Mark("已确认", "ok") if is_confirmed else Mark(trip.get_status_display())
    return ListRow(
        (Link(days, url) if url else days, trip.pairing.principal_name, trip.purpose, mark, photos)
    )


def event_row(event: Any, loop: Loop) -> ListRow:
    url = url_or_none("event-detail", event.pk)
    returned, content = loop.feedback.get(event.pk, (0, 0))
    name = Link(event.name, url) if url else event.name
    return ListRow((name, event.from_on, event.to_on, returned, content))


def assessment_row(need: Need, one: Assessment, scan: Attachment | None) -> ListRow:
    way = f"纸质评价单，{one.entered_by}代录" if one.entered_by else "受援学校在线评价"
    paper = Link("打开", reverse("need-scan", args=[need.pk, scan.pk])) if scan else ""
    mark = Mark(one.get_rating_display(), RATING_KINDS[one.rating])
    return ListRow((mark, one.assessed_on, one.assessor_name, one.words, way, paper))


@require_safe
@posts(*DISTRICT_WIDE)
def need_scan(request: HttpRequest, pk: int, file: int) -> HttpResponse:
    """Hand out the sealed paper of an assessment of this need."""
    need = need_or_404(request, pk)
    assessments = Assessment.objects.visible_to(request.user).of(need)
    kept = Attachment.objects.visible_to(request.user).of_rows(assessments, SCAN)
    attachment = get_object_or_404(kept, pk=file)
    content = uploads.hand_out(attachment, by=request.user, at=timezone.now())
    answer = HttpResponse(content, content_type=attachment.content_type)
    download = attachment.content_type != uploads.JPEG
    answer["Content-Disposition"] = content_disposition_header(download, attachment.original_name)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox"
    answer["Cache-Control"] = "private, no-store"
    return answer


# --- steps ------------------------------------------------------------------------------------------------


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def need_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change field, words, priority and owner of a need."""
    need = need_or_404(request, pk, OFFICE)
    form = NeedForm(request.POST or None, instance=need, initial={"mark": steps.mark_of(need)})

    def step(data: dict[str, Any]) -> Need:
        ways = {"mark": data["mark"], "by": request.user, "at": timezone.now()}
        return steps.edit_need(need, form.values(), **ways)

    return answer_form(
        request,
        form,
        keeping(form, step),
        title="修改需求",
        action="保存",
        back_url=url_of(need),
        crumbs=crumbs_of(need),
        done="已保存。",
    )


def reason_page(request: HttpRequest, pk: int, step: Any, **words: Any) -> HttpResponse:
    """Answer the page of a step that needs its reason."""
    need = need_or_404(request, pk, OFFICE)
    return answer_form(
        request,
        ReasonForm(request.POST or None),
        lambda data: step(need, reason=data["reason"], by=request.user, at=timezone.now()),
        facts=[Fact("需求", need.text, wide=True), Fact("状态", need.get_status_display())],
        back_url=url_of(need),
        crumbs=crumbs_of(need),
        **words,
    )


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def need_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop working on a need."""
    return reason_page(
        request,
        pk,
        steps.drop,
        title="不再办理",
        action="不再办理",
        words="写明理由后，这条需求不再催办；以后可以“重新办理”。",
        danger=True,
        done="已转为不再办理。",
    )


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def need_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a met or dropped need up again."""
    return reason_page(
        request,
        pk,
        steps.reopen,
        title="重新办理",
        action="重新办理",
        words="例如：受援学校反映问题又出现。",
        done="已重新办理。",
    )


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def need_assess(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter the host school's sealed paper on its behalf, with the scan."""
    need = need_or_404(request, pk, OFFICE)
    form = PaperAssessForm(request.POST or None, request.FILES or None)

    def step(data: dict[str, Any]) -> Assessment:
        ways = {"scan": data["scan"], "by": request.user, "at": timezone.now()}
        return steps.assess(need, form.values(), **ways)

    return answer_form(
        request,
        form,
        step,
        title="代录受援学校评价",
        action="保存",
        words="照受援学校盖章的评价单登记，并上传扫描件。评价“已解决”的，需求随即办结。",
        facts=[Fact("受援学校", need.visit.host_school.name), Fact("需求", need.text, wide=True)],
        back_url=url_of(need),
        crumbs=crumbs_of(need),
        done="已登记评价。",
    )


@require_http_methods(FORM_METHODS)
@posts(*HOST)
def hosting_assess(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the host school, on its own link and mostly on a phone, what came of a need."""
    need = need_or_404(request, pk, HOST)
    loop = loop_of(need, request.user)
    home = url_or_none("hosting-home") or reverse("home")

    def step(data: dict[str, Any]) -> Assessment:
        return steps.assess(need, data, by=request.user, at=timezone.now())

    return answer_form(
        request,
        AssessForm(request.POST or None, initial={"assessor_name": last_assessor(loop)}),
        step,
        title="需求评价",
        action="提交评价",
        facts=[
            Fact("领域", need.get_field_display()),
            Fact("贵校的需求", need.text, wide=True),
            Fact("已做的工作", done_words(loop) or "还没有登记", wide=True),
        ],
        words=""
        if need.status == S.UNDER_WAY
        else f"这条需求现在是“{need.get_status_display()}”，不用评价。",
        back_url=home,
        done="谢谢，评价已收到。",
        template="outreach/hosting_assess.html",
    )


def last_assessor(loop: Loop) -> str:
    return loop.assessments[0].assessor_name if loop.assessments else ""


def done_words(loop: Loop) -> str:
    """Say what was done about a need, the latest first, as the host school knows it."""
    found: list[tuple[datetime.date, str]] = [(trip.from_on, f"下校：{trip.purpose}") for trip in loop.trips]
    found += [(event.from_on, f"送教：{event.name}") for event in loop.events]
    found.sort(key=lambda one: one[0], reverse=True)
    return "；".join(f"{day:%Y-%m-%d} {words}" for day, words in found)
