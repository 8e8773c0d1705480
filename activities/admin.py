"""The reading campaign in the back office."""

from django.contrib import admin
from django.http import HttpRequest

from activities.models import Campaign, Enrolment, EnrolmentLine
from guanweihui.office import OfficeAdmin, OfficeInline, office

ONLY = admin.RelatedOnlyFieldListFilter


@admin.register(Campaign, site=office)
class CampaignAdmin(OfficeAdmin):
    fieldsets = (
        ("活动", {"fields": ("district", "theme", "year", "organiser", "series")}),
        ("报送", {"fields": ("round",)}),
    )
    list_display = ("theme", "year", "organiser", "series", "round")
    list_filter = ("year",)
    list_select_related = ("round",)
    search_fields = ("theme", "series")
    ordering = ("-year", "-pk")
    links = (("导出台账", "report-centre"),)
    page = "campaign-detail"


class LineInline(OfficeInline):
    model = EnrolmentLine
    fields = ("segment", "classes", "students")


@admin.register(Enrolment, site=office)
class EnrolmentAdmin(OfficeAdmin):
    fieldsets = (
        ("报名", {"fields": ("due", "campaign", "coaches", "head_name", "head_phone")}),
        (
            "办理（由报送步骤填写）",
            {"fields": ("status", "submitted_at", "submitted_by", "basis", "version")},
        ),
    )
    list_display = ("school", "campaign", "coaches", "status", "submitted_at")
    list_filter = ("status", ("campaign", ONLY))
    list_select_related = ("due__school", "due__round", "campaign")
    search_fields = ("due__school__full_name", "due__school__code")
    autocomplete_fields = ("due", "campaign")
    ordering = ("due__school__group__position", "due__school__position", "pk")
    inlines = (LineInline,)
    links = (("导出台账", "report-centre"), ("报名一览", "enrolment-list"), ("导入报名表", "import-new"))
    page = "enrolment-detail"

    @admin.display(description="学校", ordering="due__school__position")
    def school(self, row: Enrolment) -> str:
        return str(row.due.school)

    def save_model(self, request: HttpRequest, obj: Enrolment, form, change: bool) -> None:
        """Count the version on, so that a school's old tab is told instead of overwriting."""
        if change:
            obj.version += 1
        super().save_model(request, obj, form, change)


@admin.register(EnrolmentLine, site=office)
class EnrolmentLineAdmin(OfficeAdmin):
    fieldsets = ((None, {"fields": ("enrolment", "segment", "classes", "students")}),)
    list_display = ("school", "segment", "classes", "students")
    list_filter = ("segment",)
    list_select_related = ("enrolment__due__school",)
    search_fields = ("enrolment__due__school__full_name",)
    autocomplete_fields = ("enrolment",)
    ordering = ("enrolment", "pk")

    @admin.display(description="学校")
    def school(self, row: EnrolmentLine) -> str:
        return str(row.enrolment.due.school)
