"""Enrolments from before questionnaires open again with what they said."""

from importlib import import_module

from django.apps import apps

from activities.models import Enrolment
from guanweihui.models.org import Segment
from tests import factories

migration = import_module("activities.migrations.0004_fill_the_drafts")


def test_an_enrolment_without_a_draft_gets_what_its_lines_say(db):
    lines = ((Segment.PRIMARY, 3, 90), (Segment.JUNIOR, 2, 61))
    old = factories.make_enrolment(lines=lines)
    typed = factories.make_enrolment(draft='{"coaches": "7"}')
    migration.fill(apps, None)
    assert Enrolment.objects.get(pk=old.pk).typed == {
        "coaches": "5",
        "head_name": "李明",
        "head_phone": "19900005678",
        "classes_primary": "3",
        "students_primary": "90",
        "classes_junior": "2",
        "students_junior": "61",
    }
    assert Enrolment.objects.get(pk=typed.pk).typed == {"coaches": "7"}
