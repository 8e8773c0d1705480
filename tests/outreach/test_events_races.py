"""Races of teaching events on real threads: days against items, one summary frozen twice."""

import datetime
import threading

import pytest
from django.db import connection
from django.utils import timezone

from guanweihui.models import AuditEvent, FrozenTable
from outreach.models import Lesson, TeachingEvent
from outreach.reports.spans import span_of
from outreach.reports.summary import Scope, summarise
from outreach.workflow import events, lessons
from outreach.workflow.rows import mark_of
from outreach.workflow.summary import freeze_summary
from tests.factories import make_event
from tests.races import race

DAY = datetime.date
NOW = timezone.now()
pytestmark = pytest.mark.django_db(transaction=True)


def shorten_and_move(cast):
    """At once: the event ends a day earlier, and its item moves to that last day."""
    event, by = make_event(programme=cast.home.pairing.programme), cast.users.district
    lesson = event.lessons.get()
    days = {name: getattr(event, name) for name in events.EVENT_FIELDS} | {"to_on": DAY(2019, 4, 12)}
    there = {name: getattr(lesson, name) for name in lessons.LESSON_FIELDS} | {"held_on": DAY(2019, 4, 13)}
    old, mark = mark_of(event, events.EVENT_FIELDS), mark_of(lesson, lessons.LESSON_FIELDS)
    radiated = list(lesson.radiated.all())
    return race(
        lambda: events.edit_event(event, days, mark=old, by=by, at=NOW),
        lambda: lessons.edit_lesson(lesson, there, radiated=radiated, mark=mark, by=by, at=NOW),
    )


def item_is_inside() -> bool:
    event, lesson = TeachingEvent.objects.get(), Lesson.objects.get()
    return event.from_on <= lesson.held_on <= event.to_on


def test_of_days_and_an_item_that_leaves_them_exactly_one_is_written(cast):
    assert shorten_and_move(cast) == ["refused", "won"]
    assert (item_is_inside(), AuditEvent.objects.count()) == (True, 1)


def test_without_the_lock_both_are_written(cast, monkeypatch):
    """The control: no lock, and each looks before the other writes. Then the item stands outside.

    SQLite has one writer at a time whatever the code locks, so there the look itself is taken before.
    """
    met, days, item = threading.Barrier(2), events._refuse_items_outside, lessons._refuse

    def unlocked(row, *, by, roles):
        return type(row)._default_manager.get(pk=row.pk)

    def look(fresh):
        def looked(*given):
            if connection.vendor != "sqlite":
                fresh(*given)
                met.wait(timeout=10)

        return looked

    for module in (events, lessons):
        monkeypatch.setattr(module, "own", unlocked)
    monkeypatch.setattr(events, "_refuse_items_outside", look(days))
    monkeypatch.setattr(lessons, "_refuse", look(item))
    assert (shorten_and_move(cast), item_is_inside()) == (["won", "won"], False)


def test_of_two_who_freeze_a_summary_exactly_one_does(cast):
    programme, by = cast.home.pairing.programme, cast.users.district
    scope = Scope("programme", programme, programme.name)
    summary = summarise(by, scope, span_of(2018, "year", 9), DAY(2019, 8, 31))
    works = [lambda: freeze_summary(summary, {"work": "送教三天。"}, by=by, at=NOW)] * 2
    assert race(*works) == ["refused", "won"]
    assert (FrozenTable.objects.count(), AuditEvent.objects.count()) == (3, 1)
