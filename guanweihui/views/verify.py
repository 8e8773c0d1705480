"""The public check pages of printed papers: by QR code, or by number and code. Nothing can be listed here."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from guanweihui.forms import PortalForm
from guanweihui.middleware import client_address
from guanweihui.text import fold_width
from guanweihui.throttle import spend
from guanweihui.verification import CLOSED_SECONDS, Closed, check, check_by_hand

#: Checks that one address may make in so many seconds, by QR code and by hand together.
LIMIT, SECONDS = 30, 60
TEMPLATE = "guanweihui/verify.html"


class HandCheckForm(PortalForm):
    """What is typed off a certificate."""

    number = forms.CharField(label="证书编号", max_length=40, help_text="例如 2020-JT-001。")
    code = forms.CharField(
        label="查验码", max_length=12, help_text="编号下面的 6 位，没有数字 0、1 和字母 O、I，不分大小写。"
    )

    def clean_number(self) -> str:
        return plain(self.cleaned_data["number"])

    def clean_code(self) -> str:
        return plain(self.cleaned_data["code"])


def plain(typed: str) -> str:
    """Read what was typed off paper: plain width, capitals, no blanks."""
    return "".join(fold_width(typed).split()).upper()


def within(request: HttpRequest, now: Any) -> bool:
    """Count a check of this address; tell whether it may make one."""
    return spend("verify", client_address(request), limit=LIMIT, seconds=SECONDS, at=now)


@login_not_required
@require_safe
def verify(request: HttpRequest, token: str) -> HttpResponse:
    """Say whether a paper is valid, names masked; for a code that nobody gave out, the same page as a 404."""
    now = timezone.now()
    if not within(request, now):
        return too_many(request, now)
    found = check(token)
    return told(request, {"found": found, "checked_at": now}, status=200 if found else 404)


@login_not_required
@sensitive_post_parameters("number", "code")
@sensitive_variables("form", "data")
@require_http_methods(["GET", "HEAD", "POST"])
def verify_by_hand(request: HttpRequest) -> HttpResponse:
    """Take number and code of a certificate, which stand in no address, and say whether it is valid.

    A wrong number and a wrong code have the same answer; ten wrong tries close a number for an hour.
    """
    now, is_asked = timezone.now(), request.method == "POST"
    form = HandCheckForm(request.POST if is_asked else None)
    context = {"form": form, "is_by_hand": True, "checked_at": now}
    if not is_asked:
        return told(request, context)
    if not within(request, now):
        return too_many(request, now, form=form)
    if not form.is_valid():
        return told(request, context, status=422)
    data = form.cleaned_data
    try:
        found = check_by_hand(data["number"], data["code"], at=now)
    except Closed:
        response = told(request, {**context, "is_closed": True}, status=429)
        response["Retry-After"] = str(CLOSED_SECONDS)
        return response
    if found is None:
        return told(request, {**context, "is_unknown": True}, status=404)
    return told(request, {**context, "form": HandCheckForm(), "found": found})


def too_many(request: HttpRequest, now: Any, **context: Any) -> HttpResponse:
    response = told(request, {**context, "is_over": True, "checked_at": now}, status=429)
    response["Retry-After"] = str(SECONDS)
    return response


def told(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Answer with a page that no search engine and no cache keeps."""
    response = render(request, TEMPLATE, context, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    patch_cache_control(response, no_store=True, private=True)
    return response
