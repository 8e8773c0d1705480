"""Routes of 老校长下乡; each drawer brings its own part."""

from django.urls import include, path

PARTS = (
    "outreach.urls.pairs",
    "outreach.urls.research",
    "outreach.urls.trips",
    "outreach.urls.events",
)
urlpatterns = [path("", include(part)) for part in PARTS]
