"""Steps at the door: who came in, who was turned away, links opened and closed, sessions ended."""

import datetime
from collections.abc import Callable, Iterator
from typing import Any

import segno
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from guanweihui.audit import record
from guanweihui.gate import token_digest
from guanweihui.logs import scrub
from guanweihui.middleware import LINK_KEY, client_address
from guanweihui.models import AccessLink, AuditEvent, District, User
from guanweihui.scope import LinkHolder, Origin, System
from guanweihui.workflow import Refused

STRANGER = "未登录的访问者"


def district_of(actor: Any) -> District | None:
    """Return the district whose trail tells of this actor: his link's, or that of his latest post."""
    if isinstance(actor, LinkHolder):
        return actor.link.district
    if getattr(actor, "pk", None) is None:
        return _only_district()
    posts = actor.posts.select_related("district", "group__district", "school__district")
    post = posts.order_by("-from_on", "-pk").first()
    return _district_of_unit(post.unit) if post else _only_district()


def origin_of(request: HttpRequest) -> Origin:
    return Origin(client_address(request), request.request_id)  # type: ignore[attr-defined]


def note(action: str, request: HttpRequest, **more: Any) -> AuditEvent:
    """Write a line about the account or the link holder who makes this request."""
    user = request.user
    if getattr(user, "origin", None) is None:  # who signs in just now came past the gate as nobody
        user.origin = origin_of(request)
    row = user.link if isinstance(user, LinkHolder) else user
    return record(action, row, by=user, at=timezone.now(), district=district_of(user), **more)


def note_failed_sign_in(request: HttpRequest, username: str, *, locked: bool) -> AuditEvent:
    """Write a line about a sign-in that failed.

    The name typed is kept only when such an account exists: people type passwords into the wrong field.
    """
    account = User.objects.filter(username=username).first()
    return record(
        "user.lock_out" if locked else "user.fail_to_sign_in",
        account,
        by=System(name=STRANGER, origin=origin_of(request)),
        at=timezone.now(),
        district=district_of(account),
    )


def refusals(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Keep a line when somebody who is signed in asks for a page that does not exist for him.

    An address that no route knows is a slip of typing and leaves no line.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        if response.status_code in (403, 404) and request.resolver_match is not None:
            user = getattr(request, "user", None)
            if user is not None and user.is_authenticated:
                asked = f"{request.method} {scrub(request.path)}"[:200]
                note("access.refuse", request, changes={"page": asked})
        return response

    return middleware


def open_link(token: str, *, at: datetime.datetime) -> AccessLink | None:
    """Return the link that bears this token, unless it is revoked, expired or unknown: those look alike."""
    return AccessLink.objects.usable(at).filter(token_digest=token_digest(token)).first()


def enter(request: HttpRequest, link: AccessLink) -> None:
    """Give this request's session to the holder of a link; whoever was in before is out."""
    logout(request) if request.user.pk else request.session.flush()  # type: ignore[union-attr]
    request.session[LINK_KEY] = link.pk
    request.user = LinkHolder(link)  # type: ignore[assignment]
    request.user.origin = origin_of(request)  # type: ignore[union-attr]
    note("accesslink.enter", request)


def local_next(request: HttpRequest) -> str:
    """Return where to go on: the `next` of the form when it stays on this site, else home."""
    asked = request.POST.get("next", request.GET.get("next", ""))
    ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if ours else "/"


def picture(address: str) -> str:
    """Draw the QR code of an address, as a data URI."""
    return str(segno.make(address, error="m").svg_data_uri(scale=5, border=3))


def revoke_link(link: AccessLink, *, by: Any, at: datetime.datetime) -> AccessLink:
    """Close a link at once; whoever is in by it is out at his next click. Raises Refused if it is closed."""
    with transaction.atomic():
        found = AccessLink.objects.visible_to(by).filter(pk=link.pk).values("pk")
        fresh = AccessLink.objects.select_for_update().filter(pk__in=found).first()
        if fresh is None:
            raise Refused("您不能停用这个链接：不在您的职责范围内。")
        if fresh.revoked_at is not None:
            raise Refused(f"{fresh.holder_name}的链接已经停用。")
        fresh.revoked_at = at
        fresh.save(update_fields=["revoked_at"])
        record("accesslink.revoke", fresh, by=by, at=at, changes={"revoked_at": [None, at]})
        return fresh


def sessions_of(user: User, *, at: datetime.datetime) -> Iterator[Session]:
    """Find an account's sessions that have not run out; a session's owner stands inside its sealed data.

    Every live session is opened for it, so only the button that ends them asks, never a page.
    """
    for session in Session.objects.filter(expire_date__gt=at).iterator():
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            yield session


def end_other_sessions(user: User, *, keep: str | None, by: Any, at: datetime.datetime) -> int:
    """End every session of the account but `keep`; return how many ended."""
    with transaction.atomic():
        keys = [session.pk for session in sessions_of(user, at=at) if session.pk != keep]
        Session.objects.filter(pk__in=keys).delete()
        record(
            "user.end_sessions", user, by=by, at=at, district=district_of(user), changes={"count": len(keys)}
        )
        return len(keys)


def _district_of_unit(unit: Any) -> District:
    return unit if isinstance(unit, District) else unit.district


def _only_district() -> District | None:
    """Return the district when there is one only: then it is the one a stranger knocked at."""
    found = list(District.objects.order_by("pk")[:2])
    return found[0] if len(found) == 1 else None
