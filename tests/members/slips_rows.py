"""Rows of slips, of what volunteers read, and of care."""

import datetime

from django.utils import timezone

from members.lately import note_services
from members.models import (
    Card,
    Correction,
    ServiceCertificate,
    ServiceRecord,
    ServiceSheet,
    StarTier,
    Team,
    TeamMembership,
)
from members.workflow.slips import issue_slip
from tests.cast import client_by_link
from tests.factories import make_person, number

AT = datetime.datetime(2018, 11, 20, 9, tzinfo=datetime.UTC)


def make_slip(person=None, *, by, at=None, **fields):
    """Give a volunteer a slip; return (slip, code, token)."""
    return issue_slip(person or make_person(**fields), by=by, at=at or timezone.now())


def make_holder(person, *, by):
    """Return a client that came by the person's slip."""
    make_slip(person, by=by)
    person.refresh_from_db()
    return client_by_link(person.slip_link)


def make_record(person, **fields):
    defaults = {
        "district": person.district,
        "person": person,
        "school": person.school,
        "content": "宣讲",
        "place": "白家庄小学",
        "served_on": datetime.date(2018, 11, 18),
        "half_hours": 4,
        "status": ServiceRecord.Status.CONFIRMED,
        "claimed_at": AT,
        "confirmed_at": AT,
    }
    made = ServiceRecord.objects.create(**{**defaults, **fields})
    note_services([made.person_id])
    return made


def make_card(person, **fields):
    n = next(number)
    defaults = {
        "district": person.district,
        "person": person,
        "number": f"GGW2018{n:05}",
        "year": 2018,
        "sequence": n,
        "issued_on": datetime.date(2018, 3, 5),
        "check_token": f"token{n}",
    }
    return Card.objects.create(**{**defaults, **fields})


def make_sheet(person=None, **fields):
    """Make a coming activity, at which the person is expected."""
    n = next(number)
    defaults = {
        "number": f"QD{n}",
        "content": "“我为祖国点赞”宣讲",
        "place": "白家庄小学",
        "held_on": timezone.localdate() + datetime.timedelta(days=3),
        "starts_at": datetime.time(9),
        "ends_at": datetime.time(11),
        "contact": "刘老师",
        "contact_phone": "010-65000000",
        "created_at": AT,
    }
    if person is not None:
        defaults |= {"district": person.district, "school": person.school}
    sheet = ServiceSheet.objects.create(**{**defaults, **fields})
    if person is not None:
        sheet.expected.add(person)
    return sheet


def make_star(district, name, hours, from_on=datetime.date(2018, 1, 1)):
    return StarTier.objects.create(district=district, name=name, hours=hours, from_on=from_on)


def make_team(district, *members, **fields):
    n = next(number)
    team = Team.objects.create(**{"district": district, "name": f"第{n}队", **fields})
    for person in members:
        TeamMembership.objects.create(team=team, person=person, from_on=datetime.date(2018, 1, 1))
    return team


def make_certificate(person, **fields):
    n = next(number)
    defaults = {
        "district": person.district,
        "person": person,
        "issuer": person.school,
        "number": f"ZM{n}",
        "from_on": datetime.date(2018, 1, 1),
        "to_on": datetime.date(2018, 10, 31),
        "half_hours": 40,
        "head": "刘校长",
        "handler": "李老师",
        "contact": "010-65000000",
        "status": ServiceCertificate.Status.ISSUED,
        "posted_on": datetime.date(2018, 11, 1),
        "posted_until": datetime.date(2018, 11, 8),
        "issued_on": datetime.date(2018, 11, 9),
        "check_token": f"check{n}",
    }
    return ServiceCertificate.objects.create(**{**defaults, **fields})


def make_correction(person, **fields):
    defaults = {
        "district": person.district,
        "person": person,
        "about": Correction.About.SERVICE,
        "words": "少了一次",
        "reported_at": AT,
    }
    return Correction.objects.create(**{**defaults, **fields})
