"""Two people of one school at the same list at once, on both engines."""

import copy

import pytest
from django.utils import timezone

from guanweihui.models import AuditEvent
from members.models import Registration, RegistrationLine
from members.workflow import registration as steps
from tests.factories import make_person
from tests.members.registration_rows import make_registration, make_registration_due
from tests.races import race

pytestmark = pytest.mark.django_db(transaction=True)


def saves(cast):
    """Give two saves of one version, each with a person of its own."""
    registration = make_registration(school=cast.home.school, people=[])
    people = [make_person(school=cast.home.school) for _ in range(2)]

    def save(person):
        values = {"filled_by": person.name, "consents": {person.pk: None}}
        steps.save_draft(registration, values, version=1, by=cast.users.school, at=timezone.now())

    return [lambda person=person: save(person) for person in people]


def test_of_two_tabs_saved_at_once_one_is_told(cast):
    assert race(*saves(cast)) == ["refused", "won"]
    assert (RegistrationLine.objects.count(), Registration.objects.get().version) == (1, 2)
    assert AuditEvent.objects.count() == 1


def test_without_the_fresh_look_both_tabs_would_be_saved(cast, monkeypatch):
    """The control: with the lock and the fresh row taken out the race must go wrong, or it proves nothing."""
    works, row = saves(cast), Registration.objects.get()
    monkeypatch.setattr(steps, "_editable", lambda registration, by: copy.copy(row))
    assert race(*works) == ["won", "won"]
    assert AuditEvent.objects.count() == 2


def test_a_list_started_twice_at_once_is_one_list(cast):
    due = make_registration_due(school=cast.home.school)
    work = lambda: steps.start(due, by=cast.users.school, at=timezone.now())  # noqa: E731
    assert race(work, work) == ["won", "won"]
    assert (Registration.objects.count(), AuditEvent.objects.count()) == (1, 1)
