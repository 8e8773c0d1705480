"""Routes of the award cycle and the honour roll; each drawer brings its own part."""

from django.urls import include, path

PARTS = (
    "awards.urls.honours",
    "awards.urls.cycles",
    "awards.urls.quotas",
    "awards.urls.nominations",
    "awards.urls.review",
    "awards.urls.lists",
    "awards.urls.notices",
    "awards.urls.city",
)
urlpatterns = [path("", include(part)) for part in PARTS]
