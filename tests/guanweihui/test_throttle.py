"""Tries at a door: the limit holds across processes, runs out with time, and leaves no address behind."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guanweihui import throttle
from guanweihui.models import Attempt
from tests.races import at_once

AT = datetime.datetime(2018, 11, 20, 9, tzinfo=datetime.UTC)


def spend(key="10.0.0.1", *, kind="slip", after=0):
    moment = AT + datetime.timedelta(seconds=after)
    return throttle.spend(kind, key, limit=3, seconds=60, at=moment)


@pytest.mark.django_db
def test_the_limit_holds_until_the_window_has_passed():
    assert [spend(after=second) for second in (0, 1, 2, 3, 59)] == [True, True, True, False, False]
    assert [spend(after=second) for second in (60, 60)] == [True, False]


@pytest.mark.django_db
def test_keys_and_doors_do_not_spend_each_other_s_tries():
    assert [spend() for _ in range(4)] == [True, True, True, False]
    assert (spend("10.0.0.2"), spend(kind="check"), spend("")) == (True, True, True)


@pytest.mark.django_db
def test_the_address_is_kept_as_a_keyed_hash_only_and_not_for_long():
    spend("10.0.0.1")
    attempt = Attempt.objects.get()
    assert (attempt.kind, attempt.district, len(attempt.key_digest)) == ("slip", None, 32)
    assert "10.0.0.1" not in attempt.key_digest
    spend("10.0.0.9", after=61)
    assert list(Attempt.objects.values_list("pk", flat=True)) != [attempt.pk]
    assert Attempt.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("others", [1, 300])
def test_a_try_costs_the_same_however_many_there_are(others):
    Attempt.objects.bulk_create(
        Attempt(kind="slip", key_digest=str(n), at=AT - datetime.timedelta(hours=1)) for n in range(others)
    )
    with CaptureQueriesContext(connection) as caught:
        assert spend() is True
    said = [query["sql"].split()[0] for query in caught if "SAVEPOINT" not in query["sql"]]
    assert said == ["INSERT", "SELECT", "DELETE", "SELECT"]
    assert Attempt.objects.count() == 1 + max(0, others - throttle.SWEPT_AT_ONCE)


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_no_more_than_the_limit_pass():
    said = at_once(*[spend] * 8)
    assert len(said) == 8
    assert said.count(True) <= 3
    assert Attempt.objects.count() == said.count(True)
