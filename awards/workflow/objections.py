"""Steps of an objection (异议) to a public notice: received within the period, investigated, decided.

By real name with a telephone, or by a unit with its seal, it holds the award up; an anonymous one is kept and
blocks nothing (domain.md 3). Who objects and what he says stands sealed, and never in the trail.
"""

import datetime
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from awards.models import AwardListEntry, Nomination, Objection, PublicNotice
from awards.workflow.notices import OFFICE
from guanweihui import uploads
from guanweihui.audit import record
from guanweihui.models import Attachment
from guanweihui.models.files import PERSONAL
from guanweihui.tables import format_value
from guanweihui.workflow import Refused, Step, Steps, one_step, own, take

S, Kind = Objection.Status, Objection.Kind
STEPS = Steps(
    {
        "uphold": Step({S.OPEN}, S.UPHELD, OFFICE, label="认定成立"),
        "reject": Step({S.OPEN}, S.REJECTED, OFFICE, label="认定不成立"),
    }
)
#: Papers of an objection: they name who objects, so the office alone opens them and the trail says who did.
FILE = f"{PERSONAL}objection."
LEAST_PURPOSE = 4


def receive_objection(
    notice: PublicNotice,
    values: Mapping[str, Any],
    *,
    by: Any,
    at: datetime.datetime,
    file: Mapping[str, Any] | None = None,
) -> Objection:
    """Enter an objection that came within the period, judged by the day it arrived.

    `values`: kind, nomination (None for the list as a whole), objector, phone, text, received_on, is_sealed.
    Raises Refused for a notice that is not posted, a day outside the period, a person without name or
    telephone, a unit without name or seal, and a nominee who is not on the list.
    """
    with one_step(Objection):
        fresh = own(notice, by=by, roles=OFFICE)
        _refuse_time(fresh, values["received_on"], at)
        _refuse_form(values)
        _refuse_nominee(fresh, values.get("nomination"))
        is_anonymous = values["kind"] == Kind.ANONYMOUS
        objection = Objection.objects.create(
            notice=fresh,
            nomination=values.get("nomination"),
            kind=values["kind"],
            objector="" if is_anonymous else values["objector"].strip(),
            phone="" if is_anonymous else values["phone"].strip(),
            text=values["text"].strip(),
            received_on=values["received_on"],
            received_by=by,
            received_at=at,
        )
        if file is not None:
            _keep(objection, file, by=by, at=at)
        changes = {"kind": [None, objection.kind], "received_on": [None, objection.received_on]}
        record("objection.receive", objection, by=by, at=at, changes=changes)
        return objection


def _refuse_time(notice: PublicNotice, day: datetime.date, at: datetime.datetime) -> None:
    if notice.status != PublicNotice.Status.POSTED:
        raise Refused(f"这份公示“{notice.get_status_display()}”，不在公示期，不能登记异议。")
    assert notice.last_on is not None
    first, last = (format_value(one, prose=True) for one in (notice.first_on, notice.last_on))
    if not notice.first_on <= day <= notice.last_on:
        raise Refused(
            f"收到日期不在公示期内（{first}至{last}），不能作为公示异议登记。信函以收到之日为准，请核对日期。"
        )
    if day > timezone.localdate(at):
        raise Refused("收到日期不能晚于今天，请核对。")


def _refuse_form(values: Mapping[str, Any]) -> None:
    kind, name = values["kind"], values["objector"].strip()
    if not values["text"].strip():
        raise Refused("请写明异议的内容。")
    if kind == Kind.PERSON and not (name and values["phone"].strip()):
        raise Refused("个人异议须有真实姓名和联系电话。没有的，请按“匿名”登记。")
    if kind == Kind.UNIT and not (name and values["is_sealed"]):
        raise Refused("单位异议须写明单位名称并加盖公章。没有盖章的，请退回补盖，或按“匿名”登记。")


def _refuse_nominee(notice: PublicNotice, nomination: Nomination | None) -> None:
    if nomination is None:
        return
    named = AwardListEntry.objects.of(notice.award_list).with_outcome(AwardListEntry.Outcome.AWARD)
    if not named.filter(nomination=nomination).exists():
        raise Refused("所选的人选不在这份公示的名单中，请重新选择。")


def _keep(objection: Objection, file: Mapping[str, Any], *, by: Any, at: datetime.datetime) -> None:
    district = objection.notice.award_list.cycle.district
    uploads.attach(district, field=f"{FILE}{objection.pk}", by=by, at=at, **file)


def files_of(objection: Objection) -> Any:
    """Return the papers of an objection, oldest first; whoever shows them narrows them to who may open."""
    return Attachment.objects.beside(f"{FILE}{objection.pk}")


def decide_objection(
    objection: Objection,
    *,
    is_upheld: bool,
    findings: str,
    by: Any,
    at: datetime.datetime,
    file: Mapping[str, Any] | None = None,
) -> Objection:
    """Close an objection with what was found, 成立 or 不成立.

    An upheld one asks for a new list and a new notice. Raises Refused without findings.
    """
    if not findings.strip():
        raise Refused("请写明核查情况，再作结论。")
    writes = {
        "findings": findings.strip(),
        "decided_by": by if getattr(by, "pk", None) else None,
        "decided_at": at,
    }

    def then(row: Objection) -> None:
        if file is not None:
            _keep(row, file, by=by, at=at)

    step = STEPS["uphold" if is_upheld else "reject"]
    return take(step, objection, by=by, at=at, writes=writes, then=then)


def reveal_phone(objection: Objection, *, purpose: str, by: Any, at: datetime.datetime) -> str:
    """Return the whole telephone of who objects, and record who read it for what.

    Raises Refused without a purpose.
    """
    purpose = purpose.strip()
    if len(purpose) < LEAST_PURPOSE:
        raise Refused(f"查看用途至少写 {LEAST_PURPOSE} 个字，请写明要办什么事。")
    with one_step(Objection):
        fresh = own(objection, by=by, roles=OFFICE)
        record("objection.reveal", fresh, by=by, at=at, reason=purpose, changes={"fields": ["phone"]})
        return str(fresh.phone)
