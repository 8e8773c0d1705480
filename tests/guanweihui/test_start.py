"""What is checked before the first request: keys that fit the data, a trail that cannot be edited."""

import pytest
from django.db import connection

from guanweihui import start, triggers
from tests import factories

pytestmark = pytest.mark.django_db


def faults(check) -> list[str]:
    return [fault.msg for fault in check(databases=["default"])]


def test_the_right_keys_start_an_empty_and_a_filled_database():
    assert faults(start.keys_fit_the_data) == []
    factories.make_district()
    assert faults(start.keys_fit_the_data) == []


@pytest.mark.parametrize(
    ("name", "value"), [("FIELD_KEYS", {1: b"x" * 32, 2: b"y" * 32}), ("INDEX_KEY", b"z" * 32)]
)
def test_a_wrong_key_stops_the_start_by_its_name(settings, name, value):
    factories.make_district()
    setattr(settings, name, value)
    (fault,) = faults(start.keys_fit_the_data)
    assert fault.startswith(f"{name} 与这个数据库不符")


def test_a_missing_trigger_stops_the_start():
    assert faults(start.trail_is_append_only) == []
    triggers.lift(connection)
    assert len(faults(start.trail_is_append_only)) == len(triggers.missing(connection)) > 0
    triggers.install(connection)
