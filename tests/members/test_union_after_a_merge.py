"""Life goes on between a merge and its undoing: what a person was given meanwhile is still his."""

import datetime

import pytest
from django.utils import timezone

from members.models import Card, Person, ServiceRecord, Slip, Team, TeamMembership
from members.workflow.cards import reissue
from members.workflow.merging import unmerge
from members.workflow.service import confirm
from members.workflow.slips import issue_slip
from members.workflow.teams import change_office, edit_team, join_team
from tests.factories import make_person
from tests.members.merging_rows import make_merge

NOW = timezone.make_aware(datetime.datetime(2026, 3, 2, 9, 30))
DAY = datetime.date(2018, 11, 5)
TODAY = datetime.date(2026, 3, 2)
Office = TeamMembership.Office


@pytest.fixture
def two(cast):
    """Give two files of one school, registered on one day; the second has no ID number."""
    fields = {"school": cast.home.school, "consented_on": DAY, "registered_on": DAY}
    return make_person(**fields, name="曾国藩"), make_person(**fields, name="贾国潘", id_number="")


def joined(cast, one, other):
    return make_merge(survivor=one, merged=other, by=cast.users.district, at=NOW)


def parted(cast, row) -> list[str]:
    return unmerge(row, by=cast.users.district, at=NOW, reason="合并错了")


def fresh(row):
    return type(row)._base_manager.get(pk=row.pk)


# --- rows written since -----------------------------------------------------------------------------------


def test_a_card_reissued_since_goes_back_to_its_holder_with_the_new_code(cast, two):
    one, other = two
    card = Card.objects.create(
        person=other, district=other.district, number="GGW201800001", year=2018, sequence=1,
        issued_on=DAY, check_token="1" * 32,
    )  # fmt: skip
    row = joined(cast, one, other)
    renewed = reissue(fresh(card), by=cast.users.district, at=NOW, reason="遗失")
    assert (renewed.person, parted(cast, row)) == (one, [])
    card.refresh_from_db()
    assert (card.person, card.reissues, card.check_token) == (other, 1, renewed.check_token)


def test_hours_confirmed_since_go_back_to_whoever_served_them(cast, two):
    one, other = two
    record = ServiceRecord.objects.create(
        person=other, district=other.district, served_on=TODAY, half_hours=4, content="宣讲", claimed_at=NOW
    )
    row = joined(cast, one, other)
    confirm(fresh(record), by=cast.users.district, at=NOW)
    assert parted(cast, row) == []
    assert (fresh(record).person, fresh(record).status) == (other, "CONFIRMED")
    assert [fresh(person).last_served_on for person in two] == [None, TODAY]


def test_a_row_given_to_a_third_file_since_stays_there_and_is_named(cast, two):
    one, other = two
    third = make_person(school=cast.home.school)
    record = ServiceRecord.objects.create(
        person=other, district=other.district, served_on=DAY, half_hours=4, content="宣讲", claimed_at=NOW
    )
    row = joined(cast, one, other)
    ServiceRecord.objects.filter(pk=record.pk).update(person=third)
    assert parted(cast, row) == [f"{record._meta.verbose_name}：{fresh(record)}"]
    assert fresh(record).person == third


def test_a_row_that_a_constraint_forbids_to_go_back_stays_and_is_named(cast, two):
    one, other = two
    fields = {"district": one.district, "year": 2018, "issued_on": DAY}
    card = Card.objects.create(
        person=other, number="GGW201800001", sequence=1, check_token="1" * 32, **fields
    )
    row = joined(cast, one, other)
    Card.objects.create(person=other, number="GGW201800002", sequence=2, check_token="2" * 32, **fields)
    assert parted(cast, row) == [f"志愿者证：{card}"]
    assert fresh(card).person == one


