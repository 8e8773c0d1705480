"""Lists to be commended in the back office: steps write them, so nothing is edited here."""

from django.contrib import admin

from awards.models import AwardList, AwardListEntry
from guanweihui.office import OfficeAdmin, office

ONLY = admin.RelatedOnlyFieldListFilter


@admin.register(AwardList, site=office)
class AwardListAdmin(OfficeAdmin):
    read_only = True
    fieldsets = (
        (None, {"fields": ("cycle", "number", "status")}),
        ("评审会", {"fields": ("met_on", "place", "chair", "attendees", "minutes")}),
        ("审定", {"fields": ("proposed_by", "proposed_at", "approved_by", "approved_at")}),
    )
    list_display = ("cycle", "number", "status", "met_on", "approved_by")
    list_filter = ("status", ("cycle", ONLY))
    list_select_related = ("cycle", "approved_by")
    search_fields = ("cycle__name",)
    ordering = ("-cycle__year", "-number", "pk")
    links = (("拟表彰名单", "award-list-list"),)
    page = "award-list-detail"


@admin.register(AwardListEntry, site=office)
class AwardListEntryAdmin(OfficeAdmin):
    read_only = True
    fieldsets = ((None, {"fields": ("award_list", "nomination", "outcome", "reserve_place", "note")}),)
    list_display = ("nomination", "outcome", "reserve_place", "award_list")
    list_filter = ("outcome", ("award_list", ONLY))
    list_select_related = (
        "award_list__cycle",
        "nomination__category",
        "nomination__person",
        "nomination__unit",
    )
    search_fields = ("nomination__printed_name", "nomination__printed_unit", "note")
    ordering = ("-award_list__cycle__year", "-award_list__number", "nomination__category__position", "pk")
