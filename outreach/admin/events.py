"""Teaching events, their items and feedback in the back office."""

from django.contrib import admin

from guanweihui.office import OfficeAdmin, OfficeInline, OfficeStack, office
from outreach.models import EventFeedback, Lesson, TeachingEvent

ONLY = admin.RelatedOnlyFieldListFilter
REPORTS = (("送教活动", "event-list"), ("台账", "outreach-ledger"), ("导出台账", "report-centre"))
LESSON_ROWS = (
    ("held_on", "host_school"),
    ("kind", "subject", "topic"),
    ("local_teacher", "visiting_teacher", "research_officer"),
    ("attendances", "radiated_unnamed"),
    "radiated",
)


class LessonInline(OfficeStack):
    model = Lesson
    fields = LESSON_ROWS
    autocomplete_fields = ("host_school", "radiated")


class FeedbackInline(OfficeInline):
    model = EventFeedback
    fields = ("host_school", "said_on", "returned", "content_with", "words")
    autocomplete_fields = ("host_school",)


@admin.register(TeachingEvent, site=office)
class TeachingEventAdmin(OfficeAdmin):
    fieldsets = (
        ("送教", {"fields": ("programme", "name", "from_on", "to_on", "organiser")}),
        ("针对什么", {"fields": ("needs", "items")}),
        ("小结", {"fields": ("summary",)}),
    )
    autocomplete_fields = ("needs", "items")
    list_display = ("name", "from_on", "to_on", "organiser", "programme")
    list_filter = (("programme", ONLY),)
    list_select_related = ("programme",)
    search_fields = ("name", "organiser")
    ordering = ("-from_on", "pk")
    inlines = (LessonInline, FeedbackInline)
    links = REPORTS
    page = "event-detail"


@admin.register(Lesson, site=office)
class LessonAdmin(OfficeAdmin):
    fieldsets = ((None, {"fields": ("event", *LESSON_ROWS)}),)
    list_display = ("event", "held_on", "host_school", "kind", "subject", "topic", "attendances")
    list_filter = ("kind",)
    list_select_related = ("event", "host_school")
    search_fields = ("subject", "topic", "host_school__name", "event__name")
    autocomplete_fields = ("event", "host_school", "radiated")
    ordering = ("held_on", "pk")


@admin.register(EventFeedback, site=office)
class EventFeedbackAdmin(OfficeAdmin):
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "event",
                    "host_school",
                    "said_on",
                    "returned",
                    "content_with",
                    "words",
                    "entered_by",
                )
            },
        ),
    )
    readonly_fields = ("entered_by",)
    list_display = ("event", "host_school", "said_on", "returned", "content_with")
    list_select_related = ("event", "host_school")
    search_fields = ("event__name", "host_school__name", "words")
    autocomplete_fields = ("event", "host_school")
    ordering = ("-said_on", "pk")
