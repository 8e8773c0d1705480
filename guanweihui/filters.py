"""Query bars of the hierarchy's lists."""

import django_filters as filters
from django.utils import timezone

from guanweihui.list_page import ListFilterSet, visible_groups
from guanweihui.models import CollaborationGroup, School
from guanweihui.models.org import Stage

OPEN, CLOSED = "open", "closed"


class SchoolFilter(ListFilterSet):
    """Schools by any of their names or the code, by group, stage, and whether they still exist."""

    name = filters.CharFilter(label="校名 / 曾用名 / 代码", method="by_name")
    group = filters.ModelChoiceFilter(label="协作组", queryset=visible_groups, empty_label="全部")
    stage = filters.ChoiceFilter(label="学段", choices=Stage, empty_label="全部")
    state = filters.ChoiceFilter(
        label="状态", choices=[(OPEN, "在办"), (CLOSED, "已撤销")], empty_label="全部", method="by_state"
    )

    class Meta(ListFilterSet.Meta):
        model = School
        fields = ()

    def by_name(self, queryset, name, value):
        return queryset.named(value)

    def by_state(self, queryset, name, value):
        day = timezone.localdate()
        return queryset.open_on(day) if value == OPEN else queryset.closed_on_or_before(day)


class GroupFilter(ListFilterSet):
    """Groups by name; there are about fifteen, so nothing else."""

    name = filters.CharFilter(label="协作组名称", lookup_expr="icontains", field_name="full_name")

    class Meta(ListFilterSet.Meta):
        model = CollaborationGroup
        fields = ()
