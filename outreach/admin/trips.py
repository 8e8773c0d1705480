"""老校长下乡 in the back office: trips; steps alone write them."""

from django.contrib import admin

from guanweihui.office import ReadOnlyAdmin, office
from outreach.models import Trip, TripDay, TripMember, TripService

ONLY = admin.RelatedOnlyFieldListFilter


@admin.register(Trip, site=office)
class TripAdmin(ReadOnlyAdmin):
    fieldsets = (
        ("下校", {"fields": ("pairing", "host_school", "purpose", "status")}),
        (
            "时间",
            {"fields": (("from_on", "from_half"), ("to_on", "to_half"), ("travel", "travel_hours"))},
        ),
        (
            "情况",
            {
                "fields": (
                    ("lessons_observed", "lessons_reviewed", "lessons_taught"),
                    ("lectures", "lecture_attendances"),
                    ("research_sessions", "mentor_pairs"),
                    ("materials", "materials_yuan"),
                    "words",
                )
            },
        ),
        (
            "办理",
            {
                "fields": (
                    ("entered_by", "entered_link", "entered_at"),
                    ("behalf_basis", "submitted_at"),
                    ("proof", "confirmer_name", "confirmed_by", "confirmed_at"),
                    "confirm_words",
                )
            },
        ),
    )
    list_display = ("host_school", "pairing", "from_on", "to_on", "purpose", "status")
    list_filter = ("status", ("pairing__programme", ONLY))
    list_select_related = ("pairing", "host_school")
    search_fields = ("host_school__name", "pairing__principal_name", "purpose")
    ordering = ("-from_on", "-pk")
    links = (("下校记录", "trip-list"),)
    page = "trip-detail"


@admin.register(TripMember, site=office)
class TripMemberAdmin(ReadOnlyAdmin):
    fieldsets = ((None, {"fields": ("trip", "person", "position", "number")}),)
    list_display = ("person", "number", "trip")
    list_select_related = ("person", "trip__host_school")
    search_fields = ("person__name", "trip__host_school__name")
    ordering = ("-trip__from_on", "position", "pk")


@admin.register(TripDay, site=office)
class TripDayAdmin(ReadOnlyAdmin):
    fieldsets = ((None, {"fields": ("trip", "served_on", "half_hours")}),)
    list_display = ("trip", "served_on", "half_hours")
    list_select_related = ("trip__host_school",)
    search_fields = ("trip__host_school__name",)
    ordering = ("-served_on", "pk")


@admin.register(TripService, site=office)
class TripServiceAdmin(ReadOnlyAdmin):
    fieldsets = ((None, {"fields": ("member", "day", "record", "fault")}),)
    list_display = ("member", "day", "record", "fault")
    list_select_related = ("member__person", "day", "record__person")
    search_fields = ("member__person__name", "fault")
    ordering = ("-day__served_on", "pk")
