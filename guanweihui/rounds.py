"""Steps of a round and its dues: plan, copy, open, close; extend, waive, nil report, restore, chase."""

import datetime
import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from guanweihui import filing_kinds, frozen, round_tables, workdays
from guanweihui.audit import record
from guanweihui.filings import refuse_when_late
from guanweihui.models import Chase, Due, Filing, FrozenTable, Round, School, Workday
from guanweihui.models.org import Stage
from guanweihui.scope import Role, System, reach_of
from guanweihui.workflow import Refused, one_step, own

OFFICE = frozenset({Role.DISTRICT})
#: Who reminds schools and notes it: the office, and the group for its own.
CHASERS = frozenset({Role.DISTRICT, Role.GROUP})
#: A round that leaves schools less than this warns the office: 上午发、下午要 is the field's first pain.
LEAST_WORKDAYS = 2
#: Characters that the purpose of a list of telephones has at least.
LEAST_PURPOSE = 4
PLANNED_FIELDS = (
    "kind",
    "title",
    "year",
    "opens_at",
    "deadline_at",
    "grace_minutes",
    "as_of_on",
    "group_endorses",
    "stages",
    "instructions",
)
#: What may still change while schools fill in: words and the deadline; what is asked, and of whom, may not.
OPEN_FIELDS = ("title", "deadline_at", "grace_minutes", "instructions")
#: What decides who is late; changed while a round runs, it needs a reason.
TIMES = frozenset({"deadline_at", "grace_minutes"})


def plan_round(
    values: Mapping[str, Any], *, by: Any, at: datetime.datetime, copied_from: Round | None = None
) -> Round:
    """Set up a round of the actor's district; values are PLANNED_FIELDS.

    Raises Refused for an actor who is not of a district's office, and for a second round of that title.
    """
    districts = reach_of(by).of(OFFICE).ids("district")
    if not districts:
        raise Refused("您不能办理这一步：不在您的职责范围内。")
    with one_step(Round):
        round_ = Round.objects.create(
            district_id=districts[0],
            copied_from=copied_from,
            **{name: values[name] for name in PLANNED_FIELDS if name in values},
        )
        changes: dict[str, Any] = {"deadline_at": [None, round_.deadline_at]}
        if copied_from is not None:
            changes["copied_from"] = [None, str(copied_from)]
        record("round.plan", round_, by=by, at=at, changes=changes)
        return round_


def call_round(
    values: Mapping[str, Any], *, by: Any, at: datetime.datetime, copied_from: Round | None = None
) -> Round:
    """Plan a round and, when its opening has come, open it: both or neither.

    Raises Refused as plan_round() and open_round() do.
    """
    with one_step(Round, Due):
        round_ = plan_round(values, by=by, at=at, copied_from=copied_from)
        return open_round(round_, by=by, at=at) if round_.opens_at <= at else round_


class Moved(Refused):
    """Somebody changed the round since the page was opened; `round` is what stands now."""

    def __init__(self, round_: Round, values: Mapping[str, Any]) -> None:
        self.round = round_
        now = [
            f"{Round._meta.get_field(name).verbose_name}现在是“{_said(getattr(round_, name))}”"  # type: ignore[union-attr]
            for name in values
            if getattr(round_, name) != values[name]
        ]
        other = f"（{'，'.join(now)}）" if now else ""
        super().__init__(
            f"这项任务在您打开之后被别人改过{other}，本次没有保存。您填写的内容仍在下面，请对照后再保存。"
        )


def _said(value: Any) -> str:
    if isinstance(value, datetime.datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, list):
        return "、".join(Stage(one).label for one in value) or "全部学校"
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value) if value not in (None, "") else "空"


