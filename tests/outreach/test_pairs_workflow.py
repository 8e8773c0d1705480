"""Programmes and pairs: who may write what, what is refused with which words, one line each."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from guanweihui.models import AccessLink, AuditEvent
from guanweihui.scope import Role
from guanweihui.workflow import Refused
from members.links import relink
from members.models import Person
from outreach.models import HostProfile, Pairing, Partnership, Programme, Renewal, SubjectStaff, Trip
from outreach.workflow import pairs, programmes, trips_rules
from outreach.workflow.rows import Moved, mark_of
from tests.factories import make_district, make_host_school, make_pairing, make_person, make_programme
from tests.outreach import rows
from tests.outreach.pair_rows import (
    HIGH,
    JUNIOR,
    NOW,
    PROGRAMME,
    TERMS,
    edit,
    end,
    partner_of,
    persons,
    plan,
)

pytestmark = pytest.mark.django_db
DAY = datetime.date


@pytest.fixture
def by(cast):
    return cast.users.district


def lines() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))


def refusal(step, *args, **kwargs) -> str:
    """Return why a step is refused; nothing is written, in the trail either."""
    before = len(lines())
    with pytest.raises(Refused) as said:
        step(*args, **kwargs)
    assert len(lines()) == before
    return str(said.value)


# --- the programme ------------------------------------------------------------------------------------------


def test_a_programme_is_planned_and_changed_with_one_line_each(cast, by):
    programme = plan(by)
    assert (programme.district, programme.own_principals) == (cast.home.district, 4)
    mark = mark_of(programme, programmes.FIELDS)
    values = {**PROGRAMME, "note": "续派一年", "follows": cast.home.pairing.programme}
    programmes.edit_programme(programme, values, mark=mark, by=by, at=NOW)
    programme.refresh_from_db()
    assert (programme.note, programme.follows) == ("续派一年", cast.home.pairing.programme)
    assert lines() == ["programme.plan", "programme.edit"]
    assert AuditEvent.objects.last().changes == {
        "note": ["", "续派一年"],
        "follows": [None, "第一批老校长下乡"],
    }


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"ends_on": DAY(2018, 1, 1)}, "结束日期不能早于启动日期"),
        ({"own_principals": 18}, "本区校长 18 人，多于全市的 17 人"),
        ({"name": "第一批老校长下乡"}, "已有同名项目"),
    ],
)
def test_a_programme_that_cannot_be_right_is_refused(cast, by, fields, words):
    assert words in refusal(plan, by, **fields)


def test_a_programme_follows_an_earlier_one(cast, by):
    late = make_programme(name="第三批老校长下乡", started_on=DAY(2019, 1, 1))
    assert "应早于本项目的启动日期" in refusal(plan, by, follows=late)
    far = make_programme(district=make_district(full_name="别处区"), started_on=DAY(2017, 1, 1))
    assert "不在您的职责范围内" in refusal(plan, by, follows=far)


def test_an_old_tab_of_a_programme_overwrites_nothing(cast, by):
    programme = plan(by)
    old = mark_of(programme, programmes.FIELDS)
    programmes.edit_programme(programme, {**PROGRAMME, "note": "先改"}, mark=old, by=by, at=NOW)
    with pytest.raises(Moved) as moved:
        programmes.edit_programme(programme, {**PROGRAMME, "note": "后改"}, mark=old, by=by, at=NOW)
    assert "“说明”现在是“先改”" in str(moved.value)
    programme.refresh_from_db()
    assert (programme.note, moved.value.mark) == ("先改", mark_of(programme, programmes.FIELDS))
    same = {**PROGRAMME, "note": "先改"}
    words = refusal(programmes.edit_programme, programme, same, mark=moved.value.mark, by=by, at=NOW)
    assert words == "没有任何改动。"


# --- the persons --------------------------------------------------------------------------------------------


def test_the_printed_names_and_the_former_unit_follow_from_the_persons(cast, by):
    principal = make_person(school=cast.home.school, name="孙校长", is_volunteer=True)
    assistant = make_person(school=cast.far.school, name="李助理")
    values = {"principal": principal, "assistant": assistant, "former_unit": None, "subject": "语文"}
    pairing = pairs.make_pairing(cast.home.pairing.programme, values, by=by, at=NOW)
    pairing.refresh_from_db()
    assert (pairing.principal_name, pairing.assistant_name, pairing.former_unit, pairing.position) == (
        "孙校长",
        "李助理",
        cast.home.school,
        2,
    )
    assert lines() == ["pairing.make"]
    again = persons(pairing)
    words = refusal(pairs.make_pairing, cast.home.pairing.programme, again, by=by, at=NOW)
    assert words == "这位老校长在本项目中已有结对。"


def test_a_pair_needs_a_living_principal_of_this_district_and_two_persons(cast, by):
    programme = cast.home.pairing.programme
    one = make_person(school=cast.home.school, name="孙校长")
    dead = make_person(school=cast.home.school, name="钱校长", died_on=DAY(2019, 5, 1))
    values = {"principal": None, "assistant": None}
    assert "请从人员名册中选择老校长" in refusal(pairs.make_pairing, programme, values, by=by, at=NOW)
    values["principal"] = dead
    assert "钱校长已于 2019-05-01 离世" in refusal(pairs.make_pairing, programme, values, by=by, at=NOW)
    values |= {"principal": one, "assistant": one}
    assert "不能是同一个人" in refusal(pairs.make_pairing, programme, values, by=by, at=NOW)


def test_a_loaded_name_may_stay_and_is_later_given_its_person(cast, by):
    pairing = cast.home.pairing
    edit(pairing, by, subject="语文")
    pairing.refresh_from_db()
    assert (pairing.principal, pairing.principal_name, pairing.subject) == (None, "周校长", "语文")
    person = make_person(school=cast.home.school, name="周立新")
    edit(pairing, by, principal=person)
    pairing.refresh_from_db()
    assert (pairing.principal, pairing.principal_name, pairing.former_unit) == (
        person,
        "周立新",
        cast.home.school,
    )
    assert lines() == ["pairing.edit", "pairing.edit"]
    assert AuditEvent.objects.last().changes["principal_name"] == ["周校长", "周立新"]


def test_another_principal_does_not_come_in_by_the_link_of_the_one_before(cast, by):
    pairing, link = cast.home.pairing, cast.home.pairing.access_link
    same = make_person(school=cast.home.school, name="周校长")
    edit(pairing, by, principal=same)
    pairing.refresh_from_db()
    edit(pairing, by, subject="语文")
    pairing.refresh_from_db()
    Person.objects.filter(pk=same.pk).update(name="周立新")
    edit(pairing, by, principal=Person.objects.get(pk=same.pk))
    pairing.refresh_from_db()
    link.refresh_from_db()
    assert (pairing.principal_name, link.revoked_at) == ("周立新", None)
    namesake = make_person(school=cast.far.school, name="周立新")
    edit(pairing, by, principal=namesake)
    link.refresh_from_db()
    assert (link.revoked_at, lines()) == (NOW, ["pairing.edit"] * 4)
    assert set(AuditEvent.objects.last().changes) == {"principal", "revoked_at"}
    pairing.refresh_from_db()
    edit(pairing, by, principal=same)
    assert "revoked_at" not in AuditEvent.objects.last().changes


def test_another_name_than_the_loaded_one_ends_the_link(cast, by):
    pairing, link = cast.home.pairing, cast.home.pairing.access_link
    edit(pairing, by, principal=make_person(school=cast.home.school, name="吴校长"))
    link.refresh_from_db()
    assert (link.revoked_at, lines()) == (NOW, ["pairing.edit"])


def test_an_edit_that_is_refused_leaves_the_link_open(cast, by):
    pairing, link = cast.home.pairing, cast.home.pairing.access_link
    make_pairing(programme=pairing.programme, principal_name="吴校长")
    person = make_person(school=cast.home.school, name="吴校长")
    assert "已有结对" in refusal(edit, pairing, by, principal=person)
    link.refresh_from_db()
    assert link.revoked_at is None


def test_an_old_tab_of_a_pair_overwrites_nothing(cast, by):
    pairing = cast.home.pairing
    old = mark_of(pairing, pairs.FIELDS)
    edit(pairing, by, subject="语文")
    assert "现在是“语文”" in refusal(edit, pairing, by, mark=old, subject="数学")


def test_a_person_chosen_at_another_school_stays_linked_when_names_are_linked_anew(cast, by):
    """An import links printed names anew: what somebody chose by hand is not undone by it."""
    person = make_person(school=cast.far.school, name="周校长")
    edit(cast.home.pairing, by, principal=person, former_unit=cast.home.school)
    relink(cast.home.district)
    assert Pairing.objects.get(pk=cast.home.pairing.pk).principal == person
    namesake = make_person(school=cast.home.school, name="周校长")
    relink(cast.home.district)
    assert Pairing.objects.get(pk=cast.home.pairing.pk).principal == namesake
    Pairing.objects.update(principal=make_person(school=cast.home.school, name="别人"))
    relink(cast.home.district)
    assert Pairing.objects.get(pk=cast.home.pairing.pk).principal == namesake


# --- the schools --------------------------------------------------------------------------------------------


def test_a_second_high_school_is_refused_with_the_name_of_the_first(cast, by):
    pairing, host = cast.home.pairing, make_host_school()
    stands = partner_of(pairing).host_school.name
    words = refusal(pairs.add_partner, pairing, host, HIGH, TERMS, by=by, at=NOW)
    assert words.startswith(f"这个结对已有一所优质高中：{stands}。")
    assert "请先提前终止" in words


def test_after_an_early_end_another_school_of_the_kind_takes_the_place(cast, by):
    pairing, host = cast.home.pairing, make_host_school(name="新来的高中")
    ended = end(partner_of(pairing), by)
    assert (ended.ended_on, ended.end_reason) == (DAY(2020, 3, 1), "学校撤并")
    early = {**TERMS, "from_on": DAY(2020, 2, 1)}
    words = refusal(pairs.add_partner, pairing, host, HIGH, early, by=by, at=NOW)
    assert "2020-03-01 终止，新协议请从这一天或以后起" in words
    added = pairs.add_partner(pairing, host, HIGH, TERMS, by=by, at=NOW)
    assert (partner_of(pairing), added.agreement_no) == (added, "示例〔2020〕3号")
    assert lines() == ["pairing.end_partner", "pairing.add_partner"]
    event = AuditEvent.objects.last()
    assert event.changes["partner"] == [None, "新来的高中（优质高中）"]
    on = Partnership.objects.filter(pairing=pairing, kind=HIGH).in_force
    assert [len(on(DAY(2020, 2, 29))), len(on(DAY(2020, 3, 1)))] == [1, 1]


def test_a_closed_school_and_the_pair_s_other_school_are_no_partner(cast, by):
    pairing = cast.home.pairing
    end(partner_of(pairing), by)
    closed = make_host_school(closed_on=DAY(2019, 7, 1), closed_reason="撤并")
    assert "停办，不能再结对" in refusal(pairs.add_partner, pairing, closed, HIGH, TERMS, by=by, at=NOW)
    other = partner_of(pairing, JUNIOR).host_school
    words = refusal(pairs.add_partner, pairing, other, HIGH, TERMS, by=by, at=NOW)
    assert "已是这个结对的农村初中" in words
    far = make_host_school(district=make_district(full_name="别处区"))
    assert "不在您的职责范围内" in refusal(pairs.add_partner, pairing, far, HIGH, TERMS, by=by, at=NOW)


@pytest.mark.parametrize(
    ("on", "reason", "words"),
    [
        (DAY(2020, 3, 1), " ", "要写明原因"),
        (DAY(2020, 6, 2), "撤并", "终止日期还没有到"),
        (DAY(2018, 9, 30), "撤并", "终止日期不能早于这一天"),
    ],
)
def test_an_early_end_has_a_day_within_the_agreement_and_its_reason(cast, by, on, reason, words):
    assert words in refusal(end, partner_of(cast.home.pairing), by, on=on, reason=reason)


def test_an_agreement_does_not_end_under_a_trip_that_waits_for_its_school(cast, by):
    """The trip could not be confirmed any more: its last day must lie before the end."""
    pairing, one = cast.home.pairing, partner_of(cast.home.pairing)
    trip = rows.make_trip(pairing=pairing, host_school=one.host_school, from_on=DAY(2020, 3, 1), days=3)
    for on in (DAY(2020, 2, 1), DAY(2020, 3, 1), DAY(2020, 3, 3)):
        words = refusal(end, one, by, on=on)
        assert "2020-03-01上午 至 2020-03-03下午" in words
        assert "请先确认或退回那条下校记录，或把终止日期改到 2020-03-03 以后" in words
    end(one, by, on=DAY(2020, 3, 4))
    trips_rules.hold_place(Trip.objects.get(pk=trip.pk))


@pytest.mark.parametrize("status", ["DRAFT", "RETURNED", "CONFIRMED", "VOID"])
def test_only_a_trip_that_waits_holds_an_agreement(cast, by, status):
    pairing, one = cast.home.pairing, partner_of(cast.home.pairing)
    day = DAY(2020, 3, 1)
    rows.make_trip(pairing=pairing, host_school=one.host_school, from_on=day, status=status)
    assert end(one, by, on=day).ended_on == day


def test_a_trip_that_another_agreement_covers_or_none_did_holds_nothing(cast, by):
    pairing, one = cast.home.pairing, partner_of(cast.home.pairing)
    other = partner_of(pairing, JUNIOR)
    rows.make_trip(pairing=pairing, host_school=one.host_school, from_on=DAY(2021, 9, 29))
    rows.make_trip(pairing=pairing, host_school=other.host_school, number=2, from_on=DAY(2020, 3, 1))
    one.to_on = DAY(2021, 9, 30)
    one.save()
    assert end(one, by, on=DAY(2020, 3, 1)).ended_on == DAY(2020, 3, 1)


def test_an_agreement_that_ended_is_not_ended_renewed_or_changed_again(cast, by):
    one = partner_of(cast.home.pairing)
    end(one, by)
    assert "不能再提前终止" in refusal(end, one, by)
    to_on = DAY(2024, 9, 30)
    words = refusal(pairs.renew_partner, one, to_on=to_on, agreement_no="", by=by, at=NOW)
    assert "不能再续签" in words
    mark = mark_of(one, pairs.TERMS)
    assert "不能再修改" in refusal(pairs.edit_partner, one, TERMS, mark=mark, by=by, at=NOW)


def test_an_agreement_is_corrected(cast, by):
    one = partner_of(cast.home.pairing)
    mark = mark_of(one, pairs.TERMS)
    pairs.edit_partner(one, TERMS, mark=mark, by=by, at=NOW)
    one.refresh_from_db()
    assert (one.from_on, one.agreement_no) == (DAY(2020, 3, 1), "示例〔2020〕3号")
    assert lines() == ["pairing.edit_partner"]
    assert AuditEvent.objects.get().changes["agreement"] == [
        "2018-10-01 至 2021-09-30",
        "2020-03-01 至 2021-09-30（示例〔2020〕3号）",
    ]
    assert "被别人改过" in refusal(pairs.edit_partner, one, TERMS, mark=mark, by=by, at=NOW)
    wrong = {**TERMS, "to_on": DAY(2019, 1, 1)}
    mark = mark_of(one, pairs.TERMS)
    words = refusal(pairs.edit_partner, one, wrong, mark=mark, by=by, at=NOW)
    assert words == "协议止期不能早于起期。"


def test_an_agreement_is_not_shortened_under_a_trip_that_waits_for_its_school(cast, by):
    pairing, one = cast.home.pairing, partner_of(cast.home.pairing)
    rows.make_trip(pairing=pairing, host_school=one.host_school, from_on=DAY(2020, 3, 1), days=3)
    mark = mark_of(one, pairs.TERMS)
    for days in ({"to_on": DAY(2020, 3, 2)}, {"from_on": DAY(2020, 3, 2)}):
        words = refusal(pairs.edit_partner, one, {**TERMS, **days}, mark=mark, by=by, at=NOW)
        assert "还有一次下校等待确认（2020-03-01上午 至 2020-03-03下午），不在改后的起止日期" in words
    within = {"from_on": DAY(2020, 3, 1), "to_on": DAY(2020, 3, 3)}
    pairs.edit_partner(one, {**TERMS, **within}, mark=mark, by=by, at=NOW)
    trips_rules.hold_place(Trip.objects.get())


def test_a_renewal_moves_the_end_and_the_number(cast, by):
    one = partner_of(cast.home.pairing)
    to_on = DAY(2024, 9, 30)
    renewal = pairs.renew_partner(one, to_on=to_on, agreement_no="示例〔2021〕9号", by=by, at=NOW)
    one.refresh_from_db()
    assert (renewal.old_to_on, renewal.to_on, renewal.renewed_by) == (DAY(2021, 9, 30), to_on, by)
    assert (one.to_on, one.agreement_no, lines()) == (to_on, "示例〔2021〕9号", ["pairing.renew_partner"])
    words = refusal(pairs.renew_partner, one, to_on=to_on, agreement_no="", by=by, at=NOW)
    assert "要晚于原来的止期 2024-09-30" in words
    pairs.renew_partner(one, to_on=DAY(2025, 9, 30), agreement_no="", by=by, at=NOW)
    one.refresh_from_db()
    assert one.agreement_no == "示例〔2021〕9号"


# --- the principal's link -----------------------------------------------------------------------------------


def test_a_new_link_replaces_the_one_before(cast, by):
    pairing, old = cast.home.pairing, cast.home.pairing.access_link
    link, token = pairs.issue_pairing_link(pairing, by=by, at=NOW)
    pairing.refresh_from_db()
    old.refresh_from_db()
    assert (pairing.access_link, link.role, link.holder_name) == (link, Role.OUTREACH, "周校长")
    assert ((link.expires_at - NOW).days, old.revoked_at, link.created_by) == (365, NOW, by)
    assert token not in str(AuditEvent.objects.values_list("changes", flat=True))
    pairs.revoke_pairing_link(pairing, by=by, at=NOW)
    assert AccessLink.objects.get(pk=link.pk).revoked_at == NOW
    assert lines() == ["pairing.issue_link", "pairing.revoke_link"]
    assert "不必停用" in refusal(pairs.revoke_pairing_link, pairing, by=by, at=NOW)


# --- who may ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["leader", "auditor", "group", "school", "judge", "outreach", "host"])
def test_nobody_but_the_office_takes_a_step(cast, who):
    other = getattr(cast.users, who)
    pairing, one = cast.home.pairing, partner_of(cast.home.pairing)
    mark = mark_of(pairing.programme, programmes.FIELDS)
    person = make_person(school=cast.home.school)
    steps = [
        lambda: plan(other),
        lambda: programmes.edit_programme(pairing.programme, PROGRAMME, mark=mark, by=other, at=NOW),
        lambda: pairs.make_pairing(pairing.programme, {"principal": person}, by=other, at=NOW),
        lambda: edit(pairing, other, subject="语文"),
        lambda: pairs.add_partner(pairing, make_host_school(), HIGH, TERMS, by=other, at=NOW),
        lambda: pairs.edit_partner(one, TERMS, mark=mark_of(one, pairs.TERMS), by=other, at=NOW),
        lambda: end(one, other),
        lambda: pairs.renew_partner(one, to_on=DAY(2030, 1, 1), agreement_no="", by=other, at=NOW),
        lambda: pairs.issue_pairing_link(pairing, by=other, at=NOW),
        lambda: pairs.revoke_pairing_link(pairing, by=other, at=NOW),
    ]
    assert [refusal(step).partition("：")[0] for step in steps] == ["您不能办理这一步"] * len(steps)


# --- what the database forbids ------------------------------------------------------------------------------


def test_each_constraint_refuses_its_row(cast):
    pairing, host = cast.home.pairing, make_host_school()
    one, profile = partner_of(pairing), rows.make_profile(host)

    def forbidden(make) -> bool:
        try:
            with transaction.atomic():
                make()
        except IntegrityError:
            return True
        return False

    programme = {"district": cast.home.district, "name": "甲", "region": "乙", "started_on": DAY(2019, 1, 1)}
    assert forbidden(lambda: Partnership.objects.create(pairing=pairing, host_school=host, kind=HIGH))
    assert forbidden(lambda: Partnership.objects.filter(pk=one.pk).update(ended_on=DAY(2020, 1, 1)))
    assert forbidden(lambda: Partnership.objects.filter(pk=one.pk).update(to_on=DAY(2018, 1, 1)))
    assert forbidden(lambda: rows.make_renewal(one, to_on=one.to_on))
    assert forbidden(lambda: Programme.objects.create(**programme, ends_on=DAY(2018, 1, 1)))
    assert forbidden(lambda: rows.make_profile(host))
    assert forbidden(lambda: SubjectStaff.objects.create(profile=profile, subject="语文", teachers=1))
    assert forbidden(lambda: make_pairing(programme=pairing.programme, principal_name="周校长"))
    # And what they must let through: an ended one beside a current one, an end without an old end.
    Partnership.objects.create(
        pairing=pairing, host_school=host, kind=HIGH, ended_on=DAY(2019, 1, 1), end_reason="撤并"
    )
    rows.make_renewal(one, old_to_on=None)
    assert (Renewal.objects.count(), HostProfile.objects.count()) == (1, 1)


def test_the_days_of_the_office_are_local_days(cast, by):
    """At 07:00 in Beijing it is yesterday in London: an agreement may end today."""
    early = timezone.make_aware(datetime.datetime(2020, 6, 1, 7, 0))
    one = partner_of(cast.home.pairing)
    ended = pairs.end_partner(one, on=DAY(2020, 6, 1), reason="撤并", by=by, at=early)
    assert ended.ended_on == DAY(2020, 6, 1)
