"""The query bar of the honour roll."""

import django_filters as filters
from django import forms
from django.utils import timezone

from awards.models import Category, Cycle, Honour
from awards.reports.honour_statistics import INDIVIDUAL
from awards.successors import units_of
from guanweihui.list_page import ListFilterSet, visible_groups, visible_schools

STANDING, VOID = "standing", "void"
KINDS = [*Category.Kind.choices, (INDIVIDUAL, "先进个人（以上三项个人）")]


def visible_cycles(request):
    """Give the cycles of the reader's district."""
    return Cycle.objects.none() if request is None else Cycle.objects.visible_to(request.user).for_list()


class HonourFilter(ListFilterSet):
    """Honours by name, unit or certificate number, cycle, kind of award, group, whether they stand.

    What is hidden comes from a figure of the statistics: the school that a line of schools goes on in, the
    name of the time, the person, the last day of the decision.
    """

    text = filters.CharFilter(label="姓名 / 单位 / 证书编号", method="by_text")
    cycle = filters.ModelChoiceFilter(
        label="评选周期", field_name="decision__cycle", queryset=visible_cycles, empty_label="全部"
    )
    kind = filters.ChoiceFilter(label="奖项", choices=KINDS, empty_label="全部", method="by_kind")
    group = filters.ModelChoiceFilter(
        label="协作组", field_name="unit__group", queryset=visible_groups, empty_label="全部"
    )
    state = filters.ChoiceFilter(
        label="状态", choices=[(STANDING, "有效"), (VOID, "已作废")], empty_label="全部", method="by_state"
    )
    school = filters.ModelChoiceFilter(widget=forms.HiddenInput, field_name="unit", queryset=visible_schools)
    line = filters.ModelChoiceFilter(widget=forms.HiddenInput, method="by_line", queryset=visible_schools)
    then = filters.CharFilter(widget=forms.HiddenInput, field_name="printed_unit")
    person = filters.NumberFilter(widget=forms.HiddenInput, field_name="person")
    until = filters.DateFilter(widget=forms.HiddenInput, method="by_day")

    class Meta(ListFilterSet.Meta):
        model = Honour
        fields = ()

    def by_text(self, queryset, name, value):
        return queryset.matching(value)

    def by_kind(self, queryset, name, value):
        return queryset.of_individuals() if value == INDIVIDUAL else queryset.of_kind(value)

    def by_state(self, queryset, name, value):
        return queryset.standing() if value == STANDING else queryset.voided()

    def by_line(self, queryset, name, value):
        """Keep what counts at a school: its own, and that of the schools that go on in it."""
        day = self.form.cleaned_data.get("until") or timezone.localdate()
        return queryset.of_units(units_of(value.pk, self.request.user, day))

    def by_day(self, queryset, name, value):
        return queryset.decided_by(value)
