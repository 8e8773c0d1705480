"""The query bar of the lists to be commended."""

import django_filters as filters

from awards.filters.honours import visible_cycles
from awards.models import AwardList
from guanweihui.list_page import ListFilterSet


class AwardListFilter(ListFilterSet):
    """Lists by cycle and state."""

    cycle = filters.ModelChoiceFilter(label="评选周期", queryset=visible_cycles, empty_label="全部")
    state = filters.ChoiceFilter(
        label="状态", field_name="status", choices=AwardList.Status, empty_label="全部"
    )

    class Meta(ListFilterSet.Meta):
        model = AwardList
        fields = ()
