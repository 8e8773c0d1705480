"""The office's side of the registration round: planning, opening, progress, extensions."""

import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanweihui import filings
from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.list_page import ListPage, answer_list, answer_workbook, unit_name
from guanweihui.lists import Fact, Link, ListColumn, ListRow, Mark, page_of
from guanweihui.models import Due, Round, Workday
from guanweihui.scope import DISTRICT_WIDE, Role, reach_of
from guanweihui.tables import Table
from members.areas import PEOPLE, tabs_of
from members.forms.registration import ExtendForm, ReasonForm, RoundForm
from members.models.registration import registration_dues
from members.reports.registration import progress_table
from members.workflow.registration import plan_round

COLUMNS = (
    ListColumn("名称", is_name=True),
    ListColumn("年度"),
    ListColumn("开始时间"),
    ListColumn("截止时间"),
    ListColumn("审核", align="center"),
    ListColumn("状态"),
)


def rounds_of(request: HttpRequest, roles: frozenset | None = None):
    return Round.objects.visible_to(request.user, roles=roles).of_kind(Round.Kind.REGISTRATION)


def moment(value: datetime.datetime) -> str:
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"


@require_safe
@posts(*DISTRICT_WIDE)
def round_list(request: HttpRequest) -> HttpResponse:
    """List the district's registration rounds, newest first."""
    page = page_of(request, rounds_of(request).for_list())
    may_plan = reach_of(request.user).serves(Role.DISTRICT)
    shown = ListPage(
        title="登记任务",
        columns=COLUMNS,
        rows=[round_row(round_) for round_ in page],
        page=page,
        tabs=tabs_of(request, PEOPLE),
        unit="项",
        empty_words="还没有登记任务。",
    )
    new_url = reverse("registration-round-new") if may_plan else ""
    return answer_list(request, shown, template="members/registration_rounds.html", more={"new_url": new_url})


def round_row(round_: Round) -> ListRow:
    return ListRow(
        (
            Link(round_.title, reverse("registration-round", args=[round_.pk])),
            round_.year,
            moment(round_.opens_at),
            moment(round_.deadline_at),
            "协作组、区" if round_.group_endorses else "区",
            Mark(round_.get_state_display()),
        )
    )


@require_http_methods(["GET", "HEAD", "POST"])
@posts(Role.DISTRICT)
def round_new(request: HttpRequest) -> HttpResponse:
    """Plan a round; one whose opening has come is opened at once."""
    now = timezone.now()
    today = timezone.localdate(now)
    form = RoundForm(
        request.POST or None,
        corrections=Workday.objects.visible_to(request.user).corrections(),
        initial={"title": f"{today.year}年五老志愿者登记", "year": today.year, "group_endorses": True},
    )

    def step(values: dict) -> Round:
        round_ = plan_round(values, by=request.user, at=now)
        if round_.opens_at <= now:
            round_ = filings.open_round(round_, by=request.user, at=now)
        return round_

    return answer_form(
        request,
        form,
        step,
        title="新建登记任务",
        action="保存",
        words="开始时间已到的任务，保存后立即开始，本区每所学校都会收到待办；未到的，请到时在任务页上开始。",
        back_url=reverse("registration-rounds"),
        crumbs=[("登记任务", reverse("registration-rounds"))],
        done=lambda round_: f"“{round_.title}”{round_.get_state_display()}。",
        then=lambda round_: reverse("registration-round", args=[round_.pk]),
    )


def round_table(request: HttpRequest, round_: Round) -> Table:
    dues = registration_dues(Due.objects.visible_to(request.user, roles=DISTRICT_WIDE)).of_round(round_)
    return progress_table(round_, dues, reporting_unit=unit_name(request))


@require_safe
@posts(*DISTRICT_WIDE)
def round_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a round and how far it is, by group."""
    round_ = get_object_or_404(rounds_of(request), pk=pk)
    is_planned = round_.state == Round.State.PLANNED
    context = {
        "crumbs": [("登记任务", reverse("registration-rounds")), (round_.title, "")],
        "round": round_,
        "facts": [
            Fact("年度", round_.year),
            Fact("统计时点", round_.as_of_on),
            Fact("开始时间", moment(round_.opens_at)),
            Fact("截止时间", moment(round_.deadline_at)),
            Fact("审核", "先协作组，后区里" if round_.group_endorses else "区里"),
        ],
        "may_open": is_planned and reach_of(request.user).serves(Role.DISTRICT),
        "table": None if is_planned else round_table(request, round_),
        "list_url": f"{reverse('registration-list')}?round={round_.pk}",
    }
    return render(request, "members/registration_round.html", context)


@require_POST
@posts(Role.DISTRICT)
def round_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a planned round: every open school gets its due."""
    round_ = get_object_or_404(rounds_of(request, frozenset({Role.DISTRICT})), pk=pk)
    filings.open_round(round_, by=request.user, at=timezone.now())
    messages.success(request, f"“{round_.title}”已开始，学校可以填报了。")
    return redirect("registration-round", pk)


@require_safe
@posts(*DISTRICT_WIDE)
def round_export(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the progress of a round as a workbook."""
    return answer_workbook(request, round_table(request, get_object_or_404(rounds_of(request), pk=pk)))


def office_due(request: HttpRequest, pk: int) -> Due:
    dues = Due.objects.visible_to(request.user, roles={Role.DISTRICT})
    return get_object_or_404(registration_dues(dues), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@posts(Role.DISTRICT)
def registration_extend(request: HttpRequest, pk: int) -> HttpResponse:
    """Give one school a later deadline."""
    due = office_due(request, pk)

    def step(values: dict) -> Due:
        return filings.extend(
            due, until=values["until"], reason=values["reason"], by=request.user, at=timezone.now()
        )

    return answer_form(
        request, ExtendForm(request.POST or None), step, title=f"{due.school.short_name}延期", action="延期",
        words=f"本校现在的截止时间是{moment(due.closes_at())}。", back_url=due_list(due), done="已延期。",
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@posts(Role.DISTRICT)
def registration_waive(request: HttpRequest, pk: int) -> HttpResponse:
    """Free one school from the round."""
    due = office_due(request, pk)

    def step(values: dict) -> Due:
        return filings.waive(due, reason=values["reason"], by=request.user, at=timezone.now())

    return answer_form(
        request, ReasonForm(request.POST or None), step, title=f"{due.school.short_name}免报", action="免报",
        words=f"免报后，本校不用再报送“{due.round.title}”。", back_url=due_list(due), done="已免报。",
    )  # fmt: skip


def due_list(due: Due) -> str:
    return f"{reverse('registration-list')}?round={due.round_id}"
