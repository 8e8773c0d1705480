"""The check pages: where printed QR codes lead to, and where number and code are typed."""

from django.urls import path

from guanweihui.views.verify import verify, verify_by_hand

urlpatterns = [
    path("verify/", verify_by_hand, name="verify-by-hand"),
    path("verify/<str:token>/", verify, name="verify"),
]
