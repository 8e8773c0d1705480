"""Service hours in the back office: rules and tiers are kept here, records by their steps."""

from django.contrib import admin

from guanweihui.office import OfficeAdmin, ReadOnlyAdmin, office
from members.models import (
    QuarterCheck,
    ServiceCertificate,
    ServiceRecord,
    ServiceRule,
    ServiceSheet,
    StarTier,
)

ONLY = admin.RelatedOnlyFieldListFilter
LINKS = (("服务记录", "record-list"), ("谁在服务", "who-serves"), ("统计报表", "report-centre"))


@admin.register(ServiceRule, site=office)
class ServiceRuleAdmin(OfficeAdmin):
    fieldsets = (
        (None, {"fields": ("district", "from_on")}),
        ("服务时间", {"fields": ("day_cap_half_hours", "training_counts", "dormant_months")}),
        ("证件与证明", {"fields": ("card_number_format", "notice_days")}),
    )
    list_display = ("from_on", "day_cap_half_hours", "dormant_months", "notice_days", "card_number_format")
    search_fields = ("card_number_format",)
    ordering = ("-from_on",)
    links = LINKS


@admin.register(StarTier, site=office)
class StarTierAdmin(OfficeAdmin):
    fieldsets = ((None, {"fields": ("district", "from_on", "name", "hours")}),)
    list_display = ("name", "hours", "from_on")
    list_filter = ("from_on",)
    search_fields = ("name",)
    ordering = ("-from_on", "hours")
    links = LINKS


@admin.register(ServiceSheet, site=office)
class ServiceSheetAdmin(ReadOnlyAdmin):
    fieldsets = (
        (None, {"fields": ("number", "kind", "content", "place", "held_on", "starts_at", "ends_at")}),
        ("组织", {"fields": ("school", "team", "contact", "contact_phone", "created_by", "created_at")}),
    )
    list_display = ("number", "content", "held_on", "school", "team")
    list_filter = ("kind", ("team", ONLY))
    list_select_related = ("school", "team")
    search_fields = ("number__exact", "content")
    ordering = ("-held_on", "-pk")
    links = LINKS
    page = "sheet-detail"


@admin.register(ServiceRecord, site=office)
class ServiceRecordAdmin(ReadOnlyAdmin):
    fieldsets = (
        (None, {"fields": ("person", "served_on", "kind", "content", "place", "half_hours", "status")}),
        ("时间", {"fields": ("starts_at", "ends_at")}),
        ("组织", {"fields": ("school", "team", "sheet")}),
        ("补录", {"fields": ("evidence", "basis")}),
        ("办理", {"fields": ("claimed_as", "claimed_by", "claimed_at", "confirmed_by", "confirmed_at")}),
    )
    list_display = ("person", "served_on", "content", "half_hours", "status", "evidence")
    list_filter = ("status", "kind", "evidence")
    list_select_related = ("person",)
    search_fields = ("person__name", "content")
    ordering = ("-served_on", "-pk")
    links = LINKS


@admin.register(QuarterCheck, site=office)
class QuarterCheckAdmin(ReadOnlyAdmin):
    fieldsets = (
        (None, {"fields": ("district", "group", "school", "year", "quarter")}),
        ("核对结果", {"fields": ("people", "records", "half_hours", "remark", "checked_by", "checked_at")}),
    )
    list_display = ("unit", "year", "quarter", "people", "records", "half_hours", "checked_at")
    list_filter = ("year", "quarter")
    list_select_related = ("district", "group", "school")
    search_fields = ("school__full_name",)
    ordering = ("-year", "-quarter", "pk")
    links = LINKS

    @admin.display(description="单位")
    def unit(self, row: QuarterCheck) -> str:
        return str(row.unit)


@admin.register(ServiceCertificate, site=office)
class ServiceCertificateAdmin(ReadOnlyAdmin):
    fieldsets = (
        (None, {"fields": ("number", "person", "from_on", "to_on", "half_hours", "status", "purpose")}),
        ("出具", {"fields": ("issuer", "recorded_by_name", "head", "handler", "contact")}),
        ("日期", {"fields": ("posted_on", "posted_until", "issued_on")}),
    )
    list_display = ("number", "person", "issuer", "status", "issued_on")
    list_filter = ("status",)
    list_select_related = ("person", "issuer")
    search_fields = ("number__exact", "person__name")
    ordering = ("-pk",)
    links = (("服务证明", "service-certificate-list"),)
    page = "service-certificate-detail"
