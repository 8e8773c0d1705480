"""Rows of care and of outings."""

import datetime

from django.utils import timezone

from members.models import Care, Outing, OutingPlace
from tests.factories import make_district, number

PAPERS = {
    "health_stated_on": datetime.date(2018, 11, 1),
    "is_fit": True,
    "family_signed_on": datetime.date(2018, 11, 2),
    "family_member": "李四方",
    "emergency_contact": "李五湖",
    "emergency_phone": "19912340000",
    "is_insured": True,
}


def make_care(person, **fields):
    defaults = {
        "district": person.district,
        "person": person,
        "kind": Care.Kind.VISIT,
        "given_on": datetime.date(2018, 10, 17),
        "visitors": "关工委办公室",
        "gift": "水果",
        "note": "腿脚不便，独居",
    }
    return Care.objects.create(**{**defaults, **fields})


def make_outing(**fields):
    n = next(number)
    defaults = {
        "district": fields.pop("district", None) or make_district(),
        "name": f"第{n}次参观",
        "place": "示例博物馆",
        "held_on": timezone.localdate() + datetime.timedelta(days=5),
        "contact": "刘老师",
        "contact_phone": "010-65000000",
    }
    return Outing.objects.create(**{**defaults, **fields})


def make_place(outing, person, **fields):
    return OutingPlace.objects.create(outing=outing, person=person, **fields)
