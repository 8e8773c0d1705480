"""The query bar of the register of service certificates."""

import django_filters as filters
from django import forms

from guanweihui.list_page import ListFilterSet, visible_groups, visible_schools
from members.models import ServiceCertificate


class ServiceCertificateFilter(ListFilterSet):
    """Certificates by volunteer or number, state, year of issue, group."""

    name = filters.CharFilter(label="姓名 / 拼音 / 证明编号", method="by_name")
    status = filters.ChoiceFilter(label="状态", choices=ServiceCertificate.Status.choices, empty_label="全部")
    issued = filters.NumberFilter(label="出具年份", method="by_year", min_value=1990, max_value=2100)
    group = filters.ModelChoiceFilter(
        label="协作组", field_name="issuer__group", queryset=visible_groups, empty_label="全部"
    )
    school = filters.ModelChoiceFilter(
        widget=forms.HiddenInput, field_name="issuer", queryset=visible_schools
    )

    class Meta(ListFilterSet.Meta):
        model = ServiceCertificate
        fields = ()

    def by_name(self, queryset, name, value):
        return queryset.named(value)

    def by_year(self, queryset, name, value):
        return queryset.issued_in(int(value))
