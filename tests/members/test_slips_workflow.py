"""Slips: given out, opened by code and link, taken back; what a volunteer reports reaches whom it should."""

import datetime
import re

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from guanweihui import todos
from guanweihui.entrance import open_link
from guanweihui.models import AccessLink, AuditEvent
from guanweihui.scope import LinkHolder, Role
from guanweihui.workflow import Refused
from members.models import Correction, Slip
from members.workflow import slips
from tests.cast import PLAYERS
from tests.factories import make_person, make_post, make_user
from tests.members.slips_rows import AT, make_correction, make_slip, make_team

pytestmark = pytest.mark.django_db
LATER = AT + datetime.timedelta(hours=1)
ISSUERS = {"district", "school"}


def trail(action):
    return list(AuditEvent.objects.filter(action=action).order_by("pk"))


def holder_of(person):
    person.refresh_from_db()
    return LinkHolder(person.slip_link)


@pytest.mark.parametrize("who", sorted(ISSUERS))
def test_a_slip_opens_by_its_code_and_by_its_link(cast, who):
    person = make_person(school=cast.home.school, name="王玥")
    slip, code, token = slips.issue_slip(person, by=getattr(cast.users, who), at=AT)
    person.refresh_from_db()
    link = person.slip_link
    assert re.fullmatch(r"[A-HJKMNP-Z2-9]{4}-[A-HJKMNP-Z2-9]{4}-[A-HJKMNP-Z2-9]{4}", code)
    assert (slips.open_code(code, at=LATER), open_link(token, at=LATER)) == (link, link)
    assert (link.role, link.holder_name, link.expires_at - AT) == (
        Role.VOLUNTEER,
        "王玥",
        datetime.timedelta(days=365),
    )
    event = AuditEvent.objects.get()
    assert (event.action, event.object_id, event.district) == ("slip.issue", str(slip.pk), cast.home.district)
    rows = (Slip.objects.values().get(), AccessLink.objects.filter(pk=link.pk).values().get())
    kept = f"{rows} {event.changes}"
    assert [secret for secret in (code, slips.normal_code(code), token) if secret in kept] == []


@pytest.mark.parametrize("who", sorted(set(PLAYERS) - ISSUERS - {"anonymous"}))
def test_nobody_else_gives_slips_out_or_takes_them_back(cast, who):
    person = make_person(school=cast.home.school)
    slip, _, _ = make_slip(person, by=cast.users.district)
    by = getattr(cast.users, who)
    with pytest.raises(Refused):
        slips.issue_slip(person, by=by, at=AT)
    with pytest.raises(Refused):
        slips.revoke_slip(slip, by=by, at=AT)
    assert (len(trail("slip.issue")), trail("slip.revoke")) == (1, [])


@pytest.mark.parametrize("fields", [{"died_on": datetime.date(2018, 5, 1)}, {"is_volunteer": False}])
def test_only_a_living_volunteer_gets_a_slip(cast, fields):
    person = make_person(school=cast.home.school, **fields)
    with pytest.raises(Refused, match="不是在册志愿者"):
        slips.issue_slip(person, by=cast.users.district, at=AT)
    assert (Slip.objects.count(), AuditEvent.objects.count()) == (0, 0)


def test_a_new_slip_ends_the_old_one(cast):
    person = make_person(school=cast.home.school)
    _, old_code, old_token = make_slip(person, by=cast.users.district, at=AT)
    _, code, token = make_slip(person, by=cast.users.district, at=LATER)
    assert (slips.open_code(old_code, at=LATER), open_link(old_token, at=LATER)) == (None, None)
    person.refresh_from_db()
    assert (slips.open_code(code, at=LATER), open_link(token, at=LATER)) == (person.slip_link,) * 2
    assert Slip.objects.count() == 1


def test_a_slip_taken_back_opens_nothing_and_is_taken_back_once(cast):
    slip, code, token = make_slip(by=cast.users.district, at=AT, school=cast.home.school)
    slips.revoke_slip(slip, by=cast.users.school, at=LATER)
    assert (slips.open_code(code, at=LATER), open_link(token, at=LATER)) == (None, None)
    with pytest.raises(Refused, match="已经停用"):
        slips.revoke_slip(slip, by=cast.users.school, at=LATER)
    assert len(trail("slip.revoke")) == 1


def full_width(code):
    return "".join(chr(ord(mark) + 0xFEE0) for mark in code)


@pytest.mark.parametrize(
    "spelled",
    [
        str.lower,
        full_width,
        lambda code: code.replace("-", " "),
        lambda code: code.replace("-", ""),
        lambda code: f"　{code.replace('-', '—')} ",
    ],
)
def test_a_code_is_read_however_it_is_typed(cast, spelled):
    person = make_person(school=cast.home.school)
    _, code, _ = make_slip(person, by=cast.users.district, at=AT)
    person.refresh_from_db()
    assert slips.open_code(spelled(code), at=LATER) == person.slip_link


def test_an_expired_code_a_wrong_one_and_none_open_nothing(cast):
    _, code, _ = make_slip(by=cast.users.district, at=AT, school=cast.home.school)
    year = AT + datetime.timedelta(days=365)
    found = [
        slips.open_code(typed, at=at) for typed, at in ((code, year), ("A" * 12, AT), ("", AT), ("-", AT))
    ]
    assert found == [None] * 4


