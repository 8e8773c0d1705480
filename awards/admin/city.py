"""The award cycle in the back office: city."""

from django.contrib import admin

from awards.models import CityRecommendation
from guanweihui.office import ReadOnlyAdmin, office

ONLY = admin.RelatedOnlyFieldListFilter


@admin.register(CityRecommendation, site=office)
class CityRecommendationAdmin(ReadOnlyAdmin):
    fieldsets = (
        (None, {"fields": ("cycle", "category", "honour", "position", "status")}),
        ("推荐表", {"fields": ("version", "saved_at", "saved_by")}),
        ("结果", {"fields": ("sent_on", "result_title", "result_number", "result_on", "reason")}),
    )
    list_display = ("honour", "category", "cycle", "position", "status", "sent_on", "result_title")
    list_filter = ("status", ("cycle", ONLY))
    list_select_related = ("honour", "category", "cycle")
    search_fields = ("honour__printed_name", "honour__printed_unit", "result_title")
    ordering = ("-cycle__year", "category__position", "position", "pk")
    links = (("市级推荐", "city-list"),)
    page = "city-detail"
