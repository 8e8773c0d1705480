"""What waits in the award cycle: city."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse

from awards.models import CityRecommendation, Cycle
from guanweihui.scope import Role
from guanweihui.todos import Line, Todo, lines_of, offers

S = CityRecommendation.Status
OFFICE = frozenset({Role.DISTRICT})
#: What the office is to do with the recommendations in a state.
TO_DO = {S.CHOSEN: "份市级推荐待填写上报", S.SENT: "份市级推荐待登记结果"}


def _to_choose(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    return [
        Todo(f"{line.title}：选择市级推荐对象", reverse("city-choose", args=[line.key]), "待办")
        for line in lines
    ]


@offers(_to_choose, roles=OFFICE)
def cycles_to_choose(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """Cycles with winners and places at the city of which nobody was chosen yet."""
    rows = Cycle.objects.visible_to(actor, roles=OFFICE)
    return [lines_of(CityRecommendation.objects.cycles_without(rows), title=F("name"))]


def _to_go_on(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    counted: dict[tuple[int, str, str], int] = {}
    for line in lines:
        place = (line.number, line.title, line.status)
        counted[place] = counted.get(place, 0) + 1
    return [
        Todo(f"{title}：{number} {TO_DO[S(status)]}", reverse("city-choose", args=[cycle]), "待办")
        for (cycle, title, status), number in counted.items()
    ]


@offers(_to_go_on, roles=OFFICE)
def recommendations_to_go_on(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """Recommendations that wait for their form or for the city's result, counted by cycle."""
    rows = CityRecommendation.objects.visible_to(actor, roles=OFFICE).in_states(list(TO_DO))
    return [lines_of(rows, title=F("cycle__name"), status=F("status"), number=F("cycle_id"))]
