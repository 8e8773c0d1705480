"""Access links of principals and host schools: their state, issued once, taken back."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from guanweihui import entrance
from guanweihui.gate import posts
from guanweihui.lists import Fact
from guanweihui.models import AccessLink
from guanweihui.scope import Role
from guanweihui.templatetags.portal import moment
from outreach.models import HostSchool, Pairing
from outreach.reports.matrix import link_state
from outreach.workflow import hosts, pairs

OFFICE = (Role.DISTRICT,)
WHAT_FOR = {
    "pairing": "老校长凭链接进入，只能看到自己的结对，登记自己的下校。链接有效一年。",
    "host": "受援学校凭链接进入，只能确认下校记录、评价需求，看不到别的内容。链接有效30天。",
}


@dataclass(frozen=True)
class LinkCard:
    """What a page says of a row's link, and where it is issued and taken back."""

    words: str
    facts: list[Fact]
    is_open: bool
    issue_url: str
    revoke_url: str


def link_card(row: Any, kind: str, now: datetime.datetime) -> LinkCard:
    """Describe the link of a pair ("pairing") or a host school ("host")."""
    link: AccessLink | None = row.access_link
    state = link_state(link, now)
    return LinkCard(
        words=WHAT_FOR[kind],
        facts=[
            Fact("链接", state, wide=True),
            Fact("发放时间", moment(link.created_at) if link else "没有", wide=True),
            Fact("有效期至", moment(link.expires_at) if link else "没有", wide=True),
        ],
        is_open=state == "有效",
        issue_url=reverse(f"{kind}-link", args=[row.pk]),
        revoke_url=reverse(f"{kind}-link-revoke", args=[row.pk]),
    )


def pairing_or_404(request: HttpRequest, pk: int) -> Pairing:
    return get_object_or_404(Pairing.objects.visible_to(request.user, roles=OFFICE), pk=pk)


def host_or_404(request: HttpRequest, pk: int) -> HostSchool:
    return get_object_or_404(HostSchool.objects.visible_to(request.user, roles=OFFICE), pk=pk)


@sensitive_variables("token", "address", "context")
def issued(request: HttpRequest, link: AccessLink, token: str, kind: str, back_url: str) -> HttpResponse:
    """Show a link that was just issued; its token is on this page and nowhere else."""
    address = request.build_absolute_uri(reverse("link", args=[token]))
    context = {
        "crumbs": [("老校长下乡", reverse("pairing-list")), (link.holder_name, back_url), ("发放链接", "")],
        "link": link,
        "words": WHAT_FOR[kind],
        "address": address,
        "picture": entrance.picture(address),
        "back_url": back_url,
    }
    return render(request, "outreach/link_issued.html", context)


@never_cache
@sensitive_variables("token")
@require_POST
@posts(*OFFICE)
def pairing_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Issue a principal's link, shown in this answer and never again."""
    pairing = pairing_or_404(request, pk)
    link, token = pairs.issue_pairing_link(pairing, by=request.user, at=timezone.now())
    return issued(request, link, token, "pairing", reverse("pairing-detail", args=[pk]))


@require_POST
@posts(*OFFICE)
def pairing_link_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a principal's link back."""
    pairing = pairs.revoke_pairing_link(pairing_or_404(request, pk), by=request.user, at=timezone.now())
    messages.success(request, f"{pairing.principal_name}的链接已停用，正在使用的人点下一步时就会退出。")
    return redirect("pairing-detail", pk)


@never_cache
@sensitive_variables("token")
@require_POST
@posts(*OFFICE)
def host_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Issue a host school's link, shown in this answer and never again."""
    link, token = hosts.issue_host_link(host_or_404(request, pk), by=request.user, at=timezone.now())
    return issued(request, link, token, "host", reverse("host-detail", args=[pk]))


@require_POST
@posts(*OFFICE)
def host_link_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a host school's link back."""
    host = hosts.revoke_host_link(host_or_404(request, pk), by=request.user, at=timezone.now())
    messages.success(request, f"{host.name}的链接已停用，正在使用的人点下一步时就会退出。")
    return redirect("host-detail", pk)
