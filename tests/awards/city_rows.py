"""Invented winners of a cycle and their recommendation to the city."""

import datetime

from django.utils import timezone

from awards.models import Category, CityRecommendation, Decision, FormField
from awards.workflow import city as steps
from guanweihui.scope import System
from tests import factories
from tests.awards import rows

Kind = Category.Kind
S = CityRecommendation.Status
DECIDED_ON = datetime.date(2020, 12, 20)
#: The city asks for less than the district, and for a telephone of the office.
CITY_FIELDS = (
    ("1_FACTS", "unit_name", "单位全称", "text", True, 0, 100),
    ("1_FACTS", "contact_phone", "联系电话", "phone", False, 0, 50),
    ("2_DEEDS", "deeds", "主要事迹", "long", True, 0, 30),
    ("2_DEEDS", "abstract", "事迹摘要", "long", False, 0, 300),
)
DEEDS = "组织五老进校园宣讲，成效明显。" * 3
SHORT = "组织五老进校园宣讲。"
PHONE = "19900007777"


def make_city_cycle(*, district=None, kind=Kind.ADVANCED_COLLECTIVE, city_places=1, year=2020):
    """Return the category of a cycle with places at the city and the city's form."""
    cycle = rows.make_open_cycle(district=district, kinds=[kind], year=year)
    category = rows.category_of(cycle, kind)
    category.city_places = city_places
    category.save()
    FormField.objects.bulk_create(
        FormField(
            category=category,
            form=FormField.Form.CITY,
            section=section,
            position=place,
            key=key,
            label=label,
            format=form,
            is_required=required,
            least=least,
            longest=longest,
        )
        for place, (section, key, label, form, required, least, longest) in enumerate(CITY_FIELDS)
    )
    return category


def make_winner(category, *, name="", **fields):
    """Make an honour of the category's cycle with its nomination, decided on DECIDED_ON; see Honour."""
    cycle = category.cycle
    school = fields.pop("unit", None) or factories.make_school(district=cycle.district)
    person = factories.make_person(school=school, name=name) if name else None
    nomination = rows.bare("HONOURED", cycle=cycle, kind=category.kind, unit=school, person=person)
    nomination.typed = {"unit_name": school.full_name, "deeds": DEEDS, "rank_level": "处级"}
    nomination.save()
    decision, _ = Decision.objects.get_or_create(
        cycle=cycle, doc_number="示教关〔2020〕9号", defaults={"decided_on": DECIDED_ON}
    )
    return factories.make_honour(
        category=category,
        unit=school,
        decision=decision,
        nomination=nomination,
        person=person,
        printed_name=name,
        **fields,
    )


def make_recommendation(*, category=None, status=S.CHOSEN, winner=None, **fields):
    """Write a recommendation straight into a state, its form complete."""
    made = {name: fields.pop(name) for name in ("district", "year", "city_places") if name in fields}
    category = category or make_city_cycle(**made)
    honour = winner or make_winner(category)
    row = CityRecommendation(
        cycle=category.cycle,
        category=category,
        honour=honour,
        status=status,
        **{"reason": "原因" if status in (S.DROPPED, S.REFUSED) else "", **fields},
    )
    row.typed = {"unit_name": honour.printed_unit, "deeds": SHORT, "contact_phone": PHONE}
    if status == S.AWARDED:
        row.result_on, row.result_title = datetime.date(2021, 3, 1), "市级先进集体"
    row.save()
    return row


def choose(category, *honours):
    return steps.choose(category, honours, by=System(category.cycle.district), at=timezone.now())
