"""The query bar of the ledger of places."""

import django_filters as filters

from awards.models import Category, QuotaMove
from guanweihui.list_page import ListFilterSet, visible_groups


def categories_of_page(request):
    """Give the categories of the cycle whose ledger is open."""
    if request is None:
        return Category.objects.none()
    return Category.objects.visible_to(request.user).of(request.resolver_match.kwargs["pk"])


class QuotaMoveFilter(ListFilterSet):
    """Moves by nominee or reason, category, kind of move, group."""

    text = filters.CharFilter(label="推荐对象 / 理由", method="by_text")
    category = filters.ModelChoiceFilter(
        label="奖项", field_name="quota__category", queryset=categories_of_page, empty_label="全部"
    )
    kind = filters.ChoiceFilter(label="变动", choices=QuotaMove.Kind, empty_label="全部")
    group = filters.ModelChoiceFilter(
        label="协作组", queryset=visible_groups, method="by_group", empty_label="全部"
    )

    class Meta(ListFilterSet.Meta):
        model = QuotaMove
        fields = ()

    def by_text(self, queryset, name, value):
        return queryset.matching(value)

    def by_group(self, queryset, name, value):
        return queryset.below(value)
