"""Research in the back office: visits, needs, and what host schools say of them."""

from django.contrib import admin

from guanweihui.office import OfficeAdmin, OfficeInline, ReadOnlyAdmin, office
from outreach.models import Assessment, Need, ResearchVisit

ONLY = admin.RelatedOnlyFieldListFilter
REPORTS = (("导出台账", "report-centre"), ("需求一览", "need-list"))


class NeedInline(OfficeInline):
    model = Need
    fields = ("field", "text", "priority", "owner")


@admin.register(ResearchVisit, site=office)
class ResearchVisitAdmin(OfficeAdmin):
    fieldsets = (
        (None, {"fields": ("programme", "host_school", "visited_on")}),
        ("情况", {"fields": ("team", "method", "seen")}),
    )
    list_display = ("host_school", "visited_on", "programme")
    list_filter = (("programme", ONLY),)
    list_select_related = ("host_school", "programme")
    search_fields = ("host_school__name",)
    autocomplete_fields = ("host_school",)
    ordering = ("visited_on", "pk")
    inlines = (NeedInline,)
    links = REPORTS
    page = "visit-detail"


@admin.register(Need, site=office)
class NeedAdmin(OfficeAdmin):
    fieldsets = ((None, {"fields": ("visit", "field", "text", "priority", "owner", "status")}),)
    list_display = ("text", "field", "priority", "status", "visit")
    list_filter = ("field", "status", "priority")
    list_select_related = ("visit__host_school",)
    search_fields = ("text", "owner", "visit__host_school__name")
    autocomplete_fields = ("visit",)
    ordering = ("visit", "pk")
    links = REPORTS
    page = "need-detail"


@admin.register(Assessment, site=office)
class AssessmentAdmin(ReadOnlyAdmin):
    fieldsets = (
        (None, {"fields": ("need", "rating", "words", "assessor_name", "assessed_on")}),
        ("登记", {"fields": ("entered_by", "entered_link", "entered_at")}),
    )
    list_display = ("need", "rating", "assessor_name", "assessed_on")
    list_filter = ("rating",)
    list_select_related = ("need",)
    search_fields = ("need__text", "need__visit__host_school__name", "assessor_name")
    ordering = ("-assessed_on", "-pk")
    links = REPORTS
