"""Steps of a pair: make it, change it, its two schools and their agreements, the principal's link."""

import datetime
from collections.abc import Mapping
from copy import copy
from typing import Any

from django.utils import timezone

from guanweihui.audit import record
from guanweihui.models import AccessLink
from guanweihui.scope import Role
from guanweihui.workflow import Refused, one_step, own
from members.models import Person
from outreach.models import HostSchool, Pairing, Partnership, Programme, Renewal
from outreach.workflow.rows import OFFICE, changed, end_link, for_trail, give_link
from outreach.workflow.trips_rules import stranded, terms

FIELDS = (
    "position",
    "principal",
    "principal_name",
    "former_unit",
    "subject",
    "assistant",
    "assistant_name",
)
TERMS = ("from_on", "to_on", "agreement_no")
#: A principal's link serves for one year.
LINK_DAYS = 365


# --- the pair ---------------------------------------------------------------------------------------------


def make_pairing(
    programme: Programme, values: Mapping[str, Any], *, by: Any, at: datetime.datetime
) -> Pairing:
    """Make a pair of a programme; `values` are FIELDS without the position, persons as rows or None.

    Printed names follow from the persons, and so does the former unit where it is left empty. Raises Refused
    without a principal, for somebody who has died, one person in both places, a principal paired already.
    """
    with one_step(Pairing):
        fresh = own(programme, by=by, roles=OFFICE)
        if values.get("principal") is None:
            raise Refused("请从人员名册中选择老校长。名册中没有的，请先登记人员。")
        asked = _named(values, None, by)
        position = Pairing.objects.of_programme(fresh).count() + 1
        pairing = Pairing(programme=fresh, position=position)
        for name in FIELDS[1:]:
            if name in asked:
                setattr(pairing, name, asked[name])
        pairing.save(force_insert=True)
        changes = {"principal_name": [None, pairing.principal_name]}
        if pairing.assistant_name:
            changes["assistant_name"] = [None, pairing.assistant_name]
        record("pairing.make", pairing, by=by, at=at, changes=changes)
        return pairing


def edit_pairing(
    pairing: Pairing, values: Mapping[str, Any], *, mark: str, by: Any, at: datetime.datetime
) -> Pairing:
    """Change a pair. A name that was loaded without a person may stay so.

    The link of a principal whom another one replaces ends. Raises Moved for an old tab, and Refused as
    make_pairing() does.
    """
    with one_step(Pairing):
        fresh: Pairing = own(pairing, by=by, roles=OFFICE)
        changes = changed(fresh, _named(values, fresh, by), FIELDS, mark)
        if not fresh.principal_name:
            raise Refused("请选择老校长。")
        fresh.save(update_fields=list(changes))
        said = for_trail(changes)
        if _is_another(changes, fresh) and end_link(fresh, at):
            said["revoked_at"] = [None, at]
        record("pairing.edit", fresh, by=by, at=at, changes=said)
        return fresh


def _is_another(changes: Mapping[str, list[Any]], pairing: Pairing) -> bool:
    """Tell whether a change puts another principal in the place: namesakes are two, a name corrected one."""
    before, after = changes.get("principal", [pairing.principal, pairing.principal])
    if before is not None and after is not None:
        return bool(before != after)
    old, new = ("".join(name.split()) for name in changes.get("principal_name", ["", ""]))
    return bool(old != new)


def _named(values: Mapping[str, Any], pairing: Pairing | None, by: Any) -> dict[str, Any]:
    """Let the printed names and the former unit follow from the persons chosen."""
    asked = dict(values)
    chosen = {name: values.get(name) for name in ("principal", "assistant")}
    for name, person in chosen.items():
        if person is None:
            continue
        asked[f"{name}_name"] = person.name
        if pairing is None or getattr(pairing, f"{name}_id") != person.pk:
            _refuse_person(person, by)
    principal, assistant = chosen.values()
    if principal is not None and principal == assistant:
        raise Refused(f"老校长和助理不能是同一个人（{principal.name}），请另选一位。")
    if principal is not None and not asked.get("former_unit"):
        asked["former_unit"] = principal.school
    return asked


def _refuse_person(person: Person, by: Any) -> None:
    fresh = Person.objects.visible_to(by, roles=OFFICE).filter(pk=person.pk).first()
    if fresh is None:
        raise Refused("所选的人不在您的职责范围内，请重新查找。")
    if fresh.died_on is not None:
        raise Refused(f"{fresh.name}已于 {fresh.died_on:%Y-%m-%d} 离世，请核对，另选一位。")


