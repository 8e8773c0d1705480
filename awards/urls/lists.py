"""Routes of the award cycle: lists."""

from django.urls import path

from awards.views import list_steps as steps
from awards.views import lists as views

urlpatterns = [
    path("award-lists/", views.award_list_list, name="award-list-list"),
    path("award-lists/start/<int:pk>/", steps.award_list_start, name="award-list-start"),
    path("award-lists/<int:pk>/", views.award_list_detail, name="award-list-detail"),
    path("award-lists/<int:pk>/export/", views.award_list_export, name="award-list-export"),
    path("award-lists/<int:pk>/print/", views.award_list_print, name="award-list-print"),
    path("award-lists/<int:pk>/record/", views.award_list_record, name="award-list-record"),
    path("award-lists/<int:pk>/pack/", views.award_list_pack, name="award-list-pack"),
    path("award-lists/<int:pk>/minutes/", steps.award_list_minutes, name="award-list-minutes"),
    path("award-lists/<int:pk>/update/", steps.award_list_update, name="award-list-update"),
    path("award-lists/<int:pk>/rest/", steps.award_list_rest, name="award-list-rest"),
    path("award-lists/<int:pk>/propose/", steps.award_list_propose, name="award-list-propose"),
    path("award-lists/<int:pk>/approve/", steps.award_list_approve, name="award-list-approve"),
    path("award-lists/<int:pk>/send-back/", steps.award_list_send_back, name="award-list-send-back"),
    path("award-lists/<int:pk>/amend/", steps.award_list_amend, name="award-list-amend"),
    path("award-list-entries/<int:pk>/decide/", steps.award_list_decide, name="award-list-decide"),
    path("award-list-entries/<int:pk>/promote/", steps.award_list_promote, name="award-list-promote"),
]
