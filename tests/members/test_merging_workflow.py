"""Merging two files, taking a merge back, finding two files to be two persons."""

import datetime
import json

import pytest
from django.utils import timezone

from guanweihui.imports.resources import snapshot
from guanweihui.models import AuditEvent
from guanweihui.scope import Role
from guanweihui.workflow import Refused
from members.keys import phone_index
from members.models import (
    Card,
    DistinctPair,
    Merge,
    Outing,
    OutingPlace,
    Person,
    ServiceRecord,
    ServiceSheet,
    Slip,
    Team,
    TeamMembership,
)
from members.workflow.merging import find_distinct, merge, stayed_behind, survivor_of, unmerge
from members.workflow.union import links
from tests.factories import (
    make_appointment,
    make_elder_class,
    make_honour,
    make_pairing,
    make_person,
)
from tests.members.merging_rows import make_merge, make_transfer

NOW = timezone.make_aware(datetime.datetime(2026, 3, 2, 9, 30))
DAY = datetime.date(2018, 11, 5)
WHY = "已与本人电话核实"


@pytest.fixture
def two(cast):
    """Give two files of one school; the second has no ID number."""
    school = cast.home.school
    return make_person(school=school, name="李峰"), make_person(school=school, name="李峯", id_number="")


def joined(cast, survivor, merged, **how) -> Merge:
    return merge(survivor, merged, **{"by": cast.users.district, "at": NOW, "reason": WHY, **how})


def parted(cast, row, **how) -> list[str]:
    return unmerge(row, **{"by": cast.users.district, "at": NOW, "reason": "合并错了", **how})


def make_card(person, number=1, **fields):
    defaults = {"number": f"GGW2018{number:05}", "year": 2018, "sequence": number, "issued_on": DAY}
    defaults |= {"district": person.district, "check_token": f"{number:032}"}
    return Card.objects.create(person=person, **{**defaults, **fields})


def make_record(person, **fields):
    defaults = {"served_on": DAY, "half_hours": 4, "content": "宣讲", "claimed_at": NOW}
    return ServiceRecord.objects.create(person=person, district=person.district, **{**defaults, **fields})


def make_sheet(person, number="QD1"):
    times = {"starts_at": datetime.time(9), "ends_at": datetime.time(11), "created_at": NOW, "held_on": DAY}
    return ServiceSheet.objects.create(
        district=person.district, number=number, content="宣讲", place="礼堂", **times
    )


def make_team(person, name="讲师团"):
    return Team.objects.get_or_create(district=person.district, name=name)[0]


def join(person, team, **fields):
    return TeamMembership.objects.create(person=person, team=team, **{"from_on": DAY, **fields})


def lines(action: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action=action))


# --- fields -----------------------------------------------------------------------------------------------


def test_blank_fields_are_filled_and_filled_ones_stay(cast):
    school = cast.home.school
    blank = {"phone": "", "health": "", "former_name": "", "born_on": None, "birth_precision": ""}
    one = make_person(school=school, **{**blank, "born_on": DAY}, duty="校长", is_volunteer=False)
    Person.objects.filter(pk=one.pk).update(born_on=None, birth_precision="", consented_on=DAY)
    two = make_person(
        school=school, id_number="", duty="教师", former_name="李大", phone="19900001111", health="好",
        born_on=datetime.date(1941, 5, 1), birth_precision="month",
        consented_on=datetime.date(2017, 1, 1), registered_on=datetime.date(2017, 2, 1),
    )  # fmt: skip
    joined(cast, one, two)
    one.refresh_from_db()
    assert (one.duty, one.former_name, one.phone, one.health) == ("校长", "李大", "19900001111", "好")
    assert one.phone_index == phone_index("19900001111")
    assert (one.born_on, one.birth_precision) == (datetime.date(1941, 5, 1), "month")
    assert (one.is_volunteer, str(one.consented_on), str(one.registered_on)) == (
        True,
        "2017-01-01",
        "2017-02-01",
    )


