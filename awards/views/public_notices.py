"""Public notices for everybody: no account, no cookie, no index; gone (410) when the period is over."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from awards import public_notices
from awards.views.notices import text_of
from awards.workflow.notices import public_files
from guanweihui import uploads


def public_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Open a view to everybody; nothing on the way keeps or indexes its answer, nor its end (410)."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except public_notices.Gone:
            response = render(request, "awards/public_notice_gone.html", status=410)
        response["X-Robots-Tag"] = "noindex, nofollow"
        patch_cache_control(response, no_store=True)
        return response

    return login_not_required(inner)


@public_page
@require_safe
def public_notice_list(request: HttpRequest) -> HttpResponse:
    """List the running notices with their end."""
    lines = [
        {
            "title": one.title,
            "url": reverse("public-notice", args=[one.token]),
            "status": "公示中",
            "note": public_notices.until(one),
        }
        for one in public_notices.running(timezone.now())
    ]
    return render(request, "awards/public_notice_list.html", {"lines": lines})


@public_page
@require_safe
def public_notice(request: HttpRequest, token: str) -> HttpResponse:
    """Show one running notice: name, unit and award only."""
    notice = public_notices.find(token, timezone.now())
    context = {
        "text": text_of(notice, notice.content, notice.last_on),
        "until": public_notices.until(notice),
        "files": [
            {
                "title": one.original_name,
                "url": reverse("public-notice-file", args=[token, one.pk]),
                "note": f"{max(1, one.size // 1024):,} KB",
            }
            for one in public_files(notice)
        ],
    }
    return render(request, "awards/public_notice.html", context)


@public_page
@require_safe
def public_notice_file(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    """Hand out a public file of a running notice."""
    file = public_notices.file_of(public_notices.find(token, timezone.now()), pk)
    response = HttpResponse(uploads.read(file), content_type=file.content_type)
    response["Content-Disposition"] = content_disposition_header(True, file.original_name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox"
    return response
