"""Query bars of pairs, of the matrix, and of host schools."""

import django_filters as filters
from django.utils import timezone

from guanweihui.list_page import ListFilterSet
from outreach.filters.shared import visible
from outreach.models import HostSchool, Pairing, Partnership, Programme


class PairingFilter(ListFilterSet):
    """Pairs by any of their names, and programme."""

    text = filters.CharFilter(label="老校长 / 助理 / 受援学校", method="by_text")
    programme = filters.ModelChoiceFilter(label="项目", queryset=visible(Programme), empty_label="全部")

    class Meta(ListFilterSet.Meta):
        model = Pairing
        fields = ()

    def by_text(self, queryset, name, value):
        return queryset.matching(value)


class HostFilter(ListFilterSet):
    """Host schools by name, region, programme, and how their agreements stand today."""

    STATES = (("open", "协议有效"), ("over", "没有有效协议"), ("closed", "已停办"))

    text = filters.CharFilter(label="校名 / 地址", method="by_text")
    region = filters.ChoiceFilter(label="地区", method="by_region", empty_label="全部")
    programme = filters.ModelChoiceFilter(
        label="项目", queryset=visible(Programme), method="by_programme", empty_label="全部"
    )
    state = filters.ChoiceFilter(label="状态", choices=STATES, method="by_state", empty_label="全部")

    class Meta(ListFilterSet.Meta):
        model = HostSchool
        fields = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        regions = self.queryset.regions()
        self.filters["region"].extra["choices"] = [(one, one) for one in regions]

    def by_text(self, queryset, name, value):
        return queryset.matching(value)

    def by_region(self, queryset, name, value):
        return queryset.in_region(value)

    def by_programme(self, queryset, name, value):
        return queryset.holding(self._partnerships().of_programme(value))

    def by_state(self, queryset, name, value):
        today = timezone.localdate()
        if value == "closed":
            return queryset.closed_by(today)
        held = self._partnerships().in_force(today)
        if value == "open":
            return queryset.holding(held)
        return queryset.open_on(today).not_holding(held)

    def _partnerships(self):
        return Partnership.objects.visible_to(self.request.user)
