"""Routes of committees."""

from django.urls import path

from members.views import committees as views
from members.views import renewals

urlpatterns = [
    path("committees/", views.appointment_list, name="appointment-list"),
    path("committees/export/", views.appointment_export, name="appointment-export"),
    path("committees/seats/<int:pk>/end/", views.appointment_end, name="appointment-end"),
    path("committees/<slug:level>/<int:pk>/", views.committee_detail, name="committee-detail"),
    path("committees/<slug:level>/<int:pk>/add/", views.appointment_add, name="appointment-add"),
    path("committees/<slug:level>/<int:pk>/renew/", renewals.committee_renew, name="committee-renew"),
    path("committees/<slug:level>/<int:pk>/print/", views.committee_print, name="committee-print"),
]
