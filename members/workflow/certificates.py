"""Steps of a service certificate: posted inside the unit, issued with a number, withdrawn or voided.

Rules: 民政部令第67号, 民发〔2015〕149号. Only who recorded certifies, and hours are those confirmed.
"""

import datetime
import secrets
from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from guanweihui.audit import record
from guanweihui.documents import fonts
from guanweihui.models import District, School, Succession
from guanweihui.scope import reach_of
from guanweihui.tables import format_value
from guanweihui.workflow import Refused, Step, Steps, one_step, own, take
from members.areas import WRITERS
from members.models import Appointment, Person, ServiceCertificate, ServiceKind, ServiceRecord
from members.rules import rule_on
from members.workflow.people import LEAST_PURPOSE

S = ServiceCertificate.Status
CHANGED = "公示后记录有变动，请重新公示。请先撤回这一份，再重新开具。"
INSTALL = "字没有写错的，请管理员加装字体。"
STEPS = Steps(
    {
        "issue": Step({S.POSTED}, S.ISSUED, WRITERS, label="出具"),
        "withdraw": Step({S.POSTED}, S.WITHDRAWN, WRITERS, label="撤回", needs_reason=True),
        "void": Step({S.ISSUED}, S.VOID, WRITERS, label="作废", needs_reason=True),
    }
)


def lines_of(person: Person, from_on: datetime.date, to_on: datetime.date) -> list[dict[str, Any]]:
    """Return what is confirmed of a person in a range, by day: service and training, one dict a record.

    The pk stands in each line, so that a record struck out and entered anew is seen as a change.
    """
    records = (
        ServiceRecord.objects.of_person(person)
        .confirmed()
        .within(from_on, to_on)
        .select_related("school", "team")
        .order_by("served_on", "starts_at", "pk")
    )
    return [
        {
            "record": one.pk,
            "kind": one.kind,
            "on": one.served_on.isoformat(),
            "content": one.content,
            "place": one.place,
            "organiser": str(one.school or one.team or ""),
            "half_hours": one.half_hours,
            "evidence": one.evidence,
        }
        for one in records
    ]


