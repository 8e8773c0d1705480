"""Union in, union out: whatever two files hold, a merge loses nothing and its undoing restores all."""

import datetime

from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from guanweihui.imports.resources import snapshot
from guanweihui.scope import System
from members.keys import fill_keys
from members.lately import note_services
from members.models import (
    Card,
    Care,
    Outing,
    OutingPlace,
    Person,
    ServiceRecord,
    ServiceSheet,
    Team,
    TeamMembership,
)
from members.workflow.merging import merge, stayed_behind, unmerge
from tests.factories import make_elder_class, make_school

NOW = timezone.make_aware(datetime.datetime(2026, 3, 2, 9, 30))
DAY = datetime.date(2018, 11, 5)
TEXTS = ("former_name", "staff_no", "sex", "ethnicity", "duty", "hobbies", "remark", "moved_away_to")
SEALED = ("id_number", "phone", "health", "illness", "home_address", "emergency_phone")
DAYS = ("moved_away_on", "stopped_on", "died_on", "consented_on")
NUMBER = "990105194503081234"

days = st.one_of(st.none(), st.dates(datetime.date(1940, 1, 1), datetime.date(2020, 1, 1)))
rows = st.fixed_dictionaries(
    {
        "card": st.booleans(),
        "teams": st.sets(st.sampled_from(["讲师团", "诗书画协会"])),
        "cares": st.integers(0, 2),
        "place": st.booleans(),
        "expected": st.booleans(),
        "hours": st.lists(st.tuples(st.integers(8, 11), st.booleans()), max_size=3),
        "classes": st.sets(st.sampled_from(["老战士", "老模范"])),
    }
)


@st.composite
def files(draw):
    """Give the values and the rows of one file; a registration stands on a consent."""
    values = {
        name: draw(st.sampled_from(["", "甲", "乙"])) for name in TEXTS if name not in ("sex", "staff_no")
    }
    values |= {name: draw(st.sampled_from(["", "丙", "丁"])) for name in SEALED if name != "id_number"}
    values |= {name: draw(days) for name in DAYS}
    values["id_number"] = draw(st.sampled_from(["", NUMBER]))
    values["sex"] = draw(st.sampled_from(["", "男", "女"]))
    values["born_on"] = draw(days)
    values["birth_precision"] = draw(st.sampled_from(["month", "day"])) if values["born_on"] else ""
    values["is_volunteer"], values["on_register"] = draw(st.booleans()), draw(st.booleans())
    values["registered_on"] = draw(days) if values["consented_on"] else None
    return values, draw(rows)


def make_file(values: dict, held: dict, staff_no: str, school) -> Person:
    person = Person(name="李峰", school=school, district=school.district, staff_no=staff_no, **values)
    person.retirement_kind = "RETIRED"
    fill_keys(person).save()
    for name in held["classes"]:
        person.further_classes.add(make_elder_class(name=name, district=school.district))
    district = school.district
    if held["card"]:
        Card.objects.create(
            person=person, district=district, number=f"G{person.pk}", year=2018, sequence=person.pk,
            issued_on=DAY, check_token=f"{person.pk:032}",
        )  # fmt: skip
    for n, name in enumerate(sorted(held["teams"])):
        team = Team.objects.get_or_create(district=district, name=name)[0]
        TeamMembership.objects.create(team=team, person=person, from_on=DAY + datetime.timedelta(n))
    for _ in range(held["cares"]):
        Care.objects.create(district=district, person=person, kind="VISIT", given_on=DAY, visitors="李明")
    if held["place"]:
        outing = Outing.objects.get_or_create(
            district=district, name="参观", place="展馆", held_on=DAY, contact="李明", contact_phone="1"
        )[0]
        OutingPlace.objects.create(outing=outing, person=person, emergency_contact="王小明")
    if held["expected"]:
        sheet_of(district).expected.add(person)
    for hour, is_confirmed in held["hours"]:
        ServiceRecord.objects.create(
            person=person, district=district, served_on=DAY, half_hours=3, content="宣讲", claimed_at=NOW,
            starts_at=datetime.time(hour), ends_at=datetime.time(hour + 1, 30),
            status="CONFIRMED" if is_confirmed else "CLAIMED", confirmed_at=NOW if is_confirmed else None,
        )  # fmt: skip
    note_services([person.pk])
    person.refresh_from_db()
    return person


