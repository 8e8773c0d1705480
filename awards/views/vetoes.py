"""Vetoes and bans (一票否决、停评): the list, setting one, lifting one. Staff of the district alone."""

import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from awards.areas import AWARDS
from awards.forms.cycles import LiftForm, VetoForm
from awards.models import Veto
from awards.workflow import vetoes as steps
from guanweihui.areas import tabs_of
from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.list_page import ListPage, answer_list
from guanweihui.lists import Fact, Link, ListColumn, ListRow, Mark, page_of
from guanweihui.models import School
from guanweihui.scope import Role
from members.models import Person

OFFICE = (Role.DISTRICT,)
COLUMNS = (
    ListColumn("对象", is_name=True),
    ListColumn("单位"),
    ListColumn("种类"),
    ListColumn("理由", is_long=True),
    ListColumn("起始日期", format="date"),
    ListColumn("截止日期", format="date"),
    ListColumn("登记人"),
    ListColumn("状态"),
    ListColumn("操作"),
)


@require_safe
@posts(*OFFICE)
def veto_list(request: HttpRequest) -> HttpResponse:
    """List vetoes and bans, the latest first; lifted and expired ones stay."""
    today = timezone.localdate()
    page = page_of(request, Veto.objects.visible_to(request.user, roles=OFFICE).for_list())
    shown = ListPage(
        title="一票否决和停评",
        columns=COLUMNS,
        rows=[row(veto, today) for veto in page],
        page=page,
        tabs=tabs_of(request, AWARDS),
        empty_words="还没有登记。登记以后，推荐、审核时会按本届规则提醒或拦截。",
        empty_url=reverse("veto-new"),
        empty_action="登记",
        buttons=[("登记", reverse("veto-new"), "plus-lg", "primary")],
    )
    return answer_list(request, shown)


def standing(veto: Veto, today: datetime.date) -> Mark:
    if veto.lifted_at is not None:
        return Mark("已解除", "void")
    if veto.until_on is not None and veto.until_on < today:
        return Mark("已到期", "plain")
    return Mark("未开始", "plain") if veto.from_on > today else Mark("生效中", "wrong")


def row(veto: Veto, today: datetime.date) -> ListRow:
    mark = standing(veto, today)
    person, school = veto.person, veto.school
    target = (
        Link(person.name, reverse("person-detail", args=[person.pk]))
        if person is not None
        else Link(school.short_name, reverse("school-detail", args=[school.pk]))
    )
    reason = f"{veto.reason}（解除：{veto.lift_reason}）" if veto.lift_reason else veto.reason
    may_lift = mark.word in ("生效中", "未开始")
    return ListRow(
        (
            target,
            str(person.school) if person is not None else "",
            veto.get_kind_display(),
            reason,
            veto.from_on,
            veto.until_on or "不限期",
            str(veto.set_by),
            mark,
            Link("解除", reverse("veto-lift", args=[veto.pk])) if may_lift else "",
        )
    )


@require_http_methods(["GET", "HEAD", "POST"])
@posts(*OFFICE)
def veto_new(request: HttpRequest) -> HttpResponse:
    """Keep a person (found by name or staff number) or a school from being commended."""
    people = Person.objects.visible_to(request.user, roles=OFFICE).for_page()
    schools = School.objects.visible_to(request.user, roles=OFFICE)
    form = VetoForm(request.POST or None, people=people, schools=schools)

    def step(data: dict[str, Any]) -> Veto:
        return steps.set_veto(data["who"], data, by=request.user, at=timezone.now())

    return answer_form(
        request,
        form,
        step,
        title="登记一票否决或停评",
        action="登记",
        words="一票否决：师德、违纪、安全责任等。停评：违反评选纪律的，下一届不得参评。推荐、审核时按本届规则提醒或拦截。",
        back_url=reverse("veto-list"),
        crumbs=[("一票否决和停评", reverse("veto-list"))],
        done=lambda veto: f"已登记{veto}。",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@posts(*OFFICE)
def veto_lift(request: HttpRequest, pk: int) -> HttpResponse:
    """Lift a veto or a ban before its time, with the reason."""
    veto = get_object_or_404(Veto.objects.visible_to(request.user, roles=OFFICE).for_list(), pk=pk)
    return answer_form(
        request,
        LiftForm(request.POST or None),
        lambda data: steps.lift_veto(veto, reason=data["reason"], by=request.user, at=timezone.now()),
        title="解除",
        action="解除",
        words="解除后，这一条仍留在名单中。",
        facts=[
            Fact("对象", str(veto.person or veto.school)),
            Fact("种类", veto.get_kind_display()),
            Fact("理由", veto.reason, wide=True),
        ],
        back_url=reverse("veto-list"),
        crumbs=[("一票否决和停评", reverse("veto-list"))],
        done="已解除。",
    )
