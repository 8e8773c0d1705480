"""What waits in the award cycle: lists without a notice, notices to post or close, objections to decide."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse

from awards.models import AwardList, Objection, PublicNotice
from guanweihui.scope import Role
from guanweihui.todos import Line, Todo, lines_of, offers

OFFICE = frozenset({Role.DISTRICT})


def _to_draft(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    return [
        Todo(f"{line.title}拟表彰名单已审定，等待公示", reverse("notice-new", args=[line.key]), "待办")
        for line in lines
    ]


@offers(_to_draft, roles=OFFICE)
def lists_to_post(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """Approved lists that no notice stands for."""
    rows = AwardList.objects.visible_to(actor, roles=OFFICE).approved().without_notice()
    return [lines_of(rows, title=F("cycle__name"))]


def _notices(words: str) -> Any:
    def todos(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
        return [
            Todo(f"{line.title}：{words}", reverse("notice-detail", args=[line.key]), "待办")
            for line in lines
        ]

    return todos


@offers(_notices("公示稿等待发布"), roles=OFFICE)
def notices_to_post(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """Drafts."""
    return [lines_of(PublicNotice.objects.visible_to(actor, roles=OFFICE).drafts(), title=F("title"))]


@offers(_notices("公示期满，等待办结"), roles=OFFICE)
def notices_to_close(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """Posted notices whose period has run out."""
    return [lines_of(PublicNotice.objects.visible_to(actor, roles=OFFICE).over(now), title=F("title"))]


def _to_decide(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    return [
        Todo(
            f"{Objection.Kind(line.detail).label}异议等待核查（登记 {(now - line.began_at).days} 天）",
            reverse("objection-detail", args=[line.key]),
            "待办",
            origin=line.title,
        )
        for line in lines
        if line.began_at is not None
    ]


@offers(_to_decide, roles=OFFICE)
def objections_to_decide(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """Open objections; who objects is no part of the line."""
    rows = Objection.objects.visible_to(actor, roles=OFFICE).open()
    return [lines_of(rows, title=F("notice__title"), detail=F("kind"), began_at=F("received_at"))]
