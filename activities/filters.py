"""The query bar of the enrolments."""

import django_filters as filters
from django import forms

from activities.models import Campaign, Enrolment
from guanweihui.list_page import ListFilterSet, visible_groups, visible_schools
from guanweihui.models import Filing
from guanweihui.models.org import Stage


def visible_campaigns(request):
    """Give the campaigns of the reader's district."""
    if request is None:
        return Campaign.objects.none()
    return Campaign.objects.visible_to(request.user).for_list()


class EnrolmentFilter(ListFilterSet):
    """Enrolments by school, campaign, group, stage of the school, state."""

    unit = filters.CharFilter(label="学校名称 / 代码", method="by_unit")
    campaign = filters.ModelChoiceFilter(label="活动", queryset=visible_campaigns, empty_label="全部")
    group = filters.ModelChoiceFilter(
        label="协作组", field_name="due__school__group", queryset=visible_groups, empty_label="全部"
    )
    stage = filters.ChoiceFilter(
        label="学校类型", field_name="due__school__stage", choices=Stage, empty_label="全部"
    )
    status = filters.ChoiceFilter(label="状态", choices=Filing.Status, empty_label="全部")
    school = filters.ModelChoiceFilter(
        widget=forms.HiddenInput, field_name="due__school", queryset=visible_schools
    )

    class Meta(ListFilterSet.Meta):
        model = Enrolment
        fields = ()

    def by_unit(self, queryset, name, value):
        return queryset.at(value)
