"""Routes of the registration round: the office's rounds, a school's due, its list."""

from django.urls import path

from members.views import registration as views
from members.views import registration_rounds as rounds

urlpatterns = [
    path("registrations/", views.registration_list, name="registration-list"),
    path("registrations/dues/<int:pk>/", views.registration_due, name="registration-due"),
    path("registrations/dues/<int:pk>/start/", views.registration_start, name="registration-start"),
    path("registrations/dues/<int:pk>/nil/", views.registration_nil, name="registration-nil"),
    path("registrations/dues/<int:pk>/extend/", rounds.registration_extend, name="registration-extend"),
    path("registrations/dues/<int:pk>/waive/", rounds.registration_waive, name="registration-waive"),
    path("registrations/<int:pk>/", views.registration_detail, name="registration-detail"),
    path("registrations/<int:pk>/edit/", views.registration_edit, name="registration-edit"),
    path("registrations/<int:pk>/withdraw/", views.registration_withdraw, name="registration-withdraw"),
    path("registrations/<int:pk>/endorse/", views.registration_endorse, name="registration-endorse"),
    path("registrations/<int:pk>/accept/", views.registration_accept, name="registration-accept"),
    path("registrations/<int:pk>/return/", views.registration_return, name="registration-return"),
    path("registrations/<int:pk>/reopen/", views.registration_reopen, name="registration-reopen"),
    path("registrations/lines/<int:pk>/scan/", views.registration_scan, name="registration-scan"),
    path("registrations/rounds/", rounds.round_list, name="registration-rounds"),
    path("registrations/rounds/new/", rounds.round_new, name="registration-round-new"),
    path("registrations/rounds/<int:pk>/", rounds.round_detail, name="registration-round"),
    path("registrations/rounds/<int:pk>/open/", rounds.round_open, name="registration-round-open"),
    path("registrations/rounds/<int:pk>/export/", rounds.round_export, name="registration-round-export"),
]
