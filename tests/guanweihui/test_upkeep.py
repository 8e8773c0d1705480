"""What the database needs to choose its indexes well."""

import pytest
from django.db import connection

from guanweihui.scope import System
from guanweihui.upkeep import gather_statistics
from members.models import Person
from tests.factories import make_person


@pytest.mark.django_db
def test_a_name_search_takes_the_index_of_its_key_once_the_keys_are_counted():
    person = make_person(name="曾国藩")
    gather_statistics()
    found = Person.objects.named("zgf", System(person.district))
    assert [person.name for person in found] == ["曾国藩"]
    if connection.vendor == "sqlite":
        assert "USING INDEX" in found.explain() or "USING COVERING INDEX" in found.explain()
