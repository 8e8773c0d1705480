"""What waits in research and planning: needs that nothing is done about, plans to approve or to mend."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone

from guanweihui.scope import Role
from guanweihui.todos import Line, Todo, count_of, lines_of, offers, started
from outreach.models import Need, Plan

OFFICE, LEADER = frozenset({Role.DISTRICT}), frozenset({Role.LEADER})
LEADER_WORD = "区关工委领导"


def _quiet(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    return [
        Todo(f"{line.number:,} 条受援学校需求半年没有行动", f"{reverse('need-list')}?action=quiet", "待办")
        for line in lines
    ]


@offers(_quiet, roles=OFFICE)
def needs_without_action(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """Unmet needs that nothing was done about for QUIET_DAYS, counted."""
    return [count_of(Need.objects.visible_to(actor, roles=OFFICE).quiet(timezone.localdate(now)))]


def _plans(words: str, status: str, route: str) -> Any:
    def todos(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
        return [
            Todo(
                f"{line.title}（第{line.number}版）{words}",
                reverse(route, args=[line.key]),
                status,
                origin=line.origin,
            )
            for line in lines
        ]

    return todos


def _lines(rows: QuerySet, **columns: Any) -> QuerySet:
    return lines_of(rows, title=F("title"), number=F("revision"), **columns)


@offers(_plans("待审定", "待审核", "plan-detail"), roles=LEADER)
def plans_to_approve(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """Plans that the office put forward; not those that the reader put forward himself."""
    rows = Plan.objects.visible_to(actor, roles=LEADER).proposed().exclude(proposed_by=actor.pk)
    return [_lines(rows, origin=F("proposed_by__name"))]


@offers(_plans("被退回，请修改", "已退回", "plan-detail"), roles=OFFICE)
def plans_to_mend(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """Drafts that a leader gave back."""
    return [_lines(Plan.objects.visible_to(actor, roles=OFFICE).sent_back(), origin=LEADER_WORD)]


def _put_forward(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    return [
        Todo(
            f"{line.title}（第{line.number}版）",
            reverse("plan-detail", args=[line.key]),
            "待审核",
            origin=line.origin,
            waits_for=LEADER_WORD,
        )
        for line in lines
    ]


@started(_put_forward, roles=OFFICE)
def plans_put_forward(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """Plans that the office put forward and no leader has decided on."""
    rows = Plan.objects.visible_to(actor, roles=OFFICE).proposed()
    return [_lines(rows, origin=F("proposed_by__name"))]
