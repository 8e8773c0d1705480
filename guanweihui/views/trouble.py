"""The pages that stand when something failed; they need no database and no static file."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


def server_error(request: HttpRequest) -> HttpResponse:
    """Say that it was our fault, with the number under which the log tells more."""
    return HttpResponse(render_to_string("500.html", {"request_id": number_of(request)}), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form was open too long or came from elsewhere, and how to go on."""
    return HttpResponse(render_to_string("403_csrf.html", {"request_id": number_of(request)}), status=403)


def number_of(request: HttpRequest) -> str:
    return getattr(request, "request_id", "")