# --- its schools ------------------------------------------------------------------------------------------


def add_partner(
    pairing: Pairing,
    host_school: HostSchool,
    kind: str,
    values: Mapping[str, Any],
    *,
    by: Any,
    at: datetime.datetime,
) -> Partnership:
    """Give a pair its school of a kind; `values` are TERMS.

    Raises Refused, naming the school that stands there, for a second one of the kind; for a closed school,
    the pair's other school, and an agreement that begins before the former one of the kind ended.
    """
    with one_step(Partnership):
        host = own(host_school, by=by, roles=OFFICE)
        fresh = own(pairing, by=by, roles=OFFICE)
        partnership = Partnership(pairing=fresh, host_school=host, kind=kind)
        for name in TERMS:
            if name in values:
                setattr(partnership, name, values[name])
        _refuse_partner(partnership)
        partnership.save(force_insert=True)
        changes = {"partner": [None, str(partnership)], "agreement": [None, terms_of(partnership)]}
        record("pairing.add_partner", fresh, by=by, at=at, changes=changes)
        return partnership


def _refuse_partner(partnership: Partnership) -> None:
    host, label = partnership.host_school, partnership.get_kind_display()
    if host.closed_on is not None:
        raise Refused(f"{host}已于 {host.closed_on:%Y-%m-%d} 停办，不能再结对。请选择别的学校。")
    standing = Partnership.objects.filter(pairing=partnership.pairing).select_related("host_school")
    for one in standing:
        if one.ended_on is None and one.kind == partnership.kind:
            raise Refused(
                f"这个结对已有一所{label}：{one.host_school}。一个结对只能有一所优质高中和一所农村初中；"
                f"要换学校，请先提前终止{one.host_school}的协议。"
            )
        if one.ended_on is None and one.host_school_id == host.pk:
            raise Refused(f"{host}已是这个结对的{one.get_kind_display()}，请选择别的学校。")
        if one.ended_on and one.kind == partnership.kind:
            _refuse_before(partnership, one)


def _refuse_before(partnership: Partnership, former: Partnership) -> None:
    """Two schools of a kind never hold at the same time: figures of a day count one of them."""
    ended_on = former.ended_on
    if ended_on is not None and (partnership.from_on is None or partnership.from_on < ended_on):
        raise Refused(
            f"原来的{former.get_kind_display()}{former.host_school}的协议 {ended_on:%Y-%m-%d} 终止，"
            "新协议请从这一天或以后起。"
        )


def terms_of(partnership: Partnership) -> str:
    """Write an agreement: its days and its number."""
    days = f"{partnership.from_on or '不详'} 至 {partnership.to_on or '长期'}"
    return f"{days}（{partnership.agreement_no}）" if partnership.agreement_no else days


def edit_partner(
    partnership: Partnership, values: Mapping[str, Any], *, mark: str, by: Any, at: datetime.datetime
) -> Partnership:
    """Correct an agreement. Raises Moved for an old tab.

    Raises Refused for one that was ended, and for days that leave out a trip waiting for its school.
    """
    with one_step(Partnership):
        fresh, pairing = _standing(partnership, by, "修改")
        standing, before = copy(fresh), terms_of(fresh)
        changes = changed(fresh, values, TERMS, mark)
        if (trip := stranded(standing, fresh)) is not None:
            raise Refused(
                f"{fresh.host_school}还有一次下校等待确认（{trip.span}），不在改后的起止日期"
                f"（{terms(fresh)}）之内，就不能确认了。请先确认或退回那条下校记录，或核对起止日期。"
            )
        others = Partnership.objects.filter(pairing=pairing, kind=fresh.kind).exclude(ended_on=None)
        for former in others.select_related("host_school"):
            _refuse_before(fresh, former)
        fresh.save(update_fields=list(changes))
        said = {"partner": str(fresh), "agreement": [before, terms_of(fresh)]}
        record("pairing.edit_partner", pairing, by=by, at=at, changes=said)
        return fresh


