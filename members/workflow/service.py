"""Steps on service records: claimed by volunteer, school or district, then confirmed by the organiser."""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone

from guanweihui.audit import record
from guanweihui.models import School
from guanweihui.scope import LinkHolder, Role, reach_of
from guanweihui.text import TextError, check_text
from guanweihui.workflow import Refused, Step, Steps, one_step, take
from members.lately import note_services
from members.models import Person, ServiceCertificate, ServiceKind, ServiceRecord, Team
from members.rules import rule_on
from members.workflow.service_rules import fault_of, half_hours_of

WRITERS = frozenset({Role.DISTRICT, Role.SCHOOL})
S, Claimant = ServiceRecord.Status, ServiceRecord.Claimant

STEPS = Steps(
    {
        "confirm": Step({S.CLAIMED}, S.CONFIRMED, WRITERS, label="确认"),
        "refuse": Step({S.CLAIMED}, S.REFUSED, WRITERS, label="退回", needs_reason=True),
        "strike": Step({S.CONFIRMED}, S.STRUCK, {Role.DISTRICT}, label="作废", needs_reason=True),
    }
)
#: Words of a claim that somebody types.
TEXTS = ("content", "place", "basis")


def claim(values: Mapping[str, Any], *, by: Any, at: datetime.datetime) -> ServiceRecord:
    """Claim service for a person, to be confirmed by the organiser; answers the record.

    `values`: person, content, served_on, hours (Decimal); further kind, school, team, place, starts_at,
    ends_at, evidence, basis. Without school and team the district organises; what a volunteer claims by
    himself is his own school's when he names neither. Raises Refused, with the cure, when a rule of
    members.workflow.service_rules does not hold, or the person is not the actor's to claim for.
    """
    values = {**values, **clean_texts(values)}
    half_hours = half_hours_of(values["hours"])
    with one_step(ServiceRecord):
        person = locked_person(values["person"].pk)
        school, team = values.get("school"), values.get("team")
        if isinstance(by, LinkHolder) and not school and not team:
            school = person.school
        row = ServiceRecord(
            district_id=person.district_id,
            person=person,
            school=school,
            team=team,
            kind=values.get("kind") or ServiceKind.SERVICE,
            served_on=values["served_on"],
            starts_at=values.get("starts_at"),
            ends_at=values.get("ends_at"),
            half_hours=half_hours,
            evidence=values.get("evidence") or "",
            claimed_as=claimant_of(person, school, team, by),
            claimed_by=account_of(by),
            claimed_at=at,
            **{name: values.get(name) or "" for name in TEXTS},
        )
        hold_rules(row, person, others_of(row).standing(), at=at)
        row.save(force_insert=True)
        changes = {"served_on": row.served_on, "half_hours": half_hours, "kind": row.kind}
        record("servicerecord.claim", row, by=by, at=at, changes=changes)
    return row


def record_attended(values: Mapping[str, Any], *, by: Any, at: datetime.datetime) -> ServiceRecord:
    """Write the confirmed record of a day that somebody attested, inside the step that took the attestation.

    `values`: person, content, served_on, half_hours; further place, evidence, basis, which are kept for a day
    of an earlier calendar year alone. That step answers for who may attest; here every rule of service hours
    holds, against what stands. Raises Refused, and then wrote nothing.
    """
    texts = clean_texts(values)
    is_earlier = values["served_on"].year < timezone.localdate(at).year
    with one_step(ServiceRecord):
        person = locked_person(values["person"].pk)
        row = ServiceRecord(
            district_id=person.district_id,
            person=person,
            served_on=values["served_on"],
            half_hours=values["half_hours"],
            content=texts["content"],
            place=texts["place"],
            evidence=values.get("evidence", "") if is_earlier else "",
            basis=texts["basis"] if is_earlier else "",
            status=S.CONFIRMED,
            claimed_as=Claimant.DISTRICT,
            claimed_by=account_of(by),
            claimed_at=at,
            confirmed_by=account_of(by),
            confirmed_at=at,
        )
        hold_rules(row, person, others_of(row).standing(), at=at)
        row.save(force_insert=True)
        note_services([person.pk])
        changes = {"served_on": row.served_on, "half_hours": row.half_hours, "kind": row.kind}
        record("servicerecord.attend", row, by=by, at=at, changes=changes)
    return row


def confirm(row: ServiceRecord, *, by: Any, at: datetime.datetime) -> ServiceRecord:
    """Confirm a claim as its organiser: the school it names, or the district.

    The rules hold anew on fresh rows, against what is confirmed already: of two claims that overlap the
    first confirmed stands. Raises Refused, so too for a volunteer's own hand.
    """

    def check(fresh: ServiceRecord) -> None:
        hold_organiser(fresh, by)
        hold_rules(fresh, person, others_of(fresh).confirmed(), at=at)
        note_services([person.pk])

    with one_step(ServiceRecord):
        person = locked_person(row.person_id)
        writes = {"confirmed_by": account_of(by), "confirmed_at": at}
        return take(STEPS["confirm"], row, by=by, at=at, writes=writes, then=check)


def confirm_each(rows: Iterable[ServiceRecord], *, by: Any, at: datetime.datetime) -> tuple[int, list[str]]:
    """Confirm claims one by one, each a step of its own; answer how many, and a sentence for each refused."""
    done, refused = 0, []
    for row in rows:
        try:
            confirm(row, by=by, at=at)
        except Refused as refusal:
            refused.append(f"{row.person.name} {row.served_on:%Y-%m-%d}：{refusal}")
        else:
            done += 1
    return done, refused


