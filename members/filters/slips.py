"""The query bar of what volunteers said is wrong."""

import django_filters as filters

from guanweihui.list_page import ListFilterSet
from members.models import Correction


class CorrectionFilter(ListFilterSet):
    """Reports by the volunteer's name, what they are about, and whether they wait."""

    name = filters.CharFilter(label="志愿者姓名", method="by_name")
    about = filters.ChoiceFilter(label="有误的内容", choices=Correction.About, empty_label="全部")
    state = filters.ChoiceFilter(
        label="状态",
        choices=[("waiting", "待处理"), ("resolved", "已处理")],
        empty_label="全部",
        method="by_state",
    )

    class Meta(ListFilterSet.Meta):
        model = Correction
        fields = ()

    def by_name(self, queryset, name, value):
        return queryset.of_name(value)

    def by_state(self, queryset, name, value):
        return queryset.waiting() if value == "waiting" else queryset.exclude(resolved_at=None)
