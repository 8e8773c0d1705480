"""Routes of the award cycle: quotas."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
