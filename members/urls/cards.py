"""Routes of the volunteer cards."""

from django.urls import path

from members.views import cards as views

urlpatterns = [
    path("cards/", views.card_list, name="card-list"),
    path("cards/issue/", views.card_issue, name="card-issue"),
    path("cards/register/", views.card_register_many, name="card-register-many"),
    path("cards/sheet/", views.card_sheet, name="card-sheet"),
    path("cards/<int:pk>/", views.card_detail, name="card-detail"),
    path("cards/<int:pk>/reissue/", views.card_reissue, name="card-reissue"),
    path("cards/<int:pk>/void/", views.card_void, name="card-void"),
    path("cards/<int:pk>/register/", views.card_register, name="card-register"),
    path("cards/<int:pk>/print/", views.card_print, name="card-print"),
]
