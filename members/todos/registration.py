"""Where a due of a registration round is filled in and read."""

from django.urls import reverse

from guanweihui.models import Due, Round
from guanweihui.todos import FILING_ROUTES


def due_url(due: Due) -> str:
    return reverse("registration-due", args=[due.pk])


FILING_ROUTES[Round.Kind.REGISTRATION] = due_url
