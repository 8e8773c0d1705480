"""Routes of the decision, the honour roll and its statistics."""

from django.urls import path

from awards.views import decisions, honour_statistics
from awards.views import honours as views

urlpatterns = [
    path("honours/", views.honour_list, name="honour-list"),
    path("honours/export/", views.honour_export, name="honour-export"),
    path("honours/statistics/", honour_statistics.honour_statistics, name="honour-statistics"),
    path("honours/<int:pk>/", views.honour_detail, name="honour-detail"),
    path("honours/<int:pk>/void/", decisions.honour_void, name="honour-void"),
    path("honours/<int:pk>/reissue/", decisions.honour_reissue, name="honour-reissue"),
    path("honours/<int:pk>/certificate/", decisions.honour_certificate, name="honour-certificate"),
    path("cycles/<int:pk>/decision/", decisions.decision_new, name="decision-new"),
    path("decisions/<int:pk>/", decisions.decision_detail, name="decision-detail"),
    path("decisions/<int:pk>/certificates/", decisions.honour_certificates, name="honour-certificates"),
]
