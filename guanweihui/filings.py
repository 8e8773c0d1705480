"""The steps that every filing shares; those of rounds and dues stand in guanweihui.rounds."""

import datetime
from typing import Any

from django.utils import timezone

from guanweihui import workdays
from guanweihui.models import Due, Filing, Remark, Workday
from guanweihui.scope import Role, reach_of
from guanweihui.workflow import Refused, Row, Step, Steps, take

S = Filing.Status
#: A school whose filing comes back has at least this long, whatever the deadline was.
REPLY_WORKDAYS = 2


class Outdated(Refused):
    """Somebody saved the filing since the page was opened; `filing` is what stands now."""

    def __init__(self, filing: Any) -> None:
        self.filing = filing
        saver, saved_at = getattr(filing, "saved_by", None), getattr(filing, "saved_at", None)
        when = f"（{timezone.localtime(saved_at):%H:%M}）" if saved_at else ""
        who = f"{saver}{when}" if saver else "别人"
        super().__init__(
            f"这份材料在您打开之后被{who}改过，本次没有保存。您填写的内容仍在下面，请对照后再保存。"
        )


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
    """Send the filing back with a reason, and remarks by field.

    The school has REPLY_WORKDAYS to answer, even past the deadline. A group returns only where it endorses.
    """
    due = filing.due  # type: ignore[attr-defined]
    if not due.round.group_endorses and not reach_of(by).serves(Role.DISTRICT):
        raise Refused("本次报送不经协作组审核，由区里直接审核。")

    def remark(row: Any) -> None:
        give_time(row.due_id, at=at)
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
    """Take the filing back while nobody has decided on it. Raises Refused after the deadline."""
    if at > filing.due.closes_at():  # type: ignore[attr-defined]
        raise Refused("报送已经截止，撤回后不能再提交，所以不能撤回。需要修改请联系审核人退回。")
    return take(STEPS["withdraw"], filing, by=by, at=at)


def reopen(filing: Row, *, by: Any, at: datetime.datetime, reason: str) -> Row:
    """Open an accepted filing again for the school to correct, with time to do so."""
    return take(
        STEPS["reopen"],
        filing,
        by=by,
        at=at,
        reason=reason,
        then=lambda row: give_time(row.due_id, at=at),  # type: ignore[attr-defined]
    )


def give_time(due_id: int, *, at: datetime.datetime) -> None:
    """Give a school time to answer a return, even past its deadline; the caller's transaction."""
    due = Due.objects.select_related("round__district").select_for_update(of=("self",)).get(pk=due_id)
    corrections = Workday.objects.in_district(due.round.district_id).corrections()
    day = workdays.add_workdays(timezone.localdate(at), REPLY_WORKDAYS, corrections)
    until = workdays.office_closes(day, corrections)
    if due.closes_at() < until:
        due.reply_until = until
        due.save(update_fields=["reply_until"])


def refuse_when_late(due: Due, *, at: datetime.datetime) -> None:
    """Raise Refused after the deadline and its grace; the server's clock decides, to the second."""
    if at > due.closes_at():
        raise Refused(
            "报送已经截止，本次没有提交，填写的内容已保存为草稿。需要补报请联系区关工委办公室延期。"
        )
