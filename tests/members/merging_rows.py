"""Rows of duplicates, merges and transfers."""

from django.utils import timezone

from guanweihui.scope import System
from members.models import Transfer
from members.workflow.merging import merge
from tests.factories import make_person, make_school


def make_merge(*, survivor=None, merged=None, by=None, at=None, reason="已与本人电话核实"):
    """Merge two files, made when missing, without an ID number of the second."""
    survivor = survivor or make_person()
    merged = merged or make_person(school=survivor.school, id_number="")
    by = by or System(survivor.district)
    return merge(survivor, merged, by=by, at=at or timezone.now(), reason=reason)


def make_transfer(**fields):
    """Make a request of another school for a person."""
    person = fields["person"] = fields.get("person") or make_person()
    defaults = {
        "district": person.district,
        "from_school": person.school,
        "typed_name": person.name,
        "reason": "已调入本校",
        "asked_at": timezone.now(),
    }
    fields["to_school"] = fields.get("to_school") or make_school(group=person.school.group)
    return Transfer.objects.create(**{**defaults, **fields})
