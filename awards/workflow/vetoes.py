"""Steps of a veto (一票否决) or a ban (停评): set with a reason, lifted with a reason."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.utils import timezone

from awards.models import Veto
from awards.workflow.cycle_parts import OFFICE
from guanweihui.audit import record
from guanweihui.models import School
from guanweihui.workflow import Refused, one_step, own
from members.models import Person


def units_named(schools: Any, words: str) -> Any:
    """Narrow schools to those that bear this whole name or code."""
    words = words.strip()
    return schools.filter(Q(full_name=words) | Q(short_name=words) | Q(code=words)).order_by("position", "pk")


def set_veto(target: Person | School, values: Mapping[str, Any], *, by: Any, at: datetime.datetime) -> Veto:
    """Keep a person or a school from being commended; values are kind, reason, from_on and until_on.

    Raises Refused outside the actor's reach, without a reason, for days in the wrong order or in the past,
    and while another of the kind stands.
    """
    today, until = timezone.localdate(at), values.get("until_on")
    if not values["reason"].strip():
        raise Refused("请写明理由，再办理。")
    if until is not None and until < today:
        raise Refused("截止日期已经过去，不用登记。请修改截止日期，不限期的留空。")
    with one_step(Veto):
        fresh = own(target, by=by, roles=OFFICE)
        whose = {"person": fresh} if isinstance(fresh, Person) else {"school": fresh}
        veto = Veto(
            district=fresh.district,
            kind=values["kind"],
            **whose,
            reason=values["reason"].strip(),
            from_on=values["from_on"],
            until_on=until,
            set_by=by,
            set_at=at,
        )
        if Veto.objects.in_district(fresh.district_id).same_as(veto).unfinished(today).exists():
            raise Refused(f"“{fresh}”已有没有解除的{veto.get_kind_display()}。需要修改的，请先解除那一条。")
        veto.save(force_insert=True)
        changes = {"from_on": [None, veto.from_on], "until_on": [None, veto.until_on]}
        record("veto.set", veto, by=by, at=at, reason=veto.reason, changes=changes)
        return veto


def lift_veto(veto: Veto, *, reason: str, by: Any, at: datetime.datetime) -> Veto:
    """Lift a veto or a ban before its time, with the reason; it stays in the list."""
    if not reason.strip():
        raise Refused("请写明理由，再办理。")
    with one_step(Veto):
        fresh = own(veto, by=by, roles=OFFICE)
        if fresh.lifted_at is not None:
            raise Refused("这一条已经解除，不用再办。")
        if fresh.until_on is not None and fresh.until_on < timezone.localdate(at):
            raise Refused("这一条已经到期，不用解除。")
        fresh.lifted_at, fresh.lift_reason = at, reason.strip()
        fresh.save(update_fields=["lifted_at", "lift_reason"])
        record("veto.lift", fresh, by=by, at=at, reason=reason, changes={"lifted_at": [None, at]})
        return fresh
