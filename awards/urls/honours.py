"""Routes of the honour roll."""

from django.urls import path

from awards.views import honours as views

urlpatterns = [
    path("honours/", views.honour_list, name="honour-list"),
    path("honours/export/", views.honour_export, name="honour-export"),
    path("honours/<int:pk>/", views.honour_detail, name="honour-detail"),
]
