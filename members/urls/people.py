"""Routes of people; the file itself joins apps and has its route in guanweihui/urls_people.py."""

from django.urls import path

from members.views import people as views
from members.views import people_papers as papers

urlpatterns = [
    path("people/", views.person_list, name="person-list"),
    path("people/export/", views.person_export, name="person-export"),
    path("people/find/", views.person_find, name="person-find"),
    path("people/new/", views.person_new, name="person-new"),
    path("people/summary/", papers.summary_page, name="summary-table"),
    path("people/summary/file/", papers.summary_file, name="summary-file"),
    path("people/<int:pk>/edit/", views.person_edit, name="person-edit"),
    path("people/<int:pk>/state/", views.person_state, name="person-state"),
    path("people/<int:pk>/state/<slug:state>/undo/", views.person_state_undo, name="person-state-undo"),
    path("people/<int:pk>/reveal/", views.person_reveal, name="person-reveal"),
    path("people/<int:pk>/photo/", views.person_photo, name="person-photo"),
    path("people/<int:pk>/form/", papers.person_form_print, name="person-form-print"),
]