def sheet_of(district):
    times = {"starts_at": datetime.time(9), "ends_at": datetime.time(11)}
    defaults = {**times, "created_at": NOW, "held_on": DAY, "content": "宣讲", "place": "礼堂"}
    return ServiceSheet.objects.get_or_create(district=district, number="QD1", defaults=defaults)[0]


KEPT = (Person, Card, TeamMembership, Care, OutingPlace, ServiceRecord, ServiceSheet)


def everything() -> dict[str, list[str]]:
    """Return every stored value of every row; a file's version only ever grows."""
    Person.objects.update(version=0)
    return {model.__name__: [snapshot(row) for row in model.objects.order_by("pk")] for model in KEPT}


class UnionTests(TestCase):
    @settings(max_examples=60, deadline=None)
    @given(files(), files())
    def test_union_in_union_out(self, one, two):
        school = make_school()
        survivor = make_file(*one, "A1", school)
        # As life leaves them: the same ID never stands in two living files.
        number = "" if survivor.id_number else two[0]["id_number"]
        other = make_file({**two[0], "id_number": number}, two[1], "B2", school)
        survivor_held, other_held = hold(survivor), hold(other)
        before = everything()
        row = merge(survivor, other, by=System(school.district), at=NOW, reason="已核实")
        assert stayed_behind(row) == ([] if not (one[1]["card"] and two[1]["card"]) else stayed_card(other))
        survivor.refresh_from_db()
        # A volunteer whose file names no stop goes on, in whichever file that is.
        goes_on = any(file[0]["is_volunteer"] and file[0]["stopped_on"] is None for file in (one, two))
        stop = None if goes_on else survivor_held.stopped_on or two[0]["stopped_on"]
        assert survivor.stopped_on == stop
        for name in (*TEXTS, *SEALED, "moved_away_on", "died_on", "born_on"):
            mine, theirs = getattr(survivor_held, name), getattr(other_held, name)
            assert getattr(survivor, name) == (mine or theirs), name
        for name in ("is_volunteer", "on_register"):
            assert getattr(survivor, name) == (one[0][name] or two[0][name]), name
        for name in ("consented_on", "registered_on"):
            known = [file[0][name] for file in (one, two) if file[0][name]]
            assert getattr(survivor, name) == min(known, default=None), name
        assert rows_of(survivor) == {
            "teams": one[1]["teams"] | two[1]["teams"],
            "classes": one[1]["classes"] | two[1]["classes"],
            "cares": one[1]["cares"] + two[1]["cares"],
            "places": int(one[1]["place"] or two[1]["place"]),
            "expected": int(one[1]["expected"] or two[1]["expected"]),
            "hours": len(one[1]["hours"]) + len(two[1]["hours"]),
            "card": one[1]["card"] or two[1]["card"],
        }
        assert unmerge(row, by=System(school.district), at=NOW, reason="合并错了") == []
        assert everything() == before
        # The keys follow from the values, in both.
        for person in Person.objects.all():
            index, phone = person.id_index, person.phone_index
            assert (index, phone) == (fill_keys(person).id_index, person.phone_index)


def hold(person: Person) -> Person:
    return Person.objects.get(pk=person.pk)


def stayed_card(other: Person) -> list[str]:
    return [f"志愿者证：{Card.objects.get(person=other)}"]


def rows_of(person: Person) -> dict:
    return {
        "teams": set(person.memberships.values_list("team__name", flat=True)),
        "classes": set(person.further_classes.values_list("name", flat=True)),
        "cares": person.cares.count(),
        "places": person.outing_places.count(),
        "expected": person.expected_sheets.count(),
        "hours": person.service_records.count(),
        "card": Card.objects.of_person(person).exists(),
    }
