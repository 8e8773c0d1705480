"""Routes of service certificates."""

from django.urls import path

from members.views import certificates as views

ONE = "service-certificates/<int:pk>/"
urlpatterns = [
    path("service-certificates/", views.certificate_list, name="service-certificate-list"),
    path("service-certificates/export/", views.certificate_export, name="service-certificate-export"),
    path("service-certificates/new/", views.certificate_new, name="service-certificate-new"),
    path(ONE, views.certificate_detail, name="service-certificate-detail"),
    path(f"{ONE}issue/", views.certificate_issue, name="service-certificate-issue"),
    path(f"{ONE}withdraw/", views.certificate_withdraw, name="service-certificate-withdraw"),
    path(f"{ONE}void/", views.certificate_void, name="service-certificate-void"),
    path(f"{ONE}print/", views.certificate_print, name="service-certificate-print"),
    path(f"{ONE}notice/", views.certificate_notice, name="service-certificate-notice"),
]
