"""Routes of trips: the principal's page, the list, the host school's confirmation."""

from django.urls import path

from outreach.views import hosting, principal, trips, trips_form

urlpatterns = [
    path("outreach/mine/", principal.principal_home, name="principal-home"),
    path("outreach/trips/", trips.trip_list, name="trip-list"),
    path("outreach/trips/export/", trips.trip_export, name="trip-export"),
    path("outreach/trips/new/", trips_form.trip_new, name="trip-new"),
    path("outreach/trips/<int:pk>/", trips.trip_detail, name="trip-detail"),
    path("outreach/trips/<int:pk>/edit/", trips_form.trip_edit, name="trip-edit"),
    path("outreach/trips/<int:pk>/submit/", trips.trip_submit, name="trip-submit"),
    path("outreach/trips/<int:pk>/withdraw/", trips.trip_withdraw, name="trip-withdraw"),
    path("outreach/trips/<int:pk>/confirm/", trips.trip_confirm, name="trip-confirm"),
    path("outreach/trips/<int:pk>/return/", trips.trip_return, name="trip-return"),
    path("outreach/trips/<int:pk>/reopen/", trips.trip_reopen, name="trip-reopen"),
    path("outreach/trips/<int:pk>/void/", trips.trip_void, name="trip-void"),
    path("outreach/trips/<int:pk>/hours/retry/", trips.trip_retry, name="trip-service-retry"),
    path("outreach/trips/<int:pk>/sheet/", trips.trip_sheet, name="trip-sheet"),
    path("outreach/trips/<int:pk>/scan/", trips.trip_scan, name="trip-scan"),
    path("outreach/trips/<int:pk>/photos/add/", trips.trip_photo_add, name="trip-photo-add"),
    path("outreach/trips/<int:pk>/photos/<int:photo>/", trips.trip_photo, name="trip-photo"),
    path(
        "outreach/trips/<int:pk>/photos/<int:photo>/remove/",
        trips.trip_photo_remove,
        name="trip-photo-remove",
    ),
    path("hosting/", hosting.hosting_home, name="hosting-home"),
    path("hosting/trips/<int:pk>/", hosting.hosting_trip, name="hosting-trip"),
]
