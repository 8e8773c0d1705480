"""Programmes: the list, one batch with the city's scope beside our own share, planning and changing it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from guanweihui.areas import url_or_none
from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.list_page import ListPage, answer_list
from guanweihui.lists import Fact, Link, ListColumn, ListRow, Mark, page_of
from guanweihui.scope import DISTRICT_WIDE, Role
from guanweihui.sheets import trail_of
from outreach.areas import OUTREACH, tabs_of
from outreach.forms.pairs import ProgrammeForm
from outreach.models import Pairing, Programme
from outreach.reports.matrix import current_of, scope_words
from outreach.views.shared import keeping, writes
from outreach.workflow import programmes as steps
from outreach.workflow.rows import mark_of

OFFICE = (Role.DISTRICT,)
FORM_METHODS = ["GET", "HEAD", "POST"]
COLUMNS = (
    ListColumn("项目", is_name=True, is_long=True),
    ListColumn("受援地区"),
    ListColumn("启动日期", format="date"),
    ListColumn("结束日期", format="date"),
    ListColumn("全市校长（人）", format="int"),
    ListColumn("本区校长（人）", format="int"),
    ListColumn("现有结对（对）", format="int"),
    ListColumn("状态"),
)
PAIR_COLUMNS = (
    ListColumn("老校长", is_name=True),
    ListColumn("助理"),
    ListColumn("优质高中"),
    ListColumn("农村初中"),
)


def programme_or_404(request: HttpRequest, pk: int, roles: Any = None) -> Programme:
    return get_object_or_404(Programme.objects.visible_to(request.user, roles=roles).for_page(), pk=pk)


def crumbs_of(programme: Programme | None = None) -> list[tuple[str, str]]:
    crumbs = [("下乡项目", reverse("programme-list"))]
    if programme is None:
        return crumbs
    return [*crumbs, (programme.name, reverse("programme-detail", args=[programme.pk]))]


def state_mark(programme: Programme) -> Mark:
    """Say whether a programme runs today."""
    today = timezone.localdate()
    if programme.started_on > today:
        return Mark("未开始", "plain")
    if programme.ends_on is not None and programme.ends_on < today:
        return Mark("已结束", "plain")
    return Mark("进行中", "info")


@require_safe
@posts(*DISTRICT_WIDE)
def programme_list(request: HttpRequest) -> HttpResponse:
    """List the batches, the latest first, with the city's principals beside our own and our pairs."""
    page = page_of(request, Programme.objects.visible_to(request.user).for_list())
    pairs = Pairing.objects.visible_to(request.user).tally_by_programme()
    begins = writes(request)
    rows = [
        ListRow(
            (
                Link(one.name, reverse("programme-detail", args=[one.pk])),
                one.region,
                one.started_on,
                one.ends_on,
                one.city_principals,
                one.own_principals,
                pairs.get(one.pk, 0),
                state_mark(one),
            )
        )
        for one in page
    ]
    shown = ListPage(
        title="下乡项目",
        columns=COLUMNS,
        rows=rows,
        page=page,
        tabs=tabs_of(request, OUTREACH),
        unit="批",
        empty_words="还没有下乡项目。",
        empty_url=reverse("programme-new") if begins else "",
        empty_action="新建项目" if begins else "",
        buttons=[("新建项目", reverse("programme-new"), "plus-lg", "primary")] if begins else (),
    )
    return answer_list(request, shown)


@require_safe
@posts(*DISTRICT_WIDE)
def programme_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a batch with its scope, its pairs and what goes on from it."""
    programme = programme_or_404(request, pk)
    pairs = list(Pairing.objects.visible_to(request.user).of_programme(programme).for_list())
    followers = Programme.objects.visible_to(request.user).following(programme)
    state = state_mark(programme)
    context = {
        "crumbs": [*crumbs_of(), (programme.name, "")],
        "programme": programme,
        "state": state,
        "scope": scope_words(programme, len(pairs)),
        "is_short": programme.own_principals is not None and len(pairs) < programme.own_principals,
        "facts": facts_of(programme, followers),
        "columns": PAIR_COLUMNS,
        "rows": [pair_row(one) for one in pairs],
        "writes": writes(request),
        "matrix_url": f"{reverse('pairing-matrix')}?programme={programme.pk}",
        "plan_url": url_or_none("plan-list"),
        "trail": trail_of(request.user, programme),
    }
    return render(request, "outreach/programme_detail.html", context)


def facts_of(programme: Programme, followers: Any) -> list[Fact]:
    def url(one: Programme | None) -> str:
        return reverse("programme-detail", args=[one.pk]) if one else ""

    return [
        Fact("受援地区", programme.region),
        Fact("启动日期", programme.started_on),
        Fact("结束日期", programme.ends_on),
        Fact("全市受援地区", programme.city_regions),
        Fact("协议编号", programme.agreement_no),
        Fact("协议签订日期", programme.agreed_on),
        Fact("接续的项目", programme.follows or "无", url=url(programme.follows)),
        Fact("后续项目", tuple(Link(one.name, url(one)) for one in followers) or "无"),
        Fact("说明", programme.note or "无", wide=True),
    ]


def pair_row(pairing: Pairing) -> ListRow:
    schools = current_of(pairing)
    names = (
        schools[kind].host_school.name if kind in schools else ""
        for kind in ("PARTNER_HIGH", "PARTNER_RURAL_JUNIOR")
    )
    high, junior = (name or Mark("缺", "wrong") for name in names)
    link = Link(pairing.principal_name, reverse("pairing-detail", args=[pairing.pk]))
    return ListRow((link, pairing.assistant_name or Mark("缺", "wrong"), high, junior))


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def programme_new(request: HttpRequest) -> HttpResponse:
    """Plan a batch of the programme."""
    form = ProgrammeForm(request.POST or None, user=request.user)
    return answer_form(
        request,
        form,
        lambda data: steps.plan_programme(form.values(), by=request.user, at=timezone.now()),
        title="新建下乡项目",
        action="保存",
        back_url=reverse("programme-list"),
        crumbs=crumbs_of(),
        done=lambda one: f"已建立“{one}”，请接着登记结对。",
        then=lambda one: reverse("programme-detail", args=[one.pk]),
    )


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def programme_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a batch."""
    programme = programme_or_404(request, pk, OFFICE)
    form = ProgrammeForm(
        request.POST or None,
        user=request.user,
        instance=programme_or_404(request, pk, OFFICE),
        initial={"mark": mark_of(programme, steps.FIELDS)},
    )

    def step(data: dict[str, Any]) -> Programme:
        now = timezone.now()
        return steps.edit_programme(programme, form.values(), mark=data["mark"], by=request.user, at=now)

    return answer_form(
        request,
        form,
        keeping(form, step),
        title="修改下乡项目",
        action="保存",
        back_url=reverse("programme-detail", args=[pk]),
        crumbs=crumbs_of(programme),
        done="已保存。",
    )
