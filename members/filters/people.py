"""The query bar of the register."""

import django_filters as filters
from django import forms
from django.utils import timezone

from guanweihui.list_page import ListFilterSet, visible_groups, visible_schools
from members.models import ElderClass, Person, RetirementKind
from members.models.people import PersonQuerySet
from members.reports.people import BANDS

#: Who has no retirement kind: in-service heads and commended people.
IN_SERVICE = "NONE"


def visible_classes(request):
    """Give the choices of the class field: the dictionary of the reader's district."""
    if request is None:
        return ElderClass.objects.none()
    return ElderClass.objects.visible_to(request.user).for_list()


class PersonFilter(ListFilterSet):
    """People by name or staff number, unit, group, class, whether they volunteer, retirement, age."""

    name = filters.CharFilter(label="姓名 / 拼音 / 教工编号", method="by_name")
    unit = filters.CharFilter(label="单位名称 / 代码", method="by_unit")
    group = filters.ModelChoiceFilter(
        label="协作组", field_name="school__group", queryset=visible_groups, empty_label="全部"
    )
    elder_class = filters.ModelChoiceFilter(label="五老类别", queryset=visible_classes, empty_label="全部")
    volunteer = filters.ChoiceFilter(
        label="志愿者",
        field_name="is_volunteer",
        choices=[("True", "是"), ("False", "否")],
        empty_label="全部",
    )
    kind = filters.ChoiceFilter(
        label="退休类型",
        choices=[*RetirementKind.choices, (IN_SERVICE, "在职或其他")],
        empty_label="全部",
        method="by_kind",
    )
    age = filters.ChoiceFilter(
        label="年龄",
        choices=[(str(n), band[0]) for n, band in enumerate(BANDS)],
        empty_label="全部",
        method="by_age",
    )
    school = filters.ModelChoiceFilter(widget=forms.HiddenInput, queryset=visible_schools)
    #: Primary keys joined by hyphens: who was found by one number.
    only = filters.CharFilter(widget=forms.HiddenInput, method="by_keys")

    class Meta(ListFilterSet.Meta):
        model = Person
        fields = ()

    def only_name(self) -> str:
        """Return the name asked for when nothing else is asked, else nothing."""
        asked = self.form.cleaned_data if self.is_bound and self.form.is_valid() else {}
        others = [value for name, value in asked.items() if name != "name" and value not in (None, "")]
        return "" if others else asked.get("name", "").strip()

    def by_name(self, queryset, name, value):
        return queryset.named(value, self.request.user)

    def by_keys(self, queryset, name, value):
        keys = [key for key in value.split("-") if key.isdecimal() and len(key) < 19]
        return queryset.looked_up(keys[: PersonQuerySet.FOUND_BY_KEY])

    def by_kind(self, queryset, name, value):
        return queryset.of_kind("" if value == IN_SERVICE else value)

    def by_unit(self, queryset, name, value):
        return queryset.at(value)

    def by_age(self, queryset, name, value):
        _, youngest, oldest = BANDS[int(value)]
        return queryset.aged(youngest, oldest, timezone.localdate())
