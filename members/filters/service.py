"""Query bars of the service records and of the sign-in sheets."""

import django_filters as filters
from django import forms

from guanweihui.forms import DateInput
from guanweihui.list_page import ListFilterSet, visible_schools
from members.models import ServiceKind, ServiceRecord, ServiceSheet, Team

#: Back entries of any grade.
ANY, NONE = "ANY", "NONE"


def visible_teams(request):
    """Give the teams of the reader's district."""
    return Team.objects.none() if request is None else Team.objects.visible_to(request.user).in_order()


class RecordFilter(ListFilterSet):
    """Records by volunteer, unit, team, days, state, lane, kind."""

    name = filters.CharFilter(label="姓名 / 拼音 / 教工编号", method="by_name")
    unit = filters.CharFilter(label="单位名称 / 代码", method="by_unit")
    team = filters.ModelChoiceFilter(label="队伍", queryset=visible_teams, empty_label="全部")
    first = filters.DateFilter(label="日期从", field_name="served_on", lookup_expr="gte", widget=DateInput)
    last = filters.DateFilter(label="日期到", field_name="served_on", lookup_expr="lte", widget=DateInput)
    status = filters.ChoiceFilter(label="状态", choices=ServiceRecord.Status, empty_label="全部")
    lane = filters.ChoiceFilter(
        label="补录",
        choices=[
            (NONE, "不是补录"),
            (ANY, "全部补录"),
            *(choice for choice in ServiceRecord.Evidence.choices if choice[0]),
        ],
        empty_label="全部",
        method="by_lane",
    )
    kind = filters.ChoiceFilter(label="类别", choices=ServiceKind, empty_label="全部")
    school = filters.ModelChoiceFilter(
        widget=forms.HiddenInput, field_name="person__school", queryset=visible_schools
    )

    class Meta(ListFilterSet.Meta):
        model = ServiceRecord
        fields = ()

    def by_name(self, queryset, name, value):
        return queryset.of_people_named(value, self.request.user)

    def by_unit(self, queryset, name, value):
        return queryset.at(value)

    def by_lane(self, queryset, name, value):
        if value == NONE:
            return queryset.usual()
        return queryset.back_entries("" if value == ANY else value)


class SheetFilter(ListFilterSet):
    """Sheets by content or number, organiser, days."""

    name = filters.CharFilter(label="服务内容 / 签到表号", method="by_name")
    unit = filters.CharFilter(label="组织方", method="by_unit")
    team = filters.ModelChoiceFilter(label="队伍", queryset=visible_teams, empty_label="全部")
    first = filters.DateFilter(label="日期从", field_name="held_on", lookup_expr="gte", widget=DateInput)
    last = filters.DateFilter(label="日期到", field_name="held_on", lookup_expr="lte", widget=DateInput)

    class Meta(ListFilterSet.Meta):
        model = ServiceSheet
        fields = ()

    def by_name(self, queryset, name, value):
        return queryset.named(value)

    def by_unit(self, queryset, name, value):
        return queryset.organised_by(value)
