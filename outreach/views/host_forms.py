"""What the office writes of a host school: the school and its contact, its closing, its profiles."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.lists import Fact
from guanweihui.scope import Role
from outreach.forms.hosts import CloseForm, HostForm, ProfileForm, ReopenForm
from outreach.models import HostProfile, HostSchool, Need, Partnership
from outreach.views.hosts import crumbs_of, host_or_404, url_of
from outreach.views.shared import keeping
from outreach.workflow import hosts as steps
from outreach.workflow.rows import mark_of

OFFICE = (Role.DISTRICT,)
FORM_METHODS = ["GET", "HEAD", "POST"]


@sensitive_post_parameters("contact_phone")
@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def host_new(request: HttpRequest) -> HttpResponse:
    """Enter a host school."""
    form = HostForm(request.POST or None)
    return answer_form(
        request,
        form,
        lambda data: steps.add_host(form.values(), by=request.user, at=timezone.now()),
        title="新建受援学校",
        action="保存",
        back_url=reverse("host-list"),
        crumbs=crumbs_of(),
        done=lambda host: f"已建立{host}。",
        then=url_of,
    )


@sensitive_post_parameters("contact_phone")
@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def host_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a host school and its contact."""
    host = host_or_404(request, pk, OFFICE)
    initial = {"mark": mark_of(host, steps.FIELDS)}
    form = HostForm(request.POST or None, instance=host_or_404(request, pk, OFFICE), initial=initial)

    def step(data: dict[str, Any]) -> HostSchool:
        now = timezone.now()
        return steps.edit_host(host, form.values(), mark=data["mark"], by=request.user, at=now)

    return answer_form(
        request,
        form,
        keeping(form, step),
        title="修改受援学校",
        action="保存",
        back_url=url_of(host),
        crumbs=crumbs_of(host),
        done="已保存。",
    )


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def host_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a host school: what it leaves behind stands on the page first."""
    host = host_or_404(request, pk, OFFICE)
    visible = Partnership.objects.visible_to(request.user, roles=OFFICE)
    current = visible.current().of_schools([host])
    needs = Need.objects.visible_to(request.user, roles=OFFICE).of_school(host).unmet().for_list()
    return answer_form(
        request,
        CloseForm(request.POST or None),
        lambda data: steps.close_host(host, **data, by=request.user, at=timezone.now()),
        title="登记停办",
        action="登记停办",
        words="登记后，下列协议在停办当日终止，有关结对缺一所学校，需要另行增加；停办日期以后的下校不再登记。"
        "已登记的调研、需求、下校和送教都保留。",
        danger=True,
        facts=[
            Fact("受援学校", host.name),
            Fact(
                "终止的协议",
                "\n".join(f"{one.pairing}（{one.get_kind_display()}）" for one in current) or "没有",
            ),
            Fact("未解决的需求", "\n".join(one.text for one in needs) or "没有", wide=True),
        ],
        back_url=url_of(host),
        crumbs=crumbs_of(host),
        done="已登记停办。请为有关结对增加学校，并处理未解决的需求。",
    )


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def host_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a closing that was entered by mistake."""
    host = host_or_404(request, pk, OFFICE)
    closed = f"{host.closed_on:%Y-%m-%d}　{host.closed_reason}" if host.closed_on else "没有登记停办"
    return answer_form(
        request,
        ReopenForm(request.POST or None),
        lambda data: steps.reopen_host(host, **data, by=request.user, at=timezone.now()),
        title="撤销停办",
        action="撤销停办",
        words="登记错了才撤销。因停办终止的协议恢复有效；已由别的学校接替的不恢复。",
        facts=[Fact("受援学校", host.name), Fact("停办", closed)],
        back_url=url_of(host),
        crumbs=crumbs_of(host),
        done=lambda number: f"已撤销停办，恢复协议 {number} 份。",
    )


# --- the profile of a year --------------------------------------------------------------------------------


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def host_profile_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter what a school is like in a year, with its teachers by subject."""
    host = host_or_404(request, pk, OFFICE)
    today = timezone.localdate()
    initial = {"year": today.year if today.month >= 9 else today.year - 1, "classes": ""}
    form = ProfileForm(request.POST or None, initial=initial)

    def step(data: dict[str, Any]) -> HostProfile:
        return steps.add_profile(host, form.values(), form.staff(), by=request.user, at=timezone.now())

    return answer_profile(request, host, form, step, title="登记年度概况")


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def host_profile_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the profile of a year."""
    visible = HostProfile.objects.visible_to(request.user, roles=OFFICE).for_page()
    profile = get_object_or_404(visible, pk=pk)
    form = ProfileForm(
        request.POST or None,
        instance=get_object_or_404(visible, pk=pk),
        staff=steps.staff_of(profile),
        initial={"mark": steps.profile_mark(profile)},
    )

    def step(data: dict[str, Any]) -> HostProfile:
        now = timezone.now()
        return steps.edit_profile(
            profile, form.values(), form.staff(), mark=data["mark"], by=request.user, at=now
        )

    return answer_profile(request, profile.host_school, form, keeping(form, step), title="修改年度概况")


def answer_profile(
    request: HttpRequest, host: HostSchool, form: ProfileForm, step: Any, *, title: str
) -> HttpResponse:
    """Show the form with its grid; too many subject teachers are said softly after saving."""

    def done(profile: HostProfile) -> str:
        if words := steps.surplus_words(profile.teachers, form.staff()):
            messages.warning(request, words)
        return "已保存。"

    return answer_form(
        request,
        form,
        step,
        title=title,
        action="保存",
        words="一个学科一行，只填有任课教师的学科；没有的留空。",
        facts=[Fact("受援学校", host.name)],
        back_url=url_of(host),
        crumbs=crumbs_of(host),
        done=done,
        template="outreach/profile_form.html",
    )
