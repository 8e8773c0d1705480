"""Routes of personal slips and of what volunteers say is wrong."""

from django.urls import path

from members.views import slips as views

urlpatterns = [
    path("people/<int:pk>/slip/", views.slip_detail, name="slip-detail"),
    path("people/<int:pk>/slip/issue/", views.slip_issue, name="slip-issue"),
    path("people/<int:pk>/slip/revoke/", views.slip_revoke, name="slip-revoke"),
    path("corrections/", views.correction_list, name="correction-list"),
    path("corrections/<int:pk>/resolve/", views.correction_resolve, name="correction-resolve"),
]
