"""Query bar of research visits."""

import django_filters as filters

from guanweihui.list_page import ListFilterSet
from outreach.filters.shared import visible
from outreach.models import HostSchool, Need, ResearchVisit


class VisitFilter(ListFilterSet):
    """Research visits by school, field of need, and days."""

    host_school = filters.ModelChoiceFilter(
        label="受援学校", queryset=visible(HostSchool), empty_label="全部"
    )
    field = filters.ChoiceFilter(label="需求领域", choices=Need.Field, empty_label="全部", method="by_field")
    since = filters.DateFilter(label="日期自", field_name="visited_on", lookup_expr="gte")
    until = filters.DateFilter(label="日期至", field_name="visited_on", lookup_expr="lte")

    class Meta(ListFilterSet.Meta):
        model = ResearchVisit
        fields = ()

    def by_field(self, queryset, name, value):
        return queryset.with_need_in(value)
