"""What the public may read of notices: running ones only, found by their token, never by their key.

These are the only readers of notices that ask for no account.
"""

import datetime
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from awards.models import PublicNotice
from awards.workflow.notices import public_files
from guanweihui.models import Attachment
from guanweihui.text import deadline_cn

S = PublicNotice.Status
LATEST = 3


class Gone(Exception):
    """A notice that was public and is no more."""


def running(at: datetime.datetime) -> list[PublicNotice]:
    """Return the notices that the public may read now, the newest first, in one query."""
    return list(PublicNotice.objects.running(at).for_list())


def latest(at: datetime.datetime) -> list[dict[str, Any]]:
    """Return up to three running notices as lines for the sign-in page, in one query."""
    return [
        {"title": one.title, "url": reverse("public-notice", args=[one.token]), "note": until(one)}
        for one in PublicNotice.objects.running(at).for_lines()[:LATEST]
    ]


def until(notice: PublicNotice) -> str:
    return f"公示至{deadline_cn(timezone.localtime(notice.ends_at))}"


def find(token: str, at: datetime.datetime) -> PublicNotice:
    """Return the running notice of a token.

    Raises Http404 for a token that nobody gave out and before the notice is public, Gone afterwards.
    """
    notice = PublicNotice.objects.by_token(token).for_page().first()
    if notice is None or notice.posted_at is None or at < notice.posted_at:
        raise Http404
    if notice.status != S.POSTED or at >= notice.ends_at:
        raise Gone
    return notice


def file_of(notice: PublicNotice, key: int) -> Attachment:
    """Return one public file of a notice. Raises Http404 for any other file."""
    file = public_files(notice).filter(pk=key).first()
    if file is None:
        raise Http404
    return file
