"""What waits for reviewers in the award cycle: nominations to review, a group's order to confirm."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone

from awards.models import Category, Cycle, Nomination, Opinion
from guanweihui.models import AuditEvent
from guanweihui.models.waiting import number_of
from guanweihui.scope import Role, reach_of
from guanweihui.todos import Line, Todo, lines_of, offers
from guanweihui.workdays import CLOSES

GROUP, OFFICE = frozenset({Role.GROUP}), frozenset({Role.DISTRICT})
TO_REVIEW, TO_CONFIRM = "待审核", "待确认"
#: Two things can be put in order.
LEAST_TO_ORDER = 2


def _closing(line: Line) -> datetime.datetime | None:
    """Read the last day of a line as the moment the office closes on it; holidays do not move it here."""
    if not line.detail:
        return None
    day = datetime.date.fromisoformat(line.detail)
    return timezone.make_aware(datetime.datetime.combine(day, CLOSES))


def _to_review(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    return [
        Todo(
            f"{line.title}：{line.number:,} 件推荐待审核",
            reverse("review-queue"),
            TO_REVIEW,
            _closing(line),
            line.origin,
        )
        for line in lines
    ]


def _cycles(actor: Any, roles: frozenset[str], rows: QuerySet, last_day: str, origin: str) -> QuerySet:
    """Give a line a cycle of which nominations wait: `number` of them, `detail` is the last day."""
    counted = Cycle.objects.visible_to(actor, roles=roles).annotate(
        waiting=number_of(rows.filter(cycle=OuterRef("pk")))
    )
    return lines_of(
        counted.filter(waiting__gt=0),
        title=F("name"),
        origin=origin,
        detail=Cast(last_day, TextField()),
        number=F("waiting"),
    )


@offers(_to_review, roles=GROUP)
def nominations_to_endorse(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """What schools sent and their group is to endorse, a line a cycle."""
    rows = Nomination.objects.visible_to(actor, roles=GROUP).awaiting_group()
    return [_cycles(actor, GROUP, rows, "endorse_by_on", "学校申报")]


@offers(_to_review, roles=OFFICE)
def nominations_to_accept(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """What waits for the district's review, a line a cycle."""
    rows = Nomination.objects.visible_to(actor, roles=OFFICE).awaiting_district()
    return [_cycles(actor, OFFICE, rows, "review_by_on", "协作组推荐")]


def _to_order(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    return [
        Todo(
            f"{line.title}：{line.number:,} 件推荐的排序待确认",
            reverse("review-order", args=[line.key]),
            TO_CONFIRM,
            _closing(line),
            line.origin,
        )
        for line in lines
    ]


@offers(_to_order, roles=GROUP)
def orders_to_confirm(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """Categories in which a group endorsed several since somebody of it saved their order last."""
    groups = reach_of(actor).of(GROUP).ids("group")
    if not groups:
        return []
    endorsed = Nomination.objects.visible_to(actor, roles=GROUP).in_states([Nomination.Status.ENDORSED])
    of_category = endorsed.filter(category=OuterRef("pk"))
    given = Opinion.objects.visible_to(actor, roles=GROUP).filter(
        nomination__category=OuterRef("pk"),
        nomination__status=Nomination.Status.ENDORSED,
        level=Opinion.Level.GROUP,
    )
    ordered = AuditEvent.objects.filter(
        action="category.order",
        object_type=Category._meta.label,
        object_id=Cast(OuterRef("pk"), TextField()),
        actor__posts__group__in=groups,
    )
    rows = (
        Category.objects.visible_to(actor, roles=GROUP)
        .annotate(
            endorsed=number_of(of_category),
            endorsed_at=_latest(given, "given_at"),
            ordered_at=_latest(ordered, "at"),
        )
        .filter(endorsed__gte=LEAST_TO_ORDER)
        .filter(Q(ordered_at=None) | Q(ordered_at__lt=F("endorsed_at")))
    )
    columns = {"title": F("name"), "origin": F("cycle__name"), "number": F("endorsed")}
    return [lines_of(rows, detail=Cast("cycle__endorse_by_on", TextField()), **columns)]


def _latest(rows: QuerySet, name: str) -> Subquery:
    """Return the latest moment of a correlated set of rows; none gives NULL."""
    return Subquery(rows.order_by(f"-{name}").values(name)[:1])
