"""Query bar of teaching events."""

import django_filters as filters

from guanweihui.list_page import ListFilterSet
from outreach.models import Lesson, TeachingEvent


def visible_events(request):
    """Give the teaching events within the reader's reach."""
    if request is None:
        return TeachingEvent.objects.none()
    return TeachingEvent.objects.visible_to(request.user).for_choice()


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
