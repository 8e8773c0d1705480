"""Decisions, honours and opening balances in the back office.

What the portal conferred is numbered and printed: here it is only read. What was loaded from the years
before may still be corrected; voiding is a step of its own page.
"""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from awards.models import Decision, Honour, OpeningBalance
from guanweihui.office import OfficeAdmin, office

ONLY = admin.RelatedOnlyFieldListFilter


@admin.register(Decision, site=office)
class DecisionAdmin(OfficeAdmin):
    fieldsets = ((None, {"fields": ("cycle", "doc_number", "decided_on", "organ", "award_list")}),)
    list_display = ("doc_number", "decided_on", "cycle")
    list_filter = (("cycle", ONLY),)
    list_select_related = ("cycle",)
    search_fields = ("doc_number",)
    ordering = ("-decided_on", "pk")
    page = "decision-detail"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_loaded = obj is None or obj.award_list_id is None
        return is_loaded and super().has_change_permission(request, obj)


@admin.register(Honour, site=office)
class HonourAdmin(OfficeAdmin):
    fieldsets = (
        ("表彰", {"fields": ("district", "decision", "category", "certificate_no")}),
        ("对象", {"fields": ("unit", "person")}),
        ("证书上的写法", {"fields": ("printed_name", "printed_unit", "printed_duty")}),
        ("换发与作废", {"fields": ("replaces", "voided_on", "void_reason")}),
        ("推荐与制证", {"fields": ("nomination", "issued_by")}),
    )
    readonly_fields = ("voided_on", "void_reason")
    list_display = ("certificate_no", "printed_name", "printed_unit", "category", "decision", "voided_on")
    list_filter = ("category__kind", ("decision", ONLY))
    list_select_related = ("category", "decision")
    search_fields = ("printed_name", "printed_unit", "certificate_no")
    autocomplete_fields = ("unit", "person", "decision", "category")
    ordering = ("-decision__decided_on", "category__position", "certificate_no", "pk")
    links = (("导出台账", "report-centre"), ("表彰名册", "honour-list"), ("导入表彰名单", "import-new"))
    page = "honour-detail"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_loaded = obj is None or not obj.check_token
        return is_loaded and super().has_change_permission(request, obj)


@admin.register(OpeningBalance, site=office)
class OpeningBalanceAdmin(OfficeAdmin):
    fieldsets = ((None, {"fields": ("district", "kind", "count", "as_of_on", "basis")}),)
    list_display = ("kind", "count", "as_of_on", "basis")
    list_filter = ("kind",)
    search_fields = ("basis",)
    ordering = ("kind", "as_of_on")
