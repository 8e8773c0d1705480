"""Routes of research visits, needs, plans and the effect sheet."""

from django.urls import path

from outreach.views import visits

urlpatterns = [
    path("outreach/visits/", visits.visit_list, name="visit-list"),
    path("outreach/visits/export/", visits.visit_export, name="visit-export"),
]
