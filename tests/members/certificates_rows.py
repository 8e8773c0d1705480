"""Rows of service, certificates and calls for tests, as in tests/factories.py."""

import datetime

from django.utils import timezone

from guanweihui.models import Succession
from members.lately import note_calls, note_services
from members.models import ServiceKind, ServiceRecord, TaskCall, Team, TeamMembership
from members.workflow.certificates import issue_certificate, post_certificate
from tests.factories import make_person

SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))
FROM_ON, TO_ON = datetime.date(2018, 9, 1), datetime.date(2018, 12, 31)
#: The morning on which the certificates of the tests are posted.
POSTED_AT = datetime.datetime(2019, 3, 1, 9, tzinfo=SHANGHAI)
WORDS = {"head": "张建国", "handler": "李明", "contact": "010-00000000", "purpose": "用于申报荣誉"}


def make_record(person=None, **fields) -> ServiceRecord:
    """Make a confirmed service of two hours on 5 November 2018."""
    person = person or make_person(school=fields.get("school"))
    defaults = {
        "district": person.district,
        "school": person.school,
        "content": "读书辅导",
        "served_on": datetime.date(2018, 11, 5),
        "half_hours": 4,
        "kind": ServiceKind.SERVICE,
        "status": ServiceRecord.Status.CONFIRMED,
        "claimed_at": timezone.now(),
    }
    row = {**defaults, **fields}
    if row["status"] == ServiceRecord.Status.CONFIRMED:
        row.setdefault("confirmed_at", timezone.now())
    made = ServiceRecord.objects.create(person=person, **row)
    note_services([person.pk])
    return made


def at_day(day: int) -> datetime.datetime:
    """Return nine o'clock on the so manieth day of the notice; day 1 is that of the posting."""
    return POSTED_AT + datetime.timedelta(days=day - 1)


def make_posted(person, *, by, at=POSTED_AT, **fields):
    """Post a certificate over the range that make_record falls in."""
    values = {"from_on": FROM_ON, "to_on": TO_ON, **WORDS, **fields}
    return post_certificate(person, **values, by=by, at=at)


def make_issued(person, *, by):
    return issue_certificate(make_posted(person, by=by), by=by, at=at_day(8))


def make_succession(predecessor, successor, **fields) -> Succession:
    defaults = {"succeeded_on": datetime.date(2018, 9, 1), "kind": Succession.Kind.MERGED}
    return Succession.objects.create(predecessor=predecessor, successor=successor, **{**defaults, **fields})


def make_team(district, name="讲师团", **fields) -> Team:
    return Team.objects.create(district=district, name=name, **fields)


def make_member(team, person, **fields) -> TeamMembership:
    return TeamMembership.objects.create(
        team=team, person=person, **{"from_on": datetime.date(2018, 1, 1), **fields}
    )


def make_call(person, **fields) -> TaskCall:
    defaults = {"district": person.district, "task": "读书活动评审", "asked_on": datetime.date(2018, 11, 5)}
    made = TaskCall.objects.create(person=person, **{**defaults, **fields})
    note_calls([person.pk])
    return made
