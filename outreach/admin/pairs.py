"""老校长下乡 in the back office."""

from django.contrib import admin

from guanweihui.office import OfficeAdmin, OfficeInline, office
from outreach.models import (
    HostSchool,
    Pairing,
    Partnership,
    Programme,
)

ONLY = admin.RelatedOnlyFieldListFilter
REPORTS = (("导出台账", "report-centre"), ("结对一览", "pairing-list"))
LESSON_ROWS = (
    ("held_on", "host_school"),
    ("kind", "subject"),
    ("local_teacher", "visiting_teacher", "research_officer"),
    ("attendances", "radiated_unnamed"),
    "radiated",
)


@admin.register(Programme, site=office)
class ProgrammeAdmin(OfficeAdmin):
    fieldsets = (
        ("项目", {"fields": ("district", "name", "region", "started_on", "own_principals")}),
        ("全市规模", {"fields": ("city_principals", "city_regions")}),
    )
    list_display = ("name", "region", "started_on", "own_principals")
    search_fields = ("name", "region")
    ordering = ("-started_on", "pk")
    links = REPORTS


@admin.register(HostSchool, site=office)
class HostSchoolAdmin(OfficeAdmin):
    fieldsets = ((None, {"fields": ("district", "name", "region")}),)
    list_display = ("name", "region")
    list_filter = ("region",)
    search_fields = ("name", "region")
    ordering = ("region", "pk")
    links = REPORTS


class PartnershipInline(OfficeInline):
    model = Partnership
    fields = ("kind", "host_school", "from_on", "to_on")
    autocomplete_fields = ("host_school",)


@admin.register(Pairing, site=office)
class PairingAdmin(OfficeAdmin):
    fieldsets = (
        ("结对", {"fields": ("programme", "position")}),
        ("老校长", {"fields": ("principal_name", "principal", "former_unit", "access_link")}),
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
    fieldsets = ((None, {"fields": ("pairing", "host_school", "kind", "from_on", "to_on")}),)
    list_display = ("pairing", "host_school", "kind", "from_on", "to_on")
    list_filter = ("kind",)
    list_select_related = ("pairing", "host_school")
    search_fields = ("pairing__principal_name", "host_school__name")
    autocomplete_fields = ("pairing", "host_school")
    ordering = ("pairing", "kind")
