"""Cycles, their awards, forms and rules, and vetoes in the back office.

A cycle that the portal leads is changed on its own pages, where it is frozen in time; here only those from
before the portal, that were loaded or typed in.
"""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from awards.models import Category, Cycle, CycleRule, Decision, FormField, Veto
from guanweihui.office import OfficeAdmin, OfficeInline, ReadOnlyAdmin, office

ONLY = admin.RelatedOnlyFieldListFilter


def is_led_here(cycle: Cycle | None) -> bool:
    """Tell whether the cycle goes, or went, through the portal's own steps."""
    return cycle is not None and (cycle.state != Cycle.State.CLOSED or cycle.round_id is not None)


class LoadedInline(OfficeInline):
    """What hangs on a cycle; typed in here only for those from before the portal."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj) and not is_led_here(obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not is_led_here(obj)


class CategoryInline(LoadedInline):
    model = Category
    fields = ("kind", "name", "position")


class DecisionInline(LoadedInline):
    model = Decision
    fields = ("doc_number", "decided_on")


@admin.register(Cycle, site=office)
class CycleAdmin(OfficeAdmin):
    fieldsets = ((None, {"fields": ("district", "name", "year", "state")}),)
    list_display = ("name", "year", "state")
    list_filter = ("state",)
    search_fields = ("name",)
    ordering = ("-year", "-pk")
    inlines = (CategoryInline, DecisionInline)
    links = (("评选周期", "cycle-list"),)
    page = "cycle-detail"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not is_led_here(obj)


@admin.register(Category, site=office)
class CategoryAdmin(OfficeAdmin):
    fieldsets = ((None, {"fields": ("cycle", "kind", "name", "position")}),)
    list_display = ("name", "kind", "cycle", "places", "position")
    list_filter = ("kind", ("cycle", ONLY))
    list_select_related = ("cycle",)
    search_fields = ("name", "cycle__name")
    ordering = ("-cycle__year", "position", "pk")
    page = "category-form"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and is_led_here(obj.cycle))


@admin.register(CycleRule, site=office)
class CycleRuleAdmin(ReadOnlyAdmin):
    fieldsets = ((None, {"fields": ("cycle", "code", "effect", "value")}),)
    list_display = ("code", "effect", "value", "cycle")
    list_filter = ("code", "effect", ("cycle", ONLY))
    list_select_related = ("cycle",)
    search_fields = ("cycle__name",)
    ordering = ("-cycle__year", "pk")


@admin.register(FormField, site=office)
class FormFieldAdmin(ReadOnlyAdmin):
    fieldsets = (
        (None, {"fields": ("category", "form", "section", "position", "label", "format")}),
        ("填写", {"fields": ("is_required", "least", "longest", "most", "help", "is_printed")}),
    )
    list_display = ("label", "category", "form", "section", "format", "is_required")
    list_filter = ("form", "section", "format")
    list_select_related = ("category",)
    search_fields = ("label", "category__name")
    ordering = ("category", "form", "section", "position", "pk")


@admin.register(Veto, site=office)
class VetoAdmin(ReadOnlyAdmin):
    fieldsets = (
        ("对象", {"fields": ("district", "kind", "person", "school")}),
        ("登记", {"fields": ("reason", "from_on", "until_on", "set_by", "set_at")}),
        ("解除", {"fields": ("lifted_at", "lift_reason")}),
    )
    list_display = ("__str__", "from_on", "until_on", "lifted_at")
    list_filter = ("kind",)
    list_select_related = ("person", "school")
    search_fields = ("person__name", "school__short_name", "reason")
    ordering = ("-from_on", "-pk")
    links = (("一票否决和停评", "veto-list"),)
