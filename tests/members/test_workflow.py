"""The step that shows a person's full values."""

import pytest
from django.utils import timezone

from guanweihui.models import AuditEvent
from guanweihui.workflow import Refused
from members.workflow.people import SENSITIVE, reveal
from tests.factories import make_person


@pytest.mark.parametrize("who", ["leader", "auditor", "group", "stranger", "judge", "outreach"])
def test_nobody_but_district_and_own_school_reveals(cast, who):
    person = make_person(school=cast.home.school)
    with pytest.raises(Refused, match="不在您的职责范围内"):
        reveal(person, by=getattr(cast.users, who), at=timezone.now(), purpose="慰问前核对住址")
    assert not AuditEvent.objects.filter(action="person.reveal").exists()


@pytest.mark.parametrize("purpose", ["", "看一看", "  看看  "])
def test_a_purpose_that_says_nothing_is_refused(cast, purpose):
    person = make_person(school=cast.home.school)
    with pytest.raises(Refused, match="至少写 4 个字"):
        reveal(person, by=cast.users.district, at=timezone.now(), purpose=purpose)
    assert not AuditEvent.objects.filter(action="person.reveal").exists()


def test_a_reveal_writes_one_line_that_names_the_fields_seen(cast):
    person = make_person(school=cast.home.school, health="")
    values = reveal(person, by=cast.users.school, at=timezone.now(), purpose="慰问前核对住址")
    assert list(values) == list(SENSITIVE)
    assert (values["id_number"], values["health"]) == (person.id_number, "")
    (line,) = AuditEvent.objects.filter(action="person.reveal")
    empty = {"health", "illness", "current_address"}
    assert line.changes == {"fields": [name for name in SENSITIVE if name not in empty]}