def test_the_merged_files_numbers_come_along_and_are_searched_by_their_keys(cast):
    one = make_person(school=cast.home.school, id_number="", staff_no="")
    two = make_person(school=cast.home.school)
    number, staff_no, index = two.id_number, two.staff_no, two.id_index
    joined(cast, one, two)
    one.refresh_from_db()
    assert (one.id_number, one.staff_no, one.id_index) == (number, staff_no, index)


def test_old_numbers_lead_to_the_file_that_was_kept(cast, two):
    one, other = two
    last = make_person(school=cast.home.school, id_number="")
    make_card(one)
    void = make_card(other, 2)
    phone = other.phone_index
    joined(cast, one, other)
    joined(cast, last, one)
    void.refresh_from_db()
    assert (void.status, void.person) == (Card.Status.VOID, other)
    keys = ({"card": void.number}, {"phone_index": phone}, {"id_index": one.id_index})
    seen = Person.objects.visible_to(cast.users.school)
    assert [list(seen.found_by(**key)) for key in keys] == [[last]] * 3
    far = Person.objects.visible_to(cast.users.stranger)
    assert [list(far.found_by(**key)) for key in keys] == [[]] * 3


def test_an_old_number_shows_nobody_outside_the_reach(cast):
    """The merged file's own school sees the one kept only when that one is its own as well."""
    one = make_person(school=cast.home.school)
    other = make_person(school=cast.far.school, id_number="")
    phone = other.phone_index
    joined(cast, one, other)
    users = (cast.users.district, cast.users.school, cast.users.stranger)
    found = [list(Person.objects.visible_to(user).found_by(phone_index=phone)) for user in users]
    assert found == [[one], [one], []]


def test_classes_are_united_and_the_main_class_of_the_other_is_a_further_one(cast, two):
    one, other = two
    teacher, soldier = make_elder_class(name="老教师"), make_elder_class(name="老战士", position=2)
    other.elder_class = soldier
    other.save()
    other.further_classes.add(teacher)
    row = joined(cast, one, other)
    assert [one.elder_class, *one.further_classes.all()] == [teacher, soldier]
    parted(cast, row)
    assert (list(one.further_classes.all()), list(other.further_classes.all())) == ([], [teacher])


@pytest.mark.parametrize(("volunteers", "stopped"), [(True, None), (False, DAY)])
def test_a_stop_is_taken_over_by_a_file_that_says_nothing_of_service(cast, volunteers, stopped):
    one = make_person(school=cast.home.school, is_volunteer=volunteers)
    two = make_person(school=cast.home.school, id_number="", stopped_on=DAY)
    joined(cast, one, two)
    one.refresh_from_db()
    assert one.stopped_on == stopped


def test_a_photo_and_a_slip_go_along_and_come_back(cast, two):
    one, other = two
    link = slip_of(other)
    Person.objects.filter(pk=other.pk).update(photo="photos/1")
    row = joined(cast, one, other)
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.photo, one.slip_link_id, one.slip.code_index) == ("photos/1", link.pk, f"{other.pk}")
    assert (other.photo, other.slip_link_id) == ("", None)
    assert parted(cast, row) == []
    other.refresh_from_db()
    assert (other.photo, other.slip_link_id, Slip.objects.get().person_id) == ("photos/1", link.pk, other.pk)


def slip_of(person):
    from guanweihui.gate import issue_link

    link, _ = issue_link(
        district=person.district, role=Role.VOLUNTEER, holder_name=person.name, by=None, at=NOW, days=30
    )
    person.slip_link = link
    person.save()
    Slip.objects.create(district=person.district, person=person, code_index=f"{person.pk}", issued_at=NOW)
    return link


def test_of_two_slips_the_merged_files_is_closed(cast, two):
    one, other = two
    mine, theirs = slip_of(one), slip_of(other)
    row = joined(cast, one, other)
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.revoked_at, theirs.revoked_at) == (None, NOW)
    parted(cast, row)
    theirs.refresh_from_db()
    assert theirs.revoked_at is None


# --- rows -------------------------------------------------------------------------------------------------


