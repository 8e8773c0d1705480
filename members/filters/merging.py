"""The query bar of transfers."""

import django_filters as filters

from guanweihui.list_page import ListFilterSet
from members.models import Transfer


class TransferFilter(ListFilterSet):
    """Transfers by their state."""

    status = filters.ChoiceFilter(label="状态", choices=Transfer.Status.choices, empty_label="全部")

    class Meta(ListFilterSet.Meta):
        model = Transfer
        fields = ()