def mark_of(round_: Round) -> str:
    """Return a mark of what a round says now: a page sends it back, so that an old one overwrites nothing."""
    said = json.dumps([getattr(round_, name) for name in PLANNED_FIELDS], default=str)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def shifted(round_: Round) -> dict[str, Any]:
    """Return the values for next year's round: the same asked, dates a year on, deadlines on workdays."""
    corrections = Workday.objects.in_district(round_.district_id).corrections()
    values = {name: getattr(round_, name) for name in PLANNED_FIELDS}
    values["year"] = round_.year + 1
    values["title"] = _next_title(round_)
    for name in ("opens_at", "deadline_at"):
        moment = timezone.localtime(values[name])
        day = workdays.next_workday(_a_year_on(moment.date()), corrections)
        values[name] = timezone.make_aware(datetime.datetime.combine(day, moment.time()))
    if round_.as_of_on:
        values["as_of_on"] = _a_year_on(round_.as_of_on)
    return values


def _next_title(round_: Round) -> str:
    title = round_.title.replace(str(round_.year + 1), "\0").replace(str(round_.year), str(round_.year + 1))
    title = title.replace("\0", str(round_.year + 2))
    return title if title != round_.title else f"{round_.title}（{round_.year + 1}年）"[:100]


def _a_year_on(day: datetime.date) -> datetime.date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year + 1, day=28)


def edit_round(
    round_: Round,
    values: Mapping[str, Any],
    *,
    by: Any,
    at: datetime.datetime,
    reason: str = "",
    mark: str = "",
) -> Round:
    """Change a round: all of it while it is planned; words and deadline while it runs, with the reason.

    Raises Refused for a closed round, for a deadline moved before now, and for a shorter grace once the
    deadline has passed.
    """
    with one_step(Round):
        fresh = own(round_, by=by, roles=OFFICE)
        if fresh.state == Round.State.CLOSED:
            raise Refused("这次报送已经定稿，不能再改。")
        if mark and mark != mark_of(fresh):
            raise Moved(fresh, values)
        is_open = fresh.state == Round.State.OPEN
        names = OPEN_FIELDS if is_open else PLANNED_FIELDS
        changes = {
            name: [getattr(fresh, name), values[name]]
            for name in names
            if name in values and getattr(fresh, name) != values[name]
        }
        if is_open and not changes.keys().isdisjoint(TIMES):
            _refuse_times(fresh, changes, at=at, reason=reason)
        if is_open and "deadline_at" in changes:
            # A school's own deadline is there to give it more time, never less than the others have.
            Due.objects.of_round(fresh).filter(deadline_at__lte=values["deadline_at"]).update(
                deadline_at=None
            )
        for name, (_, new) in changes.items():
            setattr(fresh, name, new)
        fresh.save(update_fields=list(changes) or ["title"])
        if "stages" in changes:
            changes["stages"] = [[Stage(one).label for one in stages] for stages in changes["stages"]]
        record("round.edit", fresh, by=by, at=at, reason=reason, changes=changes)
        return fresh


def _refuse_times(round_: Round, changes: Mapping[str, Any], *, at: datetime.datetime, reason: str) -> None:
    """Refuse another deadline or grace without a reason, or one that makes late what came in time."""
    if not reason.strip():
        raise Refused("报送中的任务改截止时间或宽限，须写明理由。")
    if "deadline_at" in changes:
        if changes["deadline_at"][1] <= at:
            raise Refused("新的截止时间已经过了，请改成今后的时间。")
    elif at > round_.deadline_at and changes["grace_minutes"][1] < round_.grace_minutes:
        raise Refused("截止时间已过，宽限不能缩短：宽限内提交的学校会变成逾期。")


