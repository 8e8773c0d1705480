"""The query bars of who serves and of the picker."""

import django_filters as filters
from django import forms

from guanweihui.list_page import ListFilterSet, visible_groups, visible_schools
from members.filters.people import visible_classes
from members.models import Person, TaskCall, Team
from members.reports.people import BANDS
from members.reports.serving import NO_BAND, STATES, UNKNOWN, in_band, in_team, without_speciality
from members.workflow.serving import in_team_on


def visible_teams(request):
    """Give the teams of the reader's district."""
    return Team.objects.none() if request is None else Team.objects.visible_to(request.user).in_order()


class ServingFilter(ListFilterSet):
    """People by what they do in a period; state and days are read by the view, which owns the rows."""

    name = filters.CharFilter(label="姓名 / 拼音 / 教工编号", method="by_name")
    state = filters.ChoiceFilter(label="范围", choices=list(STATES.items()), empty_label=None, method="keep")
    from_on = filters.DateFilter(label="起", method="keep")
    to_on = filters.DateFilter(label="止", method="keep")
    group = filters.ModelChoiceFilter(
        label="协作组", queryset=visible_groups, empty_label="全部", method="by_group"
    )
    team = filters.ModelChoiceFilter(
        label="队伍", queryset=visible_teams, empty_label="全部", method="by_team"
    )
    band = filters.ChoiceFilter(
        label="年龄",
        choices=[*((str(n), band[0]) for n, band in enumerate(BANDS)), (str(NO_BAND), "年龄不详")],
        empty_label="全部",
        method="by_band",
    )
    elder_class = filters.ModelChoiceFilter(
        label="五老类别",
        queryset=visible_classes,
        empty_label="全部",
        null_label="未填写",
        null_value=UNKNOWN,
    )
    skill = filters.CharFilter(label="特长包含", field_name="speciality", lookup_expr="icontains")
    speciality = filters.CharFilter(widget=forms.HiddenInput)
    no_speciality = filters.CharFilter(widget=forms.HiddenInput, method="by_no_speciality")
    school = filters.ModelChoiceFilter(widget=forms.HiddenInput, queryset=visible_schools)

    class Meta(ListFilterSet.Meta):
        model = Person
        fields = ()

    def __init__(self, *args, period, **kwargs):
        super().__init__(*args, **kwargs)
        self.period = period

    def by_name(self, queryset, name, value):
        return queryset.named(value, self.request.user)

    def by_group(self, queryset, name, value):
        return queryset.of_schools(value.schools)

    def by_team(self, queryset, name, value):
        return in_team(queryset, value, self.period)

    def by_band(self, queryset, name, value):
        return in_band(queryset, int(value), self.period)

    def by_no_speciality(self, queryset, name, value):
        return without_speciality(queryset)


class PickerFilter(ListFilterSet):
    """Volunteers by what a task needs; whether those who moved away are shown is read by the view."""

    name = filters.CharFilter(label="姓名 / 拼音 / 教工编号", method="by_name")
    skill = filters.CharFilter(label="特长包含", field_name="speciality", lookup_expr="icontains")
    subject = filters.CharFilter(label="任教学科包含", lookup_expr="icontains")
    elder_class = filters.ModelChoiceFilter(label="五老类别", queryset=visible_classes, empty_label="全部")
    team = filters.ModelChoiceFilter(
        label="队伍", queryset=visible_teams, empty_label="全部", method="by_team"
    )
    group = filters.ModelChoiceFilter(
        label="协作组", queryset=visible_groups, empty_label="全部", method="by_group"
    )
    moved = filters.ChoiceFilter(
        label="异地安置", choices=[("yes", "包括")], empty_label="不包括", method="keep"
    )

    class Meta(ListFilterSet.Meta):
        model = Person
        fields = ()

    def __init__(self, *args, day, **kwargs):
        super().__init__(*args, **kwargs)
        self.day = day

    def by_name(self, queryset, name, value):
        return queryset.named(value, self.request.user)

    def by_group(self, queryset, name, value):
        return queryset.of_schools(value.schools)

    def by_team(self, queryset, name, value):
        return in_team_on(queryset, value, self.day)


class TaskCallFilter(ListFilterSet):
    """Calls by task and answer."""

    task = filters.CharFilter(label="任务包含", lookup_expr="icontains")
    answer = filters.ChoiceFilter(
        label="答复",
        choices=TaskCall.Answer.choices[1:],
        empty_label="全部",
        null_label="待答复",
        null_value="NONE",
        method="by_answer",
    )

    class Meta(ListFilterSet.Meta):
        model = TaskCall
        fields = ()

    def by_answer(self, queryset, name, value):
        return queryset.answered("" if value == "NONE" else value)
