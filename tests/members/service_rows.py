"""Invented rows of service hours for tests."""

import datetime
from decimal import Decimal

from django.utils import timezone

from members.lately import note_services
from members.models import ServiceRecord, ServiceRule, ServiceSheet, StarTier, Team, TeamMembership
from tests.factories import make_district, make_person, make_school, number

UTC8 = datetime.timezone(datetime.timedelta(hours=8))
#: A Monday in the middle of a year; the tests' today.
AT = datetime.datetime(2026, 6, 15, 10, tzinfo=UTC8)
DAY = datetime.date(2026, 6, 10)


def time(text: str) -> datetime.time:
    return datetime.time.fromisoformat(text)


def make_record(**fields) -> ServiceRecord:
    """Make a confirmed record of two hours, organised by the person's school; status= and times override."""
    person = fields["person"] = fields.get("person") or make_person()
    fields.setdefault("school", person.school)
    status = fields.get("status", ServiceRecord.Status.CONFIRMED)
    defaults = {
        "district": person.district,
        "content": "红色故事宣讲",
        "place": "报告厅",
        "served_on": DAY,
        "half_hours": 4,
        "status": status,
        "claimed_at": AT,
        "confirmed_at": AT if status == ServiceRecord.Status.CONFIRMED else None,
    }
    made = ServiceRecord.objects.create(**{**defaults, **fields})
    note_services([person.pk])
    return made


def make_claim(**fields) -> ServiceRecord:
    return make_record(**{"status": ServiceRecord.Status.CLAIMED, **fields})


def make_sheet(*, people=(), **fields) -> ServiceSheet:
    """Make a sheet of a school (a new one unless given; None for the district) from 9:00 to 11:00."""
    school = fields["school"] = fields["school"] if "school" in fields else make_school()
    fields["district"] = fields.get("district") or (school.district if school else make_district())
    defaults = {
        "number": f"QD2026{next(number):04}",
        "content": "红色故事宣讲",
        "place": "报告厅",
        "held_on": DAY,
        "starts_at": time("09:00"),
        "ends_at": time("11:00"),
        "created_at": timezone.now(),
    }
    sheet = ServiceSheet.objects.create(**{**defaults, **fields})
    sheet.expected.set(people)
    return sheet


def make_team(**fields) -> Team:
    fields["district"] = fields.get("district") or make_district()
    name = fields.pop("name", None) or f"第{next(number)}队"
    return Team.objects.get_or_create(district=fields.pop("district"), name=name, defaults=fields)[0]


def make_membership(**fields) -> TeamMembership:
    return TeamMembership.objects.create(**{"from_on": datetime.date(2016, 9, 1), **fields})


def make_rule(**fields) -> ServiceRule:
    fields["district"] = fields.get("district") or make_district()
    return ServiceRule.objects.create(**{"from_on": datetime.date(2020, 1, 1), **fields})


def make_tier(**fields) -> StarTier:
    fields["district"] = fields.get("district") or make_district()
    return StarTier.objects.create(
        **{"from_on": datetime.date(2020, 1, 1), "name": "一星级", "hours": 100, **fields}
    )


def claim_of(person, **fields) -> dict:
    """Return the values of a right claim of two hours on DAY; keywords override."""
    defaults = {
        "person": person,
        "school": person.school,
        "content": "红色故事宣讲",
        "served_on": DAY,
        "hours": Decimal(2),
    }
    return {**defaults, **fields}
