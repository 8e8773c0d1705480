"""What volunteers said is wrong, for the staff member named for their team."""

import datetime
from typing import Any

from django.urls import reverse

from guanweihui.scope import Role, reach_of
from guanweihui.todos import Todo, offers
from members.models import Correction


@offers
def corrections(actor: Any, now: datetime.datetime) -> list[Todo]:
    """Offer what waits for this member of the district's staff, and what nobody was named for."""
    if not reach_of(actor).serves(Role.DISTRICT):
        return []
    found = Correction.objects.visible_to(actor, roles={Role.DISTRICT}).waiting().for_staff(actor)
    return [
        Todo(
            f"{one.person.name}反馈有误：{one.get_about_display()}",
            reverse("correction-resolve", args=[one.pk]),
            "待处理",
            origin=one.person.school.short_name,
        )
        for one in found.for_list()
    ]
