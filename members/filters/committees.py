"""The query bar of the appointments."""

import django_filters as filters
from django.forms import HiddenInput

from guanweihui.list_page import ListFilterSet, visible_schools
from members.models import Appointment
from members.models.committees import LEVELS

#: What ?vacant= asks for: units whose seat has stood empty for too long.
VACANT = "1"


class AppointmentFilter(ListFilterSet):
    """Appointments by name, unit, level, position, and the day served; or the empty seats instead."""

    name = filters.CharFilter(label="姓名 / 拼音", method="by_name")
    unit = filters.CharFilter(label="单位名称 / 代码", method="by_unit")
    level = filters.ChoiceFilter(
        label="层级", choices=tuple(LEVELS.items()), empty_label="全部", method="by_level"
    )
    position = filters.ChoiceFilter(label="任职", choices=Appointment.Position, empty_label="全部")
    on = filters.DateFilter(label="当日在任", method="by_day")
    vacant = filters.ChoiceFilter(
        label="空缺", choices=[(VACANT, "空缺超过三个月")], empty_label="不限", method="keep"
    )
    school = filters.ModelChoiceFilter(widget=HiddenInput, queryset=visible_schools)

    class Meta(ListFilterSet.Meta):
        model = Appointment
        fields = ()

    def by_name(self, queryset, name, value):
        return queryset.named(value)

    def by_unit(self, queryset, name, value):
        return queryset.at(value)

    def by_level(self, queryset, name, value):
        return queryset.at_level(value)

    def by_day(self, queryset, name, value):
        return queryset.serving(value)
