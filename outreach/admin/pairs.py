"""老校长下乡 in the back office."""

from django.contrib import admin

from guanweihui.office import OfficeAdmin, OfficeInline, OfficeStack, ReadOnlyAdmin, office
from outreach.models import (
    HostProfile,
    HostSchool,
    Pairing,
    Partnership,
    Programme,
    Renewal,
    SubjectStaff,
)

ONLY = admin.RelatedOnlyFieldListFilter
REPORTS = (("导出台账", "report-centre"), ("结对一览", "pairing-list"))


@admin.register(Programme, site=office)
class ProgrammeAdmin(OfficeAdmin):
    fieldsets = (
        (
            "项目",
            {"fields": ("district", "name", "region", "started_on", "ends_on", "own_principals", "follows")},
        ),
        ("全市规模", {"fields": ("city_principals", "city_regions")}),
        ("协议", {"fields": ("agreement_no", "agreed_on", "note")}),
    )
    list_display = ("name", "region", "started_on", "ends_on", "own_principals")
    search_fields = ("name", "region")
    autocomplete_fields = ("follows",)
    ordering = ("-started_on", "pk")
    links = REPORTS
    page = "programme-detail"


@admin.register(HostSchool, site=office)
class HostSchoolAdmin(OfficeAdmin):
    fieldsets = (
        ("学校", {"fields": ("district", "name", "region", "address")}),
        ("联系", {"fields": ("contact_name", "contact_post", "contact_phone")}),
        ("停办和链接", {"fields": ("closed_on", "closed_reason", "access_link")}),
    )
    readonly_fields = ("closed_on", "closed_reason", "access_link")
    list_display = ("name", "region", "contact_name", "closed_on")
    list_filter = ("region",)
    list_select_related = ("access_link",)
    search_fields = ("name", "region")
    ordering = ("region", "pk")
    links = REPORTS
    page = "host-detail"


class PartnershipInline(OfficeStack):
    model = Partnership
    fields = ("kind", "host_school", "from_on", "to_on", "agreement_no", "ended_on", "end_reason")
    readonly_fields = ("ended_on", "end_reason")
    autocomplete_fields = ("host_school",)


@admin.register(Pairing, site=office)
class PairingAdmin(OfficeAdmin):
    fieldsets = (
        ("结对", {"fields": ("programme", "position")}),
        ("老校长", {"fields": ("principal_name", "principal", "former_unit", "subject", "access_link")}),
        ("助理", {"fields": ("assistant_name", "assistant")}),
    )
    list_display = ("principal_name", "assistant_name", "former_unit", "programme", "position")
    list_filter = (("programme", ONLY),)
    list_select_related = ("former_unit", "programme")
    search_fields = ("principal_name", "assistant_name")
    autocomplete_fields = ("principal", "assistant", "former_unit", "access_link")
    ordering = ("programme", "position", "pk")
    inlines = (PartnershipInline,)
    links = REPORTS
    page = "pairing-detail"


@admin.register(Partnership, site=office)
class PartnershipAdmin(OfficeAdmin):
    fieldsets = (
        ("学校", {"fields": ("pairing", "host_school", "kind")}),
        ("协议", {"fields": ("from_on", "to_on", "agreement_no", "ended_on", "end_reason")}),
    )
    readonly_fields = ("ended_on", "end_reason")
    list_display = ("pairing", "host_school", "kind", "from_on", "to_on", "ended_on")
    list_filter = ("kind",)
    list_select_related = ("pairing", "host_school")
    search_fields = ("pairing__principal_name", "host_school__name")
    autocomplete_fields = ("pairing", "host_school")
    ordering = ("pairing", "kind")


@admin.register(Renewal, site=office)
class RenewalAdmin(ReadOnlyAdmin):
    fieldsets = (
        ("续签", {"fields": ("partnership", "old_to_on", "to_on", "agreement_no")}),
        ("办理", {"fields": ("renewed_by", "renewed_at")}),
    )
    list_display = ("partnership", "old_to_on", "to_on", "agreement_no", "renewed_by", "renewed_at")
    list_select_related = ("partnership__host_school", "renewed_by")
    search_fields = ("partnership__host_school__name", "agreement_no")
    ordering = ("-renewed_at", "pk")


class SubjectStaffInline(OfficeInline):
    model = SubjectStaff
    fields = ("subject", "teachers")


@admin.register(HostProfile, site=office)
class HostProfileAdmin(OfficeAdmin):
    fieldsets = (("概况", {"fields": ("host_school", "year", "teachers", "pupils", "classes", "note")}),)
    list_display = ("host_school", "year", "teachers", "pupils", "classes")
    list_filter = ("year",)
    list_select_related = ("host_school",)
    search_fields = ("host_school__name",)
    autocomplete_fields = ("host_school",)
    ordering = ("-year", "pk")
    inlines = (SubjectStaffInline,)


@admin.register(SubjectStaff, site=office)
class SubjectStaffAdmin(OfficeAdmin):
    fieldsets = ((None, {"fields": ("profile", "subject", "teachers")}),)
    list_display = ("profile", "subject", "teachers")
    list_select_related = ("profile__host_school",)
    search_fields = ("subject", "profile__host_school__name")
    autocomplete_fields = ("profile",)
    ordering = ("profile", "pk")
