"""Transfers between schools: who may ask, who answers, what moves; the steps at the same moment."""

import datetime

import pytest
from django.utils import timezone

from guanweihui.models import AuditEvent
from guanweihui.todos import for_actor
from guanweihui.workflow import Refused
from members.models import Merge, Person, Transfer
from members.workflow import merging
from members.workflow.merging import merge
from members.workflow.transfers import NotRegistered, OwnAlready, ask, grant, refuse, withdraw
from tests.factories import make_person, make_school
from tests.members.merging_rows import make_transfer
from tests.races import race, verdicts

NOW = timezone.make_aware(datetime.datetime(2026, 3, 2, 9, 30))
WHY = "已调入本校"


@pytest.fixture
def person(cast):
    return make_person(school=cast.home.school, name="李峰")


@pytest.fixture
def transfer(cast, person):
    return make_transfer(person=person, to_school=cast.far.school)


def asked(cast, number, name="李峰", **how):
    how = {"school": cast.far.school, "by": cast.users.stranger, **how}
    return ask(how.pop("school"), id_number=number, typed_name=name, reason=WHY, at=NOW, **how)


def lines(action: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action=action))


def test_a_school_asks_by_id_number_whatever_the_name(cast, person):
    transfer = asked(cast, person.id_number, "李丰")
    assert (transfer.person, transfer.from_school, transfer.to_school, transfer.status) == (
        person,
        cast.home.school,
        cast.far.school,
        "ASKED",
    )
    (line,) = lines("transfer.ask")
    assert (line.actor_id, line.reason, person.id_number in str(line.changes)) == (
        cast.users.stranger.pk,
        WHY,
        False,
    )


@pytest.mark.parametrize(("name", "found"), [("李峰", True), ("李峯", True), ("王秀英", False)])
def test_a_staff_number_says_nothing_without_the_name(cast, person, name, found):
    if found:
        assert asked(cast, person.staff_no.lower(), name).person == person
    else:
        with pytest.raises(NotRegistered):
            asked(cast, person.staff_no, name)


@pytest.mark.parametrize("number", ["", "JG999999", "990105194503080021"])
def test_who_is_registered_nowhere_is_to_be_registered(cast, person, number):
    with pytest.raises(NotRegistered):
        asked(cast, number)
    assert (Transfer.objects.count(), lines("transfer.ask")) == (0, [])


def test_the_own_person_is_no_transfer(cast, person):
    with pytest.raises(OwnAlready) as found:
        asked(cast, person.id_number, school=cast.home.school, by=cast.users.school)
    assert (found.value.person, Transfer.objects.count()) == (person, 0)


def test_a_person_of_another_district_does_not_exist(cast, person):
    from tests.factories import make_district, make_group

    abroad = make_district(full_name="外区")
    school = make_school(group=make_group(district=abroad, full_name="外组"), code="1999999")
    stranger = make_person(school=school)
    with pytest.raises(NotRegistered):
        asked(cast, stranger.id_number)


def test_the_number_of_a_merged_file_leads_to_its_survivor(cast, person):
    merged = make_person(school=cast.home.school, name="李峯", id_number="")
    merge(person, merged, by=cast.users.district, at=NOW, reason="已核实")
    assert asked(cast, merged.staff_no, "李峯").person == person


@pytest.mark.parametrize("who", ["district", "leader", "auditor", "group", "school", "judge", "outreach"])
def test_only_the_school_itself_asks(cast, person, who):
    with pytest.raises(Refused, match="不在您的职责范围内"):
        asked(cast, person.id_number, by=getattr(cast.users, who))
    assert Transfer.objects.count() == 0


def test_a_request_that_stands_is_not_made_twice(cast, transfer):
    with pytest.raises(Refused, match="正等对方学校确认"):
        asked(cast, transfer.person.id_number)


@pytest.mark.parametrize("who", ["school", "district"])
def test_the_holder_or_the_district_lets_go_and_the_file_moves(cast, transfer, who):
    done = grant(transfer, by=getattr(cast.users, who), at=NOW)
    person = Person.objects.get()
    assert (done.status, done.decided_at, person.school, person.version) == (
        "GRANTED",
        NOW,
        cast.far.school,
        2,
    )
    (line,) = lines("transfer.grant")
    assert line.changes == {"status": ["ASKED", "GRANTED"]}


def test_the_holder_refuses_with_a_reason(cast, transfer):
    with pytest.raises(Refused, match="请写明理由"):
        refuse(transfer, by=cast.users.school, at=NOW, reason=" ")
    done = refuse(transfer, by=cast.users.school, at=NOW, reason="人还在本校")
    assert (done.status, done.answer, Person.objects.get().school) == (
        "REFUSED",
        "人还在本校",
        cast.home.school,
    )
    assert len(lines("transfer.refuse")) == 1


def test_the_asking_school_takes_back(cast, transfer):
    assert withdraw(transfer, by=cast.users.stranger, at=NOW).status == "WITHDRAWN"
    assert len(lines("transfer.withdraw")) == 1
    with pytest.raises(Refused, match="已撤回"):
        grant(transfer, by=cast.users.school, at=NOW)


