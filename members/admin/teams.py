"""Teams and cards in the back office."""

from django.contrib import admin

from guanweihui.office import OfficeAdmin, OfficeStack, ReadOnlyAdmin, office
from members.models import AnnualRegistration, Card, CardEvent, Team, TeamMembership, TeamPlan

ONLY = admin.RelatedOnlyFieldListFilter


class PlanInline(OfficeStack):
    model = TeamPlan
    fields = ("year", "plan", "summary")


@admin.register(Team, site=office)
class TeamAdmin(OfficeAdmin):
    fieldsets = (
        ("队伍", {"fields": ("district", ("name", "position"), "purpose", "is_invented")}),
        ("联系", {"fields": ("staff", "phone")}),
        ("章程", {"fields": ("charter",)}),
        ("时间", {"fields": (("founded_on", "dissolved_on"),)}),
    )
    # The portal's own step ends the memberships with the team.
    readonly_fields = ("dissolved_on",)
    list_display = ("name", "purpose", "staff", "phone", "founded_on", "dissolved_on")
    list_select_related = ("staff",)
    search_fields = ("name",)
    ordering = ("position", "pk")
    inlines = (PlanInline,)
    links = (("志愿者队伍", "team-list"), ("统计报表", "report-centre"))
    page = "team-detail"


@admin.register(TeamMembership, site=office)
class TeamMembershipAdmin(ReadOnlyAdmin):
    fieldsets = ((None, {"fields": ("team", "person", "office", "from_on", "to_on")}),)
    list_display = ("person", "team", "office", "from_on", "to_on")
    list_filter = (("team", ONLY), "office")
    list_select_related = ("person", "team")
    search_fields = ("person__name", "team__name")
    ordering = ("team__position", "office", "pk")
    links = (("志愿者队伍", "team-list"),)


@admin.register(TeamPlan, site=office)
class TeamPlanAdmin(OfficeAdmin):
    fieldsets = ((None, {"fields": ("team", "year", "plan", "summary")}),)
    list_display = ("team", "year")
    list_filter = (("team", ONLY), "year")
    list_select_related = ("team",)
    search_fields = ("team__name",)
    ordering = ("-year", "team__position")


@admin.register(Card, site=office)
class CardAdmin(ReadOnlyAdmin):
    fieldsets = (
        (None, {"fields": ("number", "person", "status", "year", "sequence", "issued_on", "reissues")}),
        ("注销", {"fields": ("voided_on", "void_reason")}),
        ("打印", {"fields": ("printed_at",)}),
    )
    list_display = ("number", "person", "status", "issued_on", "reissues", "printed_at")
    list_filter = ("status", "year")
    list_select_related = ("person",)
    search_fields = ("number__exact", "person__name")
    ordering = ("year", "sequence")
    links = (("志愿者证", "card-list"),)
    page = "card-detail"


@admin.register(CardEvent, site=office)
class CardEventAdmin(ReadOnlyAdmin):
    fieldsets = ((None, {"fields": ("card", "kind", "happened_at", "made_by", "reason")}),)
    list_display = ("card", "kind", "happened_at", "made_by", "reason")
    list_filter = ("kind",)
    list_select_related = ("card", "made_by")
    search_fields = ("card__number__exact",)
    ordering = ("-happened_at", "-pk")


@admin.register(AnnualRegistration, site=office)
class AnnualRegistrationAdmin(ReadOnlyAdmin):
    fieldsets = ((None, {"fields": ("card", "year", "registered_on", "registered_by")}),)
    list_display = ("card", "year", "registered_on", "registered_by")
    list_filter = ("year",)
    list_select_related = ("card", "registered_by")
    search_fields = ("card__number__exact",)
    ordering = ("-year", "-pk")
