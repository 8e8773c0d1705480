"""Commendation in the back office."""

from django.contrib import admin

from awards.models import Category, Cycle, Decision, Honour, OpeningBalance
from guanweihui.office import OfficeAdmin, OfficeInline, office

ONLY = admin.RelatedOnlyFieldListFilter


class CategoryInline(OfficeInline):
    model = Category
    fields = ("kind", "name", "position")


class DecisionInline(OfficeInline):
    model = Decision
    fields = ("doc_number", "decided_on")


@admin.register(Cycle, site=office)
class CycleAdmin(OfficeAdmin):
    fieldsets = ((None, {"fields": ("district", "name", "year")}),)
    list_display = ("name", "year")
    search_fields = ("name",)
    ordering = ("-year", "-pk")
    inlines = (CategoryInline, DecisionInline)


@admin.register(Category, site=office)
class CategoryAdmin(OfficeAdmin):
    fieldsets = ((None, {"fields": ("cycle", "kind", "name", "position")}),)
    list_display = ("name", "kind", "cycle", "position")
    list_filter = ("kind", ("cycle", ONLY))
    list_select_related = ("cycle",)
    search_fields = ("name", "cycle__name")
    ordering = ("-cycle__year", "position", "pk")


@admin.register(Decision, site=office)
class DecisionAdmin(OfficeAdmin):
    fieldsets = ((None, {"fields": ("cycle", "doc_number", "decided_on")}),)
    list_display = ("doc_number", "decided_on", "cycle")
    list_filter = (("cycle", ONLY),)
    list_select_related = ("cycle",)
    search_fields = ("doc_number",)
    ordering = ("-decided_on", "pk")


@admin.register(Honour, site=office)
class HonourAdmin(OfficeAdmin):
    fieldsets = (
        ("表彰", {"fields": ("district", "decision", "category", "certificate_no")}),
        ("对象", {"fields": ("unit", "person")}),
        ("证书上的写法", {"fields": ("printed_name", "printed_unit", "printed_duty")}),
        ("作废", {"fields": ("voided_on", "void_reason")}),
    )
    list_display = ("certificate_no", "printed_name", "printed_unit", "category", "decision", "voided_on")
    list_filter = ("category__kind", ("decision", ONLY))
    list_select_related = ("category", "decision")
    search_fields = ("printed_name", "printed_unit", "certificate_no")
    autocomplete_fields = ("unit", "person", "decision", "category")
    ordering = ("-decision__decided_on", "category__position", "certificate_no", "pk")
    links = (("导出台账", "report-centre"), ("表彰名册", "honour-list"), ("导入表彰名单", "import-new"))
    page = "honour-detail"


@admin.register(OpeningBalance, site=office)
class OpeningBalanceAdmin(OfficeAdmin):
    fieldsets = ((None, {"fields": ("district", "kind", "count", "as_of_on", "basis")}),)
    list_display = ("kind", "count", "as_of_on", "basis")
    list_filter = ("kind",)
    search_fields = ("basis",)
    ordering = ("kind", "as_of_on")
