"""The three-year plan in the back office: steps write it, so nothing is edited here."""

from django.contrib import admin

from guanweihui.office import ReadOnlyAdmin, office
from outreach.models import Plan, PlanGoal, PlanItem, PlanProgress

ONLY = admin.RelatedOnlyFieldListFilter
REPORTS = (("三年方案", "plan-list"),)


@admin.register(Plan, site=office)
class PlanAdmin(ReadOnlyAdmin):
    fieldsets = (
        (None, {"fields": ("programme", "revision", "title", "basis", "reason", "status")}),
        ("审定", {"fields": ("proposed_by", "approved_by", "approved_at")}),
    )
    list_display = ("title", "revision", "programme", "status", "approved_by")
    list_filter = ("status", ("programme", ONLY))
    list_select_related = ("programme", "approved_by")
    search_fields = ("title", "programme__name")
    ordering = ("programme", "-revision")
    links = REPORTS
    page = "plan-detail"


@admin.register(PlanGoal, site=office)
class PlanGoalAdmin(ReadOnlyAdmin):
    fieldsets = ((None, {"fields": ("plan", "year_no", "text")}),)
    list_display = ("plan", "year_no", "text")
    list_select_related = ("plan",)
    search_fields = ("text", "plan__title")
    ordering = ("plan", "year_no")
    links = REPORTS


@admin.register(PlanItem, site=office)
class PlanItemAdmin(ReadOnlyAdmin):
    fieldsets = (
        ("任务", {"fields": ("plan", "year_no", "position", "title", "mode", "field", "host_school")}),
        ("指标", {"fields": ("measure", "indicator", "target", "owner", "due_on")}),
        ("需求", {"fields": ("needs",)}),
    )
    list_display = ("title", "year_no", "mode", "target", "owner", "due_on", "plan")
    list_filter = ("mode", "field", "measure")
    list_select_related = ("plan",)
    search_fields = ("title", "owner", "plan__title")
    ordering = ("plan", "year_no", "position", "pk")
    links = REPORTS


@admin.register(PlanProgress, site=office)
class PlanProgressAdmin(ReadOnlyAdmin):
    fieldsets = (
        (None, {"fields": ("item", "reported_on", "done", "words", "entered_by")}),
        ("作废", {"fields": ("struck_at", "struck_by", "strike_reason")}),
    )
    list_display = ("item", "reported_on", "done", "words", "struck_at")
    list_select_related = ("item",)
    search_fields = ("item__title", "words")
    ordering = ("-reported_on", "-pk")
    links = REPORTS
