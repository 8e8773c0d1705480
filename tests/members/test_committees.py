"""Who serves on a day, which seats stand empty, and what a seat gives cause to look at."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from guanweihui import todos
from members.committees import (
    Vacancy,
    committee_on,
    head_of,
    left_office,
    months_from,
    vacancies,
    warnings_of,
)
from members.models import Appointment
from members.todos.committees import vacant_seats
from tests.factories import make_appointment, make_person, make_school

Position = Appointment.Position
DAY = datetime.date(2018, 12, 1)
NOON = datetime.datetime(2018, 12, 1, 4, tzinfo=datetime.UTC)


def day(month, number, year=2018):
    return datetime.date(year, month, number)


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        (day(8, 31, 2015), "起始不详"),
        (day(9, 1, 2015), "先任"),
        (day(8, 31), "先任"),
        (day(9, 1), "后任"),
        (day(12, 31), "后任"),
    ],
)
@pytest.mark.django_db
def test_the_head_is_the_one_of_that_day(cast, asked, name):
    school = cast.home.school
    make_appointment(school=school, printed_name="起始不详", to_on=day(8, 31, 2016))
    make_appointment(school=school, printed_name="先任", from_on=day(9, 1, 2015), to_on=day(8, 31))
    make_appointment(school=school, printed_name="后任", from_on=day(9, 1))
    make_appointment(school=school, printed_name="副职", position=Position.EXECUTIVE_DEPUTY)
    assert head_of(school, asked).printed_name == name
    assert head_of(school, asked, position=Position.EXECUTIVE_DEPUTY).printed_name == "副职"


@pytest.mark.django_db
def test_each_level_has_its_own_head_and_an_empty_seat_has_none(cast):
    home = cast.home
    make_appointment(group=home.group, position=Position.GROUP_HEAD, printed_name="组长")
    make_appointment(district=home.district, printed_name="区主任", to_on=day(8, 31))
    assert head_of(home.group, DAY).printed_name == "组长"
    assert head_of(home.district, day(8, 31)).printed_name == "区主任"
    assert (head_of(home.district, day(9, 1)), head_of(home.school, DAY)) == (None, None)


@pytest.mark.django_db
def test_the_committee_of_a_day_has_its_heads_first(cast):
    school = cast.home.school
    make_appointment(school=school, position=Position.LIAISON, printed_name="联络员")
    make_appointment(school=school, printed_name="主任")
    make_appointment(
        school=school, position=Position.COMMITTEE_MEMBER, printed_name="前委员", to_on=day(8, 31)
    )
    make_appointment(school=cast.far.school, printed_name="别校主任")
    assert [seat.printed_name for seat in committee_on(school, DAY)] == ["主任", "联络员"]


def test_months_end_where_the_shorter_month_does():
    assert [
        months_from(DAY, -3),
        months_from(day(5, 31), -3),
        months_from(day(1, 15), -3),
        months_from(datetime.date(2016, 2, 29), 60),
    ] == [day(9, 1), day(2, 28), day(10, 15, 2017), datetime.date(2021, 2, 28)]


@pytest.mark.parametrize(
    ("to_on", "found"), [(day(9, 1), 0), (day(9, 2), 0), (day(8, 31), 1), (day(1, 31, 2015), 1)]
)
@pytest.mark.django_db
def test_a_seat_is_missed_when_its_last_day_lies_more_than_three_months_back(cast, to_on, found):
    make_appointment(school=cast.home.school, to_on=to_on)
    assert len(vacancies(cast.users.school, DAY)) == found


@pytest.mark.django_db
def test_a_vacancy_says_which_seat_and_who_follows_ends_it(cast):
    school = cast.home.school
    make_appointment(school=school, position=Position.EXECUTIVE_DEPUTY, to_on=day(1, 31))
    make_appointment(school=school, position=Position.EXECUTIVE_DEPUTY, to_on=day(3, 31))
    expected = Vacancy("school", school.pk, "和平小学", "1105001", Position.EXECUTIVE_DEPUTY, day(3, 31))
    assert vacancies(cast.users.district, DAY) == [expected]
    follower = make_appointment(school=school, position=Position.EXECUTIVE_DEPUTY, from_on=day(12, 2))
    assert vacancies(cast.users.district, DAY) == [expected]
    follower.from_on = DAY
    follower.save()
    assert vacancies(cast.users.district, DAY) == []


@pytest.mark.parametrize(
    ("opened_on", "closed_on", "found"),
    [
        (None, None, []),
        (day(8, 31), None, [Position.DIRECTOR]),
        (day(9, 1), None, []),
        (day(1, 1), day(11, 1), []),
    ],
)
@pytest.mark.django_db
def test_a_head_never_filled_is_missed_three_months_after_a_known_opening(cast, opened_on, closed_on, found):
    school = make_school(opened_on=opened_on, closed_on=closed_on)
    mine = [seat for seat in vacancies(cast.users.district, DAY) if seat.unit_pk == school.pk]
    assert [(seat.position, seat.last_on) for seat in mine] == [(position, None) for position in found]


@pytest.mark.django_db
def test_vacancies_stand_in_the_district_s_order_within_reach(cast):
    make_appointment(school=cast.far.school, to_on=day(1, 31))
    make_appointment(school=cast.home.school, to_on=day(1, 31))
    make_appointment(group=cast.home.group, position=Position.GROUP_HEAD, to_on=day(1, 31))
    whole = [("东苑协作组", "协作组长"), ("和平小学", "主任"), ("光明中学", "主任")]
    assert [(seat.unit, seat.label) for seat in vacancies(cast.users.district, DAY)] == whole
    assert [(seat.unit, seat.label) for seat in vacancies(cast.users.group, DAY)] == whole[:2]
    assert [(seat.unit, seat.label) for seat in vacancies(cast.users.stranger, DAY)] == whole[2:]


@pytest.mark.django_db
def test_the_district_has_one_line_for_all_and_each_unit_its_own(cast):
    for school in (cast.home.school, cast.far.school):
        make_appointment(school=school, to_on=day(1, 31))
    make_appointment(school=cast.home.school, position=Position.EXECUTIVE_DEPUTY, to_on=day(1, 31))
    make_appointment(group=cast.home.group, position=Position.GROUP_HEAD, to_on=day(1, 31))

    def said(who):
        return [(todo.title, todo.url) for todo in vacant_seats(getattr(cast.users, who), NOON)]

    words = "2 所学校主任、1 所学校常务副主任、1 个协作组组长空缺超过三个月"
    own = f"/committees/school/{cast.home.school.pk}/"
    assert {who: said(who) for who in ("district", "school", "group", "leader", "judge")} == {
        "district": [(words, "/committees/?vacant=1")],
        "school": [("主任空缺超过三个月", own), ("常务副主任空缺超过三个月", own)],
        "group": [("协作组长空缺超过三个月", f"/committees/group/{cast.home.group.pk}/")],
        "leader": [],
        "judge": [],
    }
    assert words in [todo.title for todo in todos.for_actor(cast.users.district, timezone.now())]


@pytest.mark.parametrize("who", ["district", "group", "school"])
@pytest.mark.django_db
def test_the_to_do_costs_one_query(cast, who):
    user = getattr(cast.users, who)
    vacant_seats(user, NOON)
    for school in (cast.home.school, cast.far.school):
        make_appointment(school=school, to_on=day(1, 31))
    with CaptureQueriesContext(connection) as caught:
        vacant_seats(user, NOON)
    assert len(caught) == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"from_on": day(12, 1, 2013)}, ["任期已满五年"]),
        ({"from_on": day(12, 2, 2013)}, []),
        ({"from_on": None}, []),
        ({"position": Position.EXECUTIVE_DEPUTY, "born": day(12, 1, 1947)}, ["常务副主任已超过 70 岁"]),
        ({"position": Position.EXECUTIVE_DEPUTY, "born": day(12, 2, 1947)}, []),
        ({"position": Position.DIRECTOR, "born": day(12, 1, 1930)}, []),
    ],
)
@pytest.mark.django_db
def test_long_terms_and_old_deputies_are_pointed_out(cast, fields, said):
    born = fields.pop("born", None)
    person = make_person(school=cast.home.school, born_on=born) if born else None
    seat = make_appointment(school=cast.home.school, person=person, **fields)
    assert warnings_of(seat, DAY) == said


@pytest.mark.parametrize(
    ("person", "said"),
    [
        ({"duty": "校长", "retired_on": None}, ""),
        ({"duty": "党支部书记", "retired_on": None}, "本人现任“党支部书记”，与任职时的“校长”不同"),
        ({"duty": "校长", "retired_on": day(11, 30)}, "本人已退休"),
        ({"duty": "校长", "died_on": day(11, 30)}, "本人已离世"),
    ],
)
@pytest.mark.django_db
def test_a_seat_by_office_shows_that_the_office_is_left(cast, person, said):
    school = cast.home.school
    seat = make_appointment(school=school, person=make_person(school=school, **person), duty="校长")
    assert left_office(seat, school, DAY) == ""
    seat.is_by_office = True
    assert left_office(seat, school, DAY) == said
    seat.person.school = cast.far.school
    seat.person.retired_on = seat.person.died_on = None
    assert left_office(seat, school, DAY) == "本人已不在本校"
