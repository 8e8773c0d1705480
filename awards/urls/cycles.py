"""Routes of the award cycle: cycles."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
