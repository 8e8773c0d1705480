"""Transfers between schools: one file moves, no second is made.

Who asks types what he knows of the person. The portal answers that another school of the district has him
registered; which one is said once the request stands, for the two schools have to talk. Nothing of the file
is shown before the holding school, or the district in its place, agrees.
"""

import datetime
from typing import Any

from guanweihui import names, text
from guanweihui.audit import record
from guanweihui.models import School
from guanweihui.scope import Role
from guanweihui.workflow import Refused, Step, Steps, one_step, take
from members import keys
from members.models import Person, Transfer
from members.workflow.merging import survivor_of

S = Transfer.Status
HOLDERS = frozenset({Role.DISTRICT, Role.SCHOOL})
ASKERS = frozenset({Role.SCHOOL})


def still_there(transfer: Transfer) -> str | None:
    """Say why a request leads nowhere: its person is no longer at the school that was asked."""
    person = transfer.person
    if person.merged_into_id is None and person.school_id == transfer.from_school_id:
        return None
    return "此人的单位已经变更，不能再按这份申请转出。请由申请学校撤回后重新申请。"


STEPS = Steps(
    {
        "grant": Step({S.ASKED}, S.GRANTED, HOLDERS, when=still_there, label="同意转出"),
        "refuse": Step({S.ASKED}, S.REFUSED, HOLDERS, label="答复不同意", needs_reason=True),
        "withdraw": Step({S.ASKED}, S.WITHDRAWN, ASKERS, label="撤回"),
    }
)


class NotRegistered(Refused):
    """Nobody of the district is registered under what was typed: he is to be registered, not transferred."""


class OwnAlready(Refused):
    """The person belongs to the asking school already; `person` is his file."""

    def __init__(self, person: Person) -> None:
        super().__init__("此人已登记在本校，不用申请转入。")
        self.person = person


def ask(
    school: School, *, id_number: str, typed_name: str, reason: str, by: Any, at: datetime.datetime
) -> Transfer:
    """Ask for somebody whom another school of the district has registered.

    `id_number` is an ID number, or a staff number together with the right name. Raises NotRegistered,
    OwnAlready, and Refused for a school that is not the actor's or a request that stands already.
    """
    if not School.objects.visible_to(by, roles=ASKERS).filter(pk=school.pk).exists():
        raise Refused("您不能为这所学校申请：不在您的职责范围内。")
    with one_step(Transfer):
        person = _find(school.district_id, id_number, typed_name)
        if person.school_id == school.pk:
            raise OwnAlready(person)
        transfer = Transfer.objects.create(
            district_id=school.district_id,
            person=person,
            typed_name=typed_name,
            from_school_id=person.school_id,
            to_school=school,
            reason=reason,
            asked_by=by if getattr(by, "pk", None) else None,
            asked_at=at,
        )
        record("transfer.ask", transfer, by=by, at=at, reason=reason)
    return transfer


def _find(district: int, number: str, name: str) -> Person:
    """Lock the living file that a number leads to. Raises NotRegistered."""
    number = number.strip()
    if not number:
        raise NotRegistered("请填写身份证号或教工编号。")
    try:
        found = Person.objects.filter(district=district, id_index=keys.id_index(read_id(number)))
    except text.IdError:
        # A staff number is no secret: whoever does not know the name behind it learns nothing.
        found = Person.objects.filter(
            district=district, staff_no=number.upper(), folded_name=names.fold_variants(name)
        )
    person = found.living_files().first() or found.select_related("merged_into").first()
    if person is not None:
        person = Person.objects.select_for_update().filter(pk=survivor_of(person).pk).first()
    if person is None or person.merged_into_id is not None:
        raise NotRegistered("本区没有用这个号码登记的人员。请核对号码和姓名；确实没有登记的，请直接登记。")
    return person


def read_id(number: str) -> str:
    return text.parse_id_number(number).value18


def grant(transfer: Transfer, *, by: Any, at: datetime.datetime) -> Transfer:
    """Let the person go: the file changes its school in the same transaction.

    Requests of further schools follow the file to its new school.
    """

    def move(fresh: Transfer) -> None:
        _refuse_strangers(fresh, by)
        person = Person.objects.select_for_update().get(pk=fresh.person_id)
        fresh.person = person
        if (why := still_there(fresh)) is not None:
            raise Refused(why)
        person.school_id, person.version = fresh.to_school_id, person.version + 1
        person.save(update_fields=["school", "version"])
        person.transfers.waiting().update(from_school=fresh.to_school_id)

    return take(STEPS["grant"], transfer, by=by, at=at, writes={"decided_at": at}, then=move)


def refuse(transfer: Transfer, *, by: Any, at: datetime.datetime, reason: str) -> Transfer:
    """Answer that the person stays, with the reason; the asking school reads it."""
    return take(
        STEPS["refuse"],
        transfer,
        by=by,
        at=at,
        reason=reason,
        writes={"answer": reason.strip(), "decided_at": at},
        then=lambda fresh: _refuse_strangers(fresh, by),
    )


def withdraw(transfer: Transfer, *, by: Any, at: datetime.datetime) -> Transfer:
    """Take a request back; the school that asked does."""

    def check(fresh: Transfer) -> None:
        if not Transfer.objects.asked_by_schools_of(by).filter(pk=fresh.pk).exists():
            raise Refused("您不能撤回这份申请：只有申请转入的学校可以撤回。")

    return take(STEPS["withdraw"], transfer, by=by, at=at, writes={"decided_at": at}, then=check)


def _refuse_strangers(fresh: Transfer, by: Any) -> None:
    if not Transfer.objects.decided_by(by).filter(pk=fresh.pk).exists():
        raise Refused("您不能答复这份申请：由此人现在的学校或区关工委答复。")
