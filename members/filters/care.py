"""Query bars of care, birthdays and outings."""

import django_filters as filters

from guanweihui.list_page import ListFilterSet, visible_groups
from members.models import Care, Outing, Person

MONTHS = [(str(month), f"{month}月") for month in range(1, 13)]


class CareFilter(ListFilterSet):
    """Care by the elder's name, its kind, and the group of his school."""

    name = filters.CharFilter(label="姓名", method="by_name")
    kind = filters.ChoiceFilter(label="事由", choices=Care.Kind, empty_label="全部")
    group = filters.ModelChoiceFilter(
        label="协作组", field_name="person__school__group", queryset=visible_groups, empty_label="全部"
    )

    class Meta(ListFilterSet.Meta):
        model = Care
        fields = ()

    def by_name(self, queryset, name, value):
        return queryset.of_name(value)


class BirthdayFilter(ListFilterSet):
    """Birthdays of one month, by group, of everybody or of volunteers."""

    month = filters.ChoiceFilter(label="月份", choices=MONTHS, empty_label=None, method="by_month")
    group = filters.ModelChoiceFilter(
        label="协作组", field_name="school__group", queryset=visible_groups, empty_label="全部"
    )
    volunteer = filters.ChoiceFilter(
        label="志愿者",
        field_name="is_volunteer",
        choices=[("True", "是"), ("False", "否")],
        empty_label="全部",
    )

    class Meta(ListFilterSet.Meta):
        model = Person
        fields = ()

    def by_month(self, queryset, name, value):
        return queryset.born_in(int(value))


class OutingFilter(ListFilterSet):
    """Outings by name or place."""

    name = filters.CharFilter(label="名称 / 地点", method="by_name")

    class Meta(ListFilterSet.Meta):
        model = Outing
        fields = ()

    def by_name(self, queryset, name, value):
        return queryset.named(value)
