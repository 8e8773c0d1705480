"""Routes of the files that came with filings."""

from django.urls import path

from guanweihui.views import attachments

urlpatterns = [path("attachments/<int:pk>/", attachments.attachment_file, name="attachment-file")]
