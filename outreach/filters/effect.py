"""Query bar of the effect sheet."""

import django_filters as filters

from guanweihui.list_page import ListFilterSet
from outreach.filters.shared import visible
from outreach.models import Need, Programme


class EffectFilter(ListFilterSet):
    """Needs by programme."""

    programme = filters.ModelChoiceFilter(
        label="项目", queryset=visible(Programme), empty_label="全部项目", field_name="visit__programme"
    )

    class Meta(ListFilterSet.Meta):
        model = Need
        fields = ()
