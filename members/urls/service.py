"""Routes of service hours."""

from django.urls import path

from members.views import service as views
from members.views import service_quarters as quarters
from members.views import service_sheets as sheets

urlpatterns = [
    path("service/records/", views.record_list, name="record-list"),
    path("service/records/export/", views.record_export, name="record-export"),
    path("service/records/new/", views.record_new, name="record-new"),
    path("service/records/confirm/", views.record_confirm_many, name="record-confirm-many"),
    path("service/records/<int:pk>/", views.record_detail, name="record-detail"),
    path("service/records/<int:pk>/confirm/", views.record_confirm, name="record-confirm"),
    path("service/records/<int:pk>/refuse/", views.record_refuse, name="record-refuse"),
    path("service/records/<int:pk>/strike/", views.record_strike, name="record-strike"),
    path("service/sheets/", sheets.sheet_list, name="sheet-list"),
    path("service/sheets/new/", sheets.sheet_new, name="sheet-new"),
    path("service/sheets/<int:pk>/", sheets.sheet_detail, name="sheet-detail"),
    path("service/sheets/<int:pk>/print/", sheets.sheet_print, name="sheet-print"),
    path("service/sheets/<int:pk>/entry/", sheets.sheet_entry, name="sheet-entry"),
    path("service/quarters/", quarters.quarter_list, name="quarter-list"),
    path("service/quarters/export/", quarters.quarter_export, name="quarter-export"),
    path("service/quarters/check/", quarters.quarter_check, name="quarter-check"),
]
