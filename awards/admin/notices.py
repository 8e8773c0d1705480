"""The award cycle in the back office: notices and objections, which their steps alone write."""

from django.contrib import admin

from awards.models import Objection, PublicNotice
from guanweihui.office import ReadOnlyAdmin, office

ONLY = admin.RelatedOnlyFieldListFilter
LINKS = (("公示", "notice-list"),)


@admin.register(PublicNotice, site=office)
class PublicNoticeAdmin(ReadOnlyAdmin):
    fieldsets = (
        ("公示", {"fields": ("award_list", "number", "title", "basis", "status")}),
        ("期限", {"fields": (("first_on", "last_on", "ends_at"), ("workdays", "counts_first_day"))}),
        (
            "受理",
            {"fields": ("phone", "contacts", "address", ("postcode", "email"), "supervision_phone")},
        ),
        ("办理", {"fields": (("posted_by", "posted_at"), ("closed_by", "closed_at"), "version")}),
    )
    list_display = ("title", "number", "first_on", "last_on", "status")
    list_filter = ("status",)
    search_fields = ("title",)
    ordering = ("-first_on", "-pk")
    links = LINKS
    page = "notice-detail"


@admin.register(Objection, site=office)
class ObjectionAdmin(ReadOnlyAdmin):
    """Who objects, how he is reached and what he says are read in the portal, where a line says who did."""

    fieldsets = (
        (None, {"fields": ("notice", "nomination", "kind", "status", "received_on")}),
        ("办理", {"fields": (("received_by", "received_at"), ("decided_by", "decided_at"))}),
    )
    list_display = ("received_on", "kind", "notice", "status")
    list_filter = ("kind", "status", ("notice", ONLY))
    list_select_related = ("notice",)
    search_fields = ("notice__title",)
    ordering = ("-received_on", "-pk")
    links = LINKS
    page = "objection-detail"
