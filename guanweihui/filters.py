"""Query bars of the core's lists: the hierarchy, rounds, the board."""

import django_filters as filters
from django.utils import timezone

from guanweihui.list_page import ListFilterSet, visible_groups
from guanweihui.models import CollaborationGroup, Due, Round, School
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


class RoundFilter(ListFilterSet):
    """Rounds by kind, year and state."""

    kind = filters.ChoiceFilter(label="种类", choices=Round.Kind.choices, empty_label="全部")
    year = filters.NumberFilter(label="年度")
    state = filters.ChoiceFilter(label="状态", choices=Round.State.choices, empty_label="全部")

    class Meta(ListFilterSet.Meta):
        model = Round
        fields = ()


class BoardFilter(ListFilterSet):
    """The dues of one round by school, group and standing; `groups` are (key, name) of those that owe it."""

    unit = filters.CharFilter(label="学校名称 / 代码", method="by_unit")
    group = filters.ChoiceFilter(label="协作组", empty_label="全部", method="by_group")
    standing = filters.ChoiceFilter(
        label="报送情况", choices=Due.Standing.choices, empty_label="全部", method="by_standing"
    )

    class Meta(ListFilterSet.Meta):
        model = Due
        fields = ()

    def __init__(self, *args, groups=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.filters["group"].extra["choices"] = list(groups)
        if len(groups) < 2:  # a group has no other to choose from
            del self.filters["group"]

    def by_unit(self, queryset, name, value):
        return queryset.at(value)

    def by_group(self, queryset, name, value):
        return queryset.in_group(value)

    def by_standing(self, queryset, name, value):
        return queryset.standing_as(value)