@pytest.mark.parametrize("who", ["stranger", "leader", "auditor", "group", "judge", "outreach"])
def test_nobody_else_answers(cast, transfer, who):
    by = getattr(cast.users, who)
    for step in (
        lambda: grant(transfer, by=by, at=NOW),
        lambda: refuse(transfer, by=by, at=NOW, reason="不"),
    ):
        with pytest.raises(Refused):
            step()
    assert (Transfer.objects.get().status, Person.objects.get().school) == ("ASKED", cast.home.school)
    assert AuditEvent.objects.count() == 0


@pytest.mark.parametrize("who", ["school", "district", "leader", "group", "judge"])
def test_nobody_else_takes_back(cast, transfer, who):
    with pytest.raises(Refused):
        withdraw(transfer, by=getattr(cast.users, who), at=NOW)
    assert Transfer.objects.get().status == "ASKED"


def test_a_second_request_follows_the_file_to_its_new_school(cast, transfer):
    third = make_school(group=cast.home.group, full_name="示例区第三小学", code="1105003")
    other = make_transfer(person=transfer.person, to_school=third)
    grant(transfer, by=cast.users.school, at=NOW)
    other.refresh_from_db()
    assert (other.status, other.from_school) == ("ASKED", cast.far.school)
    with pytest.raises(Refused, match="不在您的职责范围内"):
        grant(other, by=cast.users.school, at=NOW)
    assert grant(other, by=cast.users.stranger, at=NOW).status == "GRANTED"


def test_a_file_that_left_otherwise_is_not_moved_by_an_old_request(cast, transfer):
    Person.objects.update(school=make_school(group=cast.home.group, code="1105003"))
    with pytest.raises(Refused, match="单位已经变更"):
        grant(transfer, by=cast.users.district, at=NOW)


def test_the_database_refuses_a_transfer_to_the_same_school(cast, person):
    from django.db import IntegrityError

    with pytest.raises(IntegrityError, match="transfer_leads_elsewhere"):
        make_transfer(person=person, to_school=cast.home.school)


@pytest.mark.parametrize(
    ("who", "number"), [("school", 1), ("district", 1), ("stranger", 0), ("leader", 0), ("group", 0)]
)
def test_what_waits_is_a_to_do_of_the_holder_and_the_district(cast, transfer, who, number):
    done = make_transfer(to_school=cast.far.school)
    Transfer.objects.filter(pk=done.pk).update(status="REFUSED")
    todos = [one for one in for_actor(getattr(cast.users, who), NOW) if one.title.startswith("转校申请")]
    assert [(one.title, one.url, one.origin) for one in todos] == [
        ("转校申请：李峰", f"/people/transfers/{transfer.pk}/", "和平小学 → 光明中学")
    ] * number


# --- at the same moment -----------------------------------------------------------------------------------


def joining(cast, survivor, merged):
    return lambda: merge(survivor, merged, by=cast.users.district, at=NOW, reason="已核实")


@pytest.mark.django_db(transaction=True)
def test_of_two_merges_of_one_file_one_wins(cast, person):
    other, third = (make_person(school=cast.home.school, id_number="") for _ in range(2))
    assert race(joining(cast, person, other), joining(cast, third, other)) == ["refused", "won"]
    assert (Merge.objects.count(), len(lines("person.merge"))) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_files_are_not_merged_into_each_other(cast, person):
    other = make_person(school=cast.home.school, id_number="")
    assert race(joining(cast, person, other), joining(cast, other, person)) == ["refused", "won"]
    assert Person.objects.living_files().count() == 1


def test_without_the_fresh_look_both_files_would_be_lost(cast, person, monkeypatch):
    """The control: with the look at the locked files taken out, the same two merges must go wrong."""
    other = make_person(school=cast.home.school, id_number="")
    monkeypatch.setattr(
        merging, "_both", lambda one, two, by: tuple(Person.objects.get(pk=each.pk) for each in (one, two))
    )
    for work in (joining(cast, person, other), joining(cast, other, person)):
        work()
    assert Person.objects.living_files().count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_merge_and_a_grant_at_once_leave_one_living_file_at_the_new_school(cast, person):
    other = make_person(school=cast.home.school, id_number="")
    transfer = make_transfer(person=other, to_school=cast.far.school)
    said = verdicts(joining(cast, person, other), lambda: grant(transfer, by=cast.users.school, at=NOW))
    other.refresh_from_db()
    transfer.refresh_from_db()
    assert (said[1], transfer.status, other.school) == ("won", "GRANTED", cast.far.school)
    assert (said[0] == "won") == (other.merged_into_id is not None)


@pytest.mark.django_db(transaction=True)
def test_a_merged_file_never_has_an_open_request(cast, person):
    other = make_person(school=cast.home.school, name="李峯", id_number="")
    race(joining(cast, person, other), lambda: asked(cast, other.staff_no, "李峯"))
    other.refresh_from_db()
    assert other.merged_into_id is None or not other.transfers.waiting().exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_requests_at_once_one_stands(cast, person):
    said = verdicts(*[lambda: asked(cast, person.id_number)] * 2)
    assert (sorted(said), Transfer.objects.count()) == (["refused", "won"], 1)
