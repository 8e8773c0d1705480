"""Requests to let a person go: for whoever may answer them, and for the school that asked."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse

from guanweihui.scope import Role
from guanweihui.todos import DONE_WITHIN, Line, Todo, lines_of, offers, started
from members.models import Transfer
from members.workflow.transfers import HOLDERS


def _to_answer(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    return [
        Todo(
            f"转校申请：{line.title}",
            reverse("transfer-detail", args=[line.key]),
            "待确认",
            origin=f"{line.origin} → {line.detail}",
            waits_for=line.origin,
        )
        for line in lines
    ]


@offers(_to_answer, roles=HOLDERS)
def transfers_to_answer(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """What other schools ask of this one; the district sees all that waits in it."""
    return [_lines(Transfer.objects.visible_to(actor).decided_by(actor).waiting())]


def _asked(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    return [
        Todo(
            f"转校申请：{line.title}",
            reverse("transfer-detail", args=[line.key]),
            Transfer.Status(line.status).label,
            origin=f"{line.origin} → {line.detail}",
            waits_for=line.origin if line.status == Transfer.Status.ASKED else "",
            began_at=line.began_at,
        )
        for line in lines
    ]


@started(_asked, roles={Role.SCHOOL})
def transfers_asked(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """What the school itself asked for, with the answers of late."""
    asked = Transfer.objects.visible_to(actor, roles={Role.SCHOOL}).asked_by_schools_of(actor)
    return [_lines(asked.open_since(now - DONE_WITHIN))]


def _lines(transfers: QuerySet) -> QuerySet:
    """Give requests as lines: from `origin` to `detail`."""
    return lines_of(
        transfers,
        title=F("typed_name"),
        origin=F("from_school__short_name"),
        detail=F("to_school__short_name"),
        status=F("status"),
        began_at=F("asked_at"),
    )
