"""Where a due of a registration round is filled in and read."""

from django.urls import reverse

from guanweihui import filing_kinds
from guanweihui.models import Due, Round


def due_url(due: Due) -> str:
    return reverse("registration-due", args=[due.pk])


filing_kinds.own_pages(Round.Kind.REGISTRATION, due_url)
