"""The query bar of the honour roll."""

import django_filters as filters
from django import forms

from awards.models import Category, Cycle, Honour
from guanweihui.list_page import ListFilterSet, visible_groups, visible_schools

STANDING, VOID = "standing", "void"


def visible_cycles(request):
    """Give the cycles of the reader's district."""
    return Cycle.objects.none() if request is None else Cycle.objects.visible_to(request.user).for_list()


class HonourFilter(ListFilterSet):
    """Honours by name, unit or certificate number, cycle, kind of award, group, whether they stand."""

    text = filters.CharFilter(label="姓名 / 单位 / 证书编号", method="by_text")
    cycle = filters.ModelChoiceFilter(
        label="评选周期", field_name="decision__cycle", queryset=visible_cycles, empty_label="全部"
    )
    kind = filters.ChoiceFilter(
        label="奖项", field_name="category__kind", choices=Category.Kind, empty_label="全部"
    )
    group = filters.ModelChoiceFilter(
        label="协作组", field_name="unit__group", queryset=visible_groups, empty_label="全部"
    )
    state = filters.ChoiceFilter(
        label="状态", choices=[(STANDING, "有效"), (VOID, "已作废")], empty_label="全部", method="by_state"
    )
    school = filters.ModelChoiceFilter(widget=forms.HiddenInput, field_name="unit", queryset=visible_schools)

    class Meta(ListFilterSet.Meta):
        model = Honour
        fields = ()

    def by_text(self, queryset, name, value):
        return queryset.matching(value)

    def by_state(self, queryset, name, value):
        return queryset.standing() if value == STANDING else queryset.voided()
