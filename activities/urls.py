"""Routes of the reading campaign."""

from django.urls import path

from activities import views

urlpatterns = [
    path("enrolments/", views.enrolment_list, name="enrolment-list"),
    path("enrolments/export/", views.enrolment_export, name="enrolment-export"),
    path("enrolments/<int:pk>/", views.enrolment_detail, name="enrolment-detail"),
]
