"""Query bars of 老校长下乡."""

import django_filters as filters

from guanweihui.list_page import ListFilterSet
from outreach.models import HostSchool, Lesson, Need, Pairing, Programme, ResearchVisit, TeachingEvent


def visible(model):
    """Give a field's choices: the rows of a model within the reader's reach."""

    def choices(request):
        return model.objects.none() if request is None else model.objects.visible_to(request.user).for_list()

    return choices


def visible_events(request):
    """Give the teaching events within the reader's reach."""
    if request is None:
        return TeachingEvent.objects.none()
    return TeachingEvent.objects.visible_to(request.user).for_choice()


class PairingFilter(ListFilterSet):
    """Pairs by any of their names, and programme."""

    text = filters.CharFilter(label="老校长 / 助理 / 受援学校", method="by_text")
    programme = filters.ModelChoiceFilter(label="项目", queryset=visible(Programme), empty_label="全部")

    class Meta(ListFilterSet.Meta):
        model = Pairing
        fields = ()

    def by_text(self, queryset, name, value):
        return queryset.matching(value)


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
