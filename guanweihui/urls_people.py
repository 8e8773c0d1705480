"""Routes of a person's file, which joins what several apps know."""

from django.urls import path

from guanweihui.views import people

urlpatterns = [path("people/<int:pk>/", people.person_detail, name="person-detail")]
