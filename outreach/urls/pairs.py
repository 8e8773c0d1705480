"""Routes of programmes, pairs and host schools."""

from django.urls import path

from outreach.views import pairs

urlpatterns = [
    path("outreach/", pairs.pairing_list, name="pairing-list"),
    path("outreach/export/", pairs.pairing_export, name="pairing-export"),
    path("outreach/<int:pk>/", pairs.pairing_detail, name="pairing-detail"),
]
