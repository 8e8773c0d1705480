"""Routes of the registration round: a school's due, its list. Its rounds are guanweihui.urls_rounds."""

from django.urls import path

from members.views import registration as views

urlpatterns = [
    path("registrations/", views.registration_list, name="registration-list"),
    path("registrations/dues/<int:pk>/", views.registration_due, name="registration-due"),
    path("registrations/dues/<int:pk>/start/", views.registration_start, name="registration-start"),
    path("registrations/<int:pk>/", views.registration_detail, name="registration-detail"),
    path("registrations/<int:pk>/edit/", views.registration_edit, name="registration-edit"),
    path("registrations/<int:pk>/withdraw/", views.registration_withdraw, name="registration-withdraw"),
    path("registrations/<int:pk>/endorse/", views.registration_endorse, name="registration-endorse"),
    path("registrations/<int:pk>/accept/", views.registration_accept, name="registration-accept"),
    path("registrations/<int:pk>/return/", views.registration_return, name="registration-return"),
    path("registrations/<int:pk>/reopen/", views.registration_reopen, name="registration-reopen"),
    path("registrations/lines/<int:pk>/scan/", views.registration_scan, name="registration-scan"),
]