def test_a_slip_issued_since_stays_with_the_file_that_its_link_opens(cast, two):
    one, other = two
    issue_slip(other, by=cast.users.district, at=NOW)
    row = joined(cast, one, fresh(other))
    slip, *_ = issue_slip(fresh(one), by=cast.users.district, at=NOW)
    assert f"个人服务单：{slip}" in parted(cast, row)
    one.refresh_from_db()
    assert (Slip.objects.get().person, one.slip_link.revoked_at) == (one, None)


# --- teams ------------------------------------------------------------------------------------------------


@pytest.fixture
def team(two):
    """Give a team that the second file leads and the first one is a member of."""
    one, other = two
    team = Team.objects.create(district=one.district, name="讲师团")
    TeamMembership.objects.create(team=team, person=one, from_on=DAY)
    TeamMembership.objects.create(team=team, person=other, from_on=DAY, office=Office.HEAD)
    return team


def test_a_head_whose_seat_was_filled_since_comes_back_as_a_member_and_is_named(cast, two, team):
    one, other = two
    row = joined(cast, one, other)
    by = cast.users.district
    change_office(TeamMembership.objects.of_person(one).get(), office=Office.MEMBER, by=by, at=NOW)
    third = make_person(school=cast.home.school, name="王五")
    join_team(third, team, office=Office.HEAD, from_on=TODAY, by=by, at=NOW)
    assert parted(cast, row) == [
        "队伍成员：贾国潘（讲师团），队长一职已由他人担任，恢复为队员；需要时请在队伍页面改任"
    ]
    offices = {each.person_id: each.office for each in TeamMembership.objects.of_team(team)}
    assert offices == {one.pk: Office.MEMBER, other.pk: Office.MEMBER, third.pk: Office.HEAD}
    assert fresh(other).merged_into is None


def test_a_membership_of_a_team_dissolved_since_comes_back_ended(cast, two, team):
    one, other = two
    row = joined(cast, one, other)
    edit_team(team, {"dissolved_on": TODAY}, version=team.version, by=cast.users.district, at=NOW)
    assert parted(cast, row) == [
        "队伍成员：贾国潘（讲师团），队伍已于 2026-03-02 撤销，退出日期记为 2026-03-01"
    ]
    last = datetime.date(2026, 3, 1)
    assert [each.to_on for each in TeamMembership.objects.of_team(team)] == [last, last]


# --- the file itself --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("goes_on", "stopped"), [({}, None), ({"is_volunteer": False}, DAY), ({"stopped_on": TODAY}, DAY)]
)
def test_an_old_stop_falls_when_the_other_file_goes_on_and_returns(cast, two, goes_on, stopped):
    one, other = two
    Person.objects.filter(pk=one.pk).update(stopped_on=DAY)
    Person.objects.filter(pk=other.pk).update(**goes_on)
    row = joined(cast, one, other)
    assert fresh(one).stopped_on == stopped
    assert parted(cast, row) == []
    assert fresh(one).stopped_on == DAY


def test_the_merged_files_name_still_finds_the_person_until_the_merge_is_taken_back(cast, two):
    one, other = two

    def found(name: str) -> list[Person]:
        people = Person.objects.visible_to(cast.users.district)
        return list(people.named(name, cast.users.district))

    row = joined(cast, one, other)
    assert (fresh(one).former_name, found("贾国潘")) == ("贾国潘", [one])
    assert parted(cast, row) == []
    assert (fresh(one).former_name, found("贾国潘")) == ("", [other])


@pytest.mark.parametrize(
    ("mine", "theirs", "kept"), [("李大", "", "李大"), ("", "李二", "李二"), ("", "曾国藩", "贾国潘")]
)
def test_a_former_name_that_says_something_is_kept(cast, two, mine, theirs, kept):
    one, other = two
    Person.objects.filter(pk=one.pk).update(former_name=mine)
    Person.objects.filter(pk=other.pk).update(former_name=theirs)
    joined(cast, one, other)
    assert fresh(one).former_name == kept