def test_every_model_that_points_to_a_person_follows():
    """A new model comes along by itself; a link that must not is named in union.STAYING."""
    assert sorted(f"{link.model._meta.label}.{link.name}" for link in links()) == [
        "activities.Enrolment.head",
        "awards.Honour.person",
        "awards.Nomination.person",
        "awards.Veto.person",
        "members.Appointment.person",
        "members.Card.person",
        "members.Care.person",
        "members.Correction.person",
        "members.OutingPlace.person",
        "members.Person.merged_into",
        "members.RegistrationLine.person",
        "members.ServiceCertificate.person",
        "members.ServiceRecord.person",
        "members.ServiceSheet_expected.person",
        "members.Slip.person",
        "members.TaskCall.person",
        "members.TeamMembership.person",
        "members.Transfer.person",
        "outreach.Pairing.assistant",
        "outreach.Pairing.principal",
        "outreach.TripMember.person",
    ]


def test_rows_of_every_app_follow_and_come_back(cast, two):
    one, other = two
    rows = [
        make_appointment(school=cast.home.school, person=other),
        make_honour(unit=cast.home.school, person=other),
        make_card(other),
        make_record(other),
        join(other, make_team(other)),
    ]
    pairing = make_pairing(principal=other)
    row = joined(cast, one, other)
    pairing.refresh_from_db()
    assert [fresh(each).person_id for each in rows] + [pairing.principal_id] == [one.pk] * 6
    assert (len(row.moved), stayed_behind(row)) == (6, [])
    assert parted(cast, row) == []
    pairing.refresh_from_db()
    assert [fresh(each).person_id for each in rows] + [pairing.principal_id] == [other.pk] * 6


def fresh(row):
    return type(row)._base_manager.get(pk=row.pk)


def test_of_two_cards_the_survivors_holds_and_the_other_still_resolves_by_its_number(cast, two):
    one, other = two
    mine, theirs = make_card(one, 1), make_card(other, 2)
    row = joined(cast, one, other)
    theirs.refresh_from_db()
    assert (fresh(mine).status, theirs.status, theirs.void_reason) == ("VALID", "VOID", f"档案合并：{WHY}")
    assert survivor_of(Card.objects.get(number="GGW201800002").person) == one
    assert [event.kind for event in theirs.events.all()] == ["VOID"]
    assert parted(cast, row) == []
    theirs.refresh_from_db()
    assert (theirs.status, theirs.voided_on, theirs.void_reason) == ("VALID", None, "")
    assert theirs.events.count() == 0


def test_a_valid_card_is_not_lost_to_a_voided_one(cast, two):
    one, other = two
    make_card(one, 1, status="VOID", voided_on=DAY, void_reason="遗失")
    make_card(other, 2)
    with pytest.raises(Refused, match="请改选持有效证的那份"):
        joined(cast, one, other)
    joined(cast, other, one)
    assert Card.objects.valid().get().person == other


def test_a_current_membership_of_one_team_is_one_from_the_earlier_day(cast, two):
    one, other = two
    team = make_team(one)
    kept = join(one, team)
    gone = join(other, team, from_on=datetime.date(2017, 1, 1), office=TeamMembership.Office.HEAD)
    before = [snapshot(kept), snapshot(gone)]
    row = joined(cast, one, other)
    (left,) = TeamMembership.objects.all()
    assert (left.pk, left.person, str(left.from_on), left.office) == (kept.pk, one, "2017-01-01", 1)
    assert parted(cast, row) == []
    assert [snapshot(fresh(kept)), snapshot(fresh(gone))] == before


def test_a_place_on_one_outing_keeps_the_papers_of_both(cast, two):
    one, other = two
    outing = Outing.objects.create(
        district=one.district, name="参观", place="展馆", held_on=DAY, contact="李明", contact_phone="1"
    )
    kept = OutingPlace.objects.create(outing=outing, person=one, family_signed_on=DAY)
    gone = OutingPlace.objects.create(
        outing=outing, person=other, health_stated_on=DAY, emergency_contact="王小明", is_fit=False
    )
    before = [snapshot(kept), snapshot(gone)]
    row = joined(cast, one, other)
    (left,) = OutingPlace.objects.all()
    assert (left.person, left.health_stated_on, left.family_signed_on) == (one, DAY, DAY)
    assert (left.emergency_contact, left.is_fit) == ("王小明", False)
    assert parted(cast, row) == []
    assert [snapshot(fresh(kept)), snapshot(fresh(gone))] == before


