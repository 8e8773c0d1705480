"""Routes of teaching events and their items, ledgers, summaries and the scheme."""

from django.urls import path

from outreach.views import events, ledger, lessons, scheme, summary

urlpatterns = [
    path("outreach/events/", events.event_list, name="event-list"),
    path("outreach/events/export/", events.event_export, name="event-export"),
    path("outreach/events/new/", events.event_new, name="event-new"),
    path("outreach/events/<int:pk>/", events.event_detail, name="event-detail"),
    path("outreach/events/<int:pk>/edit/", events.event_edit, name="event-edit"),
    path("outreach/events/<int:pk>/feedback/", events.event_feedback, name="event-feedback"),
    path("outreach/events/<int:pk>/lessons/new/", lessons.lesson_new, name="lesson-new"),
    path("outreach/lessons/", lessons.lesson_list, name="lesson-list"),
    path("outreach/lessons/export/", lessons.lesson_export, name="lesson-export"),
    path("outreach/lessons/<int:pk>/edit/", lessons.lesson_edit, name="lesson-edit"),
    path("outreach/lessons/<int:pk>/remove/", lessons.lesson_remove, name="lesson-remove"),
    path("outreach/ledger/", ledger.outreach_ledger, name="outreach-ledger"),
    path("outreach/ledger/export/", ledger.outreach_ledger_export, name="outreach-ledger-export"),
    path("outreach/summary/", summary.outreach_summary, name="outreach-summary"),
    path("outreach/summary/print/", summary.outreach_summary_print, name="outreach-summary-print"),
    path("outreach/summary/freeze/", summary.outreach_summary_freeze, name="outreach-summary-freeze"),
    path("outreach/summary/frozen/", summary.outreach_summary_list, name="outreach-summary-list"),
    path("outreach/scheme/", scheme.outreach_scheme, name="outreach-scheme"),
]
