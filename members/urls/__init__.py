"""Routes of people; each drawer brings its own part."""

from django.urls import include, path

PARTS = (
    "members.urls.registration",
    "members.urls.people",
    "members.urls.service",
    "members.urls.committees",
    "members.urls.teams",
    "members.urls.certificates",
    "members.urls.cards",
    "members.urls.serving",
    "members.urls.merging",
    "members.urls.elder",
    "members.urls.slips",
    "members.urls.care",
)
urlpatterns = [path("", include(part)) for part in PARTS]
