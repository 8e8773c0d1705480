"""Steps of care (慰问): what was given to whom, and who opened the sealed note."""

import datetime
from typing import Any

from django.utils import timezone

from guanweihui.audit import record
from guanweihui.scope import Role
from guanweihui.workflow import Refused, one_step, own
from members.models import Care, Person
from members.workflow.people import LEAST_PURPOSE

WRITERS = frozenset({Role.DISTRICT, Role.SCHOOL})


def give_care(values: dict[str, Any], *, by: Any, at: datetime.datetime) -> Care:
    """Enter an act of care; `values`: person, kind, given_on, visitors, gift, note.

    Raises Refused for a day to come, for a greeting to somebody who had died by that day, and for
    condolences to somebody who lives.
    """
    kind, given_on = values["kind"], values["given_on"]
    with one_step(Care):
        person = own(values["person"], by=by, roles=WRITERS)
        if fault := fault_of(person, kind, given_on, timezone.localdate(at)):
            raise Refused(fault)
        care = Care.objects.create(
            district_id=person.district_id,
            person=person,
            kind=kind,
            given_on=given_on,
            visitors=values["visitors"],
            gift=values.get("gift", ""),
            note=values.get("note", ""),
            created_by=by if getattr(by, "pk", None) else None,
        )
        changes = {"kind": [None, kind], "given_on": [None, given_on]}
        record("care.give", care, by=by, at=at, changes=changes)
    return care


def fault_of(person: Person, kind: str, given_on: datetime.date, today: datetime.date) -> str | None:
    """Say why this care cannot be entered; None when it can."""
    is_condolence = kind == Care.Kind.CONDOLENCE
    if given_on > today:
        return "日期还没有到，请在慰问以后再登记。"
    if person.died_on is None:
        return (
            f"{person.name}没有登记离世，不能选“吊唁”。请核对，或先登记离世日期。" if is_condolence else None
        )
    if given_on >= person.died_on and not is_condolence:
        return f"{person.name}已于 {person.died_on:%Y-%m-%d} 离世，此后只能登记“吊唁”。请核对。"
    return None


def reveal_note(care: Care, *, by: Any, at: datetime.datetime, purpose: str) -> str:
    """Return the sealed note, and record who read it for what. Raises Refused without a purpose."""
    purpose = purpose.strip()
    if len(purpose) < LEAST_PURPOSE:
        raise Refused(f"查看用途至少写 {LEAST_PURPOSE} 个字，请写明要办什么事。")
    with one_step(Care):
        fresh = own(care, by=by, roles=WRITERS)
        record("care.reveal", fresh, by=by, at=at, reason=purpose, changes={"fields": ["note"]})
    return str(fresh.note)