def test_hours_at_the_same_time_count_once(cast, two):
    one, other = two
    nine, ten, eleven = datetime.time(9), datetime.time(10), datetime.time(11)
    mine = make_record(one, starts_at=nine, ends_at=eleven)
    confirmed = make_record(
        other, starts_at=ten, ends_at=eleven, status="CONFIRMED", confirmed_at=NOW, half_hours=2
    )
    touching = make_record(other, starts_at=eleven, ends_at=datetime.time(12))
    row = joined(cast, one, other)
    assert [fresh(each).status for each in (mine, confirmed, touching)] == ["STRUCK", "CONFIRMED", "CLAIMED"]
    assert ServiceRecord.objects.of_person(one).count() == 3
    assert parted(cast, row) == []
    assert [(fresh(each).status, fresh(each).person) for each in (mine, confirmed, touching)] == [
        ("CLAIMED", one),
        ("CONFIRMED", other),
        ("CLAIMED", other),
    ]


def test_one_sheet_counts_once_and_expects_him_once(cast, two):
    one, other = two
    sheet = make_sheet(one)
    sheet.expected.add(one, other)
    mine, theirs = make_record(one, sheet=sheet), make_record(other, sheet=sheet)
    row = joined(cast, one, other)
    assert [fresh(mine).status, fresh(theirs).status] == ["CLAIMED", "STRUCK"]
    assert (list(sheet.expected.all()), fresh(theirs).person) == ([one], one)
    assert parted(cast, row) == []
    assert ({*sheet.expected.all()}, fresh(theirs).status) == ({one, other}, "CLAIMED")


def test_what_a_constraint_forbids_stays_and_is_named(cast, two):
    one, other = two
    make_honour(unit=cast.home.school, person=one)
    twice = make_honour(unit=cast.home.school, person=other)
    row = joined(cast, one, other)
    assert (stayed_behind(row), fresh(twice).person) == ([f"荣誉：{twice}"], other)
    (line,) = lines("person.merge")
    assert line.changes["stays"] == 1


def test_a_file_merged_before_leads_to_the_new_survivor_and_back(cast, two):
    one, other = two
    third = make_person(school=cast.home.school, id_number="")
    joined(cast, other, third)
    row = joined(cast, one, other)
    assert survivor_of(fresh(third)) == one
    parted(cast, row)
    assert survivor_of(fresh(third)) == other


# --- rights and refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["leader", "auditor", "group", "school", "stranger", "judge", "outreach"])
def test_nobody_but_the_district_decides(cast, two, who):
    by = getattr(cast.users, who)
    row = make_merge()
    with pytest.raises(Refused):
        joined(cast, *two, by=by)
    with pytest.raises(Refused):
        find_distinct(*two, by=by, at=NOW, reason=WHY)
    with pytest.raises(Refused):
        parted(cast, row, by=by)
    assert (Merge.objects.count(), DistinctPair.objects.count(), fresh(row).undone_at) == (1, 0, None)
    assert len(lines("person.merge")) == 1


def test_each_step_writes_one_line_without_a_sensitive_value(cast):
    one = make_person(school=cast.home.school, phone="", id_number="")
    two = make_person(school=cast.home.school)
    row = joined(cast, one, two)
    parted(cast, row)
    find_distinct(two, one, by=cast.users.district, at=NOW, reason=WHY)
    done = list(AuditEvent.objects.order_by("pk"))
    assert [line.action for line in done] == ["person.merge", "person.unmerge", "distinctpair.add"]
    assert done[0].changes == {"merged": two.pk, "fields": ["id_number", "phone"], "rows": 0, "stays": 0}
    said = json.dumps([line.changes for line in done])
    assert [value for value in (two.id_number, two.phone) if value in said] == []