def open_round(round_: Round, *, by: Any, at: datetime.datetime) -> Round:
    """Open a planned round: one Due for every school that exists on the day and is of the round's stages.

    Raises Refused if it is not planned, or its deadline has passed.
    """
    with one_step(Due):
        fresh = own(round_, by=by, roles=OFFICE)
        if fresh.state != Round.State.PLANNED:
            raise Refused("只有待开始的报送任务可以开始。")
        if fresh.closes_at <= at:
            raise Refused("截止时间已经过了，请先修改截止时间再开始。")
        there = School.objects.in_district(fresh.district_id).open_on(timezone.localdate(at))
        schools = there.of_stages(fresh.stages)
        dues = Due.objects.bulk_create(Due(round=fresh, school=school) for school in schools.in_order())
        if not dues:
            raise Refused("没有一所学校符合应报范围，请修改应报学段后再开始。")
        fresh.state = Round.State.OPEN
        fresh.save(update_fields=["state"])
        record("round.open", fresh, by=by, at=at, changes={"dues": [0, len(dues)]})
        return fresh


def close_round(round_: Round, *, by: Any, at: datetime.datetime) -> Round:
    """Close a round that is over and store its tables: later edits and school moves do not change them.

    Raises Refused before the deadline, while an extension runs, and while something waits to be reviewed.
    """
    with one_step(Round, FrozenTable):
        fresh = own(round_, by=by, roles=OFFICE)
        if fresh.state != Round.State.OPEN:
            raise Refused(f"这次报送{fresh.get_state_display()}，不能定稿。")
        if at <= fresh.closes_at:
            raise Refused("还没有到截止时间，不能定稿。")
        running = Due.objects.still_running(fresh, at).count()
        if running:
            raise Refused(f"还有 {running} 所学校的延期没有到，不能定稿。到时再定稿，或给这些学校办理免报。")
        waiting = Due.objects.of_round(fresh).waiting_in([Due.State.SUBMITTED, Due.State.ENDORSED]).count()
        if waiting:
            raise Refused(f"还有 {waiting} 所学校的材料没有审核，请先审核完再定稿。")
        fresh.state, fresh.closed_at = Round.State.CLOSED, at
        fresh.save(update_fields=["state", "closed_at"])
        tables = _freeze(fresh, by=by, at=at)
        record("round.close", fresh, by=by, at=at, changes={"tables": [0, tables]})
        return fresh


def _freeze(round_: Round, *, by: Any, at: datetime.datetime) -> int:
    """Store every table of the round with its as-of date and counting rules."""
    kind = filing_kinds.get(round_.kind)
    tables = round_tables.live(System(round_.district), round_)
    FrozenTable.objects.bulk_create(
        FrozenTable(
            district=round_.district,
            round=round_,
            report=round_.kind,
            year=round_.year,
            key=table.key,
            position=place,
            as_of_on=round_.as_of_on,
            rules=kind.rules if kind is not None else "",
            content=frozen.to_json(table),
            frozen_at=at,
            frozen_by=by if getattr(by, "pk", None) else None,
        )
        for place, table in enumerate(tables)
    )
    return len(tables)


# --- one school's due -------------------------------------------------------------------------------------


def waive(due: Due, *, by: Any, at: datetime.datetime, reason: str) -> Due:
    """Free one school from the round, with the reason."""
    return _decide(due, "waive", Due.State.WAIVED, by=by, at=at, reason=reason, roles=OFFICE)


def report_nil(due: Due, *, by: Any, at: datetime.datetime, reason: str) -> Due:
    """Answer that the school has nothing to report: not the same as not answering."""
    refuse_when_late(due, at=at)
    return _decide(due, "report_nil", Due.State.NIL, by=by, at=at, reason=reason, roles={Role.SCHOOL})


def _decide(
    due: Due, name: str, state: str, *, by: Any, at: datetime.datetime, reason: str, roles: Any
) -> Due:
    if not reason.strip():
        raise Refused("请写明理由，再办理。")
    with transaction.atomic():
        fresh = own(due, by=by, roles=roles)
        if fresh.state not in Due.UNMET:
            raise Refused(f"该校已是“{fresh.get_state_display()}”，不能再改。")
        if state == Due.State.NIL and fresh.round.state != Round.State.OPEN:
            raise Refused(f"这次报送{fresh.round.get_state_display()}，不能作零报告。")
        if state == Due.State.NIL and (why := filing_kinds.bars_nil(fresh)):
            raise Refused(why)
        before, fresh.state, fresh.reason = fresh.state, state, reason
        fresh.met_at = at if state == Due.State.NIL else None
        fresh.save(update_fields=["state", "reason", "met_at"])
        record(f"due.{name}", fresh, by=by, at=at, reason=reason, changes={"state": [before, state]})
        return fresh


