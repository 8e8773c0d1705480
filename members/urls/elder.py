"""Routes of the large-type pages."""

from django.urls import path

from members.views import elder as views

urlpatterns = [
    path("d/", views.home, name="elder-home"),
    path("d/code/", views.enter, name="elder-enter"),
    path("d/size/", views.size, name="elder-size"),
    path("d/records/", views.records, name="elder-records"),
    path("d/records/new/", views.claim_new, name="elder-claim"),
    path("d/notices/", views.notices, name="elder-notices"),
    path("d/card/", views.card, name="elder-card"),
    path("d/card/show/", views.card_show, name="elder-card-show"),
    path("d/certificates/", views.certificates, name="elder-certificates"),
    path("d/wrong/", views.correct, name="elder-correct"),
    path("d/call/", views.call, name="elder-call"),
]
