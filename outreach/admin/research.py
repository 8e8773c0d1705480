"""老校长下乡 in the back office."""

from django.contrib import admin

from guanweihui.office import OfficeAdmin, OfficeInline, office
from outreach.models import (
    Need,
    ResearchVisit,
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


class NeedInline(OfficeInline):
    model = Need
    fields = ("field", "text")


@admin.register(ResearchVisit, site=office)
class ResearchVisitAdmin(OfficeAdmin):
    fieldsets = ((None, {"fields": ("programme", "host_school", "visited_on")}),)
    list_display = ("host_school", "visited_on", "programme")
    list_filter = (("programme", ONLY),)
    list_select_related = ("host_school", "programme")
    search_fields = ("host_school__name",)
    autocomplete_fields = ("host_school",)
    ordering = ("visited_on", "pk")
    inlines = (NeedInline,)
    links = REPORTS


@admin.register(Need, site=office)
class NeedAdmin(OfficeAdmin):
    fieldsets = ((None, {"fields": ("visit", "field", "text")}),)
    list_display = ("text", "field", "visit")
    list_filter = ("field",)
    list_select_related = ("visit__host_school",)
    search_fields = ("text", "visit__host_school__name")
    autocomplete_fields = ("visit",)
    ordering = ("visit", "pk")
