"""Rounds, dues and what hangs on them in the back office; steps write them, sealed content is not shown."""

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from guanweihui import catalogue, rounds
from guanweihui.models import (
    Attachment,
    Chase,
    Due,
    FrozenTable,
    Look,
    Remark,
    Round,
    Version,
)
from guanweihui.office import OfficeAdmin, ReadOnlyAdmin, office
from guanweihui.workflow import Refused

ONLY = admin.RelatedOnlyFieldListFilter


@admin.register(Round, site=office)
class RoundAdmin(OfficeAdmin):
    """A round as it is planned; once it runs, its own pages change it, with the reason."""

    fieldsets = (
        ("任务", {"fields": ("district", "kind", "title", "year", "state")}),
        ("时间", {"fields": ("opens_at", "deadline_at", "grace_minutes", "as_of_on", "closed_at")}),
        ("要求", {"fields": ("stage_words", "group_endorses", "instructions", "copied_from")}),
    )
    readonly_fields = ("state", "stage_words")
    list_display = ("title", "kind", "year", "opens_at", "deadline_at", "group_endorses", "state")
    list_filter = ("kind", "state", "year")
    search_fields = ("title",)
    ordering = ("-opens_at", "-pk")
    actions = ("open_rounds",)
    links = (("报送任务", "round-list"), ("导出台账", "report-centre"))
    page = "round-detail"

    @admin.display(description="应报学段")
    def stage_words(self, row: Round) -> str:
        return "、".join(row.stage_labels()) or "全部学校"

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        planned = obj is None or obj.state == Round.State.PLANNED
        return planned and super().has_change_permission(request, obj)

    @admin.action(description="开始所选报送任务", permissions=["change"])
    def open_rounds(self, request: HttpRequest, found: models.QuerySet) -> None:
        for round_ in found:
            try:
                rounds.open_round(round_, by=request.user, at=timezone.now())
                messages.success(request, f"“{round_}”已开始报送，应报学校名单已生成。")
            except Refused as refusal:
                messages.error(request, f"“{round_}”：{refusal}")


@admin.register(Due, site=office)
class DueAdmin(ReadOnlyAdmin):
    fieldsets = (
        ("应报", {"fields": ("round", "school", "state", "reason")}),
        ("时间", {"fields": ("met_at", "deadline_at", "reply_until")}),
    )
    list_display = ("round", "school", "state", "met_at", "deadline_at")
    list_filter = ("state", ("round", ONLY))
    list_select_related = ("round", "school")
    search_fields = ("school__full_name", "round__title")
    ordering = ("-round", "school__position", "pk")


@admin.register(Chase, site=office)
class ChaseAdmin(ReadOnlyAdmin):
    fieldsets = ((None, {"fields": ("due", "means", "spoken_with", "words", "made_by", "made_at")}),)
    list_display = ("due", "means", "spoken_with", "made_by", "made_at")
    list_filter = ("means",)
    list_select_related = ("due__school", "due__round", "made_by")
    search_fields = ("due__school__full_name", "spoken_with")
    ordering = ("-pk",)


@admin.register(Version, site=office)
class VersionAdmin(ReadOnlyAdmin):
    """That a filing was sent, when and by whom; what it says is sealed and stands on its own page only."""

    fieldsets = ((None, {"fields": ("due", "number", "taken_by", "taken_at")}),)
    list_display = ("due", "number", "taken_by", "taken_at")
    list_select_related = ("due__school", "due__round", "taken_by")
    search_fields = ("due__school__full_name",)
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).defer("content")


@admin.register(Look, site=office)
class LookAdmin(ReadOnlyAdmin):
    fieldsets = ((None, {"fields": ("version", "reader", "looked_at")}),)
    list_display = ("version", "reader", "looked_at")
    list_select_related = ("version__due__school", "version__due__round", "reader")
    search_fields = ("version__due__school__full_name",)
    ordering = ("-pk",)


@admin.register(Remark, site=office)
class RemarkAdmin(ReadOnlyAdmin):
    fieldsets = ((None, {"fields": ("due", "text", "made_by", "made_at", "resolved_at")}),)
    list_display = ("due", "text", "made_by", "made_at", "resolved_at")
    list_select_related = ("due__school", "due__round", "made_by")
    search_fields = ("text", "due__school__full_name")
    ordering = ("-pk",)


@admin.register(Attachment, site=office)
class AttachmentAdmin(ReadOnlyAdmin):
    fieldsets = (
        (None, {"fields": ("original_name", "size", "added_by", "added_at")}),
        ("所属（四者之一）", {"fields": ("due", "district", "group", "school")}),
    )
    list_display = ("original_name", "place", "size", "added_by", "added_at")
    list_select_related = ("due__school", "due__round", "district", "group", "school", "added_by")
    search_fields = ("original_name", "due__school__full_name")
    ordering = ("-pk",)

    @admin.display(description="所属")
    def place(self, row: Attachment) -> str:
        return str(row.due or row.district or row.group or row.school)


@admin.register(FrozenTable, site=office)
class FrozenTableAdmin(ReadOnlyAdmin):
    fieldsets = (
        ("报表", {"fields": ("district", "title", "year", "round", "position")}),
        ("封存", {"fields": ("as_of_on", "rules", "frozen_at", "frozen_by")}),
    )
    readonly_fields = ("title",)
    list_display = ("title", "year", "round", "as_of_on", "frozen_at", "frozen_by")
    list_filter = ("year",)
    list_select_related = ("round", "frozen_by")
    search_fields = ("year",)
    ordering = ("-year", "pk")
    links = (("报送任务", "round-list"), ("统计报表", "report-centre"))

    @admin.display(description="报表")
    def title(self, row: FrozenTable) -> str:
        report = catalogue.get(row.report)
        return str(row.content.get("title") or (report.title if report else "封存报表"))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url="", extra_context=None
    ) -> HttpResponse:
        """Head the page with the report's title: the row itself is called by its key."""
        row = self.get_object(request, object_id)
        name = f"{self.title(row)} {row.year}" if row else ""
        return super().change_view(request, object_id, form_url, {"subtitle": name, **(extra_context or {})})
