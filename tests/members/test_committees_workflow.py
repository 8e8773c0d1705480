"""Steps on committees: rights, state, one line a step, and what is refused."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from guanweihui.models import AuditEvent
from guanweihui.workflow import Refused, explain
from members.models import Appointment
from members.workflow.committees import SeatChange, appoint, end_appointment, renew_committee
from tests.factories import make_appointment, make_person

Position = Appointment.Position
AT = datetime.datetime(2018, 12, 1, 4, tzinfo=datetime.UTC)
ON = datetime.date(2018, 12, 10)
VALUES = {"position": Position.DIRECTOR, "printed_name": "李新任", "from_on": ON}


def terms(unit) -> list[tuple]:
    rows = Appointment.objects.of_unit(unit).order_by("position", "pk")
    return [(row.position, row.printed_name, row.from_on, row.to_on) for row in rows]


def lines() -> list[tuple]:
    return [(line.action, line.changes) for line in AuditEvent.objects.order_by("pk")]


@pytest.mark.django_db
def test_an_appointment_links_the_one_person_who_bears_the_name(cast):
    school = cast.home.school
    person = make_person(school=school, name="李新任")
    make_person(school=cast.far.school, name="李新任")
    seat = appoint(
        school, {**VALUES, "phone": "19900009999"}, by=cast.users.school, at=AT, reason="示例〔1〕"
    )
    assert (seat.school, seat.person, terms(school)) == (school, person, [(1, "李新任", ON, None)])
    assert lines() == [("appointment.appoint", {"position": [None, 1], "from_on": [None, "2018-12-10"]})]
    assert AuditEvent.objects.get().reason == "示例〔1〕"


@pytest.mark.django_db
def test_namesakes_and_strangers_are_not_linked(cast):
    for _ in range(2):
        make_person(school=cast.home.school, name="李新任")
    make_person(school=cast.far.school, name="外校人")
    assert appoint(cast.home.school, VALUES, by=cast.users.district, at=AT).person is None
    other = {**VALUES, "position": Position.LIAISON, "printed_name": "外校人"}
    assert appoint(cast.home.school, other, by=cast.users.district, at=AT).person is None


@pytest.mark.parametrize("who", ["leader", "auditor", "group", "stranger", "judge", "outreach"])
@pytest.mark.django_db
def test_nobody_else_writes_appointments(cast, who):
    user, school = getattr(cast.users, who), cast.home.school
    seat = make_appointment(school=school)
    steps = (
        lambda: appoint(school, {**VALUES, "position": 6}, by=user, at=AT),
        lambda: end_appointment(seat, to_on=ON, by=user, at=AT),
        lambda: renew_committee(school, [SeatChange("LEAVE", seat.pk)], on=ON, basis="文", by=user, at=AT),
    )
    for step in steps:
        with pytest.raises(Refused, match="不在您的职责范围内"):
            step()
    assert (terms(school), lines()) == ([(1, "张建国", None, None)], [])


@pytest.mark.django_db
def test_a_school_writes_neither_its_group_nor_the_district(cast):
    for unit, position in ((cast.home.group, 7), (cast.home.district, 1)):
        with pytest.raises(Refused, match="不在您的职责范围内"):
            appoint(unit, {**VALUES, "position": position}, by=cast.users.school, at=AT)
        assert appoint(unit, {**VALUES, "position": position}, by=cast.users.district, at=AT).pk


@pytest.mark.django_db
def test_a_second_head_a_wrong_seat_a_closed_school_and_the_dead_are_refused(cast):
    school = cast.home.school
    make_appointment(school=school)
    make_person(school=school, name="离世人", died_on=datetime.date(2018, 1, 1))
    cases = (
        (VALUES, "该校这个任职已有现任"),
        ({**VALUES, "position": Position.GROUP_HEAD}, "没有“协作组长”这个任职"),
        ({**VALUES, "position": 5, "printed_name": "离世人"}, "离世人已于 2018-01-01 离世"),
    )
    for values, words in cases:
        with pytest.raises(Refused, match=words):
            appoint(school, values, by=cast.users.district, at=AT)
    school.closed_on = ON
    school.save()
    with pytest.raises(Refused, match="已于 2018-12-10 撤销"):
        appoint(school, {**VALUES, "position": 5}, by=cast.users.district, at=AT)
    assert lines() == []


@pytest.mark.django_db
def test_a_group_has_one_head_at_a_time(cast):
    values, by = {**VALUES, "position": Position.GROUP_HEAD}, cast.users.district
    head = appoint(cast.home.group, values, by=by, at=AT)
    with pytest.raises(Refused, match="东苑协作组的这个任职已有现任"):
        appoint(cast.home.group, values, by=by, at=AT)
    seats = [SeatChange("REPLACE", head.pk, {"printed_name": "新组长"})]
    on = ON + datetime.timedelta(days=1)
    renew_committee(cast.home.group, seats, on=on, basis="文", by=by, at=AT)
    assert terms(cast.home.group) == [(7, "李新任", ON, ON), (7, "新组长", on, None)]


@pytest.mark.django_db
def test_each_constraint_refuses_its_row(cast):
    school = cast.home.school
    make_appointment(school=school)
    rows = (
        ({"school": school}, "该校这个任职已有现任，请先填写原任的止期。"),
        (
            {"school": cast.far.school, "from_on": ON, "to_on": datetime.date(2018, 1, 1)},
            "止期不能早于起期。",
        ),
        ({"school": school, "position": 5, "group": cast.home.group}, "区、协作组、学校三者须选且只选一个。"),
    )
    for fields, words in rows:
        with pytest.raises(IntegrityError) as caught, transaction.atomic():
            make_appointment(**fields)
        assert explain(caught.value, Appointment) == words


@pytest.mark.django_db
def test_a_term_ends_once_and_not_before_it_began(cast):
    seat = make_appointment(school=cast.home.school, from_on=ON)
    with pytest.raises(Refused, match="止期不能早于这一天"):
        end_appointment(seat, to_on=ON - datetime.timedelta(days=1), by=cast.users.school, at=AT)
    ended = end_appointment(seat, to_on=ON, by=cast.users.school, at=AT, reason="调离")
    assert (ended.to_on, lines()) == (ON, [("appointment.end", {"to_on": [None, "2018-12-10"]})])
    with pytest.raises(Refused, match="已填写止期 2018-12-10"):
        end_appointment(seat, to_on=ON, by=cast.users.school, at=AT)


@pytest.mark.django_db
def test_a_term_change_ends_old_terms_the_day_before_and_opens_new_ones(cast):
    school, before = cast.home.school, datetime.date(2018, 12, 9)
    old = make_appointment(school=school, from_on=datetime.date(2013, 12, 10))
    deputy = make_appointment(school=school, position=2, printed_name="常务")
    liaison = make_appointment(school=school, position=6, printed_name="联络")
    member = make_appointment(school=school, position=5, printed_name="委员")
    person = make_person(school=school, name="李新任")
    seats = [
        SeatChange("REPLACE", old.pk, {"printed_name": "李新任", "is_by_office": True, "duty": "党总支书记"}),
        SeatChange("LEAVE", deputy.pk),
        SeatChange("STAY", liaison.pk),
        SeatChange("NEW", values={"position": 5, "printed_name": "新委员"}),
    ]
    renewal = renew_committee(school, seats, on=ON, basis="示例〔2018〕3号", by=cast.users.school, at=AT)
    assert (renewal.stayed, renewal.ended, len(renewal.opened)) == (2, 2, 2)
    assert terms(school) == [
        (1, "张建国", datetime.date(2013, 12, 10), before),
        (1, "李新任", ON, None),
        (2, "常务", None, before),
        (5, "委员", None, None),
        (5, "新委员", ON, None),
        (6, "联络", None, None),
    ]
    head = renewal.opened[0]
    assert (head.person, head.is_by_office, head.duty, member.to_on) == (person, True, "党总支书记", None)
    assert lines() == [
        ("committee.renew", {"stayed": 2, "ended": 2, "opened": 2, "from_on": [None, "2018-12-10"]})
    ]
    assert AuditEvent.objects.get().reason == "示例〔2018〕3号"


@pytest.mark.django_db
def test_a_term_change_is_whole_or_not_at_all(cast):
    school = cast.home.school
    own, foreign = make_appointment(school=school), make_appointment(school=cast.far.school)
    late = make_appointment(school=school, position=5, from_on=ON)
    leave = SeatChange("LEAVE", own.pk)
    cases = (
        ([leave], "", "请填写换届的依据文件"),
        ([SeatChange("STAY", own.pk)], "文", "没有任何变动"),
        ([], "文", "没有任何变动"),
        ([leave, SeatChange("LEAVE", foreign.pk)], "文", "已经变动"),
        ([leave, leave], "文", "已经变动"),
        ([leave, SeatChange("LEAVE", late.pk)], "文", "止期不能早于这一天"),
        ([leave, SeatChange("NEW", values={"position": 7, "printed_name": "某"})], "文", "没有“协作组长”"),
        (
            [leave, *(SeatChange("NEW", values={"position": 1, "printed_name": name}) for name in "甲乙")],
            "文",
            "该校这个任职已有现任",
        ),
    )
    for seats, basis, words in cases:
        with pytest.raises(Refused, match=words):
            renew_committee(school, seats, on=ON, basis=basis, by=cast.users.district, at=AT)
    assert Appointment.objects.exclude(to_on=None).count() == 0
    assert (Appointment.objects.count(), lines()) == (3, [])