def of_kind(lines: Iterable[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [line for line in lines if line["kind"] == kind]


def half_hours_of(lines: Iterable[dict[str, Any]]) -> int:
    """Add up the service; training stands apart and is no part of it."""
    return sum(line["half_hours"] for line in of_kind(lines, ServiceKind.SERVICE))


def issuer_of(school: School, *, on: datetime.date) -> School:
    """Return the school itself, or the chief successor that goes on after a closed one, however far.

    Raises Refused when a closed school has no open chief successor.
    """
    found, seen = school, {school.pk}
    while found.closed_on is not None and found.closed_on <= on:
        chief = (
            Succession.objects.filter(predecessor=found, is_chief=True, succeeded_on__lte=on)
            .select_related("successor")
            .first()
        )
        if chief is None or chief.successor_id in seen:
            raise Refused(
                f"{found.full_name}已撤销，还没有登记主要承接学校，不能确定由谁出具证明。"
                "请区关工委先在“学校沿革”中登记主要承接学校。"
            )
        found = chief.successor
        seen.add(found.pk)
    return found


def left_to(by: Any, key: int, *, on: datetime.date) -> Person | None:
    """Return a person of a closed school that one of the actor's own schools goes on for, else None.

    The person is none that he sees elsewhere: what is answered here is for a certificate alone.
    """
    schools = reach_of(by).of(WRITERS).ids("school")
    if not schools:
        return None
    people = Person.objects.living_files().filter(school__closed_on__lte=on)
    person = people.select_related("district", "school").filter(pk=key).first()
    if person is None:
        return None
    try:
        issuer = issuer_of(person.school, on=on)
    except Refused:
        # Whether a successor is missing is told to who sees the person, not to any school.
        return None
    return person if issuer.pk in schools else None


def lock_person(key: int) -> Person:
    """Lock a person's file, before any of its certificates and records."""
    return Person._default_manager.select_for_update().get(pk=key)


def hold_person(person: Person, *, by: Any, on: datetime.date) -> Person:
    """Lock a person whom the actor may certify, and return him fresh. Raises Refused for any other."""
    try:
        return own(person, by=by, roles=WRITERS)
    except Refused:
        # Locked before the look, so that he does not change schools in between.
        lock_person(person.pk)
        fresh = left_to(by, person.pk, on=on)
        if fresh is None:
            raise
        return fresh


def head_on(school: School, day: datetime.date) -> str:
    """Return the name of the committee's head (主任) who serves on `day`; empty when the seat is vacant."""
    serving = Appointment.objects.of_unit(school).serving(day)
    head = serving.filter(position=Appointment.Position.DIRECTOR).order_by("-from_on", "-pk").first()
    return head.printed_name if head else ""


def post_certificate(
    person: Person,
    *,
    from_on: datetime.date,
    to_on: datetime.date,
    head: str,
    handler: str,
    contact: str,
    purpose: str,
    by: Any,
    at: datetime.datetime,
) -> ServiceCertificate:
    """Freeze what is confirmed in the range and begin the notice inside the unit.

    Raises Refused when the range has no confirmed service or ends in the future, when the same range is
    posted already, when a closed school has no successor, or when no font has a character to be printed.
    """
    today = timezone.localdate(at)
    with one_step(ServiceCertificate):
        fresh = hold_person(person, by=by, on=today)
        issuer = issuer_of(fresh.school, on=today)
        lines = lines_of(fresh, from_on, to_on)
        _refuse_range(fresh, from_on, to_on, lines, today=today)
        notice_days = rule_on(fresh.district, today).notice_days
        certificate = ServiceCertificate(
            district=fresh.district,
            person=fresh,
            issuer=issuer,
            recorded_by_name="" if issuer == fresh.school else fresh.school.full_name,
            from_on=from_on,
            to_on=to_on,
            half_hours=half_hours_of(lines),
            content=lines,
            head=head.strip(),
            handler=handler.strip(),
            contact=contact.strip(),
            purpose=purpose.strip(),
            posted_on=today,
            posted_until=today + datetime.timedelta(days=notice_days - 1),
            check_token=secrets.token_urlsafe(16),
        )
        _refuse_unprintable(certificate, f"请核对改正；{INSTALL}")
        certificate.save(force_insert=True)
        changes = {"from_on": from_on, "to_on": to_on, "half_hours": certificate.half_hours}
        record("servicecertificate.post", certificate, by=by, at=at, changes=changes)
    return certificate


def _refuse_range(
    person: Person,
    from_on: datetime.date,
    to_on: datetime.date,
    lines: list[dict[str, Any]],
    *,
    today: datetime.date,
) -> None:
    if to_on < from_on:
        raise Refused("截止日期不能早于起始日期。")
    if to_on > today:
        raise Refused("截止日期不能晚于今天：证明只写已经发生的服务。")
    if not half_hours_of(lines):
        raise Refused("这段时间没有已确认的志愿服务记录，不能开具证明。请调整起止日期，或先确认服务记录。")
    same = ServiceCertificate.objects.of_person(person).filter(from_on=from_on, to_on=to_on, status=S.POSTED)
    if same.exists():
        raise Refused("同一时间段的证明正在公示。请打开那一份办理，不要重复开具。")


def _refuse_unprintable(certificate: ServiceCertificate, mend: str) -> None:
    """Raise Refused when no font has a character that the paper prints.

    The print itself would refuse as well, but only after the number was given.
    """
    lines = certificate.content
    printed = {
        "姓名": certificate.person.name,
        "出具单位": certificate.issuer.full_name,
        "记录单位": certificate.recorded_by_name,
        "负责人": certificate.head,
        "经办人": certificate.handler,
        "联系方式": certificate.contact,
        "备注": certificate.purpose,
        "服务内容": "".join(line["content"] for line in lines),
        "组织单位": "".join(line["organiser"] for line in lines),
    }
    for label, text in printed.items():
        if lost := fonts.unprintable(text):
            raise Refused(f"“{label}”中的“{'、'.join(lost)}”字库里没有，印不出来。{mend}")


def issue_certificate(
    certificate: ServiceCertificate, *, by: Any, at: datetime.datetime
) -> ServiceCertificate:
    """Number and issue a certificate whose notice has run out.

    Raises Refused before the day after the notice, when a confirmed record of the range changed since, and
    when no font has a character to be printed: names may have changed during the notice.
    """
    today = timezone.localdate(at)
    with one_step(ServiceCertificate):
        # The person first, as whoever strikes a record does: no record goes between the look and the number.
        person = lock_person(certificate.person_id)
        fresh = own(certificate, by=by, roles=WRITERS)
        if fresh.person_id != person.pk:
            raise Refused("这份证明刚被移到另一份档案，请刷新页面后再办理。")
        if fresh.status == S.POSTED:
            _refuse_issue(fresh, today)
        number = next_number(fresh.district_id, today.year)
        return take(STEPS["issue"], fresh, by=by, at=at, writes={"number": number, "issued_on": today})


def _refuse_issue(certificate: ServiceCertificate, today: datetime.date) -> None:
    if today <= certificate.posted_until:
        until = format_value(certificate.posted_until, prose=True)
        raise Refused(f"单位内公示到{until}，期满以后才能出具。请在公示期满后再办理。")
    if certificate.issuer.closed_on is not None and certificate.issuer.closed_on <= today:
        raise Refused("出具单位在公示期间已撤销。请先撤回这一份，再由承接学校重新开具。")
    if lines_of(certificate.person, certificate.from_on, certificate.to_on) != certificate.content:
        raise Refused(CHANGED)
    _refuse_unprintable(certificate, f"请核对；写错的请先撤回这一份，改正后再重新开具；{INSTALL}")


def next_number(district: int, year: int) -> str:
    """Return the district's next number of a year; holds the district's row until the transaction ends.

    Numbers have no gap: a void certificate keeps its own, so their count names the next.
    """
    District.objects.select_for_update().get(pk=district)
    prefix = f"FWZM{year}"
    given = ServiceCertificate.objects.filter(district=district, number__startswith=prefix).count()
    return f"{prefix}{given + 1:05}"


def withdraw_certificate(
    certificate: ServiceCertificate, *, by: Any, at: datetime.datetime, reason: str
) -> ServiceCertificate:
    """Take a posted certificate back; it never had a number."""
    return take(
        STEPS["withdraw"], certificate, by=by, at=at, reason=reason, writes={"end_reason": reason.strip()}
    )


def void_certificate(
    certificate: ServiceCertificate, *, by: Any, at: datetime.datetime, reason: str
) -> ServiceCertificate:
    """Void an issued certificate; its number stays in the register and is not given again."""
    return take(
        STEPS["void"], certificate, by=by, at=at, reason=reason, writes={"end_reason": reason.strip()}
    )


def print_certificate(
    certificate: ServiceCertificate, *, by: Any, at: datetime.datetime, purpose: str
) -> ServiceCertificate:
    """Return a certificate whose paper may show the whole ID number, and record who printed it for what.

    Raises Refused without a purpose, for a certificate that is not issued, or outside the actor's reach.
    """
    purpose = purpose.strip()
    if len(purpose) < LEAST_PURPOSE:
        raise Refused(f"打印用途至少写 {LEAST_PURPOSE} 个字，请写明交给谁、办什么事。")
    with one_step(ServiceCertificate):
        fresh = own(certificate, by=by, roles=WRITERS)
        if fresh.status != S.ISSUED:
            raise Refused(
                f"这份证明现在是“{fresh.get_status_display()}”，只有已出具的证明才能打印完整身份证号。"
            )
        changes = {"fields": ["id_number"]}
        record("servicecertificate.print", fresh, by=by, at=at, reason=purpose, changes=changes)
    return fresh