def end_partner(
    partnership: Partnership, *, on: datetime.date, reason: str, by: Any, at: datetime.datetime
) -> Partnership:
    """End an agreement before its time; then another school of the kind may take the place.

    Raises Refused without a reason, for a day in the future or outside the agreement, and for a trip waiting
    for its school that could not be confirmed any more.
    """
    reason = reason.strip()
    if not reason:
        raise Refused("提前终止协议要写明原因。")
    with one_step(Partnership):
        fresh, pairing = _standing(partnership, by, "提前终止")
        if on > timezone.localdate(at):
            raise Refused("终止日期还没有到，请到时再办理。")
        if fresh.from_on is not None and on < fresh.from_on:
            raise Refused(f"协议从 {fresh.from_on:%Y-%m-%d} 起，终止日期不能早于这一天。")
        if fresh.to_on is not None and on > fresh.to_on:
            raise Refused(f"协议到 {fresh.to_on:%Y-%m-%d} 为止，终止日期不能晚于这一天。")
        standing = copy(fresh)
        fresh.ended_on, fresh.end_reason = on, reason
        if (trip := stranded(standing, fresh)) is not None:
            raise Refused(
                f"{fresh.host_school}还有一次下校等待确认（{trip.span}），协议 {on:%Y-%m-%d} 终止后"
                f"就不能确认了。请先确认或退回那条下校记录，或把终止日期改到 {trip.to_on:%Y-%m-%d} 以后。"
            )
        fresh.save(update_fields=["ended_on", "end_reason"])
        changes = {"partner": str(fresh), "ended_on": [None, on]}
        record("pairing.end_partner", pairing, by=by, at=at, reason=reason, changes=changes)
        return fresh


def renew_partner(
    partnership: Partnership, *, to_on: datetime.date, agreement_no: str, by: Any, at: datetime.datetime
) -> Renewal:
    """Prolong an agreement; without a new number the old one stays.

    Raises Refused for one that was ended, and an end that is not later than the one before.
    """
    with one_step(Renewal, Partnership):
        fresh, pairing = _standing(partnership, by, "续签")
        if fresh.to_on is not None and to_on <= fresh.to_on:
            raise Refused(f"续签的止期要晚于原来的止期 {fresh.to_on:%Y-%m-%d}，请核对。")
        before = terms_of(fresh)
        renewal = Renewal.objects.create(
            partnership=fresh,
            old_to_on=fresh.to_on,
            to_on=to_on,
            agreement_no=agreement_no,
            renewed_by=by if getattr(by, "pk", None) else None,
            renewed_at=at,
        )
        fresh.to_on, fresh.agreement_no = to_on, agreement_no or fresh.agreement_no
        fresh.save(update_fields=["to_on", "agreement_no"])
        changes = {"partner": str(fresh), "agreement": [before, terms_of(fresh)]}
        record("pairing.renew_partner", pairing, by=by, at=at, changes=changes)
        return renewal


def _standing(partnership: Partnership, by: Any, what: str) -> tuple[Partnership, Pairing]:
    """Lock the pair and its agreement. Raises Refused when the agreement was ended."""
    pairing: Pairing = own(partnership.pairing, by=by, roles=OFFICE)
    fresh: Partnership = own(partnership, by=by, roles=OFFICE)
    if fresh.ended_on is not None:
        raise Refused(f"与{fresh.host_school}的协议已于 {fresh.ended_on:%Y-%m-%d} 终止，不能再{what}。")
    return fresh, pairing


# --- the principal's link ---------------------------------------------------------------------------------


def issue_pairing_link(pairing: Pairing, *, by: Any, at: datetime.datetime) -> tuple[AccessLink, str]:
    """Give the principal a new link for a year; return it with its token, which is shown once.

    The link before it ends: who is in by it is out at his next click.
    """
    with one_step(Pairing):
        fresh = own(pairing, by=by, roles=OFFICE)
        link, token = give_link(
            fresh,
            role=Role.OUTREACH,
            holder_name=fresh.principal_name,
            district=fresh.programme.district,
            days=LINK_DAYS,
            by=by,
            at=at,
        )
        record("pairing.issue_link", fresh, by=by, at=at, changes={"expires_at": [None, link.expires_at]})
        return link, token


def revoke_pairing_link(pairing: Pairing, *, by: Any, at: datetime.datetime) -> Pairing:
    """Take the principal's link back. Raises Refused when there is none that is open."""
    with one_step(Pairing):
        fresh = own(pairing, by=by, roles=OFFICE)
        if not end_link(fresh, at):
            raise Refused("这位老校长没有可用的链接，不必停用。")
        record("pairing.revoke_link", fresh, by=by, at=at, changes={"revoked_at": [None, at]})
        return fresh
