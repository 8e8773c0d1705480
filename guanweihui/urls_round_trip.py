"""Routes of the round's workbook: its template, and what comes back."""

from django.urls import path

from guanweihui.views import round_trip

urlpatterns = [
    path("rounds/<int:pk>/template/", round_trip.round_template, name="round-template"),
    path("rounds/<int:pk>/load/", round_trip.round_load, name="round-load"),
    path("rounds/<int:pk>/load/<int:batch>/", round_trip.round_load_detail, name="round-load-detail"),
    path(
        "rounds/<int:pk>/load/<int:batch>/confirm/",
        round_trip.round_load_confirm,
        name="round-load-confirm",
    ),
    path("rounds/<int:pk>/load/<int:batch>/undo/", round_trip.round_load_undo, name="round-load-undo"),
    path("rounds/<int:pk>/load/<int:batch>/errors/", round_trip.round_load_errors, name="round-load-errors"),
]
