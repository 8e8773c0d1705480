"""Routes of 老校长下乡."""

from django.urls import path

from outreach import views

urlpatterns = [
    path("outreach/", views.pairing_list, name="pairing-list"),
    path("outreach/export/", views.pairing_export, name="pairing-export"),
    path("outreach/<int:pk>/", views.pairing_detail, name="pairing-detail"),
    path("outreach/visits/", views.visit_list, name="visit-list"),
    path("outreach/visits/export/", views.visit_export, name="visit-export"),
    path("outreach/events/", views.event_list, name="event-list"),
    path("outreach/events/export/", views.event_export, name="event-export"),
]
