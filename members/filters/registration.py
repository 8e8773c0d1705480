"""The query bar of the registration round."""

import django_filters as filters
from django import forms

from guanweihui.list_page import ListFilterSet, visible_groups, visible_schools
from guanweihui.models import Due, Round


def visible_rounds(request):
    """Give the registration rounds of the reader's district."""
    if request is None:
        return Round.objects.none()
    return Round.objects.visible_to(request.user).of_kind(Round.Kind.REGISTRATION).for_list()


class RegistrationFilter(ListFilterSet):
    """What schools owe and sent, by school, round, group, state."""

    unit = filters.CharFilter(label="学校名称 / 代码", method="by_unit")
    round = filters.ModelChoiceFilter(label="登记任务", queryset=visible_rounds, empty_label="全部")
    group = filters.ModelChoiceFilter(
        label="协作组", field_name="school__group", queryset=visible_groups, empty_label="全部"
    )
    state = filters.ChoiceFilter(label="状态", choices=Due.State.choices, empty_label="全部")
    school = filters.ModelChoiceFilter(widget=forms.HiddenInput, queryset=visible_schools)

    class Meta(ListFilterSet.Meta):
        model = Due
        fields = ()

    def __init__(self, *args, is_wide=True, **kwargs):
        super().__init__(*args, **kwargs)
        if not is_wide:  # schools and groups know a round by their own dues only
            del self.filters["round"]

    def by_unit(self, queryset, name, value):
        return queryset.at(value)
