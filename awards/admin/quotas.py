"""The award cycle in the back office: quotas; the ledger is written by its steps alone."""

from django.contrib import admin

from awards.models import Quota, QuotaMove
from guanweihui.office import ReadOnlyAdmin, office

ONLY = admin.RelatedOnlyFieldListFilter


@admin.register(Quota, site=office)
class QuotaAdmin(ReadOnlyAdmin):
    fieldsets = ((None, {"fields": ("category", "group", "school", "places", "used")}),)
    list_display = ("category", "group", "school", "places", "used")
    list_filter = (("category", ONLY), ("group", ONLY))
    list_select_related = ("category", "group", "school")
    search_fields = ("category__name", "group__short_name", "school__short_name")
    ordering = ("-category__cycle__year", "category__position", "group__position", "school__position", "pk")


@admin.register(QuotaMove, site=office)
class QuotaMoveAdmin(ReadOnlyAdmin):
    fieldsets = (
        (None, {"fields": ("quota", "kind", "places", "used", "nomination")}),
        ("办理", {"fields": ("reason", "moved_by", "moved_at")}),
    )
    list_display = ("quota", "kind", "places", "used", "nomination", "reason", "moved_at")
    list_filter = ("kind", ("quota__category", ONLY))
    list_select_related = (
        *("quota__category", "quota__group", "quota__school"),
        *("nomination__category", "nomination__person", "nomination__unit"),
    )
    search_fields = ("reason", "nomination__printed_name", "nomination__printed_unit")
    ordering = ("-pk",)
