"""Steps of a trip: entering and editing, the table of steps, what a trip must hold to, numbers, photos."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from guanweihui.models import AccessLink, Attachment, AuditEvent
from guanweihui.scope import LinkHolder
from guanweihui.uploads import read
from guanweihui.workflow import Refused
from outreach.models import Need, Trip, TripDay, TripMember
from outreach.workflow import trips as steps
from outreach.workflow import trips_rules as rules
from outreach.workflow.trips_files import add_photos, photos_of, remove_photo
from tests.factories import make_host_school, make_link, make_pairing, make_person
from tests.outreach.rows import DAY, make_need, make_traveller, make_trip
from tests.outreach.trips_rows import AT, SCAN, confirmed, entered, picture, submitted, values_of

S, H = Trip.Status, Trip.Half
pytestmark = pytest.mark.django_db


def day(n: int) -> datetime.date:
    return DAY + datetime.timedelta(days=n)


def lines(action: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action=action))


def take(name, trip, by):
    """Take a step by its name, with whatever it asks for."""
    told = {"by": by, "at": AT}
    if name == "confirm":
        told |= {"version": trip.version, "scan": SCAN if getattr(by, "pk", None) else None}
        return steps.confirm(trip, name="李主任", **told)
    if name in {"submit", "withdraw"}:
        return getattr(steps, name)(trip, **told)
    if name == "return":
        return steps.send_back(trip, reason="数字有误", version=trip.version, **told)
    return {"reopen": steps.reopen, "void": steps.void}[name](trip, reason="数字有误", **told)


# --- entering -----------------------------------------------------------------------------------------


def test_a_principal_enters_a_draft_for_himself_and_his_assistant(cast):
    pairing = cast.home.pairing
    principal = make_traveller(pairing)
    pairing.assistant = make_person(name="孙助理")
    pairing.save()
    need = make_need(host_school=cast.home.host)
    trip = steps.enter(pairing, values_of(pairing, needs=[need]), by=cast.users.outreach, at=AT)
    trip.refresh_from_db()
    assert (trip.status, trip.entered_by, trip.entered_link) == (S.DRAFT, None, cast.users.outreach.link)
    assert [(one.person, one.number) for one in trip.members.order_by("position")] == [
        (principal, None),
        (pairing.assistant, None),
    ]
    assert [(one.served_on, one.half_hours) for one in trip.days.order_by("served_on")] == [
        (day(n), 12) for n in range(3)
    ]
    assert (list(trip.needs.all()), need.status) == ([need], Need.Status.OPEN)
    (line,) = AuditEvent.objects.all()
    assert (line.action, line.object_id, line.link) == ("trip.enter", str(trip.pk), cast.users.outreach.link)


def test_the_office_enters_on_behalf_with_its_basis_and_both_names(cast):
    pairing = cast.home.pairing
    make_traveller(pairing)
    values = values_of(pairing)
    with pytest.raises(Refused, match="请写明依据"):
        steps.enter(pairing, values, by=cast.users.district, at=AT)
    friend = make_person(name="吴老师")
    values |= {"people": [friend, pairing.principal], "behalf_basis": "周校长电话告知"}
    trip = steps.enter(pairing, values, by=cast.users.district, at=AT)
    assert [one.person for one in trip.members.order_by("position")] == [pairing.principal, friend]
    (line,) = lines("trip.enter")
    assert (line.actor, line.changes["principal"], line.changes["behalf_basis"]) == (
        cast.users.district,
        "周校长",
        "周校长电话告知",
    )


@pytest.mark.parametrize("who", ["leader", "auditor", "group", "school", "judge", "host", "volunteer"])
def test_nobody_else_enters_or_edits(cast, who):
    trip = entered(cast)
    by = getattr(cast.users, who)
    with pytest.raises(Refused, match="不在您的职责范围内"):
        steps.enter(cast.home.pairing, values_of(cast.home.pairing), by=by, at=AT)
    with pytest.raises(Refused, match="不在您的职责范围内"):
        steps.edit(trip, values_of(cast.home.pairing), version=1, by=by, at=AT)
    assert Trip.objects.count() == 1


def test_another_pair_s_principal_enters_nothing_here(cast):
    link, _ = make_link(make_pairing(principal_name="吴校长"))
    with pytest.raises(Refused, match="不在您的职责范围内"):
        steps.enter(cast.home.pairing, values_of(cast.home.pairing), by=LinkHolder(link), at=AT)


def test_a_pair_without_its_person_says_who_can_mend_it(cast):
    with pytest.raises(Refused, match="请区关工委办公室在这一结对的页面选定老校长"):
        steps.enter(cast.home.pairing, values_of(cast.home.pairing), by=cast.users.outreach, at=AT)
    assert (Trip.objects.count(), AuditEvent.objects.count()) == (0, 0)


def test_a_principal_names_only_his_pair_and_at_least_somebody(cast):
    make_traveller(cast.home.pairing)
    for people, said in (([make_person()], "只能是本结对的老校长和助理"), ([], "至少选择一名")):
        values = values_of(cast.home.pairing, people=people)
        with pytest.raises(Refused, match=said):
            steps.enter(cast.home.pairing, values, by=cast.users.outreach, at=AT)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"to_on": day(-1)}, "离校时间不能早于到校时间"),
        ({"to_on": DAY, "from_half": H.AFTERNOON, "to_half": H.MORNING}, "离校时间不能早于到校时间"),
        ({"to_on": day(60)}, "一次下校最多 60 天"),
        (
            {"from_on": datetime.date(2018, 9, 30), "to_on": datetime.date(2018, 10, 2)},
            "不是本结对的受援学校.*2018-10-01 至 2021-09-30",
        ),
        ({"lecture_attendances": 30}, "请同时填写讲座场次"),
        ({"purpose": " "}, "请写明下校内容"),
        ({"days": {day(3): 12}}, "不在到校和离校日期之间"),
        ({"days": {day(0): 49}}, "一天最多 24 小时"),
        ({"words": "坏\x00字"}, "不能保存的字符"),
    ],
)
def test_what_cannot_be_is_refused_with_the_cure(cast, fields, said):
    with pytest.raises(Refused, match=said):
        entered(cast, **fields)
    assert (Trip.objects.count(), TripDay.objects.count()) == (0, 0)


def test_a_school_of_another_pair_is_refused_and_the_pair_s_are_named(cast):
    with pytest.raises(Refused) as refusal:
        entered(cast, host_school=make_host_school(name="远方中学"))
    names = [one.host_school.name for one in cast.home.pairing.partnerships.all()]
    assert all(name in str(refusal.value) for name in ("远方中学", *names))


def test_an_ended_agreement_holds_for_the_days_before_its_end(cast):
    partnership = cast.home.pairing.partnerships.order_by("pk").first()
    partnership.ended_on, partnership.end_reason = day(3), "停办"
    partnership.save()
    assert entered(cast).pk
    with pytest.raises(Refused, match="2018-10-01 至 2019-03-14"):
        entered(cast, to_on=day(3))


def test_a_school_closed_before_the_end_is_refused(cast):
    cast.home.host.closed_on = day(2)
    cast.home.host.save()
    with pytest.raises(Refused, match="已于 2019-03-14 停办"):
        entered(cast)
    assert entered(cast, to_on=day(1)).pk


def test_a_stay_before_the_programme_began_is_refused_where_the_agreement_has_no_first_day(cast):
    cast.home.pairing.partnerships.update(from_on=None)
    early = datetime.date(2018, 9, 30)
    with pytest.raises(Refused, match="2018-09-30 早于“第一批老校长下乡”的启动日期 2018-10-01"):
        entered(cast, from_on=early, to_on=early)
    assert entered(cast, from_on=datetime.date(2018, 10, 1), to_on=datetime.date(2018, 10, 1)).pk


def test_a_need_of_another_school_cannot_be_ticked(cast):
    with pytest.raises(Refused, match="不是.*提出的"):
        entered(cast, needs=[make_need(text="缺实验器材")])


# --- editing ------------------------------------------------------------------------------------------


def test_an_edit_changes_days_and_counts_and_leaves_one_line(cast):
    trip = entered(cast, days={day(0): 0, day(1): 10})
    values = values_of(cast.home.pairing, from_on=day(1), to_on=day(3), lessons_observed=9)
    fresh = steps.edit(trip, values, version=1, by=cast.users.outreach, at=AT)
    assert (fresh.version, fresh.lessons_observed) == (2, 9)
    days = {one.served_on: one.half_hours for one in TripDay.objects.of(trip)}
    assert days == {day(1): 10, day(2): 12, day(3): 12}
    (line,) = lines("trip.edit")
    assert line.changes["lessons_observed"] == [6, 9]
    steps.edit(trip, values, version=2, by=cast.users.outreach, at=AT)
    assert len(lines("trip.edit")) == 1


def test_an_old_tab_is_told_who_was_faster(cast):
    trip = entered(cast)
    values = values_of(cast.home.pairing, lessons_observed=7, behalf_basis="电话")
    steps.edit(trip, values, version=1, by=cast.users.district, at=AT)
    with pytest.raises(steps.Moved, match="被district先生在 2019-04-15 10:00 改过") as moved:
        steps.edit(trip, values_of(cast.home.pairing), version=1, by=cast.users.outreach, at=AT)
    assert (moved.value.version, Trip.objects.get().lessons_observed) == (2, 7)


@pytest.mark.parametrize("status", [S.SUBMITTED, S.CONFIRMED, S.VOID])
def test_what_was_sent_is_not_edited(cast, status):
    trip = make_trip(pairing=cast.home.pairing, status=status)
    with pytest.raises(Refused, match="不能修改"):
        steps.edit(trip, values_of(cast.home.pairing), version=0, by=cast.users.outreach, at=AT)


def test_whose_number_is_taken_stays_on_the_trip(cast):
    friend = make_person(name="吴老师")
    make_traveller(cast.home.pairing)
    values = values_of(cast.home.pairing, behalf_basis="电话", people=[cast.home.pairing.principal, friend])
    trip = steps.enter(cast.home.pairing, values, by=cast.users.district, at=AT)
    alone = values | {"people": [cast.home.pairing.principal]}
    steps.edit(trip, alone, version=1, by=cast.users.district, at=AT)
    assert TripMember.objects.of(trip).count() == 1
    steps.edit(trip, values, version=2, by=cast.users.district, at=AT)
    steps.submit(trip, by=cast.users.district, at=AT)
    steps.withdraw(trip, by=cast.users.district, at=AT)
    with pytest.raises(Refused, match="吴老师的第 1 次下校.*不能移出"):
        steps.edit(trip, alone, version=3, by=cast.users.district, at=AT)
    # The principal keeps whom the office put there.
    again = values_of(cast.home.pairing, people=[cast.home.pairing.principal, friend], lectures=1)
    assert steps.edit(trip, again, version=3, by=cast.users.outreach, at=AT).lectures == 1


# --- the table of steps -------------------------------------------------------------------------------

WHO = {
    "submit": {"outreach", "district"},
    "withdraw": {"outreach", "district"},
    "confirm": {"host", "district"},
    "return": {"host", "district"},
    "reopen": {"district"},
    "void": {"district"},
}
PLAYERS = ("district", "leader", "auditor", "group", "school", "judge", "outreach", "host", "volunteer")


@pytest.mark.parametrize("status", list(S))
@pytest.mark.parametrize("name", list(steps.STEPS))
def test_a_step_is_taken_from_its_states_alone(cast, name, status):
    trip = make_trip(pairing=cast.home.pairing, status=status)
    step = steps.STEPS[name]
    if status in step.from_states:
        assert take(name, trip, cast.users.district).status == step.to_state
        assert len(lines(f"trip.{name}")) == 1
    else:
        with pytest.raises(Refused, match=f"现在是“{S(status).label}”"):
            take(name, trip, cast.users.district)
        assert AuditEvent.objects.count() == 0
        assert Trip.objects.get().status == status


@pytest.mark.parametrize("who", PLAYERS)
@pytest.mark.parametrize("name", list(steps.STEPS))
def test_a_step_is_taken_by_its_roles_alone(cast, name, who):
    step = steps.STEPS[name]
    trip = make_trip(
        pairing=cast.home.pairing,
        host_school=cast.home.host,
        status=min(step.from_states - {S.DRAFT} or step.from_states),
    )
    by = getattr(cast.users, who)
    if who in WHO[name]:
        assert take(name, trip, by).status == step.to_state
        (line,) = lines(f"trip.{name}")
        assert (line.actor_label, line.changes["status"]) == (str(by), [trip.status, step.to_state])
    else:
        with pytest.raises(Refused, match="不在您的职责范围内"):
            take(name, trip, by)
        assert (Trip.objects.get().status, AuditEvent.objects.count()) == (trip.status, 0)


@pytest.mark.parametrize("name", ["return", "reopen", "void"])
def test_a_reason_is_asked(cast, name):
    status = min(steps.STEPS[name].from_states - {S.DRAFT})
    trip = make_trip(pairing=cast.home.pairing, status=status)
    step = {"return": steps.send_back, "reopen": steps.reopen, "void": steps.void}[name]
    told = {"version": trip.version} if name == "return" else {}
    with pytest.raises(Refused, match="请写明理由"):
        step(trip, reason="  ", **told, by=cast.users.district, at=AT)


def test_another_host_school_confirms_nothing(cast):
    other = cast.home.pairing.partnerships.order_by("pk").last().host_school
    trip = submitted(cast, host_school=other)
    with pytest.raises(Refused, match="不在您的职责范围内"):
        steps.confirm(trip, version=trip.version, name="李主任", by=cast.users.host, at=AT)


def test_a_principal_never_confirms_even_if_his_link_opens_the_school_too(cast):
    trip = submitted(cast)
    cast.home.host.access_link = cast.users.outreach.link
    cast.home.host.save()
    with pytest.raises(Refused, match="不在您的职责范围内"):
        steps.confirm(trip, version=trip.version, name="周校长", by=cast.users.outreach, at=AT)
    assert AccessLink.objects.filter(host_schools=cast.home.host, role="OUTREACH").exists()
    assert Trip.objects.get().status == S.SUBMITTED


def test_the_office_confirms_by_the_sheet_alone(cast):
    trip = submitted(cast)
    with pytest.raises(Refused, match="上传受援学校盖章后的确认单"):
        steps.confirm(trip, version=trip.version, name="李主任", by=cast.users.district, at=AT)
    with pytest.raises(Refused, match="确认人的姓名"):
        steps.confirm(trip, version=trip.version, name=" ", scan=SCAN, by=cast.users.district, at=AT)
    told = {"version": trip.version, "name": "李主任", "words": "属实"}
    done = steps.confirm(trip, **told, scan=SCAN, by=cast.users.district, at=AT)
    assert (done.proof, done.confirmer_name, done.confirmed_by) == (
        Trip.Proof.SHEET,
        "李主任",
        cast.users.district,
    )
    scan = Attachment.objects.get(field="trip.scan")
    assert (scan.filing_id, read(scan)) == (trip.pk, SCAN["content"])
    assert lines("trip.confirm")[0].reason == "受援学校确认人：李主任，属实"


def test_the_host_school_confirms_by_its_link_with_the_signer_s_name(cast):
    done = confirmed(cast)
    assert (done.proof, done.confirmer_name, done.confirmed_by, done.confirmed_at) == (
        Trip.Proof.LINK,
        "李主任",
        None,
        AT,
    )
    assert lines("trip.confirm")[0].link == cast.users.host.link


def test_a_school_closed_after_it_was_sent_is_not_confirmed(cast):
    trip = submitted(cast)
    cast.home.host.closed_on = DAY
    cast.home.host.save()
    with pytest.raises(Refused, match="停办"):
        steps.confirm(trip, version=trip.version, name="李主任", by=cast.users.host, at=AT)


def test_what_nobody_read_is_neither_confirmed_nor_returned(cast):
    trip = submitted(cast)
    steps.withdraw(trip, by=cast.users.outreach, at=AT)
    values = values_of(cast.home.pairing, lessons_observed=20)
    steps.edit(trip, values, version=trip.version, by=cast.users.outreach, at=AT)
    fresh = steps.submit(trip, by=cast.users.outreach, at=AT)
    for by in (cast.users.host, cast.users.district):
        with pytest.raises(steps.Moved, match="刚被改过，请重新核对以后再确认") as moved:
            steps.confirm(trip, version=trip.version, name="李主任", scan=SCAN, by=by, at=AT)
        assert moved.value.version == fresh.version == 2
        with pytest.raises(steps.Moved, match="刚被改过，请重新核对以后再退回"):
            steps.send_back(trip, version=trip.version, reason="听课是2节", by=by, at=AT)
    assert (Trip.objects.get().status, Attachment.objects.count()) == (S.SUBMITTED, 0)
    assert (lines("trip.confirm"), lines("trip.return")) == ([], [])
    assert steps.confirm(trip, version=2, name="李主任", by=cast.users.host, at=AT).status == S.CONFIRMED


def test_what_came_back_is_sent_anew_and_says_nothing_of_before(cast):
    trip = submitted(cast)
    told = {"version": trip.version, "reason": "听课是5节", "name": "李主任"}
    back = steps.send_back(trip, **told, by=cast.users.host, at=AT)
    assert (back.confirm_words, back.confirmer_name) == ("听课是5节", "李主任")
    again = steps.submit(trip, by=cast.users.outreach, at=AT)
    assert (again.confirm_words, again.confirmer_name, again.proof) == ("", "", "")


# --- sending ------------------------------------------------------------------------------------------


def test_a_stay_to_come_is_kept_and_not_sent(cast):
    trip = entered(cast, to_on=datetime.date(2019, 4, 16))
    with pytest.raises(Refused, match="2019-04-16 还没有到.*先暂存"):
        steps.submit(trip, by=cast.users.outreach, at=AT)
    assert Trip.objects.get().status == S.DRAFT


def test_a_stay_of_travel_alone_is_not_sent(cast):
    trip = entered(cast, days={day(n): 0 for n in range(3)})
    with pytest.raises(Refused, match="至少填写一天"):
        steps.submit(trip, by=cast.users.outreach, at=AT)
    TripDay.objects.of(trip).first().delete()
    with pytest.raises(Refused, match="对不上"):
        steps.submit(trip, by=cast.users.outreach, at=AT)


def test_needs_of_a_sent_trip_are_taken_up(cast):
    need = make_need(host_school=cast.home.host)
    trip = entered(cast, needs=[need])
    steps.submit(trip, by=cast.users.outreach, at=AT)
    need.refresh_from_db()
    assert need.status == Need.Status.UNDER_WAY


@pytest.mark.parametrize(
    ("fields", "fits"),
    [
        ({"from_on": day(2), "to_on": day(4)}, False),
        ({"from_on": day(-2), "to_on": day(0)}, False),
        ({"from_on": day(1), "to_on": day(1)}, False),
        ({"from_on": day(2), "from_half": H.AFTERNOON, "to_on": day(3)}, True),
        ({"from_on": day(-1), "to_on": day(0), "to_half": H.MORNING}, True),
        ({"from_on": day(3), "to_on": day(4)}, True),
    ],
)
def test_two_trips_of_one_person_do_not_overlap_but_halves_may_touch(cast, fields, fits):
    submitted(cast, from_half=H.AFTERNOON, to_half=H.MORNING)
    other = cast.home.pairing.partnerships.order_by("pk").last().host_school
    trip = entered(cast, host_school=other, **fields)
    if fits:
        assert steps.submit(trip, by=cast.users.outreach, at=AT).status == S.SUBMITTED
        return
    with pytest.raises(Refused, match=f"周校长在 2019-03-12下午 至 2019-03-14上午 .*{cast.home.host.name}"):
        steps.submit(trip, by=cast.users.outreach, at=AT)


def test_void_trips_drafts_and_other_people_stand_in_nobody_s_way(cast):
    steps.void(submitted(cast), reason="重复", by=cast.users.district, at=AT)
    entered(cast)
    make_trip(pairing=make_pairing(), number=5)
    assert submitted(cast).status == S.SUBMITTED


def test_numbers_count_each_person_s_trips_and_stay_used(cast):
    first = submitted(cast)
    assert first.members.get().number == 1
    steps.void(first, reason="重复", by=cast.users.district, at=AT)
    second = submitted(cast)
    assert second.members.get().number == 2
    steps.withdraw(second, by=cast.users.outreach, at=AT)
    steps.submit(second, by=cast.users.outreach, at=AT)
    assert sorted(TripMember.objects.values_list("number", flat=True)) == [1, 2]


def test_a_number_taken_meanwhile_is_told(cast, monkeypatch):
    trip = entered(cast)
    other = make_trip(pairing=cast.home.pairing, number=1, from_on=day(20))
    monkeypatch.setattr(type(TripMember.objects.all()), "of_person", lambda rows, person: rows.none())
    with pytest.raises(Refused, match="下校次数刚被另一条记录用了"):
        steps.submit(trip, by=cast.users.outreach, at=AT)
    assert (Trip.objects.get(pk=trip.pk).status, other.members.get().number) == (S.DRAFT, 1)


# --- photos -------------------------------------------------------------------------------------------


def test_photos_are_nine_at_most_and_stay_once_confirmed(cast):
    trip = entered(cast)
    files = [{"name": f"{n}.jpg", "content": picture()} for n in range(9)]
    added = add_photos(trip, files, by=cast.users.outreach, at=AT)
    assert (len(added), added[0].added_link, added[0].district) == (
        9,
        cast.users.outreach.link,
        cast.home.district,
    )
    with pytest.raises(Refused, match="最多 9 张照片，已有 9 张"):
        add_photos(trip, files[:1], by=cast.users.outreach, at=AT)
    remove_photo(trip, added[0], by=cast.users.district, at=AT)
    with pytest.raises(Refused, match="已经删除"):
        remove_photo(trip, added[0], by=cast.users.district, at=AT)
    assert (photos_of(trip).count(), len(lines("trip.add_photo")), len(lines("trip.remove_photo"))) == (
        8,
        1,
        1,
    )
    trip = steps.submit(trip, by=cast.users.outreach, at=AT)
    assert trip.version == 3
    steps.confirm(trip, version=trip.version, name="李主任", by=cast.users.host, at=AT)
    with pytest.raises(Refused, match="照片不能再改"):
        add_photos(trip, files[:1], by=cast.users.outreach, at=AT)


def test_a_host_school_hangs_no_photos(cast):
    with pytest.raises(Refused, match="不在您的职责范围内"):
        add_photos(submitted(cast), [{"name": "a.jpg", "content": picture()}], by=cast.users.host, at=AT)


# --- constraints --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"to_on": day(-1)}, "trip_ends_after_it_begins"),
        ({"to_on": DAY, "from_half": 1, "to_half": 0}, "trip_ends_after_it_begins"),
        ({"lecture_attendances": 3}, "attendances_need_a_lecture"),
        ({"status": S.CONFIRMED}, "a_confirmed_trip_says_who_confirmed_it"),
    ],
)
def test_constraints_of_a_trip(cast, fields, name):
    trip = make_trip(pairing=cast.home.pairing)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Trip.objects.filter(pk=trip.pk).update(**fields)


def test_constraints_of_travellers_and_days(cast):
    trip = make_trip(pairing=cast.home.pairing)
    member, line = trip.members.get(), trip.days.order_by("served_on").first()
    for fault in (
        lambda: TripMember.objects.create(trip=trip, person=member.person),
        lambda: TripMember.objects.create(
            trip=make_trip(pairing=make_pairing(), number=3), person=member.person, number=1
        ),
        lambda: TripDay.objects.create(trip=trip, served_on=line.served_on, half_hours=1),
        lambda: TripDay.objects.filter(pk=line.pk).update(half_hours=49),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            fault()


def test_the_usual_day_is_six_hours_and_half_a_day_three():
    stay = Trip(from_on=day(0), from_half=H.AFTERNOON, to_on=day(2), to_half=H.AFTERNOON)
    assert [rules.usual_half_hours(stay, day(n)) for n in range(3)] == [6, 12, 12]
