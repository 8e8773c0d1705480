"""The to-do list: each app offers its own, the home page joins them. Nothing is stored twice."""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from guanweihui.models import Due
from guanweihui.scope import Role, reach_of

#: Amber from three days before a deadline, red from one (ux.md 6.4).
AMBER, RED = datetime.timedelta(days=3), datetime.timedelta(days=1)


@dataclass(frozen=True)
class Todo:
    """One thing that waits for this actor; `status` is a word the status tag knows."""

    title: str
    url: str
    status: str
    closes_at: datetime.datetime | None = None
    origin: str = ""

    def note(self, now: datetime.datetime) -> str:
        """Say how long is left, or how long it is overdue."""
        if self.closes_at is None:
            return ""
        left = self.closes_at - now
        if left < datetime.timedelta():
            return f"已逾期 {-left.days} 天"
        if left.days:
            return f"剩 {left.days} 天"
        return f"剩 {left.seconds // 3600} 小时"

    def urgency(self, now: datetime.datetime) -> str:
        if self.closes_at is None or self.closes_at - now > AMBER:
            return ""
        return "wrong" if self.closes_at - now <= RED else "warn"


Offer = Callable[[Any, datetime.datetime], Iterable[Todo]]
_OFFERS: list[Offer] = []
#: Which route fills in a due of a kind; apps register theirs.
FILING_ROUTES: dict[str, Callable[[Due], str]] = {}


def offers(offer: Offer) -> Offer:
    """Register a function `(actor, now) -> to-dos`; one query each, whatever the number of rows."""
    _OFFERS.append(offer)
    return offer


def for_actor(actor: Any, now: datetime.datetime) -> list[Todo]:
    """Join every app's to-dos, most urgent first; those without a deadline come last."""
    todos = [todo for offer in _OFFERS for todo in offer(actor, now)]
    never = datetime.datetime.max.replace(tzinfo=datetime.UTC)
    return sorted(todos, key=lambda todo: (todo.closes_at or never, todo.title))


@offers
def filings_due(actor: Any, now: datetime.datetime) -> list[Todo]:
    """What schools still have to send, and what waits for the group's or the district's look."""
    reach = reach_of(actor)
    if reach.serves(Role.DISTRICT):
        states = [Due.State.ENDORSED, Due.State.SUBMITTED]
    elif reach.serves(Role.GROUP):
        states = [Due.State.SUBMITTED]
    elif reach.serves(Role.SCHOOL):
        states = list(Due.UNMET)
    else:
        return []
    dues = Due.objects.visible_to(actor).waiting_in(states, past_group=reach.serves(Role.DISTRICT))
    return [_todo(due, reach.serves(Role.SCHOOL)) for due in dues.for_todo()]


def _todo(due: Due, is_filer: bool) -> Todo:
    route = FILING_ROUTES.get(due.round.kind)
    status = due.get_state_display() if is_filer else "待审核"
    origin = "" if is_filer else due.school.short_name
    return Todo(due.round.title, route(due) if route else "", status, due.closes_at(), origin)
