"""What waits in the award cycle: a closed notice without its decision, certificates that nobody printed."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse

from awards.models import AwardList, Decision, PublicNotice
from awards.workflow.honours import OFFICE
from guanweihui.todos import Line, Todo, lines_of, offers


def _to_decide(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    return [
        Todo(f"{line.title}：公示已结束，等待表彰决定", reverse("decision-new", args=[line.key]), "待办")
        for line in lines
    ]


@offers(_to_decide, roles=OFFICE)
def lists_to_decide(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """Approved lists whose notice is closed and that no document confers yet."""
    rows = AwardList.objects.visible_to(actor, roles=OFFICE).approved()
    rows = rows.filter(decision=None, notices__status=PublicNotice.Status.CLOSED)
    return [lines_of(rows, key=F("cycle"), title=F("cycle__name"))]


def _to_print(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    return [
        Todo(
            f"{line.title}：{line.number:,} 份证书等待打印",
            reverse("decision-detail", args=[line.key]),
            "待办",
            origin=line.origin,
        )
        for line in lines
    ]


@offers(_to_print, roles=OFFICE)
def certificates_to_print(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """Decisions of which standing certificates were never printed, with how many."""
    rows = Decision.objects.visible_to(actor, roles=OFFICE).with_unprinted()
    columns = {"title": F("doc_number"), "origin": F("cycle__name"), "number": F("unprinted")}
    return [lines_of(rows, **columns)]
