"""The public check page behind the QR code of a printed paper. Nothing can be listed or searched here."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from guanweihui.middleware import client_address
from guanweihui.throttle import spend
from guanweihui.verification import check

#: Checks that one address may make in so many seconds.
LIMIT, SECONDS = 30, 60


@login_not_required
@require_safe
def verify(request: HttpRequest, token: str) -> HttpResponse:
    """Say whether a paper is valid, names masked; for a code that nobody gave out, the same page as a 404."""
    now = timezone.now()
    within = spend("verify", client_address(request), limit=LIMIT, seconds=SECONDS, at=now)
    found = check(token) if within else None
    context = {"found": found, "is_over": not within, "checked_at": now}
    status = 429 if not within else 200 if found else 404
    response = render(request, "guanweihui/verify.html", context, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    patch_cache_control(response, no_store=True, private=True)
    if not within:
        response["Retry-After"] = str(SECONDS)
    return response
