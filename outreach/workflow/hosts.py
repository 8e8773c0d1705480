"""Steps of a host school: enter and change it, close it, its profile of a year, its link, its telephone."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from guanweihui.audit import record
from guanweihui.models import AccessLink
from guanweihui.scope import Role
from guanweihui.workflow import Refused, one_step, own
from members.workflow.people import LEAST_PURPOSE
from outreach.models import HostProfile, HostSchool, Partnership, SubjectStaff, Trip
from outreach.workflow.rows import (
    CHANGED,
    OFFICE,
    Moved,
    changed,
    district_of,
    end_link,
    for_trail,
    give_link,
    mark_of,
)

FIELDS = ("name", "region", "address", "contact_name", "contact_post", "contact_phone")
PROFILE_FIELDS = ("year", "teachers", "pupils", "classes", "note")
#: How the reason of an agreement begins that ended because its school closed.
CLOSED = "学校停办："
#: A host school's link serves for a month: long enough to confirm a trip.
LINK_DAYS = 30


# --- the school -------------------------------------------------------------------------------------------


def add_host(values: Mapping[str, Any], *, by: Any, at: datetime.datetime) -> HostSchool:
    """Enter a host school; `values` are FIELDS. Raises Refused for a name taken."""
    with one_step(HostSchool):
        host = HostSchool.objects.create(
            district=district_of(by), **{name: values[name] for name in FIELDS if name in values}
        )
        changes: dict[str, Any] = {"name": [None, host.name], "region": [None, host.region]}
        if host.contact_phone:
            changes["contact_phone"] = CHANGED
        record("hostschool.add", host, by=by, at=at, changes=changes)
        return host


def edit_host(
    host: HostSchool, values: Mapping[str, Any], *, mark: str, by: Any, at: datetime.datetime
) -> HostSchool:
    """Change a host school and its contact. Raises Moved for an old tab, Refused for a name taken."""
    with one_step(HostSchool):
        fresh: HostSchool = own(host, by=by, roles=OFFICE)
        changes = changed(fresh, values, FIELDS, mark)
        fresh.save(update_fields=list(changes))
        record("hostschool.edit", fresh, by=by, at=at, changes=for_trail(changes))
        return fresh


def close_host(
    host: HostSchool, *, on: datetime.date, reason: str, by: Any, at: datetime.datetime
) -> HostSchool:
    """Close a host school on a day: its agreements end that day, and the pairs lack a school from then on.

    Its open needs stay. Raises Refused without a reason, for a day in the future, a school closed already,
    and a trip to it that was sent in and ended that day or later: it could not be confirmed any more.
    """
    reason = reason.strip()
    if not reason:
        raise Refused("请写明停办说明，例如并入哪所学校。")
    with one_step(HostSchool, Partnership):
        fresh: HostSchool = own(host, by=by, roles=OFFICE)
        if fresh.closed_on is not None:
            raise Refused(f"{fresh}已于 {fresh.closed_on:%Y-%m-%d} 登记停办，不必再登记。")
        if on > timezone.localdate(at):
            raise Refused("停办日期还没有到，请到时再登记。")
        sent = [Trip.Status.SUBMITTED, Trip.Status.CONFIRMED]
        late = Trip.objects.of_school(fresh).filter(status__in=sent, to_on__gte=on).order_by("-to_on").first()
        if late is not None:
            raise Refused(
                f"这所学校有一次下校到 {late.to_on:%Y-%m-%d} 才结束，停办日期要晚于这一天。"
                "请核对停办日期，或先更正那条下校记录。"
            )
        current = Partnership.objects.current().filter(host_school=fresh)
        ended = current.update(ended_on=on, end_reason=f"{CLOSED}{reason}"[:200])
        fresh.closed_on, fresh.closed_reason = on, reason
        fresh.save(update_fields=["closed_on", "closed_reason"])
        changes = {"closed_on": [None, on], "ended": f"{ended} 份协议"}
        record("hostschool.close", fresh, by=by, at=at, reason=reason, changes=changes)
        return fresh


def reopen_host(host: HostSchool, *, reason: str, by: Any, at: datetime.datetime) -> int:
    """Take back a closing that was entered by mistake; return how many agreements hold again.

    An agreement whose place another school has taken stays ended. Raises Refused without a reason, and for
    a school that is not closed.
    """
    reason = reason.strip()
    if not reason:
        raise Refused("请写明撤销停办的原因。")
    with one_step(HostSchool, Partnership):
        fresh: HostSchool = own(host, by=by, roles=OFFICE)
        if fresh.closed_on is None:
            raise Refused(f"{fresh}没有登记停办，不必撤销。")
        held = Partnership.objects.filter(host_school=fresh, ended_on=fresh.closed_on)
        restored = 0
        for one in held.filter(end_reason__startswith=CLOSED).order_by("pk"):
            taken = Partnership.objects.current().filter(pairing=one.pairing_id, kind=one.kind).exists()
            if not taken:
                one.ended_on, one.end_reason = None, ""
                one.save(update_fields=["ended_on", "end_reason"])
                restored += 1
        changes = {"closed_on": [fresh.closed_on, None], "restored": f"{restored} 份协议"}
        fresh.closed_on, fresh.closed_reason = None, ""
        fresh.save(update_fields=["closed_on", "closed_reason"])
        record("hostschool.reopen", fresh, by=by, at=at, reason=reason, changes=changes)
        return restored


def reveal_contact(host: HostSchool, *, purpose: str, by: Any, at: datetime.datetime) -> str:
    """Return the contact's whole telephone, and record who read it for what.

    Raises Refused without a purpose.
    """
    purpose = purpose.strip()
    if len(purpose) < LEAST_PURPOSE:
        raise Refused(f"查看用途至少写 {LEAST_PURPOSE} 个字，请写明要办什么事。")
    with one_step(HostSchool):
        fresh = own(host, by=by, roles=OFFICE)
        record(
            "hostschool.reveal", fresh, by=by, at=at, reason=purpose, changes={"fields": ["contact_phone"]}
        )
        return str(fresh.contact_phone)


# --- the profile of a year --------------------------------------------------------------------------------


def add_profile(
    host: HostSchool,
    values: Mapping[str, Any],
    staff: Sequence[tuple[str, int]],
    *,
    by: Any,
    at: datetime.datetime,
) -> HostProfile:
    """Enter what a school is like in a year; `values` are PROFILE_FIELDS, `staff` pairs (subject, teachers).

    Raises Refused for a second profile of the year and a subject that stands twice.
    """
    with one_step(HostProfile, SubjectStaff):
        fresh = own(host, by=by, roles=OFFICE)
        _refuse_twice(staff)
        profile = HostProfile.objects.create(
            host_school=fresh, **{name: values[name] for name in PROFILE_FIELDS if name in values}
        )
        _write_staff(profile, staff)
        changes = {"profile": [None, _words(profile, staff)]}
        record("hostschool.add_profile", fresh, by=by, at=at, changes=changes)
        return profile


def edit_profile(
    profile: HostProfile,
    values: Mapping[str, Any],
    staff: Sequence[tuple[str, int]],
    *,
    mark: str,
    by: Any,
    at: datetime.datetime,
) -> HostProfile:
    """Change a profile with its staff by subject. Raises Moved for an old tab, Refused as add_profile()."""
    with one_step(HostProfile, SubjectStaff):
        host = own(profile.host_school, by=by, roles=OFFICE)
        fresh: HostProfile = own(profile, by=by, roles=OFFICE)
        _refuse_twice(staff)
        stood = staff_of(fresh)
        if mark != (now := profile_mark(fresh)):
            raise Moved(fresh, {name: values[name] for name in PROFILE_FIELDS if name in values}, now)
        before = _words(fresh, stood)
        for name in PROFILE_FIELDS:
            if name in values:
                setattr(fresh, name, values[name])
        after = _words(fresh, staff)
        if before == after:
            raise Refused("没有任何改动。")
        fresh.save(update_fields=list(PROFILE_FIELDS))
        _write_staff(fresh, staff)
        record("hostschool.edit_profile", host, by=by, at=at, changes={"profile": [before, after]})
        return fresh


def staff_of(profile: HostProfile) -> list[tuple[str, int]]:
    """Return a profile's staff by subject, in the order entered."""
    return [(one.subject, one.teachers) for one in sorted(profile.staff.all(), key=lambda one: one.pk)]


