"""Query bars of teaching events and of their items."""

import django_filters as filters

from guanweihui.list_page import ListFilterSet
from outreach.filters.shared import visible
from outreach.models import Lesson, Programme, TeachingEvent


def visible_events(request):
    """Give the teaching events within the reader's reach."""
    if request is None:
        return TeachingEvent.objects.none()
    return TeachingEvent.objects.visible_to(request.user).for_choice()


class EventFilter(ListFilterSet):
    """Teaching events by name, organiser or place, programme, days."""

    text = filters.CharFilter(label="送教活动 / 组织单位 / 地点", method="by_text")
    programme = filters.ModelChoiceFilter(label="项目", queryset=visible(Programme), empty_label="全部")
    since = filters.DateFilter(label="日期自", field_name="from_on", lookup_expr="gte")
    until = filters.DateFilter(label="日期至", field_name="from_on", lookup_expr="lte")

    class Meta(ListFilterSet.Meta):
        model = TeachingEvent
        fields = ()

    def by_text(self, queryset, name, value):
        return queryset.matching(value)


class LessonFilter(ListFilterSet):
    """Items of teaching events by teacher, school or subject, event, kind."""

    text = filters.CharFilter(label="教师 / 学校 / 学科", method="by_text")
    event = filters.ModelChoiceFilter(label="送教活动", queryset=visible_events, empty_label="全部")
    kind = filters.ChoiceFilter(label="活动形式", choices=Lesson.Kind, empty_label="全部")

    class Meta(ListFilterSet.Meta):
        model = Lesson
        fields = ()

    def by_text(self, queryset, name, value):
        return queryset.matching(value)
