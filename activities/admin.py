"""The reading campaign in the back office."""

from django.contrib import admin
from django.http import HttpRequest

from activities.annual_return import QUESTIONNAIRE
from activities.models import (
    AnnualReturn,
    Campaign,
    CampaignMaterial,
    CampaignStage,
    CampaignTask,
    Enrolment,
    EnrolmentLine,
    ReturnAnswer,
    TaskEvidence,
)
from guanweihui.office import OfficeAdmin, OfficeInline, OfficeStack, ReadOnlyAdmin, office
from guanweihui.text import mask_phone

ONLY = admin.RelatedOnlyFieldListFilter


class StageInline(OfficeInline):
    model = CampaignStage
    fields = ("name", "from_on", "to_on")


class TaskInline(OfficeStack):
    model = CampaignTask
    fields = (("level", "title"), "requirements", ("evidence", "deadline_at"))


@admin.register(Campaign, site=office)
class CampaignAdmin(OfficeAdmin):
    fieldsets = (
        ("活动", {"fields": ("district", "theme", "year", "organiser", "series", "requirements")}),
        ("报送", {"fields": ("round",)}),
    )
    inlines = (StageInline, TaskInline)
    list_display = ("theme", "year", "organiser", "series", "round")
    list_filter = ("year",)
    list_select_related = ("round",)
    search_fields = ("theme", "series")
    ordering = ("-year", "-pk")
    links = (("主题读书活动", "campaign-list"), ("统计报表", "report-centre"))
    page = "campaign-detail"


@admin.register(CampaignStage, site=office)
class CampaignStageAdmin(OfficeAdmin):
    fieldsets = ((None, {"fields": ("campaign", "name", ("from_on", "to_on"))}),)
    list_display = ("name", "campaign", "from_on", "to_on")
    list_filter = (("campaign", ONLY),)
    list_select_related = ("campaign",)
    search_fields = ("name",)
    autocomplete_fields = ("campaign",)
    ordering = ("-from_on", "pk")


@admin.register(CampaignTask, site=office)
class CampaignTaskAdmin(OfficeAdmin):
    fieldsets = (
        (None, {"fields": ("campaign", ("level", "title"), "requirements", ("evidence", "deadline_at"))}),
    )
    list_display = ("title", "campaign", "level", "deadline_at", "evidence")
    list_filter = ("level", ("campaign", ONLY))
    list_select_related = ("campaign",)
    search_fields = ("title",)
    autocomplete_fields = ("campaign",)
    ordering = ("-deadline_at", "pk")
    links = (("主题读书活动", "campaign-list"),)
    page = "task-evidence-list"


@admin.register(TaskEvidence, site=office)
class TaskEvidenceAdmin(ReadOnlyAdmin):
    fieldsets = (
        (None, {"fields": ("task", "district", "group", "school", "done_on", "words", "file")}),
        ("上报", {"fields": ("reported_at", "reported_by")}),
    )
    list_display = ("task", "unit", "done_on", "reported_at", "reported_by")
    list_filter = (("task", ONLY),)
    list_select_related = ("task", "district", "group", "school", "reported_by")
    search_fields = ("task__title", "school__full_name")
    ordering = ("-reported_at", "-pk")

    @admin.display(description="单位")
    def unit(self, row: TaskEvidence) -> str:
        return str(row.unit)


@admin.register(CampaignMaterial, site=office)
class CampaignMaterialAdmin(ReadOnlyAdmin):
    fieldsets = ((None, {"fields": ("campaign", "title", "file")}),)
    list_display = ("title", "campaign", "file")
    list_filter = (("campaign", ONLY),)
    list_select_related = ("campaign", "file")
    search_fields = ("title",)
    ordering = ("-pk",)
    links = (("主题读书活动", "campaign-list"),)


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


@admin.register(AnnualReturn, site=office)
class AnnualReturnAdmin(ReadOnlyAdmin):
    fieldsets = ((None, {"fields": ("due", "status", "submitted_at", "submitted_by", "basis", "version")}),)
    list_display = ("school", "round", "status", "submitted_at")
    list_filter = ("status",)
    list_select_related = ("due__round", "due__school")
    search_fields = ("due__school__full_name", "due__school__code")
    ordering = ("-due__round__year", "due__school__group__position", "due__school__position", "pk")
    links = (("年度统计汇总表", "report-centre"),)

    @admin.display(description="学校", ordering="due__school__position")
    def school(self, row: AnnualReturn) -> str:
        return str(row.due.school)

    @admin.display(description="报送任务")
    def round(self, row: AnnualReturn) -> str:
        return str(row.due.round)


@admin.register(ReturnAnswer, site=office)
class ReturnAnswerAdmin(ReadOnlyAdmin):
    """What schools answered, item by item; the liaison's telephone stands masked."""

    fieldsets = ((None, {"fields": ("annual_return", "label", "said")}),)
    readonly_fields = ("label", "said")
    list_display = ("annual_return", "label", "said")
    list_select_related = ("annual_return__due__round", "annual_return__due__school")
    search_fields = ("annual_return__due__school__full_name",)
    ordering = ("-annual_return", "pk")

    @admin.display(description="填报项")
    def label(self, row: ReturnAnswer) -> str:
        item = QUESTIONNAIRE.item(row.item)
        return item.label if item else row.item

    @admin.display(description="填报")
    def said(self, row: ReturnAnswer) -> str:
        item = QUESTIONNAIRE.item(row.item)
        if item is not None and item.format == "phone":
            return mask_phone(row.words)
        return row.words if row.number is None else f"{row.number.normalize():,f}"