def test_what_was_filled_is_sealed(cast):
    from django.db import connection

    one = make_person(school=cast.home.school, id_number="")
    two = make_person(school=cast.home.school)
    row = joined(cast, one, two)
    with connection.cursor() as cursor:
        cursor.execute("SELECT filled, moved FROM members_merge")
        stored = "".join(map(str, cursor.fetchone()))
    assert (two.id_number in stored, two.id_number in fresh(row).filled) == (False, True)


def test_a_reason_two_files_and_one_person_are_asked_for(cast, two):
    one, other = two
    numbered = make_person(school=cast.home.school)
    for files, how, why in (
        ((one, other), {"reason": " "}, "请写明依据"),
        ((one, one), {}, "两份不同的档案"),
        ((one, numbered), {}, "身份证号不同"),
    ):
        with pytest.raises(Refused, match=why):
            joined(cast, *files, **how)
    assert (Merge.objects.count(), lines("person.merge")) == (0, [])


def test_an_open_transfer_of_the_merged_file_is_answered_first(cast, two):
    one, other = two
    make_transfer(person=other, to_school=cast.far.school)
    with pytest.raises(Refused, match="待确认的转校申请"):
        joined(cast, one, other)
    assert fresh(other).merged_into is None


def test_a_merged_file_is_merged_no_second_time(cast, two):
    one, other = two
    joined(cast, one, other)
    for files in ((one, other), (other, one)):
        with pytest.raises(Refused, match="已经并入"):
            joined(cast, *files)
    assert len(lines("person.merge")) == 1


# --- taking back ------------------------------------------------------------------------------------------


def test_a_field_edited_since_stays_and_is_named(cast, two):
    one, other = two
    Person.objects.filter(pk=one.pk).update(duty="", title="")
    Person.objects.filter(pk=other.pk).update(duty="教师", title="高级")
    row = joined(cast, one, other)
    Person.objects.filter(pk=one.pk).update(duty="校长")
    assert parted(cast, row) == ["职务"]
    one.refresh_from_db()
    assert (one.duty, one.title) == ("校长", "")


def test_a_merge_is_taken_back_once_in_time_and_in_turn(cast, two):
    one, other = two
    third = make_person(school=cast.home.school, id_number="")
    first, second = joined(cast, one, other), joined(cast, one, third)
    with pytest.raises(Refused, match="先撤销后来的那一次"):
        parted(cast, first)
    with pytest.raises(Refused, match="超过 30 天"):
        parted(cast, second, at=NOW + Merge.UNDO)
    parted(cast, second, at=NOW + Merge.UNDO - datetime.timedelta(seconds=1))
    with pytest.raises(Refused, match="已经撤销过"):
        parted(cast, second)
    parted(cast, first)
    living = Person.objects.living_files().order_by("pk").values_list("pk", flat=True)
    assert list(living) == [one.pk, other.pk, third.pk]
    assert len(lines("person.unmerge")) == 2


def test_a_merge_whose_survivor_was_merged_waits_for_the_later_one(cast, two):
    one, other = two
    third = make_person(school=cast.home.school, id_number="")
    first, second = joined(cast, other, third), joined(cast, one, other)
    with pytest.raises(Refused, match="先撤销后来的那一次"):
        parted(cast, first)
    parted(cast, second)
    parted(cast, first)
    assert fresh(third).merged_into is None


def test_a_number_given_to_somebody_else_meanwhile_stops_the_way_back(cast, two):
    one, other = two
    row = joined(cast, one, other)
    make_person(school=cast.home.school, staff_no=other.staff_no)
    with pytest.raises(Refused, match="这个教工编号已登记在另一人名下"):
        parted(cast, row)
    assert (fresh(other).merged_into, fresh(row).undone_at) == (one, None)


def test_a_verdict_stands_in_one_order_and_once(cast, two):
    one, other = two
    pair = find_distinct(other, one, by=cast.users.district, at=NOW, reason=WHY)
    assert (pair.first, pair.second, pair.decided_by) == (one, other, cast.users.district)
    with pytest.raises(Refused, match="已认定不是同一人"):
        find_distinct(one, other, by=cast.users.district, at=NOW, reason=WHY)
