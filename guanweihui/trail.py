"""What the trail's pages show: the query bar, and how far the chain reaches."""

import datetime
from dataclasses import dataclass
from typing import Any

import django_filters

from guanweihui import actions
from guanweihui.forms import DateInput, QueryForm
from guanweihui.models import AuditEvent, AuditSeal, District

#: How far back the last check of the chain is looked for; older than that counts as never.
CHECKED_WITHIN = datetime.timedelta(days=90)


def action_choices() -> list[tuple[str, str]]:
    """Offer each word once; a step's word stands for all models."""
    words = {word: f"={action}" for action, word in actions.ACTIONS.items()}
    words |= {word: f".{step}" for step, word in actions.STEPS.items()}
    return sorted(((value, word) for word, value in words.items()), key=lambda pair: pair[1])


class TrailFilter(django_filters.FilterSet):
    """Who, what, on which object, from when to when."""

    by = django_filters.CharFilter(field_name="actor_label", lookup_expr="icontains", label="办理人")
    action = django_filters.ChoiceFilter(
        method="by_action", choices=action_choices, label="动作", empty_label="全部"
    )
    object = django_filters.CharFilter(field_name="object_label", lookup_expr="icontains", label="对象")
    first = django_filters.DateFilter(field_name="at", lookup_expr="date__gte", label="从", widget=DateInput)
    last = django_filters.DateFilter(field_name="at", lookup_expr="date__lte", label="到", widget=DateInput)

    class Meta:
        model = AuditEvent
        fields = ()
        form = QueryForm

    def by_action(self, queryset: Any, name: str, value: str) -> Any:
        if value.startswith("="):
            return queryset.filter(action=value[1:])
        return queryset.filter(action__endswith=value).exclude(action__in=actions.ACTIONS)


@dataclass(frozen=True)
class Chain:
    """How many lines of a district are sealed, and what the last check found."""

    sealed: int
    checked_at: datetime.datetime | None = None
    breaks: int = 0


def chain_of(district: District, *, now: datetime.datetime) -> Chain:
    """Read the chain's length from its last seal, and the last check from its own line: no counting."""
    last = AuditSeal.objects.filter(chain=district.pk).order_by("-position").first()
    since = now - CHECKED_WITHIN
    check = (
        AuditEvent.objects.filter(district=district, action="trail.verify", at__gte=since)
        .order_by("-at")
        .first()
    )
    sealed = last.position if last else 0
    return Chain(sealed, check.at, int(check.changes.get("breaks", 0))) if check else Chain(sealed)
