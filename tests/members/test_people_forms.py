"""The form of a person's file: what it begins with, and days and characters that it does not take."""

import datetime

import pytest

from members.models import Person
from tests.factories import make_person
from tests.members.people_rows import edit_form, typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(cast):
    return make_person(school=cast.home.school, name="曾玉兰")


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ({"born": "2099-1-1"}, "日期不能晚于今天"),
        ({"joined_party": "1940-01"}, "早于出生年月"),
        ({"retired": "2098-01-01"}, "日期不能晚于今天"),
    ],
)
def test_days_that_cannot_be_are_told_before_a_file_is_opened(cast, days, said):
    fields = {**typed(cast.home.school, serial=714), "id_number": "", "born": "1945-3-8", **days}
    answer = cast.school.post("/people/new/", fields)
    assert (answer.status_code, said in answer.content.decode(), Person.objects.count()) == (422, True, 0)


def test_an_impossible_day_of_an_old_file_stops_no_other_edit(cast, person):
    Person.objects.filter(pk=person.pk).update(retired_on=datetime.date(2098, 1, 1), retired_precision="day")
    answer = cast.school.post(f"/people/{person.pk}/edit/", edit_form(cast.school, person, hobbies="书法"))
    assert (answer.status_code, Person.objects.get().hobbies) == (302, "书法")


@pytest.mark.parametrize(("who", "begins_empty"), [("district", True), ("school", False)])
def test_a_new_file_is_of_no_unit_until_one_is_chosen(cast, who, begins_empty):
    form = getattr(cast, who).get("/people/new/").context["form"]
    assert (next(iter(form.fields["school"].choices))[0] == "") is begins_empty
    assert form["retirement_kind"].value() == "RETIRED"


def test_a_character_that_is_refused_is_not_called_missing_from_the_fonts(cast):
    fields = {**typed(cast.home.school, serial=715), "name": "曾\u200b玉兰"}
    answer = cast.school.post("/people/new/", fields)
    assert (answer.status_code, "现有字库中没有" in answer.content.decode()) == (422, False)
