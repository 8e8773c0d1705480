"""老校长下乡 in the back office."""

from django.contrib import admin

from guanweihui.office import OfficeAdmin, OfficeStack, office
from outreach.models import (
    Lesson,
    TeachingEvent,
)

ONLY = admin.RelatedOnlyFieldListFilter
REPORTS = (("导出台账", "report-centre"), ("结对一览", "pairing-list"))
LESSON_ROWS = (
    ("held_on", "host_school"),
    ("kind", "subject"),
    ("local_teacher", "visiting_teacher", "research_officer"),
    ("attendances", "radiated_unnamed"),
    "radiated",
)


class LessonInline(OfficeStack):
    model = Lesson
    fields = LESSON_ROWS
    autocomplete_fields = ("host_school",)


@admin.register(TeachingEvent, site=office)
class TeachingEventAdmin(OfficeAdmin):
    fieldsets = ((None, {"fields": ("programme", "name", "from_on", "to_on")}),)
    list_display = ("name", "from_on", "to_on", "programme")
    list_filter = (("programme", ONLY),)
    list_select_related = ("programme",)
    search_fields = ("name",)
    ordering = ("-from_on", "pk")
    inlines = (LessonInline,)
    links = REPORTS


@admin.register(Lesson, site=office)
class LessonAdmin(OfficeAdmin):
    fieldsets = ((None, {"fields": ("event", *LESSON_ROWS)}),)
    list_display = ("event", "held_on", "host_school", "kind", "subject", "attendances")
    list_filter = ("kind",)
    list_select_related = ("event", "host_school")
    search_fields = ("subject", "host_school__name", "event__name")
    autocomplete_fields = ("event", "host_school")
    ordering = ("held_on", "pk")
