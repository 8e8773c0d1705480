"""The route that printed QR codes lead to."""

from django.urls import path

from guanweihui.views.verify import verify

urlpatterns = [path("verify/<str:token>/", verify, name="verify")]
