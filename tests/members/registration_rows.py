"""Invented rows of the registration round."""

import datetime

from django.db import transaction
from django.utils import timezone

from guanweihui import uploads
from guanweihui.models import Due, Filing, Round
from members.models import Registration, RegistrationLine
from members.workflow.registration import SCAN_FIELD
from tests.factories import make_person, make_round, make_school, make_user

CONSENTED_ON = datetime.date(2018, 9, 20)


def make_registration_round(**fields) -> Round:
    """Make an open round whose deadline is a week from now."""
    now = timezone.now()
    week = datetime.timedelta(days=7)
    defaults = {
        "kind": Round.Kind.REGISTRATION,
        "state": Round.State.OPEN,
        "opens_at": now - week,
        "deadline_at": now + week,
        "group_endorses": False,
    }
    return make_round(**{**defaults, **fields})


def make_registration_due(**fields) -> Due:
    """Make the due of a school in a round; both are made unless given."""
    fields["school"] = fields.get("school") or make_school()
    fields["round"] = fields.get("round") or make_registration_round(district=fields["school"].district)
    return Due.objects.create(**fields)


def make_registration(*, people=None, **fields) -> Registration:
    """Make a complete list in any status, its due in step; one invented person unless `people` are given."""
    due = fields.pop("due", None) or make_registration_due(
        school=fields.pop("school", None), round=fields.pop("round", None)
    )
    status = fields.get("status", Filing.Status.DRAFT)
    sent = status not in {Filing.Status.DRAFT, Filing.Status.WITHDRAWN}
    defaults = {"filled_by": "李明", "phone": "19900005678", "paper_place": "存放于学校关工委办公室"}
    if sent:
        defaults["submitted_at"] = timezone.now()
    registration = Registration.objects.create(due=due, **{**defaults, **fields})
    with transaction.atomic():
        registration.settle(at=timezone.now())
    due.refresh_from_db()
    for person in [make_person(school=due.school, is_volunteer=False)] if people is None else people:
        make_registration_line(registration=registration, person=person)
    return registration


def make_registration_line(**fields) -> RegistrationLine:
    registration = fields["registration"] = fields.get("registration") or make_registration(people=[])
    fields["person"] = fields.get("person") or make_person(school=registration.due.school)
    fields.setdefault("consented_on", CONSENTED_ON)
    return RegistrationLine.objects.create(**fields)


def make_scan(line: RegistrationLine, **fields):
    """Store a scan of a line, as the school would have."""
    defaults = {
        "filing": line.registration,
        "field": SCAN_FIELD,
        "name": "登记表.jpg",
        "content": b"\xff\xd8\xff",
        "content_type": uploads.JPEG,
        "at": timezone.now(),
    }
    by = fields.pop("by", None) or make_user()
    line.scan = uploads.attach(line.registration.due, by=by, **{**defaults, **fields})
    line.save(update_fields=["scan"])
    return line.scan


def make_registration_world(*, school) -> dict[str, object]:
    """Return a submitted list of a school with all that hangs on it, by the names of the routes' rows."""
    registration = make_registration(school=school, status=Filing.Status.SUBMITTED)
    line = registration.lines.get()
    return {
        "registration": registration,
        "due": registration.due,
        "round": registration.due.round,
        "line": line,
        "attachment": make_scan(line),
    }
