"""Routes of the award cycle: notices."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
