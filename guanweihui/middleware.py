"""What every request passes: its log line, its headers, the limits of its session."""

import logging
import secrets
import time
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import patch_cache_control, patch_vary_headers

from guanweihui.logs import scrub
from guanweihui.text import looks_like_number

log = logging.getLogger("guanweihui.request")
#: Where a session keeps the link it came by.
LINK_KEY = "access_link"
LOOK_THERE = "身份证号和电话不在这里查：请到“人员名册”，填写在“按号码查人”里，号码不会留在网址和访问记录中。"
Answer = Callable[[HttpRequest], HttpResponse]


def client_address(request: HttpRequest) -> str:
    """Answer the visitor's address; a header counts only where our own proxy overwrites it."""
    if settings.BEHIND_PROXY and "HTTP_X_REAL_IP" in request.META:
        return request.META["HTTP_X_REAL_IP"]
    return request.META.get("REMOTE_ADDR", "")


def request_line(answer: Answer) -> Answer:
    """Give the request an id that the error page shows, and write one line when it is answered."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.request_id = secrets.token_hex(6)  # type: ignore[attr-defined]
        began = time.monotonic()
        response = answer(request)
        response["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
        if not request.path.startswith(settings.STATIC_URL):
            user = getattr(request, "user", None)
            log.info(
                "request",
                extra={
                    "request_id": request.request_id,  # type: ignore[attr-defined]
                    "method": request.method,
                    "path": scrub(request.path),
                    "status": response.status_code,
                    "ms": round((time.monotonic() - began) * 1000),
                    "user": user.pk if user is not None and user.is_authenticated else None,
                },
            )
        return response

    return middleware


def headers(answer: Answer) -> Answer:
    """Set the headers that Django 5.2 has no setting for, on static files and error pages too."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = HttpResponse(status=405) if request.method == "TRACE" else answer(request)
        response.headers.setdefault("Content-Security-Policy", settings.CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        if request.path.startswith(settings.STATIC_URL):
            return response
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            patch_cache_control(response, no_store=True, private=True)
        if response.cookies or user is not None:
            patch_vary_headers(response, ("Cookie",))
        match = request.resolver_match
        if match is not None and match.url_name == "logout" and request.method == "POST":
            response["Clear-Site-Data"] = '"cache", "cookies", "storage"'
            patch_cache_control(response, no_store=True)
        return response

    return middleware


def session_limits(answer: Answer) -> Answer:
    """End a session that was idle for 30 minutes (8 hours by a link) or is 12 hours old."""

    def middleware(request: HttpRequest) -> HttpResponse:
        came_by_link = LINK_KEY in request.session
        if came_by_link or request.user.is_authenticated:
            now = int(time.time())
            began = request.session.setdefault("began_at", now)
            seen = request.session.setdefault("seen_at", now)
            idle = settings.SESSION_LINK_IDLE_SECONDS if came_by_link else settings.SESSION_IDLE_SECONDS
            if now - seen > idle or now - began > settings.SESSION_LONGEST_SECONDS:
                logout(request)
            elif now - seen >= 60:  # once a minute is enough, and spares a write at each click
                request.session["seen_at"] = now
        return answer(request)

    return middleware


def no_number_in_the_address(answer: Answer) -> Answer:
    """Take an ID or telephone number, typed into whatever box of a query bar, out of the address again.

    No page asks for one by its address: people are found by their numbers through a form that is posted.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return answer(request)
        query = request.GET.copy()
        for name, values in request.GET.lists():
            query.setlist(name, [value for value in values if not looks_like_number(value)])
        if query.urlencode() == request.GET.urlencode():
            return answer(request)
        messages.warning(request, LOOK_THERE)
        return redirect(f"{request.path}?{query.urlencode()}" if query.urlencode() else request.path)

    return middleware
