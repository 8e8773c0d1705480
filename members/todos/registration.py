"""Where a due of a registration round is filled in and read."""

from django.urls import reverse

from guanweihui import filing_kinds
from guanweihui.models import Due, Filing, Round
from members.models import Registration


def due_url(due: Due) -> str:
    return reverse("registration-due", args=[due.pk])


def state_of(due: Due) -> str:
    """Return where a due stands that is owed again: its list, if one was begun, is still there."""
    found = Registration.objects.of_due(due).first()
    if found is None:
        return Due.State.WAITING
    return Due.State.RETURNED if found.status == Filing.Status.RETURNED else Due.State.DRAFT


filing_kinds.own_pages(Round.Kind.REGISTRATION, due_url, state_of=state_of)
