"""The query bars of the volunteer cards, and of who may get one."""

import django_filters as filters
from django.utils import timezone

from guanweihui.list_page import ListFilterSet, visible_groups
from members.models import Card, Person
from members.workflow.cards import changed_cards

VALID, VOID, LEFT = "VALID", "VOID", "LEFT"


class CardFilter(ListFilterSet):
    """Cards by holder, number, state, unit, this year's registration, and prints out of date."""

    name = filters.CharFilter(label="姓名 / 拼音", method="by_name")
    number = filters.CharFilter(label="证号", method="by_number")
    state = filters.ChoiceFilter(
        label="状态",
        choices=[(VALID, "有效"), (VOID, "已注销"), (LEFT, "建议注销")],
        empty_label="全部",
        method="by_state",
    )
    registered = filters.ChoiceFilter(
        label="本年注册",
        choices=[("yes", "已注册"), ("no", "待注册")],
        empty_label="全部",
        method="by_registered",
    )
    unit = filters.CharFilter(label="单位名称 / 代码", method="by_unit")
    group = filters.ModelChoiceFilter(
        label="协作组", field_name="person__school__group", queryset=visible_groups, empty_label="全部"
    )
    changed = filters.ChoiceFilter(
        label="打印后变更", choices=[("yes", "数据已变更")], empty_label="全部", method="by_changed"
    )

    class Meta(ListFilterSet.Meta):
        model = Card
        fields = ()

    def by_name(self, queryset, name, value):
        return queryset.named(value, self.request.user)

    def by_number(self, queryset, name, value):
        return queryset.numbered(value)

    def by_state(self, queryset, name, value):
        if value == LEFT:
            return queryset.to_be_voided(timezone.localdate())
        return queryset.valid() if value == VALID else queryset.void()

    def by_registered(self, queryset, name, value):
        year = timezone.localdate().year
        return queryset.registered_in(year) if value == "yes" else queryset.waiting_in(year)

    def by_unit(self, queryset, name, value):
        return queryset.at(value)

    def by_changed(self, queryset, name, value):
        return queryset.with_keys(changed_cards(queryset, timezone.localdate()))


class CandidateFilter(ListFilterSet):
    """Registered volunteers without a card, by name, unit, group."""

    name = filters.CharFilter(label="姓名 / 拼音 / 教工编号", method="by_name")
    unit = filters.CharFilter(label="单位名称 / 代码", method="by_unit")
    group = filters.ModelChoiceFilter(
        label="协作组", field_name="school__group", queryset=visible_groups, empty_label="全部"
    )

    class Meta(ListFilterSet.Meta):
        model = Person
        fields = ()

    def by_name(self, queryset, name, value):
        return queryset.named(value, self.request.user)

    def by_unit(self, queryset, name, value):
        return queryset.at(value)
