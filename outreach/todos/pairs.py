"""What waits for the office of pairs: a school that lacks, agreements and links that run out."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.db.models import CharField, F, QuerySet
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone

from guanweihui.scope import Role
from guanweihui.todos import Line, Todo, count_of, lines_of, offers
from outreach.models import Pairing, Partnership

OFFICE = frozenset({Role.DISTRICT})
#: So long before its end an agreement, and a principal's link, are a to-do.
AGREEMENT_AHEAD, LINK_AHEAD = datetime.timedelta(days=60), datetime.timedelta(days=14)


def _to_add(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    return [
        Todo(
            f"{line.title}的结对缺{Partnership.Kind(line.status).label}，请增加学校",
            f"{reverse('partner-add', args=[line.key])}?kind={line.status}",
            "待办",
        )
        for line in lines
    ]


@offers(_to_add, roles=OFFICE)
def pairs_without_a_school(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """Running pairs that lack a school of a kind."""
    running = Pairing.objects.visible_to(actor, roles=OFFICE).active(timezone.localdate(now))
    return [
        lines_of(running.lacking(kind), title=F("principal_name"), status=kind.value)
        for kind in Partnership.Kind
    ]


def _to_renew(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    return [
        Todo(
            f"{line.origin}与{line.title}的协议 {line.detail} 到期，请办理续签",
            reverse("partner-renew", args=[line.key]),
            "待办",
        )
        for line in lines
    ]


@offers(_to_renew, roles=OFFICE)
def agreements_running_out(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """Agreements of running programmes that end within two months."""
    today = timezone.localdate(now)
    rows = Partnership.objects.visible_to(actor, roles=OFFICE).ending(today, today + AGREEMENT_AHEAD)
    return [
        lines_of(
            rows.running(today),
            title=F("host_school__name"),
            origin=F("pairing__principal_name"),
            detail=Cast("to_on", CharField()),
        )
    ]


def _run_out(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    return [
        Todo(
            f"{line.number:,} 份结对协议已到期，没有续签，请续签或结束项目", reverse("pairing-matrix"), "待办"
        )
        for line in lines
    ]


@offers(_run_out, roles=OFFICE)
def agreements_run_out(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """Agreements of running programmes that ended and were not renewed, counted."""
    today = timezone.localdate(now)
    rows = Partnership.objects.visible_to(actor, roles=OFFICE).run_out_before(today)
    return [count_of(rows.running(today))]


def _to_issue(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    return [
        Todo(
            f"{line.title}的链接快要到期，请重新发放",
            reverse("pairing-detail", args=[line.key]),
            "待办",
            line.closes_at,
        )
        for line in lines
    ]


@offers(_to_issue, roles=OFFICE)
def links_running_out(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """Principals' links of running programmes that are over within two weeks."""
    running = Pairing.objects.visible_to(actor, roles=OFFICE).active(timezone.localdate(now))
    rows = running.link_ends(now, now + LINK_AHEAD)
    return [lines_of(rows, title=F("principal_name"), closes_at=F("access_link__expires_at"))]
