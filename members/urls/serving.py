"""Routes of who serves and of the picker."""

from django.urls import path

from members.views import serving as views

urlpatterns = [
    path("who-serves/", views.who_serves, name="who-serves"),
    path("who-serves/people/", views.serving_list, name="serving-list"),
    path("picker/", views.person_picker, name="person-picker"),
    path("picker/ask/", views.picker_ask, name="person-picker-ask"),
    path("picker/phones/", views.picker_phones, name="person-picker-phones"),
    path("task-calls/", views.call_list, name="task-call-list"),
    path("task-calls/<int:pk>/answer/", views.call_answer, name="task-call-answer"),
]
