"""Opinions and panel marks in the back office: steps write them, here they are looked at."""

from django.contrib import admin

from awards.models import Opinion, PanelMark
from guanweihui.office import ReadOnlyAdmin, office


@admin.register(Opinion, site=office)
class OpinionAdmin(ReadOnlyAdmin):
    fieldsets = (
        (None, {"fields": ("nomination", "level", "verdict", "text")}),
        ("签署", {"fields": ("signed_by", "signed_on", "given_by", "given_at")}),
    )
    list_display = ("nomination", "level", "verdict", "signed_by", "signed_on")
    list_filter = ("level", "verdict")
    list_select_related = ("nomination__category", "nomination__person", "nomination__unit")
    search_fields = ("nomination__printed_name", "nomination__printed_unit", "signed_by")
    ordering = ("-given_at", "-pk")
    links = (("推荐", "nomination-list"), ("审核", "review-queue"))


@admin.register(PanelMark, site=office)
class PanelMarkAdmin(ReadOnlyAdmin):
    fieldsets = (
        (None, {"fields": ("nomination", "panellist", "points", "note", "entered_by", "entered_at")}),
    )
    list_display = ("nomination", "panellist", "points", "entered_by", "entered_at")
    list_select_related = ("nomination__category", "nomination__person", "nomination__unit", "entered_by")
    search_fields = ("nomination__printed_name", "nomination__printed_unit", "panellist")
    ordering = ("-entered_at", "-pk")
    links = (("推荐", "nomination-list"), ("审核", "review-queue"))
