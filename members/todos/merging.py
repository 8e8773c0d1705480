"""Requests to let a person go, for whoever may answer them."""

import datetime
from typing import Any

from django.urls import reverse

from guanweihui.scope import reach_of
from guanweihui.todos import Todo, offers
from members.models import Transfer
from members.workflow.transfers import HOLDERS


@offers
def transfers_to_answer(actor: Any, now: datetime.datetime) -> list[Todo]:
    """What other schools ask of this one; the district sees all that waits in it."""
    if not reach_of(actor).serves(*HOLDERS):
        return []
    waiting = Transfer.objects.visible_to(actor).decided_by(actor).waiting().for_list()
    return [
        Todo(
            f"转校申请：{transfer.typed_name}",
            reverse("transfer-detail", args=[transfer.pk]),
            "待确认",
            origin=f"{transfer.from_school.short_name} → {transfer.to_school.short_name}",
        )
        for transfer in waiting
    ]
