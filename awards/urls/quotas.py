"""Routes of the award cycle: quotas."""

from django.urls import path

from awards.views import quotas as views

urlpatterns = [
    path("cycles/<int:pk>/quotas/", views.quota_board, name="quota-board"),
    path("cycles/<int:pk>/quotas/export/", views.quota_export, name="quota-export"),
    path("cycles/<int:pk>/quotas/print/", views.quota_print, name="quota-print"),
    path("cycles/<int:pk>/quotas/group/", views.quota_group, name="quota-group"),
    path("cycles/<int:pk>/quotas/ledger/", views.quota_ledger, name="quota-ledger"),
    path("categories/<int:pk>/quotas/grant/", views.quota_grant, name="quota-grant"),
    path("categories/<int:pk>/quotas/allot/", views.quota_allot, name="quota-allot"),
    path("categories/<int:pk>/quotas/schools/", views.quota_schools, name="quota-schools"),
    path("categories/<int:pk>/quotas/transfer/", views.quota_transfer, name="quota-transfer"),
]
