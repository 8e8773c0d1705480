"""Routes of the district's back office."""

from django.urls import path

from guanweihui.office import office

urlpatterns = [path("office/", office.urls)]
