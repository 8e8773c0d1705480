"""Nominations in the back office; their own pages write them."""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from awards.models import Nomination
from guanweihui.office import ReadOnlyAdmin, office

ONLY = admin.RelatedOnlyFieldListFilter


@admin.register(Nomination, site=office)
class NominationAdmin(ReadOnlyAdmin):
    """A nomination as its steps left it; what it says is sealed and stands on its own page only."""

    fieldsets = (
        ("推荐", {"fields": ("cycle", "category", "unit", "person", "status", "basis")}),
        ("提交时的名称", {"fields": ("printed_name", "printed_unit", "printed_duty")}),
        ("排序和名额", {"fields": ("quota", "rank", "reserve_place")}),
        ("时间", {"fields": ("submitted_at", "submitted_by", "saved_at", "saved_by", "version")}),
    )
    list_display = ("category", "printed_name", "unit", "status", "rank", "submitted_at")
    list_filter = ("status", ("cycle", ONLY), ("category", ONLY))
    list_select_related = ("category", "unit", "person")
    search_fields = ("printed_name", "printed_unit", "unit__full_name")
    ordering = ("-pk",)
    links = (("推荐", "nomination-list"), ("统计报表", "report-centre"))
    page = "nomination-detail"

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).defer("draft")
