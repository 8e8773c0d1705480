"""What waits for the users of the award cycle: lists to begin, to approve, and sent back."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet
from django.urls import reverse

from awards.models import AwardList, Cycle, Nomination
from guanweihui.areas import url_or_none
from guanweihui.scope import Role
from guanweihui.todos import Line, Todo, lines_of, offers, started

OFFICE, LEADER = frozenset({Role.DISTRICT}), frozenset({Role.LEADER})
LEADER_WORD = "区关工委领导"


def _to_begin(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    return [
        Todo(
            f"{line.title}：推荐已全部复核，等待建立名单",
            url_or_none("cycle-detail", line.key) or reverse("award-list-list"),
            "待办",
        )
        for line in lines
    ]


@offers(_to_begin, roles=OFFICE)
def lists_to_begin(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """Cycles under way whose review is done and that have no list."""
    sent = Nomination.objects.filter(cycle=OuterRef("pk"))
    cycles = Cycle.objects.visible_to(actor, roles=OFFICE).under_way()
    rows = cycles.filter(
        Exists(sent.in_states([Nomination.Status.ACCEPTED])),
        ~Exists(sent.in_states([Nomination.Status.SUBMITTED, Nomination.Status.ENDORSED])),
        ~Exists(AwardList.objects.standing().filter(cycle=OuterRef("pk"))),
    )
    return [lines_of(rows, title=F("name"))]


def _to_approve(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    return [
        Todo(
            f"{line.title}拟表彰名单（第{line.number}次）待审定",
            reverse("award-list-approve", args=[line.key]),
            "待审核",
            origin=line.origin,
        )
        for line in lines
    ]


def _lists(rows: QuerySet, **columns: Any) -> QuerySet:
    return lines_of(rows, title=F("cycle__name"), number=F("number"), **columns)


@offers(_to_approve, roles=LEADER)
def lists_to_approve(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """Lists that the office put forward; not those that the reader put forward himself."""
    rows = AwardList.objects.visible_to(actor, roles=LEADER).proposed().exclude(proposed_by=actor.pk)
    return [_lists(rows, origin=F("proposed_by__name"))]


def _to_mend(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    return [
        Todo(
            f"{line.title}拟表彰名单（第{line.number}次）被退回",
            reverse("award-list-detail", args=[line.key]),
            "已退回",
            origin=LEADER_WORD,
        )
        for line in lines
    ]


@offers(_to_mend, roles=OFFICE)
def lists_to_mend(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """Lists that a leader gave back to the office."""
    return [_lists(AwardList.objects.visible_to(actor, roles=OFFICE).sent_back())]


def _put_forward(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    return [
        Todo(
            f"{line.title}拟表彰名单（第{line.number}次）",
            reverse("award-list-detail", args=[line.key]),
            "待审核",
            origin=line.origin,
            waits_for=LEADER_WORD,
            began_at=line.began_at,
        )
        for line in lines
    ]


@started(_put_forward, roles=OFFICE)
def lists_put_forward(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """Lists that the office put forward and no leader has decided on."""
    rows = AwardList.objects.visible_to(actor, roles=OFFICE).proposed()
    return [_lists(rows, origin=F("proposed_by__name"), began_at=F("proposed_at"))]
