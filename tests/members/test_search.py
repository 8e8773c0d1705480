"""The search for a name by pages: the same people in the same order as the list of all, in few queries."""

import re

import pytest
from django.db import connection

from guanweihui.scope import System
from guanweihui.upkeep import gather_statistics
from members.keys import NAME_KEYS
from members.models import Person
from members.search import Hits
from tests.factories import make_group, make_person, make_school

NAMES = ("曾国藩", "郭长青", "曾国华", "单国强", "JOHN", "阿", "王维", "吴国", "王国华")
#: What people are looked up by: the ranges of the search, a whole staff number, the key itself.
KEYS = {*NAME_KEYS, "name", "former_name", "staff_no", "rowid"}


@pytest.fixture
def crowd(cast):
    """Nine people at each of three schools, two of which share a position, and one more elsewhere."""
    group = make_group(position=5)
    schools = [cast.home.school, *(make_school(group=group, position=7) for _ in range(2))]
    for school in schools:
        for name in NAMES:
            former = "维新" if name == "阿" else ""
            make_person(school=school, name=name, on_register=not former, former_name=former)
    make_person(school=cast.far.school, name="王维")
    return cast


@pytest.mark.parametrize(
    "text", ["w", "z", "c", "j", "a", "s", "d", "wg", "zgf", "cgf", "zengguo", "王", "维", "曾国", "W", "x"]
)
def test_pages_join_to_the_list_of_all(crowd, text):
    for actor in (crowd.users.district, crowd.users.group, crowd.users.stranger):
        people = Person.objects.visible_to(actor).named(text, actor)
        everybody = list(people.for_list())
        hits = Hits(text, actor)
        pages = [hits[start : start + 2] for start in range(0, len(hits), 2)]
        assert [person for page in pages for person in page] == everybody
        assert (len(hits), hits.on_register) == (len(everybody), people.on_register().count())


def test_only_the_searcher_s_districts_are_looked_through(crowd):
    """With 94 districts in one database, what begins with a letter elsewhere is not even counted."""
    found = Person.objects.named("w", crowd.users.district)
    assert {person.district for person in found} == {crowd.home.district}
    if connection.vendor == "sqlite":
        gather_statistics()
        assert "people_by_initials (district_id=? AND initials>? AND initials<?)" in found.explain()


def test_a_file_merged_into_another_one_is_not_counted(crowd):
    actor = System(crowd.home.district)
    first, second, *_ = Hits("曾国藩", actor)[:]
    Person.objects.among([first.pk]).update(merged_into=second)
    found = Hits("曾国藩", actor)
    assert (len(found), first in found[:], second in found[:]) == (2, False, True)


@pytest.mark.parametrize("extra", [0, 3])
def test_a_page_takes_four_queries_however_many_are_found(crowd, extra, django_assert_num_queries):
    for _ in range(extra):
        make_person(school=crowd.home.school, name="王玉兰")
    hits = Hits("w", System(crowd.home.district))
    with django_assert_num_queries(4):
        assert (len(hits), len(hits[:20]), hits.on_register) == (10 + extra, 10 + extra, 10 + extra)


@pytest.mark.parametrize("text", ["zgf", "wang", "z", "王国华"])
def test_people_are_looked_up_by_the_keys_of_names_alone(crowd, text):
    """Never analysed, SQLite would read schools and districts whole: 180 ms for three letters at 200,000."""
    statements = []

    def note(execute, sql, params, many, context):
        statements.append((sql, params))
        return execute(sql, params, many, context)

    for actor in (crowd.users.district, crowd.users.group):
        hits = Hits(text, actor)
        with connection.execute_wrapper(note):
            assert hits[:20]
    if connection.vendor != "sqlite":  # PostgreSQL counts its keys by itself
        return
    with connection.cursor() as cursor:
        plans = [cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params).fetchall() for sql, params in statements]
    steps = [step for plan in plans for *_, step in plan if "members_person" in step or " U0 " in step]
    read = [set(re.findall(r"(\w+)[=<>]+\?", step)) for step in steps]
    amiss = [not columns & KEYS or bool(columns - KEYS - {"district_id"}) for columns in read]
    assert [step for step, is_amiss in zip(steps, amiss, strict=True) if is_amiss] == []
    assert {"rowid"} in read


def test_the_list_of_a_name_counts_turns_and_sorts(crowd):
    """The page asks the search when only a name is typed, and the whole list when more is."""
    page = crowd.district.get("/people/", {"name": "w", "sort": "-name"}).content.decode()
    assert ("共 10 人" in page, page.index("吴国") < page.index("王国华")) == (True, True)
    narrowed = crowd.district.get("/people/", {"name": "w", "school": crowd.home.school.pk}).content.decode()
    assert ("共 3 人" in narrowed, "其中离退休花名册内 3 人" in narrowed) == (True, True)
    assert "其中离退休花名册内 10 人" in page
