"""Two issues at the same instant, on real threads."""

import threading
from contextlib import contextmanager

import pytest
from django.db import IntegrityError

from guanweihui.models import AuditEvent
from guanweihui.workflow import Refused, explain
from members.models import Card, Person
from members.workflow import cards as steps
from tests.members.cards_rows import AT, make_volunteer
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def race(*works) -> list[str]:
    """Return the numbers given and the refusals, sorted."""
    return sorted(f"refused: {one}" if isinstance(one, Refused) else one for one in at_once(*works))


def issue(person, cast):
    return lambda: steps.issue_card(person, by=cast.users.district, at=AT).number


def test_two_people_at_the_same_instant_get_two_numbers_without_a_gap(cast):
    people = [make_volunteer(school=cast.home.school) for _ in range(2)]
    said = race(*(issue(person, cast) for person in people))
    assert said == ["GGW202400001", "GGW202400002"]
    assert AuditEvent.objects.filter(action="card.issue").count() == 2


def test_one_person_at_the_same_instant_gets_one_card(cast):
    person = make_volunteer(school=cast.home.school)
    said = race(issue(person, cast), issue(person, cast))
    assert said[0] == "GGW202400001"
    assert said[1].startswith("refused: 王秀英已有志愿者证（GGW202400001）")
    assert (Card.objects.count(), AuditEvent.objects.filter(action="card.issue").count()) == (1, 1)


def test_without_the_lock_both_reach_for_the_same_number(cast, monkeypatch):
    """The control: with the locks and the transaction taken out, two issues read the same last number."""
    people = [make_volunteer(school=cast.home.school) for _ in range(2)]
    both_have_read = threading.Barrier(2)
    read = steps.last_sequence

    def read_together(district, year):
        last = read(district, year)
        both_have_read.wait(timeout=10)
        return last

    @contextmanager
    def no_transaction(*written):
        try:
            yield
        except IntegrityError as error:
            raise Refused(next(filter(None, (explain(error, model) for model in written)))) from error

    monkeypatch.setattr(steps, "last_sequence", read_together)
    monkeypatch.setattr(steps, "one_step", no_transaction)
    monkeypatch.setattr(steps, "lock_district", lambda person: person.district)
    monkeypatch.setattr(steps, "own", lambda row, *, by, roles: Person.objects.get(pk=row.pk))
    said = race(*(issue(person, cast) for person in people))
    assert said[0] == "GGW202400001"
    assert said[1] in {
        "refused: 这个证号已经用过，志愿者证号终身使用、不重复发放。",
        "refused: 这个序号已经用过。",
    }
