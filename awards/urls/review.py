"""Routes of the award cycle: review."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
