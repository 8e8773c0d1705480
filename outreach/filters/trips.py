"""Query bar of trips."""

import django_filters as filters

from guanweihui.list_page import ListFilterSet
from outreach.filters.shared import visible
from outreach.models import HostSchool, Programme, Trip


class TripFilter(ListFilterSet):
    """Trips by traveller, school or purpose; programme, host school, state, and the day they ended."""

    text = filters.CharFilter(label="下校人员 / 学校 / 内容", method="by_text")
    programme = filters.ModelChoiceFilter(
        label="项目", field_name="pairing__programme", queryset=visible(Programme), empty_label="全部"
    )
    host_school = filters.ModelChoiceFilter(
        label="受援学校", queryset=visible(HostSchool), empty_label="全部"
    )
    status = filters.ChoiceFilter(label="状态", choices=Trip.Status, empty_label="全部")
    since = filters.DateFilter(label="离校日期自", field_name="to_on", lookup_expr="gte")
    until = filters.DateFilter(label="离校日期至", field_name="to_on", lookup_expr="lte")

    class Meta(ListFilterSet.Meta):
        model = Trip
        fields = ()

    def by_text(self, queryset, name, value):
        return queryset.matching(value)
