"""Host schools: entering, closing in mid-term, profiles, links, the sealed telephone."""

import datetime

import pytest
from django.db import connection

from guanweihui.models import AccessLink, AuditEvent, School
from guanweihui.scope import Role
from guanweihui.workflow import Refused
from outreach.models import HostSchool, Need, Pairing, Partnership, Trip
from outreach.todos.pairs import pairs_without_a_school
from outreach.workflow import hosts, pairs, trips
from outreach.workflow.rows import mark_of
from tests.factories import make_host_school, make_pairing
from tests.outreach import rows
from tests.outreach.pair_rows import HIGH, HOST, NOW, PROFILE, STAFF, TERMS, close, partner_of
from tests.outreach.test_pairs_workflow import lines, refusal
from tests.outreach.trips_rows import SCAN, submitted

pytestmark = pytest.mark.django_db
DAY = datetime.date


@pytest.fixture
def by(cast):
    return cast.users.district


def test_a_host_school_is_entered_and_changed_its_telephone_sealed(cast, by):
    schools = School.objects.count()
    host = hosts.add_host(HOST, by=by, at=NOW)
    mark = mark_of(host, hosts.FIELDS)
    values = {**HOST, "contact_name": "王主任", "contact_phone": "13900005678"}
    hosts.edit_host(host, values, mark=mark, by=by, at=NOW)
    host.refresh_from_db()
    assert (host.contact_name, host.contact_phone, host.district) == (
        "王主任",
        "13900005678",
        cast.home.district,
    )
    assert (lines(), School.objects.count()) == (["hostschool.add", "hostschool.edit"], schools)
    said = str(list(AuditEvent.objects.values_list("changes", flat=True)))
    assert ("13800001234" in said, "13900005678" in said, "已修改" in said) == (False, False, True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT contact_phone FROM outreach_hostschool WHERE id = %s", [host.pk])
        assert cursor.fetchone()[0].startswith("enc1:")
    words = refusal(hosts.edit_host, host, HOST, mark=mark, by=by, at=NOW)
    assert ("被别人改过" in words, "139" in words, "138" in words) == (True, False, False)
    assert "已有同名受援学校" in refusal(hosts.add_host, values, by=by, at=NOW)


def test_the_telephone_is_shown_with_its_purpose_and_a_line(cast, by):
    host = hosts.add_host(HOST, by=by, at=NOW)
    assert "至少写 4 个字" in refusal(hosts.reveal_contact, host, purpose="打", by=by, at=NOW)
    assert hosts.reveal_contact(host, purpose="联系送教安排", by=by, at=NOW) == "13800001234"
    event = AuditEvent.objects.last()
    assert (event.action, event.reason, event.changes) == (
        "hostschool.reveal",
        "联系送教安排",
        {"fields": ["contact_phone"]},
    )


# --- closed in mid-term -------------------------------------------------------------------------------------


def test_a_school_that_closes_ends_its_agreements_and_keeps_its_needs(cast, by):
    pairing, host = cast.home.pairing, cast.home.host
    need = rows.make_need(host_school=host)
    other = make_pairing(programme=pairing.programme)
    other.partnerships.filter(kind=HIGH).update(host_school=host)
    close(host, by)
    host.refresh_from_db()
    assert (host.closed_on, host.closed_reason) == (DAY(2020, 3, 1), "并入别的学校")
    ended = Partnership.objects.filter(host_school=host).values_list("ended_on", "end_reason")
    assert set(ended) == {(DAY(2020, 3, 1), "学校停办：并入别的学校")}
    assert Partnership.objects.current().count() == 2
    assert Need.objects.get(pk=need.pk).status == Need.Status.OPEN
    assert lines() == ["hostschool.close"]
    assert AuditEvent.objects.get().changes == {"closed_on": [None, "2020-03-01"], "ended": "2 份协议"}
    assert {todo.title for todo in pairs_without_a_school(by, NOW)} == {
        "周校长的结对缺优质高中，请增加学校",
        f"{other.principal_name}的结对缺优质高中，请增加学校",
    }
    pairs.add_partner(pairing, make_host_school(), HIGH, TERMS, by=by, at=NOW)
    assert list(Pairing.objects.lacking(HIGH)) == [other]


@pytest.mark.parametrize(
    ("on", "reason", "words"),
    [(DAY(2020, 3, 1), "  ", "请写明停办说明"), (DAY(2020, 6, 2), "撤并", "停办日期还没有到")],
)
def test_a_closing_has_its_reason_and_is_not_foretold(cast, by, on, reason, words):
    assert words in refusal(close, cast.home.host, by, on=on, reason=reason)


def test_a_school_is_closed_once_and_not_before_a_trip_ended(cast, by):
    trip = rows.make_trip(pairing=cast.home.pairing, from_on=DAY(2020, 3, 1), days=3)
    assert "下校到 2020-03-03 才结束" in refusal(close, cast.home.host, by)
    words = refusal(close, cast.home.host, by, on=DAY(2020, 3, 3))
    assert "2020-03-03 才结束，停办日期要晚于这一天" in words
    Trip.objects.filter(pk=trip.pk).update(status=Trip.Status.DRAFT)
    close(cast.home.host, by)
    assert "不必再登记" in refusal(close, cast.home.host, by)


def test_a_trip_that_waits_is_confirmed_after_its_school_closed_the_day_after(cast, by):
    trip = submitted(cast)
    on = trip.to_on + datetime.timedelta(days=1)
    assert "停办日期要晚于这一天" in refusal(close, cast.home.host, by, on=trip.to_on)
    close(cast.home.host, by, on=on)
    done = trips.confirm(trip, version=trip.version, name="李主任", scan=SCAN, by=by, at=NOW)
    assert done.status == Trip.Status.CONFIRMED


def test_a_closing_by_mistake_is_taken_back_with_its_agreements(cast, by):
    pairing, host = cast.home.pairing, cast.home.host
    other = make_pairing(programme=pairing.programme)
    other.partnerships.filter(kind=HIGH).update(host_school=host)
    assert "不必撤销" in refusal(hosts.reopen_host, host, reason="选错了学校", by=by, at=NOW)
    close(host, by)
    pairs.add_partner(other, make_host_school(), HIGH, TERMS, by=by, at=NOW)
    assert "请写明撤销停办的原因" in refusal(hosts.reopen_host, host, reason=" ", by=by, at=NOW)
    assert hosts.reopen_host(host, reason="选错了学校", by=by, at=NOW) == 1
    host.refresh_from_db()
    assert (host.closed_on, host.closed_reason, partner_of(pairing).host_school) == (None, "", host)
    assert host.partnerships.get(pairing=other).ended_on == DAY(2020, 3, 1)
    assert lines() == ["hostschool.close", "pairing.add_partner", "hostschool.reopen"]


def test_a_closed_school_gets_no_new_link(cast, by):
    close(cast.home.host, by)
    assert "请用盖章的确认单登记" in refusal(hosts.issue_host_link, cast.home.host, by=by, at=NOW)


# --- profiles -----------------------------------------------------------------------------------------------


def test_a_profile_stands_once_a_year_with_its_staff_by_subject(cast, by):
    host = cast.home.host
    profile = hosts.add_profile(host, PROFILE, STAFF, by=by, at=NOW)
    assert hosts.staff_of(profile) == STAFF
    assert "本学年的概况已登记" in refusal(hosts.add_profile, host, PROFILE, [], by=by, at=NOW)
    twice = [*STAFF, ("语文", 1)]
    later = {**PROFILE, "year": 2018}
    assert "“语文”填了两行" in refusal(hosts.add_profile, host, later, twice, by=by, at=NOW)
    mark = hosts.profile_mark(profile)
    staff = [("数学", 7), ("英语", 5)]
    hosts.edit_profile(profile, {**PROFILE, "pupils": 830}, staff, mark=mark, by=by, at=NOW)
    fresh = host.profiles.get()
    assert (fresh.pupils, hosts.staff_of(fresh)) == (830, staff)
    assert lines() == ["hostschool.add_profile", "hostschool.edit_profile"]
    before, after = AuditEvent.objects.last().changes["profile"]
    assert ("语文8人" in before, "英语5人" in after) == (True, True)
    words = refusal(hosts.edit_profile, fresh, PROFILE, STAFF, mark=mark, by=by, at=NOW)
    assert "被别人改过" in words
    mark = hosts.profile_mark(fresh)
    same = {**PROFILE, "pupils": 830}
    words = refusal(hosts.edit_profile, fresh, same, staff, mark=mark, by=by, at=NOW)
    assert words == "没有任何改动。"


@pytest.mark.parametrize(("teachers", "is_more"), [(15, False), (14, True)])
def test_more_subject_teachers_than_teachers_is_said_softly(cast, by, teachers, is_more):
    hosts.add_profile(cast.home.host, {**PROFILE, "teachers": teachers}, STAFF, by=by, at=NOW)
    assert bool(hosts.surplus_words(teachers, STAFF)) is is_more


# --- the link -----------------------------------------------------------------------------------------------


def test_a_new_link_replaces_the_one_before(cast, by):
    host, old = cast.home.host, cast.home.host.access_link
    link, token = hosts.issue_host_link(host, by=by, at=NOW)
    host.refresh_from_db()
    old.refresh_from_db()
    assert (host.access_link, link.role, link.holder_name) == (link, Role.HOST, host.name)
    assert ((link.expires_at - NOW).days, old.revoked_at) == (30, NOW)
    assert token not in str(AuditEvent.objects.values_list("changes", flat=True))
    hosts.revoke_host_link(host, by=by, at=NOW)
    assert AccessLink.objects.get(pk=link.pk).revoked_at == NOW
    assert lines() == ["hostschool.issue_link", "hostschool.revoke_link"]
    assert "不必停用" in refusal(hosts.revoke_host_link, host, by=by, at=NOW)


@pytest.mark.parametrize("who", ["leader", "auditor", "group", "school", "judge", "outreach", "host"])
def test_nobody_but_the_office_takes_a_step(cast, who):
    other, host = getattr(cast.users, who), cast.home.host
    profile = rows.make_profile(host)
    mark, stood = mark_of(host, hosts.FIELDS), hosts.profile_mark(profile)
    steps = [
        lambda: hosts.add_host(HOST, by=other, at=NOW),
        lambda: hosts.edit_host(host, HOST, mark=mark, by=other, at=NOW),
        lambda: close(host, other),
        lambda: hosts.reopen_host(host, reason="选错了学校", by=other, at=NOW),
        lambda: hosts.reveal_contact(host, purpose="联系送教安排", by=other, at=NOW),
        lambda: hosts.add_profile(host, PROFILE, STAFF, by=other, at=NOW),
        lambda: hosts.edit_profile(profile, PROFILE, STAFF, mark=stood, by=other, at=NOW),
        lambda: hosts.issue_host_link(host, by=other, at=NOW),
        lambda: hosts.revoke_host_link(host, by=other, at=NOW),
    ]
    assert [refusal(step).partition("：")[0] for step in steps] == ["您不能办理这一步"] * len(steps)
    assert HostSchool.objects.get(pk=host.pk).closed_on is None


@pytest.mark.django_db(transaction=True)
def test_a_closing_and_a_new_agreement_do_not_pass_each_other(cast, by):
    """Whichever comes first: a closed school never holds an agreement that was not ended."""
    from tests.races import at_once

    host = make_host_school()
    partner = partner_of(cast.home.pairing)
    pairs.end_partner(partner, on=DAY(2020, 3, 1), reason="撤并", by=by, at=NOW)
    at_once(
        lambda: pairs.add_partner(cast.home.pairing, host, HIGH, TERMS, by=by, at=NOW),
        lambda: close(host, by, on=DAY(2020, 5, 1)),
    )
    host.refresh_from_db()
    assert host.closed_on == DAY(2020, 5, 1)
    assert not Partnership.objects.current().filter(host_school=host).exists()


@pytest.mark.django_db(transaction=True)
def test_two_schools_added_at_once_leave_one_of_the_kind(cast, by):
    from tests.races import at_once

    pairing = cast.home.pairing
    pairs.end_partner(partner_of(pairing), on=DAY(2020, 3, 1), reason="撤并", by=by, at=NOW)
    first, second = make_host_school(), make_host_school()
    gave = at_once(
        *(
            lambda host=host: pairs.add_partner(pairing, host, HIGH, TERMS, by=by, at=NOW)
            for host in (first, second)
        )
    )
    assert sorted(isinstance(one, Refused) for one in gave) == [False, True]
    assert pairing.partnerships.current().filter(kind=HIGH).count() == 1
