"""Invented volunteers with and without cards."""

import datetime

from django.utils import timezone

from guanweihui.scope import System
from members.models import Card, Person
from members.workflow.cards import issue_card
from tests.factories import make_person

#: The step's clock of the tests; 27 November 2026, ten o'clock in Beijing.
AT = datetime.datetime(2026, 11, 27, 2, tzinfo=datetime.UTC)


def make_volunteer(**fields) -> Person:
    """Make a volunteer who came through a registration round in 2024."""
    registered = datetime.date(2024, 5, 6)
    return make_person(**{"consented_on": registered, "registered_on": registered, **fields})


def make_card(*, at=None, **fields) -> Card:
    """Make a volunteer and give him his card now, or at a moment; fields are the volunteer's."""
    person = fields.pop("person", None) or make_volunteer(**fields)
    return issue_card(person, by=System(person.district), at=at or timezone.now())
