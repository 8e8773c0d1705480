"""Care, outings and what volunteers report, in the back office."""

from django.contrib import admin

from guanweihui.office import OfficeAdmin, ReadOnlyAdmin, office
from members.models import Care, Correction, Outing, OutingPlace, Slip, TaskCall


@admin.register(Care, site=office)
class CareAdmin(ReadOnlyAdmin):
    fieldsets = ((None, {"fields": ("person", "kind", "given_on", "visitors", "gift", "created_by")}),)
    list_display = ("person", "kind", "given_on", "visitors", "gift")
    list_filter = ("kind",)
    list_select_related = ("person",)
    search_fields = ("person__name",)
    ordering = ("-given_on", "-pk")
    links = (("慰问", "care-list"),)


@admin.register(Outing, site=office)
class OutingAdmin(OfficeAdmin):
    fieldsets = (
        (None, {"fields": ("district", "team", "name", "place", "held_on")}),
        ("集合", {"fields": ("meets_at", "meeting_place", "contact", "contact_phone")}),
        ("人数", {"fields": ("capacity", "minimum")}),
    )
    list_display = ("name", "place", "held_on", "team", "capacity")
    list_select_related = ("team",)
    search_fields = ("name", "place")
    ordering = ("-held_on", "-pk")
    links = (("外出活动", "outing-list"),)
    page = "outing-detail"


@admin.register(OutingPlace, site=office)
class OutingPlaceAdmin(ReadOnlyAdmin):
    fieldsets = (
        (None, {"fields": ("outing", "person", "attended")}),
        ("材料", {"fields": ("health_stated_on", "is_fit", "family_signed_on", "is_insured")}),
    )
    list_display = ("person", "outing", "health_stated_on", "family_signed_on", "attended")
    list_select_related = ("person", "outing")
    search_fields = ("person__name", "outing__name")
    ordering = ("-outing__held_on", "pk")
    links = (("外出活动", "outing-list"),)


@admin.register(TaskCall, site=office)
class TaskCallAdmin(ReadOnlyAdmin):
    fieldsets = ((None, {"fields": ("person", "task", "asked_on", "asked_by", "answer")}),)
    list_display = ("person", "task", "asked_on", "answer")
    list_filter = ("answer",)
    list_select_related = ("person",)
    search_fields = ("person__name", "task")
    ordering = ("-asked_on", "-pk")


@admin.register(Slip, site=office)
class SlipAdmin(ReadOnlyAdmin):
    fieldsets = ((None, {"fields": ("person", "issued_at", "issued_by")}),)
    list_display = ("person", "issued_at", "issued_by")
    list_select_related = ("person", "issued_by")
    search_fields = ("person__name",)
    ordering = ("-issued_at",)


@admin.register(Correction, site=office)
class CorrectionAdmin(ReadOnlyAdmin):
    fieldsets = (
        (None, {"fields": ("person", "about", "words", "staff", "reported_at")}),
        ("处理", {"fields": ("resolved_at", "resolution")}),
    )
    list_display = ("person", "about", "staff", "reported_at", "resolved_at")
    list_filter = ("about",)
    list_select_related = ("person", "staff")
    search_fields = ("person__name",)
    ordering = ("-reported_at",)
    links = (("有误反馈", "correction-list"),)
