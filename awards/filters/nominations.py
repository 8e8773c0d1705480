"""The query bar of the nominations."""

import django_filters as filters
from django import forms

from awards.filters.honours import visible_cycles
from awards.models import Category, Nomination
from guanweihui.list_page import ListFilterSet, visible_groups, visible_schools


class NominationFilter(ListFilterSet):
    """Nominations by nominee or unit, cycle, kind of award, group, state."""

    text = filters.CharFilter(label="姓名 / 单位", method="by_text")
    cycle = filters.ModelChoiceFilter(label="评选周期", queryset=visible_cycles, empty_label="全部")
    kind = filters.ChoiceFilter(
        label="奖项", field_name="category__kind", choices=Category.Kind, empty_label="全部"
    )
    group = filters.ModelChoiceFilter(
        label="协作组", field_name="unit__group", queryset=visible_groups, empty_label="全部"
    )
    state = filters.ChoiceFilter(
        label="状态", field_name="status", choices=Nomination.Status, empty_label="全部"
    )
    school = filters.ModelChoiceFilter(widget=forms.HiddenInput, field_name="unit", queryset=visible_schools)

    class Meta(ListFilterSet.Meta):
        model = Nomination
        fields = ()

    def by_text(self, queryset, name, value):
        return queryset.named(value)
