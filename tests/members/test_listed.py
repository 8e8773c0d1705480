"""The register by pages: the same people in the same order as one sorted list, in few queries."""

import datetime

import pytest

from guanweihui.lists import reverse
from guanweihui.scope import System
from members.listed import BY_UNIT, Listed
from members.models import Person, RetirementKind
from tests.factories import make_group, make_person, make_school

THAT_DAY = datetime.date(2018, 9, 1)
NAMES = ("王维", "曾国华", "单国强", "阿兰")
NARROWED = {
    "everybody": lambda people, actor: people,
    "volunteers": lambda people, actor: people.volunteers(),
    "a kind of retirement": lambda people, actor: people.of_kind(RetirementKind.RETIRED_HONOURED),
    "in service": lambda people, actor: people.of_kind(""),
    "an age": lambda people, actor: people.aged(60, 79, THAT_DAY),
    "a name": lambda people, actor: people.named("z", actor),
    "a unit": lambda people, actor: people.at("学"),
    "nobody": lambda people, actor: people.none(),
}
SORTED = [BY_UNIT, tuple(map(reverse, BY_UNIT)), ("pinyin", "pk"), ("-born_on", "-pk")]


@pytest.fixture
def crowd(cast):
    """Four people at each of four schools, two of which share a position, some in service; one elsewhere."""
    group = make_group(position=5)
    schools = [cast.home.school, *(make_school(group=group, position=place) for place in (7, 7, 8))]
    for school in schools:
        for place, name in enumerate(NAMES):
            make_person(
                school=school,
                name=name,
                on_register=place < 3,
                retirement_kind=RetirementKind.values[place % 2] if place < 3 else "",
                is_volunteer=place == 1,
                born_on=datetime.date(1940 + place, 5, 1),
            )
    make_person(school=cast.far.school, name="王维")
    return cast


@pytest.mark.parametrize("fields", SORTED)
@pytest.mark.parametrize("narrowed", NARROWED)
def test_pages_join_to_the_sorted_list(crowd, narrowed, fields):
    for actor in (crowd.users.district, crowd.users.group, crowd.users.school, crowd.users.stranger):
        people = NARROWED[narrowed](Person.objects.visible_to(actor), actor)
        everybody = list(people.for_list().order_by(*fields))
        listed = Listed(people, actor).order_by(*fields)
        pages = [listed[start : start + 3] for start in range(0, len(listed), 3)]
        assert [person for page in pages for person in page] == everybody
        assert (len(listed), listed.on_register) == (len(everybody), people.on_register().count())


def test_a_file_merged_into_another_one_is_not_counted(crowd):
    first, second, *_ = people = Person.objects.visible_to(crowd.users.district).for_list()
    Person.objects.among([first.pk]).update(merged_into=second)
    found = Listed(Person.objects.visible_to(crowd.users.district), crowd.users.district)
    assert found[:] == list(people)[1:]


@pytest.mark.parametrize("extra", [0, 3])
def test_a_page_takes_four_queries_however_many_there_are(crowd, extra, django_assert_num_queries):
    for _ in range(extra):
        make_person(school=crowd.home.school, name="王玉兰")
    actor = System(crowd.home.district)
    listed = Listed(Person.objects.visible_to(actor), actor)
    with django_assert_num_queries(4):
        assert (len(listed), len(listed[:20]), listed.on_register) == (17 + extra, 17 + extra, 13 + extra)
