"""Routes of the award cycle: nominations."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
