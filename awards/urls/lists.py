"""Routes of the award cycle: lists."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