def restore(due: Due, *, by: Any, at: datetime.datetime, reason: str) -> Due:
    """Make a school owe the round again that was waived or had reported nil; its draft comes back."""
    if not reason.strip():
        raise Refused("请写明理由，再办理。")
    with transaction.atomic():
        fresh = own(due, by=by, roles=OFFICE)
        if fresh.state not in (Due.State.WAIVED, Due.State.NIL):
            raise Refused(f"该校现在是“{fresh.get_state_display()}”，不用恢复。")
        kind = filing_kinds.get(fresh.round.kind)
        stood = filing_kinds.state_of(fresh) or _begun(kind.filing_of(fresh) if kind is not None else None)
        before, fresh.state = fresh.state, stood
        fresh.reason, fresh.met_at = "", None
        fresh.save(update_fields=["state", "reason", "met_at"])
        record("due.restore", fresh, by=by, at=at, reason=reason, changes={"state": [before, fresh.state]})
        return fresh


def _begun(filing: Any) -> str:
    """Return where a due stands that is owed again: what came back to the school is still to be mended."""
    if filing is None:
        return Due.State.WAITING
    return Due.State.RETURNED if filing.status == Filing.Status.RETURNED else Due.State.DRAFT


def extend(due: Due, *, until: datetime.datetime, by: Any, at: datetime.datetime, reason: str) -> Due:
    """Give one school a later deadline, with the reason."""
    if not reason.strip():
        raise Refused("请写明延期的理由。")
    with transaction.atomic():
        fresh = own(due, by=by, roles=OFFICE)
        if until <= fresh.round.deadline_at:
            raise Refused("延期后的时间要晚于原截止时间。")
        if until <= at:
            raise Refused("延期后的时间已经过了，请改成今后的时间。")
        before, fresh.deadline_at = fresh.deadline_at, until
        fresh.save(update_fields=["deadline_at"])
        record("due.extend", fresh, by=by, at=at, reason=reason, changes={"deadline_at": [before, until]})
        return fresh


def chase(due: Due, values: Mapping[str, Any], *, by: Any, at: datetime.datetime) -> Chase:
    """Note that a school was reminded; values are means, spoken_with and words.

    Raises Refused for a school that has nothing open.
    """
    with one_step(Chase):
        fresh = own(due, by=by, roles=CHASERS)
        if fresh.state not in Due.UNMET:
            raise Refused(f"该校已是“{fresh.get_state_display()}”，不用再催。")
        call = Chase.objects.create(due=fresh, made_by=by, made_at=at, **values)
        record("due.chase", fresh, by=by, at=at, reason=f"{call.get_means_display()}　{call.words}".strip())
        return call


def take_phones(
    round_: Round, schools: Collection[str], *, purpose: str, by: Any, at: datetime.datetime
) -> None:
    """Note that the whole telephone numbers of these schools' people go on a list, and what for.

    Raises Refused for a round outside the actor's reach, without schools, and without a purpose.
    """
    if len(purpose.strip()) < LEAST_PURPOSE:
        raise Refused(f"打印用途至少写 {LEAST_PURPOSE} 个字，请写明要办什么事。")
    if not schools:
        raise Refused("没有未报的学校，不用打印电话表。")
    with one_step():
        found = Round.objects.visible_to(by, roles=CHASERS).filter(pk=round_.pk).first()
        if found is None:
            raise Refused("您不能办理这一步：不在您的职责范围内。")
        record("round.phones", found, by=by, at=at, reason=purpose, changes={"schools": sorted(schools)})
