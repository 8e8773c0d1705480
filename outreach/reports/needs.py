"""Needs as a table, and what was done about one: the loop from the need to the host school's word."""

import datetime
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Sum

from guanweihui.models import Attachment
from guanweihui.tables import Column, Row, Table
from outreach.models import Assessment, EventFeedback, Need, PlanItem, TeachingEvent, Trip
from outreach.models.events import TeachingEventQuerySet
from outreach.models.research import NeedQuerySet
from outreach.models.trips import TripQuerySet

PHOTO = "trip.photo"

NEED_COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("host_school", "受援学校", width=24),
    Column("region", "地区", width=12),
    Column("field", "领域", width=10, align="center"),
    Column("text", "需求", width=36),
    Column("priority", "优先级", width=8, align="center"),
    Column("owner", "责任人", width=10, align="center"),
    Column("status", "状态", width=10, align="center"),
    Column("visited_on", "调研日期", width=12, format="date"),
    Column("rating", "最近评价", width=12, align="center"),
)


def need_table(needs: Iterable[Need], actor: Any, *, reporting_unit: str = "") -> Table:
    """One row a need in the order given, with what its school said last; two queries with the needs."""
    needs = list(needs)
    ratings = latest_ratings(actor, needs)
    rows = tuple(
        Row(
            (
                number,
                need.visit.host_school.name,
                need.visit.host_school.region,
                need.get_field_display(),
                need.text,
                need.get_priority_display(),
                need.owner,
                need.get_status_display(),
                need.visit.visited_on,
                rating_word(ratings.get(need.pk)),
            )
        )
        for number, need in enumerate(needs, start=1)
    )
    return Table("needs", "受援学校需求一览表", NEED_COLUMNS, rows, reporting_unit=reporting_unit)


def latest_ratings(
    actor: Any, needs: Sequence[Need] | NeedQuerySet, *, until: datetime.date | None = None
) -> dict[int, str]:
    """Return the latest rating by need, in one query; a queryset of needs stays in the database."""
    said = Assessment.objects.visible_to(actor).filter(need__in=needs)
    if until is not None:
        said = said.until(until)
    found: dict[int, str] = {}
    for need, rating, _, _ in said.latest_first().values_list("need", "rating", "assessed_on", "pk"):
        found.setdefault(need, rating)
    return found


def rating_word(rating: str | None) -> str:
    return str(Assessment.Rating(rating).label) if rating else "未评价"


@dataclass(frozen=True)
class Loop:
    """What was done about one need: tasks, trips with photos, events with feedback, assessments."""

    items: Sequence[PlanItem]
    trips: Sequence[Trip]
    photos: Counter[int]
    events: Sequence[TeachingEvent]
    #: Feedback by event: sheets that came back, and how many were content.
    feedback: dict[int, tuple[int, int]]
    assessments: Sequence[Assessment]


def loop_of(need: Need, actor: Any) -> Loop:
    """Read the loop of a need, in six queries."""
    trips = Trip.objects.visible_to(actor).filter(needs=need).standing()
    events = TeachingEvent.objects.visible_to(actor).filter(needs=need)
    return Loop(
        items=list(PlanItem.objects.visible_to(actor).of_need(need)),
        trips=list(trips.select_related("pairing").order_by("from_on", "pk")),
        photos=photos_of(trips),
        events=list(events.order_by("from_on", "pk")),
        feedback=feedback_of(actor, events),
        assessments=list(Assessment.objects.visible_to(actor).of(need)),
    )


def photos_of(trips: TripQuerySet) -> Counter[int]:
    """Count the photos of these trips, by trip, in one query."""
    keys = trips.order_by().values("pk")
    rows = Attachment.objects.beside(PHOTO).filter(filing_type=Trip._meta.label, filing_id__in=keys)
    return Counter(dict(rows.order_by().values_list("filing_id").annotate(Count("pk"))))


def feedback_of(actor: Any, events: TeachingEventQuerySet) -> dict[int, tuple[int, int]]:
    """Add up the feedback sheets of these events, by event, in one query."""
    rows = EventFeedback.objects.visible_to(actor).filter(event__in=events.order_by().values("pk"))
    keys = rows.order_by().values("pk")
    sums = EventFeedback.objects.filter(pk__in=keys).order_by().values_list("event")
    return {
        event: (returned, content)
        for event, returned, content in sums.annotate(Sum("returned"), Sum("content_with"))
    }
