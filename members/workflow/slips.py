"""Personal slips (个人服务单): given out, opened by the typed code, taken back; what is said to be wrong."""

import datetime
import secrets
from typing import Any

from django.utils import timezone

from guanweihui.audit import record
from guanweihui.crypto import blind_index
from guanweihui.gate import issue_link
from guanweihui.models import AccessLink, Post, User
from guanweihui.scope import Role
from guanweihui.text import fold_width
from guanweihui.workflow import Refused, one_step, own
from members.models import Correction, Person, Slip, TeamMembership

#: Who gives slips out: the district's staff, and the school that the volunteer belongs to.
ISSUERS = frozenset({Role.DISTRICT, Role.SCHOOL})
HOLDER = frozenset({Role.VOLUNTEER})
#: Letters and digits that nobody takes for another one: no 0 and O, no 1, I and L.
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE_LENGTH, GROUP_LENGTH = 12, 4
#: A slip serves for one year.
DAYS = 365
#: So many of one person's reports may wait at a time.
MOST_WAITING = 5


def issue_slip(person: Person, *, by: Any, at: datetime.datetime) -> tuple[Slip, str, str]:
    """Give a volunteer a new slip; return it with its typed code (4-4-4) and the token of its link.

    Both are shown once and stored nowhere. The slip before it ends: who is in by it is out at his next
    click. Raises Refused for somebody who is no volunteer or has died.
    """
    with one_step(Slip, Person):
        fresh = own(person, by=by, roles=ISSUERS)
        if fresh.died_on is not None or not fresh.is_volunteer:
            raise Refused(f"{fresh.name}不是在册志愿者，不能发放个人服务单。请先在人员档案中核对。")
        close_link(fresh.slip_link_id, at)
        link, token = issue_link(
            district=fresh.district,
            role=Role.VOLUNTEER,
            holder_name=fresh.name,
            by=by,
            at=at,
            days=DAYS,
        )
        fresh.slip_link = link
        fresh.save(update_fields=["slip_link"])
        code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
        values = {"code_index": code_index(code), "issued_at": at, "issued_by_id": getattr(by, "pk", None)}
        slip, _ = Slip.objects.update_or_create(
            person=fresh, defaults={"district_id": fresh.district_id, **values}
        )
        record("slip.issue", slip, by=by, at=at, changes={"expires_at": [None, link.expires_at]})
    return slip, grouped(code), token


def revoke_slip(slip: Slip, *, by: Any, at: datetime.datetime) -> Slip:
    """Take a slip back, such as a lost one. Raises Refused when it is closed already."""
    with one_step(Slip):
        fresh = own(slip, by=by, roles=ISSUERS)
        if not close_link(fresh.person.slip_link_id, at):
            raise Refused("这张个人服务单已经停用，不必再停用一次。")
        record("slip.revoke", fresh, by=by, at=at, changes={"revoked_at": [None, at]})
    return fresh


def close_link(link_id: int | None, at: datetime.datetime) -> bool:
    """Close a link; tell whether it was open. The line of the step that does it tells of it."""
    return AccessLink.objects.filter(pk=link_id, revoked_at=None).update(revoked_at=at) == 1


def grouped(code: str) -> str:
    """Write a code in groups of four, as it stands on the slip."""
    return "-".join(code[n : n + GROUP_LENGTH] for n in range(0, len(code), GROUP_LENGTH))


def normal_code(typed: str) -> str:
    """Reduce what was typed to letters and digits: full-width, lower case, spaces and dashes are fine."""
    return "".join(mark for mark in fold_width(typed).upper() if mark.isascii() and mark.isalnum())


def code_index(code: str) -> str:
    return blind_index(normal_code(code), kind="slip")


def open_code(typed: str, *, at: datetime.datetime) -> AccessLink | None:
    """Return the link of the slip with this code; None when revoked, expired or unknown, which look alike."""
    links = AccessLink.objects.usable(at).filter(role=Role.VOLUNTEER, volunteer__merged_into=None)
    return links.filter(volunteer__slip__code_index=code_index(typed)).first() if normal_code(typed) else None


# --- 有误 -------------------------------------------------------------------------------------------------


def report_wrong(values: dict[str, Any], *, by: Any, at: datetime.datetime) -> Correction:
    """Say what is wrong on one's own pages; `values`: about, words.

    It waits for the staff member named for the holder's team, else for everybody of the district's staff.
    Raises Refused when so many wait that one more helps nobody.
    """
    with one_step(Correction):
        person = own_person(by)
        if Correction.objects.filter(person=person).waiting().count() >= MOST_WAITING:
            raise Refused(f"您已经提出 {MOST_WAITING} 条，工作人员还在处理。着急的话，请打电话找人帮忙。")
        correction = Correction.objects.create(
            district=person.district,
            person=person,
            staff=staff_for(person, timezone.localdate(at)),
            about=values["about"],
            words=values["words"].strip(),
            reported_at=at,
        )
        record("correction.report", correction, by=by, at=at, changes={"about": [None, correction.about]})
    return correction


def own_person(by: Any) -> Person:
    """Lock and return the holder's own file. Raises Refused for everybody else."""
    people = Person.objects.visible_to(by, roles=HOLDER)
    person = Person.objects.select_for_update().filter(pk__in=people.values("pk")).first()
    if person is None:
        raise Refused("请先用个人服务单进入。")
    return person


def staff_for(person: Person, day: datetime.date) -> User | None:
    """Find the staff member named for a team the person serves in today; None when nobody there serves."""
    teams = TeamMembership.objects.of_person(person).serving(day)
    named = teams.exclude(team__staff=None).order_by("from_on", "pk").values_list("team__staff", flat=True)
    at_work = Post.objects.serving(day).filter(role=Role.DISTRICT, district=person.district_id)
    serving = set(at_work.filter(user__in=list(named)).values_list("user", flat=True))
    found = next((pk for pk in named if pk in serving), None)
    return User.objects.filter(pk=found).first() if found else None


def resolve_correction(
    correction: Correction, resolution: str, *, by: Any, at: datetime.datetime
) -> Correction:
    """Say what came of it; the volunteer reads it under 通知. Raises Refused when somebody was faster."""
    resolution = resolution.strip()
    if not resolution:
        raise Refused("请写明处理结果，志愿者会在“通知”里看到。")
    with one_step(Correction):
        fresh = own(correction, by=by, roles={Role.DISTRICT})
        if fresh.resolved_at is not None:
            raise Refused("这条反馈已经处理过了。请刷新页面后再看。")
        fresh.resolved_at, fresh.resolution = at, resolution
        fresh.save(update_fields=["resolved_at", "resolution"])
        record("correction.resolve", fresh, by=by, at=at, changes={"resolved_at": [None, at]})
    return fresh
