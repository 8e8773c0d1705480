"""Query bar of pairs."""

import django_filters as filters

from guanweihui.list_page import ListFilterSet
from outreach.filters.shared import visible
from outreach.models import Pairing, Programme


class PairingFilter(ListFilterSet):
    """Pairs by any of their names, and programme."""

    text = filters.CharFilter(label="老校长 / 助理 / 受援学校", method="by_text")
    programme = filters.ModelChoiceFilter(label="项目", queryset=visible(Programme), empty_label="全部")

    class Meta(ListFilterSet.Meta):
        model = Pairing
        fields = ()

    def by_text(self, queryset, name, value):
        return queryset.matching(value)
