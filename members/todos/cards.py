"""Cards whose holder serves no more, and cards not yet registered for the year: one line each."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from guanweihui.scope import Role
from guanweihui.todos import Line, Todo, count_of, offers
from members.models import Card
from members.workflow.cards import ISSUERS


def _to_be_voided(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    url = f"{reverse('card-list')}?state=LEFT"
    return [Todo(f"{line.number:,} 张志愿者证建议注销", url, "待办") for line in lines]


@offers(_to_be_voided, roles=ISSUERS)
def cards_to_be_voided(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """Count the cards that the district is to void."""
    return [count_of(Card.objects.visible_to(actor, roles=ISSUERS).to_be_voided(timezone.localdate(now)))]


def _to_be_registered(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    url, year = f"{reverse('card-list')}?registered=no", timezone.localdate(now).year
    return [Todo(f"{line.number:,} 张志愿者证等待 {year} 年度注册", url, "待办") for line in lines]


@offers(_to_be_registered, roles={Role.SCHOOL})
def cards_to_be_registered(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """Count the cards that a school is to register for this year."""
    cards = Card.objects.visible_to(actor, roles={Role.SCHOOL})
    return [count_of(cards.waiting_in(timezone.localdate(now).year))]
