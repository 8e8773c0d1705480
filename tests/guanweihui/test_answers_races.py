"""Two at the same filing at once, on real threads and both engines; each with a control that goes wrong."""

import copy

import pytest
from django.utils import timezone

from activities.models import Enrolment, EnrolmentLine
from guanweihui import answers, rounds
from guanweihui.models import AuditEvent, Due, Filing, Version
from tests.guanweihui.answer_rows import GOOD, make_draft, make_due, probe  # noqa: F401
from tests.races import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("probe")]


def submit(cast):
    filing = Enrolment.objects.select_related("due__round", "due__school").get()
    return lambda: answers.submit(filing, version=1, by=cast.users.school, at=timezone.now())


def save(cast, words):
    filing = Enrolment.objects.get()
    typed = GOOD | {"head": words}
    return lambda: answers.save_draft(filing, typed, version=1, by=cast.users.school, at=timezone.now())


def test_two_submits_at_once_are_one_submit(cast):
    make_draft(cast)
    assert race(submit(cast), submit(cast)) == ["refused", "won"]
    assert (Version.objects.count(), EnrolmentLine.objects.count()) == (1, 1)
    assert AuditEvent.objects.filter(action="enrolment.submit").count() == 1


def test_of_two_tabs_saved_at_once_one_is_told_and_the_other_s_words_stand(cast):
    make_draft(cast, {})
    assert race(save(cast, "甲"), save(cast, "乙")) == ["refused", "won"]
    row = Enrolment.objects.get()
    assert (row.version, row.typed["head"] in {"甲", "乙"}) == (2, True)


def test_without_the_fresh_look_both_tabs_would_be_saved(cast, monkeypatch):
    """The control: with the lock and the fresh row taken out the race must go wrong, or it proves nothing."""
    make_draft(cast, {})
    row = Enrolment.objects.select_related("due__round", "due__school").get()
    monkeypatch.setattr(answers, "editable", lambda filing, by, roles: copy.copy(row))
    assert race(save(cast, "甲"), save(cast, "乙")) == ["won", "won"]


def test_what_is_submitted_is_what_was_saved_last_or_nothing(cast):
    """Either the save came first and the submit is told, or the submit did and the save is."""
    make_draft(cast)
    assert race(submit(cast), save(cast, "后来的人")) == ["refused", "won"]
    row = Enrolment.objects.get()
    if row.status == Filing.Status.SUBMITTED:
        assert (row.typed, row.head_name) == (GOOD, GOOD["head"])
    else:
        assert (row.typed["head"], Version.objects.count()) == ("后来的人", 0)


def test_a_submit_and_a_nil_report_at_once_are_one_of_them(cast):
    make_draft(cast)
    due = Due.objects.select_related("round").get()
    nil = lambda: rounds.report_nil(due, by=cast.users.school, at=timezone.now(), reason="没有学生")  # noqa: E731
    assert race(submit(cast), nil) == ["refused", "won"]
    state, status = Due.objects.get().state, Enrolment.objects.get().status
    assert (state, status) in {("SUBMITTED", "SUBMITTED"), ("NIL", "DRAFT")}


def test_a_draft_begun_twice_at_once_is_one_draft(cast):
    due = make_due(cast)
    start = lambda: answers.start(due, by=cast.users.school, at=timezone.now())  # noqa: E731
    assert race(start, start) == ["won", "won"]
    assert (Enrolment.objects.count(), AuditEvent.objects.count()) == (1, 1)


def sent():
    """Return how often something was sent, by the trail and by the versions kept."""
    steps = ["enrolment.submit", "enrolment.file_on_behalf"]
    return AuditEvent.objects.filter(action__in=steps).count(), Version.objects.count()


def for_school(cast, due):
    return lambda: answers.file_on_behalf(due, GOOD, basis="电话", by=cast.users.group, at=timezone.now())


def test_school_and_group_sending_at_once_send_one_filing(cast):
    """Locks are taken in one order, so nobody waits for ever."""
    due = make_due(cast)
    make_draft(cast, due=due)
    assert race(for_school(cast, due), submit(cast)) == ["refused", "won"]
    assert (sent(), Due.objects.get().state) == ((1, 1), Due.State.SUBMITTED)


def test_a_draft_begun_while_the_group_files_is_not_written_over(cast):
    """The group is told, or it was first and the school finds its filing sent."""
    due = make_due(cast)
    start = lambda: answers.start(due, by=cast.users.school, at=timezone.now())  # noqa: E731
    said = race(for_school(cast, due), start)
    status = Enrolment.objects.get().status
    assert (said, sent(), status) in (
        (["refused", "won"], (0, 0), Filing.Status.DRAFT),
        (["won", "won"], (1, 1), Filing.Status.SUBMITTED),
    )
