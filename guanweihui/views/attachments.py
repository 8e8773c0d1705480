"""The files that came with filings, handed out one by one to whoever may still see them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from guanweihui import uploads
from guanweihui.gate import posts
from guanweihui.models import Attachment
from guanweihui.scope import COMMITTEE


@require_safe
@posts(*COMMITTEE)
def attachment_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out one file: a picture in the page, everything else as a download, in a sandbox either way."""
    visible = Attachment.objects.visible_to(request.user)
    attachment = get_object_or_404(visible.openable_by(request.user), pk=pk)
    content = uploads.hand_out(attachment, by=request.user, at=timezone.now())
    response = HttpResponse(content, content_type=attachment.content_type)
    download = attachment.content_type != uploads.JPEG
    response["Content-Disposition"] = content_disposition_header(download, attachment.original_name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
