"""Query bar of needs."""

import django_filters as filters
from django.utils import timezone

from guanweihui.list_page import ListFilterSet
from outreach.filters.shared import visible
from outreach.models import HostSchool, Need, Programme

QUIET, ORPHAN = "quiet", "none"


class NeedFilter(ListFilterSet):
    """Needs by words, school, field, state, priority, programme, and whether anything is done about them."""

    text = filters.CharFilter(label="需求 / 责任人 / 学校", method="by_text")
    host_school = filters.ModelChoiceFilter(
        label="受援学校", queryset=visible(HostSchool), empty_label="全部", field_name="visit__host_school"
    )
    field = filters.ChoiceFilter(label="领域", choices=Need.Field, empty_label="全部")
    status = filters.ChoiceFilter(label="状态", choices=Need.Status, empty_label="全部")
    priority = filters.ChoiceFilter(label="优先级", choices=Need.Priority, empty_label="全部")
    action = filters.ChoiceFilter(
        label="行动",
        choices=[(QUIET, "半年没有行动"), (ORPHAN, "没有任何安排")],
        empty_label="全部",
        method="by_action",
    )
    programme = filters.ModelChoiceFilter(
        label="项目", queryset=visible(Programme), empty_label="全部", field_name="visit__programme"
    )

    class Meta(ListFilterSet.Meta):
        model = Need
        fields = ()

    def by_text(self, queryset, name, value):
        return queryset.matching(value)

    def by_action(self, queryset, name, value):
        return queryset.quiet(timezone.localdate()) if value == QUIET else queryset.orphans()