def profile_mark(profile: HostProfile) -> str:
    return mark_of(profile, PROFILE_FIELDS) + "".join(f"{name}{number}" for name, number in staff_of(profile))


def surplus_words(teachers: int, staff: Sequence[tuple[str, int]]) -> str:
    """Say softly that the subjects together have more teachers than the school; empty when they do not."""
    taught = sum(number for _, number in staff)
    if taught <= teachers:
        return ""
    return (
        f"各学科教师合计 {taught} 人，多于教职工总数 {teachers} 人。"
        "一人任教几科的不必改；填错的请修改年度概况。"
    )


def _refuse_twice(staff: Sequence[tuple[str, int]]) -> None:
    seen: set[str] = set()
    for subject, _ in staff:
        if subject in seen:
            raise Refused(f"“{subject}”填了两行，一个学科只填一行，请合并。")
        seen.add(subject)


def _write_staff(profile: HostProfile, staff: Sequence[tuple[str, int]]) -> None:
    SubjectStaff.objects.filter(profile=profile).delete()
    SubjectStaff.objects.bulk_create(
        SubjectStaff(profile=profile, subject=subject, teachers=number) for subject, number in staff
    )


def _words(profile: HostProfile, staff: Sequence[tuple[str, int]]) -> str:
    taught = "、".join(f"{subject}{number}人" for subject, number in staff)
    words = f"{profile.year}—{profile.year + 1}学年：教职工 {profile.teachers} 人，学生 {profile.pupils} 人，"
    words += f"{profile.classes} 个班"
    return "；".join(filter(None, (words, taught, profile.note)))


# --- its link ---------------------------------------------------------------------------------------------


def issue_host_link(host: HostSchool, *, by: Any, at: datetime.datetime) -> tuple[AccessLink, str]:
    """Give a host school a new link for a month; return it with its token, which is shown once.

    The link before it ends. Raises Refused for a closed school: what it still has to confirm comes on paper.
    """
    with one_step(HostSchool):
        fresh: HostSchool = own(host, by=by, roles=OFFICE)
        if fresh.closed_on is not None:
            raise Refused(f"{fresh}已停办，不能再发链接。还没有确认的下校，请用盖章的确认单登记。")
        link, token = give_link(
            fresh,
            role=Role.HOST,
            holder_name=fresh.name,
            district=fresh.district,
            days=LINK_DAYS,
            by=by,
            at=at,
        )
        record("hostschool.issue_link", fresh, by=by, at=at, changes={"expires_at": [None, link.expires_at]})
        return link, token


def revoke_host_link(host: HostSchool, *, by: Any, at: datetime.datetime) -> HostSchool:
    """Take a host school's link back. Raises Refused when there is none that is open."""
    with one_step(HostSchool):
        fresh: HostSchool = own(host, by=by, roles=OFFICE)
        if not end_link(fresh, at):
            raise Refused("这所学校没有可用的链接，不必停用。")
        record("hostschool.revoke_link", fresh, by=by, at=at, changes={"revoked_at": [None, at]})
        return fresh
