"""Routes of one school's due: filling in, its way up, its papers."""

from django.urls import path

from guanweihui.views import dues, dues_fill, dues_review

urlpatterns = [
    path("dues/accept/", dues_review.due_accept_many, name="due-accept-many"),
    path("dues/<int:pk>/", dues.due_detail, name="due-detail"),
    path("dues/<int:pk>/start/", dues_fill.due_start, name="due-start"),
    path("dues/<int:pk>/fill/", dues_fill.due_fill, name="due-fill"),
    path("dues/<int:pk>/save/", dues_fill.due_save, name="due-save"),
    path("dues/<int:pk>/behalf/", dues_fill.due_behalf, name="due-behalf"),
    path("dues/<int:pk>/withdraw/", dues.due_withdraw, name="due-withdraw"),
    path("dues/<int:pk>/print/", dues.due_print, name="due-print"),
    path("dues/<int:pk>/scan/", dues.due_scan, name="due-scan"),
    path("dues/<int:pk>/versions/<int:number>/", dues.due_version, name="due-version"),
    path("dues/<int:pk>/opinion/", dues_review.due_opinion, name="due-opinion"),
    path("dues/<int:pk>/endorse/", dues_review.due_endorse, name="due-endorse"),
    path("dues/<int:pk>/accept/", dues_review.due_accept, name="due-accept"),
    path("dues/<int:pk>/return/", dues_review.due_return, name="due-return"),
    path("dues/<int:pk>/reopen/", dues_review.due_reopen, name="due-reopen"),
]