def refuse(row: ServiceRecord, *, by: Any, at: datetime.datetime, reason: str) -> ServiceRecord:
    """Turn a claim down as its organiser, with the reason."""
    return take(
        STEPS["refuse"], row, by=by, at=at, reason=reason, then=lambda fresh: hold_organiser(fresh, by)
    )


def strike(row: ServiceRecord, *, by: Any, at: datetime.datetime, reason: str) -> ServiceRecord:
    """Strike a confirmed record out; it stays on file and counts no longer.

    Raises Refused while a certificate that is posted or issued counts it: its hours would be more than
    those confirmed.
    """

    def settle(fresh: ServiceRecord) -> None:
        hold_file(fresh, person)
        hold_uncertified(fresh)
        note_services([person.pk])

    with one_step(ServiceRecord):
        person = Person._default_manager.select_for_update().get(pk=row.person_id)
        return take(STEPS["strike"], row, by=by, at=at, reason=reason, then=settle)


# --- what the steps hold to ---------------------------------------------------------------------------


def locked_person(pk: int) -> Person:
    """Lock a person's file, before any of his records; a file merged into another one is refused."""
    person = Person._default_manager.select_for_update().filter(pk=pk, merged_into=None).first()
    if person is None:
        raise Refused("这份人员档案已并入另一份，请刷新页面后再办理。")
    return person


def others_of(row: ServiceRecord) -> Any:
    """Return the person's other records of the same day."""
    return ServiceRecord.objects.filter(person=row.person_id, served_on=row.served_on).exclude(pk=row.pk)


def hold_rules(row: ServiceRecord, person: Person, others: Any, *, at: datetime.datetime) -> None:
    """Raise Refused with the first fault of the record."""
    hold_file(row, person)
    fault = fault_of(
        row,
        person=person,
        others=list(others),
        rule=rule_on(person.district, row.served_on),
        today=timezone.localdate(at),
        claimed_on=timezone.localdate(row.claimed_at),
    )
    if fault:
        raise Refused(fault)


def hold_file(row: ServiceRecord, person: Person) -> None:
    """Raise Refused when the record was moved to another file before this one could be locked."""
    if row.person_id != person.pk:
        raise Refused("这条记录刚被移到另一份档案，请刷新页面后再办理。")


def hold_uncertified(row: ServiceRecord) -> None:
    """Raise Refused when a certificate that is posted or issued counts the record.

    The caller holds the person's file, as posting and issuing do, so that none comes in between. A record
    that only falls into the range, confirmed later, is in none of its lines and may go.
    """
    for one in ServiceCertificate.objects.standing_over(row):
        if all(line["record"] != row.pk for line in one.content):
            continue
        said = f"{row.served_on:%Y-%m-%d}的这条记录"
        if one.status == ServiceCertificate.Status.ISSUED:
            raise Refused(
                f"{said}已写入服务证明 {one.number}，现在不能作废。"
                "请先在“服务证明”中作废这一份，再回来作废记录。"
            )
        raise Refused(
            f"{said}已写入正在公示的服务证明（{one.posted_on:%Y-%m-%d} 开始公示），现在不能作废。"
            "请先在“服务证明”中撤回这一份，再回来作废记录。"
        )


def organises(row: ServiceRecord, by: Any) -> bool:
    """Tell whether the actor is the record's organiser: its school, or the district for all."""
    reach = reach_of(by)
    return row.district_id in reach.of({Role.DISTRICT}).ids("district") or (
        row.school_id is not None and row.school_id in reach.of({Role.SCHOOL}).ids("school")
    )


def hold_organiser(row: ServiceRecord, by: Any) -> None:
    if not organises(row, by):
        organiser = row.school.short_name if row.school else "区关工委"
        raise Refused(f"这条记录由组织方“{organiser}”办理，请与对方联系。")


def claimant_of(person: Person, school: School | None, team: Team | None, by: Any) -> str:
    """Return in whose name the actor claims.

    Raises Refused when neither the person nor the organising school is his, or a unit is of elsewhere.
    """
    if any(unit is not None and unit.district_id != person.district_id for unit in (school, team)):
        raise Refused("组织方和志愿者不在同一个区，请重新选择。")
    reach = reach_of(by)
    if isinstance(by, LinkHolder):
        if by.link.role != Role.VOLUNTEER or person.slip_link_id != by.link.pk:
            raise Refused("您只能登记本人的服务。")
        return Claimant.VOLUNTEER
    if person.district_id in reach.of({Role.DISTRICT}).ids("district"):
        return Claimant.SCHOOL if school else Claimant.TEAM if team else Claimant.DISTRICT
    schools = reach.of({Role.SCHOOL}).ids("school")
    if person.school_id in schools or (school is not None and school.pk in schools):
        return Claimant.SCHOOL
    raise Refused("您只能为本校的志愿者，或在本校组织的服务中登记。")


def clean_texts(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the texts of a claim or a sheet without what cannot be seen. Raises Refused with the place."""
    try:
        return {name: check_text(values.get(name) or "").strip() for name in TEXTS}
    except TextError as fault:
        raise Refused(f"文字中有不能保存的字符：{fault}。") from fault


def account_of(by: Any) -> Any:
    """Return the account that a foreign key keeps; None for the holder of a link and for the portal."""
    return by if getattr(by, "pk", None) else None
