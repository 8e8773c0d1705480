"""Routes of the award cycle: city."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
