"""The steps that every filing shares, and those of a round and a due."""

import datetime
from typing import Any

from django.db import transaction

from guanweihui.audit import record
from guanweihui.models import Due, Filing, Remark, Round, School
from guanweihui.scope import Role
from guanweihui.workflow import Refused, Row, Step, Steps, own, take

S = Filing.Status


def group_endorses(filing: Any) -> str | None:
    return None if filing.due.round.group_endorses else "本次报送不经协作组审核，由区里直接审核。"


def endorsed_if_due(filing: Any) -> str | None:
    if filing.status == S.SUBMITTED and filing.due.round.group_endorses:
        return "协作组还没有审核，请先由协作组审核。"
    return None


STEPS = Steps(
    {
        "submit": Step({S.DRAFT, S.RETURNED, S.WITHDRAWN}, S.SUBMITTED, {Role.SCHOOL}, label="提交"),
        "file_on_behalf": Step(
            {S.DRAFT, S.RETURNED, S.WITHDRAWN}, S.SUBMITTED, {Role.GROUP, Role.DISTRICT}, label="代报"
        ),
        "endorse": Step({S.SUBMITTED}, S.ENDORSED, {Role.GROUP}, when=group_endorses, label="审核同意"),
        "accept": Step(
            {S.SUBMITTED, S.ENDORSED}, S.ACCEPTED, {Role.DISTRICT}, when=endorsed_if_due, label="通过"
        ),
        "return_back": Step(
            {S.SUBMITTED, S.ENDORSED},
            S.RETURNED,
            {Role.GROUP, Role.DISTRICT},
            label="退回",
            needs_reason=True,
        ),
        "withdraw": Step({S.SUBMITTED}, S.WITHDRAWN, {Role.SCHOOL}, label="撤回"),
        "reopen": Step({S.ACCEPTED}, S.RETURNED, {Role.DISTRICT}, label="重新打开", needs_reason=True),
    }
)


def submit(filing: Row, *, by: Any, at: datetime.datetime) -> Row:
    """Send the filing up. Raises Refused when the school's deadline and its grace have passed."""
    refuse_when_late(filing.due, at=at)  # type: ignore[attr-defined]
    return take(STEPS["submit"], filing, by=by, at=at, writes={"submitted_at": at, "submitted_by": by})


def file_on_behalf(filing: Row, *, by: Any, at: datetime.datetime, basis: str) -> Row:
    """Send for a school that cannot; `basis` names the scan, the call or the workbook it rests on."""
    if not basis.strip():
        raise Refused("代报须写明依据，例如纸质盖章件或电话记录。")
    user = by if getattr(by, "pk", None) else None
    writes = {"submitted_at": at, "submitted_by": user, "basis": basis}
    return take(STEPS["file_on_behalf"], filing, by=by, at=at, reason=basis, writes=writes)


def endorse(filing: Row, *, by: Any, at: datetime.datetime) -> Row:
    return take(STEPS["endorse"], filing, by=by, at=at)


def accept(filing: Row, *, by: Any, at: datetime.datetime) -> Row:
    return take(STEPS["accept"], filing, by=by, at=at)


def return_back(
    filing: Row, *, by: Any, at: datetime.datetime, reason: str, remarks: dict[str, str] | None = None
) -> Row:
    """Send the filing back with a reason, and remarks by field."""

    def remark(row: Any) -> None:
        Remark.objects.bulk_create(
            Remark(
                due_id=row.due_id,
                filing_type=row._meta.label,
                filing_id=row.pk,
                field=field,
                text=text,
                made_by=by,
                made_at=at,
            )
            for field, text in (remarks or {}).items()
        )

    return take(STEPS["return_back"], filing, by=by, at=at, reason=reason, then=remark)


def withdraw(filing: Row, *, by: Any, at: datetime.datetime) -> Row:
    return take(STEPS["withdraw"], filing, by=by, at=at)


def reopen(filing: Row, *, by: Any, at: datetime.datetime, reason: str) -> Row:
    return take(STEPS["reopen"], filing, by=by, at=at, reason=reason)


def refuse_when_late(due: Due, *, at: datetime.datetime) -> None:
    """Raise Refused after the deadline and its grace; the server's clock decides, to the second."""
    if at > due.closes_at():
        raise Refused(
            "报送已经截止，本次没有提交，填写的内容已保存为草稿。需要补报请联系区关工委办公室延期。"
        )


def open_round(round_: Round, *, by: Any, at: datetime.datetime) -> Round:
    """Open a planned round: one Due for every school open on the day. Raises Refused if not planned."""
    with transaction.atomic():
        fresh = own(round_, by=by, roles={Role.DISTRICT})
        if fresh.state != Round.State.PLANNED:
            raise Refused("只有待开始的报送任务可以开始。")
        schools = School.objects.in_district(fresh.district_id).open_on(at.date()).in_order()
        dues = Due.objects.bulk_create(Due(round=fresh, school=school) for school in schools)
        fresh.state = Round.State.OPEN
        fresh.save(update_fields=["state"])
        record("round.open", fresh, by=by, at=at, changes={"dues": [0, len(dues)]})
        return fresh


def waive(due: Due, *, by: Any, at: datetime.datetime, reason: str) -> Due:
    """Free one school from the round, with the reason."""
    return _decide(due, "waive", Due.State.WAIVED, by=by, at=at, reason=reason, roles={Role.DISTRICT})


def report_nil(due: Due, *, by: Any, at: datetime.datetime, reason: str) -> Due:
    """Answer that the school has nothing to report: not the same as not answering."""
    refuse_when_late(due, at=at)
    return _decide(due, "report_nil", Due.State.NIL, by=by, at=at, reason=reason, roles={Role.SCHOOL})


def _decide(
    due: Due, name: str, state: str, *, by: Any, at: datetime.datetime, reason: str, roles: set
) -> Due:
    if not reason.strip():
        raise Refused("请写明理由，再办理。")
    with transaction.atomic():
        fresh = own(due, by=by, roles=roles)
        if fresh.state not in Due.UNMET:
            raise Refused(f"该校已是“{fresh.get_state_display()}”，不能再改。")
        before, fresh.state, fresh.reason = fresh.state, state, reason
        fresh.met_at = at if state == Due.State.NIL else None
        fresh.save(update_fields=["state", "reason", "met_at"])
        record(f"due.{name}", fresh, by=by, at=at, reason=reason, changes={"state": [before, state]})
        return fresh


def extend(due: Due, *, until: datetime.datetime, by: Any, at: datetime.datetime, reason: str) -> Due:
    """Give one school a later deadline, with the reason."""
    if not reason.strip():
        raise Refused("请写明延期的理由。")
    with transaction.atomic():
        fresh = own(due, by=by, roles={Role.DISTRICT})
        if until <= fresh.round.deadline_at:
            raise Refused("延期后的时间要晚于原截止时间。")
        before, fresh.deadline_at = fresh.deadline_at, until
        fresh.save(update_fields=["deadline_at"])
        record("due.extend", fresh, by=by, at=at, reason=reason, changes={"deadline_at": [before, until]})
        return fresh
