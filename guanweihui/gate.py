"""Who comes in: the actor of a request, and the doors that only some roles pass."""

import datetime
import hashlib
import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.defaults import page_not_found

from guanweihui.middleware import LINK_KEY, client_address
from guanweihui.models import AccessLink
from guanweihui.scope import LinkHolder, Origin, reach_of
from guanweihui.workflow import Refused

View = Callable[..., HttpResponse]


def identify(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Give every request its actor: the account, or the holder of a link, with the origin for the trail."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if LINK_KEY in request.session and not request.user.is_authenticated:
            link = AccessLink.objects.usable(timezone.now()).filter(pk=request.session[LINK_KEY]).first()
            if link is None:
                request.session.flush()
            else:
                request.user = LinkHolder(link)  # type: ignore[assignment]
        if request.user.is_authenticated:
            request.user.origin = Origin(client_address(request), request.request_id)  # type: ignore
        return answer(request)

    return middleware


def posts(*roles: str) -> Callable[[View], View]:
    """Open a view to these roles only; to everybody else it does not exist (404)."""

    def gate(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not reach_of(request.user).serves(*roles):
                raise Http404
            return view(request, *args, **kwargs)

        inner.roles = frozenset(roles)  # type: ignore[attr-defined]  # the route matrix reads it
        return inner

    return gate


def token_digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def issue_link(
    *, district: Any, role: str, holder_name: str, by: Any, at: datetime.datetime, days: int
) -> tuple[AccessLink, str]:
    """Make a link and return it with its token, which is shown once and stored nowhere."""
    token = secrets.token_urlsafe(24)
    link = AccessLink.objects.create(
        district=district,
        role=role,
        holder_name=holder_name,
        token_digest=token_digest(token),
        created_at=at,
        created_by_id=getattr(by, "pk", None),
        expires_at=at + datetime.timedelta(days=days),
    )
    return link, token


class RefusalPage:
    """Answer a step refused with the page that says why; a view catches it only to say more."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.answer(request)

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        if isinstance(fault, OverflowError) and "SQLite" in str(fault):
            # A key of twenty digits in an address or a form: no row has it, and SQLite cannot ask for it.
            return page_not_found(request, fault)
        if not isinstance(fault, Refused):
            return None
        return render(request, "409.html", {"message": str(fault)}, status=409)