def test_two_slips_never_share_a_code(cast):
    slip, _, _ = make_slip(by=cast.users.district, school=cast.home.school)
    other = make_person(school=cast.home.school)
    with pytest.raises(IntegrityError), transaction.atomic():
        Slip.objects.create(district=other.district, person=other, code_index=slip.code_index, issued_at=AT)


# --- 有误 -------------------------------------------------------------------------------------------------


def reported(cast, person):
    values = {"about": Correction.About.SERVICE, "words": " 少了一次 "}
    return slips.report_wrong(values, by=holder_of(person), at=AT)


def colleague(cast):
    user = make_user(name="第二位")
    make_post(user=user, district=cast.home.district)
    return user


def titles(user):
    return [todo.title for todo in todos.for_actor(user, AT) if "反馈有误" in todo.title]


def test_a_report_waits_for_the_staff_named_for_the_team(cast):
    person, other = make_person(school=cast.home.school, name="王玥"), colleague(cast)
    make_team(cast.home.district, person, staff=other)
    make_slip(person, by=cast.users.district)
    correction = reported(cast, person)
    assert (correction.person, correction.staff, correction.words) == (person, other, "少了一次")
    assert (titles(other), titles(cast.users.district)) == (["王玥反馈有误：我的服务记录"], [])
    event = trail("correction.report")[0]
    assert (event.actor, event.link, event.actor_label) == (None, person.slip_link, "王玥")


@pytest.mark.parametrize("staff", ["nobody", "gone", "left_team"])
def test_without_somebody_at_work_it_waits_for_the_whole_staff(cast, staff):
    person, other = make_person(school=cast.home.school, name="王玥"), colleague(cast)
    team = make_team(cast.home.district, person, staff=other if staff != "nobody" else None)
    if staff == "gone":
        other.posts.update(to_on=datetime.date(2018, 2, 1))
    if staff == "left_team":
        team.memberships.update(to_on=datetime.date(2018, 2, 1))
    make_slip(person, by=cast.users.district)
    assert reported(cast, person).staff is None
    assert titles(cast.users.district) == ["王玥反馈有误：我的服务记录"]
    assert [
        titles(getattr(cast.users, who)) for who in ("leader", "auditor", "group", "school", "stranger")
    ] == [[]] * 5


def test_a_report_of_somebody_who_left_is_everybody_s(cast):
    person, other = make_person(school=cast.home.school, name="王玥"), colleague(cast)
    make_correction(person, staff=other)
    said = ["王玥反馈有误：我的服务记录"]
    assert (titles(other), titles(cast.users.district)) == (said, [])
    ended = timezone.localdate() - datetime.timedelta(days=1)
    other.posts.update(to_on=ended)
    assert titles(cast.users.district) == said
    own, rest = Correction.objects.own_first(cast.users.district), Correction.objects.own_first(other)
    assert [own.get().turn, rest.get().turn] == [0, 0]
    # A post of another kind is no post of the district's staff.
    make_post(user=other, role=Role.SCHOOL, school=cast.home.school)
    assert titles(cast.users.district) == said


def test_only_a_holder_reports_and_not_without_end(cast):
    person = make_person(school=cast.home.school)
    for who in sorted(set(PLAYERS) - {"anonymous", "volunteer"}):
        with pytest.raises(Refused):
            slips.report_wrong({"about": "CARD", "words": ""}, by=getattr(cast.users, who), at=AT)
    make_slip(person, by=cast.users.district)
    for _ in range(slips.MOST_WAITING):
        reported(cast, person)
    with pytest.raises(Refused, match="还在处理"):
        reported(cast, person)
    assert Correction.objects.count() == len(trail("correction.report")) == slips.MOST_WAITING


def test_the_district_says_what_came_of_it_once(cast):
    correction = make_correction(make_person(school=cast.home.school))
    done = slips.resolve_correction(correction, " 已补上 ", by=cast.users.district, at=LATER)
    assert (done.resolved_at, done.resolution) == (LATER, "已补上")
    with pytest.raises(Refused, match="已经处理过"):
        slips.resolve_correction(correction, "再说一次", by=cast.users.district, at=LATER)
    assert (len(trail("correction.resolve")), titles(cast.users.district)) == (1, [])


@pytest.mark.parametrize("who", sorted(set(PLAYERS) - {"district", "anonymous"}))
def test_nobody_else_resolves(cast, who):
    correction = make_correction(make_person(school=cast.home.school))
    with pytest.raises(Refused):
        slips.resolve_correction(correction, "已补上", by=getattr(cast.users, who), at=LATER)
    assert trail("correction.resolve") == []


def test_a_resolution_says_how(cast):
    correction = make_correction(make_person(school=cast.home.school))
    with pytest.raises(Refused, match="请写明处理结果"):
        slips.resolve_correction(correction, "  ", by=cast.users.district, at=LATER)
    with pytest.raises(IntegrityError, match=r"resolved_correction_says_how|CHECK"), transaction.atomic():
        Correction.objects.update(resolved_at=LATER)
