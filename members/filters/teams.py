"""The query bars of teams and of their members."""

import django_filters as filters
from django import forms

from guanweihui.list_page import ListFilterSet, visible_groups, visible_schools
from members.models import Team, TeamMembership


def visible_teams(request):
    """Give the teams of the reader's district."""
    return Team.objects.none() if request is None else Team.objects.visible_to(request.user).in_order()


class TeamFilter(ListFilterSet):
    """Teams by a part of their name, and whether they still stand on a day."""

    name = filters.CharFilter(label="名称", lookup_expr="icontains")
    on = filters.DateFilter(label="当日未撤销", method="by_day")

    class Meta(ListFilterSet.Meta):
        model = Team
        fields = ()

    def by_day(self, queryset, name, value):
        return queryset.active_on(value)


class MembershipFilter(ListFilterSet):
    """Members by name or staff number, team, office, group, and the day they count on."""

    name = filters.CharFilter(label="姓名 / 拼音 / 教工编号", method="by_name")
    team = filters.ModelChoiceFilter(label="队伍", queryset=visible_teams, empty_label="全部")
    office = filters.ChoiceFilter(label="队内职务", choices=TeamMembership.Office, empty_label="全部")
    group = filters.ModelChoiceFilter(
        label="协作组", field_name="person__school__group", queryset=visible_groups, empty_label="全部"
    )
    on = filters.DateFilter(label="当日在队", method="by_day")
    school = filters.ModelChoiceFilter(
        widget=forms.HiddenInput, field_name="person__school", queryset=visible_schools
    )

    class Meta(ListFilterSet.Meta):
        model = TeamMembership
        fields = ()

    def by_name(self, queryset, name, value):
        return queryset.named(value)

    def by_day(self, queryset, name, value):
        return queryset.counting_on(value)
