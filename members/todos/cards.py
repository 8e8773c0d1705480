"""Cards whose holder serves no more, and cards not yet registered for the year: one line each."""

import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from guanweihui.scope import Role, reach_of
from guanweihui.todos import Todo, offers
from members.models import Card
from members.workflow.cards import ISSUERS


@offers
def cards_to_be_voided(actor: Any, now: datetime.datetime) -> list[Todo]:
    """The cards that the district is to void; one query."""
    if not reach_of(actor).serves(*ISSUERS):
        return []
    day = timezone.localdate(now)
    count = Card.objects.visible_to(actor, roles=ISSUERS).to_be_voided(day).count()
    url = f"{reverse('card-list')}?state=LEFT"
    return [Todo(f"{count:,} 张志愿者证建议注销", url, "待办")] if count else []


@offers
def cards_to_be_registered(actor: Any, now: datetime.datetime) -> list[Todo]:
    """The cards that a school is to register for this year; one query."""
    if not reach_of(actor).serves(Role.SCHOOL):
        return []
    year = timezone.localdate(now).year
    count = Card.objects.visible_to(actor, roles={Role.SCHOOL}).waiting_in(year).count()
    url = f"{reverse('card-list')}?registered=no"
    return [Todo(f"{count:,} 张志愿者证等待 {year} 年度注册", url, "待办")] if count else []
