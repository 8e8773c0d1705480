"""Routes of teaching events, ledgers and summaries."""

from django.urls import path

from outreach.views import events

urlpatterns = [
    path("outreach/events/", events.event_list, name="event-list"),
    path("outreach/events/export/", events.event_export, name="event-export"),
]
