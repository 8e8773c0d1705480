"""Personal slips as the office sees them: given on paper, taken back; what volunteers say is wrong."""

import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.list_page import ListPage, answer_file, answer_list
from guanweihui.lists import Fact, Link, ListColumn, ListRow, Mark, page_of
from guanweihui.scope import Role
from guanweihui.templatetags.portal import moment
from members.areas import SERVICE, tabs_of
from members.filters.slips import CorrectionFilter
from members.forms.slips import ResolutionForm
from members.models import Correction, Person, Slip
from members.reports.elder import helplines_of, slip_paper
from members.workflow.slips import ISSUERS, issue_slip, resolve_correction, revoke_slip

COLUMNS = (
    ListColumn("志愿者", is_name=True),
    ListColumn("单位"),
    ListColumn("有误的内容"),
    ListColumn("说明", is_long=True),
    ListColumn("提出时间"),
    ListColumn("处理人"),
    ListColumn("状态"),
)


def person_of(request: HttpRequest, pk: int) -> Person:
    return get_object_or_404(Person.objects.visible_to(request.user, roles=ISSUERS).for_slip(), pk=pk)


def crumbs_of(person: Person) -> list[tuple[str, str]]:
    return [
        ("人员名册", reverse("person-list")),
        (person.name, reverse("person-detail", args=[person.pk])),
    ]


@require_safe
@posts(*ISSUERS)
def slip_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show whether a volunteer has a slip that serves, with the buttons that give and take it."""
    person, now = person_of(request, pk), timezone.now()
    context = {
        "crumbs": [*crumbs_of(person), ("个人服务单", "")],
        "person": person,
        "facts": facts_of(person, now),
        "is_open": state_of(person, now) == "有效",
    }
    return render(request, "members/slips_detail.html", context)


def state_of(person: Person, now: datetime.datetime) -> str:
    link = person.slip_link
    if link is None:
        return "还没有发放"
    if link.revoked_at is not None:
        return "已停用"
    return "有效" if link.expires_at > now else "已到期"


def facts_of(person: Person, now: datetime.datetime) -> list[Fact]:
    slip, link = getattr(person, "slip", None), person.slip_link
    return [
        Fact("志愿者", person.name),
        Fact("单位", person.school.full_name),
        Fact("服务单", state_of(person, now)),
        Fact("发放时间", moment(slip.issued_at) if slip else ""),
        Fact("发放人", slip.issued_by if slip else ""),
        Fact("有效期至", moment(link.expires_at) if link else ""),
    ]


@never_cache
@sensitive_variables("code", "token", "paper", "content")
@require_POST
@posts(*ISSUERS)
def slip_issue(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a volunteer a new slip, as the PDF of this answer and never again.

    What cannot be printed is not given out: the paper is made before the step is kept.
    """
    person = person_of(request, pk)
    with transaction.atomic():
        slip, code, token = issue_slip(person, by=request.user, at=timezone.now())
        content = slip_paper(
            slip,
            code=code,
            link_url=request.build_absolute_uri(reverse("link", args=[token])),
            code_url=request.build_absolute_uri(reverse("elder-home")),
            helplines=helplines_of(request.user, slip.person, timezone.localdate()),
        )
    return answer_file(content, f"个人服务单_{person.name}.pdf")


@require_POST
@posts(*ISSUERS)
def slip_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a volunteer's slip back."""
    person = person_of(request, pk)
    slip = get_object_or_404(Slip.objects.visible_to(request.user, roles=ISSUERS), person=person)
    revoke_slip(slip, by=request.user, at=timezone.now())
    messages.success(request, f"{person.name}的个人服务单已停用，正在使用的人点下一步时就会退出。")
    return redirect("slip-detail", pk)


# --- 有误 -------------------------------------------------------------------------------------------------


@require_safe
@posts(Role.DISTRICT)
def correction_list(request: HttpRequest) -> HttpResponse:
    """List what volunteers said is wrong: what waits for the reader first."""
    found = Correction.objects.visible_to(request.user, roles={Role.DISTRICT})
    chosen = CorrectionFilter(request.GET, queryset=found, request=request)
    page = page_of(request, chosen.qs.for_list().own_first(request.user))
    shown = ListPage(
        title="有误反馈",
        columns=COLUMNS,
        rows=[row_of(one) for one in page],
        page=page,
        form=chosen.form,
        tabs=tabs_of(request, SERVICE),
        empty_words="还没有志愿者反馈有误。",
    )
    return answer_list(request, shown)


def row_of(one: Correction) -> ListRow:
    url = reverse("correction-resolve", args=[one.pk])
    cells: tuple[Any, ...] = (
        Link(one.person.name, url),
        one.person.school.short_name,
        one.get_about_display(),
        one.words,
        moment(one.reported_at),
        one.staff.name if one.staff else "",
        Mark("待处理", "warn") if one.resolved_at is None else Mark("已处理", "ok"),
    )
    return ListRow(cells, key=str(one.pk), name=one.person.name)


@require_http_methods(["GET", "HEAD", "POST"])
@posts(Role.DISTRICT)
def correction_resolve(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a volunteer said is wrong and take in what came of it."""
    found = Correction.objects.visible_to(request.user, roles={Role.DISTRICT}).for_list()
    correction = get_object_or_404(found, pk=pk)
    initial = {"resolution": correction.resolution}
    return answer_form(
        request,
        ResolutionForm(request.POST or None, initial=initial),
        lambda values: resolve_correction(
            correction, values["resolution"], by=request.user, at=timezone.now()
        ),
        title=f"{correction.person.name}反馈有误",
        action="办结",
        back_url=reverse("correction-list"),
        done="已办结，志愿者会在“通知”里看到处理结果。",
        crumbs=[("有误反馈", reverse("correction-list"))],
        facts=[
            Fact("志愿者", correction.person.name, reverse("person-detail", args=[correction.person_id])),
            Fact("单位", correction.person.school.short_name),
            Fact("有误的内容", correction.get_about_display()),
            Fact("提出时间", moment(correction.reported_at)),
            Fact("说明", correction.words, wide=True),
            Fact("处理人", correction.staff),
            Fact("办结时间", moment(correction.resolved_at)),
        ],
    )
