"""When somebody served last, and was asked last: kept on his file, so that no list looks through his records.

Every step that confirms, strikes or moves a record, or writes down a call, notes it here before it ends.
"""

from collections.abc import Collection
from typing import Any

from django.db.models import Max, OuterRef, QuerySet, Subquery

from members.models import Person, ServiceRecord, TaskCall

#: The fields of a file that follow from other rows.
NOTED = frozenset({"last_served_on", "last_asked_on"})


def note_services(people: Collection[int] | QuerySet) -> None:
    """Note the last day of confirmed service of these people (keys).

    The step holds their files: of two steps that change somebody's records the second sees both.
    """
    records = ServiceRecord._default_manager.confirmed().service()  # type: ignore[attr-defined]
    _note(people, last_served_on=_latest(records, "served_on"))


def note_calls(people: Collection[int] | QuerySet) -> None:
    """Note the last day on which these people (keys) were asked for a task; the step holds their files."""
    _note(people, last_asked_on=_latest(TaskCall._default_manager.all(), "asked_on"))


def _latest(rows: QuerySet, day: str) -> Subquery:
    mine = rows.filter(person=OuterRef("pk")).order_by().values("person")
    return Subquery(mine.annotate(_latest=Max(day)).values("_latest"))


def _note(people: Collection[int] | QuerySet, **days: Any) -> None:
    Person._base_manager.filter(pk__in=people).update(**days)
